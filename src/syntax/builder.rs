//! Writes messages: RFC 3261 §7, §8.1.1, §8.2.6. Bytes and index come out together; nothing is parsed again.
//!
//! Lines stand in the order that RFC 3261 §7.3.1 recommends whatever the order of the calls (lines of one name keep
//! theirs), Content-Length is always written and always right. No value can end its line: CR, LF and NUL become spaces,
//! a name that is no token is left out.

#![expect(
    clippy::cast_possible_truncation,
    reason = "offsets in a head are below 64 KiB, in a message below 4 GiB"
)]

use std::cell::Cell;
use std::time::Duration;

use super::block::{Entry, Span};
use super::chars;
use super::head::Head;
use super::header_id::{HeaderId, UNKNOWN, rank};
use super::message::Message;
use crate::base::limits::Limits;

/// Collects a message's parts.
#[derive(Debug)]
pub struct MessageBuilder {
    draft: Draft,
    /// Status and the spans of the start line.
    head: Head,
    copied: Option<Copied>,
}

/// What is known of the lines that a response takes over from its request: offsets within their values.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Copied {
    sent_by: Span,
    branch: Span,
    from_tag: Span,
    to_tag: Span,
    cseq: u32,
    cseq_method: Span,
}

impl MessageBuilder {
    /// A request. `method` is sanitised like any value.
    #[must_use]
    pub fn request(method: &str, uri: &str) -> Self {
        let mut builder = Self {
            draft: Draft::take(),
            head: Head::default(),
            copied: None,
        };
        let out = &mut builder.draft.out;
        push_clean(out, method.as_bytes());
        builder.head.method = Span::new(0, out.len());
        out.push(b' ');
        let at = out.len();
        push_clean(out, uri.as_bytes());
        builder.head.target = Span::new(at, out.len());
        out.extend_from_slice(b" SIP/2.0");
        builder.draft.end_start_line(&mut builder.head);
        builder
    }

    /// A response that stands alone; [`MessageBuilder::response_to`] answers a request.
    #[must_use]
    pub fn response(status: u16, reason: &str) -> Self {
        let mut builder = Self {
            draft: Draft::take(),
            head: Head::default(),
            copied: None,
        };
        builder.head.status = status.clamp(100, 699);
        let out = &mut builder.draft.out;
        out.extend_from_slice(b"SIP/2.0 ");
        out.extend_from_slice(&Digits::new(u32::from(builder.head.status)));
        out.push(b' ');
        let at = out.len();
        push_clean(out, reason.as_bytes());
        builder.head.target = Span::new(at, out.len());
        builder.draft.end_start_line(&mut builder.head);
        builder
    }

    /// A response to `request`: its Via lines, From, To, Call-ID, CSeq, and Timestamp in a 100 (RFC 3261 §8.2.6).
    /// `to_tag` is added to a To that has none, unless empty. An empty `reason` means the usual phrase.
    #[must_use]
    pub fn response_to(request: &Message, status: u16, reason: &str, to_tag: &str) -> Self {
        Self::answering(request, status, reason, to_tag, "")
    }

    /// 100 Trying, so long after `request` came; a Timestamp is given back with that delay in seconds
    /// (RFC 3261 §8.2.6.1).
    #[must_use]
    pub fn trying(request: &Message, delay: Duration) -> Self {
        let delay = format!("{}.{:03}", delay.as_secs(), delay.subsec_millis());
        Self::answering(request, 100, "", "", &delay)
    }

