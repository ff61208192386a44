//! What a failed request inside a dialog ends: the request alone, the usage it belongs to, or the dialog with all of its
//! usages (RFC 5057 §5.1). Every usage asks here; none decides by itself.

use crate::syntax::{HeaderId, Message};

/// What a failure ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// The request alone.
    Transaction,
    /// The usage that the request belongs to, and with the last usage the dialog.
    Usage,
    /// The dialog: what was refused is its target or its route.
    Dialog,
    /// Nothing. Whoever follows the redirection moves the dialog as a whole; it is not followed here.
    Redirection,
}

/// The effect of a final response other than 2xx; 401, 407, 422 and 491 after nothing more can be tried.
#[must_use]
pub fn effect(method: &str, status: u16) -> Effect {
    match status {
        300..=399 => Effect::Redirection,
        // The remote target, or the road to it, is refused.
        404 | 410 | 416 | 482..=485 | 502 | 604 if method != "CANCEL" => Effect::Dialog,
        405 | 501 if is_essential(method) => Effect::Usage,
        // As a time-out (§5.2).
        408 => on_timeout(method),
        480 if is_of_usage(method) => Effect::Usage,
        481 if method != "CANCEL" => Effect::Usage,
        489 if matches!(method, "SUBSCRIBE" | "NOTIFY") => Effect::Usage,
        _ => Effect::Transaction,
    }
}

/// The same for a response, whose Retry-After makes a 480 a pause of that usage and not its end (§5.1 note 7).
#[must_use]
pub fn effect_of(method: &str, response: &Message) -> Effect {
    match response.status() {
        Some(480) if response.header(HeaderId::RetryAfter).is_some() => Effect::Transaction,
        Some(status) => effect(method, status),
        None => Effect::Transaction,
    }
}

/// No final response came (§5.2).
#[must_use]
pub fn on_timeout(method: &str) -> Effect {
    if is_of_usage(method) {
        Effect::Usage
    } else {
        Effect::Transaction
    }
}

/// Whether the request belongs to a usage at all (§5.3); a REFER belongs to the subscription that it asks for.
fn is_of_usage(method: &str) -> bool {
    is_essential(method) || matches!(method, "UPDATE" | "INFO")
}

/// Whether a usage cannot go on without the method (§5.1 note 3).
fn is_essential(method: &str) -> bool {
    matches!(
        method,
        "INVITE" | "ACK" | "PRACK" | "BYE" | "SUBSCRIBE" | "NOTIFY" | "REFER"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B-282, B-283, B-284, B-285, B-286, B-287: every status there can be, for every kind of method, against the table of the RFC.
    #[test]
    fn every_code_ends_what_the_table_says() {
        let (usage, dialog): (&[u16], &[u16]) = (
            &[405, 408, 480, 481, 501],
            &[404, 410, 416, 482, 483, 484, 485, 502, 604],
        );
        for status in 300..700u16 {
            let plain = match status {
                300..=399 => Effect::Redirection,
                status if dialog.contains(&status) => Effect::Dialog,
                status if usage.contains(&status) => Effect::Usage,
                _ => Effect::Transaction,
            };
            for method in ["INVITE", "BYE", "PRACK"] {
                assert_eq!(effect(method, status), plain, "{method} {status}");
            }
            for method in ["SUBSCRIBE", "NOTIFY"] {
                let wanted = if status == 489 { Effect::Usage } else { plain };
                assert_eq!(effect(method, status), wanted, "{method} {status}");
            }
            for method in ["INFO", "UPDATE"] {
                let spared = matches!(status, 405 | 501);
                let wanted = if spared { Effect::Transaction } else { plain };
                assert_eq!(effect(method, status), wanted, "{method} {status}");
            }
            for method in ["OPTIONS", "MESSAGE", "WHATEVER"] {
                let spared = matches!(status, 405 | 408 | 480 | 501);
                let wanted = if spared { Effect::Transaction } else { plain };
                assert_eq!(effect(method, status), wanted, "{method} {status}");
            }
            let wanted = match status {
                300..=399 => Effect::Redirection,
                _ => Effect::Transaction,
            };
            assert_eq!(effect("CANCEL", status), wanted, "CANCEL {status}");
        }
    }
}
