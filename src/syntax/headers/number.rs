//! Headers that are numbers: CSeq, Expires, Max-Forwards, Retry-After … (RFC 3261 §20), RSeq and RAck (RFC 3262),
//! Session-Expires and Min-SE (RFC 4028).

use std::fmt;

use super::{TypedHeader, leading_token};
use crate::syntax::chars;
use crate::syntax::error::ParseError;
use crate::syntax::head::CSEQ_MAX;
use crate::syntax::header_id::HeaderId;
use crate::syntax::message::delta_seconds;
use crate::syntax::params::Params;

/// CSeq: RFC 3261 §20.16.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CSeq<'a> {
    /// Below 2^31.
    pub number: u32,
    /// The method.
    pub method: &'a str,
}

impl<'a> TypedHeader<'a> for CSeq<'a> {
    const ID: HeaderId = HeaderId::CSeq;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        let (digits, rest) = leading_token(text, "malformed CSeq")?;
        let number = bounded(digits, CSEQ_MAX, "malformed CSeq number")?;
        let (method, rest) = leading_token(rest, "malformed CSeq method")?;
        end(rest, "malformed CSeq")?;
        Ok(Self { number, method })
    }
}

impl fmt::Display for CSeq<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}

/// RAck: RFC 3262 §7.2.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RAck<'a> {
    /// The RSeq of the response acknowledged.
    pub rseq: u32,
    /// Its CSeq number.
    pub cseq: u32,
    /// Its CSeq method.
    pub method: &'a str,
}

impl<'a> TypedHeader<'a> for RAck<'a> {
    const ID: HeaderId = HeaderId::RAck;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        let (digits, rest) = leading_token(text, "malformed RAck")?;
        let rseq = bounded(digits, u64::from(u32::MAX), "malformed RAck number")?;
        let CSeq { number, method } = CSeq::parse_value(rest)?;
        Ok(Self {
            rseq,
            cseq: number,
            method,
        })
    }
}

impl fmt::Display for RAck<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.rseq, self.cseq, self.method)
    }
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident, $parse:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub struct $name(pub u32);

        impl TypedHeader<'_> for $name {
            const ID: HeaderId = HeaderId::$name;

            fn parse_value(text: &str) -> Result<Self, ParseError> {
                let parse: fn(&str) -> Result<u32, ParseError> = $parse;
                parse(chars::trimmed(text)).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

numbers! {
    /// Expires in seconds; too many of them count as 2^32 - 1.
    Expires, seconds;
    /// Min-Expires in seconds.
    MinExpires, seconds;
    /// Max-Forwards: 0 to 255.
    MaxForwards, |text| bounded(text, 255, "malformed Max-Forwards");
    /// Content-Length in bytes.
    ContentLength, |text| bounded(text, u64::from(u32::MAX), "malformed Content-Length");
    /// RSeq: RFC 3262 §7.1.
    RSeq, |text| bounded(text, u64::from(u32::MAX), "malformed RSeq");
}

/// Retry-After: RFC 3261 §20.33.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RetryAfter<'a> {
    /// Seconds to wait.
    pub seconds: u32,
    /// The comment, without its parentheses; empty without one.
    pub comment: &'a str,
    /// The parameters.
    pub params: Params<'a>,
}

impl RetryAfter<'_> {
    /// For how many seconds the callee can then be reached.
    #[must_use]
    pub fn duration(&self) -> Option<u32> {
        delta_seconds(self.params.get("duration")?.as_bytes())
    }
}

impl<'a> TypedHeader<'a> for RetryAfter<'a> {
    const ID: HeaderId = HeaderId::RetryAfter;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        let (digits, mut rest) = leading_token(text, "malformed Retry-After")?;
        let seconds = seconds(digits)?;
        let mut comment = "";
        if rest.starts_with('(') {
            let close =
                comment_end(rest).ok_or_else(|| ParseError::new("comment without an end", 0))?;
            comment = &rest[1..close];
            rest = chars::trimmed(&rest[close + 1..]);
        }
        Ok(Self {
            seconds,
            comment,
            params: Params::parse(rest)?,
        })
    }
}

/// The offset of the parenthesis that closes the one at the start; comments nest.
fn comment_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Session-Expires: RFC 4028 §4.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionExpires<'a> {
    /// The session interval in seconds.
    pub seconds: u32,
    /// All parameters.
    pub params: Params<'a>,
}

impl<'a> SessionExpires<'a> {
    /// Who refreshes, as written: `uac` or `uas`.
    #[must_use]
    pub fn refresher(&self) -> Option<&'a str> {
        self.params.get("refresher")
    }
}

impl<'a> TypedHeader<'a> for SessionExpires<'a> {
    const ID: HeaderId = HeaderId::SessionExpires;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        let (digits, rest) = leading_token(text, "malformed Session-Expires")?;
        Ok(Self {
            seconds: seconds(digits)?,
            params: Params::parse(rest)?,
        })
    }
}

/// Min-SE: RFC 4028 §5.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MinSe(pub u32);

impl TypedHeader<'_> for MinSe {
    const ID: HeaderId = HeaderId::MinSe;

    fn parse_value(text: &str) -> Result<Self, ParseError> {
        let (digits, rest) = leading_token(text, "malformed Min-SE")?;
        Params::parse(rest)?;
        seconds(digits).map(Self)
    }
}

fn seconds(text: &str) -> Result<u32, ParseError> {
    delta_seconds(text.as_bytes()).ok_or_else(|| ParseError::new("malformed number of seconds", 0))
}

fn bounded(text: &str, max: u64, what: &'static str) -> Result<u32, ParseError> {
    chars::number(text.as_bytes(), max)
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| ParseError::new(what, 0))
}

fn end(rest: &str, what: &'static str) -> Result<(), ParseError> {
    if rest.is_empty() {
        Ok(())
    } else {
        Err(ParseError::new(what, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_never_wrap() {
        assert_eq!(
            CSeq::parse_value("0009  INVITE").unwrap(),
            CSeq {
                number: 9,
                method: "INVITE"
            }
        );
        assert!(CSeq::parse_value("36893488147419103232 REGISTER").is_err());
        assert!(CSeq::parse_value("2147483648 A").is_err());
        assert!(CSeq::parse_value("1").is_err());
        assert!(CSeq::parse_value("1 A B").is_err());
        assert_eq!(
            Expires::parse_value(" 4294967296").unwrap(),
            Expires(u32::MAX)
        );
        assert!(MaxForwards::parse_value("300").is_err());
        assert!(ContentLength::parse_value("-999").is_err());
        assert_eq!(
            RAck::parse_value("776656 1 INVITE").unwrap().to_string(),
            "776656 1 INVITE"
        );
    }

    #[test]
    fn retry_after_has_a_comment_and_parameters() {
        let text = "18000 (I'm (deep) \\) in a meeting) ;duration=3600";
        let retry = RetryAfter::parse_value(text).unwrap();
        assert_eq!((retry.seconds, retry.duration()), (18000, Some(3600)));
        assert_eq!(retry.comment, "I'm (deep) \\) in a meeting");
        assert_eq!(RetryAfter::parse_value("5").unwrap().comment, "");
        assert!(RetryAfter::parse_value("5 (open").is_err());
        assert!(RetryAfter::parse_value("5 x").is_err());
    }

    #[test]
    fn session_timers_name_their_refresher() {
        let timer = SessionExpires::parse_value("1800;refresher=uac").unwrap();
        assert_eq!((timer.seconds, timer.refresher()), (1800, Some("uac")));
        assert_eq!(MinSe::parse_value("90;x=y").unwrap(), MinSe(90));
    }
}
