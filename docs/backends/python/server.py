"""A merchant backend for <paymentsos-checkout> in plain Python: the Merchant API, a shop with one article, and the guard.

The guard is what no browser can do: one payment, never two. An attempt is on the disk before PaymentsOS is asked, it keeps one
key there however often it is repeated, and another key follows only on a failure that PaymentsOS has confirmed.
The records are in SQLite, but turns are taken in memory: run one process on a DATA folder, never two.
"""

import hashlib
import http.client
import json
import os
import re
import secrets
import sqlite3
import sys
import threading
import time
import traceback
import uuid
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, urlsplit

# ---- Settings


def setting(name, default=None):
    return os.environ.get(name, "").strip() or default or sys.exit(f"{name} is not set")


PORT = setting("PORT")
PAYMENTSOS = urlsplit(setting("PAYMENTSOS_URL").rstrip("/"))
APP_ID = setting("PAYMENTSOS_APP_ID")
PRIVATE_KEY = setting("PAYMENTSOS_PRIVATE_KEY")
ENVIRONMENT = setting("PAYMENTSOS_ENV", "test")
ORIGINS = [one.strip() for one in setting("SHOP_ORIGINS", f"http://localhost:{PORT},http://127.0.0.1:{PORT}").split(",")]
DATA = setting("DATA")
if PAYMENTSOS.scheme != "https" and (PAYMENTSOS.scheme, PAYMENTSOS.hostname) not in [
    ("http", host) for host in ("localhost", "127.0.0.1", "::1")
]:
    sys.exit("PAYMENTSOS_URL must be https, except on this machine: the private key travels there")
if ENVIRONMENT not in ("test", "live"):
    sys.exit("PAYMENTSOS_ENV must be test or live")
if not all(re.fullmatch(r"https?://[a-z0-9.:\[\]-]+", one) for one in ORIGINS):
    sys.exit("SHOP_ORIGINS must hold origins: https://shop.example")

AMOUNT, CURRENCY = 4097, "USD"  # In minor units, and the shop's alone to decide: no browser is asked.
LARGEST_BODY = 64 * 1024
SESSION_SECONDS = 30 * 24 * 60 * 60

# ---- Problems (RFC 9457). None holds a secret, nor what PaymentsOS wrote.

REPEAT = "Repeat the request with the same Idempotency-Key."
PROBLEMS = {
    "json": (400, "The body is not the JSON of a request to this address."),
    "idempotency-key": (400, "The header Idempotency-Key must hold the attempt's id, a UUID."),
    "reconciliation-id": (400, "`reconciliation_id` must equal the Idempotency-Key."),
    "no-session": (401, "This needs the session that the order was made in."),
    "origin": (403, "The request comes from a page of another origin. Further ones are set by SHOP_ORIGINS."),
    "another-session": (403, "The payment belongs to another session."),
    "not-found": (404, "There is nothing at this address."),
    "method": (405, "This address has no such method."),
    "payment-has-transaction": (
        409, "The payment has a transaction that has not failed. Read the payment, and go on with that one."),
    "conflict": (409, f"Another request for this payment came first, or is under way. {REPEAT}"),
    "amount-differs": (412, "The amount or currency is not the one that was shown. Read the payment, and show it again."),
    "too-large": (413, "The body is larger than any request needs."),
    "media-type": (415, "The body must be application/json."),
    "kind": (422, "`kind` must be `charge` or `authorization`, and a payment is paid by the kind of its order."),
    "payment-method": (422, "This `payment_method` cannot be used. A card must be tokenized: no card numbers are taken."),
    "merchant-site-url": (422, "`merchant_site_url` is on no origin of this shop. Further ones are set by SHOP_ORIGINS."),
    "expected-missing": (422, "`expected` must hold the amount and currency shown."),
    "key-of-another": (422, "This Idempotency-Key was used for something else. A new attempt needs a new one."),
    "refused": (422, "PaymentsOS refused the request. No transaction was made."),
    "internal": (500, f"The shop's backend has a fault. {REPEAT}"),
    "paymentsos-unavailable": (502, f"PaymentsOS cannot be used now. {REPEAT}"),
    "paymentsos-busy": (503, f"PaymentsOS asks for patience. {REPEAT}"),
    "paymentsos-timeout": (504, f"PaymentsOS did not reply in time. {REPEAT}"),
}


