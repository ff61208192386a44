//! Presence documents: RFC 3863, and their composition (RFC 3903 §2, "event state compositor").
//!
//! One publication is passed on as it came. Several are joined: the tuples of all, each name once. What the documents
//! mean is for those who read them.

use std::fmt::Write as _;

use roxmltree::{Document, Node, ParsingOptions};

/// The media type.
pub(super) const TYPE: &str = "application/pidf+xml";
/// The namespace.
const NAMESPACE: &str = "urn:ietf:params:xml:ns:pidf";
/// Nodes of one document.
const MOST_NODES: u32 = 4096;

/// Whether this is a presence document that can be composed with others.
pub(super) fn is_valid(bytes: &[u8], depth: usize) -> bool {
    std::str::from_utf8(bytes)
        .ok()
        .and_then(parse)
        .is_some_and(|document| {
            let mut nodes = document.root().descendants();
            nodes.all(|node| node.ancestors().nth(depth + 2).is_none())
        })
}

fn parse(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).ok()?;
    let root = document.root_element();
    root.has_tag_name((NAMESPACE, "presence"))
        .then_some(document)
}

/// What watchers of `entity` are told: the publications in the order in which they came, or that there is none.
pub(super) fn compose(entity: &str, documents: &[&[u8]]) -> Vec<u8> {
    match documents {
        [] => closed(entity).into_bytes(),
        [only] => only.to_vec(),
        [.., newest] => {
            joined(entity, documents).map_or_else(|| newest.to_vec(), String::into_bytes)
        }
    }
}

/// Nobody has said anything: not there.
fn closed(entity: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
         <presence xmlns=\"{NAMESPACE}\" entity=\"{}\">\r\n\
         <tuple id=\"none\"><status><basic>closed</basic></status></tuple>\r\n\
         </presence>\r\n",
        escaped(entity)
    )
}

/// All tuples, then all else; none when the documents use one prefix for different namespaces.
fn joined(entity: &str, documents: &[&[u8]]) -> Option<String> {
    let texts: Vec<&str> = documents
        .iter()
        .map(|bytes| std::str::from_utf8(bytes).ok())
        .collect::<Option<_>>()?;
    let documents: Vec<Document<'_>> = texts
        .iter()
        .map(|text| parse(text))
        .collect::<Option<_>>()?;
    let mut namespaces: Vec<(Option<&str>, &str)> = Vec::new();
    let mut tuples: Vec<(&str, &str)> = Vec::new();
    let mut others: Vec<&str> = Vec::new();
    for (document, text) in documents.iter().zip(&texts) {
        let root = document.root_element();
        for namespace in root.namespaces() {
            let (prefix, uri) = (namespace.name(), namespace.uri());
            match namespaces.iter().find(|(known, _)| *known == prefix) {
                Some((_, known)) if *known != uri => return None,
                Some(_) => {}
                None => namespaces.push((prefix, uri)),
            }
        }
        for child in root.children().filter(Node::is_element) {
            let source = text.get(child.range())?;
            if child.has_tag_name((NAMESPACE, "tuple")) {
                let id = child.attribute("id").unwrap_or_default();
                // The same name twice is the same tuple, said anew.
                tuples.retain(|(known, _)| *known != id);
                tuples.push((id, source));
            } else if !others.contains(&source) {
                others.push(source);
            }
        }
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<presence");
    for (prefix, uri) in &namespaces {
        let _ = match prefix {
            Some("xml") => Ok(()),
            Some(prefix) => write!(out, " xmlns:{prefix}=\"{}\"", escaped(uri)),
            None => write!(out, " xmlns=\"{}\"", escaped(uri)),
        };
    }
    let _ = write!(out, " entity=\"{}\">\r\n", escaped(entity));
    for source in tuples.iter().map(|(_, source)| source).chain(&others) {
        out.push_str(source);
        out.push_str("\r\n");
    }
    out.push_str("</presence>\r\n");
    Some(out)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(prefix: &str, id: &str, basic: &str) -> String {
        let tag = |name: &str| {
            if prefix.is_empty() {
                name.to_owned()
            } else {
                format!("{prefix}:{name}")
            }
        };
        let xmlns = if prefix.is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{prefix}")
        };
        format!(
            "<{presence} {xmlns}=\"{NAMESPACE}\" entity=\"sip:a@b\"><{tuple} id=\"{id}\"><{status}><{tag}>{basic}</{tag}>\
             </{status}></{tuple}></{presence}>",
            presence = tag("presence"),
            tuple = tag("tuple"),
            status = tag("status"),
            tag = tag("basic"),
        )
    }

    fn tuples(bytes: &[u8]) -> Vec<(String, String)> {
        let text = std::str::from_utf8(bytes).unwrap();
        let document = parse(text).unwrap();
        let tuple = |node: &Node<'_, '_>| node.has_tag_name((NAMESPACE, "tuple"));
        let read = |node: Node<'_, '_>| {
            let basic = node
                .descendants()
                .find(|node| node.has_tag_name((NAMESPACE, "basic")))
                .unwrap();
            let id = node.attribute("id").unwrap().to_owned();
            (id, basic.text().unwrap().to_owned())
        };
        document.descendants().filter(tuple).map(read).collect()
    }

    fn pair(id: &str, basic: &str) -> (String, String) {
        (id.to_owned(), basic.to_owned())
    }

    #[test]
    fn without_publications_everybody_is_closed() {
        let bytes = compose("sip:\"a\"&<@b", &[]);
        assert_eq!(tuples(&bytes), [pair("none", "closed")]);
    }

    #[test]
    fn one_publication_passes_as_it_came() {
        let one = document("p", "t", "open");
        assert_eq!(compose("sip:a@b", &[one.as_bytes()]), one.as_bytes());
    }

    #[test]
    fn several_are_joined_whatever_their_prefixes_and_the_same_tuple_is_replaced() {
        let (one, two, three) = (
            document("", "t1", "open"),
            document("p", "t2", "closed"),
            document("", "t1", "closed"),
        );
        let all = [one.as_bytes(), two.as_bytes(), three.as_bytes()];
        let bytes = compose("sip:a@b", &all);
        assert_eq!(tuples(&bytes), [pair("t2", "closed"), pair("t1", "closed")]);
        let clash = format!("<p:presence xmlns:p=\"{NAMESPACE}\" xmlns=\"urn:x\"/>");
        let bytes = compose("sip:a@b", &[one.as_bytes(), clash.as_bytes()]);
        assert_eq!(
            bytes,
            clash.as_bytes(),
            "the newest, where joining would change what is meant"
        );
    }

    #[test]
    fn what_is_no_presence_document_is_refused() {
        assert!(is_valid(document("", "t", "open").as_bytes(), 32));
        for text in [
            "",
            "<presence/>",
            "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\">",
            "<!DOCTYPE x [<!ENTITY a \"b\">]><presence xmlns=\"urn:ietf:params:xml:ns:pidf\"/>",
        ] {
            assert!(!is_valid(text.as_bytes(), 32), "{text}");
        }
        let deep = format!(
            "<presence xmlns=\"{NAMESPACE}\">{}{}</presence>",
            "<a>".repeat(40),
            "</a>".repeat(40)
        );
        assert!(!is_valid(deep.as_bytes(), 32) && is_valid(deep.as_bytes(), 64));
        assert!(!is_valid(b"\xff", 32));
    }
}
