// roundtrip.cpp: two clients and the embedded server in one process, through the C++ interface.
//
// Registers alice and bob, calls with an injected header, reads it on the other side, holds, sends
// INFO, hangs up, sends MESSAGE, publishes and watches presence, serves a package, unregisters.
// Prints each failed expectation; ends with 0 only when there was none.
#include <rtcclient/rtcclient.hpp>

#include <atomic>
#include <future>
#include <iostream>

using namespace rtcclient;
using namespace std::chrono_literals;

namespace {

int failures = 0;

void expect(bool right, const char *what, int line) {
    if (right) return;
    ++failures;
    std::cerr << "roundtrip.cpp:" << line << ": expected " << what << '\n';
}
#define EXPECT(what) expect(static_cast<bool>(what), #what, __LINE__)

/// "127.0.0.1:5060" of a server URI.
std::string address(const Server &server) {
    const Uri uri = Uri::parse(server.uri());
    return uri.host + ":" + std::to_string(uri.port);
}

void messages_are_parsed_and_built() {
    const SipMessage invite = SipMessage::parse("INVITE sip:bob@example.com SIP/2.0\r\n"
                                                "v: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
                                                "f: \"Alice\" <sip:alice@example.com>;tag=1\r\n"
                                                "t: <sip:bob@example.com>\r\n"
                                                "i: a@b\r\n"
                                                "CSeq: 7 INVITE\r\n"
                                                "Max-Forwards: 70\r\n"
                                                "X-Thing: one\r\n"
                                                "X-Thing: two\r\n"
                                                "l: 0\r\n\r\n");
    const SipHead head = invite.head();
    EXPECT(head.status == 0 && head.method == "INVITE" && head.cseq == 7);
    EXPECT(head.call_id == "a@b" && head.from_tag == "1" && head.to_tag.empty());
    EXPECT(invite.headers("X-Thing").size() == 2);
    EXPECT(invite.value("x-thing") == "one");
    EXPECT(!invite.value("Absent"));
    EXPECT(invite.header("From")->display_name.find("Alice") != std::string_view::npos);
    const SipMessage copy = invite;
    EXPECT(copy == invite && copy.text() == invite.text());

    SipMessageOptions options;
    options.status = 486;
    const SipMessage busy = SipMessage::create(options, invite);
    EXPECT(busy.head().status == 486 && busy.head().call_id == "a@b" && !busy.head().to_tag.empty());
    try {
        SipMessage::parse("no message at all");
        EXPECT(!"a parse error");
    } catch (const Error &error) {
        EXPECT(error.code() < 0 && *error.what() != '\0');
    }
    EXPECT(Uri::equal("sip:%61lice@EXAMPLE.com", "sip:alice@example.com"));
    EXPECT(!Uri::equal("sip:alice@example.com", "sips:alice@example.com"));
    EXPECT(parameter(";a=1;b=\"x y\"", "b") == "x y");
    EXPECT(!parameter(";a=1", "c"));
}

void handles_are_counted() {
    Client client = Client::create();
    {
        const Client second = client;
        EXPECT(second == client);
        Client third = second, fourth = std::move(third);
        EXPECT(!third && fourth == client); // NOLINT: a moved-from handle is empty by contract
    }
    EXPECT(rtc_object_get_kind(client.get()) == RTC_KIND_CLIENT);
    try {
        client.listen(ListenMode::dynamic);
        EXPECT(!"an uninitialized client to refuse");
    } catch (const Error &error) {
        EXPECT(error.code() == RTC_E_CLIENT_NOT_INITIALIZED);
    }
    rtc_client_t *raw = client.get();
    client.reset();
    EXPECT(rtc_object_get_kind(raw) == 0);
}

/// Drains a client that has been closed until it has shut down; false when it does not.
bool ends(const Client &client) {
    bool unregistered = false;
    for (const Event &event : client.events())
        unregistered = unregistered || event.is(RegistrationState::not_registered);
    return unregistered;
}

void a_call_goes_through_the_server() {
    const Server server = Server::start({"udp:127.0.0.1:0, tcp:127.0.0.1:0", "example.test"});
    server.set_user("alice", "wonderland");
    server.set_user("bob", "builder");
    const std::string host = address(server);

    const Client alice(ListenMode::dynamic), bob(ListenMode::dynamic);
    std::string ladder;
    alice.trace(TraceKind::ladder, [&](std::string_view text) { ladder += text; });
    const Profile alice_profile = alice.create_profile({"sip:alice@" + host, "alice", "wonderland"});
    const Profile bob_profile = bob.create_profile({"sip:bob@" + host, "bob", "builder"});
    alice_profile.enable();
    bob_profile.enable();
    const Event registered = alice.wait_for(10s, RegistrationState::registered);
    EXPECT(registered && registered.profile() == alice_profile);
    EXPECT(registered.sip_message() && registered.sip_message().head().status == 200);
    EXPECT(bob.wait_for(10s, RegistrationState::registered));
    EXPECT(alice_profile.state() == RegistrationState::registered);

    const Session call = alice.create_session(SessionType::pc_to_pc);
    call.set_additional_header_values("Call-Info: <http://example.com/me>;purpose=info\r\nX-Thing: 1");
    EXPECT(call.additional_header_values().find("X-Thing: 1") != std::string::npos);
    const Participant party = call.add_participant("sip:bob@" + host);
    const Event incoming = bob.wait_for(10s, SessionState::incoming);
    EXPECT(incoming.header("Call-Info") == "<http://example.com/me>;purpose=info");
    EXPECT(incoming.header("x-thing") == "1");
    EXPECT(incoming.json().find("\"event\":\"session_state_change\"") != std::string::npos);
    if (!incoming) return;
    const Session answered = incoming.session();
    answered.set_additional_header_values("X-Answer: yes");
    answered.answer();
    const Event connected = alice.wait_for(10s, SessionState::connected);
    EXPECT(connected && connected.session() == call && connected.header("X-Answer") == "yes");
    EXPECT(bob.wait_for(10s, SessionState::connected));
    EXPECT(party.uri().find("bob@") != std::string::npos);
    EXPECT(call.participants().size() == 1 && call.participants()[0] == party);

    Send hold;
    hold.cookie = 42;
    call.hold(hold);
    const Event held = alice.wait_for(10s, EventType::session_operation_complete);
    EXPECT(held.cookie() == 42 && !held.failed());
    EXPECT(call.state() == SessionState::hold);
    call.unhold();
    EXPECT(alice.wait_for(10s, EventType::session_operation_complete));
    EXPECT(call.state() == SessionState::connected);

    Send info;
    info.content_type = "text/plain";
    info.body = "hello";
    call.send("INFO", info);
    const Event told = bob.wait_for(10s, EventType::info);
    EXPECT(told.body() == "hello" && told.content_type() == "text/plain");
    EXPECT(told.header("X-Thing") == "1");

    call.clear_additional_header_values();
    EXPECT(call.additional_header_values().empty());
    call.terminate();
    const Event over = bob.wait_for(10s, SessionState::disconnected);
    EXPECT(over && over.sip_message().head().method == "BYE" && !over.header("X-Thing"));
    EXPECT(alice.wait_for(10s, SessionState::disconnected));
    try {
        call.terminate();
        EXPECT(!"an ended session to refuse");
    } catch (const Error &error) {
        EXPECT(error.code() == RTC_E_INVALID_SESSION_STATE && *error.what() != '\0');
    }

    bob.close();
    EXPECT(ends(bob));
    alice.close();
    alice.close();
    EXPECT(ends(alice));
    EXPECT(ladder.find("INVITE") != std::string::npos && ladder.find("BYE") != std::string::npos);
    server.stop();
}

Send text(std::string_view body) {
    Send send;
    send.content_type = "text/plain";
    send.body = body;
    return send;
}

void messages_and_presence_go_through_the_server() {
    const Server server = Server::start({"udp:127.0.0.1:0, tcp:127.0.0.1:0", "example.test"});
    server.set_user("alice", "wonderland");
    server.set_user("bob", "builder");
    const std::string host = address(server);
    const Client alice(ListenMode::dynamic), bob(ListenMode::dynamic);
    const Profile alices = alice.create_profile({"sip:alice@" + host, "alice", "wonderland"});
    const Profile bobs = bob.create_profile({"sip:bob@" + host, "bob", "builder"});
    bob.serve_package("x-queue", "text/plain");
    alices.enable();
    bobs.enable();
    EXPECT(alice.wait_for(10s, RegistrationState::registered) && bob.wait_for(10s, RegistrationState::registered));
    EXPECT(alice.list<Profile>().size() == 1 && alice.list<Profile>()[0] == alices);
    EXPECT(alices.registered_contact().find("alice@") != std::string::npos);

    Send hello = text("hello");
    hello.cookie = 7;
    alice.send_request("MESSAGE", "sip:bob@" + host, hello);
    const Event message = bob.wait_for(10s, MessagingEvent::message);
    EXPECT(message.body() == "hello" && message.uri().find("alice@") != std::string::npos);
    const Event answered = alice.wait_for(10s, EventType::response);
    EXPECT(answered && answered.cookie() == 7 && answered.sip_status() == 200 && !answered.failed());

    // Presence: the server is its agent (RFC 3856, RFC 3903).
    Send open;
    open.content_type = "application/pidf+xml";
    open.body = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:alice@" + host +
                "\"><tuple id=\"t\"><status><basic>open</basic></status></tuple></presence>";
    alices.publish("presence", open);
    EXPECT(alice.wait_for(10s, EventType::publication).sip_status() == 200);
    SubscriptionOptions watching;
    watching.event = "presence";
    watching.uri = "sip:alice@" + host;
    watching.accept = "application/pidf+xml";
    const Subscription presence = bob.create_subscription(watching);
    presence.set_additional_header_values("X-Watch: 1");
    presence.subscribe();
    const Event notified = bob.wait_for(10s, EventType::subscription_notify);
    EXPECT(notified && notified.subscription() == presence && notified.body().find("<basic>open") != std::string::npos);
    EXPECT(notified.sip_message().head().method == "NOTIFY" && notified.sip_message().head().event == "presence");
    EXPECT(notified.wants_answer());
    notified.answer();
    EXPECT(presence.state() == SubscriptionState::subscribed && presence.event() == "presence");
    presence.unsubscribe();
    EXPECT(bob.wait_for(10s, SubscriptionState::not_subscribed));

    // A package of bob's own, offered, told and ended.
    watching = SubscriptionOptions();
    watching.event = "x-queue";
    watching.uri = "sip:bob@" + host;
    const Subscription queue = alice.create_subscription(watching);
    queue.subscribe();
    const Event offered = bob.wait_for(10s, WatcherEvent::offering);
    EXPECT(offered && offered.watcher().package() == "x-queue" && offered.watcher().uri().find("alice@") != std::string::npos);
    if (!offered) return;
    const Watcher watcher = offered.watcher();
    watcher.answer(WatcherState::allowed, text("empty"));
    EXPECT(alice.wait_for(10s, EventType::subscription_notify).body() == "empty");
    EXPECT(watcher.state() == WatcherState::allowed && bob.list<Watcher>().size() == 1);
    watcher.notify("terminated;reason=noresource", text("closed"));
    const Event last = alice.wait_for(10s, EventType::subscription_notify);
    EXPECT(last.body() == "closed" && last.text().find("terminated") == 0);
    EXPECT(bob.wait_for(10s, WatcherEvent::remove));

    // Long lists come whole.
    std::vector<Session> idle;
    for (int i = 0; i < 40; ++i) idle.push_back(alice.create_session(SessionType::pc_to_pc));
    EXPECT(alice.list<Session>() == idle);
    EXPECT(idle[3].related<Client>() == alice);
    const rtc_statistics_t counted = alice.statistics();
    EXPECT(counted.requests_out >= 4 && counted.registrations == 1);

    const Connection extra = alice.create_connection({"127.0.0.1"});
    EXPECT(extra.state() == ConnectionState::active && extra.local_address(RTC_TRANSPORT_UDP).find("127.0.0.1:") == 0);
    extra.close();
    EXPECT(alice.state() == ClientState::initialized);
    alice.shutdown();
    bob.shutdown();
    EXPECT(alice.state() == ClientState::shut_down);
    alice.shutdown(); // once more does no harm
}

void a_client_with_a_sink_closes_by_itself() {
    const Client client(ListenMode::dynamic);
    std::promise<void> gone;
    // The library lets the function go when no call of it will come any more.
    client.on_event([last = std::shared_ptr<void>(nullptr, [&](void *) { gone.set_value(); })](const Event &) {});
    try {
        (void)client.next_event(0ms);
        EXPECT(!"pulling beside a sink to be refused");
    } catch (const Error &error) {
        EXPECT(error.code() == RTC_E_WRONG_MODE);
    }
    client.close();
    EXPECT(gone.get_future().wait_for(10s) == std::future_status::ready);
    client.on_event({});
    EXPECT(client.state() == ClientState::shut_down);
}

void a_sink_survives_what_its_function_throws() {
    const Server server = Server::start({"udp:127.0.0.1:0", "example.test"});
    server.set_user("carol", "right");
    Client client(ListenMode::dynamic);
    std::promise<int> rejected;
    std::atomic<int> thrown{0};
    std::atomic<bool> told{false};
    client.on_event(
        [&](const Event &event) {
            if (event.is(RegistrationState::rejected) && !told.exchange(true)) rejected.set_value(event.sip_status());
            throw std::runtime_error("from a sink");
        },
        [&](std::exception_ptr) { ++thrown; });
    client.create_profile({"sip:carol@" + address(server), "carol", "wrong"}).enable();
    std::future<int> status = rejected.get_future();
    const bool came = status.wait_for(10s) == std::future_status::ready;
    EXPECT(came);
    if (came) {
        const int code = status.get();
        EXPECT(code == 401 || code == 403);
    }
    client.on_event({});
    EXPECT(thrown > 0);
    client.shutdown();
}

} // namespace

int main() {
    try {
        messages_are_parsed_and_built();
        handles_are_counted();
        a_call_goes_through_the_server();
        messages_and_presence_go_through_the_server();
        a_sink_survives_what_its_function_throws();
        a_client_with_a_sink_closes_by_itself();
    } catch (const std::exception &error) {
        std::cerr << "roundtrip.cpp: " << error.what() << '\n';
        return 1;
    }
    std::cout << "roundtrip.cpp: " << failures << " failed\n";
    return failures == 0 ? 0 : 1;
}
