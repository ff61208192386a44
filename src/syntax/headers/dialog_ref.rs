//! Headers that name a dialog: Replaces (RFC 3891), Join (RFC 3911), Target-Dialog (RFC 4538).

use super::TypedHeader;
use crate::syntax::chars;
use crate::syntax::error::ParseError;
use crate::syntax::header_id::HeaderId;
use crate::syntax::params::Params;

macro_rules! dialog_reference {
    ($($(#[$doc:meta])* $name:ident, $local:literal, $remote:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub struct $name<'a> {
            /// The dialog's Call-ID.
            pub call_id: &'a str,
            /// The tag of the side that receives this.
            pub local_tag: &'a str,
            /// The tag of its peer.
            pub remote_tag: &'a str,
            /// All parameters.
            pub params: Params<'a>,
        }

        impl<'a> TypedHeader<'a> for $name<'a> {
            const ID: HeaderId = HeaderId::$name;

            fn parse_value(text: &'a str) -> Result<Self, ParseError> {
                let (call_id, params) = call_id_and_params(text)?;
                let tag = |name| {
                    params.get(name).filter(|tag| !tag.is_empty()).ok_or(ParseError::new("missing tag", text.len()))
                };
                Ok(Self { call_id, local_tag: tag($local)?, remote_tag: tag($remote)?, params })
            }
        }
    )*};
}

dialog_reference! {
    /// The dialog that an INVITE takes the place of.
    Replaces, "to-tag", "from-tag";
    /// The dialog that an INVITE joins.
    Join, "to-tag", "from-tag";
    /// The dialog whose knowledge authorises a request.
    TargetDialog, "local-tag", "remote-tag";
}

impl Replaces<'_> {
    /// Whether only an early dialog may be replaced.
    #[must_use]
    pub fn is_early_only(&self) -> bool {
        self.params.has("early-only")
    }
}

fn call_id_and_params(text: &str) -> Result<(&str, Params<'_>), ParseError> {
    let text = chars::trimmed(text);
    let end = chars::find_byte(text.as_bytes(), 0, b';');
    let call_id = chars::trimmed(&text[..end]);
    if call_id.is_empty() || call_id.contains([' ', '\t']) {
        return Err(ParseError::new("malformed Call-ID", 0));
    }
    Ok((
        call_id,
        Params::parse(&text[end..]).map_err(|error| error.within(end))?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_needs_both_tags() {
        let replaces =
            Replaces::parse_value("425928@bobster.example ;to-tag=7743;from-tag=6472;early-only")
                .unwrap();
        assert_eq!(replaces.call_id, "425928@bobster.example");
        assert_eq!((replaces.local_tag, replaces.remote_tag), ("7743", "6472"));
        assert!(replaces.is_early_only());
        assert!(Replaces::parse_value("a;to-tag=1").is_err());
        assert!(Replaces::parse_value(";to-tag=1;from-tag=2").is_err());
        let target = TargetDialog::parse_value("x;local-tag=l;remote-tag=r").unwrap();
        assert_eq!((target.local_tag, target.remote_tag), ("l", "r"));
    }
}
