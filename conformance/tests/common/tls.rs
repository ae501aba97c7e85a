//! TLS before a server that has none, with a certificate of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use url::Url;
use uuid::Uuid;

/// A certificate for localhost that nobody knows but who is given its file.
pub(crate) struct Certificate {
    pub(crate) file: PathBuf,
    config: Arc<ServerConfig>,
}

impl Certificate {
    pub(crate) fn new() -> Certificate {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let file = std::env::temp_dir().join(format!("certificate-{}.pem", Uuid::new_v4()));
        std::fs::write(&file, made.cert.pem()).expect("a file");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .expect("a key of the certificate");
        Certificate { file, config: config.into() }
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        // What stays lies in the folder for temporary files.
        let _ = std::fs::remove_file(&self.file);
    }
}

/// An address, which is known before what stands behind it.
pub(crate) struct Tls {
    listener: TcpListener,
    pub(crate) url: Url,
}

impl Tls {
    pub(crate) async fn new() -> Tls {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        Tls { listener, url: format!("https://localhost:{port}").parse().expect("an address") }
    }

    /// Stands before it, for as long as the test runs.
    pub(crate) fn before(self, server: SocketAddr, certificate: &Certificate) {
        let acceptor = TlsAcceptor::from(Arc::clone(&certificate.config));
        tokio::spawn(async move {
            while let Ok((client, _)) = self.listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut client = acceptor.accept(client).await?;
                    copy_bidirectional(&mut client, &mut TcpStream::connect(server).await?).await
                });
            }
        });
    }
}
