/** @jsxImportSource preact */
// The element in JSX of Preact.

import type {} from 'paymentsos-checkout/preact';

export const pay = (
  <paymentsos-checkout
    id="pay"
    backend="/api"
    payment-id="p"
    amount={4097}
    currency="USD"
    paymentMethod={async () => ({ token: 't' })}
    oncheckout-result={({ detail }) => detail.state === 'succeeded'}
  >
    <p slot="summary">Two mugs</p>
  </paymentsos-checkout>
);

// @ts-expect-error: no such kind
export const gift = <paymentsos-checkout kind="gift" />;
