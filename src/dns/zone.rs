//! Records that no server is asked for: zone-file lines (RFC 1035 §5) of A, AAAA, CNAME, SRV and NAPTR, and hosts files.
//!
//! One record a line: `NAME [TTL] [IN] TYPE DATA`, a semicolon begins a comment, names are absolute with or without the
//! dot at the end. Directives, parentheses over several lines and relative names are not taken: a line that cannot
//! be read is refused with its number.
//!
//! A name with any record here is answered from here alone, and so are its services (`_sip._udp` and the like before
//! it): what has no record does not exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use super::{Answer, Kind, Pointer, Question, Service, is_name};

/// Lines at most.
const MOST: usize = 10_000;
/// Aliases followed at most.
const ALIASES: usize = 8;

/// Records by question.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Zone {
    records: BTreeMap<Question, Answer>,
    aliases: BTreeMap<Box<str>, Box<str>>,
    names: BTreeSet<Box<str>>,
}

/// A line that could not be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadLine {
    /// Which one, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl Zone {
    /// Reads zone-file lines.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn parse(text: &str) -> Result<Self, BadLine> {
        let mut zone = Self::default();
        for (index, line) in text.lines().enumerate() {
            let bad = |why| BadLine {
                line: index + 1,
                why,
            };
            if index >= MOST {
                return Err(bad("too many lines"));
            }
            let words = words(line).ok_or_else(|| bad("a quoted text does not end"))?;
            if !words.is_empty() {
                zone.add_line(&words).map_err(bad)?;
            }
        }
        Ok(zone)
    }

    /// Adds an address, as a hosts file does.
    pub fn add_host(&mut self, name: &str, address: IpAddr) {
        let name = Question::new(name, Kind::Host).name;
        if is_name(&name) && self.names.len() < MOST {
            self.add_address(name, address);
        }
    }

    /// Whether nothing is answered from here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The answer from here; none: a server has to be asked.
    #[must_use]
    pub fn answer(&self, question: &Question) -> Option<Answer> {
        let mut name = &question.name;
        if !self.names.contains(owner_of(name)) && !self.names.contains(name) {
            return None;
        }
        for _ in 0..ALIASES {
            let asked = Question {
                name: name.clone(),
                kind: question.kind,
            };
            if let Some(answer) = self.find(&asked) {
                return Some(answer);
            }
            match self.aliases.get(name) {
                Some(target) => name = target,
                None => break,
            }
        }
        Some(Answer::Missing)
    }

    fn find(&self, question: &Question) -> Option<Answer> {
        if question.kind != Kind::Host {
            return self.records.get(question).cloned();
        }
        let mut all = Vec::new();
        for kind in [Kind::Aaaa, Kind::A] {
            let name = question.name.clone();
            if let Some(Answer::Addresses(some)) = self.records.get(&Question { name, kind }) {
                all.extend(some);
            }
        }
        (!all.is_empty()).then_some(Answer::Addresses(all))
    }

    fn add_line(&mut self, words: &[String]) -> Result<(), &'static str> {
        let (owner, mut rest) = words.split_first().ok_or("nothing there")?;
        if owner.starts_with('$') {
            return Err("directives are not taken");
        }
        let owner = name(owner)?;
        // TTL and class stand in either order (RFC 1035 §5.1); neither means anything here.
        for _ in 0..2 {
            if let Some((word, more)) = rest.split_first()
                && (word.eq_ignore_ascii_case("IN") || word.parse::<u32>().is_ok())
            {
                rest = more;
            }
        }
        let (kind, data) = rest.split_first().ok_or("a type is missing")?;
        match (kind.to_ascii_uppercase().as_str(), data) {
            ("A", [address]) => {
                let address = address.parse().map_err(|_| "no IPv4 address")?;
                self.add_address(owner, IpAddr::V4(address));
            }
            ("AAAA", [address]) => {
                let address = address.parse().map_err(|_| "no IPv6 address")?;
                self.add_address(owner, IpAddr::V6(address));
            }
            ("CNAME", [target]) => {
                self.aliases.insert(owner.clone(), name(target)?);
                self.note(owner);
            }
            ("SRV", [priority, weight, port, target]) => {
                let service = Service {
                    priority: number(priority)?,
                    weight: number(weight)?,
                    port: number(port)?,
                    target: name_or_root(target)?,
                };
                let entry = self.entry(owner, Kind::Srv, Answer::Services(Vec::new()));
                if let Answer::Services(list) = entry {
                    list.push(service);
                }
            }
            ("NAPTR", [order, preference, flags, service, _regexp, replacement]) => {
                let pointer = Pointer {
                    order: number(order)?,
                    preference: number(preference)?,
                    flags: flags.as_str().into(),
                    service: service.as_str().into(),
                    replacement: name_or_root(replacement)?,
                };
                let entry = self.entry(owner, Kind::Naptr, Answer::Pointers(Vec::new()));
                if let Answer::Pointers(list) = entry {
                    list.push(pointer);
                }
            }
            ("A" | "AAAA" | "CNAME" | "SRV" | "NAPTR", _) => {
                return Err("the type has another number of fields");
            }
            _ => return Err("no type that is taken (A, AAAA, CNAME, SRV, NAPTR)"),
        }
        Ok(())
    }

    fn add_address(&mut self, owner: Box<str>, address: IpAddr) {
        let kind = if address.is_ipv4() {
            Kind::A
        } else {
            Kind::Aaaa
        };
        if let Answer::Addresses(list) = self.entry(owner, kind, Answer::Addresses(Vec::new()))
            && !list.contains(&address)
        {
            list.push(address);
        }
    }

    fn entry(&mut self, owner: Box<str>, kind: Kind, empty: Answer) -> &mut Answer {
        self.note(owner.clone());
        self.records
            .entry(Question { name: owner, kind })
            .or_insert(empty)
    }

    fn note(&mut self, owner: Box<str>) {
        let below = owner_of(&owner);
        if below.len() != owner.len() {
            self.names.insert(below.into());
        }
        self.names.insert(owner);
    }
}

