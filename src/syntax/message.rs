//! A SIP message: RFC 3261 §7. One immutable block with an index of its header lines, read when asked.
//!
//! The block holds the message as it came (folded lines joined, length kept) or as it was built, and the index. A
//! clone shares it. The routing fields were checked when the message was made, so their accessors cannot fail; every
//! other header is parsed when asked for. Header text need not be UTF-8: accessors that give `&str` pass over a line
//! that is not, [`Message::lines`] and [`Message::header_bytes`] give every line's bytes.

#![expect(
    clippy::cast_possible_truncation,
    reason = "offsets in a head are below 64 KiB, in a message below 4 GiB"
)]

use std::fmt;

use super::block::{Block, ENTRY, Entry, Span};
use super::chars;
use super::error::ParseError;
use super::head::Head;
use super::header_id::HeaderId;
use super::headers::{Contact, MediaType, TypedHeader, Via};
use super::multipart::Parts;
use super::name_addr::NameAddr;
use super::params;
use super::payload::Payload;

/// An immutable SIP message; cheap to clone.
#[derive(Clone)]
pub struct Message {
    block: Block,
    head: Head,
}

impl Message {
    /// A message made of `text` and the entries of its lines, kept as text where it is.
    pub(crate) fn received(text: &mut Vec<u8>, entries: &[u64], mut head: Head) -> Self {
        head.text_len = text.len() as u32;
        head.lines = entries.len() as u16;
        Self {
            block: Block::received(text, entries, head.body),
            head,
        }
    }

    /// As [`Message::received`], kept as bytes: what is built is mostly sent and seldom read.
    pub(crate) fn built(text: &mut Vec<u8>, entries: &[u64], mut head: Head) -> Self {
        head.text_len = text.len() as u32;
        head.lines = entries.len() as u16;
        Self {
            block: Block::bytes_of(text, entries),
            head,
        }
    }

