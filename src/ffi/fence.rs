//! The wall between C and the library: no panic passes it, and every failure leaves its sentence behind.
//!
//! What a failure is called is `result`'s business.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::result_codes::RTC_E_UNEXPECTED;
use super::types::rtc_result_t;

/// A refusal on its way out: the number and the sentence.
#[derive(Debug)]
pub(super) struct Fault {
    /// RTC_E_….
    pub(super) code: rtc_result_t,
    /// Which argument, what was found, what to do.
    pub(super) text: Cow<'static, str>,
}

impl Fault {
    /// A failure with its sentence.
    #[cold]
    pub(super) fn new(code: rtc_result_t, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }
}

/// What the body of an export comes to.
pub(super) type Outcome = Result<rtc_result_t, Fault>;

thread_local! {
    /// The sentence of this thread's last failure, with its NUL.
    static LAST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Runs the body of an export that returns a result.
pub(super) fn fence(body: impl FnOnce() -> Outcome) -> rtc_result_t {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(result)) => result,
        Ok(Err(fault)) => report(&fault),
        Err(_) => report(&our_own_bug()),
    }
}

/// Runs the body of an export that returns something else; `fallback` on failure.
pub(super) fn fence_or<T>(fallback: T, body: impl FnOnce() -> Result<T, Fault>) -> T {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => value,
        Ok(Err(fault)) => {
            report(&fault);
            fallback
        }
        Err(_) => {
            report(&our_own_bug());
            fallback
        }
    }
}

fn our_own_bug() -> Fault {
    Fault::new(
        RTC_E_UNEXPECTED,
        "the library met a bug of its own and contained it",
    )
}

#[cold]
fn report(fault: &Fault) -> rtc_result_t {
    // A thread that is ending has no sentence any more; the number still arrives.
    let _ = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        last.clear();
        last.extend(fault.text.bytes().map(|b| if b == 0 { b'?' } else { b }));
        last.push(0);
    });
    fault.code
}

/// The sentence of this thread's last failure; empty when there was none.
pub(super) fn last_message() -> *const c_char {
    const NONE: &CStr = c"";
    LAST.try_with(|last| {
        let last = last.borrow();
        if last.is_empty() {
            NONE.as_ptr()
        } else {
            last.as_ptr().cast()
        }
    })
    .unwrap_or(NONE.as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence() -> String {
        let at = last_message();
        // SAFETY: `last_message` gives a NUL-terminated text that lives until this thread's next failure.
        unsafe { CStr::from_ptr(at) }.to_string_lossy().into_owned()
    }

    #[test]
    fn a_panic_becomes_a_result_and_a_sentence() {
        assert_eq!(fence(|| panic!("contained on purpose")), RTC_E_UNEXPECTED);
        assert!(sentence().contains("bug of its own"));
    }

    #[test]
    fn each_thread_has_its_own_sentence() {
        assert_eq!(fence(|| Err(Fault::new(-5, "`a` is\0wrong"))), -5);
        std::thread::scope(|scope| {
            scope.spawn(|| assert_eq!(sentence(), ""));
        });
        assert_eq!(sentence(), "`a` is?wrong");
    }
}
