// The class of <paymentsos-checkout>. It loads the wasm once for all elements on the page.
//
// It also runs where that cannot work: in browsers of 2018, to say so, and on a server, to be imported.

const TAG = 'paymentsos-checkout';
const RELEASE = '0.1.0';
const VERSION = 1;
const START_LIMIT = 15000;
const REDIRECT_LIMIT = 3000;
const LANGUAGE_LIMIT = 300;
const TRACE_LIMIT = 1000;
const REST_PAUSE = 1000;

// The first five say what is paid.
const ATTRIBUTES = [
  'backend', 'payment-id', 'kind', 'amount', 'currency', 'merchant-site-url', 'presentation', 'redirect-hosts',
  'host-origin', 'client-token', 'credentials', 'locale', 'deadline',
];
const PROPERTIES = ['paymentMethod', 'methods', 'messages'];

// Said here, because what says everything else is what is missing.
const TEXTS = {
  cannot_start: 'Payment cannot be shown here',
  cannot_start_hint: 'Reload the page, or use another browser. If you may have paid already, look at your order or your e-mail first.',
  stopped: 'Something went wrong',
  stopped_hint: 'Before you pay again, look at your order or your e-mail to see whether it was paid.',
  reload: 'Reload the page',
};

// Written out where they are used, and not put together: so bundlers find what belongs to it.
const WASM = new URL('./paymentsos-checkout_bg.wasm', import.meta.url);
const REST = new URL('./paymentsos-checkout_rest.wasm', import.meta.url);

const after = (limit) => new Promise((done) => setTimeout(done, limit));

// The rest of the wasm, which no first screen needs: until it is there, nothing happens but that screen.
let whole = false;
let resting;
function fetchRest() {
  resting = resting || fetch(REST);
  resting.catch(() => {});
  return resting;
}

let loading;
function load() {
  // Both at once: a page's preloads, or a slow line, make the most of that.
  loading = loading || Promise.all([import('./paymentsos-checkout.js'), fetch(WASM)]).then(async ([glue, wasm]) => {
    await glue.default({ module_or_path: wasm });
    if (glue.version() !== VERSION) throw new Error(`${TAG}: two releases`);
    // It is on its way while the first screen is made, and keeps none of that from coming.
    fetchRest();
    return glue;
  });
  // An element made later may have better luck.
  loading.catch(() => { loading = undefined; });
  return loading;
}

// The first screens are there, and everything else waits for the rest.
let held = false;
let completing;
let awaited = 0;
function complete() {
  awaited = performance.now();
  if (!completing) {
    completing = load().then(async (glue) => {
      const begin = await comesAtLast(glue);
      // An element that says it cannot work has said so for good: nobody pays behind it.
      if (broken) throw new Error(`${TAG}: too late`);
      whole = true;
      begin();
      await takeTurns();
    });
    completing.catch(() => {
      completing = undefined;
      // What has begun cannot go on.
      if (mounted.size) breakDown('cannot_start');
    });
  }
  return completing;
}

// What a page sets and asks for waits in its order, each for what the one before brings about.
const turns = [];
const waits = () => !whole || turns.length;
function inTurn(call) {
  if (waits()) turns.push(call);
  else call();
}

// What was pressed before is pressed anew.
let ours = false;
function click(piece) {
  ours = true;
  piece.click();
  ours = false;
}

async function takeTurns() {
  while (turns.length) {
    await new Promise((done) => setTimeout(() => {
      done();
      turns.shift()();
    }));
  }
}

// A line may come back at any time: as long as an element waits.
async function comesAtLast(glue) {
  for (;;) {
    try {
      return await glue.rest(fetchRest());
    } catch (error) {
      resting = undefined;
      if (broken || performance.now() - awaited > START_LIMIT) throw error;
      await after(REST_PAUSE);
    }
  }
}

// Who comes back (`is_plain` in `core/src/flow/returned.rs`), or has begun before, sees something else first.
function isNew() {
  try {
    return !/_id|status|%/.test(location.search + location.hash)
      && ![localStorage, sessionStorage].some((storage) => Object.keys(storage).some((key) => key.includes('|')));
  } catch (_) {
    return false;
  }
}

