//! Key presses, `application/kpml-request+xml` and `application/kpml-response+xml`: RFC 4730 §5, §6.

use std::fmt;
use std::time::Duration;

use super::Fault;
use super::digits::{MAX_PATTERNS, Matcher, Pattern};
use super::json::Object;
use super::xml::{self, Attr, Elem, Escaped, HEAD};

/// The media type of what is asked for.
pub const REQUEST_TYPE: &str = "application/kpml-request+xml";
/// The media type of what was pressed.
pub const RESPONSE_TYPE: &str = "application/kpml-response+xml";
const REQUEST: &str = "urn:ietf:params:xml:ns:kpml-request";
const RESPONSE: &str = "urn:ietf:params:xml:ns:kpml-response";

/// How often a request wants to hear (RFC 4730 §5.2).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Persist {
    /// The first match ends the subscription.
    #[default]
    OneShot,
    /// Each match is told.
    Persist,
    /// One match is told, then nothing until the next SUBSCRIBE.
    SingleNotify,
}

impl Persist {
    const fn name(self) -> &'static str {
        match self {
            Self::OneShot => "one-shot",
            Self::Persist => "persist",
            Self::SingleNotify => "single-notify",
        }
    }
}

/// What keys are asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KpmlRequest {
    /// How often.
    pub persist: Persist,
    /// Milliseconds of silence that end the waiting when nothing fits yet.
    pub interdigit_ms: u32,
    /// Milliseconds of silence that end the waiting for a longer match.
    pub critical_ms: u32,
    /// Milliseconds after which a key counts as held long.
    pub long_ms: u32,
    /// What was pressed before does not count.
    pub flush: bool,
    /// The keys of the peer instead of the user's.
    pub reverse: bool,
    /// The patterns: tag and text.
    pub regexes: Vec<Regex>,
}

/// One pattern of a request.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Regex {
    /// Comes back in the response.
    pub tag: String,
    /// The pattern.
    pub pattern: String,
}

impl Default for KpmlRequest {
    fn default() -> Self {
        Self {
            persist: Persist::OneShot,
            interdigit_ms: 4000,
            critical_ms: 1000,
            long_ms: 2500,
            flush: true,
            reverse: false,
            regexes: Vec::new(),
        }
    }
}

impl KpmlRequest {
    /// Reads a document; each of its patterns is read too.
    pub fn parse(body: &[u8]) -> Result<Self, Fault> {
        xml::read(body, REQUEST, "kpml-request", |root| {
            let Some(pattern) = root.first("pattern") else {
                // Without a pattern nothing is asked for: an empty request (RFC 4730 §5.1).
                return Ok(Self::default());
            };
            let usual = Self::default();
            let regexes: Vec<Regex> = pattern
                .all("regex")
                .take(MAX_PATTERNS + 1)
                .map(|elem| Regex {
                    tag: elem.attr("tag"),
                    pattern: elem.text(),
                })
                .collect();
            if regexes.len() > MAX_PATTERNS {
                return Err(Fault::TooLarge);
            }
            for regex in &regexes {
                Pattern::parse(&regex.pattern)?;
            }
            Ok(Self {
                persist: match pattern.attr("persist").as_str() {
                    "persist" => Persist::Persist,
                    "single-notify" => Persist::SingleNotify,
                    _ => Persist::OneShot,
                },
                interdigit_ms: pattern
                    .number("interdigittimer")
                    .unwrap_or(usual.interdigit_ms),
                critical_ms: pattern
                    .number("criticaldigittimer")
                    .unwrap_or(usual.critical_ms),
                long_ms: pattern.number("long").unwrap_or(usual.long_ms),
                flush: pattern.text_of("flush") != "no",
                reverse: root
                    .first("stream")
                    .is_some_and(|stream| stream.first("reverse").is_some()),
                regexes,
            })
        })
    }

    /// The machine that waits for what is asked for.
    pub fn matcher(&self) -> Result<Matcher, Fault> {
        let patterns: Result<Vec<Pattern>, Fault> = self
            .regexes
            .iter()
            .map(|regex| Pattern::parse(&regex.pattern))
            .collect();
        let ms = |ms: u32| Duration::from_millis(ms.clamp(50, 600_000).into());
        Ok(Matcher::new(
            patterns?,
            ms(self.interdigit_ms),
            ms(self.critical_ms),
        ))
    }

    /// As a JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let regexes = self.regexes.iter().map(|regex| {
            Object::new()
                .given("tag", &regex.tag)
                .text("pattern", &regex.pattern)
                .end()
        });
        Object::new()
            .text("persist", self.persist.name())
            .flag("reverse", self.reverse)
            .list("regexes", regexes)
            .end()
    }
}

impl fmt::Display for KpmlRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        writeln!(f, "<kpml-request xmlns=\"{REQUEST}\" version=\"1.0\">")?;
        if self.reverse {
            writeln!(f, "<stream><reverse/></stream>")?;
        }
        writeln!(
            f,
            "<pattern persist=\"{}\" interdigittimer=\"{}\" criticaldigittimer=\"{}\" long=\"{}\">",
            self.persist.name(),
            self.interdigit_ms,
            self.critical_ms,
            self.long_ms
        )?;
        if !self.flush {
            writeln!(f, "<flush>no</flush>")?;
        }
        for regex in &self.regexes {
            let tag = Attr("tag", &regex.tag);
            writeln!(f, "<regex{tag}>{}</regex>", Escaped(&regex.pattern))?;
        }
        writeln!(f, "</pattern>")?;
        writeln!(f, "</kpml-request>")
    }
}

/// What was pressed, or why nothing more comes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KpmlResponse {
    /// 200 success, 423 timer expired, 481 dialog not found, 487 subscription expired, 501 bad document (RFC 4730 §6.2).
    pub code: u32,
    /// The same in words.
    pub text: String,
    /// The keys.
    pub digits: String,
    /// Of the pattern that fitted.
    pub tag: String,
}

impl KpmlResponse {
    /// One of the codes of RFC 4730 §6.2.
    #[must_use]
    pub fn new(code: u32, digits: &str, tag: &str) -> Self {
        let text = match code {
            200 => "OK",
            402 => "User Terminated Without Match",
            423 => "Timer Expired",
            481 => "Dialog Not Found",
            487 => "Subscription Expired",
            501 => "Bad Document",
            502 => "Namespace Not Supported",
            _ => "",
        };
        Self {
            code,
            text: text.to_owned(),
            digits: digits.to_owned(),
            tag: tag.to_owned(),
        }
    }

    /// Reads a document.
    pub fn parse(body: &[u8]) -> Result<Self, Fault> {
        xml::read(body, RESPONSE, "kpml-response", |root: Elem<'_, '_>| {
            Ok(Self {
                code: root.number("code").ok_or(Fault::Invalid)?,
                text: root.attr("text"),
                digits: root.attr("digits"),
                tag: root.attr("tag"),
            })
        })
    }

    /// As a JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        Object::new()
            .number("code", self.code)
            .given("text", &self.text)
            .given("digits", &self.digits)
            .given("tag", &self.tag)
            .end()
    }
}

impl fmt::Display for KpmlResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        writeln!(
            f,
            "<kpml-response xmlns=\"{RESPONSE}\" version=\"1.0\" code=\"{}\" text=\"{}\"{}{}/>",
            self.code,
            Escaped(&self.text),
            Attr("digits", &self.digits),
            Attr("tag", &self.tag)
        )
    }
}
