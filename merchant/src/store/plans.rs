//! However many payments there are, what is asked of one looks at that one's rows.

use super::{Store, attempts, follows, operations, retention, transactions};
use sqlx::{AssertSqlSafe, Row};
use std::time::Duration;

#[tokio::test]
async fn what_is_asked_of_one_payment_does_not_look_through_all() {
    let store = Store::open("sqlite::memory:", Duration::from_secs(30), true).await.unwrap();
    let statements = [
        attempts::STANDING,
        attempts::IN_PLACE,
        attempts::UNDER_KEY,
        attempts::GIVE_BACK,
        transactions::UNDER_WAY,
        transactions::GO_ALONG,
        operations::STANDING,
        operations::ALL,
        follows::END,
        retention::OLD,
    ];
    for statement in statements.into_iter().chain(retention::OF_A_PAYMENT) {
        // The plan does not hang on the values, which are none here.
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"))).fetch_all(&store.pool).await;
        for row in rows.unwrap() {
            let step: String = row.get("detail");
            assert!(!step.contains("SCAN ") || step.contains("CONSTANT ROW"), "{statement}: {step}");
        }
    }
}