    /// Every byte of the message.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.block
            .bytes()
            .get(..self.head.text_len as usize)
            .unwrap_or(&[])
    }

    /// Every byte of the message; the same as [`Message::as_bytes`].
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.as_bytes()
    }

    /// The message's bytes to send, sharing its block.
    #[must_use]
    pub fn payload(&self) -> Payload {
        Payload::of(self.block.shared(), self.head.text_len)
    }

    /// The bytes that this message keeps in memory, its index included.
    #[must_use]
    pub fn block_len(&self) -> usize {
        self.block.bytes().len()
    }

    fn str(&self, span: Span) -> &str {
        self.block
            .text(span.at.into(), span.end.into())
            .unwrap_or("")
    }

    fn optional(&self, span: Span) -> Option<&str> {
        span.is_some().then(|| self.str(span))
    }

    /// Whether it is a request.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.head.status == 0
    }

    /// The method: of a response, that of its CSeq.
    #[must_use]
    pub fn method(&self) -> &str {
        self.str(self.head.method)
    }

    /// A response's status code.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        (self.head.status != 0).then_some(self.head.status)
    }

    /// A response's reason phrase; empty in a request or when it is not UTF-8.
    #[must_use]
    pub fn reason(&self) -> &str {
        if self.is_request() {
            ""
        } else {
            self.str(self.head.target)
        }
    }

    /// A request's URI, as written; empty in a response.
    #[must_use]
    pub fn request_uri(&self) -> &str {
        if self.is_request() {
            self.str(self.head.target)
        } else {
            ""
        }
    }

    /// The start line without its line end; empty when it is not UTF-8 (see [`Message::start_line_bytes`]).
    #[must_use]
    pub fn start_line(&self) -> &str {
        self.block
            .text(0, self.head.start_line.into())
            .unwrap_or("")
    }

    /// The bytes of the start line without its line end.
    #[must_use]
    pub fn start_line_bytes(&self) -> &[u8] {
        self.block
            .bytes()
            .get(..usize::from(self.head.start_line))
            .unwrap_or(&[])
    }

    /// The Call-ID.
    #[must_use]
    pub fn call_id(&self) -> &str {
        self.str(self.head.call_id)
    }

    /// The From tag; RFC 2543 peers may send none.
    #[must_use]
    pub fn from_tag(&self) -> Option<&str> {
        self.optional(self.head.from_tag)
    }

    /// The To tag.
    #[must_use]
    pub fn to_tag(&self) -> Option<&str> {
        self.optional(self.head.to_tag)
    }

    /// The CSeq number.
    #[must_use]
    pub fn cseq(&self) -> u32 {
        self.head.cseq
    }

    /// The CSeq method.
    #[must_use]
    pub fn cseq_method(&self) -> &str {
        self.str(self.head.cseq_method)
    }

    /// The branch of the top Via; RFC 2543 peers may send none.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.optional(self.head.branch)
    }

    /// The sent-by of the top Via, host and port as written.
    #[must_use]
    pub fn sent_by(&self) -> &str {
        self.str(self.head.sent_by)
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.block
            .bytes()
            .get(self.head.body as usize..self.head.text_len as usize)
            .unwrap_or(&[])
    }

    /// The value of Content-Length as received; none when absent.
    #[must_use]
    pub fn content_length(&self) -> Option<u32> {
        self.head.content_length()
    }

    #[inline]
    fn entries(&self) -> impl DoubleEndedIterator<Item = Entry> + use<'_> {
        let index = self
            .block
            .bytes()
            .get(self.head.text_len as usize..)
            .unwrap_or(&[]);
        index
            .as_chunks::<ENTRY>()
            .0
            .iter()
            .map(|stored| self.block.entry(*stored))
    }

    fn slice(&self, (at, end): (usize, usize)) -> &[u8] {
        self.block.bytes().get(at..end).unwrap_or(&[])
    }

    fn name(&self, entry: Entry) -> &str {
        let (at, end) = entry.name(self.block.bytes());
        self.block.text(at, end).unwrap_or("")
    }

    #[inline]
    fn value(&self, entry: Entry) -> Option<&str> {
        let (at, end) = entry.value();
        self.block.text(at, end)
    }

    /// How many header lines there are.
    #[must_use]
    pub fn count(&self) -> usize {
        usize::from(self.head.lines)
    }

    /// Every header line: name as written, value unfolded and trimmed, as bytes.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = (&str, &[u8])> + use<'_> {
        self.identified_lines()
            .map(|(_, name, value)| (name, value))
    }

    /// Every header line with its identity, when known: (identity, name as written, value).
    pub fn identified_lines(
        &self,
    ) -> impl DoubleEndedIterator<Item = (Option<HeaderId>, &str, &[u8])> + use<'_> {
        self.entries().map(|entry| {
            let name = self.name(entry);
            (
                HeaderId::from_number(entry.number()),
                name,
                self.slice(entry.value()),
            )
        })
    }

    /// Every header line's row number, value, and where the value begins.
    pub(crate) fn numbered_lines(&self) -> impl Iterator<Item = (u8, &[u8], usize)> {
        self.entries()
            .map(|entry| (entry.number(), self.slice(entry.value()), entry.value().0))
    }

    /// The value of the first line of a header, as bytes.
    #[must_use]
    pub fn header_bytes(&self, id: HeaderId) -> Option<&[u8]> {
        let entry = self.entries().find(|entry| entry.number() == id as u8)?;
        Some(self.slice(entry.value()))
    }

    /// The values of all lines of a header, as bytes.
    pub fn headers_bytes(&self, id: HeaderId) -> impl DoubleEndedIterator<Item = &[u8]> + use<'_> {
        let lines = self
            .entries()
            .filter(move |entry| entry.number() == id as u8);
        lines.map(|entry| self.slice(entry.value()))
    }

    /// The value of the first line of a header; none also when it is not UTF-8.
    #[must_use]
    pub fn header(&self, id: HeaderId) -> Option<&str> {
        let entry = self.entries().find(|entry| entry.number() == id as u8)?;
        self.value(entry)
    }

    /// The values of a header's lines, whole; those that are not UTF-8 are left out.
    pub fn headers(&self, id: HeaderId) -> impl DoubleEndedIterator<Item = &str> + use<'_> {
        let lines = self
            .entries()
            .filter(move |entry| entry.number() == id as u8);
        lines.filter_map(|entry| self.value(entry))
    }

    /// The elements of a header over all its lines; a header that is no list has one per line. Lines that are not UTF-8
    /// are left out.
    #[must_use]
    pub fn values(&self, id: HeaderId) -> Values<'_> {
        let index = self
            .block
            .bytes()
            .get(self.head.text_len as usize..)
            .unwrap_or(&[]);
        let entries = index.as_chunks::<ENTRY>().0.iter();
        Values {
            message: self,
            entries,
            id,
            listed: id.is_list(),
            line: "",
        }
    }

    /// The value of the first line called `name` (long or compact, any case).
    #[must_use]
    pub fn header_named(&self, name: &str) -> Option<&str> {
        self.headers_named(name).next()
    }

    /// The values of all lines called `name` (long or compact, any case).
    pub fn headers_named<'a, 'n>(
        &'a self,
        name: &'n str,
    ) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let id = HeaderId::from_name(name);
        let lines = self.entries().filter(move |&entry| match id {
            Some(id) => entry.number() == id as u8,
            None => self.name(entry).eq_ignore_ascii_case(name),
        });
        lines.filter_map(|entry| self.value(entry))
    }

    /// From.
    pub fn from(&self) -> Result<NameAddr<'_>, ParseError> {
        self.address(HeaderId::From, "missing From")
    }

    /// To.
    pub fn to(&self) -> Result<NameAddr<'_>, ParseError> {
        self.address(HeaderId::To, "missing To")
    }

    fn address(&self, id: HeaderId, missing: &'static str) -> Result<NameAddr<'_>, ParseError> {
        match self.header(id) {
            Some(value) => NameAddr::parse(value),
            None => NameAddr::parse_bytes(
                self.header_bytes(id)
                    .ok_or_else(|| ParseError::new(missing, 0))?,
            ),
        }
    }

    /// The Contact values; `*` is one of them where it stands alone.
    pub fn contacts(&self) -> impl Iterator<Item = Result<Contact<'_>, ParseError>> + use<'_> {
        self.typed_all()
    }

    /// The Via values, topmost first.
    pub fn vias(&self) -> impl Iterator<Item = Result<Via<'_>, ParseError>> + use<'_> {
        self.typed_all()
    }

    /// The topmost Via value.
    pub fn top_via(&self) -> Result<Via<'_>, ParseError> {
        self.vias()
            .next()
            .unwrap_or(Err(ParseError::new("missing Via", 0)))
    }

    /// The Route values, next hop first.
    pub fn routes(&self) -> impl Iterator<Item = Result<NameAddr<'_>, ParseError>> + use<'_> {
        self.values(HeaderId::Route).map(NameAddr::parse)
    }

    /// The Record-Route values, in order.
    pub fn record_routes(
        &self,
    ) -> impl Iterator<Item = Result<NameAddr<'_>, ParseError>> + use<'_> {
        self.values(HeaderId::RecordRoute).map(NameAddr::parse)
    }

    /// The typed form of a header's first value; none when the header is absent.
    pub fn typed<'a, T: TypedHeader<'a>>(&'a self) -> Result<Option<T>, ParseError> {
        self.typed_all().next().transpose()
    }

    /// The typed form of each of a header's values.
    pub fn typed_all<'a, T: TypedHeader<'a>>(
        &'a self,
    ) -> impl Iterator<Item = Result<T, ParseError>> {
        self.values(T::ID).map(T::parse_value)
    }

    /// Whether a list header holds `token`, compared without case: an option tag, a method, an event package.
    #[must_use]
    pub fn lists(&self, id: HeaderId, token: &str) -> bool {
        self.values(id)
            .any(|value| value.eq_ignore_ascii_case(token))
    }

    /// Max-Forwards; none when absent or no number of 0…255.
    #[must_use]
    pub fn max_forwards(&self) -> Option<u8> {
        let value = chars::number(self.header_bytes(HeaderId::MaxForwards)?, 255)?;
        u8::try_from(value).ok()
    }

    /// Expires in seconds; a number too big for 32 bits counts as the biggest, anything else as absent.
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        delta_seconds(self.header_bytes(HeaderId::Expires)?)
    }

    /// Min-Expires in seconds.
    #[must_use]
    pub fn min_expires(&self) -> Option<u32> {
        delta_seconds(self.header_bytes(HeaderId::MinExpires)?)
    }

    /// The media type of the body; none when absent or malformed.
    #[must_use]
    pub fn content_type(&self) -> Option<MediaType<'_>> {
        MediaType::parse(self.header(HeaderId::ContentType)?).ok()
    }

    /// The parts of a multipart body; none at all for other bodies. See [`Parts`].
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        match self.content_type() {
            Some(media) => Parts::new(self.body(), &media),
            None => Parts::none(),
        }
    }

    /// Whether all of it is known to be UTF-8.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.block, Block::Text(_))
    }

    pub(crate) fn head(&self) -> &Head {
        &self.head
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(self.as_bytes()), f)
    }
}

