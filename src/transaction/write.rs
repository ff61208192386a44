//! The messages that this layer writes: a draft with Via and Contact for its road (RFC 3261 §18.1.1), the ACK of a
//! failure (§17.1.1.3), CANCEL (§9.1), 100 and the few refusals of its own.

use std::fmt::Write as _;
use std::time::Duration;

use super::key::COOKIE;
use super::user::{ContactDraft, Draft};
use crate::base::entropy::Token;
use crate::syntax::{HeaderId, Message, MessageBuilder, method};
use crate::transport::sockets::{AsHostPort, Sockets};
use crate::transport::target::is_sips;
use crate::transport::{Flow, Protocol};

/// Max-Forwards of a request of our own (RFC 3261 §8.1.1.6).
const MAX_FORWARDS: u8 = 70;

/// After this many seconds a request refused for a limit may come again.
const RETRY_AFTER: u32 = 10;

/// The request as it leaves by `flow`; none if the draft lacks what makes a request.
pub(crate) fn request(
    draft: &Draft,
    sockets: &Sockets,
    flow: &Flow,
    branch: Token<16>,
) -> Option<Message> {
    let mut value = String::with_capacity(96);
    let _ = write!(
        value,
        "SIP/2.0/{} {};branch={COOKIE}{branch}{}",
        flow.protocol.via(),
        sockets.known_as(flow),
        // RFC 3581 §3: asked for wherever an address translator may stand.
        if flow.protocol == Protocol::Udp {
            ";rport"
        } else {
            ""
        },
    );
    if draft.keep {
        value.push_str(";keep");
    }
    let mut builder =
        MessageBuilder::request(&draft.method, &draft.uri).header(HeaderId::Via, &value);
    for route in &draft.routes {
        builder.add(HeaderId::Route, route);
    }
    let forwards = draft.max_forwards.unwrap_or(MAX_FORWARDS);
    builder = builder.number(HeaderId::MaxForwards, forwards.into());
    // RFC 3261 §8.1.1.8: a sips Request-URI or first Route makes it a sips Contact.
    let first = draft.routes.first().map_or(&draft.uri, |route| route);
    let secure = is_sips(&draft.uri) || is_sips(first);
    if let Some(draft) = &draft.contact {
        value.clear();
        contact(&mut value, sockets, flow, draft, secure);
        builder.add(HeaderId::Contact, &value);
    }
    let content_type = draft.content_type.as_deref().unwrap_or_default();
    let message = builder
        .raw_lines(&draft.lines)
        .body(content_type, &draft.body)
        .build();
    let whole = !message.call_id().is_empty() && message.cseq_method() == &*draft.method;
    whole.then_some(message)
}

/// Our Contact for messages that leave by `flow` (RFC 3261 §8.1.1.8): where a new request reaches us.
/// `secure` makes it a sips URI, as `contact` itself may.
pub(crate) fn contact(
    value: &mut String,
    sockets: &Sockets,
    flow: &Flow,
    contact: &ContactDraft,
    secure: bool,
) {
    if !contact.gruu.is_empty() {
        let _ = write!(value, "<{}>{}", contact.gruu, contact.params);
        return;
    }
    let secure = secure || contact.secure;
    let scheme = if secure { "sips" } else { "sip" };
    let own = sockets.known_as(flow);
    let mapped = contact
        .mapped
        .filter(|(own, _)| flow.protocol == Protocol::Udp && *own == flow.local);
    let address = match mapped {
        Some((_, known)) => AsHostPort(known).to_string(),
        None => own.to_string(),
    };
    let transport = flow.protocol.contact_param(secure);
    let ob = if contact.ob { ";ob" } else { "" };
    let at = if contact.user.is_empty() { "" } else { "@" };
    let _ = write!(
        value,
        "<{scheme}:{}{at}{address}{transport}{}{ob}>{}",
        contact.user, contact.uri_params, contact.params,
    );
}

/// The ACK of a 300–699 (RFC 3261 §17.1.1.3), with the INVITE's credentials (§22.1).
pub(crate) fn ack_of_failure(invite: &Message, response: &Message) -> Message {
    hop_by_hop(invite, method::ACK)
        .copy(response, HeaderId::To)
        .copy(invite, HeaderId::Authorization)
        .copy(invite, HeaderId::ProxyAuthorization)
        .build()
}

/// The CANCEL of an INVITE (RFC 3261 §9.1), with extra header lines.
pub(crate) fn cancel(invite: &Message, lines: &str) -> Message {
    hop_by_hop(invite, method::CANCEL)
        .copy(invite, HeaderId::To)
        .copy(invite, HeaderId::Authorization)
        .copy(invite, HeaderId::ProxyAuthorization)
        .raw_lines(lines)
        .build()
}

/// What ACK and CANCEL take from their INVITE: Request-URI, top Via, Route, From, Call-ID, CSeq number.
fn hop_by_hop(invite: &Message, method: &str) -> MessageBuilder {
    MessageBuilder::request(method, invite.request_uri())
        .header(
            HeaderId::Via,
            invite.values(HeaderId::Via).next().unwrap_or_default(),
        )
        .copy(invite, HeaderId::Route)
        .number(HeaderId::MaxForwards, MAX_FORWARDS.into())
        .copy(invite, HeaderId::From)
        .copy(invite, HeaderId::CallId)
        .header(HeaderId::CSeq, format!("{} {method}", invite.cseq()))
}

/// 100 Trying (RFC 3261 §8.2.6.1), so long after the request came. A Timestamp is given back with that delay.
pub(crate) fn trying(request: &Message, delay: Duration) -> Message {
    MessageBuilder::trying(request, delay).build()
}

/// An answer of the layer's own.
pub(crate) fn answer(request: &Message, status: u16, to_tag: &str) -> Message {
    let mut builder = MessageBuilder::response_to(request, status, "", to_tag);
    if status == 503 {
        builder = builder.number(HeaderId::RetryAfter, RETRY_AFTER);
    }
    builder.build()
}
