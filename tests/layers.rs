//! The layers: a use points down only, the pure layers touch no clock, thread, lock or socket, and `unsafe` has two homes.
//!
//! Reads the sources as text, without comments and literals. An edge is any path `crate::layer` or `super::…::layer`,
//! in a `use` or in the code itself.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer with what it may use, from the bottom up.
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("dns", &["base"]),
    ("events", &["base"]),
    ("syntax", &["base"]),
    ("auth", &["base", "syntax"]),
    ("sdp", &["base", "syntax"]),
    ("transport", &["base", "syntax"]),
    ("transaction", &["base", "dns", "syntax", "transport"]),
    ("dialog", &["base", "syntax", "transport", "transaction"]),
    (
        "usage",
        &[
            "base",
            "dns",
            "syntax",
            "auth",
            "sdp",
            "transport",
            "transaction",
            "dialog",
        ],
    ),
    (
        "agent",
        &[
            "base",
            "dns",
            "events",
            "syntax",
            "auth",
            "sdp",
            "transport",
            "transaction",
            "dialog",
            "usage",
        ],
    ),
    (
        "server",
        &[
            "base",
            "events",
            "syntax",
            "auth",
            "sdp",
            "transport",
            "transaction",
            "dialog",
            "usage",
            "agent",
        ],
    ),
    (
        "runtime",
        &["base", "dns", "syntax", "transport", "agent", "server"],
    ),
    (
        "ffi",
        &[
            "base",
            "dns",
            "events",
            "syntax",
            "auth",
            "sdp",
            "transport",
            "transaction",
            "dialog",
            "usage",
            "agent",
            "server",
            "runtime",
        ],
    ),
];

/// What the server may take of `agent`: words, not objects.
const AGENT_WORDS: &[&str] = &[
    "command",
    "event",
    "object",
    "profile_xml",
    "properties",
    "refusal",
    "states",
];

/// The layers that may do I/O, read clocks, take locks and start threads.
const IMPURE: &[&str] = &["runtime", "ffi"];

/// The file outside `ffi` that may be unsafe: batched socket calls.
const UNSAFE_FILE: &str = "runtime/sys.rs";

/// What a published object says about itself once it has ended is handed to getters on any thread.
const SHARED_FILE: &str = "agent/object.rs";

/// What no pure layer says, its unit tests aside.
const FORBIDDEN: &[&str] = &[
    "Instant::now",
    "SystemTime::now",
    "thread::",
    "std::fs",
    "std::env",
    "std::io",
    "std::process",
    "UdpSocket",
    "TcpStream",
    "TcpListener",
    "ToSocketAddrs",
    "Mutex",
    "RwLock",
    "Condvar",
    "mpsc",
    "mio::",
    "socket2::",
    "libc::",
    "parking_lot::",
    "getrandom::",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_under(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Every source with its path below `src` and its code: comments and the insides of literals are blanks.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    files_under(&root().join("src"), &mut files);
    files.retain(|file| file.extension().is_some_and(|end| end == "rs"));
    assert!(files.len() > 50, "only {} sources were found", files.len());
    files
        .into_iter()
        .map(|file| {
            let name = file.strip_prefix(root().join("src")).unwrap();
            let text = fs::read_to_string(&file).unwrap();
            (name.to_string_lossy().into_owned(), code_of(&text))
        })
        .collect()
}

/// The code in `text`: line ends stay where they are, comments and literals become blanks.
fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = raw_string(rest, code.last().copied()) {
            length
        } else if rest.starts_with('"') {
            quoted(rest, '"')
        } else if rest.starts_with('\'') && is_char_literal(rest) {
            quoted(rest, '\'')
        } else {
            code.push(bytes[at]);
            at += 1;
            continue;
        };
        code.extend(
            rest.as_bytes()[..length]
                .iter()
                .map(|&byte| if byte == b'\n' { b'\n' } else { b' ' }),
        );
        at += length;
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    String::from_utf8_lossy(&code).into_owned()
}

