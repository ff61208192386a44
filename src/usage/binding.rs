//! One binding of one address of record, word for word as the application asks: RFC 3261 §10 without a will of its own.
//!
//! REGISTER, the same again with news, removal of this binding or of all, and the question which there are. What a
//! profile registers keeps itself alive (`register`); this one refreshes and answers challenges only when told to.

use std::time::Duration;

use crate::base::Time;
use crate::dialog::LocalTag;
use crate::syntax::{HeaderId, Message, NameAddr, Uri, uri};
use crate::transaction::{ClientKey, Draft, Failure};
use crate::transport::{Flow, SocketKey};

use super::automation::Auto;
use super::context::ALLOW;
use super::{Account, Cx, Lines, Outcome, Outgoing, Owner};

/// Timers of a binding.
const REFRESH: u32 = 1;
const LAPSE: u32 = 2;

/// What a REGISTER is for; numbered as in the C API.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(i32)]
pub enum Operation {
    /// Make the binding.
    Register = 1,
    /// Again, now.
    Update = 2,
    /// Remove it.
    Unregister = 3,
    /// Remove all of the address of record: `Contact: *`.
    UnregisterAll = 4,
    /// Ask which there are.
    Fetch = 5,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Not registered; nothing on its way but perhaps a question.
    Unregistered,
    /// The first REGISTER is on its way.
    Registering,
    /// Registered; an update may be on its way.
    Registered,
    /// A removal is on its way.
    Unregistering,
}

/// What to register, and where.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// To: the address of record in brackets.
    pub to: Box<str>,
    /// From without tag: who registers.
    pub from: Box<str>,
    /// Request-URI.
    pub registrar: Box<str>,
    /// The Contact as given; empty: ours.
    pub contact: Box<str>,
    /// The outbound proxy as Route values.
    pub routes: Vec<Box<str>>,
    /// Seconds.
    pub expires: u32,
    /// The registrar's own time: say none.
    pub no_expires: bool,
    /// Stay with the address that answered.
    pub pin: bool,
    /// Our UDP sockets that it may leave by; none: any.
    pub sockets: Vec<SocketKey>,
}

/// How a REGISTER ended.
#[derive(Debug)]
pub struct Ended {
    /// Which.
    pub operation: Operation,
    /// It was a refresh of its own accord.
    pub automatic: bool,
    /// How.
    pub outcome: Outcome,
    /// The 2xx lacks our binding.
    pub garbled: bool,
    /// The answer.
    pub message: Option<Message>,
    /// The operation's cookie.
    pub cookie: i64,
}

#[derive(Debug)]
struct Request {
    operation: Operation,
    automatic: bool,
    outgoing: Outgoing,
    cookie: i64,
}

/// One binding.
#[derive(Debug)]
pub struct Binding {
    owner: Owner,
    /// What to register.
    pub wish: Wish,
    /// What is done without asking: AUTHENTICATION, REFRESH.
    pub auto: Auto,
    /// Seconds between refreshes that the application chose; 0: by the granted time.
    pub interval: u32,
    call_id: Box<str>,
    local_tag: LocalTag,
    cseq: u32,
    state: State,
    request: Option<Box<Request>>,
    refresh_at: Option<Time>,
    lapse_at: Option<Time>,
    granted: u32,
    /// Own lines and Expires of the last REGISTER, for the refresh.
    own: Box<str>,
    asked: u32,
    /// Our Contact as the registrar has it, with its parameters.
    contact: Box<str>,
    service_route: Vec<Box<str>>,
    associated: Vec<Box<str>>,
    gruu: Box<str>,
    pinned: Option<Flow>,
}

