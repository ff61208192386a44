//! The header fields this stack knows by name: RFC 3261 §20 and the IANA registry, in one table.
//!
//! Each row: name, compact form, whether values form a comma-separated list, who may set it (the classes of
//! header injection), where it is defined. The rows stand in the order in which the builder writes them: what
//! proxies read first (RFC 3261 §7.3.1), what describes the body last. Unknown fields go before the latter.

#![expect(
    clippy::cast_possible_truncation,
    reason = "row numbers and lengths of names are below 128"
)]

use super::chars;

/// Whether several values may share a line, separated by commas.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Shape {
    Single,
    List,
}

/// Who sets a header field in outgoing messages; decides what an application may inject.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HeaderClass {
    /// The application may add it freely.
    Free,
    /// Another call sets it, so it is refused among additional headers with that call's name.
    OwnSetter,
    /// The stack writes it; only an expert may override.
    StackOwned,
}

macro_rules! table {
    ($($id:ident, $name:literal, $compact:literal, $shape:ident, $class:ident, $rfc:literal;)*) => {
        /// A header field known by name. Its number is its place in the builder's order.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[repr(u8)]
        pub enum HeaderId {
            $(
                #[doc = concat!("`", $name, "`, ", $rfc, ".")]
                $id,
            )*
        }

        static ROWS: &[Row] = &[$(Row::new(HeaderId::$id, $name, concat!($name, ": "), $compact, Shape::$shape, HeaderClass::$class, $rfc),)*];
    };
}

