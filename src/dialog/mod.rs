//! Dialogs: RFC 3261 §12. Identity, route set, CSeq numbers, remote target; how requests inside are made and checked.
//!
//! Does not know what the dialog is used for: that is `usage`. Early and confirmed differ only for the usage.
#![forbid(unsafe_code)]

use std::any::Any;
use std::sync::{Arc, OnceLock};

use crate::base::entropy::Token;
use crate::syntax::{HeaderId, Message, NameAddr, Uri};
use crate::transaction::Draft;
use crate::transport::{Flow, Protocol, SocketKey};

/// A tag of ours: 80 random bits, so that it names one usage of this agent by itself.
pub type LocalTag = Token<16>;

/// One dialog as this side sees it.
#[derive(Clone, Debug)]
pub struct Dialog {
    call_id: Box<str>,
    local_tag: LocalTag,
    remote_tag: Box<str>,
    /// From of our requests without its tag.
    local: Box<str>,
    /// To of our requests without its tag.
    remote: Box<str>,
    remote_target: Box<str>,
    route_set: Vec<Box<str>>,
    local_cseq: u32,
    remote_cseq: Option<u32>,
    /// The peer takes UPDATE (RFC 3311 §5.1).
    allows_update: bool,
    /// The connection the peer reached us by; used while it stands (RFC 5626 §5.3 in spirit: a client behind a stream has no other way in).
    flow: Option<Flow>,
    /// Our socket that the message which made it came by.
    socket: Option<SocketKey>,
    /// We sent the request that began it.
    initiator: bool,
    /// RFC 3261 §12.1: it began with a SIPS URI.
    secure: bool,
    name: OnceLock<Name>,
}

/// What a dialog is known by to whoever shows it: the same from early to confirmed, whoever holds the dialog.
pub type Name = Arc<dyn Any + Send + Sync>;

/// What a request inside a dialog is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// In order, or the first.
    Fresh,
    /// Its CSeq is lower than one already seen: 500 (RFC 3261 §12.2.2).
    Stale,
}

impl Dialog {
    /// The dialog that a response with a To tag makes for the client (RFC 3261 §12.1.2).
    #[must_use]
    pub fn uac(response: &Message, local_tag: LocalTag, flow: &Flow) -> Option<Self> {
        // A peer of RFC 2543 has no tag in its 2xx either; before that there is no dialog without one.
        let remote_tag = match response.to_tag() {
            None if response.status().is_some_and(|status| status >= 200) => "",
            tag => tag?,
        };
        let mut route_set: Vec<Box<str>> = response
            .values(HeaderId::RecordRoute)
            .map(Into::into)
            .collect();
        route_set.reverse();
        Some(Self {
            call_id: response.call_id().into(),
            local_tag,
            remote_tag: remote_tag.into(),
            local: without_tag(response.header(HeaderId::From)?),
            remote: without_tag(response.header(HeaderId::To)?),
            // A 2xx without Contact breaks RFC 3261 §12.1.1; the peer's address of record is the best guess left.
            remote_target: contact_uri(response)
                .or_else(|| response.to().ok().map(|to| to.uri.into()))?,
            route_set,
            local_cseq: response.cseq(),
            remote_cseq: None,
            allows_update: response.lists(HeaderId::Allow, "UPDATE"),
            flow: stream_only(flow),
            socket: flow.socket,
            initiator: true,
            secure: response.to().is_ok_and(|to| is_secure(to.uri)),
            name: OnceLock::new(),
        })
    }