class Problem(Exception):
    def __init__(self, kind, headers=None, **more):
        super().__init__(kind)
        self.status, detail = PROBLEMS[kind]
        self.headers = headers or {}
        title = HTTPStatus(self.status).phrase
        self.body = {"type": f"urn:paymentsos-checkout:problem:{kind}", "title": title, "status": self.status, "detail": detail}
        self.body |= {name: value for name, value in more.items() if value}


# ---- What is handed on of PaymentsOS's replies: the fields that a checkout needs, and no others.


def only(source, names, test):
    return {name: source[name] for name in names if name in source and test(source[name])}


def texts(source, *names):
    return only(source or {}, names, lambda value: isinstance(value, (str, int)) and not isinstance(value, bool))


def is_text(value, longest=2048):
    return isinstance(value, str) and len(value) <= longest


def is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def status_of(transaction):
    return transaction["result"]["status"]


def is_final(transaction):
    return status_of(transaction) in ("Succeed", "Failed")


def transaction_of(read, payment):
    try:
        transaction = {
            "id": str(read["id"]),
            "result": {"status": str(read["result"]["status"])}
            | texts(read["result"], "category", "sub_category", "description"),
            "amount": payment["amount"],  # A reply need not name them: they are the payment's.
            "currency": payment["currency"],
        }
        for name, fields in {
            "redirection": ("id", "url", "merchant_site_url", "operation_type"),
            "payment_method": ("vendor", "last_4_digits"),
        }.items():
            if read.get(name):
                transaction[name] = texts(read[name], *fields)
        if (read.get("provider_specific_data") or {}).get("iframeAllowed") in (True, "true"):
            transaction["provider_specific_data"] = {"iframeAllowed": True}
        return transaction | texts(read, "reconciliation_id", "amount", "currency", "expires_at")
    except (KeyError, TypeError, AttributeError):
        # Leaving one out that cannot be read would say that there is none.
        raise CallError("unavailable") from None


def for_strangers(transaction):
    """Who knows both ids may see this much, so that a return in another browser shows its result."""
    return {name: transaction[name] for name in ("id", "amount", "currency")} | {"result": {"status": status_of(transaction)}}


# ---- Records

