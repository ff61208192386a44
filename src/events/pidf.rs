//! Presence documents, `application/pidf+xml`: RFC 3863, with the rich states of RFC 4480.
//!
//! Other extensions are passed over. Who may see whose presence is not known here.

use std::fmt;

use super::Fault;
use super::json::Object;
use super::rpid::{MODEL, RPID, Rich};
use super::xml::{self, Elem, Escaped};

/// The media type of these documents.
pub const CONTENT_TYPE: &str = "application/pidf+xml";
/// The namespace of RFC 3863.
const PIDF: &str = "urn:ietf:params:xml:ns:pidf";

/// Whether somebody can be reached.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Basic {
    /// Yes.
    Open,
    /// No.
    Closed,
}

impl Basic {
    const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// One way to reach somebody (RFC 3863 §4.1.2).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tuple {
    /// Tells tuples of one document apart.
    pub id: String,
    /// The status, if it has the basic part.
    pub basic: Option<Basic>,
    /// A URI.
    pub contact: Option<String>,
    /// The contact's priority in thousandths, 0 to 1000.
    pub priority: Option<u16>,
    /// The first note.
    pub note: Option<String>,
    /// RFC 3339 time of the last change.
    pub timestamp: Option<String>,
    /// What is said beyond open and closed.
    pub rich: Rich,
}

/// A presence document.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Presence {
    /// The `pres:` or `sip:` URI of whom it is about.
    pub entity: String,
    /// The tuples in the order written.
    pub tuples: Vec<Tuple>,
    /// The first note about the whole.
    pub note: Option<String>,
    /// The person, RFC 4479.
    pub person: Rich,
}

impl Presence {
    /// A document with one tuple.
    #[must_use]
    pub fn single(entity: &str, id: &str, basic: Basic) -> Self {
        let tuple = Tuple {
            id: id.to_owned(),
            basic: Some(basic),
            ..Tuple::default()
        };
        Self {
            entity: entity.to_owned(),
            tuples: vec![tuple],
            ..Self::default()
        }
    }

    /// Open if any tuple is; closed if none is and one says so; `None` if nothing is said.
    #[must_use]
    pub fn basic(&self) -> Option<Basic> {
        let stated = || self.tuples.iter().filter_map(|tuple| tuple.basic);
        stated()
            .find(|&basic| basic == Basic::Open)
            .or_else(|| stated().next())
    }

    /// The tuple to reach somebody by: open, of the highest priority, the first of equals.
    #[must_use]
    pub fn best_tuple(&self) -> Option<&Tuple> {
        let open = self
            .tuples
            .iter()
            .filter(|tuple| tuple.basic == Some(Basic::Open));
        open.rev().max_by_key(|tuple| tuple.priority.unwrap_or(0))
    }

    /// Reads a document.
    pub fn parse(body: &[u8]) -> Result<Self, Fault> {
        xml::read(body, PIDF, "presence", |root| {
            let person = root.foreign(MODEL, "person").next();
            Ok(Self {
                entity: root.attr("entity"),
                tuples: root.all("tuple").map(tuple).collect(),
                note: given(root.text_of("note")),
                // Some write what they do beside the tuples, as drafts of RFC 4480 did.
                person: person.map_or_else(|| Rich::read(root), Rich::read),
            })
        })
    }

    /// As a JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let tuples = self.tuples.iter().map(|tuple| {
            Object::new()
                .text("id", &tuple.id)
                .given("basic", tuple.basic.map_or("", Basic::name))
                .given("contact", tuple.contact.as_deref().unwrap_or_default())
                .maybe("priority", tuple.priority)
                .given("note", tuple.note.as_deref().unwrap_or_default())
                .given("timestamp", tuple.timestamp.as_deref().unwrap_or_default())
                .object("rich", tuple.rich.json())
                .end()
        });
        Object::new()
            .text("entity", &self.entity)
            .given("basic", self.basic().map_or("", Basic::name))
            .given("note", self.note.as_deref().unwrap_or_default())
            .object("person", self.person.json())
            .list("tuples", tuples)
            .end()
    }
}

fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn tuple(elem: Elem<'_, '_>) -> Tuple {
    let status = elem.first("status");
    let contact = elem.first("contact");
    let mut rich = Rich::read(elem);
    if rich.is_empty()
        && let Some(status) = status
    {
        rich = Rich::read(status);
    }
    Tuple {
        id: elem.attr("id"),
        basic: status.and_then(|status| match status.text_of("basic").as_str() {
            "open" => Some(Basic::Open),
            "closed" => Some(Basic::Closed),
            _ => None,
        }),
        contact: contact.and_then(|contact| given(contact.text())),
        priority: contact.and_then(|contact| priority(&contact.attr("priority"))),
        note: given(elem.text_of("note")),
        timestamp: given(elem.text_of("timestamp")),
        rich,
    }
}

