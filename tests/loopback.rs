//! The runtime on real sockets over loopback: datagrams, streams, timers, names, and the ends of all of them.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod echo;

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use echo::{LONG, Seen, bind, io, next, options, say, send, silent, start, start_with, tcp};
use rtcclient::runtime::{BindError, Next, Refused, Shutdown};
use rtcclient::transport::{ConnKey, Io, Protocol, QueryKey};

#[test]
fn datagrams_are_echoed_over_both_families() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let (a, b) = (silent(), start());
        let (socket, from) = bind(&a, Protocol::Udp, address);
        let (_, to) = bind(&b, Protocol::Udp, address);
        send(&a, socket, to, b"hello");
        assert_eq!(next(&a), Seen::Datagram(to, b"hello".to_vec()));
        assert_eq!(next(&b), Seen::Datagram(from, b"hello".to_vec()));
    }
}

#[test]
fn a_wildcard_socket_is_told_with_the_addresses_of_the_machine() {
    let link = start();
    let (_, local) = link.bind(Protocol::Udp, ([0, 0, 0, 0], 0).into()).unwrap();
    let Seen::Opened(_, told, addresses) = next(&link) else {
        panic!("not told");
    };
    assert_eq!(told, local);
    assert_ne!(local.port(), 0);
    assert!(
        addresses.contains(&IpAddr::from([127, 0, 0, 1])),
        "{addresses:?}"
    );
}

#[test]
fn ten_thousand_datagrams_come_back_in_order() {
    let (a, b) = (silent(), start());
    let (socket, _) = bind(&a, Protocol::Udp, "127.0.0.1:0");
    let (_, to) = bind(&b, Protocol::Udp, "127.0.0.1:0");
    // Windows of a hundred: loopback loses what does not fit a receive buffer, and that would be no fault of ours.
    for window in 0..100_u32 {
        a.turn(|core, _| {
            for number in 0..100 {
                let bytes = (window * 100 + number).to_be_bytes()[..].into();
                core.io.push_back(Io::Datagram { socket, to, bytes });
            }
        })
        .unwrap();
        for number in 0..100 {
            let expected = (window * 100 + number).to_be_bytes().to_vec();
            assert_eq!(next(&a), Seen::Datagram(to, expected));
            next(&b);
        }
    }
    assert_eq!(a.counters().datagrams_in, 10_000);
    assert_eq!(b.counters().datagrams_out, 10_000);
}

#[test]
fn a_datagram_of_the_greatest_length_arrives() {
    let (a, b) = (silent(), start());
    let (socket, _) = bind(&a, Protocol::Udp, "127.0.0.1:0");
    let (_, to) = bind(&b, Protocol::Udp, "127.0.0.1:0");
    let bytes = vec![b'x'; 65_507];
    send(&a, socket, to, &bytes);
    assert_eq!(next(&a), Seen::Datagram(to, bytes));
}

#[test]
fn a_datagram_that_is_too_long_fails_alone() {
    let a = silent();
    let (socket, _) = bind(&a, Protocol::Udp, "127.0.0.1:0");
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = peer.local_addr().unwrap();
    a.turn(|core, _| {
        for bytes in [vec![b'x'; 70_000], b"short".to_vec()] {
            let bytes = bytes.into();
            core.io.push_back(Io::Datagram { socket, to, bytes });
        }
    })
    .unwrap();
    assert_eq!(next(&a), Seen::Failed(to));
    let mut buffer = [0; 100];
    assert_eq!(peer.recv(&mut buffer).unwrap(), 5);
}

#[cfg(target_os = "linux")]
#[test]
fn a_port_that_nobody_listens_on_is_reported() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let link = silent();
        let (socket, _) = bind(&link, Protocol::Udp, address);
        let gone = UdpSocket::bind(address).unwrap().local_addr().unwrap();
        send(&link, socket, gone, b"anybody?");
        assert_eq!(next(&link), Seen::Failed(gone));
        // The socket itself is none the worse.
        let peer = UdpSocket::bind(address).unwrap();
        send(&link, socket, peer.local_addr().unwrap(), b"you");
        assert_eq!(peer.recv(&mut [0; 10]).unwrap(), 3);
    }
}

