//! Profiles: an account, its registration and its published state, as the application sees them (`IRTCProfile`).
//!
//! The XML form is read by `profile_xml`; what goes over the network is `usage::Registration` and `usage::Publication`.

use crate::auth::{
    Authorizer, Credential, CredentialStore, Hash, Hex, Refusal as AuthRefusal, Secret,
};
use crate::base::{Key, Time};
use crate::syntax::{Contact, Message, NameAddr, Params, Uri, headers::TypedHeader, params, uri};
use crate::transaction::{ClientKey, ContactDraft, Failure};
use crate::transport::Flow;
use crate::usage::register::{Change, Wanted};
use crate::usage::{Account, Outcome, Owner, Publication, Registration, Role};

use super::command::{CREDENTIALS_HA1, PROFILE_NO_EXPIRES, PROFILE_STRONGEST_DIGEST};
use super::profile_xml::{ProfileXml, Protocol, Server};
use super::session_events::failure_code;
use super::{
    Agent, Code, Credentials, Details, Event, EventType, Kind, Object, ObjectRef, ProfileOptions,
    Refusal, RegistrationState, Status, Verdict, properties,
};

/// Registration time when none is given, in seconds.
pub(super) const EXPIRES: u32 = 3600;
/// Most proxies of an account.
const MAX_PROXIES: usize = 16;
/// Most profiles of a client.
const MAX_PROFILES: usize = 100_000;

/// RTC_TRANSPORT_UDP and RTC_TRANSPORT_TCP.
const UDP: u32 = 1;
const TCP: u32 = 2;
/// RTCAU_DIGEST.
const DIGEST: u32 = 2;
/// RTC_REGISTER_ALL.
const REGISTER_ALL: u32 = 15;

/// An account.
#[derive(Debug)]
pub struct Profile {
    object: ObjectRef,
    pub(super) account: Account,
    enabled: bool,
    registration: Registration,
    /// Registering is possible: there is a registrar.
    has_registrar: bool,
    pub(super) publications: Vec<Publication>,
    pub(super) publication_count: u32,
    /// Credentials of this profile alone; those of the client stand behind them in `account`.
    own_credentials: Vec<Credential>,
    facts: Facts,
    /// Contact parameters of REGISTER that do not depend on the flags it is enabled with.
    instance: Box<str>,
}

/// What can be read of a profile and does not change.
#[derive(Clone, Debug, Default)]
struct Facts {
    key: Box<str>,
    name: Box<str>,
    xml: Box<str>,
    display_name: Box<str>,
    user: Box<str>,
    realm: Box<str>,
    allowed_auth: u32,
    server: Box<str>,
    transports: u32,
    session_types: u32,
}

impl Profile {
    pub(super) fn object(&self) -> &ObjectRef {
        &self.object
    }

    /// Whether the registrar knows us.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.object.state() == RegistrationState::Registered.number()
    }

    /// Whether nothing is on its way nor planned.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.registration.is_idle() && self.publications.is_empty()
    }

    /// The readable values.
    #[must_use]
    pub fn details(&self) -> Details {
        let (mut details, facts) = (Details::default(), &self.facts);
        details.text(properties::PROFILE_KEY, facts.key.clone());
        details.text(properties::PROFILE_NAME, facts.name.clone());
        details.text(properties::PROFILE_XML, facts.xml.clone());
        details.text(properties::PROFILE_USER_URI, self.account.aor.clone());
        details.text(properties::PROFILE_USER_NAME, facts.display_name.clone());
        details.text(properties::PROFILE_USER_ACCOUNT, facts.user.clone());
        details.text(properties::PROFILE_REALM, facts.realm.clone());
        details.int(properties::PROFILE_ALLOWED_AUTH, facts.allowed_auth);
        details.text(properties::PROFILE_SERVER, facts.server.clone());
        details.int(properties::PROFILE_TRANSPORT, facts.transports);
        details.int(
            properties::PROFILE_SESSION_CAPABILITIES,
            facts.session_types,
        );
        details.int(properties::PROFILE_EXPIRES, self.registration.granted());
        if !self.registration.contact().is_empty() {
            details.text(
                properties::PROFILE_REGISTERED_CONTACT,
                self.registration.contact(),
            );
        }
        details
    }

    fn state(&self) -> RegistrationState {
        RegistrationState::from_number(self.object.state())
            .unwrap_or(RegistrationState::NotRegistered)
    }

    /// Credentials of the client, and over them those of the profile.
    fn join_credentials(&mut self, client: &CredentialStore) {
        let mut store = client.clone();
        for credential in &self.own_credentials {
            // The same was accepted when it was set; only a full store could refuse it, and then the client's stay.
            store.set(credential.clone());
        }
        self.account.credentials = store;
    }
}