fn block_comment(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0, 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn raw_string(rest: &str, before: Option<u8>) -> Option<usize> {
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    let body = rest
        .strip_prefix("br")
        .or_else(|| rest.strip_prefix("cr"))
        .or_else(|| rest.strip_prefix('r'))?;
    let hashes = body.bytes().take_while(|&byte| byte == b'#').count();
    let inside = body[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = inside.find(&close).unwrap_or(inside.len());
    Some(rest.len() - inside.len() + (end + close.len()).min(inside.len()))
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// A lifetime has no closing quote behind its first character.
fn is_char_literal(rest: &str) -> bool {
    let mut inside = rest.chars().skip(1);
    match inside.next() {
        Some('\\') => true,
        Some(_) => inside.next() == Some('\''),
        None => false,
    }
}

/// Names and the marks `::`, `{`, `}`, `,`; anything else is one mark of its own.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let name = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        let length = match first {
            _ if name > 0 => name,
            ':' if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        if first == '\n' {
            line += 1;
        } else if !first.is_whitespace() {
            found.push((line, &rest[..length]));
        }
        rest = &rest[length..];
    }
    found
}

/// The first two names of every path that begins at the root of the crate, with their lines.
fn paths(name: &str, code: &str) -> Vec<(usize, String, String)> {
    let tokens = tokens(code);
    let depth = name.trim_end_matches("/mod.rs").split('/').count();
    let text = |at: usize| tokens.get(at).map_or("", |&(_, text)| text);
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let mut next = at;
        let rooted = if text(at) == "crate" {
            next += 1;
            true
        } else if text(at) == "super" && text(at.wrapping_sub(1)) != "::" {
            let mut supers = 0;
            while text(next) == "super" {
                supers += 1;
                next += if text(next + 1) == "::" { 2 } else { 1 };
            }
            next -= 1;
            supers >= depth
        } else {
            false
        };
        if !rooted || text(next) != "::" {
            continue;
        }
        next += 1;
        if text(next) == "{" {
            let mut open = 0;
            loop {
                match text(next) {
                    "{" => open += 1,
                    "}" => open -= 1,
                    "" => break,
                    word if open == 1 && matches!(text(next - 1), "{" | ",") => {
                        found.push((tokens[next].0, word.to_owned(), second(&tokens, next)));
                    }
                    _ => {}
                }
                if open == 0 {
                    break;
                }
                next += 1;
            }
        } else if !text(next).is_empty() {
            found.push((tokens[next].0, text(next).to_owned(), second(&tokens, next)));
        }
    }
    found
}

fn second(tokens: &[(usize, &str)], at: usize) -> String {
    match (tokens.get(at + 1), tokens.get(at + 2)) {
        (Some((_, "::")), Some((_, word))) => (*word).to_owned(),
        _ => String::new(),
    }
}

fn layer_of(name: &str) -> &str {
    name.split('/').next().unwrap_or_default()
}

/// What is wrong with the edges of one file.
fn wrong_edges(name: &str, code: &str) -> Vec<String> {
    let layer = layer_of(name);
    let Some((_, allowed)) = LAYERS.iter().find(|(known, _)| *known == layer) else {
        return vec![format!("src/{name}: `{layer}` is no layer of the table")];
    };
    let mut wrong = Vec::new();
    for (line, target, within) in paths(name, code) {
        let known = LAYERS.iter().any(|(known, _)| *known == target);
        if target == layer || (!known && target.starts_with(char::is_uppercase)) {
            continue;
        }
        let vocabulary =
            layer == "server" && target == "agent" && !AGENT_WORDS.contains(&within.as_str());
        if known && (!allowed.contains(&target.as_str()) || vocabulary) {
            wrong.push(format!(
                "src/{name}:{line}: {layer} may not use {target}::{within}"
            ));
        }
    }
    wrong
}

