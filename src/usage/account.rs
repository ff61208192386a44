//! Who we are in requests: From, preloaded Route, Contact user and credentials of one account.

use crate::auth::{Authorizer, CredentialStore};
use crate::transaction::ContactDraft;

/// One account, or the anonymous one of a client without profiles.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Address of record, a SIP URI.
    pub aor: Box<str>,
    /// From without tag: `"Alice" <sip:alice@example.com>`.
    pub from: Box<str>,
    /// Route of every request outside dialogs: outbound proxies, then Service-Route (RFC 3608).
    pub routes: Vec<Box<str>>,
    /// Our Contact.
    pub contact: ContactDraft,
    /// User names and secrets by realm.
    pub credentials: CredentialStore,
    /// Challenges answered so far.
    pub authorizer: Authorizer,
}
