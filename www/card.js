// The fields of a card, by PayU's Secure Fields v3. Each is a frame of PayU's, which no script of this page can read; a page embeds PayU's
// script itself. They stand in the page's own tree, in the slot `card`, as PayU's script finds its places by selectors.

const TEXTS = {
  card: 'Card',
  card_number: 'Card number',
  card_expiry: 'Expiry date',
  card_expiry_format: 'MM / YY',
  card_cvv: 'Security code',
  card_holder: 'Name on card',
  card_number_wrong: 'Check the card number.',
  card_expiry_wrong: 'Check the expiry date.',
  card_cvv_wrong: 'Check the security code.',
  card_holder_missing: 'Enter the name as it is on the card.',
  card_failed: 'The card could not be checked. Please try again.',
  card_unavailable: 'The card fields could not be loaded. Please reload the page.',
};

// What PayU calls a field where it is made, where it is wrong, and in its placeholders.
const FIELDS = [
  { name: 'number', kind: 'cardNumber', wrong: 'pan', placeholder: 'cardNumber' },
  { name: 'expiry', kind: 'creditCardExpiry', wrong: 'expiry', placeholder: 'expDate' },
  { name: 'cvv', kind: 'cvv', wrong: 'cvv', placeholder: 'cvv' },
];

const BOX = {
  boxSizing: 'border-box', inlineSize: '100%', minBlockSize: '3rem', padding: '.625rem .875rem',
  border: 'var(--_line, 1px) solid var(--_border, currentColor)', borderRadius: 'var(--_radius, .5rem)',
  background: 'transparent', color: 'inherit', font: 'inherit', margin: '0',
};
const BORDER = 'var(--_border, currentColor)';
// The page's own rules for such elements are meant for others.
const WORDS = { display: 'block', margin: '0', fontSize: '.9375rem', fontWeight: 'inherit' };
const FOCUSED = '3px solid var(--_focus, Highlight)';

let cards = 0;

// A policy forbids styles in markup, and not these.
function make(tag, attributes, styles, ...children) {
  const made = document.createElement(tag);
  for (const name in attributes) made.setAttribute(name, attributes[name]);
  Object.assign(made.style, styles);
  made.append(...children);
  return made;
}

// PayU's script may still be on its way.
async function secureFields() {
  if (!globalThis.POS && document.readyState !== 'complete') await new Promise((done) => addEventListener('load', done, { once: true }));
  if (!globalThis.POS || !globalThis.POS.Fields) throw new Error("PayU's script secure-fields.min.js (v3) is not on the page");
  return globalThis.POS;
}

/** The fields of one card, in an element. */
export class Card {
  /** `options`: `public_key`, `environment` (`live` or `test`), and, if wanted, `fonts` and `style`, as Secure Fields take them. */
  constructor(element, options, say) {
    this.options = options;
    this.say = (key) => say(key) || TEXTS[key];
    this.id = `paymentsos-checkout-card-${cards += 1}`;
    this.rows = {};
    this.failure = make('p', { role: 'alert' }, { ...WORDS, color: 'var(--_error, red)' });
    const grid = { display: 'grid', gridTemplateColumns: 'repeat(2, minmax(0, 1fr))', gap: '.875rem' };
    this.box = make('div', { slot: 'card', role: 'group' }, grid);
    this.holder = make('input', { id: `${this.id}-holder`, autocomplete: 'cc-name', autocapitalize: 'words', spellcheck: 'false' }, BOX);
    this.row('number', make('div', { id: `${this.id}-number` }, BOX), true);
    this.row('expiry', make('div', { id: `${this.id}-expiry` }, BOX));
    this.row('cvv', make('div', { id: `${this.id}-cvv` }, BOX));
    this.row('holder', this.holder, true);
    this.failure.style.gridColumn = '1 / -1';
    this.box.append(this.failure);
    this.ring(this.holder, (name, hear) => this.holder.addEventListener(name, hear));
    this.holder.addEventListener('input', () => this.mark('holder', ''));
    this.speak();
    element.append(this.box);
    this.ready = this.mount();
    this.ready.catch((error) => {
      this.box.replaceChildren(this.failure);
      this.failure.textContent = this.say('card_unavailable');
      console.error('paymentsos-checkout:', error);
    });
  }