/// The name that a service belongs to: without the parts before it that begin with an underscore.
fn owner_of(name: &str) -> &str {
    let mut rest = name;
    while rest.starts_with('_')
        && let Some((_, more)) = rest.split_once('.')
    {
        rest = more;
    }
    rest
}

fn name(word: &str) -> Result<Box<str>, &'static str> {
    let name = Question::new(word, Kind::Host).name;
    if is_name(&name) {
        Ok(name)
    } else {
        Err("no domain name")
    }
}

fn name_or_root(word: &str) -> Result<Box<str>, &'static str> {
    if word == "." {
        Ok("".into())
    } else {
        name(word)
    }
}

fn number(word: &str) -> Result<u16, &'static str> {
    word.parse().map_err(|_| "no number from 0 to 65535")
}

/// The words of a line, quoted ones as one; none when a quotation does not end.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => break,
            '"' => {
                let text = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => text.push(chars.next()?),
                        c => text.push(c),
                    }
                }
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_344_records_of_our_own_are_answered_without_a_server() {
        let zone = Zone::parse(
            "; a comment\n\
             example.com. 300 IN NAPTR 10 50 \"s\" \"SIP+D2T\" \"\" _sip._tcp.example.com.\n\
             _sip._tcp.example.com IN 60 SRV 1 2 5070 a.example.com.\n\
             A.Example.com AAAA 2001:db8::1\n\
             a.example.com A 192.0.2.1 ; the second\n\
             alias.example.com CNAME a.example.com\n",
        )
        .unwrap();
        let ask = |name, kind| zone.answer(&Question::new(name, kind));
        let both = ["2001:db8::1", "192.0.2.1"].map(|ip| ip.parse().unwrap());
        assert_eq!(
            ask("a.example.com.", Kind::Host),
            Some(Answer::Addresses(both.to_vec()))
        );
        assert_eq!(
            ask("ALIAS.example.com", Kind::A),
            Some(Answer::Addresses(vec![both[1]]))
        );
        let Some(Answer::Services(services)) = ask("_sip._tcp.example.com", Kind::Srv) else {
            panic!("no SRV record");
        };
        assert_eq!(
            (services[0].port, &*services[0].target),
            (5070, "a.example.com")
        );
        let Some(Answer::Pointers(pointers)) = ask("example.com", Kind::Naptr) else {
            panic!("no NAPTR record");
        };
        assert_eq!(&*pointers[0].service, "SIP+D2T");
        // What is not there does not exist, where the name is ours; elsewhere a server is asked.
        assert_eq!(
            ask("_sip._udp.example.com", Kind::Srv),
            Some(Answer::Missing)
        );
        assert_eq!(
            ask("_sip._udp.a.example.com", Kind::Srv),
            Some(Answer::Missing)
        );
        assert_eq!(ask("b.example.com", Kind::Host), None);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_refused_with_its_number() {
        for (text, line) in [
            ("$ORIGIN example.com.", 1),
            ("a A 192.0.2.1\nb A 192.0.2", 2),
            ("a A", 1),
            ("a MX 10 b", 1),
            ("a SRV 1 2 70000 b", 1),
            ("\n\na..b A 192.0.2.1", 3),
            ("a NAPTR 1 1 \"s SIP+D2U", 1),
            ("a", 1),
        ] {
            let refused = Zone::parse(text).map_err(|bad| bad.line);
            assert_eq!(refused, Err(line), "{text}");
        }
    }

    #[test]
    fn aliases_in_a_circle_come_to_an_end() {
        let zone = Zone::parse("a CNAME b\nb CNAME a").unwrap();
        let answer = zone.answer(&Question::new("a", Kind::A));
        assert_eq!(answer, Some(Answer::Missing));
    }
}
