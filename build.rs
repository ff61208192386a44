//! Writes the C header from `src/ffi` to the build's folder, and gives the shared library its name.
//!
//! `tests/abi.rs` compares the result with `include/rtcclient.h`. The script runs again only when `src/ffi` changes.

use std::env;
use std::path::{Path, PathBuf};

/// The files that make the header, in its order.
const SOURCES: &[&str] = &[
    "types.rs",
    "result_codes.rs",
    "constants.rs",
    "numbers.rs",
    "structs.rs",
    "records.rs",
    "library.rs",
    "object.rs",
    "client.rs",
    "profile.rs",
    "session.rs",
    "subscription.rs",
    "event.rs",
    "sip_message.rs",
    "message_create.rs",
    "uri.rs",
    "sip_object.rs",
    "connection.rs",
    "transaction.rs",
    "transfer.rs",
    "usage.rs",
    "registration.rs",
    "server.rs",
];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    println!("cargo::rerun-if-changed=src/ffi");
    write_header(&root, &out);
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,librtcclient.so.0");
        // The library's threads must never run unmapped code, whenever somebody calls dlclose.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
        name_for_the_loader(&out);
    }
}

fn write_header(root: &Path, out: &Path) {
    let config = match cbindgen::Config::from_file(root.join("cbindgen.toml")) {
        Ok(config) => config,
        Err(error) => return println!("cargo::error=cbindgen.toml: {error}"),
    };
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(root.join("src/ffi").join(source));
    }
    match builder.generate() {
        Ok(header) => {
            let mut text = Vec::new();
            header.write(&mut text);
            let text = close_up(&String::from_utf8_lossy(&text));
            if let Err(error) = std::fs::write(out.join("rtcclient.h"), text) {
                println!("cargo::error=rtcclient.h: {error}");
            }
        }
        Err(error) => println!("cargo::error=cbindgen: {error}"),
    }
}

/// Takes away the empty lines between constants of one group, and the blank ends of comment lines.
fn close_up(header: &str) -> String {
    let lines: Vec<&str> = header.lines().map(str::trim_end).collect();
    let mut text = String::with_capacity(header.len());
    for (at, line) in lines.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| lines.get(at));
        let after = lines.get(at + 1);
        let between = line.is_empty()
            && before.is_some_and(|line| line.starts_with("#define RTC_"))
            && after.is_some_and(|line| {
                line.starts_with("#define RTC_")
                    || line.starts_with("// ") && !line.starts_with("// ==")
            });
        if !between {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// Programs look for the library by its soname, so that name stands beside the file (`target/<profile>`).
fn name_for_the_loader(out: &Path) {
    #[cfg(unix)]
    if let Some(profile) = out.ancestors().nth(3) {
        for folder in [profile.to_path_buf(), profile.join("deps")] {
            // It is there already, or the folder is none of cargo's: programs then set their own.
            let _ = std::os::unix::fs::symlink("librtcclient.so", folder.join("librtcclient.so.0"));
        }
    }
    #[cfg(not(unix))]
    let _ = out;
}
