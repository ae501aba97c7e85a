// <paymentsos-checkout> in JSX of React 19: `import type {} from 'paymentsos-checkout/react'`.

import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { CheckoutAttributes, CheckoutEventMap, CheckoutProperties, PaymentsosCheckout } from './class.js';

type Handlers = { [Type in keyof CheckoutEventMap as `on${Type}`]?: (event: CheckoutEventMap[Type]) => void };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'paymentsos-checkout': DetailedHTMLProps<HTMLAttributes<PaymentsosCheckout>, PaymentsosCheckout> &
        CheckoutAttributes & CheckoutProperties & Handlers;
    }
  }
}
