//! The accounting of requirement rows: every row that is promised has a test that names it.
//!
//! `cargo test --test requirements -- --show-output` prints, per section, how many rows are shown by tests and which
//! are open. Rows come from `requirements/sip-behaviour.md` (B-nnn) and `symbian-sip-client.md` (S-nnn) in the folder
//! of shared data (`RTC_SHARED` overrides it). A test shows the rows that the comment directly above it names; for a
//! check of `tests/run.sh` the comment stands above its shell function. `tests/requirements.open` lists the promised
//! rows that nothing shows yet: it may only shrink (`RTC_UPDATE_OPEN=1` takes out what is shown by now).
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where a row is shown: ids with one place each.
type Shown = BTreeMap<String, String>;

struct Row {
    id: String,
    section: u32,
    tag: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of requirement rows; none, said aloud, without one. With `CI=true` absence fails the test.
fn requirements() -> Option<PathBuf> {
    let shared = std::env::var_os("RTC_SHARED")
        .map_or_else(|| root().join("../shared"), PathBuf::from)
        .join("requirements");
    if shared.is_dir() {
        return Some(shared);
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "no requirements at {}",
        shared.display()
    );
    eprintln!("NOT CHECKED: no requirements at {}", shared.display());
    None
}

/// The ids `B-nnn` and `S-nnn` in a line, in order.
fn ids(line: &str) -> Vec<String> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    for at in 0..bytes.len().saturating_sub(4) {
        let word = &bytes[at..at + 5];
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let after = bytes.get(at + 5);
        if matches!(word[0], b'B' | b'S')
            && word[1] == b'-'
            && word[2..].iter().all(u8::is_ascii_digit)
            && !before.is_some_and(|byte| byte.is_ascii_alphanumeric())
            && !after.is_some_and(u8::is_ascii_alphanumeric)
        {
            found.push(String::from_utf8_lossy(word).into_owned());
        }
    }
    found
}

/// The rows of a table whose first cell is an id, with the number of their `## n.` section.
fn rows(text: &str) -> Vec<Row> {
    let mut section = 0;
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            let number = title.split('.').next().unwrap_or_default();
            section = number.parse().unwrap_or(0);
        }
        let Some(cells) = line.strip_prefix("| ") else {
            continue;
        };
        let mut cells = cells.split('|').map(str::trim);
        let (Some(id), Some(tag)) = (cells.next(), cells.next()) else {
            continue;
        };
        if ids(id) == [id] {
            found.push(Row {
                id: id.into(),
                section,
                tag: tag.into(),
            });
        }
    }
    found
}

/// Whether the work is unfinished without a test for this row of `sip-behaviour.md`.
fn promised(row: &Row) -> bool {
    match row.tag.as_str() {
        "core" => matches!(row.section, 1..=30 | 33 | 34),
        "next" => matches!(row.section, 4 | 6 | 14..=24 | 26..=29) || row.id == "B-336",
        _ => false,
    }
}

fn files(folder: &Path, end: &str, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, end, into);
        } else if path.to_string_lossy().ends_with(end) {
            into.push(path);
        }
    }
}

/// The comment lines that stand directly above a line, attributes in between passed over.
fn above<'a>(lines: &'a [&'a str], line: usize, mark: &'a str) -> impl Iterator<Item = &'a str> {
    lines[..line]
        .iter()
        .rev()
        .map(|line| line.trim_start())
        .take_while(move |line| line.starts_with(mark) || line.starts_with("#["))
        .filter(move |line| line.starts_with(mark) && !line.starts_with("#["))
}

/// What the tests of a Rust source show.
fn shown_by_rust(path: &str, text: &str, into: &mut Shown) {
    let lines: Vec<&str> = text.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        if line.trim() != "#[test]" {
            continue;
        }
        // A test that is left out shows nothing.
        let rest = lines[number..]
            .iter()
            .take_while(|line| !line.contains("fn "));
        if rest.clone().any(|line| line.contains("#[ignore")) {
            continue;
        }
        for id in above(&lines, number, "///").flat_map(ids) {
            into.entry(id)
                .or_insert_with(|| format!("{path}:{}", number + 1));
        }
    }
}

/// What the checks of a shell script show, those that `tests/run.sh` really runs.
fn shown_by_shell(path: &str, text: &str, listed: &BTreeSet<String>, into: &mut Shown) {
    let lines: Vec<&str> = text.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let Some((name, _)) = line.split_once("() {") else {
            continue;
        };
        let named: Vec<String> = above(&lines, number, "#").flat_map(ids).collect();
        assert!(
            named.is_empty() || listed.contains(name),
            "{path}: {name} names {named:?} and is no check of tests/run.sh"
        );
        for id in named {
            into.entry(id).or_insert_with(|| format!("{path}: {name}"));
        }
    }
}

/// The functions in the list of checks of `tests/run.sh`.
fn listed_checks() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("tests/run.sh")).unwrap();
    let list = text.split("CHECKS=(").nth(1).expect("a list of checks");
    list.lines()
        .take_while(|line| line.trim() != ")")
        .filter_map(|line| line.split('|').nth(2))
        .map(str::to_owned)
        .collect()
}

fn shown() -> Shown {
    let mut found = Shown::new();
    let mut sources = Vec::new();
    files(&root().join("tests"), ".rs", &mut sources);
    files(&root().join("src"), ".rs", &mut sources);
    for path in sources {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        shown_by_rust(&name, &fs::read_to_string(&path).unwrap(), &mut found);
    }
    let listed = listed_checks();
    let mut scripts = Vec::new();
    files(&root().join("tests"), ".sh", &mut scripts);
    for path in scripts {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        shown_by_shell(
            &name,
            &fs::read_to_string(&path).unwrap(),
            &listed,
            &mut found,
        );
    }
    found
}

