//! A byte stream cut anywhere: the messages do not depend on where it is cut (a ping in two halves shows as a pong before it), and the buffer stays within its limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcclient::base::Limits;
use rtcclient::syntax::{Frame, Framer};

fuzz_target!(|bytes: &[u8]| {
    let Some((&cut, bytes)) = bytes.split_first() else {
        return;
    };
    let limits = Limits::default();
    let whole = frames(bytes, bytes.len().max(1), &limits);
    let pieces = frames(bytes, usize::from(cut).max(1), &limits);
    assert_eq!(whole, pieces);
});

fn frames(bytes: &[u8], piece: usize, limits: &Limits) -> Vec<String> {
    let mut framer = Framer::new(limits.clone());
    let mut found = Vec::new();
    for bytes in bytes.chunks(piece) {
        framer.push(bytes);
        while let Some(frame) = framer.next() {
            let fatal = frame.is_err();
            if matches!(frame, Ok(Frame::Ping | Frame::Pong)) {
                continue;
            }
            found.push(match frame {
                Ok(frame) => format!("{frame:?}"),
                Err(_) => "error".into(),
            });
            if fatal {
                return found;
            }
        }
    }
    found
}
