//! Writes messages: RFC 3261 §7, §8.1.1, §8.2.6. Bytes and index come out together; nothing is parsed again.
//!
//! Lines stand in the order that RFC 3261 §7.3.1 recommends whatever the order of the calls (lines of one name keep
//! theirs), Content-Length is always written and always right. No value can end its line: CR, LF and NUL become spaces,
//! a name that is no token is left out.

use super::chars;
use super::head::{Entry, Head, Span};
use super::header_id::{HeaderId, UNKNOWN, rank};
use super::message::Message;
use crate::base::limits::Limits;

/// Collects a message's parts.
#[derive(Debug)]
pub struct MessageBuilder {
    /// The start line with its line end, then names and values one after another.
    text: Vec<u8>,
    lines: Vec<Line>,
    body: Vec<u8>,
    status: u16,
    method: Span,
    target: Span,
    start_line: usize,
}

/// A header line in the builder's text. The name of a known field comes from the table.
#[derive(Clone, Copy, Debug)]
struct Line {
    number: u8,
    name: (u32, u32),
    value_end: u32,
}

impl MessageBuilder {
    /// A request. `method` is sanitised like any value.
    #[must_use]
    pub fn request(method: &str, uri: &str) -> Self {
        let mut builder = Self::empty();
        push_clean(&mut builder.text, method.as_bytes());
        builder.method = Span::new(0, builder.text.len());
        builder.text.push(b' ');
        let at = builder.text.len();
        push_clean(&mut builder.text, uri.as_bytes());
        builder.target = Span::new(at, builder.text.len());
        builder.text.extend_from_slice(b" SIP/2.0");
        builder.end_start_line();
        builder
    }

    /// A response that stands alone; [`MessageBuilder::response_to`] answers a request.
    #[must_use]
    pub fn response(status: u16, reason: &str) -> Self {
        let mut builder = Self::empty();
        builder.status = status.clamp(100, 699);
        builder.text.extend_from_slice(b"SIP/2.0 ");
        push_number(&mut builder.text, u32::from(builder.status));
        builder.text.push(b' ');
        let at = builder.text.len();
        push_clean(&mut builder.text, reason.as_bytes());
        builder.target = Span::new(at, builder.text.len());
        builder.end_start_line();
        builder
    }

    /// A response to `request`: its Via lines, From, To, Call-ID, CSeq, and Timestamp in a 100 (RFC 3261 §8.2.6).
    /// `to_tag` is added to a To that has none, unless empty. An empty `reason` means the usual phrase.
    #[must_use]
    pub fn response_to(request: &Message, status: u16, reason: &str, to_tag: &str) -> Self {
        let reason = if reason.is_empty() {
            super::status::reason_phrase(status)
        } else {
            reason
        };
        let mut builder = Self::response(status, reason);
        for (id, _, value) in request.identified_lines() {
            match id {
                Some(id @ (HeaderId::Via | HeaderId::From | HeaderId::CallId | HeaderId::CSeq)) => {
                    builder.push(id as u8, b"", value);
                }
                Some(HeaderId::To) => {
                    builder.push(HeaderId::To as u8, b"", value);
                    if request.to_tag().is_none() && !to_tag.is_empty() {
                        builder.extend_last(b";tag=");
                        builder.extend_last(to_tag.as_bytes());
                    }
                }
                Some(HeaderId::Timestamp) if status == 100 => {
                    builder.push(HeaderId::Timestamp as u8, b"", value);
                }
                _ => {}
            }
        }
        builder
    }

    fn empty() -> Self {
        Self {
            text: Vec::with_capacity(1024),
            lines: Vec::with_capacity(24),
            body: Vec::new(),
            status: 0,
            method: Span::default(),
            target: Span::default(),
            start_line: 0,
        }
    }

    fn end_start_line(&mut self) {
        self.start_line = self.text.len();
        self.text.extend_from_slice(b"\r\n");
    }

    /// Adds a header line. Content-Length is not taken: it follows from the body.
    #[must_use]
    pub fn header(mut self, id: HeaderId, value: impl AsRef<str>) -> Self {
        self.add(id, value.as_ref());
        self
    }

    /// As [`MessageBuilder::header`], in place.
    pub fn add(&mut self, id: HeaderId, value: &str) {
        if id != HeaderId::ContentLength {
            self.push(id as u8, b"", value.as_bytes());
        }
    }

    /// Adds a header line whose value is a number.
    #[must_use]
    pub fn number(mut self, id: HeaderId, value: u32) -> Self {
        if id != HeaderId::ContentLength {
            self.push(id as u8, b"", b"");
            push_number(&mut self.text, value);
            self.close_last();
        }
        self
    }

    /// Adds a header line by name; one that is no token is left out. A known name is written in its long form.
    #[must_use]
    pub fn header_named(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.add_named(name, value.as_ref());
        self
    }

    /// As [`MessageBuilder::header_named`], in place.
    pub fn add_named(&mut self, name: &str, value: &str) {
        match HeaderId::from_name(name) {
            Some(id) => self.add(id, value),
            None if chars::is_token(name.as_bytes()) => {
                self.push(UNKNOWN, name.as_bytes(), value.as_bytes());
            }
            None => {}
        }
    }

    /// Adds lines of text (`Name: value`, CRLF or LF); lines that are malformed are left out.
    #[must_use]
    pub fn raw_lines(mut self, lines: &str) -> Self {
        for line in lines.lines() {
            if let Some((name, value)) = line.split_once(':') {
                self.add_named(name.trim_end_matches([' ', '\t']), chars::trimmed(value));
            }
        }
        self
    }

