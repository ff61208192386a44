//! Splits the head of a message into start line and header fields: RFC 3261 §7, §25.1, checked at the door by §8.1.1.
//!
//! One pass over the bytes, eight at a time, writes one 64-bit entry per header line. It is our own instead of an
//! HTTP splitter: SIP folds lines, allows white space before the colon, has start lines that such a splitter refuses,
//! and needs to know each field by identity anyway; one pass that does all this at once is also the fastest. Repair
//! keeps the length: the line ends of folds become spaces, so offsets stay true. A bare LF ends a line as CR LF does; a
//! bare CR is refused, so no value ever holds a line end.
//!
//! Knows: the fields that route a message (the envelope). Leaves all others unread.

#![expect(
    clippy::cast_possible_truncation,
    reason = "offsets in a head are below 64 KiB, in a message below 4 GiB"
)]

use super::block::{Entry, Span};
use super::chars::{self, TOKEN};
use super::error::{HEAD_TOO_LONG, ParseError, TOO_MANY};
use super::header_id::{HeaderId, UNKNOWN};
use super::headers::via;
use super::{name_addr, params, uri};
use crate::base::limits::Limits;

/// What is known of a message without looking again: sizes, start line, envelope.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Head {
    /// Bytes of head and body; the index follows them in the block.
    pub(crate) text_len: u32,
    /// Where the body begins.
    pub(crate) body: u32,
    pub(crate) cseq: u32,
    /// 0 in a request.
    pub(crate) status: u16,
    pub(crate) lines: u16,
    /// Bytes of the start line, its line end not counted.
    pub(crate) start_line: u16,
    pub(crate) method: Span,
    /// Request-URI, or reason phrase.
    pub(crate) target: Span,
    pub(crate) branch: Span,
    pub(crate) sent_by: Span,
    pub(crate) from_tag: Span,
    pub(crate) to_tag: Span,
    pub(crate) call_id: Span,
    pub(crate) cseq_method: Span,
    /// Which of the fields that must not repeat were seen.
    seen: u8,
    content_length: Option<u32>,
}

impl Head {
    /// The body's size that the message declares.
    pub(crate) fn content_length(&self) -> Option<u32> {
        self.content_length
    }

    /// Reads the head at the start of `text`, joining folded lines in place; `entries` receives the header lines.
    /// Sets every field but `text_len`.
    pub(crate) fn read(
        text: &mut [u8],
        limits: &Limits,
        entries: &mut Vec<u64>,
    ) -> Result<Self, ParseError> {
        let mut head = Self::default();
        let mut at = head.read_start_line(text)?;
        let longest = limits.header_bytes.min(Limits::HEAD_MAX);
        loop {
            at = head.read_plain_lines(
                &text[..longest.min(text.len())],
                at,
                limits.headers,
                entries,
            )?;
            // One line, whatever it looks like.
            let stop = chars::find_control(text, at);
            if stop == at {
                at = end_of_head(text, at)?;
                break;
            }
            let colon = chars::find_byte(text, at, b':');
            let (value_end, next) = end_of_value(text, at, stop, colon)?;
            let (_, name_end) = chars::trim(text, at, colon);
            let id = HeaderId::from_span(text, at, name_end);
            if id.is_none() && !chars::is_token(&text[at..name_end]) {
                return Err(ParseError::new("malformed header field name", at));
            }
            if next > longest {
                return Err(ParseError::new(HEAD_TOO_LONG, at));
            }
            if entries.len() >= limits.headers {
                return Err(ParseError::new(TOO_MANY, at));
            }
            let value = chars::trim(text, colon + 1, value_end);
            entries.push(Entry::new((at, name_end), value, id.map_or(UNKNOWN, |id| id as u8)).0);
            if let Some(id) = id.filter(|&id| is_envelope(id)) {
                head.note(text, id, value)?;
            }
            at = next;
        }
        head.body = at as u32;
        head.lines = entries.len() as u16;
        head.check(text, at)?;
        Ok(head)
    }

