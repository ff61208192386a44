//! Offer and answer for one audio stream: RFC 3264, with the exchanges and hold rules of RFC 6337.
//!
//! One [`OfferAnswer`] goes with each dialog; a fork is a clone. It keeps the two descriptions in force as text and
//! one more while an offer is open, so a failed re-offer leaves everything as it was. Which message carries an offer
//! is not known here, nor is media: the caller says at which address and port it listens.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::net::IpAddr;

use super::{Direction, Media, ParseError, RtpMap, Session};

/// An encoding this side can send and receive.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Codec {
    /// The payload number to offer; an answer uses the offerer's.
    pub payload: u8,
    /// Encoding name.
    pub encoding: Cow<'static, str>,
    /// Clock rate in hertz.
    pub clock_rate: u32,
    /// Audio channels.
    pub channels: u8,
    /// Parameters for `a=fmtp`.
    pub fmtp: Option<Cow<'static, str>>,
}

impl Codec {
    /// G.711 µ-law.
    pub const PCMU: Self = Self::plain(0, "PCMU", None);
    /// G.711 A-law.
    pub const PCMA: Self = Self::plain(8, "PCMA", None);
    /// Tones as events (RFC 4733).
    pub const TELEPHONE_EVENT: Self = Self::plain(101, "telephone-event", Some("0-15"));

    const fn plain(payload: u8, encoding: &'static str, fmtp: Option<&'static str>) -> Self {
        let fmtp = match fmtp {
            Some(fmtp) => Some(Cow::Borrowed(fmtp)),
            None => None,
        };
        let encoding = Cow::Borrowed(encoding);
        Self {
            payload,
            encoding,
            clock_rate: 8000,
            channels: 1,
            fmtp,
        }
    }

    /// Not speech, so no reason to accept a stream.
    fn is_auxiliary(&self) -> bool {
        ["telephone-event", "CN", "red"]
            .iter()
            .any(|name| self.encoding.eq_ignore_ascii_case(name))
    }

    fn is(&self, map: &RtpMap<'_>) -> bool {
        map.is_same_encoding(&self.encoding, self.clock_rate, self.channels)
    }
}

/// The encodings offered unless the caller says otherwise.
pub static DEFAULT_CODECS: [Codec; 3] = [Codec::PCMU, Codec::PCMA, Codec::TELEPHONE_EVENT];

/// What this side puts into a description.
#[derive(Clone, Copy, Debug)]
pub struct LocalMedia<'a> {
    /// Where media is received.
    pub address: IpAddr,
    /// RTP port; 0 for no audio.
    pub audio_port: u16,
    /// Encodings, the preferred one first.
    pub codecs: &'a [Codec],
    /// Packet length to ask for, in milliseconds.
    pub ptime: Option<u16>,
    /// `b=AS`, in kilobits per second.
    pub bandwidth_kbps: Option<u32>,
}

impl LocalMedia<'static> {
    /// The default encodings at that address.
    #[must_use]
    pub fn new(address: IpAddr, audio_port: u16) -> Self {
        Self {
            address,
            audio_port,
            codecs: &DEFAULT_CODECS,
            ptime: None,
            bandwidth_kbps: None,
        }
    }
}

/// Whether an offer is open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// No; a new one may be made or received.
    Stable,
    /// Ours waits for an answer.
    OfferSent,
    /// Theirs waits for our answer.
    OfferReceived,
}

/// Why an offer or answer is not taken or not made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// Our own offer is open: 491 to theirs.
    OwnOfferOpen,
    /// Their offer is not answered: 500 to another, nothing of ours may go out.
    TheirOfferOpen,
    /// There is no open offer that this could answer.
    NoOffer,
    /// Not a session description: 400.
    Malformed(ParseError),
    /// No stream can be accepted: 488.
    NotAcceptable,
    /// An answer that does not fit its offer.
    Mismatch(&'static str),
}

