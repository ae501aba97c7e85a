//! The reference keeps the contract, alone and as three replicas.

mod common;

use common::proxy::{Proxy, nothing};
use common::{address, assert_kept, checked, config, sandbox};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_keeps_the_contract() {
    let sandbox = sandbox().await;
    let merchant = merchant::start(config(address(sandbox.address))).await.expect("a merchant");
    assert_kept(&checked(address(merchant.address), &sandbox, &[]).await, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server, which `cargo xtask test postgresql` starts"]
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
