//! Building blocks without SIP knowledge: time, keyed storage, timers, randomness, limits.
#![forbid(unsafe_code)]

pub mod entropy;
pub mod limits;
pub mod siphash;
pub mod slab;
pub mod time;
pub mod timers;
pub mod xml;

pub use entropy::Entropy;
pub use limits::Limits;
pub use slab::{Key, Slab};
pub use time::Time;
pub use timers::TimerSet;
