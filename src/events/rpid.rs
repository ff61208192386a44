//! Rich presence: RFC 4480 within the data model of RFC 4479. What somebody does, how they feel, where they are.

use std::fmt;

use super::json::Object;
use super::xml::{Elem, Escaped};

/// The namespace of RFC 4480.
pub(super) const RPID: &str = "urn:ietf:params:xml:ns:pidf:rpid";
/// The namespace of RFC 4479.
pub(super) const MODEL: &str = "urn:ietf:params:xml:ns:pidf:data-model";
/// Most activities, moods and places of one person.
const MOST: usize = 32;

/// The activities that have an element of their own (RFC 4480 §3.2).
pub const ACTIVITIES: &[&str] = &[
    "appointment",
    "away",
    "breakfast",
    "busy",
    "dinner",
    "holiday",
    "in-transit",
    "looking-for-work",
    "meal",
    "meeting",
    "on-the-phone",
    "performance",
    "permanent-absence",
    "playing",
    "presentation",
    "shopping",
    "sleeping",
    "spectator",
    "steering",
    "travel",
    "tv",
    "unknown",
    "vacation",
    "working",
    "worship",
];

/// What is said about a person, or about one way to reach them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rich {
    /// Names of RFC 4480 §3.2 (`away`, `meal`, `busy` …), or the words of an `other`.
    pub activities: Vec<String>,
    /// Names of RFC 4480 §3.3, or the words of an `other`.
    pub moods: Vec<String>,
    /// Kinds of place, RFC 4589, or the words of an `other`.
    pub places: Vec<String>,
    /// `work`, `home` or any word.
    pub sphere: String,
    /// `active` or `idle`.
    pub user_input: String,
    /// The note of the person, or the first one about what they do.
    pub note: String,
}

impl Rich {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads the elements of RFC 4480 among the children of an element.
    pub(super) fn read(elem: Elem<'_, '_>) -> Self {
        let one = |name| {
            let first = elem.foreign(RPID, name).next();
            first.map(Elem::text).unwrap_or_default()
        };
        let own = elem.foreign(MODEL, "note").next().map(Elem::text);
        let activities = elem.foreign(RPID, "activities").next();
        let about = activities.and_then(|list| {
            let note = list.foreign(RPID, "note").next();
            note.map(Elem::text)
        });
        Self {
            activities: names(activities),
            moods: names(elem.foreign(RPID, "mood").next()),
            places: names(elem.foreign(RPID, "place-type").next()),
            sphere: match elem.foreign(RPID, "sphere").next() {
                Some(sphere) => names(Some(sphere)).pop().unwrap_or_else(|| sphere.text()),
                None => String::new(),
            },
            user_input: one("user-input"),
            note: own.or(about).unwrap_or_default(),
        }
    }

    pub(super) fn json(&self) -> Object {
        Object::new()
            .texts("activities", &self.activities)
            .texts("moods", &self.moods)
            .texts("places", &self.places)
            .given("sphere", &self.sphere)
            .given("user_input", &self.user_input)
            .given("note", &self.note)
    }
}

/// The names of the elements in a list; of an `other` its words.
fn names(list: Option<Elem<'_, '_>>) -> Vec<String> {
    let elements = list.into_iter().flat_map(Elem::elements);
    elements
        .filter(|elem| elem.name() != "note")
        .take(MOST)
        .map(|elem| match (elem.name(), elem.text()) {
            ("other", text) if !text.is_empty() => text,
            (name, _) => name.to_owned(),
        })
        .collect()
}

impl fmt::Display for Rich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (list, values) in [("activities", &self.activities), ("mood", &self.moods)] {
            if values.is_empty() {
                continue;
            }
            write!(f, "    <rpid:{list}>")?;
            for value in values {
                let known = list == "activities" && ACTIVITIES.contains(&value.as_str());
                if known || list == "mood" && is_name(value) {
                    write!(f, "<rpid:{value}/>")?;
                } else {
                    write!(f, "<rpid:other>{}</rpid:other>", Escaped(value))?;
                }
            }
            writeln!(f, "</rpid:{list}>")?;
        }
        if !self.places.is_empty() {
            f.write_str("    <rpid:place-type>")?;
            for place in &self.places {
                write!(f, "<rpid:other>{}</rpid:other>", Escaped(place))?;
            }
            f.write_str("</rpid:place-type>\n")?;
        }
        for (name, value) in [("sphere", &self.sphere), ("user-input", &self.user_input)] {
            if !value.is_empty() {
                writeln!(f, "    <rpid:{name}>{}</rpid:{name}>", Escaped(value))?;
            }
        }
        if !self.note.is_empty() {
            writeln!(f, "    <dm:note>{}</dm:note>", Escaped(&self.note))?;
        }
        Ok(())
    }
}

/// Whether a word can be the name of an element.
fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_')
}
