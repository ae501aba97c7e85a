// <paymentsos-checkout>: the element's class. It is defined at once and loads the wasm once for all elements on the page.

const TAG = 'paymentsos-checkout';
const VERSION = 1;
const START_LIMIT = 15_000;
const REDIRECT_LIMIT = 3_000;
const STYLES_LIMIT = 3_000;

const ATTRIBUTES = [
  'backend', 'payment-id', 'kind', 'amount', 'currency', 'merchant-site-url', 'presentation', 'redirect-hosts',
  'client-token', 'credentials', 'locale', 'deadline',
];
const PROPERTIES = ['paymentMethod', 'messages'];

// Said here, because what says everything else is what is missing.
const CANNOT_START = ['Payment cannot be shown here', 'Reload the page, or use another browser. If you may have paid already, look at your order or your e-mail first.'];
const STOPPED = ['Something went wrong', 'Before you pay again, look at your order or your e-mail to see whether it was paid.'];
const RELOAD = 'Reload the page';

const here = (file) => new URL(file, import.meta.url);
const after = (limit) => new Promise((done) => setTimeout(done, limit));

let loading;
function load() {
  loading ??= Promise.all([
    import(here('paymentsos-checkout.js')).then(async (glue) => {
      await glue.default({ module_or_path: here('paymentsos-checkout_bg.wasm') });
      if (glue.version() !== VERSION) throw new Error(`${TAG}: element.js and the wasm are of different releases`);
      return glue;
    }),
    // Unstyled it still works.
    Promise.race([styles, after(STYLES_LIMIT)]),
  ]).then(([glue]) => glue);
  // An element made later may have better luck.
  loading.catch(() => { loading = undefined; });
  return loading;
}

// Only those who pay by link need it.
let drawing;
async function qr(text) {
  drawing ??= import(here('paymentsos-qr.js')).then(async (glue) => {
    await glue.default({ module_or_path: here('paymentsos-qr_bg.wasm') });
    return glue;
  });
  drawing.catch(() => { drawing = undefined; });
  return (await drawing).qr(text);
}

// A browser without constructed sheets (Safari before 16.4) gets a link in each element instead.
let sheet;
let styles;
try {
  sheet = new CSSStyleSheet();
  styles = fetch(here('checkout.css'))
    .then((reply) => (reply.ok ? reply.text() : ''))
    .then((css) => sheet.replaceSync(css))
    .catch(() => {});
} catch {
  sheet = undefined;
}

function linked() {
  if (sheet) return [];
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = here('checkout.css');
  return [link];
}

// A trap of another module on the page is none of ours; where the stack names no module's file, it may be.
const isTrap = (error) => globalThis.WebAssembly && error instanceof WebAssembly.RuntimeError
  && (/.*\.wasm/.exec(error.stack) ?? [TAG])[0].includes(TAG);
const mounted = new Set();
let broken = false;
function breakDown() {
  broken = true;
  for (const element of mounted) element._stop('stopped', STOPPED);
}

// After a trap nothing in the module can be trusted: every element says so, and none pays again.
for (const [type, key] of [['error', 'error'], ['unhandledrejection', 'reason']]) {
  addEventListener(type, (event) => {
    if (isTrap(event[key])) breakDown();
  });
}