table! {
    Via, "Via", "v", List, StackOwned, "RFC 3261 §20.42";
    Route, "Route", "", List, OwnSetter, "RFC 3261 §20.34";
    RecordRoute, "Record-Route", "", List, StackOwned, "RFC 3261 §20.30";
    Path, "Path", "", List, StackOwned, "RFC 3327";
    ProxyRequire, "Proxy-Require", "", List, StackOwned, "RFC 3261 §20.29";
    MaxForwards, "Max-Forwards", "", Single, StackOwned, "RFC 3261 §20.22";
    ProxyAuthorization, "Proxy-Authorization", "", Single, StackOwned, "RFC 3261 §20.28";
    From, "From", "f", Single, OwnSetter, "RFC 3261 §20.20";
    To, "To", "t", Single, OwnSetter, "RFC 3261 §20.39";
    CallId, "Call-ID", "i", Single, StackOwned, "RFC 3261 §20.8";
    CSeq, "CSeq", "", Single, StackOwned, "RFC 3261 §20.16";
    Contact, "Contact", "m", List, OwnSetter, "RFC 3261 §20.10";
    Authorization, "Authorization", "", Single, StackOwned, "RFC 3261 §20.7";
    WwwAuthenticate, "WWW-Authenticate", "", Single, StackOwned, "RFC 3261 §20.44";
    ProxyAuthenticate, "Proxy-Authenticate", "", Single, StackOwned, "RFC 3261 §20.27";
    AuthenticationInfo, "Authentication-Info", "", Single, StackOwned, "RFC 3261 §20.6";
    ProxyAuthenticationInfo, "Proxy-Authentication-Info", "", Single, StackOwned, "RFC 7615";
    Expires, "Expires", "", Single, OwnSetter, "RFC 3261 §20.19";
    MinExpires, "Min-Expires", "", Single, StackOwned, "RFC 3261 §20.23";
    RetryAfter, "Retry-After", "", Single, Free, "RFC 3261 §20.33";
    Event, "Event", "o", Single, OwnSetter, "RFC 6665 §8.2.1";
    SubscriptionState, "Subscription-State", "", Single, OwnSetter, "RFC 6665 §8.2.3";
    AllowEvents, "Allow-Events", "u", List, Free, "RFC 6665 §8.2.2";
    SuppressIfMatch, "Suppress-If-Match", "", Single, Free, "RFC 5839";
    SipETag, "SIP-ETag", "", Single, StackOwned, "RFC 3903 §11.3.1";
    SipIfMatch, "SIP-If-Match", "", Single, StackOwned, "RFC 3903 §11.3.2";
    Require, "Require", "", List, StackOwned, "RFC 3261 §20.32";
    Supported, "Supported", "k", List, Free, "RFC 3261 §20.37";
    Unsupported, "Unsupported", "", List, StackOwned, "RFC 3261 §20.40";
    Allow, "Allow", "", List, Free, "RFC 3261 §20.5";
    Accept, "Accept", "", List, Free, "RFC 3261 §20.1";
    AcceptEncoding, "Accept-Encoding", "", List, Free, "RFC 3261 §20.2";
    AcceptLanguage, "Accept-Language", "", List, Free, "RFC 3261 §20.3";
    RSeq, "RSeq", "", Single, StackOwned, "RFC 3262 §7.1";
    RAck, "RAck", "", Single, StackOwned, "RFC 3262 §7.2";
    SessionExpires, "Session-Expires", "x", Single, StackOwned, "RFC 4028 §4";
    MinSe, "Min-SE", "", Single, StackOwned, "RFC 4028 §5";
    ReferTo, "Refer-To", "r", Single, OwnSetter, "RFC 3515 §2.1";
    ReferredBy, "Referred-By", "b", Single, Free, "RFC 3892";
    ReferSub, "Refer-Sub", "", Single, Free, "RFC 4488";
    Replaces, "Replaces", "", Single, Free, "RFC 3891";
    Join, "Join", "", Single, Free, "RFC 3911";
    TargetDialog, "Target-Dialog", "", Single, Free, "RFC 4538";
    Reason, "Reason", "", List, Free, "RFC 3326";
    Warning, "Warning", "", List, Free, "RFC 3261 §20.43";
    InfoPackage, "Info-Package", "", Single, Free, "RFC 6086";
    RecvInfo, "Recv-Info", "", List, Free, "RFC 6086";
    ServiceRoute, "Service-Route", "", List, StackOwned, "RFC 3608";
    SecurityClient, "Security-Client", "", List, StackOwned, "RFC 3329";
    SecurityServer, "Security-Server", "", List, StackOwned, "RFC 3329";
    SecurityVerify, "Security-Verify", "", List, StackOwned, "RFC 3329";
    FlowTimer, "Flow-Timer", "", Single, StackOwned, "RFC 5626";
    PAssertedIdentity, "P-Asserted-Identity", "", List, Free, "RFC 3325";
    PPreferredIdentity, "P-Preferred-Identity", "", List, Free, "RFC 3325";
    PAssociatedUri, "P-Associated-URI", "", List, Free, "RFC 7315";
    PCalledPartyId, "P-Called-Party-ID", "", Single, Free, "RFC 7315";
    PAccessNetworkInfo, "P-Access-Network-Info", "", List, StackOwned, "RFC 7315";
    PVisitedNetworkId, "P-Visited-Network-ID", "", List, Free, "RFC 7315";
    PChargingVector, "P-Charging-Vector", "", Single, Free, "RFC 7315";
    PChargingFunctionAddresses, "P-Charging-Function-Addresses", "", Single, Free, "RFC 7315";
    PPreferredService, "P-Preferred-Service", "", List, Free, "RFC 6050";
    PAssertedService, "P-Asserted-Service", "", List, Free, "RFC 6050";
    PEarlyMedia, "P-Early-Media", "", List, Free, "RFC 5009";
    PProfileKey, "P-Profile-Key", "", Single, Free, "RFC 5002";
    PUserDatabase, "P-User-Database", "", Single, Free, "RFC 4457";
    PMediaAuthorization, "P-Media-Authorization", "", List, Free, "RFC 3313";
    PAnswerState, "P-Answer-State", "", Single, Free, "RFC 4964";
    PServedUser, "P-Served-User", "", Single, Free, "RFC 5502";
    RemotePartyId, "Remote-Party-ID", "", List, Free, "the draft that RFC 3325 replaced, still sent";
    Diversion, "Diversion", "", List, Free, "RFC 5806";
    HistoryInfo, "History-Info", "", List, Free, "RFC 7044";
    Privacy, "Privacy", "", Single, Free, "RFC 3323";
    Identity, "Identity", "y", List, Free, "RFC 8224";
    IdentityInfo, "Identity-Info", "n", Single, Free, "RFC 4474";
    AcceptContact, "Accept-Contact", "a", List, Free, "RFC 3841";
    RejectContact, "Reject-Contact", "j", List, Free, "RFC 3841";
    RequestDisposition, "Request-Disposition", "d", List, Free, "RFC 3841";
    AlertInfo, "Alert-Info", "", List, Free, "RFC 3261 §20.4";
    CallInfo, "Call-Info", "", List, Free, "RFC 3261 §20.9";
    ErrorInfo, "Error-Info", "", List, Free, "RFC 3261 §20.18";
    AnswerMode, "Answer-Mode", "", Single, Free, "RFC 5373";
    PrivAnswerMode, "Priv-Answer-Mode", "", Single, Free, "RFC 5373";
    ResourcePriority, "Resource-Priority", "", List, Free, "RFC 4412";
    AcceptResourcePriority, "Accept-Resource-Priority", "", List, Free, "RFC 4412";
    Priority, "Priority", "", Single, Free, "RFC 3261 §20.26";
    Subject, "Subject", "s", Single, Free, "RFC 3261 §20.36";
    Organization, "Organization", "", Single, Free, "RFC 3261 §20.25";
    InReplyTo, "In-Reply-To", "", List, Free, "RFC 3261 §20.21";
    ReplyTo, "Reply-To", "", Single, Free, "RFC 3261 §20.31";
    Date, "Date", "", Single, Free, "RFC 3261 §20.17";
    Timestamp, "Timestamp", "", Single, Free, "RFC 3261 §20.38";
    UserAgent, "User-Agent", "", Single, Free, "RFC 3261 §20.41";
    Server, "Server", "", Single, Free, "RFC 3261 §20.35";
    Geolocation, "Geolocation", "", List, Free, "RFC 6442";
    GeolocationRouting, "Geolocation-Routing", "", Single, Free, "RFC 6442";
    GeolocationError, "Geolocation-Error", "", Single, Free, "RFC 6442";
    PermissionMissing, "Permission-Missing", "", List, Free, "RFC 5360";
    TriggerConsent, "Trigger-Consent", "", List, Free, "RFC 5360";
    MaxBreadth, "Max-Breadth", "", Single, Free, "RFC 5393";
    FeatureCaps, "Feature-Caps", "", List, Free, "RFC 6809";
    PolicyContact, "Policy-Contact", "", List, Free, "RFC 6794";
    PolicyId, "Policy-ID", "", List, Free, "RFC 6794";
    UserToUser, "User-to-User", "", List, Free, "RFC 7433";
    SessionId, "Session-ID", "", Single, Free, "RFC 7989";
    Encryption, "Encryption", "", Single, Free, "RFC 2543";
    Hide, "Hide", "", Single, Free, "RFC 2543";
    ResponseKey, "Response-Key", "", Single, Free, "RFC 2543";
    MimeVersion, "MIME-Version", "", Single, Free, "RFC 3261 §20.24";
    ContentDisposition, "Content-Disposition", "", Single, Free, "RFC 3261 §20.11";
    ContentEncoding, "Content-Encoding", "e", List, Free, "RFC 3261 §20.12";
    ContentLanguage, "Content-Language", "", List, Free, "RFC 3261 §20.13";
    ContentId, "Content-ID", "", Single, Free, "RFC 8262";
    ContentType, "Content-Type", "c", Single, OwnSetter, "RFC 3261 §20.15";
    ContentLength, "Content-Length", "l", Single, StackOwned, "RFC 3261 §20.14";
}

