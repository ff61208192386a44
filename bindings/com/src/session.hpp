// session.hpp: the class behind IRTCSession.
#pragma once
#include "client.hpp"
#include "sip_object.hpp"

namespace rtccom {

/// IRTCSession3, IRTCSessionCallControl2, IRTCSessionSIPPrivacy and IRTCSIPObject. Streams and media
/// security are not built: E_NOTIMPL.
class Session final
    : public WrappedObject<rtc_session_t, IRTCSession3, IRTCSessionCallControl2, IRTCSessionSIPPrivacy, IRTCSIPObject> {
public:
    Session(ComPtr<Client> client, HandleRef<rtc_session_t> handle) : WrappedObject(std::move(client), std::move(handle)) {}

    rtc_object_t *STDMETHODCALLTYPE handle(int32_t kind) override { return kind == RTC_KIND_SESSION ? get() : nullptr; }

    // IRTCSession
    HRESULT STDMETHODCALLTYPE get_Client(IRTCClient **out) override;
    HRESULT STDMETHODCALLTYPE get_State(RTC_SESSION_STATE *out) override;
    HRESULT STDMETHODCALLTYPE get_Type(RTC_SESSION_TYPE *out) override;
    HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile **out) override;
    HRESULT STDMETHODCALLTYPE get_Participants(IRTCCollection **out) override;
    HRESULT STDMETHODCALLTYPE Answer() override;
    HRESULT STDMETHODCALLTYPE Terminate(RTC_TERMINATE_REASON reason) override;
    HRESULT STDMETHODCALLTYPE Redirect(RTC_SESSION_TYPE type, BSTR local_phone, IRTCProfile *profile, LONG flags) override;
    HRESULT STDMETHODCALLTYPE AddParticipant(BSTR address, BSTR name, IRTCParticipant **out) override;
    HRESULT STDMETHODCALLTYPE RemoveParticipant(IRTCParticipant *participant) override;
    HRESULT STDMETHODCALLTYPE EnumerateParticipants(IRTCEnumParticipants **out) override;
    HRESULT STDMETHODCALLTYPE get_CanAddParticipants(VARIANT_BOOL *out) override;
    HRESULT STDMETHODCALLTYPE get_RedirectedUserURI(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_RedirectedUserName(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE NextRedirectedUser() override;
    HRESULT STDMETHODCALLTYPE SendMessage(BSTR header, BSTR text, LONG_PTR cookie) override;
    HRESULT STDMETHODCALLTYPE SendMessageStatus(RTC_MESSAGING_USER_STATUS status, LONG_PTR cookie) override;
    HRESULT STDMETHODCALLTYPE AddStream(LONG media, LONG_PTR cookie) override;
    HRESULT STDMETHODCALLTYPE RemoveStream(LONG media, LONG_PTR cookie) override;
    HRESULT STDMETHODCALLTYPE put_EncryptionKey(LONG media, BSTR key) override;

    // IRTCSession2, IRTCSession3
    HRESULT STDMETHODCALLTYPE SendInfo(BSTR header, BSTR text, LONG_PTR cookie) override;
    HRESULT STDMETHODCALLTYPE put_PreferredSecurityLevel(RTC_SECURITY_TYPE type, RTC_SECURITY_LEVEL level) override;
    HRESULT STDMETHODCALLTYPE get_PreferredSecurityLevel(RTC_SECURITY_TYPE type, RTC_SECURITY_LEVEL *level) override;
    HRESULT STDMETHODCALLTYPE IsSecurityEnabled(RTC_SECURITY_TYPE type, VARIANT_BOOL *enabled) override;
    HRESULT STDMETHODCALLTYPE AnswerWithSessionDescription(BSTR content_type, BSTR description) override;
    HRESULT STDMETHODCALLTYPE ReInviteWithSessionDescription(BSTR content_type, BSTR description, LONG_PTR cookie) override;
    HRESULT STDMETHODCALLTYPE AddParticipantEx(BSTR address, BSTR name, BSTR device, IRTCParticipant2 **out) override;

    // IRTCSessionCallControl
    HRESULT STDMETHODCALLTYPE Hold(LONG_PTR cookie) override;
    HRESULT STDMETHODCALLTYPE UnHold(LONG_PTR cookie) override;
    HRESULT STDMETHODCALLTYPE Forward(BSTR uri) override;
    HRESULT STDMETHODCALLTYPE Refer(BSTR uri, BSTR cookie) override;
    HRESULT STDMETHODCALLTYPE put_ReferredByURI(BSTR uri) override;
    HRESULT STDMETHODCALLTYPE get_ReferredByURI(BSTR *uri) override;
    HRESULT STDMETHODCALLTYPE put_ReferCookie(BSTR cookie) override;
    HRESULT STDMETHODCALLTYPE get_ReferCookie(BSTR *cookie) override;
    HRESULT STDMETHODCALLTYPE get_IsReferred(VARIANT_BOOL *referred) override;

    // IRTCSessionCallControl2
    HRESULT STDMETHODCALLTYPE ReplaceSession(IRTCSession *replaced) override;
    HRESULT STDMETHODCALLTYPE ParkSession(BSTR uri) override;
    HRESULT STDMETHODCALLTYPE Retrieve(BSTR address, BSTR name, BSTR referred_by, BSTR call_id, BSTR from_tag, BSTR to_tag,
                                       VARIANT_BOOL early_only) override;

    // IRTCSessionSIPPrivacy
    HRESULT STDMETHODCALLTYPE put_SIPPrivacyType(LONG type) override;
    HRESULT STDMETHODCALLTYPE get_SIPPrivacyType(LONG *type) override;

    // IRTCSIPObject
    HRESULT STDMETHODCALLTYPE SetAdditionalHeaderValues(BSTR lines) override { return set_additional_headers(get(), lines); }
    HRESULT STDMETHODCALLTYPE GetAdditionalHeaderValues(BSTR *out) override { return get_additional_headers(get(), out); }

private:
    HRESULT add(BSTR address, BSTR name, IRTCParticipant2 **out);
    HRESULT send(const char *method, std::size_t len, BSTR header, BSTR text, LONG_PTR cookie);
    HRESULT hold(int32_t on, LONG_PTR cookie);
    HRESULT put_text(int32_t property, BSTR text);

    std::atomic<int32_t> redirect_{0}; // the target that get_RedirectedUserURI shows
};

} // namespace rtccom
