<?php
// A merchant backend for <paymentsos-checkout> in plain PHP: the Merchant API, a shop with one article, and the guard.
//
// The guard is what no browser can do: one payment, never two. An attempt is on the disk before PaymentsOS is asked, it keeps one
// key there however often it is repeated, and another key follows only on a failure that PaymentsOS has confirmed.
// Records are in SQLite and turns are locks on files, so any number of PHP's processes may serve, as long as they share a machine.
// Answers are not held (`Prefer: wait`): each would keep a process busy. The component then asks at intervals of its own.

declare(strict_types=1);

// ---- Settings

class Misset extends Exception {}

function setting(string $name, ?string $default = null): string {
    $value = trim((string) getenv($name));
    return $value !== '' ? $value : $default ?? throw new Misset("$name is not set");
}

function settings(): void {
    $port = setting('PORT');
    define('PAYMENTSOS_URL', rtrim(setting('PAYMENTSOS_URL'), '/'));
    define('APP_ID', setting('PAYMENTSOS_APP_ID'));
    define('PRIVATE_KEY', setting('PAYMENTSOS_PRIVATE_KEY'));
    define('ENVIRONMENT', setting('PAYMENTSOS_ENV', 'test'));
    $origins = setting('SHOP_ORIGINS', "http://localhost:$port,http://127.0.0.1:$port");
    define('ORIGINS', array_map('trim', explode(',', $origins)));
    define('DATA', setting('DATA'));
    preg_match('~^https://|^http://(localhost|127\.0\.0\.1|\[::1\])(:|/|$)~', PAYMENTSOS_URL)
        || throw new Misset('PAYMENTSOS_URL must be https, except on this machine: the private key travels there');
    in_array(ENVIRONMENT, ['test', 'live'], true) || throw new Misset('PAYMENTSOS_ENV must be test or live');
    preg_grep('~^https?://[a-z0-9.:\[\]-]+$~D', ORIGINS) === ORIGINS
        || throw new Misset('SHOP_ORIGINS must hold origins: https://shop.example');
}

const AMOUNT = 4097; // In minor units, and the shop's alone to decide: no browser is asked.
const CURRENCY = 'USD';
const LARGEST_BODY = 64 * 1024;
const SESSION_SECONDS = 30 * 24 * 60 * 60;

// ---- Problems (RFC 9457). None holds a secret, nor what PaymentsOS wrote.

const REPEAT = 'Repeat the request with the same Idempotency-Key.';
const PROBLEMS = [
    'json' => [400, 'The body is not the JSON of a request to this address.'],
    'idempotency-key' => [400, 'The header Idempotency-Key must hold the attempt\'s id, a UUID.'],
    'reconciliation-id' => [400, '`reconciliation_id` must equal the Idempotency-Key.'],
    'no-session' => [401, 'This needs the session that the order was made in.'],
    'origin' => [403, 'The request comes from a page of another origin. Further ones are set by SHOP_ORIGINS.'],
    'another-session' => [403, 'The payment belongs to another session.'],
    'not-found' => [404, 'There is nothing at this address.'],
    'method' => [405, 'This address has no such method.'],
    'payment-has-transaction' => [409, 'The payment has a transaction that has not failed. Read the payment, and go on with that one.'],
    'conflict' => [409, 'Another request for this payment came first, or is under way. ' . REPEAT],
    'amount-differs' => [412, 'The amount or currency is not the one that was shown. Read the payment, and show it again.'],
    'too-large' => [413, 'The body is larger than any request needs.'],
    'media-type' => [415, 'The body must be application/json.'],
    'kind' => [422, '`kind` must be `charge` or `authorization`, and a payment is paid by the kind of its order.'],
    'payment-method' => [422, 'This `payment_method` cannot be used. A card must be tokenized: no card numbers are taken.'],
    'merchant-site-url' => [422, '`merchant_site_url` is on no origin of this shop. Further ones are set by SHOP_ORIGINS.'],
    'expected-missing' => [422, '`expected` must hold the amount and currency shown.'],
    'key-of-another' => [422, 'This Idempotency-Key was used for something else. A new attempt needs a new one.'],
    'refused' => [422, 'PaymentsOS refused the request. No transaction was made.'],
    'internal' => [500, 'The shop\'s backend has a fault. ' . REPEAT],
    'paymentsos-unavailable' => [502, 'PaymentsOS cannot be used now. ' . REPEAT],
    'paymentsos-busy' => [503, 'PaymentsOS asks for patience. ' . REPEAT],
    'paymentsos-timeout' => [504, 'PaymentsOS did not reply in time. ' . REPEAT],
];
const TITLES = [400 => 'Bad Request', 401 => 'Unauthorized', 403 => 'Forbidden', 404 => 'Not Found', 405 => 'Method Not Allowed',
    409 => 'Conflict', 412 => 'Precondition Failed', 413 => 'Content Too Large', 415 => 'Unsupported Media Type',
    422 => 'Unprocessable Content', 500 => 'Internal Server Error', 502 => 'Bad Gateway', 503 => 'Service Unavailable',
    504 => 'Gateway Timeout'];

