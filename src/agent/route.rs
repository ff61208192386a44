//! Which object a message, a timer or a failure belongs to (RFC 3261 §8.2, §12.2.2).

use crate::base::Key;
use crate::dialog::{LocalTag, Order};
use crate::syntax::{HeaderId, Message, MessageBuilder, Uri};
use crate::transaction::{ClientKey, Failure, Indication, ServerEnd, ServerKey};
use crate::transport::Flow;
use crate::usage::{
    Alarm, DialogKey, Outcome, Owner, Reliable, Role, Side, body, on_stray, refer, reliable,
    session_timer,
};

use super::Agent;
use super::options::join;

impl Agent {
    /// Takes everything the transaction layer has to say.
    pub(super) fn settle(&mut self) {
        while let Some(indication) = self.cx.endpoint.poll_indication() {
            self.on_indication(indication);
            self.tell_lost_usages();
        }
        self.note_answers();
    }

    /// One usage met a refusal that ends the dialog: the others end too.
    fn tell_lost_usages(&mut self) {
        while let Some((owner, status)) = self.cx.dialogs.poll_lost() {
            match owner.role {
                Role::Call => {
                    self.with_call(Key::from_bits(owner.key), |call, cx, account, out| {
                        call.on_dialog_lost(cx, account, status, out);
                    })
                }
                Role::Subscription => self.on_subscription_dialog_lost(owner.key, status),
                Role::Watcher => self.on_watcher_dialog_lost(owner.key, status),
                Role::Referrer => self.on_referring_dialog_lost(owner.key),
                Role::Referee => self.on_referral_dialog_lost(owner.key, status),
                _ => {}
            }
        }
    }

    fn on_indication(&mut self, indication: Indication<Owner>) {
        match indication {
            Indication::Request {
                server,
                message,
                flow,
            } => self.on_request(server, message, &flow),
            Indication::Cancelled { server, message } => self.on_cancelled(server, message),
            Indication::ServerEnded { server, end } => self.on_server_ended(server, end),
            Indication::Response {
                client,
                owner,
                message,
                flow,
            } => {
                if message.status() == Some(430) {
                    self.on_flow_failed(owner, &message);
                }
                if !self.hold_challenge(client, owner, &message, &flow) {
                    self.deliver_response(client, owner, message, &flow);
                }
            }
            Indication::Failed {
                client,
                owner,
                failure,
            } => {
                let key = owner.key;
                self.show_failure(client, owner, failure);
                match owner.role {
                    Role::Call => self.on_call_failure(Key::from_bits(key), client, failure),
                    Role::Registration => {
                        self.on_register_failure(Key::from_bits(key), client, failure);
                    }
                    Role::Publication => {
                        self.on_publish_failure(Key::from_bits(key), client, failure);
                    }
                    Role::Subscription => {
                        self.on_subscribe_failure(Key::from_bits(key), client, failure);
                    }
                    Role::Watcher => self.on_notify_failure(Key::from_bits(key), client, failure),
                    Role::Referrer => self.on_refer_failure(Key::from_bits(key), client, failure),
                    Role::Referee => self.on_referral_failure(Key::from_bits(key), client, failure),
                    Role::Request => self.on_app_failure(Key::from_bits(key), client, failure),
                    Role::Binding => self.on_binding_failure(Key::from_bits(key), client, failure),
                    Role::Refresh => self.on_refresh_failure(Key::from_bits(key), client, failure),
                    Role::Nobody | Role::Pending | Role::Challenge => {}
                }
            }
            Indication::StrayResponse { message, flow } => self.on_stray(&message, &flow),
            Indication::FlowClosed { flow } => self.on_flow_closed(&flow),
        }
    }