os.makedirs(DATA, mode=0o700, exist_ok=True)
SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, until REAL, order_id TEXT, kind TEXT, payment TEXT);
CREATE TABLE IF NOT EXISTS payments (id TEXT PRIMARY KEY, session TEXT, kind TEXT, amount INTEGER, currency TEXT);
CREATE TABLE IF NOT EXISTS attempts (id TEXT PRIMARY KEY, payment TEXT, key TEXT, is_open INTEGER, transaction_id TEXT);
CREATE TABLE IF NOT EXISTS transactions (payment TEXT, kinds TEXT, id TEXT, body TEXT, PRIMARY KEY (payment, kinds, id));
"""
local = threading.local()


def query(statement, *values):
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(os.path.join(DATA, "shop.db"), timeout=10, isolation_level=None)
        local.connection.row_factory = sqlite3.Row
        # What is written before PaymentsOS is called must survive a power cut.
        local.connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
    return [dict(row) for row in local.connection.execute(statement, values)]


def first(statement, *values):
    return next(iter(query(statement, *values)), None)


@contextmanager
def writing():
    """Nobody else writes between what is read in here and what is written."""
    query("BEGIN IMMEDIATE")
    try:
        yield
        query("COMMIT")
    except BaseException:
        query("ROLLBACK")
        raise


turns, turns_lock = {}, threading.Lock()


@contextmanager
def turn(name):
    """Of one name, one after the other."""
    with turns_lock:
        place = turns.setdefault(name, [threading.Lock(), 0])
        place[1] += 1
    try:
        with place[0]:
            yield
    finally:
        with turns_lock:
            place[1] -= 1
            if not place[1]:
                del turns[name]


# ---- PaymentsOS


class CallError(Exception):
    def __init__(self, kind, category=None, retry_after=None):
        super().__init__(kind)
        self.kind, self.category, self.retry_after = kind, category, retry_after

    def problem(self):
        kinds = {"not-found": "not-found", "busy": "paymentsos-busy", "timeout": "paymentsos-timeout"}
        headers = {"Retry-After": self.retry_after} if self.retry_after else None
        return Problem(kinds.get(self.kind, "paymentsos-unavailable"), headers)


def call(method, where, key=None, body=None, shopper=None):
    headers = {
        "accept": "application/json", "content-type": "application/json", "app-id": APP_ID, "private-key": PRIVATE_KEY,
        "x-payments-os-env": ENVIRONMENT,  # Always sent: a missing one means live.
        "api-version": "1.3.0", "idempotency-key": key,
    } | (shopper or {})
    limit = 50 if method == "POST" else 8  # A create may wait for the provider.
    # No redirection is followed and no proxy asked: the private key goes to this address and nowhere else.
    kind = http.client.HTTPSConnection if PAYMENTSOS.scheme == "https" else http.client.HTTPConnection
    connection = kind(PAYMENTSOS.hostname, PAYMENTSOS.port, timeout=limit)
    is_late = threading.Event()

    def cut():
        is_late.set()
        if connection.sock:
            connection.sock.shutdown(2)

    # The connection's own limit is one for each piece of the reply; this one is for all of it.
    timer = threading.Timer(limit, cut)
    timer.start()
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, PAYMENTSOS.path + where, text, {name: value for name, value in headers.items() if value})
        reply = connection.getresponse()
        content = reply.read()
    except (OSError, http.client.HTTPException) as error:
        raise CallError("timeout" if is_late.is_set() or isinstance(error, TimeoutError) else "unavailable") from None
    finally:
        timer.cancel()
        connection.close()
    try:
        read = json.loads(content)
    except ValueError:
        read = None
    if 200 <= reply.status < 300:
        return read
    print(f"PaymentsOS replied {reply.status}; its request id: {reply.headers['x-zooz-request-id']}", file=sys.stderr)
    if reply.status in (408, 429):
        retry_after = reply.headers["retry-after"] or ""
        raise CallError("busy", retry_after=retry_after if re.fullmatch("[0-9]+", retry_after) else "5")
    if reply.status == 404:
        raise CallError("not-found", "api_request_error")
    if reply.status == 409:
        raise CallError("conflict")
    if not 400 <= reply.status < 500:
        raise CallError("unavailable")
    category = str(read.get("category")) if isinstance(read, dict) else ""
    raise CallError("refused", category if re.fullmatch("[a-z0-9_]{1,64}", category) else None)


# ---- What is known of a payment: what PaymentsOS said of it, and nothing else

news = threading.Condition()
readings = {}


def known(payment, kinds, id):
    row = first("SELECT body FROM transactions WHERE payment = ? AND kinds = ? AND id = ?", payment, kinds, id)
    return row and json.loads(row["body"])


def live(payment):
    """The transactions that have not failed, of both kinds."""
    bodies = [json.loads(row["body"]) for row in query("SELECT body FROM transactions WHERE payment = ?", payment)]
    return [one for one in bodies if status_of(one) != "Failed"]


def see(payment, kinds, read):
    """Takes in a reading of a transaction, and gives it as it is known now."""
    with writing():
        before = known(payment, kinds, read["id"])
        was, now = before and status_of(before), status_of(read)
        # Readings may overtake one another: a final status is not taken back by an older one.
        if (was == "Succeed" and now != was) or (was == "Failed" and not is_final(read)):
            return before
        seen = (before or {}) | read
        if is_final(seen):
            seen = {n: v for n, v in seen.items() if n not in ("redirection", "provider_specific_data", "expires_at")}
        query("INSERT OR REPLACE INTO transactions VALUES (?, ?, ?, ?)", payment, kinds, read["id"], json.dumps(seen))
        is_second = now != "Failed" and len(live(payment)) > 1
    if was != now:
        if was == "Failed" or is_second:
            print(f"ALERT: look at payment {payment}: {read['id']} is {now} all the same", file=sys.stderr)
        with news:
            news.notify_all()
    return seen


def read_payment(id):
    read = call("GET", f"/payments/{id}?expand=all")
    try:
        related = read.get("related_resources")
        payment = {"id": read["id"], "amount": read["amount"], "currency": read["currency"], "status": read["status"]}
        if read["id"] != id or not is_whole(read["amount"]):
            raise CallError("unavailable")
        if read.get("is_chargedback") in (True, "true"):
            payment["is_chargedback"] = True
        if read.get("order"):
            payment["order"] = texts(read["order"], "id")
        if related is not None:
            lists = {kinds: related.get(kinds) or [] for kinds in ("charges", "authorizations")}
            lists = {kinds: [transaction_of(one, payment) for one in listed] for kinds, listed in lists.items()}
            payment["related_resources"] = {kinds: [see(id, kinds, one) for one in listed] for kinds, listed in lists.items()}
    except (KeyError, TypeError, AttributeError):
        raise CallError("unavailable") from None
    return payment


def read_transaction(record, kinds, id, made=None):
    read = transaction_of(call("GET", f"/payments/{record['id']}/{kinds}/{quote(id, safe='')}"), record)
    if read["id"] != id:
        raise CallError("unavailable")
    return see(record["id"], kinds, (made or {}) | read)  # It need not repeat all that the reply to the create has said.


def read_sparingly(payment):
    """However many ask for a payment, it is read once a second."""
    asked = time.monotonic()
    with turn(f"read {payment}"):
        began, error = readings.get(payment, (-1, None))
        if began < asked - 1:
            began, error = time.monotonic(), None
            try:
                read_payment(payment)
            except CallError as failed:
                error = failed
            if len(readings) > 1000:
                readings.clear()
            readings[payment] = began, error
        if error:
            raise error


# ---- The guard


def create(record, attempt, body, expected, shopper):
    """A create, in the payment's turn. `attempt` is the idempotency key and the `reconciliation_id`."""
    payment, kinds = record["id"], record["kind"] + "s"
    query("INSERT OR IGNORE INTO attempts VALUES (?, ?, NULL, 0, NULL)", attempt, payment)
    mine = first("SELECT * FROM attempts WHERE id = ?", attempt)
    if mine["payment"] != payment:
        raise Problem("key-of-another")
    if mine["transaction_id"] and not mine["is_open"]:
        try:  # A repeat of what is settled gets the original, as it stands now.
            return read_transaction(record, kinds, mine["transaction_id"])
        except CallError:
            return known(payment, kinds, mine["transaction_id"])
    read = read_payment(payment)
    # An open attempt is one whose outcome got lost. It is looked for by its `reconciliation_id` before anything is asked again.
    standing = first("SELECT * FROM attempts WHERE payment = ? AND is_open", payment)
    found = standing and own(record, read, standing["key"])
    if found and attempt in settle(payment, standing["key"], found):
        return found
    check_free(payment, read, expected)
    # Nobody may ever come back for an open one. Its key is used on, by whomever: PaymentsOS carries out one request of a key.
    is_repeat = bool(standing and not found)
    key = standing["key"] if is_repeat else f"{payment}:{attempt}"
    query("UPDATE attempts SET key = ?, is_open = 1 WHERE id = ?", key, attempt)
    try:
        made = transaction_of(call("POST", f"/payments/{payment}/{kinds}", key, body, shopper), record)
    except CallError as error:
        return recover(record, attempt, key, is_repeat, error)
    if "reconciliation_id" not in made:
        query("UPDATE attempts SET transaction_id = ? WHERE id = ?", made["id"], attempt)
    try:  # What a create returned is believed when it can be read under that payment.
        verified = read_transaction(record, kinds, made["id"], made)
    except CallError as error:
        if error.kind != "not-found":
            raise
        print(f"ALERT: look at payment {payment}: {made['id']} is not under it", file=sys.stderr)
        raise CallError("unavailable") from None
    return answer(payment, attempt, key, verified)