impl Refusal {
    /// The response to an offer that is refused for this reason (RFC 6337 §2.3, RFC 3311 §5.2).
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::OwnOfferOpen => 491,
            Self::TheirOfferOpen | Self::NoOffer => 500,
            Self::Malformed(_) | Self::Mismatch(_) => 400,
            Self::NotAcceptable => 488,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnOfferOpen => f.write_str("an own offer is open"),
            Self::TheirOfferOpen => f.write_str("the peer's offer is open"),
            Self::NoOffer => f.write_str("no offer is open"),
            Self::Malformed(error) => error.fmt(f),
            Self::NotAcceptable => f.write_str("no stream in common"),
            Self::Mismatch(what) => write!(f, "answer does not fit the offer: {what}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// What both sides agreed on, as far as sending and receiving audio needs it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Agreed {
    /// The peer's media address, a literal or a name.
    pub address: String,
    /// The peer's RTP port.
    pub port: u16,
    /// The peer's RTCP port.
    pub rtcp_port: Option<u16>,
    /// What this side does.
    pub direction: Direction,
    /// The encoding to send, under the peer's payload number.
    pub codec: RtpMap<'static>,
    /// The peer's payload number for tones.
    pub telephone_event: Option<u8>,
    /// The packet length the peer prefers, in milliseconds.
    pub ptime: Option<u32>,
}

/// The negotiation of one dialog.
#[derive(Clone, Debug)]
pub struct OfferAnswer {
    session_id: u64,
    /// The highest version sent; a refused offer's counts.
    version: u64,
    /// The address in `o=`, the same for the whole session even when media moves (RFC 3264 §8).
    origin: Option<IpAddr>,
    state: State,
    /// In force; empty before the first exchange is done.
    local: Box<str>,
    remote: Box<str>,
    /// The open offer.
    pending: Box<str>,
    wanted: Direction,
    pending_wanted: Direction,
    remote_holds: bool,
}

impl OfferAnswer {
    /// Nothing negotiated. `session_id` goes into `o=` and should be unlike others of this host.
    #[must_use]
    pub fn new(session_id: u64) -> Self {
        Self {
            session_id,
            version: 0,
            origin: None,
            state: State::Stable,
            local: Box::default(),
            remote: Box::default(),
            pending: Box::default(),
            wanted: Direction::SendRecv,
            pending_wanted: Direction::SendRecv,
            remote_holds: false,
        }
    }

    /// Whether an offer is open.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Our description in force.
    #[must_use]
    pub fn local_description(&self) -> Option<&str> {
        Some(&*self.local).filter(|text| !text.is_empty())
    }

    /// The peer's description in force.
    #[must_use]
    pub fn remote_description(&self) -> Option<&str> {
        Some(&*self.remote).filter(|text| !text.is_empty())
    }

    /// The open offer, ours or theirs as [`OfferAnswer::state`] says.
    #[must_use]
    pub fn open_offer(&self) -> Option<&str> {
        Some(&*self.pending).filter(|text| !text.is_empty())
    }

    /// We put the peer on hold. Only our own doing counts: if both hold, each ends its own (RFC 6337 §5.3).
    #[must_use]
    pub fn local_hold(&self) -> bool {
        !self.wanted.receives()
    }

    /// The peer put us on hold: it does not want to receive.
    #[must_use]
    pub fn remote_hold(&self) -> bool {
        self.remote_holds
    }

    /// This side's own wish, to be passed again when a later offer is answered.
    #[must_use]
    pub fn wanted(&self) -> Direction {
        self.wanted
    }

    /// Makes an offer: the first, a changed one, hold or resume.
    ///
    /// Lines of the exchange before stay in their places. `wanted` is this side's own wish: `SendOnly` holds,
    /// `SendRecv` resumes. If the peer holds already, our hold is offered as `inactive` (RFC 6337 §5.3).
    ///
    /// Errors: an offer is open.
    pub fn make_offer(
        &mut self,
        media: &LocalMedia<'_>,
        wanted: Direction,
    ) -> Result<&str, Refusal> {
        self.must_be_stable()?;
        let is_double_hold = wanted == Direction::SendOnly && self.remote_holds;
        let stated = if is_double_hold {
            Direction::Inactive
        } else {
            wanted
        };
        let tail = self.offer_tail(media, stated);
        self.pending = self.numbered(&tail);
        self.pending_wanted = wanted;
        self.state = State::OfferSent;
        Ok(&self.pending)
    }

