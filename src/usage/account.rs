//! Who we are in requests: From, preloaded Route, Contact user and credentials of one account.

use crate::auth::{Authorizer, CredentialStore};
use crate::syntax::{Uri, method, same_host};
use crate::transaction::{ContactDraft, Draft};
use crate::transport::Flow;

use super::lines::Extra;

/// One account, or the anonymous one of a client without profiles.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Address of record, a SIP URI.
    pub aor: Box<str>,
    /// From without tag: `"Alice" <sip:alice@example.com>`.
    pub from: Box<str>,
    /// Route of every request outside dialogs: outbound proxies, then Service-Route (RFC 3608).
    pub routes: Vec<Box<str>>,
    /// The road that the registration stands on and other requests stay on (RFC 5626 §4.3, or a pinned next hop), and
    /// the registrar's host.
    pub flow: Option<(Flow, Box<str>)>,
    /// Our Contact.
    pub contact: ContactDraft,
    /// The application's lines for what is sent with this account: the profile's over the client's.
    pub extra: Extra,
    /// User names and secrets by realm.
    pub credentials: CredentialStore,
    /// Challenges answered so far.
    pub authorizer: Authorizer,
}

impl Account {
    /// The registered road, for a request that would begin its way there anyway: by the same Route, or, where there is
    /// none, to the registrar's own host.
    #[must_use]
    pub fn road_of(&self, draft: &Draft) -> Option<Flow> {
        let (flow, registrar) = self.flow.as_ref()?;
        if *draft.method == *method::REGISTER || draft.next_hop.is_some() {
            return None;
        }
        let there = match (draft.routes.first(), self.routes.first()) {
            (Some(next), Some(first)) => next == first,
            (None, None) => {
                Uri::parse(&draft.uri).is_ok_and(|target| same_host(target.host, registrar))
            }
            _ => false,
        };
        there.then_some(*flow)
    }
}