def recover(record, attempt, key, is_repeat, error):
    """A create that gave no transaction: refused, found all the same, or unknown until it is repeated."""
    if error.kind in ("refused", "not-found"):
        # An earlier request under this key may have come to something: this one may have been refused for that very reason.
        if is_repeat:
            raise CallError("unavailable")
        query("UPDATE attempts SET is_open = 0 WHERE id = ?", attempt)
        raise Problem("refused", category=error.category)
    # After a time-out there is no time left to look, and after a 429 nothing to see.
    if error.kind not in ("unavailable", "conflict"):
        raise error
    try:
        found = own(record, read_payment(record["id"]), key)
    except CallError:
        raise CallError("unavailable") from None
    if found:
        return answer(record["id"], attempt, key, found)
    if error.kind == "unavailable":
        raise error
    raise Problem("payment-has-transaction" if live(record["id"]) else "conflict")


def check_free(payment, read, expected):
    if "related_resources" not in read:
        raise CallError("unavailable")  # Nothing is known; that is not: there is none.
    if live(payment) or read["status"] != "Initialized" or "is_chargedback" in read:
        raise Problem("payment-has-transaction")
    if (expected["amount"], expected["currency"]) != (read["amount"], read["currency"]):
        raise Problem("amount-differs")


def open_under(payment, key):
    return query("SELECT * FROM attempts WHERE payment = ? AND key = ? AND is_open", payment, key)


