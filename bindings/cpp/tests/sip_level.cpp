// sip_level.cpp: the SIP level through the C++ interface: transactions answered by hand, a call as two bare usages, a
// registration of one's own, a refreshed request, and a blind transfer seen from all three sides.
//
// Prints each failed expectation; ends with 0 only when there was none.
#include <rtcclient/rtcclient.hpp>

#include <iostream>

using namespace rtcclient;
using namespace std::chrono_literals;

namespace {

int failures = 0;

void expect(bool right, const char *what, int line) {
    if (right) return;
    ++failures;
    std::cerr << "sip_level.cpp:" << line << ": expected " << what << '\n';
}
#define EXPECT(what) expect(static_cast<bool>(what), #what, __LINE__)

constexpr std::uint64_t EVERYTHING = ~std::uint64_t{0};
const char SDP[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";

Send description() {
    Send send;
    send.content_type = "application/sdp";
    send.body = SDP;
    return send;
}

/// Where a client listens.
std::string uri_of(const Client &client, const char *user) {
    const auto connections = client.list<Connection>();
    return std::string("sip:") + user + "@" + connections.at(0).local_address(RTC_TRANSPORT_UDP);
}

Client listening() {
    Client client = Client::create();
    client.set_event_filter(EVERYTHING);
    client.initialize();
    client.create_connection({"127.0.0.1"}).detach(); // stays for the client's life
    return client;
}

Event response(const Client &client, const char *method, int status) {
    return client.wait_for(10s, [&](const Event &event) {
        return event.is(EventType::response) && event.sip_status() == status && event.transaction().method() == method;
    });
}

Event request(const Client &client, const char *method) {
    return client.wait_for(10s, [&](const Event &event) { return event.is(EventType::request) && event.text() == method; });
}

void a_request_is_answered_by_its_transaction() {
    const Client alice = listening(), bob = listening();
    bob.set_request_filter(11, "FOO");
    const sip::Transaction asked = sip::send_request(alice, "FOO", uri_of(bob, "bob"));
    EXPECT(asked.is_client() && asked.method() == "FOO" && asked.request().head().method == "FOO");
    const Event came = request(bob, "FOO");
    EXPECT(came && came.cookie() == 11);
    if (!came) return;
    const sip::Transaction transaction = came.transaction();
    EXPECT(transaction.can_respond() && !transaction.is_client());
    transaction.claim(20'000);
    Send answer;
    answer.headers = "X-Answer: by hand";
    transaction.respond(299, answer);
    const Event answered = response(alice, "FOO", 299);
    EXPECT(answered.transaction() == asked && asked.response().value("X-Answer") == "by hand");
    try {
        transaction.respond(200);
        EXPECT(!"a second answer to be refused");
    } catch (const Error &error) {
        EXPECT(error.code() == RTC_E_ALREADY_ANSWERED || error.code() == RTC_E_INVALID_TRANSACTION_STATE);
    }
    bob.remove_request_filter(11);
    alice.shutdown();
    bob.shutdown();
}

void a_call_is_two_usages() {
    const Client alice = listening(), bob = listening();
    bob.set_request_filter(1, "INVITE");
    sip::UsageOptions options;
    options.uri = uri_of(bob, "bob");
    options.from = "<sip:alice@127.0.0.1>";
    const sip::Usage call = sip::Usage::create(alice, sip::UsageKind::invite, options);
    EXPECT(call.usage_kind() == sip::UsageKind::invite && call.state() == sip::UsageState::init && call.automation() == 0);
    const sip::Transaction invite = call.send("INVITE", description());
    EXPECT(invite.is_client());
    const Event came = request(bob, "INVITE");
    EXPECT(came && came.transaction().can_respond());
    if (!came) return;
    const sip::Transaction incoming = came.transaction();
    const sip::Usage answering = sip::Usage::create(incoming, sip::UsageKind::invite);
    incoming.respond(180);
    EXPECT(response(alice, "INVITE", 180));
    incoming.respond(200, description());
    EXPECT(response(alice, "INVITE", 200));
    call.send("ACK");
    EXPECT(request(bob, "ACK"));
    EXPECT(call.dialog().call_id() == answering.dialog().call_id() && !call.dialog().call_id().empty());
    EXPECT(call.dialog().local_tag() == answering.dialog().remote_tag());
    EXPECT(call.dialog().state() == sip::DialogState::confirmed && !call.dialog().is_secure());
    EXPECT(call.dialog().usages().size() == 1 && call.dialog().usages()[0] == call);
    const sip::Dialog dialog = call.dialog();
    call.close(sip::Close::tell_peer);
    EXPECT(request(bob, "BYE"));
    EXPECT(!dialog.call_id().empty()); // readable after its end
    alice.shutdown();
    bob.shutdown();
}

void a_registration_of_ones_own() {
    const Server server = Server::start({"udp:127.0.0.1:0", "example.test"});
    server.set_user("alice", "wonderland");
    const Uri where = Uri::parse(server.uri());
    const std::string host = where.host + ":" + std::to_string(where.port);
    const Client alice = listening();
    rtc_credentials_t known{};
    known.size = sizeof known;
    known.user = {RTC_STR("alice")};
    known.secret = {RTC_STR("wonderland")};
    check(rtc_credentials_set(alice.get(), &known));
    sip::RegistrationOptions options;
    options.aor = "sip:alice@" + host;
    options.automation = RTC_AUTO_AUTHENTICATION | RTC_AUTO_REFRESH;
    const sip::Registration registration = sip::Registration::create(alice, options);
    EXPECT(registration.state() == RegistrationState::not_registered);
    registration.enroll();
    EXPECT(alice.wait_for(10s, [&](const Event &event) {
        return event.is(EventType::registration) && event.registration() == registration &&
               event.raw_state() == RTC_REGISTRATION_STATE_REGISTERED;
    }));
    EXPECT(registration.registered_contact().find("sip:") != std::string::npos);
    registration.fetch();
    EXPECT(alice.wait_for(10s, [](const Event &event) {
        return event.is(EventType::registration) && event.text().find("sip:") != std::string::npos;
    }));
    registration.unregister();
    EXPECT(alice.wait_for(10s, [](const Event &event) {
        return event.is(EventType::registration) && event.raw_state() == RTC_REGISTRATION_STATE_NOT_REGISTERED;
    }));
    alice.shutdown();
}

void a_refreshed_request_ends_when_it_is_told_to() {
    const Client alice = listening(), bob = listening();
    bob.set_request_filter(2, "PUBLISH");
    Send state;
    state.headers = "Event: x-weather";
    state.content_type = "text/plain";
    state.body = "rain";
    state.expires_secs = 600;
    state.flags = RTC_SEND_REFRESH;
    const sip::Transaction published = sip::send_request(alice, "PUBLISH", uri_of(bob, "bob"), state);
    const Event came = request(bob, "PUBLISH");
    EXPECT(came);
    if (!came) return;
    Send granted;
    granted.headers = "SIP-ETag: one";
    granted.flags = RTC_SEND_EXPERT; // an entity tag is the stack's own elsewhere
    granted.expires_secs = 600;
    came.transaction().respond(200, granted);
    EXPECT(response(alice, "PUBLISH", 200));
    const sip::Refresh refresh = published.refresh();
    EXPECT(refresh && refresh.state() == sip::RefreshState::active);
    refresh.terminate();
    const Event last = request(bob, "PUBLISH");
    EXPECT(last.header("Expires") == "0");
    last.transaction().respond(200, granted);
    alice.shutdown();
    bob.shutdown();
}

void a_blind_transfer_ends_the_first_call() {
    const Client alice = listening(), bob = listening(), carol = listening();
    const Session call = alice.create_session(SessionType::pc_to_pc);
    call.add_participant(uri_of(bob, "bob"));
    const Event rings = bob.wait_for(10s, SessionState::incoming);
    EXPECT(rings);
    if (!rings) return;
    rings.session().answer();
    EXPECT(alice.wait_for(10s, SessionState::connected) && bob.wait_for(10s, SessionState::connected));
    EXPECT(sip::session_of(sip::usage_of(call)) == call);
    Send cookie;
    cookie.cookie = 5;
    call.refer(uri_of(carol, "carol"), cookie);
    const Event referred = bob.wait_for(10s, EventType::session_referred);
    EXPECT(referred && referred.uri().find("carol@") != std::string::npos);
    if (!referred) return;
    referred.answer();
    SessionOptions options;
    options.referral = referred.get();
    const Session second = bob.create_session(SessionType::pc_to_pc, options);
    second.add_participant(referred.uri());
    const Event carols = carol.wait_for(10s, SessionState::incoming);
    EXPECT(carols);
    if (!carols) return;
    carols.session().answer();
    EXPECT(bob.wait_for(10s, SessionState::connected));
    const Event done = alice.wait_for(10s, [](const Event &event) {
        return event.is(EventType::session_operation_complete) && event.cookie() == 5;
    });
    EXPECT(done && !done.failed());
    EXPECT(alice.wait_for(10s, SessionState::disconnected));
    for (const Client *client : {&alice, &bob, &carol}) client->shutdown();
}

} // namespace

int main() {
    try {
        a_request_is_answered_by_its_transaction();
        a_call_is_two_usages();
        a_registration_of_ones_own();
        a_refreshed_request_ends_when_it_is_told_to();
        a_blind_transfer_ends_the_first_call();
    } catch (const std::exception &error) {
        std::cerr << "sip_level.cpp: " << error.what() << '\n';
        return 1;
    }
    std::cout << "sip_level.cpp: " << failures << " failed\n";
    return failures == 0 ? 0 : 1;
}
