//! The profile XML of `IRTCClientProvisioning::CreateProfile` (RTC Client API, schema 1.2).
//!
//! One fault of the schema gives one [`ProfileError`], each a result code of its own. Size, nesting and the number of
//! nodes are bounded; a DTD, and with it every entity of its own, is refused. What the profile means for registration
//! is not known here.

use std::fmt;

use roxmltree::{Document, Node, ParsingOptions};

/// Longest profile in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// Most nodes.
const MAX_NODES: u32 = 4096;
/// Most `sipsrv` elements, and most `session` elements of one.
const MAX_SERVERS: usize = 64;

/// What is wrong with a profile; each stands for one `RTC_E_…`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ProfileError {
    /// Not well-formed XML, or with a DTD.
    MalformedXml,
    /// Too large, too deep, or an element twice that may come once.
    InvalidProfile,
    /// The root is not `provision`.
    NoProvision,
    /// `provision` without `key`.
    NoKey,
    /// `provision` without `name`.
    NoName,
    /// No `user`.
    NoUser,
    /// `user` without `uri`.
    NoUserUri,
    /// No `sipsrv`.
    NoServer,
    /// `sipsrv` without a usable `addr`.
    NoServerAddress,
    /// `sipsrv` without `protocol`.
    NoServerProtocol,
    /// `protocol` is none of udp, tcp, tls.
    InvalidServerProtocol,
    /// `auth` or `allowedauth` is none of basic, digest, ntlm, kerberos.
    InvalidServerAuthMethod,
    /// `role` is neither proxy nor registrar.
    InvalidServerRole,
    /// More than one registrar.
    MultipleRegistrars,
    /// `session` without `party` or `type`.
    InvalidSession,
    /// `party` is neither first nor third.
    InvalidSessionParty,
    /// `type` is none of pc2pc, pc2ph, ph2ph, im.
    InvalidSessionType,
    /// Basic without TLS.
    BasicAuthSetTls,
    /// UDP with a method other than Digest.
    UdpNotSupported,
}

impl ProfileError {
    /// The result code, by the desktop's numbering.
    #[must_use]
    pub const fn number(self) -> u32 {
        0x80EE_0000
            | match self {
                Self::InvalidProfile => 0x2E,
                Self::NoProvision => 0x2F,
                Self::NoKey => 0x30,
                Self::NoName => 0x31,
                Self::NoUser => 0x32,
                Self::NoUserUri => 0x33,
                Self::NoServer => 0x34,
                Self::NoServerAddress => 0x35,
                Self::NoServerProtocol => 0x36,
                Self::InvalidServerProtocol => 0x37,
                Self::InvalidServerAuthMethod => 0x38,
                Self::InvalidServerRole => 0x39,
                Self::MultipleRegistrars => 0x3A,
                Self::InvalidSession => 0x3B,
                Self::InvalidSessionParty => 0x3C,
                Self::InvalidSessionType => 0x3D,
                Self::BasicAuthSetTls => 0x3F,
                Self::MalformedXml => 0x4C,
                Self::UdpNotSupported => 0x7E,
            }
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MalformedXml => "profile is not well-formed XML without a DTD",
            Self::InvalidProfile => "profile is too large or too deep, or repeats an element",
            Self::NoProvision => "profile's root element is not `provision`",
            Self::NoKey => "`provision` has no `key`",
            Self::NoName => "`provision` has no `name`",
            Self::NoUser => "profile has no `user`",
            Self::NoUserUri => "`user` has no `uri`",
            Self::NoServer => "profile has no `sipsrv`",
            Self::NoServerAddress => "`sipsrv` has no usable `addr`",
            Self::NoServerProtocol => "`sipsrv` has no `protocol`",
            Self::InvalidServerProtocol => "`protocol` is none of udp, tcp, tls",
            Self::InvalidServerAuthMethod => "`auth` is none of basic, digest, ntlm, kerberos",
            Self::InvalidServerRole => "`role` is neither proxy nor registrar",
            Self::MultipleRegistrars => "profile has more than one registrar",
            Self::InvalidSession => "`session` lacks `party` or `type`",
            Self::InvalidSessionParty => "`party` is neither first nor third",
            Self::InvalidSessionType => "`type` is none of pc2pc, pc2ph, ph2ph, im",
            Self::BasicAuthSetTls => "Basic authentication needs tls",
            Self::UdpNotSupported => "udp allows Digest authentication only",
        })
    }
}

