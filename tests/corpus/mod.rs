//! Where the test corpora are, and what happens when they are not.
#![allow(dead_code, reason = "each test program uses a part")]
#![allow(
    clippy::unwrap_used,
    reason = "a corpus that cannot be read fails the test"
)]
#![allow(clippy::cast_possible_truncation, reason = "noise is cut to size")]
#![allow(
    clippy::print_stderr,
    reason = "a test says aloud what it could not check"
)]

use std::path::{Path, PathBuf};

/// The folder of corpora beside the project (`RTC_SHARED` overrides); none, said aloud, without one. With `CI=true`
/// absence fails the test.
pub(crate) fn corpora() -> Option<PathBuf> {
    let shared = std::env::var_os("RTC_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let corpora = shared.join("corpora");
    if corpora.is_dir() {
        return Some(corpora);
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "no corpora at {}",
        corpora.display()
    );
    eprintln!("NOT CHECKED: no corpora at {}", corpora.display());
    None
}

/// Every file under `folder` whose name ends in one of `ends`, in order.
pub(crate) fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Marsaglia's xorshift64*: repeatable noise from a printed seed.
pub(crate) struct Noise(u64);

impl Noise {
    /// The seed of `SIM_SEED`, or `default`; printed, so that a failure can be run again.
    pub(crate) fn new(default: u64) -> Self {
        let seed = std::env::var("SIM_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok())
            .unwrap_or(default);
        eprintln!("SIM_SEED={seed}");
        Self(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound
    }
}