struct Row {
    id: HeaderId,
    name: &'static str,
    /// The name with what follows it on a line.
    prefix: &'static str,
    compact: Option<u8>,
    shape: Shape,
    class: HeaderClass,
    rfc: &'static str,
    /// The first eight bytes in lower case, and the last eight of a longer name.
    folded: (u64, u64),
}

impl Row {
    const fn new(
        id: HeaderId,
        name: &'static str,
        prefix: &'static str,
        compact: &str,
        shape: Shape,
        class: HeaderClass,
        rfc: &'static str,
    ) -> Self {
        let compact = if compact.is_empty() {
            None
        } else {
            Some(compact.as_bytes()[0])
        };
        Self {
            id,
            name,
            prefix,
            compact,
            shape,
            class,
            rfc,
            folded: fold(name.as_bytes()),
        }
    }
}

/// How many rows there are.
const COUNT: usize = ROWS.len();
/// Marks an empty slot, and an unknown header in a message's index.
pub(crate) const UNKNOWN: u8 = 127;

impl HeaderId {
    /// Every known header field, in the builder's order.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.id)
    }

    /// The field called `name`, in its long or compact form and any case.
    #[must_use]
    pub fn from_name(name: impl AsRef<[u8]>) -> Option<Self> {
        let name = name.as_ref();
        if name.iter().any(|&b| b < b' ') {
            None
        } else {
            Self::from_span(name, 0, name.len())
        }
    }

    /// As [`HeaderId::from_name`] for `text[at..end]`, which holds no CR and no control byte but HTAB: case folding
    /// would take some for letters. Reads whole words of `text` where it can.
    #[inline]
    pub(crate) fn from_span(text: &[u8], at: usize, end: usize) -> Option<Self> {
        let len = end.wrapping_sub(at);
        match chars::word(text, at) {
            Some(first) if len > 8 => lookup(
                text,
                at,
                end,
                (first | SPACES, chars::word(text, end - 8)? | SPACES),
            ),
            Some(first) if len > 1 => {
                let spare = 64 - 8 * len as u32;
                lookup(text, at, end, ((first | SPACES) << spare >> spare, 0))
            }
            _ => Self::from_short(text.get(at..end)?),
        }
    }

    /// The field of a line that begins with a known name, a colon and a space, and the name's length. `start` is the
    /// line's first bytes; none also when that is not enough to say.
    #[inline]
    pub(crate) fn from_line(start: &[u8; 24]) -> Option<(Self, usize)> {
        let (words, _) = start.as_chunks::<8>();
        let word = |n: usize| words.get(n).map_or(0, |word| u64::from_le_bytes(*word));
        let first = word(0);
        let colon = match chars::equals(first, b':') {
            0 => match chars::equals(word(1), b':') {
                0 => 16 + chars::equals(word(2), b':').trailing_zeros() / 8,
                hit => 8 + hit.trailing_zeros() / 8,
            },
            hit => hit.trailing_zeros() / 8,
        };
        let len = colon as usize;
        if start.get(len + 1) != Some(&b' ') {
            return None;
        }
        let (folded, odd) = if len > 8 {
            let last = u64::from_le_bytes(*start.get(len - 8..)?.first_chunk::<8>()?);
            (
                (first | SPACES, last | SPACES),
                chars::controls(first) | chars::controls(last),
            )
        } else if len > 1 {
            let spare = 64 - 8 * colon;
            (
                ((first | SPACES) << spare >> spare, 0),
                chars::controls(first),
            )
        } else if len == 1 {
            return Some((Self::from_number(COMPACT[usize::from(start[0])])?, 1));
        } else {
            return None;
        };
        // Case folding would take some control bytes for letters.
        if odd != 0 {
            return None;
        }
        Some((lookup(start, 0, len, folded)?, len))
    }

    /// A compact form, or a name at the very end of a text.
    #[inline(never)]
    fn from_short(name: &[u8]) -> Option<Self> {
        match name {
            [] => None,
            [letter] => Self::from_number(COMPACT[usize::from(*letter)]),
            _ => lookup(name, 0, name.len(), fold(name)),
        }
    }

    #[inline]
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        IDS.get(usize::from(number)).copied()
    }

    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The long form, in the RFC's spelling.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The long form with colon and space, as it begins a line.
    pub(crate) const fn prefix(self) -> &'static str {
        self.row().prefix
    }

    /// The compact form, if one is registered.
    #[must_use]
    pub const fn compact(self) -> Option<char> {
        match self.row().compact {
            Some(letter) => Some(letter as char),
            None => None,
        }
    }

    /// Whether values on one line are separated by commas.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(self.row().shape, Shape::List)
    }

    /// Who may set it.
    #[must_use]
    pub const fn class(self) -> HeaderClass {
        self.row().class
    }

    /// Where it is defined.
    #[must_use]
    pub const fn rfc(self) -> &'static str {
        self.row().rfc
    }
}

