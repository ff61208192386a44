//! `counted [OPERATION ROUNDS]`: one operation of `ops`, so often; without arguments their names. Prints nanoseconds
//! (best of ten batches) and heap allocations of a round. `instructions.sh` runs it under callgrind.

#![allow(clippy::print_stdout, reason = "a measuring program reports")]
#![allow(
    clippy::disallowed_methods,
    reason = "a measuring program looks at the clock"
)]
#![allow(clippy::unwrap_used, reason = "a measuring program may")]

mod ops;

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rtcclient::base::Limits;
use rtcclient::syntax::Message;

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is the system's own; only a number is counted beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as promised to us.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: as promised to us.
        unsafe { System.dealloc(ptr, layout) }
    }
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as promised to us.
        unsafe { System.realloc(ptr, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn operation(name: &str) -> Box<dyn FnMut() -> usize> {
    let limits = Limits::default();
    match name.split_once('/') {
        Some(("read", message)) => {
            let bytes = ops::message(message);
            Box::new(move || ops::read(&bytes, &limits))
        }
        Some(("parse", message)) => {
            let bytes = ops::message(message);
            Box::new(move || ops::parse(&bytes, &limits))
        }
        Some(("build", "200")) => {
            let invite = Message::parse_datagram(&ops::message("invite"), &limits).unwrap();
            Box::new(move || ops::build_200(&invite))
        }
        Some(("transaction", "server")) => {
            let mut transactions = ops::Transactions::new();
            for _ in 0..33_000 {
                transactions.one();
            }
            assert!(transactions.live() >= 32_000, "none are remembered");
            Box::new(move || transactions.one())
        }
        Some(("call", "both")) => {
            let mut calls = ops::Calls::new();
            for _ in 0..1_000 {
                calls.one();
            }
            Box::new(move || calls.one())
        }
        _ => panic!("no operation {name}"),
    }
}

fn main() {
    // cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let [name, rounds] = arguments.as_slice() else {
        for name in ops::MESSAGES {
            println!("read/{name}");
        }
        println!("parse/invite\nbuild/200\ntransaction/server\ncall/both");
        return;
    };
    let rounds: u64 = rounds.parse().unwrap();
    let mut operation = operation(name);
    let mut best = u128::MAX;
    let allocations = ALLOCATIONS.load(Ordering::Relaxed);
    for _ in 0..10 {
        let start = Instant::now();
        for _ in 0..rounds / 10 {
            black_box(operation());
        }
        best = best.min(start.elapsed().as_nanos() / u128::from((rounds / 10).max(1)));
    }
    let allocations = ALLOCATIONS.load(Ordering::Relaxed) - allocations;
    let each = allocations as f64 / (rounds / 10 * 10).max(1) as f64;
    println!("{name} {best} {each:.2}");
}