    /// Offers the description in force again, unchanged: a session refresh.
    ///
    /// Errors: an offer is open, or nothing is in force.
    pub fn repeat_offer(&mut self) -> Result<&str, Refusal> {
        self.must_be_stable()?;
        if self.local.is_empty() {
            return Err(Refusal::NoOffer);
        }
        self.pending = self.local.clone();
        self.pending_wanted = self.wanted;
        self.state = State::OfferSent;
        Ok(&self.pending)
    }

    /// Takes the peer's offer; [`OfferAnswer::make_answer`], [`OfferAnswer::refuse_streams`] or
    /// [`OfferAnswer::on_rejected`] follows.
    ///
    /// Errors: an offer is open, or the text is no description.
    pub fn receive_offer(&mut self, offer: &[u8]) -> Result<(), Refusal> {
        self.must_be_stable()?;
        Session::parse(offer).map_err(Refusal::Malformed)?;
        self.pending = String::from_utf8_lossy(offer).into();
        self.state = State::OfferReceived;
        Ok(())
    }

    /// Answers the open offer of the peer.
    ///
    /// Errors: no offer, or no stream can be accepted; the session is then what it was before the offer.
    pub fn make_answer(
        &mut self,
        media: &LocalMedia<'_>,
        wanted: Direction,
    ) -> Result<&str, Refusal> {
        if self.state != State::OfferReceived {
            return Err(Refusal::NoOffer);
        }
        let offer = std::mem::take(&mut self.pending);
        self.state = State::Stable;
        self.answer(offer, media, wanted)
    }

    /// Takes the peer's offer and answers it at once.
    pub fn on_offer(
        &mut self,
        offer: &[u8],
        media: &LocalMedia<'_>,
        wanted: Direction,
    ) -> Result<&str, Refusal> {
        self.must_be_stable()?;
        self.answer(String::from_utf8_lossy(offer).into(), media, wanted)
    }

    /// Answers the open offer of the peer with every stream refused: for an offer that came in a response, which
    /// cannot be rejected (RFC 6337 §2.3). An offer of one's own, or the end of the call, is to follow.
    ///
    /// Errors: no offer.
    pub fn refuse_streams(&mut self, media: &LocalMedia<'_>) -> Result<&str, Refusal> {
        if self.state != State::OfferReceived {
            return Err(Refusal::NoOffer);
        }
        let offer = std::mem::take(&mut self.pending);
        self.state = State::Stable;
        let none = LocalMedia {
            audio_port: 0,
            ..*media
        };
        let session = Session::parse(offer.as_bytes()).map_err(Refusal::Malformed)?;
        let (tail, _) = self.answer_tail(&session, &none, self.wanted);
        self.local = self.numbered(&tail);
        self.remote = offer;
        self.remote_holds = false;
        Ok(&self.local)
    }

    /// Takes the answer to our offer.
    ///
    /// Errors: no offer of ours is open; or the answer cannot be used, and the session is then what it was before
    /// the offer. A description that follows the answer of the same exchange is refused with `NoOffer` and is to be
    /// ignored (RFC 6337 §3.1.1).
    pub fn on_answer(&mut self, answer: &[u8]) -> Result<(), Refusal> {
        if self.state != State::OfferSent {
            return Err(Refusal::NoOffer);
        }
        let offer = std::mem::take(&mut self.pending);
        self.state = State::Stable;
        let (offered, told) = check_answer(&offer, answer)?;
        if offered.sends() {
            self.remote_holds = !told.receives();
        }
        self.local = offer;
        self.remote = String::from_utf8_lossy(answer).into();
        self.wanted = self.pending_wanted;
        Ok(())
    }

    /// What an answer in an unreliable provisional response would mean; the offer stays open (RFC 6337 §3.1.1).
    pub fn preview(&self, answer: &[u8]) -> Result<Agreed, Refusal> {
        if self.state != State::OfferSent {
            return Err(Refusal::NoOffer);
        }
        check_answer(&self.pending, answer)?;
        agreed(self.pending.as_bytes(), answer).ok_or(Refusal::NotAcceptable)
    }