/// Whether the text is a SIP, SIPS or TEL URI that can stand in From and To.
pub fn check_aor(text: &str) -> Result<(), Refusal> {
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
#[must_use]
pub fn account_of(aor: &str, display_name: &str) -> Account {
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
fn name_addr(uri: &str, display_name: &str) -> String {
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
fn routes(list: &str) -> Result<Vec<Box<str>>, Refusal> {
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
fn registrar(options: &ProfileOptions) -> Result<Option<String>, Refusal> {
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
    if options.transports & (UDP | TCP) == TCP && parsed.param("transport").is_none() {
        text.push_str(";transport=tcp");
    }
    Ok(Some(text))
}

fn contact_params(text: &str) -> Result<(), Refusal> {
    let refused = || {
        Refusal::new(
            Code::InvalidArgument,
            "contact parameters are `;name=value`, each with its semicolon",
        )
    };
    if text.is_empty() {
        return Ok(());
    }
    if !text.starts_with(';') || text.contains(|c: char| c.is_control()) {
        return Err(refused());
    }
    let value = format!("<sip:a@b>{text}");
    Params::parse(text).map_err(|_| refused())?;
    Contact::parse_value(&value)
        .map(|_| ())
        .map_err(|_| refused())
}

/// What the flags of enabling announce as methods of our Contact (RFC 3840 §9).
fn methods(flags: u32) -> String {
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

fn credential(given: &Credentials, default_user: &str) -> Result<Credential, Refusal> {
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

/// How an event tells of an outcome.
pub(super) fn status_of(outcome: Outcome) -> Status {
    match outcome {
        Outcome::Sip(status) => Status::Sip(status),
        Outcome::Failed(failure) => Status::Failed(failure_code(failure)),
        Outcome::Local => Status::Failed(Code::RequestPending),
        Outcome::Remote => Status::None,
        Outcome::NoAck => Status::Failed(Code::NoAck),
        Outcome::Media => Status::Failed(Code::CodecsDoNotMatch),
    }
}

/// The reason phrase of a response.
pub(super) fn phrase(message: Option<&Message>) -> Box<str> {
    message
        .filter(|message| !message.is_request())
        .map(Message::reason)
        .unwrap_or_default()
        .into()
}

impl Agent {
    /// An account; sends nothing (`IRTCClientProvisioning::CreateProfile` without XML).
    pub fn create_profile(&mut self, options: ProfileOptions) -> Result<ObjectRef, Refusal> {
        self.refuse_when_closing()?;
        if options.flags & !(7 | PROFILE_NO_EXPIRES | PROFILE_STRONGEST_DIGEST) != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for a profile",
            ));
        }
        if options.flags & 7 != 0 {
            return Err(Refusal::new(
                Code::NotImplemented,
                "outbound flows, GRUU and pinned next hops are not in this build",
            ));
        }
        if options.transports != 0 && options.transports & (UDP | TCP) == 0 {
            return Err(Refusal::new(
                Code::TransportNotSupported,
                "this build speaks UDP and TCP",
            ));
        }
        let host = Uri::parse(&options.uri)
            .map(|uri| uri.host.to_owned())
            .unwrap_or_default();
        let facts = Facts {
            name: if options.display_name.is_empty() {
                host.into()
            } else {
                options.display_name.clone()
            },
            ..Facts::default()
        };
        self.new_profile(options, facts, true)
    }

    /// An account of the profile XML (`IRTCClientProvisioning::CreateProfile`).
    pub fn create_profile_from_xml(&mut self, xml: &str) -> Result<ObjectRef, Refusal> {
        self.refuse_when_closing()?;
        let profile = ProfileXml::parse(xml)
            .map_err(|fault| Refusal::new(Code::Profile(fault), fault.to_string()))?;
        // A lone server without a role is everything to its user.
        let lone = profile
            .servers
            .first()
            .filter(|server| profile.servers.len() == 1 && server.role.is_none());
        let registrar = profile.registrar().or(lone);
        let proxy = profile.proxy();
        let tls = |server: &Server| server.protocol == Protocol::Tls;
        if registrar.is_some_and(tls) || proxy.is_some_and(tls) {
            return Err(Refusal::new(
                Code::TransportNotSupported,
                "the profile asks for TLS, which is not in this build",
            ));
        }
        let auth = |server: Option<&Server>| server.and_then(|server| server.auth);
        let allowed = profile
            .user
            .allowed_auth
            .or_else(|| auth(registrar).or(auth(proxy)).map(|auth| auth as u32));
        let user = &profile.user;
        let options = ProfileOptions {
            uri: user.sip_uri().into(),
            display_name: user.name.clone().unwrap_or_default().into(),
            registrar: registrar
                .map(|server| server_uri(server).into())
                .unwrap_or_default(),
            // Without a proxy the registrar is the way out, as it was for the original.
            proxy: proxy
                .or(registrar)
                .map(|server| server_uri(server).into())
                .unwrap_or_default(),
            user: user.account.clone().unwrap_or_default().into(),
            password: user.password.clone().unwrap_or_default().into(),
            realm: user.realm.clone().unwrap_or_default().into(),
            allowed_auth: allowed.unwrap_or(0),
            transports: registrar
                .or(proxy)
                .map_or(0, |server| match server.protocol {
                    Protocol::Udp => UDP,
                    Protocol::Tcp => TCP,
                    Protocol::Tls => 4,
                }),
            session_types: profile.session_capabilities(),
            ..ProfileOptions::default()
        };
        let facts = Facts {
            key: profile.key.clone().into(),
            name: profile.name.clone().into(),
            xml: xml.into(),
            ..Facts::default()
        };
        self.new_profile(options, facts, registrar.is_some())
    }

    fn new_profile(
        &mut self,
        options: ProfileOptions,
        facts: Facts,
        registers: bool,
    ) -> Result<ObjectRef, Refusal> {
        if self.profiles.len() >= MAX_PROFILES {
            return Err(Refusal::new(Code::Limit, "100,000 profiles are the limit"));
        }
        check_aor(&options.uri)?;
        contact_params(&options.contact_params)?;
        let mut instance = String::new();
        if !options.instance_id.is_empty() {
            if options
                .instance_id
                .contains(|c: char| c.is_control() || matches!(c, '"' | '\\' | '<' | '>'))
            {
                return Err(Refusal::new(
                    Code::InvalidArgument,
                    "the instance id is a URN",
                ));
            }
            instance = format!(";+sip.instance=\"<{}>\"", options.instance_id);
        }
        let mut account = account_of(&options.uri, &options.display_name);
        account.routes = routes(&options.proxy)?;
        account.contact.params = options.contact_params.clone();
        if options.flags & PROFILE_STRONGEST_DIGEST != 0 {
            account.authorizer = Authorizer::new().preferring_strongest();
        }
        let registrar = if registers {
            registrar(&options)?
        } else {
            None
        };
        let user: Box<str> = if options.user.is_empty() {
            Uri::parse(&options.uri)
                .ok()
                .and_then(|aor| aor.user_unescaped().map(|user| user.into_owned()))
                .unwrap_or_default()
                .into()
        } else {
            options.user.clone()
        };
        let allowed_auth = if options.allowed_auth == 0 {
            DIGEST
        } else {
            options.allowed_auth
        };
        let mut own_credentials = Vec::new();
        if !options.password.is_empty() && allowed_auth & DIGEST != 0 {
            own_credentials.push(credential(
                &Credentials {
                    realm: options.realm.clone(),
                    user: user.clone(),
                    secret: options.password.clone(),
                    ..Credentials::default()
                },
                "",
            )?);
        }
        let expires = if options.expires_secs == 0 {
            EXPIRES
        } else {
            options.expires_secs
        };
        let wanted = Wanted {
            registrar: registrar.clone().unwrap_or_default().into(),
            routes: account.routes.clone(),
            expires: (options.flags & PROFILE_NO_EXPIRES == 0).then_some(expires),
            params: instance.clone().into(),
        };
        let facts = Facts {
            display_name: options.display_name.clone(),
            user,
            realm: options.realm.clone(),
            allowed_auth,
            server: registrar
                .as_deref()
                .map(address_of)
                .unwrap_or_default()
                .into(),
            transports: options.transports,
            session_types: if options.session_types == 0 {
                0x3F
            } else {
                options.session_types
            },
            ..facts
        };
        let Self {
            cx,
            profiles,
            anonymous,
            ..
        } = self;
        let state = RegistrationState::NotRegistered.number();
        let key = profiles.insert_with(|key| {
            let owner = Owner {
                role: Role::Registration,
                key: key.to_bits(),
            };
            Profile {
                object: Object::new(Kind::Profile, key.to_bits(), state, options.user_data),
                account,
                enabled: false,
                registration: Registration::new(cx, owner, wanted),
                has_registrar: registrar.is_some(),
                publications: Vec::new(),
                publication_count: 0,
                own_credentials,
                facts,
                instance: instance.into(),
            }
        });
        let profile = profiles.get_mut(key).ok_or_else(gone)?;
        profile.join_credentials(&anonymous.credentials);
        Ok(profile.object.clone())
    }

    pub(super) fn profile_key(&self, object: &ObjectRef) -> Result<Key<Profile>, Refusal> {
        if object.kind() != Kind::Profile {
            return Err(Refusal::new(Code::Handle, "the object is no profile"));
        }
        let key = Key::from_bits(object.key());
        if self.profiles.contains(key) {
            Ok(key)
        } else {
            Err(gone())
        }
    }

    /// Makes the account available for selection and, with flags, registers it; again after new credentials.
    pub fn enable_profile(
        &mut self,
        now: Time,
        profile: &ObjectRef,
        register_flags: u32,
        roaming_flags: u32,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.profile_key(profile)?;
        if register_flags & !REGISTER_ALL != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for registering",
            ));
        }
        if roaming_flags != 0 {
            return Err(Refusal::new(
                Code::NotImplemented,
                "roaming is not in this build",
            ));
        }
        self.refuse_when_closing()?;
        let Self { cx, profiles, .. } = self;
        let profile = profiles.get_mut(key).ok_or_else(gone)?;
        profile.enabled = true;
        if register_flags == 0 || !profile.has_registrar {
            self.unregister(key);
            return Ok(Verdict::Done);
        }
        let params = format!("{}{}", profile.instance, methods(register_flags));
        profile.registration.wanted_mut().params = params.into();
        profile.registration.register(cx, &mut profile.account);
        self.tell_registration(key, RegistrationState::Registering, Status::None, "", None);
        Ok(Verdict::Done)
    }

    /// Takes the account out of the selection, removes what it published and unregisters it.
    pub fn disable_profile(&mut self, now: Time, profile: &ObjectRef) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.profile_key(profile)?;
        let profile = self.profiles.get_mut(key).ok_or_else(gone)?;
        let was_enabled = std::mem::replace(&mut profile.enabled, false);
        let numbers: Vec<u32> = profile.publications.iter().map(|one| one.number).collect();
        let idle = numbers.is_empty();
        for number in numbers {
            self.with_publication(key, number, |publication, cx, account, out| {
                publication.remove(cx, account, 0, "", out);
            });
        }
        let registered = self.unregister(key);
        self.check_shutdown();
        let nothing = idle && !registered && !was_enabled;
        Ok(if nothing {
            Verdict::Nothing
        } else {
            Verdict::Done
        })
    }

    /// Begins to unregister; `false`: there was nothing to end.
    fn unregister(&mut self, key: Key<Profile>) -> bool {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return false;
        };
        let state = profile.state();
        if state == RegistrationState::Unregistering {
            return true;
        }
        if profile.registration.unregister(cx, &mut profile.account) {
            self.tell_registration(
                key,
                RegistrationState::Unregistering,
                Status::None,
                "",
                None,
            );
            return true;
        }
        if state == RegistrationState::NotRegistered {
            return false;
        }
        self.tell_registration(
            key,
            RegistrationState::NotRegistered,
            Status::None,
            "",
            None,
        );
        true
    }

    /// User names and secrets, of a profile or, without one, of the client.
    pub fn set_credentials(
        &mut self,
        profile: Option<&ObjectRef>,
        credentials: Credentials,
    ) -> Result<Verdict, Refusal> {
        let key = profile
            .map(|profile| self.profile_key(profile))
            .transpose()?;
        // CREDENTIALS_PROXY changes nothing: a proxy's realm is a realm like others.
        if credentials.flags & !(1 | CREDENTIALS_HA1) != 0 {
            return Err(Refusal::new(
                Code::NotImplemented,
                "declining challenges and challenging peers are not in this build",
            ));
        }
        let realm = (!credentials.realm.is_empty()).then(|| credentials.realm.to_string());
        let given = if credentials.user.is_empty() {
            None
        } else {
            Some(credential(&credentials, "")?)
        };
        let Self {
            profiles,
            anonymous,
            ..
        } = self;
        let known = match key {
            Some(key) => {
                let profile = profiles.get_mut(key).ok_or_else(gone)?;
                let before = profile.own_credentials.len();
                profile.own_credentials.retain(|known| known.realm != realm);
                let known = profile.own_credentials.len() != before;
                if let Some(given) = given {
                    if profile.own_credentials.len() >= CredentialStore::MAX {
                        return Err(Refusal::new(Code::Limit, "too many realms"));
                    }
                    profile.facts.user = given.user.clone().into();
                    profile.own_credentials.push(given);
                }
                known
            }
            None => match given {
                Some(given) => {
                    if !anonymous.credentials.set(given) {
                        return Err(Refusal::new(Code::Limit, "too many realms"));
                    }
                    true
                }
                None => anonymous.credentials.remove(realm.as_deref()),
            },
        };
        let keys = match key {
            Some(key) => vec![key],
            None => profiles.keys(),
        };
        for key in keys {
            if let Some(profile) = profiles.get_mut(key) {
                profile.join_credentials(&anonymous.credentials);
                // Nonces answered with the old secret are worth nothing.
                profile.account.authorizer.clear();
            }
        }
        let nothing = credentials.user.is_empty() && !known;
        Ok(if nothing {
            Verdict::Nothing
        } else {
            Verdict::Done
        })
    }

    /// Whose profile serves a call to that URI: the enabled one of its domain, else the first enabled one.
    pub(super) fn profile_for(&self, uri: &str) -> Option<ObjectRef> {
        let target = Uri::parse(uri).ok();
        let mut first = None;
        for (_, profile) in self.profiles.iter().filter(|(_, profile)| profile.enabled) {
            let fits = match (&target, Uri::parse(&profile.account.aor)) {
                (Some(target), Ok(own)) => crate::syntax::same_host(target.host, own.host),
                _ => false,
            };
            if fits {
                return Some(profile.object.clone());
            }
            first.get_or_insert(profile);
        }
        first.map(|profile| profile.object.clone())
    }

    /// Whom a request outside dialogs was meant for: the account whose Contact or address of record it names.
    pub(super) fn profile_addressed(&self, message: &Message) -> Option<ObjectRef> {
        let target = Uri::parse(message.request_uri()).ok()?;
        let user = target.user.unwrap_or_default();
        let to = message.to().map(|to| to.uri).unwrap_or_default();
        let mut found = None;
        for (_, profile) in self.profiles.iter().filter(|(_, profile)| profile.enabled) {
            if uri::equal(&profile.account.aor, to)
                || uri::equal(&profile.account.aor, message.request_uri())
            {
                return Some(profile.object.clone());
            }
            if !user.is_empty() && *profile.account.contact.user == *user {
                found.get_or_insert(profile);
            }
        }
        found.map(|profile| profile.object.clone())
    }

    fn tell_registration(
        &mut self,
        key: Key<Profile>,
        state: RegistrationState,
        status: Status,
        text: &str,
        message: Option<Message>,
    ) {
        let Some(profile) = self.profiles.get(key) else {
            return;
        };
        profile.object.set_state(state.number());
        let event = Event {
            event_type: EventType::RegistrationStateChange,
            profile: Some(profile.object.clone()),
            state: state.number(),
            status,
            status_text: text.into(),
            uri: profile.registration.contact().into(),
            message,
            ..Event::default()
        };
        self.tell(event);
    }

    fn on_registration_change(&mut self, key: Key<Profile>, change: Option<Change>) {
        match change {
            None | Some(Change::Registered { renewed: true, .. })
                if self.is_told_registered(key) => {}
            None => {}
            Some(Change::Registered { message, .. }) => {
                let status = status_of_message(&message);
                let text = phrase(Some(&message));
                self.tell_registration(
                    key,
                    RegistrationState::Registered,
                    status,
                    &text,
                    Some(message),
                );
            }
            Some(Change::Again) => {
                self.tell_registration(key, RegistrationState::Registering, Status::None, "", None);
            }
            Some(Change::Removed(message)) => {
                let (status, text) = (status_of_message(&message), phrase(Some(&message)));
                self.tell_registration(
                    key,
                    RegistrationState::LoggedOff,
                    status,
                    &text,
                    Some(message),
                );
            }
            Some(Change::Failed {
                outcome,
                fault,
                message,
                ..
            }) => {
                let state = match outcome {
                    Outcome::Sip(_) => RegistrationState::Rejected,
                    _ => RegistrationState::Error,
                };
                let status = self.status_of_refusal(key, outcome, fault.as_ref());
                let text = phrase(message.as_ref());
                self.tell_registration(key, state, status, &text, message);
            }
            Some(Change::Ended { outcome, message }) => {
                let (status, text) = (status_of(outcome), phrase(message.as_ref()));
                self.tell_registration(
                    key,
                    RegistrationState::NotRegistered,
                    status,
                    &text,
                    message,
                );
            }
        }
        self.check_shutdown();
    }

    fn is_told_registered(&self, key: Key<Profile>) -> bool {
        self.profiles.get(key).is_some_and(Profile::is_registered)
    }

    /// A challenge of a kind that the profile does not allow or we do not know is no matter of passwords.
    pub(super) fn status_of_refusal(
        &self,
        key: Key<Profile>,
        outcome: Outcome,
        fault: Option<&AuthRefusal>,
    ) -> Status {
        let digest = self
            .profiles
            .get(key)
            .is_none_or(|profile| profile.facts.allowed_auth & DIGEST != 0);
        match fault {
            Some(AuthRefusal::Unsupported(_)) => Status::Failed(Code::AuthTypeNotSupported),
            Some(_) if !digest => Status::Failed(Code::AuthTypeNotSupported),
            _ => status_of(outcome),
        }
    }

    pub(super) fn on_register_response(
        &mut self,
        key: Key<Profile>,
        client: ClientKey,
        message: Message,
        flow: &Flow,
    ) {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let change =
            profile
                .registration
                .on_response(cx, &mut profile.account, client, message, flow);
        self.on_registration_change(key, change);
    }

    pub(super) fn on_register_failure(
        &mut self,
        key: Key<Profile>,
        client: ClientKey,
        failure: Failure,
    ) {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let change = profile
            .registration
            .on_failure(cx, &mut profile.account, client, failure);
        self.on_registration_change(key, change);
    }

    pub(super) fn on_registration_alarm(&mut self, key: Key<Profile>, what: u32) {
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let change = profile
            .registration
            .on_alarm(cx, &mut profile.account, what);
        self.on_registration_change(key, change);
    }

    /// A connection is gone: registrations that used it need another one.
    pub(super) fn on_registration_flow_closed(&mut self, flow: &Flow) {
        let Self { cx, profiles, .. } = self;
        for key in profiles.keys() {
            if let Some(profile) = profiles.get_mut(key) {
                profile.registration.on_flow_closed(cx, flow);
            }
        }
    }

    /// The last handle of a profile was given up: a disabled one goes.
    pub(super) fn forget_profile(&mut self, key: Key<Profile>) {
        let over = self.profiles.get(key).is_some_and(|profile| {
            !profile.enabled
                && profile.is_idle()
                && profile.state() != RegistrationState::Unregistering
        });
        if over && let Some(profile) = self.profiles.remove(key) {
            profile.object.end(profile.details());
        }
    }
}

