//! Messages that wait, `application/simple-message-summary`: RFC 3842 §5. Lines of text, not XML.

use std::fmt;

use super::Fault;
use super::json::Object;

/// The media type.
pub const CONTENT_TYPE: &str = "application/simple-message-summary";
/// Longest document in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Most classes of messages.
const MOST: usize = 32;

/// What waits.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// Whether anything does.
    pub waiting: bool,
    /// The URI to fetch it from.
    pub account: String,
    /// By class of message.
    pub counts: Vec<Count>,
}

/// The messages of one class.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Count {
    /// `voice`, `fax`, `pager`, `multimedia`, `text` …: the name of the line without `-message`, in lower case.
    pub class: String,
    /// Not heard yet.
    pub new: u32,
    /// Heard.
    pub old: u32,
    /// Urgent ones of `new`.
    pub urgent_new: u32,
    /// Urgent ones of `old`.
    pub urgent_old: u32,
}

impl Summary {
    /// Reads a document. The first line says whether anything waits; what is said of single messages is passed over.
    pub fn parse(body: &[u8]) -> Result<Self, Fault> {
        if body.len() > MAX_BYTES {
            return Err(Fault::TooLarge);
        }
        let text = std::str::from_utf8(body).map_err(|_| Fault::Malformed)?;
        let mut lines = text
            .lines()
            .map(str::trim)
            .skip_while(|line| line.is_empty());
        let (name, value) = lines
            .next()
            .and_then(|line| line.split_once(':'))
            .ok_or(Fault::Malformed)?;
        if !name.trim().eq_ignore_ascii_case("messages-waiting") {
            return Err(Fault::NotThis);
        }
        let waiting = match value.trim() {
            word if word.eq_ignore_ascii_case("yes") => true,
            word if word.eq_ignore_ascii_case("no") => false,
            _ => return Err(Fault::Invalid),
        };
        let mut summary = Self {
            waiting,
            ..Self::default()
        };
        // An empty line begins the headers of single messages.
        for line in lines.take_while(|line| !line.is_empty()) {
            let Some((name, value)) = line.split_once(':') else {
                return Err(Fault::Malformed);
            };
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            if name == "message-account" {
                value.clone_into(&mut summary.account);
            } else if let Some(class) = name.strip_suffix("-message") {
                if summary.counts.len() >= MOST {
                    return Err(Fault::TooLarge);
                }
                summary
                    .counts
                    .push(count(class, value).ok_or(Fault::Invalid)?);
            }
        }
        Ok(summary)
    }

    /// As a JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let counts = self.counts.iter().map(|count| {
            Object::new()
                .text("class", &count.class)
                .number("new", count.new)
                .number("old", count.old)
                .number("urgent_new", count.urgent_new)
                .number("urgent_old", count.urgent_old)
                .end()
        });
        Object::new()
            .flag("waiting", self.waiting)
            .given("account", &self.account)
            .list("counts", counts)
            .end()
    }
}

/// `2/8 (0/2)`, the part in parentheses optional.
fn count(class: &str, value: &str) -> Option<Count> {
    let pair = |text: &str| {
        let (new, old) = text.trim().split_once('/')?;
        Some((new.trim().parse().ok()?, old.trim().parse().ok()?))
    };
    let (all, urgent) = match value.split_once('(') {
        Some((all, urgent)) => (all, pair(urgent.trim_end().strip_suffix(')')?)?),
        None => (value, (0, 0)),
    };
    let (new, old) = pair(all)?;
    Some(Count {
        class: class.to_owned(),
        new,
        old,
        urgent_new: urgent.0,
        urgent_old: urgent.1,
    })
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = if self.waiting { "yes" } else { "no" };
        write!(f, "Messages-Waiting: {waiting}\r\n")?;
        let is_line = |text: &str| !text.chars().any(char::is_control);
        if !self.account.is_empty() && is_line(&self.account) {
            write!(f, "Message-Account: {}\r\n", self.account)?;
        }
        for count in &self.counts {
            let class = count.class.chars().next().filter(char::is_ascii_alphabetic);
            let Some(first) = class.filter(|_| {
                count
                    .class
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            }) else {
                continue;
            };
            write!(
                f,
                "{}{}-Message: {}/{} ({}/{})\r\n",
                first.to_ascii_uppercase(),
                &count.class[1..],
                count.new,
                count.old,
                count.urgent_new,
                count.urgent_old
            )?;
        }
        Ok(())
    }
}
