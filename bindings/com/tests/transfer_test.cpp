// transfer_test.cpp: calls that are passed on, through the COM-style interfaces: blind, attended, and with their names.
//
// Alice and Bob are COM clients, Carol is one of the C++ interface; the embedded server stands between them.
#include "support.hpp"

#include <rtcclient/rtcclient.hpp>

using namespace test;
using namespace std::chrono_literals;

namespace {

struct Stage {
    Server server;
    Phone alice, bob;
    rtcclient::Client carol{rtcclient::ListenMode::dynamic};
    Ptr<IRTCSession> call;   // Alice's with Bob
    Ptr<IRTCSession> answer; // Bob's end of it

    Stage() {
        alice.enroll(server, "alice");
        bob.enroll(server, "bob");
        const auto account = carol.create_profile({uri("carol"), "carol", "secret"});
        account.enable();
        NEED(carol.wait_for(10s, rtcclient::RegistrationState::registered));
        NEED(SUCCEEDED(alice.client->CreateSession(RTCST_PC_TO_PC, nullptr, alice.profile.get(), 0, call.put())));
        NEED(SUCCEEDED(call->AddParticipant(Text(uri("bob")), nullptr, nullptr)));
        const Posted rings = bob.sink.wait(RTCSS_INCOMING);
        NEED(rings.event);
        NEED(SUCCEEDED(rings.event.as<IRTCSessionStateChangeEvent>()->get_Session(answer.put())));
        NEED(SUCCEEDED(answer->Answer()));
        NEED(alice.sink.wait(RTCSS_CONNECTED).event && bob.sink.wait(RTCSS_CONNECTED).event);
    }
    ~Stage() { carol.shutdown(); }

