//! The database's clock, by which work is leased: replicas' own need not agree.

use std::time::Duration;

/// The clock of a PostgreSQL server, in milliseconds since 1970.
macro_rules! postgres_clock {
    () => {
        "(extract(epoch from clock_timestamp()) * 1000)::bigint"
    };
}

/// A statement, put together from its parts: between any two of them stands the database's clock, in milliseconds since 1970.
macro_rules! by_clock {
    ($engine:expr, $first:literal $(, $more:literal)+ $(,)?) => {
        match $engine {
            $crate::store::Engine::Sqlite => {
                concat!($first $(, "CAST(unixepoch('subsec') * 1000 AS INTEGER)", $more)+)
            }
            $crate::store::Engine::Postgres => concat!($first $(, $crate::store::clock::postgres_clock!(), $more)+),
        }
    };
}

pub(crate) use {by_clock, postgres_clock};

pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
