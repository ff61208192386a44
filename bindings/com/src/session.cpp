// session.cpp: the classes behind IRTCSession and IRTCParticipant; see session.hpp.
#include "session.hpp"

#include "participant.hpp"
#include "profile.hpp"

namespace rtccom {
namespace {

template <class T> HRESULT not_built(T *out) {
    if (out == nullptr) return E_POINTER;
    *out = T();
    return E_NOTIMPL;
}

HRESULT give_flag(rtc_object_t *object, int32_t property, VARIANT_BOOL *out) {
    LONG value = 0;
    if (out == nullptr) return E_POINTER;
    const HRESULT result = give_int(object, property, 0, &value);
    if (SUCCEEDED(result)) *out = value != 0 ? VARIANT_TRUE : VARIANT_FALSE;
    return result;
}

template <class State> HRESULT give_state(rtc_object_t *object, State *out) {
    if (out == nullptr) return E_POINTER;
    int32_t value = 0;
    const HRESULT result = rtc_object_get_state(object, &value);
    if (SUCCEEDED(result)) *out = static_cast<State>(value);
    return result;
}

} // namespace

HRESULT Session::get_Client(IRTCClient **out) {
    if (out == nullptr) return E_POINTER;
    *out = &client();
    (*out)->AddRef();
    return S_OK;
}

HRESULT Session::get_State(RTC_SESSION_STATE *out) { return give_state(get(), out); }

HRESULT Session::get_Type(RTC_SESSION_TYPE *out) {
    if (out == nullptr) return E_POINTER;
    LONG value = 0;
    const HRESULT result = give_int(get(), RTC_PROPERTY_SESSION_TYPE, 0, &value);
    if (SUCCEEDED(result)) *out = static_cast<RTC_SESSION_TYPE>(value);
    return result;
}

HRESULT Session::get_Profile(IRTCProfile **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        rtc_object_t *found = nullptr;
        const HRESULT result = rtc_object_get(get(), RTC_KIND_PROFILE, &found);
        if (FAILED(result)) return result;
        const auto profile = HandleRef<rtc_profile_t>::adopt(static_cast<rtc_profile_t *>(found));
        if (profile.get() == nullptr) return RTC_E_NO_PROFILE;
        return hand_out(client().wrap<Profile>(profile.get()), out);
    });
}

HRESULT Session::get_Participants(IRTCCollection **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        HRESULT result = S_OK;
        const auto items = client().items_of<Participant, IRTCParticipant>(get(), RTC_KIND_PARTICIPANT, result);
        if (FAILED(result)) return result;
        *out = new Collection<IRTCParticipant>(items);
        return S_OK;
    });
}

HRESULT Session::EnumerateParticipants(IRTCEnumParticipants **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        HRESULT result = S_OK;
        const auto items = client().items_of<Participant, IRTCParticipant>(get(), RTC_KIND_PARTICIPANT, result);
        if (FAILED(result)) return result;
        *out = new Enumerator<IRTCEnumParticipants, IRTCParticipant>(items);
        return S_OK;
    });
}

HRESULT Session::Answer() { return rtc_session_answer(get(), 0, nullptr); }

HRESULT Session::Terminate(RTC_TERMINATE_REASON reason) {
    return rtc_session_terminate(get(), static_cast<int32_t>(reason), nullptr);
}

HRESULT Session::Redirect(RTC_SESSION_TYPE, BSTR, IRTCProfile *, LONG flags) {
    return guard([&]() -> HRESULT {
        std::string uri;
        const HRESULT result = read_property(get(), RTC_PROPERTY_SESSION_REDIRECT_URI, redirect_.load(), uri);
        if (FAILED(result)) return result;
        return rtc_session_redirect(get(), uri.data(), uri.size(), static_cast<uint32_t>(flags), nullptr);
    });
}

HRESULT Session::add(BSTR address, BSTR name, IRTCParticipant2 **out) {
    if (out != nullptr) *out = nullptr;
    if (address == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        const Utf8 uri(address), display(name);
        if (!uri.valid() || !display.valid()) return E_INVALIDARG;
        HandleRef<rtc_participant_t> participant;
        const HRESULT result = rtc_session_add_participant(get(), uri.ptr(), uri.len(), display.ptr(), display.len(), nullptr,
                                                           participant.put());
        if (FAILED(result) || out == nullptr) return result;
        return hand_out(client().wrap<Participant>(participant.get()), out);
    });
}

HRESULT Session::AddParticipant(BSTR address, BSTR name, IRTCParticipant **out) {
    IRTCParticipant2 *added = nullptr;
    const HRESULT result = add(address, name, out == nullptr ? nullptr : &added);
    if (out != nullptr) *out = added;
    return result;
}

