//! The traces of a running link: call ladder, capture file, JSON lines; what they hide, and what does not disturb calls.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod echo;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use echo::{EchoLink, Seen, bind, io, next, options, send, silent, start, start_with, tcp};
use rtcclient::runtime::{Next, TraceKind, TraceOptions, TraceTarget};
use rtcclient::transport::{ConnKey, Io, Protocol};

const REGISTER: &[u8] =
    b"REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKa\r\n\
    From: <sip:alice@example.com>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: one\r\nCSeq: 7 REGISTER\r\n\
    Authorization: Digest username=\"alice\", response=\"0123456789abcdef\"\r\nContent-Length: 0\r\n\r\n";
const RINGING: &[u8] =
    b"SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKb\r\nFrom: <sip:a@b>;tag=1\r\n\
    To: <sip:c@d>;tag=2\r\nCall-ID: two\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";

fn to(kind: TraceKind, target: TraceTarget) -> TraceOptions {
    TraceOptions {
        kind,
        target: Some(target),
        call_id: None,
        secrets: false,
    }
}

fn stop(kind: TraceKind) -> TraceOptions {
    TraceOptions {
        kind,
        target: None,
        call_id: None,
        secrets: false,
    }
}

/// A file of its own for each test, gone with it.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("rtcclient-{}-{name}", std::process::id())))
    }

    fn target(&self) -> TraceTarget {
        TraceTarget::Path(self.0.clone())
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Sends both messages to itself over UDP, one after the other.
fn talk(link: &EchoLink) -> std::net::SocketAddr {
    let (socket, local) = bind(link, Protocol::Udp, "127.0.0.1:0");
    for message in [REGISTER, RINGING] {
        send(link, socket, local, message);
        assert!(matches!(next(link), Seen::Datagram(..)));
    }
    local
}

#[test]
fn a_ladder_has_one_line_for_each_message_each_way() {
    let (link, file) = (silent(), File::new("ladder"));
    link.trace(to(TraceKind::Ladder, file.target())).unwrap();
    let local = talk(&link);
    link.trace(stop(TraceKind::Ladder)).unwrap();
    // Stopped means written.
    let text = file.text();
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.split_once(' ').unwrap().1)
        .collect();
    let register = format!("{local} → {local} REGISTER cseq 7");
    let ringing = format!("{local} → {local} 180 Ringing cseq 1 INVITE");
    assert_eq!(lines, [&register, &register, &ringing, &ringing]);
}

