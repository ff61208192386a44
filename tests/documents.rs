//! The documents of event packages: those of the RFCs are read and written again, hostile ones are refused.
#![allow(
    clippy::print_stderr,
    reason = "says aloud when it has nothing to read"
)]

use rtcclient::events::{
    Composing, Conference, DialogInfo, Document, Fault, KpmlRequest, KpmlResponse, Presence,
    RegInfo, Summary, WatcherInfo, composing, conference, dialog_info, kpml, pidf, reginfo,
    summary, winfo,
};

/// The types by the root of their documents.
const TYPES: &[(&str, &str)] = &[
    ("presence", pidf::CONTENT_TYPE),
    ("watcherinfo", winfo::CONTENT_TYPE),
    ("dialog-info", dialog_info::CONTENT_TYPE),
    ("reginfo", reginfo::CONTENT_TYPE),
    ("conference-info", conference::CONTENT_TYPE),
    ("kpml-request", kpml::REQUEST_TYPE),
    ("kpml-response", kpml::RESPONSE_TYPE),
    ("isComposing", composing::CONTENT_TYPE),
];

fn corpus(folder: &str) -> Vec<(String, Vec<u8>)> {
    let shared = std::env::var("RTC_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
    let Ok(entries) = std::fs::read_dir(format!("{shared}/corpora/flows/{folder}")) else {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "no corpora at {shared}"
        );
        eprintln!("SKIPPED: no corpora at {shared}");
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a file").path())
        .map(|path| {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read(&path).expect("readable"))
        })
        .collect();
    files.sort();
    files
}

fn written(document: &Document) -> String {
    match document {
        Document::Presence(one) => one.to_string(),
        Document::Watchers(one) => one.to_string(),
        Document::Dialogs(one) => one.to_string(),
        Document::Summary(one) => one.to_string(),
        Document::Registrations(one) => one.to_string(),
        Document::Conference(one) => one.to_string(),
        Document::KpmlRequest(one) => one.to_string(),
        Document::KpmlResponse(one) => one.to_string(),
        Document::Composing(one) => one.to_string(),
    }
}

fn json(document: &Document) -> serde_json::Value {
    serde_json::from_str(&document.json()).expect("JSON")
}

fn read(content_type: &str, text: &str) -> Document {
    Document::read(content_type, text.as_bytes())
        .expect("a known type")
        .expect("readable")
}

#[test]
fn the_documents_of_the_rfcs_are_read_written_and_read_again() {
    let mut read = 0;
    let mut refused = Vec::new();
    for (name, bytes) in corpus("xml") {
        let known = TYPES
            .iter()
            .find(|(root, _)| name.ends_with(&format!("-{root}.xml")));
        let Some((_, content_type)) = known else {
            continue;
        };
        match Document::read(content_type, &bytes).expect("a known type") {
            Ok(document) => {
                read += 1;
                let text = written(&document);
                let again = Document::read(content_type, text.as_bytes()).expect("a known type");
                assert_eq!(again.as_ref(), Ok(&document), "{name}\n{text}");
                assert!(json(&document).is_object(), "{name}");
            }
            Err(fault) => refused.push((name, fault)),
        }
    }
    if read == 0 {
        return;
    }
    // Fragments, prose, and tags that are never closed: as they stand in the RFCs.
    let names: Vec<&str> = refused.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, REFUSED, "{refused:?}");
    assert!(read >= 40, "{read} read");
}

/// What cannot be read as it stands.
const REFUSED: &[&str] = &[
    "rfc3863-001-s4.1-presence.xml",
    "rfc4235-017-s6.2-dialog-info.xml",
    "rfc4482-001-s4-presence.xml",
];

