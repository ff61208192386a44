//! What the 2xx to a REGISTER says: our binding (RFC 3261 §10.2.4) and the others, Service-Route (RFC 3608),
//! P-Associated-URI (RFC 7315 §4.1), GRUUs (RFC 5627 §4.2), outbound (RFC 5626 §4.2), keep-alive (RFC 5626 §4.4,
//! RFC 6223), our address as the server saw it (RFC 3581) and its clock (RFC 3261 §10.2.5).

use std::net::SocketAddr;

use crate::syntax::{HeaderId, Message, NameAddr, Uri, uri};

/// Most values of one kind that are kept of an answer.
const MOST: usize = 16;
/// Most bytes of one value that is kept.
const LONGEST: usize = 2048;

/// A 2xx to a REGISTER, read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Granted {
    /// Our Contact URI as the registrar has it.
    pub contact: Box<str>,
    /// Seconds that it stands; none: the registrar did not say.
    pub expires: Option<u32>,
    /// The other bindings of the address of record, as they stand in the answer.
    pub others: Vec<Box<str>>,
    /// Service-Route in order.
    pub service_route: Vec<Box<str>>,
    /// P-Associated-URI; the first is the default identity.
    pub associated: Vec<Box<str>>,
    /// The public GRUU; empty: none.
    pub gruu: Box<str>,
    /// The newest temporary GRUU; empty: none.
    pub temp_gruu: Box<str>,
    /// The registrar does as RFC 5626 says.
    pub outbound: bool,
    /// Seconds between keep-alives that the server wants: Flow-Timer, else `keep` in Via; 0: as we like.
    pub keep: Option<u32>,
    /// Date, in seconds since 1970.
    pub date: Option<u64>,
    /// The address that the REGISTER came from, as the server saw it.
    pub seen: Option<SocketAddr>,
}

impl Granted {
    /// Reads a 2xx; `ours` is our Contact as it was sent.
    #[must_use]
    pub fn read(message: &Message, ours: &str) -> Self {
        let binding = Binding::find(message, ours);
        let via = message.top_via().ok();
        let seen = via.as_ref().and_then(|via| {
            let port = via.rport().flatten()?;
            let ip = via.received_ip().or_else(|| via.sent_by.ip())?;
            Some(SocketAddr::new(ip, port))
        });
        let number = |id| {
            message
                .header(id)
                .and_then(|value| value.trim().parse().ok())
        };
        let keep = via.as_ref().and_then(|via| via.params.get("keep"));
        Self {
            others: others(message, &binding.contact),
            contact: binding.contact,
            expires: binding.expires,
            service_route: values(message, HeaderId::ServiceRoute),
            associated: values(message, HeaderId::PAssociatedUri),
            gruu: binding.gruu,
            temp_gruu: binding.temp_gruu,
            outbound: message.lists(HeaderId::Require, "outbound"),
            keep: number(HeaderId::FlowTimer).or_else(|| keep.and_then(|keep| keep.parse().ok())),
            date: message.header(HeaderId::Date).and_then(unix_seconds),
            seen,
        }
    }

    /// The preloaded Route of an account that goes by these outbound proxies (RFC 3608 §6.1).
    #[must_use]
    pub fn routes(&self, proxies: &[Box<str>]) -> Vec<Box<str>> {
        let mut routes = proxies.to_vec();
        for route in &self.service_route {
            // The outbound proxy may name itself first; it is passed once.
            if !routes.last().is_some_and(|last| same_route(last, route)) {
                routes.push(route.clone());
            }
        }
        routes
    }

    /// Whether a contact stands among the bindings of the address of record.
    #[must_use]
    pub fn lists(&self, contact: &str) -> bool {
        let named =
            |value: &str| NameAddr::parse(value).is_ok_and(|value| uri::equal(value.uri, contact));
        uri::equal(&self.contact, contact) || self.others.iter().any(|other| named(other))
    }
}

fn values(message: &Message, id: HeaderId) -> Vec<Box<str>> {
    let values = message.values(id).filter(|value| value.len() <= LONGEST);
    values.take(MOST).map(Into::into).collect()
}