    fn answering(request: &Message, status: u16, reason: &str, to_tag: &str, delay: &str) -> Self {
        let reason = if reason.is_empty() {
            super::status::reason_phrase(status)
        } else {
            reason
        };
        let mut builder = Self::response(status, reason);
        let head = request.head();
        let mut copied = Copied {
            cseq: head.cseq,
            ..Copied::default()
        };
        let mut first_via = true;
        for (number, value, base) in request.numbered_lines() {
            let Some(id) = HeaderId::from_number(number) else {
                continue;
            };
            let mut added: [&[u8]; 2] = [b"", b""];
            match id {
                HeaderId::Via if first_via => {
                    first_via = false;
                    copied.sent_by = head.sent_by.less(base);
                    copied.branch = head.branch.less(base);
                }
                HeaderId::From => copied.from_tag = head.from_tag.less(base),
                HeaderId::CSeq => copied.cseq_method = head.cseq_method.less(base),
                HeaderId::To => {
                    copied.to_tag = head.to_tag.less(base);
                    if !head.to_tag.is_some() && !to_tag.is_empty() {
                        added = [b";tag=", to_tag.as_bytes()];
                        let at = value.len() + 5;
                        copied.to_tag = Span::new(at, at + to_tag.len());
                    }
                }
                HeaderId::Via | HeaderId::CallId => {}
                HeaderId::Timestamp if status == 100 => {
                    // A delay that stands there already is that of a hop before.
                    if !delay.is_empty() && !value.trim_ascii().contains(&b' ') {
                        added = [b" ", delay.as_bytes()];
                    }
                }
                _ => continue,
            }
            builder.draft.put(
                number,
                id.prefix().as_bytes(),
                [value, added[0], added[1]],
                value.len(),
            );
        }
        builder.copied = Some(copied);
        builder
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
            let prefix = id.prefix().as_bytes();
            self.draft
                .put(id as u8, prefix, [value.as_bytes(), b"", b""], 0);
        }
    }

    /// Adds a header line whose value is a number.
    #[must_use]
    pub fn number(mut self, id: HeaderId, value: u32) -> Self {
        let digits = Digits::new(value);
        if id != HeaderId::ContentLength {
            self.draft
                .put(id as u8, id.prefix().as_bytes(), [&digits, b"", b""], 10);
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
                let prefix = [name.as_bytes(), b": "].concat();
                self.draft
                    .put(UNKNOWN, &prefix, [value.as_bytes(), b"", b""], 0);
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
            self.draft.put(
                id as u8,
                id.prefix().as_bytes(),
                [value, b"", b""],
                value.len(),
            );
        }
        self
    }

    /// Sets the body and its type; an empty type writes no Content-Type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: &[u8]) -> Self {
        self.draft.body.clear();
        self.draft.body.extend_from_slice(body);
        if !content_type.is_empty() {
            self.add(HeaderId::ContentType, content_type);
        }
        self
    }

    /// Whether a line of this header was added.
    #[must_use]
    pub fn has(&self, id: HeaderId) -> bool {
        self.draft
            .entries
            .iter()
            .any(|&entry| Entry(entry).number() == id as u8)
    }

    /// Writes the message. Lines that would make its head longer than any parser may take
    /// ([`Limits::HEAD_MAX`]) were left out.
    #[must_use]
    pub fn build(mut self) -> Message {
        let digits = Digits::new(u32::try_from(self.draft.body.len()).unwrap_or(u32::MAX));
        let name = HeaderId::ContentLength;
        self.draft.put(
            name as u8,
            name.prefix().as_bytes(),
            [&digits, b"", b""],
            10,
        );
        self.draft.note(&mut self.head, self.copied.as_ref());
        let body = std::mem::take(&mut self.draft.body);
        let message = self.draft.finish(self.head, &body);
        self.draft.body = body;
        self.draft.give_back();
        message
    }
}

/// Bytes and index of a message that is being written.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) out: Vec<u8>,
    entries: Vec<u64>,
    body: Vec<u8>,
    /// The rank of the last line.
    rank: u16,
}

impl Draft {
    /// An empty draft in working space that was used before.
    pub(crate) fn take() -> Self {
        let mut draft = SCRATCH.take();
        draft.out.clear();
        draft.entries.clear();
        draft.body.clear();
        draft.rank = 0;
        draft
    }

