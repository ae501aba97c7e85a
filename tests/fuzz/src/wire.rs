//! PaymentsOS's shapes, read from any JSON.

use paymentsos_core::codes::code_of;
use paymentsos_core::flow::{Place, Told, ToldPayment};
use paymentsos_core::paymentsos::{ApiError, Outcome, Payment, ProviderData, ProviderSpecificData, Transaction};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;

/// Takes the bytes, and panics where something does not hold.
pub fn run(bytes: &[u8]) {
    // Another reading of the same. It refuses more: also numbers that are too large where nobody looks at them.
    let value: Option<Value> = serde_json::from_slice(bytes).ok();
    // Serde takes an array for a shape too, its members in the order of the fields. Nobody sends one, and nothing speaks against it.
    let value = value
        .filter(|value| value.is_object() && !value["result"].is_array() && !value["related_resources"].is_array());

    if let Some(payment) = read_twice(bytes, |payment: &mut Payment| {
        for one in
            payment.related_resources.iter_mut().flat_map(|all| all.charges.iter_mut().chain(&mut all.authorizations))
        {
            without_what_says_nothing(one);
        }
    }) {
        let count = payment.related_resources.as_ref().map(|all| (all.charges.len(), all.authorizations.len()));
        if let Some(value) = &value {
            assert_eq!(Some(payment.id.as_str()), value["id"].as_str());
            assert_eq!(Some(payment.amount), value["amount"].as_u64());
            assert_eq!(Some(payment.currency.as_str()), value["currency"].as_str());
            assert_eq!(Some(payment.status.as_str()), value["status"].as_str());
            // One that is left out would be one that does not exist.
            let listed = |name| value["related_resources"][name].as_array().map_or(0, Vec::len);
            assert_eq!(count.unwrap_or_default(), (listed("charges"), listed("authorizations")));
        }
        let told = ToldPayment::new(payment, &mut nowhere);
        assert!(told.payment.related_resources.is_none());
        assert_eq!(told.transactions.map(|all| all.len()), count.map(|(charges, others)| charges + others));
    }
    if let Some(transaction) = read_twice(bytes, without_what_says_nothing) {
        if let Some(value) = &value {
            assert_eq!(Some(transaction.id.as_str()), value["id"].as_str());
            assert_eq!(Some(transaction.result.status.as_str()), value["result"]["status"].as_str());
        }
        code_of(&transaction.result);
        let url = transaction.redirection.as_ref().and_then(|redirection| redirection.url.clone());
        let mut asked = Vec::new();
        let told = Told::new(transaction, &mut |address| {
            asked.push(address.to_owned());
            nowhere(address)
        });
        assert!(told.transaction.redirection.is_none(), "no address gets into the flow");
        assert_eq!(asked.first(), url.as_ref());
        assert_eq!(told.place.is_some(), url.is_some());
    }
    read_twice(bytes, |_: &mut Outcome| {});
    read_twice(bytes, |_: &mut ProviderData| {});
    read_twice(bytes, |_: &mut ProviderSpecificData| {});
    read_twice(bytes, |_: &mut ApiError| {});
}

/// Reads a shape; where it is one, it is written and read again, and has to be the same.
fn read_twice<T>(bytes: &[u8], settle: impl Fn(&mut T)) -> Option<T>
where
    T: DeserializeOwned + Serialize + Clone + Debug + PartialEq,
{
    let first: T = serde_json::from_slice(bytes).ok()?;
    let written = serde_json::to_string(&first).expect("it can be written");
    let mut second: T = serde_json::from_str(&written).expect("what was written can be read");
    assert_eq!(serde_json::to_string(&second).expect("it can be written"), written);
    let mut settled = first.clone();
    settle(&mut settled);
    settle(&mut second);
    assert_eq!(second, settled);
    Some(first)
}

/// A provider's data that allow nothing say as much as none, and are not written.
fn without_what_says_nothing(transaction: &mut Transaction) {
    transaction.provider_specific_data = transaction.provider_specific_data.take().filter(|data| data.iframe_allowed);
}

fn nowhere(_: &str) -> Place {
    Place { number: 0, scheme: String::new(), host: String::new(), has_credentials: false, length: 0 }
}
