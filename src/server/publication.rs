//! The event state compositor: PUBLISH of presence, RFC 3903 §6.
//!
//! Publications live beside their user's bindings, each under an entity tag that changes with every request that
//! concerns it, and end by themselves.

use std::time::Duration;

use super::accounts::{AccountKey, Publication};
use super::{Server, TimerKey, pidf};
use crate::base::Time;
use crate::syntax::{Event, HeaderId, Message};
use crate::transaction::ServerKey;

/// The package that is served here.
pub(super) const PRESENCE: &str = "presence";

impl Server {
    pub(super) fn on_publish(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        name: &str,
    ) {
        // Step 2: the package.
        let package = request.typed::<Event<'_>>();
        if !package.is_ok_and(|event| event.is_some_and(|event| event.package == PRESENCE)) {
            return self.bad_event(now, server, request);
        }
        if !self.may_act_as(now, server, request, name)
            || !self.meets_requirements(now, server, request, &[])
        {
            return;
        }
        if !self.is_welcome(name) {
            return self.refuse(now, server, request, 404);
        }
        let Some(account) = self.accounts.open(name, self.config.users) else {
            return self.refuse(now, server, request, 503);
        };
        match self.publish(now, account, request) {
            Ok((etag, expires)) => {
                self.counters.published += 1;
                self.answer(now, server, request, 200, |answer| {
                    answer
                        .header(HeaderId::SipETag, &*etag)
                        .number(HeaderId::Expires, expires)
                });
                if !request.body().is_empty() || expires == 0 {
                    self.on_presence_changed(now, account);
                }
            }
            Err(423) => self.too_brief(now, server, request),
            Err(415) => {
                self.counters.refused += 1;
                self.answer(now, server, request, 415, |answer| {
                    answer.header(HeaderId::Accept, pidf::TYPE)
                });
            }
            Err(status) => self.refuse(now, server, request, status),
        }
        self.accounts.sweep(account);
    }

    /// Steps 3 to 6: the new entity tag and the seconds granted, or the status that refuses.
    fn publish(
        &mut self,
        now: Time,
        account: AccountKey,
        request: &Message,
    ) -> Result<(Box<str>, u32), u16> {
        let state = self.accounts.get(account).ok_or(500_u16)?;
        let if_match = request.header(HeaderId::SipIfMatch);
        let at = match if_match {
            None => None,
            Some(etag) => {
                let mut all = state.publications.iter();
                let at = all.position(|publication| *publication.etag == *etag.trim());
                Some(at.ok_or(412_u16)?)
            }
        };
        let wanted = request.expires().unwrap_or(self.config.default_expires);
        if wanted != 0 && wanted < self.config.min_expires {
            return Err(423);
        }
        let expires = wanted.min(self.config.max_expires);
        let body = request.body();
        if !body.is_empty() {
            let is_pidf = request
                .content_type()
                .is_some_and(|media| media.to_string().eq_ignore_ascii_case(pidf::TYPE));
            if !is_pidf {
                return Err(415);
            }
            if body.len() > self.config.publication_bytes {
                return Err(413);
            }
            if !pidf::is_valid(body, self.config.limits.xml_depth) {
                return Err(400);
            }
        } else if at.is_none() {
            // Only what is there can be refreshed or removed.
            return Err(400);
        }
        if at.is_none()
            && expires > 0
            && state.publications.len() >= self.config.publications_per_user
        {
            return Err(403);
        }
        if self.accounts.published() + body.len() > self.config.published_bytes {
            return Err(503);
        }
        let etag: Box<str> = self.entropy.token::<16>().as_str().into();
        self.put_publication(now, account, at, &etag, expires, body);
        Ok((etag, expires))
    }

    fn put_publication(
        &mut self,
        now: Time,
        account: AccountKey,
        at: Option<usize>,
        etag: &str,
        expires: u32,
        body: &[u8],
    ) {
        let fresh = self.accounts.next_serial();
        let old = at.and_then(|at| self.accounts.remove_publication(account, at));
        if let Some(old) = &old {
            let key = TimerKey::Publication(account, old.serial);
            self.timers.cancel(old.expires_at, key);
        }
        if expires == 0 {
            return;
        }
        let expires_at = now + Duration::from_secs(expires.into());
        let (serial, document) = match old {
            Some(old) if body.is_empty() => (old.serial, old.document),
            Some(old) => (old.serial, body.to_vec()),
            None => (fresh, body.to_vec()),
        };
        self.timers
            .set(expires_at, TimerKey::Publication(account, serial));
        let publication = Publication {
            serial,
            etag: etag.into(),
            expires_at,
            document,
        };
        // A refresh keeps its place, so that the document does not change; what is said anew is the newest.
        let place = at.filter(|_| body.is_empty()).unwrap_or(usize::MAX);
        self.accounts.put_publication(account, place, publication);
    }

    /// A publication's time is up.
    pub(super) fn on_publication_expired(&mut self, now: Time, account: AccountKey, serial: u64) {
        let at = self.accounts.get(account).and_then(|state| {
            let mut all = state.publications.iter();
            all.position(|publication| publication.serial == serial)
        });
        if let Some(at) = at {
            self.accounts.remove_publication(account, at);
            self.on_presence_changed(now, account);
            self.accounts.sweep(account);
        }
    }

    /// What watchers of an account are told.
    pub(super) fn presence_of(&self, account: AccountKey) -> Vec<u8> {
        let Some(account) = self.accounts.get(account) else {
            return Vec::new();
        };
        let documents: Vec<&[u8]> = account
            .publications
            .iter()
            .map(|publication| publication.document.as_slice())
            .collect();
        pidf::compose(&self.address_of_record(&account.name), &documents)
    }
}
