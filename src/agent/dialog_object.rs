//! Dialogs as the application sees them (RFC 3261 §12): identity, numbers, route set, and which usages share them.
//!
//! The object travels with the dialog from early to confirmed and stays readable after its last usage has left.

use std::sync::Arc;

use crate::dialog::Dialog;
use crate::syntax::{Message, NameAddr};
use crate::usage::call::State;
use crate::usage::{DialogKey, Dialogs};

use super::session::Session;
use super::usage_object::state;
use super::{Agent, Details, Event, EventType, Kind, Object, ObjectRef, Status, properties};

/// The object of a dialog, made when somebody first asks for it; `place` names it among the established ones.
fn object_of(dialog: &Dialog, place: Option<DialogKey>, now: i32) -> Option<ObjectRef> {
    let key = place.map_or(u64::MAX, DialogKey::to_bits);
    let name = dialog
        .name()
        .get_or_init(|| Object::new(Kind::Dialog, key, now, 0));
    let object = Arc::clone(name).downcast::<Object>().ok()?;
    if place.is_some() && object.key() != key {
        // What was kept of it while it was early is read from the dialog itself now.
        object.revive(key, object.state());
    }
    Some(object)
}

/// The readable values of a dialog.
pub(super) fn details_of(dialog: &Dialog) -> Details {
    let uri = |value: &str| -> Box<str> {
        NameAddr::parse(value).map_or_else(|_| value.into(), |address| address.uri.into())
    };
    let mut details = Details::default();
    details.text(properties::DIALOG_CALL_ID, dialog.call_id());
    details.text(properties::DIALOG_LOCAL_TAG, dialog.local_tag().as_str());
    details.text(properties::DIALOG_REMOTE_TAG, dialog.remote_tag());
    details.text(properties::DIALOG_LOCAL_URI, uri(dialog.local()));
    details.text(properties::DIALOG_REMOTE_URI, uri(dialog.remote()));
    details.text(properties::DIALOG_REMOTE_TARGET, dialog.remote_target());
    details.int(properties::DIALOG_LOCAL_CSEQ, dialog.local_cseq());
    details.int(
        properties::DIALOG_REMOTE_CSEQ,
        dialog.remote_cseq().unwrap_or(0),
    );
    details.text(properties::DIALOG_ROUTE_SET, dialog.route_set().join(", "));
    details.int(properties::DIALOG_SECURE, i64::from(dialog.is_secure()));
    details.int(
        properties::DIALOG_INITIATOR,
        i64::from(dialog.is_initiator()),
    );
    details
}

impl Agent {
    /// The dialog of a session, early or established; of a usage from the first on.
    pub(super) fn dialog_of_session(&self, session: &Session) -> Option<ObjectRef> {
        let call = &session.call;
        if let Some(place) = call.begins_in() {
            return self.dialog_object(place);
        }
        let place = call.dialog_key();
        let early = call.early_dialogs().next();
        let Some(dialog) = call.dialog(&self.cx.dialogs).or(early) else {
            return session.sip.as_ref()?.dialog.clone();
        };
        if let Some(first) = session.sip.as_ref().and_then(|sip| sip.dialog.as_ref()) {
            // Only if nobody asked before, and then it is the same.
            let name: Arc<Object> = Arc::clone(first);
            let _ = dialog.name().set(name);
        }
        object_of(dialog, place, shared_state(session))
    }

    /// Whether somebody has the object of a session's dialog.
    pub(super) fn knows_dialog(session: &Session, dialogs: &Dialogs) -> bool {
        let early = session.call.early_dialogs().next();
        let dialog = session.call.dialog(dialogs).or(early);
        session.is_usage() || dialog.is_none_or(|dialog| dialog.name().get().is_some())
    }

    /// The object of an established dialog.
    pub(super) fn dialog_object(&self, key: DialogKey) -> Option<ObjectRef> {
        object_of(self.cx.dialogs.get(key)?, Some(key), state::CONFIRMED)
    }

    /// The readable values of a dialog that is established.
    pub(super) fn dialog_details(&self, object: &ObjectRef) -> Option<Details> {
        let key = DialogKey::from_bits(object.key());
        let mut details = details_of(self.cx.dialogs.get(key)?);
        let mut context = None;
        for owner in self.cx.dialogs.usages(key) {
            let usage = self.usage_of(owner);
            if let (None, Some(usage)) = (&context, &usage) {
                let known = self.usage_details(usage).unwrap_or_default().related;
                context = known
                    .into_iter()
                    .find(|one| one.kind() == Kind::Registration);
            }
            details.related.extend(usage);
        }
        details.related.extend(context);
        let socket = self.cx.dialogs.get(key).and_then(Dialog::socket);
        details.related.extend(self.connections.of_socket(socket));
        Some(details)
    }

    /// What can be read of a session's dialog while it is early.
    pub(super) fn early_details(&self, session: &Session) -> Option<Details> {
        let early = session.call.early_dialogs().next()?;
        let mut details = details_of(early);
        let connection = self.connections.of_socket(early.socket());
        details.related.extend(connection);
        Some(details)
    }

    /// Dialogs that are established.
    pub(super) fn list_dialogs(&self) -> Vec<ObjectRef> {
        let keys = self.cx.dialogs.keys();
        keys.into_iter()
            .filter_map(|key| self.dialog_object(key))
            .collect()
    }

    /// The last usage may have left: then the dialog is over, and what was known of it last is kept.
    pub(super) fn end_dialog(
        &mut self,
        object: &ObjectRef,
        last: Details,
        status: Status,
        message: Option<&Message>,
        told: bool,
    ) {
        let key = DialogKey::from_bits(object.key());
        if self.cx.dialogs.get(key).is_some() || object.state() == state::TERMINATED {
            return;
        }
        object.set_state(state::TERMINATED);
        object.end(last);
        if told {
            self.tell(Event {
                event_type: EventType::DialogState,
                dialog: Some(Arc::clone(object)),
                state: state::TERMINATED,
                status,
                message: message.cloned(),
                flags: super::event::FLAG_LAST,
                ..Event::default()
            });
        }
    }
}

/// The state of a session's dialog, which may stand for another usage already.
pub(super) fn shared_state(session: &Session) -> i32 {
    if session.call.is_within() && session.call.dialog_key().is_some() {
        state::CONFIRMED
    } else {
        dialog_state(session)
    }
}

/// The state of a session's dialog as far as the session made it.
pub(super) fn dialog_state(session: &Session) -> i32 {
    match session.call.state() {
        State::Idle => state::INIT,
        State::Calling | State::Cancelling => {
            let early = session.call.early_dialogs().next().is_some();
            if early || session.call.is_within() && session.call.has_progressed() {
                state::EARLY
            } else {
                state::INIT
            }
        }
        State::Incoming if session.call.has_progressed() => state::EARLY,
        State::Incoming => state::INIT,
        State::Accepted | State::Confirmed | State::Ending => state::CONFIRMED,
        State::Ended => state::TERMINATED,
    }
}
