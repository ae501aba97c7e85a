//! The reference keeps the contract, alone and as three replicas.

mod common;

use common::proxy::{Proxy, nothing};
use common::{Shopper, address, assert_kept, checked, config, sandbox};
use conformance::{Options, payments_needed, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_keeps_the_contract() {
    let sandbox = sandbox().await;
    let merchant = merchant::start(config(address(sandbox.address))).await.expect("a merchant");
    assert_kept(&checked(address(merchant.address), &sandbox, &[]).await, &[]);
    let faults = format!("http://{}/sandbox/faults", sandbox.address);
    let left: serde_json::Value = reqwest::get(faults).await.expect("a reply").json().await.expect("JSON");
    assert_eq!(left["api"], serde_json::json!([]), "a fault was left in the sandbox");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_payments_as_are_said_to_be_needed_are_enough() {
    let sandbox = sandbox().await;
    let merchant = merchant::start(config(address(sandbox.address))).await.expect("a merchant");
    let backend = address(merchant.address);
    let (shopper, another) = (Shopper::at(backend.clone()).await, Shopper::at(backend.clone()).await);
    let mut options = Options::new(backend, address(sandbox.address));
    let [charges, authorizations] = payments_needed();
    for _ in 0..charges {
        options.payments.push(shopper.order("charge").await);
    }
    for _ in 0..authorizations {
        options.authorize.push(shopper.order("authorization").await);
    }
    options.cookie = Some(shopper.cookie);
    options.other_cookie = Some(another.cookie);
    assert_kept(&run(&options).await.expect("a backend that can be checked"), &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server, which `cargo xtask test --only postgresql` starts"]
async fn three_replicas_keep_it_together() {
    let server = std::env::var("MERCHANT_TESTS_POSTGRES").expect("MERCHANT_TESTS_POSTGRES is not set");
    let database = postgres_for_tests::database_at(&server).expect("a database");
    let sandbox = sandbox().await;
    let balancer = Proxy::new().await;
    let url = balancer.url.clone();
    let mut replicas = Vec::new();
    for _ in 0..3 {
        let mut config = config(address(sandbox.address));
        config.database_url.clone_from(&database);
        config.public_url = Some(url.clone());
        replicas.push(merchant::start(config).await.expect("a replica"));
    }
    balancer.before(replicas.iter().map(|replica| address(replica.address)).collect(), nothing());
    assert_kept(&checked(url, &sandbox, &[]).await, &[]);
}
