//! What belongs to one payment while the process runs: whose turn it is to create or to read, and who waits for news.

use crate::paymentsos::CallError;
use crate::store::StoreError;
use paymentsos_core::paymentsos::{Payment, Transaction};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{Mutex as Turn, watch};

/// Why a payment could not be read.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error(transparent)]
    PaymentsOs(#[from] CallError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A reading of a payment, good for everybody who asked before it began.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) began: Instant,
    pub(crate) result: Result<Payment, ReadError>,
}

/// News of a payment, which changes with each change of a transaction.
#[derive(Clone, Debug, Default)]
pub(crate) struct News {
    /// The transaction that has succeeded, if that is the news: nothing that may be told later changes it, so whoever waits for it need
    /// not look. Of anything else, the records tell.
    pub(crate) succeeded: Option<Transaction>,
}

/// One payment's place.
#[derive(Debug)]
pub(crate) struct Place {
    /// Held by the one create that is under way.
    pub(crate) creating: Turn<()>,
    /// Held by the one reading that is under way; the last one stays.
    pub(crate) reading: Turn<Option<Reading>>,
    pub(crate) news: watch::Sender<News>,
}

/// The places of all payments that are in use.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    places: Mutex<HashMap<String, Arc<Place>>>,
}

/// With more places than this, those that nobody holds are given up: all that is lost is the last reading.
const CROWDED: usize = 1_024;

impl Desk {
    /// The place of a payment, or of anything else that takes turns.
    pub(crate) fn place(&self, name: &str) -> Arc<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= CROWDED && !places.contains_key(name) {
            places.retain(|_, place| Arc::strong_count(place) > 1);
        }
        let new = || {
            Arc::new(Place {
                creating: Turn::new(()),
                reading: Turn::new(None),
                news: watch::Sender::new(News::default()),
            })
        };
        places.entry(name.to_owned()).or_insert_with(new).clone()
    }

    /// Tells everybody who waits for news of a payment that there is some.
    pub(crate) fn tell(&self, payment: &str) {
        self.tell_of(payment, News::default());
    }

    /// The same, with what the news is.
    pub(crate) fn tell_of(&self, payment: &str, news: News) {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(payment) {
            place.news.send_replace(news);
        }
    }

    /// Tells everybody who waits that there may be news.
    pub(crate) fn tell_all(&self) {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        for place in places.values() {
            place.news.send_replace(News::default());
        }
    }

    /// How many requests wait for news, of all payments.
    pub(crate) fn waiters(&self) -> usize {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.values().map(|place| place.news.receiver_count()).sum()
    }
}
