//! What the process says of itself while it runs: a log, and, where `OTEL_EXPORTER_OTLP_ENDPOINT` is set, traces (OpenTelemetry, OTLP over
//! HTTP). Neither holds a key, a token, an address or what was paid with.

use crate::config::{ConfigError, Variables};
use crate::https::{Client, client};
use crate::paymentsos::ClientError;
use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::env;
use std::ffi::OsString;
use tokio::runtime::Handle;
use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// Nothing in a collector's reply is of interest but its status.
const LARGEST_REPLY: usize = 64 * 1024;

/// Why there is no telemetry.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// A variable is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The collector cannot be called.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT cannot be used: {0}")]
    Exporter(#[from] ExporterBuildError),
    /// There is no client to call it with.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// The log, and the traces that are sent until it is stopped.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts them, by `RUST_LOG`, `LOG_FORMAT` and OpenTelemetry's variables (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` …). Once a
    /// process, within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// Where a variable cannot be understood, or the collector's address cannot be used.
    pub fn start() -> Result<Telemetry, TelemetryError> {
        let vars = Variables(|name: &str| env::var_os(name));
        let log = match log(&vars)? {
            (filter, Format::Json) => fmt::layer().json().with_filter(filter).boxed(),
            (filter, Format::Text) => fmt::layer().with_filter(filter).boxed(),
        };
        let traces = traces(&vars)?;
        let spans = traces.as_ref().map(|traces| {
            let layer = tracing_opentelemetry::layer().with_tracer(traces.tracer("merchant")).with_location(false);
            layer.with_filter(Targets::new().with_target("merchant", Level::INFO))
        });
        tracing_subscriber::registry().with(log).with(spans).init();
        Ok(Telemetry { traces })
    }

    /// Sends what has not been sent yet.
    pub async fn stop(self) {
        let Some(traces) = self.traces else { return };
        // It waits for the client, which needs this runtime's threads.
        let stopped = tokio::task::spawn_blocking(move || traces.shutdown()).await;
        if !matches!(stopped, Ok(Ok(()))) {
            tracing::warn!("the last traces were not sent");
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Text,
}

/// What is logged, and how. Who has mistyped it would miss the log when it is needed.
fn log(vars: &Variables<impl Fn(&str) -> Option<OsString>>) -> Result<(EnvFilter, Format), ConfigError> {
    let levels = "levels such as info, or info,merchant=debug";
    let filter = vars.parsed("RUST_LOG", levels, |filter| EnvFilter::try_new(filter).ok())?;
    let format = vars.parsed("LOG_FORMAT", "json or text", |format| match format.as_str() {
        "json" => Some(Format::Json),
        "text" => Some(Format::Text),
        _ => None,
    })?;
    Ok((filter.unwrap_or_else(|| EnvFilter::new("info")), format.unwrap_or(Format::Text)))
}

fn traces(vars: &Variables<impl Fn(&str) -> Option<OsString>>) -> Result<Option<SdkTracerProvider>, TelemetryError> {
    let Some(endpoint) = vars.get(ENDPOINT)? else { return Ok(None) };
    let sender = Sender { client: client(endpoint.starts_with("https:"))?, runtime: Handle::current() };
    let exporter = SpanExporter::builder().with_http().with_http_client(sender).build()?;
    let mut resource = Resource::builder();
    if env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("merchant");
    }
    Ok(Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build()))
}

/// Sends to the collector. It is asked on a thread of OpenTelemetry's own, which has no runtime.
#[derive(Debug)]
struct Sender {
    client: Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let reply = client.request(request.map(Full::from)).await?;
            let (head, body) = reply.into_parts();
            let body = Limited::new(body, LARGEST_REPLY).collect().await?.to_bytes();
            Ok(Response::from_parts(head, body))
        });
        sent.await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<(String, Format), ConfigError> {
        let find = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).into());
        log(&Variables(find)).map(|(filter, format)| (filter.to_string(), format))
    }

    #[test]
    fn the_log_is_what_was_asked_for() {
        assert_eq!(with(&[]), Ok(("info".to_owned(), Format::Text)));
        assert_eq!(with(&[("RUST_LOG", ""), ("LOG_FORMAT", " ")]), Ok(("info".to_owned(), Format::Text)));
        assert_eq!(
            with(&[("RUST_LOG", "merchant=debug"), ("LOG_FORMAT", "json")]),
            Ok(("merchant=debug".to_owned(), Format::Json))
        );
        assert_eq!(with(&[("LOG_FORMAT", "text")]).map(|(_, format)| format), Ok(Format::Text));
    }

    #[test]
    fn what_was_mistyped_is_named() {
        for (name, wrong) in [("RUST_LOG", "merchant=loud"), ("LOG_FORMAT", "JSON"), ("LOG_FORMAT", "xml")] {
            let error = with(&[(name, wrong)]).unwrap_err().to_string();
            assert!(error.contains(name) && !error.contains(wrong), "{error}");
        }
    }
}
