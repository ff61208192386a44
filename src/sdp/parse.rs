//! Reading a description: RFC 8866 §5 and §9.
//!
//! Takes what deployed peers send: bare LF or CR LF, lines in another order, missing `s=` and `t=`, trailing blanks
//! and empty lines, bytes that are not UTF-8, a scrap of a buffer as last line. Refuses what cannot be understood, and what is too large.

use std::fmt;

use super::{Attribute, Bandwidth, Connection, Media, Origin, Session, Text, Timing};

/// Longest description in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// Most `m=` lines.
pub const MAX_MEDIA: usize = 64;
/// Most formats of one `m=` line: there are no more payload numbers.
pub const MAX_FORMATS: usize = 128;
/// Most lines.
pub const MAX_LINES: usize = 2048;

/// What is wrong with a description, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ParseError {
    /// What was expected there.
    pub what: &'static str,
    /// Line number from 1; 0 for the whole.
    pub line: usize,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session description, line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for ParseError {}

impl<'a> Session<'a> {
    /// Reads a description; the result borrows from `bytes`.
    ///
    /// Errors: the first line that cannot be read, or a limit of this module.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        if bytes.len() > MAX_BYTES {
            return Err(ParseError {
                what: "longer than 65536 bytes",
                line: 0,
            });
        }
        let mut reader = Reader::default();
        let text = bytes.trim_ascii_end();
        let mut lines = text.split(|&byte| byte == b'\n').enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let number = index + 1;
            if number > MAX_LINES {
                return Err(ParseError {
                    what: "more than 2048 lines",
                    line: number,
                });
            }
            if line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
                continue;
            }
            let is_scrap = index > 0 && lines.peek().is_none() && line.get(1) != Some(&b'=');
            if is_scrap {
                break;
            }
            reader
                .line(line)
                .map_err(|what| ParseError { what, line: number })?;
        }
        reader.finish().map_err(|what| ParseError { what, line: 0 })
    }
}

#[derive(Default)]
struct Reader<'a> {
    has_version: bool,
    origin: Option<Origin<'a>>,
    head: Head<'a>,
    media: Vec<Media<'a>>,
}

/// The session part while it is read.
#[derive(Default)]
struct Head<'a> {
    name: Option<Text<'a>>,
    information: Option<Text<'a>>,
    uri: Option<Text<'a>>,
    emails: Vec<Text<'a>>,
    phones: Vec<Text<'a>>,
    connection: Option<Connection<'a>>,
    bandwidths: Vec<Bandwidth<'a>>,
    times: Vec<Timing<'a>>,
    zones: Option<Text<'a>>,
    key: Option<Text<'a>>,
    attributes: Vec<Attribute<'a>>,
    unknown: Vec<(char, Text<'a>)>,
}

type Fault = &'static str;

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a [u8]) -> Result<(), Fault> {
        let [kind, b'=', value @ ..] = line else {
            return Err("not `type=value`");
        };
        if line.contains(&0) || line.contains(&b'\r') {
            return Err("NUL or CR inside a line");
        }
        if !kind.is_ascii_lowercase() {
            return Err("type is not a lower-case letter");
        }
        let value = String::from_utf8_lossy(value);
        if !self.has_version {
            self.has_version = *kind == b'v' && value.trim() == "0";
            return if self.has_version {
                Ok(())
            } else {
                Err("does not begin with v=0")
            };
        }
        match self.media.last_mut() {
            _ if *kind == b'm' => self.media_line(&value),
            Some(media) => media_part(media, *kind, value),
            None if *kind == b'o' => once(&mut self.origin, origin(&value)?, "o= twice"),
            None => self.head.line(*kind, value),
        }
    }

    fn media_line(&mut self, value: &Text<'a>) -> Result<(), Fault> {
        if self.media.len() == MAX_MEDIA {
            return Err("more than 64 m= lines");
        }
        let mut words = words(value);
        let kind = words.next().ok_or("m= without media")?;
        let ports = words.next().ok_or("m= without port")?;
        let (port, ports) = match ports.split_once('/') {
            Some((port, ports)) => (port, Some(number(ports).ok_or("number of ports")?)),
            None => (&*ports, None),
        };
        let port = number(port).ok_or("m= port is not a number")?;
        let proto = words.next().ok_or("m= without protocol")?;
        let media = Media {
            kind,
            port,
            ports,
            proto,
            formats: words.by_ref().take(MAX_FORMATS).collect(),
            information: None,
            connections: Vec::new(),
            bandwidths: Vec::new(),
            key: None,
            attributes: Vec::new(),
            unknown: Vec::new(),
        };
        if words.next().is_some() {
            return Err("more than 128 formats");
        }
        self.media.push(media);
        Ok(())
    }

    fn finish(self) -> Result<Session<'a>, Fault> {
        if !self.has_version {
            return Err("empty");
        }
        let head = self.head;
        Ok(Session {
            origin: self.origin.ok_or("no o= line")?,
            name: head.name,
            information: head.information,
            uri: head.uri,
            emails: head.emails,
            phones: head.phones,
            connection: head.connection,
            bandwidths: head.bandwidths,
            times: head.times,
            zones: head.zones,
            key: head.key,
            attributes: head.attributes,
            unknown: head.unknown,
            media: self.media,
        })
    }
}

