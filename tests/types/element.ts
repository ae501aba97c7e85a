// Every type of the package, in use. What must not compile says so.

import 'paymentsos-checkout';
import {
  PaymentsosCheckout,
  define,
  type CheckoutAttributes,
  type CheckoutDetail,
  type CheckoutError,
  type CheckoutErrorCode,
  type CheckoutErrorDetail,
  type CheckoutEventMap,
  type CheckoutKind,
  type CheckoutMessageKey,
  type CheckoutMessages,
  type CheckoutProperties,
  type CheckoutRedirectDetail,
  type CheckoutRedirectMessage,
  type CheckoutResultDetail,
  type CheckoutStateName,
  type CheckoutTrace,
  type PaymentMethod,
  type PaymentMethodSource,
  type PaymentsOsResult,
} from 'paymentsos-checkout/class';

define();
const release: string = PaymentsosCheckout.release;
const observed: readonly string[] = PaymentsosCheckout.observedAttributes;

const checkout: PaymentsosCheckout = document.createElement('paymentsos-checkout');
const found: PaymentsosCheckout | null = document.querySelector('paymentsos-checkout');

const method: PaymentMethod = { type: 'tokenized', token: 't', credit_card_cvv: 'c', of_the_shop: { own: 1 } };
const sources: PaymentMethodSource[] = [method, () => method, async () => method];
checkout.paymentMethod = sources[0];
checkout.paymentMethod = undefined;
// @ts-expect-error: a token alone is no payment method
checkout.paymentMethod = 'token';

const messages: CheckoutMessages = { pay_amount: 'Buy for {amount}', declined: 'No.' };
const key: CheckoutMessageKey = 'still_pending';
checkout.messages = { ...messages, [key]: 'Wait.' };
// @ts-expect-error: no such text
checkout.messages = { pay_amont: 'Buy' };
// @ts-expect-error: what it says is read only
checkout.state = checkout.state;
const trace: CheckoutTrace = checkout.trace;
const ticket: string = `${trace.version} ${trace.release} ${trace.dropped} ${trace.lines.join('\n')}`;
// @ts-expect-error: so is what has happened
checkout.trace.lines.push('');

async function methods(): Promise<CheckoutStateName[]> {
  return [await checkout.pay(), await checkout.checkNow(), await checkout.reset()];
}

checkout.addEventListener('checkout-state', ({ detail }) => {
  const { state, payment_id, kind, transaction_id, result, error }: CheckoutDetail = detail;
  const ids: (string | null)[] = [payment_id, transaction_id];
  const status: string | undefined = result?.status;
  const known: CheckoutKind = kind;
  if (error) wrong(error);
  // @ts-expect-error: no such state
  if (state === 'paid') return;
  void [ids, status, known];
});
checkout.addEventListener('checkout-result', function ({ detail }) {
  const ended: CheckoutResultDetail = detail;
  const name: 'succeeded' | 'failed' = ended.state;
  const element: PaymentsosCheckout = this;
  void [name, element];
});
checkout.addEventListener('checkout-redirect', (event) => {
  const leaving: CheckoutRedirectDetail = event.detail;
  leaving.waitUntil(fetch('/note', { method: 'POST' }));
  event.preventDefault();
});
const onError = ({ detail }: CheckoutEventMap['checkout-error']) => {
  const told: CheckoutErrorDetail = detail;
  wrong(told.error);
};
checkout.addEventListener('checkout-error', onError, { once: true });
checkout.removeEventListener('checkout-error', onError);
checkout.addEventListener('click', (event) => event.clientX);
checkout.addEventListener('of-the-shop', (event) => event.type);
// @ts-expect-error: this event has no such detail
checkout.addEventListener('checkout-state', ({ detail }) => detail.waitUntil(Promise.resolve()));

function wrong({ code, who, retriable, attribute }: CheckoutError): string {
  const codes: Partial<Record<CheckoutErrorCode, string>> = { declined: 'declined', invalid_attribute: attribute ?? '' };
  return `${codes[code] ?? code} ${who} ${retriable}`;
}

const attributes: CheckoutAttributes = {
  backend: '/api', 'payment-id': 'p', kind: 'charge', amount: 4097, currency: 'USD', 'merchant-site-url': '/', presentation: 'page',
  'redirect-hosts': 'bank.example', 'host-origin': 'https://shop.example', 'client-token': 't', credentials: 'omit', locale: 'en',
  deadline: 60,
};
// @ts-expect-error: neither a charge nor an authorization
const gift: CheckoutAttributes = { kind: 'gift' };
const properties: CheckoutProperties = { paymentMethod: method, messages };
const result: PaymentsOsResult = { status: 'Succeed' };

addEventListener('message', (event: MessageEvent<CheckoutRedirectMessage>) => {
  if (event.origin === 'https://pay.example' && event.data.source === 'paymentsos-checkout') location.assign(event.data.url);
});

export { attributes, found, gift, methods, observed, properties, release, result, ticket };
