//! What is done without asking the application, readable and settable on sessions at any time (`RTC_AUTO_…`).

use crate::base::Key;
use crate::usage::{Auto, Role};

use super::session::ended;
use super::usage_object::over;
use super::{Agent, Code, Kind, ObjectRef, Refusal, Verdict};

impl Agent {
    /// Sets the AUTOMATION of a session or of the usage that it is.
    pub(super) fn set_automation(
        &mut self,
        object: &ObjectRef,
        value: i64,
    ) -> Result<Verdict, Refusal> {
        let auto = u32::try_from(value).ok().and_then(Auto::new);
        let auto = auto.ok_or_else(|| {
            Refusal::new(
                Code::InvalidArgument,
                "the automation is a mask of RTC_AUTO_ bits",
            )
        })?;
        if object.kind() == Kind::Usage && object.owner().role == Role::Subscription {
            let subscription = self.subscriptions.get_mut(Key::from_bits(object.key()));
            subscription.ok_or_else(over)?.machine_mut().auto = auto;
            return Ok(Verdict::Done);
        }
        let row = match object.kind() {
            Kind::Session => Some(object.key()),
            Kind::Usage => Some(object.owner().key).filter(|_| object.owner().role == Role::Call),
            _ => None,
        };
        let Some(row) = row else {
            return Err(Refusal::new(Code::NotAllowed, "this can only be read"));
        };
        let session = self
            .sessions
            .get_mut(Key::from_bits(row))
            .ok_or_else(ended)?;
        session.call.set_auto(auto);
        Ok(Verdict::Done)
    }
}
