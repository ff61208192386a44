//! One message as one line of JSON (RFC 8259).

use std::fmt::Write;
use std::net::SocketAddr;

use crate::transport::{Protocol, ladder};

/// Appends the line.
pub(super) fn line(
    text: &mut String,
    unix_micros: u64,
    protocol: Protocol,
    from: SocketAddr,
    to: SocketAddr,
    outbound: bool,
    bytes: &[u8],
) {
    let (seconds, micros) = (unix_micros / 1_000_000, unix_micros % 1_000_000);
    let direction = if outbound { "out" } else { "in" };
    let _ = write!(
        text,
        r#"{{"time":{seconds}.{micros:06},"direction":"{direction}","transport":"{}","from":"{from}","to":"{to}""#,
        protocol.via()
    );
    if let Some(summary) = ladder::summary(bytes) {
        let what = if summary.is_request {
            "method"
        } else {
            "status"
        };
        for (name, value) in [
            (what, summary.what),
            ("cseq", summary.cseq),
            ("cseq_method", summary.cseq_method),
            ("call_id", summary.call_id),
        ] {
            let _ = write!(text, r#","{name}":"#);
            quote(text, value);
        }
    }
    let _ = write!(text, r#","length":{},"message":"#, bytes.len());
    quote(text, &String::from_utf8_lossy(bytes));
    text.push_str("}\n");
}

fn quote(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\r' => text.push_str("\\r"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_whatever_is_in_it() {
        let mut text = String::new();
        let (from, to) = (([127, 0, 0, 1], 5060).into(), ([127, 0, 0, 1], 5070).into());
        let bytes = b"MESSAGE sip:b SIP/2.0\r\nCall-ID: \"x\\\r\nCSeq: 2 MESSAGE\r\n\r\n\x00\xff";
        line(&mut text, 1_500_000, Protocol::Udp, from, to, true, bytes);
        assert_eq!(
            text,
            concat!(
                r#"{"time":1.500000,"direction":"out","transport":"UDP","from":"127.0.0.1:5060","to":"127.0.0.1:5070","#,
                r#""method":"MESSAGE","cseq":"2","cseq_method":"MESSAGE","call_id":"\"x\\","length":58,"#,
                r#""message":"MESSAGE sip:b SIP/2.0\r\nCall-ID: \"x\\\r\nCSeq: 2 MESSAGE\r\n\r\n\u0000"#,
                "\u{fffd}\"}\n"
            )
        );
    }
}
