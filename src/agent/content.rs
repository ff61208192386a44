//! What MESSAGE and INFO of peers are taken: types of content (RFC 3428 §7), packages of INFO (RFC 6086).
//!
//! The application says both with additional headers, which tell the peer as well: `Accept` names the types, `Recv-Info`
//! the packages. Without `Accept` every type is taken; without `Recv-Info` only INFO of the old kind, which names none.

use crate::base::Key;
use crate::syntax::{HeaderId, MediaType, Message};
use crate::usage::lines;

use super::Agent;
use super::session::Session;

/// Types that the library itself reads, whatever the application accepts.
const OWN: &str = crate::events::composing::CONTENT_TYPE;

/// Why a message is refused: the status and the lines that say what would be taken.
pub(super) type Unwanted = (u16, String);

impl Agent {
    /// Whether a MESSAGE can be taken; inside a session by what that accepts.
    pub(super) fn check_message(
        &self,
        key: Option<Key<Session>>,
        message: &Message,
    ) -> Result<(), Unwanted> {
        let encoding = message
            .header(HeaderId::ContentEncoding)
            .unwrap_or_default();
        if !matches!(encoding.trim(), "" | "identity") {
            return Err((415, "Accept-Encoding: identity\r\n".to_owned()));
        }
        if message.body().is_empty() {
            return Ok(());
        }
        let accept = self.said(key, "Accept");
        if accept.is_empty() {
            return Ok(());
        }
        let given = message
            .content_type()
            .map(|given| format!("{}/{}", given.kind, given.subtype).to_ascii_lowercase())
            .unwrap_or_default();
        let covers = |range: &str| {
            let range = MediaType::parse(range.trim());
            range.is_ok_and(|range| range.covers(&given))
        };
        if given == OWN || accept.split(',').any(covers) {
            return Ok(());
        }
        Err((415, format!("Accept: {accept}\r\n")))
    }

    /// Whether an INFO inside a session can be taken: its package, if it names one, is among those we receive.
    pub(super) fn check_info(&self, key: Key<Session>, message: &Message) -> Result<(), Unwanted> {
        let Some(package) = message.header(HeaderId::InfoPackage) else {
            return Ok(());
        };
        let package = package.split(';').next().unwrap_or_default().trim();
        let received = self.said(Some(key), "Recv-Info");
        let wanted = received.split(',').any(|known| {
            let known = known.split(';').next().unwrap_or_default().trim();
            !known.is_empty() && known.eq_ignore_ascii_case(package)
        });
        if wanted {
            return Ok(());
        }
        Err((469, format!("Recv-Info: {received}\r\n")))
    }

    /// The values of a header that the application says of itself, in a session or in all.
    fn said(&self, key: Option<Key<Session>>, name: &str) -> String {
        let session = key.and_then(|key| self.sessions.get(key));
        let text = match session {
            Some(session) => session.call.extra.requests.clone(),
            None => self.headers.lines().into(),
        };
        let values: Vec<&str> = lines::lines(&text)
            .filter(|(other, _)| lines::same_name(other, name))
            .map(|(_, value)| value)
            .collect();
        values.join(", ")
    }
}
