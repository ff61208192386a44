//! The log hook: lines of the library, and of the crates inside it, to a C function.
//!
//! The one setting that all clients of a process share.

use std::ffi::{CString, c_void};
use std::sync::Arc;

use log::{LevelFilter, Log, Metadata, Record};
use parking_lot::RwLock;

use super::fence::{Fault, Outcome};
use super::result_codes::{RTC_E_FAIL, RTC_E_INVALIDARG, RTC_OK};
use super::structs::rtc_log_sink_t;

static SINK: RwLock<Option<Arc<Sink>>> = RwLock::new(None);

/// A sink and its user data, given back when nobody calls it any more.
struct Sink(rtc_log_sink_t);

// SAFETY: the header says that `on_log` is called from any thread, and `drop_user_data` on whichever is the last.
unsafe impl Send for Sink {}
// SAFETY: as above, from several threads at once.
unsafe impl Sync for Sink {}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(give_back) = self.0.drop_user_data {
            // SAFETY: a function of the C program, called once with the pointer that it gave for this.
            unsafe { give_back(self.0.user_data.cast::<c_void>()) };
        }
    }
}

struct Hook;

impl Log for Hook {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        // Not called under the lock: the function may set another sink.
        let Some(sink) = SINK.read().clone() else {
            return;
        };
        let level = record.level() as i32;
        let (Some(on_log), true) = (sink.0.on_log, level <= sink.0.level) else {
            return;
        };
        let target = CString::new(record.target()).unwrap_or_default();
        let text = record.args().to_string();
        // SAFETY: a function of the C program; the texts live until it returns.
        unsafe {
            on_log(
                sink.0.user_data,
                level,
                target.as_ptr(),
                text.as_ptr().cast(),
                text.len(),
            );
        }
    }

    fn flush(&self) {}
}

/// Replaces the sink.
pub(super) fn set(sink: Option<rtc_log_sink_t>) -> Outcome {
    let Some(mut sink) = sink else {
        log::set_max_level(LevelFilter::Off);
        let old = SINK.write().take();
        drop(old);
        return Ok(RTC_OK);
    };
    if sink.level == 0 {
        sink.level = 3;
    }
    let level = match sink.level {
        1 => LevelFilter::Error,
        2 => LevelFilter::Warn,
        3 => LevelFilter::Info,
        4 => LevelFilter::Debug,
        5 => LevelFilter::Trace,
        other => {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                format!("`sink.level` is {other}; it goes from 1, errors, to 5, everything"),
            ));
        }
    };
    if sink.on_log.is_none() {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            "`sink.on_log` is NULL and is needed",
        ));
    }
    install()?;
    let old = SINK.write().replace(Arc::new(Sink(sink)));
    log::set_max_level(level);
    drop(old);
    Ok(RTC_OK)
}

fn install() -> Result<(), Fault> {
    static HOOK: Hook = Hook;
    static INSTALLED: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    if *INSTALLED.get_or_init(|| log::set_logger(&HOOK).is_ok()) {
        Ok(())
    } else {
        Err(Fault::new(
            RTC_E_FAIL,
            "this process logs by other means already: the library is linked into a Rust program",
        ))
    }
}