    /// Reads lines as most peers write them: a known name, colon, one space, a value, CR LF. Returns where the first
    /// line begins that is anything else; such are read one at a time, more slowly.
    #[inline]
    fn read_plain_lines(
        &mut self,
        text: &[u8],
        mut at: usize,
        most: usize,
        entries: &mut Vec<u64>,
    ) -> Result<usize, ParseError> {
        while let Some(start) = text.get(at..).and_then(|rest| rest.first_chunk::<24>()) {
            let Some((id, colon)) = HeaderId::from_line(start) else {
                break;
            };
            let value = at + colon + 2;
            let stop = chars::find_control(text, value);
            let Some(value_text) = text.get(value..stop) else {
                break;
            };
            let (Some(first), Some(last)) = (value_text.first(), value_text.last()) else {
                break;
            };
            let Some([b'\r', b'\n', next]) = text[stop..].first_chunk::<3>() else {
                break;
            };
            let folded = matches!(next, b' ' | b'\t');
            if folded || *first <= b' ' || *last <= b' ' || entries.len() >= most {
                break;
            }
            entries.push(Entry::with_short_name(at, colon, (value, stop), id as u8).0);
            if is_envelope(id) {
                self.note(text, id, (value, stop))?;
            }
            at = stop + 2;
        }
        Ok(at)
    }

