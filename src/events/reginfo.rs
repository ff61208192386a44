//! Registration information, `application/reginfo+xml`: RFC 3680. Who is registered where, and who no longer is.

use std::fmt;

use super::json::Object;
use super::xml::{self, Attr, Elem, Escaped, HEAD, Leaf};
use super::{Fault, Version};

/// The media type.
pub const CONTENT_TYPE: &str = "application/reginfo+xml";
const SPACE: &str = "urn:ietf:params:xml:ns:reginfo";

/// Registrations of one or more addresses.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RegInfo {
    /// Its number.
    pub version: Version,
    /// One per address of record.
    pub registrations: Vec<Registered>,
}

/// The registration of one address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Registered {
    /// The address of record.
    pub aor: String,
    /// Tells registrations apart.
    pub id: String,
    /// `init`, `active` or `terminated`.
    pub state: String,
    /// Its bindings.
    pub contacts: Vec<Binding>,
}

/// One binding.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Binding {
    /// Tells bindings apart.
    pub id: String,
    /// `active` or `terminated`.
    pub state: String,
    /// `registered`, `created`, `refreshed`, `shortened`, `expired`, `deactivated`, `probation`, `unregistered` or `rejected`.
    pub event: String,
    /// The contact.
    pub uri: String,
    /// Its name.
    pub display_name: String,
    /// Seconds since it was registered.
    pub duration: Option<u32>,
    /// Seconds until it ends.
    pub expires: Option<u32>,
    /// Seconds to wait after `probation`.
    pub retry_after: Option<u32>,
    /// Preference as written.
    pub q: String,
    /// Of the REGISTER.
    pub call_id: String,
    /// Of the REGISTER.
    pub cseq: Option<u32>,
}

impl RegInfo {
    /// Reads a document.
    pub fn parse(body: &[u8]) -> Result<Self, Fault> {
        xml::read(body, SPACE, "reginfo", |root| {
            Ok(Self {
                version: Version {
                    number: root.number("version").ok_or(Fault::Invalid)?,
                    full: root.attr("state") == "full",
                },
                registrations: root
                    .all("registration")
                    .map(|one| Registered {
                        aor: one.attr("aor"),
                        id: one.attr("id"),
                        state: one.attr("state"),
                        contacts: one.all("contact").map(binding).collect(),
                    })
                    .collect(),
            })
        })
    }

    /// As a JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let registrations = self.registrations.iter().map(|one| {
            Object::new()
                .text("aor", &one.aor)
                .given("id", &one.id)
                .text("state", &one.state)
                .list("contacts", one.contacts.iter().map(Binding::json))
                .end()
        });
        Object::new()
            .number("version", self.version.number)
            .flag("full", self.version.full)
            .list("registrations", registrations)
            .end()
    }
}

fn binding(elem: Elem<'_, '_>) -> Binding {
    Binding {
        id: elem.attr("id"),
        state: elem.attr("state"),
        event: elem.attr("event"),
        uri: elem.text_of("uri"),
        display_name: elem.text_of("display-name"),
        duration: elem.number("duration-registered"),
        expires: elem.number("expires"),
        retry_after: elem.number("retry-after"),
        q: elem.attr("q"),
        call_id: elem.attr("callid"),
        cseq: elem.number("cseq"),
    }
}

impl Binding {
    fn json(&self) -> String {
        Object::new()
            .given("id", &self.id)
            .text("state", &self.state)
            .text("event", &self.event)
            .text("uri", &self.uri)
            .given("name", &self.display_name)
            .maybe("duration", self.duration)
            .maybe("expires", self.expires)
            .maybe("retry_after", self.retry_after)
            .given("q", &self.q)
            .given("call_id", &self.call_id)
            .maybe("cseq", self.cseq)
            .end()
    }
}

impl fmt::Display for RegInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.version.full { "full" } else { "partial" };
        writeln!(f, "{HEAD}")?;
        writeln!(
            f,
            "<reginfo xmlns=\"{SPACE}\" version=\"{}\" state=\"{state}\">",
            self.version.number
        )?;
        for one in &self.registrations {
            writeln!(
                f,
                "<registration aor=\"{}\" id=\"{}\" state=\"{}\">",
                Escaped(&one.aor),
                Escaped(&one.id),
                Escaped(&one.state)
            )?;
            for contact in &one.contacts {
                let number = |value: Option<u32>| value.map(|n| n.to_string()).unwrap_or_default();
                writeln!(
                    f,
                    "<contact id=\"{}\" state=\"{}\" event=\"{}\"{}{}{}{}{}{}>",
                    Escaped(&contact.id),
                    Escaped(&contact.state),
                    Escaped(&contact.event),
                    Attr("duration-registered", &number(contact.duration)),
                    Attr("expires", &number(contact.expires)),
                    Attr("retry-after", &number(contact.retry_after)),
                    Attr("q", &contact.q),
                    Attr("callid", &contact.call_id),
                    Attr("cseq", &number(contact.cseq)),
                )?;
                write!(f, "{}", Leaf("uri", &contact.uri))?;
                write!(f, "{}", Leaf("display-name", &contact.display_name))?;
                writeln!(f, "</contact>")?;
            }
            writeln!(f, "</registration>")?;
        }
        writeln!(f, "</reginfo>")
    }
}
