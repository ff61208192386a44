//! URIs: `sip:` and `sips:` of RFC 3261 §19.1, `tel:` of RFC 3966, any other scheme as opaque text.
//!
//! A [`Uri`] borrows its text and keeps escapes as written; comparison (§19.1.4) undoes them. Whether a scheme is
//! served, or a user exists, is for others to say.

use std::borrow::Cow;
use std::fmt;

use super::chars;
use super::error::ParseError;
use super::host::{self, HostPort};
use super::params::Params;

/// What kind of URI it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// `sip:`
    Sip,
    /// `sips:`
    Sips,
    /// `tel:`; the number is in [`Uri::user`].
    Tel,
    /// Any other; what follows the colon is in [`Uri::opaque`].
    Other,
}

/// A URI split into its parts, all as written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Uri<'a> {
    /// Its kind.
    pub scheme: Scheme,
    /// The scheme as written.
    pub scheme_name: &'a str,
    /// The user part, escaped; the number of a `tel:` URI.
    pub user: Option<&'a str>,
    /// The password, escaped.
    pub password: Option<&'a str>,
    /// The host as written, brackets of IPv6 included; empty without one.
    pub host: &'a str,
    /// The port, when written.
    pub port: Option<u16>,
    /// The parameters, each with its `;`.
    pub params: Params<'a>,
    /// The header part, without the `?`.
    pub headers: Option<&'a str>,
    /// All that follows the scheme and its colon.
    pub opaque: &'a str,
}

impl<'a> Uri<'a> {
    /// Splits and checks `text`, which holds a URI and nothing else.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let parts = scan(text.as_bytes())?;
        let slice = |span: (usize, usize)| text.get(span.0..span.1).unwrap_or("");
        Ok(Self {
            scheme: parts.scheme,
            scheme_name: slice((0, parts.colon)),
            user: parts.user.map(slice),
            password: parts.password.map(slice),
            host: slice(parts.host),
            port: parts.port,
            params: Params::known(slice(parts.params)),
            headers: parts.headers.map(slice),
            opaque: slice((parts.colon + 1, text.len())),
        })
    }

    /// Whether it is `sip:` or `sips:`.
    #[must_use]
    pub fn is_sip(&self) -> bool {
        matches!(self.scheme, Scheme::Sip | Scheme::Sips)
    }

    /// Host and port.
    #[must_use]
    pub fn host_port(&self) -> HostPort<'a> {
        HostPort {
            host: self.host,
            port: self.port,
        }
    }

    /// The user part with its escapes undone; none when it is not UTF-8 then.
    #[must_use]
    pub fn user_unescaped(&self) -> Option<Cow<'a, str>> {
        utf8(unescape(self.user?))
    }

    /// The header part's fields, unescaped: (name, value).
    pub fn header_fields(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> + use<'a> {
        self.headers
            .unwrap_or("")
            .split('&')
            .filter(|field| !field.is_empty())
            .filter_map(|field| {
                let (name, value) = field.split_once('=').unwrap_or((field, ""));
                Some((utf8(unescape(name))?, utf8(unescape(value))?))
            })
    }

    /// Whether a `lr` parameter makes it a loose route (RFC 3261 §19.1.1), escaped spelling included.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.param("lr").is_some()
    }

    /// The value of a URI parameter, names compared unescaped; empty for one without `=`.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'a str> {
        self.params
            .iter()
            .find(|param| same_text(param.name, name, true))
            .map(|p| p.unquoted())
    }

    /// Equality by RFC 3261 §19.1.4 (RFC 5954 for IPv6); RFC 3966 §4 for `tel:`; by text for others.
    #[must_use]
    pub fn equal(&self, other: &Uri<'_>) -> bool {
        if !self.scheme_name.eq_ignore_ascii_case(other.scheme_name) {
            return false;
        }
        match self.scheme {
            Scheme::Sip | Scheme::Sips => {
                same_option(self.user, other.user)
                    && same_option(self.password, other.password)
                    && host::same_host(self.host, other.host)
                    && self.port == other.port
                    && same_params(&self.params, &other.params)
                    && same_headers(self, other)
            }
            Scheme::Tel => {
                let digits = |uri: &Uri<'_>| -> String {
                    let number = uri.user.unwrap_or("").chars();
                    number
                        .filter(|c| !"-.()".contains(*c))
                        .map(|c| c.to_ascii_lowercase())
                        .collect()
                };
                digits(self) == digits(other)
                    && self.params.iter().count() == other.params.iter().count()
                    && covers(&self.params, &other.params, true)
            }
            Scheme::Other => self.opaque == other.opaque,
        }
    }
}

