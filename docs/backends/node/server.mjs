// A merchant backend for <paymentsos-checkout> in plain Node.js: the Merchant API, a shop with one article, and the guard.
//
// The guard is what no browser can do: one payment, never two. An attempt is on the disk before PaymentsOS is asked, it keeps one
// key there however often it is repeated, and another key follows only on a failure that PaymentsOS has confirmed.
// The records are files, and turns are taken in memory: run one process on a DATA folder, never two.

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { STATUS_CODES, createServer } from 'node:http';
import path from 'node:path';

// ---- Settings

const end = (why) => { console.error(why); process.exit(1); };
const setting = (name, fallback) => process.env[name]?.trim() || fallback || end(`${name} is not set`);
const PORT = setting('PORT');
const PAYMENTSOS_URL = setting('PAYMENTSOS_URL').replace(/\/+$/, '');
const APP_ID = setting('PAYMENTSOS_APP_ID');
const PRIVATE_KEY = setting('PAYMENTSOS_PRIVATE_KEY');
const ENVIRONMENT = setting('PAYMENTSOS_ENV', 'test');
const OWN = `http://localhost:${PORT},http://127.0.0.1:${PORT}`;
const ORIGINS = setting('SHOP_ORIGINS', OWN).split(',').map((one) => one.trim());
const DATA = setting('DATA');
const isSafe = /^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(PAYMENTSOS_URL);
if (!isSafe) end('PAYMENTSOS_URL must be https, except on this machine: the private key travels there');
if (!['test', 'live'].includes(ENVIRONMENT)) end('PAYMENTSOS_ENV must be test or live');
if (!ORIGINS.every((one) => /^https?:\/\/[a-z0-9.:[\]-]+$/.test(one))) end('SHOP_ORIGINS must hold origins: https://shop.example');

const AMOUNT = 4097; // In minor units, and the shop's alone to decide: no browser is asked.
const CURRENCY = 'USD';
const LARGEST_BODY = 64 * 1024;
const SESSION_SECONDS = 30 * 24 * 60 * 60;

// ---- Problems (RFC 9457). None holds a secret, nor what PaymentsOS wrote.

const REPEAT = 'Repeat the request with the same Idempotency-Key.';
const PROBLEMS = {
  'json': [400, 'The body is not the JSON of a request to this address.'],
  'idempotency-key': [400, 'The header Idempotency-Key must hold the attempt\'s id, a UUID.'],
  'reconciliation-id': [400, '`reconciliation_id` must equal the Idempotency-Key.'],
  'no-session': [401, 'This needs the session that the order was made in.'],
  'origin': [403, 'The request comes from a page of another origin. Further ones are set by SHOP_ORIGINS.'],
  'another-session': [403, 'The payment belongs to another session.'],
  'not-found': [404, 'There is nothing at this address.'],
  'method': [405, 'This address has no such method.'],
  'payment-has-transaction': [409, 'The payment has a transaction that has not failed. Read the payment, and go on with that one.'],
  'conflict': [409, `Another request for this payment came first, or is under way. ${REPEAT}`],
  'amount-differs': [412, 'The amount or currency is not the one that was shown. Read the payment, and show it again.'],
  'too-large': [413, 'The body is larger than any request needs.'],
  'media-type': [415, 'The body must be application/json.'],
  'kind': [422, '`kind` must be `charge` or `authorization`, and a payment is paid by the kind of its order.'],
  'payment-method': [422, 'This `payment_method` cannot be used. A card must be tokenized: no card numbers are taken.'],
  'merchant-site-url': [422, '`merchant_site_url` is on no origin of this shop. Further ones are set by SHOP_ORIGINS.'],
  'expected-missing': [422, '`expected` must hold the amount and currency shown.'],
  'key-of-another': [422, 'This Idempotency-Key was used for something else. A new attempt needs a new one.'],
  'refused': [422, 'PaymentsOS refused the request. No transaction was made.'],
  'internal': [500, `The shop's backend has a fault. ${REPEAT}`],
  'paymentsos-unavailable': [502, `PaymentsOS cannot be used now. ${REPEAT}`],
  'paymentsos-busy': [503, `PaymentsOS asks for patience. ${REPEAT}`],
  'paymentsos-timeout': [504, `PaymentsOS did not reply in time. ${REPEAT}`],
};

