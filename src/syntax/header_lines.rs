//! Header lines that an application gives as text (`Name: value`), checked before they go into a message.
//!
//! What `rtc_sip_object_set_additional_header_values` takes: lines ended by CRLF or LF, the last end may be missing,
//! compact names allowed. No folding, no empty line inside, no CR, LF or NUL in a value: nothing given here can end a
//! header line early. Which names are allowed is the caller's to decide, by [`HeaderId::class`].

use super::chars;
use super::error::ParseError;
use super::header_id::HeaderId;

/// Checked header lines, kept in order and normalised to `Name: value` CRLF.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HeaderLines {
    text: String,
}

/// One of [`HeaderLines`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HeaderLine<'a> {
    /// The field, when known by name.
    pub id: Option<HeaderId>,
    /// The name as given.
    pub name: &'a str,
    /// The value, trimmed; may be empty.
    pub value: &'a str,
}

impl HeaderLines {
    /// Checks and normalises `text`.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut lines = Self::default();
        let mut at = 0;
        let mut ended = false;
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let line = line
                .strip_suffix('\n')
                .map_or(line, |rest| rest.strip_suffix('\r').unwrap_or(rest));
            if line.is_empty() {
                // Empty lines at the end do no harm; one before a line would end the head.
                ended = true;
                continue;
            }
            if ended {
                return Err(ParseError::new("empty line between header lines", start));
            }
            lines.push_line(line).map_err(|error| error.within(start))?;
        }
        Ok(lines)
    }

    fn push_line(&mut self, line: &str) -> Result<(), ParseError> {
        if let Some(n) = line
            .bytes()
            .position(|b| matches!(b, b'\r' | b'\n' | b'\0'))
        {
            return Err(ParseError::new("control character in a header line", n));
        }
        if line.starts_with([' ', '\t']) {
            return Err(ParseError::new("folded header line", 0));
        }
        let (name, value) = line
            .split_once(':')
            .ok_or(ParseError::new("header line without a colon", 0))?;
        self.push(name.trim_end_matches([' ', '\t']), value)
    }

    /// Adds one line.
    pub fn push(&mut self, name: &str, value: &str) -> Result<(), ParseError> {
        if !chars::is_token(name.as_bytes()) {
            return Err(ParseError::new("malformed header field name", 0));
        }
        if let Some(n) = value
            .bytes()
            .position(|b| (b < b' ' && b != b'\t') || b == 0x7f)
        {
            return Err(ParseError::new(
                "control character in a header value",
                name.len() + n,
            ));
        }
        self.text.push_str(name);
        self.text.push_str(": ");
        self.text.push_str(chars::trimmed(value));
        self.text.push_str("\r\n");
        Ok(())
    }

    /// Adds all lines of another set after these.
    pub fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
    }

    /// The lines in order.
    pub fn iter(&self) -> impl Iterator<Item = HeaderLine<'_>> {
        self.text.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            let value = value.strip_prefix(' ').unwrap_or(value);
            Some(HeaderLine {
                id: HeaderId::from_name(name),
                name,
                value,
            })
        })
    }

    /// The values of all lines of one field, given by any of its names.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let id = HeaderId::from_name(name);
        self.iter()
            .filter(move |line| {
                if id.is_some() {
                    line.id == id
                } else {
                    line.name.eq_ignore_ascii_case(name)
                }
            })
            .map(|line| line.value)
    }

    /// The normalised text: each line ended by CRLF.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether there is no line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_normalised_in_order() {
        let lines = HeaderLines::parse("X-A : 1\nv: x\r\nSubject:\r\nX-A:2  ").unwrap();
        assert_eq!(lines.as_str(), "X-A: 1\r\nv: x\r\nSubject: \r\nX-A: 2\r\n");
        let all: Vec<_> = lines.iter().collect();
        assert_eq!(all[1].id, Some(HeaderId::Via));
        assert_eq!((all[2].name, all[2].value), ("Subject", ""));
        assert_eq!(lines.values("x-a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(HeaderLines::parse(lines.as_str()).unwrap(), lines);
        assert!(HeaderLines::parse("").unwrap().is_empty());
        assert!(HeaderLines::parse("\r\n").unwrap().is_empty());
    }

    #[test]
    fn tricks_are_refused() {
        for text in [
            "X",
            ": v",
            "X Y: v",
            "X\t\u{1}: v",
            " X: v",
            "X: a\r\n b",
            "X: a\rY: b",
            "X: a\0b",
            "X: a\r\n\r\nY: b",
            "\r\nX: a",
            "X: a\r\n\r\n\r\nbody",
            "X\u{e9}: a",
            "X: \u{7f}",
            "X: a\r\r\n",
        ] {
            assert!(HeaderLines::parse(text).is_err(), "{text:?}");
        }
    }
}
