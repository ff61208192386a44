// The interfaces, by their original names.
// Written by bindings/csharp/tools/rtccorelib.py; change that, not this.

using System.Runtime.InteropServices;

namespace RTCCORELib
{
    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("07829e45-9a34-408e-a011-bddf13487cd1")]
    public interface IRTCClient
    {
        /// <summary>Bring the client up with default options; must precede every other call; not repeatable after
        /// Shutdown.</summary>
        void Initialize();
        /// <summary>Final synchronous clean-up; object is dead afterwards; call only after the async clean-up event.</summary>
        void Shutdown();
        /// <summary>Start asynchronous clean-up (unregister, drop watchers, end sessions); finishes with
        /// RTCE_CLIENT/ASYNC_CLEANUP_DONE.</summary>
        void PrepareForShutdown();
        /// <summary>Bit mask (RTCEF_*) of event kinds delivered to every attached sink; nothing is delivered until
        /// it is set.</summary>
        int EventFilter { get; set; }
        /// <summary>Set the RTCMT_* mask used for new sessions; fPersistent stores it per user.</summary>
        void SetPreferredMediaTypes(int lMediaTypes, bool fPersistent);
        /// <summary>Current preferred RTCMT_* mask.</summary>
        int PreferredMediaTypes { get; }
        /// <summary>RTCMT_* mask the local hardware can do.</summary>
        int MediaCapabilities { get; }
        /// <summary>Create an idle session of a type; the call itself starts at AddParticipant.</summary>
        IRTCSession CreateSession(RTC_SESSION_TYPE enType, string bstrLocalPhoneURI, IRTCProfile pProfile, int lFlags);
        /// <summary>Open/close SIP listening ports: none, dynamic only, or well-known plus dynamic.</summary>
        RTC_LISTEN_MODE ListenForIncomingSessions { get; set; }
        /// <summary>Addresses and ports the client listens on, as a VARIANT array of strings (format not verified);
        /// TCP or UDP, internal or NAT-external.</summary>
        object get_NetworkAddresses(bool fTCP, bool fExternal);
        /// <summary>Live device volume, 0..0xFFFF.</summary>
        void set_Volume(RTC_AUDIO_DEVICE enDevice, int lVolume);
        /// <summary>Live device volume, 0..0xFFFF.</summary>
        int get_Volume(RTC_AUDIO_DEVICE enDevice);
        /// <summary>Mute flag of speaker or microphone.</summary>
        void set_AudioMuted(RTC_AUDIO_DEVICE enDevice, bool fMuted);
        /// <summary>Mute flag of speaker or microphone.</summary>
        bool get_AudioMuted(RTC_AUDIO_DEVICE enDevice);
        /// <summary>DirectShow video window for receive or preview (desktop only).</summary>
        object get_IVideoWindow(RTC_VIDEO_DEVICE enDevice);
        /// <summary>Stored choice of capture or render device by name.</summary>
        void set_PreferredAudioDevice(RTC_AUDIO_DEVICE enDevice, string bstrDeviceName);
        /// <summary>Stored choice of capture or render device by name.</summary>
        string get_PreferredAudioDevice(RTC_AUDIO_DEVICE enDevice);
        /// <summary>Stored per-user volume value, 0..0xFFFF; does not itself change the device.</summary>
        void set_PreferredVolume(RTC_AUDIO_DEVICE enDevice, int lVolume);
        /// <summary>Stored per-user volume value, 0..0xFFFF; does not itself change the device.</summary>
        int get_PreferredVolume(RTC_AUDIO_DEVICE enDevice);
        /// <summary>Stored acoustic-echo-cancellation switch.</summary>
        bool PreferredAEC { get; set; }
        /// <summary>Stored choice of camera by name (desktop only).</summary>
        string PreferredVideoDevice { get; set; }
        /// <summary>RTCMT_* mask of streams running now.</summary>
        int ActiveMedia { get; }
        /// <summary>Upper bound of the media bit rate in bit/s.</summary>
        int MaxBitrate { get; set; }
        /// <summary>Balance of frame rate against picture quality.</summary>
        int TemporalSpatialTradeOff { get; set; }
        /// <summary>Current quality figure of the media path.</summary>
        int NetworkQuality { get; }
        /// <summary>Start whiteboard or application sharing (desktop only).</summary>
        void StartT120Applet(RTC_T120_APPLET enApplet);
        /// <summary>Stop all T.120 applets.</summary>
        void StopT120Applets();
        /// <summary>Whether a T.120 applet is running.</summary>
        bool get_IsT120AppletRunning(RTC_T120_APPLET enApplet);
        /// <summary>Local user URI used when no profile supplies one.</summary>
        string LocalUserURI { get; set; }
        /// <summary>Local display name.</summary>
        string LocalUserName { get; set; }
        /// <summary>Start or stop a phone, message or ringback sound.</summary>
        void PlayRing(RTC_RING_TYPE enType, bool bPlay);
        /// <summary>Send one DTMF digit on the active audio session.</summary>
        void SendDTMF(RTC_DTMF enDTMF);
        /// <summary>Show the modal audio/video tuning dialog.</summary>
        void InvokeTuningWizard(int hwndParent);
        /// <summary>Whether the audio devices have been tuned.</summary>
        bool IsTuned { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("b9f5cf06-65b9-4a80-a0e6-73cae3ef3822")]
    public interface IRTCClientProvisioning
    {
        /// <summary>Parse provisioning XML into a profile object (not yet enabled).</summary>
        IRTCProfile CreateProfile(string bstrProfileXML);
        /// <summary>Register the profile per RTCRF_* flags and offer it for automatic selection.</summary>
        void EnableProfile(IRTCProfile pProfile, int lRegisterFlags);
        /// <summary>Unregister and withdraw a profile.</summary>
        void DisableProfile(IRTCProfile pProfile);
        /// <summary>C/C++ enumerator of enabled profiles.</summary>
        IRTCEnumProfiles EnumerateProfiles();
        /// <summary>Automation collection of enabled profiles.</summary>
        IRTCCollection Profiles { get; }
        /// <summary>Find the server (DNS or given) and build a profile asynchronously; answer is RTCE_PROFILE with
        /// the cookie.</summary>
        void GetProfile(string bstrUserAccount, string bstrUserPassword, string bstrUserURI, string bstrServer, int lTransport, int lCookie);
        /// <summary>RTCSI_* union over the enabled profiles.</summary>
        int SessionCapabilities { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("d07eca9e-4062-4dd4-9e7d-722a49ba7303")]
    public interface IRTCProfile
    {
        /// <summary>Unique key attribute of the profile.</summary>
        string Key { get; }
        /// <summary>Name attribute of the profile.</summary>
        string Name { get; }
        /// <summary>The profile as XML.</summary>
        string XML { get; }
        /// <summary>Provider name.</summary>
        string ProviderName { get; }
        /// <summary>One of the provider URIs by kind.</summary>
        string get_ProviderURI(RTC_PROVIDER_URI enURI);
        /// <summary>Opaque provider data.</summary>
        string ProviderData { get; }
        /// <summary>Client name from the XML.</summary>
        string ClientName { get; }
        /// <summary>Whether a banner is wanted.</summary>
        bool ClientBanner { get; }
        /// <summary>Minimum client version.</summary>
        string ClientMinVer { get; }
        /// <summary>Current client version.</summary>
        string ClientCurVer { get; }
        /// <summary>Where to update the client.</summary>
        string ClientUpdateURI { get; }
        /// <summary>Opaque client data.</summary>
        string ClientData { get; }
        /// <summary>User URI.</summary>
        string UserURI { get; }
        /// <summary>User display name.</summary>
        string UserName { get; }
        /// <summary>Account name.</summary>
        string UserAccount { get; }
        /// <summary>Set URI, account and password after creation; re-enable to retry.</summary>
        void SetCredentials(string bstrUserURI, string bstrUserAccount, string bstrPassword);
        /// <summary>RTCSI_* mask the profile allows.</summary>
        int SessionCapabilities { get; }
        /// <summary>Registration state.</summary>
        RTC_REGISTRATION_STATE State { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("387c8086-99be-42fb-9973-7c0fc0ca9fa8")]
    public interface IRTCSession
    {
        /// <summary>Owning client.</summary>
        IRTCClient Client { get; }
        /// <summary>Current session state.</summary>
        RTC_SESSION_STATE State { get; }
        /// <summary>Session type.</summary>
        RTC_SESSION_TYPE Type { get; }
        /// <summary>Profile in use; dependable only once connected.</summary>
        IRTCProfile Profile { get; }
        /// <summary>Automation collection of remote participants.</summary>
        IRTCCollection Participants { get; }
        /// <summary>Accept an incoming session; INCOMING to ANSWERING; error in any other state.</summary>
        void Answer();
        /// <summary>End, cancel or refuse the session with a reason.</summary>
        void Terminate(RTC_TERMINATE_REASON enReason);
        /// <summary>After a redirect answer, choose new type, profile and flags for the redirected call.</summary>
        void Redirect(RTC_SESSION_TYPE enType, string bstrLocalPhoneURI, IRTCProfile pProfile, int lFlags);
        /// <summary>Add a remote party; on an idle session this sends the invitation.</summary>
        IRTCParticipant AddParticipant(string bstrAddress, string bstrName);
        /// <summary>Remove a removable party.</summary>
        void RemoveParticipant(IRTCParticipant pParticipant);
        /// <summary>C/C++ enumerator of remote participants.</summary>
        IRTCEnumParticipants EnumerateParticipants();
        /// <summary>Whether another party may be added now.</summary>
        bool CanAddParticipants { get; }
        /// <summary>URI of the current entry of the redirect list.</summary>
        string RedirectedUserURI { get; }
        /// <summary>Name of the current entry of the redirect list.</summary>
        string RedirectedUserName { get; }
        /// <summary>Advance to the next entry of the redirect list.</summary>
        void NextRedirectedUser();
        /// <summary>Send an instant message with a content type (no CR or LF in it); completion carries the cookie.</summary>
        void SendMessage(string bstrMessageHeader, string bstrMessage, int lCookie);
        /// <summary>Send the typing or idle indicator.</summary>
        void SendMessageStatus(RTC_MESSAGING_USER_STATUS enUserStatus, int lCookie);
        /// <summary>Add one media stream; completion carries the cookie.</summary>
        void AddStream(int lMediaType, int lCookie);
        /// <summary>Remove one media stream; completion carries the cookie.</summary>
        void RemoveStream(int lMediaType, int lCookie);
        /// <summary>Key for a media type (SDP k= era).</summary>
        void set_EncryptionKey(int lMediaType, string EncryptionKey);
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("e9a50d94-190b-4f82-9530-3b8ebf60758a")]
    public interface IRTCSessionCallControl
    {
        /// <summary>Put the call on hold and free its media; completion carries the cookie.</summary>
        void Hold(int lCookie);
        /// <summary>Resume a held call; completion carries the cookie.</summary>
        void UnHold(int lCookie);
        /// <summary>Redirect an incoming call to another URI (302).</summary>
        void Forward(string bstrForwardToURI);
        /// <summary>Blind transfer of a connected or held call to a URI with a cookie.</summary>
        void Refer(string bstrReferToURI, string bstrReferCookie);
        /// <summary>Identity named as the referrer; set on the new session by the transferee.</summary>
        string ReferredByURI { get; set; }
        /// <summary>Cookie that ties a transferred session to its referral.</summary>
        string ReferCookie { get; set; }
        /// <summary>Whether the session came about by a referral.</summary>
        bool IsReferred { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("ae86add5-26b1-4414-af1d-b94cd938d739")]
    public interface IRTCParticipant
    {
        /// <summary>Participant URI.</summary>
        string UserURI { get; }
        /// <summary>Participant display name.</summary>
        string Name { get; }
        /// <summary>Whether it can be removed.</summary>
        bool Removable { get; }
        /// <summary>Participant state.</summary>
        RTC_PARTICIPANT_STATE State { get; }
        /// <summary>Owning session.</summary>
        IRTCSession Session { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("2b493b7a-3cba-4170-9c8b-76a9dacdd644")]
    public interface IRTCClientEvent
    {
        /// <summary>Sub-type of the event.</summary>
        RTC_CLIENT_EVENT_TYPE EventType { get; }
        /// <summary>Client that fired it.</summary>
        IRTCClient Client { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("62d0991b-50ab-4f02-b948-ca94f26f8f95")]
    public interface IRTCRegistrationStateChangeEvent
    {
        /// <summary>Profile the object or event belongs to.</summary>
        IRTCProfile Profile { get; }
        /// <summary>New state.</summary>
        RTC_REGISTRATION_STATE State { get; }
        /// <summary>Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).</summary>
        int StatusCode { get; }
        /// <summary>Reason text; E_FAIL when there is none.</summary>
        string StatusText { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("b5bad703-5952-48b3-9321-7f4500521506")]
    public interface IRTCSessionStateChangeEvent
    {
        /// <summary>Session the event is about.</summary>
        IRTCSession Session { get; }
        /// <summary>New state.</summary>
        RTC_SESSION_STATE State { get; }
        /// <summary>Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).</summary>
        int StatusCode { get; }
        /// <summary>Reason text; E_FAIL when there is none.</summary>
        string StatusText { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("a6bff4c0-f7c8-4d3c-9a41-3550f78a95b0")]
    public interface IRTCSessionOperationCompleteEvent
    {
        /// <summary>Session the event is about.</summary>
        IRTCSession Session { get; }
        /// <summary>Cookie given to the call that completed.</summary>
        int Cookie { get; }
        /// <summary>Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).</summary>
        int StatusCode { get; }
        /// <summary>Reason text; E_FAIL when there is none.</summary>
        string StatusText { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("09bcb597-f0fa-48f9-b420-468cea7fde04")]
    public interface IRTCParticipantStateChangeEvent
    {
        /// <summary>Participant the event is about.</summary>
        IRTCParticipant Participant { get; }
        /// <summary>New state.</summary>
        RTC_PARTICIPANT_STATE State { get; }
        /// <summary>Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).</summary>
        int StatusCode { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("099944fb-bcda-453e-8c41-e13da2adf7f3")]
    public interface IRTCMediaEvent
    {
        /// <summary>RTCMT_* the event is about.</summary>
        int MediaType { get; }
        /// <summary>Sub-type of the event.</summary>
        RTC_MEDIA_EVENT_TYPE EventType { get; }
        /// <summary>Why the stream started, stopped or failed.</summary>
        RTC_MEDIA_EVENT_REASON EventReason { get; }
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("d3609541-1b29-4de5-a4ad-5aebaf319512")]
    public interface IRTCMessagingEvent
    {
        /// <summary>Session the event is about.</summary>
        IRTCSession Session { get; }
        /// <summary>Participant the event is about.</summary>
        IRTCParticipant Participant { get; }
        /// <summary>Sub-type of the event.</summary>
        RTC_MESSAGING_EVENT_TYPE EventType { get; }
        /// <summary>Message body.</summary>
        string Message { get; }
        /// <summary>Content type of the message.</summary>
        string MessageHeader { get; }
        /// <summary>Idle or typing.</summary>
        RTC_MESSAGING_USER_STATUS UserStatus { get; }
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("4e1d68ae-1912-4f49-b2c3-594fadfd425f")]
    public interface IRTCInfoEvent
    {
        /// <summary>Session the event is about.</summary>
        IRTCSession2 Session { get; }
        /// <summary>Participant the event is about.</summary>
        IRTCParticipant Participant { get; }
        /// <summary>INFO body.</summary>
        string Info { get; }
        /// <summary>INFO content type.</summary>
        string InfoHeader { get; }
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("11558d84-204c-43e7-99b0-2034e9417f7d")]
    public interface IRTCReInviteEvent
    {
        /// <summary>Session the event is about.</summary>
        IRTCSession2 Session { get; }
        /// <summary>Answer the re-INVITE with type and body.</summary>
        void Accept(string bstrContentType, string bstrSessionDescription);
        /// <summary>Refuse the re-INVITE.</summary>
        void Reject();
        /// <summary>New state.</summary>
        RTC_REINVITE_STATE State { get; }
        /// <summary>Content type and body from the remote side (APPLICATION sessions).</summary>
        void GetRemoteSessionDescription(out string pbstrContentType, out string pbstrSessionDescription);
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("fcd56f29-4a4f-41b2-ba5c-f5bccc060bf6")]
    public interface IRTCEnumParticipants
    {
        /// <summary>Fetch up to celt items; S_FALSE when fewer.</summary>
        void Next(uint celt, out IRTCParticipant ppElements, out uint pceltFetched);
        /// <summary>Back to the first item.</summary>
        void Reset();
        /// <summary>Skip items.</summary>
        void Skip(uint celt);
        /// <summary>Copy of the enumerator at its position.</summary>
        IRTCEnumParticipants Clone();
    }

    /// <summary>desktop 1.0 (CE .NET 4.0+)</summary>
    [Guid("29b7c41c-ed82-4bca-84ad-39d5101b58e3")]
    public interface IRTCEnumProfiles
    {
        /// <summary>Fetch up to celt items; S_FALSE when fewer.</summary>
        void Next(uint celt, out IRTCProfile ppElements, out uint pceltFetched);
        /// <summary>Back to the first item.</summary>
        void Reset();
        /// <summary>Skip items.</summary>
        void Skip(uint celt);
        /// <summary>Copy of the enumerator at its position.</summary>
        IRTCEnumProfiles Clone();
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("3d8fc2cd-5d76-44ab-bb68-2a80353b34a2")]
    public interface IRTCSessionReferStatusEvent
    {
        /// <summary>Session the event is about.</summary>
        IRTCSession2 Session { get; }
        /// <summary>Progress of the referral.</summary>
        RTC_SESSION_REFER_STATUS ReferStatus { get; }
        /// <summary>Result as an HRESULT (RTC_E_*, or SIP status in facility 0xEF).</summary>
        int StatusCode { get; }
        /// <summary>Reason text; E_FAIL when there is none.</summary>
        string StatusText { get; }
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("176a6828-4fcc-4f28-a862-04597a6cf1c4")]
    public interface IRTCSessionReferredEvent
    {
        /// <summary>Session the event is about.</summary>
        IRTCSession2 Session { get; }
        /// <summary>Who referred.</summary>
        string ReferredByURI { get; }
        /// <summary>Where to call.</summary>
        string ReferToURI { get; }
        /// <summary>Cookie of the referral.</summary>
        string ReferCookie { get; }
        /// <summary>Accept the referral; the app then makes the new session itself.</summary>
        void Accept();
        /// <summary>Refuse the referral.</summary>
        void Reject();
        /// <summary>Report the state of the new session back to the referrer.</summary>
        void SetReferredSessionState(RTC_SESSION_STATE enState);
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("ba7f518e-d336-4070-93a6-865395c843f9")]
    public interface IRTCSessionDescriptionManager
    {
        /// <summary>App callback: say whether this content type and body make an APPLICATION session.</summary>
        bool EvaluateSessionDescription(string bstrContentType, string bstrSessionDescription);
    }

    /// <summary>CE 6.0 (RTC 1.5) and Windows Mobile 6</summary>
    [Guid("47b7b3de-3245-499b-8727-3b10e8ac7989")]
    public interface IRTCSessionSIPPrivacy
    {
        /// <summary>Set the policy for one session; overrides the client.</summary>
        int SIPPrivacyType { get; set; }
    }

    /// <summary>CE 6.0 (RTC 1.5) and Windows Mobile 6</summary>
    [Guid("764a8061-6b5b-42f5-8c96-e8a9b98e863b")]
    public interface IRTCClientSubscriber
    {
        /// <summary>Create a subscription and send SUBSCRIBE at once; profile, Accept and Event values are required
        /// and non-empty.</summary>
        IRTCSubscription CreateSubscription(IRTCProfile pServerProfile, string bstrAcceptedContent, string bstrEventPackage, string bstrContentType, string bstrMessageBody);
    }

    /// <summary>CE 6.0 (RTC 1.5) and Windows Mobile 6</summary>
    [Guid("9d6286c8-24d7-46f3-af73-1467f26e9ca8")]
    public interface IRTCSubscription
    {
        /// <summary>Accept value of the subscription.</summary>
        string AcceptedContentType { get; }
        /// <summary>Event value of the subscription.</summary>
        string EventPackage { get; }
        /// <summary>Profile used.</summary>
        IRTCProfile Profile { get; }
        /// <summary>Subscribe anew, unsubscribing first if active; optional new body.</summary>
        void Resubscribe(string bstrContentType, string bstrBody);
        /// <summary>Current state.</summary>
        RTC_SUBSCRIPTION_STATE SubscriptionState { get; }
        /// <summary>End the subscription; valid only while subscribed or subscribing.</summary>
        void Unsubscribe();
    }

    /// <summary>CE 6.0 (RTC 1.5) and Windows Mobile 6</summary>
    [Guid("4935df0d-9e68-42ba-b809-fbb5bdc4dc14")]
    public interface IRTCSubscriptionStateChangeEvent
    {
        /// <summary>Subscription that changed (reference added).</summary>
        IRTCSubscription Subscription { get; }
        /// <summary>New state.</summary>
        RTC_SUBSCRIPTION_STATE SubscriptionState { get; }
        /// <summary>Result code.</summary>
        int StatusCode { get; }
        /// <summary>Reason text.</summary>
        string StatusText { get; }
    }

    /// <summary>CE 6.0 (RTC 1.5) and Windows Mobile 6</summary>
    [Guid("c8dea8fa-afa6-4049-b3b1-f1a9492ba47b")]
    public interface IRTCSubscriptionNotificationEvent
    {
        /// <summary>Answer the NOTIFY with 200 and an optional body.</summary>
        void Accept(string bstrContentType, string bstrData);
        /// <summary>Subscription the NOTIFY belongs to (reference added).</summary>
        IRTCSubscription Subscription { get; }
        /// <summary>Type and body of the NOTIFY; RTC_E_NOT_EXIST when it has neither.</summary>
        void GetNotificationData(out string pbstrContentType, out string pbstrMessageData);
        /// <summary>Answer the NOTIFY with a failure code and text.</summary>
        void Reject(uint dwSIPFailureCode, string bstrFailureText);
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("0074b4c7-600e-441c-a219-0755d0d82a96")]
    public interface IRTCUnsolicitedSubscription
    {
        /// <summary>Whether delivery is on.</summary>
        bool IsEnabled();
        /// <summary>Turn delivery on.</summary>
        void Enable();
        /// <summary>Turn delivery off for now.</summary>
        void Disable();
        /// <summary>Give the registration up; a new RegisterUnsolicitedNotification is needed afterwards.</summary>
        void Unregister();
        /// <summary>Registered event package.</summary>
        string EventPackage { get; }
        /// <summary>Registered content type.</summary>
        string AcceptedContentType { get; }
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("6f4e159b-0aaf-44a3-81c7-3f0d61b2cd8d")]
    public interface IRTCUnsolicitedNotificationEvent
    {
        /// <summary>Registration that matched.</summary>
        IRTCUnsolicitedSubscription Subscription { get; }
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("4b95f925-1682-4881-8c2b-ba8ec8c164b1")]
    public interface IRTCSessionNotificationEvent
    {
        /// <summary>Session whose dialog the NOTIFY came in.</summary>
        IRTCSession Session { get; }
        /// <summary>Answer with 200 and an optional body.</summary>
        void Accept(string bstrContentType, string bstrBody);
        /// <summary>Answer with a failure.</summary>
        void Reject(uint dwSIPFailureCode, string bstrFailureText);
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("a4499449-51b1-4eab-ab4a-eef3c60ce3d0")]
    public interface IRTCSIPObject
    {
        /// <summary>Headers added verbatim to every request of this session or subscription until called with NULL.</summary>
        void SetAdditionalHeaderValues(string bstrHeaderValuePairs);
        /// <summary>The string last set. (The reference page prints plain BSTR; the blog prints BSTR*.)</summary>
        string GetAdditionalHeaderValues();
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("d0e9590e-cd3d-41ea-bf36-bc99aaa8d835")]
    public interface IRTCSIPEvent
    {
        /// <summary>The SIP message that caused the event; RTC_E_NO_SIP_MESSAGE and a null pointer when none did.</summary>
        IRTCSIPMessage GetSIPMessage();
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("d5b69298-172b-4bdf-a207-13962d8b0bc4")]
    public interface IRTCSIPMessage
    {
        /// <summary>Whole message as text.</summary>
        string GetMessageText();
        /// <summary>First line only.</summary>
        string GetRequestLine();
        /// <summary>Content type and body.</summary>
        void GetMessageBody(out string pbstrContentType, out string pbstrBodyText);
        /// <summary>First value of a header.</summary>
        string GetFirstHeader(string bstrHeaderName);
        /// <summary>All values of a header as an allocated array and its count.</summary>
        void GetHeader(string bstrHeaderName, out string[] prgValues, out uint pcValues);
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("ade84edc-82b8-44b3-b772-21529f2c5b81")]
    public interface IRTCSessionConsultantReferredEvent
    {
        /// <summary>Session being transferred (reference added).</summary>
        IRTCSession2 Session { get; }
        /// <summary>Who transfers.</summary>
        string ReferredByURI { get; }
        /// <summary>Where to.</summary>
        string ReferToURI { get; }
        /// <summary>Accept the attended transfer.</summary>
        void Accept();
        /// <summary>Refuse it.</summary>
        void Reject();
        /// <summary>Report the new session state to the transferrer.</summary>
        void SetReferredSessionState(RTC_SESSION_STATE enState);
        /// <summary>Call-ID and tags of the dialog to replace.</summary>
        void ReferToSessionInfo(out string pbstrReferToCallID, out string pbstrReferToFromTag, out string pbstrReferToToTag);
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("0c91d71d-1064-42da-bfa5-572beb8eea84")]
    public interface IRTCClient2 : IRTCClient
    {
        /// <summary>Per session type: offer, auto-accept, auto-reject or not supported; must be set before listening
        /// starts.</summary>
        void set_AnswerMode(RTC_SESSION_TYPE enType, RTC_ANSWER_MODE enMode);
        /// <summary>Per session type: offer, auto-accept, auto-reject or not supported; must be set before listening
        /// starts.</summary>
        RTC_ANSWER_MODE get_AnswerMode(RTC_SESSION_TYPE enType);
        /// <summary>Tuning dialog limited to audio and/or video pages.</summary>
        void InvokeTuningWizardEx(int hwndParent, bool fAllowAudio, bool fAllowVideo);
        /// <summary>Version of the library as one number (packing not verified).</summary>
        int Version { get; }
        /// <summary>Application name told to peers (User-Agent; not verified).</summary>
        string ClientName { set; }
        /// <summary>Application version told to peers (User-Agent; not verified).</summary>
        string ClientCurVer { set; }
        /// <summary>Like Initialize with RTCIF_* options fixed for the life of the object.</summary>
        void InitializeEx(int lFlags);
        /// <summary>Create an APPLICATION session whose INVITE carries the given content type and body.</summary>
        IRTCSession2 CreateSessionWithDescription(string bstrContentType, string bstrSessionDescription, IRTCProfile pProfile, int lFlags);
        /// <summary>Install the callback that decides whether an incoming description belongs to the application.</summary>
        void SetSessionDescriptionManager(IRTCSessionDescriptionManager pSessionDescriptionManager);
        /// <summary>Client-wide media encryption preference per security type.</summary>
        void set_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType, RTC_SECURITY_LEVEL enSecurityLevel);
        /// <summary>Client-wide media encryption preference per security type.</summary>
        RTC_SECURITY_LEVEL get_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType);
        /// <summary>Per transport: which listening ports (none, dynamic, both) are allowed; before listening starts.</summary>
        void set_AllowedPorts(int lTransport, RTC_LISTEN_MODE enListenMode);
        /// <summary>Per transport: which listening ports (none, dynamic, both) are allowed; before listening starts.</summary>
        RTC_LISTEN_MODE get_AllowedPorts(int lTransport);
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("a70909b5-f40e-4587-bb75-e6bc0845023e")]
    public interface IRTCClientProvisioning2 : IRTCClientProvisioning
    {
        /// <summary>EnableProfile plus RTCRMF_* roaming of buddies, watchers, presence, profile.</summary>
        void EnableProfileEx(IRTCProfile pProfile, int lRegisterFlags, int lRoamingFlags);
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("4b81f84e-bdc7-4184-9154-3cb2dd7917fb")]
    public interface IRTCProfile2 : IRTCProfile
    {
        /// <summary>Authentication realm accepted for this profile.</summary>
        string Realm { get; set; }
        /// <summary>RTCAU_* mask of allowed authentication methods.</summary>
        int AllowedAuth { get; set; }
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("17d7cdfc-b007-484c-99d2-86a8a820991d")]
    public interface IRTCSession2 : IRTCSession
    {
        /// <summary>Send a SIP INFO with type and body in the dialog.</summary>
        void SendInfo(string bstrInfoHeader, string bstrInfo, int lCookie);
        /// <summary>Per-session media encryption preference.</summary>
        void set_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType, RTC_SECURITY_LEVEL enSecurityLevel);
        /// <summary>Per-session media encryption preference.</summary>
        RTC_SECURITY_LEVEL get_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType);
        /// <summary>Whether encryption is in force for a security type.</summary>
        bool IsSecurityEnabled(RTC_SECURITY_TYPE enSecurityType);
        /// <summary>Accept an incoming APPLICATION session with own type and body.</summary>
        void AnswerWithSessionDescription(string bstrContentType, string bstrSessionDescription);
        /// <summary>Send a re-INVITE with own type and body; completion carries the cookie.</summary>
        void ReInviteWithSessionDescription(string bstrContentType, string bstrSessionDescription, int lCookie);
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("4f933171-6f95-4880-80d9-2ec8d495d261")]
    public interface IRTCSessionStateChangeEvent2 : IRTCSessionStateChangeEvent
    {
        /// <summary>RTCMT_* offered by an incoming PC-to-PC call.</summary>
        int MediaTypes { get; }
        /// <summary>Encryption preference of the remote side.</summary>
        RTC_SECURITY_LEVEL get_RemotePreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType);
        /// <summary>Whether the incoming request was forked to several devices.</summary>
        bool IsForked { get; }
        /// <summary>Content type and body from the remote side (APPLICATION sessions).</summary>
        void GetRemoteSessionDescription(out string pbstrContentType, out string pbstrSessionDescription);
    }

    /// <summary>desktop 1.2 (CE .NET 4.2+)</summary>
    [Guid("f6fc2a9b-d5bc-4241-b436-1b8460c13832")]
    public interface IRTCSessionOperationCompleteEvent2 : IRTCSessionOperationCompleteEvent
    {
        /// <summary>Participant the event is about.</summary>
        IRTCParticipant Participant { get; }
        /// <summary>Content type and body from the remote side (APPLICATION sessions).</summary>
        void GetRemoteSessionDescription(out string pbstrContentType, out string pbstrSessionDescription);
    }

    /// <summary>desktop 1.3 and CE 6.0</summary>
    [Guid("b492d4b4-42df-430a-848f-36fb39fd005f")]
    public interface IRTCParticipant2 : IRTCParticipant
    {
        /// <summary>Device (EPID) of the participant.</summary>
        string DeviceID { get; }
        /// <summary>RTCFF_* flags: federated, archived; read after a participant state change.</summary>
        int FederationFlag { get; }
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("97e8eb28-f932-4c9d-9ba1-fdc1bd1baeb0")]
    public interface IRTCClientSubscriber2 : IRTCClientSubscriber
    {
        /// <summary>Ask for NOTIFYs outside any session that match the event package and content type; may be called
        /// several times.</summary>
        IRTCUnsolicitedSubscription RegisterUnsolicitedNotification(string bstrAcceptedContent, string bstrEventPackage);
        /// <summary>Makes a subscription object but sends nothing; IRTCSubscription2 sends later. Method name and
        /// signature not found.</summary>
        IRTCSubscription2 CreateIdleSubscription(IRTCProfile pServerProfile, string bstrAcceptedContent, string bstrEventPackage);
        /// <summary>Switch that lets NOTIFYs inside an INVITE dialog reach the application as
        /// RTCE_SESSION_NOTIFICATION and adds Allow-Events to INVITE-related messages. One [in] BSTR by the
        /// founding document; that it is the event package is assumed.</summary>
        void AllowDialogNotifications(string bstrEventPackage);
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("9288a2f0-428c-4457-9606-5b44372773af")]
    public interface IRTCSubscription2 : IRTCSubscription
    {
        /// <summary>Sends the SUBSCRIBE of an object made without sending. Method name and signature not found.</summary>
        void Send(string bstrContentType, string bstrMessageBody);
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("83b780a2-b77a-4989-83f1-4b94ed8dc6e2")]
    public interface IRTCSessionCallControl2 : IRTCSessionCallControl
    {
        /// <summary>Attended transfer: REFER with Replaces so that the two remote parties talk; both sessions must
        /// be connected or held and both end.</summary>
        void ReplaceSession(IRTCSession pReplacedSession);
        /// <summary>Hand the remote party to a park server and leave. Signature not retrieved.</summary>
        void ParkSession(string bstrParkURI);
        /// <summary>INVITE with Replaces from a session that has no participant yet (park retrieve, pick-up);
        /// RTC_E_REPLACES_NOT_SUPPORTED when the peer lacks it.</summary>
        void Retrieve(string bstrAddress, string bstrName, string bstrReferredByURI, string bstrRetrieveCallID, string bstrRetrieveFromTag, string bstrRetrieveToTag, bool fEarlyOnly);
    }

    /// <summary>desktop 1.3 and CE 6.0</summary>
    [Guid("a46e81ad-1d5a-4063-9521-62e1fa85df5c")]
    public interface IRTCSession3 : IRTCSession2
    {
        /// <summary>AddParticipant aimed at one device of the user; the device id (EPID) is case-sensitive and comes
        /// from IRTCPresenceDevice2.</summary>
        IRTCParticipant2 AddParticipantEx(string bstrAddress, string bstrName, string bstrDeviceID);
    }

    /// <summary>desktop 1.3 and CE 6.0</summary>
    [Guid("051caa1d-2e4e-4187-b947-69a0c99ba70b")]
    public interface IRTCProfile3 : IRTCProfile2
    {
        /// <summary>Registrar address and RTCTR_* transport of the profile.</summary>
        void GetServer(out string pbstrServer, out int plTransport);
    }

    /// <summary>CE 6.0 R2</summary>
    [Guid("c1c247ae-6806-4dfd-8893-4eb14a1df91f")]
    public interface IRTCSessionStateChangeEvent3 : IRTCSessionStateChangeEvent2
    {
        /// <summary>On an incoming INVITE with Replaces: the existing session to end once the new one is up.</summary>
        IRTCSession ReplacedSession { get; }
    }
}
