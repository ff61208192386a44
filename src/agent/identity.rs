//! Who an account is: checks of the texts that its From, Contact, Route and credentials are made of.

use crate::auth::{Credential, CredentialStore, Hash, Hex, Secret};
use crate::syntax::{Contact, NameAddr, Params, Scheme, Uri, headers::TypedHeader, params};
use crate::transaction::ContactDraft;
use crate::usage::Account;

use super::command::CREDENTIALS_HA1;
use super::{Code, Credentials, ProfileOptions, Refusal};

/// RTC_TRANSPORT_….
pub(super) const UDP: u32 = 1;
pub(super) const TCP: u32 = 2;
pub(super) const TLS: u32 = 4;
const WS: u32 = 8;
const WSS: u32 = 16;
/// RTC_REGISTER_ALL.
pub(super) const REGISTER_ALL: u32 = 15;
/// Most contacts that are registered along with our own.
const MAX_CONTACTS: usize = 8;
/// Most proxies of an account.
const MAX_PROXIES: usize = 16;

/// Whether the text is a SIP, SIPS or TEL URI that can stand in From and To.
pub(super) fn check_aor(text: &str) -> Result<(), Refusal> {
    let refused = |why: String| Refusal::new(Code::InvalidSipUrl, why);
    let parsed = Uri::parse(text).map_err(|fault| refused(format!("URI `{text}`: {fault}")))?;
    let known = ["sip", "sips", "tel"];
    if !known
        .iter()
        .any(|known| parsed.scheme_name.eq_ignore_ascii_case(known))
    {
        return Err(refused(format!("`{text}` is no sip:, sips: or tel: URI")));
    }
    if parsed.headers.is_some() {
        return Err(refused(format!(
            "`{text}` brings headers along, which is not taken"
        )));
    }
    // It will stand between angle brackets in a header line.
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"'))
    {
        return Err(refused(format!(
            "`{}` has characters that no URI has",
            text.escape_debug()
        )));
    }
    Ok(())
}

/// Who we are with that address of record.
pub(super) fn account_of(aor: &str, display_name: &str) -> Account {
    let user = Uri::parse(aor)
        .ok()
        .and_then(|aor| aor.user)
        .unwrap_or_default();
    Account {
        aor: aor.into(),
        from: name_addr(aor, display_name).into(),
        contact: ContactDraft {
            user: user.into(),
            ..ContactDraft::default()
        },
        ..Account::default()
    }
}

/// `"Alice" <sip:alice@example.com>`; control characters of the name become spaces.
pub(super) fn name_addr(uri: &str, display_name: &str) -> String {
    if display_name.is_empty() {
        return format!("<{uri}>");
    }
    let clean: String = display_name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("{} <{uri}>", params::quote(&clean))
}

/// The preloaded Route of a comma list of URIs or addresses; each becomes a loose route.
pub(super) fn routes(list: &str) -> Result<Vec<Box<str>>, Refusal> {
    let mut routes = Vec::new();
    for item in params::list(list)
        .map(str::trim)
        .filter(|item| !item.is_empty())
    {
        let address = NameAddr::parse(item).map_err(|fault| {
            Refusal::new(Code::InvalidSipUrl, format!("proxy `{item}`: {fault}"))
        })?;
        // An addr-spec without brackets keeps its parameters for itself here: nobody writes header parameters there.
        let text = if item.contains('<') {
            address.uri
        } else {
            item
        };
        check_aor(text)?;
        let parsed = Uri::parse(text).map_err(|fault| {
            Refusal::new(Code::InvalidSipUrl, format!("proxy `{item}`: {fault}"))
        })?;
        if !parsed.is_sip() {
            return Err(Refusal::new(
                Code::InvalidSipUrl,
                "a proxy is a sip: or sips: URI",
            ));
        }
        let loose = if parsed.is_loose() { "" } else { ";lr" };
        routes.push(format!("<{text}{loose}>").into());
        if routes.len() > MAX_PROXIES {
            return Err(Refusal::new(
                Code::Limit,
                "an account has at most 16 proxies",
            ));
        }
    }
    Ok(routes)
}