impl<'a> Head<'a> {
    fn line(&mut self, kind: u8, value: Text<'a>) -> Result<(), Fault> {
        match kind {
            b'v' => return Err("v= twice"),
            b's' => once(&mut self.name, value, "s= twice")?,
            b'i' => once(&mut self.information, value, "i= twice")?,
            b'u' => once(&mut self.uri, value, "u= twice")?,
            b'e' => self.emails.push(value),
            b'p' => self.phones.push(value),
            b'c' => once(
                &mut self.connection,
                connection(&mut words(&value))?,
                "c= twice",
            )?,
            b'b' => self.bandwidths.push(bandwidth(&value)?),
            b't' => self.times.push(timing(&value)?),
            b'r' => self
                .times
                .last_mut()
                .ok_or("r= without t=")?
                .repeats
                .push(value),
            b'z' => once(&mut self.zones, value, "z= twice")?,
            b'k' => once(&mut self.key, value, "k= twice")?,
            b'a' => self.attributes.push(attribute(&value)?),
            other => self.unknown.push((char::from(other), value)),
        }
        Ok(())
    }
}

fn media_part<'a>(media: &mut Media<'a>, kind: u8, value: Text<'a>) -> Result<(), Fault> {
    match kind {
        b'v' | b'o' | b's' => return Err("session line after m="),
        b'i' => once(&mut media.information, value, "i= twice")?,
        b'c' => media.connections.push(connection(&mut words(&value))?),
        b'b' => media.bandwidths.push(bandwidth(&value)?),
        b'k' => once(&mut media.key, value, "k= twice")?,
        b'a' => media.attributes.push(attribute(&value)?),
        other => media.unknown.push((char::from(other), value)),
    }
    Ok(())
}

fn origin<'a>(value: &Text<'a>) -> Result<Origin<'a>, Fault> {
    let mut words = words(value);
    let mut next = || words.next().ok_or("o= has fewer than six fields");
    let (username, session_id, version) = (next()?, next()?, next()?);
    Ok(Origin {
        username,
        session_id,
        version,
        address: connection(&mut words)?,
    })
}

fn connection<'a>(words: &mut impl Iterator<Item = Text<'a>>) -> Result<Connection<'a>, Fault> {
    let mut next = || words.next().ok_or("address has fewer than three fields");
    Ok(Connection {
        net_type: next()?,
        addr_type: next()?,
        address: next()?,
    })
}

fn bandwidth<'a>(value: &Text<'a>) -> Result<Bandwidth<'a>, Fault> {
    let at = value.find(':').ok_or("b= without colon")?;
    let number = number(value[at + 1..].trim()).ok_or("b= value is not a number")?;
    Ok(Bandwidth {
        kind: part(value, 0, at),
        value: number,
    })
}

