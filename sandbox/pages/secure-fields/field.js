// One field of a card, in a frame of its own. It tells the page around it whether it is right, and never what was typed: that goes to
// the frame of the card number alone, which is of this origin too and makes the token.

const input = document.querySelector('input');
const kind = input.name;
const digits = (text) => text.replace(/\D/g, '');

// American Express: its numbers are grouped otherwise, and its codes are longer.
const isAmex = (number) => /^3[47]/.test(number);

function passesLuhn(number) {
  const sum = [...number].reverse().reduce((sum, digit, place) => {
    const worth = digit * (place % 2 + 1);
    return sum + Math.floor(worth / 10) + worth % 10;
  }, 0);
  return sum % 10 === 0;
}

function grouped(text) {
  const number = digits(text).slice(0, 19);
  const groups = isAmex(number) ? /^(\d{1,4})(\d{1,6})?(\d+)?$/ : /^(\d{1,4})(\d{1,4})?(\d{1,4})?(\d{1,4})?(\d+)?$/;
  return (groups.exec(number) || []).slice(1).filter(Boolean).join(' ');
}

function dated(text) {
  // A month of one digit, where no other can follow.
  const whole = /^\s*(\d\s*\/|[2-9])/.test(text) ? `0${text.trim()}` : text;
  const [, month, year] = /^(\d{0,2})(\d{0,4})/.exec(digits(whole));
  return year ? `${month} / ${year}` : month;
}

/** The month and the year of a date; none where it is none, or past. */
function expiry(text) {
  const [, month, year] = /^(\d{2})(\d{2}|\d{4})$/.exec(digits(text)) || [];
  if (!month || month < 1 || month > 12) return undefined;
  const full = year.length === 2 ? `20${year}` : year;
  // The card is good until the month ends.
  return new Date(Number(full), Number(month), 1) > new Date() ? `${month}/${full}` : undefined;
}

const KINDS = {
  cardNumber: { write: grouped, isRight: (text) => /^(\d{8}|\d{12,19})$/.test(digits(text)) && passesLuhn(digits(text)) },
  creditCardExpiry: { write: dated, isRight: (text) => expiry(text) !== undefined },
  cvv: { write: (text) => digits(text).slice(0, 4), isRight: (text) => /^\d{3,4}$/.test(text) },
};
const { write, isRight } = KINDS[kind];

let set;
let publicKey;
let page;

function isMarked() {
  return input.getAttribute('aria-invalid') === 'true';
}

function tell(event) {
  const { value } = input;
  page?.postMessage({ event, empty: value === '', valid: isRight(value), invalid: isMarked() });
}

function mark(isWrong) {
  input.setAttribute('aria-invalid', String(isWrong));
}

input.addEventListener('input', () => {
  const { value, selectionStart: caret } = input;
  const text = write(value);
  if (text !== value) {
    input.value = text;
    const before = digits(value.slice(0, caret)).length;
    let at = caret === value.length ? text.length : 0;
    for (let seen = 0; seen < before && at < text.length; at += 1) seen += Number(/\d/.test(text[at]));
    input.setSelectionRange(at, at);
  }
  mark(false);
  tell('change');
});
input.addEventListener('focus', () => tell('focus'));
input.addEventListener('blur', () => {
  mark(input.value !== '' && !isRight(input.value));
  tell('blur');
});

const PROPERTIES = [
  'color', 'fontFamily', 'fontSize', 'fontStyle', 'fontVariant', 'fontWeight', 'letterSpacing', 'lineHeight', 'opacity', 'textAlign',
  'textDecoration', 'textShadow', 'textTransform',
];
const STATES = ['::placeholder', ':focus', ':hover'];

/** Styles of the page's own. They are set by their names, one by one, so that none of them is read as more than a value. */
function dress(styles) {
  const sheet = new CSSStyleSheet();
  for (const [selector, wanted] of [['input', styles.base], ['input[aria-invalid=true]', styles.invalid]]) {
    for (const state of ['', ...STATES]) {
      const { style } = sheet.cssRules[sheet.insertRule(`${selector}${state} {}`, sheet.cssRules.length)];
      const values = Object(state ? wanted?.[state] : wanted);
      for (const name of PROPERTIES) if (typeof values[name] === 'string') style[name] = values[name];
    }
  }
  document.adoptedStyleSheets = [sheet];
}

/** What another field of the card holds, asked for in its frame; nobody else is of this origin. */
function ask(other) {
  return new Promise((done, refused) => {
    const { port1: port, port2: theirs } = new MessageChannel();
    const timer = setTimeout(() => refused(new Error(`the field ${other.kind} does not answer`)), 5_000);
    port.onmessage = ({ data }) => {
      clearTimeout(timer);
      done({ ...other, value: data.value, mark: (isWrong) => port.postMessage({ isWrong }) });
    };
    parent[other.index].postMessage({ ask: other.kind, set }, location.origin, [theirs]);
  });
}

const WRONG = {
  cardNumber: ['pan', 'Invalid PAN'],
  creditCardExpiry: ['expiry', 'Invalid expiration date'],
  cvv: ['cvv', 'Invalid CVV'],
};

async function tokenize({ others, additionalData, environment }) {
  const number = digits(input.value);
  const own = { kind, value: input.value, mark: (isWrong) => { mark(isWrong); tell(); } };
  const fields = [own, ...await Promise.all(others.map(ask))];
  const error = {};
  for (const field of fields) {
    const length = isAmex(number) ? 4 : 3;
    const isWrong = !KINDS[field.kind].isRight(field.value) || (field.kind === 'cvv' && field.value.length !== length);
    field.mark(isWrong);
    if (isWrong) Object.assign(error, Object.fromEntries([WRONG[field.kind]]));
  }
  if (Object.keys(error).length > 0) return { error };
  const value = (wanted) => fields.find((field) => field.kind === wanted)?.value;
  const date = value('creditCardExpiry');
  const reply = await fetch('../../tokens', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json', 'public-key': publicKey, 'x-payments-os-env': environment, 'api-version': '1.3.0',
    },
    body: JSON.stringify({
      ...additionalData,
      token_type: 'credit_card',
      card_number: number,
      expiration_date: date && expiry(date),
      credit_card_cvv: value('cvv'),
    }),
  });
  return reply.text();
}

addEventListener('message', ({ source, origin, data, ports: [port] }) => {
  if (!port) return;
  if (origin === location.origin && data.ask === kind && data.set === set) {
    port.onmessage = ({ data: { isWrong } }) => {
      mark(isWrong);
      tell();
    };
    port.postMessage({ value: input.value });
  } else if (source === parent && source !== window && !page) {
    page = port;
    ({ set, publicKey } = data);
    if (kind === 'cardNumber') {
      page.onmessage = async ({ data: request }) => {
        try {
          page.postMessage({ answered: request.id, result: await tokenize(request) });
        } catch (error) {
          page.postMessage({ answered: request.id, failure: String(error) });
        }
      };
    }
    input.placeholder = data.placeholder;
    document.documentElement.style.colorScheme = data.colorScheme;
    dress(data.style);
  }
});
