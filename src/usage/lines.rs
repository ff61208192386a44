//! The header lines of a message that are ours to choose: what the stack says of itself, and what the application adds.
//!
//! One order of merging, by header name: the message's own lines over those of its session or subscription, over
//! those of its profile, over those of the client. `Supported` and `Allow-Events` are joined, not replaced.

use std::sync::Arc;

use crate::syntax::HeaderId;

/// Application lines of an object, already merged over those of its owners: "Name: value" CRLF …
#[derive(Clone, Debug)]
pub struct Extra {
    /// For requests.
    pub requests: Arc<str>,
    /// For responses.
    pub responses: Arc<str>,
}

impl Default for Extra {
    fn default() -> Self {
        let none: Arc<str> = Arc::from("");
        Self {
            requests: none.clone(),
            responses: none,
        }
    }
}

impl Extra {
    /// The lines for a request with the message's own lines over them.
    #[must_use]
    pub fn request(&self, own: &str) -> String {
        merge(own, &self.requests)
    }

    /// The lines for a response with the message's own lines over them.
    #[must_use]
    pub fn response(&self, own: &str) -> String {
        merge(own, &self.responses)
    }
}

/// All lines of `over`, and those of `under` whose names do not occur in `over`.
#[must_use]
pub fn merge(over: &str, under: &str) -> String {
    let mut merged = String::with_capacity(over.len() + under.len());
    merged.push_str(over);
    for (name, value) in lines(under) {
        if is_joined(name) || !contains(over, name) {
            push(&mut merged, name, value);
        }
    }
    merged
}

/// Whether a header's values of all levels count together: option tags and event packages.
#[must_use]
pub fn is_joined(name: &str) -> bool {
    matches!(
        HeaderId::from_name(name),
        Some(HeaderId::Supported | HeaderId::AllowEvents)
    )
}

/// The lines of a text as (name, value).
pub fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
}

/// Whether a header of that name, long or compact, is among the lines.
#[must_use]
pub fn contains(text: &str, name: &str) -> bool {
    !text.is_empty() && lines(text).any(|(other, _)| same_name(other, name))
}

/// Whether two header names mean the same header: case and compact forms aside.
#[must_use]
pub fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
        || HeaderId::from_name(a).is_some_and(|id| HeaderId::from_name(b) == Some(id))
}

fn push(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push_str(": ");
    text.push_str(value);
    text.push_str("\r\n");
}

/// Replaces the line of that name, or takes it out; a request that goes out again needs little more.
pub fn set_line(text: &mut String, name: &str, value: Option<&str>) {
    let mut kept = String::with_capacity(text.len() + 32);
    for (other, old) in lines(text) {
        if !same_name(other, name) {
            push(&mut kept, other, old);
        }
    }
    if let Some(value) = value {
        push(&mut kept, name, value);
    }
    *text = kept;
}

/// Builds the lines of one message.
pub struct Lines<'a> {
    text: String,
    extra: &'a str,
}

impl<'a> Lines<'a> {
    /// Begins with the application's lines in mind.
    #[must_use]
    pub fn new(extra: &'a str) -> Self {
        Self {
            text: String::with_capacity(160 + extra.len()),
            extra,
        }
    }

    /// A line of the stack that nothing replaces.
    #[must_use]
    pub fn put(mut self, name: &str, value: &str) -> Self {
        push(&mut self.text, name, value);
        self
    }

    /// A line that the application's line of the same name replaces; left out when empty.
    #[must_use]
    pub fn offer(mut self, name: &str, value: &str) -> Self {
        if !value.is_empty() && !contains(self.extra, name) {
            push(&mut self.text, name, value);
        }
        self
    }

    /// A list to which the application's values of the same name are added.
    #[must_use]
    pub fn join(mut self, name: &str, value: &str) -> Self {
        let mut list = String::from(value);
        for (_, more) in lines(self.extra).filter(|(other, _)| same_name(other, name)) {
            for item in more
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
            {
                if list
                    .split(',')
                    .any(|known| known.trim().eq_ignore_ascii_case(item))
                {
                    continue;
                }
                if !list.is_empty() {
                    list.push_str(", ");
                }
                list.push_str(item);
            }
        }
        if !list.is_empty() {
            push(&mut self.text, name, &list);
        }
        self
    }

    /// The text with the application's lines behind; those of a joined list are in the list already.
    #[must_use]
    pub fn finish(mut self, joined: &[&str]) -> String {
        for (name, value) in lines(self.extra) {
            if !joined.iter().any(|list| same_name(list, name)) {
                push(&mut self.text, name, value);
            }
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_own_lines_win_by_name_and_compact_forms_count() {
        let merged = merge("s: now\r\nX-A: 1\r\n", "Subject: later\r\nX-B: 2\r\n");
        assert_eq!(merged, "s: now\r\nX-A: 1\r\nX-B: 2\r\n");
    }

    #[test]
    fn allow_events_is_joined_and_user_agent_is_replaced() {
        let text = Lines::new("Allow-Events: talk, hold\r\nUser-Agent: mine\r\n")
            .offer("User-Agent", "stack")
            .join("Allow-Events", "presence, talk")
            .finish(&["Allow-Events"]);
        assert_eq!(
            text,
            "Allow-Events: presence, talk, hold\r\nUser-Agent: mine\r\n"
        );
    }
}
