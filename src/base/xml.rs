//! A look at XML text before a parser sees it: how deep it nests and how many attributes one tag has.
//!
//! A tree builder compares the attributes of a tag with each other and hands namespaces down from level to level, so
//! text from a peer that is small in bytes can be large in work. This is one pass without memory. It does not
//! check that the text is well-formed; the parser does.

/// Deepest nesting that is let through.
pub const MAX_DEPTH: usize = 64;
/// Most attributes of one tag.
pub const MAX_ATTRIBUTES: usize = 128;

/// Whether the text stays within both limits.
#[must_use]
pub fn is_modest(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let tag = &rest[at + 1..];
        let skipped = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")]
            .into_iter()
            .find(|(open, _)| tag.starts_with(open));
        if let Some((open, close)) = skipped {
            let Some(end) = tag[open.len()..].find(close) else {
                return true;
            };
            rest = &tag[open.len() + end + close.len()..];
            continue;
        }
        let Some((len, attributes)) = measure(tag) else {
            return true;
        };
        if attributes > MAX_ATTRIBUTES {
            return false;
        }
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !tag[..len].ends_with('/') && !tag.starts_with('!') {
            depth += 1;
            if depth > MAX_DEPTH {
                return false;
            }
        }
        rest = &tag[len..];
    }
    true
}

/// The length of a tag up to its `>`, and its equals signs, both outside quotes; `None` if it does not end.
fn measure(tag: &str) -> Option<(usize, usize)> {
    let (mut quote, mut attributes) = (None, 0);
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some((at, attributes)),
            (None, b'=') => attributes += 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        // A tag that does not end is not read to the end of the text again and again.
        if attributes > MAX_ATTRIBUTES {
            return Some((at, attributes));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_without_comments_quotes_and_empty_tags() {
        let nest = |open: &str, depth| open.repeat(depth);
        assert!(is_modest(&nest("<a>", MAX_DEPTH)));
        assert!(!is_modest(&nest("<a>", MAX_DEPTH + 1)));
        assert!(!is_modest(&nest("<a b='/>' c=\"/\">", MAX_DEPTH + 1)));
        assert!(is_modest(&nest("<a/>", 1000)));
        assert!(is_modest(&nest("<a></a>", 1000)));
        assert!(is_modest(&nest(
            "<!-- <a> --><?a <b> ?><![CDATA[<a>]]>",
            1000
        )));
        assert!(is_modest("<a <!-- <?"));
    }

    #[test]
    fn attributes_of_one_tag_are_counted() {
        let tag = |count| format!("<a{}>", " b='=<>'".repeat(count));
        assert!(is_modest(&tag(MAX_ATTRIBUTES)));
        assert!(!is_modest(&tag(MAX_ATTRIBUTES + 1)));
    }
}