#[test]
fn json_lines_hide_credentials_unless_they_are_asked_for() {
    let file = File::new("json");
    for secrets in [false, true] {
        let link = silent();
        link.trace(TraceOptions {
            secrets,
            ..to(TraceKind::Json, file.target())
        })
        .unwrap();
        talk(&link);
        // Shutdown ends traces as well.
        link.shutdown(echo::LONG).unwrap();
        let text = file.text();
        assert_eq!(text.lines().count(), 4);
        assert_eq!(text.contains("0123456789abcdef"), secrets, "{text}");
        assert!(text.contains(r#""status":"180 Ringing""#), "{text}");
    }
}

#[test]
fn a_filter_shows_one_call_only_over_streams_too() {
    let (a, b, file) = (silent(), start(), File::new("filter"));
    let (_, address) = bind(&b, Protocol::Tcp, "127.0.0.1:0");
    a.trace(TraceOptions {
        call_id: Some("two".to_owned()),
        ..to(TraceKind::Ladder, file.target())
    })
    .unwrap();
    let conn = ConnKey(2);
    io(&a, tcp(conn, address));
    assert_eq!(next(&a), Seen::Connected(conn));
    let all = [REGISTER, b"\r\n\r\n", RINGING].concat();
    for piece in all.chunks(100) {
        let bytes = piece.into();
        io(&a, Io::Stream { conn, bytes });
    }
    let mut back = 0;
    while back < all.len() {
        if let Seen::Stream(_, bytes) = next(&a) {
            back += bytes.len();
        }
    }
    a.trace(stop(TraceKind::Ladder)).unwrap();
    let text = file.text();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        text.lines()
            .all(|line| line.ends_with("180 Ringing cseq 1 INVITE")),
        "{text}"
    );
}

#[test]
fn tshark_reads_a_capture_as_sip_with_right_checksums() {
    let file = File::new("pcap");
    let a = silent();
    a.trace(to(TraceKind::Pcap, file.target())).unwrap();
    talk(&a);
    let b = [start(), start()];
    for (b, address) in b.iter().zip(["127.0.0.1:0", "[::1]:0"]) {
        let (_, address) = bind(b, Protocol::Tcp, address);
        let conn = ConnKey(u64::from(address.port()) * 2);
        io(&a, tcp(conn, address));
        assert_eq!(next(&a), Seen::Connected(conn));
        for message in [REGISTER, RINGING] {
            let bytes = message.into();
            io(&a, Io::Stream { conn, bytes });
            let mut back = 0;
            while back < message.len() {
                if let Seen::Stream(_, bytes) = next(&a) {
                    back += bytes.len();
                }
            }
        }
    }
    a.trace(stop(TraceKind::Pcap)).unwrap();
    let Ok(output) = Command::new("tshark")
        .args(["-r", &file.0.to_string_lossy(), "-T", "fields"])
        .args([
            "-o",
            "ip.check_checksum:TRUE",
            "-o",
            "udp.check_checksum:TRUE",
            "-o",
            "tcp.check_checksum:TRUE",
        ])
        // A port that the system chose may be another protocol's by chance.
        .args(["-d", "tcp.port==1-65535,sip", "-d", "udp.port==1-65535,sip"])
        .args(["-e", "sip.Method", "-e", "sip.Status-Code"])
        .args([
            "-e",
            "ip.checksum.status",
            "-e",
            "udp.checksum.status",
            "-e",
            "tcp.checksum.status",
        ])
        .args(["-e", "tcp.analysis.flags", "-e", "_ws.malformed"])
        .output()
    else {
        assert!(std::env::var_os("CI").is_none(), "tshark is not installed");
        eprintln!("tshark is not installed: the capture is not checked");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (udp, tcp4, tcp6) = ("\t1\t1\t\t\t", "\t1\t\t1\t\t", "\t\t\t1\t\t");
    let mut expected = Vec::new();
    for rest in [udp, tcp4, tcp6] {
        expected.extend([format!("REGISTER\t{rest}"), format!("REGISTER\t{rest}")]);
        expected.extend([format!("\t180{rest}"), format!("\t180{rest}")]);
    }
    assert_eq!(
        lines,
        expected,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_byte_callback_gets_whole_lines_and_is_dropped_when_it_is_replaced() {
    let link = silent();
    let text = Arc::new(Mutex::new(Vec::new()));
    let mine = Arc::clone(&text);
    let sink: TraceTarget = TraceTarget::Bytes(Box::new(move |bytes| {
        assert_eq!(bytes.last(), Some(&b'\n'));
        mine.lock().extend_from_slice(bytes);
    }));
    link.trace(to(TraceKind::Ladder, sink)).unwrap();
    talk(&link);
    let file = File::new("replaced");
    link.trace(to(TraceKind::Ladder, file.target())).unwrap();
    assert_eq!(Arc::strong_count(&text), 1);
    assert_eq!(String::from_utf8_lossy(&text.lock()).lines().count(), 4);
    talk(&link);
    link.shutdown(echo::LONG).unwrap();
    assert_eq!(file.text().lines().count(), 4);
}

#[test]
fn a_writer_that_fails_disturbs_nothing() {
    let link = silent();
    if cfg!(target_os = "linux") {
        for kind in [TraceKind::Ladder, TraceKind::Pcap, TraceKind::Json] {
            link.trace(to(kind, TraceTarget::Path("/dev/full".into())))
                .unwrap();
        }
    }
    talk(&link);
    let sink = TraceTarget::Bytes(Box::new(|_| panic!("not our problem")));
    link.trace(to(TraceKind::Ladder, sink)).unwrap();
    talk(&link);
    link.shutdown(echo::LONG).unwrap();
}

#[test]
fn a_file_that_cannot_be_made_is_an_error_and_the_writer_before_stays() {
    let (link, file) = (silent(), File::new("stays"));
    link.trace(to(TraceKind::Ladder, file.target())).unwrap();
    let nowhere = TraceTarget::Path("/nowhere/at/all".into());
    assert!(link.trace(to(TraceKind::Ladder, nowhere)).is_err());
    talk(&link);
    link.trace(stop(TraceKind::Ladder)).unwrap();
    assert_eq!(file.text().lines().count(), 4);
    link.trace(stop(TraceKind::Ladder)).unwrap();
}

#[test]
fn an_application_driven_link_writes_its_traces_inside_run_once() {
    let mut options = options();
    options.application_driven = true;
    let core = echo::Echo {
        silent: true,
        ..echo::Echo::default()
    };
    let (link, file) = (start_with(core, options), File::new("driven"));
    link.trace(to(TraceKind::Ladder, file.target())).unwrap();
    let lines = Arc::new(Mutex::new(0));
    let (mine, me) = (Arc::clone(&lines), std::thread::current().id());
    link.trace(to(
        TraceKind::Json,
        TraceTarget::Bytes(Box::new(move |bytes| {
            assert_eq!(std::thread::current().id(), me);
            *mine.lock() += bytes.iter().filter(|byte| **byte == b'\n').count();
        })),
    ))
    .unwrap();
    talk(&link);
    while link.run_once(Some(Duration::ZERO)).unwrap() {}
    assert_eq!(file.text().lines().count(), 4);
    assert_eq!(*lines.lock(), 4);
    assert_eq!(link.next_event(Some(Duration::ZERO)), Ok(Next::TimedOut));
    link.shutdown(echo::LONG).unwrap();
    assert_eq!(Arc::strong_count(&lines), 1);
}
