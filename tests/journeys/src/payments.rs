//! What PaymentsOS knows when a journey is over: the sandbox's log and its payments, held against the page.

use crate::browser::Browser;
use crate::wait_for;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl World {
    /// The sandbox's log.
    pub async fn log(&self) -> Vec<Value> {
        let reply = self.client.get(self.at_sandbox("/sandbox/log")).send().await.expect("the sandbox answers");
        reply.json().await.expect("the log is an array")
    }

    /// A payment with all its transactions, as PaymentsOS knows it.
    pub async fn payment(&self, id: &str) -> Value {
        let request = self.client.get(self.at_sandbox(&format!("/payments/{id}?expand=all")));
        let reply = self.as_merchant(request).send().await.expect("the sandbox answers");
        reply.json().await.expect("a payment")
    }

    /// The `result.status` of every charge and authorization of a payment.
    pub async fn statuses(&self, payment: &str) -> Vec<String> {
        let payment = self.payment(payment).await;
        let related = &payment["related_resources"];
        [&related["charges"], &related["authorizations"]]
            .into_iter()
            .flat_map(|list| list.as_array().into_iter().flatten())
            .map(|transaction| transaction["result"]["status"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Waits until PaymentsOS knows these statuses, whatever the page says.
    pub async fn settles(&self, payment: &str, statuses: &[&str]) {
        wait_for(&format!("{statuses:?} at PaymentsOS"), async || match self.statuses(payment).await {
            known if known == statuses => Ok(()),
            known => Err(format!("{known:?}")),
        })
        .await;
    }

    /// Fails where a page did what its policy forbids.
    pub fn keeps_to_its_policy(&self) {
        let told = self.proxy.passed("POST", "/violation");
        assert!(told.is_empty(), "{told:?}");
    }

    /// Waits for a state, and checks that the page says what PaymentsOS knows: these statuses, of at most one live transaction.
    pub async fn agrees(&self, browser: &Browser, state: &str, statuses: &[&str]) {
        browser.sees(state).await;
        let known = self.statuses(&browser.payment().await).await;
        assert_eq!(known, statuses, "{}", browser.text().await);
        let is = |wanted: &str| known.iter().any(|status| status == wanted);
        match state {
            "succeeded" => assert!(is("Succeed"), "the page says paid"),
            "failed" => assert!(!is("Succeed") && !is("Pending"), "the page says failed"),
            _ => assert!(!is("Succeed"), "the page does not say paid"),
        }
        self.keeps_to_its_policy();
        self.never_two().await;
    }

    /// Whether the page says what PaymentsOS knows of its payment, or says honestly that it waits; else what is wrong.
    pub async fn is_told_by(&self, browser: &Browser) -> Result<String, String> {
        let (state, payment) = (browser.state().await, browser.payment().await);
        if payment.is_empty() {
            return Err(format!("no payment is shown: {state}"));
        }
        let known = self.statuses(&payment).await;
        let has = |wanted: &str| known.iter().any(|status| status == wanted);
        let is_true = match state.as_str() {
            "succeeded" => has("Succeed"),
            "failed" | "ready" => !has("Succeed") && !has("Pending"),
            "confirming" | "processing" | "link" => has("Pending") && !has("Succeed"),
            _ => false,
        };
        if is_true {
            Ok(format!("{state}, {known:?}"))
        } else {
            Err(format!("the page says {state}, and PaymentsOS {known:?}"))
        }
    }

    /// What was paid twice, or would have been if PaymentsOS had not refused it: the payments with more than one live transaction, those
    /// for which another charge was asked for under another key meanwhile, and whatever alarmed the shop.
    pub async fn paid_twice(&self) -> Vec<String> {
        let mut wrong: Vec<String> = self.merchant.alerts().iter().map(|alert| format!("{alert:?}")).collect();
        for payment in self.payments().await {
            let statuses = self.statuses(&payment).await;
            if statuses.iter().filter(|status| *status != "Failed").count() > 1 {
                wrong.push(format!("payment {payment} has {statuses:?}"));
            }
        }
        let log = self.log().await;
        let creates: Vec<&Value> = log.iter().filter(is_create).collect();
        // A repeat of what is under way is refused too, but under the key of what is made then.
        let made =
            |key: &Value| creates.iter().any(|create| create["idempotency_key"] == *key && create["status"] != 409);
        let refused = creates.iter().filter(|create| create["status"] == 409 && !made(&create["idempotency_key"]));
        wrong.extend(refused.map(|create| format!("another charge was asked for: {create}")));
        wrong
    }

    /// Asks PaymentsOS for something under that key, as a shop would that guards nothing; the status of its reply.
    pub async fn asks(&self, path: &str, key: &str, body: Value) -> u16 {
        let request = self.as_merchant(self.client.post(self.at_sandbox(path))).header("idempotency-key", key);
        request.json(&body).send().await.expect("the sandbox answers").status().as_u16()
    }

    /// Somebody else, with the shop's own key, charges a payment.
    pub async fn somebody_else_charges(&self, payment: &str) {
        let method = json!({
            "type": "untokenized",
            "source_type": "ewallet",
            "vendor": "Elsewhere",
            "additional_details": {"untokenized_result_status": "succeed"},
        });
        let body =
            json!({"payment_method": method, "merchant_site_url": self.shop(), "reconciliation_id": "elsewhere"});
        self.does(&format!("/payments/{payment}/charges"), body).await;
    }

    /// The only payment that PaymentsOS has heard of.
    pub async fn the_payment(&self) -> String {
        let payments = self.payments().await;
        assert_eq!(payments.len(), 1, "{payments:?}");
        payments.into_iter().next().unwrap_or_default()
    }

    pub(crate) async fn payments(&self) -> BTreeSet<String> {
        self.log().await.iter().filter_map(|entry| entry["payment_id"].as_str().map(str::to_owned)).collect()
    }

    /// Checks what must hold after every journey: no payment has more than one transaction that is not failed, and none was charged
    /// under two idempotency keys while the first had not failed. Says how many payments there were.
    pub async fn never_two(&self) -> usize {
        let payments = self.payments().await;
        for payment in &payments {
            let statuses = self.statuses(payment).await;
            let live = statuses.iter().filter(|status| *status != "Failed").count();
            assert!(live <= 1, "payment {payment} has {live} live transactions: {statuses:?}");
        }
        payments.len()
    }

    /// How many creates PaymentsOS was asked for, repeats included.
    pub async fn creates(&self) -> usize {
        self.log().await.iter().filter(is_create).count()
    }
}

/// Whether PaymentsOS was asked for a charge or an authorization.
fn is_create(entry: &&Value) -> bool {
    let path = entry["path"].as_str().unwrap_or_default();
    entry["kind"] == "request"
        && entry["method"] == "POST"
        && (path.ends_with("/charges") || path.ends_with("/authorizations"))
}
