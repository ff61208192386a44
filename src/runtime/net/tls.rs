//! TLS of a link: whom we trust, who we are, and whose certificate is good for a domain (RFC 3261 §26.3, RFC 5922 §7).
//!
//! TLS 1.2 and 1.3 by rustls. A certificate has to lead to a trusted authority, be in time, and name the domain that
//! was asked for, exactly: what DNS made of the name counts for nothing, and neither do wildcards (RFC 5922 §7.2). For
//! WebSocket the rules of HTTPS hold, which know wildcards (RFC 7118 §7).

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ClientConfig, ClientConnection, verify_server_cert_signed_by_trust_anchor, verify_server_name,
};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ParsedCertificate, ServerConfig, ServerConnection, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    AlertDescription, CertificateError, Connection, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme,
};

use crate::syntax::{Scheme, Uri};
use crate::transport::TlsFault;

/// What an application says about TLS.
#[derive(Clone, Debug, Default)]
pub struct TlsOptions {
    /// Certificates to trust, PEM.
    pub ca_pem: Vec<u8>,
    /// Our certificate and those that lead to its authority, PEM; empty: none.
    pub certificate_pem: Vec<u8>,
    /// The private key of our certificate, PEM (PKCS#8, PKCS#1 or SEC1).
    pub key_pem: Vec<u8>,
    /// Do not trust what the system trusts.
    pub no_system_roots: bool,
    /// Who connects to us has to show a certificate of an authority in `ca_pem` (without one: of the system's).
    pub require_client_certificate: bool,
    /// Take any certificate of a server. Every use is logged as a warning.
    pub insecure_no_verify: bool,
}

/// What is wrong with [`TlsOptions`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TlsOptionsError {
    /// `ca_pem` has no certificate, or one that cannot be read.
    Authorities(String),
    /// `certificate_pem` or `key_pem` cannot be read, is missing beside the other, or they do not belong together.
    Certificate(String),
}