def is_of(transaction, attempt):
    if "reconciliation_id" in transaction:
        return transaction["reconciliation_id"] == attempt["id"]
    return transaction["id"] == attempt["transaction_id"]


def own(record, read, key):
    """The transaction of the attempts that are open under a key; of several, one that has not failed."""
    listed = read.get("related_resources", {}).get(record["kind"] + "s", [])
    found = [one for one in listed if any(is_of(one, attempt) for attempt in open_under(record["id"], key))]
    return next((one for one in found if status_of(one) != "Failed"), found[-1] if found else None)


def settle(payment, key, transaction):
    """Closes the attempts under a key, and names those that have this outcome: the one that the transaction is of, and the one
    whose own key it is, since PaymentsOS would give its repeat the same. One that only came in under another's key was not
    carried out, and may begin anew under its own."""
    settled = set()
    with writing():
        for attempt in open_under(payment, key):
            has_it = is_of(transaction, attempt) or key == f"{payment}:{attempt['id']}"
            settled |= {attempt["id"]} if has_it else set()
            outcome = transaction["id"] if has_it else None
            query("UPDATE attempts SET is_open = 0, transaction_id = ? WHERE id = ?", outcome, attempt["id"])
    return settled


def answer(payment, attempt, key, transaction):
    if attempt in settle(payment, key, transaction):
        return transaction
    raise Problem("conflict" if status_of(transaction) == "Failed" else "payment-has-transaction")


# ---- What goes on to PaymentsOS of a request: what is named here, and never `external`, `sca_exemptions` or `installments`


