//! Certificates for tests, made when they are needed: an authority and what it signs.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "each test program uses a part of it"
)]

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use rtcclient::runtime::{Tls, TlsOptions};
use std::sync::Arc;

/// Who signs.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key, both PEM.
#[derive(Clone)]
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

/// When a certificate is good.
#[derive(Clone, Copy)]
pub enum Span {
    Now,
    Over,
    NotYet,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate that signs itself and calls itself an authority, as those made by hand do.
    pub fn of_its_own(names: &[&str], span: Span) -> (Self, Identity) {
        let mut params = params(names, span);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let text = key.serialize_pem();
        let own = Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"));
        let identity = Identity {
            certificate: own.pem(),
            key: text,
        };
        (own, identity)
    }

    /// A certificate with these names: "sip:…" a URI, an IP address, anything else a DNS name.
    pub fn sign(&self, names: &[&str]) -> Identity {
        self.sign_for(names, Span::Now)
    }

    pub fn sign_for(&self, names: &[&str], span: Span) -> Identity {
        let params = params(names, span);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Identity {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

fn params(names: &[&str], span: Span) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "a test");
    params.subject_alt_names = names.iter().map(|name| alt_name(name)).collect();
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    let (from, to) = match span {
        Span::Now => (2020, 2100),
        Span::Over => (2010, 2011),
        Span::NotYet => (2098, 2100),
    };
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(to, 1, 1);
    params
}

fn alt_name(name: &str) -> SanType {
    let text = || Ia5String::try_from(name.to_owned()).expect("ASCII");
    if name.contains(':') && !name.starts_with(char::is_numeric) {
        SanType::URI(text())
    } else if let Ok(ip) = name.parse() {
        SanType::IpAddress(ip)
    } else {
        SanType::DnsName(text())
    }
}

/// TLS of a link that trusts these authorities and nobody else.
pub fn tls(trusted: &[&Authority], own: Option<&Identity>) -> Arc<Tls> {
    tls_with(trusted, own, |_| {})
}

pub fn tls_with(
    trusted: &[&Authority],
    own: Option<&Identity>,
    more: impl FnOnce(&mut TlsOptions),
) -> Arc<Tls> {
    let mut options = TlsOptions {
        ca_pem: trusted
            .iter()
            .map(|authority| authority.pem())
            .collect::<String>()
            .into(),
        certificate_pem: own.map_or_else(Vec::new, |own| own.certificate.clone().into()),
        key_pem: own.map_or_else(Vec::new, |own| own.key.clone().into()),
        no_system_roots: true,
        ..TlsOptions::default()
    };
    more(&mut options);
    Arc::new(Tls::new(&options).expect("good options"))
}
