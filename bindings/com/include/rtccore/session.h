// rtccore/session.h: sessions and participants.
//
// Members stand in vtable order.
// Written by bindings/com/tools/generate.py; change that, not this.
#ifndef RTCCORE_SESSION_H
#define RTCCORE_SESSION_H

#include "forward.h"

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("387c8086-99be-42fb-9973-7c0fc0ca9fa8") IRTCSession : public IUnknown {
    /// Owning client.
    virtual HRESULT STDMETHODCALLTYPE get_Client(IRTCClient **ppClient) = 0;
    /// Current session state.
    virtual HRESULT STDMETHODCALLTYPE get_State(RTC_SESSION_STATE *penState) = 0;
    /// Session type.
    virtual HRESULT STDMETHODCALLTYPE get_Type(RTC_SESSION_TYPE *penType) = 0;
    /// Profile in use; dependable only once connected.
    virtual HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile **ppProfile) = 0;
    /// Automation collection of remote participants.
    virtual HRESULT STDMETHODCALLTYPE get_Participants(IRTCCollection **ppCollection) = 0;
    /// Accept an incoming session; INCOMING to ANSWERING; error in any other state.
    virtual HRESULT STDMETHODCALLTYPE Answer() = 0;
    /// End, cancel or refuse the session with a reason.
    virtual HRESULT STDMETHODCALLTYPE Terminate(RTC_TERMINATE_REASON enReason) = 0;
    /// After a redirect answer, choose new type, profile and flags for the redirected call.
    virtual HRESULT STDMETHODCALLTYPE Redirect(RTC_SESSION_TYPE enType, BSTR bstrLocalPhoneURI,
        IRTCProfile *pProfile, LONG lFlags) = 0;
    /// Add a remote party; on an idle session this sends the invitation.
    virtual HRESULT STDMETHODCALLTYPE AddParticipant(BSTR bstrAddress, BSTR bstrName,
        IRTCParticipant **ppParticipant) = 0;
    /// Remove a removable party.
    virtual HRESULT STDMETHODCALLTYPE RemoveParticipant(IRTCParticipant *pParticipant) = 0;
    /// C/C++ enumerator of remote participants.
    virtual HRESULT STDMETHODCALLTYPE EnumerateParticipants(IRTCEnumParticipants **ppEnum) = 0;
    /// Whether another party may be added now.
    virtual HRESULT STDMETHODCALLTYPE get_CanAddParticipants(VARIANT_BOOL *pfCanAdd) = 0;
    /// URI of the current entry of the redirect list.
    virtual HRESULT STDMETHODCALLTYPE get_RedirectedUserURI(BSTR *pbstrUserURI) = 0;
    /// Name of the current entry of the redirect list.
    virtual HRESULT STDMETHODCALLTYPE get_RedirectedUserName(BSTR *pbstrUserName) = 0;
    /// Advance to the next entry of the redirect list.
    virtual HRESULT STDMETHODCALLTYPE NextRedirectedUser() = 0;
    /// Send an instant message with a content type (no CR or LF in it); completion carries the
    /// cookie.
    virtual HRESULT STDMETHODCALLTYPE SendMessage(BSTR bstrMessageHeader, BSTR bstrMessage,
        LONG_PTR lCookie) = 0;
    /// Send the typing or idle indicator.
    virtual HRESULT STDMETHODCALLTYPE SendMessageStatus(RTC_MESSAGING_USER_STATUS enUserStatus,
        LONG_PTR lCookie) = 0;
    /// Add one media stream; completion carries the cookie.
    virtual HRESULT STDMETHODCALLTYPE AddStream(LONG lMediaType, LONG_PTR lCookie) = 0;
    /// Remove one media stream; completion carries the cookie.
    virtual HRESULT STDMETHODCALLTYPE RemoveStream(LONG lMediaType, LONG_PTR lCookie) = 0;
    /// Key for a media type (SDP k= era).
    virtual HRESULT STDMETHODCALLTYPE put_EncryptionKey(LONG lMediaType, BSTR EncryptionKey) = 0;