pub(super) fn gone() -> Refusal {
    Refusal::new(Code::InvalidObjectState, "the profile is gone")
}

fn status_of_message(message: &Message) -> Status {
    message.status().map_or(Status::None, Status::Sip)
}

/// A server of the XML as a URI.
fn server_uri(server: &Server) -> String {
    let host = if server.host.contains(':') {
        format!("[{}]", server.host)
    } else {
        server.host.clone()
    };
    let port = server
        .port
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let transport = match server.protocol {
        Protocol::Udp => "udp",
        Protocol::Tcp => "tcp",
        Protocol::Tls => "tls",
    };
    format!("sip:{host}{port};transport={transport}")
}

/// Host and port of a URI.
fn address_of(uri: &str) -> String {
    Uri::parse(uri)
        .map(|uri| uri.host_port().to_string())
        .unwrap_or_default()
}

impl Agent {
    /// Sets a text among the properties of an object; those that can be set are few.
    pub fn set_text(
        &mut self,
        object: &ObjectRef,
        property: i32,
        _index: i32,
        value: &str,
    ) -> Result<Verdict, Refusal> {
        if object.kind() == Kind::Watcher && property == properties::WATCHER_NAME {
            return self.name_watcher(object, value);
        }
        let key = self.profile_key(object)?;
        let Self {
            profiles,
            anonymous,
            ..
        } = self;
        let profile = profiles.get_mut(key).ok_or_else(gone)?;
        match property {
            properties::PROFILE_USER_NAME => {
                profile.facts.display_name = value.into();
                profile.account.from = name_addr(&profile.account.aor, value).into();
            }
            properties::PROFILE_USER_URI => {
                if profile.enabled || !profile.is_idle() {
                    return Err(Refusal::new(
                        Code::InvalidRegistrationState,
                        "the address of a profile in use cannot change",
                    ));
                }
                check_aor(value)?;
                profile.account.aor = value.into();
                profile.account.from = name_addr(value, &profile.facts.display_name).into();
            }
            properties::PROFILE_REALM => {
                let realm = (!value.is_empty()).then(|| value.to_owned());
                for credential in &mut profile.own_credentials {
                    if credential.realm.as_deref().unwrap_or_default() == &*profile.facts.realm {
                        credential.realm.clone_from(&realm);
                    }
                }
                profile.facts.realm = value.into();
                profile.join_credentials(&anonymous.credentials);
            }
            _ => return Err(not_settable()),
        }
        Ok(Verdict::Done)
    }

    /// Sets a number among the properties of an object; those that can be set are few.
    pub fn set_int(
        &mut self,
        object: &ObjectRef,
        property: i32,
        _index: i32,
        value: i64,
    ) -> Result<Verdict, Refusal> {
        if property != properties::PROFILE_ALLOWED_AUTH {
            return Err(not_settable());
        }
        let key = self.profile_key(object)?;
        let mask = u32::try_from(value).map_err(|_| {
            Refusal::new(Code::InvalidArgument, "the methods allowed are a mask of 32 bits")
        })?;
        let profile = self.profiles.get_mut(key).ok_or_else(gone)?;
        profile.facts.allowed_auth = if mask == 0 { DIGEST } else { mask };
        Ok(Verdict::Done)
    }
}

fn not_settable() -> Refusal {
    Refusal::new(Code::NotAllowed, "this can only be read")
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
        for text in [
            "q=1",
            ";a\r\nX: y",
            ";a=\"",
            ", <sip:evil@b>",
            ";a=1,<sip:evil@b>",
        ] {
            assert!(contact_params(text).is_err(), "{text:?}");
        }
    }
}
