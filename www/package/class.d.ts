// The types of <paymentsos-checkout>. What each name means is said in custom-elements.json and in the reference of the documentation.

/** What the shopper sees; also the element's attribute `data-state`. */
export type CheckoutStateName =
  | 'loading'
  | 'ready'
  | 'creating'
  | 'redirecting'
  | 'link'
  | 'confirming'
  | 'succeeded'
  | 'failed'
  | 'processing'
  | 'unavailable';

/** A charge takes the money; an authorization reserves it. */
export type CheckoutKind = 'charge' | 'authorization';

/** What is wrong. New ones may come. */
export type CheckoutErrorCode =
  | 'declined'
  | 'payment_method_invalid'
  | 'cancelled'
  | 'expired'
  | 'not_completed'
  | 'provider_error'
  | 'provider_unreachable'
  | 'merchant_configuration'
  | 'payment_closed'
  | 'request_refused'
  | 'payment_method_missing'
  | 'paid_elsewhere'
  | 'not_authorized_here'
  | 'redirection_refused'
  | 'backend_unreachable'
  | 'backend_incomplete'
  | 'invalid_merchant_site_url'
  | 'invalid_attribute'
  | 'no_payment'
  | 'unknown_status'
  | 'still_pending'
  | 'cannot_start'
  | 'stopped';

/** What is wrong, and who can act on it. */
export interface CheckoutError {
  readonly code: CheckoutErrorCode;
  readonly who: 'shopper' | 'merchant' | 'network' | 'provider';
  /** Whether another attempt can help. */
  readonly retriable: boolean;
  /** With `invalid_attribute`: which. */
  readonly attribute?: string;
}

/** PaymentsOS's `result` of a transaction. */
export interface PaymentsOsResult {
  readonly status: 'Pending' | 'Succeed' | 'Failed' | (string & {});
  readonly category?: string;
  readonly sub_category?: string;
  readonly description?: string;
}

/** `detail` of every event, and the element's `state`. What is not known is `null`. */
export interface CheckoutDetail {
  readonly state: CheckoutStateName;
  readonly payment_id: string | null;
  readonly kind: CheckoutKind;
  readonly transaction_id: string | null;
  readonly result: PaymentsOsResult | null;
  readonly error: CheckoutError | null;
}

/** `detail` of `checkout-result`. */
export interface CheckoutResultDetail extends CheckoutDetail {
  readonly state: 'succeeded' | 'failed';
}

/** `detail` of `checkout-redirect`. */
export interface CheckoutRedirectDetail extends CheckoutDetail {
  /** Holds the page up until the promise has settled, for 3 seconds at most. */
  waitUntil(promise: PromiseLike<unknown>): void;
}

/** `detail` of `checkout-error`. */
export interface CheckoutErrorDetail extends CheckoutDetail {
  readonly error: CheckoutError;
}

/** What has happened on a page, for a support ticket: the inputs of the payment's flow and what came of them, and nothing personal. */
export interface CheckoutTrace {
  /** Of the form of the lines. */
  readonly version: 1;
  /** Of the package. */
  readonly release: string;
  /** How many lines, of those after the first two, were dropped to make room. */
  readonly dropped: number;
  /** An input, what came of it, the next input, and so on. */
  readonly lines: readonly string[];
}

/** The element's events. All of them bubble and cross shadow roots. */
export interface CheckoutEventMap {
  'checkout-state': CustomEvent<CheckoutDetail>;
  'checkout-result': CustomEvent<CheckoutResultDetail>;
  'checkout-redirect': CustomEvent<CheckoutRedirectDetail>;
  'checkout-error': CustomEvent<CheckoutErrorDetail>;
}