// Only those who pay by link need it.
let drawing;
async function qr(text) {
  drawing = drawing || import('./paymentsos-qr.js').then(async (glue) => {
    await glue.default({ module_or_path: new URL('./paymentsos-qr_bg.wasm', import.meta.url) });
    return glue;
  });
  drawing.catch(() => { drawing = undefined; });
  return (await drawing).qr(text);
}

// A browser without constructed sheets (Safari before 16.4) gets a link in each element instead.
let sheet;
function styles() {
  if (sheet !== undefined) return;
  try {
    sheet = new CSSStyleSheet();
    // The build puts them here.
    sheet.replaceSync(typeof STYLES === 'string' ? STYLES : '');
  } catch (_) {
    sheet = null;
  }
}

function link() {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = new URL('./checkout.css', import.meta.url).href;
  return link;
}

// A trap of another module on the page is none of ours; where the stack names no module's file, it may be.
const FILES = [WASM, REST].map((file) => file.pathname.split('/').pop());
const isTrap = (error) => typeof WebAssembly === 'object' && error instanceof WebAssembly.RuntimeError
  && FILES.some((file) => (/.*\.wasm/.exec(error.stack) || [file])[0].includes(file));
const mounted = new Set();
// What every element says then.
let broken;
let watching = false;
// How often the page was left, and may have been come back to.
let left = 0;
function breakDown(code) {
  broken = broken || code;
  for (const checkout of mounted) checkout.stop(broken);
}

// After a trap nothing in the module can be trusted: every element says so, and none pays again.
function watch() {
  if (watching) return;
  watching = true;
  addEventListener('error', (event) => { if (isTrap(event.error)) breakDown('stopped'); });
  // Nobody pays by coming back, and no time goes by meanwhile.
  addEventListener('pagehide', () => {
    left += 1;
    for (const checkout of mounted) checkout.forgetPress();
  });
  addEventListener('pageshow', () => { awaited = performance.now(); });
  addEventListener('unhandledrejection', (event) => { if (isTrap(event.reason)) breakDown('stopped'); });
}

// What the flow asks for first, asked for before the wasm is there. This knows the attributes and the address alone: where the flow asks
// for something else, what came is dropped.
class Early {
  constructor(attribute) {
    this.looks = [];
    try {
      const token = attribute('client-token');
      for (const [address, prefer] of whereToLook(attribute)) {
        if (!/^http/.test(address)) continue;
        const controller = new AbortController();
        const request = new Request(address, {
          headers: { Accept: 'application/json', ...prefer, ...(token && { Authorization: `Bearer ${token}` }) },
          cache: 'no-store',
          credentials: attribute('credentials') || 'same-origin',
          signal: controller.signal,
        });
        const response = fetch(request);
        // Whoever takes it is told.
        response.catch(() => {});
        this.looks.push({ request, response, controller });
      }
    } catch (_) {
      // What cannot be asked for is not.
    }
  }

  /** What comes of that very request, once. */
  take(request) {
    const at = request.method === 'GET' ? this.looks.findIndex(({ request: own }) => (
      ['url', 'credentials'].every((name) => own[name] === request[name])
      && ['Authorization', 'Prefer'].every((name) => own.headers.get(name) === request.headers.get(name)))) : -1;
    if (at < 0) return undefined;
    const [{ response, controller }] = this.looks.splice(at, 1);
    request.signal.addEventListener('abort', () => controller.abort());
    return response;
  }

  drop() {
    for (const { controller } of this.looks.splice(0)) controller.abort();
  }
}

// The payment, and before it the transaction that the shopper has come back with.
function whereToLook(attribute) {
  const returned = new URLSearchParams(location.search);
  const last = (name) => {
    const id = (returned.getAll(name).pop() || '').trim().toLowerCase();
    return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id) ? id : undefined;
  };
  const back = last('payment_id');
  const payment = attribute('payment-id') || back;
  if (!payment || !attribute('backend')) return [];
  const address = `${attribute('backend').replace(/\/+$/, '')}/payments/${encodeURIComponent(payment)}`;
  const looks = [[new URL(address, document.baseURI).href]];
  const kind = ['charge', 'authorization'].find((kind) => last(`${kind}_id`));
  if (kind && (!back || back === payment.toLowerCase())) {
    // Nobody who is looked at is told "pending" alone.
    const prefer = document.visibilityState === 'visible' && { Prefer: 'wait=25' };
    looks.unshift([`${looks[0][0]}/${kind}s/${last(`${kind}_id`)}`, prefer]);
  }
  return looks;
}