    /// The dialog that our response with this tag makes for the server (RFC 3261 §12.1.1). A peer of RFC 2543 has no tag.
    #[must_use]
    pub fn uas(request: &Message, local_tag: LocalTag, flow: &Flow) -> Option<Self> {
        Some(Self {
            call_id: request.call_id().into(),
            local_tag,
            remote_tag: request.from_tag().unwrap_or_default().into(),
            local: without_tag(request.header(HeaderId::To)?),
            remote: without_tag(request.header(HeaderId::From)?),
            // A peer of RFC 2543 names no Contact; its address of record is all there is.
            remote_target: contact_uri(request)
                .or_else(|| request.from().ok().map(|from| from.uri.into()))?,
            route_set: request
                .values(HeaderId::RecordRoute)
                .map(Into::into)
                .collect(),
            local_cseq: 0,
            remote_cseq: Some(request.cseq()),
            allows_update: request.lists(HeaderId::Allow, "UPDATE"),
            flow: stream_only(flow),
            socket: flow.socket,
            initiator: false,
            secure: is_secure(request.request_uri()),
            name: OnceLock::new(),
        })
    }

    /// Whether the peer listed UPDATE in Allow.
    #[must_use]
    pub fn allows_update(&self) -> bool {
        self.allows_update
    }

    /// A later message of the peer may name its methods anew.
    pub fn note_allow(&mut self, message: &Message) {
        if message.header(HeaderId::Allow).is_some() {
            self.allows_update = message.lists(HeaderId::Allow, "UPDATE");
        }
    }

    /// Our tag.
    #[must_use]
    pub fn local_tag(&self) -> LocalTag {
        self.local_tag
    }

    /// The peer's tag.
    #[must_use]
    pub fn remote_tag(&self) -> &str {
        &self.remote_tag
    }

    /// The Call-ID.
    #[must_use]
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// The peer as name-addr, without tag.
    #[must_use]
    pub fn remote(&self) -> &str {
        &self.remote
    }

    /// Ourselves as name-addr, without tag.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The proxies between, the nearest first.
    #[must_use]
    pub fn route_set(&self) -> &[Box<str>] {
        &self.route_set
    }

    /// The last CSeq of the peer's, if it sent a request.
    #[must_use]
    pub fn remote_cseq(&self) -> Option<u32> {
        self.remote_cseq
    }

    /// Whether our request began it. A NOTIFY that came before the 2xx of our SUBSCRIBE has made it the other way round.
    #[must_use]
    pub fn is_initiator(&self) -> bool {
        self.initiator
    }

    /// The NOTIFY that made it was the answer to a SUBSCRIBE of ours.
    pub fn set_initiator(&mut self) {
        self.initiator = true;
    }

    /// The secure flag (RFC 3261 §12.1.1, §12.1.2).
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Where it is kept what the dialog is known by.
    #[must_use]
    pub fn name(&self) -> &OnceLock<Name> {
        &self.name
    }

    /// Our socket that it began on; none: a stream that we opened.
    #[must_use]
    pub fn socket(&self) -> Option<SocketKey> {
        self.socket
    }

    /// Where requests go in the end.
    #[must_use]
    pub fn remote_target(&self) -> &str {
        &self.remote_target
    }

    /// Whether a received message belongs here: its tags as seen from this side (RFC 3261 §12.2.2).
    #[must_use]
    pub fn matches(&self, request: &Message) -> bool {
        request.call_id() == &*self.call_id
            && request.from_tag().unwrap_or_default() == &*self.remote_tag
            && request.to_tag() == Some(self.local_tag.as_str())
    }

    /// Whether a response to a request of ours is of this dialog: forks differ in their To tag.
    #[must_use]
    pub fn matches_response(&self, response: &Message) -> bool {
        response.to_tag() == Some(&*self.remote_tag)
    }

    /// Checks and notes the CSeq of a received request; ACK and CANCEL carry that of the INVITE and are not counted.
    pub fn on_request(&mut self, request: &Message) -> Order {
        match self.remote_cseq {
            Some(seen) if request.cseq() < seen => Order::Stale,
            _ => {
                self.remote_cseq = Some(request.cseq());
                Order::Fresh
            }
        }
    }

    /// A target refresh: the Contact of a re-INVITE, or of its 2xx, is where requests go from now on (RFC 3261 §12.2).
    pub fn refresh_target(&mut self, message: &Message) {
        if let Some(target) = contact_uri(message) {
            self.remote_target = target;
        }
    }

