//! Multipart bodies: RFC 2046 §5.1, RFC 5621.
//!
//! A part's headers are MIME headers; they are read here and given as they are. Nested multiparts are read by asking a
//! part for its own parts. How many parts are looked at is bounded.

use super::chars;
use super::headers::MediaType;
use super::params;

/// One part of a multipart body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Part<'a> {
    /// The part's header lines with their line ends; empty without any.
    pub headers: &'a [u8],
    /// The part's content.
    pub body: &'a [u8],
}

impl<'a> Part<'a> {
    /// The value of a MIME header of this part, trimmed; a folded one ends at its first line.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.split(|&b| b == b'\n').find_map(|line| {
            let line = std::str::from_utf8(line).ok()?;
            let (written, value) = line.split_once(':')?;
            written
                .trim()
                .eq_ignore_ascii_case(name)
                .then(|| value.trim())
        })
    }

    /// The part's media type; `text/plain` when it names none (RFC 2046 §5.2).
    #[must_use]
    pub fn content_type(&self) -> MediaType<'a> {
        self.header("Content-Type")
            .and_then(|value| MediaType::parse(value).ok())
            .unwrap_or(MediaType {
                kind: "text",
                subtype: "plain",
                params: params::Params::EMPTY,
            })
    }

    /// The parts of a part that is itself a multipart.
    #[must_use]
    pub fn parts(&self) -> Parts<'a> {
        Parts::new(self.body, &self.content_type())
    }
}

/// Walks the parts of a multipart body, [`Parts::MOST`] at most. A body that ends without its closing delimiter
/// still gives its last part.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    rest: Option<&'a [u8]>,
    boundary: &'a str,
    left: usize,
}

impl<'a> Parts<'a> {
    /// More parts than this are not looked at.
    pub const MOST: usize = 32;

    /// The parts of `body`, when `media` says that it is a multipart and names its boundary.
    #[must_use]
    pub fn new(body: &'a [u8], media: &MediaType<'a>) -> Self {
        let boundary = media.params.get("boundary").unwrap_or("");
        if !media.kind.eq_ignore_ascii_case("multipart")
            || boundary.is_empty()
            || boundary.len() > 70
        {
            return Self::none();
        }
        let mut parts = Self {
            rest: Some(body),
            boundary,
            left: Self::MOST,
        };
        // The preamble goes unread.
        parts.rest = parts.delimiter(body, 0).and_then(|(_, after)| after);
        parts
    }

    /// No parts.
    #[must_use]
    pub fn none() -> Self {
        Self {
            rest: None,
            boundary: "",
            left: 0,
        }
    }

    /// The next delimiter line: where the content before it ends, and what follows (none after the closing one).
    fn delimiter(&self, body: &'a [u8], from: usize) -> Option<(usize, Option<&'a [u8]>)> {
        let mut at = from;
        loop {
            // A delimiter stands at the start of a line.
            let line = body.get(at..)?;
            let after = line
                .strip_prefix(b"--")
                .and_then(|rest| rest.strip_prefix(self.boundary.as_bytes()));
            if let Some(after) = after {
                let content = match &body[..at] {
                    [start @ .., b'\r', b'\n'] | [start @ .., b'\n'] => start.len(),
                    _ => at,
                };
                if after.starts_with(b"--") {
                    return Some((content, None));
                }
                let padding = chars::skip_space(after, 0);
                match after.get(padding..) {
                    Some([b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..]) => {
                        return Some((content, Some(rest)));
                    }
                    Some([]) => return Some((content, None)),
                    _ => {}
                }
            }
            at = chars::find_byte(body, at, b'\n') + 1;
            if at > body.len() {
                return None;
            }
        }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let body = self.rest.take()?;
        self.left = self.left.checked_sub(1)?;
        let content = match self.delimiter(body, 0) {
            Some((end, rest)) => {
                self.rest = rest;
                &body[..end]
            }
            None => body,
        };
        let (headers, body) = match content {
            [b'\r', b'\n', body @ ..] | [b'\n', body @ ..] => (&content[..0], body),
            _ => match super::framer::end_of_head(content, 0) {
                Some(end) => {
                    let line_end = if content[..end].ends_with(b"\r\n") {
                        2
                    } else {
                        1
                    };
                    (&content[..end - line_end], &content[end..])
                }
                // Headers only.
                None => (content, &content[content.len()..]),
            },
        };
        Some(Part { headers, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'a>(body: &'a [u8], media: &'a str) -> Vec<Part<'a>> {
        Parts::new(body, &MediaType::parse(media).unwrap()).collect()
    }

    #[test]
    fn parts_come_with_their_headers_and_bodies() {
        let body = b"preamble\r\n--b1\r\nContent-Type: text/plain\r\nContent-ID: <a>\r\n\r\none\r\ntwo\r\n--b1  \r\n\r\n\r\n--b1x\r\n--b1--\r\nepilogue";
        let parts = parts(body, "multipart/mixed; boundary=\"b1\"");
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].body, b"one\r\ntwo");
        assert_eq!(parts[0].header("content-id"), Some("<a>"));
        assert_eq!(parts[0].content_type().subtype, "plain");
        assert_eq!(parts[1].headers, b"");
        assert_eq!(parts[1].body, b"\r\n--b1x");
    }

    #[test]
    fn nested_and_endless_bodies_are_bounded() {
        let inner = "--in\r\n\r\ndeep\r\n--in--";
        let body = format!(
            "--out\r\nContent-Type: multipart/alternative;boundary=in\r\n\r\n{inner}\r\n--out--\r\n"
        );
        let outer = parts(body.as_bytes(), "multipart/mixed;boundary=out");
        assert_eq!(outer[0].parts().next().unwrap().body, b"deep");
        let many = "--x\r\n\r\n".repeat(1000);
        assert_eq!(
            parts(many.as_bytes(), "multipart/mixed;boundary=x").len(),
            Parts::MOST
        );
        assert_eq!(
            parts(b"--x\r\n\r\nrest", "multipart/mixed;boundary=x")[0].body,
            b"rest"
        );
        assert!(parts(b"--x", "multipart/mixed;boundary=x").is_empty());
        assert!(parts(b"anything", "multipart/mixed").is_empty());
    }
}
