// <paymentsos-checkout> in markup of Svelte 5: `import type {} from 'paymentsos-checkout/svelte'`.

import type { HTMLAttributes } from 'svelte/elements';
import type { CheckoutAttributes, CheckoutEventMap, CheckoutProperties, PaymentsosCheckout } from './class.js';

type Handlers = { [Type in keyof CheckoutEventMap as `on${Type}`]?: (event: CheckoutEventMap[Type]) => void };

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'paymentsos-checkout': HTMLAttributes<PaymentsosCheckout> & CheckoutAttributes & CheckoutProperties & Handlers;
  }
}