impl fmt::Display for TlsOptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authorities(why) | Self::Certificate(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for TlsOptionsError {}

/// The TLS side of a link, ready for use.
#[derive(Debug)]
pub struct Tls {
    provider: Arc<CryptoProvider>,
    authorities: Vec<CertificateDer<'static>>,
    own: Option<Arc<SingleCertAndKey>>,
    no_system_roots: bool,
    require_client_certificate: bool,
    pub(super) insecure: bool,
    /// Made at first use: reading what the system trusts takes milliseconds that most clients need not spend.
    sip: OnceLock<Arc<ClientConfig>>,
    web: OnceLock<Arc<ClientConfig>>,
    server: OnceLock<Option<Arc<ServerConfig>>>,
}

impl Default for Tls {
    /// What the system trusts, and no certificate of our own.
    fn default() -> Self {
        Self {
            provider: Arc::new(ring::default_provider()),
            authorities: Vec::new(),
            own: None,
            no_system_roots: false,
            require_client_certificate: false,
            insecure: false,
            sip: OnceLock::new(),
            web: OnceLock::new(),
            server: OnceLock::new(),
        }
    }
}

impl Tls {
    /// Checks and takes over what the application says.
    ///
    /// # Errors
    /// See [`TlsOptionsError`].
    pub fn new(options: &TlsOptions) -> Result<Self, TlsOptionsError> {
        let mut tls = Self {
            no_system_roots: options.no_system_roots,
            require_client_certificate: options.require_client_certificate,
            insecure: options.insecure_no_verify,
            ..Self::default()
        };
        if !options.ca_pem.is_empty() {
            let bad = |why: String| TlsOptionsError::Authorities(format!("`ca_pem`: {why}"));
            tls.authorities = certificates(&options.ca_pem).map_err(bad)?;
            let mut roots = RootCertStore::empty();
            for authority in &tls.authorities {
                roots
                    .add(authority.clone())
                    .map_err(|error| bad(error.to_string()))?;
            }
        }
        let bad = |what: &str, why: &dyn fmt::Display| {
            TlsOptionsError::Certificate(format!("`{what}`: {why}"))
        };
        match (
            options.certificate_pem.is_empty(),
            options.key_pem.is_empty(),
        ) {
            (true, true) => {}
            (false, true) => return Err(bad("key_pem", &"missing beside `certificate_pem`")),
            (true, false) => return Err(bad("certificate_pem", &"missing beside `key_pem`")),
            (false, false) => {
                let chain = certificates(&options.certificate_pem)
                    .map_err(|why| bad("certificate_pem", &why))?;
                let key = PrivateKeyDer::from_pem_slice(&options.key_pem)
                    .map_err(|why| bad("key_pem", &why))?;
                let certified = CertifiedKey::from_der(chain, key, &tls.provider)
                    .map_err(|why| bad("certificate_pem", &why))?;
                tls.own = Some(Arc::new(SingleCertAndKey::from(certified)));
            }
        }
        Ok(tls)
    }

    /// Whether we have a certificate to listen with.
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        self.own.is_some()
    }

    fn roots(&self, with_system: bool) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.authorities.iter().cloned());
        if with_system && !self.no_system_roots {
            let found = rustls_native_certs::load_native_certs();
            for error in &found.errors {
                log::info!("certificates that the system trusts: {error}");
            }
            roots.add_parsable_certificates(found.certs);
        }
        roots
    }

    fn client_config(&self, web: bool) -> Result<Arc<ClientConfig>, Error> {
        let place = if web { &self.web } else { &self.sip };
        if let Some(config) = place.get() {
            return Ok(Arc::clone(config));
        }
        let algorithms = self.provider.signature_verification_algorithms;
        let check = if self.insecure {
            Check::Nothing
        } else if web {
            Check::Web(self.roots(true))
        } else {
            Check::Sip(self.roots(true))
        };
        let verifier = Verifier {
            check,
            pinned: self.authorities.clone(),
            algorithms,
        };
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &self.own {
            Some(own) => builder.with_client_cert_resolver(Arc::clone(own) as Arc<_>),
            None => builder.with_no_client_auth(),
        };
        if web {
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
        }
        Ok(Arc::clone(place.get_or_init(|| Arc::new(config))))
    }

    /// The beginning of a connection to a server that has to be `name`.
    pub(super) fn connect(&self, name: &str, web: bool) -> Result<Connection, TlsFault> {
        let config = self
            .client_config(web)
            .map_err(|error| fault_of(&error, true))?;
        let Ok(server) = ServerName::try_from(name.to_owned()) else {
            log::info!("no certificate can name \"{}\"", name.escape_debug());
            return Err(TlsFault::WrongName);
        };
        ClientConnection::new(config, server)
            .map(Into::into)
            .map_err(|error| fault_of(&error, true))
    }

    /// The beginning of a connection that came; none without a certificate of ours.
    pub(super) fn accept(&self) -> Option<Connection> {
        let config = self.server.get_or_init(|| match self.server_config() {
            Ok(config) => config,
            Err(error) => {
                log::error!("TLS cannot listen: {error}");
                None
            }
        });
        let config = config.as_ref().map(Arc::clone)?;
        ServerConnection::new(config).map(Into::into).ok()
    }

    fn server_config(&self) -> Result<Option<Arc<ServerConfig>>, String> {
        let Some(own) = &self.own else {
            return Ok(None);
        };
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let builder = if self.require_client_certificate {
            // An authority of our own is meant to say who may come: then nobody else's word counts.
            let roots = self.roots(self.authorities.is_empty());
            let verifier = WebPkiClientVerifier::builder_with_provider(
                Arc::new(roots),
                Arc::clone(&self.provider),
            )
            .build()
            .map_err(|error| error.to_string())?;
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let config = builder.with_cert_resolver(Arc::clone(own) as Arc<_>);
        Ok(Some(Arc::new(config)))
    }
}

/// The certificates of a PEM text, at least one.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let all = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    if all.is_empty() {
        return Err("no certificate in PEM form".to_owned());
    }
    Ok(all)
}

/// How a server's certificate is judged.
#[derive(Debug)]
struct Verifier {
    check: Check,
    /// What the application trusts, as it gave it.
    pinned: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
}

