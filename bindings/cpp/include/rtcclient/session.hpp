// session.hpp: a call or a conversation (INVITE sessions, RFC 3261 §13 to §15; MESSAGE, RFC 3428).
#pragma once
#include <rtcclient/participant.hpp>
#include <rtcclient/profile.hpp>
#include <rtcclient/send.hpp>
#include <rtcclient/sip_object.hpp>

namespace rtcclient {

/// What Client::create_session takes.
struct SessionOptions {
    /// None: chosen by URI among the enabled ones.
    Profile profile{};
    std::string local_phone_uri{};
    /// A description makes it the application's own media.
    std::string content_type{}, description{};
    /// RTC_MEDIA_…
    std::uint32_t media = 0;
    /// RTC_SESSION_…
    std::uint32_t flags = 0;
    /// Reliable provisional responses (RFC 3262): 0 supported, 1 required, 2 off.
    std::int32_t reliable = 0;
    /// Session timer (RFC 4028) in seconds: 0 the client's, -1 none; and the shortest interval taken.
    std::int32_t session_expires_secs = 0, min_se_secs = 0;
    /// RTC_AUTO_… bits to switch off.
    std::uint32_t manual = 0;
    /// The accepted SESSION_REFERRED event (Event::get) that this call is made for; it has to be held until then.
    rtc_event_t *referral = nullptr;
    void *user_data = nullptr;

    /// The same as the C struct; valid while this object is.
    rtc_session_options_t raw() const noexcept {
        rtc_session_options_t options{};
        options.size = sizeof options;
        options.flags = flags;
        options.profile = profile.get();
        options.local_phone_uri = detail::option(local_phone_uri);
        options.content_type = detail::option(content_type);
        options.description = detail::option(description);
        options.media = media;
        options.reliable = reliable;
        options.session_expires_secs = session_expires_secs;
        options.min_se_secs = min_se_secs;
        options.manual = manual;
        options.referral = referral;
        options.user_data = user_data;
        return options;
    }
};

/// Names sessions to Handle.
struct SessionTraits {
    using pointer = rtc_session_t *;
    static constexpr std::int32_t kind = RTC_KIND_SESSION;
};

/// A session.
class Session : public SipObject<SessionTraits> {
public:
    using SipObject::SipObject;

    /// State of the session.
    SessionState state() const { return static_cast<SessionState>(raw_state()); }
    /// Type it was created with or came in as.
    SessionType type() const { return static_cast<SessionType>(get_int(RTC_PROPERTY_SESSION_TYPE)); }

    /// Calls: on an idle session this sends the INVITE.
    Participant add_participant(std::string_view uri, std::string_view name = {}, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        const rtc_str_t address = detail::given(uri);
        rtc_participant_t *participant = nullptr;
        check(rtc_session_add_participant(get(), address.ptr, address.len, detail::pointer(name), name.size(), &raw,
                                          &participant));
        return Participant(adopt_t{}, participant);
    }

    /// Answers: 0 is 200, 101 to 199 progress, 3xx to 6xx refuse.
    void answer(int status = 0, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        check(rtc_session_answer(get(), status, &raw));
    }
    /// Refuses, cancels or hangs up, whatever the state asks for.
    void terminate(TerminateReason reason = TerminateReason::normal, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        check(rtc_session_terminate(get(), static_cast<std::int32_t>(reason), &raw));
    }
    /// Incoming: answers 302 to `uri`. Redirected outgoing: goes on to `uri`, or to the next target.
    void redirect(std::string_view uri = {}, std::uint32_t flags = 0, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        check(rtc_session_redirect(get(), detail::pointer(uri), uri.size(), flags, &raw));
    }
    /// Puts the other side on hold.
    void hold(const Send &send = {}) const { set_hold(1, send); }
    /// Takes it off hold.
    void unhold(const Send &send = {}) const { set_hold(0, send); }
    /// Makes a new offer: the body of `send`, else the library's own description.
    void reinvite(const Send &send = {}, std::uint32_t flags = 0) const {
        const rtc_send_t raw = send.raw();
        check(rtc_session_reinvite(get(), flags, &raw));
    }
    /// Sends INFO, MESSAGE, OPTIONS or any other request inside the session.
    void send(std::string_view method, const Send &what = {}) const {
        const rtc_send_t raw = what.raw();
        const rtc_str_t name = detail::given(method);
        check(rtc_session_send(get(), name.ptr, name.len, &raw));
    }