/// The registrar's URI: as given, else the domain of the address of record.
pub(super) fn registrar(options: &ProfileOptions) -> Result<Option<String>, Refusal> {
    let mut text = if options.registrar.is_empty() {
        let aor = Uri::parse(&options.uri)
            .map_err(|fault| Refusal::new(Code::InvalidSipUrl, format!("URI: {fault}")))?;
        if !aor.is_sip() {
            return Ok(None);
        }
        format!("{}:{}", aor.scheme_name, aor.host_port())
    } else {
        check_aor(&options.registrar)?;
        options.registrar.to_string()
    };
    let parsed = Uri::parse(&text)
        .map_err(|fault| Refusal::new(Code::InvalidSipUrl, format!("registrar: {fault}")))?;
    if !parsed.is_sip() {
        return Err(Refusal::new(
            Code::InvalidSipUrl,
            "the registrar is a sip: or sips: URI",
        ));
    }
    // UDP, or nothing said: the RFC 3263 walk chooses. Else the first of these that is allowed; TLS is what sips means.
    if options.transports & UDP == 0 && parsed.param("transport").is_none() {
        let allowed = [
            (TCP, ";transport=tcp"),
            (TLS, ";transport=tls"),
            (WSS, ";transport=wss"),
            (WS, ";transport=ws"),
        ]
        .into_iter()
        .filter(|(bit, _)| options.transports & bit != 0)
        .find(|(bit, _)| parsed.scheme != Scheme::Sips || bit & (TLS | WSS) != 0);
        match allowed {
            Some((TLS, _)) if parsed.scheme == Scheme::Sips => {}
            Some((_, parameter)) => text.push_str(parameter),
            None => {}
        }
    }
    Ok(Some(text))
}

/// The parameters that follow our Contact, and further Contacts that are registered along with it, behind a comma each.
pub(super) fn contact_params(text: &str) -> Result<(&str, Vec<Box<str>>), Refusal> {
    let refused = || {
        Refusal::new(
            Code::InvalidArgument,
            "contact parameters are `;name=value`, each with its semicolon; further contacts follow behind commas",
        )
    };
    let text = text.trim();
    if text.contains(|c: char| c.is_control()) {
        return Err(refused());
    }
    let mut items = params::list(text).map(str::trim).peekable();
    let own = match items.peek().copied() {
        Some(first) if first.starts_with(';') || first.is_empty() => {
            items.next();
            first
        }
        _ => "",
    };
    if !own.is_empty() {
        Params::parse(own).map_err(|_| refused())?;
        Contact::parse_value(&format!("<sip:a@b>{own}")).map_err(|_| refused())?;
    }
    let mut also = Vec::new();
    for item in items.filter(|item| !item.is_empty()) {
        let contact = Contact::parse_value(item).map_err(|_| refused())?;
        if !item.starts_with('<') && !item.starts_with('"')
            || !Uri::parse(contact.uri()).is_ok_and(|uri| uri.headers.is_none())
            // They come and go with our own.
            || contact.params().has("expires")
        {
            return Err(refused());
        }
        also.push(item.into());
        if also.len() > MAX_CONTACTS {
            return Err(Refusal::new(
                Code::Limit,
                "an account has at most 8 further contacts",
            ));
        }
    }
    Ok((own, also))
}

/// What the flags of enabling announce as methods of our Contact (RFC 3840 §9).
pub(super) fn methods(flags: u32) -> String {
    if flags == 0 || flags == REGISTER_ALL {
        return String::new();
    }
    let mut methods: Vec<&str> = Vec::new();
    for (bit, names) in [
        (1, &["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS"][..]),
        (2, &["MESSAGE", "INFO", "BYE"]),
        (4, &["SUBSCRIBE"]),
        (8, &["NOTIFY"]),
    ] {
        if flags & bit != 0 {
            for name in names {
                if !methods.contains(name) {
                    methods.push(name);
                }
            }
        }
    }
    format!(";methods=\"{}\"", methods.join(","))
}