    /// Hands a response to whoever sent the request.
    pub(super) fn deliver_response(
        &mut self,
        client: ClientKey,
        owner: Owner,
        message: Message,
        flow: &Flow,
    ) {
        let key = owner.key;
        self.current_flow = Some(*flow);
        let shown = self.show_response(client, owner, &message);
        match owner.role {
            Role::Call => self.on_call_response(Key::from_bits(key), client, message, flow),
            Role::Registration => {
                self.on_register_response(Key::from_bits(key), client, message, flow);
            }
            Role::Publication => self.on_publish_response(Key::from_bits(key), client, message),
            Role::Subscription => {
                self.on_subscribe_response(Key::from_bits(key), client, message, flow);
            }
            Role::Watcher => self.on_notify_response(Key::from_bits(key), client, message),
            Role::Referrer => {
                self.on_refer_response(Key::from_bits(key), client, message, flow);
            }
            Role::Referee => self.on_referral_response(Key::from_bits(key), client, message),
            Role::Request => self.on_app_response(Key::from_bits(key), client, message),
            Role::Binding => self.on_binding_response(Key::from_bits(key), client, message, flow),
            Role::Refresh => self.on_refresh_response(Key::from_bits(key), client, message),
            Role::Nobody | Role::Pending | Role::Challenge => {}
        }
        if let Some(shown) = shown {
            self.after_response(&shown, owner, client);
        }
        self.current_flow = None;
        self.cx.given = None;
        self.cx.challenge_stands = false;
    }

    pub(super) fn on_alarm(&mut self, alarm: Alarm) {
        let (key, what) = (alarm.owner.key, alarm.what);
        match alarm.owner.role {
            Role::Call => self.on_call_alarm(Key::from_bits(key), what),
            Role::Registration => self.on_registration_alarm(Key::from_bits(key), what),
            Role::Publication => self.on_publication_alarm(Key::from_bits(key), what),
            Role::Subscription => self.on_subscription_alarm(Key::from_bits(key), what),
            Role::Watcher => self.on_watcher_alarm(Key::from_bits(key), what),
            Role::Referrer => self.on_referring_alarm(Key::from_bits(key), what),
            Role::Referee => self.on_referral_alarm(Key::from_bits(key), what),
            Role::Pending => self.on_answer_deadline(Key::from_bits(key)),
            Role::Nobody if what == super::telling::PASS => self.on_pass_alarm(),
            Role::Nobody => self.on_shutdown_alarm(),
            Role::Challenge => self.on_challenge_alarm(key),
            Role::Binding => self.on_binding_alarm(Key::from_bits(key), what),
            Role::Refresh => self.on_refresh_alarm(Key::from_bits(key)),
            Role::Request => {}
        }
    }

    fn on_request(&mut self, server: Option<ServerKey>, message: Message, flow: &Flow) {
        self.serving = server;
        self.current_flow = Some(*flow);
        self.route_request(server, message, flow);
        self.current_flow = None;
        self.serving = None;
        self.shown = false;
    }

    fn route_request(&mut self, server: Option<ServerKey>, message: Message, flow: &Flow) {
        // RFC 3261 §8.2.2.1 and §8.2.2.3 come before anything is done with a request. ACK has no answer.
        if let Some(server) = server
            && let Some(status) = self.inspect(&message)
        {
            return self.refuse_inspected(server, &message, status);
        }
        // An application that does not read its events must not cost memory: what would make more of them waits outside.
        if let Some(server) = server
            && self.is_behind()
            && message.method() != "BYE"
        {
            self.overflowed += 1;
            return self.reply(server, &message, 503, "Retry-After: 5\r\n");
        }
        if let Some(server) = server
            && message.method() != "BYE"
            && let Some((status, lines)) = body::refusal(&message)
        {
            return self.reply(server, &message, status, lines);
        }
        match message.to_tag() {
            Some(_) => self.on_dialog_request(server, message, flow),
            None => {
                if let Some(server) = server
                    && self.peer_may(server, &message)
                {
                    match self.wanted_by_application(&message) {
                        Some(cookie) => self.offer_request(server, message, flow, cookie),
                        None => {
                            self.show_request(Some(server), &message, None);
                            self.on_new_request(server, message, flow);
                        }
                    }
                }
            }
        }
    }