/// B-297: away, at a meal, out to lunch: read from a rich document, and written into one.
#[test]
fn rich_states_say_more_than_open_and_closed() {
    let lunch = r#"<presence xmlns="urn:ietf:params:xml:ns:pidf"
        xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:r="urn:ietf:params:xml:ns:pidf:rpid"
        entity="sip:bob@example.com"><tuple id="a"><status><basic>open</basic></status></tuple>
        <dm:person id="p"><r:activities><r:note>Out to lunch</r:note><r:meal/><r:away/><r:other>fishing</r:other></r:activities>
        <r:mood><r:happy/></r:mood><r:place-type><r:other>canteen</r:other></r:place-type>
        <r:sphere><r:work/></r:sphere><r:user-input>idle</r:user-input></dm:person></presence>"#;
    let document = read(pidf::CONTENT_TYPE, lunch);
    let Document::Presence(presence) = &document else {
        panic!("{document:?}")
    };
    assert_eq!(presence.person.activities, ["meal", "away", "fishing"]);
    assert_eq!(presence.person.note, "Out to lunch");
    assert_eq!(presence.person.sphere, "work");
    let told = json(&document);
    assert_eq!(told["basic"], "open");
    assert_eq!(told["person"]["activities"][0], "meal");
    assert_eq!(told["person"]["user_input"], "idle");
    assert_eq!(read(pidf::CONTENT_TYPE, &presence.to_string()), document);
    // Older phones write it into the status of a tuple.
    let busy = r#"<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:r="urn:ietf:params:xml:ns:pidf:rpid" entity="a"><tuple
        id="t"><status><basic>open</basic><r:activities><r:busy/></r:activities></status></tuple></presence>"#;
    let told = json(&read(pidf::CONTENT_TYPE, busy));
    assert_eq!(told["tuples"][0]["rich"]["activities"][0], "busy");
}

/// B-302: yes or no, and the counts by class.
#[test]
fn a_summary_says_whether_and_how_many_wait() {
    let text = "Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\nVoice-Message: 2/8 (0/2)\r\nFax-message:1/0\r\n\r\nTo: a\r\n";
    let document = read(summary::CONTENT_TYPE, text);
    let told = json(&document);
    assert_eq!(told["waiting"], true);
    assert_eq!(told["account"], "sip:alice@vmail.example.com");
    assert_eq!(told["counts"][0]["class"], "voice");
    assert_eq!(
        (
            &told["counts"][0]["new"],
            &told["counts"][0]["old"],
            &told["counts"][0]["urgent_old"]
        ),
        (&2.into(), &8.into(), &2.into())
    );
    assert_eq!(told["counts"][1]["new"], 1);
    assert_eq!(
        json(&read(summary::CONTENT_TYPE, "Messages-Waiting: no"))["waiting"],
        false
    );
    for (text, fault) in [
        ("", Fault::Malformed),
        ("hello", Fault::Malformed),
        ("Subject: yes", Fault::NotThis),
        ("Messages-Waiting: maybe", Fault::Invalid),
        ("Messages-Waiting: yes\r\nVoice-Message: 2", Fault::Invalid),
        (
            "Messages-Waiting: yes\r\nVoice-Message: 2/99999999999",
            Fault::Invalid,
        ),
        (
            "Messages-Waiting: yes\r\nVoice-Message: 2/3 (1",
            Fault::Invalid,
        ),
        ("Messages-Waiting: yes\r\nnothing", Fault::Malformed),
    ] {
        assert_eq!(Summary::parse(text.as_bytes()), Err(fault), "{text}");
    }
    let many = format!(
        "Messages-Waiting: yes\r\n{}",
        "X-Message: 1/1\r\n".repeat(33)
    );
    assert_eq!(Summary::parse(many.as_bytes()), Err(Fault::TooLarge));
}

