//! The media side of a call: who makes descriptions, and what was agreed (RFC 3264 through `sdp`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::sdp::{Agreed, Direction, LocalMedia, OfferAnswer, Refusal, State};
use crate::syntax::Message;

use super::Cx;

/// Why a description was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MediaFault {
    /// It is no description of a known type, or not readable.
    Unreadable,
    /// Nothing in common.
    NothingCommon,
}

/// Descriptions of one call.
#[derive(Clone, Debug)]
pub enum Media {
    /// Made here: G.711 audio with telephone events.
    Audio {
        /// What was offered and answered.
        negotiation: Box<OfferAnswer>,
        /// Where we would take media.
        address: IpAddr,
        /// RTP port.
        port: u16,
        /// We hold the peer.
        held: bool,
        /// A hold is said in the form of RFC 2543 too: with an address of zeros (RFC 3264 §8.4).
        old_hold: bool,
    },
    /// Made by the application.
    Application {
        /// Type of both descriptions.
        content_type: Box<str>,
        /// Ours.
        local: Box<[u8]>,
        /// The peer's.
        remote: Box<[u8]>,
    },
}

/// The type of descriptions made here.
pub const SDP: &str = "application/sdp";

impl Media {
    /// Audio at an address of ours.
    #[must_use]
    pub fn audio(cx: &mut Cx, address: IpAddr) -> Self {
        let port = cx.rtp_port();
        let id = cx.entropy.number() >> 20;
        Self::Audio {
            negotiation: Box::new(OfferAnswer::new(id)),
            address,
            port,
            held: false,
            old_hold: false,
        }
    }

    /// Whether a hold of ours has an address of zeros, for peers that know no directions.
    pub fn set_old_hold(&mut self, old: bool) {
        if let Self::Audio { old_hold, .. } = self {
            *old_hold = old;
        }
    }

    /// The application's own description.
    #[must_use]
    pub fn application(content_type: &str, local: &[u8]) -> Self {
        Self::Application {
            content_type: content_type.into(),
            local: local.into(),
            remote: Box::default(),
        }
    }