impl std::error::Error for ProfileError {}

/// `protocol`
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// `udp`
    Udp,
    /// `tcp`
    Tcp,
    /// `tls`
    Tls,
}

/// `auth`, with the values of `RTCAU_…`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum AuthMethod {
    /// `basic`
    Basic = 1,
    /// `digest`
    Digest = 2,
    /// `ntlm`
    Ntlm = 4,
    /// `kerberos`
    Kerberos = 8,
}

/// `role`
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ServerRole {
    /// `proxy`
    Proxy,
    /// `registrar`
    Registrar,
}

/// `party`
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Party {
    /// `first`
    First,
    /// `third`
    Third,
}

/// `type`, with the values of `RTCSI_…`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum SessionKind {
    /// `pc2pc`
    PcToPc = 1,
    /// `pc2ph`
    PcToPhone = 2,
    /// `ph2ph`
    PhoneToPhone = 4,
    /// `im`
    Im = 8,
}

/// A server of the profile.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Server {
    /// Host name or address, brackets around IPv6 taken off.
    pub host: String,
    /// The port, if `addr` names one.
    pub port: Option<u16>,
    /// Transport.
    pub protocol: Protocol,
    /// Authentication method, if named.
    pub auth: Option<AuthMethod>,
    /// Role, if named.
    pub role: Option<ServerRole>,
    /// The kinds of session it serves.
    pub sessions: Vec<(Party, SessionKind)>,
}

/// The `user` element. Never printed whole: it may hold a password.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct User {
    /// As written; may lack the scheme. See [`User::sip_uri`].
    pub uri: String,
    /// Account name for authentication.
    pub account: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// Realm the credentials are for.
    pub realm: Option<String>,
    /// A mask of [`AuthMethod`] values, if stated.
    pub allowed_auth: Option<u32>,
}

impl User {
    /// The URI with its scheme, in lower case; `sip:` if there was none.
    #[must_use]
    pub fn sip_uri(&self) -> String {
        let scheme = ["sip", "sips", "tel"].into_iter().find_map(|scheme| {
            let (written, rest) = self.uri.split_once(':')?;
            written
                .eq_ignore_ascii_case(scheme)
                .then(|| format!("{scheme}:{rest}"))
        });
        scheme.unwrap_or_else(|| format!("sip:{}", self.uri))
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}

/// The `client` element.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ClientInfo {
    /// `name`
    pub name: Option<String>,
    /// `banner` is true.
    pub banner: bool,
    /// `minver`
    pub min_version: Option<String>,
    /// `curver`
    pub current_version: Option<String>,
    /// `updateuri`
    pub update_uri: Option<String>,
    /// What the `data` child holds, as written.
    pub data: Option<String>,
}

/// The `provider` element.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ProviderInfo {
    /// `name`
    pub name: Option<String>,
    /// `homepage`, `helpdesk`, `personal`, `calldisplay`, `idledisplay`: the order of `RTC_PROVIDER_URI`.
    pub uris: [Option<String>; 5],
    /// What the `data` child holds, as written.
    pub data: Option<String>,
}

/// A profile taken apart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProfileXml {
    /// `key`
    pub key: String,
    /// `name`
    pub name: String,
    /// `expires`, as written.
    pub expires: Option<String>,
    /// The user.
    pub user: User,
    /// The servers in the order written, one at least.
    pub servers: Vec<Server>,
    /// The client element, if there is one.
    pub client: Option<ClientInfo>,
    /// The provider element, if there is one.
    pub provider: Option<ProviderInfo>,
}

