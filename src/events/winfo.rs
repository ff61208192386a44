//! Watcher information, `application/watcherinfo+xml`: RFC 3858, of the package `PACKAGE.winfo` (RFC 3857).

use std::fmt;

use super::json::Object;
use super::xml::{self, Attr, Elem, Escaped, HEAD};
use super::{Fault, Version};

/// The media type.
pub const CONTENT_TYPE: &str = "application/watcherinfo+xml";
const SPACE: &str = "urn:ietf:params:xml:ns:watcherinfo";

/// Who watches, in lists by resource and package.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct WatcherInfo {
    /// Its number.
    pub version: Version,
    /// The lists in the order written.
    pub lists: Vec<WatcherList>,
}

/// The watchers of one resource.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct WatcherList {
    /// Whose state is watched.
    pub resource: String,
    /// In which package.
    pub package: String,
    /// Who watches.
    pub watchers: Vec<Watching>,
}

/// One watcher.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Watching {
    /// Tells watchers of one list apart.
    pub id: String,
    /// `pending`, `active`, `waiting` or `terminated`.
    pub status: String,
    /// What led to the status: `subscribe`, `approved`, `deactivated`, `timeout` …
    pub event: String,
    /// Who.
    pub uri: String,
    /// Their name.
    pub display_name: String,
    /// Seconds until the subscription ends.
    pub expiration: Option<u32>,
    /// Seconds since it began.
    pub duration: Option<u32>,
}

impl WatcherInfo {
    /// Reads a document.
    pub fn parse(body: &[u8]) -> Result<Self, Fault> {
        xml::read(body, SPACE, "watcherinfo", |root| {
            Ok(Self {
                version: Version {
                    number: root.number("version").ok_or(Fault::Invalid)?,
                    full: root.attr("state") == "full",
                },
                lists: root.all("watcher-list").map(list).collect(),
            })
        })
    }

    /// As a JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        let lists = self.lists.iter().map(|list| {
            Object::new()
                .text("resource", &list.resource)
                .text("package", &list.package)
                .list("watchers", list.watchers.iter().map(Watching::json))
                .end()
        });
        Object::new()
            .number("version", self.version.number)
            .flag("full", self.version.full)
            .list("lists", lists)
            .end()
    }
}

fn list(elem: Elem<'_, '_>) -> WatcherList {
    WatcherList {
        resource: elem.attr("resource"),
        package: elem.attr("package"),
        watchers: elem
            .all("watcher")
            .map(|one| Watching {
                id: one.attr("id"),
                status: one.attr("status"),
                event: one.attr("event"),
                uri: one.text(),
                display_name: one.attr("display-name"),
                expiration: one.number("expiration"),
                duration: one.number("duration-subscribed"),
            })
            .collect(),
    }
}

impl Watching {
    fn json(&self) -> String {
        Object::new()
            .text("id", &self.id)
            .text("status", &self.status)
            .given("event", &self.event)
            .text("uri", &self.uri)
            .given("name", &self.display_name)
            .maybe("expiration", self.expiration)
            .maybe("duration", self.duration)
            .end()
    }
}

impl fmt::Display for WatcherInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.version.full { "full" } else { "partial" };
        writeln!(f, "{HEAD}")?;
        writeln!(
            f,
            "<watcherinfo xmlns=\"{SPACE}\" version=\"{}\" state=\"{state}\">",
            self.version.number
        )?;
        for list in &self.lists {
            writeln!(
                f,
                "<watcher-list resource=\"{}\" package=\"{}\">",
                Escaped(&list.resource),
                Escaped(&list.package)
            )?;
            for one in &list.watchers {
                write!(
                    f,
                    "<watcher id=\"{}\" status=\"{}\" event=\"{}\"",
                    Escaped(&one.id),
                    Escaped(&one.status),
                    Escaped(&one.event)
                )?;
                write!(f, "{}", Attr("display-name", &one.display_name))?;
                for (name, value) in [
                    ("expiration", one.expiration),
                    ("duration-subscribed", one.duration),
                ] {
                    if let Some(value) = value {
                        write!(f, " {name}=\"{value}\"")?;
                    }
                }
                writeln!(f, ">{}</watcher>", Escaped(&one.uri))?;
            }
            writeln!(f, "</watcher-list>")?;
        }
        writeln!(f, "</watcherinfo>")
    }
}
