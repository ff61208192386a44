//! Profiles: an account, its registration and its published state, as the application sees them (`IRTCProfile`).
//!
//! The XML form is read by `profile_xml`; what goes over the network is `usage::Registration` and `usage::Publication`.

use std::fmt::Write as _;

use crate::auth::{Authorizer, Credential, CredentialStore};
use crate::base::{Key, Time};
use crate::syntax::{Message, Scheme, Uri, uri};
use crate::usage::register::Wanted;
use crate::usage::{Account, Cx, Outcome, Owner, Publication, Registration, Role};

use super::command::{
    CREDENTIALS_HA1, CREDENTIALS_OF_PEER, PROFILE_GRUU, PROFILE_NO_EXPIRES, PROFILE_OUTBOUND,
    PROFILE_PIN_NEXT_HOP, PROFILE_STRONGEST_DIGEST,
};
use super::flows::Road;
use super::headers::HeaderSet;
use super::identity::{TCP, TLS, UDP, contact_params, credential, name_addr, registrar, routes};
use super::profile_xml::{ProfileXml, Protocol, Server};
use super::session_events::failure_code;
use super::{
    Agent, Code, Credentials, Details, Kind, Object, ObjectRef, ProfileOptions, Refusal,
    RegistrationState, Status, Verdict, properties,
};

pub(super) use super::identity::{account_of, check_aor};

/// Registration time when none is given, in seconds.
pub(super) const EXPIRES: u32 = 3600;
/// Most profiles of a client.
const MAX_PROFILES: usize = 100_000;

/// Most flows of an account, and so most of its outbound proxies (RFC 5626 §4.2 recommends two).
const MAX_FLOWS: usize = 4;
/// All flags of a profile.
const PROFILE_ALL: u32 = PROFILE_OUTBOUND
    | PROFILE_GRUU
    | PROFILE_PIN_NEXT_HOP
    | PROFILE_NO_EXPIRES
    | PROFILE_STRONGEST_DIGEST;

/// RTCAU_DIGEST.
pub(super) const DIGEST: u32 = 2;
/// An account.
#[derive(Debug)]
pub struct Profile {
    pub(super) object: ObjectRef,
    pub(super) account: Account,
    pub(super) enabled: bool,
    /// Nobody holds it any more: it goes once it is over.
    pub(super) forgotten: bool,
    /// One registration; with several outbound proxies one for each (RFC 5626 §4.2). Never empty.
    pub(super) flows: Vec<Registration>,
    /// Which of them were told to be lost, by bit.
    pub(super) lost: u32,
    /// The roads they stand on, as the agent's table of roads has them.
    pub(super) roads: Vec<Road>,
    /// Registering is possible: there is a registrar.
    pub(super) has_registrar: bool,
    pub(super) publications: Vec<Publication>,
    pub(super) publication_count: u32,
    /// Credentials of this profile alone; those of the client stand behind them in `account`.
    own_credentials: Vec<Credential>,
    pub(super) facts: Facts,
    /// The application's lines for everything of this account.
    pub(super) headers: HeaderSet,
    /// Contact parameters of REGISTER that do not depend on the flags it is enabled with.
    pub(super) instance: Box<str>,
}

