-- Who may read: a session cookie and the client tokens made from it all lead to one session. Only hashes are kept.
CREATE TABLE credentials (
    hash    BYTEA    PRIMARY KEY NOT NULL,
    session TEXT    NOT NULL,
    kind    TEXT    NOT NULL CHECK (kind IN ('cookie', 'client_token')),
    created BIGINT NOT NULL
);

-- An order has one payment, at first none: it is written before PaymentsOS is asked, so that a crash makes no second one.
CREATE TABLE orders (
    id           TEXT    PRIMARY KEY NOT NULL,
    session      TEXT    NOT NULL,
    item         TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('charge', 'authorization')),
    amount       BIGINT NOT NULL CHECK (amount > 0),
    currency     TEXT    NOT NULL,
    upstream_key TEXT    NOT NULL UNIQUE,
    payment      TEXT    UNIQUE,
    created      BIGINT NOT NULL,
    open         BIGINT NOT NULL DEFAULT 1
);

CREATE UNIQUE INDEX one_open_order ON orders (session) WHERE open = 1;

-- The guard: one row an attempt, written before PaymentsOS is called.
--   open        written; what PaymentsOS made of it is not known yet
--   live        its transaction is known, and not Failed
--   failed      its transaction is known, and Failed
--   refused     PaymentsOS refused the request: there is no transaction
--   superseded  another attempt took its place, under its upstream key
CREATE TABLE attempts (
    id           TEXT    PRIMARY KEY NOT NULL,
    payment      TEXT    NOT NULL REFERENCES orders (payment),
    kind         TEXT    NOT NULL,
    upstream_key TEXT    NOT NULL,
    fingerprint  BYTEA    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('open', 'live', 'failed', 'refused', 'superseded')),
    repeated     BIGINT NOT NULL DEFAULT 0,
    transaction_id TEXT,
    created      BIGINT NOT NULL
);

CREATE UNIQUE INDEX one_live_attempt ON attempts (payment) WHERE state IN ('open', 'live');

-- What PaymentsOS last said of each transaction, as the Merchant API replies it.
CREATE TABLE transactions (
    payment TEXT    NOT NULL REFERENCES orders (payment),
    kind    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    status  TEXT    NOT NULL,
    body    TEXT    NOT NULL,
    seen    BIGINT NOT NULL,
    PRIMARY KEY (payment, kind, id)
);

-- Webhooks that were acted on.
CREATE TABLE webhooks (
    id   TEXT    PRIMARY KEY NOT NULL,
    seen BIGINT NOT NULL
);

-- Each alert is raised once.
CREATE TABLE alerts (
    code           TEXT    NOT NULL,
    payment        TEXT    NOT NULL,
    transaction_id TEXT    NOT NULL,
    raised         BIGINT NOT NULL,
    PRIMARY KEY (code, payment, transaction_id)
);

-- Which replica does what nobody else is to do at the same time, and until when (milliseconds of this server's clock).
CREATE TABLE turns (
    name   TEXT   PRIMARY KEY NOT NULL,
    holder TEXT   NOT NULL,
    until  BIGINT NOT NULL
);

-- When a replica last began to read a payment.
CREATE TABLE readings (
    payment TEXT   PRIMARY KEY NOT NULL,
    began   BIGINT NOT NULL
);
