-- Payments whose end is not known yet: since when, and when PaymentsOS is asked next, whether or not a shopper waits.
CREATE TABLE follows (
    payment TEXT    PRIMARY KEY NOT NULL REFERENCES orders (payment),
    since   BIGINT NOT NULL,
    next    BIGINT NOT NULL
);

CREATE INDEX next_follows ON follows (next);

-- What the shop's own systems are told: each event once, sent again until it is acknowledged.
CREATE TABLE outbox (
    id             TEXT    PRIMARY KEY NOT NULL,
    event          TEXT    NOT NULL,
    payment        TEXT    NOT NULL,
    transaction_id TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    created        BIGINT NOT NULL,
    tries          BIGINT NOT NULL DEFAULT 0,
    next           BIGINT NOT NULL,
    acknowledged   BIGINT,
    UNIQUE (event, payment, transaction_id)
);

CREATE INDEX next_told ON outbox (next) WHERE acknowledged IS NULL;
