// settings.cpp: what a running client is told, asked and allowed, through the C++ interface: options, the network, TLS,
// challenges, privacy, accounts, and a client that the application drives.
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
    std::cerr << "settings.cpp:" << line << ": expected " << what << '\n';
}
#define EXPECT(what) expect(static_cast<bool>(what), #what, __LINE__)

template <class Action> rtc_result_t code_of(Action action) {
    try {
        action();
        return RTC_OK;
    } catch (const Error &error) {
        return error.code();
    }
}

// For tls.example.test, signed by itself, good from 2020 to 2119.
const char CERTIFICATE[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBhzCCASygAwIBAgIUF0ZAD6BP+d/J9Oq2qZYvvcjyS0MwCgYIKoZIzj0EAwIw\n"
    "GzEZMBcGA1UEAwwQdGxzLmV4YW1wbGUudGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8y\n"
    "MTE5MDEwMTAwMDAwMFowGzEZMBcGA1UEAwwQdGxzLmV4YW1wbGUudGVzdDBZMBMG\n"
    "ByqGSM49AgEGCCqGSM49AwEHA0IABCVizHqKoZSEBvKQ5830crzTeVQRlRv/TrRO\n"
    "s7BtV1P7jYNDqKqd6m4Yb56xVotSHm+QYBzQaTR4O73VQiDv/QOjTDBKMBsGA1Ud\n"
    "EQQUMBKCEHRscy5leGFtcGxlLnRlc3QwDAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQU\n"
    "u9+mpJc0yOCgelW6wkrjX9yDz3YwCgYIKoZIzj0EAwIDSQAwRgIhAMKS2W3BrJ1t\n"
    "bgFshvcT9bBuCc4BP7rdngkpzppw+WpLAiEArdu+AOM+toaRfteJvNJ0EmnfzkHL\n"
    "jrhWzf0MxT04GJY=\n"
    "-----END CERTIFICATE-----\n";
const char KEY[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNFPM8dadLND8pq/z\n"
    "y7d4KTEAUhTbPMoE++7Q4lSDepqhRANCAAQlYsx6iqGUhAbykOfN9HK803lUEZUb\n"
    "/060TrOwbVdT+42DQ6iqnepuGG+esVaLUh5vkGAc0Gk0eDu91UIg7/0D\n"
    "-----END PRIVATE KEY-----\n";

std::string host_of(const Client &client) {
    return client.list<Connection>().at(0).local_address(RTC_TRANSPORT_UDP);
}

Client listening(const ClientOptions &options = {}) {
    Client client = Client::create();
    client.set_event_filter(~std::uint64_t{0});
    client.initialize(options);
    client.create_connection({"127.0.0.1"}).detach(); // stays for the client's life
    return client;
}

Event request(const Client &client, const char *method) {
    return client.wait_for(10s, [&](const Event &event) { return event.is(EventType::request) && event.text() == method; });
}

void options_and_network_change_while_it_runs() {
    const Client alice = listening(), bob = listening();
    ClientOptions renamed;
    renamed.user_agent = "renamed/2";
    alice.set_options(renamed);
    ClientOptions ports;
    ports.sip_port_min = 5060;
    EXPECT(code_of([&] { alice.set_options(ports); }) == RTC_E_NOT_ALLOWED);
    bob.set_request_filter(1, "FOO");
    sip::send_request(alice, "FOO", "sip:bob@" + host_of(bob));
    EXPECT(request(bob, "FOO").header("User-Agent") == "renamed/2");
    EXPECT(alice.security_mechanisms().find("digest") != std::string::npos);
    EXPECT(alice.security_mechanisms("127.0.0.1").empty());
    const Connection connection = alice.list<Connection>().at(0);
    EXPECT(connection.live_kind() == RTC_KIND_CONNECTION && connection.last_error() == 0);
    EXPECT(alice.notify_network(NetworkChange::suspended, connection) && connection.state() == ConnectionState::suspended);
    EXPECT(!alice.notify_network(NetworkChange::suspended, connection));
    EXPECT(alice.notify_network(NetworkChange::resumed) && connection.state() == ConnectionState::active);
    EXPECT(library_abi_version() != 0);
    alice.shutdown();
    bob.shutdown();
}

void tls_takes_certificates_of_both_sides() {
    ServerOptions options;
    options.listen = "tls:127.0.0.1:0";
    options.domain = "tls.example.test";
    EXPECT(code_of([&] { Server::start(options); }) < 0); // no certificate
    options.tls = TlsOptions{{}, CERTIFICATE, KEY};
    const Server server = Server::start(options);
    const int port = Uri::parse(server.uri()).port;
    const std::string target = "sip:tls.example.test:" + std::to_string(port) + ";transport=tls";
    const std::string records = "tls.example.test. A 127.0.0.1\n";
    rtc_dns_options_t dns{};
    dns.size = sizeof dns;
    dns.records = {records.data(), records.size()};
    ClientOptions trusting;
    trusting.dns = &dns;
    trusting.tls = TlsOptions{CERTIFICATE};
    ClientOptions wary;
    wary.dns = &dns;
    const Client trusts = listening(trusting), doubts = listening(wary);
    sip::send_request(trusts, "OPTIONS", target);
    const Event answer = trusts.wait_for(10s, EventType::response);
    EXPECT(answer && answer.sip_status() == 200);
    sip::send_request(doubts, "OPTIONS", target);
    EXPECT(doubts.wait_for(10s, EventType::transaction_failed).failed());
    trusts.shutdown();
    doubts.shutdown();
    server.stop();
}

void a_challenge_is_answered_on_its_transaction() {
    const Server server = Server::start({"udp:127.0.0.1:0", "example.test"});
    server.set_user("alice", "wonderland");
    const Client alice = listening();
    const Uri where = Uri::parse(server.uri());
    ProfileOptions options;
    options.uri = "sip:alice@" + where.host + ":" + std::to_string(where.port);
    const Profile declining = alice.create_profile(options);
    declining.enable();
    Event asked = alice.wait_for(10s, EventType::challenge);
    EXPECT(asked && asked.text() == "example.test");
    if (!asked) return;
    asked.transaction().decline_challenge();
    EXPECT(alice.wait_for(10s, RegistrationState::rejected));
    const Profile profile = alice.create_profile(options);
    profile.set_additional_header_values("X-Account: first");
    EXPECT(profile.additional_header_values() == "X-Account: first\r\n");
    profile.enable();
    asked = alice.wait_for(10s, EventType::challenge);
    EXPECT(asked);
    if (!asked) return;
    EXPECT(asked.transaction().request().value("X-Account") == "first");
    asked.transaction().set_credentials({"alice", "wonderland"});
    EXPECT(alice.wait_for(10s, RegistrationState::registered));
    EXPECT(profile.service_route().empty() && profile.gruu().empty() && profile.temp_gruu().empty());
    EXPECT(code_of([&] { profile.associated_uri(7); }) == RTC_E_NOT_EXIST);
    profile.set_proxy("<sip:127.0.0.1:5099;lr>");
    EXPECT(profile.proxy().find("5099") != std::string::npos);
    alice.shutdown();
    server.stop();
}

void a_session_hides_its_caller() {
    const Client alice = listening(), bob = listening();
    alice.set_sip_privacy(RTC_PRIVACY_PROXY_ID);
    EXPECT(alice.sip_privacy() == RTC_PRIVACY_PROXY_ID);
    bob.set_trusted_hops("127.0.0.1");
    EXPECT(bob.trusted_hops() == "127.0.0.1");
    bob.set_options_body("v=0", "text/plain");
    const Session call = alice.create_session(SessionType::pc_to_pc);
    call.set_sip_privacy(RTC_PRIVACY_LOCAL);
    EXPECT(call.sip_privacy() == RTC_PRIVACY_LOCAL);
    call.set_local_identity("<sip:alice@example.test>");
    EXPECT(call.local_identity().find("alice@example.test") != std::string::npos);
    call.set_referred_by("<sip:carol@example.test>");
    call.set_refer_cookie("third");
    EXPECT(call.refer_cookie() == "third");
    call.add_participant("sip:bob@" + host_of(bob));
    const Event rings = bob.wait_for(10s, SessionState::incoming);
    EXPECT(rings);
    if (!rings) return;
    EXPECT(rings.header("From").value_or("").find("anonymous") != std::string::npos);
    EXPECT(rings.session().is_referred() && rings.session().referred_by().find("carol@") != std::string::npos);
    EXPECT(code_of([&] { rings.session().asserted_identity(9); }) == RTC_E_NOT_EXIST);
    alice.shutdown();
    bob.shutdown();
}

void a_driven_client_works_when_it_is_turned() {
    ClientOptions options;
    options.flags = RTC_CLIENT_APPLICATION_DRIVEN;
    const Client driven = listening(options), bob = listening();
    EXPECT(driven.event_fd().first >= 0 && bob.event_fd().first >= 0);
    bob.set_request_filter(1, "FOO");
    const sip::Transaction asked = sip::send_request(driven, "FOO", "sip:bob@" + host_of(bob));
    const Event came = request(bob, "FOO");
    EXPECT(came);
    if (!came) return;
    came.transaction().respond(200);
    for (int turn = 0; turn < 500 && asked.state() != sip::TransactionState::completed &&
                       asked.state() != sip::TransactionState::terminated;
         ++turn)
        driven.run_once(20ms);
    EXPECT(asked.response().head().status == 200);
    EXPECT(code_of([&] { bob.run_once(0ms); }) == RTC_E_WRONG_MODE);
    driven.shutdown();
    bob.shutdown();
}

} // namespace

int main() {
    try {
        options_and_network_change_while_it_runs();
        tls_takes_certificates_of_both_sides();
        a_challenge_is_answered_on_its_transaction();
        a_session_hides_its_caller();
        a_driven_client_works_when_it_is_turned();
    } catch (const std::exception &error) {
        std::cerr << "settings.cpp: " << error.what() << '\n';
        return 1;
    }
    std::cout << "settings.cpp: " << failures << " failed\n";
    return failures == 0 ? 0 : 1;
}
