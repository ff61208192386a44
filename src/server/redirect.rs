//! Redirection: RFC 3261 §8.3, and users for whom there is only one answer.

use super::Server;
use super::accounts::AccountKey;
use crate::base::Time;
use crate::syntax::{HeaderId, Message};
use crate::transaction::ServerKey;

impl Server {
    /// Answers for a user with a fixed status; false when it has none.
    pub(super) fn answer_by_status(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        account: AccountKey,
    ) -> bool {
        let user = self
            .accounts
            .get(account)
            .and_then(|account| account.user.as_ref());
        let Some((user, status)) = user.and_then(|user| Some((user, user.status?))) else {
            return false;
        };
        if status / 100 != 3 {
            self.refuse(now, server, request, status);
            return true;
        }
        let contacts: Vec<String> = user
            .contacts
            .iter()
            .map(|contact| format!("<{contact}>"))
            .collect();
        self.counters.redirected += 1;
        self.answer(now, server, request, status, |mut answer| {
            for contact in &contacts {
                answer.add(HeaderId::Contact, contact);
            }
            answer
        });
        true
    }
}