    /// RFC 3261 §7.1, §7.2. Returns where the header fields begin.
    fn read_start_line(&mut self, text: &[u8]) -> Result<usize, ParseError> {
        let end = chars::find_control(text, 0);
        let next = match text.get(end..) {
            Some([b'\n', ..]) => end + 1,
            Some([b'\r', b'\n', ..]) => end + 2,
            Some([]) | None => return Err(ParseError::new("no end of the start line", end)),
            Some(_) => return Err(ParseError::new("control character in the start line", end)),
        };
        if end >= Limits::HEAD_MAX {
            return Err(ParseError::new("start line too long", end));
        }
        self.start_line = end as u16;
        let line = &text[..end];
        if line
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"SIP/"))
        {
            self.read_status_line(line)?;
        } else {
            self.read_request_line(line)?;
        }
        Ok(next)
    }

    fn read_request_line(&mut self, line: &[u8]) -> Result<(), ParseError> {
        let method = chars::skip(line, 0, TOKEN);
        if method == 0 || line.get(method) != Some(&b' ') {
            return Err(ParseError::new("malformed method", method));
        }
        let at = method + 1;
        let end = chars::find_byte(line, at, b' ');
        if end == at {
            return Err(ParseError::new("malformed request line", at));
        }
        check_version(line.get(end + 1..).unwrap_or(&[]), end + 1)?;
        uri::scan(&line[at..end]).map_err(|_| ParseError::new("malformed Request-URI", at))?;
        self.method = Span::new(0, method);
        self.target = Span::new(at, end);
        Ok(())
    }

    fn read_status_line(&mut self, line: &[u8]) -> Result<(), ParseError> {
        let version = chars::find_byte(line, 0, b' ');
        check_version(&line[..version], 0)?;
        // Some peers put two spaces here.
        let at = chars::skip_space(line, version);
        let end = chars::find_byte(line, at, b' ');
        let code = line.get(at..end).filter(|digits| digits.len() == 3);
        self.status = code
            .and_then(|digits| chars::number(digits, 699))
            .filter(|&status| status >= 100)
            .map(|status| status as u16)
            .ok_or_else(|| ParseError::new("malformed status code", at))?;
        self.target = Span::new((end + 1).min(line.len()), line.len());
        Ok(())
    }

    /// Reads a field of the envelope when its line comes by. Via: only the first value of the first line.
    #[inline]
    pub(crate) fn note(
        &mut self,
        text: &[u8],
        id: HeaderId,
        (at, end): (usize, usize),
    ) -> Result<(), ParseError> {
        let value = &text[at..end];
        let inside = |error: ParseError| error.within(at);
        match id {
            HeaderId::Via => {
                if self.seen & SEEN_VIA != 0 {
                    return Ok(());
                }
                self.seen |= SEEN_VIA;
                let via = via::door(value).map_err(inside)?;
                self.sent_by = Span::new(at + via.sent_by.0, at + via.sent_by.1);
                if let Some((from, to)) = via.branch {
                    if value[from..to] == *b"z9hG4bK" {
                        return Err(ParseError::new(
                            "branch is only the magic cookie",
                            at + from,
                        ));
                    }
                    self.branch = Span::new(at + from, at + to);
                }
            }
            HeaderId::From => {
                self.once(SEEN_FROM, "more than one From", at)?;
                self.from_tag = tag(value, at).map_err(inside)?;
            }
            HeaderId::To => {
                self.once(SEEN_TO, "more than one To", at)?;
                self.to_tag = tag(value, at).map_err(inside)?;
            }
            HeaderId::CallId => {
                self.once(SEEN_CALL_ID, "more than one Call-ID", at)?;
                if value.is_empty() || chars::find_below::<0x21>(value, 0) < value.len() {
                    return Err(ParseError::new("malformed Call-ID", at));
                }
                self.call_id = Span::new(at, end);
            }
            HeaderId::CSeq => {
                self.once(SEEN_CSEQ, "more than one CSeq", at)?;
                let digits = chars::skip(value, 0, chars::DIGIT);
                let method = chars::skip_space(value, digits);
                self.cseq = chars::number(&value[..digits], CSEQ_MAX)
                    .map(|number| number as u32)
                    .ok_or_else(|| ParseError::new("malformed CSeq number", at))?;
                if method == digits || !chars::is_token(&value[method..]) {
                    return Err(ParseError::new("malformed CSeq", at + digits));
                }
                self.cseq_method = Span::new(at + method, end);
            }
            HeaderId::ContentLength => {
                let length = chars::number(value, u64::from(u32::MAX))
                    .map(|length| length as u32)
                    .ok_or_else(|| ParseError::new("malformed Content-Length", at))?;
                if self.content_length.is_some_and(|other| other != length) {
                    return Err(ParseError::new("contradicting Content-Length", at));
                }
                self.content_length = Some(length);
            }
            _ => {}
        }
        Ok(())
    }

    fn once(&mut self, field: u8, what: &'static str, at: usize) -> Result<(), ParseError> {
        if self.seen & field != 0 {
            return Err(ParseError::new(what, at));
        }
        self.seen |= field;
        Ok(())
    }

    /// The routing fields are given as `&str`, so they must be text; asked when the message as a whole is not.
    pub(crate) fn check_text(&self, text: &[u8]) -> Result<(), ParseError> {
        for span in [
            self.call_id,
            self.from_tag,
            self.to_tag,
            self.branch,
            self.sent_by,
            if self.status == 0 {
                self.target
            } else {
                self.method
            },
        ] {
            if std::str::from_utf8(span.of(text)).is_err() {
                return Err(ParseError::new(
                    "identifier is not UTF-8",
                    usize::from(span.at),
                ));
            }
        }
        Ok(())
    }

    /// What every message must have: RFC 3261 §8.1.1, §8.2.6.2; Max-Forwards may be missing (RFC 2543).
    fn check(&mut self, text: &[u8], at: usize) -> Result<(), ParseError> {
        if self.seen & SEEN_ALL != SEEN_ALL {
            let fields = [
                (SEEN_VIA, "missing Via"),
                (SEEN_FROM, "missing From"),
                (SEEN_TO, "missing To"),
                (SEEN_CALL_ID, "missing Call-ID"),
                (SEEN_CSEQ, "missing CSeq"),
            ];
            let missing = fields.iter().find(|field| self.seen & field.0 == 0);
            return Err(ParseError::new(missing.map_or("", |field| field.1), at));
        }
        if self.status == 0 {
            if self.method.of(text) != self.cseq_method.of(text) {
                let at = usize::from(self.cseq_method.at);
                return Err(ParseError::new("CSeq method is not the request's", at));
            }
        } else {
            self.method = self.cseq_method;
        }
        Ok(())
    }
}

