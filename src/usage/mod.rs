//! What dialogs and transactions are used for (RFC 5057 calls them usages): calls, registrations, subscriptions,
//! publications and single requests. Protocol only: what an application is told of it is `agent`'s business.
#![forbid(unsafe_code)]

pub mod account;
pub mod automation;
pub mod backoff;
pub mod binding;
pub(crate) mod body;
pub mod call;
pub mod context;
pub mod dialogs;
pub mod failure;
pub mod fork;
pub mod granted;
mod invite_client;
mod invite_server;
pub mod lines;
pub mod media;
mod midway;
mod notified;
pub mod notify;
pub mod publish;
pub mod refer;
pub mod refreshed;
pub mod register;
mod reinvite;
pub mod reliable;
pub mod request;
pub mod session_timer;
pub mod subscribe;
mod update;
mod within;

pub use account::Account;
pub use automation::{Auto, NothingOpen};
pub use call::{Call, CallEvent, Outcome, Terms};
pub use context::{Alarm, Cx, Owner, Role};
pub use dialogs::{DialogKey, Dialogs, Side, Usage};
pub use fork::Attempt;
pub use invite_client::{Invitation, on_stray};
pub use lines::{Extra, Lines};
pub use media::{Media, MediaFault};
pub use notify::Notifier;
pub use publish::Publication;
pub use refer::Referrer;
pub use register::Registration;
pub use reinvite::{Busy, Offer, What};
pub use reliable::{Reliable, Unreliable};
pub use request::Outgoing;
pub use subscribe::Subscriber;
