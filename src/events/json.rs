//! JSON objects that are being written (RFC 8259), one line each.

use std::fmt::Write;

/// An object; fields in the order in which they are given.
#[derive(Debug)]
pub struct Object(String);

impl Default for Object {
    fn default() -> Self {
        Self::new()
    }
}

impl Object {
    /// An object without fields.
    #[must_use]
    pub fn new() -> Self {
        Self(String::from("{"))
    }

    /// A field whose value is JSON already.
    #[must_use]
    pub fn raw(mut self, field: &str, json: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(field);
        self.0.push_str("\":");
        self.0.push_str(json);
        self
    }

    /// A text.
    #[must_use]
    pub fn text(self, field: &str, text: &str) -> Self {
        let mut quoted = String::with_capacity(text.len() + 2);
        quote(text, &mut quoted);
        self.raw(field, &quoted)
    }

    /// A text, left out when empty.
    #[must_use]
    pub fn given(self, field: &str, text: &str) -> Self {
        if text.is_empty() {
            self
        } else {
            self.text(field, text)
        }
    }

    /// A number.
    #[must_use]
    pub fn number(self, field: &str, number: impl Into<i64>) -> Self {
        self.raw(field, &number.into().to_string())
    }

    /// A number, left out when there is none.
    #[must_use]
    pub fn maybe(self, field: &str, number: Option<impl Into<i64>>) -> Self {
        match number {
            Some(number) => self.number(field, number),
            None => self,
        }
    }

    /// Yes or no.
    #[must_use]
    pub fn flag(self, field: &str, yes: bool) -> Self {
        self.raw(field, if yes { "true" } else { "false" })
    }

    /// A list of JSON values, left out when empty.
    #[must_use]
    pub fn list(self, field: &str, items: impl IntoIterator<Item = String>) -> Self {
        let items: Vec<String> = items.into_iter().collect();
        if items.is_empty() {
            return self;
        }
        self.raw(field, &format!("[{}]", items.join(",")))
    }

    /// A list of texts, left out when empty.
    #[must_use]
    pub fn texts<'a>(self, field: &str, items: impl IntoIterator<Item = &'a String>) -> Self {
        self.list(
            field,
            items.into_iter().map(|item| {
                let mut quoted = String::new();
                quote(item, &mut quoted);
                quoted
            }),
        )
    }

    /// An object within, left out when it has no fields.
    #[must_use]
    pub fn object(self, field: &str, object: Self) -> Self {
        if object.0.len() > 1 {
            self.raw(field, &object.end())
        } else {
            self
        }
    }

    /// The text of it.
    #[must_use]
    pub fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// Writes a text as a JSON string that stays on one line.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' || c == '\u{7f}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_so_that_the_line_stays_one() {
        let mut out = String::new();
        quote("a\"b\\c\r\n\t\u{1}é\u{7f}", &mut out);
        assert_eq!(out, "\"a\\\"b\\\\c\\r\\n\\t\\u0001é\\u007f\"");
    }

    #[test]
    fn what_is_empty_is_left_out() {
        let inner = Object::new().given("a", "");
        let text = Object::new()
            .number("version", 3_u32)
            .maybe("code", None::<u32>)
            .object("inner", inner)
            .texts("list", &[])
            .flag("full", true)
            .end();
        assert_eq!(text, "{\"version\":3,\"full\":true}");
    }
}
