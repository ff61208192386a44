//! Parameters (`;name=value`), quoted strings and comma-separated lists: RFC 3261 §7.3.1, §25.1.
//!
//! One walker serves header parameters, URI parameters and the comma-separated ones of authentication.

use std::borrow::Cow;
use std::fmt;

use super::chars::{self, PARAM_END};
use super::error::ParseError;

/// The parameters of a header value, a URI or a challenge, as text that is walked when asked.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Params<'a> {
    text: &'a str,
    separator: u8,
}

/// One parameter as written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Param<'a> {
    /// The name as written; names compare without regard to case.
    pub name: &'a str,
    /// The value as written, quotes included; none for a parameter without `=`.
    pub value: Option<&'a str>,
}

impl<'a> Param<'a> {
    /// The value without the quotes around it; escapes inside stay. Empty when there is none.
    #[must_use]
    pub fn unquoted(&self) -> &'a str {
        unquote(self.value.unwrap_or(""))
    }
}

impl<'a> Params<'a> {
    /// No parameters.
    pub const EMPTY: Params<'static> = Params {
        text: "",
        separator: b';',
    };

    /// Parameters that each begin with `;`, checked to the end.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        Self::checked(text, b';')
    }

    /// Parameters separated by commas, as after an authentication scheme, checked to the end.
    pub fn parse_comma_separated(text: &'a str) -> Result<Self, ParseError> {
        Self::checked(text, b',')
    }

    fn checked(text: &'a str, separator: u8) -> Result<Self, ParseError> {
        let mut at = 0;
        while next(text.as_bytes(), &mut at, separator)?.is_some() {}
        if at < text.len() {
            return Err(ParseError::new("unexpected text after parameters", at));
        }
        Ok(Self { text, separator })
    }

    /// Parameters that a scanner has walked already.
    pub(crate) const fn known(text: &'a str) -> Self {
        Self {
            text,
            separator: b';',
        }
    }

    /// The parameters in order.
    pub fn iter(&self) -> impl Iterator<Item = Param<'a>> + use<'a> {
        let (text, separator) = (self.text, self.separator);
        let mut at = 0;
        std::iter::from_fn(move || {
            let raw = next(text.as_bytes(), &mut at, separator).ok()??;
            Some(Param {
                name: text.get(raw.name.0..raw.name.1)?,
                value: raw.value.and_then(|(at, end)| text.get(at..end)),
            })
        })
    }

    /// The first parameter called `name`, as written.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Param<'a>> {
        self.iter()
            .find(|param| param.name.eq_ignore_ascii_case(name))
    }

    /// The value of the first parameter called `name`, quotes off; empty for one without `=`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.find(name).map(|param| param.unquoted())
    }

    /// As [`Params::get`], with the backslash escapes of a quoted string undone.
    #[must_use]
    pub fn get_unescaped(&self, name: &str) -> Option<Cow<'a, str>> {
        let value = self.find(name)?.value.unwrap_or("");
        let bare = unquote(value);
        Some(if bare.len() == value.len() {
            Cow::Borrowed(bare)
        } else {
            unescape(bare)
        })
    }

    /// Whether a parameter called `name` is present.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The text as written, the first separator included.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }
}

impl Default for Params<'_> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl fmt::Display for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text, f)
    }
}

/// Offsets of one parameter.
#[derive(Clone, Copy)]
pub(crate) struct RawParam {
    pub(crate) name: (usize, usize),
    pub(crate) value: Option<(usize, usize)>,
}

/// Reads the parameter at `*at` and moves on; none at the end or, between `;` parameters, at a comma.
#[inline]
pub(crate) fn next(
    text: &[u8],
    at: &mut usize,
    separator: u8,
) -> Result<Option<RawParam>, ParseError> {
    let mut i = chars::skip_space(text, *at);
    if separator == b',' {
        // A list of RFC 7235 may hold empty elements.
        let first = i == 0 || *at == 0;
        let mut seen = first;
        while i < text.len() && text[i] == b',' {
            seen = true;
            i = chars::skip_space(text, i + 1);
        }
        if i < text.len() && !seen {
            return Err(ParseError::new("missing comma between parameters", i));
        }
        if i >= text.len() {
            *at = text.len();
            return Ok(None);
        }
    } else {
        match text.get(i) {
            None => {
                *at = i;
                return Ok(None);
            }
            Some(b';') => i = chars::skip_space(text, i + 1),
            Some(b',') => {
                *at = i;
                return Ok(None);
            }
            Some(_) => return Err(ParseError::new("unexpected text before a parameter", i)),
        }
    }
    let name_at = i;
    i = chars::find(text, i, chars::NAME_END);
    if i == name_at {
        return Err(ParseError::new("empty parameter", i));
    }
    let name = (name_at, i);
    i = chars::skip_space(text, i);
    if text.get(i) != Some(&b'=') {
        *at = i;
        return Ok(Some(RawParam { name, value: None }));
    }
    i = chars::skip_space(text, i + 1);
    let value_at = i;
    match text.get(i) {
        Some(b'"') => {
            i = chars::quoted_end(text, i)
                .filter(|&end| end <= text.len())
                .ok_or_else(|| ParseError::new("quoted string without an end", value_at))?;
        }
        Some(b'<') => {
            i = chars::find_byte(text, i, b'>') + 1;
            if i > text.len() {
                return Err(ParseError::new("bracket without an end", value_at));
            }
        }
        _ => {
            i = chars::find(text, i, chars::VALUE_END);
        }
    }
    *at = i;
    Ok(Some(RawParam {
        name,
        value: Some((value_at, i)),
    }))
}