fn timing<'a>(value: &Text<'a>) -> Result<Timing<'a>, Fault> {
    let mut numbers = value.split_ascii_whitespace().map(number);
    let mut next = || numbers.next().flatten().ok_or("t= is not two numbers");
    Ok(Timing {
        start: next()?,
        stop: next()?,
        repeats: Vec::new(),
    })
}

fn attribute<'a>(value: &Text<'a>) -> Result<Attribute<'a>, Fault> {
    let end = value.trim_end().len();
    let at = value[..end].find(':');
    let name = part(value, 0, at.unwrap_or(end));
    if name.is_empty() {
        return Err("a= without name");
    }
    Ok(Attribute {
        name,
        value: at.map(|at| part(value, at + 1, end)),
    })
}

fn once<T>(slot: &mut Option<T>, value: T, fault: Fault) -> Result<(), Fault> {
    if slot.is_some() {
        return Err(fault);
    }
    *slot = Some(value);
    Ok(())
}

fn number<T: std::str::FromStr>(digits: &str) -> Option<T> {
    // `parse` alone would take a plus sign.
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

/// A part of a text, borrowed if the text is.
fn part<'a>(text: &Text<'a>, from: usize, to: usize) -> Text<'a> {
    match text {
        Text::Borrowed(text) => Text::Borrowed(&text[from..to]),
        Text::Owned(text) => Text::Owned(text[from..to].to_owned()),
    }
}