/// B-428.
#[test]
fn a_use_points_down_only() {
    let mut wrong = Vec::new();
    let mut edges = 0;
    for (name, code) in sources() {
        if name == "lib.rs" {
            continue;
        }
        edges += paths(&name, &code).len();
        wrong.extend(wrong_edges(&name, &code));
    }
    assert!(edges > 100, "only {edges} paths were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_edge_that_points_up_is_seen_in_every_form() {
    for code in [
        "use crate::agent::Agent;",
        "use crate::{base::Time, agent};",
        "use crate::{\n    base::{self, Time},\n    agent::states::{State},\n};",
        "fn f() { crate::agent::start(); }",
        "use super::super::agent::Agent;",
        "pub(in crate::agent) fn f() {}",
    ] {
        let wrong = wrong_edges("syntax/uri.rs", &code_of(code));
        assert_eq!(wrong.len(), 1, "{code}: {wrong:?}");
    }
    for code in [
        "// crate::agent::Agent",
        "/* /* */ crate::agent::Agent */",
        "let s = \"\\\"crate::agent\"; let c = '\"'; let t: &'static str = r#\"crate::agent\"#;",
        "use crate::base::{agent, Time};",
        "use super::agent;",
    ] {
        let wrong = wrong_edges("syntax/uri.rs", &code_of(code));
        assert!(wrong.is_empty(), "{code}: {wrong:?}");
    }
    assert_eq!(
        wrong_edges("server/mod.rs", "use crate::agent::Agent;").len(),
        1
    );
    assert!(wrong_edges("server/mod.rs", "use crate::agent::states::SessionState;").is_empty());
    assert_eq!(wrong_edges("media/mod.rs", "").len(), 1);
}

/// B-428.
#[test]
fn pure_layers_touch_no_clock_thread_lock_or_socket() {
    let mut wrong = Vec::new();
    for (name, code) in sources() {
        if IMPURE.contains(&layer_of(&name)) {
            continue;
        }
        let own = code.find("#[cfg(test)]").unwrap_or(code.len());
        for (number, line) in code[..own].lines().enumerate() {
            for word in FORBIDDEN {
                if name == SHARED_FILE && matches!(*word, "Mutex" | "parking_lot::") {
                    continue;
                }
                let at = line.find(word);
                let whole = at.is_some_and(|at| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
                });
                if whole {
                    wrong.push(format!("src/{name}:{}: {word}", number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_lives_in_ffi_and_one_file_of_runtime() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (name, code) in sources() {
        let unsafe_lines: Vec<_> = tokens(&code)
            .into_iter()
            .filter(|(_, text)| *text == "unsafe")
            .collect();
        seen += unsafe_lines.len();
        if layer_of(&name) == "ffi" || name == UNSAFE_FILE {
            continue;
        }
        for (line, _) in unsafe_lines {
            wrong.push(format!("src/{name}:{line}: unsafe"));
        }
        let layer = layer_of(&name);
        if name == format!("{layer}/mod.rs")
            && !IMPURE.contains(&layer)
            && !code.contains("#![forbid(unsafe_code)]")
        {
            wrong.push(format!("src/{name}: #![forbid(unsafe_code)] is missing"));
        }
    }
    assert!(seen > 0, "no unsafe code was found where there is some");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Folders that the tools fill, or that no checkout has.
const NOT_OURS: &[&str] = &["target", ".git"];

#[test]
fn no_file_names_the_machine_it_was_written_on() {
    let mut folders = vec![root().to_owned()];
    let mut wrong = Vec::new();
    let mut read = 0;
    // In pieces, so that this file does not name them itself.
    let marks = [
        concat!("/wo", "rk/"),
        concat!("/fa", "rm/"),
        concat!("/ro", "ot/"),
        concat!("/tmp/", "wt"),
        concat!(".lib", "rary"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let name = entry.file_name();
            if kind.is_dir() {
                if !NOT_OURS.iter().any(|folder| name == *folder) {
                    folders.push(path);
                }
            } else if kind.is_file() && name != ".git" {
                read += 1;
                let bytes = fs::read(&path).unwrap();
                let text = String::from_utf8_lossy(&bytes);
                for (number, line) in text.lines().enumerate() {
                    for mark in marks {
                        // A folder of that name below another one is no path of a machine.
                        let names = line.match_indices(mark).any(|(at, _)| {
                            !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.')
                        });
                        if names {
                            let place = path.strip_prefix(root()).unwrap().display();
                            wrong.push(format!("{place}:{}: {mark}", number + 1));
                        }
                    }
                }
            }
        }
    }
    assert!(read > 100, "only {read} files were read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
