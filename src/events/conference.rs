//! Conference information, `application/conference-info+xml`: RFC 4575. A conference and who is in it.

use std::fmt;

use super::json::Object;
use super::xml::{self, Attr, Elem, Escaped, HEAD, Leaf};
use super::{Fault, Version};

/// The media type.
pub const CONTENT_TYPE: &str = "application/conference-info+xml";
const SPACE: &str = "urn:ietf:params:xml:ns:conference-info";

/// A conference.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Conference {
    /// Its number.
    pub version: Version,
    /// The conference is over (state `deleted`).
    pub deleted: bool,
    /// Its URI.
    pub entity: String,
    /// What it is about.
    pub subject: String,
    /// Its name.
    pub display_text: String,
    /// How many take part.
    pub user_count: Option<u32>,
    /// `true`, `false` or empty.
    pub active: String,
    /// `true`, `false` or empty.
    pub locked: String,
    /// Who takes part.
    pub users: Vec<User>,
}

/// Who takes part.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct User {
    /// Their URI.
    pub entity: String,
    /// `full`, `partial` or `deleted`.
    pub state: String,
    /// Their name.
    pub display_text: String,
    /// What they are in the conference.
    pub roles: Vec<String>,
    /// How they are connected.
    pub endpoints: Vec<Endpoint>,
}

/// One connection of a user.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Endpoint {
    /// Its URI.
    pub entity: String,
    /// `full`, `partial` or `deleted`.
    pub state: String,
    /// Its name.
    pub display_text: String,
    /// `pending`, `dialing-out`, `alerting`, `connected`, `on-hold`, `muted-via-focus`, `disconnecting`, `disconnected` …
    pub status: String,
    /// `dialed-in`, `dialed-out`, `focus-owner`.
    pub joining_method: String,
    /// `departed`, `booted`, `failed`, `busy`.
    pub disconnection_method: String,
    /// Its streams.
    pub media: Vec<Media>,
}

/// One stream of an endpoint.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Media {
    /// Tells streams apart.
    pub id: String,
    /// `audio`, `video`, `text` …
    pub kind: String,
    /// Label of RFC 4574.
    pub label: String,
    /// `sendrecv`, `sendonly`, `recvonly`, `inactive`.
    pub status: String,
}

impl Conference {
    /// Reads a document.
    pub fn parse(body: &[u8]) -> Result<Self, Fault> {
        xml::read(body, SPACE, "conference-info", |root| {
            let state = root.attr("state");
            let description = root.first("conference-description");
            let of = |name| {
                description
                    .map(|elem| elem.text_of(name))
                    .unwrap_or_default()
            };
            let now = root.first("conference-state");
            let is = |name| now.map(|elem| elem.text_of(name)).unwrap_or_default();
            let users = root.first("users").into_iter();
            Ok(Self {
                version: Version {
                    number: root.number("version").ok_or(Fault::Invalid)?,
                    full: state != "partial",
                },
                deleted: state == "deleted",
                entity: root.attr("entity"),
                subject: of("subject"),
                display_text: of("display-text"),
                user_count: is("user-count").parse().ok(),
                active: is("active"),
                locked: is("locked"),
                users: users
                    .flat_map(|users| users.all("user"))
                    .map(user)
                    .collect(),
            })
        })
    }

    /// As a JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let mut object = Object::new()
            .number("version", self.version.number)
            .flag("full", self.version.full)
            .given("entity", &self.entity)
            .given("subject", &self.subject)
            .given("name", &self.display_text)
            .maybe("user_count", self.user_count)
            .given("active", &self.active)
            .given("locked", &self.locked);
        if self.deleted {
            object = object.flag("deleted", true);
        }
        object
            .list("users", self.users.iter().map(User::json))
            .end()
    }
}

fn user(elem: Elem<'_, '_>) -> User {
    let roles = elem.first("roles").into_iter();
    User {
        entity: elem.attr("entity"),
        state: elem.attr("state"),
        display_text: elem.text_of("display-text"),
        roles: roles
            .flat_map(|roles| roles.all("entry"))
            .map(Elem::text)
            .collect(),
        endpoints: elem.all("endpoint").map(endpoint).collect(),
    }
}