impl fmt::Display for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme_name)?;
        if !self.is_sip() {
            return f.write_str(self.opaque);
        }
        if let Some(user) = self.user {
            f.write_str(user)?;
            if let Some(password) = self.password {
                write!(f, ":{password}")?;
            }
            f.write_str("@")?;
        }
        write!(f, "{}{}", self.host_port(), self.params)?;
        match self.headers {
            Some(headers) => write!(f, "?{headers}"),
            None => Ok(()),
        }
    }
}

/// Whether two URIs given as text are equal; ones that cannot be parsed are not.
#[must_use]
pub fn equal(a: &str, b: &str) -> bool {
    match (Uri::parse(a), Uri::parse(b)) {
        (Ok(a), Ok(b)) => a.equal(&b),
        _ => false,
    }
}

/// Undoes `%HH` once; a `%` that begins no escape stays (RFC 4475 §3.1.1.5).
#[must_use]
pub fn unescape(text: &str) -> Cow<'_, [u8]> {
    if !text.contains('%') {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = Unescape(text.as_bytes());
    plain.extend(&mut bytes);
    Cow::Owned(plain)
}

/// Escapes what may not stand in the user part of a SIP URI (RFC 3261 §25.1).
#[must_use]
pub fn escape_user(text: &str) -> Cow<'_, str> {
    escape(text, b"-_.!~*'()&=+$,;?/")
}

/// Escapes what may not stand in the name or value of a SIP URI's header part (RFC 3261 §25.1).
#[must_use]
pub fn escape_header(text: &str) -> Cow<'_, str> {
    escape(text, b"-_.!~*'()[]/?:+$")
}

fn escape<'a>(text: &'a str, allowed: &[u8]) -> Cow<'a, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || allowed.contains(&b);
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for b in text.bytes() {
        if plain(b) {
            escaped.push(char::from(b));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            escaped.push('%');
            escaped.push(char::from(HEX[usize::from(b >> 4)]));
            escaped.push(char::from(HEX[usize::from(b & 15)]));
        }
    }
    Cow::Owned(escaped)
}

/// Offsets of a URI's parts.
pub(crate) struct Parts {
    pub(crate) scheme: Scheme,
    pub(crate) colon: usize,
    pub(crate) user: Option<(usize, usize)>,
    pub(crate) password: Option<(usize, usize)>,
    pub(crate) host: (usize, usize),
    pub(crate) port: Option<u16>,
    pub(crate) params: (usize, usize),
    pub(crate) headers: Option<(usize, usize)>,
}

/// Splits a URI without making strings; the message parser checks Request-URIs with it.
pub(crate) fn scan(text: &[u8]) -> Result<Parts, ParseError> {
    let bad = chars::find_not_uri(text);
    if bad < text.len() {
        return Err(ParseError::new("character not allowed in a URI", bad));
    }
    let (scheme, colon) = match text {
        [b's' | b'S', b'i' | b'I', b'p' | b'P', b':', ..] => (Scheme::Sip, 3),
        _ => other_scheme(text)?,
    };
    let rest = colon + 1;
    let none = (text.len(), text.len());
    let mut parts = Parts {
        scheme,
        colon,
        user: None,
        password: None,
        host: none,
        port: None,
        params: none,
        headers: None,
    };
    match scheme {
        Scheme::Other if rest == text.len() => {
            return Err(ParseError::new("URI with nothing after its scheme", rest));
        }
        Scheme::Other => return Ok(parts),
        Scheme::Tel => {
            let end = chars::find_byte(text, rest, b';');
            if end == rest {
                return Err(ParseError::new("tel URI without a number", rest));
            }
            parts.user = Some((rest, end));
            parts.params = (end, text.len());
        }
        Scheme::Sip | Scheme::Sips => {
            let at = chars::find_byte(text, rest, b'@');
            let mut host_at = rest;
            if at < text.len() {
                let colon = chars::find_byte(&text[..at], rest, b':');
                if colon == rest || at == rest {
                    return Err(ParseError::new("empty user part", rest));
                }
                parts.user = Some((rest, colon));
                if colon < at {
                    parts.password = Some((colon + 1, at));
                }
                host_at = at + 1;
            }
            let (host_end, port) = host::scan(text, host_at)?;
            parts.host = (host_at, host_end);
            parts.port = host::port_number(text, port)?;
            let params_at = port.map_or(host_end, |span| span.1);
            if params_at == text.len() {
                return Ok(parts);
            }
            let params_end = chars::find_byte(text, params_at, b'?');
            if params_end < text.len() {
                parts.headers = Some((params_end + 1, text.len()));
            }
            parts.params = (params_at, params_end);
        }
    }
    let (at, end) = parts.params;
    check_params(&text[at..end]).map_err(|error| error.within(at))?;
    Ok(parts)
}