impl Binding {
    /// Nothing said yet.
    #[must_use]
    pub fn new(cx: &mut Cx, owner: Owner, wish: Wish, auto: Auto) -> Self {
        Self {
            owner,
            wish,
            auto,
            interval: 0,
            call_id: cx.call_id(),
            local_tag: cx.tag(),
            cseq: cx.first_cseq(),
            state: State::Unregistered,
            request: None,
            refresh_at: None,
            lapse_at: None,
            granted: 0,
            own: "".into(),
            asked: 0,
            contact: "".into(),
            service_route: Vec::new(),
            associated: Vec::new(),
            gruu: "".into(),
            pinned: None,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether a REGISTER is on its way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.request.is_some()
    }

    /// Whether a response or failure is this one's.
    #[must_use]
    pub fn is(&self, client: ClientKey) -> bool {
        self.request
            .as_ref()
            .is_some_and(|request| request.outgoing.is(client))
    }

    /// Our Contact as the registrar has it; empty without a binding.
    #[must_use]
    pub fn contact(&self) -> &str {
        &self.contact
    }

    /// Seconds that were granted; 0 without a binding.
    #[must_use]
    pub fn granted(&self) -> u32 {
        self.granted
    }

    /// Service-Route of the last 2xx (RFC 3608).
    #[must_use]
    pub fn service_route(&self) -> &[Box<str>] {
        &self.service_route
    }

    /// P-Associated-URI of the last 2xx (RFC 7315).
    #[must_use]
    pub fn associated(&self) -> &[Box<str>] {
        &self.associated
    }

    /// The public GRUU of the last 2xx (RFC 5627).
    #[must_use]
    pub fn gruu(&self) -> &str {
        &self.gruu
    }

    /// Seconds between refreshes; 0 where none is planned.
    #[must_use]
    pub fn interval_now(&self) -> u32 {
        match (self.refresh_at, self.interval) {
            (None, _) => 0,
            (Some(_), 0) => refresh_secs(self.granted),
            (Some(_), chosen) => chosen,
        }
    }

    /// Another period, from now on.
    pub fn set_interval(&mut self, cx: &mut Cx, secs: u32) {
        self.interval = secs;
        if self.refresh_at.is_some() {
            self.plan(cx);
        }
    }

    /// Sends a REGISTER; the caller has looked whether it may.
    pub fn send(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        operation: Operation,
        own: &str,
        expires: u32,
        cookie: i64,
    ) -> ClientKey {
        match operation {
            Operation::Register => self.state = State::Registering,
            Operation::Unregister => self.state = State::Unregistering,
            Operation::UnregisterAll if self.state == State::Registered => {
                self.state = State::Unregistering;
            }
            Operation::UnregisterAll | Operation::Update | Operation::Fetch => {}
        }
        if matches!(operation, Operation::Register | Operation::Update) {
            self.own = own.into();
            self.asked = if expires == 0 {
                self.wish.expires
            } else {
                expires
            };
        }
        if operation != Operation::Fetch {
            self.stop(cx);
        }
        self.transmit(cx, account, operation, own, cookie, false)
    }

    fn transmit(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        operation: Operation,
        own: &str,
        cookie: i64,
        automatic: bool,
    ) -> ClientKey {
        self.cseq += 1;
        let mut lines = Lines::new(own);
        let mut contact = None;
        match operation {
            Operation::Fetch => {}
            Operation::UnregisterAll => {
                lines = lines.put("Contact", "*").put("Expires", "0");
            }
            Operation::Register | Operation::Update | Operation::Unregister => {
                if self.wish.contact.is_empty() {
                    contact = Some(account.contact.clone());
                } else {
                    lines = lines.put("Contact", &self.wish.contact);
                }
                if operation == Operation::Unregister {
                    lines = lines.put("Expires", "0");
                } else if !self.wish.no_expires {
                    lines = lines.put("Expires", &self.asked.to_string());
                }
            }
        }
        let rest = lines
            .offer("Supported", "path")
            .offer("Allow", ALLOW)
            .offer("Allow-Events", &cx.allow_events)
            .offer("User-Agent", &cx.user_agent)
            .finish(&[]);
        let draft = Draft {
            method: "REGISTER".into(),
            uri: self.wish.registrar.clone(),
            routes: self.wish.routes.clone(),
            flow: self.pinned,
            sockets: self.wish.sockets.clone(),
            contact,
            lines: format!(
                "From: {};tag={}\r\nTo: {}\r\nCall-ID: {}\r\n",
                self.wish.from, self.local_tag, self.wish.to, self.call_id
            ),
            ..Draft::default()
        };
        let mut outgoing = Outgoing::new(draft, self.cseq, rest, self.owner);
        let client = outgoing.send(cx, account);
        self.request = Some(Box::new(Request {
            operation,
            automatic,
            outgoing,
            cookie,
        }));
        client
    }

    fn stop(&mut self, cx: &mut Cx) {
        cx.disarm(self.refresh_at.take(), self.owner, REFRESH);
        cx.disarm(self.lapse_at.take(), self.owner, LAPSE);
    }

    fn plan(&mut self, cx: &mut Cx) {
        self.stop(cx);
        let granted = Duration::from_secs(self.granted.into());
        self.lapse_at = Some(cx.arm(granted, self.owner, LAPSE));
        if self.auto.has(Auto::REFRESH) {
            let after = if self.interval == 0 {
                refresh_secs(self.granted)
            } else {
                self.interval
            };
            let after = Duration::from_secs(after.into()).max(Duration::from_millis(500));
            self.refresh_at = Some(cx.arm(after, self.owner, REFRESH));
        }
    }

    /// A response to a REGISTER; `Err` gives the transaction in which a challenge was answered.
    pub fn on_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: Message,
        flow: &Flow,
    ) -> Result<Option<Ended>, ClientKey> {
        let status = message.status().unwrap_or_default();
        if status < 200 {
            return Ok(None);
        }
        let Some(mut request) = self.request.take() else {
            return Ok(None);
        };
        if matches!(status, 401 | 407) && !cx.challenge_stands {
            let cseq = self.cseq + 1;
            if let Ok(client) = request.outgoing.authenticate(cx, account, &message, cseq) {
                self.cseq = cseq;
                self.request = Some(request);
                return Err(client);
            }
        }
        let mut garbled = false;
        match request.operation {
            Operation::Fetch => {}
            // Whatever the answer is, the binding is over here.
            Operation::Unregister | Operation::UnregisterAll => self.forget(cx, account),
            Operation::Register | Operation::Update if status < 300 => {
                garbled = !self.take(cx, account, &message, flow);
            }
            Operation::Register | Operation::Update => self.forget(cx, account),
        }
        Ok(Some(Ended {
            operation: request.operation,
            automatic: request.automatic,
            outcome: Outcome::Sip(status),
            garbled,
            message: Some(message),
            cookie: request.cookie,
        }))
    }

