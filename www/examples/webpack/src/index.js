import 'paymentsos-checkout';
import 'paymentsos-checkout/themes/ledger.css';
import '../../shared/page.css';
import { order, paymentMethod } from '../../shared/shop.js';

const checkout = document.querySelector('paymentsos-checkout');
checkout.paymentMethod = paymentMethod;
checkout.addEventListener('checkout-result', ({ detail }) => {
  document.querySelector('#said').textContent = detail.state === 'succeeded' ? 'Thank you for your order!' : 'You can try again.';
});

order(new URLSearchParams(location.search).get('order')).then(({ order_id, payment_id, amount, currency }) => {
  checkout.setAttribute('merchant-site-url', `/?order=${order_id}`);
  checkout.setAttribute('amount', amount);
  checkout.setAttribute('currency', currency);
  checkout.setAttribute('payment-id', payment_id);
});