    /// Keeps the working space for the next message.
    pub(crate) fn give_back(self) {
        if self.out.capacity() <= SCRATCH_KEPT && self.body.capacity() <= SCRATCH_KEPT {
            SCRATCH.set(self);
        }
    }

    /// Ends the start line, of which `head` has the spans.
    pub(crate) fn end_start_line(&mut self, head: &mut Head) {
        head.start_line = u16::try_from(self.out.len()).unwrap_or(0);
        self.out.extend_from_slice(b"\r\n");
    }

    /// Adds a line after those of its rank and below: the order that the builder keeps.
    #[inline]
    fn put(&mut self, number: u8, prefix: &[u8], value: [&[u8]; 3], clean: usize) {
        let at = self.out.len();
        if !self.append(number, prefix, value, clean) {
            return;
        }
        let rank = rank(number);
        if rank >= self.rank {
            self.rank = rank;
            return;
        }
        let Some((_, before)) = self.entries.split_last() else {
            return;
        };
        let place = before
            .iter()
            .rposition(|&entry| super::header_id::rank(Entry(entry).number()) <= rank);
        self.move_last(place.map_or(0, |place| place + 1), at);
    }

    /// Moves the last line, which begins at `at`, to `place`.
    fn move_last(&mut self, place: usize, at: usize) {
        let Some(last) = self.entries.pop() else {
            return;
        };
        let Some(&next) = self.entries.get(place) else {
            return;
        };
        let len = self.out.len() - at;
        let target = Entry(next).start();
        self.out[target..].rotate_right(len);
        for entry in &mut self.entries[place..] {
            *entry = Entry(*entry).moved(len).0;
        }
        self.entries
            .insert(place, Entry(last).moved_back(at - target).0);
    }

    /// Adds a line at the end; says no when there is no room for it. `prefix` ends in colon and space; the first
    /// `known_clean` bytes of the value are known to hold no line end.
    #[inline]
    pub(crate) fn append(
        &mut self,
        number: u8,
        prefix: &[u8],
        value: [&[u8]; 3],
        known_clean: usize,
    ) -> bool {
        let at = self.out.len();
        let len = prefix.len() + value[0].len() + value[1].len() + value[2].len();
        if at + len + SPARE > Limits::HEAD_MAX {
            return false;
        }
        self.out.extend_from_slice(prefix);
        let value_at = self.out.len();
        self.out.extend_from_slice(value[0]);
        if !value[1].is_empty() {
            self.out.extend_from_slice(value[1]);
            self.out.extend_from_slice(value[2]);
        }
        let mut value = (value_at, self.out.len());
        if value_at.saturating_add(known_clean) < value.1 {
            clean(&mut self.out, value_at + known_clean);
            value = chars::trim(&self.out, value.0, value.1);
        }
        self.out.extend_from_slice(b"\r\n");
        self.entries
            .push(Entry::new((at, value_at - 2), value, number).0);
        true
    }

    /// Fills in the envelope. What we write is well-formed where we made it; what an expert injected or a peer sent
    /// may not be, and then the envelope just lacks that field.
    pub(crate) fn note(&self, head: &mut Head, copied: Option<&Copied>) {
        let copied = copied.filter(|_| head.status != 0);
        let mut call_id_known = false;
        for &entry in &self.entries {
            let entry = Entry(entry);
            if entry.number() > HeaderId::CSeq as u8
                && entry.number() != HeaderId::ContentLength as u8
            {
                continue;
            }
            let value = entry.value();
            let Some(id) = HeaderId::from_number(entry.number()) else {
                continue;
            };
            match (id, copied) {
                (HeaderId::Via, Some(copied)) if !head.sent_by.is_some() => {
                    head.sent_by = copied.sent_by.plus(value.0);
                    head.branch = copied.branch.plus(value.0);
                }
                (HeaderId::Via, Some(_)) => {}
                (HeaderId::From, Some(copied)) => head.from_tag = copied.from_tag.plus(value.0),
                (HeaderId::To, Some(copied)) => head.to_tag = copied.to_tag.plus(value.0),
                (HeaderId::CallId, Some(_)) => {
                    if !call_id_known {
                        head.call_id = Span::new(value.0, value.1);
                    }
                    call_id_known = true;
                }
                (HeaderId::CSeq, Some(copied)) => {
                    head.cseq = copied.cseq;
                    head.cseq_method = copied.cseq_method.plus(value.0);
                }
                _ => {
                    let _ = head.note(&self.out, id, value);
                }
            }
        }
        if head.status != 0 || !head.method.is_some() {
            head.method = head.cseq_method;
        }
    }