    /// The open offer, ours or theirs, came to nothing: the session goes on as before it.
    pub fn on_rejected(&mut self) {
        self.pending = Box::default();
        self.state = State::Stable;
    }

    /// What is in force; `None` before the first exchange and while the stream is refused or ended.
    #[must_use]
    pub fn agreed(&self) -> Option<Agreed> {
        agreed(self.local.as_bytes(), self.remote.as_bytes())
    }

    fn answer(
        &mut self,
        offer: Box<str>,
        media: &LocalMedia<'_>,
        wanted: Direction,
    ) -> Result<&str, Refusal> {
        let session = Session::parse(offer.as_bytes()).map_err(Refusal::Malformed)?;
        let (tail, accepted) = self.answer_tail(&session, media, wanted);
        // An offer without streams, or one that ends those there were, needs no common ground.
        let asks_for_nothing = session.media.iter().all(|line| line.port == 0)
            && (session.media.is_empty() || !self.local.is_empty());
        if accepted.is_none() && !asks_for_nothing {
            return Err(Refusal::NotAcceptable);
        }
        let remote_holds = accepted.is_some_and(|offered| {
            // When we hold as hard as we can, the peer's own wish does not show.
            let is_telling = wanted != Direction::Inactive || offered != Direction::Inactive;
            if is_telling {
                !offered.receives()
            } else {
                self.remote_holds
            }
        });
        self.local = self.numbered(&tail);
        self.remote = offer;
        self.wanted = wanted;
        self.remote_holds = remote_holds;
        Ok(&self.local)
    }

    fn must_be_stable(&self) -> Result<(), Refusal> {
        match self.state {
            State::Stable => Ok(()),
            State::OfferSent => Err(Refusal::OwnOfferOpen),
            State::OfferReceived => Err(Refusal::TheirOfferOpen),
        }
    }

    /// Puts the beginning before a tail: with the version in force if nothing changed, else with the next.
    fn numbered(&mut self, tail: &str) -> Box<str> {
        if self.local.ends_with(tail) {
            return self.local.clone();
        }
        self.version += 1;
        format!("v=0\r\no=- {} {}{tail}", self.session_id, self.version).into()
    }

    /// The description after the version number, up to the first `m=`.
    fn tail_head(&mut self, media: &LocalMedia<'_>, times: &str) -> String {
        let origin = *self.origin.get_or_insert(media.address);
        let mut out = String::with_capacity(320);
        let _ = write!(
            out,
            " IN {} {origin}\r\ns=-\r\nc=IN {} {}\r\n{times}",
            addr_type(origin),
            addr_type(media.address),
            media.address
        );
        out
    }

    fn offer_tail(&mut self, media: &LocalMedia<'_>, wanted: Direction) -> String {
        let mut tail = self.tail_head(media, "t=0 0\r\n");
        let before = Session::parse(self.local.as_bytes()).ok();
        let lines = before.as_ref().map_or(&[][..], |before| &before.media);
        let is_audio = |line: &Media<'_>| line.kind == "audio";
        // A line that was refused before may be used anew, but never removed (RFC 3264 §8).
        let slot = lines
            .iter()
            .position(|line| is_audio(line) && line.port != 0)
            .or_else(|| lines.iter().position(is_audio));
        for (index, line) in lines.iter().enumerate() {
            if slot == Some(index) {
                let proto = if is_rtp(&line.proto) {
                    &*line.proto
                } else {
                    "RTP/AVP"
                };
                write_audio(
                    &mut tail,
                    media,
                    proto,
                    &codecs_to_offer(media, Some(line)),
                    wanted,
                );
            } else {
                write_refused(&mut tail, line);
            }
        }
        if slot.is_none() {
            write_audio(
                &mut tail,
                media,
                "RTP/AVP",
                &codecs_to_offer(media, None),
                wanted,
            );
        }
        tail
    }