class Problem extends Error {
  constructor(kind, { category, headers = {} } = {}) {
    super(kind);
    const [status, detail] = PROBLEMS[kind];
    this.body = { type: `urn:paymentsos-checkout:problem:${kind}`, title: STATUS_CODES[status], status, detail, category };
    this.headers = headers;
  }
}

// ---- What is handed on of PaymentsOS's replies: the fields that a checkout needs, and no others.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value) => (typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined);
const only = (from, names, test) => Object.fromEntries(names.filter((name) => test(from[name])).map((name) => [name, from[name]]));
const texts = (from, ...names) => only(from ?? {}, names, (value) => text(value) !== undefined);
const hasFailed = (transaction) => transaction.result.status === 'Failed';
const isFinal = (transaction) => hasFailed(transaction) || transaction.result.status === 'Succeed';

function transactionOf(read, { amount, currency }) {
  // Leaving one out that cannot be read would say that there is none.
  if (typeof read?.id !== 'string' || typeof read.result?.status !== 'string') throw new CallError('unavailable');
  return {
    id: read.id,
    result: texts(read.result, 'status', 'category', 'sub_category', 'description'),
    ...(read.redirection && { redirection: texts(read.redirection, 'id', 'url', 'merchant_site_url', 'operation_type') }),
    amount, currency, // A reply need not name them: they are the payment's.
    ...texts(read, 'reconciliation_id', 'amount', 'currency', 'expires_at'),
    ...(read.payment_method && { payment_method: texts(read.payment_method, 'vendor', 'last_4_digits') }),
    ...(`${read.provider_specific_data?.iframeAllowed}` === 'true' && { provider_specific_data: { iframeAllowed: true } }),
  };
}

// Who knows both ids may see this much, so that a return in another browser shows its result.
const forStrangers = ({ id, result: { status }, amount, currency }) => ({ id, result: { status }, amount, currency });

// ---- Records: a file each, whole or not there at all

const fileOf = (folder, id) => path.join(DATA, folder, `${id}.json`);
const load = (folder, id) => (fs.existsSync(fileOf(folder, id)) ? JSON.parse(fs.readFileSync(fileOf(folder, id))) : undefined);

function save(folder, id, value) {
  const [file, temporary] = [fileOf(folder, id), `${fileOf(folder, id)}.tmp`];
  fs.writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
  // The content is on the disk before it gets its name, and the name before PaymentsOS is called: a power cut loses neither.
  flush(temporary);
  fs.renameSync(temporary, file);
  flush(path.dirname(file));
}

function flush(name) {
  const opened = fs.openSync(name);
  fs.fsyncSync(opened);
  fs.closeSync(opened);
}

// Nothing in here waits, so nothing else in this process comes in between.
function change(payment, edit) {
  const record = load('payments', payment);
  edit(record);
  save('payments', payment, record);
  return record;
}

// ---- Turns: of one name, one after the other

const turns = new Map();
function inTurn(name, work) {
  const mine = (turns.get(name) ?? Promise.resolve()).then(work);
  const over = mine.catch(() => {}).then(() => turns.get(name) === over && turns.delete(name));
  turns.set(name, over);
  return mine;
}

// ---- PaymentsOS

class CallError extends Error {
  constructor(kind, { category, retryAfter } = {}) {
    super(kind);
    Object.assign(this, { kind, category, retryAfter });
  }

  problem() {
    const kind = { 'not-found': 'not-found', 'busy': 'paymentsos-busy', 'timeout': 'paymentsos-timeout' }[this.kind];
    return new Problem(kind ?? 'paymentsos-unavailable', { headers: this.retryAfter && { 'Retry-After': this.retryAfter } });
  }
}

