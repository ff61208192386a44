//! A call ladder as text: one line a message, so that a run reads like the figures of RFC 3665.
//!
//! Pure functions over bytes as they are on the wire, for the trace of a running link and for simulated networks alike.
//! They look for as much as a line needs and take broken messages as they come; the parser proper is in `syntax`.

use std::fmt::{Display, Write};

use crate::base::Time;

/// What a line says of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Summary<'a> {
    /// The method, or the status code with its reason.
    pub what: &'a str,
    /// Whether it is a request.
    pub is_request: bool,
    /// The CSeq number, as written.
    pub cseq: &'a str,
    /// The CSeq method.
    pub cseq_method: &'a str,
    /// The Call-ID.
    pub call_id: &'a str,
}

/// Reads what a line needs; none for what is no SIP message (a keep-alive, garbage).
#[must_use]
pub fn summary(bytes: &[u8]) -> Option<Summary<'_>> {
    let line = first_line(bytes)?;
    let (is_request, what) = if let Some(status) = line.strip_prefix("SIP/2.0 ") {
        (false, status.trim())
    } else {
        let (method, rest) = line.split_once(' ')?;
        rest.ends_with("SIP/2.0").then_some((true, method))?
    };
    let cseq = header(bytes, &["CSeq"]).unwrap_or_default().trim_ascii();
    let (number, method) = cseq.split_once([' ', '\t']).unwrap_or((cseq, ""));
    Some(Summary {
        what,
        is_request,
        cseq: number,
        cseq_method: method.trim_ascii(),
        call_id: header(bytes, &["Call-ID", "i"]).unwrap_or_default(),
    })
}

/// One line of the ladder, without its end: time, from, arrow, to, method or status, CSeq; none for what is no SIP message.
///
/// ```
/// use rtcclient::{base::Time, transport::ladder};
/// let ok = b"SIP/2.0 180 Ringing\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\n\r\n";
/// let line = ladder::line(Time::from_millis(500), &"bob", &"alice", ok);
/// assert_eq!(line.as_deref(), Some("0.500 bob → alice 180 Ringing cseq 1 INVITE"));
/// ```
#[must_use]
pub fn line(at: Time, from: &dyn Display, to: &dyn Display, bytes: &[u8]) -> Option<String> {
    let summary = summary(bytes)?;
    let mut text = format!("{at} {from} → {to} ");
    push_clean(&mut text, summary.what);
    text.push_str(" cseq ");
    push_clean(&mut text, summary.cseq);
    // A request names its method already, unless the two differ, which is worth seeing.
    if summary.cseq_method != summary.what {
        text.push(' ');
        push_clean(&mut text, summary.cseq_method);
    }
    Some(text)
}

/// The value of the first header of one of these names, without folding taken out.
#[must_use]
pub fn header<'a>(bytes: &'a [u8], names: &[&str]) -> Option<&'a str> {
    Lines(bytes).skip(1).find_map(|(start, end)| {
        let line = std::str::from_utf8(&bytes[start..end]).ok()?;
        let (name, value) = line.split_once(':')?;
        let name = name.trim_ascii_end();
        names
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
            .then(|| value.trim_ascii())
    })
}

/// Overwrites the values of Authorization and Proxy-Authorization but for the scheme, so that every length stays.
pub fn mask_credentials(bytes: &mut [u8]) {
    let lines: Vec<(usize, usize)> = Lines(bytes).skip(1).collect();
    for (start, end) in lines {
        let line = &mut bytes[start..end];
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let name = line[..colon].trim_ascii_end();
        if !name.eq_ignore_ascii_case(b"Authorization")
            && !name.eq_ignore_ascii_case(b"Proxy-Authorization")
        {
            continue;
        }
        let value = &mut line[colon + 1..];
        let scheme = value
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let scheme = scheme
            + value[scheme..]
                .iter()
                .take_while(|byte| !byte.is_ascii_whitespace())
                .count();
        for byte in &mut value[scheme..] {
            if !byte.is_ascii_whitespace() {
                *byte = b'*';
            }
        }
    }
}