    /// Where we take media; none for descriptions of the application's.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Audio { address, .. } => Some(*address),
            Self::Application { .. } => None,
        }
    }

    /// Where our media are, when the descriptions are made here.
    pub(super) fn address_mut(&mut self) -> Option<&mut IpAddr> {
        match self {
            Self::Audio { address, .. } => Some(address),
            Self::Application { .. } => None,
        }
    }

    /// The type of our descriptions.
    #[must_use]
    pub fn content_type(&self) -> &str {
        match self {
            Self::Audio { .. } => SDP,
            Self::Application { content_type, .. } => content_type,
        }
    }

    /// Our offer; `hold` as wished.
    pub fn offer(&mut self, hold: bool) -> Vec<u8> {
        match self {
            Self::Audio {
                negotiation,
                address,
                port,
                old_hold,
                ..
            } => {
                let direction = if hold {
                    Direction::SendOnly
                } else {
                    Direction::SendRecv
                };
                let address = match (hold && *old_hold, address.is_ipv4()) {
                    (false, _) => *address,
                    (true, true) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                    (true, false) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
                };
                // An offer of ours that is still open was never answered: it is taken back first.
                negotiation.on_rejected();
                let offer = negotiation.make_offer(&LocalMedia::new(address, *port), direction);
                offer
                    .map(|offer| offer.as_bytes().to_vec())
                    .unwrap_or_default()
            }
            Self::Application { local, .. } => local.to_vec(),
        }
    }

    /// Our answer to the peer's offer. The call's present hold goes on.
    pub fn answer(&mut self, offer: &[u8]) -> Result<Vec<u8>, MediaFault> {
        match self {
            Self::Audio {
                negotiation,
                address,
                port,
                held,
                ..
            } => {
                let direction = if *held {
                    Direction::SendOnly
                } else {
                    Direction::SendRecv
                };
                match negotiation.on_offer(offer, &LocalMedia::new(*address, *port), direction) {
                    Ok(answer) => Ok(answer.as_bytes().to_vec()),
                    Err(Refusal::Malformed(_)) => Err(MediaFault::Unreadable),
                    Err(_) => Err(MediaFault::NothingCommon),
                }
            }
            Self::Application { local, remote, .. } => {
                *remote = offer.into();
                Ok(local.to_vec())
            }
        }
    }

    /// Refuses every stream of an offer that came where it cannot be rejected (RFC 6337 §2.3).
    pub fn refuse_all(&mut self, offer: &[u8]) -> Result<Vec<u8>, MediaFault> {
        match self {
            Self::Audio {
                negotiation,
                address,
                port,
                ..
            } => {
                negotiation.on_rejected();
                let media = LocalMedia::new(*address, *port);
                negotiation
                    .receive_offer(offer)
                    .and_then(|()| negotiation.refuse_streams(&media))
                    .map(|answer| answer.as_bytes().to_vec())
                    .map_err(|_| MediaFault::Unreadable)
            }
            Self::Application { .. } => Err(MediaFault::NothingCommon),
        }
    }

    /// Whether a message carries a description of this call's type.
    #[must_use]
    pub fn describes(&self, message: &Message) -> bool {
        super::body::description(message, self.content_type()).is_some()
    }

    /// Whether the descriptions are made here.
    #[must_use]
    pub fn is_audio(&self) -> bool {
        matches!(self, Self::Audio { .. })
    }

    /// The peer's answer to our offer.
    pub fn on_answer(&mut self, message: &Message, hold: bool) -> Result<(), MediaFault> {
        let answer = super::body::description(message, self.content_type())
            .unwrap_or_else(|| message.body());
        match self {
            Self::Audio {
                negotiation, held, ..
            } => {
                negotiation
                    .on_answer(answer)
                    .map_err(|_| MediaFault::Unreadable)?;
                *held = hold;
            }
            Self::Application { remote, .. } => *remote = answer.into(),
        }
        Ok(())
    }

    /// Our offer was refused: all stays as it was (RFC 3261 §14.1).
    pub fn on_refused(&mut self) {
        if let Self::Audio { negotiation, .. } = self {
            negotiation.on_rejected();
        }
    }

    /// Takes a description of the application's, which makes the media its own from then on; what it was before.
    pub fn take_application(&mut self, content_type: &str, body: &[u8]) -> Self {
        let mut now = Self::application(content_type, body);
        if let Self::Application { remote, .. } = &mut now {
            *remote = self.remote_description().as_bytes().into();
        }
        std::mem::replace(self, now)
    }

    /// Where and how media flows, once it is agreed.
    #[must_use]
    pub fn agreed(&self) -> Option<Agreed> {
        match self {
            Self::Audio { negotiation, .. } => negotiation.agreed(),
            Self::Application { .. } => None,
        }
    }

    /// Our last description.
    #[must_use]
    pub fn local_description(&self) -> &str {
        match self {
            // Before the first answer it is the offer that counts: media may come by it (RFC 3264 §5.1).
            Self::Audio { negotiation, .. } => negotiation
                .local_description()
                .or_else(|| {
                    Some(negotiation)
                        .filter(|negotiation| negotiation.state() == State::OfferSent)
                        .and_then(|negotiation| negotiation.open_offer())
                })
                .unwrap_or_default(),
            Self::Application { local, .. } => std::str::from_utf8(local).unwrap_or_default(),
        }
    }

    /// The peer's last description.
    #[must_use]
    pub fn remote_description(&self) -> &str {
        match self {
            Self::Audio { negotiation, .. } => negotiation.remote_description().unwrap_or_default(),
            Self::Application { remote, .. } => std::str::from_utf8(remote).unwrap_or_default(),
        }
    }

    /// The peer holds us.
    #[must_use]
    pub fn remote_hold(&self) -> bool {
        matches!(self, Self::Audio { negotiation, .. } if negotiation.remote_hold())
    }

    /// We hold the peer.
    #[must_use]
    pub fn local_hold(&self) -> bool {
        matches!(self, Self::Audio { held: true, .. })
    }
}
