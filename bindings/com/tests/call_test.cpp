// call_test.cpp: registration, a call and its headers, through the COM-style interfaces.
//
// Two clients and the embedded server in one process; what a sink receives is kept and read later,
// as applications of the RTC Client API do.
#include "support.hpp"

using namespace test;

namespace {

std::string header_of(const Posted &posted, const char *name) {
    const auto event = posted.event.as<IRTCSIPEvent>();
    Ptr<IRTCSIPMessage> message;
    if (!event || FAILED(event->GetSIPMessage(message.put()))) return "(no message)";
    Text value;
    return SUCCEEDED(message->GetFirstHeader(Text(name), value.put())) ? value.ascii() : "(absent)";
}

void the_filter_starts_at_nothing() {
    Phone phone;
    LONG filter = 1;
    EXPECT(SUCCEEDED(phone.client->get_EventFilter(&filter)) && filter == 0);
    EXPECT(SUCCEEDED(phone.client->PrepareForShutdown()));
    // Nothing can come: a second client's clean-up, queued after it, does.
    Phone other;
    EXPECT(SUCCEEDED(other.client->put_EventFilter(RTCEF_CLIENT)));
    EXPECT(SUCCEEDED(other.client->get_EventFilter(&filter)) && filter == RTCEF_CLIENT);
    EXPECT(SUCCEEDED(other.client->PrepareForShutdown()));
    const Posted done = other.sink.wait(RTCE_CLIENT);
    const auto event = done.event.as<IRTCClientEvent>();
    NEED(event);
    RTC_CLIENT_EVENT_TYPE type = RTCCET_VOLUME_CHANGE;
    EXPECT(SUCCEEDED(event->get_EventType(&type)) && type == RTCCET_ASYNC_CLEANUP_DONE);
    Ptr<IRTCClient> client;
    EXPECT(SUCCEEDED(event->get_Client(client.put())) && client.as<IRTCClient2>().get() == other.client.get());
    EXPECT(!done.event.as<IRTCSIPEvent>());
    EXPECT(phone.sink.empty());
}

void a_call_carries_headers_both_ways() {
    const Server server;
    Phone alice, bob;
    alice.enroll(server, "alice");
    bob.enroll(server, "bob");
    RTC_REGISTRATION_STATE registered = RTCRS_NOT_REGISTERED;
    EXPECT(SUCCEEDED(alice.profile->get_State(&registered)) && registered == RTCRS_REGISTERED);

    Ptr<IRTCSession> call;
    NEED(SUCCEEDED(alice.client->CreateSession(RTCST_PC_TO_PC, nullptr, nullptr, 0, call.put())));
    const auto headers = call.as<IRTCSIPObject>();
    EXPECT(SUCCEEDED(headers->SetAdditionalHeaderValues(Text("X-Thing: one\r\nX-Thing: two\r\n"))));
    Ptr<IRTCParticipant> party;
    NEED(SUCCEEDED(call->AddParticipant(Text("sip:bob@" + server.host), nullptr, party.put())));

    const Posted ringing = bob.sink.wait(RTCSS_INCOMING);
    NEED(ringing.event);
    const auto incoming = ringing.event.as<IRTCSessionStateChangeEvent>();
    EXPECT(ringing.event.as<IRTCSessionStateChangeEvent3>());
    Ptr<IRTCSession> answered;
    NEED(SUCCEEDED(incoming->get_Session(answered.put())));
    EXPECT(header_of(ringing, "X-Thing") == "one");
    EXPECT(header_of(ringing, "X-Absent") == "(absent)");
    Ptr<IRTCSIPMessage> invite;
    NEED(SUCCEEDED(ringing.event.as<IRTCSIPEvent>()->GetSIPMessage(invite.put())));
    BSTR *values = nullptr;
    UINT count = 0;
    NEED(SUCCEEDED(invite->GetHeader(Text("X-Thing"), &values, &count)));
    EXPECT(count == 2 && SysStringLen(values[0]) == 3 && SysStringLen(values[1]) == 3);
    for (UINT i = 0; i < count; ++i) SysFreeString(values[i]);
    CoTaskMemFree(values);
    EXPECT(invite->GetHeader(Text("X-Absent"), &values, &count) == RTC_E_SIP_HEADER_NOT_PRESENT);
    EXPECT(values == nullptr && count == 0);
    Text line, type, body, whole;
    EXPECT(SUCCEEDED(invite->GetRequestLine(line.put())) && line.ascii().rfind("INVITE sip:bob@", 0) == 0);
    EXPECT(SUCCEEDED(invite->GetMessageBody(type.put(), body.put())) && type.ascii() == "application/sdp");
    EXPECT(body.ascii().rfind("v=0", 0) == 0);
    EXPECT(SUCCEEDED(invite->GetMessageText(whole.put())) && whole.ascii().find("X-Thing: two") != std::string::npos);

    Ptr<IRTCEnumParticipants> callers;
    NEED(SUCCEEDED(answered->EnumerateParticipants(callers.put())));
    Ptr<IRTCParticipant> caller;
    NEED(callers->Next(1, caller.put(), nullptr) == S_OK);
    Text who;
    EXPECT(SUCCEEDED(caller->get_UserURI(who.put())) && who.ascii().find("alice@") != std::string::npos);
    Ptr<IRTCSession> back;
    EXPECT(SUCCEEDED(caller->get_Session(back.put())) && back.get() == answered.get());

    EXPECT(SUCCEEDED(answered.as<IRTCSIPObject>()->SetAdditionalHeaderValues(Text("X-Answer: yes"))));
    EXPECT(SUCCEEDED(answered->Answer()));
    EXPECT(answered->Answer() == RTC_E_INVALID_SESSION_STATE);
    const Posted connected = alice.sink.wait(RTCSS_CONNECTED);
    NEED(connected.event);
    EXPECT(header_of(connected, "X-Answer") == "yes");
    Ptr<IRTCSession> same;
    EXPECT(SUCCEEDED(connected.event.as<IRTCSessionStateChangeEvent>()->get_Session(same.put())) && same.get() == call.get());
    Text phrase;
    EXPECT(connected.event.as<IRTCSessionStateChangeEvent>()->get_StatusText(phrase.put()) == S_OK && phrase.ascii() == "OK");
    EXPECT(bob.sink.wait(RTCSS_CONNECTED).event);

    EXPECT(SUCCEEDED(call.as<IRTCSessionCallControl>()->Hold(7)));
    const Posted held = alice.sink.wait(RTCE_SESSION_OPERATION_COMPLETE);
    NEED(held.event);
    LONG_PTR cookie = 0;
    EXPECT(SUCCEEDED(held.event.as<IRTCSessionOperationCompleteEvent>()->get_Cookie(&cookie)) && cookie == 7);
    EXPECT(SUCCEEDED(call.as<IRTCSessionCallControl>()->UnHold(8)));
    EXPECT(alice.sink.wait(RTCE_SESSION_OPERATION_COMPLETE).event);

    EXPECT(SUCCEEDED(call.as<IRTCSession2>()->SendInfo(Text("text/plain"), Text("hello"), 9)));
    const Posted told = bob.sink.wait(RTCE_INFO);
    NEED(told.event);
    Text info;
    EXPECT(SUCCEEDED(told.event.as<IRTCInfoEvent>()->get_Info(info.put())) && info.ascii() == "hello");

    bob.sink.throws = true; // what a sink throws stays at the edge
    EXPECT(SUCCEEDED(call->Terminate(RTCTR_NORMAL)));
    const Posted over = bob.sink.wait(RTCSS_DISCONNECTED);
    EXPECT(over.event && header_of(over, "X-Thing") == "one");
    const Posted ended = alice.sink.wait(RTCSS_DISCONNECTED);
    NEED(ended.event);
    LONG status = -1;
    Text none;
    EXPECT(ended.event.as<IRTCSessionStateChangeEvent>()->get_StatusCode(&status) == S_OK && status == 0);
    EXPECT(ended.event.as<IRTCSessionStateChangeEvent>()->get_StatusText(none.put()) == E_FAIL);
    bob.sink.throws = false;

    EXPECT(SUCCEEDED(alice.client->PrepareForShutdown()));
    EXPECT(alice.sink.wait(RTCRS_NOT_REGISTERED).event);
    EXPECT(alice.sink.wait(RTCE_CLIENT).event);
    EXPECT(SUCCEEDED(alice.client->Shutdown()));
    EXPECT(alice.client->Shutdown() == RTC_E_CLIENT_ALREADY_SHUT_DOWN);
    // A snapshot outlives the client.
    EXPECT(header_of(connected, "X-Answer") == "yes");
}

void calls_in_a_wrong_order_have_their_codes() {
    Ptr<IRTCClient2> client;
    NEED(SUCCEEDED(RtcCreateClient(IID_IRTCClient2, client.out())));
    Ptr<IRTCSession> session;
    EXPECT(client->CreateSession(RTCST_PC_TO_PC, nullptr, nullptr, 0, session.put()) == RTC_E_CLIENT_NOT_INITIALIZED && !session);
    EXPECT(client->CreateSession(RTCST_PC_TO_PC, nullptr, nullptr, 0, nullptr) == E_POINTER);
    EXPECT(SUCCEEDED(client->InitializeEx(RTCIF_DISABLE_UPNP)));
    EXPECT(client->Initialize() == RTC_E_CLIENT_ALREADY_INITIALIZED);
    RTC_ANSWER_MODE mode = RTCAM_NOT_SUPPORTED;
    EXPECT(SUCCEEDED(client->get_AnswerMode(RTCST_PC_TO_PC, &mode)) && mode == RTCAM_OFFER_SESSION_EVENT);
    EXPECT(SUCCEEDED(client->put_AnswerMode(RTCST_IM, RTCAM_AUTOMATICALLY_REJECT)));
    EXPECT(SUCCEEDED(client->get_AnswerMode(RTCST_IM, &mode)) && mode == RTCAM_AUTOMATICALLY_REJECT);
    Ptr<IRTCProfile> profile;
    EXPECT(client.as<IRTCClientProvisioning>()->CreateProfile(Text("<provision"), profile.put()) < 0 && !profile);
    EXPECT(client.as<IRTCClientProvisioning>()->CreateProfile(Text("<provision name='n'/>"), profile.put()) == RTC_E_PROFILE_NO_KEY);
    EXPECT(client->SendDTMF(RTC_DTMF_0) == E_NOTIMPL);
    EXPECT(client->StopT120Applets() == RTC_E_PLATFORM_NOT_SUPPORTED);
    EXPECT(SUCCEEDED(client->Shutdown()));
    EXPECT(client->CreateSession(RTCST_PC_TO_PC, nullptr, nullptr, 0, session.put()) == RTC_E_CLIENT_ALREADY_SHUT_DOWN);
}

} // namespace

int main() {
    return run_tests({{"the filter starts at nothing", the_filter_starts_at_nothing},
                      {"a call carries headers both ways", a_call_carries_headers_both_ways},
                      {"calls in a wrong order have their codes", calls_in_a_wrong_order_have_their_codes}});
}