impl ProfileXml {
    /// Reads a profile.
    ///
    /// Errors: the first fault in the order key, name, user, servers.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let text = text.trim_start_matches('\u{feff}').trim_ascii_start();
        let document = parse_bounded(text)?;
        let root = document.root_element();
        if root.tag_name().name() != "provision" {
            return Err(ProfileError::NoProvision);
        }
        let key = required(root, "key", ProfileError::NoKey)?;
        let name = required(root, "name", ProfileError::NoName)?;
        let user = user(only(root, "user")?.ok_or(ProfileError::NoUser)?)?;
        let servers = children(root, "sipsrv")
            .map(server)
            .collect::<Result<Vec<_>, _>>()?;
        if servers.is_empty() {
            return Err(ProfileError::NoServer);
        }
        if servers.len() > MAX_SERVERS {
            return Err(ProfileError::InvalidProfile);
        }
        let is_registrar = |server: &&Server| server.role == Some(ServerRole::Registrar);
        if servers.iter().filter(is_registrar).count() > 1 {
            return Err(ProfileError::MultipleRegistrars);
        }
        let client = only(root, "client")?
            .map(|node| client(node, text))
            .transpose()?;
        let provider = only(root, "provider")?
            .map(|node| provider(node, text))
            .transpose()?;
        let expires = attribute(root, "expires");
        Ok(Self {
            key,
            name,
            expires,
            user,
            servers,
            client,
            provider,
        })
    }

    /// The registrar, if the profile names one.
    #[must_use]
    pub fn registrar(&self) -> Option<&Server> {
        self.servers
            .iter()
            .find(|server| server.role == Some(ServerRole::Registrar))
    }

    /// The first server to send requests through.
    #[must_use]
    pub fn proxy(&self) -> Option<&Server> {
        self.servers
            .iter()
            .find(|server| server.role != Some(ServerRole::Registrar))
    }

    /// The mask of [`SessionKind`] values over all servers; 0 if none is listed.
    #[must_use]
    pub fn session_capabilities(&self) -> u32 {
        let kinds = self.servers.iter().flat_map(|server| &server.sessions);
        kinds.fold(0, |mask, &(_, kind)| mask | kind as u32)
    }
}

fn parse_bounded(text: &str) -> Result<Document<'_>, ProfileError> {
    if text.len() > MAX_BYTES || !crate::base::xml::is_modest(text) {
        return Err(ProfileError::InvalidProfile);
    }
    let options = ParsingOptions {
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => ProfileError::InvalidProfile,
        _ => ProfileError::MalformedXml,
    })
}

fn user(node: Node<'_, '_>) -> Result<User, ProfileError> {
    let allowed_auth = match attribute(node, "allowedauth") {
        Some(list) => Some(auth_mask(&list).ok_or(ProfileError::InvalidServerAuthMethod)?),
        None => None,
    };
    Ok(User {
        uri: required(node, "uri", ProfileError::NoUserUri)?,
        account: attribute(node, "account"),
        name: attribute(node, "name"),
        password: node.attribute("password").map(str::to_owned),
        realm: attribute(node, "realm"),
        allowed_auth,
    })
}

/// A number, or names with blanks, commas or bars between them.
fn auth_mask(list: &str) -> Option<u32> {
    if let Ok(mask) = list.parse() {
        return Some(mask);
    }
    let mut names = list
        .split([' ', ',', '|', ';'])
        .filter(|name| !name.is_empty());
    names.try_fold(0, |mask, name| Some(mask | auth_method(name)? as u32))
}

fn auth_method(name: &str) -> Option<AuthMethod> {
    choice(
        name,
        &[
            ("basic", AuthMethod::Basic),
            ("digest", AuthMethod::Digest),
            ("ntlm", AuthMethod::Ntlm),
            ("kerberos", AuthMethod::Kerberos),
        ],
    )
}