#[test]
fn a_port_in_use_is_told_from_other_failures() {
    let link = start();
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        let (_, taken) = bind(&link, protocol, "127.0.0.1:0");
        assert!(matches!(link.bind(protocol, taken), Err(BindError::InUse)));
        let elsewhere = "192.0.2.1:0".parse().unwrap();
        assert!(matches!(
            link.bind(protocol, elsewhere),
            Err(BindError::NotLocal)
        ));
    }
}

#[test]
fn an_unbound_port_is_free_again() {
    let link = start();
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        let (socket, local) = bind(&link, protocol, "127.0.0.1:0");
        assert_eq!(link.unbind(socket), Ok(true));
        assert_eq!(next(&link), Seen::SocketClosed(socket));
        assert_eq!(link.unbind(socket), Ok(false));
        link.bind(protocol, local).unwrap();
        next(&link);
    }
}

#[test]
fn streams_are_echoed_over_both_families() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let (a, b) = (silent(), start());
        let (_, to) = bind(&b, Protocol::Tcp, address);
        let conn = ConnKey(2);
        io(&a, tcp(conn, to));
        assert_eq!(next(&a), Seen::Connected(conn));
        let Seen::Accepted(accepted) = next(&b) else {
            panic!("not accepted");
        };
        assert_eq!(accepted.0 % 2, 1);
        let sent: Vec<u8> = (0..500_000_u32)
            .flat_map(|n| n.to_be_bytes()[2..].to_vec())
            .collect();
        io(
            &a,
            Io::Stream {
                conn,
                bytes: sent.clone().into(),
            },
        );
        let mut got = Vec::new();
        while got.len() < sent.len() {
            let Seen::Stream(_, bytes) = next(&a) else {
                panic!("not a stream");
            };
            got.extend(bytes);
        }
        assert!(got == sent);
        io(&a, Io::Close { conn });
        loop {
            match next(&b) {
                Seen::Stream(..) => {}
                other => {
                    assert_eq!(other, Seen::Closed(accepted));
                    break;
                }
            }
        }
        // A connection that we closed is not reported closed.
        assert_eq!(a.next_event(Some(Duration::ZERO)), Ok(Next::TimedOut));
        assert_eq!(a.counters().connections, 0);
    }
}

#[test]
fn bytes_given_while_connecting_leave_once_the_connection_stands_and_before_it_closes() {
    let link = silent();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    let conn = ConnKey(2);
    link.turn(|core, _| {
        core.io.push_back(tcp(conn, to));
        core.io.push_back(Io::Stream {
            conn,
            bytes: b"early"[..].into(),
        });
        core.io.push_back(Io::Close { conn });
    })
    .unwrap();
    let mut text = String::new();
    listener
        .accept()
        .unwrap()
        .0
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "early");
}

#[test]
fn a_refused_connection_is_reported_closed() {
    let link = silent();
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    io(&link, tcp(ConnKey(2), gone));
    assert_eq!(next(&link), Seen::Closed(ConnKey(2)));
}

#[test]
fn a_peer_that_sends_its_end_still_gets_the_answer() {
    let link = start();
    let (_, to) = bind(&link, Protocol::Tcp, "127.0.0.1:0");
    let mut peer = TcpStream::connect(to).unwrap();
    peer.write_all(b"question").unwrap();
    peer.shutdown(std::net::Shutdown::Write).unwrap();
    let mut text = String::new();
    peer.read_to_string(&mut text).unwrap();
    assert_eq!(text, "question");
}

#[test]
fn a_peer_that_does_not_read_is_closed_at_the_bound() {
    let mut options = options();
    options.write_queue = 100_000;
    let link = start_with(echo::Echo::default(), options);
    let (_, to) = bind(&link, Protocol::Tcp, "127.0.0.1:0");
    let peer = TcpStream::connect(to).unwrap();
    let Seen::Accepted(conn) = next(&link) else {
        panic!("not accepted");
    };
    // The system's buffers take megabytes before anything has to wait here.
    while link.counters().connections > 0 {
        io(
            &link,
            Io::Stream {
                conn,
                bytes: vec![0; 50_000].into(),
            },
        );
    }
    assert_eq!(next(&link), Seen::Closed(conn));
    assert_eq!(link.counters().connections_refused, 1);
    drop(peer);
}