    /// No final response will come.
    pub fn on_failure(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        failure: Failure,
    ) -> Option<Ended> {
        let request = self.request.take()?;
        if request.operation != Operation::Fetch {
            self.forget(cx, account);
        }
        self.pinned = None;
        Some(Ended {
            operation: request.operation,
            automatic: request.automatic,
            outcome: Outcome::Failed(failure),
            garbled: false,
            message: None,
            cookie: request.cookie,
        })
    }

    /// Takes the 2xx in; `false`: it does not name our binding.
    fn take(&mut self, cx: &mut Cx, account: &mut Account, message: &Message, flow: &Flow) -> bool {
        let ours = if self.wish.contact.is_empty() {
            cx.contact(flow, &account.contact).unwrap_or_default()
        } else {
            self.wish.contact.to_string()
        };
        let Some((contact, expires)) = find(message, &ours) else {
            self.forget(cx, account);
            return false;
        };
        let granted = expires.or_else(|| message.expires()).unwrap_or(self.asked);
        if granted == 0 {
            self.forget(cx, account);
            return false;
        }
        self.state = State::Registered;
        self.granted = granted;
        self.gruu = gruu_of(&contact).unwrap_or_default().into();
        self.contact = contact.into();
        let values = |id| message.values(id).take(16).map(Into::into).collect();
        self.service_route = values(HeaderId::ServiceRoute);
        self.associated = values(HeaderId::PAssociatedUri);
        self.pinned = self.wish.pin.then_some(*flow);
        self.lend(account);
        self.plan(cx);
        true
    }

