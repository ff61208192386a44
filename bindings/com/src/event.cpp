// event.cpp: the objects that sinks receive; see event.hpp.
//
// Each holds its event record and the COM objects it is about. Answering (Accept, Reject) goes to
// the record, so that holding the object keeps the decision with the application for a moment.
#include "event.hpp"

#include "participant.hpp"
#include "profile.hpp"
#include "session.hpp"
#include "sip_message.hpp"
#include "subscription.hpp"

namespace rtccom {
namespace {

/// The record and what it is about.
struct Record {
    ComPtr<Client> client;
    HandleRef<rtc_event_t> event;
    rtc_event_info_t info{}; // lent texts and handles live as long as `event`
};

/// What every event class has.
template <class... Interfaces> class EventObject : public Dispatch<Interfaces...> {
public:
    explicit EventObject(Record record)
        : record_(std::move(record)), profile_(record_.client->wrap<Profile>(info().profile)),
          session_(record_.client->wrap<Session>(info().session)),
          participant_(record_.client->wrap<Participant>(info().participant)) {}

protected:
    const rtc_event_info_t &info() const { return record_.info; }
    Client &client() const { return *record_.client; }
    rtc_event_t *event() const { return record_.event.get(); }
    const ComPtr<Session> &session() const { return session_; }

    /// Gives one of the objects; RTC_E_NOT_EXIST when the event has none.
    template <class Class, class Interface> static HRESULT give_object(const ComPtr<Class> &object, Interface **out) {
        if (out == nullptr) return E_POINTER;
        *out = object.get();
        if (*out == nullptr) return RTC_E_NOT_EXIST;
        (*out)->AddRef();
        return S_OK;
    }
    template <class Interface> HRESULT give_profile(Interface **out) const { return give_object(profile_, out); }
    template <class Interface> HRESULT give_session(Interface **out) const { return give_object(session_, out); }
    template <class Interface> HRESULT give_participant(Interface **out) const { return give_object(participant_, out); }
    template <class Value> static HRESULT give_value(int64_t value, Value *out) {
        if (out == nullptr) return E_POINTER;
        *out = static_cast<Value>(value);
        return S_OK;
    }
    HRESULT give_status(LONG *out) const { return give_value(info().status_code, out); }
    /// E_FAIL without a text, as the original.
    HRESULT give_status_text(BSTR *out) const {
        if (out == nullptr) return E_POINTER;
        *out = nullptr;
        if (info().status_text.len == 0) return E_FAIL;
        return give_text(info().status_text, out);
    }
    static HRESULT give_text(const rtc_str_t &text, BSTR *out) {
        return guard([&] { return give(view(text), out); });
    }
    /// Type and body; RTC_E_NOT_EXIST when the message had none.
    HRESULT give_body(BSTR *content_type, BSTR *body) const {
        if (content_type == nullptr || body == nullptr) return E_POINTER;
        *content_type = *body = nullptr;
        if (info().body.len == 0) return RTC_E_NOT_EXIST;
        const HRESULT result = give_text(info().content_type, content_type);
        if (FAILED(result)) return result;
        const HRESULT given = give_text(info().body, body);
        if (FAILED(given)) {
            SysFreeString(*content_type);
            *content_type = nullptr;
        }
        return given;
    }
    HRESULT accept(BSTR content_type, BSTR body) const {
        return guard([&]() -> HRESULT {
            const Utf8 type(content_type), text(body);
            if (!type.valid() || !text.valid()) return E_INVALIDARG;
            const rtc_send_t send = send_of(type, text);
            return rtc_event_answer(event(), 0, &send);
        });
    }
    HRESULT reject(DWORD code, BSTR reason) const {
        if (code < 300 || code > 699) return E_INVALIDARG;
        return guard([&]() -> HRESULT {
            const Utf8 text(reason);
            if (!text.valid()) return E_INVALIDARG;
            rtc_send_t send{};
            send.size = sizeof send;
            if (!text.empty()) send.reason = text.str();
            return rtc_event_answer(event(), static_cast<int32_t>(code), &send);
        });
    }

private:
    Record record_;
    ComPtr<Profile> profile_;
    ComPtr<Session> session_;
    ComPtr<Participant> participant_;
};

/// What a referrer is told when the session made for it is in this state (RFC 3515 §2.4.4); 0: nothing.
int32_t status_of(RTC_SESSION_STATE state) {
    switch (state) {
    case RTCSS_ANSWERING:
        return 100;
    case RTCSS_INPROGRESS:
        return 180;
    case RTCSS_CONNECTED:
        return 200;
    case RTCSS_DISCONNECTED:
        return 503;
    default:
        return 0;
    }
}

/// An event that a SIP message may have caused.
template <class Interface> class SipEvent : public EventObject<Interface, IRTCSIPEvent> {
public:
    using EventObject<Interface, IRTCSIPEvent>::EventObject;

    HRESULT STDMETHODCALLTYPE GetSIPMessage(IRTCSIPMessage **out) override {
        if (out == nullptr) return E_POINTER;
        *out = nullptr;
        return guard([&]() -> HRESULT {
            HandleRef<rtc_sip_message_t> message;
            const HRESULT result = rtc_event_get_sip_message(this->event(), message.put());
            if (FAILED(result)) return result;
            *out = new SipMessage(std::move(message));
            return S_OK;
        });
    }
};

class ClientEvent final : public EventObject<IRTCClientEvent> {
public:
    using EventObject::EventObject;
    HRESULT STDMETHODCALLTYPE get_EventType(RTC_CLIENT_EVENT_TYPE *out) override { return give_value(info().kind, out); }
    HRESULT STDMETHODCALLTYPE get_Client(IRTCClient **out) override { return give_object(ComPtr<Client>(&client()), out); }
};

class RegistrationEvent final : public SipEvent<IRTCRegistrationStateChangeEvent> {
public:
    using SipEvent::SipEvent;
    HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile **out) override { return give_profile(out); }
    HRESULT STDMETHODCALLTYPE get_State(RTC_REGISTRATION_STATE *out) override { return give_value(info().state, out); }
    HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *out) override { return give_status(out); }
    HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *out) override { return give_status_text(out); }
};