#[test]
fn a_peer_that_closes_in_mid_write_is_reported_once() {
    let link = silent();
    let (_, to) = bind(&link, Protocol::Tcp, "127.0.0.1:0");
    for _ in 0..50 {
        let peer = TcpStream::connect(to).unwrap();
        let Seen::Accepted(conn) = next(&link) else {
            panic!("not accepted");
        };
        thread::scope(|scope| {
            scope.spawn(move || drop(peer));
            for _ in 0..20 {
                io(
                    &link,
                    Io::Stream {
                        conn,
                        bytes: vec![0; 20_000].into(),
                    },
                );
            }
        });
        assert_eq!(next(&link), Seen::Closed(conn));
    }
    assert_eq!(link.next_event(Some(Duration::ZERO)), Ok(Next::TimedOut));
}

#[test]
fn connections_above_the_limit_are_closed_at_once() {
    let mut options = options();
    options.connections = 2;
    let link = start_with(echo::Echo::default(), options);
    let (_, to) = bind(&link, Protocol::Tcp, "127.0.0.1:0");
    let kept: Vec<_> = (0..2)
        .map(|_| {
            let peer = TcpStream::connect(to).unwrap();
            assert!(matches!(next(&link), Seen::Accepted(_)));
            peer
        })
        .collect();
    let mut refused = TcpStream::connect(to).unwrap();
    assert_eq!(refused.read(&mut [0; 1]).unwrap_or(0), 0);
    assert_eq!(link.counters().connections_refused, 1);
    drop(kept);
}

#[test]
fn a_deadline_that_another_thread_brings_forward_is_kept() {
    let link = start();
    let later = link.now() + Duration::from_secs(3600);
    link.turn(|core, _| core.deadline = Some(later)).unwrap();
    let wanted = link
        .turn(|core, now| *core.deadline.insert(now + Duration::from_millis(20)))
        .unwrap();
    assert_eq!(next(&link), Seen::Timer);
    assert!(link.now() >= wanted);
}

#[test]
fn a_host_name_is_looked_up_and_a_wrong_one_has_no_address() {
    let link = start();
    io(
        &link,
        Io::Resolve {
            query: QueryKey(1),
            host: "localhost".into(),
        },
    );
    let Seen::Resolved(QueryKey(1), addresses) = next(&link) else {
        panic!("not resolved");
    };
    assert!(addresses.iter().any(IpAddr::is_loopback), "{addresses:?}");
    // The second time it comes from memory, within the turn.
    io(
        &link,
        Io::Resolve {
            query: QueryKey(2),
            host: "localhost".into(),
        },
    );
    assert_eq!(
        link.next_event(Some(Duration::ZERO)),
        Ok(Next::Event(Seen::Resolved(QueryKey(2), addresses)))
    );
    io(
        &link,
        Io::Resolve {
            query: QueryKey(3),
            host: "no such name".into(),
        },
    );
    assert_eq!(next(&link), Seen::Resolved(QueryKey(3), Vec::new()));
}

#[test]
fn a_panic_in_the_core_is_contained_and_told_last() {
    let link = start();
    let (_, to) = bind(&link, Protocol::Udp, "127.0.0.1:0");
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.send_to(b"fine", to).unwrap();
    assert!(matches!(next(&link), Seen::Datagram(..)));
    peer.send_to(b"panic", to).unwrap();
    let Seen::Fault(text) = next(&link) else {
        panic!("no fault");
    };
    assert!(text.contains("asked to"), "{text}");
    assert_eq!(link.turn(|_, _| ()), Err(Refused::Faulted));
    assert_eq!(link.read(|_| ()), Err(Refused::Faulted));
    assert_eq!(link.next_event(Some(Duration::ZERO)), Ok(Next::TimedOut));
    // Its port is free again.
    UdpSocket::bind(to).unwrap();
    assert_eq!(link.shutdown(LONG), Ok(Shutdown::Done));
    assert_eq!(link.next_event(None), Ok(Next::Ended));
}