/** What stands behind one element, out of the page's reach. */
class Behind {
  constructor(element) {
    this.element = element;
    this.root = element.attachShadow({ mode: 'open' });
    this.properties = {};
    this.handle = undefined;
    // What was asked for while it loads.
    this.look = undefined;
    this.turn = 0;
    // What it was stopped for.
    this.stopped = undefined;
    this.waiting = [];
    this.unanswered = new Set();
    this.updating = false;
    // It outlives the module, whatever that stops over.
    this.lines = [];
    this.dropped = 0;
    this.state = Object.freeze({ state: 'loading', payment_id: null, kind: 'charge', transaction_id: null, result: null, error: null });
  }

  connected() {
    // What a page has set before the class was there.
    for (const name of PROPERTIES) {
      if (Object.keys(this.element).includes(name)) {
        const value = this.element[name];
        delete this.element[name];
        this.element[name] = value;
      }
    }
    this.turn += 1;
    if (!this.handle && !this.stopped) this.mount(this.turn);
  }

  async disconnected() {
    const turn = this.turn;
    // An element that is only moved is back before that.
    await undefined;
    if (this.element.isConnected || turn !== this.turn) return;
    this.turn += 1;
    this.dropLook();
    mounted.delete(this);
    if (this.handle) this.guard((handle) => { handle.destroy(); handle.free(); });
    this.handle = undefined;
    this.forgetPress();
    this.answerAll();
    // What it says once it is stopped holds wherever it is put next.
    if (!this.stopped) this.root.textContent = '';
  }

  set(name, value) {
    this.properties[name] = value;
    this.update();
  }

  // What a page sets one after the other is taken in at once, so that nothing half set is.
  async update() {
    if (this.updating) return;
    this.updating = true;
    await undefined;
    this.takeIn();
  }

  takeIn() {
    if (!this.updating) return;
    this.updating = false;
    // On the page, it begins with what is set by then.
    if (!this.element.isConnected) return;
    const settings = this.settings();
    if (this.stopped) this.tell();
    else if (this.handle) this.guard((handle) => handle.update(settings));
  }

  settings() {
    const settings = { ...this.properties, qr, early: this.early };
    for (const name of ATTRIBUTES) {
      const value = this.element.getAttribute(name);
      if (value !== null) settings[name] = value;
    }
    const around = this.element.closest('[lang]');
    if (around) settings.lang = around.lang;
    this.speak(settings.locale || settings.lang || navigator.language || 'en');
    settings.texts = this.texts;
    settings.methods = this.methods();
    return settings;
  }

  // English at once; another language once it is there.
  speak(tag) {
    if (tag === this.tag) return;
    this.tag = tag;
    this.texts = /^en(-|$)/i.test(tag) ? undefined : { language: 'en', direction: 'ltr', texts: {} };
    this.speaking = this.texts && import('./locales/index.js').then((locales) => locales.default(tag)).then(async (texts) => {
      if (!texts || tag !== this.tag) return;
      this.texts = texts;
      // What is on the screen stays so until what was pressed there is done.
      if (this.handle) await completing;
      await this.pressing;
      this.update();
    }).catch(() => {
      // A later change may have better luck.
      if (tag === this.tag) this.tag = undefined;
    });
  }

  // A browser takes its time to learn how a language writes money: it does while the wasm is on its way.
  learn() {
    try {
      new Intl.NumberFormat(this.tag, { style: 'currency', currency: this.element.getAttribute('currency') });
    } catch (_) {
      // It will be said in another way.
    }
  }

  // A text, if it is not the English one.
  own(key) {
    const { messages } = this.properties;
    return (messages && messages[key]) || (this.texts && this.texts.texts[key]);
  }

  say(key) { return this.own(key) || TEXTS[key]; }

