//! New messages from existing ones: what a transport does on receipt (RFC 3261 §18.2.1, RFC 3581) and a proxy when it
//! forwards (§16.6). Lines that are not touched keep their order, spelling and bytes.

use std::net::IpAddr;

use super::block::Span;
use super::builder::Draft;
use super::head::Head;
use super::header_id::{HeaderId, UNKNOWN};
use super::message::Message;
use super::params;

/// Changes to a message, applied in one go by [`MessageEdit::build`].
#[derive(Debug)]
pub struct MessageEdit<'a> {
    message: &'a Message,
    request_uri: Option<String>,
    reason: Option<(u16, String)>,
    lines: Vec<Line<'a>>,
    body: Option<Vec<u8>>,
}

#[derive(Debug)]
struct Line<'a> {
    id: Option<HeaderId>,
    name: std::borrow::Cow<'a, str>,
    value: std::borrow::Cow<'a, [u8]>,
}

impl<'a> Line<'a> {
    fn new(id: HeaderId, value: &str) -> Self {
        Self {
            id: Some(id),
            name: id.name().into(),
            value: clean(value).into(),
        }
    }
}

fn clean(value: &str) -> Vec<u8> {
    let clean = |b| {
        if matches!(b, b'\r' | b'\n' | b'\0') {
            b' '
        } else {
            b
        }
    };
    value.bytes().map(clean).collect()
}

impl<'a> MessageEdit<'a> {
    /// No change yet.
    #[must_use]
    pub fn new(message: &'a Message) -> Self {
        let lines = message
            .identified_lines()
            .map(|(id, name, value)| Line {
                id,
                name: name.into(),
                value: value.into(),
            })
            .collect();
        Self {
            message,
            request_uri: None,
            reason: None,
            lines,
            body: None,
        }
    }

    /// Replaces the Request-URI of a request.
    #[must_use]
    pub fn request_uri(mut self, uri: &str) -> Self {
        self.request_uri = Some(uri.to_owned());
        self
    }

    /// Replaces status and reason phrase of a response.
    #[must_use]
    pub fn status(mut self, status: u16, reason: &str) -> Self {
        self.reason = Some((status.clamp(100, 699), reason.to_owned()));
        self
    }

    /// Puts a line before the first one of its name, or before all lines.
    #[must_use]
    pub fn prepend(mut self, id: HeaderId, value: impl AsRef<str>) -> Self {
        let at = self
            .lines
            .iter()
            .position(|line| line.id == Some(id))
            .unwrap_or(0);
        self.lines.insert(at, Line::new(id, value.as_ref()));
        self
    }

    /// Puts a line after the last one of its name, or after all lines.
    #[must_use]
    pub fn append(mut self, id: HeaderId, value: impl AsRef<str>) -> Self {
        let last = self.lines.iter().rposition(|line| line.id == Some(id));
        let at = last.map_or(self.lines.len(), |at| at + 1);
        self.lines.insert(at, Line::new(id, value.as_ref()));
        self
    }

    /// Removes all lines of a header.
    #[must_use]
    pub fn remove(mut self, id: HeaderId) -> Self {
        self.lines.retain(|line| line.id != Some(id));
        self
    }

    /// Removes all lines called `name`, in its long or compact form.
    #[must_use]
    pub fn remove_named(mut self, name: &str) -> Self {
        match HeaderId::from_name(name) {
            Some(id) => self.remove(id),
            None => {
                self.lines
                    .retain(|line| !line.name.eq_ignore_ascii_case(name));
                self
            }
        }
    }

    /// Removes the first value of a list header: the top Via, the top Route.
    #[must_use]
    pub fn remove_first(mut self, id: HeaderId) -> Self {
        let Some(at) = self.lines.iter().position(|line| line.id == Some(id)) else {
            return self;
        };
        let rest = {
            let value = &self.lines[at].value;
            let comma = params::element_end(value, 0);
            value
                .get(comma + 1..)
                .map(|rest| rest.trim_ascii().to_vec())
        };
        match rest {
            Some(rest) if id.is_list() && !rest.is_empty() => self.lines[at].value = rest.into(),
            _ => {
                self.lines.remove(at);
            }
        }
        self
    }

    /// Gives a header one line with `value`, where its first one stood or else at the end.
    #[must_use]
    pub fn set(mut self, id: HeaderId, value: impl AsRef<str>) -> Self {
        let line = Line::new(id, value.as_ref());
        let at = self.lines.iter().position(|line| line.id == Some(id));
        self.lines.retain(|line| line.id != Some(id));
        let at = at.unwrap_or(self.lines.len());
        self.lines.insert(at, line);
        self
    }

    /// Adds a line by name at the end; one that is no token is left out.
    #[must_use]
    pub fn append_named(mut self, name: &str, value: impl AsRef<str>) -> Self {
        match HeaderId::from_name(name) {
            Some(id) => self.append(id, value),
            None => {
                if super::chars::is_token(name.as_bytes()) {
                    self.lines.push(Line {
                        id: None,
                        name: name.to_owned().into(),
                        value: clean(value.as_ref()).into(),
                    });
                }
                self
            }
        }
    }

