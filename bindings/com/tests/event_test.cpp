// event_test.cpp: subscriptions, notifications, re-INVITEs and messages through the COM-style interfaces.
//
// The other side is a client of the C++ interface, the embedded server stands between them.
#include "support.hpp"

#include <rtcclient/rtcclient.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace test;
using namespace std::chrono_literals;

namespace {

constexpr char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                       "m=audio 40000 RTP/AVP 0\r\na=sendrecv\r\n";

/// A client of the C++ interface with an account at the server.
struct Peer {
    rtcclient::Client client{rtcclient::ListenMode::dynamic};
    rtcclient::Profile profile;

    Peer(const Server &server, const std::string &user) {
        profile = client.create_profile({"sip:" + user + "@" + server.host, user, "secret"});
        profile.enable();
        NEED(client.wait_for(10s, rtcclient::RegistrationState::registered));
    }
    ~Peer() { client.shutdown(); }
};

Ptr<IRTCSIPMessage> message_of(const Posted &posted) {
    Ptr<IRTCSIPMessage> message;
    const auto event = posted.event.as<IRTCSIPEvent>();
    NEED(event);
    NEED(event->GetSIPMessage(message.put()) == S_OK && message);
    return message;
}

std::string first_line(const Posted &posted) {
    Text line;
    NEED(SUCCEEDED(message_of(posted)->GetRequestLine(line.put())));
    return line.ascii();
}

Posted wait(Sink &sink, RTC_SUBSCRIPTION_STATE state) {
    return sink.wait([state](const Posted &posted) {
        const auto event = posted.event.as<IRTCSubscriptionStateChangeEvent>();
        RTC_SUBSCRIPTION_STATE found = RTCSUBC_NOT_SUBSCRIBED;
        return event && SUCCEEDED(event->get_SubscriptionState(&found)) && found == state;
    });
}

/// Set, get and NULL, as every IRTCSIPObject has to answer them.
template <class T> void headers_of(const Ptr<T> &object) {
    const auto headers = object.template as<IRTCSIPObject>();
    NEED(headers && headers.template as<T>().get() == object.get());
    Text text;
    EXPECT(headers->GetAdditionalHeaderValues(text.put()) == S_OK && SysStringLen(text) == 0);
    EXPECT(headers->SetAdditionalHeaderValues(Text("X-One: 1\nX-Two: 2")) == S_OK);
    EXPECT(headers->GetAdditionalHeaderValues(text.put()) == S_OK && text.ascii() == "X-One: 1\r\nX-Two: 2\r\n");
    EXPECT(headers->SetAdditionalHeaderValues(Text("no header")) == RTC_E_HEADER_MALFORMED);
    EXPECT(headers->SetAdditionalHeaderValues(Text("Via: mine")) == RTC_E_HEADER_RESERVED);
    EXPECT(headers->GetAdditionalHeaderValues(text.put()) == S_OK && text.ascii() == "X-One: 1\r\nX-Two: 2\r\n");
    EXPECT(headers->SetAdditionalHeaderValues(nullptr) == S_OK);
    EXPECT(headers->GetAdditionalHeaderValues(text.put()) == S_OK && SysStringLen(text) == 0);
}

void a_subscription_is_told_and_decided() {
    const Server server;
    Peer desk(server, "bob");
    desk.client.serve_package("x-queue", "text/plain");
    // Bob's COM client only watches: the server forks to his desk alone.
    Phone bob;
    bob.open(server, "bob");
    NEED(SUCCEEDED(bob.client.as<IRTCClientProvisioning>()->EnableProfile(bob.profile.get(), 0)));
    Ptr<IRTCSubscription2> queue;
    NEED(bob.client.as<IRTCClientSubscriber2>()->CreateIdleSubscription(bob.profile.get(), Text("text/plain"), Text("x-queue"),
                                                                        queue.put()) == S_OK);
    headers_of(queue);
    const auto headers = queue.as<IRTCSIPObject>();
    NEED(SUCCEEDED(headers->SetAdditionalHeaderValues(Text("X-Depth: 3"))));
    Text accepted;
    EXPECT(queue->get_AcceptedContentType(accepted.put()) == S_OK && accepted.ascii() == "text/plain");
    Ptr<IRTCProfile> owner;
    EXPECT(queue->get_Profile(owner.put()) == S_OK && owner.get() == bob.profile.get());
    RTC_SUBSCRIPTION_STATE state = RTCSUBC_SUBSCRIBED;
    EXPECT(queue->get_SubscriptionState(&state) == S_OK && state == RTCSUBC_NOT_SUBSCRIBED);
    EXPECT(queue->Unsubscribe() == S_FALSE);
    NEED(queue->Send(nullptr, nullptr) == S_OK);

    const rtcclient::Event offered = desk.client.wait_for(10s, rtcclient::WatcherEvent::offering);
    NEED(offered);
    EXPECT(offered.header("X-Depth") == "3");
    const rtcclient::Watcher watcher = offered.watcher();
    rtcclient::Send say;
    say.content_type = "text/plain";
    say.body = "two are waiting";
    watcher.answer(rtcclient::WatcherState::allowed);

    const Posted standing = wait(bob.sink, RTCSUBC_SUBSCRIBED);
    NEED(standing.event && standing.kind == RTCE_SUBSCRIPTION_STATE_CHANGE_EVENT);
    Ptr<IRTCSubscription> same;
    EXPECT(standing.event.as<IRTCSubscriptionStateChangeEvent>()->get_Subscription(same.put()) == S_OK);
    EXPECT(same.as<IRTCSubscription2>().get() == queue.get());
    EXPECT(!first_line(standing).empty());
    const Posted notified = bob.sink.wait(RTCE_SUBSCRIPTION_NOTIFY_EVENT);
    const auto notification = notified.event.as<IRTCSubscriptionNotificationEvent>();
    NEED(notification);
    Text none, nothing;
    EXPECT(notification->GetNotificationData(none.put(), nothing.put()) == RTC_E_NOT_EXIST);
    EXPECT(first_line(notified).rfind("NOTIFY ", 0) == 0);
    EXPECT(notification->Accept(nullptr, nullptr) == S_OK);
    EXPECT(notification->Accept(nullptr, nullptr) == RTC_E_ALREADY_ANSWERED);

    // One with a body, rejected in a way that ends the subscription (RFC 6665 §4.2.2).
    watcher.notify("", say);
    const Posted second = bob.sink.wait(RTCE_SUBSCRIPTION_NOTIFY_EVENT);
    NEED(second.event);
    const auto refused = second.event.as<IRTCSubscriptionNotificationEvent>();
    Text type, body;
    EXPECT(refused->GetNotificationData(type.put(), body.put()) == S_OK);
    EXPECT(type.ascii() == "text/plain" && body.ascii() == "two are waiting");
    EXPECT(refused->Reject(200, nullptr) == E_INVALIDARG);
    EXPECT(refused->Reject(481, Text("Not Mine")) == S_OK);
    const rtcclient::Event gone = desk.client.wait_for(10s, rtcclient::WatcherEvent::remove);
    EXPECT(gone && gone.sip_message().head().status == 481 && gone.sip_message().head().reason == "Not Mine");
    EXPECT(gone.header("X-Depth") == "3"); // responses carry the lines too

    EXPECT(queue->get_EventPackage(accepted.put()) == S_OK && accepted.ascii() == "x-queue");
    EXPECT(SUCCEEDED(bob.client->Shutdown()));
    EXPECT(first_line(notified).rfind("NOTIFY ", 0) == 0); // a snapshot
}

void a_wrong_package_is_refused_with_a_message() {
    const Server server;
    Peer desk(server, "bob");
    desk.client.serve_package("x-queue", "text/plain"); // who serves nothing at all says 405
    Phone bob;
    bob.open(server, "bob");
    NEED(SUCCEEDED(bob.client.as<IRTCClientProvisioning>()->EnableProfile(bob.profile.get(), 0)));
    const auto subscriber = bob.client.as<IRTCClientSubscriber>();
    Ptr<IRTCSubscription> subscription;
    EXPECT(subscriber->CreateSubscription(nullptr, nullptr, Text("x-none"), nullptr, nullptr, subscription.put()) == E_POINTER);
    NEED(subscriber->CreateSubscription(bob.profile.get(), nullptr, Text("x-none"), nullptr, nullptr, subscription.put()) == S_OK);
    const Posted failed = wait(bob.sink, RTCSUBC_ERROR);
    NEED(failed.event);
    LONG code = 0;
    EXPECT(failed.event.as<IRTCSubscriptionStateChangeEvent>()->get_StatusCode(&code) == S_OK &&
           static_cast<std::uint32_t>(code) == 0x80EF0000u + 489);
    EXPECT(first_line(failed).rfind("SIP/2.0 489", 0) == 0);
    Text text;
    EXPECT(failed.event.as<IRTCSubscriptionStateChangeEvent>()->get_StatusText(text.put()) == S_OK && SysStringLen(text) > 0);
}

void notifications_inside_a_session_are_decided() {
    const Server server;
    Phone alice;
    Peer bob(server, "bob");
    alice.enroll(server, "alice");
    NEED(SUCCEEDED(alice.client.as<IRTCClientSubscriber2>()->AllowDialogNotifications(Text("x-talk"))));
    Ptr<IRTCSession> call;
    NEED(SUCCEEDED(alice.client->CreateSession(RTCST_PC_TO_PC, nullptr, alice.profile.get(), 0, call.put())));
    headers_of(call);
    NEED(SUCCEEDED(call->AddParticipant(Text("sip:bob@" + server.host), nullptr, nullptr)));
    const rtcclient::Event incoming = bob.client.wait_for(10s, rtcclient::SessionState::incoming);
    NEED(incoming);
    EXPECT(incoming.header("Allow-Events") == "x-talk");
    const rtcclient::Session answered = incoming.session();
    answered.answer();
    NEED(alice.sink.wait(RTCSS_CONNECTED).event);
    NEED(bob.client.wait_for(10s, rtcclient::SessionState::connected));

    rtcclient::Send send;
    send.flags = RTC_SEND_EXPERT; // Event and Subscription-State are the stack's elsewhere
    send.headers = "Event: x-talk\r\nSubscription-State: active";
    send.content_type = "text/plain";
    send.body = "talk";
    send.cookie = 1;
    answered.send("NOTIFY", send);
    const Posted notified = alice.sink.wait(RTCE_SESSION_NOTIFICATION);
    const auto notification = notified.event.as<IRTCSessionNotificationEvent>();
    NEED(notification);
    Ptr<IRTCSession> where;
    EXPECT(notification->get_Session(where.put()) == S_OK && where.get() == call.get());
    Text type, body;
    EXPECT(message_of(notified)->GetMessageBody(type.put(), body.put()) == S_OK);
    EXPECT(type.ascii() == "text/plain" && body.ascii() == "talk");
    EXPECT(notification->Accept(nullptr, nullptr) == S_OK);
    const rtcclient::Event taken = bob.client.wait_for(10s, rtcclient::EventType::session_operation_complete);
    EXPECT(taken && taken.cookie() == 1 && taken.sip_status() == 200);

    send.cookie = 2;
    answered.send("NOTIFY", send);
    const Posted second = alice.sink.wait(RTCE_SESSION_NOTIFICATION);
    NEED(second.event);
    EXPECT(second.event.as<IRTCSessionNotificationEvent>()->Reject(606, Text("No Talk")) == S_OK);
    const rtcclient::Event refused = bob.client.wait_for(10s, rtcclient::EventType::session_operation_complete);
    EXPECT(refused && refused.cookie() == 2 && refused.sip_status() == 606 && refused.status_text() == "No Talk");

    // What nobody decides is accepted in time, also while the event is held.
    send.cookie = 3;
    answered.send("NOTIFY", send);
    const rtcclient::Event automatic = bob.client.wait_for(10s, rtcclient::EventType::session_operation_complete);
    EXPECT(automatic && automatic.cookie() == 3 && automatic.sip_status() == 200);
    EXPECT(SUCCEEDED(call->Terminate(RTCTR_NORMAL)));
    EXPECT(bob.client.wait_for(10s, rtcclient::SessionState::disconnected));
}

void a_reinvite_is_the_applications_with_its_own_description() {
    const Server server;
    Phone alice;
    Peer bob(server, "bob");
    alice.enroll(server, "alice");
    Ptr<IRTCSession2> call;
    EXPECT(alice.client->CreateSessionWithDescription(nullptr, Text(sdp), nullptr, 0, call.put()) == E_POINTER && !call);
    NEED(SUCCEEDED(alice.client->CreateSessionWithDescription(Text("application/sdp"), Text(sdp), nullptr, 0, call.put())));
    NEED(SUCCEEDED(call->AddParticipant(Text("sip:bob@" + server.host), nullptr, nullptr)));
    const rtcclient::Event incoming = bob.client.wait_for(10s, rtcclient::SessionState::incoming);
    NEED(incoming);
    EXPECT(incoming.sip_message().body().bytes == sdp);
    rtcclient::Send own;
    own.content_type = "application/sdp";
    own.body = sdp;
    const rtcclient::Session answered = incoming.session();
    answered.answer(0, own);
    const Posted connected = alice.sink.wait(RTCSS_CONNECTED);
    NEED(connected.event);
    Text type, description;
    EXPECT(connected.event.as<IRTCSessionStateChangeEvent2>()->GetRemoteSessionDescription(type.put(), description.put()) == S_OK);
    EXPECT(type.ascii() == "application/sdp" && description.ascii() == sdp);

    NEED(bob.client.wait_for(10s, rtcclient::SessionState::connected));
    own.cookie = 5;
    answered.reinvite(own);
    const Posted offered = alice.sink.wait(RTCE_REINVITE);
    const auto reinvite = offered.event.as<IRTCReInviteEvent>();
    NEED(reinvite);
    RTC_REINVITE_STATE state = RTCRIN_FAIL;
    EXPECT(reinvite->get_State(&state) == S_OK && state == RTCRIN_INCOMING);
    Ptr<IRTCSession2> same;
    EXPECT(reinvite->get_Session(same.put()) == S_OK && same.get() == call.get());
    EXPECT(first_line(offered).rfind("INVITE ", 0) == 0);
    EXPECT(reinvite->Accept(Text("application/sdp"), Text(sdp)) == S_OK);
    const rtcclient::Event done = bob.client.wait_for(10s, rtcclient::EventType::session_operation_complete);
    EXPECT(done && done.cookie() == 5 && done.sip_status() == 200);

    own.cookie = 6;
    answered.reinvite(own);
    const Posted again = alice.sink.wait(RTCE_REINVITE);
    NEED(again.event);
    EXPECT(again.event.as<IRTCReInviteEvent>()->Reject() == S_OK);
    const rtcclient::Event refused = bob.client.wait_for(10s, rtcclient::EventType::session_operation_complete);
    EXPECT(refused && refused.cookie() == 6 && refused.sip_status() == 488);
    EXPECT(answered.state() == rtcclient::SessionState::connected);
}

void messages_go_both_ways() {
    const Server server;
    Phone alice;
    Peer bob(server, "bob");
    alice.enroll(server, "alice");
    Ptr<IRTCSession> chat;
    NEED(SUCCEEDED(alice.client->CreateSession(RTCST_IM, nullptr, nullptr, 0, chat.put())));
    Ptr<IRTCParticipant> party;
    NEED(SUCCEEDED(chat->AddParticipant(Text("sip:bob@" + server.host), Text("Bob"), party.put())));
    Text name;
    EXPECT(party->get_Name(name.put()) == S_OK && name.ascii() == "Bob");
    EXPECT(chat->SendMessage(nullptr, nullptr, 3) == E_POINTER);
    EXPECT(chat->SendMessage(Text("text/plain"), Text("good morning"), 3) == S_OK);
    const rtcclient::Event told = bob.client.wait_for(10s, rtcclient::MessagingEvent::message);
    EXPECT(told.body() == "good morning" && told.content_type() == "text/plain");
    const Posted sent = alice.sink.wait(RTCE_SESSION_OPERATION_COMPLETE);
    NEED(sent.event);
    LONG_PTR cookie = 0;
    LONG status = -1;
    const auto complete = sent.event.as<IRTCSessionOperationCompleteEvent2>();
    NEED(complete);
    EXPECT(complete->get_Cookie(&cookie) == S_OK && cookie == 3);
    EXPECT(complete->get_StatusCode(&status) == S_OK && status == 0x00EF0000 + 200);
    EXPECT(first_line(sent).rfind("SIP/2.0 200", 0) == 0);

    rtcclient::Send say;
    say.content_type = "text/plain";
    say.body = "and to you";
    bob.client.send_request("MESSAGE", "sip:alice@" + server.host, say);
    const Posted came = alice.sink.wait(RTCE_MESSAGING);
    const auto event = came.event.as<IRTCMessagingEvent>();
    NEED(event);
    RTC_MESSAGING_EVENT_TYPE kind = RTCMSET_STATUS;
    EXPECT(event->get_EventType(&kind) == S_OK && kind == RTCMSET_MESSAGE);
    Text body, type;
    EXPECT(event->get_Message(body.put()) == S_OK && body.ascii() == "and to you");
    EXPECT(event->get_MessageHeader(type.put()) == S_OK && type.ascii() == "text/plain");
    Ptr<IRTCSession> where;
    EXPECT(event->get_Session(where.put()) == S_OK && where.get() == chat.get());
    Ptr<IRTCParticipant> who;
    EXPECT(event->get_Participant(who.put()) == S_OK && who.get() == party.get());
}

/// One datagram to a port of the loopback.
void send_to(std::uint16_t port, const std::string &text) {
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT(sendto(fd, text.data(), text.size(), 0, reinterpret_cast<const sockaddr *>(&to), sizeof to) ==
           static_cast<ssize_t>(text.size()));
    close(fd);
}

void unsolicited_notifications_are_shown_while_enabled() {
    const Server server;
    Phone bob;
    bob.open(server, "bob");
    NEED(SUCCEEDED(bob.client.as<IRTCClientProvisioning>()->EnableProfile(bob.profile.get(), RTCRF_REGISTER_ALL)));
    const Posted registered = bob.sink.wait(RTCRS_REGISTERED);
    NEED(registered.event);
    Text contact;
    NEED(message_of(registered)->GetFirstHeader(Text("Contact"), contact.put()) == S_OK);
    const std::string value = contact.ascii();
    const std::string uri = value.substr(value.find('<') + 1, value.find('>') - value.find('<') - 1);
    const std::uint16_t port = static_cast<std::uint16_t>(rtcclient::Uri::parse(uri).port);

    Ptr<IRTCUnsolicitedSubscription> mail;
    const auto subscriber = bob.client.as<IRTCClientSubscriber2>();
    NEED(subscriber->RegisterUnsolicitedNotification(Text("application/simple-message-summary"), Text("message-summary"),
                                                     mail.put()) == S_OK);
    VARIANT_BOOL enabled = VARIANT_FALSE;
    EXPECT(mail->IsEnabled(&enabled) == S_OK && enabled == VARIANT_TRUE);
    EXPECT(mail->Disable() == S_OK);
    EXPECT(mail->IsEnabled(&enabled) == S_OK && enabled == VARIANT_FALSE);
    EXPECT(mail->Enable() == S_OK);
    send_to(port, "NOTIFY " + uri +
                      " SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKu1\r\nMax-Forwards: 70\r\n"
                      "From: <sip:pbx@127.0.0.1>;tag=u\r\nTo: <" +
                      uri +
                      ">\r\nCall-ID: unsolicited\r\nCSeq: 1 NOTIFY\r\nContact: <sip:pbx@127.0.0.1:9>\r\n"
                      "Event: message-summary\r\nSubscription-State: active\r\n"
                      "Content-Type: application/simple-message-summary\r\nContent-Length: 23\r\n\r\n"
                      "Messages-Waiting: yes\r\n");
    const Posted told = bob.sink.wait(RTCE_UNSOLICITED_NOTIFY_EVENT);
    const auto event = told.event.as<IRTCUnsolicitedNotificationEvent>();
    NEED(event);
    Ptr<IRTCUnsolicitedSubscription> same;
    EXPECT(event->get_Subscription(same.put()) == S_OK && same.get() == mail.get());
    Text type, body, package;
    EXPECT(message_of(told)->GetMessageBody(type.put(), body.put()) == S_OK && body.ascii() == "Messages-Waiting: yes\r\n");
    EXPECT(mail->get_EventPackage(package.put()) == S_OK && package.ascii() == "message-summary");
    EXPECT(mail->Unregister() == S_OK);
}

void a_failed_registration_shows_its_message() {
    const Server server;
    Phone bob;
    bob.open(server, "bob");
    const auto profile = bob.profile.as<IRTCProfile2>();
    NEED(profile->SetCredentials(nullptr, Text("bob"), Text("wrong")) == S_OK);
    NEED(SUCCEEDED(bob.client.as<IRTCClientProvisioning>()->EnableProfile(bob.profile.get(), RTCRF_REGISTER_ALL)));
    const Posted going = bob.sink.wait(RTCRS_REGISTERING);
    Ptr<IRTCSIPMessage> none;
    NEED(going.event);
    // A call of this program caused it, and no message.
    EXPECT(going.event.as<IRTCSIPEvent>()->GetSIPMessage(none.put()) == RTC_E_NO_SIP_MESSAGE && !none);
    EXPECT(going.event.as<IRTCSIPEvent>()->GetSIPMessage(nullptr) == E_POINTER);
    const Posted rejected = bob.sink.wait(RTCRS_REJECTED);
    NEED(rejected.event);
    const auto event = rejected.event.as<IRTCRegistrationStateChangeEvent>();
    LONG status = 0;
    EXPECT(event->get_StatusCode(&status) == S_OK && static_cast<std::uint32_t>(status) == 0x80EF0000u + 401);
    Text text;
    EXPECT(event->get_StatusText(text.put()) == S_OK && text.ascii() == "Unauthorized");
    Ptr<IRTCProfile> whose;
    EXPECT(event->get_Profile(whose.put()) == S_OK && whose.get() == bob.profile.get());
    EXPECT(first_line(rejected).rfind("SIP/2.0 401", 0) == 0);
    // With the right password it goes on.
    EXPECT(profile->SetCredentials(nullptr, Text("bob"), Text("secret")) == S_OK);
    EXPECT(SUCCEEDED(bob.client.as<IRTCClientProvisioning>()->EnableProfile(bob.profile.get(), RTCRF_REGISTER_ALL)));
    EXPECT(bob.sink.wait(RTCRS_REGISTERED).event);
}

void nothing_is_left_alive() { EXPECT(DllCanUnloadNow() == S_OK); }

} // namespace

int main() {
    return run_tests({{"a subscription is told and decided", a_subscription_is_told_and_decided},
                      {"a wrong package is refused with a message", a_wrong_package_is_refused_with_a_message},
                      {"notifications inside a session are decided", notifications_inside_a_session_are_decided},
                      {"a re-INVITE is the application's with its own description",
                       a_reinvite_is_the_applications_with_its_own_description},
                      {"messages go both ways", messages_go_both_ways},
                      {"unsolicited notifications are shown while enabled", unsolicited_notifications_are_shown_while_enabled},
                      {"a failed registration shows its message", a_failed_registration_shows_its_message},
                      {"nothing is left alive", nothing_is_left_alive}});
}