class SessionEvent final : public SipEvent<IRTCSessionStateChangeEvent3> {
public:
    explicit SessionEvent(Record record) : SipEvent(std::move(record)) {
        // other: the session that a Replaces header names (kind 1); Join (kind 2) has no place here.
        if (info().other != nullptr && info().kind == 1)
            replaced_ = client().wrap<Session>(static_cast<rtc_session_t *>(info().other));
    }
    HRESULT STDMETHODCALLTYPE get_Session(IRTCSession **out) override { return give_session(out); }
    HRESULT STDMETHODCALLTYPE get_State(RTC_SESSION_STATE *out) override { return give_value(info().state, out); }
    HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *out) override { return give_status(out); }
    HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *out) override { return give_status_text(out); }
    HRESULT STDMETHODCALLTYPE get_MediaTypes(LONG *out) override { return give_value(info().value[0], out); }
    HRESULT STDMETHODCALLTYPE get_RemotePreferredSecurityLevel(RTC_SECURITY_TYPE, RTC_SECURITY_LEVEL *out) override {
        return out == nullptr ? E_POINTER : E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE get_IsForked(VARIANT_BOOL *out) override {
        return give_value((info().flags & RTC_EVENT_FLAG_FORKED) != 0 ? VARIANT_TRUE : VARIANT_FALSE, out);
    }
    HRESULT STDMETHODCALLTYPE GetRemoteSessionDescription(BSTR *type, BSTR *body) override { return give_body(type, body); }
    HRESULT STDMETHODCALLTYPE get_ReplacedSession(IRTCSession **out) override { return give_object(replaced_, out); }

private:
    ComPtr<Session> replaced_;
};