    /// Copies all lines of a header from another message.
    #[must_use]
    pub fn copy(mut self, from: &Message, id: HeaderId) -> Self {
        for value in from.headers_bytes(id) {
            self.push(id as u8, b"", value);
        }
        self
    }

    /// Sets the body and its type; an empty type writes no Content-Type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: &[u8]) -> Self {
        self.body.clear();
        self.body.extend_from_slice(body);
        if !content_type.is_empty() {
            self.add(HeaderId::ContentType, content_type);
        }
        self
    }

    /// Whether a line of this header was added.
    #[must_use]
    pub fn has(&self, id: HeaderId) -> bool {
        self.lines.iter().any(|line| line.number == id as u8)
    }

    fn push(&mut self, number: u8, name: &[u8], value: &[u8]) {
        let at = self.text.len();
        self.text.extend_from_slice(name);
        let name = (at as u32, self.text.len() as u32);
        push_clean(&mut self.text, value);
        self.lines.push(Line {
            number,
            name,
            value_end: self.text.len() as u32,
        });
    }

    fn extend_last(&mut self, value: &[u8]) {
        push_clean(&mut self.text, value);
        self.close_last();
    }

    fn close_last(&mut self) {
        if let Some(line) = self.lines.last_mut() {
            line.value_end = self.text.len() as u32;
        }
    }

    /// Writes the message. Lines that would make its head longer than any parser may take
    /// ([`Limits::HEAD_MAX`]) are left out.
    #[must_use]
    pub fn build(mut self) -> Message {
        // Insertion order within a rank is kept; lines mostly come in order.
        self.lines.sort_by_key(|line| rank(line.number));
        let mut writer =
            Writer::new(self.text.len() + self.body.len() + 16 * self.lines.len() + 64);
        writer.head.status = self.status;
        writer.head.method = self.method;
        writer.head.target = self.target;
        writer.start_line(&self.text[..self.start_line]);
        for line in &self.lines {
            let value = &self.text[line.name.1 as usize..line.value_end as usize];
            match HeaderId::from_number(line.number) {
                Some(id) => writer.line(id.name().as_bytes(), Some(id), value),
                None => {
                    let name = &self.text[line.name.0 as usize..line.name.1 as usize];
                    writer.line(name, None, value);
                }
            }
        }
        writer.finish(&self.body)
    }
}

/// Bytes and index of a message that is being written in its final order.
pub(crate) struct Writer {
    out: Vec<u8>,
    entries: Vec<u64>,
    pub(crate) head: Head,
}

impl Writer {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            out: Vec::with_capacity(capacity + 256),
            entries: Vec::with_capacity(32),
            head: Head::default(),
        }
    }

    /// The start line without its line end; `head` has its spans already.
    pub(crate) fn start_line(&mut self, line: &[u8]) {
        self.out.extend_from_slice(line);
        self.head.start_line = u16::try_from(line.len()).unwrap_or(0);
        self.out.extend_from_slice(b"\r\n");
    }

    /// A header line; the value holds no line end.
    pub(crate) fn line(&mut self, name: &[u8], id: Option<HeaderId>, value: &[u8]) {
        let at = self.out.len();
        if at + name.len() + value.len() + SPARE > Limits::HEAD_MAX {
            return;
        }
        self.out.extend_from_slice(name);
        let name_end = self.out.len();
        self.out.extend_from_slice(b": ");
        let value_at = self.out.len();
        self.out.extend_from_slice(value);
        let value = chars::trim(&self.out, value_at, self.out.len());
        self.out.extend_from_slice(b"\r\n");
        self.entries
            .push(Entry::new((at, name_end), value, id.map_or(UNKNOWN, |id| id as u8)).0);
        if let Some(id) = id {
            // What we write is well-formed where we made it; what an expert injected or a peer sent may not be, and
            // then the envelope just lacks that field.
            let _ = self.head.note(&self.out, id, value);
        }
    }

    /// Content-Length, the empty line, the body.
    pub(crate) fn finish(mut self, body: &[u8]) -> Message {
        let mut digits = Vec::with_capacity(10);
        push_number(&mut digits, u32::try_from(body.len()).unwrap_or(u32::MAX));
        self.line(b"Content-Length", Some(HeaderId::ContentLength), &digits);
        self.finish_as_is(body)
    }

    /// The empty line and the body.
    pub(crate) fn finish_as_is(mut self, body: &[u8]) -> Message {
        self.out.extend_from_slice(b"\r\n");
        self.head.body = self.out.len() as u32;
        self.out.extend_from_slice(body);
        if self.head.status != 0 || !self.head.method.is_some() {
            self.head.method = self.head.cseq_method;
        }
        Message::assemble(&mut self.out, &self.entries, self.head)
    }
}

/// Room that is kept in a head for Content-Length and the empty line.
const SPARE: usize = 64;

/// Appends a value; what could end a header line becomes a space.
fn push_clean(out: &mut Vec<u8>, value: &[u8]) {
    let at = out.len();
    out.extend_from_slice(value);
    let mut i = at;
    loop {
        i = chars::find_control(out, i);
        match out.get_mut(i) {
            None => return,
            Some(b) => {
                if matches!(*b, b'\r' | b'\n' | b'\0') {
                    *b = b' ';
                }
                i += 1;
            }
        }
    }
}

/// Appends a decimal number.
pub(crate) fn push_number(out: &mut Vec<u8>, mut number: u32) {
    let mut digits = [0_u8; 10];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}
