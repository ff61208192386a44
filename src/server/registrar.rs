//! The registrar: RFC 3261 §10.3, with Path (RFC 3327) and the instances of RFC 5626 §6.
//!
//! A REGISTER is worked out as a whole before anything is changed. A binding remembers the road it came by when the
//! phone can only be reached there: its connection, or its place behind an address translator.

use std::time::Duration;

use super::accounts::{AccountKey, Binding};
use super::{Server, TimerKey};
use crate::base::Time;
use crate::syntax::{Contact, HeaderId, HostPort, Message, Uri, Via, headers::contact::qvalue, ip};
use crate::transaction::{ContactDraft, ServerKey};
use crate::transport::{Flow, Protocol};

/// Bytes of a contact, and of the parameters kept with it.
const CONTACT_MAX: usize = 1024;
/// Bytes of all Path values of one binding, and of its Call-ID.
const PATH_MAX: usize = 1024;
const CALL_ID_MAX: usize = 512;

/// One contact of a REGISTER, worked out.
struct Change {
    /// The binding it replaces or removes.
    at: Option<usize>,
    /// Seconds; none removes.
    expires: Option<u32>,
    contact: Box<str>,
    params: Box<str>,
    q: u16,
    flow: Option<Flow>,
    instance: Option<(Box<str>, u32)>,
}

impl Server {
    pub(super) fn on_register(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        flow: Flow,
    ) {
        // Step 5: the address of record stands in To.
        let name = request.to().ok().and_then(|to| self.name_in(to.uri));
        let Some(name) = name else {
            return self.refuse(now, server, request, 404);
        };
        if !self.may_act_as(now, server, request, &name) {
            return;
        }
        if !self.meets_requirements(now, server, request, &["path", "outbound"]) {
            return;
        }
        if !self.is_welcome(&name) {
            return self.refuse(now, server, request, 404);
        }
        let Some(account) = self.accounts.open(&name, self.config.users) else {
            return self.refuse(now, server, request, 503);
        };
        match self.plan(account, request, &flow) {
            Ok(changes) => {
                self.carry_out(now, account, request, changes);
                self.counters.registered += 1;
                self.list_bindings(now, server, request, account, &flow);
            }
            Err(423) => self.too_brief(now, server, request),
            Err(status) => self.refuse(now, server, request, status),
        }
        self.accounts.sweep(account);
    }

    /// Steps 6 and 7: what the REGISTER would change, or the status that refuses it.
    fn plan(
        &self,
        account: AccountKey,
        request: &Message,
        flow: &Flow,
    ) -> Result<Vec<Change>, u16> {
        let account = self.accounts.get(account).ok_or(500_u16)?;
        // The same or an older CSeq of the same client: the request came out of order.
        let in_order = |at: usize| {
            account.bindings.get(at).is_none_or(|binding| {
                *binding.call_id != *request.call_id() || binding.cseq < request.cseq()
            })
        };
        let path: usize = request.headers(HeaderId::Path).map(str::len).sum();
        if path > PATH_MAX || request.call_id().len() > CALL_ID_MAX {
            return Err(400);
        }
        let mut contacts = Vec::new();
        for contact in request.contacts() {
            contacts.push(contact.map_err(|_| 400_u16)?);
            if contacts.len() > self.config.bindings_per_user * 2 {
                return Err(413);
            }
        }
        if contacts.contains(&Contact::Star) {
            if contacts.len() > 1 || request.expires() != Some(0) {
                return Err(400);
            }
            if !(0..account.bindings.len()).all(in_order) {
                return Err(500);
            }
            let remove = |(at, binding): (usize, &Binding)| Change {
                at: Some(at),
                expires: None,
                contact: binding.contact.clone(),
                params: "".into(),
                q: 0,
                flow: None,
                instance: None,
            };
            return Ok(account.bindings.iter().enumerate().map(remove).collect());
        }
        let mut changes = Vec::with_capacity(contacts.len());
        let mut total = account.bindings.len();
        for contact in &contacts {
            let change = self.plan_contact(request, contact, flow)?;
            let same = |binding: &Binding| {
                change.instance.is_some() && binding.instance == change.instance
            };
            let at = account
                .bindings
                .iter()
                .position(same)
                .or_else(|| account.binding_of(&change.contact));
            if !at.is_none_or(in_order) {
                return Err(500);
            }
            total += usize::from(at.is_none() && change.expires.is_some());
            changes.push(Change { at, ..change });
        }
        if total > self.config.bindings_per_user {
            return Err(403);
        }
        let more = total - account.bindings.len();
        if self.accounts.bindings() + more > self.config.bindings {
            return Err(503);
        }
        Ok(changes)
    }