class OperationEvent final : public SipEvent<IRTCSessionOperationCompleteEvent2> {
public:
    using SipEvent::SipEvent;
    HRESULT STDMETHODCALLTYPE get_Session(IRTCSession **out) override { return give_session(out); }
    HRESULT STDMETHODCALLTYPE get_Cookie(LONG_PTR *out) override { return give_value(info().cookie, out); }
    HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *out) override { return give_status(out); }
    HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *out) override { return give_status_text(out); }
    HRESULT STDMETHODCALLTYPE get_Participant(IRTCParticipant **out) override { return give_participant(out); }
    HRESULT STDMETHODCALLTYPE GetRemoteSessionDescription(BSTR *type, BSTR *body) override { return give_body(type, body); }
};

class ParticipantEvent final : public SipEvent<IRTCParticipantStateChangeEvent> {
public:
    using SipEvent::SipEvent;
    HRESULT STDMETHODCALLTYPE get_Participant(IRTCParticipant **out) override { return give_participant(out); }
    HRESULT STDMETHODCALLTYPE get_State(RTC_PARTICIPANT_STATE *out) override { return give_value(info().state, out); }
    HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *out) override { return give_status(out); }
};

class MessagingEvent final : public SipEvent<IRTCMessagingEvent> {
public:
    using SipEvent::SipEvent;
    HRESULT STDMETHODCALLTYPE get_Session(IRTCSession **out) override { return give_session(out); }
    HRESULT STDMETHODCALLTYPE get_Participant(IRTCParticipant **out) override { return give_participant(out); }
    HRESULT STDMETHODCALLTYPE get_EventType(RTC_MESSAGING_EVENT_TYPE *out) override { return give_value(info().kind, out); }
    HRESULT STDMETHODCALLTYPE get_Message(BSTR *out) override { return give_text(info().body, out); }
    HRESULT STDMETHODCALLTYPE get_MessageHeader(BSTR *out) override { return give_text(info().content_type, out); }
    HRESULT STDMETHODCALLTYPE get_UserStatus(RTC_MESSAGING_USER_STATUS *out) override { return give_value(info().state, out); }
};

class InfoEvent final : public SipEvent<IRTCInfoEvent> {
public:
    using SipEvent::SipEvent;
    HRESULT STDMETHODCALLTYPE get_Session(IRTCSession2 **out) override { return give_session(out); }
    HRESULT STDMETHODCALLTYPE get_Participant(IRTCParticipant **out) override { return give_participant(out); }
    HRESULT STDMETHODCALLTYPE get_Info(BSTR *out) override { return give_text(info().body, out); }
    HRESULT STDMETHODCALLTYPE get_InfoHeader(BSTR *out) override { return give_text(info().content_type, out); }
};

class ReInviteEvent final : public SipEvent<IRTCReInviteEvent> {
public:
    using SipEvent::SipEvent;
    HRESULT STDMETHODCALLTYPE get_Session(IRTCSession2 **out) override { return give_session(out); }
    HRESULT STDMETHODCALLTYPE Accept(BSTR type, BSTR body) override { return accept(type, body); }
    HRESULT STDMETHODCALLTYPE Reject() override { return reject(488, nullptr); }
    HRESULT STDMETHODCALLTYPE get_State(RTC_REINVITE_STATE *out) override { return give_value(info().state, out); }
    HRESULT STDMETHODCALLTYPE GetRemoteSessionDescription(BSTR *type, BSTR *body) override { return give_body(type, body); }
};

class SubscriptionEvent final : public SipEvent<IRTCSubscriptionStateChangeEvent> {
public:
    explicit SubscriptionEvent(Record record)
        : SipEvent(std::move(record)), subscription_(client().wrap<Subscription>(info().subscription)) {}
    HRESULT STDMETHODCALLTYPE get_Subscription(IRTCSubscription **out) override { return give_object(subscription_, out); }
    HRESULT STDMETHODCALLTYPE get_SubscriptionState(RTC_SUBSCRIPTION_STATE *out) override { return give_value(info().state, out); }
    HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *out) override { return give_status(out); }
    HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *out) override { return give_status_text(out); }

