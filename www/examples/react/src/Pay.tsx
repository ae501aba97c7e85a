import { useState } from 'react';
import 'paymentsos-checkout';
import type {} from 'paymentsos-checkout/react';
import { paymentMethod, type Order } from '../../shared/shop.js';

export function Pay({ order }: { order: Order }) {
  const [said, setSaid] = useState('');
  return (
    <>
      <h1>Kettle &amp; Clay</h1>
      <paymentsos-checkout
        backend="/api"
        payment-id={order.payment_id}
        amount={order.amount}
        currency={order.currency}
        merchant-site-url={`/?order=${order.order_id}`}
        paymentMethod={paymentMethod}
        oncheckout-result={({ detail }) => setSaid(detail.state === 'succeeded' ? 'Thank you for your order!' : 'You can try again.')}
      />
      <p id="said" role="status">{said}</p>
    </>
  );
}
