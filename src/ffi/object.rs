//! What every handle can be asked: references, kind.

use super::fence::fence_or;
use super::registry;
use super::types::rtc_object_t;

/// One reference more. Returns the handle's new count, 0 if it is stale.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_add_ref(object: *mut rtc_object_t) -> u32 {
    fence_or(0, || Ok(registry::add_ref(object)))
}

/// One reference less. Returns the handle's new count, 0 also if it is stale or NULL.
///
/// Gives the name up and ends nothing, with two exceptions, where it is the last reference: a client is shut down in the
/// background, a server is stopped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_release(object: *mut rtc_object_t) -> u32 {
    fence_or(0, || Ok(registry::release(object)))
}

/// What the handle is: RTC_KIND_…, 0 if it is stale.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_get_kind(object: *mut rtc_object_t) -> i32 {
    fence_or(0, || Ok(registry::kind(object)))
}