    /// Replaces the body and its type; an empty type leaves no Content-Type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: &[u8]) -> Self {
        self.body = Some(body.to_vec());
        if content_type.is_empty() {
            self.remove(HeaderId::ContentType)
        } else {
            self.set(HeaderId::ContentType, content_type)
        }
    }

    /// Adds to the top Via the address and, where it was asked for, the port that a request came from.
    #[must_use]
    pub fn stamp(mut self, received: Option<IpAddr>, rport: Option<u16>) -> Self {
        if let Some(line) = self
            .lines
            .iter_mut()
            .find(|line| line.id == Some(HeaderId::Via))
        {
            line.value = stamped_via(&line.value, received, rport).into();
        }
        self
    }

    /// Writes the message with the changes made; Content-Length is set right.
    #[must_use]
    pub fn build(self) -> Message {
        let old = self.message;
        let body = self.body.as_deref().unwrap_or_else(|| old.body());
        let mut draft = Draft::take();
        let mut head = Head::default();
        head.status = old.head().status;
        if old.is_request() {
            head.method = old.head().method;
        }
        head.target = old.head().target;
        let out = &mut draft.out;
        match (&self.request_uri, &self.reason) {
            (Some(uri), _) if old.is_request() => {
                out.extend_from_slice(old.method().as_bytes());
                out.push(b' ');
                let at = out.len();
                out.extend_from_slice(&clean(uri));
                head.target = Span::new(at, out.len());
                out.extend_from_slice(b" SIP/2.0");
            }
            (_, Some((status, reason))) if !old.is_request() => {
                out.extend_from_slice(format!("SIP/2.0 {status} ").as_bytes());
                let at = out.len();
                out.extend_from_slice(&clean(reason));
                head.status = *status;
                head.target = Span::new(at, out.len());
            }
            _ => out.extend_from_slice(old.start_line_bytes()),
        }
        draft.end_start_line(&mut head);
        let length = body.len().to_string();
        let mut length_written = false;
        for line in &self.lines {
            let prefix = [line.name.as_bytes(), b": "].concat();
            let number = line.id.map_or(UNKNOWN, |id| id as u8);
            if line.id != Some(HeaderId::ContentLength) {
                draft.append(number, &prefix, [&line.value, b"", b""], usize::MAX);
            } else if !length_written {
                draft.append(number, &prefix, [length.as_bytes(), b"", b""], usize::MAX);
                length_written = true;
            }
        }
        if !length_written {
            let id = HeaderId::ContentLength;
            draft.append(
                id as u8,
                id.prefix().as_bytes(),
                [length.as_bytes(), b"", b""],
                usize::MAX,
            );
        }
        draft.note(&mut head, None);
        let message = draft.finish(head, body);
        draft.give_back();
        message
    }
}

impl Message {
    /// Starts a changed copy of this message.
    #[must_use]
    pub fn edit(&self) -> MessageEdit<'_> {
        MessageEdit::new(self)
    }

    /// This request as its receiver keeps it: the top Via with `received` (RFC 3261 §18.2.1) and, when the peer asked
    /// with an empty `rport`, that too (RFC 3581 §4). Gives the same message when there is nothing to add.
    #[must_use]
    pub fn with_top_via_params(&self, received: Option<IpAddr>, rport: Option<u16>) -> Self {
        let Some(value) = self.header_bytes(HeaderId::Via) else {
            return self.clone();
        };
        let stamped = stamped_via(value, received, rport);
        if stamped == value {
            self.clone()
        } else {
            self.edit().stamp(received, rport).build()
        }
    }
}

