// The demo shop: it has its backend make an order and a payment, and embeds <paymentsos-checkout>.

const $ = (selector) => document.querySelector(selector);
const settings = $('#settings');

const CARDS = {
  card: '4111111111111111',
  'card-declined': '4242424242424242',
  'card-late': '4000000000000077',
  'card-3ds': '4000000000003220',
  'card-3ds-collect': '4000000000003238',
  'card-3ds-frictionless': '4000000000003246',
};
// What is set here is still so on the way back.
const KEPT = ['method', 'presentation', 'language'];
const LANGUAGES = ['en', 'ar', 'cs', 'de', 'es', 'fr', 'he', 'hi', 'hu', 'id', 'ja', 'pl', 'pt-BR', 'ro', 'tr', 'uk', 'zh'];

async function ask(path, body) {
  const reply = await fetch(path, body && {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  if (!reply.ok) throw Object.assign(new Error(`${path}: ${reply.status}`), { status: reply.status });
  return reply.json();
}

const configured = ask('/shop/config');

// A card is turned into a token by PaymentsOS itself, so that no card number reaches the shop. A real shop uses PayU's Secure Fields.
async function token(number) {
  const config = await configured;
  const reply = await fetch(`${config.paymentsos_url}/tokens`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json', 'public-key': config.public_key,
      'x-payments-os-env': config.environment, 'api-version': '1.3.0',
    },
    body: JSON.stringify({
      token_type: 'credit_card', holder_name: 'Ada Byron', card_number: number, expiration_date: '12-2031', credit_card_cvv: '123',
    }),
  });
  if (!reply.ok) throw new Error(`tokens: ${reply.status}`);
  return reply.json();
}

const PAY_BY_LINK = { type: 'untokenized', source_type: 'payment_page', vendor: 'PBL' };

async function paymentMethod() {
  const method = settings.method.value;
  if (method === 'pay-by-link') return PAY_BY_LINK;
  const card = await token(CARDS[method]);
  return { type: 'tokenized', token: card.token, credit_card_cvv: card.encrypted_cvv };
}

// PayU's script has to be on the page, and its policy has to allow it.
let embedding;
function embedSecureFields(address) {
  embedding = embedding || new Promise((done, failed) => {
    const script = document.createElement('script');
    const policy = globalThis.trustedTypes?.createPolicy('secure-fields', { createScriptURL: (url) => url });
    script.src = policy ? policy.createScriptURL(address) : address;
    script.addEventListener('load', done);
    script.addEventListener('error', failed);
    document.head.append(script);
  });
  return embedding;
}

// The ways to pay that this shop offers. A real shop knows its customers' saved cards from PaymentsOS.
async function methods() {
  const config = await configured;
  const saved = await token(CARDS['card-3ds']);
  if (config.secure_fields) await embedSecureFields(config.secure_fields);
  return [
    ...(config.secure_fields ? [{ secure_fields: { public_key: config.public_key, environment: config.environment } }] : []),
    { payment_method: { type: 'tokenized', token: saved.token, vendor: saved.vendor, last_4_digits: saved.last_4_digits, expiration_date: saved.expiration_date } },
    { payment_method: PAY_BY_LINK },
    { label: 'Bank transfer', payment_method: { type: 'untokenized', source_type: 'bank_transfer', vendor: 'PSE' } },
  ];
}

async function offer(checkout) {
  checkout.setAttribute('presentation', settings.presentation.value);
  checkout.setAttribute('locale', settings.language.value);
  checkout.paymentMethod = paymentMethod;
  checkout.methods = settings.method.value === 'choose' ? await methods() : undefined;
}

// ISO 4217's decimals of what this shop takes: how a browser writes a currency is another matter.
const DECIMALS = { USD: 2, EUR: 2, JPY: 0, KWD: 3 };

function money(amount, currency) {
  const decimals = DECIMALS[currency];
  const options = { style: 'currency', currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(document.documentElement.lang, options).format(amount / 10 ** decimals);
}

function showOrder(order) {
  $('#items').replaceChildren(...(order.items ?? []).map((item) => {
    const line = document.createElement('li');
    const name = document.createElement('span');
    const price = document.createElement('span');
    name.textContent = item.quantity > 1 ? `${item.quantity} × ${item.name}` : item.name;
    price.textContent = money(item.unit_price * item.quantity, order.currency);
    line.append(name, price);
    return line;
  }));
  $('#total').hidden = false;
  $('#total strong').textContent = money(order.amount, order.currency);
  $('#number').textContent = `Order ${order.order_id}`;
}

function embed(order) {
  const checkout = document.createElement('paymentsos-checkout');
  checkout.setAttribute('backend', '/api');
  if (order) {
    checkout.setAttribute('payment-id', order.payment_id);
    checkout.setAttribute('kind', order.kind);
    checkout.setAttribute('amount', order.amount);
    checkout.setAttribute('currency', order.currency);
    const back = new URLSearchParams({ order: order.order_id });
    for (const name of KEPT) back.set(name, settings[name].value);
    checkout.setAttribute('merchant-site-url', `/?${back}`);
  }
  offer(checkout);
  checkout.addEventListener('checkout-state', ({ detail }) => {
    $('#again').hidden = !['succeeded', 'failed', 'processing'].includes(detail.state);
    // What is asked for cannot be changed under a payment that is under way.
    settings.kind.disabled = detail.state !== 'ready';
  });
  checkout.addEventListener('checkout-error', ({ detail }) => console.warn('checkout-error', detail.error));
  $('#checkout').replaceChildren(checkout);
}

async function open(wanted) {
  $('#problem').hidden = true;
  try {
    const order = await ask('/shop/orders', wanted);
    settings.kind.value = order.kind;
    // Whoever loads the page again is shown this order, and not a new one that could be paid too.
    const here = new URL(location);
    here.searchParams.set('order', order.order_id);
    history.replaceState(history.state, '', here);
    showOrder(order);
    embed(order);
  } catch (error) {
    $('#problem').textContent = 'The shop cannot make an order right now. Reload the page to try again.';
    $('#problem').hidden = false;
    throw error;
  }
}

// Where PaymentsOS sends the shopper back, which may be another browser than the one that ordered: there, the checkout finds the
// payment in the address, and can only show it.
async function comeBack(id) {
  const order = await ask(`/shop/orders/${encodeURIComponent(id)}`).catch(() => undefined);
  if (order) {
    settings.kind.value = order.kind;
    showOrder(order);
  }
  embed(order);
}

settings.addEventListener('change', ({ target }) => {
  if (target.name === 'kind') open({ kind: target.value });
  else offer($('#checkout').firstChild);
});
for (const language of LANGUAGES) {
  const name = new Intl.DisplayNames(language, { type: 'language' }).of(language);
  settings.language.append(new Option(name, language));
}
$('#again button').addEventListener('click', async () => {
  await ask('/shop/orders', { kind: settings.kind.value, new: true });
  location.assign('/');
});

const address = new URLSearchParams(location.search);
for (const name of ['kind', ...KEPT]) if (address.has(name)) settings[name].value = address.get(name);
if (address.has('order')) comeBack(address.get('order'));
else open({ kind: settings.kind.value });