  row(name, field, wide) {
    const label = make(field === this.holder ? 'label' : 'span', field === this.holder ? { for: field.id } : { id: `${this.id}-${name}-label` }, { ...WORDS, color: 'var(--_muted, inherit)' });
    const wrong = make('p', { id: `${this.id}-${name}-wrong`, role: 'alert' }, { ...WORDS, color: 'var(--_error, red)' });
    if (field !== this.holder) field.setAttribute('aria-labelledby', label.id);
    field.setAttribute('aria-describedby', wrong.id);
    this.rows[name] = { label, field, wrong };
    this.box.append(make('div', {}, { display: 'grid', alignContent: 'start', gap: '.25rem', gridColumn: wide ? '1 / -1' : 'auto' }, label, field, wrong));
  }

  ring(field, on) {
    on('focus', () => { field.style.outline = FOCUSED; });
    on('blur', () => { field.style.outline = ''; });
  }

  async mount() {
    const POS = await secureFields();
    const { public_key: publicKey, fonts, style } = this.options;
    const own = getComputedStyle(this.box);
    const looks = { base: { color: own.color, fontFamily: own.fontFamily, fontSize: own.fontSize }, ...style };
    const fields = new POS.Fields(publicKey, { fonts });
    const placeholders = { cardNumber: '', expDate: this.say('card_expiry_format'), cvv: '' };
    for (const { name, kind } of FIELDS) {
      const field = fields.create(kind, { placeholders, style: looks });
      field.mount(`#${this.id}-${name}`);
      field.on('change', () => this.mark(name, ''));
      this.ring(this.rows[name].field, (event, hear) => field.on(event, hear));
      if (kind === 'cardNumber') this.number = field;
    }
    return POS;
  }

  /** PaymentsOS's `payment_method` for what was typed; refused, with the reasons shown, where that is no card. */
  async pay() {
    const POS = await this.ready;
    this.failure.textContent = '';
    const holder = this.holder.value.trim();
    this.mark('holder', holder ? '' : 'card_holder_missing');
    let answer;
    try {
      answer = await POS.createToken(this.number, {
        additionalData: { holder_name: holder || '-' }, environment: this.options.environment || 'live',
      });
      // A token comes as text, and so does PaymentsOS's own refusal.
      if (typeof answer === 'string') answer = JSON.parse(answer);
    } catch (error) {
      answer = undefined;
    }
    const wrong = answer && answer.error;
    for (const { name, wrong: key } of FIELDS) this.mark(name, wrong && wrong[key] ? `card_${name}_wrong` : '');
    if (holder && answer && answer.token) {
      const { token, encrypted_cvv: cvv } = answer;
      return { type: 'tokenized', token, ...(cvv && { credit_card_cvv: cvv }) };
    }
    if (holder && !(wrong && FIELDS.some((field) => wrong[field.wrong]))) this.failure.textContent = this.say('card_failed');
    if (!holder) this.holder.focus();
    throw new Error('the card is not complete');
  }

  mark(name, key) {
    const { field, wrong } = this.rows[name];
    const text = key && this.say(key);
    if (wrong.textContent !== text) wrong.textContent = text;
    field.style.borderColor = text ? 'var(--_error, red)' : BORDER;
    if (field === this.holder) field.setAttribute('aria-invalid', String(Boolean(text)));
  }

  /** Says all of it in the language of now. What has been said of what is wrong stays as it was said. */
  speak() {
    this.box.setAttribute('aria-label', this.say('card'));
    for (const name in this.rows) this.rows[name].label.textContent = this.say(`card_${name}`);
  }

  remove() {
    this.box.remove();
  }
}
