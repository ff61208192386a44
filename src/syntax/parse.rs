//! Bytes to messages: a datagram (RFC 3261 §18.3) or the start of a stream.
//!
//! Reads the head with [`Head`], finds the body by Content-Length, and seals both into a [`Message`]: one allocation.

use std::cell::RefCell;

use super::block::Entry;
use super::error::{ParseError, TOO_LONG};
use super::head::Head;
use super::header_id::HeaderId;
use super::message::Message;
use crate::base::limits::Limits;

/// What [`Message::parse_stream`] found at the start of a stream's bytes.
#[derive(Clone, Debug)]
pub enum Parsed {
    /// A message, and how many bytes of the stream it took, empty lines before it included.
    Message(Message, usize),
    /// The message is not complete.
    NeedMore,
}

impl Message {
    /// Reads a datagram (RFC 3261 §18.3): bytes after the body are dropped, a Content-Length beyond the end is an
    /// error. Empty lines before the start line are skipped (§7.5).
    pub fn parse_datagram(bytes: &[u8], limits: &Limits) -> Result<Self, ParseError> {
        let skipped = leading_line_ends(bytes);
        let bytes = &bytes[skipped..];
        if bytes.len() > limits.message_bytes {
            return Err(ParseError::new(TOO_LONG, skipped));
        }
        with_scratch(|scratch| {
            let head = scratch.read(bytes, limits)?;
            let available = bytes.len() - head.body as usize;
            let length = head
                .content_length()
                .map_or(available, |length| length as usize);
            if length > available {
                return Err(ParseError::new(
                    "body shorter than its Content-Length",
                    bytes.len(),
                ));
            }
            scratch.seal(head, length)
        })
        .map_err(|error| error.within(skipped))
    }

    /// Reads a message at the start of a stream (RFC 3261 §18.3). Without Content-Length the body is empty, unless a
    /// Content-Type says there is one: then its end cannot be known, which is an error.
    pub fn parse_stream(bytes: &[u8], limits: &Limits) -> Result<Parsed, ParseError> {
        let skipped = leading_line_ends(bytes);
        let bytes = &bytes[skipped..];
        let Some(end) = super::framer::end_of_head(bytes, 0) else {
            let longest = limits.header_bytes.min(limits.message_bytes);
            if bytes.len() > longest {
                return Err(ParseError::new("header fields too long", skipped + longest));
            }
            return Ok(Parsed::NeedMore);
        };
        with_scratch(|scratch| {
            let head = scratch.read(&bytes[..end], limits)?;
            let length = stream_body(&head, scratch.entries.iter())?;
            if end + length > limits.message_bytes {
                return Err(ParseError::new(TOO_LONG, end));
            }
            let Some(body) = bytes.get(end..end + length) else {
                return Ok(Parsed::NeedMore);
            };
            scratch.text.extend_from_slice(body);
            Ok(Parsed::Message(
                scratch.seal(head, length)?,
                skipped + end + length,
            ))
        })
        .map_err(|error| error.within(skipped))
    }
}

/// How many bytes of CR and LF stand before the message.
pub(crate) fn leading_line_ends(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|b| !matches!(b, b'\r' | b'\n'))
        .unwrap_or(bytes.len())
}

/// The size of the body that follows `head` on a stream.
fn stream_body<'a>(
    head: &Head,
    mut entries: impl Iterator<Item = &'a u64>,
) -> Result<usize, ParseError> {
    if let Some(length) = head.content_length() {
        return Ok(length as usize);
    }
    if entries.any(|&entry| Entry(entry).number() == HeaderId::ContentType as u8) {
        return Err(ParseError::new(
            "no Content-Length on a stream",
            head.body as usize,
        ));
    }
    Ok(0)
}

/// Working space that parses share, so that one message costs one allocation: its block.
#[derive(Default)]
struct Scratch {
    text: Vec<u8>,
    entries: Vec<u64>,
}

impl Scratch {
    fn read(&mut self, bytes: &[u8], limits: &Limits) -> Result<Head, ParseError> {
        self.text.clear();
        self.entries.clear();
        self.text.extend_from_slice(bytes);
        Head::read(&mut self.text, limits, &mut self.entries)
    }

    fn seal(&mut self, head: Head, body: usize) -> Result<Message, ParseError> {
        self.text.truncate(head.body as usize + body);
        let message = Message::received(&mut self.text, &self.entries, head);
        if !message.is_text() {
            message.head().check_text(message.as_bytes())?;
        }
        Ok(message)
    }
}

/// Beyond this much, working space is given back.
const SCRATCH_KEPT: usize = 256 * 1024;

thread_local! {
    static SCRATCH: RefCell<Scratch> =
        const { RefCell::new(Scratch { text: Vec::new(), entries: Vec::new() }) };
}

fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with(|scratch| {
        // No work parses while it parses; were it so, it would get working space of its own.
        let Ok(mut scratch) = scratch.try_borrow_mut() else {
            return work(&mut Scratch::default());
        };
        let result = work(&mut scratch);
        if scratch.text.capacity() > SCRATCH_KEPT {
            *scratch = Scratch::default();
        }
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str =
        "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n";
    const END: &str = "From: <sip:a@b>;tag=f\r\nt: <sip:b@c>;tag=t\r\nCall-ID: id@h\r\nCSeq: 9 INVITE\r\nl: 4\r\n\r\n";

    #[test]
    fn a_stream_without_a_length_is_refused_only_when_there_is_a_body() {
        let text = format!("{START}{END}").replace("l: 4\r\n", "");
        let parsed = Message::parse_stream(text.as_bytes(), &Limits::default()).unwrap();
        assert!(matches!(parsed, Parsed::Message(_, n) if n == text.len()));
        let text = text.replace("CSeq", "c: text/plain\r\nCSeq");
        assert!(Message::parse_stream(text.as_bytes(), &Limits::default()).is_err());
    }

    #[test]
    fn limits_are_kept() {
        let many = "X: y\r\n".repeat(300);
        let bytes = format!("{START}{many}{END}body");
        let parse = |limits: &Limits| Message::parse_datagram(bytes.as_bytes(), limits);
        assert_eq!(
            parse(&Limits::default()).unwrap_err().what,
            "too many header fields"
        );
        assert!(
            parse(&Limits {
                headers: 400,
                ..Limits::default()
            })
            .is_ok()
        );
        let short = Limits {
            headers: 400,
            header_bytes: 500,
            ..Limits::default()
        };
        assert_eq!(parse(&short).unwrap_err().what, "header fields too long");
        let short = Limits {
            headers: 400,
            message_bytes: 500,
            ..Limits::default()
        };
        assert_eq!(parse(&short).unwrap_err().what, "message too long");
    }
}
