//! The stateful, forking proxy: RFC 3261 §16 with RFC 4320 (no late 408), RFC 5393 (Max-Breadth) and RFC 6026 (2xx).
//!
//! A response context (§16.7) lives beside the server transaction of the request and owns a branch per target. ACK for
//! 2xx passes without state. Which way a request takes is worked out in `routing`, by whom it may be sent in `access`,
//! how responses are chosen in `responses`.

use std::fmt::Write as _;

use super::accounts::{Account, Binding};
use super::responses::Best;
use super::routing::{Target, Way, forms_dialog};
use super::{Owner, Server, TimerKey};
use crate::base::{Key, Time};
use crate::syntax::{HeaderId, Message, Uri, method, uri};
use crate::transaction::{ClientKey, Draft, ServerKey};
use crate::transport::Flow;
use crate::transport::target::is_sips;

pub(super) type ContextKey = Key<Context>;

/// One request on its way to one or several targets.
pub(super) struct Context {
    pub(super) server: ServerKey,
    pub(super) branches: Vec<Branch>,
    /// The best final response so far that is not a 2xx.
    pub(super) best: Option<Best>,
    /// Challenges of all branches (RFC 3261 §16.7 step 7).
    pub(super) challenges: Vec<(HeaderId, Box<str>)>,
    /// The final response was sent.
    pub(super) answered: bool,
    /// The caller has given up.
    pub(super) cancelled: bool,
    /// The targets are a user's bindings, not what the caller wrote.
    pub(super) located: bool,
}

/// One target.
pub(super) struct Branch {
    pub(super) client: ClientKey,
    pub(super) done: bool,
    /// Timer C.
    pub(super) timer_c: Option<Time>,
    /// Timer C has fired: whatever comes is a 408.
    pub(super) expired: bool,
}

/// How often a request may pass this server before that is taken for a loop (RFC 3261 §16.3 item 4).
const MOST_PASSES: usize = 6;
/// Max-Breadth of a request without one (RFC 5393 §5.3.3).
const BREADTH: u32 = 60;
const MAX_BREADTH: &str = "Max-Breadth";
/// Max-Forwards given to a request without one (RFC 3261 §16.6 step 3).
const MAX_FORWARDS: u8 = 70;

impl Server {
    /// A request that is not for the server itself: on along its Route, to a user of ours, or out into the world.
    pub(super) fn on_forward(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        flow: Flow,
        way: &Way,
    ) {
        if !self.is_forwardable(now, server, request) || !self.may_pass(now, server, request, way) {
            return;
        }
        let mid_dialog = request.to_tag().is_some();
        if !way.routes.is_empty() || !self.identity.owns(&way.uri, mid_dialog && way.through_us) {
            let target = self.onward(way);
            return self.fork(now, server, request, &flow, vec![target], false);
        }
        if Uri::parse(&way.uri).is_ok_and(|uri| uri.param("gr").is_some()) {
            let targets = self.instance_at(&way.uri);
            return if targets.is_empty() {
                self.refuse(now, server, request, 480);
            } else {
                self.fork(now, server, request, &flow, targets, true);
            };
        }
        let Some(name) = self.name_in(&way.uri) else {
            return self.refuse(now, server, request, 404);
        };
        let Some(account) = self.accounts.find(&name) else {
            return self.refuse(now, server, request, 404);
        };
        if !mid_dialog && self.answer_by_status(now, server, request, account) {
            return;
        }
        let mut targets = self.accounts.get(account).map_or_else(Vec::new, locate);
        if is_sips(&way.uri) {
            // Whom is asked for by sips is reached by nothing less (RFC 3261 §26.2.2, RFC 5630 §5.3).
            let secure = |flow: &Flow| flow.protocol.is_secure();
            targets
                .retain(|target| is_sips(&target.uri) && target.flow.as_ref().is_none_or(secure));
        }
        if targets.is_empty() {
            return self.refuse(now, server, request, 480);
        }
        self.fork(now, server, request, &flow, targets, true);
    }

    /// The one instance that a GRUU of ours names (RFC 5627 §5.3), at its newest flow.
    fn instance_at(&self, gruu: &str) -> Vec<Target> {
        if let Some(binding) = self.accounts.binding_at(gruu) {
            return vec![target_of(binding)];
        }
        let urn = Uri::parse(gruu).ok().and_then(|uri| {
            let urn = uri::unescape(uri.param("gr")?);
            Some(String::from_utf8_lossy(&urn).into_owned())
        });
        let account = self
            .name_in(gruu)
            .and_then(|name| self.accounts.find(&name));
        let account = account.and_then(|account| self.accounts.get(account));
        let (Some(urn), Some(account)) = (urn, account) else {
            return Vec::new();
        };
        let named = account.bindings.iter().filter(|binding| {
            binding
                .urn()
                .is_some_and(|own| own.eq_ignore_ascii_case(&urn))
        });
        named
            .max_by_key(|binding| binding.expires_at)
            .map(target_of)
            .into_iter()
            .collect()
    }