    /// The route set of the 2xx replaces that of the early dialog (RFC 3261 §13.2.2.4).
    pub fn confirm(&mut self, response: &Message) {
        self.route_set = response
            .values(HeaderId::RecordRoute)
            .map(Into::into)
            .collect();
        self.route_set.reverse();
        self.refresh_target(response);
    }

    /// The next request inside (RFC 3261 §12.2.1.1) and its CSeq; header lines of the usage are appended by the caller.
    pub fn request(&mut self, method: &str) -> (Draft, u32) {
        self.local_cseq = self.local_cseq.wrapping_add(1) & 0x7fff_ffff;
        (self.draft(method), self.local_cseq)
    }

    /// The ACK of a 2xx: the CSeq is that of its INVITE.
    #[must_use]
    pub fn draft(&self, method: &str) -> Draft {
        let mut draft = Draft {
            method: method.into(),
            flow: self.flow,
            ..Draft::default()
        };
        // A first hop without `lr` is a strict router: it becomes the Request-URI and the target goes last.
        match self.route_set.first() {
            Some(first) if !is_loose(first) => {
                draft.uri =
                    NameAddr::parse(first).map_or_else(|_| first.clone(), |route| route.uri.into());
                draft.next_hop = Some(draft.uri.clone());
                draft.routes = self.route_set[1..].to_vec();
                draft
                    .routes
                    .push(format!("<{}>", self.remote_target).into());
            }
            _ => {
                draft.uri = self.remote_target.clone();
                draft.routes.clone_from(&self.route_set);
            }
        }
        let lines = &mut draft.lines;
        lines.reserve(160 + self.local.len() + self.remote.len() + self.call_id.len());
        for part in [
            "From: ",
            &self.local,
            ";tag=",
            self.local_tag.as_str(),
            "\r\nTo: ",
            &self.remote,
        ] {
            lines.push_str(part);
        }
        if !self.remote_tag.is_empty() {
            lines.push_str(";tag=");
            lines.push_str(&self.remote_tag);
        }
        lines.push_str("\r\nCall-ID: ");
        lines.push_str(&self.call_id);
        lines.push_str("\r\n");
        draft
    }

    /// The last CSeq of ours.
    #[must_use]
    pub fn local_cseq(&self) -> u32 {
        self.local_cseq
    }

    /// A request was sent again with a higher CSeq (after a challenge).
    pub fn note_local_cseq(&mut self, cseq: u32) {
        self.local_cseq = self.local_cseq.max(cseq);
    }
}

/// Datagrams find their way by the route set alone; a stream that the peer opened may be the only way back.
fn stream_only(flow: &Flow) -> Option<Flow> {
    (flow.protocol != Protocol::Udp && flow.conn.is_some()).then_some(*flow)
}

fn is_secure(uri: &str) -> bool {
    uri.get(..5)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("sips:"))
}

fn contact_uri(message: &Message) -> Option<Box<str>> {
    let contact = message.values(HeaderId::Contact).next()?;
    NameAddr::parse(contact)
        .ok()
        .map(|contact| contact.uri.into())
}

fn is_loose(route: &str) -> bool {
    NameAddr::parse(route)
        .ok()
        .and_then(|route| Uri::parse(route.uri).ok().map(|uri| uri.params.has("lr")))
        .unwrap_or(false)
}

/// A From or To value without its tag parameter; display name, URI and other parameters stay.
fn without_tag(value: &str) -> Box<str> {
    let Ok(address) = NameAddr::parse(value) else {
        return value.into();
    };
    if !address.params.has("tag") {
        return value.into();
    }
    // Parameters stand behind the closing bracket, or, in an addr-spec without brackets, behind the first semicolon.
    let behind = match value.rfind('>') {
        Some(at) => at + 1,
        None => value.find(';').unwrap_or(value.len()),
    };
    let mut text = String::from(value[..behind].trim_end());
    for parameter in address.params.iter() {
        if !parameter.name.eq_ignore_ascii_case("tag") {
            text.push(';');
            text.push_str(parameter.name);
            if let Some(parameter) = parameter.value {
                text.push('=');
                text.push_str(parameter);
            }
        }
    }
    text.into()
}
