//! Registering and unregistering profiles, and what is told of it (`IRTCClientProvisioning::EnableProfile`).
//!
//! Which REGISTER is due, and what its answers mean, is `usage::Registration`'s business.

use crate::auth::Refusal as AuthRefusal;
use crate::base::{Key, Slab, Time};
use crate::syntax::Message;
use crate::transaction::{ClientKey, Failure};
use crate::transport::Flow;
use crate::usage::register::Change;
use crate::usage::{Account, Outcome, Owner, Registration, Role};

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
        let Self {
            cx,
            profiles,
            directory,
            ..
        } = self;
        let profile = profiles.get_mut(key).ok_or_else(gone)?;
        profile.enabled = true;
        let Account { aor, contact, .. } = &profile.account;
        directory.enter(key, aor, &contact.user);
        profile.forgotten = false;
        if register_flags == 0 || !profile.has_registrar {
            self.unregister(key);
            return Ok(Verdict::Done);
        }
        let params = format!("{}{}", profile.instance, methods(register_flags));
        for (index, flow) in profile.flows.iter_mut().enumerate() {
            flow.wanted_mut().params = params.clone().into();
            // The others follow when it is known whether there can be several (RFC 5626 §4.2.1).
            if index == 0 || flow.is_wanted() {
                flow.register(cx, &mut profile.account);
            }
        }
        self.tell_registration(key, RegistrationState::Registering, Status::None, "", None);
        Ok(Verdict::Done)
    }

    /// Takes the account out of the selection, removes what it published and unregisters it.
    pub fn disable_profile(&mut self, now: Time, profile: &ObjectRef) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.profile_key(profile)?;
        let profile = self.profiles.get_mut(key).ok_or_else(gone)?;
        let was_enabled = std::mem::replace(&mut profile.enabled, false);
        let Account { aor, contact, .. } = &profile.account;
        self.directory.leave(key, aor, &contact.user);
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
        let mut goodbyes = false;
        for flow in &mut profile.flows {
            goodbyes |= flow.unregister(cx, &mut profile.account);
        }
        profile.lost = 0;
        self.index_roads(key);
        if goodbyes {
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
            uri: profile.best().contact().into(),
            message,
            ..Event::default()
        };
        self.tell(event);
    }

    /// One of the registrations of a profile, its `number`th, has something to tell.
    fn on_registration_change(&mut self, key: Key<Profile>, number: usize, change: Change) {
        let now = self.cx.now;
        let others = self.profiles.get(key).is_some_and(|profile| {
            let mut others = profile.flows.iter().enumerate();
            others.any(|(other, flow)| other != number && flow.works(now))
        });
        match change {
            Change::Registered { message, renewed } => {
                self.recover_flow(key, number);
                self.start_others(key, number);
                if !(renewed || others) || !self.is_told_registered(key) {
                    let status = status_of_message(&message);
                    let text = phrase(Some(&message));
                    let state = RegistrationState::Registered;
                    self.tell_registration(key, state, status, &text, Some(message));
                }
            }
            Change::Again if others => {}
            Change::Again => {
                self.tell_registration(key, RegistrationState::Registering, Status::None, "", None);
            }
            Change::Removed(message) if others => {
                let status = status_of_message(&message);
                self.lose_flow(key, number, status, Some(message));
            }
            Change::Removed(message) => {
                let (status, text) = (status_of_message(&message), phrase(Some(&message)));
                let state = RegistrationState::LoggedOff;
                self.tell_registration(key, state, status, &text, Some(message));
            }
            Change::Failed {
                outcome,
                fault,
                message,
                ..
            } => {
                let status = self.status_of_refusal(key, outcome, fault.as_ref());
                self.lose_flow(key, number, status, message.clone());
                self.start_others(key, number);
                if !others {
                    let state = match outcome {
                        Outcome::Sip(_) => RegistrationState::Rejected,
                        _ => RegistrationState::Error,
                    };
                    let text = phrase(message.as_ref());
                    self.tell_registration(key, state, status, &text, message);
                }
            }
            Change::Ended { outcome, message } => {
                let busy = self.profiles.get(key).is_some_and(|profile| {
                    let ending = profile.state() == RegistrationState::Unregistering;
                    others || ending && profile.flows.iter().any(|flow| !flow.is_idle())
                });
                if !busy {
                    let (status, text) = (status_of(outcome), phrase(message.as_ref()));
                    let state = RegistrationState::NotRegistered;
                    self.tell_registration(key, state, status, &text, message);
                }
            }
        }
    }

    /// The further flows of an account come after the first: when it stands as a flow, or when it does not stand at all.
    /// A registrar that knows nothing of flows gets no more than one.
    fn start_others(&mut self, key: Key<Profile>, number: usize) {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key).filter(|_| number == 0) else {
            return;
        };
        let Some((first, others)) = profile.flows.split_first_mut() else {
            return;
        };
        let alone = first.is_bound(cx.now) && !first.is_flow();
        for other in others {
            if alone {
                other.unregister(cx, &mut profile.account);
            } else if !other.is_wanted() && first.is_wanted() {
                other.register(cx, &mut profile.account);
            }
        }
    }

    /// After whatever one of its registrations did: the account's requests go by the first flow that works.
    fn after_registration(&mut self, key: Key<Profile>, number: usize, change: Option<Change>) {
        if let Some(change) = change {
            self.on_registration_change(key, number, change);
        }
        let now = self.cx.now;
        if let Some(profile) = self.profiles.get_mut(key) {
            profile.settle(now);
        }
        self.index_roads(key);
        self.drop_forgotten(key);
        self.check_shutdown();
    }

    /// Tells that a REGISTER goes out.
    pub(super) fn tell_registering(&mut self, key: Key<Profile>) {
        self.tell_registration(key, RegistrationState::Registering, Status::None, "", None);
    }

    /// A document of the registrar says that one of our bindings is over (RFC 3680 §5.3).
    pub(super) fn on_binding_gone(
        &mut self,
        key: Key<Profile>,
        number: usize,
        event: &str,
        retry_after: Option<u32>,
        message: Message,
    ) {
        // Lost by the registrar's own doing, it may be had again; taken away by somebody, it may not.
        let wait = match event {
            "deactivated" | "expired" => Some(1),
            "probation" => Some(retry_after.unwrap_or(60)),
            _ => None,
        };
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let Some(flow) = profile.flows.get_mut(number) else {
            return;
        };
        flow.on_binding_gone(cx, &mut profile.account, wait);
        let state = match wait {
            Some(_) => RegistrationState::Registering,
            None => RegistrationState::LoggedOff,
        };
        if number == 0 {
            self.tell_registration(key, state, Status::None, event, Some(message));
        }
        self.after_registration(key, number, None);
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
        let Some((profile, number)) = sender(profiles, key, client) else {
            return;
        };
        let Profile { flows, account, .. } = profile;
        let change = flows
            .get_mut(number)
            .and_then(|one| one.on_response(cx, account, client, message, flow));
        self.after_registration(key, number, change);
    }

    pub(super) fn on_register_failure(
        &mut self,
        key: Key<Profile>,
        client: ClientKey,
        failure: Failure,
    ) {
        let Self { cx, profiles, .. } = self;
        let Some((profile, number)) = sender(profiles, key, client) else {
            return;
        };
        let Profile { flows, account, .. } = profile;
        let change = flows
            .get_mut(number)
            .and_then(|one| one.on_failure(cx, account, client, failure));
        self.after_registration(key, number, change);
    }

    pub(super) fn on_registration_alarm(&mut self, key: Key<Profile>, what: u32) {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let number = usize::try_from(Registration::number_of(what)).unwrap_or(usize::MAX);
        let Profile { flows, account, .. } = profile;
        let change = flows
            .get_mut(number)
            .and_then(|one| one.on_alarm(cx, account, what));
        self.after_registration(key, number, change);
    }

    /// Time for goodbyes is up: who has not answered will not, and nothing is left in between.
    pub(super) fn abandon_registrations(&mut self) {
        for key in self.profiles.keys() {
            let Self { cx, profiles, .. } = self;
            let Some(profile) = profiles.get_mut(key) else {
                continue;
            };
            for flow in &mut profile.flows {
                flow.abandon(cx, &mut profile.account);
            }
            let between = [
                RegistrationState::Registering,
                RegistrationState::Unregistering,
                RegistrationState::Registered,
            ];
            if between.contains(&profile.state()) {
                let status = Status::Failed(Code::Timeout);
                let state = RegistrationState::NotRegistered;
                self.tell_registration(key, state, status, "", None);
            }
        }
    }
}

/// Which registration of which profile sent that REGISTER.
fn sender(
    profiles: &mut Slab<Profile>,
    key: Key<Profile>,
    client: ClientKey,
) -> Option<(&mut Profile, usize)> {
    let profile = profiles.get_mut(key)?;
    let number = profile.flows.iter().position(|flow| flow.awaits(client))?;
    Some((profile, number))
}

fn status_of_message(message: &Message) -> Status {
    message.status().map_or(Status::None, Status::Sip)
}