async function call(method, where, { key, body, shopper } = {}) {
  const headers = {
    'accept': 'application/json', 'content-type': 'application/json', 'app-id': APP_ID, 'private-key': PRIVATE_KEY,
    'x-payments-os-env': ENVIRONMENT, // Always sent: a missing one means live.
    'api-version': '1.3.0',
    ...(key && { 'idempotency-key': key }),
    ...(shopper && { 'x-client-ip-address': shopper.address }),
    ...(shopper?.userAgent && { 'x-client-user-agent': shopper.userAgent }),
  };
  let reply, json;
  try {
    // A create may wait for the provider. No redirection is followed: the private key goes to this address and nowhere else.
    const signal = AbortSignal.timeout(method === 'POST' ? 50_000 : 8_000);
    reply = await fetch(PAYMENTSOS_URL + where, { method, headers, body: body && JSON.stringify(body), redirect: 'manual', signal });
    json = await reply.json().catch((error) => { if (error.name !== 'SyntaxError') throw error; });
  } catch (error) {
    throw new CallError(error.name === 'TimeoutError' ? 'timeout' : 'unavailable');
  }
  if (reply.ok) return json;
  console.warn(`PaymentsOS replied ${reply.status}; its request id: ${reply.headers.get('x-zooz-request-id')}`);
  const retryAfter = /^\d+$/.exec(reply.headers.get('retry-after'))?.[0] ?? '5';
  if ([408, 429].includes(reply.status)) throw new CallError('busy', { retryAfter });
  if (reply.status === 404) throw new CallError('not-found', { category: 'api_request_error' });
  if (reply.status === 409) throw new CallError('conflict');
  if (reply.status < 400 || reply.status >= 500) throw new CallError('unavailable');
  throw new CallError('refused', { category: /^[a-z0-9_]{1,64}$/.exec(json?.category)?.[0] });
}

// ---- What is known of a payment: what PaymentsOS said of it, and nothing else

const transactionsOf = ({ transactions }) => Object.values(transactions).flatMap((list) => Object.values(list));

// Takes in a reading of a transaction, and gives it as it is known now.
function see(payment, kinds, read) {
  const before = load('payments', payment).transactions[kinds][read.id];
  const [was, is] = [before?.result.status, read.result.status];
  // Readings may overtake one another: a final status is not taken back by an older one.
  if ((was === 'Succeed' && is !== was) || (was === 'Failed' && !isFinal(read))) return before;
  const known = { ...before, ...read };
  if (isFinal(known)) ['redirection', 'provider_specific_data', 'expires_at'].forEach((name) => delete known[name]);
  const record = change(payment, ({ transactions }) => { transactions[kinds][read.id] = known; });
  if (was === is) return known;
  const isSecond = transactionsOf(record).filter((one) => !hasFailed(one)).length > 1 && !hasFailed(known);
  if (was === 'Failed' || isSecond) console.error(`ALERT: look at payment ${payment}: ${read.id} is ${is} all the same`);
  waiting.get(payment)?.forEach((wake) => wake());
  return known;
}

async function readPayment(id) {
  const read = await call('GET', `/payments/${id}?expand=all`);
  const isPayment = read?.id === id && Number.isSafeInteger(read.amount) && text(read.currency) && text(read.status);
  const related = read?.related_resources;
  if (!isPayment || !(isObject(related) || (related ?? null) === null)) throw new CallError('unavailable');
  const listed = (kinds) => {
    if (!Array.isArray(related[kinds] ?? [])) throw new CallError('unavailable');
    return (related[kinds] ?? []).map((one) => transactionOf(one, read)).map((one) => see(id, kinds, one));
  };
  return {
    ...texts(read, 'id', 'amount', 'currency', 'status'),
    ...(`${read.is_chargedback}` === 'true' && { is_chargedback: true }),
    ...(read.order && { order: texts(read.order, 'id') }),
    ...(related && { related_resources: { charges: listed('charges'), authorizations: listed('authorizations') } }),
  };
}

async function readTransaction({ payment_id: payment, amount, currency }, kinds, id, made = {}) {
  const reply = await call('GET', `/payments/${payment}/${kinds}/${encodeURIComponent(id)}`);
  const read = transactionOf(reply, { amount, currency });
  if (read.id !== id) throw new CallError('unavailable');
  return see(payment, kinds, { ...made, ...read }); // It need not repeat all that the reply to the create has said.
}

// However many ask for a payment, it is read once a second.
const readings = new Map();
function readSparingly(payment) {
  if (!readings.has(payment)) {
    readings.set(payment, readPayment(payment));
    setTimeout(() => readings.delete(payment), 1000);
  }
  return readings.get(payment);
}

// ---- The guard