    /// The way of other requests in this context: the proxy, then Service-Route.
    pub fn lend(&self, account: &mut Account) {
        account.routes.clone_from(&self.wish.routes);
        account.routes.extend(self.service_route.iter().cloned());
        account.flow = self.pinned.map(|flow| {
            let host = Uri::parse(&self.wish.registrar).map_or("", |uri| uri.host);
            (flow, host.into())
        });
    }

    fn forget(&mut self, cx: &mut Cx, account: &mut Account) {
        self.stop(cx);
        self.pinned = None;
        self.state = State::Unregistered;
        self.granted = 0;
        self.contact = "".into();
        self.gruu = "".into();
        self.service_route = Vec::new();
        self.associated = Vec::new();
        self.lend(account);
    }

    /// Any address of the proxy will do again.
    pub fn unpin(&mut self) {
        self.pinned = None;
    }

    /// What it stood on is gone: nothing is sent, the binding is over here.
    pub fn lose(&mut self, cx: &mut Cx, account: &mut Account) {
        self.request = None;
        self.pinned = None;
        self.forget(cx, account);
    }

    /// One of its timers; `true`: the binding lapsed.
    pub fn on_alarm(&mut self, cx: &mut Cx, account: &mut Account, what: u32) -> bool {
        match what {
            REFRESH if self.request.is_none() => {
                self.refresh_at = None;
                let own = std::mem::take(&mut self.own);
                self.transmit(cx, account, Operation::Update, &own, 0, true);
                self.own = own;
                false
            }
            LAPSE => {
                self.lapse_at = None;
                self.forget(cx, account);
                true
            }
            _ => false,
        }
    }
}

/// After how many seconds of a granted time it is repeated: ten minutes before its end, a time of at most twenty minutes
/// at its half.
#[must_use]
pub const fn refresh_secs(granted: u32) -> u32 {
    if granted > 1200 {
        granted - 600
    } else {
        granted / 2
    }
}

/// Our Contact in the list of a 2xx, whole, and its own time. A registrar that wrote our address anew is known by the
/// user part of an only Contact.
fn find(message: &Message, ours: &str) -> Option<(String, Option<u32>)> {
    let our_uri = NameAddr::parse(ours).ok()?.uri;
    let user = Uri::parse(our_uri).ok().and_then(|ours| ours.user);
    let (mut only, mut count) = (None, 0);
    for value in message.values(HeaderId::Contact).take(64) {
        count += 1;
        let Ok(address) = NameAddr::parse(value) else {
            continue;
        };
        let expires = || {
            message
                .contacts()
                .filter_map(Result::ok)
                .nth(count - 1)?
                .expires()
        };
        if uri::equal(address.uri, our_uri) {
            return Some((value.to_owned(), expires()));
        }
        let same_user = Uri::parse(address.uri).ok().and_then(|other| other.user) == user;
        if user.is_some() && same_user {
            only = Some((value.to_owned(), expires()));
        }
    }
    only.filter(|_| count == 1)
}

fn gruu_of(contact: &str) -> Option<&str> {
    let (_, after) = contact.split_once(";pub-gruu=\"")?;
    after.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_time_is_refreshed_ten_minutes_before_its_end_and_a_short_one_at_its_half() {
        assert_eq!(
            [3600, 1201, 1200, 60, 1].map(refresh_secs),
            [3000, 601, 600, 30, 0]
        );
    }
}
