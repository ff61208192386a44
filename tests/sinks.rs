//! The rules of event sinks: never two callbacks at once, none after the sink is gone, each sink dropped once.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod echo;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{channel, sync_channel};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use echo::{EchoLink, LONG, Seen, bind, next, options, say, start, start_with};
use rtcclient::runtime::{Next, Refused, Shutdown, TraceKind, TraceOptions, TraceTarget};
use rtcclient::transport::Protocol;

/// Counts how often it is dropped.
#[derive(Clone, Default)]
struct Drops(Arc<AtomicUsize>);

struct Dropped(Drops);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drops {
    fn one(&self) -> Dropped {
        Dropped(self.clone())
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[test]
fn a_sink_gets_what_was_queued_before_and_all_after_in_order() {
    let link = start();
    (0..10).for_each(|number| say(&link, number));
    let (tell, told) = channel();
    link.set_sink(Some(Box::new(move |event| tell.send(event).unwrap())))
        .unwrap();
    (10..20).for_each(|number| say(&link, number));
    for number in 0..20 {
        assert_eq!(told.recv_timeout(LONG), Ok(Seen::Said(number)));
    }
    link.set_sink(None).unwrap();
    assert!(told.recv().is_err(), "dropped by the time set_sink returns");
    say(&link, 20);
    assert_eq!(next(&link), Seen::Said(20));
}

#[test]
fn callbacks_never_overlap_and_none_runs_after_the_sink_was_taken_away() {
    let link = start();
    let (running, calls) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    thread::scope(|scope| {
        let stop = Arc::new(AtomicBool::new(false));
        for _ in 0..2 {
            let (link, stop) = (&link, Arc::clone(&stop));
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    say(link, 0);
                    thread::yield_now();
                }
            });
        }
        let drops = Drops::default();
        for round in 1..=200 {
            let (flag, count, guard) = (Arc::clone(&running), Arc::clone(&calls), drops.one());
            link.set_sink(Some(Box::new(move |_| {
                assert!(!flag.swap(true, Ordering::SeqCst), "two at once");
                count.fetch_add(1, Ordering::SeqCst);
                thread::yield_now();
                flag.store(false, Ordering::SeqCst);
                let _ = &guard;
            })))
            .unwrap();
            if round % 2 == 0 {
                let seen = calls.load(Ordering::SeqCst);
                while calls.load(Ordering::SeqCst) == seen {
                    thread::yield_now();
                }
                link.set_sink(None).unwrap();
                assert_eq!(drops.count(), round);
                let before = calls.load(Ordering::SeqCst);
                thread::yield_now();
                assert_eq!(calls.load(Ordering::SeqCst), before);
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(!running.load(Ordering::SeqCst));
}

#[test]
fn a_sink_can_take_itself_away_and_is_dropped_when_it_has_returned() {
    let link = start();
    let drops = Drops::default();
    let (tell, told) = channel();
    let (me, guard, watch) = (Arc::downgrade(&link), drops.one(), drops.clone());
    link.set_sink(Some(Box::new(move |event| {
        let link = me.upgrade().unwrap();
        assert!(link.in_callback());
        assert_eq!(
            link.next_event(Some(Duration::ZERO)),
            Err(Refused::WrongMode)
        );
        link.set_sink(None).unwrap();
        assert_eq!(watch.count(), 0, "still in use");
        let _ = &guard;
        tell.send(event).unwrap();
    })))
    .unwrap();
    say(&link, 1);
    say(&link, 2);
    assert_eq!(told.recv_timeout(LONG), Ok(Seen::Said(1)));
    assert!(told.recv().is_err());
    link.set_sink(None).unwrap();
    assert_eq!(drops.count(), 1);
    assert_eq!(next(&link), Seen::Said(2));
}

#[test]
fn pulling_and_a_sink_exclude_each_other() {
    let link = start();
    link.set_sink(Some(Box::new(|_| ()))).unwrap();
    assert_eq!(link.next_event(None), Err(Refused::WrongMode));
    link.set_sink(None).unwrap();
    thread::scope(|scope| {
        let puller = scope.spawn(|| link.next_event(None));
        // Refused as soon as the other thread pulls.
        while link.set_sink(Some(Box::new(|_| ()))) != Err(Refused::WrongMode) {
            if link.set_sink(None).is_err() || puller.is_finished() {
                break;
            }
        }
        if puller.is_finished() {
            assert_eq!(puller.join().unwrap(), Err(Refused::WrongMode));
        } else {
            say(&link, 1);
            assert_eq!(puller.join().unwrap(), Ok(Next::Event(Seen::Said(1))));
        }
    });
}

#[test]
fn shutdown_inside_a_callback_is_pending_and_no_callback_follows() {
    let link = start();
    let drops = Drops::default();
    let (tell, told) = channel();
    let (me, guard) = (Arc::downgrade(&link), drops.one());
    link.set_sink(Some(Box::new(move |event| {
        let link = me.upgrade().unwrap();
        say(&link, 2);
        tell.send((event, link.shutdown(LONG))).unwrap();
        let _ = &guard;
    })))
    .unwrap();
    say(&link, 1);
    assert_eq!(
        told.recv_timeout(LONG),
        Ok((Seen::Said(1), Ok(Shutdown::Pending)))
    );
    assert_eq!(link.shutdown(LONG), Ok(Shutdown::Done));
    assert!(told.recv().is_err());
    assert_eq!(drops.count(), 1);
    assert_eq!(link.next_event(None), Ok(Next::Event(Seen::Said(2))));
    assert_eq!(link.next_event(None), Ok(Next::Ended));
    assert_eq!(
        link.set_sink(Some(Box::new(|_| ()))),
        Err(Refused::ShutDown)
    );
}

#[test]
fn shutdown_waits_for_a_running_callback_and_gives_up_on_one_that_does_not_return() {
    let link = start();
    let (entered, enter) = sync_channel(0);
    let (leave, left) = channel::<()>();
    let drops = Drops::default();
    let guard = drops.one();
    link.set_sink(Some(Box::new(move |_| {
        entered.send(()).unwrap();
        let _ = left.recv();
        let _ = &guard;
    })))
    .unwrap();
    say(&link, 1);
    enter.recv().unwrap();
    // The event thread stands still; the core does not.
    say(&link, 2);
    assert_eq!(link.shutdown(Duration::from_millis(30)), Err(Refused::Busy));
    assert_eq!(drops.count(), 0);
    drop(leave);
    assert_eq!(link.shutdown(LONG), Ok(Shutdown::Done));
    assert_eq!(drops.count(), 1);
    assert_eq!(link.next_event(None), Ok(Next::Event(Seen::Said(2))));
}

#[test]
fn taking_a_sink_away_gives_up_on_a_callback_that_does_not_return() {
    let mut options = options();
    options.patience = Duration::from_millis(30);
    let link = start_with(echo::Echo::default(), options);
    let (entered, enter) = sync_channel(0);
    let (leave, left) = channel::<()>();
    link.set_sink(Some(Box::new(move |_| {
        entered.send(()).unwrap();
        let _ = left.recv();
    })))
    .unwrap();
    say(&link, 1);
    enter.recv().unwrap();
    assert_eq!(link.set_sink(None), Err(Refused::Busy));
    drop(leave);
    assert_eq!(link.set_sink(None), Ok(()));
    say(&link, 2);
    assert_eq!(next(&link), Seen::Said(2));
}

#[test]
fn a_panic_in_a_sink_ends_there() {
    let link = start();
    let (tell, told) = channel();
    link.set_sink(Some(Box::new(move |event| {
        tell.send(event).unwrap();
        panic!("not our problem");
    })))
    .unwrap();
    say(&link, 1);
    say(&link, 2);
    assert_eq!(told.recv_timeout(LONG), Ok(Seen::Said(1)));
    assert_eq!(told.recv_timeout(LONG), Ok(Seen::Said(2)));
}

#[test]
fn a_link_may_be_dropped_inside_its_callback() {
    let link = start();
    let slot: Arc<parking_lot::Mutex<Option<EchoLink>>> = Arc::default();
    let (tell, told) = channel();
    let mine = Arc::clone(&slot);
    let drops = Drops::default();
    let guard = drops.one();
    link.set_sink(Some(Box::new(move |event| {
        drop(mine.lock().take());
        let _ = &guard;
        tell.send(event).unwrap();
    })))
    .unwrap();
    let mut held = slot.lock();
    say(&link, 1);
    *held = Some(link);
    drop(held);
    assert_eq!(told.recv_timeout(LONG), Ok(Seen::Said(1)));
    assert!(told.recv().is_err(), "the sink is dropped");
    assert_eq!(drops.count(), 1);
}

#[test]
fn application_driven_callbacks_run_inside_run_once() {
    let mut options = options();
    options.application_driven = true;
    let link = start_with(echo::Echo::default(), options);
    let me = thread::current().id();
    let (tell, told) = channel();
    let weak = Arc::downgrade(&link);
    link.set_sink(Some(Box::new(move |event| {
        assert_eq!(thread::current().id(), me);
        let link = weak.upgrade().unwrap();
        assert_eq!(link.run_once(None), Err(Refused::WrongMode));
        tell.send(event).unwrap();
    })))
    .unwrap();
    say(&link, 1);
    assert!(told.try_recv().is_err());
    assert_eq!(link.run_once(Some(LONG)), Ok(true));
    assert_eq!(told.try_recv(), Ok(Seen::Said(1)));
    assert_eq!(link.shutdown(LONG), Ok(Shutdown::Done));
    assert!(told.try_recv().is_err());
}

#[test]
fn trace_callbacks_and_events_share_one_thread() {
    let link = start();
    let (socket, local) = bind(&link, Protocol::Udp, "127.0.0.1:0");
    let running = Arc::new(AtomicBool::new(false));
    let started = Arc::new(Barrier::new(2));
    let (tell, told) = channel();
    let flag = Arc::clone(&running);
    let alone = move |flag: &AtomicBool| {
        assert!(!flag.swap(true, Ordering::SeqCst), "two at once");
        thread::yield_now();
        flag.store(false, Ordering::SeqCst);
    };
    let (tell_trace, alone_too, flag_too) = (tell.clone(), alone.clone(), Arc::clone(&flag));
    link.trace(TraceOptions {
        kind: TraceKind::Ladder,
        target: Some(TraceTarget::Bytes(Box::new(move |bytes| {
            alone_too(&flag_too);
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
            tell_trace.send(lines).unwrap();
        }))),
        call_id: None,
        secrets: false,
    })
    .unwrap();
    let begin = Arc::clone(&started);
    link.set_sink(Some(Box::new(move |event| {
        alone(&flag);
        if event == Seen::Said(0) {
            begin.wait();
        }
    })))
    .unwrap();
    say(&link, 0);
    started.wait();
    link.turn(|core, _| core.silent = true).unwrap();
    for _ in 0..50 {
        echo::send(
            &link,
            socket,
            local,
            b"OPTIONS sip:a SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n",
        );
    }
    let mut lines = 0;
    while lines < 100 {
        lines += told.recv_timeout(LONG).unwrap();
    }
}
