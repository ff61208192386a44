//! What an answer to a broken request can be made from: RFC 3261 §8.2.6, RFC 4475 §3.1.2.
//!
//! A request that the parser refuses is still answered 400 (505 for a foreign version) when its Via lines can be read.
//! The scan here trusts nothing but line ends, and never changes what it copies but for the To tag and the received
//! address. Responses and ACK get no answer.

use std::net::IpAddr;

use super::chars;
use super::error::ParseError;
use super::head::BAD_VERSION;
use super::header_id::HeaderId;
use super::headers::Via;
use super::params;
use super::payload::Payload;

/// The header lines that a refused request's answer repeats.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Salvage {
    /// The status to answer with: 400, 505, or 513 for a message over the limits.
    pub status: u16,
    /// Why, as a reason phrase.
    pub reason: &'static str,
    /// The request's method; may be any token.
    pub method: String,
    /// Via values, one a line as received, top first; From, To, Call-ID, CSeq where they were there.
    lines: Vec<(HeaderId, Vec<u8>)>,
}

impl Salvage {
    /// Looks for an answerable request in `bytes`, which were refused with `error`.
    #[must_use]
    pub fn of(bytes: &[u8], error: &ParseError) -> Option<Self> {
        let bytes = &bytes[super::parse::leading_line_ends(bytes)..];
        let method_end = chars::skip(bytes, 0, chars::TOKEN);
        let method = std::str::from_utf8(bytes.get(..method_end)?).ok()?;
        if method.is_empty() || method == super::method::ACK || bytes.get(method_end) != Some(&b' ')
        {
            return None;
        }
        let mut salvage = Self {
            status: 400,
            reason: error.what,
            method: method.to_owned(),
            lines: Vec::new(),
        };
        if error.what == BAD_VERSION {
            salvage.status = 505;
            salvage.reason = super::status::reason_phrase(505);
        }
        if error.is_too_large() {
            salvage.status = 513;
            salvage.reason = super::status::reason_phrase(513);
        }
        for (id, value) in raw_lines(bytes).take(MOST_LINES) {
            let wanted = match id {
                HeaderId::Via => {
                    salvage.lines.iter().filter(|line| line.0 == id).count() < MOST_VIAS
                }
                HeaderId::From | HeaderId::To | HeaderId::CallId | HeaderId::CSeq => {
                    !salvage.lines.iter().any(|line| line.0 == id)
                }
                _ => false,
            };
            if wanted && !value.is_empty() && value.len() <= LONGEST {
                salvage.lines.push((id, value));
            }
        }
        salvage.lines.sort_by_key(|line| line.0);
        salvage.top_via()?;
        Some(salvage)
    }

    /// The top Via, as far as it can be read; parameters that are malformed are left out.
    #[must_use]
    pub fn top_via(&self) -> Option<Via<'_>> {
        let (_, line) = self.lines.iter().find(|line| line.0 == HeaderId::Via)?;
        let line = std::str::from_utf8(line).ok()?;
        let value = line.get(..params::element_end(line.as_bytes(), 0))?;
        let bare = value.split(';').next().unwrap_or(value);
        Via::parse(value)
            .or_else(|_| Via::parse(chars::trimmed(bare)))
            .ok()
    }

    /// The value of Via (first line), From, To, Call-ID or CSeq as received.
    #[must_use]
    pub fn header(&self, id: HeaderId) -> Option<&[u8]> {
        self.lines
            .iter()
            .find(|line| line.0 == id)
            .map(|line| line.1.as_slice())
    }

    /// The answer. `to_tag` is added when To has none; the address the request came from goes into the top Via
    /// (RFC 3261 §18.2.1), its port too when asked for (RFC 3581).
    #[must_use]
    pub fn response(&self, to_tag: &str, source: Option<(IpAddr, u16)>) -> Payload {
        let mut out = format!("SIP/2.0 {} {}\r\n", self.status, self.reason).into_bytes();
        let mut first_via = true;
        for (id, value) in &self.lines {
            out.extend_from_slice(id.name().as_bytes());
            out.extend_from_slice(b": ");
            match (id, source) {
                (HeaderId::Via, Some((ip, port))) if first_via => {
                    out.extend_from_slice(&super::edit::stamped_via(value, Some(ip), Some(port)));
                }
                _ => out.extend_from_slice(value),
            }
            first_via &= *id != HeaderId::Via;
            if *id == HeaderId::To && !to_tag.is_empty() {
                let tagged = super::name_addr::NameAddr::parse_bytes(value);
                if tagged.is_ok_and(|to| to.tag().is_none()) {
                    out.extend_from_slice(b";tag=");
                    out.extend_from_slice(to_tag.as_bytes());
                }
            }
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"Content-Length: 0\r\n\r\n");
        out.into()
    }
}