private:
    const ComPtr<Subscription> subscription_;
};

class NotificationEvent final : public SipEvent<IRTCSubscriptionNotificationEvent> {
public:
    explicit NotificationEvent(Record record)
        : SipEvent(std::move(record)), subscription_(client().wrap<Subscription>(info().subscription)) {}
    HRESULT STDMETHODCALLTYPE Accept(BSTR type, BSTR body) override { return accept(type, body); }
    HRESULT STDMETHODCALLTYPE get_Subscription(IRTCSubscription **out) override { return give_object(subscription_, out); }
    HRESULT STDMETHODCALLTYPE GetNotificationData(BSTR *type, BSTR *body) override { return give_body(type, body); }
    HRESULT STDMETHODCALLTYPE Reject(DWORD code, BSTR text) override { return reject(code, text); }

private:
    const ComPtr<Subscription> subscription_;
};

class SessionNotificationEvent final : public SipEvent<IRTCSessionNotificationEvent> {
public:
    using SipEvent::SipEvent;
    HRESULT STDMETHODCALLTYPE get_Session(IRTCSession **out) override { return give_session(out); }
    HRESULT STDMETHODCALLTYPE Accept(BSTR type, BSTR body) override { return accept(type, body); }
    HRESULT STDMETHODCALLTYPE Reject(DWORD code, BSTR text) override { return reject(code, text); }
};

class UnsolicitedEvent final : public SipEvent<IRTCUnsolicitedNotificationEvent> {
public:
    explicit UnsolicitedEvent(Record record)
        : SipEvent(std::move(record)), subscription_(client().wrap<UnsolicitedSubscription>(info().subscription)) {}
    HRESULT STDMETHODCALLTYPE get_Subscription(IRTCUnsolicitedSubscription **out) override {
        return give_object(subscription_, out);
    }

private:
    const ComPtr<UnsolicitedSubscription> subscription_;
};

class ReferStatusEvent final : public SipEvent<IRTCSessionReferStatusEvent> {
public:
    using SipEvent::SipEvent;
    HRESULT STDMETHODCALLTYPE get_Session(IRTCSession2 **out) override { return give_session(out); }
    HRESULT STDMETHODCALLTYPE get_ReferStatus(RTC_SESSION_REFER_STATUS *out) override { return give_value(info().state, out); }
    HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *out) override { return give_status(out); }
    HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *out) override { return give_status_text(out); }
};

/// What both kinds of referral have.
template <class Interface> class AnyReferredEvent : public SipEvent<Interface> {
public:
    using SipEvent<Interface>::SipEvent;
    HRESULT STDMETHODCALLTYPE get_Session(IRTCSession2 **out) override { return this->give_session(out); }
    HRESULT STDMETHODCALLTYPE get_ReferredByURI(BSTR *out) override { return this->give_text(this->info().text, out); }
    HRESULT STDMETHODCALLTYPE get_ReferToURI(BSTR *out) override { return this->give_text(this->info().uri, out); }
    HRESULT STDMETHODCALLTYPE Accept() override { return this->accept(nullptr, nullptr); }
    HRESULT STDMETHODCALLTYPE Reject() override { return this->reject(603, nullptr); }
    HRESULT STDMETHODCALLTYPE SetReferredSessionState(RTC_SESSION_STATE state) override {
        const int32_t status = status_of(state);
        return status == 0 ? E_INVALIDARG : rtc_event_report_referral(this->event(), status);
    }

protected:
    /// One of the texts made from the event; empty where there is none.
    HRESULT give_made(int32_t what, BSTR *out) const {
        if (out == nullptr) return E_POINTER;
        *out = nullptr;
        rtc_str_t text{};
        const HRESULT result = rtc_event_get_text(this->event(), what, 0, &text);
        return FAILED(result) ? result : this->give_text(text, out);
    }
};