fn other_scheme(text: &[u8]) -> Result<(Scheme, usize), ParseError> {
    let colon = text
        .iter()
        .position(|&b| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')))
        .filter(|&n| n > 0 && text[n] == b':' && text[0].is_ascii_alphabetic())
        .ok_or(ParseError::new("URI without a scheme", 0))?;
    let scheme = match &text[..colon] {
        name if name.eq_ignore_ascii_case(b"sips") => Scheme::Sips,
        name if name.eq_ignore_ascii_case(b"tel") => Scheme::Tel,
        _ => Scheme::Other,
    };
    Ok((scheme, colon))
}

/// URI parameters hold no quotes or white space (that was looked for), so a walk over the `;` is enough.
fn check_params(text: &[u8]) -> Result<(), ParseError> {
    let mut at = 0;
    while let Some(&first) = text.get(at) {
        if first != b';' {
            return Err(ParseError::new("unexpected text after the host", at));
        }
        let name = at + 1;
        at = chars::find_byte(text, name, b';');
        if at == name || text[name] == b'=' {
            return Err(ParseError::new("empty parameter", name));
        }
    }
    let comma = chars::find_byte(text, 0, b',');
    if comma < text.len() {
        return Err(ParseError::new(
            "unexpected text after URI parameters",
            comma,
        ));
    }
    Ok(())
}

fn utf8(bytes: Cow<'_, [u8]>) -> Option<Cow<'_, str>> {
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}

/// The bytes of a text with `%HH` undone.
struct Unescape<'a>(&'a [u8]);

impl Iterator for Unescape<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        let hex = |b: u8| {
            char::from(b)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        if first == b'%'
            && let [high, low, rest @ ..] = rest
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            self.0 = rest;
            return Some(high << 4 | low);
        }
        self.0 = rest;
        Some(first)
    }
}

fn same_text(a: &str, b: &str, ignore_case: bool) -> bool {
    let fold = |b: u8| {
        if ignore_case {
            b.to_ascii_lowercase()
        } else {
            b
        }
    };
    Unescape(a.as_bytes())
        .map(fold)
        .eq(Unescape(b.as_bytes()).map(fold))
}

fn same_option(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same_text(a, b, false),
        _ => false,
    }
}

/// Parameters that never match their absence: three by the rule of §19.1.4, `transport` by its examples.
const NEEDED: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

fn same_params(a: &Params<'_>, b: &Params<'_>) -> bool {
    covers(a, b, false) && covers(b, a, false)
}

/// Whether each parameter of `a` that matters is in `b` with the same value.
fn covers(a: &Params<'_>, b: &Params<'_>, all: bool) -> bool {
    a.iter().all(|param| {
        let mut absent = true;
        let same = b
            .iter()
            .filter(|other| same_text(other.name, param.name, true))
            .any(|other| {
                absent = false;
                same_text(other.value.unwrap_or(""), param.value.unwrap_or(""), true)
            });
        let optional = !all && !NEEDED.iter().any(|name| same_text(param.name, name, true));
        same || absent && optional
    })
}

