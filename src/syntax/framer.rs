//! Messages out of a stream of bytes: RFC 3261 §18.3, §7.5; keep-alives of RFC 5626 §3.5.1.
//!
//! Bytes go in as they arrive, frames come out. A message whose head is sound enough to know where it ends but which
//! is otherwise refused costs only itself; when its end is unknown the stream cannot go on. What is kept is bounded by
//! the limits, and no byte is scanned twice for the end of a head.

use super::error::{HEAD_TOO_LONG, ParseError};
use super::message::Message;
use super::parse::Parsed;
use super::salvage::{self, Salvage};
use crate::base::limits::Limits;

/// What came out of a stream.
#[derive(Clone, Debug)]
pub enum Frame {
    /// A message.
    Message(Message),
    /// CR LF CR LF between messages: the peer asks for a [`Frame::Pong`].
    Ping,
    /// CR LF between messages: the answer to our ping.
    Pong,
}

/// A message that was refused.
#[derive(Clone, Debug)]
pub struct FrameError {
    /// Why.
    pub error: ParseError,
    /// Whether the rest of the stream is lost; then it is to be closed once `salvage` is answered.
    pub fatal: bool,
    /// What an answer can be made from.
    pub salvage: Option<Box<Salvage>>,
}

/// Splits one connection's bytes. After a fatal error it yields nothing more.
#[derive(Debug)]
pub struct Framer {
    limits: Limits,
    buffer: Vec<u8>,
    /// Bytes of `buffer` already given out.
    at: usize,
    /// Where to go on searching for the end of the head, from `at`.
    searched: usize,
    /// Bytes from `at` that the message needs, once its head is complete.
    needed: usize,
    /// Whether a single CR LF was seen that may be the first half of a ping.
    half_ping: bool,
    dead: bool,
}

impl Framer {
    /// A framer for a new connection.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            buffer: Vec::new(),
            at: 0,
            searched: 0,
            needed: 0,
            half_ping: false,
            dead: false,
        }
    }

    /// Takes bytes from the stream. Drain [`Framer::next`] after each push, or the buffer grows.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.dead {
            return;
        }
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// A ping was sent: the line end that comes next is its pong, not the second half of a ping of the peer.
    pub fn expect_pong(&mut self) {
        self.half_ping = false;
    }

    /// How many bytes wait for the rest of their message.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.buffer.len() - self.at
    }

    /// The next frame, if one is complete.
    #[expect(
        clippy::should_implement_trait,
        reason = "a framer yields again after None"
    )]
    pub fn next(&mut self) -> Option<Result<Frame, FrameError>> {
        if self.dead {
            return None;
        }
        if self.searched == 0
            && let Some(frame) = self.keep_alive()
        {
            return Some(Ok(frame));
        }
        let waiting = self.buffer.get(self.at..)?;
        if waiting.is_empty() || waiting.len() < self.needed || waiting == b"\r" {
            return None;
        }
        if self.needed == 0 {
            let Some(end) = end_of_head(waiting, self.searched) else {
                let longest = self.limits.header_bytes.min(self.limits.message_bytes);
                if waiting.len() > longest {
                    return Some(self.fatal(ParseError::new(HEAD_TOO_LONG, longest)));
                }
                self.searched = waiting.len();
                return None;
            };
            self.searched = end;
        }
        match Message::parse_stream(waiting, &self.limits) {
            Ok(Parsed::Message(message, consumed)) => {
                self.consume(consumed);
                Some(Ok(Frame::Message(message)))
            }
            Ok(Parsed::NeedMore) => {
                // The head is complete and sound, so its size and Content-Length are known.
                self.needed = salvage::extent(waiting).unwrap_or(waiting.len() + 1);
                None
            }
            Err(error) => self.refuse(error),
        }
    }

    /// Line ends before a message: a pair of CR LF is a ping, one followed by something else a pong.
    fn keep_alive(&mut self) -> Option<Frame> {
        let waiting = self.buffer.get(self.at..)?;
        let line_end = match waiting {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            [] | [b'\r'] => return None,
            _ => {
                self.half_ping = false;
                return None;
            }
        };
        let pair = line_end == 2 && waiting.get(2..4) == Some(b"\r\n");
        let whole = waiting.len() == line_end;
        self.at += if pair { 4 } else { line_end };
        // A ping may come in two halves; the first then shows as a pong that nobody waits for.
        // Only CR LF is half of one: a lone LF is tolerated and means nothing.
        let second_half = self.half_ping && line_end == 2;
        self.half_ping = whole && line_end == 2 && !second_half;
        Some(if pair || second_half {
            Frame::Ping
        } else {
            Frame::Pong
        })
    }

    fn consume(&mut self, bytes: usize) {
        self.at += bytes;
        self.searched = 0;
        self.needed = 0;
        if self.at >= self.buffer.len() {
            self.buffer.clear();
            self.at = 0;
        }
    }

    /// A complete head that is refused: skip the message when its extent is certain, else give up.
    fn refuse(&mut self, error: ParseError) -> Option<Result<Frame, FrameError>> {
        let waiting = self.buffer.get(self.at..)?;
        let extent = salvage::extent(waiting).filter(|&extent| extent <= self.limits.message_bytes);
        let Some(extent) = extent else {
            return Some(self.fatal(error));
        };
        if waiting.len() < extent {
            self.needed = extent;
            return None;
        }
        let salvage = Salvage::of(&waiting[..extent], &error).map(Box::new);
        self.consume(extent);
        Some(Err(FrameError {
            error,
            fatal: false,
            salvage,
        }))
    }

    fn fatal(&mut self, error: ParseError) -> Result<Frame, FrameError> {
        let salvage = Salvage::of(self.buffer.get(self.at..).unwrap_or(&[]), &error).map(Box::new);
        self.dead = true;
        self.buffer = Vec::new();
        self.at = 0;
        Err(FrameError {
            error,
            fatal: true,
            salvage,
        })
    }
}

