//! The program: what it says of a backend that cannot be called, over which transport, and with what it exits.

mod common;

use axum::http::StatusCode;
use common::proxy::{Proxy, doing};
use common::tls::{Certificate, Tls};
use common::{address, config, sandbox};
use std::net::TcpListener;
use std::path::Path;
use tokio::process::Command;
use url::Url;

/// What the program did.
struct Ran {
    code: Option<i32>,
    said: String,
}

async fn conformance(backend: &Url, options: &[&str], trusted: Option<&Path>) -> Ran {
    let mut program = Command::new(env!("CARGO_BIN_EXE_conformance"));
    program.arg(backend.as_str()).args(options).env_remove("PAYMENTSOS_PRIVATE_KEY");
    if let Some(file) = trusted {
        program.env("SSL_CERT_FILE", file).env_remove("SSL_CERT_DIR");
    }
    let output = program.output().await.expect("the program");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Ran { code: output.status.code(), said }
}

/// The reference, at an https address and before a local PaymentsOS at another.
async fn with_tls(certificate: &Certificate) -> (Url, Url, sandbox::Running, merchant::Running) {
    let sandbox = sandbox().await;
    let (front, back) = (Tls::new().await, Tls::new().await);
    let (backend, paymentsos) = (front.url.clone(), back.url.clone());
    let mut config = config(address(sandbox.address));
    config.public_url = Some(backend.clone());
    let merchant = merchant::start(config).await.expect("a merchant");
    front.before(merchant.address, certificate);
    back.before(sandbox.address, certificate);
    (backend, paymentsos, sandbox, merchant)
}

#[tokio::test]
async fn a_backend_is_checked_over_https() {
    let certificate = Certificate::new();
    let (backend, paymentsos, _sandbox, _merchant) = with_tls(&certificate).await;
    let options =
        ["--sandbox", paymentsos.as_str(), "--only", "repeat", "--only", "allow-list", "--only", "unavailable"];
    let ran = conformance(&backend, &options, Some(&certificate.file)).await;
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    assert!(ran.said.contains("3 rules kept"), "{}", ran.said);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_said_to_be_the_reason() {
    let (certificate, another) = (Certificate::new(), Certificate::new());
    let (backend, _paymentsos, _sandbox, _merchant) = with_tls(&certificate).await;
    let ran = conformance(&backend, &[], Some(&another.file)).await;
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    assert!(ran.said.contains("cannot be called") && ran.said.contains("certificate"), "{}", ran.said);
}

#[tokio::test]
async fn a_backend_that_is_not_running_is_said_to_refuse_the_connection() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let ran = conformance(&address(free), &[], None).await;
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    assert!(ran.said.contains("cannot be called") && ran.said.contains("Connection refused"), "{}", ran.said);
}

#[tokio::test]
async fn what_was_not_checked_is_not_taken_for_kept() {
    let sandbox = sandbox().await;
    let merchant = merchant::start(config(address(sandbox.address))).await.expect("a merchant");
    let backend = address(merchant.address);
    let ran = conformance(&backend, &["--only", "no-store"], None).await;
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    let ran = conformance(&backend, &["--only", "no-store", "--only", "lost-reply"], None).await;
    assert_eq!(ran.code, Some(2), "{}", ran.said);
    assert!(ran.said.contains("it needs --sandbox"), "{}", ran.said);
    assert!(ran.said.trim_end().ends_with("kept as far as it was checked: 1 rule was not, for the reason above"));
    let ran = conformance(&backend, &["--only", "no-store", "--only", "lost-reply", "--allow-not-run"], None).await;
    assert_eq!(ran.code, Some(0), "{}", ran.said);
}

#[tokio::test]
async fn a_broken_rule_is_told_apart_from_one_that_was_not_checked() {
    let sandbox = sandbox().await;
    let proxy = Proxy::new().await;
    let url = proxy.url.clone();
    let mut config = config(address(sandbox.address));
    config.public_url = Some(url.clone());
    let merchant = merchant::start(config).await.expect("a merchant");
    let is_cached = doing(async |asked, behind| {
        let mut answer = behind.ask(asked).await;
        answer.headers.remove("cache-control");
        answer
    });
    proxy.before(vec![address(merchant.address)], is_cached);
    let ran = conformance(&url, &["--only", "no-store", "--only", "lost-reply", "--allow-not-run"], None).await;
    assert_eq!(ran.code, Some(1), "{}", ran.said);
}

#[tokio::test]
async fn what_cannot_be_understood_is_not_taken_for_not_checked() {
    let nowhere = address(([127, 0, 0, 1], 1).into());
    for options in
        [&["--only", "no-such-check"][..], &["--no-such-option"], &["--payment", "p", "--orders", "http://localhost"]]
    {
        let ran = conformance(&nowhere, options, None).await;
        assert_eq!(ran.code, Some(1), "{}", ran.said);
    }
    assert_eq!(conformance(&nowhere, &["--help"], None).await.code, Some(0));
}

#[tokio::test]
async fn an_address_that_is_no_paymentsos_is_said_to_be_none() {
    let sandbox = sandbox().await;
    let merchant = merchant::start(config(address(sandbox.address))).await.expect("a merchant");
    let backend = address(merchant.address);
    let ran = conformance(&backend, &["--sandbox", backend.as_str()], None).await;
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    let not_found = StatusCode::NOT_FOUND.to_string();
    assert!(ran.said.contains("is no local PaymentsOS") && ran.said.contains(&not_found), "{}", ran.said);
}