    fn plan_contact(
        &self,
        request: &Message,
        contact: &Contact<'_>,
        flow: &Flow,
    ) -> Result<Change, u16> {
        let uri = Uri::parse(contact.uri()).map_err(|_| 400_u16)?;
        let params = contact.params();
        if !uri.is_sip() || contact.uri().len() + params.as_str().len() > CONTACT_MAX {
            return Err(400);
        }
        let expires = contact
            .expires()
            .or_else(|| request.expires())
            .unwrap_or(self.config.default_expires);
        if expires != 0 && expires < self.config.min_expires {
            return Err(423);
        }
        let mut kept = String::new();
        for param in params.iter() {
            let name = param.name;
            if !name.eq_ignore_ascii_case("expires") && qparam(name, param.value).is_none() {
                kept.push(';');
                kept.push_str(name);
                if let Some(value) = param.value {
                    kept.push('=');
                    kept.push_str(value);
                }
            }
        }
        let instance = params.get("+sip.instance").zip(params.get("reg-id"));
        let instance = instance.and_then(|(id, reg)| Some((Box::from(id), reg.parse().ok()?)));
        // RFC 3327 §5.3: behind a path the road belongs to the last proxy, not to the phone.
        let direct = request.header(HeaderId::Path).is_none();
        Ok(Change {
            at: None,
            expires: (expires > 0).then(|| expires.min(self.config.max_expires)),
            contact: contact.uri().into(),
            params: kept.into(),
            q: contact.q(),
            flow: direct
                .then(|| road(request, &uri, flow, instance.is_some()))
                .flatten(),
            instance,
        })
    }

    fn carry_out(
        &mut self,
        now: Time,
        account: AccountKey,
        request: &Message,
        changes: Vec<Change>,
    ) {
        let path: Vec<Box<str>> = request.values(HeaderId::Path).map(Box::from).collect();
        let mut removed = Vec::new();
        for change in changes {
            let old = change.at.and_then(|at| {
                let account = self.accounts.get(account)?;
                account.bindings.get(at)
            });
            let old = old.map(|old| (old.serial, old.expires_at));
            if let Some((serial, at)) = old {
                self.timers.cancel(at, TimerKey::Binding(account, serial));
            }
            let Some(expires) = change.expires else {
                removed.extend(change.at);
                continue;
            };
            let serial = old.map_or_else(|| self.accounts.next_serial(), |(serial, _)| serial);
            let expires_at = now + Duration::from_secs(expires.into());
            // A contact named twice in one request: the later one wins.
            let at = change.at.or_else(|| {
                let account = self.accounts.get(account)?;
                account.binding_of(&change.contact)
            });
            if change.at.is_none()
                && let Some(twin) = at.and_then(|at| self.accounts.get(account)?.bindings.get(at))
            {
                let key = TimerKey::Binding(account, twin.serial);
                self.timers.cancel(twin.expires_at, key);
            }
            self.timers
                .set(expires_at, TimerKey::Binding(account, serial));
            let binding = Binding {
                serial,
                contact: change.contact,
                params: change.params,
                q: change.q,
                expires_at,
                call_id: request.call_id().into(),
                cseq: request.cseq(),
                flow: change.flow,
                path: path.clone(),
                instance: change.instance,
                temp_gruu: self.temp_gruu(request, account, at),
            };
            self.accounts.put_binding(account, at, binding);
        }
        removed.sort_unstable();
        removed.dedup();
        for at in removed.into_iter().rev() {
            if let Some(binding) = self.accounts.remove_binding(account, at) {
                let key = TimerKey::Binding(account, binding.serial);
                self.timers.cancel(binding.expires_at, key);
            }
        }
    }

    /// Step 8: 200 with every binding that stands.
    fn list_bindings(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        account: AccountKey,
        road: &Flow,
    ) {
        let bindings = self.accounts.get(account).map(|account| &account.bindings);
        let lines: Vec<String> = bindings
            .into_iter()
            .flatten()
            .map(|binding| {
                let left = seconds_left(now, binding.expires_at);
                let q = if binding.q == 1000 {
                    String::new()
                } else {
                    format!(";q=0.{:03}", binding.q)
                };
                let (contact, params) = (&binding.contact, &binding.params);
                let gruus = self.gruus(request, account, binding);
                format!("<{contact}>;expires={left}{q}{params}{gruus}")
            })
            .collect();
        let flow = self.config.outbound
            && request.lists(HeaderId::Supported, "outbound")
            && request
                .contacts()
                .flatten()
                .any(|contact| contact.params().has("reg-id"));
        let timer = self.config.flow_timer;
        let route = self
            .config
            .service_route
            .then(|| self.own_route(road))
            .flatten();
        self.answer(now, server, request, 200, |mut answer| {
            for line in &lines {
                answer.add(HeaderId::Contact, line);
            }
            if flow {
                answer.add(HeaderId::Require, "outbound");
                if timer > 0 {
                    answer.add(HeaderId::FlowTimer, &timer.to_string());
                }
            }
            if let Some(route) = &route {
                answer.add(HeaderId::ServiceRoute, route);
            }
            answer
                .copy(request, HeaderId::Path)
                .header(HeaderId::Supported, "path, outbound, gruu")
        });
    }

