//! Who is who, and who may know: privacy (RFC 3323), asserted and preferred identity (RFC 3325), connected identity
//! (RFC 4916), the way a call took (RFC 7044).
//!
//! The bits are those of the original's RTCSP_PRIVACY_ and four of ours. A session's own win over the client's.

use std::net::{IpAddr, SocketAddr};

use crate::base::Key;
use crate::syntax::{HeaderId, Message, NameAddr, Uri, params, uri};
use crate::transaction::ContactDraft;
use crate::transport::Flow;
use crate::usage::{Account, Cx, lines};

use super::session::{Session, ended};
use super::{Agent, Code, Event, EventType, ObjectRef, Refusal, Verdict};

/// Hides who we are: From, Contact, User-Agent.
pub const PRIVACY_LOCAL: u32 = 1;
/// LOCAL, and a service on the way is to hide headers.
pub const PRIVACY_PROXY_HEADER: u32 = 2;
/// PROXY_HEADER, and media too.
pub const PRIVACY_PROXY_SESSION: u32 = 4;
/// LOCAL, and the asserted identity is not to be passed on; says who we are to the proxy alone.
pub const PRIVACY_PROXY_ID: u32 = 8;
/// The service is to do what LOCAL does.
pub const PRIVACY_USER: u32 = 0x10;
/// Refuse the call rather than fail in this.
pub const PRIVACY_CRITICAL: u32 = 0x20;
/// The way that the call took is not to be passed on (RFC 7044).
pub const PRIVACY_HISTORY: u32 = 0x40;
/// No service is to hide anything.
pub const PRIVACY_NOTHING: u32 = 0x80;
const KNOWN: u32 = 0xFF;
const HIDES: u32 =
    PRIVACY_LOCAL | PRIVACY_PROXY_HEADER | PRIVACY_PROXY_SESSION | PRIVACY_PROXY_ID | PRIVACY_USER;

/// From of somebody who does not say who (RFC 3323 §4.1.1.3).
const ANONYMOUS: &str = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
/// Most identities kept of one message.
const MAX_IDENTITIES: usize = 4;
/// Most entries of the list of trusted hops.
const MAX_TRUSTED: usize = 256;

/// What a session knows of identities.
#[derive(Debug, Default)]
pub(super) struct Identities {
    /// RTCSP_PRIVACY_ bits of its own.
    pub(super) privacy: Option<u32>,
    /// Whom we prefer to be, of several.
    pub(super) local: Box<str>,
    /// P-Asserted-Identity of the peer, from a trusted hop.
    pub(super) asserted: Vec<Box<str>>,
    /// The peer's URI as it last said it.
    peer: Box<str>,
}

/// Hops whose assertions are believed.
#[derive(Debug, Default)]
pub(super) struct Trusted {
    text: Box<str>,
    all: bool,
    nets: Vec<(IpAddr, u8)>,
}

impl Trusted {
    fn parse(text: &str) -> Option<Self> {
        let mut trusted = Self {
            text: text.into(),
            ..Self::default()
        };
        for item in text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
        {
            if item == "*" {
                trusted.all = true;
                continue;
            }
            let (address, bits) = item.split_once('/').unwrap_or((item, ""));
            let address: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = if bits.is_empty() {
                most
            } else {
                bits.parse().ok()?
            };
            if bits > most || trusted.nets.len() >= MAX_TRUSTED {
                return None;
            }
            trusted.nets.push((address, bits));
        }
        Some(trusted)
    }

    fn holds(&self, address: IpAddr) -> bool {
        let same = |(net, bits): &(IpAddr, u8)| match (net.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(*bits)).unwrap_or(0);
                net.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(net), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(*bits)).unwrap_or(0);
                net.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        };
        self.all || self.nets.iter().any(same)
    }
}

