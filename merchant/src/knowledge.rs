//! How the backend comes to know a payment: it reads it from PaymentsOS, one reading at a time, and takes in what it finds.
//! Nothing else is believed, neither a webhook's body nor an address.

use crate::Merchant;
use crate::desk::{News, ReadError, Reading};
use crate::store::StoreError;
use paymentsos_core::paymentsos::{Kind, Payment, Status, Transaction};
use std::sync::Arc;
use std::time::{Duration, Instant};

impl Merchant {
    /// The payment as PaymentsOS has it, by a reading that began at `since` or later. Everybody who asks meanwhile gets the same.
    pub(crate) async fn read_payment(self: &Arc<Self>, payment: &str, since: Instant) -> Result<Payment, ReadError> {
        let (merchant, payment) = (Arc::clone(self), payment.to_owned());
        // On its own, so that a reading is taken in to the end even when the one who asked has gone.
        let reading = tokio::spawn(async move {
            let place = merchant.desk.place(&payment);
            let mut last = place.reading.lock().await;
            if let Some(reading) = last.as_ref().filter(|reading| reading.began >= since) {
                return reading.result.clone();
            }
            let began = Instant::now();
            let result = merchant.read_now(&payment).await;
            *last = Some(Reading { began, result: result.clone() });
            result
        });
        reading.await.unwrap_or(Err(ReadError::Store(StoreError::Unreadable("a reading was broken off"))))
    }

    /// The same, unless it was read less than `age` ago.
    pub(crate) async fn read_payment_after(
        self: &Arc<Self>,
        payment: &str,
        age: Duration,
    ) -> Result<Payment, ReadError> {
        let now = Instant::now();
        self.read_payment(payment, now.checked_sub(age).unwrap_or(now)).await
    }

    /// Sees to it that the payment has been read less than `age` ago, by this replica or another, whose news is heard.
    pub(crate) async fn have_read(self: &Arc<Self>, payment: &str, age: Duration) -> Result<(), ReadError> {
        let place = self.desk.place(payment);
        let is_young = |reading: &Reading| reading.began.elapsed() < age;
        let is_known = place.reading.try_lock().is_ok_and(|last| last.as_ref().is_some_and(is_young));
        if !is_known && self.store.is_to_read(payment, age).await? {
            self.read_payment_after(payment, age).await?;
        }
        Ok(())
    }

    async fn read_now(&self, payment: &str) -> Result<Payment, ReadError> {
        Ok(self.take_in_all(self.paymentsos.payment(payment).await?).await?)
    }

    /// Takes in a reading: the payment, with its transactions as they are known then.
    pub(crate) async fn take_in_all(&self, mut read: Payment) -> Result<Payment, StoreError> {
        let payment = read.id.clone();
        let (amount, currency) = (read.amount, read.currency.clone());
        if let Some(related) = &mut read.related_resources {
            let lists = [(Kind::Charge, &mut related.charges), (Kind::Authorization, &mut related.authorizations)];
            for (kind, list) in lists {
                for transaction in list {
                    complete(transaction, amount, &currency);
                    *transaction = self.take_in(&payment, kind, transaction).await?;
                }
            }
        }
        Ok(read)
    }

    /// Takes in what PaymentsOS said of a transaction, and tells everybody who waits for it.
    pub(crate) async fn take_in(
        &self,
        payment: &str,
        kind: Kind,
        reading: &Transaction,
    ) -> Result<Transaction, StoreError> {
        let seen = self.store.see(payment, kind, reading).await?;
        if seen.changed {
            let is_success = seen.transaction.result.status == Status::Succeed;
            self.desk.tell_of(payment, News { succeeded: is_success.then(|| seen.transaction.clone()) });
            self.to_tell.notify_one();
            if seen.transaction.result.status.is_final() {
                self.metrics.result(kind, &seen.transaction.result.status, seen.took);
            }
        }
        for code in seen.alerts {
            self.alerts.log(code, payment, &seen.transaction.id);
        }
        Ok(seen.transaction)
    }
}

/// A transaction carries no currency, and not always the amount: they are the payment's.
pub(crate) fn complete(transaction: &mut Transaction, amount: u64, currency: &str) {
    transaction.amount.get_or_insert(amount);
    transaction.currency.get_or_insert_with(|| currency.to_owned());
}