def payment_method(asked):
    asked = asked if isinstance(asked, dict) else {}
    is_tokenized = asked.get("type") == "tokenized" and is_text(asked.get("token"))
    if not is_tokenized and (asked.get("type") != "untokenized" or asked.get("source_type") == "credit_card"):
        raise Problem("payment-method")
    method = only(asked, ("type", "token", "credit_card_cvv", "source_type", "vendor"), is_text)
    details = asked.get("additional_details")
    if isinstance(details, dict):
        # Plain values only: a bool is an int here too.
        method["additional_details"] = only(details, list(details)[:32], lambda one: is_text(one) or isinstance(one, (int, float)))
    return method


def browser_of(asked, accept):
    names = [f"browser_{name}" for name in ("language", "color_depth", "screen_height", "screen_width", "time_zone")]
    return (
        only(asked, names, lambda value: is_text(value, 64))
        | only(asked, ["browser_java_enabled"], lambda value: isinstance(value, bool))
        | only(asked, ["challenge_window_size"], lambda value: value in ("01", "02", "03", "04", "05"))
        | ({"browser_header": accept} if accept else {})  # No script can read it.
    )


def is_ours(address):
    """Addresses are compared as text, so that no two readers of them can differ about where they lead."""
    return is_text(address, 8192) and re.fullmatch(r"[\x21-\x5b\x5d-\x7e]+", address) and any(
        address.startswith(origin) and address[len(origin):][:1] in ("", "/", "?", "#") for origin in ORIGINS)


def body_for(asked, attempt, accept):
    body = {"payment_method": payment_method(asked.get("payment_method")), "reconciliation_id": attempt}
    address = asked.get("merchant_site_url")
    if address is not None:
        if not is_ours(address):
            raise Problem("merchant-site-url")
        body["merchant_site_url"] = address
    attributes = asked.get("three_d_secure_attributes")
    browser = attributes.get("internal") if isinstance(attributes, dict) else None
    if isinstance(browser, dict):
        body["three_d_secure_attributes"] = {"internal": browser_of(browser, accept)}
    return body