class Problem extends Exception {
    public function __construct(public string $kind, public array $headers = [], public ?string $category = null) {
        parent::__construct($kind);
    }

    public function body(): array {
        [$status, $detail] = PROBLEMS[$this->kind];
        $type = "urn:paymentsos-checkout:problem:$this->kind";
        $body = ['type' => $type, 'title' => TITLES[$status], 'status' => $status, 'detail' => $detail];
        return $this->category === null ? $body : [...$body, 'category' => $this->category];
    }
}

// ---- What is handed on of PaymentsOS's replies: the fields that a checkout needs, and no others. JSON objects are PHP objects.

function only(?object $from, array $names, callable $test): array {
    return array_filter(array_intersect_key((array) $from, array_flip($names)), $test);
}

function texts(mixed $from, string ...$names): array {
    return only(is_object($from) ? $from : null, $names, fn($value) => is_string($value) || is_int($value));
}

function transaction_of(mixed $read, array $payment): array {
    // Leaving one out that cannot be read would say that there is none.
    if (!is_string($read->id ?? null) || !is_string($read->result->status ?? null)) throw new CallError('unavailable');
    $transaction = [
        'id' => $read->id,
        'result' => texts($read->result, 'status', 'category', 'sub_category', 'description'),
        'amount' => $payment['amount'], // A reply need not name them: they are the payment's.
        'currency' => $payment['currency'],
        ...texts($read, 'reconciliation_id', 'amount', 'currency', 'expires_at'),
    ];
    $redirection = texts($read->redirection ?? null, 'id', 'url', 'merchant_site_url', 'operation_type');
    $method = texts($read->payment_method ?? null, 'vendor', 'last_4_digits');
    if ($redirection) $transaction['redirection'] = $redirection;
    if ($method) $transaction['payment_method'] = $method;
    $isFramed = in_array($read->provider_specific_data->iframeAllowed ?? null, [true, 'true'], true);
    if ($isFramed) $transaction['provider_specific_data'] = ['iframeAllowed' => true];
    return $transaction;
}

function has_failed(array $transaction): bool {
    return $transaction['result']['status'] === 'Failed';
}

function is_final(array $transaction): bool {
    return has_failed($transaction) || $transaction['result']['status'] === 'Succeed';
}

// Who knows both ids may see this much, so that a return in another browser shows its result.
function for_strangers(array $transaction): array {
    $seen = array_intersect_key($transaction, array_flip(['id', 'amount', 'currency']));
    return [...$seen, 'result' => ['status' => $transaction['result']['status']]];
}

// ---- Records

function database(): PDO {
    static $database = null;
    if ($database) return $database;
    is_dir(DATA) || @mkdir(DATA, 0700, true);
    $options = [PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC, PDO::ATTR_TIMEOUT => 10];
    $database = new PDO('sqlite:' . DATA . '/shop.db', options: $options);
    // What is written before PaymentsOS is called must survive a power cut.
    $database->exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, until INTEGER, order_id TEXT, kind TEXT, payment_id TEXT);
        CREATE TABLE IF NOT EXISTS payments
            (id TEXT PRIMARY KEY, session TEXT, kind TEXT, amount INTEGER, currency TEXT, read_at REAL);
        CREATE TABLE IF NOT EXISTS attempts
            (id TEXT PRIMARY KEY, payment TEXT, key TEXT, is_open INTEGER, transaction_id TEXT);
        CREATE TABLE IF NOT EXISTS transactions
            (payment TEXT, kinds TEXT, id TEXT, body TEXT, PRIMARY KEY (payment, kinds, id));');
    return $database;
}