HRESULT Session::AddParticipantEx(BSTR address, BSTR name, BSTR device, IRTCParticipant2 **out) {
    if (SysStringLen(device) == 0) return add(address, name, out);
    if (out != nullptr) *out = nullptr;
    return E_NOTIMPL; // choosing one device of a user is presence's business
}

HRESULT Session::RemoveParticipant(IRTCParticipant *participant) { return participant == nullptr ? E_POINTER : E_NOTIMPL; }

HRESULT Session::get_CanAddParticipants(VARIANT_BOOL *out) {
    return give_flag(get(), RTC_PROPERTY_SESSION_CAN_ADD_PARTICIPANTS, out);
}

HRESULT Session::get_RedirectedUserURI(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_SESSION_REDIRECT_URI, redirect_.load(), out); });
}

HRESULT Session::get_RedirectedUserName(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_SESSION_REDIRECT_NAME, redirect_.load(), out); });
}

HRESULT Session::NextRedirectedUser() {
    return guard([&]() -> HRESULT {
        std::string uri;
        const int32_t next = redirect_.load() + 1;
        const HRESULT result = read_property(get(), RTC_PROPERTY_SESSION_REDIRECT_URI, next, uri);
        if (SUCCEEDED(result)) redirect_ = next;
        return result;
    });
}

HRESULT Session::send(const char *method, std::size_t len, BSTR header, BSTR text, LONG_PTR cookie) {
    return guard([&]() -> HRESULT {
        const Utf8 type(header), body(text);
        if (!type.valid() || !body.valid()) return E_INVALIDARG;
        rtc_send_t send = send_of(type, body);
        send.cookie = cookie;
        if (type.empty()) send.content_type = rtc_str_t{RTC_STR("text/plain;charset=UTF-8")};
        return rtc_session_send(get(), method, len, &send);
    });
}

HRESULT Session::SendMessage(BSTR header, BSTR text, LONG_PTR cookie) {
    return text == nullptr ? E_POINTER : send(RTC_STR("MESSAGE"), header, text, cookie);
}

HRESULT Session::SendInfo(BSTR header, BSTR text, LONG_PTR cookie) {
    return text == nullptr ? E_POINTER : send(RTC_STR("INFO"), header, text, cookie);
}

HRESULT Session::SendMessageStatus(RTC_MESSAGING_USER_STATUS status, LONG_PTR cookie) {
    rtc_send_t send{};
    send.size = sizeof send;
    send.cookie = cookie;
    return rtc_session_send_status(get(), static_cast<int32_t>(status), &send);
}
HRESULT Session::AddStream(LONG, LONG_PTR) { return E_NOTIMPL; }
HRESULT Session::RemoveStream(LONG, LONG_PTR) { return E_NOTIMPL; }
HRESULT Session::put_EncryptionKey(LONG, BSTR) { return RTC_E_PLATFORM_NOT_SUPPORTED; } // k= is obsolete, RFC 8866 §5.12
HRESULT Session::put_PreferredSecurityLevel(RTC_SECURITY_TYPE, RTC_SECURITY_LEVEL) { return E_NOTIMPL; }
HRESULT Session::get_PreferredSecurityLevel(RTC_SECURITY_TYPE, RTC_SECURITY_LEVEL *out) { return not_built(out); }
HRESULT Session::IsSecurityEnabled(RTC_SECURITY_TYPE, VARIANT_BOOL *out) { return not_built(out); }

HRESULT Session::AnswerWithSessionDescription(BSTR content_type, BSTR description) {
    if (content_type == nullptr || description == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        const Utf8 type(content_type), body(description);
        if (!type.valid() || !body.valid()) return E_INVALIDARG;
        const rtc_send_t send = send_of(type, body);
        return rtc_session_answer(get(), 0, &send);
    });
}

HRESULT Session::ReInviteWithSessionDescription(BSTR content_type, BSTR description, LONG_PTR cookie) {
    if (content_type == nullptr || description == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        const Utf8 type(content_type), body(description);
        if (!type.valid() || !body.valid()) return E_INVALIDARG;
        rtc_send_t send = send_of(type, body);
        send.cookie = cookie;
        return rtc_session_reinvite(get(), 0, &send);
    });
}

HRESULT Session::hold(int32_t on, LONG_PTR cookie) {
    rtc_send_t send{};
    send.size = sizeof send;
    send.cookie = cookie;
    return rtc_session_hold(get(), on, &send);
}

HRESULT Session::Hold(LONG_PTR cookie) { return hold(1, cookie); }
HRESULT Session::UnHold(LONG_PTR cookie) { return hold(0, cookie); }

HRESULT Session::Forward(BSTR uri) {
    if (uri == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        const Utf8 target(uri);
        if (!target.valid()) return E_INVALIDARG;
        return rtc_session_redirect(get(), target.ptr(), target.len(), 0, nullptr);
    });
}