#[derive(Debug)]
enum Check {
    /// RFC 5922 §7.
    Sip(RootCertStore),
    /// As for HTTPS.
    Web(RootCertStore),
    /// Not at all.
    Nothing,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (Check::Sip(roots) | Check::Web(roots)) = &self.check else {
            return Ok(ServerCertVerified::assertion());
        };
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let chained = verify_server_cert_signed_by_trust_anchor(
            &certificate,
            roots,
            intermediates,
            now,
            self.algorithms.all,
        );
        // One that the application trusts by itself may call itself an authority, as those made by hand do. That is found
        // after it was found to be in time.
        let known = self.pinned.iter().any(|pinned| pinned == end_entity);
        if !(known && is_authority(&chained)) {
            chained?;
        }
        if matches!(self.check, Check::Web(_)) {
            verify_server_name(&certificate, server_name)?;
        } else if !names(end_entity, server_name)? {
            return Err(CertificateError::NotValidForName.into());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Whether a server's certificate was refused for nothing but calling itself an authority.
fn is_authority(chained: &Result<(), Error>) -> bool {
    let Err(Error::InvalidCertificate(CertificateError::Other(other))) = chained else {
        return false;
    };
    matches!(
        other.0.downcast_ref::<webpki::Error>(),
        Some(webpki::Error::CaUsedAsEndEntity)
    )
}

/// Whether a certificate names a domain as RFC 5922 §7.1 finds its names and §7.2 compares them: the hosts of its `sip:`
/// URIs without user part, and only if it has none its DNS names; whole names, without regard to case, no wildcards. An
/// address is named by its IP address as well.
fn names(certificate: &CertificateDer<'_>, wanted: &ServerName<'_>) -> Result<bool, Error> {
    let certificate = webpki::EndEntityCert::try_from(certificate)
        .map_err(|_| Error::from(CertificateError::BadEncoding))?;
    let domain = match wanted {
        ServerName::DnsName(name) => name.as_ref().to_owned(),
        ServerName::IpAddress(ip) => std::net::IpAddr::from(*ip).to_string(),
        _ => return Ok(false),
    };
    let mut uris = certificate
        .valid_uri_names()
        .filter_map(domain_of)
        .peekable();
    if uris.peek().is_some() {
        return Ok(uris.any(|host| same(host, &domain)));
    }
    Ok(match wanted {
        ServerName::IpAddress(_) => certificate.verify_is_valid_for_subject_name(wanted).is_ok(),
        _ => certificate
            .valid_dns_names()
            .any(|name| same(name, &domain)),
    })
}

/// The domain that a URI in a certificate stands for.
fn domain_of(text: &str) -> Option<&str> {
    let uri = Uri::parse(text).ok()?;
    // A user part makes it a user's certificate, not a domain's.
    (uri.scheme == Scheme::Sip && uri.user.is_none() && !text.contains('@')).then_some(uri.host)
}

fn same(name: &str, domain: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    bare.eq_ignore_ascii_case(domain)
}

/// What a failure of rustls means to those that wait for the connection.
pub(super) fn fault_of(error: &Error, as_client: bool) -> TlsFault {
    use AlertDescription as Alert;
    use CertificateError as Bad;
    match error {
        Error::InvalidCertificate(bad) => match bad {
            Bad::Expired
            | Bad::ExpiredContext { .. }
            | Bad::NotValidYet
            | Bad::NotValidYetContext { .. } => TlsFault::Expired,
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => TlsFault::WrongName,
            // The second: the authority has the name of one that is trusted, and another key.
            Bad::UnknownIssuer | Bad::BadSignature => TlsFault::UnknownAuthority,
            _ => TlsFault::Certificate,
        },
        Error::NoCertificatesPresented => TlsFault::Certificate,
        // A client hears such an alert about its own certificate only.
        Error::AlertReceived(
            Alert::CertificateRequired
            | Alert::NoCertificate
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied,
        ) if as_client => TlsFault::OurCertificate,
        _ => TlsFault::Handshake,
    }
}