  // A card's fields are this script's to make; what is paid with them is asked for in the press.
  methods() {
    const { methods } = this.properties;
    if (!Array.isArray(methods)) return methods;
    const card = methods.find((method) => method && method.secure_fields);
    this.fields(card && card.secure_fields);
    return methods.map((method) => (method && method.secure_fields
      ? { label: method.label, card: true, payment_method: async () => (await this.card).pay() } : method));
  }

  // A page may well set the same again and again; what the shopper has typed stays.
  fields(options) {
    const wanted = options && JSON.stringify(options);
    const card = this.card;
    if (card && wanted === this.wanted) {
      card.then((fields) => fields.speak(), () => {});
      return;
    }
    if (card) card.then((fields) => fields.remove(), () => {});
    this.wanted = wanted;
    this.card = options && import('./card.js').then(({ Card }) => new Card(this.element, options, (key) => this.own(key)));
    // The press on Pay says so; what is set next may have better luck.
    if (this.card) this.card.catch(() => { this.wanted = undefined; });
  }

  command(name) {
    return new Promise((resolve) => {
      const done = () => { this.unanswered.delete(done); resolve(this.state.state); };
      this.unanswered.add(done);
      const at = left;
      const ask = () => this.guard((handle) => {
        if (at === left && handle === this.handle) handle.command(name, done);
        else done();
      });
      // Where there is nothing to press yet, nothing is.
      const pays = name === 'pay';
      if (this.stopped || (pays && !this.handle) || (this.turn && !this.element.isConnected)) return done();
      // What was set before is meant by it.
      this.takeIn();
      if (!this.handle) this.waiting.push(ask);
      else if (!pays || !waits()) ask();
      // Whoever is told that it is ready is so before it is drawn.
      else Promise.resolve().then(() => this.keep(this.root.querySelector('[data-press=pay]'), ask, done));
    });
  }

  // Nobody will answer any more: those who wait get the state as it is.
  answerAll() {
    this.waiting = [];
    for (const done of this.unanswered) done();
  }

  async mount(turn) {
    this.show('loading');
    this.lines = [];
    this.dropped = 0;
    watch();
    // What shows the room that it will take.
    styles();
    this.fill();
    let limit;
    const begin = () => {
      const at = left;
      limit = setTimeout(() => (at === left ? end() : begin()), START_LIMIT);
    };
    const end = () => {
      // With its handle, all that it can wait for is the rest, wherever it is moved meanwhile.
      if (this.handle ? whole : turn !== this.turn) return;
      // What has begun with its first screen must not go on behind what is said now.
      if (this.handle) breakDown('cannot_start');
      this.stop('cannot_start');
    };
    begin();
    try {
      this.settings();
      // An element that is moved about while it loads asks once.
      this.look = this.look || new Early((name) => this.element.getAttribute(name));
      const early = this.look;
      this.early = (request) => early.take(request);
      const module = load();
      requestAnimationFrame(() => setTimeout(() => this.learn()));
      if (!this.canBegin()) {
        fetchRest();
        await complete();
      }
      const { Handle, hold } = await module;
      // A moment later nobody has read the English yet.
      await Promise.race([this.speaking, after(LANGUAGE_LIMIT)]);
      // Another element or tab may have begun meanwhile.
      if (!whole && !this.canBegin()) await complete();
      if (turn !== this.turn || this.stopped) return;
      if (broken) return this.stop(broken);
      // Yew never takes its listeners off the element it was mounted in, so each mount gets a fresh one.
      const base = this.base = document.createElement('div');
      base.setAttribute('part', 'base');
      // A press waits too: after the event it would say no more what was pressed.
      if (!whole) base.addEventListener('click', (event) => this.keepPress(event), true);
      this.fill(base);
      mounted.add(this);
      this.shown = this.listed();
      this.handle = new Handle(base, this.settings(), (type, detail) => {
        hold();
        held = true;
        return this.emit(type, detail);
      });
      for (const command of this.waiting.splice(0)) command();
      await complete();
    } catch (error) {
      if (isTrap(error)) breakDown('stopped');
      if (turn === this.turn) this.stop(broken || 'cannot_start');
    } finally {
      clearTimeout(limit);
      // A moment later, all is asked for that the flow begins with.
      if (turn === this.turn || this.handle) setTimeout(() => this.dropLook());
    }
  }