protected:
    ~IRTCSession() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("e9a50d94-190b-4f82-9530-3b8ebf60758a") IRTCSessionCallControl : public IUnknown {
    /// Put the call on hold and free its media; completion carries the cookie.
    virtual HRESULT STDMETHODCALLTYPE Hold(LONG_PTR lCookie) = 0;
    /// Resume a held call; completion carries the cookie.
    virtual HRESULT STDMETHODCALLTYPE UnHold(LONG_PTR lCookie) = 0;
    /// Redirect an incoming call to another URI (302).
    virtual HRESULT STDMETHODCALLTYPE Forward(BSTR bstrForwardToURI) = 0;
    /// Blind transfer of a connected or held call to a URI with a cookie.
    virtual HRESULT STDMETHODCALLTYPE Refer(BSTR bstrReferToURI, BSTR bstrReferCookie) = 0;
    /// Identity named as the referrer; set on the new session by the transferee.
    virtual HRESULT STDMETHODCALLTYPE put_ReferredByURI(BSTR bstrReferredByURI) = 0;
    /// Identity named as the referrer; set on the new session by the transferee.
    virtual HRESULT STDMETHODCALLTYPE get_ReferredByURI(BSTR *pbstrReferredByURI) = 0;
    /// Cookie that ties a transferred session to its referral.
    virtual HRESULT STDMETHODCALLTYPE put_ReferCookie(BSTR bstrReferCookie) = 0;
    /// Cookie that ties a transferred session to its referral.
    virtual HRESULT STDMETHODCALLTYPE get_ReferCookie(BSTR *pbstrReferCookie) = 0;
    /// Whether the session came about by a referral.
    virtual HRESULT STDMETHODCALLTYPE get_IsReferred(VARIANT_BOOL *pfIsReferred) = 0;

protected:
    ~IRTCSessionCallControl() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("ae86add5-26b1-4414-af1d-b94cd938d739") IRTCParticipant : public IUnknown {
    /// Participant URI.
    virtual HRESULT STDMETHODCALLTYPE get_UserURI(BSTR *pbstrUserURI) = 0;
    /// Participant display name.
    virtual HRESULT STDMETHODCALLTYPE get_Name(BSTR *pbstrName) = 0;
    /// Whether it can be removed.
    virtual HRESULT STDMETHODCALLTYPE get_Removable(VARIANT_BOOL *pfRemovable) = 0;
    /// Participant state.
    virtual HRESULT STDMETHODCALLTYPE get_State(RTC_PARTICIPANT_STATE *penState) = 0;
    /// Owning session.
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession **ppSession) = 0;

protected:
    ~IRTCParticipant() = default;
};

/// desktop 1.01 (CE .NET 4.2+).
struct RTC_UUID("a072f1d6-0286-4e1f-85f2-17a2948456ec") IRTCSessionPortManagement : public IUnknown {
    /// Install the NAT port manager for this session before it is sent or accepted.
    virtual HRESULT STDMETHODCALLTYPE SetPortManager(IRTCPortManager *pPortManager) = 0;

protected:
    ~IRTCSessionPortManagement() = default;
};

/// CE 6.0 (RTC 1.5) and Windows Mobile 6; identifier of our own (new_iids.h).
struct RTC_UUID("47b7b3de-3245-499b-8727-3b10e8ac7989") IRTCSessionSIPPrivacy : public IUnknown {
    /// Set the policy for one session; overrides the client.
    virtual HRESULT STDMETHODCALLTYPE put_SIPPrivacyType(LONG lSIPPrivacyType) = 0;
    /// Current policy of the session.
    virtual HRESULT STDMETHODCALLTYPE get_SIPPrivacyType(LONG *plSIPPrivacyType) = 0;

protected:
    ~IRTCSessionSIPPrivacy() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("17d7cdfc-b007-484c-99d2-86a8a820991d") IRTCSession2 : public IRTCSession {
    /// Send a SIP INFO with type and body in the dialog.
    virtual HRESULT STDMETHODCALLTYPE SendInfo(BSTR bstrInfoHeader, BSTR bstrInfo,
        LONG_PTR lCookie) = 0;
    /// Per-session media encryption preference.
    virtual HRESULT STDMETHODCALLTYPE put_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType,
        RTC_SECURITY_LEVEL enSecurityLevel) = 0;
    /// Per-session media encryption preference.
    virtual HRESULT STDMETHODCALLTYPE get_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType,
        RTC_SECURITY_LEVEL *penSecurityLevel) = 0;
    /// Whether encryption is in force for a security type.
    virtual HRESULT STDMETHODCALLTYPE IsSecurityEnabled(RTC_SECURITY_TYPE enSecurityType,
        VARIANT_BOOL *pfSecurityEnabled) = 0;
    /// Accept an incoming APPLICATION session with own type and body.
    virtual HRESULT STDMETHODCALLTYPE AnswerWithSessionDescription(BSTR bstrContentType,
        BSTR bstrSessionDescription) = 0;
    /// Send a re-INVITE with own type and body; completion carries the cookie.
    virtual HRESULT STDMETHODCALLTYPE ReInviteWithSessionDescription(BSTR bstrContentType,
        BSTR bstrSessionDescription, LONG_PTR lCookie) = 0;

