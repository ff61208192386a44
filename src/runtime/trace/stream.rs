//! Stream bytes cut into messages for a trace (RFC 3261 §18.3), as loosely as is needed to show what went by.

use crate::transport::ladder;

/// A head or body that is longer is not shown.
const LONGEST: usize = 256 * 1024;

/// One direction of one stream.
#[derive(Default)]
pub(super) struct Assembler {
    buffer: Vec<u8>,
}

impl Assembler {
    /// Takes bytes and gives each whole message, and each run of empty lines as one keep-alive.
    pub(super) fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        self.buffer.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(length) = whole(&self.buffer[start..]) {
            each(&self.buffer[start..start + length]);
            start += length;
        }
        self.buffer.drain(..start);
        if self.buffer.len() > LONGEST {
            // Not SIP, or out of step after a gap: begin anew.
            self.buffer.clear();
            self.buffer.shrink_to_fit();
        }
    }
}

fn whole(bytes: &[u8]) -> Option<usize> {
    let blank = bytes
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count();
    if blank > 0 {
        return Some(blank);
    }
    let head = head_length(bytes)?;
    let body = ladder::header(&bytes[..head], &["Content-Length", "l"])
        .and_then(|value| value.parse::<usize>().ok())
        .unwrap_or(0);
    let length = head.checked_add(body)?;
    (length <= bytes.len()).then_some(length)
}

/// Up to and with the empty line.
fn head_length(bytes: &[u8]) -> Option<usize> {
    let mut line = 0;
    loop {
        let feed = line + bytes[line..].iter().position(|byte| *byte == b'\n')?;
        if feed == line || (feed == line + 1 && bytes[line] == b'\r') {
            return Some(feed + 1);
        }
        line = feed + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_whole_however_they_are_cut() {
        let wire = b"\r\n\r\nOPTIONS sip:a SIP/2.0\r\nl: 4\r\n\r\nbodySIP/2.0 200 OK\r\n\r\n";
        for step in 1..wire.len() {
            let mut assembler = Assembler::default();
            let mut seen = Vec::new();
            for piece in wire.chunks(step) {
                assembler.push(piece, |message| {
                    if ladder::summary(message).is_some() {
                        seen.push(message.to_vec());
                    }
                });
            }
            assert_eq!(seen.len(), 2, "step {step}");
            assert!(seen[0].ends_with(b"body"));
        }
    }

    #[test]
    fn an_endless_head_is_forgotten() {
        let mut assembler = Assembler::default();
        for _ in 0..600 {
            assembler.push(&[b'x'; 1024], |_| panic!("no message"));
        }
        assert!(assembler.buffer.len() <= LONGEST);
    }
}