  // With the first part alone. A window can only be opened in the press itself.
  canBegin() {
    return !held && (this.element.getAttribute('presentation') || '').trim() !== 'popup' && isNew();
  }

  // What is chosen before the rest is there is chosen in its turn, among what the page sets and asks for.
  keepPress(event) {
    const piece = event.target.closest('[data-press]');
    // What stands in a slot is the page's own.
    if (ours || !piece || piece.getRootNode() !== this.root) return;
    this.forgetPress();
    if (!waits()) return;
    event.stopPropagation();
    if (!piece.matches('input')) this.keep(piece, () => click(piece), () => {});
    // Of other ways to pay than are shown, nobody can choose.
    else if (this.listed() === this.shown) this.guard(() => click(piece));
    else event.preventDefault();
  }

  // What is pressed is done once all of that is. What the shopper saw is what they have pressed: where that is another thing by then, they
  // press again. Only the last press is meant, and none before another choice.
  keep(piece, act, drop) {
    this.forgetPress();
    // Nor what the page changes in the same breath.
    if (!piece || this.updating) return drop();
    const sight = () => [
      ...ATTRIBUTES.slice(0, 5).map((name) => this.element.getAttribute(name)), this.listed(),
      ...[...this.base.querySelectorAll('[part=amount], label, [data-press]')].map((part) => part.textContent + part.checked),
    ].join();
    const seen = sight();
    this.press = drop;
    this.base.setAttribute('aria-busy', 'true');
    this.pressing = complete().then(after).then(() => {
      if (this.press === drop) this.forgetPress(!broken && sight() === seen && piece.isConnected && piece.dataset.press ? act : drop);
    }, () => {});
  }

  forgetPress(then = this.press) {
    if (!this.press) return;
    this.press = undefined;
    this.base.removeAttribute('aria-busy');
    then();
  }

  listed() {
    try {
      return JSON.stringify([this.properties.methods, this.properties.paymentMethod]);
    } catch (_) {
      // Like nothing else.
      return Math.random();
    }
  }

  dropLook() {
    if (this.look) this.look.drop();
    this.look = undefined;
  }

  fill(content) {
    this.root.textContent = '';
    if (sheet) this.root.adoptedStyleSheets = [sheet];
    else this.root.appendChild(link());
    if (content) this.root.appendChild(content);
  }

  show(state) {
    this.element.setAttribute('data-state', state);
  }

  dispatch(type, detail, more) {
    return this.element.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail, ...more }));
  }

  emit(type, detail) {
    // What is stopped goes nowhere either.
    if (this.stopped) return false;
    if (type === 'trace') return this.note(detail);
    Object.freeze(detail);
    if (type === 'checkout-state') {
      this.state = detail;
      this.show(detail.state);
    }
    if (type === 'checkout-redirect') return this.beforeRedirect(detail);
    this.dispatch(type, detail);
    return undefined;
  }

  // Where there are too many lines, the oldest step goes, but never the start.
  note(line) {
    this.lines.push(line);
    if (this.lines.length > TRACE_LIMIT) this.dropped += this.lines.splice(2, 2).length;
  }

  trace() {
    return Object.freeze({ version: 1, release: RELEASE, dropped: this.dropped, lines: Object.freeze(this.lines.slice()) });
  }

  // The page may have something to do before it is left, but not for long; or it goes there itself.
  async beforeRedirect(detail) {
    const until = [];
    const waitUntil = (promise) => { until.push(Promise.resolve(promise).catch(() => {})); };
    if (!this.dispatch('checkout-redirect', Object.freeze({ ...detail, waitUntil }), { cancelable: true })) return false;
    await Promise.race([Promise.all(until), after(REDIRECT_LIMIT)]);
    return true;
  }

  // The wasm is called once all of it is there.
  guard(call) {
    const { handle } = this;
    inTurn(() => {
      if (broken) return;
      try {
        call(handle);
      } catch (error) {
        if (!isTrap(error)) throw error;
        breakDown('stopped');
      }
    });
  }

  /** Shows a fixed text in place of everything, and never calls the wasm again. */
  stop(code) {
    if (this.stopped) return;
    this.stopped = code;
    this.handle = undefined;
    this.tell();
    const error = Object.freeze({ code, who: code === 'stopped' ? 'merchant' : 'network', retriable: false });
    this.state = Object.freeze({ ...this.state, state: 'unavailable', error });
    this.show('unavailable');
    this.dispatch('checkout-state', this.state);
    this.dispatch('checkout-error', this.state);
    this.answerAll();
  }

  tell() {
    const section = document.createElement('section');
    section.setAttribute('part', 'checkout');
    section.setAttribute('role', 'alert');
    if (this.texts) {
      section.lang = this.texts.language;
      section.dir = this.texts.direction;
    }
    const put = (name, part, words) => {
      const piece = document.createElement(name);
      piece.setAttribute('part', part);
      piece.textContent = words;
      section.appendChild(piece);
      return piece;
    };
    put('h2', 'heading', this.say(this.stopped));
    put('p', 'text', this.say(`${this.stopped}_hint`));
    // What is saved is found again there: whoever reloads is told how it stands, and does not pay twice.
    put('button', 'button reload', this.say('reload')).addEventListener('click', () => location.reload());
    this.fill(section);
  }
}

