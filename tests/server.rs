//! Call flows through the embedded server, with hand-made requests on a virtual clock: what phones see of the registrar,
//! the proxy, the redirect server and the presence agent.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "server/bounds.rs"]
mod bounds;
#[path = "server/calls.rs"]
mod calls;
#[path = "server/forks.rs"]
mod forks;
#[path = "server/presence.rs"]
mod presence;
#[path = "server/registration.rs"]
mod registration;
#[path = "server/world.rs"]
mod world;