/// A Via line whose first value got `received` and, where `rport` stands without a value, the port. Values of these
/// that a sender put there itself are replaced.
pub(crate) fn stamped_via(line: &[u8], received: Option<IpAddr>, rport: Option<u16>) -> Vec<u8> {
    let Ok(parts) = super::headers::via::scan(line) else {
        let end = super::headers::via::door(line).map_or(line.len(), |via| via.end);
        let received = received
            .map(|ip| format!(";received={ip}"))
            .unwrap_or_default();
        return [&line[..end], received.as_bytes(), &line[end..]].concat();
    };
    let mut out = line[..parts.params].trim_ascii_end().to_vec();
    let mut at = parts.params;
    while let Ok(Some(param)) = params::next(line, &mut at, b';') {
        let name = &line[param.name.0..param.name.1];
        if received.is_some() && name.eq_ignore_ascii_case(b"received") {
            continue;
        }
        out.push(b';');
        out.extend_from_slice(name);
        if name.eq_ignore_ascii_case(b"rport") && rport.is_some() {
            out.push(b'=');
            out.extend_from_slice(&super::builder::Digits::new(rport.unwrap_or(0).into()));
        } else if let Some((from, to)) = param.value {
            out.push(b'=');
            out.extend_from_slice(&line[from..to]);
        }
    }
    if let Some(ip) = received {
        out.extend_from_slice(format!(";received={ip}").as_bytes());
    }
    out.extend_from_slice(&line[parts.end..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;

    const REQUEST: &str = "INVITE sip:bob@example.com SIP/2.0\r\n\
        v: SIP/2.0/UDP a:1;branch=z9hG4bKa;rport, SIP/2.0/UDP b;branch=z9hG4bKb\r\n\
        X-One: 1\r\nRoute: <sip:p1;lr>, <sip:p2;lr>\r\nFrom: <sip:a@h>;tag=f\r\nTo: <sip:b@h>\r\n\
        Call-ID: id\r\nCSeq: 2 INVITE\r\nl: 3\r\nX-Two: 2\r\n\r\nabc";

    fn request() -> Message {
        Message::parse_datagram(REQUEST.as_bytes(), &Limits::default()).unwrap()
    }

    fn text(message: &Message) -> String {
        String::from_utf8(message.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn what_is_not_touched_keeps_its_bytes() {
        assert_eq!(text(&request().edit().build()), REQUEST);
    }

    #[test]
    fn a_proxy_forwards_with_few_changes() {
        let forwarded = request()
            .edit()
            .request_uri("sip:bob@192.0.2.9")
            .prepend(HeaderId::Via, "SIP/2.0/TCP p;branch=z9hG4bKp")
            .prepend(HeaderId::RecordRoute, "<sip:p;lr>")
            .remove_first(HeaderId::Route)
            .set(HeaderId::MaxForwards, "69")
            .remove_named("x-one")
            .append_named("X-Three", "3\r\nX-Evil: 1")
            .build();
        assert_eq!(
            text(&forwarded),
            "INVITE sip:bob@192.0.2.9 SIP/2.0\r\nRecord-Route: <sip:p;lr>\r\n\
             Via: SIP/2.0/TCP p;branch=z9hG4bKp\r\n\
             v: SIP/2.0/UDP a:1;branch=z9hG4bKa;rport, SIP/2.0/UDP b;branch=z9hG4bKb\r\n\
             Route: <sip:p2;lr>\r\nFrom: <sip:a@h>;tag=f\r\nTo: <sip:b@h>\r\nCall-ID: id\r\n\
             CSeq: 2 INVITE\r\nl: 3\r\nX-Two: 2\r\nMax-Forwards: 69\r\nX-Three: 3  X-Evil: 1\r\n\r\nabc"
        );
        assert_eq!(forwarded.branch(), Some("z9hG4bKp"));
        assert_eq!(forwarded.request_uri(), "sip:bob@192.0.2.9");
        let back = forwarded
            .edit()
            .remove_first(HeaderId::Via)
            .remove_first(HeaderId::Route)
            .build();
        assert_eq!(
            (back.branch(), back.routes().count()),
            (Some("z9hG4bKa"), 0)
        );
        assert_eq!(
            back.edit().remove_first(HeaderId::Via).build().branch(),
            Some("z9hG4bKb")
        );
    }

    #[test]
    fn a_new_body_comes_with_its_type_and_length() {
        let changed = request().edit().body("text/plain", b"longer").build();
        assert_eq!(
            (changed.content_length(), changed.body()),
            (Some(6), &b"longer"[..])
        );
        assert!(changed.content_type().unwrap().is("text/plain"));
        let emptied = changed.edit().body("", b"").build();
        assert_eq!(
            (
                emptied.content_length(),
                emptied.header(HeaderId::ContentType)
            ),
            (Some(0), None)
        );
    }

    #[test]
    fn the_top_via_tells_where_a_request_came_from() {
        let seen = request().with_top_via_params("192.0.2.7".parse().ok(), Some(5099));
        let via = seen.top_via().unwrap();
        assert_eq!(via.received(), Some("192.0.2.7"));
        assert_eq!(via.rport(), Some(Some(5099)));
        assert_eq!(seen.vias().count(), 2);
        assert_eq!(
            (seen.branch(), seen.body()),
            (Some("z9hG4bKa"), &b"abc"[..])
        );
        // What a sender claims itself does not stand.
        let lying = b"SIP/2.0/UDP h;received=10.0.0.1;branch=z9hG4bK1";
        let stamped = stamped_via(lying, "::1".parse().ok(), Some(1));
        assert_eq!(stamped, b"SIP/2.0/UDP h;branch=z9hG4bK1;received=::1");
        let odd = stamped_via(
            b"SIP/2.0/UDP $H:$P;x, SIP/2.0/UDP i",
            "::1".parse().ok(),
            None,
        );
        assert_eq!(odd, b"SIP/2.0/UDP $H:$P;x;received=::1, SIP/2.0/UDP i");
        let same = request().with_top_via_params(None, None);
        assert_eq!(same.as_bytes(), request().as_bytes());
    }

    #[test]
    fn a_response_gets_another_status() {
        let busy = crate::syntax::MessageBuilder::response_to(&request(), 486, "", "t").build();
        let other = busy.edit().status(600, "Busy\r\nEverywhere").build();
        assert_eq!(
            (other.status(), other.reason()),
            (Some(600), "Busy  Everywhere")
        );
        assert_eq!((other.method(), other.to_tag()), ("INVITE", Some("t")));
        assert_eq!(request().edit().status(200, "x").build().status(), None);
    }
}
