//! The attributes that audio calls turn on: direction (RFC 8866 §6.7), `rtpmap`, `fmtp`, `ptime` (§6.4, §6.6, §6.15),
//! with the static payload types of RFC 3551 §6.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use super::{Connection, Media, Session};

/// Which way a stream flows, seen from the one who wrote the description.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Direction {
    /// Both ways; also what no attribute means.
    #[default]
    SendRecv,
    /// From the writer only.
    SendOnly,
    /// To the writer only.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// The direction with these halves.
    #[must_use]
    pub const fn new(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// The writer sends.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// The writer receives.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same stream seen from the other end.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        Self::new(self.receives(), self.sends())
    }

    /// What both allow.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self::new(
            self.sends() && other.sends(),
            self.receives() && other.receives(),
        )
    }

    /// The attribute's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// The direction an attribute names.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::SendRecv,
            Self::SendOnly,
            Self::RecvOnly,
            Self::Inactive,
        ]
        .into_iter()
        .find(|direction| direction.name() == name)
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a payload number stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RtpMap<'a> {
    /// 0–127.
    pub payload: u8,
    /// Encoding name, compared without case.
    pub encoding: Cow<'a, str>,
    /// Clock rate in hertz.
    pub clock_rate: u32,
    /// Audio channels.
    pub channels: u8,
}

impl<'a> RtpMap<'a> {
    /// Reads the value of `a=rtpmap`.
    #[must_use]
    pub fn parse(value: &'a str) -> Option<Self> {
        let (payload, rest) = value.trim().split_once([' ', '\t'])?;
        let mut parts = rest.trim().split('/');
        let encoding = parts.next().filter(|name| !name.is_empty())?;
        let clock_rate = parts.next()?.trim().parse().ok()?;
        let channels = match parts.next() {
            Some(channels) => channels.trim().parse().ok()?,
            None => 1,
        };
        let payload = payload.parse().ok().filter(|&payload| payload < 128)?;
        Some(Self {
            payload,
            encoding: Cow::Borrowed(encoding),
            clock_rate,
            channels,
        })
    }

    /// The static assignment of a payload number (RFC 3551 table 4 and 5).
    #[must_use]
    pub fn of_static(payload: u8) -> Option<Self> {
        let entry = |encoding, clock_rate, channels| {
            Some(Self {
                payload,
                encoding: Cow::Borrowed(encoding),
                clock_rate,
                channels,
            })
        };
        match payload {
            0 => entry("PCMU", 8000, 1),
            3 => entry("GSM", 8000, 1),
            4 => entry("G723", 8000, 1),
            5 => entry("DVI4", 8000, 1),
            6 => entry("DVI4", 16000, 1),
            7 => entry("LPC", 8000, 1),
            8 => entry("PCMA", 8000, 1),
            9 => entry("G722", 8000, 1),
            10 => entry("L16", 44100, 2),
            11 => entry("L16", 44100, 1),
            12 => entry("QCELP", 8000, 1),
            13 => entry("CN", 8000, 1),
            14 => entry("MPA", 90000, 1),
            15 => entry("G728", 8000, 1),
            16 => entry("DVI4", 11025, 1),
            17 => entry("DVI4", 22050, 1),
            18 => entry("G729", 8000, 1),
            25 => entry("CelB", 90000, 1),
            26 => entry("JPEG", 90000, 1),
            28 => entry("nv", 90000, 1),
            31 => entry("H261", 90000, 1),
            32 => entry("MPV", 90000, 1),
            33 => entry("MP2T", 90000, 1),
            34 => entry("H263", 90000, 1),
            _ => None,
        }
    }

    /// Whether both are the same encoding, whatever their numbers.
    #[must_use]
    pub fn is_same_encoding(&self, name: &str, clock_rate: u32, channels: u8) -> bool {
        self.encoding.eq_ignore_ascii_case(name)
            && self.clock_rate == clock_rate
            && self.channels == channels
    }
}