/// The words of a text, in the same way.
fn words<'a, 't>(text: &'t Text<'a>) -> impl Iterator<Item = Text<'a>> + use<'a, 't> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let is_blank = |c: char| c == ' ' || c == '\t';
        let from = at + text[at..].find(|c| !is_blank(c))?;
        let to = text[from..]
            .find(is_blank)
            .map_or(text.len(), |len| from + len);
        at = to;
        Some(part(text, from, to))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8866 §5.
    const EXAMPLE: &str = "v=0\r\no=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=Call to John Smith\r\n\
        i=SDP Offer #1\r\nu=http://www.jdoe.example.com/home.html\r\ne=Jane Doe <jane@jdoe.example.com>\r\n\
        p=+1 617 555-6011\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0\r\n\
        m=audio 49180 RTP/AVP 0\r\nm=video 51372 RTP/AVP 99\r\nc=IN IP6 2001:db8::2\r\na=rtpmap:99 h263-1998/90000\r\n";

    /// B-387, B-388.
    #[test]
    fn the_example_of_rfc_8866_is_read_and_written() {
        let session = Session::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(session.origin.username, "jdoe");
        assert_eq!(session.origin.session_id, "3724394400");
        assert_eq!(session.origin.version, "3724394405");
        assert_eq!(session.name.as_deref(), Some("Call to John Smith"));
        assert_eq!(session.phones, ["+1 617 555-6011"]);
        assert_eq!(session.connection.as_ref().unwrap().address, "198.51.100.1");
        assert_eq!(session.media.len(), 3);
        assert_eq!(session.media[2].connections[0].addr_type, "IP6");
        assert_eq!(session.media[2].formats, ["99"]);
        assert_eq!(session.to_string(), EXAMPLE);
    }

    /// B-387.
    #[test]
    fn bare_line_feeds_other_orders_and_missing_lines_are_taken() {
        let text = "v=0\no=- 1 1 IN IP4 h\nt=0 0 \na=x: y \nc=IN IP4 192.0.2.1\n\nx=strange\nm=audio 7/2 RTP/AVP 0 8 \ny=z\n";
        let session = Session::parse(text.as_bytes()).unwrap();
        assert_eq!(session.name, None);
        assert_eq!(session.unknown, [('x', "strange".into())]);
        assert_eq!(session.attributes[0].value.as_deref(), Some(" y"));
        let media = &session.media[0];
        assert_eq!(
            (media.port, media.ports, media.formats.len()),
            (7, Some(2), 2)
        );
        assert_eq!(media.unknown, [('y', "z".into())]);
    }

    #[test]
    fn bytes_that_are_not_utf_8_do_not_stop_reading() {
        let session =
            Session::parse(b"v=0\r\no=- 1 1 IN IP4 h\r\ns=Caf\xe9\r\na=note:\xff\r\n").unwrap();
        assert_eq!(session.name.as_deref(), Some("Caf\u{fffd}"));
        assert_eq!(session.attributes[0].value.as_deref(), Some("\u{fffd}"));
    }

    /// A capture has `177\0@26221V` there, within Content-Length.
    #[test]
    fn a_scrap_as_last_line_is_dropped() {
        let session = Session::parse(b"v=0\r\no=- 1 1 IN IP4 h\r\n177\0@2").unwrap();
        assert!(session.unknown.is_empty());
        assert!(Session::parse(b"v=0\r\no=- 1 1 IN IP4 h\r\n177\0@2\r\n\r\n").is_ok());
        assert!(Session::parse(b"v=0\r\no=- 1 1 IN IP4 h\r\n177\0@2\r\ns=-\r\n").is_err());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let head = "v=0\r\no=- 1 1 IN IP4 h\r\n";
        for (tail, what, line) in [
            (
                "m=audio 4294967296 RTP/AVP 0\r\n",
                "m= port is not a number",
                3,
            ),
            ("m=audio -1 RTP/AVP 0\r\n", "m= port is not a number", 3),
            ("m=audio 1/x RTP/AVP 0\r\n", "number of ports", 3),
            ("m=audio 1\r\n", "m= without protocol", 3),
            ("c=IN IP4\r\n", "address has fewer than three fields", 3),
            ("s=a\r\ns=b\r\n", "s= twice", 4),
            ("t=0\r\n", "t= is not two numbers", 3),
            ("t=+0 0\r\n", "t= is not two numbers", 3),
            ("r=1 2 3\r\n", "r= without t=", 3),
            ("b=AS\r\n", "b= without colon", 3),
            (
                "b=AS:99999999999999999999\r\n",
                "b= value is not a number",
                3,
            ),
            ("a=:x\r\n", "a= without name", 3),
            ("nonsense\r\ns=-\r\n", "not `type=value`", 3),
            ("é=1\r\ns=-\r\n", "not `type=value`", 3),
            ("A=1\r\n", "type is not a lower-case letter", 3),
            ("a=x\0\r\n", "NUL or CR inside a line", 3),
            ("m=audio 1 RTP/AVP 0\r\ns=-\r\n", "session line after m=", 4),
        ] {
            let text = format!("{head}{tail}");
            assert_eq!(
                Session::parse(text.as_bytes()),
                Err(ParseError { what, line }),
                "{tail:?}"
            );
        }
        for (text, what, line) in [
            ("", "empty", 0),
            ("v=1\r\n", "does not begin with v=0", 1),
            ("o=- 1 1 IN IP4 h\r\n", "does not begin with v=0", 1),
            ("v=0\r\n", "no o= line", 0),
            (
                "v=0\r\no=- 1 IN IP4 h\r\n",
                "address has fewer than three fields",
                2,
            ),
        ] {
            assert_eq!(
                Session::parse(text.as_bytes()),
                Err(ParseError { what, line }),
                "{text:?}"
            );
        }
    }

    #[test]
    fn size_is_bounded() {
        let head = "v=0\r\no=- 1 1 IN IP4 h\r\n".to_owned();
        let many = head.clone() + &"m=audio 1 RTP/AVP 0\r\n".repeat(MAX_MEDIA + 1);
        assert_eq!(
            Session::parse(many.as_bytes()).unwrap_err().what,
            "more than 64 m= lines"
        );
        let formats = head.clone() + "m=audio 1 RTP/AVP" + &" 0".repeat(MAX_FORMATS + 1);
        assert_eq!(
            Session::parse(formats.as_bytes()).unwrap_err().what,
            "more than 128 formats"
        );
        let lines = head.clone() + &"\n".repeat(MAX_LINES) + "s=-";
        assert_eq!(
            Session::parse(lines.as_bytes()).unwrap_err().what,
            "more than 2048 lines"
        );
        let long = head + "a=" + &"x".repeat(MAX_BYTES);
        assert_eq!(
            Session::parse(long.as_bytes()).unwrap_err().what,
            "longer than 65536 bytes"
        );
    }
}