/// CSeq numbers are below 2^31 (RFC 3261 §8.1.1.5).
pub(crate) const CSEQ_MAX: u64 = (1 << 31) - 1;

const SEEN_VIA: u8 = 16;
const SEEN_ALL: u8 = 31;
const SEEN_FROM: u8 = 1;
const SEEN_TO: u8 = 2;
const SEEN_CALL_ID: u8 = 4;
const SEEN_CSEQ: u8 = 8;

/// What [`ParseError::what`] says of a version other than 2.0: the one error that is answered 505.
pub(crate) const BAD_VERSION: &str = "SIP version is not 2.0";

fn check_version(text: &[u8], at: usize) -> Result<(), ParseError> {
    if text == b"SIP/2.0" || text.eq_ignore_ascii_case(b"SIP/2.0") {
        return Ok(());
    }
    let numbers = match text.split_at_checked(4) {
        Some((start, numbers)) if start.eq_ignore_ascii_case(b"SIP/") => numbers,
        _ => &[],
    };
    let dot = chars::find_byte(numbers, 0, b'.');
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if digits(&numbers[..dot]) && digits(numbers.get(dot + 1..).unwrap_or(&[])) {
        return Err(ParseError::new(BAD_VERSION, at));
    }
    Err(ParseError::new("malformed start line", at))
}

/// The fields that [`Head::note`] reads.
#[inline]
fn is_envelope(id: HeaderId) -> bool {
    matches!(
        id,
        HeaderId::Via
            | HeaderId::From
            | HeaderId::To
            | HeaderId::CallId
            | HeaderId::CSeq
            | HeaderId::ContentLength
    )
}

/// Where the body begins, when an empty line stands at `at`.
fn end_of_head(text: &[u8], at: usize) -> Result<usize, ParseError> {
    match text.get(at..) {
        Some([b'\n', ..]) => Ok(at + 1),
        Some([b'\r', b'\n', ..]) => Ok(at + 2),
        Some([]) | None => Err(ParseError::new("no empty line after the header fields", at)),
        Some(_) => Err(ParseError::new("malformed header field name", at)),
    }
}

/// The end of a value and the start of the next line; folds become spaces. The line begins at `at`, its first control
/// byte is at `stop`.
fn end_of_value(
    text: &mut [u8],
    at: usize,
    stop: usize,
    colon: usize,
) -> Result<(usize, usize), ParseError> {
    let mut i = stop;
    if colon >= text.len() || (stop < colon && text[stop] != b'\t') {
        let what = if stop == text.len() {
            "no empty line after the header fields"
        } else {
            "malformed header field name"
        };
        return Err(ParseError::new(what, at));
    }
    if stop < colon {
        i = colon + 1;
    }
    loop {
        i = chars::find_control(text, i);
        let next = match text.get(i) {
            None => return Err(ParseError::new("no empty line after the header fields", i)),
            Some(b'\n') => i + 1,
            Some(b'\r') if text.get(i + 1) == Some(&b'\n') => i + 2,
            Some(b'\r') => return Err(ParseError::new("bare CR in a header field", i)),
            Some(_) => {
                i += 1;
                continue;
            }
        };
        if !matches!(text.get(next), Some(b' ' | b'\t')) {
            return Ok((i, next));
        }
        text[i..next].fill(b' ');
        i = next;
    }
}

/// The tag of a From or To value that lies at `base`; other parameters may be malformed.
#[inline]
fn tag(value: &[u8], base: usize) -> Result<Span, ParseError> {
    let at = name_addr::scan(value)?.params;
    if at == value.len() {
        return Ok(Span::default());
    }
    let at = if value[at] == b';' {
        at
    } else {
        chars::find(value, at, chars::PARAM_END)
    };
    let (tag, _) = params::seek(value, at, b"tag", true)?;
    Ok(tag.map_or_else(Span::default, |(at, end)| Span::new(base + at, base + end)))
}