// A key is of the payment that it first came with.
function claim(payment, attempt) {
  const first = load('attempts', attempt);
  if (first && first.payment !== payment) throw new Problem('key-of-another');
  if (!first) save('attempts', attempt, { payment });
}

// A create, in the payment's turn. `attempt` is the idempotency key and the `reconciliation_id`.
async function create(payment, attempt, { body, expected, shopper }) {
  claim(payment, attempt);
  let record = load('payments', payment);
  const kinds = `${record.kind}s`;
  const mine = record.attempts[attempt];
  if (mine && !mine.open) {
    // A repeat of what is settled gets the original, as it stands now.
    return readTransaction(record, kinds, mine.transaction).catch(() => record.transactions[kinds][mine.transaction]);
  }
  const read = await readPayment(payment);
  // An open attempt is one whose outcome got lost. It is looked for by its `reconciliation_id` before anything is asked again.
  const open = Object.values(record.attempts).find((one) => one.open);
  const found = open && own(payment, read, open.key);
  if (found) {
    record = settle(payment, open.key, found);
    if (record.attempts[attempt]) return found;
  }
  checkFree(payment, read, expected);
  // Nobody may ever come back for an open one. Its key is used on, by whomever: PaymentsOS carries out one request of a key.
  const isRepeat = open !== undefined && !found;
  const key = isRepeat ? open.key : `${payment}:${attempt}`;
  change(payment, ({ attempts }) => { attempts[attempt] = { ...attempts[attempt], key, open: true }; });

  let made;
  try {
    made = transactionOf(await call('POST', `/payments/${payment}/${kinds}`, { key, body, shopper }), record);
  } catch (error) {
    return recover(payment, attempt, key, isRepeat, error);
  }
  if (made.reconciliation_id === undefined) change(payment, ({ attempts }) => { attempts[attempt].transaction = made.id; });
  // What a create returned is believed when it can be read under that payment.
  const verified = await readTransaction(record, kinds, made.id, made).catch((error) => {
    if (error.kind !== 'not-found') throw error;
    console.error(`ALERT: look at payment ${payment}: ${made.id} is not under it`);
    throw new CallError('unavailable');
  });
  return answer(payment, attempt, key, verified);
}

// A create that gave no transaction: refused, found all the same, or unknown until it is repeated.
async function recover(payment, attempt, key, isRepeat, error) {
  if (error.kind === 'refused' || error.kind === 'not-found') {
    // An earlier request under this key may have come to something: this one may have been refused for that very reason.
    if (isRepeat) throw new CallError('unavailable');
    change(payment, ({ attempts }) => { delete attempts[attempt]; });
    throw new Problem('refused', { category: error.category });
  }
  // After a time-out there is no time left to look, and after a 429 nothing to see.
  if (error.kind !== 'unavailable' && error.kind !== 'conflict') throw error;
  const read = await readPayment(payment).catch(() => { throw new CallError('unavailable'); });
  const found = own(payment, read, key);
  if (found) return answer(payment, attempt, key, found);
  if (error.kind === 'unavailable') throw error;
  throw new Problem(transactionsOf(load('payments', payment)).every(hasFailed) ? 'conflict' : 'payment-has-transaction');
}

function checkFree(payment, read, expected) {
  if (!read.related_resources) throw new CallError('unavailable'); // Nothing is known; that is not: there is none.
  const hasLive = !transactionsOf(load('payments', payment)).every(hasFailed);
  if (hasLive || read.status !== 'Initialized' || read.is_chargedback) throw new Problem('payment-has-transaction');
  if (expected.amount !== read.amount || expected.currency !== read.currency) throw new Problem('amount-differs');
}

const openUnder = ({ attempts }, key) => Object.entries(attempts).filter(([, one]) => one.open && one.key === key);
const isOf = (transaction, [id, one]) => (transaction.reconciliation_id === undefined
  ? transaction.id === one.transaction : transaction.reconciliation_id === id);

// The transaction of the attempts that are open under a key; of several, one that has not failed.
function own(payment, read, key) {
  const record = load('payments', payment);
  const listed = read.related_resources?.[`${record.kind}s`] ?? [];
  const found = listed.filter((one) => openUnder(record, key).some((entry) => isOf(one, entry)));
  return found.find((one) => !hasFailed(one)) ?? found.at(-1);
}

