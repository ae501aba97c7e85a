-- Payments whose end is not known yet: since when, and when PaymentsOS is asked next, whether or not a shopper waits.
CREATE TABLE follows (
    payment TEXT    PRIMARY KEY NOT NULL REFERENCES orders (payment),
    since   INTEGER NOT NULL,
    next    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX next_follows ON follows (next);

-- What the shop's own systems are told: each event once, sent again until it is acknowledged.
CREATE TABLE outbox (
    id             TEXT    PRIMARY KEY NOT NULL,
    event          TEXT    NOT NULL,
    payment        TEXT    NOT NULL,
    transaction_id TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    created        INTEGER NOT NULL,
    tries          INTEGER NOT NULL DEFAULT 0,
    next           INTEGER NOT NULL,
    acknowledged   INTEGER,
    UNIQUE (event, payment, transaction_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX next_told ON outbox (next) WHERE acknowledged IS NULL;