fn server(node: Node<'_, '_>) -> Result<Server, ProfileError> {
    let address = required(node, "addr", ProfileError::NoServerAddress)?;
    let (host, port) = host_port(&address).ok_or(ProfileError::NoServerAddress)?;
    let protocol = required(node, "protocol", ProfileError::NoServerProtocol)?;
    let known = [
        ("udp", Protocol::Udp),
        ("tcp", Protocol::Tcp),
        ("tls", Protocol::Tls),
    ];
    let protocol = choice(&protocol, &known).ok_or(ProfileError::InvalidServerProtocol)?;
    let auth = match attribute(node, "auth") {
        Some(name) => Some(auth_method(&name).ok_or(ProfileError::InvalidServerAuthMethod)?),
        None => None,
    };
    match (protocol, auth) {
        (_, None | Some(AuthMethod::Digest)) => {}
        (Protocol::Udp, Some(_)) => return Err(ProfileError::UdpNotSupported),
        (Protocol::Tcp, Some(AuthMethod::Basic)) => return Err(ProfileError::BasicAuthSetTls),
        (Protocol::Tcp | Protocol::Tls, Some(_)) => {}
    }
    let role = match attribute(node, "role") {
        Some(name) => {
            let known = [
                ("proxy", ServerRole::Proxy),
                ("registrar", ServerRole::Registrar),
            ];
            Some(choice(&name, &known).ok_or(ProfileError::InvalidServerRole)?)
        }
        None => None,
    };
    let sessions = children(node, "session")
        .map(session)
        .collect::<Result<Vec<_>, _>>()?;
    if sessions.len() > MAX_SERVERS {
        return Err(ProfileError::InvalidProfile);
    }
    Ok(Server {
        host,
        port,
        protocol,
        auth,
        role,
        sessions,
    })
}

fn session(node: Node<'_, '_>) -> Result<(Party, SessionKind), ProfileError> {
    let party = required(node, "party", ProfileError::InvalidSession)?;
    let kind = required(node, "type", ProfileError::InvalidSession)?;
    let party = choice(&party, &[("first", Party::First), ("third", Party::Third)])
        .ok_or(ProfileError::InvalidSessionParty)?;
    let kinds = [
        ("pc2pc", SessionKind::PcToPc),
        ("pc2ph", SessionKind::PcToPhone),
        ("ph2ph", SessionKind::PhoneToPhone),
        ("im", SessionKind::Im),
    ];
    let kind = choice(&kind, &kinds).ok_or(ProfileError::InvalidSessionType)?;
    Ok((party, kind))
}

fn client(node: Node<'_, '_>, text: &str) -> Result<ClientInfo, ProfileError> {
    let banner = attribute(node, "banner");
    let is_true =
        |text: &String| matches!(&*text.to_ascii_lowercase(), "true" | "1" | "yes" | "-1");
    Ok(ClientInfo {
        name: attribute(node, "name"),
        banner: banner.as_ref().is_some_and(is_true),
        min_version: attribute(node, "minver"),
        current_version: attribute(node, "curver"),
        update_uri: attribute(node, "updateuri"),
        data: data(node, text)?,
    })
}

fn provider(node: Node<'_, '_>, text: &str) -> Result<ProviderInfo, ProfileError> {
    let uris = [
        "homepage",
        "helpdesk",
        "personal",
        "calldisplay",
        "idledisplay",
    ];
    Ok(ProviderInfo {
        name: attribute(node, "name"),
        uris: uris.map(|uri| attribute(node, uri)),
        data: data(node, text)?,
    })
}

