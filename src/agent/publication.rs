//! Published event state of a profile, as the application sees it (`rtc_profile_publish`).
//!
//! Which PUBLISH is due, and what its answers mean, is `usage::Publication`'s business.

use crate::base::{Key, Time};
use crate::syntax::Message;
use crate::transaction::{ClientKey, Failure};
use crate::usage::publish::{Notice, Told};
use crate::usage::{Account, Cx, Owner, Publication, Role};

use super::command::{SEND_END, SEND_EXPERT, SEND_REFRESH};
use super::headers::{check_value, own_lines};
use super::profile::{EXPIRES, Profile, gone, phrase};
use super::{Agent, Code, Event, EventType, ObjectRef, Refusal, Send, Verdict};

/// Most packages that one account publishes.
const MAX_PUBLICATIONS: usize = 64;

impl Agent {
    /// Publishes event state, keeps it alive, changes or (`SEND_END`) removes it.
    pub fn publish(
        &mut self,
        now: Time,
        profile: &ObjectRef,
        package: &str,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.profile_key(profile)?;
        if !crate::syntax::method::is_token(package) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the package is no token",
            ));
        }
        // All publications are kept alive; SEND_REFRESH says nothing new.
        if send.flags & !(SEND_EXPERT | SEND_REFRESH | SEND_END) != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for publishing",
            ));
        }
        let own = own_lines(send)?;
        let profile = self.profiles.get(key).ok_or_else(gone)?;
        let known = profile
            .publications
            .iter()
            .find(|one| *one.package == *package)
            .map(|one| (one.number, one.is_removable()));
        if send.flags & SEND_END != 0 {
            let Some((number, true)) = known else {
                return Ok(Verdict::Nothing);
            };
            self.with_publication(key, number, |publication, cx, account, out| {
                publication.remove(cx, account, send.cookie, &own, out);
            });
            return Ok(Verdict::Done);
        }
        self.refuse_when_closing()?;
        let Self { cx, profiles, .. } = self;
        let profile = profiles.get_mut(key).ok_or_else(gone)?;
        let body = send.body.clone().filter(|body| !body.is_empty());
        let number = match (known, &body) {
            (Some((number, _)), _) => number,
            (None, None) => {
                return Err(Refusal::new(
                    Code::InvalidArgument,
                    "the first publication of a package needs a body",
                ));
            }
            (None, Some(_)) if profile.publications.len() >= MAX_PUBLICATIONS => {
                return Err(Refusal::new(
                    Code::Limit,
                    "64 packages an account are the limit",
                ));
            }
            (None, Some(_)) => {
                profile.publication_count += 1;
                let number = profile.publication_count;
                let owner = Owner {
                    role: Role::Publication,
                    key: key.to_bits(),
                };
                profile
                    .publications
                    .push(Publication::new(cx, owner, number, package));
                number
            }
        };
        let content_type = send
            .content_type
            .clone()
            .unwrap_or_else(|| "application/pidf+xml".into());
        check_value("Content-Type", &content_type)?;
        let expires = if send.expires_secs == 0 {
            EXPIRES
        } else {
            send.expires_secs
        };
        let mut refreshed = true;
        self.with_publication(key, number, |publication, cx, account, out| match body {
            Some(body) => {
                let notice = Notice {
                    cookie: send.cookie,
                    own,
                    content_type,
                    body,
                    expires,
                };
                publication.publish(cx, account, notice, out);
            }
            None => refreshed = publication.refresh(cx, account, send.cookie),
        });
        if refreshed {
            Ok(Verdict::Done)
        } else {
            Err(Refusal::new(
                Code::InvalidArgument,
                "nothing is published that could be refreshed",
            ))
        }
    }

    pub(super) fn with_publication(
        &mut self,
        key: Key<Profile>,
        number: u32,
        f: impl FnOnce(&mut Publication, &mut Cx, &mut Account, &mut Vec<Told>),
    ) {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let Profile {
            publications,
            account,
            ..
        } = profile;
        let Some(publication) = publications.iter_mut().find(|one| one.number == number) else {
            return;
        };
        let mut out = Vec::new();
        f(publication, cx, account, &mut out);
        let package = publication.package.clone();
        publications.retain(|one| !one.is_over());
        let object = profile.object().clone();
        for told in out {
            let status = self.status_of_refusal(key, told.outcome, told.fault.as_ref());
            let event = Event {
                event_type: EventType::Publication,
                profile: Some(object.clone()),
                cookie: told.cookie,
                state: i32::from(told.published),
                status,
                status_text: phrase(told.message.as_ref()),
                text: package.clone(),
                value: [i64::from(told.retry), 0, 0],
                message: told.message,
                ..Event::default()
            };
            self.tell(event);
        }
        self.drop_forgotten(key);
        self.check_shutdown();
    }

    fn publication_of(&self, key: Key<Profile>, client: ClientKey) -> Option<u32> {
        let profile = self.profiles.get(key)?;
        profile
            .publications
            .iter()
            .find(|one| one.is(client))
            .map(|one| one.number)
    }

    pub(super) fn on_publish_response(
        &mut self,
        key: Key<Profile>,
        client: ClientKey,
        message: Message,
    ) {
        if let Some(number) = self.publication_of(key, client) {
            self.with_publication(key, number, |publication, cx, account, out| {
                publication.on_response(cx, account, client, message, out);
            });
        }
    }

    pub(super) fn on_publish_failure(
        &mut self,
        key: Key<Profile>,
        client: ClientKey,
        failure: Failure,
    ) {
        if let Some(number) = self.publication_of(key, client) {
            self.with_publication(key, number, |publication, cx, account, out| {
                publication.on_failure(cx, account, client, failure, out);
            });
        }
    }

    pub(super) fn on_publication_alarm(&mut self, key: Key<Profile>, number: u32) {
        self.with_publication(key, number, |publication, cx, account, _| {
            publication.on_alarm(cx, account);
        });
    }
}