/// The builder's sort key of a row number: unknown fields go just before those of the body.
pub(crate) const fn rank(number: u8) -> u16 {
    if number == UNKNOWN {
        2 * HeaderId::MimeVersion as u16 - 1
    } else {
        2 * number as u16
    }
}

const SPACES: u64 = 0x2020_2020_2020_2020;
const SLOT_COUNT: usize = 512;

/// The first and last eight bytes with the case bit set, as [`HeaderId::from_span`] makes them from words.
const fn fold(name: &[u8]) -> (u64, u64) {
    let mut first = 0;
    let mut i = 0;
    while i < name.len() && i < 8 {
        first |= ((name[i] | 0x20) as u64) << (8 * i);
        i += 1;
    }
    let mut last = 0;
    if name.len() > 8 {
        let mut i = 0;
        while i < 8 {
            last |= ((name[name.len() - 8 + i] | 0x20) as u64) << (8 * i);
            i += 1;
        }
    }
    (first, last)
}

#[inline]
const fn hash(folded: (u64, u64), len: usize) -> usize {
    let mixed = (folded.0 ^ folded.1.rotate_left(21)).wrapping_add(len as u64);
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55) as usize
}

/// The identities by their numbers.
static IDS: [HeaderId; COUNT] = {
    let mut ids = [HeaderId::Via; COUNT];
    let mut i = 0;
    while i < COUNT {
        ids[i] = ROWS[i].id;
        i += 1;
    }
    ids
};