fn endpoint(elem: Elem<'_, '_>) -> Endpoint {
    Endpoint {
        entity: elem.attr("entity"),
        state: elem.attr("state"),
        display_text: elem.text_of("display-text"),
        status: elem.text_of("status"),
        joining_method: elem.text_of("joining-method"),
        disconnection_method: elem.text_of("disconnection-method"),
        media: elem
            .all("media")
            .map(|media| Media {
                id: media.attr("id"),
                kind: media.text_of("type"),
                label: media.text_of("label"),
                status: media.text_of("status"),
            })
            .collect(),
    }
}

impl User {
    fn json(&self) -> String {
        let endpoints = self.endpoints.iter().map(|endpoint| {
            let media = endpoint.media.iter().map(|media| {
                Object::new()
                    .given("id", &media.id)
                    .given("type", &media.kind)
                    .given("label", &media.label)
                    .given("status", &media.status)
                    .end()
            });
            Object::new()
                .given("entity", &endpoint.entity)
                .given("state", &endpoint.state)
                .given("name", &endpoint.display_text)
                .given("status", &endpoint.status)
                .given("joining_method", &endpoint.joining_method)
                .given("disconnection_method", &endpoint.disconnection_method)
                .list("media", media)
                .end()
        });
        Object::new()
            .text("entity", &self.entity)
            .given("state", &self.state)
            .given("name", &self.display_text)
            .texts("roles", &self.roles)
            .list("endpoints", endpoints)
            .end()
    }
}

impl fmt::Display for Conference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match (self.deleted, self.version.full) {
            (true, _) => "deleted",
            (false, true) => "full",
            (false, false) => "partial",
        };
        writeln!(f, "{HEAD}")?;
        writeln!(
            f,
            "<conference-info xmlns=\"{SPACE}\" entity=\"{}\" state=\"{state}\" version=\"{}\">",
            Escaped(&self.entity),
            self.version.number
        )?;
        if !self.subject.is_empty() || !self.display_text.is_empty() {
            let name = Leaf("display-text", &self.display_text);
            let subject = Leaf("subject", &self.subject);
            writeln!(f, "<conference-description>")?;
            writeln!(f, "{name}{subject}</conference-description>")?;
        }
        let count = self.user_count.map(|n| n.to_string()).unwrap_or_default();
        if !(count.is_empty() && self.active.is_empty() && self.locked.is_empty()) {
            let (active, locked) = (Leaf("active", &self.active), Leaf("locked", &self.locked));
            let count = Leaf("user-count", &count);
            writeln!(f, "<conference-state>")?;
            writeln!(f, "{count}{active}{locked}</conference-state>")?;
        }
        if !self.users.is_empty() {
            writeln!(f, "<users>")?;
            for user in &self.users {
                write!(f, "{user}")?;
            }
            writeln!(f, "</users>")?;
        }
        writeln!(f, "</conference-info>")
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "<user entity=\"{}\"{}>",
            Escaped(&self.entity),
            Attr("state", &self.state)
        )?;
        write!(f, "{}", Leaf("display-text", &self.display_text))?;
        if !self.roles.is_empty() {
            writeln!(f, "<roles>")?;
            for role in &self.roles {
                write!(f, "{}", Leaf("entry", role))?;
            }
            writeln!(f, "</roles>")?;
        }
        for endpoint in &self.endpoints {
            writeln!(
                f,
                "<endpoint entity=\"{}\"{}>",
                Escaped(&endpoint.entity),
                Attr("state", &endpoint.state)
            )?;
            for (name, value) in [
                ("display-text", &endpoint.display_text),
                ("status", &endpoint.status),
                ("joining-method", &endpoint.joining_method),
                ("disconnection-method", &endpoint.disconnection_method),
            ] {
                write!(f, "{}", Leaf(name, value))?;
            }
            for media in &endpoint.media {
                writeln!(f, "<media id=\"{}\">", Escaped(&media.id))?;
                write!(
                    f,
                    "{}{}",
                    Leaf("type", &media.kind),
                    Leaf("label", &media.label)
                )?;
                writeln!(f, "{}</media>", Leaf("status", &media.status))?;
            }
            writeln!(f, "</endpoint>")?;
        }
        writeln!(f, "</user>")
    }
}