/** PaymentsOS's `payment_method`. Anything that PaymentsOS knows goes through. */
export interface PaymentMethod {
  type?: 'tokenized' | 'untokenized' | (string & {});
  /** A token of PayU's Secure Fields. */
  token?: string;
  /** The `encrypted_cvv` that came with the token. */
  credit_card_cvv?: string;
  source_type?: string;
  vendor?: string;
  /** Of a saved card: shown in a list of `methods`. */
  last_4_digits?: string;
  /** Of a saved card, such as `12/2031`. */
  expiration_date?: string;
  [member: string]: unknown;
}

/** What `paymentMethod` may be: a payment method, or a function that gives one, called in each press on Pay. */
export type PaymentMethodSource = PaymentMethod | (() => PaymentMethod | PromiseLike<PaymentMethod>);

/** A card whose fields are PayU's Secure Fields v3: PayU's script has to be on the page. */
export interface SecureFieldsOptions {
  /** The business unit's public key. */
  public_key: string;
  /** `live` where it is not given. */
  environment?: 'live' | 'test';
  /** As `POS.Fields` takes them. */
  fonts?: unknown[];
  /** As a field takes it. */
  style?: Record<string, unknown>;
}

/** A way to pay, to choose from. */
export type CheckoutMethod =
  | { label?: string; payment_method: PaymentMethodSource; secure_fields?: never }
  | { label?: string; secure_fields: SecureFieldsOptions; payment_method?: never };

/** The keys of `messages`. */
export type CheckoutMessageKey =
  | 'loading'
  | 'ready'
  | 'pay'
  | 'pay_amount'
  | 'reserve'
  | 'reserve_amount'
  | 'pay_hint'
  | 'reserve_hint'
  | 'amount_changed'
  | 'creating'
  | 'creating_wait'
  | 'redirecting'
  | 'redirecting_wait'
  | 'redirecting_late'
  | 'continue'
  | 'popup'
  | 'popup_wait'
  | 'popup_show'
  | 'frame'
  | 'frame_title'
  | 'link'
  | 'link_hint'
  | 'link_until'
  | 'time_left'
  | 'open'
  | 'new_tab'
  | 'copy'
  | 'copied'
  | 'share'
  | 'qr'
  | 'link_wait'
  | 'confirming'
  | 'confirming_wait'
  | 'offline'
  | 'continue_hint'
  | 'paid'
  | 'reserved'
  | 'reserved_hint'
  | 'paid_label'
  | 'reserved_label'
  | 'method_label'
  | 'reference_label'
  | 'pay_by_link'
  | 'card'
  | 'card_ending'
  | 'card_expires'
  | 'failed'
  | 'closed'
  | 'no_money_moved'
  | 'maybe_moved'
  | 'try_again'
  | 'go_back'
  | 'ask_shop'
  | 'ask_shop_if_again'
  | 'processing'
  | 'processing_hint'
  | 'check'
  | 'checking'
  | 'unavailable'
  | 'declined'
  | 'payment_method_invalid'
  | 'cancelled'
  | 'expired'
  | 'not_completed'
  | 'provider_error'
  | 'provider_unreachable'
  | 'merchant_configuration'
  | 'payment_cancelled'
  | 'payment_refunded'
  | 'request_refused'
  | 'payment_method_missing'
  | 'paid_elsewhere'
  | 'not_authorized_here'
  | 'redirection_refused'
  | 'backend_unreachable'
  | 'backend_incomplete'
  | 'invalid_merchant_site_url'
  | 'invalid_attribute'
  | 'no_payment'
  | 'unknown_status'
  | 'still_pending'
  | 'cannot_start'
  | 'cannot_start_hint'
  | 'stopped'
  | 'stopped_hint'
  | 'reload'
  | 'card_number'
  | 'card_expiry'
  | 'card_expiry_format'
  | 'card_cvv'
  | 'card_holder'
  | 'card_number_wrong'
  | 'card_expiry_wrong'
  | 'card_cvv_wrong'
  | 'card_holder_missing'
  | 'card_failed'
  | 'card_unavailable';

/** Own texts, by key; what is in braces stands for a value. */
export type CheckoutMessages = Partial<Record<CheckoutMessageKey, string>>;