/// What can be read of a profile and does not change.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    key: Box<str>,
    name: Box<str>,
    xml: Box<str>,
    display_name: Box<str>,
    user: Box<str>,
    realm: Box<str>,
    pub(super) allowed_auth: u32,
    server: Box<str>,
    transports: u32,
    session_types: u32,
    proxy: Box<str>,
    outbound: bool,
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
        self.flows.iter().all(Registration::is_idle) && self.publications.is_empty()
    }

    /// The registration that the account's requests go by: the first that stands, else the first.
    pub(super) fn best(&self) -> &Registration {
        let standing = self.flows.iter().find(|flow| flow.flow().is_some());
        standing.unwrap_or_else(|| &self.flows[0])
    }

    /// After a change of one of several registrations.
    pub(super) fn settle(&mut self, now: Time) {
        let works = |flow: &Registration| flow.works(now);
        let several = self.flows.len() > 1;
        for index in 0..if several { self.flows.len() } else { 0 } {
            let company =
                (0..self.flows.len()).any(|other| other != index && works(&self.flows[other]));
            self.flows[index].set_company(company);
        }
        if several {
            let best = self.flows.iter().position(|flow| flow.flow().is_some());
            self.flows[best.unwrap_or(0)].lend(&mut self.account);
        }
    }

    /// The readable values.
    #[must_use]
    pub fn details(&self, now: Time) -> Details {
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
        let best = self.best();
        details.int(properties::PROFILE_EXPIRES, best.granted());
        details.text(properties::PROFILE_PROXY, facts.proxy.clone());
        if let Some(granted) = best.facts() {
            let contact = properties::PROFILE_REGISTERED_CONTACT;
            details.text(contact, granted.contact.clone());
            for (index, other) in granted.others.iter().enumerate() {
                details.text_at(contact, index + 1, other.clone());
            }
            let joined = granted.service_route.join(", ");
            details.text(properties::PROFILE_SERVICE_ROUTE, joined);
            for (index, identity) in granted.associated.iter().enumerate() {
                details.text_at(properties::PROFILE_ASSOCIATED_URI, index, identity.clone());
            }
            details.text(properties::PROFILE_GRUU, granted.gruu.clone());
            details.text(properties::PROFILE_TEMP_GRUU, granted.temp_gruu.clone());
        }
        if let Some(time) = best.server_time(now) {
            let time = i64::try_from(time).unwrap_or(i64::MAX);
            details.int(properties::PROFILE_SERVER_TIME, time);
        }
        details
    }

    pub(super) fn state(&self) -> RegistrationState {
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
    #[expect(clippy::needless_pass_by_value, reason = "verbs own their options")]
    pub fn create_profile(&mut self, options: ProfileOptions) -> Result<ObjectRef, Refusal> {
        self.refuse_when_closing()?;
        if options.flags & !PROFILE_ALL != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for a profile",
            ));
        }
        if options.session_types & !0x3F != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown session type for a profile",
            ));
        }
        check_auth(options.allowed_auth)?;
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
        self.new_profile(&options, facts, true)
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
        let auth = |server: Option<&Server>| server.and_then(|server| server.auth);
        let allowed = profile.user.allowed_auth.or_else(|| {
            auth(registrar)
                .or_else(|| auth(proxy))
                .map(|auth| auth as u32)
        });
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
                    Protocol::Tls => TLS,
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
        self.new_profile(&options, facts, registrar.is_some())
    }

    fn new_profile(
        &mut self,
        options: &ProfileOptions,
        facts: Facts,
        registers: bool,
    ) -> Result<ObjectRef, Refusal> {
        if self.profiles.len() >= MAX_PROFILES {
            return Err(Refusal::new(Code::Limit, "100,000 profiles are the limit"));
        }
        check_aor(&options.uri)?;
        let (params, also) = contact_params(&options.contact_params)?;
        let outbound = options.flags & PROFILE_OUTBOUND != 0;
        let gruu = options.flags & PROFILE_GRUU != 0;
        let instance = self.instance(&options.instance_id, outbound || gruu)?;
        let mut account = account_of(&options.uri, &options.display_name);
        let proxies = routes(&options.proxy)?;
        let ways = ways(&proxies, outbound)?;
        account.routes = ways.first().cloned().unwrap_or_default();
        account.contact.params = params.into();
        if options.flags & PROFILE_STRONGEST_DIGEST != 0 {
            account.authorizer = Authorizer::new().preferring_strongest();
        }
        let registrar = if registers { registrar(options)? } else { None };
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
            expires: (options.flags & PROFILE_NO_EXPIRES == 0).then_some(expires),
            params: instance.clone().into(),
            also,
            gruu,
            pin: options.flags & PROFILE_PIN_NEXT_HOP != 0,
            ..Wanted::default()
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
            proxy: options.proxy.clone(),
            outbound,
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
                forgotten: false,
                flows: registrations(cx, owner, &wanted, ways, outbound),
                lost: 0,
                roads: Vec::new(),
                has_registrar: registrar.is_some(),
                publications: Vec::new(),
                publication_count: 0,
                own_credentials,
                facts,
                headers: HeaderSet::default(),
                instance: instance.into(),
            }
        });
        let profile = profiles.get_mut(key).ok_or_else(gone)?;
        profile.join_credentials(&anonymous.credentials);
        profile.account.extra = anonymous.extra.clone();
        Ok(profile.object.clone())
    }

    /// The Contact parameter that names this instance (RFC 5626 §4.1): as given, else, where one is needed, a UUID that
    /// is good for as long as this client lives.
    fn instance(&mut self, given: &str, needed: bool) -> Result<String, Refusal> {
        if given.contains(|c: char| c.is_control() || matches!(c, '"' | '\\' | '<' | '>')) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the instance id is a URN",
            ));
        }
        if given.is_empty() && !needed {
            return Ok(String::new());
        }
        if !given.is_empty() {
            return Ok(format!(";+sip.instance=\"<{given}>\""));
        }
        let mut bytes: [u8; 16] = self.cx.entropy.bytes();
        // RFC 9562 §5.4: version 4.
        bytes[6] = bytes[6] & 0x0F | 0x40;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        let mut uuid = String::with_capacity(36);
        for (index, byte) in bytes.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                uuid.push('-');
            }
            let _ = write!(uuid, "{byte:02x}");
        }
        Ok(format!(";+sip.instance=\"<urn:uuid:{uuid}>\""))
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

    /// User names and secrets, of a profile or, without one, of the client.
    #[expect(clippy::needless_pass_by_value, reason = "verbs own their options")]
    pub fn set_credentials(
        &mut self,
        profile: Option<&ObjectRef>,
        credentials: Credentials,
    ) -> Result<Verdict, Refusal> {
        let key = profile
            .map(|scope| self.profile_key(&self.context_profile(scope)?))
            .transpose()?;
        // CREDENTIALS_PROXY changes nothing: a proxy's realm is a realm like others.
        if credentials.flags & !(1 | CREDENTIALS_HA1 | CREDENTIALS_OF_PEER) != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "only the challenge of a transaction can be declined",
            ));
        }
        if credentials.flags & CREDENTIALS_OF_PEER != 0 {
            return self.set_peer_credentials(key, &credentials);
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
        self.recheck_challenges();
        let nothing = credentials.user.is_empty() && !known;
        Ok(if nothing {
            Verdict::Nothing
        } else {
            Verdict::Done
        })
    }

    /// Whose profile serves a call to that URI: the enabled one of its domain, else the first enabled one.
    pub(super) fn profile_for(&self, uri: &str) -> Option<ObjectRef> {
        let key = self.directory.for_target(uri)?;
        Some(self.profiles.get(key)?.object.clone())
    }

    /// Whom a request outside dialogs was meant for: the account whose Contact or address of record it names.
    pub(super) fn profile_addressed(&self, message: &Message) -> Option<ObjectRef> {
        let target = Uri::parse(message.request_uri()).ok()?;
        let to = message.to().map(|to| to.uri).unwrap_or_default();
        let named = [to, message.request_uri()].into_iter().find_map(|uri| {
            let profiles = self.directory.of_record(uri);
            profiles
                .filter_map(|key| self.profiles.get(key))
                .find(|profile| uri::equal(&profile.account.aor, uri))
        });
        let user = target.user.filter(|user| !user.is_empty());
        named
            .or_else(|| self.profiles.get(self.directory.of_user(user?)?))
            .map(|profile| profile.object.clone())
    }

    /// Whether the Request-URI names us: a user of ours, or none.
    pub(super) fn is_addressed(&self, message: &Message) -> bool {
        let Ok(target) = Uri::parse(message.request_uri()) else {
            return false;
        };
        let user = target.user.unwrap_or_default();
        (target.scheme != Scheme::Tel && user.is_empty())
            || (!user.is_empty() && *self.anonymous.contact.user == *user)
            || self.profile_addressed(message).is_some()
    }

    /// The last handle of a profile was given up: a disabled one goes, once it has said goodbye.
    pub(super) fn forget_profile(&mut self, key: Key<Profile>) {
        if let Some(profile) = self.profiles.get_mut(key) {
            profile.forgotten = true;
            self.drop_forgotten(key);
        }
    }

    /// Drops a profile that nobody holds and that has nothing more to do.
    pub(super) fn drop_forgotten(&mut self, key: Key<Profile>) {
        let over = self.profiles.get(key).is_some_and(|profile| {
            profile.forgotten
                && !profile.enabled
                && profile.is_idle()
                && profile.state() != RegistrationState::Unregistering
        });
        if over && let Some(profile) = self.profiles.remove(key) {
            profile.object.end(profile.details(self.cx.now));
        }
    }
}

