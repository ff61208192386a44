// rtccore/event.h: events and sinks.
//
// Members stand in vtable order.
// Written by bindings/com/tools/generate.py; change that, not this.
#ifndef RTCCORE_EVENT_H
#define RTCCORE_EVENT_H

#include "forward.h"

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("79960a6b-0cb1-4dc8-a805-7318e99902e8") IRTCRoamingEvent : public IDispatch {
    /// Sub-type of the event.
    virtual HRESULT STDMETHODCALLTYPE get_EventType(RTC_ROAMING_EVENT_TYPE *pEventType) = 0;
    /// Profile the object or event belongs to.
    virtual HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile2 **ppProfile) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;
    /// Reason text; E_FAIL when there is none.
    virtual HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *pbstrStatusText) = 0;

protected:
    ~IRTCRoamingEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("d6d5ab3b-770e-43e8-800a-79b062395fca") IRTCProfileEvent : public IDispatch {
    /// Profile the object or event belongs to.
    virtual HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile **ppProfile) = 0;
    /// Cookie given to the call that completed.
    virtual HRESULT STDMETHODCALLTYPE get_Cookie(LONG_PTR *plCookie) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;

protected:
    ~IRTCProfileEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("2b493b7a-3cba-4170-9c8b-76a9dacdd644") IRTCClientEvent : public IDispatch {
    /// Sub-type of the event.
    virtual HRESULT STDMETHODCALLTYPE get_EventType(RTC_CLIENT_EVENT_TYPE *penEventType) = 0;
    /// Client that fired it.
    virtual HRESULT STDMETHODCALLTYPE get_Client(IRTCClient **ppClient) = 0;

protected:
    ~IRTCClientEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("62d0991b-50ab-4f02-b948-ca94f26f8f95") IRTCRegistrationStateChangeEvent : public IDispatch {
    /// Profile the object or event belongs to.
    virtual HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile **ppProfile) = 0;
    /// New state.
    virtual HRESULT STDMETHODCALLTYPE get_State(RTC_REGISTRATION_STATE *penState) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;
    /// Reason text; E_FAIL when there is none.
    virtual HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *pbstrStatusText) = 0;

protected:
    ~IRTCRegistrationStateChangeEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("b5bad703-5952-48b3-9321-7f4500521506") IRTCSessionStateChangeEvent : public IDispatch {
    /// Session the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession **ppSession) = 0;
    /// New state.
    virtual HRESULT STDMETHODCALLTYPE get_State(RTC_SESSION_STATE *penState) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;
    /// Reason text; E_FAIL when there is none.
    virtual HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *pbstrStatusText) = 0;

protected:
    ~IRTCSessionStateChangeEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("a6bff4c0-f7c8-4d3c-9a41-3550f78a95b0") IRTCSessionOperationCompleteEvent : public IDispatch {
    /// Session the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession **ppSession) = 0;
    /// Cookie given to the call that completed.
    virtual HRESULT STDMETHODCALLTYPE get_Cookie(LONG_PTR *plCookie) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;
    /// Reason text; E_FAIL when there is none.
    virtual HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *pbstrStatusText) = 0;