/// Finds the non-empty value of parameter `name` (lower case) from the `;` at `at` on, and where the parameters end:
/// at a comma or the end. Text between a value and the next `;` is passed over; what is refused is a quoted string
/// without an end and, unless `empties`, an empty parameter.
#[inline]
pub(crate) fn seek<const N: usize>(
    text: &[u8],
    at: usize,
    name: &[u8; N],
    empties: bool,
) -> Result<(Option<(usize, usize)>, usize), ParseError> {
    let mut found = None;
    let mut i = at;
    while text.get(i) == Some(&b';') {
        let at = chars::skip_space(text, i + 1);
        i = chars::find(text, at, PARAM_END);
        if i == at && !empties {
            return Err(ParseError::new("empty parameter", at));
        }
        if found.is_none() {
            found = value_of(text.get(at..i).unwrap_or(&[]), name)
                .map(|(from, to)| (at + from, at + to));
        }
        while text.get(i) == Some(&b'"') {
            i = chars::quoted_end(text, i)
                .ok_or_else(|| ParseError::new("quoted string without an end", i))?;
            i = chars::find(text, i, PARAM_END);
        }
    }
    Ok((found, i))
}

/// The value's offsets in `text`, when it is the parameter `name` (lower case) with a value that is not empty.
#[inline]
fn value_of<const N: usize>(text: &[u8], name: &[u8; N]) -> Option<(usize, usize)> {
    let (start, rest) = text.split_first_chunk::<N>()?;
    if start != name && !start.eq_ignore_ascii_case(name) {
        return None;
    }
    let equals = chars::skip_space(rest, 0);
    if rest.get(equals) != Some(&b'=') {
        return None;
    }
    let value = chars::skip_space(rest, equals + 1);
    let end = chars::find_below::<0x21>(rest, value);
    (value < end).then_some((N + value, N + end))
}

/// `text` without the quotes around it, if there are; escapes inside stay.
#[must_use]
pub fn unquote(text: &str) -> &str {
    text.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text)
}

/// Undoes the backslash escapes of a quoted string's inside.
#[must_use]
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' {
            chars.next().unwrap_or('\\')
        } else {
            c
        });
    }
    Cow::Owned(plain)
}

/// `text` as a quoted string. What may not stand in one (CR, LF, NUL) becomes a space.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\r' | '\n' | '\0' => quoted.push(' '),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The elements of a comma-separated list, trimmed; commas in quoted strings and in `<>` do not separate, and
/// empty elements are left out.
pub fn list(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let end = element_end(text.as_bytes(), at);
            let element = chars::trimmed(text.get(at..end)?);
            at = end + 1;
            if !element.is_empty() {
                return Some(element);
            }
        }
        None
    })
}

/// The offset of the comma that ends the list element at `at`, or the length.
#[inline]
pub(crate) fn element_end(text: &[u8], at: usize) -> usize {
    let mut i = at;
    loop {
        i = chars::find(text, i, chars::LIST);
        match text.get(i) {
            None => return text.len(),
            Some(b',') => return i,
            Some(b'"') => match chars::quoted_end(text, i) {
                Some(end) => i = end.min(text.len()),
                None => return text.len(),
            },
            Some(_) => {
                // `<` that never closes is left to the element's own parser to refuse.
                let close = chars::find_byte(text, i, b'>');
                i = if close < text.len() { close + 1 } else { i + 1 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_without_quotes_and_names_without_case() {
        let params = Params::parse(r#";tag=a1;Lr ; x = "a;b\"c" ;y="#).unwrap();
        assert_eq!(params.get("TAG"), Some("a1"));
        assert_eq!(params.get("lr"), Some(""));
        assert_eq!(params.get("x"), Some(r#"a;b\"c"#));
        assert_eq!(params.get_unescaped("x").as_deref(), Some(r#"a;b"c"#));
        assert_eq!(params.get("y"), Some(""));
        assert!(!params.has("z"));
        assert_eq!(params.iter().count(), 4);
    }

    #[test]
    fn broken_parameters_are_refused() {
        for text in [
            ";;",
            "; ",
            "x",
            ";a=\"b",
            ";a=\"b\"c",
            ";a b",
            ";a=b,c",
            ";=1",
        ] {
            assert!(Params::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn commas_separate_the_parameters_of_a_challenge() {
        let text = r#"realm="a, b",, nonce=x ,qop="auth,auth-int""#;
        let params = Params::parse_comma_separated(text).unwrap();
        assert_eq!(params.get("realm"), Some("a, b"));
        assert_eq!(params.get("nonce"), Some("x"));
        assert_eq!(params.get("qop"), Some("auth,auth-int"));
        assert!(Params::parse_comma_separated("a=b c=d").is_err());
    }

    #[test]
    fn lists_split_at_top_level_commas_only() {
        let text = r#""a, b" <sip:x,y@z>;q=1 , , <sip:c>, d"#;
        let elements: Vec<_> = list(text).collect();
        assert_eq!(elements, [r#""a, b" <sip:x,y@z>;q=1"#, "<sip:c>", "d"]);
        assert_eq!(list("").count(), 0);
        assert_eq!(list(",,").count(), 0);
        assert_eq!(list(r#""open, x"#).count(), 1);
    }

    #[test]
    fn quoting_is_undone_by_unescaping() {
        for text in ["", "plain", r#"a "b" \c"#, "ünï"] {
            let quoted = quote(text);
            assert_eq!(unescape(unquote(&quoted)), text);
        }
        assert_eq!(quote("a\r\nb\0"), "\"a  b \"");
    }
}
