//! Building blocks without SIP knowledge.