function run(string $statement, mixed ...$values): PDOStatement {
    $prepared = database()->prepare($statement);
    $prepared->execute($values);
    return $prepared;
}

function all(string $statement, mixed ...$values): array {
    return run($statement, ...$values)->fetchAll();
}

function first(string $statement, mixed ...$values): ?array {
    return all($statement, ...$values)[0] ?? null;
}

// Nobody else writes between what is read in here and what is written.
function writing(callable $work): mixed {
    database()->exec('BEGIN IMMEDIATE');
    try {
        $result = $work();
        database()->exec('COMMIT');
        return $result;
    } catch (Throwable $error) {
        database()->exec('ROLLBACK');
        throw $error;
    }
}

// Of one name, one after the other, in all processes. The system frees the lock of a process that dies. The files are empty, and
// may be deleted when they are a day old.
function in_turn(string $name, callable $work): mixed {
    is_dir(DATA . '/turns') || @mkdir(DATA . '/turns', 0700, true);
    $file = fopen(DATA . '/turns/' . hash('sha256', $name), 'c');
    flock($file, LOCK_EX) || throw new RuntimeException('no lock');
    try {
        return $work();
    } finally {
        fclose($file);
    }
}

// ---- PaymentsOS

class CallError extends Exception {
    public function __construct(public string $kind, public ?string $category = null, public ?string $retryAfter = null) {
        parent::__construct($kind);
    }

    public function problem(): Problem {
        $kinds = ['not-found' => 'not-found', 'busy' => 'paymentsos-busy', 'timeout' => 'paymentsos-timeout'];
        $headers = $this->retryAfter === null ? [] : ['Retry-After' => $this->retryAfter];
        return new Problem($kinds[$this->kind] ?? 'paymentsos-unavailable', $headers);
    }
}

function call(string $method, string $where, ?string $key = null, ?array $body = null, array $shopper = []): mixed {
    $headers = array_filter([
        'accept' => 'application/json', 'content-type' => 'application/json', 'app-id' => APP_ID, 'private-key' => PRIVATE_KEY,
        'x-payments-os-env' => ENVIRONMENT, // Always sent: a missing one means live.
        'api-version' => '1.3.0', 'idempotency-key' => $key, ...$shopper,
    ]);
    $replied = [];
    $curl = curl_init(PAYMENTSOS_URL . $where);
    // No redirection is followed and no proxy asked: the private key goes to this address and nowhere else.
    curl_setopt_array($curl, [
        CURLOPT_CUSTOMREQUEST => $method,
        CURLOPT_HTTPHEADER => array_map(fn($name, $value) => "$name: $value", array_keys($headers), $headers),
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_FOLLOWLOCATION => false,
        CURLOPT_PROXY => '',
        CURLOPT_TIMEOUT => $method === 'POST' ? 50 : 8, // A create may wait for the provider.
        CURLOPT_HEADERFUNCTION => function ($_, string $line) use (&$replied): int {
            [$name, $value] = [...explode(':', $line, 2), ''];
            $replied[strtolower($name)] = trim($value);
            return strlen($line);
        },
    ]);
    if ($body !== null) curl_setopt($curl, CURLOPT_POSTFIELDS, json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES));
    $content = curl_exec($curl);
    if ($content === false) throw new CallError(curl_errno($curl) === CURLE_OPERATION_TIMEDOUT ? 'timeout' : 'unavailable');
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    $read = json_decode($content);
    if ($status >= 200 && $status < 300) return $read;
    error_log("PaymentsOS replied $status; its request id: " . ($replied['x-zooz-request-id'] ?? ''));
    $retryAfter = $replied['retry-after'] ?? '';
    if ($status === 408 || $status === 429) throw new CallError('busy', null, ctype_digit($retryAfter) ? $retryAfter : '5');
    if ($status === 404) throw new CallError('not-found', 'api_request_error');
    if ($status === 409) throw new CallError('conflict');
    if ($status < 400 || $status >= 500) throw new CallError('unavailable');
    $category = texts($read, 'category')['category'] ?? '';
    throw new CallError('refused', preg_match('~^[a-z0-9_]{1,64}$~D', (string) $category) ? $category : null);
}

