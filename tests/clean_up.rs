//! What a link leaves behind: nothing. One test, so that the process is its own.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod echo;

use std::fs::File;
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use echo::{LONG, Seen, bind, io, next, send, silent, start, tcp};
use rtcclient::runtime::{Refused, Shutdown, TraceKind, TraceOptions, TraceTarget};
use rtcclient::transport::{ConnKey, Io, Protocol, QueryKey};

#[cfg(target_os = "linux")]
#[test]
fn links_leave_no_descriptors_and_no_threads_and_survive_the_lack_of_descriptors() {
    // This thread and the one that runs the tests.
    let threads = entries("task");
    use_everything();
    let descriptors = entries("fd");
    for _ in 0..10 {
        use_everything();
    }
    assert_eq!(entries("fd"), descriptors);
    // The system shows a thread for a moment after it was joined.
    let begin = Instant::now();
    while entries("task") > threads && begin.elapsed() < LONG {
        thread::yield_now();
    }
    assert_eq!(entries("task"), threads);
    a_forked_child_is_refused_and_may_start_anew();
    run_out_of_descriptors();
}

fn a_forked_child_is_refused_and_may_start_anew() {
    let link = start();
    let (_, to) = bind(&link, Protocol::Udp, "127.0.0.1:0");
    // SAFETY: the only other threads of this process wait, holding nothing; the child ends without unwinding.
    match unsafe { libc::fork() } {
        0 => {
            let refused = link.turn(|_, _| ()) == Err(Refused::Forked)
                && link.next_event(None) == Err(Refused::Forked)
                && link.shutdown(LONG) == Err(Refused::Forked);
            drop(link);
            let fresh = start();
            let (socket, _) = bind(&fresh, Protocol::Udp, "127.0.0.1:0");
            send(&fresh, socket, to, b"from the child");
            let works = fresh.shutdown(LONG) == Ok(Shutdown::Done);
            // SAFETY: ends the process at once.
            unsafe { libc::_exit(i32::from(!(refused && works))) }
        }
        child => {
            assert!(child > 0);
            assert!(matches!(next(&link), Seen::Datagram(_, bytes) if bytes == b"from the child"));
            let mut status = -1;
            // SAFETY: `status` outlives the call.
            assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
            assert_eq!(status, 0);
        }
    }
    assert_eq!(link.turn(|_, _| ()), Ok(()), "the parent goes on");
}

fn entries(of: &str) -> usize {
    std::fs::read_dir(format!("/proc/self/{of}"))
        .unwrap()
        .count()
}

fn use_everything() {
    let (a, b) = (silent(), start());
    let (socket, _) = bind(&a, Protocol::Udp, "127.0.0.1:0");
    let (_, to) = bind(&b, Protocol::Udp, "127.0.0.1:0");
    a.trace(TraceOptions {
        kind: TraceKind::Ladder,
        target: Some(TraceTarget::Path("/dev/null".into())),
        call_id: None,
        secrets: false,
    })
    .unwrap();
    send(&a, socket, to, b"hello");
    while next(&a) != Seen::Datagram(to, b"hello".to_vec()) {}
    let (_, to) = bind_after_datagrams(&b);
    let conn = ConnKey(2);
    io(&a, tcp(conn, to));
    assert_eq!(next(&a), Seen::Connected(conn));
    let query = QueryKey(1);
    let host = "localhost".into();
    io(&a, Io::Resolve { query, host });
    while !matches!(next(&a), Seen::Resolved(..)) {}
    a.event_fd().unwrap();
    b.set_sink(Some(Box::new(|_| ()))).unwrap();
    assert_eq!(a.shutdown(LONG), Ok(Shutdown::Done));
    assert_eq!(b.shutdown(LONG), Ok(Shutdown::Done));
}

/// Takes the events of the echo first.
fn bind_after_datagrams(
    link: &echo::EchoLink,
) -> (rtcclient::transport::SocketKey, std::net::SocketAddr) {
    while !matches!(next(link), Seen::Datagram(..)) {}
    bind(link, Protocol::Tcp, "127.0.0.1:0")
}

fn run_out_of_descriptors() {
    let link = start();
    let (_, to) = bind(&link, Protocol::Tcp, "127.0.0.1:0");
    let mut spare = Vec::new();
    limit_descriptors(entries("fd") + 10);
    while let Ok(file) = File::open("/dev/null") {
        spare.push(file);
    }
    spare.pop();
    let peer = TcpStream::connect(to).unwrap();
    // The descriptor that the connection took was the last: nothing can be accepted, and nothing else is disturbed.
    link.turn(|core, now| core.deadline = Some(now + Duration::from_millis(1)))
        .unwrap();
    assert_eq!(next(&link), Seen::Timer);
    spare.clear();
    assert!(matches!(next(&link), Seen::Accepted(_)));
    drop(peer);
}

fn limit_descriptors(count: usize) {
    // Another process sets it: this one has no safe call for it.
    let pid = std::process::id().to_string();
    let set = Command::new("prlimit")
        .args(["--pid", &pid, &format!("--nofile={count}:")])
        .status();
    assert!(
        set.is_ok_and(|status| status.success()),
        "prlimit of util-linux is needed"
    );
}