HRESULT Session::Refer(BSTR uri, BSTR cookie) {
    if (uri == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        const Utf8 target(uri);
        if (!target.valid() || target.empty()) return E_INVALIDARG;
        // A REFER has no place for it: get_ReferCookie of this session shows it.
        const HRESULT named = SysStringLen(cookie) == 0 ? S_OK : put_ReferCookie(cookie);
        if (FAILED(named)) return named;
        return rtc_session_refer(get(), target.ptr(), target.len(), nullptr, nullptr);
    });
}

HRESULT Session::put_text(int32_t property, BSTR text) {
    return guard([&]() -> HRESULT {
        const Utf8 value(text);
        if (!value.valid()) return E_INVALIDARG;
        return rtc_object_set_text(get(), property, 0, value.text().data(), value.len());
    });
}

HRESULT Session::put_ReferredByURI(BSTR uri) { return put_text(RTC_PROPERTY_SESSION_REFERRED_BY, uri); }
HRESULT Session::put_ReferCookie(BSTR cookie) { return put_text(RTC_PROPERTY_SESSION_REFER_COOKIE, cookie); }

HRESULT Session::get_ReferredByURI(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_SESSION_REFERRED_BY, 0, out); });
}

HRESULT Session::get_ReferCookie(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_SESSION_REFER_COOKIE, 0, out); });
}

HRESULT Session::get_IsReferred(VARIANT_BOOL *out) { return give_flag(get(), RTC_PROPERTY_SESSION_IS_REFERRED, out); }

HRESULT Session::ReplaceSession(IRTCSession *replaced) {
    if (replaced == nullptr) return E_POINTER;
    auto *const consult = static_cast<rtc_session_t *>(handle_behind(replaced, RTC_KIND_SESSION));
    if (consult == nullptr) return E_INVALIDARG;
    return rtc_session_refer(get(), nullptr, 0, consult, nullptr);
}

HRESULT Session::ParkSession(BSTR uri) { return Refer(uri, nullptr); }

HRESULT Session::Retrieve(BSTR address, BSTR name, BSTR referred_by, BSTR call_id, BSTR from_tag, BSTR to_tag,
                          VARIANT_BOOL early_only) {
    if (address == nullptr || call_id == nullptr || from_tag == nullptr || to_tag == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        const Utf8 call(call_id), from(from_tag), to(to_tag);
        if (!call.valid() || !from.valid() || !to.valid()) return E_INVALIDARG;
        rtc_dialog_id_t id{};
        id.size = sizeof id;
        id.flags = early_only != VARIANT_FALSE ? RTC_DIALOG_ID_EARLY_ONLY : 0;
        id.call_id = call.str();
        // RFC 3891 §3: to-tag is that of who is called, from-tag that of its peer.
        id.local_tag = to.str();
        id.remote_tag = from.str();
        HRESULT result = rtc_session_replace(get(), &id);
        if (SUCCEEDED(result) && SysStringLen(referred_by) > 0) result = put_ReferredByURI(referred_by);
        return FAILED(result) ? result : add(address, name, nullptr);
    });
}

HRESULT Session::put_SIPPrivacyType(LONG type) {
    return rtc_object_set_int(get(), RTC_PROPERTY_SESSION_SIP_PRIVACY, 0, type);
}

HRESULT Session::get_SIPPrivacyType(LONG *out) { return give_int(get(), RTC_PROPERTY_SESSION_SIP_PRIVACY, 0, out); }

HRESULT Participant::get_UserURI(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_PARTICIPANT_URI, 0, out); });
}
HRESULT Participant::get_Name(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_PARTICIPANT_NAME, 0, out); });
}
HRESULT Participant::get_Removable(VARIANT_BOOL *out) { return give_flag(get(), RTC_PROPERTY_PARTICIPANT_REMOVABLE, out); }
HRESULT Participant::get_State(RTC_PARTICIPANT_STATE *out) { return give_state(get(), out); }

HRESULT Participant::get_Session(IRTCSession **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        rtc_object_t *found = nullptr;
        const HRESULT result = rtc_object_get(get(), RTC_KIND_SESSION, &found);
        if (FAILED(result)) return result;
        const auto session = HandleRef<rtc_session_t>::adopt(static_cast<rtc_session_t *>(found));
        if (session.get() == nullptr) return RTC_E_NOT_EXIST;
        return hand_out(client().wrap<Session>(session.get()), out);
    });
}

HRESULT Participant::get_DeviceID(BSTR *out) { return not_built(out); }
HRESULT Participant::get_FederationFlag(LONG *out) { return not_built(out); }

} // namespace rtccom
