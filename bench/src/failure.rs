//! What a run breaks off for.

use std::io;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("a server cannot be started: {0}")]
    Server(#[from] io::Error),
    #[error("a server did not say where it serves")]
    Silent,
    #[error("a sandbox cannot be started: {0}")]
    Sandbox(#[from] sandbox::StartError),
    #[error("a merchant cannot be started: {0}")]
    Merchant(#[from] merchant::StartError),
    #[error("the merchant's settings: {0}")]
    Config(#[from] merchant::ConfigError),
    #[error("no database: {0}")]
    Database(String),
    #[error("{what} got no reply: {why}")]
    NoReply { what: String, why: String },
    #[error("{what} was replied to with {reply}")]
    Reply { what: String, reply: String },
    #[error("a task was broken off: {0}")]
    Task(#[from] tokio::task::JoinError),
    #[error("the browser does not take {what}: {why}")]
    Browser { what: String, why: String },
    #[error("the pages are not built: run `cargo xtask bench`")]
    NotBuilt,
    #[error("{0} did not come about in time")]
    Late(&'static str),
}