/// The ids of README's section of what is not offered; `S-001…S-003` stands for all three.
fn not_offered() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let section = text
        .split("\n## ")
        .find(|section| section.starts_with("Rows of the SIP level that are not offered"))
        .expect("the section of README");
    let mut found: BTreeSet<String> = ids(section).into_iter().collect();
    for (before, after) in section
        .match_indices('…')
        .map(|(at, mark)| section.split_at(at + mark.len()))
    {
        let first = ids(&before.replace('…', " ")).pop();
        let last = ids(after).into_iter().next();
        if let (Some(first), Some(last)) = (first, last)
            && before.trim_end_matches('…').ends_with(&first)
            && after.starts_with(&last)
        {
            let number = |id: &str| id[2..].parse::<u32>().unwrap();
            found.extend(
                (number(&first)..=number(&last)).map(|id| format!("{}-{id:03}", &first[..1])),
            );
        }
    }
    found
}

fn open_list() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("tests/requirements.open")).unwrap();
    text.lines().flat_map(ids).collect()
}

#[test]
fn every_promised_row_is_shown_by_a_test_or_still_listed_as_open() {
    let Some(folder) = requirements() else {
        return;
    };
    let behaviour = rows(&fs::read_to_string(folder.join("sip-behaviour.md")).unwrap());
    let symbian = rows(&fs::read_to_string(folder.join("symbian-sip-client.md")).unwrap());
    assert!(
        behaviour.len() > 400 && symbian.len() > 150,
        "the tables were not understood"
    );
    let shown = shown();
    let left_out = not_offered();

    let mut sections: BTreeMap<u32, [Vec<&Row>; 2]> = BTreeMap::new();
    for row in &behaviour {
        let column = usize::from(row.tag == "next");
        if row.tag != "later" && !matches!(row.section, 31 | 32) {
            sections.entry(row.section).or_default()[column].push(row);
        }
    }
    println!(
        "section   core shown   next shown   open (next rows that are not promised in brackets)"
    );
    for (section, columns) in &sections {
        let count = |rows: &[&Row]| {
            let done = rows
                .iter()
                .filter(|row| shown.contains_key(&row.id))
                .count();
            format!("{done}/{}", rows.len())
        };
        let open: Vec<String> = columns
            .iter()
            .flatten()
            .filter(|row| !shown.contains_key(&row.id))
            .map(|row| {
                if promised(row) {
                    row.id.clone()
                } else {
                    format!("({})", row.id)
                }
            })
            .collect();
        println!(
            "{section:>7}   {:>10}   {:>10}   {}",
            count(&columns[0]),
            count(&columns[1]),
            open.join(" ")
        );
    }
    let open: Vec<&str> = symbian
        .iter()
        .filter(|row| !shown.contains_key(&row.id) && !left_out.contains(&row.id))
        .map(|row| row.id.as_str())
        .collect();
    println!(
        "   S-nnn: {} of {} shown or not offered; open: {}",
        symbian.len() - open.len(),
        symbian.len(),
        open.join(" ")
    );

    let mut wrong = Vec::new();
    let known: BTreeSet<&str> = behaviour
        .iter()
        .chain(&symbian)
        .map(|row| row.id.as_str())
        .collect();
    for (id, place) in &shown {
        if !known.contains(id.as_str()) {
            wrong.push(format!("{place} names {id}, which is no row"));
        }
        if left_out.contains(id) {
            wrong.push(format!("{place} shows {id}, README says it is not offered"));
        }
    }
    for id in left_out.iter().filter(|id| !known.contains(id.as_str())) {
        wrong.push(format!("README names {id}, which is no row"));
    }

    let missing: BTreeSet<&str> = behaviour
        .iter()
        .filter(|row| promised(row) && !shown.contains_key(&row.id))
        .map(|row| row.id.as_str())
        .chain(open)
        .collect();
    let mut listed = open_list();
    if std::env::var_os("RTC_UPDATE_OPEN").is_some() {
        listed.retain(|id| missing.contains(id.as_str()));
        let text: String = listed.iter().map(|id| format!("{id}\n")).collect();
        fs::write(root().join("tests/requirements.open"), text).unwrap();
    }
    println!("{} promised rows are open", missing.len());
    for id in &missing {
        if !listed.contains(*id) {
            wrong.push(format!("{id} has no test"));
        }
    }
    for id in &listed {
        if !missing.contains(id.as_str()) {
            let place = shown.get(id).map_or("README or nobody", String::as_str);
            wrong.push(format!(
                "{id} is shown by {place}: take it out of tests/requirements.open (RTC_UPDATE_OPEN=1)"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn comments_directly_above_a_test_count_and_nothing_else() {
    let mut found = Shown::new();
    let source = "/// B-001, S-002: both.\n#[allow(x)]\n#[test]\nfn a() {}\n\n/// B-003.\n\n#[test]\nfn b() { // B-004\n}\n\
                  /// B-005.\n#[test]\n#[ignore]\nfn c() {}\n/// B-006.\nfn d() {}\n";
    shown_by_rust("x.rs", source, &mut found);
    assert_eq!(found.into_keys().collect::<Vec<_>>(), ["B-001", "S-002"]);

    let mut found = Shown::new();
    let listed = BTreeSet::from(["one".to_owned()]);
    let script = "# B-007: a check.\none() { :; }\n# no id\ntwo() {\n}\n";
    shown_by_shell("x.sh", script, &listed, &mut found);
    assert_eq!(found.into_keys().collect::<Vec<_>>(), ["B-007"]);
    assert!(listed_checks().contains("cargo_tests"));
    assert_eq!(ids("B-1234 AB-123 (B-012) S-3"), ["B-012"]);
}
