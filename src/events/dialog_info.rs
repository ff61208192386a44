//! Dialog information, `application/dialog-info+xml`: RFC 4235. The calls of a phone, for lamps and pick-up.

use std::fmt;

use super::json::Object;
use super::xml::{self, Attr, Elem, Escaped, HEAD, Leaf};
use super::{Fault, Version};

/// The media type.
pub const CONTENT_TYPE: &str = "application/dialog-info+xml";
const SPACE: &str = "urn:ietf:params:xml:ns:dialog-info";

/// The dialogs of an address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DialogInfo {
    /// Its number.
    pub version: Version,
    /// Whose dialogs they are.
    pub entity: String,
    /// The dialogs in the order written.
    pub dialogs: Vec<DialogState>,
}

/// One dialog.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DialogState {
    /// Tells dialogs of one entity apart.
    pub id: String,
    /// The Call-ID.
    pub call_id: String,
    /// The tag of the observed phone.
    pub local_tag: String,
    /// The tag of its peer.
    pub remote_tag: String,
    /// `initiator` or `recipient`.
    pub direction: String,
    /// `trying`, `proceeding`, `early`, `confirmed` or `terminated`.
    pub state: String,
    /// What ended it: `cancelled`, `rejected`, `replaced`, `local-bye`, `remote-bye`, `error`, `timeout`.
    pub event: String,
    /// The status of the response that led to the state.
    pub code: Option<u32>,
    /// Seconds since it began.
    pub duration: Option<u32>,
    /// The observed phone.
    pub local: Party,
    /// Its peer.
    pub remote: Party,
}

/// One side of a dialog.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Party {
    /// URI of From or To.
    pub identity: String,
    /// Display name.
    pub display: String,
    /// URI of the Contact.
    pub target: String,
    /// Whether media are rendered (`+sip.rendering`, RFC 4235 §5.2): `no` is on hold.
    pub rendering: String,
}

impl DialogInfo {
    /// Reads a document.
    pub fn parse(body: &[u8]) -> Result<Self, Fault> {
        xml::read(body, SPACE, "dialog-info", |root| {
            Ok(Self {
                version: Version {
                    number: root.number("version").ok_or(Fault::Invalid)?,
                    full: root.attr("state") == "full" || root.attr("notify-state") == "full",
                },
                entity: root.attr("entity"),
                dialogs: root.all("dialog").map(dialog).collect(),
            })
        })
    }

    /// As a JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        Object::new()
            .number("version", self.version.number)
            .flag("full", self.version.full)
            .given("entity", &self.entity)
            .list("dialogs", self.dialogs.iter().map(DialogState::json))
            .end()
    }
}

fn dialog(elem: Elem<'_, '_>) -> DialogState {
    let state = elem.first("state");
    DialogState {
        id: elem.attr("id"),
        call_id: elem.attr("call-id"),
        local_tag: elem.attr("local-tag"),
        remote_tag: elem.attr("remote-tag"),
        direction: elem.attr("direction"),
        state: state.map(Elem::text).unwrap_or_default(),
        event: state.map(|state| state.attr("event")).unwrap_or_default(),
        code: state.and_then(|state| state.number("code")),
        duration: elem.text_of("duration").parse().ok(),
        local: elem.first("local").map(party).unwrap_or_default(),
        remote: elem.first("remote").map(party).unwrap_or_default(),
    }
}

fn party(elem: Elem<'_, '_>) -> Party {
    let target = elem.first("target");
    let rendering = target.and_then(|target| {
        let mut params = target.all("param");
        params.find(|param| param.attr("pname") == "+sip.rendering")
    });
    let identity = elem.first("identity");
    Party {
        identity: identity.map(Elem::text).unwrap_or_default(),
        display: identity
            .map(|identity| identity.attr("display"))
            .unwrap_or_default(),
        target: target.map(|target| target.attr("uri")).unwrap_or_default(),
        rendering: rendering
            .map(|param| param.attr("pval"))
            .unwrap_or_default(),
    }
}

impl DialogState {
    fn json(&self) -> String {
        let side = |party: &Party| {
            Object::new()
                .given("identity", &party.identity)
                .given("name", &party.display)
                .given("target", &party.target)
                .given("rendering", &party.rendering)
        };
        Object::new()
            .text("id", &self.id)
            .text("state", &self.state)
            .given("event", &self.event)
            .maybe("code", self.code)
            .given("direction", &self.direction)
            .given("call_id", &self.call_id)
            .given("local_tag", &self.local_tag)
            .given("remote_tag", &self.remote_tag)
            .maybe("duration", self.duration)
            .object("local", side(&self.local))
            .object("remote", side(&self.remote))
            .end()
    }
}

impl fmt::Display for DialogInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.version.full { "full" } else { "partial" };
        writeln!(f, "{HEAD}")?;
        writeln!(
            f,
            "<dialog-info xmlns=\"{SPACE}\" version=\"{}\" state=\"{state}\" entity=\"{}\">",
            self.version.number,
            Escaped(&self.entity)
        )?;
        for dialog in &self.dialogs {
            write!(f, "{dialog}")?;
        }
        writeln!(f, "</dialog-info>")
    }
}

impl fmt::Display for DialogState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "<dialog id=\"{}\"{}{}{}{}>",
            Escaped(&self.id),
            Attr("call-id", &self.call_id),
            Attr("local-tag", &self.local_tag),
            Attr("remote-tag", &self.remote_tag),
            Attr("direction", &self.direction)
        )?;
        let code = self.code.map(|code| code.to_string()).unwrap_or_default();
        writeln!(
            f,
            "<state{}{}>{}</state>",
            Attr("event", &self.event),
            Attr("code", &code),
            Escaped(&self.state)
        )?;
        let duration = self.duration.map(|secs| secs.to_string());
        write!(f, "{}", Leaf("duration", &duration.unwrap_or_default()))?;
        for (name, party) in [("local", &self.local), ("remote", &self.remote)] {
            if *party == Party::default() {
                continue;
            }
            writeln!(f, "<{name}>")?;
            if !party.identity.is_empty() {
                let display = Attr("display", &party.display);
                let identity = Escaped(&party.identity);
                writeln!(f, "<identity{display}>{identity}</identity>")?;
            }
            if !party.target.is_empty() {
                write!(f, "<target uri=\"{}\">", Escaped(&party.target))?;
                if !party.rendering.is_empty() {
                    let value = Escaped(&party.rendering);
                    write!(f, "<param pname=\"+sip.rendering\" pval=\"{value}\"/>")?;
                }
                writeln!(f, "</target>")?;
            }
            writeln!(f, "</{name}>")?;
        }
        writeln!(f, "</dialog>")
    }
}
