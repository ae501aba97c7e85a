import 'paymentsos-checkout';
import 'paymentsos-checkout/themes/quiet.css';
import '../../shared/page.css';
import { order, paymentMethod } from '../../shared/shop.js';

const { order_id, payment_id, amount, currency } = await order(new URLSearchParams(location.search).get('order'));

const checkout = document.createElement('paymentsos-checkout');
checkout.setAttribute('backend', '/api');
checkout.setAttribute('payment-id', payment_id);
checkout.setAttribute('amount', String(amount));
checkout.setAttribute('currency', currency);
checkout.setAttribute('merchant-site-url', `/?order=${order_id}`);
checkout.paymentMethod = paymentMethod;
checkout.addEventListener('checkout-result', ({ detail }) => {
  const said = detail.state === 'succeeded' ? 'Thank you for your order!' : 'You can try again.';
  document.querySelector('#said')!.textContent = said;
});
document.querySelector('#pay')!.append(checkout);