    /// The checks of RFC 3261 §16.3 that only concern requests to be forwarded.
    fn is_forwardable(&mut self, now: Time, server: ServerKey, request: &Message) -> bool {
        if request.max_forwards() == Some(0) {
            self.refuse(now, server, request, 483);
            return false;
        }
        let unknown: Vec<&str> = request.values(HeaderId::ProxyRequire).collect();
        if !unknown.is_empty() {
            let unknown = unknown.join(", ");
            self.counters.refused += 1;
            self.answer(now, server, request, 420, |answer| {
                answer.header(HeaderId::Unsupported, &unknown)
            });
            return false;
        }
        let ours = |via: &Result<crate::syntax::Via<'_>, _>| {
            via.as_ref()
                .is_ok_and(|via| self.identity.is_sent_by(via.sent_by.host, via.sent_by.port))
        };
        if request.vias().filter(ours).count() >= MOST_PASSES {
            self.refuse(now, server, request, 482);
            return false;
        }
        true
    }

    /// The one target of a request whose way is laid down by Route and Request-URI. A phone that registered this very
    /// contact is reached by the road it registered by.
    fn onward(&self, way: &Way) -> Target {
        let mut target = Target::new(&way.uri, way.routes.clone());
        if way.routes.is_empty()
            && let Some(binding) = self.accounts.binding_at(&way.uri)
        {
            target.flow = binding.flow;
        }
        target
    }

    /// Sends a request to all targets at once (RFC 3261 §16.6).
    fn fork(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        flow: &Flow,
        mut targets: Vec<Target>,
        located: bool,
    ) {
        targets.truncate(self.config.limits.forks.max(1));
        let breadth = request
            .header_named(MAX_BREADTH)
            .and_then(|value| value.trim().parse().ok())
            .unwrap_or(BREADTH);
        let width = u32::try_from(targets.len()).unwrap_or(u32::MAX);
        let Some(share) = breadth.checked_div(width).filter(|share| *share > 0) else {
            return self.refuse_with(now, server, request, 440, "Max-Breadth Exceeded");
        };
        let lines = self.copied_lines(request, share);
        let forwards = request.max_forwards().unwrap_or(MAX_FORWARDS + 1) - 1;
        let stays = self.config.record_route && forms_dialog(request.method());
        let is_invite = request.method() == method::INVITE;
        let context = self.contexts.insert(Context {
            server,
            branches: Vec::with_capacity(targets.len()),
            best: None,
            challenges: Vec::new(),
            answered: false,
            cancelled: false,
            located,
        });
        self.context_of.insert(server, context);
        self.counters.forwarded += 1;
        for (index, target) in (0_u16..).zip(targets) {
            let mut own = String::with_capacity(lines.len() + 160);
            if stays {
                for value in self.record_routes(flow, &target) {
                    let _ = write!(own, "Record-Route: {value}\r\n");
                }
            }
            own.push_str(&lines);
            let draft = draft(request, target, own, forwards);
            let owner = Owner::Branch(context, index);
            let client = self.endpoint.request(now, draft, owner);
            self.counters.branches += 1;
            let timer_c = is_invite.then(|| now + self.config.timer_c);
            if let Some(at) = timer_c {
                self.timers.set(at, TimerKey::TimerC(context, index));
            }
            if let Some(context) = self.contexts.get_mut(context) {
                context.branches.push(Branch {
                    client,
                    done: false,
                    timer_c,
                    expired: false,
                });
            }
        }
    }

    /// The header lines that go on as they came: all but those which the draft has places for, credentials for us, and
    /// Max-Breadth, of which each branch gets its share.
    fn copied_lines(&self, request: &Message, breadth: u32) -> String {
        let mut lines = String::with_capacity(request.as_bytes().len());
        for (id, name, value) in request.identified_lines() {
            let value = String::from_utf8_lossy(value);
            let ours = match id {
                Some(HeaderId::Route | HeaderId::MaxForwards | HeaderId::ContentLength) => true,
                Some(HeaderId::ProxyAuthorization) => crate::syntax::Authentication::parse(&value)
                    .is_ok_and(|credentials| {
                        credentials.realm().as_deref() == Some(self.challenger.realm())
                    }),
                _ => name.eq_ignore_ascii_case(MAX_BREADTH),
            };
            if !ours {
                let _ = write!(lines, "{name}: {value}\r\n");
            }
        }
        let _ = write!(lines, "{MAX_BREADTH}: {breadth}\r\n");
        lines
    }

    /// An ACK for a 2xx goes on along its Route; there is no answer to it, so whatever is wrong with it ends here.
    pub(super) fn on_ack(&mut self, now: Time, ack: &Message) {
        let Some(forwards) = ack
            .max_forwards()
            .unwrap_or(MAX_FORWARDS + 1)
            .checked_sub(1)
        else {
            return;
        };
        let way = self.identity.way(ack);
        let mut target = self.onward(&way);
        if way.routes.is_empty() && self.identity.owns(&way.uri, way.through_us) {
            // A callee that gave its address of record as Contact; with one binding it is clear who that is.
            let account = self
                .name_in(&way.uri)
                .and_then(|name| self.accounts.find(&name));
            let mut targets = account
                .and_then(|account| self.accounts.get(account))
                .map_or_else(Vec::new, locate);
            match (targets.pop(), targets.is_empty()) {
                (Some(only), true) => target = only,
                _ => return,
            }
        }
        if Uri::parse(&target.uri).is_err() {
            return;
        }
        self.counters.forwarded += 1;
        let lines = self.copied_lines(ack, BREADTH);
        let draft = draft(ack, target, lines, forwards);
        self.endpoint.send_stateless(now, draft);
    }

    /// The caller gave up (RFC 3261 §16.10): so do all branches, with the reason it gave (RFC 3326).
    pub(super) fn on_cancelled(&mut self, now: Time, server: ServerKey, cancel: &Message) {
        let Some(key) = self.context_of.get(&server).copied() else {
            // Answered already, or about to be.
            return;
        };
        let mut lines = String::new();
        for reason in cancel.headers(HeaderId::Reason) {
            let _ = write!(lines, "Reason: {reason}\r\n");
        }
        if let Some(context) = self.contexts.get_mut(key) {
            context.cancelled = true;
        }
        self.cancel_branches(now, key, &lines);
    }

    /// Cancels every branch that has no final response yet.
    pub(super) fn cancel_branches(&mut self, now: Time, key: ContextKey, lines: &str) {
        let Some(context) = self.contexts.get(key) else {
            return;
        };
        let open = context.branches.iter().filter(|branch| !branch.done);
        let clients: Vec<ClientKey> = open.map(|branch| branch.client).collect();
        for client in clients {
            self.endpoint.cancel(now, client, lines);
        }
    }

    /// Timer C (RFC 3261 §16.8): a phone that rings for ever is cancelled and counts as one that never answered.
    pub(super) fn on_timer_c(&mut self, now: Time, key: ContextKey, index: u16) {
        let Some(branch) = self
            .contexts
            .get_mut(key)
            .and_then(|context| context.branches.get_mut(usize::from(index)))
        else {
            return;
        };
        branch.timer_c = None;
        if !branch.done {
            branch.expired = true;
            let client = branch.client;
            self.endpoint.cancel(now, client, "");
        }
    }

    /// The server transaction is over, and with it all that hangs on it.
    pub(super) fn on_server_ended(&mut self, now: Time, server: ServerKey) {
        if let Some(key) = self.context_of.get(&server).copied() {
            self.cancel_branches(now, key, "");
            self.drop_context(key);
        }
    }

    pub(super) fn drop_context(&mut self, key: ContextKey) {
        let Some(context) = self.contexts.remove(key) else {
            return;
        };
        self.context_of.remove(&context.server);
        for (index, branch) in (0_u16..).zip(&context.branches) {
            if let Some(at) = branch.timer_c {
                self.timers.cancel(at, TimerKey::TimerC(key, index));
            }
        }
    }
}