// Closes the attempts under a key: the one that the transaction is of, and the one whose own key it is, since PaymentsOS would
// give its repeat the same. One that only came in under another's key was not carried out, and may begin anew under its own.
const settle = (payment, key, transaction) => change(payment, (record) => {
  for (const [id, one] of openUnder(record, key)) {
    if (isOf(transaction, [id, one]) || key === `${payment}:${id}`) record.attempts[id] = { key, transaction: transaction.id };
    else delete record.attempts[id];
  }
});

function answer(payment, attempt, key, transaction) {
  if (settle(payment, key, transaction).attempts[attempt]) return transaction;
  throw new Problem(hasFailed(transaction) ? 'conflict' : 'payment-has-transaction');
}

// ---- What goes on to PaymentsOS of a request: what is named here, and never `external`, `sca_exemptions` or `installments`

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isText = (value, longest = 2048) => typeof value === 'string' && value.length <= longest;
const header = (request, name, longest) => /^[\x20-\x7e\t]+$/.exec(request.headers[name] ?? '')?.[0].slice(0, longest);

function paymentMethod(asked) {
  const isUntokenized = asked?.type === 'untokenized' && asked.source_type !== 'credit_card';
  if (!isUntokenized && !(asked?.type === 'tokenized' && isText(asked.token))) throw new Problem('payment-method');
  const method = only(asked, ['type', 'token', 'credit_card_cvv', 'source_type', 'vendor'], (value) => isText(value));
  const { additional_details: details } = asked;
  if (isObject(details)) {
    const isPlain = (value) => isText(value) || typeof value === 'boolean' || typeof value === 'number';
    method.additional_details = only(details, Object.keys(details).slice(0, 32), isPlain);
  }
  return method;
}

function browserOf(asked, accept) {
  const names = ['language', 'color_depth', 'screen_height', 'screen_width', 'time_zone'].map((name) => `browser_${name}`);
  return {
    ...only(asked, names, (value) => isText(value, 64)),
    ...only(asked, ['browser_java_enabled'], (value) => typeof value === 'boolean'),
    ...only(asked, ['challenge_window_size'], (value) => isText(value) && /^0[1-5]$/.test(value)),
    ...(accept && { browser_header: accept }), // No script can read it.
  };
}