/// Header parts are equal as sets, never ignored.
fn same_headers(a: &Uri<'_>, b: &Uri<'_>) -> bool {
    let fields = |uri: &Uri<'_>| {
        let mut fields: Vec<Vec<u8>> = uri
            .headers
            .unwrap_or("")
            .split('&')
            .filter(|field| !field.is_empty())
            .map(|field| {
                Unescape(field.as_bytes())
                    .map(|b| b.to_ascii_lowercase())
                    .collect()
            })
            .collect();
        fields.sort_unstable();
        fields
    };
    fields(a) == fields(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_sip_uri_comes_apart_and_prints_the_same() {
        let text = "sips:a%20b;x/?:p%3aw@[2001:db8::1]:5061;transport=tls;lr?Subject=x&a=b";
        let uri = Uri::parse(text).unwrap();
        assert_eq!(uri.scheme, Scheme::Sips);
        assert_eq!(uri.user, Some("a%20b;x/?"));
        assert_eq!(uri.password, Some("p%3aw"));
        assert_eq!(uri.host_port().ip(), "2001:db8::1".parse().ok());
        assert_eq!(uri.port, Some(5061));
        assert_eq!(uri.params.get("transport"), Some("tls"));
        assert!(uri.is_loose());
        assert_eq!(uri.headers, Some("Subject=x&a=b"));
        assert_eq!(uri.user_unescaped().as_deref(), Some("a b;x/?"));
        assert_eq!(uri.header_fields().count(), 2);
        assert_eq!(uri.to_string(), text);
    }

    #[test]
    fn broken_uris_are_refused() {
        for text in [
            "",
            "sip",
            "sip:",
            ":x",
            "sip:@host",
            "sip::p@host",
            "sip:a@",
            "sip:a@b:",
            "sip:a@b:99999",
            "sip:2001:db8::10",
            "sip:a@b;;lr",
            "sip:a@b c",
            "sip:a b@c",
            "<sip:a@b>",
            "sip:a@b@c",
            "sip:a@b;",
            "sip:a@b/c",
            "1ip:a@b",
            "tel:",
            "http:",
            "sip:[::1",
            "sip:[::1]x",
            "sip:a\0@b",
        ] {
            assert!(Uri::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn other_schemes_stay_opaque() {
        let uri = Uri::parse("isbn:2983792873").unwrap();
        assert_eq!((uri.scheme, uri.opaque), (Scheme::Other, "2983792873"));
        let uri = Uri::parse("soap.beep://192.0.2.103:3002").unwrap();
        assert_eq!(uri.scheme_name, "soap.beep");
        let uri = Uri::parse("tel:+1-201-555-0123;phone-context=example.com").unwrap();
        assert_eq!(uri.user, Some("+1-201-555-0123"));
        assert_eq!(uri.params.get("phone-context"), Some("example.com"));
    }

    /// B-014.
    /// The examples of RFC 3261 §19.1.4.
    #[test]
    fn uris_the_rfc_calls_equal_are() {
        for (a, b) in [
            (
                "sip:%61lice@atlanta.com;transport=TCP",
                "sip:alice@AtlanTa.CoM;Transport=tcp",
            ),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
            (
                "sip:carol@chicago.com;newparam=5",
                "sip:carol@chicago.com;security=on",
            ),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            ),
            ("sip:a@[2001:db8::1]", "SIP:a@[2001:DB8:0:0::1]"),
            ("tel:+1-201-555-0123", "TEL:+12015550123"),
            ("urn:service:sos", "URN:service:sos"),
        ] {
            assert!(equal(a, b), "{a} {b}");
            assert!(equal(b, a), "{b} {a}");
        }
    }

    /// B-014.
    /// The examples of RFC 3261 §19.1.4.
    #[test]
    fn uris_the_rfc_calls_different_are() {
        for (a, b) in [
            (
                "SIP:ALICE@AtLanTa.CoM;Transport=udp",
                "sip:alice@AtLanTa.CoM;Transport=UDP",
            ),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            (
                "sip:bob@biloxi.com",
                "sip:bob@biloxi.com:6000;transport=tcp",
            ),
            (
                "sip:carol@chicago.com",
                "sip:carol@chicago.com?Subject=next%20meeting",
            ),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
            (
                "sip:carol@chicago.com;security=on",
                "sip:carol@chicago.com;security=off",
            ),
            ("sip:a@b", "sips:a@b"),
            ("sip:a@b;maddr=192.0.2.1", "sip:a@b"),
            ("sip:a@b;user=phone", "sip:a@b"),
            ("sip:null-%00-null@b", "sip:null-%00%00-null@b"),
            ("sip:a@b", "sip:a:@b"),
            ("sip:a@b", "sip:b"),
            ("tel:+12015550123", "tel:+12015550123;ext=1"),
            ("nonsense", "nonsense"),
        ] {
            assert!(!equal(a, b), "{a} {b}");
            assert!(!equal(b, a), "{b} {a}");
        }
    }

    /// B-015.
    #[test]
    fn escapes_are_undone_once() {
        assert_eq!(&*unescape("value%25%34%31"), b"value%41");
        assert_eq!(&*unescape("%Z%4"), b"%Z%4");
        assert_eq!(&*unescape("a%00b"), b"a\0b");
        assert_eq!(escape_user("a b@c%"), "a%20b%40c%25");
        assert_eq!(escape_header("a=b&c"), "a%3Db%26c");
    }
}
