//! XML within limits: reading for the documents of this folder, and writing that no value can break out of.

use std::fmt;

use roxmltree::{Document, Node, ParsingOptions};

use super::Fault;

/// Longest document in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// Most nodes.
pub const MAX_NODES: u32 = 8192;

/// Reads a document whose root has that name in that namespace (or in none, which some phones send).
pub(super) fn read<T>(
    body: &[u8],
    space: &'static str,
    name: &'static str,
    f: impl FnOnce(Elem<'_, '_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| Fault::Malformed)?;
    let text = text.trim_start_matches('\u{feff}').trim_ascii_start();
    if text.len() > MAX_BYTES || !crate::base::xml::is_modest(text) {
        return Err(Fault::TooLarge);
    }
    let options = ParsingOptions {
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => Fault::TooLarge,
        _ => Fault::Malformed,
    })?;
    let root = Elem {
        node: document.root_element(),
        space,
    };
    if root.is(name) {
        f(root)
    } else {
        Err(Fault::NotThis)
    }
}

/// An element of a document whose own namespace is known.
#[derive(Clone, Copy)]
pub(super) struct Elem<'a, 'i> {
    pub(super) node: Node<'a, 'i>,
    space: &'static str,
}

impl<'a, 'i: 'a> Elem<'a, 'i> {
    fn is(self, name: &str) -> bool {
        let tag = self.node.tag_name();
        let own = tag.namespace().is_none_or(|space| space == self.space);
        self.node.is_element() && tag.name() == name && own
    }

    /// Its children of that name in the document's namespace.
    pub(super) fn all(self, name: &'static str) -> impl Iterator<Item = Self> {
        let space = self.space;
        self.node
            .children()
            .map(move |node| Self { node, space })
            .filter(move |child| child.is(name))
    }

    /// The first of them.
    pub(super) fn first(self, name: &'static str) -> Option<Self> {
        self.all(name).next()
    }

    /// Children in another namespace.
    pub(super) fn foreign(
        self,
        space: &'static str,
        name: &'static str,
    ) -> impl Iterator<Item = Self> {
        self.node
            .children()
            .filter(move |node| {
                let tag = node.tag_name();
                node.is_element() && tag.name() == name && tag.namespace() == Some(space)
            })
            .map(move |node| Self { node, space })
    }

    /// All child elements, whatever their namespace.
    pub(super) fn elements(self) -> impl Iterator<Item = Self> {
        let space = self.space;
        self.node
            .children()
            .filter(Node::is_element)
            .map(move |node| Self { node, space })
    }

    /// Its name without namespace.
    pub(super) fn name(self) -> &'a str {
        self.node.tag_name().name()
    }

    /// An attribute without blanks around it; empty if it is not there.
    pub(super) fn attr(self, name: &str) -> String {
        self.node
            .attribute(name)
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    /// An attribute that is a number.
    pub(super) fn number(self, name: &str) -> Option<u32> {
        self.node.attribute(name)?.trim().parse().ok()
    }

    /// The text directly in it, without blanks around it.
    pub(super) fn text(self) -> String {
        let text: String = self
            .node
            .children()
            .filter_map(|child| child.text().filter(|_| child.is_text()))
            .collect();
        text.trim().to_owned()
    }

    /// The text of its first child of that name; empty if there is none.
    pub(super) fn text_of(self, name: &'static str) -> String {
        self.first(name).map(Self::text).unwrap_or_default()
    }
}

/// Text for an element or a quoted attribute; characters that XML 1.0 cannot hold become U+FFFD.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\t' | '\n' | '\r' => write!(f, "&#{};", c as u32)?,
                '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// ` name="value"`, nothing when the value is empty.
pub(super) struct Attr<'a>(pub(super) &'static str, pub(super) &'a str);

impl fmt::Display for Attr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.1.is_empty() {
            return Ok(());
        }
        write!(f, " {}=\"{}\"", self.0, Escaped(self.1))
    }
}

/// `<name>value</name>` on a line, nothing when the value is empty.
pub(super) struct Leaf<'a>(pub(super) &'static str, pub(super) &'a str);

impl fmt::Display for Leaf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.1.is_empty() {
            return Ok(());
        }
        let Self(name, value) = self;
        writeln!(f, "<{name}>{}</{name}>", Escaped(value))
    }
}

/// The first line of every document.
pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
