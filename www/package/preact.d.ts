// <paymentsos-checkout> in JSX of Preact: `import type {} from 'paymentsos-checkout/preact'`.

import type { HTMLAttributes } from 'preact';
import type { CheckoutAttributes, CheckoutEventMap, CheckoutProperties, PaymentsosCheckout } from './class.js';

type Handlers = { [Type in keyof CheckoutEventMap as `on${Type}`]?: (event: CheckoutEventMap[Type]) => void };

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'paymentsos-checkout': Omit<HTMLAttributes<PaymentsosCheckout>, keyof CheckoutAttributes> &
        CheckoutAttributes & CheckoutProperties & Handlers;
    }
  }
}
