-- The idempotency key that PaymentsOS is asked with. Operations from before have none here: theirs is the payment's id and their own.
ALTER TABLE operations ADD COLUMN upstream_key TEXT;