// ---- What is known of a payment: what PaymentsOS said of it, and nothing else

function known(string $payment, string $kinds, string $id): ?array {
    $row = first('SELECT body FROM transactions WHERE payment = ? AND kinds = ? AND id = ?', $payment, $kinds, $id);
    return $row ? json_decode($row['body'], true) : null;
}

// The transactions that have not failed, of both kinds.
function live(?string $payment): array {
    $rows = all('SELECT body FROM transactions WHERE payment = ?', $payment);
    return array_filter(array_map(fn($row) => json_decode($row['body'], true), $rows), fn($one) => !has_failed($one));
}

// Takes in a reading of a transaction, and gives it as it is known now.
function see(string $payment, string $kinds, array $read): array {
    return writing(function () use ($payment, $kinds, $read) {
        $before = known($payment, $kinds, $read['id']);
        [$was, $is] = [$before['result']['status'] ?? null, $read['result']['status']];
        // Readings may overtake one another: a final status is not taken back by an older one.
        if (($was === 'Succeed' && $is !== $was) || ($was === 'Failed' && !is_final($read))) return $before;
        $seen = [...($before ?? []), ...$read];
        if (is_final($seen)) unset($seen['redirection'], $seen['provider_specific_data'], $seen['expires_at']);
        run('INSERT OR REPLACE INTO transactions VALUES (?, ?, ?, ?)', $payment, $kinds, $read['id'], json_encode($seen));
        if ($was !== $is && $is !== 'Failed' && ($was === 'Failed' || count(live($payment)) > 1)) {
            error_log("ALERT: look at payment $payment: {$read['id']} is $is all the same");
        }
        return $seen;
    });
}

function read_payment(string $id): array {
    $read = call('GET', "/payments/$id?expand=all");
    $payment = texts($read, 'id', 'amount', 'currency', 'status');
    $related = $read->related_resources ?? null;
    $isPayment = count($payment) === 4 && $payment['id'] === $id && is_int($payment['amount']);
    if (!$isPayment || !($related === null || is_object($related))) throw new CallError('unavailable');
    if (in_array($read->is_chargedback ?? null, [true, 'true'], true)) $payment['is_chargedback'] = true;
    if (is_object($read->order ?? null)) $payment['order'] = (object) texts($read->order, 'id');
    $lists = [];
    foreach ($related ? ['charges', 'authorizations'] : [] as $kinds) {
        $list = $related->$kinds ?? [];
        if (!is_array($list)) throw new CallError('unavailable');
        $lists[$kinds] = array_map(fn($one) => transaction_of($one, $payment), $list);
    }
    foreach ($lists as $kinds => $list) {
        $payment['related_resources'][$kinds] = array_map(fn($one) => see($id, $kinds, $one), $list);
    }
    return $payment;
}

function read_transaction(array $record, string $kinds, string $id, array $made = []): array {
    $read = transaction_of(call('GET', "/payments/{$record['id']}/$kinds/" . rawurlencode($id)), $record);
    if ($read['id'] !== $id) throw new CallError('unavailable');
    return see($record['id'], $kinds, [...$made, ...$read]); // It need not repeat all that the reply to the create has said.
}

// However many ask for a payment, it is read once a second.
function read_sparingly(string $payment): void {
    $now = microtime(true);
    $mine = run('UPDATE payments SET read_at = ? WHERE id = ? AND read_at < ?', $now, $payment, $now - 1);
    if ($mine->rowCount() === 1) read_payment($payment);
}

// ---- The guard

