//! A request on its way, outside or inside a dialog: CSeq, credentials, and its repetition after a challenge (RFC 3261 §22).

use crate::auth::{self, Attempts, Protected, Received};
use crate::syntax::{HeaderId, Message};
use crate::transaction::{ClientKey, Draft};

use super::{Account, Cx, Owner};

/// A request with all that is needed to send it again.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// From, To and Call-ID stand in `draft.lines`.
    draft: Draft,
    /// All other lines.
    rest: String,
    cseq: u32,
    auth: String,
    attempts: Attempts,
    client: Option<ClientKey>,
    /// The transaction before, when it was sent anew.
    before: Option<ClientKey>,
    owner: Owner,
}

impl Outgoing {
    /// A request of `draft` (with From, To and Call-ID lines), `rest` being its other lines.
    #[must_use]
    pub fn new(draft: Draft, cseq: u32, rest: String, owner: Owner) -> Self {
        Self {
            draft,
            rest,
            cseq,
            auth: String::new(),
            attempts: Attempts::new(),
            client: None,
            before: None,
            owner,
        }
    }

    /// Sends it, with credentials if the server is known to ask for them.
    pub fn send(&mut self, cx: &mut Cx, account: &mut Account) -> ClientKey {
        self.draft.account = Some(account.aor.clone());
        if self.draft.flow.is_none() {
            self.draft.flow = account.road_of(&self.draft);
        }
        if !account.credentials.is_empty() {
            let random = cx.entropy.bytes();
            let lines =
                account
                    .authorizer
                    .preauthorize(&self.protected(), &account.credentials, random);
            self.set_auth(&lines);
        }
        self.transmit(cx)
    }

    /// Answers the challenge of a 401 or 407 and sends it again with the next CSeq, which the caller's dialog hands out.
    pub fn authenticate(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        response: &Message,
        cseq: u32,
    ) -> Result<ClientKey, auth::Refusal> {
        if cx.challenge_stands {
            return Err(auth::Refusal::Declined);
        }
        let random = cx.entropy.bytes();
        let received = [
            (HeaderId::WwwAuthenticate, auth::Role::Server),
            (HeaderId::ProxyAuthenticate, auth::Role::Proxy),
        ]
        .into_iter()
        .flat_map(|(id, role)| {
            response
                .headers(id)
                .map(move |value| Received { role, value })
        });
        let lines = account.authorizer.respond(
            &mut self.attempts,
            &Protected {
                method: &self.draft.method,
                uri: &self.draft.uri,
                body: &self.draft.body,
            },
            received,
            cx.given.as_ref().unwrap_or(&account.credentials),
            random,
        )?;
        self.set_auth(&lines);
        self.cseq = cseq;
        Ok(self.transmit(cx))
    }

    /// What comes now is another request of the same words: challenges met before do not count against it, and a nonce
    /// count is not said twice.
    pub fn begin_anew(&mut self) {
        self.attempts = Attempts::new();
        self.auth.clear();
    }

    /// Sends it again as it is but for the CSeq, to the same place (after a 491 or a Retry-After).
    pub fn repeat(&mut self, cx: &mut Cx, cseq: u32) -> ClientKey {
        self.cseq = cseq;
        self.transmit(cx)
    }

    fn transmit(&mut self, cx: &mut Cx) -> ClientKey {
        let mut draft = self.draft.clone();
        draft.lines.reserve(32 + self.auth.len() + self.rest.len());
        draft
            .lines
            .push_str(&format!("CSeq: {} {}\r\n", self.cseq, draft.method));
        draft.lines.push_str(&self.auth);
        draft.lines.push_str(&self.rest);
        let client = cx.endpoint.request(cx.now, draft, self.owner);
        self.before = self.client.replace(client);
        client
    }

    fn protected(&self) -> Protected<'_> {
        Protected {
            method: &self.draft.method,
            uri: &self.draft.uri,
            body: &self.draft.body,
        }
    }

    fn set_auth(&mut self, lines: &[auth::AuthLine]) {
        self.auth.clear();
        for line in lines {
            self.auth.push_str(line.name());
            self.auth.push_str(": ");
            self.auth.push_str(&line.value);
            self.auth.push_str("\r\n");
        }
    }

    /// The transaction that it was sent in before.
    #[must_use]
    pub fn before(&self) -> Option<ClientKey> {
        self.before
    }

    /// Its transaction.
    #[must_use]
    pub fn client(&self) -> Option<ClientKey> {
        self.client
    }

    /// Whether a response or failure is this request's.
    #[must_use]
    pub fn is(&self, client: ClientKey) -> bool {
        self.client == Some(client)
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.draft.method
    }

    /// Its CSeq number.
    #[must_use]
    pub fn cseq(&self) -> u32 {
        self.cseq
    }

    /// The Authorization lines it went out with; the ACK of its 2xx repeats them (RFC 3261 §22.1).
    #[must_use]
    pub fn auth_lines(&self) -> &str {
        &self.auth
    }

    /// The draft.
    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The draft, to change before it is sent again.
    pub fn draft_mut(&mut self) -> &mut Draft {
        &mut self.draft
    }

    /// Its other lines, to change before it is sent again.
    pub fn rest_mut(&mut self) -> &mut String {
        &mut self.rest
    }
}