fn others(message: &Message, ours: &str) -> Vec<Box<str>> {
    let named = |value: &&str| !NameAddr::parse(value).is_ok_and(|value| value.uri == ours);
    let contacts = message.values(HeaderId::Contact).filter(named);
    let short = contacts.filter(|value| value.len() <= LONGEST);
    short.take(MOST).map(Into::into).collect()
}

struct Binding {
    contact: Box<str>,
    expires: Option<u32>,
    gruu: Box<str>,
    temp_gruu: Box<str>,
}

impl Binding {
    /// Our binding in the list of a 2xx, and its time: that of our own Contact, else the Expires of the message
    /// (RFC 3261 §10.2.4). A registrar that wrote our address anew is known by the user part of an only Contact.
    fn find(message: &Message, ours: &str) -> Self {
        let our_uri = NameAddr::parse(ours)
            .map(|ours| ours.uri)
            .unwrap_or_default();
        let user = Uri::parse(our_uri).ok().and_then(|ours| ours.user);
        let (mut only, mut count) = (None, 0);
        for contact in message.contacts().filter_map(Result::ok) {
            count += 1;
            let exact = uri::equal(contact.uri(), our_uri);
            let alike = || {
                let other = Uri::parse(contact.uri()).ok().and_then(|other| other.user);
                user.is_some() && other == user
            };
            if !exact && !alike() {
                continue;
            }
            let gruu = |name: &str| -> Box<str> {
                let value = contact.params().get_unescaped(name).unwrap_or_default();
                let usable = value.len() <= LONGEST && is_gruu(&value);
                if usable {
                    value.into_owned().into()
                } else {
                    "".into()
                }
            };
            let found = Self {
                contact: contact.uri().into(),
                expires: contact.expires().or_else(|| message.expires()),
                gruu: gruu("pub-gruu"),
                temp_gruu: gruu("temp-gruu"),
            };
            if exact {
                return found;
            }
            only = Some(found);
        }
        only.filter(|_| count == 1).unwrap_or_else(|| Self {
            contact: our_uri.into(),
            expires: message.expires(),
            gruu: "".into(),
            temp_gruu: "".into(),
        })
    }
}

/// Whether a text can stand between angle brackets as a Contact of ours.
fn is_gruu(text: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>' | '"');
    text.chars().all(plain) && Uri::parse(text).is_ok_and(|uri| uri.is_sip())
}

fn same_route(a: &str, b: &str) -> bool {
    match (NameAddr::parse(a), NameAddr::parse(b)) {
        (Ok(a), Ok(b)) => uri::equal(a.uri, b.uri),
        _ => false,
    }
}

