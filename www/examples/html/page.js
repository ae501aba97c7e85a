import { order, paymentMethod } from './shop.js';

const checkout = document.querySelector('paymentsos-checkout');
checkout.paymentMethod = paymentMethod;
checkout.addEventListener('checkout-result', ({ detail }) => {
  document.querySelector('#said').textContent = detail.state === 'succeeded' ? 'Thank you for your order!' : 'You can try again.';
});

const { order_id, payment_id, amount, currency } = await order(new URLSearchParams(location.search).get('order'));
checkout.setAttribute('merchant-site-url', `/?order=${order_id}`);
checkout.setAttribute('amount', amount);
checkout.setAttribute('currency', currency);
checkout.setAttribute('payment-id', payment_id);