protected:
    ~IRTCSession2() = default;
};

/// desktop 1.3 and CE 6.0.
struct RTC_UUID("b492d4b4-42df-430a-848f-36fb39fd005f") IRTCParticipant2 : public IRTCParticipant {
    /// Device (EPID) of the participant.
    virtual HRESULT STDMETHODCALLTYPE get_DeviceID(BSTR *pbstrDeviceID) = 0;
    /// RTCFF_* flags: federated, archived; read after a participant state change.
    virtual HRESULT STDMETHODCALLTYPE get_FederationFlag(LONG *plFlags) = 0;

protected:
    ~IRTCParticipant2() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("83b780a2-b77a-4989-83f1-4b94ed8dc6e2") IRTCSessionCallControl2 : public IRTCSessionCallControl {
    /// Attended transfer: REFER with Replaces so that the two remote parties talk; both sessions
    /// must be connected or held and both end.
    virtual HRESULT STDMETHODCALLTYPE ReplaceSession(IRTCSession *pReplacedSession) = 0;
    /// Hand the remote party to a park server and leave. Signature not retrieved.
    /// Name and parameters are ours: they were not published.
    virtual HRESULT STDMETHODCALLTYPE ParkSession(BSTR bstrParkURI) = 0;
    /// INVITE with Replaces from a session that has no participant yet (park retrieve, pick-up);
    /// RTC_E_REPLACES_NOT_SUPPORTED when the peer lacks it.
    virtual HRESULT STDMETHODCALLTYPE Retrieve(BSTR bstrAddress, BSTR bstrName,
        BSTR bstrReferredByURI, BSTR bstrRetrieveCallID, BSTR bstrRetrieveFromTag,
        BSTR bstrRetrieveToTag, VARIANT_BOOL fEarlyOnly) = 0;

protected:
    ~IRTCSessionCallControl2() = default;
};

/// desktop 1.3 and CE 6.0.
struct RTC_UUID("a46e81ad-1d5a-4063-9521-62e1fa85df5c") IRTCSession3 : public IRTCSession2 {
    /// AddParticipant aimed at one device of the user; the device id (EPID) is case-sensitive and
    /// comes from IRTCPresenceDevice2.
    virtual HRESULT STDMETHODCALLTYPE AddParticipantEx(BSTR bstrAddress, BSTR bstrName,
        BSTR bstrDeviceID, IRTCParticipant2 **ppParticipant) = 0;

protected:
    ~IRTCSession3() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("0036fd2a-3867-4bec-899e-0b8e435fd5b7") IRTCParticipant3 : public IRTCParticipant2 {
    /// Active media of one participant. Exact name not retrieved.
    /// Name and parameters are ours: they were not published.
    virtual HRESULT STDMETHODCALLTYPE get_ActiveMedia(LONG *plMediaType) = 0;
    /// Whether audio of the participant is muted.
    virtual HRESULT STDMETHODCALLTYPE get_AudioMuted(RTC_AUDIO_DEVICE enDevice,
        VARIANT_BOOL *pfMuted) = 0;
    /// Mute or unmute audio of the participant.
    virtual HRESULT STDMETHODCALLTYPE put_AudioMuted(RTC_AUDIO_DEVICE enDevice,
        VARIANT_BOOL fMuted) = 0;
    /// Not supported on CE.
    /// Name and parameters are ours: they were not published.
    virtual HRESULT STDMETHODCALLTYPE get_IVideoWindow(RTC_VIDEO_DEVICE enDevice,
        IVideoWindow **ppIVideoWindow) = 0;
    /// Whether video playback is stopped.
    /// Name and parameters are ours: they were not published.
    virtual HRESULT STDMETHODCALLTYPE get_VideoStopped(VARIANT_BOOL *pfStopped) = 0;
    /// Volume of the participant.
    /// Name and parameters are ours: they were not published.
    virtual HRESULT STDMETHODCALLTYPE get_Volume(RTC_AUDIO_DEVICE enDevice, LONG *plVolume) = 0;

protected:
    ~IRTCParticipant3() = default;
};

#endif
