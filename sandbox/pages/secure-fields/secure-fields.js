// Stands for PayU's Secure Fields v3: puts the fields of a card into a shop's page, each in a frame of this origin. The shop's page
// hears whether a field is right, and never what was typed; what it gets in the end is a token.

(() => {
  'use strict';

  const SCRIPT = document.currentScript.src;
  const ORIGIN = new URL(SCRIPT).origin;

  // How a kind of field is called by its frame, and among the placeholders.
  const KINDS = {
    cardNumber: { title: 'Card number', placeholder: 'cardNumber' },
    creditCardExpiry: { title: 'Expiry date', placeholder: 'expDate' },
    cvv: { title: 'Security code', placeholder: 'cvv' },
  };
  const EVENTS = ['change', 'focus', 'blur'];

  const plain = (value) => JSON.parse(JSON.stringify(value ?? {}));

  function colorScheme(place) {
    const { colorScheme: own } = getComputedStyle(place);
    return own === 'normal' ? document.querySelector('meta[name=color-scheme]')?.content ?? own : own;
  }

  class Field {
    constructor(kind, set, options) {
      this.kind = kind;
      this.set = set;
      this.options = { placeholders: plain(options.placeholders), style: plain(options.style), classes: plain(options.classes) };
      this.listeners = Object.fromEntries(EVENTS.map((name) => [name, []]));
      this.calls = new Map();
    }

    mount(selector) {
      const place = document.querySelector(selector);
      if (!place) throw new Error(`there is no element ${selector}`);
      this.place = place;
      this.frame = document.createElement('iframe');
      this.frame.title = KINDS[this.kind].title;
      const base = this.options.style.base || {};
      const looks = { border: 0, display: 'block', inlineSize: '100%', fontSize: base.fontSize || 'inherit', blockSize: '1.5em' };
      Object.assign(this.frame.style, looks);
      this.ready = new Promise((done) => {
        // A frame that is moved in the page loads again, and is empty then.
        this.frame.addEventListener('load', () => {
          this.introduce();
          done();
        });
      });
      this.frame.src = new URL(`field?type=${this.kind}`, SCRIPT);
      this.show('empty', true);
      place.replaceChildren(this.frame);
    }

    on(name, listener) {
      if (!EVENTS.includes(name)) throw new Error(`a field has no event ${name}`);
      this.listeners[name].push(listener);
    }

    introduce() {
      this.refuse('the field was loaded again');
      const { port1: port, port2: theirs } = new MessageChannel();
      this.port = port;
      this.port.onmessage = ({ data }) => this.hear(data);
      const { placeholders, style } = this.options;
      const introduction = {
        set: this.set.id,
        publicKey: this.set.publicKey,
        placeholder: String(placeholders[KINDS[this.kind].placeholder] ?? ''),
        style,
        // A frame of another colour scheme than its place would get a ground of its own.
        colorScheme: colorScheme(this.place),
      };
      this.frame.contentWindow.postMessage(introduction, ORIGIN, [theirs]);
    }

    hear({ answered, result, failure, event, empty, valid, invalid }) {
      if (answered) {
        const call = this.calls.get(answered);
        this.calls.delete(answered);
        if (call && failure) call.refused(new Error(failure));
        else if (call) call.done(result);
        return;
      }
      if (event === 'focus' || event === 'blur') this.show('focus', event === 'focus');
      this.show('empty', empty);
      this.show('invalid', invalid);
      if (EVENTS.includes(event)) {
        for (const listener of this.listeners[event]) listener({ type: event, field: this.kind, empty, valid });
      }
    }

    /** Has the frame do something: its answer. */
    call(request) {
      return new Promise((done, refused) => {
        const id = crypto.randomUUID();
        this.calls.set(id, { done, refused });
        this.port.postMessage({ ...request, id });
      });
    }

    refuse(reason) {
      for (const { refused } of this.calls.values()) refused(new Error(reason));
      this.calls.clear();
    }

    /** The place has the class of that name while it is so. */
    show(name, isSo) {
      for (const one of String(this.options.classes[name] ?? '').split(' ').filter(Boolean)) this.place.classList.toggle(one, isSo);
    }

    /** Which of the page's frames it is; none where it is not in the page. */
    get index() {
      return [...Array(window.length).keys()].find((index) => this.frame && window[index] === this.frame.contentWindow);
    }
  }

  class Fields {
    // PayU does not document in what form it takes `fonts`: they are not used.
    constructor(publicKey) {
      this.set = { id: crypto.randomUUID(), publicKey: String(publicKey), fields: [] };
    }

    create(kind, options = {}) {
      if (!Object.hasOwn(KINDS, kind)) throw new Error(`there is no field ${kind}`);
      const field = new Field(kind, this.set, options);
      this.set.fields.push(field);
      return field;
    }
  }

  /** A token for what was typed: the JSON of PaymentsOS's reply, as text; or which fields are wrong, as an object. */
  async function createToken(number, { additionalData, environment } = {}) {
    if (number?.kind !== 'cardNumber') throw new TypeError('a token is made by the field cardNumber');
    const fields = number.set.fields.filter((field) => field.index !== undefined);
    if (!fields.includes(number)) throw new Error('the field cardNumber is not in the page');
    await Promise.all(fields.map((field) => field.ready));
    const others = fields.filter((field) => field !== number).map(({ kind, index }) => ({ kind, index }));
    return number.call({ others, additionalData: plain(additionalData), environment: String(environment ?? 'live') });
  }

  globalThis.POS = { Fields, createToken };
})();
