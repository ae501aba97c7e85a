-- Captures and voids that the shop's own systems ask for: one row a key, written before PaymentsOS is called.
--   open       written; what PaymentsOS made of it is not known yet
--   pending    its transaction is known, and not final
--   succeeded, failed
--   refused    PaymentsOS refused the request: there is no transaction
CREATE TABLE operations (
    id             TEXT    PRIMARY KEY NOT NULL,
    payment        TEXT    NOT NULL REFERENCES orders (payment),
    kind           TEXT    NOT NULL CHECK (kind IN ('capture', 'void')),
    amount         BIGINT CHECK (amount > 0),
    state          TEXT    NOT NULL CHECK (state IN ('open', 'pending', 'succeeded', 'failed', 'refused')),
    transaction_id TEXT,
    body           TEXT,
    created        BIGINT NOT NULL
);

CREATE UNIQUE INDEX one_standing_operation ON operations (payment) WHERE state IN ('open', 'pending');
