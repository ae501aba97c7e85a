-- What belongs to a payment is looked for with each change of it, and by the references to it; what is old, each hour.
CREATE INDEX attempts_of_payment ON attempts (payment);
CREATE INDEX operations_of_payment ON operations (payment);
CREATE INDEX outbox_of_payment ON outbox (payment);
CREATE INDEX alerts_of_payment ON alerts (payment);
CREATE INDEX webhooks_by_age ON webhooks (seen);
CREATE INDEX credentials_by_age ON credentials (created);
CREATE INDEX orders_by_age ON orders (created);