protected:
    ~IRTCSessionOperationCompleteEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("09bcb597-f0fa-48f9-b420-468cea7fde04") IRTCParticipantStateChangeEvent : public IDispatch {
    /// Participant the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Participant(IRTCParticipant **ppParticipant) = 0;
    /// New state.
    virtual HRESULT STDMETHODCALLTYPE get_State(RTC_PARTICIPANT_STATE *penState) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;

protected:
    ~IRTCParticipantStateChangeEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("099944fb-bcda-453e-8c41-e13da2adf7f3") IRTCMediaEvent : public IDispatch {
    /// RTCMT_* the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_MediaType(LONG *pMediaType) = 0;
    /// Sub-type of the event.
    virtual HRESULT STDMETHODCALLTYPE get_EventType(RTC_MEDIA_EVENT_TYPE *penEventType) = 0;
    /// Why the stream started, stopped or failed.
    virtual HRESULT STDMETHODCALLTYPE get_EventReason(RTC_MEDIA_EVENT_REASON *penEventReason) = 0;

protected:
    ~IRTCMediaEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("4c23bf51-390c-4992-a41d-41eec05b2a4b") IRTCIntensityEvent : public IDispatch {
    /// Current level.
    virtual HRESULT STDMETHODCALLTYPE get_Level(LONG *plLevel) = 0;
    /// Lowest level.
    virtual HRESULT STDMETHODCALLTYPE get_Min(LONG *plMin) = 0;
    /// Highest level.
    virtual HRESULT STDMETHODCALLTYPE get_Max(LONG *plMax) = 0;
    /// Speaker or microphone.
    virtual HRESULT STDMETHODCALLTYPE get_Direction(RTC_AUDIO_DEVICE *penDirection) = 0;

protected:
    ~IRTCIntensityEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("d3609541-1b29-4de5-a4ad-5aebaf319512") IRTCMessagingEvent : public IDispatch {
    /// Session the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession **ppSession) = 0;
    /// Participant the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Participant(IRTCParticipant **ppParticipant) = 0;
    /// Sub-type of the event.
    virtual HRESULT STDMETHODCALLTYPE get_EventType(RTC_MESSAGING_EVENT_TYPE *penEventType) = 0;
    /// Message body.
    virtual HRESULT STDMETHODCALLTYPE get_Message(BSTR *pbstrMessage) = 0;
    /// Content type of the message.
    virtual HRESULT STDMETHODCALLTYPE get_MessageHeader(BSTR *pbstrMessageHeader) = 0;
    /// Idle or typing.
    virtual HRESULT STDMETHODCALLTYPE get_UserStatus(RTC_MESSAGING_USER_STATUS *penUserStatus) = 0;

protected:
    ~IRTCMessagingEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("f36d755d-17e6-404e-954f-0fc07574c78d") IRTCBuddyEvent : public IDispatch {
    /// Buddy the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Buddy(IRTCBuddy **ppBuddy) = 0;

protected:
    ~IRTCBuddyEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("f30d7261-587a-424f-822c-312788f43548") IRTCWatcherEvent : public IDispatch {
    /// Watcher the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Watcher(IRTCWatcher **ppWatcher) = 0;

protected:
    ~IRTCWatcherEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("3a79e1d1-b736-4414-96f8-bbc7f08863e4") IRTCBuddyGroupEvent : public IDispatch {
    /// Sub-type of the event.
    virtual HRESULT STDMETHODCALLTYPE get_EventType(RTC_GROUP_EVENT_TYPE *pEventType) = 0;
    /// Group the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Group(IRTCBuddyGroup **ppGroup) = 0;
    /// Buddy the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Buddy(IRTCBuddy2 **ppBuddy) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;

protected:
    ~IRTCBuddyGroupEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("4e1d68ae-1912-4f49-b2c3-594fadfd425f") IRTCInfoEvent : public IDispatch {
    /// Session the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession2 **ppSession) = 0;
    /// Participant the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Participant(IRTCParticipant **ppParticipant) = 0;
    /// INFO body.
    virtual HRESULT STDMETHODCALLTYPE get_Info(BSTR *pbstrInfo) = 0;
    /// INFO content type.
    virtual HRESULT STDMETHODCALLTYPE get_InfoHeader(BSTR *pbstrInfoHeader) = 0;

protected:
    ~IRTCInfoEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("52572d15-148c-4d97-a36c-2da55c289d63") IRTCMediaRequestEvent : public IDispatch {
    /// Session the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession2 **ppSession) = 0;
    /// Media the remote side wants after the change.
    virtual HRESULT STDMETHODCALLTYPE get_ProposedMedia(LONG *plMediaTypes) = 0;
    /// Media in use now.
    virtual HRESULT STDMETHODCALLTYPE get_CurrentMedia(LONG *plMediaTypes) = 0;
    /// Accept the request with a subset of media.
    virtual HRESULT STDMETHODCALLTYPE Accept(LONG lMediaTypes) = 0;
    /// Encryption preference of the remote side.
    virtual HRESULT STDMETHODCALLTYPE get_RemotePreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType,
        RTC_SECURITY_LEVEL *penSecurityLevel) = 0;
    /// Refuse the media change.
    virtual HRESULT STDMETHODCALLTYPE Reject() = 0;
    /// New state.
    virtual HRESULT STDMETHODCALLTYPE get_State(RTC_REINVITE_STATE *pState) = 0;

protected:
    ~IRTCMediaRequestEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("11558d84-204c-43e7-99b0-2034e9417f7d") IRTCReInviteEvent : public IDispatch {
    /// Session the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession2 **ppSession2) = 0;
    /// Answer the re-INVITE with type and body.
    virtual HRESULT STDMETHODCALLTYPE Accept(BSTR bstrContentType, BSTR bstrSessionDescription) = 0;
    /// Refuse the re-INVITE.
    virtual HRESULT STDMETHODCALLTYPE Reject() = 0;
    /// New state.
    virtual HRESULT STDMETHODCALLTYPE get_State(RTC_REINVITE_STATE *pState) = 0;
    /// Content type and body from the remote side (APPLICATION sessions).
    virtual HRESULT STDMETHODCALLTYPE GetRemoteSessionDescription(BSTR *pbstrContentType,
        BSTR *pbstrSessionDescription) = 0;

protected:
    ~IRTCReInviteEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("f777f570-a820-49d5-86bd-e099493f1518") IRTCPresencePropertyEvent : public IDispatch {
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;
    /// Reason text; E_FAIL when there is none.
    virtual HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *pbstrStatusText) = 0;
    /// Which property the operation touched.
    virtual HRESULT STDMETHODCALLTYPE get_PresenceProperty(RTC_PRESENCE_PROPERTY *penPresProp) = 0;
    /// Value of that property.
    virtual HRESULT STDMETHODCALLTYPE get_Value(BSTR *pbstrValue) = 0;

protected:
    ~IRTCPresencePropertyEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("38f0e78c-8b87-4c04-a82d-aedd83c909bb") IRTCPresenceDataEvent : public IDispatch {
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;
    /// Reason text; E_FAIL when there is none.
    virtual HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *pbstrStatusText) = 0;
    /// Read the application presence XML and its namespace.
    virtual HRESULT STDMETHODCALLTYPE GetPresenceData(BSTR *pbstrNamespace, BSTR *pbstrData) = 0;

protected:
    ~IRTCPresenceDataEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("78673f32-4a0f-462c-89aa-ee7706707678") IRTCPresenceStatusEvent : public IDispatch {
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;
    /// Reason text; E_FAIL when there is none.
    virtual HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *pbstrStatusText) = 0;
    /// Read own status and note.
    virtual HRESULT STDMETHODCALLTYPE GetLocalPresenceInfo(RTC_PRESENCE_STATUS *penStatus,
        BSTR *pbstrNotes) = 0;

protected:
    ~IRTCPresenceStatusEvent() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("13fa24c7-5748-4b21-91f5-7397609ce747") IRTCEventNotification : public IUnknown {
    /// Sink callback: event kind plus IDispatch of the event object (QueryInterface it).
    virtual HRESULT STDMETHODCALLTYPE Event(RTC_EVENT RTCEvent, IDispatch *pEvent) = 0;

protected:
    ~IRTCEventNotification() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("d8c8c3cd-7fac-4088-81c5-c24cbc0938e3") IRTCUserSearchResultsEvent : public IDispatch {
    /// C/C++ enumerator of results.
    virtual HRESULT STDMETHODCALLTYPE EnumerateResults(IRTCEnumUserSearchResults **ppEnum) = 0;
    /// Automation collection of results.
    virtual HRESULT STDMETHODCALLTYPE get_Results(IRTCCollection **ppCollection) = 0;
    /// Profile the object or event belongs to.
    virtual HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile2 **ppProfile) = 0;
    /// Query that was run.
    virtual HRESULT STDMETHODCALLTYPE get_Query(IRTCUserSearchQuery **ppQuery) = 0;
    /// Cookie given to the call that completed.
    virtual HRESULT STDMETHODCALLTYPE get_Cookie(LONG_PTR *plCookie) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;
    /// Whether results were cut.
    virtual HRESULT STDMETHODCALLTYPE get_MoreAvailable(VARIANT_BOOL *pfMoreAvailable) = 0;

protected:
    ~IRTCUserSearchResultsEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("3d8fc2cd-5d76-44ab-bb68-2a80353b34a2") IRTCSessionReferStatusEvent : public IDispatch {
    /// Session the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession2 **ppSession) = 0;
    /// Progress of the referral.
    virtual HRESULT STDMETHODCALLTYPE get_ReferStatus(RTC_SESSION_REFER_STATUS *penReferStatus) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;
    /// Reason text; E_FAIL when there is none.
    virtual HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *pbstrStatusText) = 0;

protected:
    ~IRTCSessionReferStatusEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("176a6828-4fcc-4f28-a862-04597a6cf1c4") IRTCSessionReferredEvent : public IDispatch {
    /// Session the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession2 **ppSession) = 0;
    /// Who referred.
    virtual HRESULT STDMETHODCALLTYPE get_ReferredByURI(BSTR *pbstrReferredByURI) = 0;
    /// Where to call.
    virtual HRESULT STDMETHODCALLTYPE get_ReferToURI(BSTR *pbstrReferoURI) = 0;
    /// Cookie of the referral.
    virtual HRESULT STDMETHODCALLTYPE get_ReferCookie(BSTR *pbstrReferCookie) = 0;
    /// Accept the referral; the app then makes the new session itself.
    virtual HRESULT STDMETHODCALLTYPE Accept() = 0;
    /// Refuse the referral.
    virtual HRESULT STDMETHODCALLTYPE Reject() = 0;
    /// Report the state of the new session back to the referrer.
    virtual HRESULT STDMETHODCALLTYPE SetReferredSessionState(RTC_SESSION_STATE enState) = 0;

protected:
    ~IRTCSessionReferredEvent() = default;
};

/// desktop 1.0.
struct RTC_UUID("176ddfbe-fec0-4d55-bc87-84cff1ef7f91") IRTCDispatchEventNotification : public IDispatch {
    /// Same as IRTCEventNotification.Event, through Invoke.
    virtual HRESULT STDMETHODCALLTYPE Event(RTC_EVENT RTCEvent, IDispatch *pEvent) = 0;

protected:
    ~IRTCDispatchEventNotification() = default;
};

/// CE 6.0 (RTC 1.5) and Windows Mobile 6; identifier of our own (new_iids.h).
struct RTC_UUID("4935df0d-9e68-42ba-b809-fbb5bdc4dc14") IRTCSubscriptionStateChangeEvent : public IDispatch {
    /// Subscription that changed (reference added).
    virtual HRESULT STDMETHODCALLTYPE get_Subscription(IRTCSubscription **ppSubscription) = 0;
    /// New state.
    virtual HRESULT STDMETHODCALLTYPE get_SubscriptionState(RTC_SUBSCRIPTION_STATE *pSubscriptionState) = 0;
    /// Result code.
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *pStatusCode) = 0;
    /// Reason text.
    virtual HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *pbstrStatusText) = 0;

protected:
    ~IRTCSubscriptionStateChangeEvent() = default;
};

/// CE 6.0 (RTC 1.5) and Windows Mobile 6; identifier of our own (new_iids.h).
struct RTC_UUID("c8dea8fa-afa6-4049-b3b1-f1a9492ba47b") IRTCSubscriptionNotificationEvent : public IDispatch {
    /// Answer the NOTIFY with 200 and an optional body.
    virtual HRESULT STDMETHODCALLTYPE Accept(BSTR bstrContentType, BSTR bstrData) = 0;
    /// Subscription the NOTIFY belongs to (reference added).
    virtual HRESULT STDMETHODCALLTYPE get_Subscription(IRTCSubscription **ppSubscription) = 0;
    /// Type and body of the NOTIFY; RTC_E_NOT_EXIST when it has neither.
    virtual HRESULT STDMETHODCALLTYPE GetNotificationData(BSTR *pbstrContentType,
        BSTR *pbstrMessageData) = 0;
    /// Answer the NOTIFY with a failure code and text.
    virtual HRESULT STDMETHODCALLTYPE Reject(DWORD dwSIPFailureCode, BSTR bstrFailureText) = 0;

protected:
    ~IRTCSubscriptionNotificationEvent() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("6f4e159b-0aaf-44a3-81c7-3f0d61b2cd8d") IRTCUnsolicitedNotificationEvent : public IDispatch {
    /// Registration that matched.
    virtual HRESULT STDMETHODCALLTYPE get_Subscription(IRTCUnsolicitedSubscription **ppSubscription) = 0;

protected:
    ~IRTCUnsolicitedNotificationEvent() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("4b95f925-1682-4881-8c2b-ba8ec8c164b1") IRTCSessionNotificationEvent : public IDispatch {
    /// Session whose dialog the NOTIFY came in.
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession **ppSession) = 0;
    /// Answer with 200 and an optional body.
    virtual HRESULT STDMETHODCALLTYPE Accept(BSTR bstrContentType, BSTR bstrBody) = 0;
    /// Answer with a failure.
    virtual HRESULT STDMETHODCALLTYPE Reject(DWORD dwSIPFailureCode, BSTR bstrFailureText) = 0;

protected:
    ~IRTCSessionNotificationEvent() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("ade84edc-82b8-44b3-b772-21529f2c5b81") IRTCSessionConsultantReferredEvent : public IDispatch {
    /// Session being transferred (reference added).
    virtual HRESULT STDMETHODCALLTYPE get_Session(IRTCSession2 **ppSession) = 0;
    /// Who transfers.
    virtual HRESULT STDMETHODCALLTYPE get_ReferredByURI(BSTR *pbstrReferredByURI) = 0;
    /// Where to.
    virtual HRESULT STDMETHODCALLTYPE get_ReferToURI(BSTR *pbstrReferredToURI) = 0;
    /// Accept the attended transfer.
    virtual HRESULT STDMETHODCALLTYPE Accept() = 0;
    /// Refuse it.
    virtual HRESULT STDMETHODCALLTYPE Reject() = 0;
    /// Report the new session state to the transferrer.
    virtual HRESULT STDMETHODCALLTYPE SetReferredSessionState(RTC_SESSION_STATE enState) = 0;
    /// Call-ID and tags of the dialog to replace.
    virtual HRESULT STDMETHODCALLTYPE ReferToSessionInfo(BSTR *pbstrReferToCallID,
        BSTR *pbstrReferToFromTag, BSTR *pbstrReferToToTag) = 0;

protected:
    ~IRTCSessionConsultantReferredEvent() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("62e56edc-03fa-4121-94fb-23493fd0ae64") IRTCProfileEvent2 : public IRTCProfileEvent {
    /// Sub-type of the event.
    virtual HRESULT STDMETHODCALLTYPE get_EventType(RTC_PROFILE_EVENT_TYPE *pEventType) = 0;

protected:
    ~IRTCProfileEvent2() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("4f933171-6f95-4880-80d9-2ec8d495d261") IRTCSessionStateChangeEvent2 : public IRTCSessionStateChangeEvent {
    /// RTCMT_* offered by an incoming PC-to-PC call.
    virtual HRESULT STDMETHODCALLTYPE get_MediaTypes(LONG *pMediaTypes) = 0;
    /// Encryption preference of the remote side.
    virtual HRESULT STDMETHODCALLTYPE get_RemotePreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType,
        RTC_SECURITY_LEVEL *penSecurityLevel) = 0;
    /// Whether the incoming request was forked to several devices.
    virtual HRESULT STDMETHODCALLTYPE get_IsForked(VARIANT_BOOL *pfIsForked) = 0;
    /// Content type and body from the remote side (APPLICATION sessions).
    virtual HRESULT STDMETHODCALLTYPE GetRemoteSessionDescription(BSTR *pbstrContentType,
        BSTR *pbstrSessionDescription) = 0;

protected:
    ~IRTCSessionStateChangeEvent2() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("f6fc2a9b-d5bc-4241-b436-1b8460c13832") IRTCSessionOperationCompleteEvent2 : public IRTCSessionOperationCompleteEvent {
    /// Participant the event is about.
    virtual HRESULT STDMETHODCALLTYPE get_Participant(IRTCParticipant **ppParticipant) = 0;
    /// Content type and body from the remote side (APPLICATION sessions).
    virtual HRESULT STDMETHODCALLTYPE GetRemoteSessionDescription(BSTR *pbstrContentType,
        BSTR *pbstrSessionDescription) = 0;

protected:
    ~IRTCSessionOperationCompleteEvent2() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("484a7f1e-73f0-4990-bfc2-60bc3978a720") IRTCBuddyEvent2 : public IRTCBuddyEvent {
    /// Sub-type of the event.
    virtual HRESULT STDMETHODCALLTYPE get_EventType(RTC_BUDDY_EVENT_TYPE *pEventType) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;
    /// Reason text; E_FAIL when there is none.
    virtual HRESULT STDMETHODCALLTYPE get_StatusText(BSTR *pbstrStatusText) = 0;

protected:
    ~IRTCBuddyEvent2() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("e52891e8-188c-49af-b005-98ed13f83f9c") IRTCWatcherEvent2 : public IRTCWatcherEvent {
    /// Sub-type of the event.
    virtual HRESULT STDMETHODCALLTYPE get_EventType(RTC_WATCHER_EVENT_TYPE *pEventType) = 0;
    /// Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).
    virtual HRESULT STDMETHODCALLTYPE get_StatusCode(LONG *plStatusCode) = 0;

protected:
    ~IRTCWatcherEvent2() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("c1c247ae-6806-4dfd-8893-4eb14a1df91f") IRTCSessionStateChangeEvent3 : public IRTCSessionStateChangeEvent2 {
    /// On an incoming INVITE with Replaces: the existing session to end once the new one is up.
    virtual HRESULT STDMETHODCALLTYPE get_ReplacedSession(IRTCSession **ppReplacedSession) = 0;

protected:
    ~IRTCSessionStateChangeEvent3() = default;
};

#endif
