//! The C ABI as a promise: the committed header, what compilers make of it, sizes, and the exported names.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rtcclient::ffi::records::*;
use rtcclient::ffi::structs::*;
use rtcclient::ffi::types::*;

const GENERATED: &str = concat!(env!("OUT_DIR"), "/rtcclient.h");
const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/include/rtcclient.h");

fn header() -> String {
    fs::read_to_string(COMMITTED).expect("include/rtcclient.h")
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder for what is compiled");
    folder
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_committed_header_is_what_the_sources_say() {
    let generated = fs::read_to_string(GENERATED).expect("the header that build.rs wrote");
    if env::var_os("RTC_UPDATE_HEADER").is_some() {
        fs::write(COMMITTED, &generated).expect("include/rtcclient.h can be written");
    }
    let committed = header();
    if generated == committed {
        return;
    }
    let differs = generated
        .lines()
        .zip(committed.lines())
        .position(|(new, old)| new != old);
    let at = differs.unwrap_or_else(|| generated.lines().count().min(committed.lines().count()));
    panic!(
        "include/rtcclient.h is stale from line {}:\n  committed {:?}\n  generated {:?}\n\
         RTC_UPDATE_HEADER=1 cargo test --test abi writes it anew",
        at + 1,
        committed.lines().nth(at),
        generated.lines().nth(at)
    );
}

#[test]
fn the_header_compiles_as_c_and_cpp_without_a_warning() {
    let folder = folder("header");
    let source = "#include <rtcclient.h>\n\
        #include <rtcclient.h>\n\
        static rtc_str_t text(void) { rtc_str_t t = { RTC_STR(\"x\") }; return t; }\n\
        int main(void) { rtc_send_t s; s.size = sizeof s; return (int)s.size + (int)text().len\n\
            + (RTC_SUCCEEDED(RTC_E_HANDLE) ? 1 : 0) + (int)RTC_SIP_STATUS(RTC_RESULT_OF_STATUS(404)); }\n";
    let (c, cpp) = (folder.join("header.c"), folder.join("header.cpp"));
    fs::write(&c, source).unwrap();
    fs::write(&cpp, source).unwrap();
    let compilers = [
        ("gcc", &c, "c99"),
        ("gcc", &c, "c11"),
        ("g++", &cpp, "c++11"),
        ("g++", &cpp, "c++20"),
        ("clang", &c, "c99"),
        ("clang", &c, "c11"),
        ("clang++", &cpp, "c++11"),
        ("clang++", &cpp, "c++20"),
    ];
    for (compiler, source, standard) in compilers {
        run(Command::new(compiler)
            .args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"])
            .arg(format!("-std={standard}"))
            .arg(format!("-I{}/include", env!("CARGO_MANIFEST_DIR")))
            .arg(source));
    }
}

macro_rules! sizes {
    ($($name:ident),+ $(,)?) => { [$((stringify!($name), size_of::<$name>())),+] };
}

/// Every structure of the header, as large as C sees it, in bytes where pointers have 64 bits.
#[test]
fn structures_are_as_large_in_c_as_in_rust_and_as_they_were() {
    let rust = sizes!(
        rtc_str_t,
        rtc_send_t,
        rtc_log_sink_t,
        rtc_tls_options_t,
        rtc_dns_options_t,
        rtc_timers_t,
        rtc_nat_options_t,
        rtc_limits_t,
        rtc_client_options_t,
        rtc_event_sink_t,
        rtc_request_filter_t,
        rtc_trace_options_t,
        rtc_profile_options_t,
        rtc_credentials_t,
        rtc_session_options_t,
        rtc_dialog_id_t,
        rtc_usage_options_t,
        rtc_subscription_options_t,
        rtc_sip_message_options_t,
        rtc_connection_options_t,
        rtc_registration_options_t,
        rtc_server_options_t,
        rtc_server_user_t,
        rtc_statistics_t,
        rtc_event_info_t,
        rtc_sip_head_t,
        rtc_header_t,
        rtc_body_t,
        rtc_uri_t,
    );
    let pinned = [
        16, 88, 32, 56, 56, 36, 72, 64, 104, 32, 80, 72, 176, 56, 104, 64, 144, 80, 152, 88, 104, 72, 64, 152, 264,
        304, 120, 88, 104,
    ];
    let mut program =
        String::from("#include <rtcclient.h>\n#include <stdio.h>\nint main(void) {\n");
    for (name, _) in rust {
        program += &format!("    printf(\"{name} %zu\\n\", sizeof({name}));\n");
    }
    program += "    return 0;\n}\n";
    let folder = folder("sizes");
    let (source, binary) = (folder.join("sizes.c"), folder.join("sizes"));
    fs::write(&source, program).unwrap();
    run(Command::new("gcc")
        .args(["-std=c11", "-Wall", "-Werror"])
        .arg(format!("-I{}/include", env!("CARGO_MANIFEST_DIR")))
        .arg(&source)
        .arg("-o")
        .arg(&binary));
    let c = run(&mut Command::new(&binary));
    let expected: String = rust
        .iter()
        .map(|(name, size)| format!("{name} {size}\n"))
        .collect();
    assert_eq!(c, expected);
    if cfg!(target_pointer_width = "64") {
        let seen: Vec<usize> = rust.iter().map(|(_, size)| *size).collect();
        assert_eq!(
            seen, pinned,
            "a structure changed its size: that breaks programs"
        );
    }
    let in_header = header()
        .lines()
        .filter(|line| line.starts_with("typedef struct ") && line.ends_with('{'))
        .count();
    assert_eq!(
        in_header,
        rust.len(),
        "a structure of the header is not in this table"
    );
}

/// The original's results, by name and number, where the tables of facts are at hand.
#[test]
fn results_of_the_original_keep_their_names_and_numbers() {
    let shared = env::var_os("RTC_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let Ok(table) = fs::read_to_string(shared.join("rtc-api/enums.json")) else {
        assert!(
            env::var("CI").as_deref() != Ok("true"),
            "the tables of facts are not there: {}",
            shared.display()
        );
        println!("NOT RUN: no {}/rtc-api/enums.json", shared.display());
        return;
    };
    let table: serde_json::Value = serde_json::from_str(&table).unwrap();
    let results = table["hresults"].as_object().unwrap();
    assert!(results.len() > 180);
    let header = header();
    for (name, number) in results {
        let digits = number.as_str().unwrap().trim_start_matches("0x");
        let number = u32::from_str_radix(digits, 16).unwrap().cast_signed();
        let line = format!("#define {name} {number}");
        assert!(header.lines().any(|other| other == line), "{line}");
    }
}

/// The names of functions that the header declares.
fn declared() -> BTreeSet<String> {
    let header = header();
    let mut names = BTreeSet::new();
    for line in header
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#', '*']))
    {
        if let Some((before, _)) = line.split_once('(') {
            let name = before.rsplit([' ', '*']).next().unwrap_or_default();
            if name.starts_with("rtc_") {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

#[test]
fn nothing_but_what_the_header_declares_is_exported() {
    let tests = env::current_exe().unwrap();
    let library = tests.parent().unwrap().join("librtcclient.so");
    let exported: BTreeSet<String> = run(Command::new("nm")
        .args(["-D", "--defined-only"])
        .arg(&library))
    .lines()
    .filter_map(|line| line.split_whitespace().nth(2))
    .map(|name| name.split('@').next().unwrap_or(name).to_owned())
    .collect();
    assert_eq!(exported, declared());
    let dynamic = run(Command::new("readelf").arg("-d").arg(&library));
    assert!(
        dynamic.contains("[librtcclient.so.0]"),
        "no soname:\n{dynamic}"
    );
    assert!(
        dynamic.contains("NODELETE"),
        "dlclose could unmap running code:\n{dynamic}"
    );
}