/// What stands between the tags of the `data` child.
fn data(node: Node<'_, '_>, text: &str) -> Result<Option<String>, ProfileError> {
    let Some(data) = only(node, "data")? else {
        return Ok(None);
    };
    let inside = match (data.first_child(), data.last_child()) {
        (Some(first), Some(last)) => text.get(first.range().start..last.range().end),
        _ => None,
    };
    Ok(Some(inside.unwrap_or_default().to_owned()))
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`, or a bare IPv6 address.
fn host_port(address: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            (
                host,
                if after.is_empty() {
                    None
                } else {
                    Some(after.strip_prefix(':')?)
                },
            )
        }
        None => match address.split_once(':') {
            Some((_, rest)) if rest.contains(':') => (address, None),
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        },
    };
    let port = match port {
        Some(port) => Some(port.parse().ok().filter(|&port| port != 0)?),
        None => None,
    };
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    (!host.is_empty() && host.chars().all(is_host)).then(|| (host.to_owned(), port))
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children()
        .filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn only<'a, 'i>(
    node: Node<'a, 'i>,
    name: &'static str,
) -> Result<Option<Node<'a, 'i>>, ProfileError> {
    let mut found = children(node, name);
    let first = found.next();
    if found.next().is_some() {
        Err(ProfileError::InvalidProfile)
    } else {
        Ok(first)
    }
}

/// An attribute's value without blanks around it; `None` if it is empty.
fn attribute(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.attribute(name)
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
}

fn required(node: Node<'_, '_>, name: &str, fault: ProfileError) -> Result<String, ProfileError> {
    attribute(node, name).ok_or(fault)
}

fn choice<T: Copy>(name: &str, known: &[(&str, T)]) -> Option<T> {
    known
        .iter()
        .find(|(text, _)| text.eq_ignore_ascii_case(name))
        .map(|&(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"<?xml version="1.0"?>
        <provision name='Work' key="{0F9B3D7C}" expires="2027-01-01T00:00:00.000+01:00">
          <user name="Alice" uri="SIP:alice@example.com" password=" s&amp;3 " account='al' realm="example.com" allowedauth="digest,NTLM"/>
          <sipsrv protocol="TLS" addr="sip.example.com:5061" role="Registrar" auth="Digest">
            <session party="first" type="pc2pc"/><session type="IM" party="First"/>
          </sipsrv>
          <sipsrv addr="[2001:db8::1]:5070" protocol="tcp" role="proxy" auth="kerberos"><session party="third" type="ph2ph"/></sipsrv>
          <accesscontrol domain="example.com" sig="x"/>
          <client name="phone" banner="true" minver="1.0" curver="1.2" updateuri="http://u"><data><a b="c"/>d</data></client>
          <provider name="P" homepage="h" helpdesk="d" personal="p" calldisplay="c" idledisplay="i"><data/></provider>
        </provision>"#;

    #[test]
    fn a_full_profile_is_read() {
        let profile = ProfileXml::parse(FULL).unwrap();
        assert_eq!((&*profile.key, &*profile.name), ("{0F9B3D7C}", "Work"));
        assert_eq!(
            profile.expires.as_deref(),
            Some("2027-01-01T00:00:00.000+01:00")
        );
        let user = &profile.user;
        assert_eq!(
            (&*user.uri, &*user.sip_uri()),
            ("SIP:alice@example.com", "sip:alice@example.com")
        );
        assert_eq!(
            (user.account.as_deref(), user.password.as_deref()),
            (Some("al"), Some(" s&3 "))
        );
        assert_eq!(
            (user.realm.as_deref(), user.allowed_auth),
            (Some("example.com"), Some(6))
        );
        let registrar = profile.registrar().unwrap();
        assert_eq!(
            (&*registrar.host, registrar.port),
            ("sip.example.com", Some(5061))
        );
        assert_eq!(
            (registrar.protocol, registrar.auth),
            (Protocol::Tls, Some(AuthMethod::Digest))
        );
        assert_eq!(
            registrar.sessions,
            [
                (Party::First, SessionKind::PcToPc),
                (Party::First, SessionKind::Im)
            ]
        );
        let proxy = profile.proxy().unwrap();
        assert_eq!((&*proxy.host, proxy.port), ("2001:db8::1", Some(5070)));
        assert_eq!(profile.session_capabilities(), 1 | 4 | 8);
        let client = profile.client.unwrap();
        assert!(client.banner);
        assert_eq!(client.data.as_deref(), Some(r#"<a b="c"/>d"#));
        let provider = profile.provider.unwrap();
        assert_eq!(provider.uris.map(Option::unwrap).concat(), "hdpci");
        assert_eq!(provider.data.as_deref(), Some(""));
    }

    #[test]
    fn every_fault_has_its_code() {
        use ProfileError::*;
        let small = "<provision key='k' name='n'><user uri='a@b'/><sipsrv addr='h' protocol='udp' auth='digest' \
                     role='registrar'><session party='first' type='im'/></sipsrv></provision>";
        assert_eq!(ProfileXml::parse(small).unwrap().user.sip_uri(), "sip:a@b");
        for (from, to, fault, number) in [
            ("<provision ", "<provision <", MalformedXml, 0x4C),
            (
                "<provision ",
                "<!DOCTYPE p [<!ENTITY e 'x'>]><provision ",
                MalformedXml,
                0x4C,
            ),
            ("name='n'", "name='&e;'", MalformedXml, 0x4C),
            (
                "<user uri='a@b'/>",
                "<user uri='a@b'/><user uri='a@b'/>",
                InvalidProfile,
                0x2E,
            ),
            ("provision", "profile", NoProvision, 0x2F),
            ("key='k'", "", NoKey, 0x30),
            ("key='k'", "key=' '", NoKey, 0x30),
            ("name='n'", "", NoName, 0x31),
            ("<user uri='a@b'/>", "", NoUser, 0x32),
            ("uri='a@b'", "name='x'", NoUserUri, 0x33),
            ("sipsrv", "server", NoServer, 0x34),
            ("addr='h'", "", NoServerAddress, 0x35),
            ("addr='h'", "addr='h:x'", NoServerAddress, 0x35),
            ("addr='h'", "addr='h;lr'", NoServerAddress, 0x35),
            ("protocol='udp'", "", NoServerProtocol, 0x36),
            (
                "protocol='udp'",
                "protocol='sctp'",
                InvalidServerProtocol,
                0x37,
            ),
            ("auth='digest'", "auth='md5'", InvalidServerAuthMethod, 0x38),
            (
                "uri='a@b'",
                "uri='a@b' allowedauth='x'",
                InvalidServerAuthMethod,
                0x38,
            ),
            (
                "role='registrar'",
                "role='redirect'",
                InvalidServerRole,
                0x39,
            ),
            (
                "</provision>",
                "<sipsrv addr='h' protocol='tcp' role='REGISTRAR'/></provision>",
                MultipleRegistrars,
                0x3A,
            ),
            ("party='first' ", "", InvalidSession, 0x3B),
            ("type='im'", "", InvalidSession, 0x3B),
            ("party='first'", "party='second'", InvalidSessionParty, 0x3C),
            ("type='im'", "type='fax'", InvalidSessionType, 0x3D),
            (
                "'udp' auth='digest'",
                "'tcp' auth='Basic'",
                BasicAuthSetTls,
                0x3F,
            ),
            ("auth='digest'", "auth='basic'", UdpNotSupported, 0x7E),
            ("auth='digest'", "auth='ntlm'", UdpNotSupported, 0x7E),
        ] {
            let text = small.replace(from, to);
            assert_ne!(text, small, "{from}");
            let found = ProfileXml::parse(&text).unwrap_err();
            assert_eq!(
                (found, found.number()),
                (fault, 0x80EE_0000 | number),
                "{text}"
            );
        }
        assert!(
            ProfileXml::parse(&small.replace("'udp' auth='digest'", "'tls' auth='basic'")).is_ok()
        );
        assert_eq!(ProfileXml::parse(""), Err(MalformedXml));
    }

    #[test]
    fn size_depth_and_nodes_are_bounded() {
        let deep = "<a>".repeat(9000);
        assert_eq!(ProfileXml::parse(&deep), Err(ProfileError::InvalidProfile));
        let wide = format!("<provision>{}</provision>", "<a/>".repeat(5000));
        assert_eq!(ProfileXml::parse(&wide), Err(ProfileError::InvalidProfile));
        let long = format!("<provision key='{}'/>", "k".repeat(MAX_BYTES));
        assert_eq!(ProfileXml::parse(&long), Err(ProfileError::InvalidProfile));
    }

    #[test]
    fn a_password_is_not_printed() {
        let shown = format!("{:?}", ProfileXml::parse(FULL).unwrap());
        assert!(!shown.contains("s&3"), "{shown}");
    }

    #[test]
    fn addresses_come_apart() {
        for (address, host, port) in [
            ("example.com", "example.com", None),
            ("192.0.2.1:5060", "192.0.2.1", Some(5060)),
            ("2001:db8::1", "2001:db8::1", None),
            ("[::1]", "::1", None),
        ] {
            assert_eq!(
                host_port(address),
                Some((host.to_owned(), port)),
                "{address}"
            );
        }
        for bad in [
            "", ":5060", "h:", "h:0", "h:65536", "[::1", "[::1]x", "a b", "sip:h@x",
        ] {
            assert_eq!(host_port(bad), None, "{bad}");
        }
    }
}