    std::string uri(const std::string &user) const { return "sip:" + user + "@" + server.host; }
};

Posted wait(Sink &sink, RTC_SESSION_REFER_STATUS status) {
    return sink.wait([status](const Posted &posted) {
        const auto event = posted.event.as<IRTCSessionReferStatusEvent>();
        RTC_SESSION_REFER_STATUS found = RTCSRS_REFERRING;
        return event && SUCCEEDED(event->get_ReferStatus(&found)) && found == status;
    });
}

void a_blind_transfer_is_reported() {
    Stage stage;
    const auto control = stage.call.as<IRTCSessionCallControl>();
    NEED(control);
    EXPECT(control->Refer(nullptr, nullptr) == E_POINTER);
    NEED(control->Refer(Text(stage.uri("carol")), Text("ticket 7")) == S_OK);
    Text text;
    EXPECT(control->get_ReferCookie(text.put()) == S_OK && text.ascii() == "ticket 7");

    const Posted told = stage.bob.sink.wait(RTCE_SESSION_REFERRED);
    const auto referred = told.event.as<IRTCSessionReferredEvent>();
    NEED(referred && told.event.as<IRTCSIPEvent>());
    Ptr<IRTCSession2> where;
    EXPECT(referred->get_Session(where.put()) == S_OK && where.as<IRTCSession>().get() == stage.answer.get());
    Text to, by;
    EXPECT(referred->get_ReferToURI(to.put()) == S_OK && to.ascii() == stage.uri("carol"));
    EXPECT(referred->get_ReferredByURI(by.put()) == S_OK && by.ascii().find("alice@") != std::string::npos);
    EXPECT(referred->get_ReferCookie(text.put()) == S_OK && SysStringLen(text) == 0);
    EXPECT(referred->SetReferredSessionState(RTCSS_CONNECTED) < 0); // not accepted yet
    NEED(referred->Accept() == S_OK);
    EXPECT(referred->Accept() == RTC_E_ALREADY_ANSWERED);

    Ptr<IRTCSession> second;
    NEED(SUCCEEDED(stage.bob.client->CreateSession(RTCST_PC_TO_PC, nullptr, stage.bob.profile.get(), 0, second.put())));
    const auto naming = second.as<IRTCSessionCallControl>();
    EXPECT(naming->put_ReferredByURI(by) == S_OK && naming->put_ReferCookie(Text("7")) == S_OK);
    EXPECT(naming->get_ReferCookie(text.put()) == S_OK && text.ascii() == "7");
    NEED(SUCCEEDED(second->AddParticipant(to, nullptr, nullptr)));
    const rtcclient::Event rings = stage.carol.wait_for(10s, rtcclient::SessionState::incoming);
    NEED(rings);
    EXPECT(rings.session().is_referred() && rings.session().referred_by().find("alice@") != std::string::npos);
    EXPECT(referred->SetReferredSessionState(RTCSS_IDLE) == E_INVALIDARG);
    EXPECT(referred->SetReferredSessionState(RTCSS_INPROGRESS) == S_OK);
    rings.session().answer();
    NEED(stage.bob.sink.wait(RTCSS_CONNECTED).event);
    EXPECT(referred->SetReferredSessionState(RTCSS_CONNECTED) == S_OK);
    const Posted done = wait(stage.alice.sink, RTCSRS_DONE);
    NEED(done.event);
    Ptr<IRTCSession2> whose;
    LONG status = 0;
    EXPECT(done.event.as<IRTCSessionReferStatusEvent>()->get_Session(whose.put()) == S_OK);
    EXPECT(whose.as<IRTCSession>().get() == stage.call.get());
    EXPECT(done.event.as<IRTCSessionReferStatusEvent>()->get_StatusCode(&status) == S_OK && status >= 0);
    EXPECT(stage.alice.sink.wait(RTCSS_DISCONNECTED).event);
}

void a_referral_is_refused() {
    Stage stage;
    NEED(stage.call.as<IRTCSessionCallControl>()->Refer(Text(stage.uri("carol")), nullptr) == S_OK);
    const Posted told = stage.bob.sink.wait(RTCE_SESSION_REFERRED);
    NEED(told.event);
    NEED(told.event.as<IRTCSessionReferredEvent>()->Reject() == S_OK);
    const Posted refused = wait(stage.alice.sink, RTCSRS_REJECTED);
    NEED(refused.event);
    LONG status = 0;
    EXPECT(refused.event.as<IRTCSessionReferStatusEvent>()->get_StatusCode(&status) == S_OK);
    EXPECT(static_cast<std::uint32_t>(status) == 0x80EF0000u + 603);
    RTC_SESSION_STATE state = RTCSS_IDLE;
    EXPECT(stage.call->get_State(&state) == S_OK && state == RTCSS_CONNECTED);
}

void an_attended_transfer_replaces_the_consultation() {
    Stage stage;
    const auto control = stage.call.as<IRTCSessionCallControl2>();
    NEED(control && control.as<IRTCSession>().get() == stage.call.get());
    EXPECT(control->ReplaceSession(nullptr) == E_POINTER);
    Ptr<IRTCSession> consultation;
    NEED(SUCCEEDED(stage.alice.client->CreateSession(RTCST_PC_TO_PC, nullptr, stage.alice.profile.get(), 0, consultation.put())));
    NEED(SUCCEEDED(consultation->AddParticipant(Text(stage.uri("carol")), nullptr, nullptr)));
    const rtcclient::Event first = stage.carol.wait_for(10s, rtcclient::SessionState::incoming);
    NEED(first);
    first.session().answer();
    NEED(stage.alice.sink.wait(RTCSS_CONNECTED).event);
    NEED(stage.carol.wait_for(10s, rtcclient::SessionState::connected));
    NEED(control->ReplaceSession(consultation.get()) == S_OK);

    const Posted told = stage.bob.sink.wait(RTCE_SESSION_CONSULTANT_REFERRED);
    const auto referred = told.event.as<IRTCSessionConsultantReferredEvent>();
    NEED(referred);
    Text to, by, call_id, from_tag, to_tag;
    EXPECT(referred->ReferToSessionInfo(call_id.put(), from_tag.put(), nullptr) == E_POINTER);
    NEED(referred->ReferToSessionInfo(call_id.put(), from_tag.put(), to_tag.put()) == S_OK);
    EXPECT(call_id.ascii() == first.session().call_id() && SysStringLen(from_tag) > 0 && SysStringLen(to_tag) > 0);
    NEED(referred->get_ReferToURI(to.put()) == S_OK && referred->get_ReferredByURI(by.put()) == S_OK);
    NEED(referred->Accept() == S_OK);
    Ptr<IRTCSession> second;
    NEED(SUCCEEDED(stage.bob.client->CreateSession(RTCST_PC_TO_PC, nullptr, stage.bob.profile.get(), 0, second.put())));
    const auto retrieving = second.as<IRTCSessionCallControl2>();
    EXPECT(retrieving->Retrieve(to, nullptr, by, nullptr, from_tag, to_tag, VARIANT_FALSE) == E_POINTER);
    NEED(retrieving->Retrieve(to, nullptr, by, call_id, from_tag, to_tag, VARIANT_FALSE) == S_OK);
    const rtcclient::Event replacing = stage.carol.wait_for(10s, rtcclient::SessionState::incoming);
    NEED(replacing);
    EXPECT(replacing.raw_kind() == 1 && replacing.info().other == first.session().get());
    replacing.session().answer();
    NEED(stage.bob.sink.wait(RTCSS_CONNECTED).event);
    EXPECT(referred->SetReferredSessionState(RTCSS_CONNECTED) == S_OK);
    EXPECT(wait(stage.alice.sink, RTCSRS_DONE).event);
    EXPECT(stage.carol.wait_for(10s, rtcclient::SessionState::disconnected).session() == first.session());
}

void a_session_hides_its_caller() {
    Server server;
    Phone alice;
    alice.enroll(server, "alice");
    Ptr<IRTCSession> call;
    NEED(SUCCEEDED(alice.client->CreateSession(RTCST_PC_TO_PC, nullptr, alice.profile.get(), 0, call.put())));
    const auto privacy = call.as<IRTCSessionSIPPrivacy>();
    NEED(privacy && privacy.as<IRTCSession>().get() == call.get());
    LONG type = 0;
    EXPECT(privacy->get_SIPPrivacyType(nullptr) == E_POINTER);
    EXPECT(privacy->put_SIPPrivacyType(RTC_PRIVACY_LOCAL) == S_OK);
    EXPECT(privacy->get_SIPPrivacyType(&type) == S_OK && type == RTC_PRIVACY_LOCAL);
    EXPECT(privacy->put_SIPPrivacyType(-1) < 0);
}

void nothing_is_left_alive() { EXPECT(DllCanUnloadNow() == S_OK); }

} // namespace

int main() {
    return run_tests({{"a blind transfer is reported", a_blind_transfer_is_reported},
                      {"a referral is refused", a_referral_is_refused},
                      {"an attended transfer replaces the consultation", an_attended_transfer_replaces_the_consultation},
                      {"a session hides its caller", a_session_hides_its_caller},
                      {"nothing is left alive", nothing_is_left_alive}});
}