    /// The dialog first, then the usage (RFC 5057 §5.3).
    fn on_dialog_request(&mut self, server: Option<ServerKey>, message: Message, flow: &Flow) {
        let found = self.cx.dialogs.find(&message);
        if let (Some(place), Some(server), "REFER") = (found.dialog, server, message.method()) {
            return self.on_refer(server, message, flow, Some(place));
        }
        let owner = match (found.owner, found.dialog) {
            (Some(owner), _) => owner,
            // What belongs to no usage is told with the call of the dialog, if there is one.
            (None, Some(key)) => {
                let dialogs = &self.cx.dialogs;
                let beside = match message.method() {
                    "NOTIFY" => dialogs.any_subscription(key, Side::Subscriber),
                    "SUBSCRIBE" => dialogs.any_subscription(key, Side::Notifier),
                    _ => None,
                };
                match dialogs.call(key).or(beside) {
                    Some(owner) => owner,
                    None => return self.on_usageless(key, server, message, flow),
                }
            }
            (None, None) => {
                self.show_request(server, &message, None);
                return self.on_unknown_dialog(server, &message);
            }
        };
        self.show_request(server, &message, Some(owner));
        match owner.role {
            Role::Call => self.on_call_request(Key::from_bits(owner.key), server, message, flow),
            Role::Subscription => {
                self.on_subscription_request(Key::from_bits(owner.key), server, message, flow);
            }
            Role::Watcher => {
                self.on_watcher_request(Key::from_bits(owner.key), server, message, flow);
            }
            Role::Referrer => {
                self.on_referring_request(Key::from_bits(owner.key), server, message, flow);
            }
            Role::Referee => {
                self.on_referral_request(Key::from_bits(owner.key), server, message, flow);
            }
            _ => self.on_unknown_dialog(server, &message),
        }
    }

    /// A request in a dialog of subscriptions alone that is for none of them.
    fn on_usageless(
        &mut self,
        key: DialogKey,
        server: Option<ServerKey>,
        message: Message,
        flow: &Flow,
    ) {
        let Some(server) = server else { return };
        let order = self
            .cx
            .dialogs
            .get_mut(key)
            .map(|dialog| dialog.on_request(&message));
        if order == Some(Order::Stale) {
            return self.reply(server, &message, 500, "");
        }
        match message.method() {
            "OPTIONS" => self.on_options(server, &message, flow),
            "MESSAGE" => self.on_message(server, message),
            // The dialog is known, the usage is not (RFC 5057 §5.1: 481 ends no other).
            "INVITE" | "UPDATE" | "PRACK" | "BYE" | "INFO" | "NOTIFY" | "SUBSCRIBE" => {
                self.reply(server, &message, 481, "");
            }
            _ => self.on_other_request(server, message),
        }
    }

    /// A To tag that names nothing: the dialog is gone, or never was (RFC 3261 §12.2.2). An INVITE that is not even
    /// addressed to us is for nobody here (§8.2.2.1), which comes first.
    fn on_unknown_dialog(&mut self, server: Option<ServerKey>, message: &Message) {
        let Some(server) = server else { return };
        let ours = |host: &str| {
            crate::syntax::ip(host).is_some() || host.eq_ignore_ascii_case("localhost")
        };
        let addressed = Uri::parse(message.request_uri()).is_ok_and(|uri| ours(uri.host));
        let status = if message.method() == "INVITE" && !addressed {
            404
        } else {
            481
        };
        self.reply(server, message, status, "");
    }

    /// A request outside any dialog goes its ordinary way.
    pub(super) fn on_new_request(&mut self, server: ServerKey, message: Message, flow: &Flow) {
        if self.config.known_users_only && !self.is_addressed(&message) {
            return self.reply(server, &message, 404, "");
        }
        match message.method() {
            "INVITE" => self.on_invite(server, message, flow),
            "OPTIONS" => self.on_options(server, &message, flow),
            "MESSAGE" => self.on_message(server, message),
            "SUBSCRIBE" => self.on_subscribe(server, message, flow),
            "REFER" => self.on_refer(server, message, flow, None),
            "NOTIFY" => self.on_stray_notify(server, message, flow),
            "BYE" | "CANCEL" | "INFO" | "UPDATE" | "PRACK" => {
                self.reply(server, &message, 481, "");
            }
            _ => self.on_other_request(server, message),
        }
    }