impl Media<'_> {
    /// The value of the first attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let attribute = self
            .attributes
            .iter()
            .find(|attribute| attribute.name == name)?;
        Some(attribute.value.as_deref().unwrap_or_default())
    }

    /// What a payload number stands for: `rtpmap`, else the static table.
    #[must_use]
    pub fn rtpmap(&self, payload: u8) -> Option<RtpMap<'_>> {
        self.values("rtpmap")
            .filter(|value| {
                value.split([' ', '\t']).next().and_then(|n| n.parse().ok()) == Some(payload)
            })
            .find_map(RtpMap::parse)
            .or_else(|| RtpMap::of_static(payload))
    }

    /// The payload numbers of the line in its order, with what they stand for; unknown ones are left out.
    pub fn rtpmaps(&self) -> impl Iterator<Item = RtpMap<'_>> {
        self.formats
            .iter()
            .filter_map(|format| self.rtpmap(format.parse().ok()?))
    }

    /// The parameters of a payload number.
    #[must_use]
    pub fn fmtp(&self, payload: u8) -> Option<&str> {
        self.values("fmtp").find_map(|value| {
            let (number, parameters) = value.split_once([' ', '\t'])?;
            (number.parse() == Ok(payload)).then(|| parameters.trim())
        })
    }

    /// Preferred packet length in milliseconds.
    #[must_use]
    pub fn ptime(&self) -> Option<u32> {
        self.attribute("ptime")?.trim().parse().ok()
    }

    /// Longest packet in milliseconds.
    #[must_use]
    pub fn maxptime(&self) -> Option<u32> {
        self.attribute("maxptime")?.trim().parse().ok()
    }

    /// The port of RTCP: `a=rtcp` (RFC 3605), the RTP port if multiplexed (RFC 5761), else the next one.
    #[must_use]
    pub fn rtcp_port(&self) -> Option<u16> {
        let port = u16::try_from(self.port).ok()?;
        if self.attribute("rtcp-mux").is_some() {
            return Some(port);
        }
        match self.attribute("rtcp") {
            Some(value) => value.split_ascii_whitespace().next()?.parse().ok(),
            None => port.checked_add(1),
        }
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.attributes
            .iter()
            .filter(move |attribute| attribute.name == name)
            .filter_map(|attribute| attribute.value.as_deref())
    }
}

impl<'a> Session<'a> {
    /// The direction of a stream: its own attribute, else that of the session, else `sendrecv`.
    #[must_use]
    pub fn direction(&self, media: &Media<'_>) -> Direction {
        let stated = |list: &[super::Attribute<'_>]| {
            list.iter()
                .find_map(|attribute| Direction::parse(&attribute.name))
        };
        stated(&media.attributes)
            .or_else(|| stated(&self.attributes))
            .unwrap_or_default()
    }

    /// Where a stream is to be sent: its own `c=`, else that of the session.
    #[must_use]
    pub fn connection_of<'s>(&'s self, media: &'s Media<'a>) -> Option<&'s Connection<'a>> {
        media.connections.first().or(self.connection.as_ref())
    }

    /// Whether a stream is held in the way of RFC 2543: an address of zeros.
    #[must_use]
    pub fn is_held_by_address(&self, media: &Media<'_>) -> bool {
        let connection = media.connections.first().or(self.connection.as_ref());
        connection
            .and_then(Connection::ip)
            .is_some_and(|ip| ip.is_unspecified())
    }
}

impl Connection<'_> {
    /// The address if it is a literal; `None` for a name.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.split('/').next()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_mirror_and_meet() {
        use Direction::*;
        for (direction, mirrored) in [
            (SendRecv, SendRecv),
            (SendOnly, RecvOnly),
            (RecvOnly, SendOnly),
            (Inactive, Inactive),
        ] {
            assert_eq!(direction.mirrored(), mirrored);
            assert_eq!(direction.and(SendRecv), direction);
            assert_eq!(direction.and(Inactive), Inactive);
            assert_eq!(Direction::parse(direction.name()), Some(direction));
        }
        assert_eq!(SendOnly.and(RecvOnly), Inactive);
    }

    #[test]
    fn rtpmap_is_read_with_and_without_channels() {
        let map = RtpMap::parse("97 opus/48000/2").unwrap();
        assert_eq!(
            (map.payload, &*map.encoding, map.clock_rate, map.channels),
            (97, "opus", 48000, 2)
        );
        assert_eq!(RtpMap::parse("0 PCMU/8000"), RtpMap::of_static(0));
        for bad in [
            "",
            "0",
            "0 PCMU",
            "0 PCMU/x",
            "128 X/8000",
            "0 /8000",
            "0 PCMU/8000/999",
            "x PCMU/8000",
        ] {
            assert_eq!(RtpMap::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn attributes_of_a_stream_are_found() {
        let text = b"v=0\r\no=- 1 1 IN IP4 h\r\nc=IN IP4 192.0.2.1\r\na=sendonly\r\n\
            m=audio 4000 RTP/AVP 8 96 97\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=ptime:20\r\na=maxptime:40\r\n\
            m=video 5000 RTP/AVP 31\r\nc=IN IP6 ::\r\na=inactive\r\na=rtcp:5007 IN IP6 ::\r\n";
        let session = Session::parse(text).unwrap();
        let (audio, video) = (&session.media[0], &session.media[1]);
        let payloads: Vec<_> = audio.rtpmaps().map(|map| map.payload).collect();
        assert_eq!(payloads, [8, 96]);
        assert_eq!(audio.fmtp(96), Some("0-15"));
        assert_eq!(audio.fmtp(8), None);
        assert_eq!((audio.ptime(), audio.maxptime()), (Some(20), Some(40)));
        assert_eq!(
            (audio.rtcp_port(), video.rtcp_port()),
            (Some(4001), Some(5007))
        );
        assert_eq!(session.direction(audio), Direction::SendOnly);
        assert_eq!(session.direction(video), Direction::Inactive);
        assert!(!session.is_held_by_address(audio));
        assert!(session.is_held_by_address(video));
    }
}
