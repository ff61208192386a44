//! States and modes with the numbers of the original (RTC Client API, `RTC_SESSION_STATE` and its siblings).

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $value:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[repr(i32)]
        pub enum $name { $($(#[$vdoc])* $variant = $value),+ }

        impl $name {
            /// The variant with that number.
            #[must_use]
            pub const fn from_number(number: i32) -> Option<Self> {
                match number { $($value => Some(Self::$variant),)+ _ => None }
            }

            /// Its number.
            #[must_use]
            pub const fn number(self) -> i32 {
                self as i32
            }
        }
    };
}

numbered! {
    /// `RTC_SESSION_TYPE`.
    SessionType {
        /// Audio or video between two user agents.
        PcToPc = 0,
        /// Audio through a gateway.
        PcToPhone = 1,
        /// Third-party call control; not offered.
        PhoneToPhone = 2,
        /// Page-mode MESSAGE exchange, no INVITE (RFC 3428).
        Im = 3,
        /// INVITE, then MESSAGE in the dialog.
        MultipartyIm = 4,
        /// INVITE with the application's own description.
        Application = 5,
    }
}
numbered! {
    /// `RTC_SESSION_STATE`.
    SessionState {
        /// Nothing sent.
        Idle = 0,
        /// An INVITE came.
        Incoming = 1,
        /// Being answered: 2xx sent, ACK outstanding.
        Answering = 2,
        /// INVITE sent.
        InProgress = 3,
        /// The call stands.
        Connected = 4,
        /// Over.
        Disconnected = 5,
        /// The call stands, held by us.
        Hold = 6,
        /// A transfer is under way.
        Refer = 7,
    }
}
numbered! {
    /// `RTC_PARTICIPANT_STATE`.
    ParticipantState {
        /// Nothing sent.
        Idle = 0,
        /// To be called.
        Pending = 1,
        /// Calls us.
        Incoming = 2,
        /// We answer.
        Answering = 3,
        /// Being called.
        InProgress = 4,
        /// Its phone rings (180).
        Alerting = 5,
        /// In the call.
        Connected = 6,
        /// Leaving.
        Disconnecting = 7,
        /// Gone.
        Disconnected = 8,
    }
}
numbered! {
    /// `RTC_REGISTRATION_STATE`.
    RegistrationState {
        /// Not registered.
        NotRegistered = 0,
        /// REGISTER sent.
        Registering = 1,
        /// Registered.
        Registered = 2,
        /// Refused; the status says why.
        Rejected = 3,
        /// Being removed.
        Unregistering = 4,
        /// Failed without an answer; tried again.
        Error = 5,
        /// The server removed it.
        LoggedOff = 6,
        /// Local presence agent logged off.
        LocalPaLoggedOff = 7,
        /// Remote presence agent logged off.
        RemotePaLoggedOff = 8,
    }
}
numbered! {
    /// `RTC_SUBSCRIPTION_STATE` of the CE edition.
    SubscriptionState {
        /// Nothing sent, or over by our wish.
        NotSubscribed = 0,
        /// SUBSCRIBE sent.
        Subscribing = 1,
        /// Active or pending at the notifier.
        Subscribed = 2,
        /// The notifier ended it.
        LoggedOff = 3,
        /// Failed; the status says why.
        Error = 4,
        /// Being removed.
        Unsubscribing = 5,
    }
}
numbered! {
    /// `RTC_WATCHER_STATE`.
    WatcherState {
        /// Not known.
        Unknown = 0,
        /// Asks to watch.
        Offering = 1,
        /// May watch.
        Allowed = 2,
        /// Polite block: answered, told nothing.
        Blocked = 3,
        /// Refused.
        Denied = 4,
        /// Waits for a decision: pending.
        Prompt = 5,
    }
}
numbered! {
    /// `RTC_ANSWER_MODE`.
    AnswerMode {
        /// The application decides.
        OfferSessionEvent = 0,
        /// Answered 200 at once.
        AutomaticallyAccept = 1,
        /// Refused at once.
        AutomaticallyReject = 2,
        /// Answered as not supported.
        NotSupported = 3,
    }
}
numbered! {
    /// `RTC_TERMINATE_REASON`.
    TerminateReason {
        /// Ordinary end.
        Normal = 0,
        /// Do not disturb (incoming): 480.
        Dnd = 1,
        /// Busy (incoming): 486.
        Busy = 2,
        /// Refused (incoming): 603.
        Reject = 3,
        /// Nobody answered (incoming): 408.
        Timeout = 4,
        /// As fast as possible.
        Shutdown = 5,
        /// Security level too low (incoming): 488.
        InsufficientSecurityLevel = 6,
        /// Not supported (incoming): 488.
        NotSupported = 7,
    }
}