    /// A Service-Route to us for a phone at the other end of that road.
    fn own_route(&self, road: &Flow) -> Option<String> {
        let loose = ContactDraft {
            uri_params: ";lr".into(),
            ..ContactDraft::default()
        };
        self.endpoint.contact_for(road, &loose)
    }

    /// The temporary GRUU of a binding: the one it has, or a new one for a phone that asks (RFC 5627 §5.2).
    fn temp_gruu(&mut self, request: &Message, key: AccountKey, at: Option<usize>) -> Box<str> {
        let account = self.accounts.get(key);
        let known = account.zip(at).and_then(|(account, at)| {
            let binding = account.bindings.get(at)?;
            (!binding.temp_gruu.is_empty()).then(|| binding.temp_gruu.clone())
        });
        if !self.config.outbound || !request.lists(HeaderId::Supported, "gruu") {
            return "".into();
        }
        known.unwrap_or_else(|| {
            let token = self.entropy.token::<24>();
            let record = self.address_of_record(&format!("tgruu.{token}"));
            format!("{record};gr").into()
        })
    }

    /// The GRUUs of a binding as Contact parameters, for a phone that asks.
    fn gruus(&self, request: &Message, key: AccountKey, binding: &Binding) -> String {
        let name = self.accounts.get(key).map(|account| &account.name);
        let asked = self.config.outbound && request.lists(HeaderId::Supported, "gruu");
        match (name, binding.urn()) {
            (Some(name), Some(urn)) if asked && urn.chars().all(is_param_char) => {
                let record = self.address_of_record(name);
                let mut gruus = format!(";pub-gruu=\"{record};gr={urn}\"");
                if !binding.temp_gruu.is_empty() {
                    gruus.push_str(&format!(";temp-gruu=\"{}\"", binding.temp_gruu));
                }
                gruus
            }
            _ => String::new(),
        }
    }

    /// A binding's time is up.
    pub(super) fn on_binding_expired(&mut self, account: AccountKey, serial: u64) {
        let at = self.accounts.get(account).and_then(|account| {
            let mut bindings = account.bindings.iter();
            bindings.position(|binding| binding.serial == serial)
        });
        if let Some(at) = at {
            self.accounts.remove_binding(account, at);
            self.accounts.sweep(account);
        }
    }
}

/// Whole seconds until `at`, begun ones counted.
pub(super) fn seconds_left(now: Time, at: Time) -> u32 {
    let left = at.since(now).as_millis().div_ceil(1000);
    u32::try_from(left).unwrap_or(u32::MAX)
}

/// Whether a character stands as it is in a URI parameter (RFC 3261 §25.1, paramchar).
fn is_param_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.!~*'()[]/:&+$".contains(c)
}

fn qparam(name: &str, value: Option<&str>) -> Option<u16> {
    if !name.eq_ignore_ascii_case("q") {
        return None;
    }
    qvalue(value.unwrap_or_default())
}

/// The road by which whoever sent a request with this contact is to be reached; none: by what the contact says.
///
/// A connection serves as long as the contact is not explicitly elsewhere. Over UDP the source address is taken when
/// the sender stands behind an address translator and the contact is its own.
pub(super) fn road(
    request: &Message,
    contact: &Uri<'_>,
    flow: &Flow,
    outbound: bool,
) -> Option<Flow> {
    let via = request.vias().next()?.ok()?;
    // More than one Via: another proxy is between us and the phone.
    if request.vias().nth(1).is_some() {
        return None;
    }
    if outbound || contact.param("ob").is_some() {
        return Some(*flow);
    }
    let own = is_senders(&via, contact.host_port(), flow);
    let transport = contact.param("transport");
    let fits = match flow.protocol {
        // Nobody can connect to who came by WebSocket (RFC 7118 §5.3).
        Protocol::Ws | Protocol::Wss => return Some(*flow),
        Protocol::Tcp => transport.is_none_or(|name| name.eq_ignore_ascii_case("tcp")),
        // A sips contact says no transport, and `tcp` where it does (RFC 3261 §26.2.2).
        Protocol::Tls => transport.is_none_or(|name| {
            name.eq_ignore_ascii_case("tls") || name.eq_ignore_ascii_case("tcp")
        }),
        Protocol::Udp => {
            let translated = via
                .sent_by
                .ip()
                .is_some_and(|address| address != flow.remote.ip());
            translated && transport.is_none_or(|name| name.eq_ignore_ascii_case("udp"))
        }
    };
    (own && fits).then_some(*flow)
}

/// Whether a contact's host is the machine that sent the request, by its own or by our account.
fn is_senders(via: &Via<'_>, contact: HostPort<'_>, flow: &Flow) -> bool {
    contact.host.eq_ignore_ascii_case(via.sent_by.host)
        || ip(contact.host)
            .is_some_and(|address| address == flow.remote.ip() || via.sent_by.ip() == Some(address))
}