    /// Refers the peer to `uri` (REFER, RFC 3515).
    void refer(std::string_view uri, const Send &send = {}) const { transfer(uri, nullptr, send); }
    /// Refers the peer to the peer of `consult`, in that call's place (attended transfer, RFC 5589 §7).
    void refer(const Session &consult, const Send &send = {}) const { transfer({}, consult.get(), send); }
    /// Its INVITE will take the place of `other` (Replaces, RFC 3891), or by RTC_DIALOG_ID_… join it.
    void replace(const Session &other, std::uint32_t flags = 0) const {
        rtc_dialog_id_t id{};
        id.size = sizeof id;
        id.flags = flags;
        id.session = other.get();
        check(rtc_session_replace(get(), &id));
    }
    /// The same by the ids of a dialog, as the target sees them.
    void replace(std::string_view call_id, std::string_view local_tag, std::string_view remote_tag, std::uint32_t flags = 0) const {
        rtc_dialog_id_t id{};
        id.size = sizeof id;
        id.flags = flags;
        id.call_id = detail::given(call_id);
        id.local_tag = detail::given(local_tag);
        id.remote_tag = detail::given(remote_tag);
        check(rtc_session_replace(get(), &id));
    }
    /// Tells the peer that we type, or no longer do (isComposing, RFC 3994).
    void send_status(bool typing, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        const std::int32_t status = typing ? RTC_MESSAGING_USER_STATUS_TYPING : RTC_MESSAGING_USER_STATUS_IDLE;
        check(rtc_session_send_status(get(), status, &raw));
    }

    /// The parties.
    std::vector<Participant> participants() const { return list<Participant>(); }
    /// Call-ID of its dialog.
    std::string call_id() const { return get_text(RTC_PROPERTY_SESSION_CALL_ID); }
    /// Address of the other side.
    std::string remote_uri() const { return get_text(RTC_PROPERTY_SESSION_REMOTE_URI); }
    /// Description the other side sent.
    std::string remote_description() const { return get_text(RTC_PROPERTY_SESSION_REMOTE_DESCRIPTION); }
    /// Description we sent.
    std::string local_description() const { return get_text(RTC_PROPERTY_SESSION_LOCAL_DESCRIPTION); }

    /// Referred-By: of an incoming call as received; of an idle one what its INVITE will say.
    std::string referred_by() const { return get_text(RTC_PROPERTY_SESSION_REFERRED_BY); }
    void set_referred_by(std::string_view uri) const { set_text(RTC_PROPERTY_SESSION_REFERRED_BY, uri); }
    /// The application's own name for the referral.
    std::string refer_cookie() const { return get_text(RTC_PROPERTY_SESSION_REFER_COOKIE); }
    void set_refer_cookie(std::string_view cookie) const { set_text(RTC_PROPERTY_SESSION_REFER_COOKIE, cookie); }
    /// True when the call came about by a referral.
    bool is_referred() const { return get_int(RTC_PROPERTY_SESSION_IS_REFERRED) != 0; }

    /// Privacy (RFC 3323) of this session, RTC_PRIVACY_… bits; it overrides that of the client.
    std::uint32_t sip_privacy() const { return static_cast<std::uint32_t>(get_int(RTC_PROPERTY_SESSION_SIP_PRIVACY)); }
    void set_sip_privacy(std::uint32_t privacy) const { set_int(RTC_PROPERTY_SESSION_SIP_PRIVACY, privacy); }
    /// Whom we prefer to be (P-Preferred-Identity, RFC 3325); before the call.
    std::string local_identity() const { return get_text(RTC_PROPERTY_SESSION_LOCAL_IDENTITY); }
    void set_local_identity(std::string_view identity) const { set_text(RTC_PROPERTY_SESSION_LOCAL_IDENTITY, identity); }
    /// P-Asserted-Identity of the peer, from a trusted hop; throws RTC_E_NOT_EXIST past the last.
    std::string asserted_identity(std::int32_t index = 0) const {
        return get_text(RTC_PROPERTY_SESSION_ASSERTED_IDENTITY, index);
    }

private:
    void transfer(std::string_view uri, rtc_session_t *consult, const Send &send) const {
        const rtc_send_t raw = send.raw();
        check(rtc_session_refer(get(), detail::pointer(uri), uri.size(), consult, &raw));
    }
    void set_hold(std::int32_t on, const Send &send) const {
        const rtc_send_t raw = send.raw();
        check(rtc_session_hold(get(), on, &raw));
    }
};

} // namespace rtcclient