/// Privacy, Proxy-Require and P-Preferred-Identity of a request that begins something.
fn request_lines(mask: u32, preferred: &str) -> String {
    let mut values: Vec<&str> = Vec::new();
    for (bits, value) in [
        (PRIVACY_PROXY_HEADER | PRIVACY_PROXY_SESSION, "header"),
        (PRIVACY_PROXY_SESSION, "session"),
        (PRIVACY_PROXY_ID, "id"),
        (PRIVACY_USER, "user"),
        (PRIVACY_HISTORY, "history"),
        (PRIVACY_NOTHING, "none"),
        (PRIVACY_CRITICAL, "critical"),
    ] {
        if mask & bits != 0 {
            values.push(value);
        }
    }
    let mut lines = String::new();
    if !values.is_empty() {
        lines.push_str(&format!("Privacy: {}\r\n", values.join(";")));
    }
    if mask & (PRIVACY_PROXY_HEADER | PRIVACY_PROXY_SESSION | PRIVACY_PROXY_ID) != 0 {
        lines.push_str("Proxy-Require: privacy\r\n");
    }
    if !preferred.is_empty() {
        lines.push_str(&format!("P-Preferred-Identity: {preferred}\r\n"));
    }
    lines
}

/// What was taken out of an account for one turn.
pub(super) struct Hidden {
    from: Box<str>,
    contact: ContactDraft,
    user_agent: Box<str>,
}

impl Hidden {
    /// Makes an account nobody's for as long as this is held.
    pub(super) fn hide(account: &mut Account, cx: &mut Cx) -> Self {
        let nobody = ContactDraft {
            user: "anonymous".into(),
            uri_params: account.contact.uri_params.clone(),
            secure: account.contact.secure,
            ob: account.contact.ob,
            mapped: account.contact.mapped,
            ..ContactDraft::default()
        };
        Self {
            from: std::mem::replace(&mut account.from, ANONYMOUS.into()),
            contact: std::mem::replace(&mut account.contact, nobody),
            user_agent: std::mem::take(&mut cx.user_agent),
        }
    }

    /// Gives back what was taken.
    pub(super) fn show(self, account: &mut Account, cx: &mut Cx) {
        account.from = self.from;
        account.contact = self.contact;
        cx.user_agent = self.user_agent;
    }
}

/// Whether a request does not say who sends it (RFC 3323 §4.1.1.3, RFC 5079 §3).
pub(super) fn is_anonymous(message: &Message) -> bool {
    let Ok(from) = message.from() else {
        return false;
    };
    let host = Uri::parse(from.uri).map(|uri| uri.host.to_ascii_lowercase());
    let hidden =
        host.is_ok_and(|host| host == "anonymous.invalid" || host.ends_with(".anonymous.invalid"));
    hidden
        || message.header(HeaderId::Privacy).is_some_and(|values| {
            values
                .split([';', ','])
                .any(|value| matches!(value.trim().to_ascii_lowercase().as_str(), "id" | "user"))
                && from.display_name.eq_ignore_ascii_case("anonymous")
        })
}

/// The way of a request with one step more, as values of History-Info (RFC 7044 §5, §10.3).
pub(super) fn history_of(request: &Message, next: &str) -> Option<String> {
    let asked = request.lists(HeaderId::Supported, "histinfo");
    let mut way: Vec<&str> = request.values(HeaderId::HistoryInfo).take(32).collect();
    if way.is_empty() && !asked {
        return None;
    }
    let first = format!("<{}>;index=1", request.request_uri());
    if way.is_empty() {
        way.push(&first);
    }
    let last = way.last().copied().unwrap_or_default();
    let index = NameAddr::parse(last)
        .ok()
        .and_then(|entry| entry.params.get("index").map(str::to_owned))
        .unwrap_or_else(|| "1".to_owned());
    Some(format!(
        "{}, <{next}>;index={index}.1;mp={index}",
        way.join(", ")
    ))
}

impl Session {
    /// RTCSP_PRIVACY_ bits in force.
    pub(super) fn privacy(&self, client: u32) -> u32 {
        self.identities.privacy.unwrap_or(client)
    }