/// A decimal number from 0 to 1 with at most three digits after the point, in thousandths; others do not count.
fn priority(text: &str) -> Option<u16> {
    let (whole, part) = text
        .trim()
        .split_once('.')
        .unwrap_or_else(|| (text.trim(), ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 1
        || part.len() > 3
        || !is_number(whole)
        || !is_number(part)
    {
        return None;
    }
    let thousandths: u16 = format!("{whole}{part:0<3}").parse().ok()?;
    (thousandths <= 1000).then_some(thousandths)
}

impl fmt::Display for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        write!(f, r#"<presence xmlns="{PIDF}""#)?;
        let rich = !self.person.is_empty() || self.tuples.iter().any(|one| !one.rich.is_empty());
        if rich {
            write!(f, r#" xmlns:dm="{MODEL}" xmlns:rpid="{RPID}""#)?;
        }
        writeln!(f, r#" entity="{}">"#, Escaped(&self.entity))?;
        for tuple in &self.tuples {
            writeln!(f, r#"  <tuple id="{}">"#, Escaped(&tuple.id))?;
            match tuple.basic {
                Some(basic) => writeln!(f, "    <status><basic>{}</basic></status>", basic.name())?,
                None => writeln!(f, "    <status/>")?,
            }
            write!(f, "{}", tuple.rich)?;
            if let Some(contact) = &tuple.contact {
                f.write_str("    <contact")?;
                if let Some(priority) = tuple.priority {
                    write!(
                        f,
                        r#" priority="{}.{:03}""#,
                        priority / 1000,
                        priority % 1000
                    )?;
                }
                writeln!(f, ">{}</contact>", Escaped(contact))?;
            }
            if let Some(note) = &tuple.note {
                writeln!(f, "    <note>{}</note>", Escaped(note))?;
            }
            if let Some(timestamp) = &tuple.timestamp {
                writeln!(f, "    <timestamp>{}</timestamp>", Escaped(timestamp))?;
            }
            writeln!(f, "  </tuple>")?;
        }
        if let Some(note) = &self.note {
            writeln!(f, "  <note>{}</note>", Escaped(note))?;
        }
        if !self.person.is_empty() {
            write!(f, "  <dm:person id=\"person\">\n{}", self.person)?;
            writeln!(f, "  </dm:person>")?;
        }
        writeln!(f, "</presence>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3863 §4.3.1, shortened.
    const EXAMPLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <impp:presence xmlns:impp="urn:ietf:params:xml:ns:pidf" xmlns:im="urn:ietf:params:xml:ns:pidf:im"
            entity="pres:someone@example.com">
          <impp:tuple id="bs35r9">
            <impp:status><impp:basic>open</impp:basic><im:im>busy</im:im><im:basic>closed</im:basic></impp:status>
            <impp:contact priority="0.8">im:someone@mobilecarrier.net</impp:contact>
            <impp:note xml:lang="en">Don't Disturb &amp; co!</impp:note>
            <impp:note xml:lang="fr">Ne derangez pas</impp:note>
            <impp:timestamp>2001-10-27T16:49:29Z</impp:timestamp>
          </impp:tuple>
          <impp:tuple id="eg92n8">
            <impp:status><impp:basic> closed </impp:basic></impp:status>
            <impp:contact priority="1.0">mailto:someone@example.com</impp:contact>
          </impp:tuple>
          <impp:note>I'll be in Tokyo next week</impp:note>
        </impp:presence>"#;

    #[test]
    fn the_example_of_rfc_3863_is_read() {
        let presence = Presence::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(presence.entity, "pres:someone@example.com");
        assert_eq!(presence.note.as_deref(), Some("I'll be in Tokyo next week"));
        let [first, second] = &*presence.tuples else {
            panic!("two tuples")
        };
        assert_eq!((&*first.id, first.basic), ("bs35r9", Some(Basic::Open)));
        assert_eq!(
            first.contact.as_deref(),
            Some("im:someone@mobilecarrier.net")
        );
        assert_eq!(first.note.as_deref(), Some("Don't Disturb & co!"));
        assert_eq!(first.timestamp.as_deref(), Some("2001-10-27T16:49:29Z"));
        assert_eq!((first.priority, second.priority), (Some(800), Some(1000)));
        assert_eq!(second.basic, Some(Basic::Closed));
        assert_eq!(presence.basic(), Some(Basic::Open));
        assert_eq!(presence.best_tuple().unwrap().id, "bs35r9");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut presence = Presence::parse(EXAMPLE.as_bytes()).unwrap();
        presence.entity = "sip:a\"<&>'b@example.com".to_owned();
        presence.tuples[0].note = Some("line\r\nline]]> \u{fffd}".to_owned());
        presence.tuples[1].basic = None;
        assert_eq!(
            Presence::parse(presence.to_string().as_bytes()),
            Ok(presence)
        );
    }

    #[test]
    fn a_small_document_is_written_in_full() {
        let mut presence = Presence::single("sip:alice@example.com", "t1", Basic::Closed);
        presence.tuples[0].contact = Some("sip:alice@192.0.2.1".to_owned());
        presence.tuples[0].priority = Some(50);
        presence.tuples[0].note = Some("bell\u{7}".to_owned());
        assert_eq!(
            presence.to_string(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:alice@example.com\">\n  \
             <tuple id=\"t1\">\n    <status><basic>closed</basic></status>\n    \
             <contact priority=\"0.050\">sip:alice@192.0.2.1</contact>\n    <note>bell\u{fffd}</note>\n  \
             </tuple>\n</presence>\n"
        );
        assert_eq!(presence.basic(), Some(Basic::Closed));
        assert_eq!(presence.best_tuple(), None);
    }

    #[test]
    fn what_is_no_presence_document_is_refused() {
        for (text, error) in [
            ("", Fault::Malformed),
            ("<presence", Fault::Malformed),
            (
                "<!DOCTYPE presence [<!ENTITY a 'b'>]><presence>&a;</presence>",
                Fault::Malformed,
            ),
            (
                "<list xmlns='urn:ietf:params:xml:ns:pidf'/>",
                Fault::NotThis,
            ),
            ("<presence xmlns='jabber:client'/>", Fault::NotThis),
        ] {
            assert_eq!(Presence::parse(text.as_bytes()), Err(error), "{text}");
        }
        assert_eq!(
            Presence::parse(b"<presence entity='\xff'/>"),
            Err(Fault::Malformed)
        );
        let deep = format!("<presence>{}", "<a>".repeat(5000));
        assert_eq!(Presence::parse(deep.as_bytes()), Err(Fault::TooLarge));
        let long = format!("<presence>{}</presence>", " ".repeat(xml::MAX_BYTES));
        assert_eq!(Presence::parse(long.as_bytes()), Err(Fault::TooLarge));
        let wide = format!("<presence>{}</presence>", "<a/>".repeat(9000));
        assert_eq!(Presence::parse(wide.as_bytes()), Err(Fault::TooLarge));
    }

    #[test]
    fn an_empty_document_says_nothing() {
        let presence = Presence::parse(b"\xef\xbb\xbf\r\n<presence entity='pres:a@b'/>").unwrap();
        assert_eq!((presence.basic(), presence.tuples.len()), (None, 0));
    }

    #[test]
    #[allow(
        clippy::print_stderr,
        reason = "says aloud when it has nothing to read"
    )]
    fn every_well_formed_presence_document_of_the_corpora_is_read() {
        let shared = std::env::var("RTC_SHARED")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
        let Ok(folder) = std::fs::read_dir(format!("{shared}/corpora/flows/xml")) else {
            assert_ne!(
                std::env::var("CI").as_deref(),
                Ok("true"),
                "no corpora at {shared}"
            );
            eprintln!("SKIPPED: no corpora at {shared}");
            return;
        };
        let (mut read, mut refused) = (0, Vec::new());
        for path in folder.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.ends_with("-presence.xml") {
                continue;
            }
            match Presence::parse(&std::fs::read(&path).unwrap()) {
                Ok(presence) => {
                    assert_eq!(
                        Presence::parse(presence.to_string().as_bytes()),
                        Ok(presence),
                        "{name}"
                    );
                    read += 1;
                }
                Err(_) => refused.push(name),
            }
        }
        refused.sort();
        // Prose, and a tag that is never closed.
        assert_eq!(
            refused,
            [
                "rfc3863-001-s4.1-presence.xml",
                "rfc4482-001-s4-presence.xml"
            ]
        );
        assert!(read >= 13, "{read} read");
    }

    #[test]
    fn priorities_out_of_range_do_not_count() {
        for (text, value) in [
            ("0", Some(0)),
            ("0.021", Some(21)),
            ("0.5", Some(500)),
            ("1.00", Some(1000)),
            ("1.001", None),
            ("2", None),
            ("0.1234", None),
            ("-0.5", None),
            ("+1", None),
            ("", None),
            (".5", None),
        ] {
            assert_eq!(priority(text), value, "{text}");
        }
    }
}