fn first_line(bytes: &[u8]) -> Option<&str> {
    let (start, end) = Lines(bytes).next()?;
    std::str::from_utf8(&bytes[start..end])
        .ok()
        .map(str::trim_ascii_end)
}

/// Bytes of a peer must not write to a terminal.
fn push_clean(text: &mut String, from_peer: &str) {
    for c in from_peer.chars() {
        if c.is_control() {
            let _ = write!(text, "\\x{:02x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
}

/// The lines of a message's head as ranges without their ends; a folded line goes with the one before it.
struct Lines<'a>(&'a [u8]);

impl Lines<'_> {
    fn skip(&self, count: usize) -> std::iter::Skip<LineRanges<'_>> {
        LineRanges {
            bytes: self.0,
            at: 0,
        }
        .skip(count)
    }

    fn next(&self) -> Option<(usize, usize)> {
        LineRanges {
            bytes: self.0,
            at: 0,
        }
        .next()
    }
}

struct LineRanges<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Iterator for LineRanges<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let start = self.at;
        let mut search = start;
        loop {
            let Some(found) = self
                .bytes
                .get(search..)?
                .iter()
                .position(|byte| *byte == b'\n')
            else {
                self.at = self.bytes.len();
                return (start < self.bytes.len()).then_some((start, self.bytes.len()));
            };
            let feed = search + found;
            let end = if feed > start && self.bytes[feed - 1] == b'\r' {
                feed - 1
            } else {
                feed
            };
            if end == start {
                // The empty line: the body is none of ours.
                self.at = self.bytes.len();
                return None;
            }
            if matches!(self.bytes.get(feed + 1), Some(b' ' | b'\t')) {
                search = feed + 1;
                continue;
            }
            self.at = feed + 1;
            return Some((start, end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTER: &[u8] = b"REGISTER sip:example.com SIP/2.0\r\nCSeq:  7   REGISTER\r\ni: abc\r\n\
        Authorization : Digest username=\"alice\",\r\n response=\"0123\"\r\nContact: <sip:a@b>\r\n\r\nAuthorization: body";

    #[test]
    fn a_request_is_named_once() {
        let line = line(Time::from_millis(1234), &"alice", &"proxy", REGISTER);
        assert_eq!(line.as_deref(), Some("1.234 alice → proxy REGISTER cseq 7"));
    }

    #[test]
    fn the_compact_call_id_is_found() {
        assert_eq!(
            summary(REGISTER).map(|summary| summary.call_id),
            Some("abc")
        );
    }

    #[test]
    fn credentials_are_masked_in_place_and_nothing_else() {
        let mut bytes = REGISTER.to_vec();
        mask_credentials(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.len(), REGISTER.len());
        let line = format!("Authorization : Digest {}\r\n", "*".repeat(17));
        assert!(text.contains(&line), "{text}");
        assert!(!text.contains("alice") && !text.contains("0123"), "{text}");
        assert!(
            text.contains("Contact: <sip:a@b>") && text.ends_with("Authorization: body"),
            "{text}"
        );
    }

    #[test]
    fn garbage_and_keep_alives_have_no_line() {
        for bytes in [
            &b"\r\n\r\n"[..],
            b"",
            b"\0\xff",
            b"GET / HTTP/1.1\r\n\r\n",
            b"INVITE",
        ] {
            assert_eq!(line(Time::ZERO, &"a", &"b", bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn control_characters_of_a_peer_are_shown_as_text() {
        let line = line(
            Time::ZERO,
            &"a",
            &"b",
            b"SIP/2.0 200 \x1b[2J\r\nCSeq: 1 BYE\r\n\r\n",
        );
        assert_eq!(line.as_deref(), Some("0.000 a → b 200 \\x1b[2J cseq 1 BYE"));
    }
}