impl fmt::Display for Message {
    /// The message as text; bytes that are not UTF-8 show as U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.as_bytes()))
    }
}

impl Eq for Message {}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

/// The values of a header: see [`Message::values`].
#[derive(Clone, Debug)]
pub struct Values<'a> {
    message: &'a Message,
    entries: std::slice::Iter<'a, [u8; ENTRY]>,
    id: HeaderId,
    listed: bool,
    /// What is left of the line being split.
    line: &'a str,
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            while !self.line.is_empty() {
                let end = params::element_end(self.line.as_bytes(), 0);
                let element = self.line.get(..end).unwrap_or("");
                self.line = self.line.get(end + 1..).unwrap_or("");
                let element = chars::trimmed(element);
                if !element.is_empty() {
                    return Some(element);
                }
            }
            let entry = loop {
                let stored = *self.entries.next()?;
                if Entry(u64::from_le_bytes(stored)).number() == self.id as u8 {
                    break self.message.block.entry(stored);
                }
            };
            let Some(line) = self.message.value(entry) else {
                continue;
            };
            let comma = if self.listed {
                chars::find_byte(line.as_bytes(), 0, b',')
            } else {
                0
            };
            if !self.listed || (comma == line.len() && !line.is_empty()) {
                return Some(line);
            }
            self.line = line;
        }
    }
}