#[test]
fn a_panic_in_a_turn_of_the_application_is_contained_too() {
    let link = start();
    assert_eq!(
        link.turn(|_, _| panic!("here")),
        Err::<(), _>(Refused::Faulted)
    );
    assert_eq!(next(&link), Seen::Fault("here".to_owned()));
    assert_eq!(link.shutdown(LONG), Ok(Shutdown::Done));
}

#[test]
fn events_beyond_the_bound_wait_in_the_core_and_come_in_order() {
    let mut options = options();
    options.event_queue = 4;
    let link = start_with(echo::Echo::default(), options);
    link.turn(|core, _| core.events.extend((0..100).map(Seen::Said)))
        .unwrap();
    assert_eq!(link.read(|core| core.events.len()), Ok(96));
    for number in 0..100 {
        assert_eq!(next(&link), Seen::Said(number));
    }
}

#[test]
fn what_is_queued_at_shutdown_can_still_be_pulled() {
    let mut options = options();
    options.event_queue = 2;
    let link = start_with(echo::Echo::default(), options);
    link.turn(|core, _| core.events.extend((0..5).map(Seen::Said)))
        .unwrap();
    assert_eq!(link.shutdown(LONG), Ok(Shutdown::Done));
    assert_eq!(link.turn(|_, _| ()), Err(Refused::ShutDown));
    assert!(matches!(
        link.bind(Protocol::Udp, ([127, 0, 0, 1], 0).into()),
        Err(BindError::Refused(Refused::ShutDown))
    ));
    assert_eq!(link.read(|core| core.events.len()), Ok(0));
    for number in 0..5 {
        assert_eq!(next(&link), Seen::Said(number));
    }
    assert_eq!(link.next_event(None), Ok(Next::Ended));
    assert_eq!(link.shutdown(LONG), Ok(Shutdown::Done));
}

#[test]
fn shutdown_from_many_threads_ends_every_puller() {
    for _ in 0..20 {
        let link = start();
        let (_, to) = bind(&link, Protocol::Udp, "127.0.0.1:0");
        let ready = Barrier::new(7);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    ready.wait();
                    while link.next_event(None) != Ok(Next::Ended) {}
                });
            }
            for _ in 0..2 {
                scope.spawn(|| {
                    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
                    ready.wait();
                    for number in 0..100 {
                        let _ = peer.send_to(b"more", to);
                        let _ = link.turn(|core, _| core.events.push_back(Seen::Said(number)));
                    }
                });
                scope.spawn(|| {
                    ready.wait();
                    assert_eq!(link.shutdown(LONG), Ok(Shutdown::Done));
                });
            }
        });
    }
}

#[test]
fn the_event_fd_is_readable_exactly_while_events_wait() {
    let link = start();
    let fd = link.event_fd().unwrap();
    assert!(!readable(fd));
    say(&link, 1);
    say(&link, 2);
    assert!(readable(fd));
    next(&link);
    assert!(readable(fd));
    next(&link);
    assert!(!readable(fd));
    assert_eq!(link.shutdown(LONG), Ok(Shutdown::Done));
    assert!(readable(fd), "the end is worth waking up for");
}

#[test]
fn an_application_driven_link_works_on_its_callers_thread_only() {
    let mut options = options();
    options.application_driven = true;
    options.name = "driven".to_owned();
    let link = start_with(echo::Echo::default(), options);
    let (_, to) = bind(&link, Protocol::Udp, "127.0.0.1:0");
    while link.run_once(Some(Duration::ZERO)).unwrap() {}
    let fd = link.event_fd().unwrap();
    assert!(!readable(fd));
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.send_to(b"ping", to).unwrap();
    assert!(readable(fd), "a datagram is work");
    assert_eq!(link.run_once(Some(LONG)), Ok(true));
    assert_eq!(
        next(&link),
        Seen::Datagram(peer.local_addr().unwrap(), b"ping".to_vec())
    );
    assert_eq!(peer.recv(&mut [0; 10]).unwrap(), 4);
    assert_eq!(link.run_once(Some(Duration::ZERO)), Ok(false));
    // Pulling with a time-out turns it as well.
    peer.send_to(b"pong", to).unwrap();
    assert!(matches!(next(&link), Seen::Datagram(..)));
    link.turn(|core, now| core.deadline = Some(now + Duration::from_millis(5)))
        .unwrap();
    assert!(link.next_timeout().unwrap() <= Duration::from_millis(5));
    assert_eq!(next(&link), Seen::Timer);
    assert_eq!(link.next_timeout(), None);
    assert_eq!(threads("driven"), 0);
    assert_eq!(link.shutdown(LONG), Ok(Shutdown::Done));
    assert_eq!(link.run_once(None), Err(Refused::ShutDown));
}

