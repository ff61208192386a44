//! The README shows programs that are built and run, and they are as short as it says.

use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// The text of the fenced block of a language.
fn block(readme: &str, language: &str) -> String {
    let fence = format!("```{language}\n");
    let start = readme.find(&fence).expect(language) + fence.len();
    let end = readme[start..].find("```").expect("a closing fence") + start;
    readme[start..end].to_owned()
}

/// Lines that are neither blank nor comment; a lone brace counts.
fn lines(program: &str) -> usize {
    program
        .lines()
        .map(str::trim)
        .filter(|line| {
            !line.is_empty()
                && !line.starts_with("//")
                && !(line.starts_with("/*") && line.ends_with("*/"))
        })
        .count()
}

#[test]
fn the_programs_are_the_samples_and_no_longer_than_they_say() {
    let readme = read("README.md");
    for (language, sample, most) in [
        ("c", "samples/c/call.c", 40),
        ("cpp", "samples/cpp/call.cpp", 20),
        ("csharp", "samples/csharp/Call.cs", 12),
    ] {
        let shown = block(&readme, language);
        assert_eq!(
            shown.trim(),
            read(sample).trim(),
            "{sample} is not what the README shows"
        );
        assert!(
            lines(&shown) <= most,
            "{sample} has {} lines, {most} are promised",
            lines(&shown)
        );
    }
}

#[test]
fn every_folder_of_the_source_is_in_the_map() {
    let readme = read("README.md");
    for folder in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .expect("src")
        .flatten()
    {
        if folder.path().is_dir() {
            let name = format!("`src/{}`", folder.file_name().to_string_lossy());
            assert!(readme.contains(&name), "{name} is missing in the README");
        }
    }
}

#[test]
fn what_it_names_is_there() {
    let readme = read("README.md");
    // Between fences, between backticks.
    let outside_fences: String = readme.split("```").step_by(2).collect();
    let mut named = 0;
    for word in outside_fences.split('`').skip(1).step_by(2) {
        let word = word.split_whitespace().next().unwrap_or_default();
        let ours = [
            "src/",
            "tests/",
            "samples/",
            "bindings/",
            "include/",
            "samples",
            "tests",
        ];
        if !ours
            .iter()
            .any(|start| word == *start || start.ends_with('/') && word.starts_with(start))
        {
            continue;
        }
        named += 1;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(word);
        assert!(path.exists(), "README.md names {word}, which is not there");
    }
    assert!(named > 10, "only {named} paths were found");
}

/// A test that `tests/README.md` names is in the file that it names.
#[test]
fn the_tests_that_are_named_exist() {
    let folder = format!("{}/tests", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(format!("{folder}/README.md")).expect("tests/README.md");
    let mut file = String::new();
    let mut found = 0;
    for word in text.split('`').skip(1).step_by(2) {
        if let Some(path) = word.strip_suffix(".rs").filter(|stem| !stem.contains('*')) {
            let path = format!("{folder}/{path}.rs");
            file = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("there is no {path}"));
        } else if word.matches('_').count() > 2 && !word.contains(['/', '=', ' ']) {
            assert!(
                file.contains(&format!("fn {word}()")),
                "no test {word} where tests/README.md says"
            );
            found += 1;
        }
    }
    assert!(found > 15, "{found}");
}

/// Every name of the C interface in a text: `RTC_…` and `rtc_…`, up to where a name ends.
fn names(text: &str) -> Vec<&str> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .filter(|word| word.starts_with("RTC_") || word.starts_with("rtc_"))
        .collect()
}

#[test]
fn every_name_of_the_interface_that_it_uses_is_in_the_header() {
    let readme = read("README.md");
    let header = read("include/rtcclient.h");
    let known: std::collections::HashSet<&str> = names(&header).into_iter().collect();
    // Variables of the environment and of the build.
    let other = ["RTC_SHARED", "RTC_UPDATE_HEADER"];
    let mut checked = 0;
    for name in names(&readme) {
        if other.contains(&name) {
            continue;
        }
        checked += 1;
        // `RTC_NAT_…` names all that begin so.
        let there = known.contains(name)
            || name.ends_with('_') && known.iter().any(|one| one.starts_with(name));
        assert!(
            there,
            "README.md names {name}, which include/rtcclient.h does not have"
        );
    }
    assert!(checked > 50, "only {checked} names were found");
}