/// The preloaded Routes of the registrations of an account: all proxies in a row, or with flows one proxy each.
fn ways(proxies: &[Box<str>], outbound: bool) -> Result<Vec<Vec<Box<str>>>, Refusal> {
    if !outbound || proxies.is_empty() {
        return Ok(vec![proxies.to_vec()]);
    }
    if proxies.len() > MAX_FLOWS {
        return Err(Refusal::new(
            Code::Limit,
            "an account has at most 4 flows, and so at most 4 outbound proxies",
        ));
    }
    Ok(proxies.iter().map(|proxy| vec![proxy.clone()]).collect())
}

fn registrations(
    cx: &mut Cx,
    owner: Owner,
    wanted: &Wanted,
    ways: Vec<Vec<Box<str>>>,
    outbound: bool,
) -> Vec<Registration> {
    let each = (0_u32..).zip(ways).map(|(number, routes)| {
        let wanted = Wanted {
            routes,
            reg_id: outbound.then_some(number + 1),
            ..wanted.clone()
        };
        Registration::new(cx, owner, wanted).numbered(number)
    });
    each.collect()
}

pub(super) fn gone() -> Refusal {
    Refusal::new(Code::InvalidObjectState, "the profile is gone")
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
        if object.kind() == Kind::Registration {
            return self.set_registration_proxy(object, value);
        }
        if object.kind() == Kind::Usage {
            return self.set_subscription_state(object, value);
        }
        if object.kind() == Kind::Watcher && property == properties::WATCHER_NAME {
            return self.name_watcher(object, value);
        }
        if property == properties::SESSION_LOCAL_IDENTITY {
            return self.set_local_identity(object, value);
        }
        if object.kind() == Kind::Session {
            return self.set_referral_text(object, property, value);
        }
        let key = self.profile_key(object)?;
        let now = self.cx.now;
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
            // The same address again, with new credentials, is how programs for the original do it.
            properties::PROFILE_USER_URI if uri::equal(&profile.account.aor, value) => {}
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
            properties::PROFILE_PROXY => {
                let ways = ways(&routes(value)?, profile.facts.outbound)?;
                if ways.len() != profile.flows.len() {
                    return Err(Refusal::new(
                        Code::NotAllowed,
                        "the number of flows of a profile cannot change",
                    ));
                }
                for (flow, routes) in profile.flows.iter_mut().zip(ways) {
                    flow.wanted_mut().routes = routes;
                }
                profile.facts.proxy = value.into();
                profile.flows[0].lend(&mut profile.account);
                profile.settle(now);
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
        if object.kind() == Kind::Registration {
            return self.set_registration_int(object, property, value);
        }
        if object.kind() == Kind::Refresh {
            return self.set_refresh_interval(object, value);
        }
        if matches!(
            property,
            properties::SESSION_AUTOMATION | properties::USAGE_AUTOMATION
        ) {
            return self.set_automation(object, value);
        }
        if property == properties::SESSION_SIP_PRIVACY {
            let mask = u32::try_from(value).map_err(|_| {
                Refusal::new(Code::InvalidArgument, "the privacy is a mask of bits")
            })?;
            return self.set_privacy(Some(object), mask);
        }
        if property != properties::PROFILE_ALLOWED_AUTH {
            return Err(not_settable());
        }
        let key = self.profile_key(object)?;
        let mask = u32::try_from(value).map_err(|_| {
            Refusal::new(
                Code::InvalidArgument,
                "the methods allowed are a mask of 32 bits",
            )
        })?;
        check_auth(mask)?;
        let profile = self.profiles.get_mut(key).ok_or_else(gone)?;
        profile.facts.allowed_auth = if mask == 0 { DIGEST } else { mask };
        Ok(Verdict::Done)
    }
}

/// Basic is forbidden (RFC 3261 §22), NTLM and Kerberos are nobody's standard: without Digest nothing is left.
fn check_auth(mask: u32) -> Result<(), Refusal> {
    const KNOWN: u32 = 0x1_000F;
    if mask & !KNOWN != 0 {
        return Err(Refusal::new(
            Code::InvalidArgument,
            "unknown authentication method among those allowed",
        ));
    }
    if mask != 0 && mask & DIGEST == 0 {
        return Err(Refusal::new(
            Code::AuthTypeNotSupported,
            "of the authentication methods allowed none is offered: it must hold DIGEST",
        ));
    }
    Ok(())
}

fn not_settable() -> Refusal {
    Refusal::new(Code::NotAllowed, "this can only be read")
}
