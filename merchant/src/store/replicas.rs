//! What several processes on one database need of each other: to take turns, to share work, and to hear of what another has written.
//! In a single process (SQLite) the locks and the news of `desk` are enough, and all of this is granted at once.

use super::clock::{milliseconds, postgres_clock};
use super::{Engine, Store, StoreError};
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

/// How long a turn outlives a replica that has died in it, in milliseconds.
const TURN: i64 = 4_000;
/// How often whoever has the turn says that it lives.
const RENEWAL: Duration = Duration::from_secs(1);
/// How often whoever wants the turn asks for it.
const ASKING: Duration = Duration::from_millis(50);

/// How often a connection on which nothing is heard is asked whether it lives, and how long it has to answer: the other end of one that
/// is cut says nothing, and that is all one would hear.
const SILENCE: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(10);

/// The name of the channel on which replicas tell each other of payments.
const CHANNEL: &str = "payments";

/// A turn, until it is dropped: no other replica has it meanwhile.
///
/// It keeps replicas from doing the same twice at once, and is not what makes it safe that they do: one that stands still for longer
/// than its turn wakes up beside the next. That there is one charge all the same is the work of the attempts' records and of
/// PaymentsOS's idempotency key.
#[derive(Debug)]
pub(crate) struct Turn {
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    store: Store,
    name: String,
    holder: String,
    renewal: JoinHandle<()>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(Held { store, name, holder, renewal }) = self.held.take() else { return };
        renewal.abort();
        tokio::spawn(async move {
            let given_back = sqlx::query("DELETE FROM turns WHERE name = $1 AND holder = $2")
                .bind(name)
                .bind(holder)
                .execute(&store.pool)
                .await;
            if let Err(error) = given_back {
                tracing::warn!(%error, "a turn could not be given back: it runs out by itself");
            }
        });
    }
}

/// What other replicas have written.
#[derive(Debug)]
pub(crate) enum News {
    /// Of this payment.
    Of(String),
    /// Of any payment: the connection was lost for a while.
    OfAny,
}

impl Store {
    /// Waits for the turn of that name among all replicas. Those in one process are to take turns before.
    pub(crate) async fn turn(&self, name: &str) -> Result<Turn, StoreError> {
        if self.engine == Engine::Sqlite {
            return Ok(Turn { held: None });
        }
        let (name, holder) = (name.to_owned(), Uuid::new_v4().to_string());
        while !self.take_turn(&name, &holder).await? {
            tokio::time::sleep(ASKING).await;
        }
        let (store, renewed, renewer) = (self.clone(), name.clone(), holder.clone());
        let renewal = tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEWAL).await;
                match store.take_turn(&renewed, &renewer).await {
                    Ok(true) => {}
                    Ok(false) => tracing::warn!(name = renewed, "a turn ran out while it was used"),
                    Err(error) => tracing::warn!(name = renewed, %error, "a turn could not be renewed"),
                }
            }
        });
        Ok(Turn { held: Some(Held { store: self.clone(), name, holder, renewal }) })
    }

    /// Takes the turn where nobody has it, or keeps it.
    async fn take_turn(&self, name: &str, holder: &str) -> Result<bool, StoreError> {
        let done = sqlx::query(concat!(
            "INSERT INTO turns (name, holder, until) VALUES ($1, $2, ",
            postgres_clock!(),
            " + $3) ",
            "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until ",
            "WHERE turns.holder = excluded.holder OR turns.until < ",
            postgres_clock!(),
        ))
        .bind(name)
        .bind(holder)
        .bind(TURN)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether it is this replica that is to read a payment, as none has begun to in the last `age`.
    pub(crate) async fn is_to_read(&self, payment: &str, age: Duration) -> Result<bool, StoreError> {
        if self.engine == Engine::Sqlite {
            return Ok(true);
        }
        let done = sqlx::query(concat!(
            "INSERT INTO readings (payment, began) VALUES ($1, ",
            postgres_clock!(),
            ") ",
            "ON CONFLICT (payment) DO UPDATE SET began = excluded.began WHERE readings.began <= excluded.began - $2",
        ))
        .bind(payment)
        .bind(milliseconds(age))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Tells all replicas, as soon as `writing` is committed, that something of a payment has changed.
    pub(super) async fn tell(&self, writing: &mut super::Writing, payment: &str) -> Result<(), StoreError> {
        if self.engine == Engine::Postgres {
            sqlx::query("SELECT 1 FROM pg_notify($1, $2)").bind(CHANNEL).bind(payment).execute(&mut **writing).await?;
        }
        Ok(())
    }

    /// Hears of what other replicas write, for as long as the process lives. Returns where there are none.
    pub(crate) async fn listen(&self, hear: impl Fn(News)) {
        if self.engine == Engine::Sqlite {
            return;
        }
        loop {
            if let Err(error) = self.listen_on(&hear).await {
                tracing::warn!(%error, "news of other replicas cannot be heard: PaymentsOS is asked all the same");
            }
            tokio::time::sleep(RENEWAL).await;
        }
    }

    async fn listen_on(&self, hear: &impl Fn(News)) -> Result<(), StoreError> {
        let mut listener = PgListener::connect(&self.url).await?;
        listener.listen(CHANNEL).await?;
        // Whatever was told before this is not heard.
        hear(News::OfAny);
        loop {
            match timeout(SILENCE, listener.try_recv()).await {
                Ok(Ok(Some(news))) => hear(News::Of(news.payload().to_owned())),
                Ok(lost) => return Ok(lost.map(drop)?),
                Err(_) => {
                    let answer = timeout(ANSWER, sqlx::query("SELECT 1").execute(&mut listener)).await;
                    answer.map_err(|_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))??;
                }
            }
        }
    }
}