/** The element's attributes, as markup and templates write them. */
export interface CheckoutAttributes {
  /** Base address of the Merchant API. */
  backend?: string;
  /** The PaymentsOS payment; absent on a page that is only returned to. */
  'payment-id'?: string;
  kind?: CheckoutKind;
  /** In minor units. */
  amount?: number | string;
  /** ISO 4217. */
  currency?: string;
  'merchant-site-url'?: string;
  presentation?: 'auto' | 'page' | 'popup' | 'iframe' | 'link';
  /** Hosts that may be gone to, separated by spaces or commas. */
  'redirect-hosts'?: string;
  /** In a frame that may not leave by itself: the origin of the page around it. */
  'host-origin'?: string;
  'client-token'?: string;
  credentials?: 'omit' | 'same-origin' | 'include';
  /** A BCP 47 tag. */
  locale?: string;
  /** In seconds. */
  deadline?: number | string;
}

/** The element's properties that a page may set. */
export interface CheckoutProperties {
  paymentMethod?: PaymentMethodSource | undefined;
  methods?: CheckoutMethod[] | undefined;
  messages?: CheckoutMessages | undefined;
}

type Listener<Event> = ((this: PaymentsosCheckout, event: Event) => unknown) | { handleEvent(event: Event): unknown };

/** `<paymentsos-checkout>`. */
export class PaymentsosCheckout extends HTMLElement implements CheckoutProperties {
  static readonly observedAttributes: readonly string[];
  /** The release of this package. */
  static readonly release: string;

  paymentMethod: PaymentMethodSource | undefined;
  /** The ways to pay, to choose from, in place of `paymentMethod`. */
  methods: CheckoutMethod[] | undefined;
  messages: CheckoutMessages | undefined;
  /** The `detail` of the latest `checkout-state`. */
  readonly state: CheckoutDetail;
  /** What has happened since the element was put on the page, for a support ticket. */
  readonly trace: CheckoutTrace;

  /**
   * As a press on Pay. Resolves to the state once that is not `creating`. Before the component is all there it waits; if the shopper would
   * see another payment, amount, button or list of ways to pay by then, chooses or presses anew, or leaves the page, it is not done, and
   * resolves to the state as it is. So it does where there is nothing to press.
   */
  pay(): Promise<CheckoutStateName>;
  /** Asks for the status now. Resolves to the state once that is answered, or the page is left or the element taken away before. */
  checkNow(): Promise<CheckoutStateName>;
  /** Looks anew, and after a failure makes ready for another attempt. Nothing that is under way is dropped. */
  reset(): Promise<CheckoutStateName>;

  addEventListener<Type extends keyof CheckoutEventMap>(
    type: Type, listener: Listener<CheckoutEventMap[Type]>, options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<Type extends keyof HTMLElementEventMap>(
    type: Type, listener: Listener<HTMLElementEventMap[Type]>, options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Type extends keyof CheckoutEventMap>(
    type: Type, listener: Listener<CheckoutEventMap[Type]>, options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener<Type extends keyof HTMLElementEventMap>(
    type: Type, listener: Listener<HTMLElementEventMap[Type]>, options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions,
  ): void;
}

/** Registers the class as `<paymentsos-checkout>`; where the tag is taken, the console says so. Does nothing on a server. */
export function define(): void;

/** What a frame that may not leave by itself tells the page around it, by `postMessage` to `host-origin`. */
export interface CheckoutRedirectMessage {
  readonly source: 'paymentsos-checkout';
  readonly version: 1;
  readonly type: 'checkout-redirect';
  readonly payment_id: string | null;
  readonly kind: CheckoutKind;
  readonly transaction_id: string | null;
  /** Where the shopper has to be taken. */
  readonly url: string;
}

declare global {
  interface HTMLElementTagNameMap {
    'paymentsos-checkout': PaymentsosCheckout;
  }
}