// A create, in the payment's turn. `$attempt` is the idempotency key and the `reconciliation_id`.
function create(array $record, string $attempt, array $body, object $expected, array $shopper): array {
    [$payment, $kinds] = [$record['id'], $record['kind'] . 's'];
    run('INSERT OR IGNORE INTO attempts VALUES (?, ?, NULL, 0, NULL)', $attempt, $payment);
    $mine = first('SELECT * FROM attempts WHERE id = ?', $attempt);
    if ($mine['payment'] !== $payment) throw new Problem('key-of-another');
    if ($mine['transaction_id'] !== null && !$mine['is_open']) {
        try { // A repeat of what is settled gets the original, as it stands now.
            return read_transaction($record, $kinds, $mine['transaction_id']);
        } catch (CallError) {
            return known($payment, $kinds, $mine['transaction_id']);
        }
    }
    $read = read_payment($payment);
    // An open attempt is one whose outcome got lost. It is looked for by its `reconciliation_id` before anything is asked again.
    $open = first('SELECT * FROM attempts WHERE payment = ? AND is_open', $payment);
    $found = $open ? own($record, $read, $open['key']) : null;
    if ($found && in_array($attempt, settle($payment, $open['key'], $found), true)) return $found;
    check_free($payment, $read, $expected);
    // Nobody may ever come back for an open one. Its key is used on, by whomever: PaymentsOS carries out one request of a key.
    $isRepeat = $open && !$found;
    $key = $isRepeat ? $open['key'] : "$payment:$attempt";
    run('UPDATE attempts SET key = ?, is_open = 1 WHERE id = ?', $key, $attempt);
    try {
        $made = transaction_of(call('POST', "/payments/$payment/$kinds", $key, $body, $shopper), $record);
    } catch (CallError $error) {
        return recover($record, $attempt, $key, $isRepeat, $error);
    }
    if (!isset($made['reconciliation_id'])) run('UPDATE attempts SET transaction_id = ? WHERE id = ?', $made['id'], $attempt);
    try { // What a create returned is believed when it can be read under that payment.
        $verified = read_transaction($record, $kinds, $made['id'], $made);
    } catch (CallError $error) {
        if ($error->kind !== 'not-found') throw $error;
        error_log("ALERT: look at payment $payment: {$made['id']} is not under it");
        throw new CallError('unavailable');
    }
    return answer($payment, $attempt, $key, $verified);
}

// A create that gave no transaction: refused, found all the same, or unknown until it is repeated.
function recover(array $record, string $attempt, string $key, bool $isRepeat, CallError $error): array {
    if ($error->kind === 'refused' || $error->kind === 'not-found') {
        // An earlier request under this key may have come to something: this one may have been refused for that very reason.
        if ($isRepeat) throw new CallError('unavailable');
        run('UPDATE attempts SET is_open = 0 WHERE id = ?', $attempt);
        throw new Problem('refused', category: $error->category);
    }
    // After a time-out there is no time left to look, and after a 429 nothing to see.
    if ($error->kind !== 'unavailable' && $error->kind !== 'conflict') throw $error;
    try {
        $found = own($record, read_payment($record['id']), $key);
    } catch (CallError) {
        throw new CallError('unavailable');
    }
    if ($found) return answer($record['id'], $attempt, $key, $found);
    if ($error->kind === 'unavailable') throw $error;
    throw new Problem(live($record['id']) ? 'payment-has-transaction' : 'conflict');
}

function check_free(string $payment, array $read, object $expected): void {
    if (!isset($read['related_resources'])) throw new CallError('unavailable'); // Nothing is known; that is not: there is none.
    $isFree = !live($payment) && $read['status'] === 'Initialized' && !isset($read['is_chargedback']);
    if (!$isFree) throw new Problem('payment-has-transaction');
    $isAsSeen = $expected->amount === $read['amount'] && $expected->currency === $read['currency'];
    if (!$isAsSeen) throw new Problem('amount-differs');
}

function open_under(string $payment, string $key): array {
    return all('SELECT * FROM attempts WHERE payment = ? AND key = ? AND is_open', $payment, $key);
}

function is_of(array $transaction, array $attempt): bool {
    return isset($transaction['reconciliation_id'])
        ? $transaction['reconciliation_id'] === $attempt['id'] : $transaction['id'] === $attempt['transaction_id'];
}

// The transaction of the attempts that are open under a key; of several, one that has not failed.
function own(array $record, array $read, string $key): ?array {
    $found = [];
    foreach ($read['related_resources'][$record['kind'] . 's'] ?? [] as $one) {
        foreach (open_under($record['id'], $key) as $attempt) if (is_of($one, $attempt)) $found[] = $one;
    }
    return array_values(array_filter($found, fn($one) => !has_failed($one)))[0] ?? array_pop($found);
}