/// A user name and secret in the form that challenges are answered with.
pub(super) fn credential(given: &Credentials, default_user: &str) -> Result<Credential, Refusal> {
    let user = if given.user.is_empty() {
        default_user
    } else {
        &*given.user
    };
    let secret = if given.flags & CREDENTIALS_HA1 != 0 {
        let hash = if given.secret.len() == 32 {
            Hash::Md5
        } else {
            Hash::Sha256
        };
        let digits = Hex::parse(&given.secret, hash).ok_or_else(|| {
            Refusal::new(Code::InvalidArgument, "HA1 is 32 or 64 hexadecimal digits")
        })?;
        Secret::Ha1 { hash, digits }
    } else {
        Secret::Password(given.secret.to_string())
    };
    let credential = Credential {
        realm: (!given.realm.is_empty()).then(|| given.realm.to_string()),
        user: user.to_owned(),
        secret,
    };
    if !CredentialStore::new().set(credential.clone()) {
        return Err(Refusal::new(
            Code::InvalidArgument,
            "user or realm has a character that no header can carry",
        ));
    }
    Ok(credential)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_list_becomes_loose_routes() {
        let routes =
            routes("sip:p1.example.com;transport=tcp, <sip:p2.example.com;lr>").expect("valid");
        assert_eq!(&*routes[0], "<sip:p1.example.com;transport=tcp;lr>");
        assert_eq!(&*routes[1], "<sip:p2.example.com;lr>");
        assert_eq!(
            super::routes("tel:123").expect_err("no proxy").code,
            Code::InvalidSipUrl
        );
        assert_eq!(
            super::routes("p1 p2").expect_err("no proxy").code,
            Code::InvalidSipUrl
        );
    }

    #[test]
    fn addresses_that_could_break_a_line_are_refused() {
        for text in [
            "",
            "alice",
            "sip:",
            "http://a",
            "sip:a@b\r\nX: y",
            "sip:a@b>",
            "sip:a@b?X=y",
            "sip:a b@c",
        ] {
            assert_eq!(
                check_aor(text).expect_err(text).code,
                Code::InvalidSipUrl,
                "{text:?}"
            );
        }
        for text in [
            "sip:alice@example.com",
            "sips:a@[::1]:5061",
            "tel:+123",
            "SIP:a@b;transport=tcp",
        ] {
            assert!(check_aor(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn display_names_are_quoted() {
        let account = account_of("sip:a@b", "A \"B\"\r\nX: y");
        assert_eq!(&*account.from, "\"A \\\"B\\\"  X: y\" <sip:a@b>");
        assert_eq!(&*account.contact.user, "a");
    }

    #[test]
    fn flags_of_enabling_announce_methods() {
        assert_eq!(methods(15), "");
        assert_eq!(
            methods(3),
            ";methods=\"INVITE,ACK,CANCEL,BYE,OPTIONS,MESSAGE,INFO\""
        );
    }

    #[test]
    fn contact_parameters_begin_with_a_semicolon_and_cannot_end_the_line() {
        assert!(contact_params(";+sip.foo=\"<x>\";q=0.5").is_ok());
        let (own, also) = contact_params(";q=0.5, <sip:desk@b>;q=0.2,\"A, B\" <sip:c@d>")
            .expect("two further contacts");
        assert_eq!(own, ";q=0.5");
        assert_eq!(
            also,
            ["<sip:desk@b>;q=0.2".into(), "\"A, B\" <sip:c@d>".into()]
        );
        assert_eq!(contact_params(",<sip:a@b>").map(|(own, _)| own), Ok(""));
        for text in [
            "q=1",
            ";a\r\nX: y",
            ";a=\"",
            ", sip:bare@b",
            ";a=1,*",
            ";a=1,<sip:b@c?To=x>",
            ",<sip:b@c>;expires=60",
        ] {
            assert!(contact_params(text).is_err(), "{text:?}");
        }
    }
}