#[test]
fn no_document_is_trusted() {
    let long = " ".repeat(70_000);
    for (root, content_type) in TYPES {
        let refuse = |text: &str, fault| {
            let result = Document::read(content_type, text.as_bytes()).expect("a known type");
            assert_eq!(
                result,
                Err(fault),
                "{root}: {}",
                &text[..text.len().min(60)]
            );
        };
        refuse("", Fault::Malformed);
        refuse(&format!("<{root}"), Fault::Malformed);
        refuse(
            &format!("<!DOCTYPE {root} [<!ENTITY a 'b'>]><{root}>&a;</{root}>"),
            Fault::Malformed,
        );
        refuse(
            &format!("<!DOCTYPE {root} SYSTEM 'file:///etc/passwd'><{root}/>"),
            Fault::Malformed,
        );
        refuse("<other/>", Fault::NotThis);
        refuse(&format!("<{root} xmlns='urn:other'/>"), Fault::NotThis);
        refuse(&format!("<{root}>{}", "<a>".repeat(5000)), Fault::TooLarge);
        refuse(
            &format!("<{root}>{}</{root}>", "<a/>".repeat(9000)),
            Fault::TooLarge,
        );
        refuse(&format!("<{root}>{long}</{root}>"), Fault::TooLarge);
        let attributes: String = (0..200).map(|n| format!(" a{n}=''")).collect();
        refuse(&format!("<{root}{attributes}/>"), Fault::TooLarge);
        assert_eq!(
            Document::read(content_type, b"\xff\xfe"),
            Some(Err(Fault::Malformed))
        );
    }
    assert_eq!(
        WatcherInfo::parse(b"<watcherinfo version='-1'/>"),
        Err(Fault::Invalid)
    );
    assert_eq!(DialogInfo::parse(b"<dialog-info/>"), Err(Fault::Invalid));
    assert_eq!(
        DialogInfo::parse(b"<dialog-info version='4294967296'/>"),
        Err(Fault::Invalid)
    );
    assert_eq!(
        RegInfo::parse(b"<reginfo version='x'/>"),
        Err(Fault::Invalid)
    );
    assert_eq!(
        Conference::parse(b"<conference-info/>"),
        Err(Fault::Invalid)
    );
    assert_eq!(Composing::parse(b"<isComposing/>"), Err(Fault::Invalid));
    assert_eq!(
        KpmlResponse::parse(b"<kpml-response/>"),
        Err(Fault::Invalid)
    );
    let regex = |pattern: &str| {
        let text =
            format!("<kpml-request><pattern><regex>{pattern}</regex></pattern></kpml-request>");
        KpmlRequest::parse(text.as_bytes()).map(|_| ())
    };
    assert_eq!(regex("x{2,3}#"), Ok(()));
    assert_eq!(regex("x{2,1}"), Err(Fault::Invalid));
    assert_eq!(regex("x{999999999999}"), Err(Fault::TooLarge));
    let many = "<regex>1</regex>".repeat(65);
    let text = format!("<kpml-request><pattern>{many}</pattern></kpml-request>");
    assert_eq!(KpmlRequest::parse(text.as_bytes()), Err(Fault::TooLarge));
    assert!(Document::read("text/plain", b"hello").is_none());
}

#[test]
fn nothing_written_breaks_out_of_its_place() {
    let nasty = "a\"<&>'\r\nb]]>\u{1}";
    let mut document = Presence::single(nasty, nasty, pidf::Basic::Open);
    document.person.activities = vec![nasty.to_owned(), "meal".to_owned()];
    document.person.note = nasty.to_owned();
    let again = Presence::parse(document.to_string().as_bytes()).expect("well-formed");
    assert_eq!(again.person.activities[1], "meal");
    assert_eq!(again.tuples.len(), 1);
    let response = KpmlResponse::new(200, "12", nasty).to_string();
    assert_eq!(
        KpmlResponse::parse(response.as_bytes()).map(|one| one.code),
        Ok(200)
    );
    let summary = Summary {
        account: "a\r\nVoice-Message: 9/9".to_owned(),
        ..Summary::default()
    };
    assert_eq!(summary.to_string(), "Messages-Waiting: no\r\n");
}