// Addresses are compared as text, so that no two readers of them can differ about where they lead.
const isOurs = (address) => isText(address, 8192) && /^[\x21-\x5b\x5d-\x7e]+$/.test(address)
  && ORIGINS.some((origin) => address.startsWith(origin) && /^([/?#]|$)/.test(address.slice(origin.length)));

function bodyFor(asked, attempt, accept) {
  const body = { payment_method: paymentMethod(asked.payment_method), reconciliation_id: attempt };
  const address = asked.merchant_site_url ?? undefined;
  if (address !== undefined && !isOurs(address)) throw new Problem('merchant-site-url');
  const browser = asked.three_d_secure_attributes?.internal;
  const attributes = isObject(browser) ? { internal: browserOf(browser, accept) } : undefined;
  return { ...body, merchant_site_url: address, three_d_secure_attributes: attributes };
}

// ---- The shop

const hashOf = (token) => createHash('sha256').update(token).digest('hex');

// Only the hash of a cookie is kept: who sees the records cannot act as a shopper.
function sessionOf({ headers: { cookie = '' } }) {
  const tokens = [...cookie.matchAll(/(?:^|;) *shop_session=([0-9a-f]{64}) *(?=;|$)/g)].map(([, token]) => token);
  return tokens.map((token) => load('sessions', hashOf(token))).find((session) => session?.until > Date.now());
}

async function order(request, body) {
  checkOrigin(request);
  const asked = body?.length === 0 ? {} : jsonOf(request, body);
  if (![undefined, null, 'charge', 'authorization'].includes(asked.kind)) throw new Problem('kind');
  const token = randomBytes(32).toString('hex');
  const known = sessionOf(request);
  const session = known ?? { id: hashOf(token), until: Date.now() + SESSION_SECONDS * 1000 };
  if (!known) save('sessions', session.id, session);
  const secure = ORIGINS[0].startsWith('https:') ? '; Secure' : '';
  const cookie = `shop_session=${token}; Path=/; Max-Age=${SESSION_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
  const made = await inTurn(session.id, () => openOrder(session.id, asked));
  return { body: { ...made, amount: AMOUNT, currency: CURRENCY }, headers: known ? {} : { 'Set-Cookie': cookie } };
}

// The session's order that is not paid yet, or a new one. It is written before its payment is made, so that one whose making got
// lost is asked for again under the same key.
async function openOrder(id, asked) {
  const session = load('sessions', id);
  const last = session.order;
  const record = last?.payment_id && load('payments', last.payment_id);
  const statuses = record ? transactionsOf(record).map((one) => one.result.status) : [];
  const fits = last && ((asked.kind ?? last.kind) === last.kind || statuses.some((status) => status !== 'Failed'));
  if (fits && asked.new !== true && !statuses.includes('Succeed')) session.order = last;
  else session.order = { order_id: randomUUID(), kind: asked.kind ?? 'charge' };
  if (session.order.payment_id) return session.order;
  save('sessions', id, session);
  const { order_id: key, kind } = session.order;
  const made = await call('POST', '/payments', { key, body: { amount: AMOUNT, currency: CURRENCY, order: { id: key } } });
  if (!/^[\w-]{1,64}$/.test(made?.id)) throw new CallError('unavailable'); // It becomes the name of a file.
  const fresh = { payment_id: made.id, session: id, kind, amount: AMOUNT, currency: CURRENCY, attempts: {} };
  save('payments', made.id, load('payments', made.id) ?? { ...fresh, transactions: { charges: {}, authorizations: {} } });
  session.order.payment_id = made.id;
  save('sessions', id, session);
  return session.order;
}

// ---- The Merchant API

function recordOf(payment) {
  const record = load('payments', payment);
  if (!record) throw new Problem('not-found');
  return record;
}

function ownRecord(request, payment) {
  const session = sessionOf(request);
  if (!session) throw new Problem('no-session'); // Before anything is said of the payment, even that there is one.
  const record = recordOf(payment);
  if (record.session !== session.id) throw new Problem('another-session');
  return record;
}

// A browser says where a POST comes from; what says nothing is no browser, and holds no shopper's cookie by accident.
function checkOrigin({ headers: { origin, 'sec-fetch-site': site } }) {
  const isFromUs = origin === undefined ? [undefined, 'same-origin', 'none'].includes(site) : ORIGINS.includes(origin);
  if (!isFromUs) throw new Problem('origin');
}

async function post(request, content, payment, kinds) {
  checkOrigin(request);
  const record = ownRecord(request, payment);
  const asked = jsonOf(request, content);
  if (`${record.kind}s` !== kinds) throw new Problem('kind');
  const attempt = (request.headers['idempotency-key'] ?? '').replace(/^"(.*)"$/, '$1').toLowerCase();
  if (!UUID.test(attempt)) throw new Problem('idempotency-key');
  if (text(asked.reconciliation_id)?.toLowerCase() !== attempt) throw new Problem('reconciliation-id');
  const body = bodyFor(asked, attempt, header(request, 'accept', 2048));
  const { expected } = asked;
  if (!Number.isSafeInteger(expected?.amount) || !isText(expected.currency)) throw new Problem('expected-missing');
  // Behind a proxy this is the proxy's address: take the shopper's from its X-Forwarded-For then, and only then.
  const address = request.socket.remoteAddress.replace(/^::ffff:/, '');
  const shopper = { address, userAgent: header(request, 'user-agent', 512) };
  // In its own time: a shopper who closes the page does not stop it half-way.
  return { status: 201, body: await inTurn(payment, () => create(payment, attempt, { body, expected, shopper })) };
}

const waiting = new Map(); // By payment: what wakes those whose answers are held.
const news = (payment, milliseconds) => new Promise((resolve) => {
  const wakers = waiting.get(payment) ?? new Set();
  const wake = () => { clearTimeout(timer); wakers.delete(wake); resolve(); };
  const timer = setTimeout(wake, milliseconds);
  waiting.set(payment, wakers.add(wake));
});

async function get(request, payment, kinds, id) {
  const { session } = recordOf(payment);
  // By its own entries alone: an id out of an address may also be the name of something that every object has.
  const known = () => Object.entries(load('payments', payment).transactions[kinds]).find(([own]) => own === id)?.[1];
  if (!known()) await readSparingly(payment); // It may have been made in another way: PaymentsOS knows.
  if (!known()) throw new Problem('not-found');
  const preferred = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=[,;]|$)/i.exec(request.headers.prefer ?? '');
  const wait = preferred && (waiting.get(payment)?.size ?? 0) < 16 ? Math.min(Number(preferred[1]), 25) : undefined;
  const until = Date.now() + (wait ?? 0) * 1000;
  const first = known().result.status;
  for (let step = 1000; !isFinal(known()); step = Math.min(step * 2, 8000)) {
    await readSparingly(payment).catch(() => {}); // Where it cannot be read, what is known is still true.
    if (known().result.status !== first || Date.now() >= until || request.socket.destroyed) break;
    await news(payment, Math.min(step, until - Date.now()));
    if (known().result.status !== first) break;
  }
  const body = sessionOf(request)?.id === session ? known() : forStrangers(known());
  return { body, headers: wait === undefined ? {} : { 'Preference-Applied': `wait=${wait}` } };
}

// ---- HTTP

// The body, or nothing where it is too large.
const bodyOf = (request) => new Promise((resolve, reject) => {
  const chunks = [];
  let size = 0;
  request.on('data', (chunk) => {
    size += chunk.length;
    if (size <= LARGEST_BODY) chunks.push(chunk);
    else resolve(undefined);
  }).on('end', () => resolve(Buffer.concat(chunks))).on('error', reject);
});

function jsonOf(request, body) {
  const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (type !== 'application/json') throw new Problem('media-type');
  if (body === undefined) throw new Problem('too-large');
  let json;
  try { json = JSON.parse(body.toString()); } catch { /* It is no object either. */ }
  if (!isObject(json)) throw new Problem('json');
  return json;
}

async function route(request, body) {
  const address = /^\/api\/payments\/([\w-]+)(?:\/(charges|authorizations)(?:\/([\w-]+))?)?$/.exec(request.path);
  const [, payment, kinds, id] = address ?? [];
  const isShop = request.path === '/shop/orders';
  if (!payment && !isShop) throw new Problem('not-found');
  const allowed = isShop || (kinds && !id) ? 'POST' : 'GET';
  if (request.method !== allowed) throw new Problem('method', { headers: { Allow: `${allowed}, OPTIONS` } });
  if (isShop) return order(request, body);
  if (id) return get(request, payment, kinds, id);
  if (kinds) return post(request, body, payment, kinds);
  ownRecord(request, payment);
  return { body: await readPayment(payment) };
}

async function reply(request, response) {
  const { origin } = request.headers;
  const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'Vary': 'Origin' };
  if (ORIGINS.includes(origin)) {
    Object.assign(headers, {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'Preference-Applied, Retry-After',
    });
  }
  if (request.method === 'OPTIONS') {
    const preflight = { 'Access-Control-Allow-Methods': 'GET, POST', 'Access-Control-Max-Age': '600' };
    const allowed = { 'Access-Control-Allow-Headers': 'Content-Type, Idempotency-Key, Prefer' };
    return response.writeHead(204, { ...headers, ...preflight, ...allowed }).end();
  }
  let result;
  try {
    request.path = request.url.split('?')[0];
    const body = await bodyOf(request);
    if (body === undefined) headers.Connection = 'close'; // The rest of it is not waited for.
    result = await route(request, body);
  } catch (error) {
    const problem = error instanceof Problem ? error : error instanceof CallError ? error.problem() : new Problem('internal');
    // Without its message, which may quote a body.
    if (problem.message === 'internal') console.error(error.name, error.code, error.stack?.split('\n').slice(1, 4).join());
    result = { ...problem, status: problem.body.status };
    headers['Content-Type'] = 'application/problem+json';
  }
  response.writeHead(result.status ?? 200, { 'Content-Type': 'application/json', ...headers, ...result.headers });
  return response.end(JSON.stringify(result.body));
}

const FOLDERS = ['payments', 'attempts', 'sessions'];
FOLDERS.forEach((folder) => fs.mkdirSync(path.join(DATA, folder), { recursive: true, mode: 0o700 }));
// For a proxy with TLS on the same machine.
createServer((request, response) => { reply(request, response).catch(() => response.destroy()); })
  .listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${PORT}`));