/// Delta-seconds; too many of them count as the most (RFC 3261 §20.19, RFC 4475 §3.1.2.4).
pub(crate) fn delta_seconds(text: &[u8]) -> Option<u32> {
    chars::number_clamped(text, u64::from(u32::MAX)).and_then(|n| u32::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;

    const START: &str =
        "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n";
    const END: &str = "From: <sip:a@b>;tag=f\r\nt: <sip:b@c>;tag=t\r\nCall-ID: id@h\r\nCSeq: 9 INVITE\r\nl: 4\r\n\r\n";

    fn parse(filling: &[u8], body: &[u8]) -> Message {
        let bytes = [START.as_bytes(), filling, END.as_bytes(), body].concat();
        Message::parse_datagram(&bytes, &Limits::default()).unwrap()
    }

    /// The index is packed into text where it can be: short heads, long ones, and bytes that are no text.
    #[test]
    fn lines_are_found_however_they_are_kept() {
        let long = format!("X-Long: {}\r\n", "y".repeat(20_000));
        for (filling, body, packed) in [
            (&b"X-Short: y\r\n"[..], &b"body"[..], true),
            (long.as_bytes(), b"body", false),
            (b"X-Latin: J\xfcrgen\r\n", b"body", false),
            ("X-Text: Jürgen\r\n".as_bytes(), b"body", true),
            (b"X-Short: y\r\n", b"\xff\0\r\n", false),
        ] {
            let message = parse(filling, body);
            assert_eq!(matches!(message.block, Block::Text(_)), packed);
            assert_eq!(message.lines().count(), 7);
            assert_eq!((message.method(), message.cseq()), ("INVITE", 9));
            assert_eq!(
                (message.from_tag(), message.to_tag()),
                (Some("f"), Some("t"))
            );
            assert_eq!(
                (message.call_id(), message.branch()),
                ("id@h", Some("z9hG4bK1"))
            );
            assert_eq!(message.header_named("To"), Some("<sip:b@c>;tag=t"));
            assert_eq!(message.header(HeaderId::CSeq), Some("9 INVITE"));
            assert_eq!((message.content_length(), message.body()), (Some(4), body));
            let (name, value) = message.lines().nth(1).unwrap();
            assert!(filling.starts_with(name.as_bytes()) && !value.is_empty());
            assert_eq!(&*message.payload(), message.as_bytes());
        }
    }

    #[test]
    fn text_that_is_not_utf_8_is_passed_over_but_kept() {
        let message = parse(b"Subject: J\xfcrgen\r\nSubject: second\r\n", b"body");
        assert_eq!(message.header(HeaderId::Subject), None);
        assert_eq!(
            message.header_bytes(HeaderId::Subject),
            Some(&b"J\xfcrgen"[..])
        );
        assert_eq!(
            message.headers(HeaderId::Subject).collect::<Vec<_>>(),
            ["second"]
        );
        assert_eq!(
            message.values(HeaderId::Subject).collect::<Vec<_>>(),
            ["second"]
        );
        let bytes = [START.as_bytes(), END.as_bytes(), b"body"].concat();
        let bytes = [&bytes[..], b""]
            .concat()
            .iter()
            .map(|&b| if b == b'@' { 0xfc } else { b })
            .collect::<Vec<_>>();
        assert!(Message::parse_datagram(&bytes, &Limits::default()).is_err());
    }

    #[test]
    fn values_are_split_only_where_the_header_is_a_list() {
        let filling = b"Supported: a, b,,\"c,d\"\r\nk: e\r\nSubject: x, y\r\nSupported:\r\n";
        let message = parse(filling, b"body");
        let supported: Vec<_> = message.values(HeaderId::Supported).collect();
        assert_eq!(supported, ["a", "b", "\"c,d\"", "e"]);
        assert!(message.lists(HeaderId::Supported, "E"));
        assert_eq!(
            message.values(HeaderId::Subject).collect::<Vec<_>>(),
            ["x, y"]
        );
        assert_eq!(message.headers(HeaderId::Supported).count(), 3);
    }
}
