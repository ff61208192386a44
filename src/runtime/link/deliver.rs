//! The application side of a link: events pulled or given to the sink, traces written, by whose thread it may be.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crate::transport::Core;

use super::super::Next;
use super::super::dispatch::Work;
use super::super::sys;
use super::Inner;

impl<C: Core> Inner<C> {
    /// Takes an event, or waits for one.
    pub(super) fn pull(&self, until: Option<Instant>, at_once: bool) -> Next<C::Event> {
        loop {
            let (next, refill) = self.dispatch.pop();
            if refill {
                self.refill();
            }
            if let Some(next) = next {
                return next;
            }
            if self.application_driven && !self.stopping.load(Ordering::Acquire) {
                let until = if at_once { Some(Instant::now()) } else { until };
                if self.cycle(until) {
                    self.write_traces();
                    if at_once {
                        return self.dispatch.pop().0.unwrap_or(Next::TimedOut);
                    }
                    continue;
                }
            } else if !at_once && self.dispatch.wait(until) {
                continue;
            }
            if at_once || until.is_some_and(|until| Instant::now() >= until) {
                return self.dispatch.pop().0.unwrap_or(Next::TimedOut);
            }
        }
    }

    /// Takes over events that did not fit before.
    fn refill(&self) {
        let _ = self.turn(|_, _| ());
    }

    /// Starts the event thread unless it is there.
    pub(super) fn need_event_thread(self: &Arc<Self>) -> io::Result<()>
    where
        C: Send + 'static,
        C::Event: Send,
    {
        if self.application_driven {
            return Ok(());
        }
        let mut helpers = self.helpers.lock();
        if !self.dispatch.claim_thread() {
            return Ok(());
        }
        let inner = Arc::clone(self);
        let thread = sys::spawn(&format!("{}-event", self.name), move || {
            while let Work::Some = inner.dispatch.wait_for_work() {
                inner.serve_callbacks();
            }
            inner.dispatch.run_callback(|| {
                inner.tap.work(true);
            });
            inner.dispatch.thread_ended();
        })
        .inspect_err(|_| self.dispatch.thread_ended())?;
        helpers.push(thread);
        Ok(())
    }

    /// Starts the trace thread unless it is there.
    pub(super) fn need_trace_thread(&self) -> io::Result<()> {
        let mut helpers = self.helpers.lock();
        if !self.tap.claim_thread() {
            return Ok(());
        }
        let tap = Arc::clone(&self.tap);
        let thread = sys::spawn(&format!("{}-trace", self.name), move || tap.run())
            .inspect_err(|_| self.tap.thread_ended())?;
        helpers.push(thread);
        Ok(())
    }

    /// Calls the sink with what is queued, and trace callbacks; whether there was anything.
    pub(super) fn serve_callbacks(&self) -> bool {
        let mut any = false;
        // Not for ever: in application-driven mode the sockets want their turn.
        for _ in 0..256 {
            if self.tap.callback_waits() {
                any |= self.dispatch.run_callback(|| {
                    self.tap.work(true);
                });
            }
            let (delivered, refill) = self.dispatch.deliver();
            if refill {
                self.refill();
            }
            any |= delivered;
            if !delivered && !refill {
                break;
            }
        }
        if self.application_driven {
            self.write_traces();
        }
        any
    }

    /// Application driven: what threads would write.
    pub(super) fn write_traces(&self) {
        if self.tap.callback_waits() {
            self.dispatch.run_callback(|| {
                self.tap.work(true);
            });
        }
        if self.tap.file_waits() {
            sys::without_sigpipe(|| self.tap.work(false));
        }
    }
}