/// Seconds since 1970 of a Date: `Sat, 13 Nov 2010 23:29:00 GMT` (RFC 3261 §25.1, SIP-date; GMT always).
fn unix_seconds(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, rest) = text.split_once(',')?;
    let mut words = rest.split_ascii_whitespace();
    let day: u64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = MONTHS
        .iter()
        .position(|name| name.eq_ignore_ascii_case(month))?;
    let year: u64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.splitn(3, ':').map(str::parse::<u64>);
    let mut next = || clock.next()?.ok();
    let (hour, minute, second) = (next()?, next()?, next()?);
    if !(1970..=9999).contains(&year)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    // Days since 1970-03-01 of a year that begins in March, so that the leap day is its last.
    let month = u64::try_from(month).ok()?;
    let (year, month) = if month < 2 {
        (year - 1, month + 10)
    } else {
        (year, month - 2)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    // Year 0, March 1st, is 719,468 days before 1970-01-01.
    let days = days.checked_sub(719_468)?;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;

    fn answer(via: &str, lines: &str) -> Message {
        let text = format!(
            "SIP/2.0 200 OK\r\nVia: {via}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n\
             Call-ID: c\r\nCSeq: 1 REGISTER\r\n{lines}Content-Length: 0\r\n\r\n"
        );
        Message::parse_datagram(text.as_bytes(), &Limits::default()).expect("a valid response")
    }

    fn granted(lines: &str, ours: &str) -> Granted {
        Granted::read(
            &answer("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa", lines),
            ours,
        )
    }

    #[test]
    fn only_our_own_binding_counts() {
        let lines = "Contact: <sip:alice@192.0.2.9:5060>;expires=10, <sip:alice@192.0.2.1:5062>;expires=77\r\nExpires: 500\r\n";
        let found = granted(lines, "<sip:alice@192.0.2.1:5062>");
        assert_eq!(
            (&*found.contact, found.expires),
            ("sip:alice@192.0.2.1:5062", Some(77))
        );
        assert_eq!(
            found.others,
            ["<sip:alice@192.0.2.9:5060>;expires=10".into()]
        );
        assert!(found.lists("sip:alice@192.0.2.9:5060") && !found.lists("sip:alice@192.0.2.8"));
        let found = granted(lines, "<sip:bob@192.0.2.1:5070>");
        assert_eq!(found.expires, Some(500));
    }

    #[test]
    fn an_only_contact_of_our_user_is_ours_behind_a_translator() {
        let found = granted(
            "Contact: <sip:alice@203.0.113.5:40000>;expires=33\r\n",
            "<sip:alice@10.0.0.2:5060>",
        );
        assert_eq!(
            (&*found.contact, found.expires),
            ("sip:alice@203.0.113.5:40000", Some(33))
        );
    }

    #[test]
    fn a_binding_without_its_own_time_has_that_of_the_message() {
        let found = granted(
            "Contact: <sip:alice@192.0.2.1>\r\nExpires: 120\r\n",
            "<sip:alice@192.0.2.1>",
        );
        assert_eq!(found.expires, Some(120));
    }

    #[test]
    fn gruus_are_those_of_our_own_instance_and_must_be_sip_uris() {
        let ours = "<sip:alice@192.0.2.1:5060>";
        let found = granted(
            "Contact: <sip:alice@192.0.2.7>;pub-gruu=\"sip:alice@example.com;gr=other\"\r\n\
             Contact: <sip:alice@192.0.2.1:5060>;expires=60;pub-gruu=\"sip:alice@example.com;gr=urn:x\";temp-gruu=\"sip:t1@example.com;gr\"\r\n",
            ours,
        );
        assert_eq!(&*found.gruu, "sip:alice@example.com;gr=urn:x");
        assert_eq!(&*found.temp_gruu, "sip:t1@example.com;gr");
        let found = granted(
            "Contact: <sip:alice@192.0.2.1:5060>;pub-gruu=\"sip:a@b>;x\"\r\n",
            ours,
        );
        assert_eq!(&*found.gruu, "");
    }

    #[test]
    fn flow_timer_comes_before_keep_and_the_address_seen_is_read() {
        let via = "SIP/2.0/UDP 10.0.0.2;rport=4711;received=203.0.113.5;keep=30;branch=z9hG4bKa";
        let found = Granted::read(&answer(via, ""), "<sip:a@10.0.0.2>");
        assert_eq!(found.keep, Some(30));
        assert_eq!(
            found.seen,
            Some("203.0.113.5:4711".parse().expect("an address"))
        );
        let found = Granted::read(&answer(via, "Flow-Timer: 120\r\n"), "<sip:a@10.0.0.2>");
        assert_eq!(found.keep, Some(120));
    }

    #[test]
    fn dates_are_seconds_since_1970() {
        assert_eq!(unix_seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(
            unix_seconds("Sat, 13 Nov 2010 23:29:00 GMT"),
            Some(1_289_690_940)
        );
        assert_eq!(
            unix_seconds("Thu, 29 Feb 2024 12:00:01 GMT"),
            Some(1_709_208_001)
        );
        for bad in [
            "",
            "today",
            "Sat, 32 Nov 2010 23:29:00 GMT",
            "Sat, 13 Nov 2010 23:29",
            "Sat, 1 Nov 10 1:1:1",
        ] {
            assert_eq!(unix_seconds(bad), None, "{bad}");
        }
    }
}