/// The words of a name longer than 16 bytes leave its middle unread.
#[inline(never)]
fn long_name(text: &[u8], at: usize, end: usize, id: Option<HeaderId>) -> bool {
    let name = id.map_or("", HeaderId::name);
    text.get(at..end)
        .is_some_and(|text| text.eq_ignore_ascii_case(name.as_bytes()))
}

#[derive(Clone, Copy)]
struct Slot {
    folded: (u64, u64),
    len: u8,
    id: Option<HeaderId>,
}

/// Rows by hash, open addressing; at most a quarter full, so a search ends.
static SLOTS: [Slot; SLOT_COUNT] = {
    assert!(COUNT < SLOT_COUNT / 4 && COUNT < UNKNOWN as usize);
    let mut slots = [Slot {
        folded: (0, 0),
        len: 0,
        id: None,
    }; SLOT_COUNT];
    let mut i = 0;
    while i < COUNT {
        let row = &ROWS[i];
        let mut slot = hash(row.folded, row.name.len());
        while slots[slot].id.is_some() {
            slot = (slot + 1) % SLOT_COUNT;
        }
        slots[slot] = Slot {
            folded: row.folded,
            len: row.name.len() as u8,
            id: Some(row.id),
        };
        i += 1;
    }
    slots
};

#[inline]
fn lookup(text: &[u8], at: usize, end: usize, folded: (u64, u64)) -> Option<HeaderId> {
    let len = end - at;
    let mut place = hash(folded, len);
    loop {
        let slot = &SLOTS[place];
        if slot.folded == folded
            && usize::from(slot.len) == len
            && (len <= 16 || long_name(text, at, end, slot.id))
        {
            return slot.id;
        }
        slot.id?;
        place = (place + 1) % SLOT_COUNT;
    }
}

/// Row numbers by compact letter, both cases.
static COMPACT: [u8; 256] = {
    let mut letters = [UNKNOWN; 256];
    let mut i = 0;
    while i < COUNT {
        if let Some(letter) = ROWS[i].compact {
            letters[letter as usize] = i as u8;
            letters[letter.to_ascii_uppercase() as usize] = i as u8;
        }
        i += 1;
    }
    letters
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_any_case_and_place() {
        for id in HeaderId::all() {
            let name = id.name();
            assert_eq!(HeaderId::from_name(name), Some(id), "{name}");
            assert_eq!(HeaderId::from_name(name.to_uppercase()), Some(id));
            assert_eq!(HeaderId::from_name(name.to_lowercase()), Some(id));
            let line = format!("xx{name}: some longer value");
            assert_eq!(
                HeaderId::from_span(line.as_bytes(), 2, 2 + name.len()),
                Some(id)
            );
            assert_eq!(HeaderId::from_name(format!("{name}x")), None);
            if let Some(letter) = id.compact() {
                assert_eq!(HeaderId::from_name(letter.to_string()), Some(id));
                assert_eq!(
                    HeaderId::from_name(letter.to_ascii_uppercase().to_string()),
                    Some(id)
                );
            }
        }
        assert_eq!(HeaderId::from_name(""), None);
        assert_eq!(HeaderId::from_name("z"), None);
    }

    #[test]
    fn control_bytes_do_not_fold_into_known_names() {
        assert_eq!(HeaderId::from_name("Call\rID"), None);
        assert_eq!(HeaderId::from_name("Max\rForwards"), None);
        assert_eq!(HeaderId::from_name("Max-Forw\x01rds"), None);
        let limits = crate::base::limits::Limits::default();
        for name in [
            "Call\rID",
            "Call\tID",
            "Call\rID\t",
            "Call\t\rID",
            "Call-\x09D",
            "\x16ia",
        ] {
            let text = format!("OPTIONS sip:a SIP/2.0\r\n{name}: value value\r\n\r\n");
            let error =
                crate::syntax::Message::parse_datagram(text.as_bytes(), &limits).unwrap_err();
            assert_eq!(error.what, "malformed header field name", "{name:?}");
        }
    }

    #[test]
    fn compact_forms_are_unique_and_those_of_the_registry() {
        let mut letters: Vec<char> = HeaderId::all().filter_map(HeaderId::compact).collect();
        letters.sort_unstable();
        assert_eq!(letters.iter().collect::<String>(), "abcdefijklmnorstuvxy");
    }
}