// Closes the attempts under a key, and names those that have this outcome: the one that the transaction is of, and the one whose
// own key it is, since PaymentsOS would give its repeat the same. One that only came in under another's key was not carried out,
// and may begin anew under its own.
function settle(string $payment, string $key, array $transaction): array {
    return writing(function () use ($payment, $key, $transaction) {
        $settled = [];
        foreach (open_under($payment, $key) as $attempt) {
            $hasIt = is_of($transaction, $attempt) || $key === "$payment:{$attempt['id']}";
            if ($hasIt) $settled[] = $attempt['id'];
            $outcome = $hasIt ? $transaction['id'] : null;
            run('UPDATE attempts SET is_open = 0, transaction_id = ? WHERE id = ?', $outcome, $attempt['id']);
        }
        return $settled;
    });
}

function answer(string $payment, string $attempt, string $key, array $transaction): array {
    if (in_array($attempt, settle($payment, $key, $transaction), true)) return $transaction;
    throw new Problem(has_failed($transaction) ? 'conflict' : 'payment-has-transaction');
}

// ---- What goes on to PaymentsOS of a request: what is named here, and never `external`, `sca_exemptions` or `installments`

function is_text(mixed $value, int $longest = 2048): bool {
    return is_string($value) && strlen($value) <= $longest;
}

function payment_method(mixed $asked): array {
    $type = $asked->type ?? null;
    $isUntokenized = $type === 'untokenized' && ($asked->source_type ?? null) !== 'credit_card';
    if (!$isUntokenized && !($type === 'tokenized' && is_text($asked->token ?? null))) throw new Problem('payment-method');
    $method = only($asked, ['type', 'token', 'credit_card_cvv', 'source_type', 'vendor'], fn($value) => is_text($value));
    $details = $asked->additional_details ?? null;
    if (is_object($details)) {
        $isPlain = fn($value) => is_text($value) || is_bool($value) || is_int($value) || is_float($value);
        $method['additional_details'] = (object) array_slice(array_filter((array) $details, $isPlain), 0, 32, true);
    }
    return $method;
}

function browser_of(object $asked, ?string $accept): object {
    $names = ['language', 'color_depth', 'screen_height', 'screen_width', 'time_zone'];
    $names = array_map(fn($name) => "browser_$name", $names);
    return (object) [
        ...only($asked, $names, fn($value) => is_text($value, 64)),
        ...only($asked, ['browser_java_enabled'], fn($value) => is_bool($value)),
        ...only($asked, ['challenge_window_size'], fn($value) => in_array($value, ['01', '02', '03', '04', '05'], true)),
        ...($accept === null ? [] : ['browser_header' => $accept]), // No script can read it.
    ];
}

// Addresses are compared as text, so that no two readers of them can differ about where they lead.
function is_ours(mixed $address): bool {
    if (!is_text($address, 8192) || !preg_match('~^[\x21-\x5b\x5d-\x7e]+$~D', $address)) return false;
    foreach (ORIGINS as $origin) {
        $next = substr($address, strlen($origin), 1);
        if (str_starts_with($address, $origin) && in_array($next, ['', '/', '?', '#'], true)) return true;
    }
    return false;
}

function body_for(object $asked, string $attempt, ?string $accept): array {
    $body = ['payment_method' => payment_method($asked->payment_method ?? null), 'reconciliation_id' => $attempt];
    $address = $asked->merchant_site_url ?? null;
    if ($address !== null && !is_ours($address)) throw new Problem('merchant-site-url');
    if ($address !== null) $body['merchant_site_url'] = $address;
    $browser = $asked->three_d_secure_attributes->internal ?? null;
    if (is_object($browser)) $body['three_d_secure_attributes'] = ['internal' => browser_of($browser, $accept)];
    return $body;
}

// ---- Who may do what

function request_header(string $name, int $longest = 2048): ?string {
    $value = $_SERVER['HTTP_' . strtoupper(strtr($name, '-', '_'))] ?? '';
    return preg_match('~^[\x20-\x7e\t]+$~D', $value) ? substr($value, 0, $longest) : null;
}

// Only the hash of a cookie is kept: who sees the records cannot act as a shopper.
function session(): ?array {
    $token = $_COOKIE['shop_session'] ?? null;
    $hash = hash('sha256', is_string($token) ? $token : '');
    return first('SELECT * FROM sessions WHERE id = ? AND until > ?', $hash, time());
}

function record(string $payment): array {
    return first('SELECT * FROM payments WHERE id = ?', $payment) ?? throw new Problem('not-found');
}