const behind = new WeakMap();
const of = (element) => behind.get(element);

export class PaymentsosCheckout extends (typeof HTMLElement === 'function' ? HTMLElement : class {}) {
  static get observedAttributes() { return ATTRIBUTES; }
  /** The release of the package. */
  static get release() { return RELEASE; }

  constructor() {
    super();
    behind.set(this, new Behind(this));
  }

  connectedCallback() { of(this).connected(); }
  disconnectedCallback() { of(this).disconnected(); }
  attributeChangedCallback(_name, before, after) { if (before !== after) of(this).update(); }

  /** PaymentsOS's `payment_method`, or a function that gives one or a promise of one, called in each press on Pay. */
  get paymentMethod() { return of(this).properties.paymentMethod; }
  set paymentMethod(value) { of(this).set('paymentMethod', value); }

  /** The ways to pay, to choose from: `{ label, payment_method }`, or `{ label, secure_fields: { public_key, environment } }` for a card. */
  get methods() { return of(this).properties.methods; }
  set methods(value) { of(this).set('methods', value); }

  /** Own texts, by key. */
  get messages() { return of(this).properties.messages; }
  set messages(value) { of(this).set('messages', value); }

  /** What events say in `detail`, as of now. */
  get state() { return of(this).state; }

  /** What has happened since the element was put on the page, for a support ticket: nothing personal is in it. */
  get trace() { return of(this).trace(); }

  /** As a press on Pay, where there is one. Resolves to the state once it is not `creating` any more. */
  pay() { return of(this).command('pay'); }
  /** Asks for the status now. Resolves to the state once it is answered. */
  checkNow() { return of(this).command('checkNow'); }
  /** Looks anew; nothing that is under way is dropped. Resolves to the state once it is answered. */
  reset() { return of(this).command('reset'); }
}

/**
 * Registers the class as `<paymentsos-checkout>`. A tag that is taken stays as it is, and the console says so. In a browser that
 * has no custom elements, whatever has no content of its own says that it cannot work; on a server, nothing happens.
 */
export function define() {
  if (typeof document === 'undefined') return;
  if (typeof customElements === 'undefined') {
    const say = () => {
      for (const element of document.querySelectorAll(TAG)) {
        if (!element.textContent.trim()) element.textContent = `${TEXTS.cannot_start}. ${TEXTS.cannot_start_hint}`;
      }
    };
    say();
    new MutationObserver(say).observe(document, { childList: true, subtree: true });
    return;
  }
  const taken = customElements.get(TAG);
  if (!taken) {
    customElements.define(TAG, PaymentsosCheckout);
  } else if (taken !== PaymentsosCheckout) {
    console.warn(`<${TAG}> is taken, by ${taken.release ? `release ${taken.release}` : 'another class'}: release ${RELEASE} is not used. Load one of them only.`);
  }
}
