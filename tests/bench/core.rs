//! `cargo bench --bench core`: times of what `ops` lists. `RTC_SHARED` names the folder with the messages.

#![allow(clippy::unwrap_used, reason = "a measuring program may")]

mod ops;

use criterion::{Criterion, criterion_group, criterion_main};
use rtcclient::base::Limits;
use rtcclient::syntax::Message;

fn messages(c: &mut Criterion) {
    let limits = Limits::default();
    for name in ops::MESSAGES {
        let bytes = ops::message(name);
        c.bench_function(&format!("read/{name}"), |b| {
            b.iter(|| ops::read(&bytes, &limits));
        });
        c.bench_function(&format!("parse/{name}"), |b| {
            b.iter(|| ops::parse(&bytes, &limits));
        });
    }
    let invite = Message::parse_datagram(&ops::message("invite"), &limits).unwrap();
    c.bench_function("build/200", |b| b.iter(|| ops::build_200(&invite)));
}

fn flows(c: &mut Criterion) {
    let mut transactions = ops::Transactions::new();
    // 32 s at 1,000 a second: from here on as many end as begin.
    for _ in 0..33_000 {
        transactions.one();
    }
    assert!(transactions.live() >= 32_000, "none are remembered");
    c.bench_function("transaction/server", |b| b.iter(|| transactions.one()));
    let mut calls = ops::Calls::new();
    for _ in 0..33_000 {
        calls.one();
    }
    c.bench_function("call/both", |b| b.iter(|| calls.one()));
}

criterion_group!(benches, messages, flows);
criterion_main!(benches);