    /// The message: the empty line, the body, the index.
    pub(crate) fn finish(&mut self, mut head: Head, body: &[u8]) -> Message {
        self.out.extend_from_slice(b"\r\n");
        head.body = self.out.len() as u32;
        self.out.extend_from_slice(body);
        Message::built(&mut self.out, &self.entries, head)
    }
}

/// Room that is kept in a head for Content-Length and the empty line.
const SPARE: usize = 64;

/// Beyond this much, working space is not kept.
const SCRATCH_KEPT: usize = 256 * 1024;

thread_local! {
    static SCRATCH: Cell<Draft> =
        const { Cell::new(Draft { out: Vec::new(), entries: Vec::new(), body: Vec::new(), rank: 0 }) };
}

/// Turns what could end a header line, from `at` on, into spaces.
#[inline]
fn clean(out: &mut [u8], at: usize) {
    let mut i = chars::find_control(out, at);
    while let Some(b) = out.get_mut(i) {
        if matches!(*b, b'\r' | b'\n' | b'\0') {
            *b = b' ';
        }
        i = chars::find_control(out, i + 1);
    }
}

/// Appends a value; what could end a header line becomes a space.
fn push_clean(out: &mut Vec<u8>, value: &[u8]) {
    let at = out.len();
    out.extend_from_slice(value);
    clean(out, at);
}

/// A decimal number as text.
pub(crate) struct Digits {
    digits: [u8; 10],
    at: usize,
}

impl Digits {
    #[inline]
    pub(crate) fn new(mut number: u32) -> Self {
        let mut text = Self {
            digits: [b'0'; 10],
            at: 10,
        };
        loop {
            text.at -= 1;
            text.digits[text.at] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                return text;
            }
        }
    }
}

impl std::ops::Deref for Digits {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &self.digits[self.at..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: &Message) -> String {
        String::from_utf8(message.as_bytes().to_vec()).unwrap()
    }

    fn reparsed(message: &Message) -> Message {
        Message::parse_datagram(message.as_bytes(), &Limits::default()).unwrap()
    }

    fn invite() -> MessageBuilder {
        MessageBuilder::request("INVITE", "sip:bob@example.com")
            .header(HeaderId::CSeq, "1 INVITE")
            .header(HeaderId::CallId, "id@h")
            .header(HeaderId::From, "<sip:alice@example.com>;tag=f")
            .header(HeaderId::To, "<sip:bob@example.com>")
            .header(HeaderId::Via, "SIP/2.0/UDP h:5060;branch=z9hG4bK1;rport")
            .number(HeaderId::MaxForwards, 70)
    }

    #[test]
    fn lines_stand_in_the_recommended_order_whatever_the_order_of_calls() {
        let message = invite()
            .body("text/plain", b"hello")
            .header_named("X-Other", "x")
            .header(HeaderId::Route, "<sip:p1;lr>")
            .header(HeaderId::Subject, "s")
            .header(HeaderId::Route, "<sip:p2;lr>")
            .build();
        assert_eq!(
            text(&message),
            "INVITE sip:bob@example.com SIP/2.0\r\n\
             Via: SIP/2.0/UDP h:5060;branch=z9hG4bK1;rport\r\n\
             Route: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\nMax-Forwards: 70\r\n\
             From: <sip:alice@example.com>;tag=f\r\nTo: <sip:bob@example.com>\r\n\
             Call-ID: id@h\r\nCSeq: 1 INVITE\r\nSubject: s\r\nX-Other: x\r\n\
             Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
        );
        let again = reparsed(&message);
        assert!(message.lines().eq(again.lines()));
        assert_eq!(
            (message.branch(), message.from_tag()),
            (again.branch(), again.from_tag())
        );
        assert_eq!(
            (message.call_id(), message.cseq_method()),
            ("id@h", "INVITE")
        );
        assert_eq!(
            (message.method(), message.request_uri()),
            ("INVITE", "sip:bob@example.com")
        );
        assert_eq!(message.to_tag(), None);
    }

