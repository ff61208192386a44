//! SIP messages as text: RFC 3261 §7, §19, §20, §25.