    /// The answer after its version number, and the direction that the accepted line offered.
    fn answer_tail(
        &mut self,
        offer: &Session<'_>,
        media: &LocalMedia<'_>,
        wanted: Direction,
    ) -> (String, Option<Direction>) {
        let mut times = String::new();
        for time in &offer.times {
            let _ = write!(times, "t={} {}\r\n", time.start, time.stop);
        }
        // The answer's times are the offer's (RFC 3264 §6).
        let mut tail = self.tail_head(
            media,
            if times.is_empty() {
                "t=0 0\r\n"
            } else {
                &times
            },
        );
        let mut accepted = None;
        for line in &offer.media {
            let may_be_taken = accepted.is_none()
                && media.audio_port != 0
                && is_open(line)
                && line.kind == "audio"
                && is_rtp(&line.proto);
            let common = if may_be_taken {
                codecs_in_common(media, line)
            } else {
                Vec::new()
            };
            if !common.iter().any(|(codec, _)| !codec.is_auxiliary()) {
                write_refused(&mut tail, line);
                continue;
            }
            let offered = effective_direction(offer, line);
            accepted = Some(offered);
            let direction = offered.mirrored().and(wanted);
            write_audio(&mut tail, media, &line.proto, &common, direction);
        }
        (tail, accepted)
    }
}

fn addr_type(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "IP4" } else { "IP6" }
}

/// Whether there is a port to send to.
fn is_open(line: &Media<'_>) -> bool {
    (1..=u32::from(u16::MAX)).contains(&line.port)
}

fn is_rtp(proto: &str) -> bool {
    proto.eq_ignore_ascii_case("RTP/AVP") || proto.eq_ignore_ascii_case("RTP/AVPF")
}

/// What a description says about a stream, with hold by address (RFC 3264 §8.4, RFC 6337 §5.4) counted in.
fn effective_direction(session: &Session<'_>, line: &Media<'_>) -> Direction {
    let stated = session.direction(line);
    Direction::new(
        stated.sends(),
        stated.receives() && !session.is_held_by_address(line),
    )
}

/// The codecs with the payload numbers to offer: numbers and order of the line before stay (RFC 3264 §8.3.2).
fn codecs_to_offer<'m>(media: &LocalMedia<'m>, before: Option<&Media<'_>>) -> Vec<(&'m Codec, u8)> {
    let mut offered = before.map_or_else(Vec::new, |line| codecs_in_common(media, line));
    for codec in media.codecs {
        if offered.iter().any(|(known, _)| *known == codec) {
            continue;
        }
        let is_free = |number: &u8| {
            let is_used = offered.iter().any(|(_, used)| used == number);
            // A number once bound to another encoding is not bound anew.
            let is_bound = before
                .and_then(|line| line.rtpmap(*number))
                .is_some_and(|map| !codec.is(&map));
            !is_used && !is_bound
        };
        if let Some(payload) = std::iter::once(codec.payload).chain(96..=127).find(is_free) {
            offered.push((codec, payload));
        }
    }
    offered
}

/// The codecs of a line that are ours as well, in the line's order and under its numbers (RFC 3264 §6.1).
fn codecs_in_common<'m>(media: &LocalMedia<'m>, line: &Media<'_>) -> Vec<(&'m Codec, u8)> {
    let mut common: Vec<(&Codec, u8)> = Vec::new();
    for map in line.rtpmaps() {
        let is_new = common.iter().all(|&(_, payload)| payload != map.payload);
        if let Some(codec) = media.codecs.iter().find(|codec| is_new && codec.is(&map)) {
            common.push((codec, map.payload));
        }
    }
    common
}

fn write_audio(
    out: &mut String,
    media: &LocalMedia<'_>,
    proto: &str,
    codecs: &[(&Codec, u8)],
    direction: Direction,
) {
    let _ = write!(out, "m=audio {} {proto}", media.audio_port);
    for (_, payload) in codecs {
        let _ = write!(out, " {payload}");
    }
    out.push_str("\r\n");
    if let Some(kbps) = media.bandwidth_kbps {
        let _ = write!(out, "b=AS:{kbps}\r\n");
    }
    for (codec, payload) in codecs {
        let _ = write!(
            out,
            "a=rtpmap:{payload} {}/{}",
            codec.encoding, codec.clock_rate
        );
        if codec.channels > 1 {
            let _ = write!(out, "/{}", codec.channels);
        }
        out.push_str("\r\n");
        if let Some(fmtp) = &codec.fmtp {
            let _ = write!(out, "a=fmtp:{payload} {fmtp}\r\n");
        }
    }
    if let Some(ptime) = media.ptime {
        let _ = write!(out, "a=ptime:{ptime}\r\n");
    }
    let _ = write!(out, "a={direction}\r\n");
}

