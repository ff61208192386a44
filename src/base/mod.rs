//! Building blocks without SIP knowledge.

pub mod limits;
