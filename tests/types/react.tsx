// The element in JSX of React 19.

import { createRef } from 'react';
import type { PaymentsosCheckout } from 'paymentsos-checkout';
import type {} from 'paymentsos-checkout/react';

const ref = createRef<PaymentsosCheckout>();

export const pay = (
  <paymentsos-checkout
    ref={ref}
    id="pay"
    className="pay"
    backend="/api"
    payment-id="p"
    amount={4097}
    currency="USD"
    paymentMethod={async () => ({ token: 't' })}
    messages={{ pay: 'Buy' }}
    oncheckout-result={({ detail }) => detail.state === 'succeeded'}
  >
    <p slot="summary">Two mugs</p>
  </paymentsos-checkout>
);

// @ts-expect-error: no such kind
export const gift = <paymentsos-checkout kind="gift" />;