#[test]
fn a_turn_on_another_thread_wakes_an_application_driven_link() {
    let mut options = options();
    options.application_driven = true;
    let link = start_with(echo::Echo::default(), options);
    thread::scope(|scope| {
        scope.spawn(|| say(&link, 7));
        assert_eq!(link.next_event(None), Ok(Next::Event(Seen::Said(7))));
        scope.spawn(|| {
            link.turn(|core, now| core.deadline = Some(now + Duration::from_millis(1)))
                .unwrap();
        });
        assert_eq!(link.next_event(None), Ok(Next::Event(Seen::Timer)));
        scope.spawn(|| link.shutdown(LONG));
        assert_eq!(link.next_event(None), Ok(Next::Ended));
    });
}

#[test]
fn run_once_is_refused_where_threads_do_the_work() {
    assert_eq!(start().run_once(None), Err(Refused::WrongMode));
}

#[cfg(target_os = "linux")]
#[test]
fn library_threads_block_every_signal_that_can_be_blocked() {
    let mut options = options();
    options.name = "quiet".to_owned();
    let link = start_with(echo::Echo::default(), options);
    let (tell, told) = std::sync::mpsc::channel();
    link.set_sink(Some(Box::new(move |event| tell.send(event).unwrap())))
        .unwrap();
    // What is told shows that each thread runs, and so has its name.
    io(
        &link,
        Io::Resolve {
            query: QueryKey(1),
            host: "localhost".into(),
        },
    );
    assert!(matches!(told.recv_timeout(LONG), Ok(Seen::Resolved(..))));
    let mut seen = 0;
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        // A thread of another test may end at any time.
        let Ok(status) = std::fs::read_to_string(task.path().join("status")) else {
            continue;
        };
        let field = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        if field("Name:").starts_with("quiet-") {
            seen += 1;
            let mask = u64::from_str_radix(&field("SigBlk:"), 16).unwrap();
            // KILL and STOP cannot be blocked; 32 and 33 are the C library's own.
            let exempt: u64 = 1 << 8 | 1 << 18 | 1 << 31 | 1 << 32;
            assert_eq!(mask | exempt, u64::MAX, "{}", field("Name:"));
        }
    }
    assert_eq!(seen, 3, "network, events, names");
}

fn readable(fd: isize) -> bool {
    let mut one = libc::pollfd {
        fd: i32::try_from(fd).unwrap(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one valid pollfd is passed, and the call does not wait.
    unsafe { libc::poll(&raw mut one, 1, 0) == 1 }
}

fn threads(name: &str) -> usize {
    std::fs::read_dir("/proc/self/task")
        .unwrap()
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok())
        .filter(|comm| comm.starts_with(name))
        .count()
}

#[test]
fn a_flood_on_one_socket_does_not_hold_up_a_timer() {
    let link = silent();
    let (_, to) = bind(&link, Protocol::Udp, "127.0.0.1:0");
    let stop = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let _ = peer.send_to(b"flood", to);
            }
        });
        assert!(matches!(next(&link), Seen::Datagram(..)));
        link.turn(|core, now| core.deadline = Some(now + Duration::from_millis(10)))
            .unwrap();
        while next(&link) != Seen::Timer {}
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn a_link_may_be_dropped_at_any_time() {
    let addresses: Vec<SocketAddr> = (0..20)
        .map(|_| {
            let link = start();
            link.set_sink(Some(Box::new(|_| ()))).unwrap();
            link.bind(Protocol::Udp, ([127, 0, 0, 1], 0).into())
                .unwrap()
                .1
        })
        .collect();
    for address in addresses {
        UdpSocket::bind(address).expect("closed with the link");
    }
}