    /// Whether it must not show who we are.
    pub(super) fn hides(&self, client: u32) -> bool {
        self.privacy(client) & HIDES != 0
    }

    /// Whether a redirection may lead there: a target that can be called and was not tried (RFC 3261 §8.1.3.4).
    pub(super) fn may_try(&self, target: &str) -> bool {
        let Ok(parsed) = Uri::parse(target) else {
            return false;
        };
        let callable = parsed.is_sip() || parsed.scheme_name.eq_ignore_ascii_case("tel");
        callable && !self.tried.iter().any(|tried| uri::equal(tried, target))
    }
}

impl Agent {
    /// RTCSP_PRIVACY_ bits of a session or, without one, of the client.
    pub fn set_privacy(
        &mut self,
        session: Option<&ObjectRef>,
        mask: u32,
    ) -> Result<Verdict, Refusal> {
        let nothing =
            mask & PRIVACY_NOTHING != 0 && mask & !(PRIVACY_NOTHING | PRIVACY_CRITICAL) != 0;
        if mask & !KNOWN != 0 || nothing {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the privacy is a mask of RTC_PRIVACY_ bits; NOTHING stands alone",
            ));
        }
        match session {
            None => self.privacy = mask,
            Some(object) => {
                let key = self.session_key(object)?;
                let session = self.sessions.get_mut(key).ok_or_else(ended)?;
                session.identities.privacy = Some(mask);
            }
        }
        Ok(Verdict::Done)
    }

    /// See [`Agent::set_privacy`]; of the client.
    #[must_use]
    pub fn privacy(&self) -> u32 {
        self.privacy
    }

    /// The hops whose P-Asserted-Identity is believed: addresses, networks (`192.0.2.0/24`), `*`; a comma list.
    pub fn set_trusted_hops(&mut self, list: &str) -> Result<Verdict, Refusal> {
        self.trusted = Trusted::parse(list).ok_or_else(|| {
            Refusal::new(
                Code::InvalidArgument,
                "trusted hops are IP addresses, networks like 192.0.2.0/24, or *",
            )
        })?;
        Ok(Verdict::Done)
    }

    /// See [`Agent::set_trusted_hops`].
    #[must_use]
    pub fn trusted_hops(&self) -> &str {
        &self.trusted.text
    }

    /// Whom a session prefers to be, of the identities that the proxy knows of us: a URI or name-addr; empty: none.
    pub(super) fn set_local_identity(
        &mut self,
        object: &ObjectRef,
        identity: &str,
    ) -> Result<Verdict, Refusal> {
        let key = self.session_key(object)?;
        let mut text = String::new();
        if !identity.is_empty() {
            super::headers::check_value("P-Preferred-Identity", identity)?;
            let named = NameAddr::parse(identity).map_err(|fault| {
                Refusal::new(
                    Code::InvalidSipUrl,
                    format!("identity `{identity}`: {fault}"),
                )
            })?;
            super::profile::check_aor(named.uri)?;
            if !named.display_name.is_empty() {
                text.push_str(&params::quote(&named.display_name));
                text.push(' ');
            }
            text.push_str(&format!("<{}>", named.uri));
        }
        let session = self.sessions.get_mut(key).ok_or_else(ended)?;
        session.identities.local = text.into();
        Ok(Verdict::Done)
    }

    /// The lines of a session's INVITE that identity and history ask for, under those of the message itself.
    pub(super) fn identity_lines(&self, key: Key<Session>, own: &str, target: &str) -> String {
        let Some(session) = self.sessions.get(key) else {
            return own.to_owned();
        };
        let mask = session.privacy(self.privacy);
        let mut preferred = session.identities.local.clone();
        if preferred.is_empty() && mask & PRIVACY_PROXY_ID != 0 {
            let profile = session.profile_key().and_then(|key| self.profiles.get(key));
            let account = profile.map_or(&self.anonymous, |profile| &profile.account);
            if !account.aor.ends_with("@anonymous.invalid") {
                preferred.clone_from(&account.from);
            }
        }
        let mut stack = request_lines(mask, &preferred);
        let all = session.call.extra.request(own);
        let asks = lines::lines(&all).any(|(name, value)| {
            lines::same_name(name, "Supported")
                && value
                    .split(',')
                    .any(|tag| tag.trim().eq_ignore_ascii_case("histinfo"))
        });
        if asks && !lines::contains(&all, "History-Info") {
            stack.push_str(&format!("History-Info: <{target}>;index=1\r\n"));
        }
        lines::merge(own, &stack)
    }

    /// Takes in who the peer of a session is said to be, and tells a change inside the call (RFC 4916 §4).
    pub(super) fn note_identity(&mut self, key: Key<Session>, message: &Message, flow: &Flow) {
        let trusted = self.trusts(flow.remote);
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        let mut changed = false;
        if message
            .headers(HeaderId::PAssertedIdentity)
            .next()
            .is_some()
        {
            let mut asserted: Vec<Box<str>> = Vec::new();
            for value in message
                .values(HeaderId::PAssertedIdentity)
                .take(MAX_IDENTITIES)
            {
                let known = NameAddr::parse(value).ok().and_then(|one| {
                    let scheme = Uri::parse(one.uri).ok()?.scheme_name.to_ascii_lowercase();
                    Some(matches!(&*scheme, "sip" | "sips" | "tel"))
                });
                if trusted && known == Some(true) {
                    asserted.push(value.into());
                }
            }
            changed =
                !session.identities.asserted.is_empty() && session.identities.asserted != asserted;
            session.identities.asserted = asserted;
        }
        if !message.is_request() {
            if session.identities.peer.is_empty() {
                session.identities.peer.clone_from(&session.remote_uri);
            }
        } else if let Ok(from) = message.from() {
            let known = &session.identities.peer;
            if !known.is_empty() && !uri::equal(known, from.uri) {
                changed = true;
                session.remote_uri = from.uri.into();
                session.remote_name = from.display_name.into();
            }
            session.identities.peer = from.uri.into();
        }
        if changed && session.call.dialog_key().is_some() {
            self.tell_identity(key, message);
        }
    }

    fn trusts(&self, source: SocketAddr) -> bool {
        self.trusted.holds(source.ip())
    }

    /// The peer is somebody else now, or says so: its participant as it was, with the new address and name.
    fn tell_identity(&mut self, key: Key<Session>, message: &Message) {
        let Some(session) = self.sessions.get(key) else {
            return;
        };
        let Some(participant) = session.participant() else {
            return;
        };
        let event = Event {
            event_type: EventType::ParticipantStateChange,
            session: Some(session.object().clone()),
            participant: Some(participant.clone()),
            profile: session.profile.clone(),
            state: participant.state(),
            uri: session.remote_uri.clone(),
            text: session.remote_name.clone(),
            message: Some(message.clone()),
            ..Event::default()
        };
        self.tell(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trusted_hops_are_addresses_networks_or_everybody() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let some = Trusted::parse("192.0.2.7, 198.51.100.0/24, [2001:db8::]/32").expect("a list");
        for (text, held) in [
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("198.51.100.255", true),
            ("198.51.101.0", false),
            ("2001:db8::1", true),
            ("2001:db9::1", false),
            ("::ffff:192.0.2.7", true),
        ] {
            assert_eq!(some.holds(address(text)), held, "{text}");
        }
        assert!(
            Trusted::parse("*")
                .expect("all")
                .holds(address("203.0.113.1"))
        );
        assert!(!Trusted::default().holds(address("203.0.113.1")));
        for bad in ["proxy.example.com", "192.0.2.1/33", "192.0.2.1/x", "10"] {
            assert!(Trusted::parse(bad).is_none(), "{bad}");
        }
    }
}
