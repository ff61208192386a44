//! Method names: RFC 3261 and the extensions that this stack speaks. Methods are case-sensitive (RFC 3261 §7.1).

/// RFC 3261 §13.
pub const INVITE: &str = "INVITE";
/// RFC 3261 §13.
pub const ACK: &str = "ACK";
/// RFC 3261 §9.
pub const CANCEL: &str = "CANCEL";
/// RFC 3261 §15.
pub const BYE: &str = "BYE";
/// RFC 3261 §10.
pub const REGISTER: &str = "REGISTER";
/// RFC 3261 §11.
pub const OPTIONS: &str = "OPTIONS";
/// RFC 3262.
pub const PRACK: &str = "PRACK";
/// RFC 3311.
pub const UPDATE: &str = "UPDATE";
/// RFC 6665.
pub const SUBSCRIBE: &str = "SUBSCRIBE";
/// RFC 6665.
pub const NOTIFY: &str = "NOTIFY";
/// RFC 3903.
pub const PUBLISH: &str = "PUBLISH";
/// RFC 3428.
pub const MESSAGE: &str = "MESSAGE";
/// RFC 6086.
pub const INFO: &str = "INFO";
/// RFC 3515.
pub const REFER: &str = "REFER";

/// Every method above, in the order in which an Allow header names them.
pub const ALL: &[&str] = &[
    INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, SUBSCRIBE, NOTIFY, PUBLISH,
    MESSAGE, INFO, REFER,
];

/// Whether the method is one of [`ALL`].
#[must_use]
pub fn is_known(method: &str) -> bool {
    ALL.contains(&method)
}

/// Whether a text is a token (RFC 3261 §25.1), as methods and event packages are.
#[must_use]
pub fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
}