    #[test]
    fn no_value_can_end_its_line() {
        let message = invite()
            .header(HeaderId::Subject, "a\r\nX-Evil: 1\r\n\r\nbody\0")
            .header_named("X-Evil\r\nY", "1")
            .header_named("", "1")
            .raw_lines("X-Raw: a\rX-Evil: 2\nno colon\nX Evil: 3\n")
            .header(HeaderId::ContentLength, "999")
            .build();
        let again = reparsed(&message);
        assert_eq!(again.header_named("X-Evil"), None);
        assert_eq!(
            again.header(HeaderId::Subject),
            Some("a  X-Evil: 1    body")
        );
        assert_eq!(again.header_named("X-Raw"), Some("a X-Evil: 2"));
        assert_eq!((again.content_length(), again.body()), (Some(0), &b""[..]));
        let message = MessageBuilder::request("OPTIONS\r\nX: y", "sip:a\r\nX: y").build();
        assert_eq!(message.count(), 1);
        assert_eq!(text(&message).matches("\r\n").count(), 3);
    }

    #[test]
    fn a_response_takes_over_what_the_rfc_says() {
        let request = invite()
            .header(HeaderId::Via, "SIP/2.0/UDP i;branch=z9hG4bK0")
            .header(HeaderId::RecordRoute, "<sip:p;lr>")
            .header(HeaderId::Timestamp, "54")
            .build();
        let response = MessageBuilder::response_to(&request, 180, "", "t1")
            .copy(&request, HeaderId::RecordRoute)
            .build();
        assert_eq!(
            text(&response),
            "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP h:5060;branch=z9hG4bK1;rport\r\n\
             Via: SIP/2.0/UDP i;branch=z9hG4bK0\r\nRecord-Route: <sip:p;lr>\r\n\
             From: <sip:alice@example.com>;tag=f\r\nTo: <sip:bob@example.com>;tag=t1\r\n\
             Call-ID: id@h\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        );
        let again = reparsed(&response);
        assert_eq!(
            (response.to_tag(), again.to_tag()),
            (Some("t1"), Some("t1"))
        );
        assert_eq!(
            (response.from_tag(), response.branch()),
            (Some("f"), Some("z9hG4bK1"))
        );
        assert_eq!(
            (response.cseq(), response.method(), response.sent_by()),
            (1, "INVITE", "h:5060")
        );
        let trying = MessageBuilder::response_to(&request, 100, "", "").build();
        assert_eq!(
            (trying.header(HeaderId::Timestamp), trying.to_tag()),
            (Some("54"), None)
        );
        let in_dialog = MessageBuilder::response_to(&response, 200, "", "other").build();
        assert_eq!(in_dialog.to_tag(), Some("t1"));
    }

    #[test]
    fn a_head_never_outgrows_its_offsets() {
        let mut builder = invite();
        for _ in 0..100 {
            builder.add_named("X-Big", &"y".repeat(1000));
        }
        let message = builder.body("text/plain", b"body").build();
        let limits = Limits {
            header_bytes: 65_535,
            message_bytes: 80_000,
            ..Limits::default()
        };
        let again = Message::parse_datagram(message.as_bytes(), &limits).unwrap();
        assert!(message.lines().eq(again.lines()));
        assert_eq!(again.body(), b"body");
    }
}