function own_record(string $payment): array {
    $session = session() ?? throw new Problem('no-session'); // Before anything is said of the payment, even that there is one.
    $record = record($payment);
    return $record['session'] === $session['id'] ? $record : throw new Problem('another-session');
}

// A browser says where a POST comes from; what says nothing is no browser, and holds no shopper's cookie by accident.
function check_origin(): void {
    $origin = $_SERVER['HTTP_ORIGIN'] ?? null;
    $isFromUs = $origin !== null ? in_array($origin, ORIGINS, true)
        : in_array($_SERVER['HTTP_SEC_FETCH_SITE'] ?? null, [null, 'same-origin', 'none'], true);
    $isFromUs || throw new Problem('origin');
}

function asked(): object {
    $type = strtolower(trim(explode(';', $_SERVER['CONTENT_TYPE'] ?? $_SERVER['HTTP_CONTENT_TYPE'] ?? '')[0]));
    if ($type !== 'application/json') throw new Problem('media-type');
    $body = file_get_contents('php://input', length: LARGEST_BODY + 1);
    if (strlen($body) > LARGEST_BODY) throw new Problem('too-large');
    $asked = json_decode($body);
    return is_object($asked) ? $asked : throw new Problem('json');
}

// ---- The shop

function order(): array {
    check_origin();
    $asked = file_get_contents('php://input', length: 1) === '' ? (object) [] : asked();
    if (!in_array($asked->kind ?? null, [null, 'charge', 'authorization'], true)) throw new Problem('kind');
    $session = session();
    if (!$session) {
        $token = bin2hex(random_bytes(32));
        $session = ['id' => hash('sha256', $token)];
        run('INSERT INTO sessions (id, until) VALUES (?, ?)', $session['id'], time() + SESSION_SECONDS);
        $secure = str_starts_with(ORIGINS[0], 'https:') ? '; Secure' : '';
        header("Set-Cookie: shop_session=$token; Path=/; Max-Age=" . SESSION_SECONDS . "; HttpOnly; SameSite=Lax$secure");
    }
    $order = in_turn("session {$session['id']}", fn() => open_order($session['id'], $asked));
    return [...$order, 'amount' => AMOUNT, 'currency' => CURRENCY];
}

// The session's order that is not paid yet, or a new one. It is written before its payment is made, so that one whose making got
// lost is asked for again under the same key.
function open_order(string $session, object $asked): array {
    $order = first('SELECT order_id, kind, payment_id FROM sessions WHERE id = ?', $session);
    $statuses = array_map(fn($one) => $one['result']['status'], live($order['payment_id']));
    $fits = $order['order_id'] !== null && ($statuses || ($asked->kind ?? $order['kind']) === $order['kind']);
    if (!$fits || ($asked->new ?? null) === true || in_array('Succeed', $statuses, true)) {
        $order = ['order_id' => bin2hex(random_bytes(16)), 'kind' => $asked->kind ?? 'charge', 'payment_id' => null];
        $change = 'UPDATE sessions SET order_id = ?, kind = ?, payment_id = NULL WHERE id = ?';
        run($change, $order['order_id'], $order['kind'], $session);
    }
    if ($order['payment_id'] === null) {
        $body = ['amount' => AMOUNT, 'currency' => CURRENCY, 'order' => ['id' => $order['order_id']]];
        $made = call('POST', '/payments', $order['order_id'], $body);
        $order['payment_id'] = texts($made, 'id')['id'] ?? throw new CallError('unavailable');
        writing(function () use ($order, $session) {
            $values = [$order['payment_id'], $session, $order['kind'], AMOUNT, CURRENCY];
            run('INSERT OR IGNORE INTO payments VALUES (?, ?, ?, ?, ?, 0)', ...$values);
            run('UPDATE sessions SET payment_id = ? WHERE id = ?', $order['payment_id'], $session);
        });
    }
    return $order;
}

// ---- The Merchant API

