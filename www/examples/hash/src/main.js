import 'paymentsos-checkout';
import '../../shared/page.css';
import { order, paymentMethod } from '../../shared/shop.js';

const app = document.querySelector('#app');

function heading(text) {
  const heading = document.createElement('h1');
  heading.textContent = text;
  return heading;
}

function checkout(attributes) {
  const element = document.createElement('paymentsos-checkout');
  for (const [name, value] of Object.entries({ backend: '/api', ...attributes })) element.setAttribute(name, value);
  element.paymentMethod = paymentMethod;
  return element;
}

const routes = {
  async '#/'() {
    const { payment_id, amount, currency } = await order();
    // PaymentsOS sends the shopper back to the route of the result.
    app.replaceChildren(heading('Pay'), checkout({ 'payment-id': payment_id, amount, currency, 'merchant-site-url': '/#/done' }));
  },
  '#/done'() {
    const said = document.createElement('p');
    said.id = 'said';
    // Which payment it is stands in the address.
    const element = checkout({});
    element.addEventListener('checkout-result', ({ detail }) => {
      said.textContent = detail.state === 'succeeded' ? 'Thank you for your order!' : 'You can try again.';
    });
    app.replaceChildren(heading('Your payment'), element, said);
  },
};

function show() {
  // The parameters of the return may stand behind the route.
  const route = location.hash.split('?')[0];
  (routes[route] ?? routes['#/'])();
}

addEventListener('hashchange', show);
show();