/// Header lines of a broken message are read up to here.
const MOST_LINES: usize = 256;
/// As many Via values as hops that a request may have made.
const MOST_VIAS: usize = 70;
/// A line longer than this is not repeated.
const LONGEST: usize = 4096;

/// Known header lines of a head that need not be sound: unfolded, trimmed, controls as spaces.
fn raw_lines(bytes: &[u8]) -> impl Iterator<Item = (HeaderId, Vec<u8>)> + '_ {
    let mut at = next_line(bytes, 0);
    std::iter::from_fn(move || {
        loop {
            let start = at;
            let mut end = next_line(bytes, start);
            let line = bytes.get(start..end)?;
            if line.is_empty() || matches!(line, b"\n" | b"\r\n") {
                return None;
            }
            while matches!(bytes.get(end), Some(b' ' | b'\t')) {
                end = next_line(bytes, end);
            }
            at = end;
            let line = bytes.get(start..end)?;
            let colon = chars::find_byte(line, 0, b':');
            let (_, name_end) = chars::trim(line, 0, colon);
            if colon == line.len() || name_end == 0 {
                continue;
            }
            let Some(id) = HeaderId::from_name(&line[..name_end]) else {
                continue;
            };
            let mut value = line[colon + 1..].to_vec();
            for b in value
                .iter_mut()
                .filter(|b| matches!(b, b'\r' | b'\n' | b'\0'))
            {
                *b = b' ';
            }
            return Some((id, value.trim_ascii().to_vec()));
        }
    })
}

fn next_line(bytes: &[u8], at: usize) -> usize {
    (chars::find_byte(bytes, at, b'\n') + 1).min(bytes.len())
}

/// How many bytes of a stream a message takes whose head may be broken; none when that is uncertain.
pub(crate) fn extent(bytes: &[u8]) -> Option<usize> {
    let end = super::framer::end_of_head(bytes, 0)?;
    let mut length = None;
    let mut typed = false;
    for (id, value) in raw_lines(&bytes[..end]) {
        typed |= id == HeaderId::ContentType;
        if id == HeaderId::ContentLength {
            let value = chars::number(&value, u64::from(u32::MAX))?;
            if length.is_some_and(|other| other != value) {
                return None;
            }
            length = Some(value);
        }
    }
    match length {
        Some(length) => end.checked_add(usize::try_from(length).ok()?),
        None if typed => None,
        None => Some(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;
    use crate::syntax::Message;

    fn salvage(text: &str) -> Option<Salvage> {
        let error = Message::parse_datagram(text.as_bytes(), &Limits::default()).unwrap_err();
        Salvage::of(text.as_bytes(), &error)
    }

    const BROKEN: &str = "OPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP h:9;rport\r\n ;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP i\r\n\
        From: <sip:a@b>;tag=f\r\nTo: <sip:b@c>\r\nTo: <sip:x@y>\r\nCSeq: 1 OPTIONS\r\nSubject: no\r\n\r\n";

    #[test]
    fn an_answer_repeats_what_was_there() {
        let salvage = salvage(BROKEN).unwrap();
        assert_eq!((salvage.status, salvage.method.as_str()), (400, "OPTIONS"));
        assert_eq!(salvage.top_via().unwrap().sent_by.port, Some(9));
        let answer = salvage.response("t", Some(([192, 0, 2, 1].into(), 77)));
        assert_eq!(
            String::from_utf8_lossy(&answer),
            "SIP/2.0 400 more than one To\r\n\
             Via: SIP/2.0/UDP h:9;rport=77;branch=z9hG4bK1;received=192.0.2.1\r\n\
             Via: SIP/2.0/UDP i\r\nFrom: <sip:a@b>;tag=f\r\nTo: <sip:b@c>;tag=t\r\n\
             CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
    }

    #[test]
    fn a_foreign_version_is_answered_505() {
        let salvage = salvage(&BROKEN.replace("SIP/2.0\r\nv", "SIP/7.0\r\nv")).unwrap();
        assert_eq!(
            (salvage.status, salvage.reason),
            (505, "Version Not Supported")
        );
    }

    #[test]
    fn nobody_is_answered_who_cannot_be_reached_or_must_not_be() {
        assert!(salvage(&BROKEN.replace("OPTIONS", "ACK")).is_none());
        assert!(salvage(&BROKEN.replace("v: ", "X: ").replace("Via", "Y")).is_none());
        assert!(salvage("").is_none());
        assert!(salvage("SIP/2.0 200 OK\r\n\r\n").is_none());
    }
}