/// The offset after the empty line that ends a head, searching from `from` (what lies before was searched).
pub(crate) fn end_of_head(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from.saturating_sub(3);
    loop {
        at = super::chars::find_byte(bytes, at, b'\n');
        match bytes.get(at + 1..)? {
            [b'\n', ..] => return Some(at + 2),
            [b'\r', b'\n', ..] => return Some(at + 3),
            _ => at += 1,
        }
    }
}

/// Whether a datagram is nothing but a keep-alive: empty, or line ends, spaces and, as some phones send, zero bytes.
#[must_use]
pub fn is_keep_alive(datagram: &[u8]) -> bool {
    datagram
        .iter()
        .all(|b| matches!(b, b'\r' | b'\n' | b' ' | b'\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=f\r\n\
        To: <sip:b@c>\r\nCall-ID: id\r\nCSeq: 1 OPTIONS\r\nContent-Length: 4\r\n\r\nbody";

    fn frames(framer: &mut Framer) -> Vec<String> {
        std::iter::from_fn(|| framer.next())
            .map(|frame| match frame {
                Ok(Frame::Message(message)) => message.method().to_owned(),
                Ok(frame) => format!("{frame:?}"),
                Err(error) => format!(
                    "{} {}",
                    error.error.what,
                    if error.fatal { "!" } else { "." }
                ),
            })
            .collect()
    }

    fn fed(bytes: impl AsRef<[u8]>) -> Vec<String> {
        let mut framer = Framer::new(Limits::default());
        framer.push(bytes.as_ref());
        frames(&mut framer)
    }

    #[test]
    fn keep_alives_are_told_from_messages() {
        assert_eq!(fed("\r\n\r\n"), ["Ping"]);
        assert_eq!(fed("\r\n"), ["Pong"]);
        assert_eq!(
            fed(format!("\r\n{SOUND}\r\n\r\n{SOUND}")),
            ["Pong", "OPTIONS", "Ping", "OPTIONS"]
        );
        let mut framer = Framer::new(Limits::default());
        framer.push(b"\r");
        assert!(framer.next().is_none());
        framer.push(b"\n");
        assert_eq!(frames(&mut framer), ["Pong"]);
        framer.push(b"\r\n");
        assert_eq!(frames(&mut framer), ["Ping"]);
        framer.push(b"\r\n");
        assert_eq!(frames(&mut framer), ["Pong"]);
    }

    #[test]
    fn datagrams_that_only_keep_a_binding_alive_are_known() {
        for datagram in [&b""[..], b"\r\n\r\n", b"\0\0\0\0", b" "] {
            assert!(is_keep_alive(datagram));
        }
        assert!(!is_keep_alive(b"\r\nx"));
    }

    #[test]
    fn a_refused_message_costs_only_itself() {
        let broken = SOUND.replace("CSeq: 1", "CSeq: x");
        assert_eq!(
            fed(format!("{broken}{SOUND}")),
            ["malformed CSeq number .", "OPTIONS"]
        );
        let mut framer = Framer::new(Limits::default());
        framer.push(broken.as_bytes());
        let Some(Err(error)) = framer.next() else {
            panic!("refused")
        };
        assert_eq!(error.salvage.unwrap().status, 400);
    }

    #[test]
    fn a_stream_of_unknown_extent_is_given_up() {
        let endless = SOUND.replace("Content-Length: 4", "Content-Length: x");
        assert_eq!(
            fed(format!("{endless}{SOUND}")),
            ["malformed Content-Length !"]
        );
        let huge = SOUND.replace("Content-Length: 4", "Content-Length: 4000000000");
        assert_eq!(fed(huge), ["message too long !"]);
        let untold = SOUND.replace("Content-Length: 4", "Content-Type: text/plain");
        assert_eq!(fed(untold), ["no Content-Length on a stream !"]);
        assert_eq!(fed("x".repeat(40_000)), ["header fields too long !"]);
        let mut framer = Framer::new(Limits::default());
        framer.push("x".repeat(40_000).as_bytes());
        assert!(framer.next().is_some());
        framer.push(SOUND.as_bytes());
        assert!(framer.next().is_none());
        assert_eq!(framer.buffered(), 0);
    }

    #[test]
    fn a_dripping_stream_is_not_scanned_again_and_again() {
        let mut framer = Framer::new(Limits::default());
        let long = SOUND.replace("CSeq", &format!("X: {}\r\nCSeq", "y".repeat(20_000)));
        for byte in long.as_bytes() {
            assert!(framer.next().is_none());
            framer.push(std::slice::from_ref(byte));
        }
        assert_eq!(frames(&mut framer), ["OPTIONS"]);
    }

    /// Where a read ends must not make a ping out of lone line feeds.
    #[test]
    fn lone_line_feeds_are_no_ping_wherever_they_are_cut() {
        for piece in 1..5 {
            let mut framer = Framer::new(Limits::default());
            for bytes in b"\n\n\n\n\n\n\n\n".chunks(piece) {
                framer.push(bytes);
                while let Some(frame) = framer.next() {
                    assert!(
                        matches!(frame, Ok(Frame::Pong)),
                        "{frame:?} in pieces of {piece}"
                    );
                }
            }
        }
    }
}
