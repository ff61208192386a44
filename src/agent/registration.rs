//! Registering and unregistering profiles, and what is told of it (`IRTCClientProvisioning::EnableProfile`).
//!
//! Which REGISTER is due, and what its answers mean, is `usage::Registration`'s business.

use crate::auth::Refusal as AuthRefusal;
use crate::base::{Key, Time};
use crate::syntax::Message;
use crate::transaction::{ClientKey, Failure};
use crate::transport::Flow;
use crate::usage::{Outcome, Owner, Role};
use crate::usage::register::Change;

use super::identity::{REGISTER_ALL, methods};
use super::profile::{DIGEST, Profile, gone, phrase, status_of};
use super::{
    Agent, Code, Event, EventType, ObjectRef, Refusal, RegistrationState, Status, Verdict,
};

impl Agent {
    /// Makes the account available for selection and, with flags, registers it; again after new credentials.
    pub fn enable_profile(
        &mut self,
        now: Time,
        profile: &ObjectRef,
        register_flags: u32,
        roaming_flags: u32,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.profile_key(profile)?;
        if register_flags & !REGISTER_ALL != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for registering",
            ));
        }
        if roaming_flags != 0 {
            return Err(Refusal::new(
                Code::NotImplemented,
                "roaming is not in this build",
            ));
        }
        self.refuse_when_closing()?;
        let Self { cx, profiles, .. } = self;
        let profile = profiles.get_mut(key).ok_or_else(gone)?;
        profile.enabled = true;
        profile.forgotten = false;
        if register_flags == 0 || !profile.has_registrar {
            self.unregister(key);
            return Ok(Verdict::Done);
        }
        let params = format!("{}{}", profile.instance, methods(register_flags));
        profile.registration.wanted_mut().params = params.into();
        profile.registration.register(cx, &mut profile.account);
        self.tell_registration(key, RegistrationState::Registering, Status::None, "", None);
        Ok(Verdict::Done)
    }

    /// Takes the account out of the selection, removes what it published and unregisters it.
    pub fn disable_profile(&mut self, now: Time, profile: &ObjectRef) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.profile_key(profile)?;
        let profile = self.profiles.get_mut(key).ok_or_else(gone)?;
        let was_enabled = std::mem::replace(&mut profile.enabled, false);
        let numbers: Vec<u32> = profile.publications.iter().map(|one| one.number).collect();
        let idle = numbers.is_empty();
        for number in numbers {
            self.with_publication(key, number, |publication, cx, account, out| {
                publication.remove(cx, account, 0, "", out);
            });
        }
        for role in [Role::Registration, Role::Publication] {
            self.release_challenges_of(Owner {
                role,
                key: key.to_bits(),
            });
        }
        let registered = self.unregister(key);
        self.check_shutdown();
        let nothing = idle && !registered && !was_enabled;
        Ok(if nothing {
            Verdict::Nothing
        } else {
            Verdict::Done
        })
    }

    /// Begins to unregister; `false`: there was nothing to end.
    fn unregister(&mut self, key: Key<Profile>) -> bool {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return false;
        };
        let state = profile.state();
        if state == RegistrationState::Unregistering {
            return true;
        }
        if profile.registration.unregister(cx, &mut profile.account) {
            self.tell_registration(
                key,
                RegistrationState::Unregistering,
                Status::None,
                "",
                None,
            );
            return true;
        }
        if state == RegistrationState::NotRegistered {
            return false;
        }
        self.tell_registration(
            key,
            RegistrationState::NotRegistered,
            Status::None,
            "",
            None,
        );
        true
    }

    fn tell_registration(
        &mut self,
        key: Key<Profile>,
        state: RegistrationState,
        status: Status,
        text: &str,
        message: Option<Message>,
    ) {
        let Some(profile) = self.profiles.get(key) else {
            return;
        };
        profile.object.set_state(state.number());
        let event = Event {
            event_type: EventType::RegistrationStateChange,
            profile: Some(profile.object.clone()),
            state: state.number(),
            status,
            status_text: text.into(),
            uri: profile.registration.contact().into(),
            message,
            ..Event::default()
        };
        self.tell(event);
    }

    fn on_registration_change(&mut self, key: Key<Profile>, change: Option<Change>) {
        match change {
            None | Some(Change::Registered { renewed: true, .. })
                if self.is_told_registered(key) => {}
            None => {}
            Some(Change::Registered { message, .. }) => {
                let status = status_of_message(&message);
                let text = phrase(Some(&message));
                self.tell_registration(
                    key,
                    RegistrationState::Registered,
                    status,
                    &text,
                    Some(message),
                );
            }
            Some(Change::Again) => {
                self.tell_registration(key, RegistrationState::Registering, Status::None, "", None);
            }
            Some(Change::Removed(message)) => {
                let (status, text) = (status_of_message(&message), phrase(Some(&message)));
                self.tell_registration(
                    key,
                    RegistrationState::LoggedOff,
                    status,
                    &text,
                    Some(message),
                );
            }
            Some(Change::Failed {
                outcome,
                fault,
                message,
                ..
            }) => {
                let state = match outcome {
                    Outcome::Sip(_) => RegistrationState::Rejected,
                    _ => RegistrationState::Error,
                };
                let status = self.status_of_refusal(key, outcome, fault.as_ref());
                let text = phrase(message.as_ref());
                self.tell_registration(key, state, status, &text, message);
            }
            Some(Change::Ended { outcome, message }) => {
                let (status, text) = (status_of(outcome), phrase(message.as_ref()));
                self.tell_registration(
                    key,
                    RegistrationState::NotRegistered,
                    status,
                    &text,
                    message,
                );
            }
        }
        self.drop_forgotten(key);
        self.check_shutdown();
    }

    fn is_told_registered(&self, key: Key<Profile>) -> bool {
        self.profiles.get(key).is_some_and(Profile::is_registered)
    }

    /// A challenge of a kind that the profile does not allow or we do not know is no matter of passwords.
    pub(super) fn status_of_refusal(
        &self,
        key: Key<Profile>,
        outcome: Outcome,
        fault: Option<&AuthRefusal>,
    ) -> Status {
        let digest = self
            .profiles
            .get(key)
            .is_none_or(|profile| profile.facts.allowed_auth & DIGEST != 0);
        match fault {
            Some(AuthRefusal::Unsupported(_)) => Status::Failed(Code::AuthTypeNotSupported),
            Some(_) if !digest => Status::Failed(Code::AuthTypeNotSupported),
            _ => status_of(outcome),
        }
    }

    pub(super) fn on_register_response(
        &mut self,
        key: Key<Profile>,
        client: ClientKey,
        message: Message,
        flow: &Flow,
    ) {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let change =
            profile
                .registration
                .on_response(cx, &mut profile.account, client, message, flow);
        self.on_registration_change(key, change);
    }

    pub(super) fn on_register_failure(
        &mut self,
        key: Key<Profile>,
        client: ClientKey,
        failure: Failure,
    ) {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let change = profile
            .registration
            .on_failure(cx, &mut profile.account, client, failure);
        self.on_registration_change(key, change);
    }

    pub(super) fn on_registration_alarm(&mut self, key: Key<Profile>, what: u32) {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let change = profile
            .registration
            .on_alarm(cx, &mut profile.account, what);
        self.on_registration_change(key, change);
    }

    /// A connection is gone: registrations that used it need another one.
    pub(super) fn on_registration_flow_closed(&mut self, flow: &Flow) {
        let Self { cx, profiles, .. } = self;
        for key in profiles.keys() {
            if let Some(profile) = profiles.get_mut(key) {
                profile.registration.on_flow_closed(cx, flow);
            }
        }
    }
}

fn status_of_message(message: &Message) -> Status {
    message.status().map_or(Status::None, Status::Sip)
}