# ---- HTTP: the shop and the Merchant API

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ADDRESS = re.compile(r"/api/payments/([\w-]+)(?:/(charges|authorizations)(?:/([\w-]+))?)?", re.ASCII)
holding = {}  # By payment: how many answers are held.


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *_):
        """Addresses hold ids, by which anybody may see a transaction's status."""

    def answer(self):
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Origin"}
        if self.headers["origin"] in ORIGINS:
            headers["Access-Control-Allow-Origin"] = self.headers["origin"]
            headers["Access-Control-Allow-Credentials"] = "true"
            headers["Access-Control-Expose-Headers"] = "Preference-Applied, Retry-After"
        if self.command == "OPTIONS":
            headers["Access-Control-Allow-Methods"] = "GET, POST"
            headers["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key, Prefer"
            headers["Access-Control-Max-Age"] = "600"
            return self.send(204, headers)
        headers["Content-Type"] = "application/json"
        self.extra = {}
        try:
            self.body = self.read_body()
            status, body = self.route()
        except Exception as error:
            problem = error if isinstance(error, Problem) else error.problem() if isinstance(error, CallError) else None
            if not problem:
                # Without its message, which may quote a body.
                print(type(error).__name__, *traceback.format_tb(error.__traceback__), file=sys.stderr)
                problem = Problem("internal")
            status, body = problem.status, problem.body
            headers["Content-Type"] = "application/problem+json"
            self.extra |= problem.headers
        self.send(status, headers | self.extra, json.dumps(body).encode())

    do_GET = do_POST = do_OPTIONS = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

    def send(self, status, headers, content=b""):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def read_body(self):
        """The body, or nothing where it is too large or of unknown length."""
        length = self.headers["content-length"] or "0"
        if self.headers["transfer-encoding"] is None and re.fullmatch("[0-9]{1,5}", length) and int(length) <= LARGEST_BODY:
            return self.rfile.read(int(length))
        self.close_connection = True
        # Some of it is read, as a client that is still sending hears no answer.
        self.rfile.read(min(int(length), 64 * LARGEST_BODY) if re.fullmatch("[0-9]{1,9}", length) else 0)
        return None

    def json(self):
        if (self.headers["content-type"] or "").split(";")[0].strip().lower() != "application/json":
            raise Problem("media-type")
        if self.body is None:
            raise Problem("too-large")

        def refuse(_):
            raise ValueError("Python knows NaN and Infinity; JSON does not")

        try:
            asked = json.loads(self.body, parse_constant=refuse)
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict):
            raise Problem("json")
        return asked

    def header(self, name, longest):
        value = self.headers[name] or ""
        return value[:longest] if re.fullmatch(r"[\x20-\x7e\t]+", value) else None

    def route(self):
        path = self.path.split("?")[0]
        is_shop = path == "/shop/orders"
        address = ADDRESS.fullmatch(path)
        if not is_shop and not address:
            raise Problem("not-found")
        payment, kinds, id = address.groups() if address else (None, None, None)
        allowed = "POST" if is_shop or (kinds and not id) else "GET"
        if self.command != allowed:
            raise Problem("method", {"Allow": f"{allowed}, OPTIONS"})
        if is_shop:
            return self.order()
        if id:
            return self.look(payment, kinds, id)
        if kinds:
            return self.pay(payment, kinds)
        self.own_record(payment)
        return 200, read_payment(payment)

    # Who may do what

    def session(self):
        """Only the hash of a cookie is kept: who sees the records cannot act as a shopper."""
        for token in re.findall(r"(?:^|;) *shop_session=([0-9a-f]{64}) *(?=;|$)", self.headers["cookie"] or ""):
            session = first("SELECT * FROM sessions WHERE id = ? AND until > ?", hash_of(token), time.time())
            if session:
                return session
        return None

    def record(self, payment):
        record = first("SELECT * FROM payments WHERE id = ?", payment)
        if not record:
            raise Problem("not-found")
        return record

    def own_record(self, payment):
        session = self.session()
        if not session:
            raise Problem("no-session")  # Before anything is said of the payment, even that there is one.
        record = self.record(payment)
        if record["session"] != session["id"]:
            raise Problem("another-session")
        return record

    def check_origin(self):
        """A browser says where a POST comes from; what says nothing is no browser, and holds no shopper's cookie by accident."""
        origin, site = self.headers["origin"], self.headers["sec-fetch-site"]
        if origin not in ORIGINS if origin is not None else site not in (None, "same-origin", "none"):
            raise Problem("origin")

    # The shop

    def order(self):
        self.check_origin()
        asked = {} if self.body == b"" else self.json()
        if asked.get("kind") not in (None, "charge", "authorization"):
            raise Problem("kind")
        session = self.session()
        if not session:
            token = secrets.token_hex(32)
            session = {"id": hash_of(token)}
            query("INSERT INTO sessions (id, until) VALUES (?, ?)", session["id"], time.time() + SESSION_SECONDS)
            secure = "; Secure" if ORIGINS[0].startswith("https:") else ""
            self.extra["Set-Cookie"] = f"shop_session={token}; Path=/; Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Lax{secure}"
        with turn(session["id"]):
            return 200, open_order(session["id"], asked) | {"amount": AMOUNT, "currency": CURRENCY}

    # The Merchant API

    def pay(self, payment, kinds):
        self.check_origin()
        record = self.own_record(payment)
        asked = self.json()
        if record["kind"] + "s" != kinds:
            raise Problem("kind")
        attempt = (self.headers["idempotency-key"] or "").strip().strip('"').lower()
        if not re.fullmatch(UUID, attempt):
            raise Problem("idempotency-key")
        if str(asked.get("reconciliation_id")).lower() != attempt:
            raise Problem("reconciliation-id")
        body = body_for(asked, attempt, self.header("accept", 2048))
        expected = asked.get("expected")
        if not isinstance(expected, dict) or not is_whole(expected.get("amount")) or not is_text(expected.get("currency")):
            raise Problem("expected-missing")
        # Behind a proxy this is the proxy's address: take the shopper's from its X-Forwarded-For then, and only then.
        shopper = {"x-client-ip-address": self.client_address[0], "x-client-user-agent": self.header("user-agent", 512)}
        with turn(payment):
            return 201, create(record, attempt, body, expected, shopper)

    def look(self, payment, kinds, id):
        record = self.record(payment)
        if not known(payment, kinds, id):
            read_sparingly(payment)  # It may have been made in another way: PaymentsOS knows.
        transaction = known(payment, kinds, id)
        if not transaction:
            raise Problem("not-found")
        preferred = re.search(r'(?:^|,)\s*wait\s*=\s*"?([0-9]{1,9})"?\s*(?=[,;]|$)', self.headers["prefer"] or "", re.I)
        with news:
            wait = min(int(preferred[1]), 25) if preferred and holding.get(payment, 0) < 16 else None
            holding[payment] = holding.get(payment, 0) + 1
        try:
            transaction = hold(payment, kinds, transaction, wait or 0)
        finally:
            with news:
                holding[payment] -= 1
                if not holding[payment]:
                    del holding[payment]
        if wait is not None:
            self.extra["Preference-Applied"] = f"wait={wait}"
        session = self.session()
        return 200, transaction if session and session["id"] == record["session"] else for_strangers(transaction)