export class PaymentsosCheckout extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  #root = this.attachShadow({ mode: 'open' });
  #properties = {};
  #handle;
  #turn = 0;
  #stopped = false;
  #waiting = [];
  #unanswered = new Set();
  #state = Object.freeze({ state: 'loading', payment_id: null, kind: 'charge', transaction_id: null, result: null, error: null });

  constructor() {
    super();
    if (sheet) this.#root.adoptedStyleSheets = [sheet];
  }

  connectedCallback() {
    // What a page has set before this class was there.
    for (const name of PROPERTIES) {
      if (Object.prototype.hasOwnProperty.call(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }
    this.#turn += 1;
    if (!this.#handle && !this.#stopped) this.#mount(this.#turn);
  }

  disconnectedCallback() {
    const turn = this.#turn;
    // An element that is only moved is back before the microtask.
    queueMicrotask(() => {
      if (this.isConnected || turn !== this.#turn) return;
      this.#turn += 1;
      mounted.delete(this);
      const handle = this.#handle;
      this.#handle = undefined;
      this.#guard(() => { handle?.destroy(); handle?.free(); });
      this.#answerAll();
      // What it says once it is stopped holds wherever it is put next.
      if (!this.#stopped) this.#root.replaceChildren();
    });
  }

  attributeChangedCallback(_name, before, after) {
    if (before !== after) this.#update();
  }

  /** PaymentsOS's `payment_method`, or a function that gives one or a promise of one, called in each press on Pay. */
  get paymentMethod() { return this.#properties.paymentMethod; }
  set paymentMethod(value) { this.#properties.paymentMethod = value; this.#update(); }

  /** Own texts, by key. */
  get messages() { return this.#properties.messages; }
  set messages(value) { this.#properties.messages = value; this.#update(); }

  /** What events say in `detail`, as of now. */
  get state() { return this.#state; }

  /** As a press on Pay. Resolves to the state once it is not `creating` any more. */
  pay() { return this.#command('pay'); }
  /** Asks for the status now. Resolves to the state once it is answered. */
  checkNow() { return this.#command('checkNow'); }
  /** Looks anew; nothing that is under way is dropped. Resolves to the state once it is answered. */
  reset() { return this.#command('reset'); }

  #command(name) {
    return new Promise((resolve) => {
      const done = (state) => { this.#unanswered.delete(done); resolve(state); };
      this.#unanswered.add(done);
      const ask = () => this.#guard(() => this.#handle.command(name, (detail) => done(detail.state)));
      if (this.#handle) ask();
      else if (this.#stopped) done(this.#state.state);
      else this.#waiting.push(ask);
    });
  }

  // Nobody will answer any more: those who wait get the state as it is.
  #answerAll() {
    this.#waiting = [];
    for (const done of this.#unanswered) done(this.#state.state);
  }

  #settings() {
    const settings = { ...this.#properties, qr };
    for (const name of ATTRIBUTES) {
      const value = this.getAttribute(name);
      if (value !== null) settings[name] = value;
    }
    settings.locale ??= this.closest('[lang]')?.lang || undefined;
    return settings;
  }

  #update() {
    if (this.#handle) this.#guard(() => this.#handle.update(this.#settings()));
  }

  async #mount(turn) {
    this.#show('loading');
    const limit = setTimeout(() => { if (turn === this.#turn) this._stop('cannot_start', CANNOT_START); }, START_LIMIT);
    try {
      const { Handle } = await load();
      if (turn !== this.#turn || this.#stopped) return;
      if (broken) return this._stop('stopped', STOPPED);
      // Yew never takes its listeners off the element it was mounted in, so each mount gets a fresh one.
      const base = document.createElement('div');
      base.part = 'base';
      this.#root.replaceChildren(...linked(), base);
      mounted.add(this);
      this.#handle = new Handle(base, this.#settings(), (type, detail) => this.#emit(type, detail));
      for (const command of this.#waiting.splice(0)) command();
    } catch (error) {
      if (isTrap(error)) breakDown();
      if (turn === this.#turn) this._stop(...(broken ? ['stopped', STOPPED] : ['cannot_start', CANNOT_START]));
    } finally {
      clearTimeout(limit);
    }
  }

  #show(state) {
    this.dataset.state = state;
  }

  #emit(type, detail) {
    // What is stopped goes nowhere either.
    if (this.#stopped) return false;
    Object.freeze(detail);
    if (type === 'checkout-state') {
      this.#state = detail;
      this.#show(detail.state);
    }
    if (type === 'checkout-redirect') return this.#beforeRedirect(detail);
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
    return undefined;
  }

  // The page may have something to do before it is left, but not for long; or it goes there itself.
  async #beforeRedirect(detail) {
    const until = [];
    const event = new CustomEvent('checkout-redirect', {
      bubbles: true, composed: true, cancelable: true,
      detail: Object.freeze({ ...detail, waitUntil: (promise) => until.push(promise) }),
    });
    if (!this.dispatchEvent(event)) return false;
    await Promise.race([Promise.allSettled(until), after(REDIRECT_LIMIT)]);
    return true;
  }

  #guard(call) {
    try {
      call();
    } catch (error) {
      if (!isTrap(error)) throw error;
      breakDown();
    }
  }

  /** Shows a fixed text in place of everything, and never calls the wasm again. */
  _stop(code, [heading, text]) {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#handle = undefined;
    const section = document.createElement('section');
    section.part = 'checkout';
    for (const [name, part, words] of [['h2', 'heading', heading], ['p', 'text', text]]) {
      const element = document.createElement(name);
      element.part = part;
      element.textContent = words;
      section.append(element);
    }
    section.setAttribute('role', 'alert');
    // What is saved is found again there: whoever reloads is told how it stands, and does not pay twice.
    const reload = document.createElement('button');
    reload.part = 'button reload';
    reload.textContent = RELOAD;
    reload.addEventListener('click', () => location.reload());
    section.append(reload);
    this.#root.replaceChildren(...linked(), section);
    const error = Object.freeze({ code, who: code === 'stopped' ? 'merchant' : 'network', retriable: false });
    this.#state = Object.freeze({ ...this.#state, state: 'unavailable', error });
    this.#show('unavailable');
    for (const type of ['checkout-state', 'checkout-error']) {
      this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail: this.#state }));
    }
    this.#answerAll();
  }
}

if (!customElements.get(TAG)) customElements.define(TAG, PaymentsosCheckout);