/// A line that is not taken keeps its place with port 0 (RFC 3264 §6).
fn write_refused(out: &mut String, line: &Media<'_>) {
    let _ = write!(out, "m={} 0 {}", line.kind, line.proto);
    for format in &line.formats {
        let _ = write!(out, " {format}");
    }
    out.push_str("\r\n");
}

/// The direction that our offer stated and the one the answer states; [`Refusal`] if they do not go together.
fn check_answer(offer: &str, answer: &[u8]) -> Result<(Direction, Direction), Refusal> {
    let answer = Session::parse(answer).map_err(Refusal::Malformed)?;
    let offer = Session::parse(offer.as_bytes()).map_err(Refusal::Malformed)?;
    if answer.media.len() != offer.media.len() {
        return Err(Refusal::Mismatch("another number of m= lines"));
    }
    let mut pairs = offer.media.iter().zip(&answer.media);
    if pairs.any(|(ours, theirs)| !ours.kind.eq_ignore_ascii_case(&theirs.kind)) {
        return Err(Refusal::Mismatch("m= lines of other kinds"));
    }
    let taken = |(ours, theirs): &(&Media<'_>, &Media<'_>)| is_open(ours) && is_open(theirs);
    let Some((ours, theirs)) = offer.media.iter().zip(&answer.media).find(taken) else {
        // Offering nothing (all ports 0) is answered by nothing.
        return if offer.media.iter().all(|line| line.port == 0) {
            Ok((Direction::Inactive, Direction::Inactive))
        } else {
            Err(Refusal::NotAcceptable)
        };
    };
    if first_common(ours, theirs).is_none() {
        return Err(Refusal::Mismatch("no format of the offer"));
    }
    Ok((offer.direction(ours), effective_direction(&answer, theirs)))
}

/// The first speech encoding of their line that is also in ours.
fn first_common(ours: &Media<'_>, theirs: &Media<'_>) -> Option<RtpMap<'static>> {
    let is_ours = |map: &RtpMap<'_>| {
        ours.rtpmaps()
            .any(|own| own.is_same_encoding(&map.encoding, map.clock_rate, map.channels))
    };
    let is_speech = |map: &RtpMap<'_>| {
        !["telephone-event", "CN", "red"]
            .iter()
            .any(|name| map.encoding.eq_ignore_ascii_case(name))
    };
    let map = theirs
        .rtpmaps()
        .find(|map| is_speech(map) && is_ours(map))?;
    let encoding = Cow::Owned(map.encoding.into_owned());
    let (payload, clock_rate, channels) = (map.payload, map.clock_rate, map.channels);
    Some(RtpMap {
        payload,
        encoding,
        clock_rate,
        channels,
    })
}

fn agreed(local: &[u8], remote: &[u8]) -> Option<Agreed> {
    let (local, remote) = (Session::parse(local).ok()?, Session::parse(remote).ok()?);
    let taken = |(ours, theirs): &(&Media<'_>, &Media<'_>)| is_open(ours) && is_open(theirs);
    let (ours, theirs) = local.media.iter().zip(&remote.media).find(taken)?;
    let tones = |map: &RtpMap<'_>| map.encoding.eq_ignore_ascii_case("telephone-event");
    let has_tones = ours.rtpmaps().any(|map| tones(&map));
    Some(Agreed {
        address: remote.connection_of(theirs)?.address.clone().into_owned(),
        port: u16::try_from(theirs.port).ok()?,
        rtcp_port: theirs.rtcp_port(),
        direction: local
            .direction(ours)
            .and(effective_direction(&remote, theirs).mirrored()),
        codec: first_common(ours, theirs)?,
        telephone_event: theirs
            .rtpmaps()
            .find(|map| has_tones && tones(map))
            .map(|map| map.payload),
        ptime: theirs.ptime(),
    })
}