def hold(payment, kinds, transaction, wait):
    """The transaction as it is now, or as soon as its status is another. PaymentsOS is read at growing intervals."""
    until, step, before = time.monotonic() + wait, 1, status_of(transaction)
    while not is_final(transaction):
        try:
            read_sparingly(payment)
        except CallError:
            pass  # Where it cannot be read, what is known is still true.
        with news:
            left = until - time.monotonic()
            news.wait_for(lambda: status_of(known(payment, kinds, transaction["id"])) != before, max(0, min(step, left)))
        transaction = known(payment, kinds, transaction["id"])
        step = min(step * 2, 8)
        if status_of(transaction) != before or time.monotonic() >= until:
            break
    return transaction


def hash_of(token):
    return hashlib.sha256(token.encode()).hexdigest()


def open_order(id, asked):
    """The session's order that is not paid yet, or a new one. It is written before its payment is made, so that one whose making
    got lost is asked for again under the same key."""
    order = first("SELECT order_id, kind, payment AS payment_id FROM sessions WHERE id = ?", id)
    statuses = [status_of(one) for one in live(order["payment_id"])]
    fits = order["order_id"] and (statuses or (asked.get("kind") or order["kind"]) == order["kind"])
    if not fits or asked.get("new") is True or "Succeed" in statuses:
        order = {"order_id": str(uuid.uuid4()), "kind": asked.get("kind") or "charge", "payment_id": None}
        query("UPDATE sessions SET order_id = ?, kind = ?, payment = NULL WHERE id = ?", order["order_id"], order["kind"], id)
    if not order["payment_id"]:
        body = {"amount": AMOUNT, "currency": CURRENCY, "order": {"id": order["order_id"]}}
        made = call("POST", "/payments", order["order_id"], body)
        if not isinstance(made, dict) or not is_text(made.get("id")):
            raise CallError("unavailable")
        order["payment_id"] = made["id"]
        with writing():
            query("INSERT OR IGNORE INTO payments VALUES (?, ?, ?, ?, ?)", made["id"], id, order["kind"], AMOUNT, CURRENCY)
            query("UPDATE sessions SET payment = ? WHERE id = ?", made["id"], id)
    return order


if __name__ == "__main__":
    for statement in SCHEMA.strip().split(";\n"):
        query(statement)
    # For a proxy with TLS on the same machine.
    ThreadingHTTPServer.request_queue_size = 128  # The default of 5 makes shoppers wait as soon as a few come at once.
    server = ThreadingHTTPServer(("127.0.0.1", int(PORT)), Handler)
    print(f"listening on http://127.0.0.1:{PORT}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
