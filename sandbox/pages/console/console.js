// The page on which an engineer sees what goes on in the sandbox, and plays faults. It asks again and again, and changes only what has
// changed, so that focus, scrolling and what is unfolded stay. Nothing that came from outside is ever HTML.

const EVERY_MS = 2_000;
const LOG_ENTRIES = 300;
const STEP = { payments: 10, webhooks: 15, requests: 25 };

const find = (selector) => document.querySelector(selector);
const isPressed = (button) => button.getAttribute('aria-pressed') === 'true';
const address = new URL(location.href);

/** What was seen last, and what the engineer chose. */
const seen = { state: undefined, log: [], text: '' };
const chosen = { payment: address.searchParams.get('payment') ?? '', unfolded: new Set(), limits: { ...STEP } };

// Drawing

const keys = new WeakMap();

/** What an element should be like. */
function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: children.flat(Infinity).filter(Boolean) };
}

function dress(element, { props, children }) {
  for (const name of element.getAttributeNames()) if (!Object.hasOwn(props, name)) element.removeAttribute(name);
  for (const [name, value] of Object.entries(props)) {
    if (name === 'onclick') element.onclick = value;
    else if (name !== 'key' && element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
  draw(element, children);
}

/** Makes the children of an element so, and keeps those that are there already. */
function draw(parent, wanted) {
  const before = new Map([...parent.childNodes].map((node) => [keys.get(node), node]));
  const nodes = wanted.map((want, index) => {
    const isText = want.tag === undefined;
    const key = isText ? `text ${index}` : `${want.tag} ${want.props.key ?? index}`;
    const node = before.get(key) ?? (isText ? new Text() : document.createElement(want.tag));
    before.delete(key);
    keys.set(node, key);
    if (!isText) dress(node, want);
    else if (node.data !== String(want)) node.data = want;
    return node;
  });
  for (const node of before.values()) node.remove();
  nodes.reduceRight((next, node) => {
    if (node.parentNode !== parent || node.nextSibling !== next) parent.insertBefore(node, next);
    return node;
  }, null);
}

const NOTHING = '–';

// Roles are said though the tags have them, as a table that is laid out otherwise loses them in some browsers.
function table(caption, heads, rows) {
  const head = h('tr', { role: 'row' }, heads.map((name) => h('th', { role: 'columnheader', scope: 'col' }, name)));
  return h('table', { role: 'table' },
    h('caption', null, caption),
    h('thead', { role: 'rowgroup' }, head),
    h('tbody', { role: 'rowgroup' }, rows));
}

const row = (key, cells, props) => h('tr', { role: 'row', key, ...props }, cells);
const cell = (label, ...content) => h('td', { role: 'cell', 'data-label': label, class: content[0] === NOTHING ? 'nothing' : '' }, content);
const code = (text) => h('code', null, text);
const empty = (text) => [h('p', { class: 'empty' }, text)];

/** A button. What a screen reader calls it, where that must be more, begins with what is seen. */
function button(label, name, press) {
  return h('button', { type: 'button', onclick: press, ...(name && { 'aria-label': name }) }, label);
}

/** A status as a badge. Its colour only repeats what its word says. */
function badge(text, mood) {
  return h('span', { class: `badge ${mood}` }, text);
}

const MOODS = { Succeed: 'good', Captured: 'good', Authorized: 'good', Pending: 'open', Failed: 'bad' };
const ofStatus = (status) => badge(status, MOODS[status] ?? 'plain');

function ofAnswer(status, otherwise) {
  if (status === null) return badge(otherwise, 'bad');
  return badge(String(status), status < 300 ? 'good' : status < 400 ? 'plain' : 'bad');
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

function time(at) {
  const date = new Date(at);
  return h('time', { datetime: date.toISOString(), title: date.toLocaleString() }, clock.format(date));
}

const short = (id) => id.slice(0, 8);
const amount = ({ decimal, currency }) => `${decimal} ${currency}`;

function ofPayment(id) {
  if (!id) return NOTHING;
  const name = `${short(id)}: show only this payment`;
  return h('button', { type: 'button', class: 'id', title: id, 'aria-label': name, onclick: () => choose(id) }, short(id));
}

/** An address that may be broken before its slashes. */
const breakable = (url) => url.split(/(?<=[^/])(?=\/[^/])/).flatMap((part, index) => [index > 0 && h('wbr'), part]);

function isWeb(url) {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}

// The parts of the page

function payment(one) {
  const rows = one.transactions.map((transaction) => row(transaction.id, [
    cell('Kind', transaction.kind, transaction.amount === one.amount ? '' : ` of ${transaction.decimal}`),
    cell('Status', ofStatus(transaction.status), transaction.sub_category ?? transaction.category
      ? h('small', null, transaction.sub_category ?? transaction.category) : ''),
    cell('Reconciliation id', transaction.reconciliation_id ? code(transaction.reconciliation_id) : NOTHING),
    cell('Id', code(transaction.id)),
    cell('Finish', transaction.status === 'Pending' ? finish(one, transaction) : NOTHING),
  ]));
  const title = `payment-${one.id}`;
  return h('article', { key: one.id, 'aria-labelledby': title },
    h('div', { class: 'title' },
      h('h3', { id: title, tabindex: '-1' }, amount(one)),
      ofStatus(one.status),
      one.is_chargedback && badge('Charged back', 'bad'),
      one.order_id && h('span', null, one.order_id),
      time(one.created),
      code(one.id),
      chosen.payment ? '' : button('Show only this', `Show only this payment, ${short(one.id)}`, () => choose(one.id))),
    one.transactions.length
      ? table(`Transactions of payment ${short(one.id)}`, ['Kind', 'Status', 'Reconciliation id', 'Id', 'Finish'], rows)
      : h('p', { class: 'empty' }, 'Nothing was tried yet.'));
}

function opener(href, what) {
  const name = `Open its page in a new tab: ${what}`;
  return h('a', { href, target: '_blank', rel: 'noreferrer', 'aria-label': name }, 'Open its page');
}

function finish({ id }, transaction) {
  const end = (how) => () => act('POST', `sandbox/payments/${id}/transactions/${transaction.id}/${how}`);
  const what = `${transaction.kind} ${short(transaction.id)}`;
  const { redirection } = transaction;
  return h('span', { class: 'buttons' },
    button('Succeed', `Succeed: ${what}`, end('succeed')),
    button('Fail', `Fail: ${what}`, end('fail')),
    redirection && (isWeb(redirection) ? opener(redirection, what) : code(redirection)));
}

const WEBHOOK_HEADS = ['Time', 'Event', 'Payment', 'Sent to', 'Reply', 'Details'];

function webhook(one) {
  const isUnfolded = chosen.unfolded.has(one.number);
  const label = isUnfolded ? 'Hide' : 'Show';
  const details = `webhook-${one.number}`;
  const fold = () => {
    if (!chosen.unfolded.delete(one.number)) chosen.unfolded.add(one.number);
    show();
  };
  const unfold = h('button', {
    type: 'button',
    'aria-expanded': isUnfolded,
    'aria-label': `${label} the details of webhook ${one.number}, ${one.event}`,
    onclick: fold,
    ...(isUnfolded && { 'aria-controls': details }),
  }, label);
  const rows = [row(one.number, [
    cell('Time', time(one.at)),
    cell('Event', h('span', { class: 'event' }, one.event),
      one.result && h('small', null, one.result),
      one.attempt > 1 && h('small', null, `attempt ${one.attempt}`)),
    cell('Payment', ofPayment(one.payment_id)),
    cell('Sent to', h('span', { class: 'address' }, breakable(one.url))),
    cell('Reply', ofAnswer(one.status, one.reply)),
    cell('Details', unfold),
  ], { class: isUnfolded ? 'unfolded' : '' })];
  if (isUnfolded) {
    const fact = (name, ...value) => h('div', null, h('dt', null, name), h('dd', null, value));
    rows.push(row(details, [h('td', { role: 'cell', colspan: WEBHOOK_HEADS.length, id: details },
      h('dl', null,
        Object.entries(one.headers).map(([name, value]) => fact(name, code(value))),
        fact('reply', one.status === null ? one.reply : h('pre', { tabindex: '0' }, one.reply || '(empty)')),
        fact('body', h('pre', { tabindex: '0' }, JSON.stringify(one.body, null, 2)))))], { class: 'details' }));
  }
  return rows;
}

function request(one, index, all) {
  // Several may come in the same millisecond.
  const nth = index - all.findIndex(({ at }) => at === one.at);
  return row(`${one.at} ${nth}`, [
    cell('Time', time(one.at)),
    cell('Request', code(`${one.method} ${one.path}`),
      one.idempotency_key && h('small', { class: 'key' }, `key ${one.idempotency_key}`)),
    cell('By', one.kind === 'page' ? 'shopper' : 'merchant'),
    cell('Payment', ofPayment(one.payment_id)),
    cell('Reply', ofAnswer(one.status, 'lost'), one.result && h('small', null, one.result)),
  ]);
}

/** A list as far as it is wanted, and the button for more of it. */
function list(name, all, content) {
  draw(find(`#${name} .list`), content(all.slice(0, chosen.limits[name])));
  find(`#${name} .more`).hidden = all.length <= chosen.limits[name];
}

function show() {
  const { state, log } = seen;
  if (!state) return;
  const held = document.activeElement;
  const place = held.closest('article, section');
  const isWanted = (id) => !chosen.payment || id === chosen.payment;

  showFilter(state);
  list('payments', state.payments.filter(({ id }) => isWanted(id)), (payments) => payments.length
    ? payments.map(payment)
    : empty(chosen.payment
      ? 'This payment is not there, or not among the newest any more.'
      : 'There is no payment yet: make one by POST /payments, or in the shop.'));
  draw(find('#webhooks-to'), state.webhook_url
    ? ['Sent to ', h('code', null, breakable(state.webhook_url))]
    : ['Nobody is registered for them: set SANDBOX_WEBHOOK_URL.']);
  list('webhooks', state.webhooks.filter((one) => isWanted(one.payment_id)), (webhooks) => webhooks.length
    ? [table('Webhooks that were sent, the newest first', WEBHOOK_HEADS, webhooks.flatMap(webhook))]
    : empty('None was sent yet.'));
  const requests = log.filter(({ kind, payment_id: id }) => kind !== 'webhook' && isWanted(id)).map(request).reverse();
  list('requests', requests, (rows) => rows.length
    ? [table('Requests that came in, the newest first', ['Time', 'Request', 'By', 'Payment', 'Reply'], rows)]
    : empty('None came in yet.'));
  showFaults(state.faults);

  // What was focused may be gone with what it was for.
  if (held !== document.body && (!held.isConnected || held.hidden)) {
    const near = place?.isConnected ? place : find('#payments');
    near.querySelector('[tabindex="-1"]').focus({ preventScroll: true });
  }
}

function showFilter({ payments, payments_count: count }) {
  const options = payments.map((one) => h('option', { key: one.id, value: one.id },
    ['only', amount(one), one.order_id, one.status, short(one.id)].filter(Boolean).join(' · ')));
  const isOther = chosen.payment && !payments.some(({ id }) => id === chosen.payment);
  if (isOther) options.push(h('option', { key: chosen.payment, value: chosen.payment }, `only ${short(chosen.payment)}`));
  const select = find('#payment');
  const all = count > payments.length ? `the newest ${payments.length} of ${count} payments` : 'all payments';
  draw(select, [h('option', { key: 'all', value: '' }, all), ...options]);
  if (select.value !== chosen.payment) select.value = chosen.payment;
  find('#all').hidden = !chosen.payment;
}

function choose(id) {
  chosen.payment = id;
  chosen.limits = { ...STEP };
  if (id) address.searchParams.set('payment', id);
  else address.searchParams.delete('payment');
  history.replaceState(null, '', address);
  show();
  look();
}

// Faults

const toggles = [...document.querySelectorAll('button[data-fault]')].map((element) => {
  const field = element.parentElement.querySelector('input');
  const isNumber = field?.type === 'number';
  const [name, group] = element.dataset.fault.split('.').reverse();
  const off = isNumber ? Number(element.dataset.off) : field ? undefined : false;
  const part = (faults) => (group ? faults[group] : faults);
  return {
    element, field, off, part, name,
    wanted: () => (isNumber ? field.valueAsNumber : field ? field.value : true),
    text(value) {
      const words = field ? [...field.labels[0].childNodes].map((node) => (node === field ? value : node.data)).join('').trim() : '';
      return `${element.closest('fieldset').firstElementChild.textContent}: ${element.textContent.toLowerCase()} ${words}`.trim();
    },
  };
});

/** An API fault in words. */
function apiFault({ method, path, times, latency_ms: latency, status, retry_after: seconds, lose_reply: isLost, after }) {
  const what = [
    latency && `${latency} ms longer`,
    status && `error ${status}${seconds === undefined ? '' : `, Retry-After ${seconds} s`}`,
    isLost && 'reply lost',
    after === true && 'carried out all the same',
    after === false && 'not carried out',
  ].filter(Boolean).join(', ') || 'nothing';
  const often = times === undefined ? 'always' : times === 0 ? 'used up' : times === 1 ? 'once more' : `${times} more times`;
  return `${method ?? 'Any call'}${path ? ` …${path}…` : ''}: ${what}; ${often}`;
}

/** All that is on, in words. */
function faultsOn(faults) {
  const pressed = toggles.filter(({ part, name, off }) => part(faults)[name] !== off);
  const left = faults.api.filter(({ times }) => times !== 0);
  return [...pressed.map(({ part, name, text }) => text(part(faults)[name])), ...left.map((fault) => `API: ${apiFault(fault)}`)];
}

function showFaults(faults) {
  for (const { element, field, off, part, name } of toggles) {
    const value = part(faults)[name];
    element.setAttribute('aria-pressed', value !== off);
    if (value !== off && field && field !== document.activeElement) field.value = value;
  }
  draw(find('#api'), faults.api.map((fault, index) => h('p', { class: fault.times === 0 ? 'api spent' : 'api' },
    h('span', null, apiFault(fault)),
    button('Remove', `Remove: ${apiFault(fault)}`, () => setFaults((all) => all.api.splice(index, 1))))));
  const on = faultsOn(faults);
  const said = find('#faults-on');
  draw(said, on.length ? [h('ul', null, on.map((text) => h('li', null, text)))] : [h('span', null, 'None is on.')]);
  const count = find('#faults-count');
  count.className = on.length ? 'count' : '';
  count.textContent = on.length ? `${on.length} on` : '';
}

/** What is put replaces all faults, so they are read first. */
async function setFaults(change) {
  await attempt(async () => {
    const faults = await ask('sandbox/faults');
    change(faults);
    await send('PUT', 'sandbox/faults', faults);
  });
}

for (const { element, field, off, part, name, wanted } of toggles) {
  const put = (isOn) => {
    if (isOn && field && !field.reportValidity()) return;
    setFaults((faults) => { part(faults)[name] = isOn ? wanted() : off; });
  };
  element.addEventListener('click', () => put(!isPressed(element)));
  field?.addEventListener('change', () => { if (isPressed(element)) put(true); });
}
for (const element of document.querySelectorAll('button[data-api]')) {
  element.addEventListener('click', () => setFaults(({ api }) => api.push(JSON.parse(element.dataset.api))));
}
find('#add').addEventListener('submit', (event) => {
  event.preventDefault();
  const filled = [...new FormData(event.target)].filter(([, value]) => value !== '');
  const isText = (name) => name === 'method' || name === 'path';
  const fault = Object.fromEntries(filled.map(([name, value]) => [name, isText(name) ? value : JSON.parse(value)]));
  setFaults(({ api }) => api.push(fault));
});
find('#faults-off').addEventListener('click', () => act('PUT', 'sandbox/faults', {}));

// Talking with the sandbox

async function send(method, path, body) {
  const reply = await fetch(path, { method, body: body && JSON.stringify(body), cache: 'no-store', signal: AbortSignal.timeout(10_000) });
  if (reply.ok) return reply;
  const told = await reply.json().catch(() => ({}));
  throw new Error([`${method} ${path}: ${reply.status}`, told.description, told.more_info].filter(Boolean).join(' '));
}

const ask = async (path) => (await send('GET', path)).json();

/** Tells what happened, to the eyes and to screen readers. */
function tell(text) {
  find('#news').textContent = text;
}

/** Does something, tells if it fails, and looks at what came of it. */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    tell(`That did not work. ${error.message}`);
  }
  await look();
}

const act = (method, path, body) => attempt(() => send(method, path, body));

/** What is new, in a few words. */
function news(before, now) {
  const known = new Map(before.payments.map((one) => [one.id, one]));
  const last = before.webhooks[0]?.number ?? 0;
  const told = now.payments.flatMap((one) => {
    const old = known.get(one.id);
    if (!old) return [`New payment of ${amount(one)}.`];
    return old.status === one.status ? [] : [`The payment of ${amount(one)} is ${one.status}.`];
  });
  const sent = now.webhooks.filter(({ number }) => number > last);
  told.push(...sent.map(({ event, status, reply }) => `Webhook ${event}: ${status ?? reply}.`));
  if (now.payments_count < before.payments_count) return 'The sandbox was reset.';
  if (JSON.stringify(before.faults) !== JSON.stringify(now.faults)) {
    const count = faultsOn(now.faults).length;
    told.unshift(count === 0 ? 'No fault is on.' : count === 1 ? 'One fault is on.' : `${count} faults are on.`);
  }
  return told.length > 4 ? `${told.slice(0, 4).join(' ')} And ${told.length - 4} more.` : told.join(' ');
}

let turn = 0;
let timer;

async function look() {
  clearTimeout(timer);
  turn += 1;
  const mine = turn;
  const live = find('#live');
  try {
    const only = chosen.payment && `&payment_id=${encodeURIComponent(chosen.payment)}`;
    const [state, log] = await Promise.all([ask('sandbox/state'), ask(`sandbox/log?last=${LOG_ENTRIES}${only}`)]);
    if (mine !== turn) return;
    draw(live, ['Live']);
    live.className = 'live on';
    const text = JSON.stringify([state, log]);
    if (text !== seen.text) {
      const told = seen.state && news(seen.state, state);
      Object.assign(seen, { state, log, text });
      show();
      if (told) tell(told);
    }
  } catch {
    if (mine !== turn) return;
    draw(live, ['The sandbox does not answer']);
    live.className = 'live off';
  }
  if (!document.hidden) timer = setTimeout(look, EVERY_MS);
}

document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
find('#reset').addEventListener('click', () => act('POST', 'sandbox/reset'));
find('#filter').addEventListener('submit', (event) => event.preventDefault());
find('#payment').addEventListener('change', ({ target }) => choose(target.value));
find('#all').addEventListener('click', () => choose(''));
for (const [name, step] of Object.entries(STEP)) {
  find(`#${name} .more`).addEventListener('click', () => {
    chosen.limits[name] += step;
    show();
  });
}
look();