class ReferredEvent final : public AnyReferredEvent<IRTCSessionReferredEvent> {
public:
    using AnyReferredEvent::AnyReferredEvent;
    HRESULT STDMETHODCALLTYPE get_ReferCookie(BSTR *out) override { return give_made(RTC_EVENT_TEXT_COOKIE, out); }
};

class ConsultantReferredEvent final : public AnyReferredEvent<IRTCSessionConsultantReferredEvent> {
public:
    using AnyReferredEvent::AnyReferredEvent;
    HRESULT STDMETHODCALLTYPE ReferToSessionInfo(BSTR *call_id, BSTR *from_tag, BSTR *to_tag) override {
        if (call_id == nullptr || from_tag == nullptr || to_tag == nullptr) return E_POINTER;
        *call_id = *from_tag = *to_tag = nullptr;
        // RFC 3891 §3: to-tag is that of who is called, from-tag that of its peer.
        HRESULT result = give_made(RTC_EVENT_TEXT_CALL_ID, call_id);
        if (SUCCEEDED(result)) result = give_made(RTC_EVENT_TEXT_REMOTE_TAG, from_tag);
        if (SUCCEEDED(result)) result = give_made(RTC_EVENT_TEXT_LOCAL_TAG, to_tag);
        if (SUCCEEDED(result)) return result;
        for (BSTR *one : {call_id, from_tag, to_tag}) {
            SysFreeString(*one);
            *one = nullptr;
        }
        return result;
    }
};

template <class Event> ComPtr<IDispatch> make(Record &record) { return ComPtr<IDispatch>::adopt(new Event(std::move(record))); }

} // namespace

ComPtr<IDispatch> make_event(Client &client, rtc_event_t *event, int32_t &type) {
    Record record;
    record.info.size = sizeof record.info;
    if (FAILED(rtc_event_get_info(event, &record.info))) return {};
    record.client = ComPtr<Client>(&client);
    record.event = HandleRef<rtc_event_t>::borrow(event);
    type = record.info.type;
    switch (type) {
    case RTCE_CLIENT:
        return make<ClientEvent>(record);
    case RTCE_REGISTRATION_STATE_CHANGE:
        return make<RegistrationEvent>(record);
    case RTCE_SESSION_STATE_CHANGE:
        return make<SessionEvent>(record);
    case RTCE_SESSION_OPERATION_COMPLETE:
        return make<OperationEvent>(record);
    case RTCE_PARTICIPANT_STATE_CHANGE:
        return make<ParticipantEvent>(record);
    case RTCE_MESSAGING:
        return make<MessagingEvent>(record);
    case RTCE_INFO:
        return make<InfoEvent>(record);
    case RTCE_REINVITE:
        return make<ReInviteEvent>(record);
    case RTCE_SESSION_REFER_STATUS:
        return make<ReferStatusEvent>(record);
    case RTCE_SESSION_REFERRED:
        return make<ReferredEvent>(record);
    case RTCE_SESSION_CONSULTANT_REFERRED:
        return make<ConsultantReferredEvent>(record);
    case RTCE_SUBSCRIPTION_STATE_CHANGE_EVENT:
        if (record.info.user_data == UnsolicitedSubscription::mark()) return {};
        return make<SubscriptionEvent>(record);
    case RTCE_SUBSCRIPTION_NOTIFY_EVENT:
        return make<NotificationEvent>(record);
    case RTCE_SESSION_NOTIFICATION:
        return make<SessionNotificationEvent>(record);
    case RTCE_UNSOLICITED_NOTIFY_EVENT:
        return make<UnsolicitedEvent>(record);
    default:
        return {};
    }
}

} // namespace rtccom