/// The targets of a user (RFC 3261 §16.5): the contacts it always has, and its bindings, the preferred ones first.
fn locate(account: &Account) -> Vec<Target> {
    let always = account.user.iter().flat_map(|user| &user.contacts);
    let mut targets: Vec<Target> = always
        .map(|contact| Target::new(contact, Vec::new()))
        .collect();
    // Of several flows of one instance the newest is taken: it is one phone, and rings once (RFC 5626 §6).
    let newest = |binding: &&Binding| {
        let Some((instance, _)) = &binding.instance else {
            return true;
        };
        let same = account.bindings.iter().filter(|other| {
            other
                .instance
                .as_ref()
                .is_some_and(|(urn, _)| urn == instance)
        });
        same.max_by_key(|other| (other.expires_at, other.serial))
            .is_none_or(|newest| newest.serial == binding.serial)
    };
    let mut bindings: Vec<_> = account.bindings.iter().filter(newest).collect();
    // The sort keeps the order of equals.
    bindings.sort_by_key(|binding| std::cmp::Reverse(binding.q));
    targets.extend(bindings.into_iter().map(target_of));
    targets
}

fn target_of(binding: &Binding) -> Target {
    Target {
        flow: binding.flow,
        ..Target::new(&binding.contact, binding.path.clone())
    }
}

fn draft(request: &Message, target: Target, lines: String, forwards: u8) -> Draft {
    Draft {
        sockets: Vec::new(),
        method: request.method().into(),
        uri: target.uri,
        routes: target.routes,
        next_hop: target.next_hop,
        flow: target.flow,
        account: None,
        lines,
        max_forwards: Some(forwards),
        contact: None,
        keep: false,
        content_type: None,
        body: request.body().to_vec(),
    }
}