    /// What the request asks of us that we do not have: 416, 420.
    fn inspect(&self, message: &Message) -> Option<u16> {
        let scheme = message.request_uri().split(':').next().unwrap_or_default();
        if !["sip", "sips", "tel"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
        {
            return Some(416);
        }
        // RFC 3261 §19.1.1: a Request-URI has no header part.
        if Uri::parse(message.request_uri()).is_ok_and(|uri| uri.headers.is_some()) {
            return Some(400);
        }
        // RFC 3891 §3, RFC 3911 §4: only an INVITE replaces or joins.
        if message.method() != "INVITE"
            && (message.header(HeaderId::Replaces).is_some()
                || message.header(HeaderId::Join).is_some())
        {
            return Some(400);
        }
        // RFC 3261 §8.2.2.3: Require does not count in CANCEL.
        if message.method() != "CANCEL"
            && message
                .values(HeaderId::Require)
                .any(|tag| !self.knows(message, tag))
        {
            return Some(420);
        }
        None
    }

    /// Whether we do what an option tag in Require asks for. Inside a call it may be that call's own terms that allow it.
    fn knows(&self, message: &Message, tag: &str) -> bool {
        let (inside, defaults) = (message.to_tag().is_some(), &self.config.session_defaults);
        match tag {
            _ if tag.eq_ignore_ascii_case(reliable::TAG) => {
                inside || defaults.reliable != Reliable::Off
            }
            _ if tag.eq_ignore_ascii_case(session_timer::TAG) => {
                inside || defaults.session_expires_secs >= 0
            }
            _ => refer::OPTIONS
                .split(", ")
                .any(|known| tag.eq_ignore_ascii_case(known)),
        }
    }

    fn refuse_inspected(&mut self, server: ServerKey, message: &Message, status: u16) {
        let mut lines = String::new();
        if status == 420 {
            for option in message
                .values(HeaderId::Require)
                .filter(|tag| !self.knows(message, tag))
            {
                lines.push_str("Unsupported: ");
                lines.push_str(option);
                lines.push_str("\r\n");
            }
        }
        self.reply(server, message, status, &lines);
    }

    /// Answers a request that belongs to no object, with a To tag of its own.
    pub(super) fn reply(&mut self, server: ServerKey, request: &Message, status: u16, lines: &str) {
        let response = self.stateless_reply(request, status, lines);
        self.cx.respond(server, response);
    }

    pub(super) fn stateless_reply(
        &mut self,
        request: &Message,
        status: u16,
        lines: &str,
    ) -> Message {
        let tag = self.cx.tag();
        let mut lines = lines.to_owned();
        if !self.cx.user_agent.is_empty() {
            lines.push_str(&format!("Server: {}\r\n", self.cx.user_agent));
        }
        let extra = self.lines_for_answer(request);
        if !extra.is_empty() {
            lines = join(&extra, &lines);
        }
        MessageBuilder::response_to(request, status, "", tag.as_str())
            .raw_lines(&lines)
            .build()
    }

    fn on_cancelled(&mut self, server: ServerKey, message: Message) {
        self.tell_cancelled(server, &message);
        if let Some(key) = self.open_invites.get(&server).copied() {
            self.with_call(key, |call, cx, account, out| {
                call.on_cancel(cx, account, server, message, out);
            });
        }
    }

    fn on_server_ended(&mut self, server: ServerKey, end: ServerEnd) {
        self.end_server_view(server);
        if end != ServerEnd::Done
            && let Some(key) = self.open_invites.get(&server).copied()
        {
            let outcome = Outcome::Failed(Failure::Transport);
            self.with_call(key, |call, cx, _, out| {
                call.on_server_ended(cx, server, outcome, out);
            });
        }
    }

    pub(super) fn on_stray(&mut self, message: &Message, flow: &Flow) {
        let Some(tag) = message.from_tag().and_then(LocalTag::parse) else {
            return;
        };
        if !self.cx.dialogs.knows_response(tag, message) {
            on_stray(&mut self.cx, &mut self.anonymous, message, tag, flow);
        }
    }

    /// A road is gone. Dialogs find that out when they next want to use it; registrations have to come back.
    fn on_flow_closed(&mut self, flow: &Flow) {
        self.on_registration_flow_closed(flow);
    }
}