function pay(string $payment, string $kinds): array {
    check_origin();
    $record = own_record($payment);
    $asked = asked();
    if ($record['kind'] . 's' !== $kinds) throw new Problem('kind');
    $attempt = strtolower(trim(request_header('Idempotency-Key') ?? '', ' "'));
    if (!preg_match('~^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$~D', $attempt)) throw new Problem('idempotency-key');
    $named = $asked->reconciliation_id ?? null;
    if (!is_string($named) || strtolower($named) !== $attempt) throw new Problem('reconciliation-id');
    $body = body_for($asked, $attempt, request_header('Accept'));
    $expected = $asked->expected ?? null;
    if (!is_int($expected->amount ?? null) || !is_text($expected->currency ?? null)) throw new Problem('expected-missing');
    // Behind a proxy this is the proxy's address: take the shopper's from its X-Forwarded-For then, and only then.
    $shopper = ['x-client-ip-address' => $_SERVER['REMOTE_ADDR'], 'x-client-user-agent' => request_header('User-Agent', 512)];
    return in_turn("payment $payment", fn() => create($record, $attempt, $body, $expected, $shopper));
}

function look(string $payment, string $kinds, string $id): array {
    $record = record($payment);
    $transaction = known($payment, $kinds, $id);
    if (!$transaction || !is_final($transaction)) {
        try {
            read_sparingly($payment);
        } catch (CallError $error) {
            if (!$transaction) throw $error; // Else what is known is still true.
        }
        $transaction = known($payment, $kinds, $id) ?? throw new Problem('not-found');
    }
    return (session()['id'] ?? null) === $record['session'] ? $transaction : for_strangers($transaction);
}

function route(string $method, string $path): array {
    $isShop = $path === '/shop/orders';
    preg_match('~^/api/payments/([\w-]+)(?:/(charges|authorizations)(?:/([\w-]+))?)?$~D', $path, $address);
    if (!$isShop && !$address) throw new Problem('not-found');
    [, $payment, $kinds, $id] = [...$address, '', '', '', ''];
    $allowed = $isShop || ($kinds && !$id) ? 'POST' : 'GET';
    if ($method !== $allowed) throw new Problem('method', ['Allow' => "$allowed, OPTIONS"]);
    if ($isShop) return [200, order()];
    if ($id) return [200, look($payment, $kinds, $id)];
    if ($kinds) return [201, pay($payment, $kinds)];
    own_record($payment);
    return [200, read_payment($payment)];
}

function reply(int $status, string $type, array $body): void {
    http_response_code($status);
    header("Content-Type: $type");
    echo json_encode($body, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
}

function serve(): void {
    ignore_user_abort(true); // A shopper who closes the page does not stop a create half-way.
    set_time_limit(0); // Every wait has its own end.
    ini_set('display_errors', '0');
    ini_set('zend.exception_ignore_args', '1');
    header_remove('X-Powered-By');
    header('Cache-Control: no-store');
    header('X-Content-Type-Options: nosniff');
    header('Vary: Origin');
    try {
        settings();
        $origin = $_SERVER['HTTP_ORIGIN'] ?? null;
        if (in_array($origin, ORIGINS, true)) {
            header("Access-Control-Allow-Origin: $origin");
            header('Access-Control-Allow-Credentials: true');
            header('Access-Control-Expose-Headers: Preference-Applied, Retry-After');
        }
        if ($_SERVER['REQUEST_METHOD'] === 'OPTIONS') {
            header('Access-Control-Allow-Methods: GET, POST');
            header('Access-Control-Allow-Headers: Content-Type, Idempotency-Key, Prefer');
            header('Access-Control-Max-Age: 600');
            http_response_code(204);
            return;
        }
        [$status, $body] = route($_SERVER['REQUEST_METHOD'], explode('?', $_SERVER['REQUEST_URI'], 2)[0]);
        reply($status, 'application/json', $body);
    } catch (Throwable $error) {
        $problem = $error instanceof CallError ? $error->problem() : $error;
        if (!$problem instanceof Problem) {
            // Without the message of an unforeseen error, which may quote a body.
            $where = $error::class . " at {$error->getFile()}:{$error->getLine()}";
            error_log($error instanceof Misset ? $error->getMessage() : $where);
            $problem = new Problem('internal');
        }
        foreach ($problem->headers as $name => $value) header("$name: $value");
        reply(PROBLEMS[$problem->kind][0], 'application/problem+json', $problem->body());
    }
}

if (PHP_SAPI !== 'cli') {
    serve();
} else { // `php index.php` says what is wrong with the settings, as PHP's server has no start of its own to say it at.
    try {
        settings();
        database();
        echo "The settings are right.\n";
    } catch (Misset $error) {
        fwrite(STDERR, $error->getMessage() . "\n");
        exit(1);
    }
}
