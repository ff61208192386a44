// Bases of the classes: every member refuses, and the class overrides what it does.
// Written by bindings/csharp/tools/rtccorelib.py; change that, not this.

namespace RTCCORELib
{
    public abstract class ClientBase : IRTCClient2, IRTCClientProvisioning2, IRTCClientSubscriber2
    {
        public virtual void Initialize()
        {
            throw Missing.Built("Initialize");
        }

        public virtual void Shutdown()
        {
            throw Missing.Built("Shutdown");
        }

        public virtual void PrepareForShutdown()
        {
            throw Missing.Built("PrepareForShutdown");
        }

        public virtual int EventFilter
        {
            get { throw Missing.Built("EventFilter"); }
            set { throw Missing.Built("EventFilter"); }
        }

        public virtual void SetPreferredMediaTypes(int lMediaTypes, bool fPersistent)
        {
            throw Missing.Built("SetPreferredMediaTypes");
        }

        public virtual int PreferredMediaTypes
        {
            get { throw Missing.Built("PreferredMediaTypes"); }
        }

        public virtual int MediaCapabilities
        {
            get { throw Missing.Built("MediaCapabilities"); }
        }

        public virtual IRTCSession CreateSession(RTC_SESSION_TYPE enType, string bstrLocalPhoneURI, IRTCProfile pProfile, int lFlags)
        {
            throw Missing.Built("CreateSession");
        }

        public virtual RTC_LISTEN_MODE ListenForIncomingSessions
        {
            get { throw Missing.Built("ListenForIncomingSessions"); }
            set { throw Missing.Built("ListenForIncomingSessions"); }
        }

        public virtual object get_NetworkAddresses(bool fTCP, bool fExternal)
        {
            throw Missing.Built("get_NetworkAddresses");
        }

        public virtual void set_Volume(RTC_AUDIO_DEVICE enDevice, int lVolume)
        {
            throw Missing.Built("set_Volume");
        }

        public virtual int get_Volume(RTC_AUDIO_DEVICE enDevice)
        {
            throw Missing.Built("get_Volume");
        }

        public virtual void set_AudioMuted(RTC_AUDIO_DEVICE enDevice, bool fMuted)
        {
            throw Missing.Built("set_AudioMuted");
        }

        public virtual bool get_AudioMuted(RTC_AUDIO_DEVICE enDevice)
        {
            throw Missing.Built("get_AudioMuted");
        }

        public virtual object get_IVideoWindow(RTC_VIDEO_DEVICE enDevice)
        {
            throw Missing.Offered("get_IVideoWindow");
        }

        public virtual void set_PreferredAudioDevice(RTC_AUDIO_DEVICE enDevice, string bstrDeviceName)
        {
            throw Missing.Built("set_PreferredAudioDevice");
        }

        public virtual string get_PreferredAudioDevice(RTC_AUDIO_DEVICE enDevice)
        {
            throw Missing.Built("get_PreferredAudioDevice");
        }

        public virtual void set_PreferredVolume(RTC_AUDIO_DEVICE enDevice, int lVolume)
        {
            throw Missing.Built("set_PreferredVolume");
        }

        public virtual int get_PreferredVolume(RTC_AUDIO_DEVICE enDevice)
        {
            throw Missing.Built("get_PreferredVolume");
        }

        public virtual bool PreferredAEC
        {
            get { throw Missing.Built("PreferredAEC"); }
            set { throw Missing.Built("PreferredAEC"); }
        }

        public virtual string PreferredVideoDevice
        {
            get { throw Missing.Offered("PreferredVideoDevice"); }
            set { throw Missing.Offered("PreferredVideoDevice"); }
        }

        public virtual int ActiveMedia
        {
            get { throw Missing.Built("ActiveMedia"); }
        }

        public virtual int MaxBitrate
        {
            get { throw Missing.Built("MaxBitrate"); }
            set { throw Missing.Built("MaxBitrate"); }
        }

        public virtual int TemporalSpatialTradeOff
        {
            get { throw Missing.Offered("TemporalSpatialTradeOff"); }
            set { throw Missing.Offered("TemporalSpatialTradeOff"); }
        }

        public virtual int NetworkQuality
        {
            get { throw Missing.Built("NetworkQuality"); }
        }

        public virtual void StartT120Applet(RTC_T120_APPLET enApplet)
        {
            throw Missing.Offered("StartT120Applet");
        }

        public virtual void StopT120Applets()
        {
            throw Missing.Offered("StopT120Applets");
        }

        public virtual bool get_IsT120AppletRunning(RTC_T120_APPLET enApplet)
        {
            throw Missing.Offered("get_IsT120AppletRunning");
        }

        public virtual string LocalUserURI
        {
            get { throw Missing.Built("LocalUserURI"); }
            set { throw Missing.Built("LocalUserURI"); }
        }

        public virtual string LocalUserName
        {
            get { throw Missing.Built("LocalUserName"); }
            set { throw Missing.Built("LocalUserName"); }
        }

        public virtual void PlayRing(RTC_RING_TYPE enType, bool bPlay)
        {
            throw Missing.Built("PlayRing");
        }

        public virtual void SendDTMF(RTC_DTMF enDTMF)
        {
            throw Missing.Built("SendDTMF");
        }

        public virtual void InvokeTuningWizard(int hwndParent)
        {
            throw Missing.Offered("InvokeTuningWizard");
        }

        public virtual bool IsTuned
        {
            get { throw Missing.Built("IsTuned"); }
        }

        public virtual void set_AnswerMode(RTC_SESSION_TYPE enType, RTC_ANSWER_MODE enMode)
        {
            throw Missing.Built("set_AnswerMode");
        }

        public virtual RTC_ANSWER_MODE get_AnswerMode(RTC_SESSION_TYPE enType)
        {
            throw Missing.Built("get_AnswerMode");
        }

        public virtual void InvokeTuningWizardEx(int hwndParent, bool fAllowAudio, bool fAllowVideo)
        {
            throw Missing.Offered("InvokeTuningWizardEx");
        }

        public virtual int Version
        {
            get { throw Missing.Built("Version"); }
        }

        public virtual string ClientName
        {
            set { throw Missing.Built("ClientName"); }
        }

        public virtual string ClientCurVer
        {
            set { throw Missing.Built("ClientCurVer"); }
        }

        public virtual void InitializeEx(int lFlags)
        {
            throw Missing.Built("InitializeEx");
        }

        public virtual IRTCSession2 CreateSessionWithDescription(string bstrContentType, string bstrSessionDescription, IRTCProfile pProfile, int lFlags)
        {
            throw Missing.Built("CreateSessionWithDescription");
        }

        public virtual void SetSessionDescriptionManager(IRTCSessionDescriptionManager pSessionDescriptionManager)
        {
            throw Missing.Built("SetSessionDescriptionManager");
        }

        public virtual void set_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType, RTC_SECURITY_LEVEL enSecurityLevel)
        {
            throw Missing.Built("set_PreferredSecurityLevel");
        }

        public virtual RTC_SECURITY_LEVEL get_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType)
        {
            throw Missing.Built("get_PreferredSecurityLevel");
        }

        public virtual void set_AllowedPorts(int lTransport, RTC_LISTEN_MODE enListenMode)
        {
            throw Missing.Built("set_AllowedPorts");
        }

        public virtual RTC_LISTEN_MODE get_AllowedPorts(int lTransport)
        {
            throw Missing.Built("get_AllowedPorts");
        }

        public virtual IRTCProfile CreateProfile(string bstrProfileXML)
        {
            throw Missing.Built("CreateProfile");
        }

        public virtual void EnableProfile(IRTCProfile pProfile, int lRegisterFlags)
        {
            throw Missing.Built("EnableProfile");
        }

        public virtual void DisableProfile(IRTCProfile pProfile)
        {
            throw Missing.Built("DisableProfile");
        }

        public virtual IRTCEnumProfiles EnumerateProfiles()
        {
            throw Missing.Built("EnumerateProfiles");
        }

        public virtual IRTCCollection Profiles
        {
            get { throw Missing.Built("Profiles"); }
        }

        public virtual void GetProfile(string bstrUserAccount, string bstrUserPassword, string bstrUserURI, string bstrServer, int lTransport, int lCookie)
        {
            throw Missing.Built("GetProfile");
        }

        public virtual int SessionCapabilities
        {
            get { throw Missing.Built("SessionCapabilities"); }
        }

        public virtual void EnableProfileEx(IRTCProfile pProfile, int lRegisterFlags, int lRoamingFlags)
        {
            throw Missing.Built("EnableProfileEx");
        }

        public virtual IRTCSubscription CreateSubscription(IRTCProfile pServerProfile, string bstrAcceptedContent, string bstrEventPackage, string bstrContentType, string bstrMessageBody)
        {
            throw Missing.Built("CreateSubscription");
        }

        public virtual IRTCUnsolicitedSubscription RegisterUnsolicitedNotification(string bstrAcceptedContent, string bstrEventPackage)
        {
            throw Missing.Built("RegisterUnsolicitedNotification");
        }

        public virtual IRTCSubscription2 CreateIdleSubscription(IRTCProfile pServerProfile, string bstrAcceptedContent, string bstrEventPackage)
        {
            throw Missing.Built("CreateIdleSubscription");
        }

        public virtual void AllowDialogNotifications(string bstrEventPackage)
        {
            throw Missing.Built("AllowDialogNotifications");
        }
    }

    public abstract class ProfileBase : IRTCProfile3
    {
        public virtual string Key
        {
            get { throw Missing.Built("Key"); }
        }

        public virtual string Name
        {
            get { throw Missing.Built("Name"); }
        }

        public virtual string XML
        {
            get { throw Missing.Built("XML"); }
        }

        public virtual string ProviderName
        {
            get { throw Missing.Built("ProviderName"); }
        }

        public virtual string get_ProviderURI(RTC_PROVIDER_URI enURI)
        {
            throw Missing.Built("get_ProviderURI");
        }

        public virtual string ProviderData
        {
            get { throw Missing.Built("ProviderData"); }
        }

        public virtual string ClientName
        {
            get { throw Missing.Built("ClientName"); }
        }

        public virtual bool ClientBanner
        {
            get { throw Missing.Built("ClientBanner"); }
        }

        public virtual string ClientMinVer
        {
            get { throw Missing.Built("ClientMinVer"); }
        }

        public virtual string ClientCurVer
        {
            get { throw Missing.Built("ClientCurVer"); }
        }

        public virtual string ClientUpdateURI
        {
            get { throw Missing.Built("ClientUpdateURI"); }
        }

        public virtual string ClientData
        {
            get { throw Missing.Built("ClientData"); }
        }

        public virtual string UserURI
        {
            get { throw Missing.Built("UserURI"); }
        }

        public virtual string UserName
        {
            get { throw Missing.Built("UserName"); }
        }

        public virtual string UserAccount
        {
            get { throw Missing.Built("UserAccount"); }
        }

        public virtual void SetCredentials(string bstrUserURI, string bstrUserAccount, string bstrPassword)
        {
            throw Missing.Built("SetCredentials");
        }

        public virtual int SessionCapabilities
        {
            get { throw Missing.Built("SessionCapabilities"); }
        }

        public virtual RTC_REGISTRATION_STATE State
        {
            get { throw Missing.Built("State"); }
        }

        public virtual string Realm
        {
            get { throw Missing.Built("Realm"); }
            set { throw Missing.Built("Realm"); }
        }

        public virtual int AllowedAuth
        {
            get { throw Missing.Built("AllowedAuth"); }
            set { throw Missing.Built("AllowedAuth"); }
        }

        public virtual void GetServer(out string pbstrServer, out int plTransport)
        {
            throw Missing.Built("GetServer");
        }
    }

    public abstract class SessionBase : IRTCSession3, IRTCSessionCallControl2, IRTCSessionSIPPrivacy, IRTCSIPObject
    {
        public virtual IRTCClient Client
        {
            get { throw Missing.Built("Client"); }
        }

        public virtual RTC_SESSION_STATE State
        {
            get { throw Missing.Built("State"); }
        }

        public virtual RTC_SESSION_TYPE Type
        {
            get { throw Missing.Built("Type"); }
        }

        public virtual IRTCProfile Profile
        {
            get { throw Missing.Built("Profile"); }
        }

        public virtual IRTCCollection Participants
        {
            get { throw Missing.Built("Participants"); }
        }

        public virtual void Answer()
        {
            throw Missing.Built("Answer");
        }

        public virtual void Terminate(RTC_TERMINATE_REASON enReason)
        {
            throw Missing.Built("Terminate");
        }

        public virtual void Redirect(RTC_SESSION_TYPE enType, string bstrLocalPhoneURI, IRTCProfile pProfile, int lFlags)
        {
            throw Missing.Built("Redirect");
        }

        public virtual IRTCParticipant AddParticipant(string bstrAddress, string bstrName)
        {
            throw Missing.Built("AddParticipant");
        }

        public virtual void RemoveParticipant(IRTCParticipant pParticipant)
        {
            throw Missing.Built("RemoveParticipant");
        }

        public virtual IRTCEnumParticipants EnumerateParticipants()
        {
            throw Missing.Built("EnumerateParticipants");
        }

        public virtual bool CanAddParticipants
        {
            get { throw Missing.Built("CanAddParticipants"); }
        }

        public virtual string RedirectedUserURI
        {
            get { throw Missing.Built("RedirectedUserURI"); }
        }

        public virtual string RedirectedUserName
        {
            get { throw Missing.Built("RedirectedUserName"); }
        }

        public virtual void NextRedirectedUser()
        {
            throw Missing.Built("NextRedirectedUser");
        }

        public virtual void SendMessage(string bstrMessageHeader, string bstrMessage, int lCookie)
        {
            throw Missing.Built("SendMessage");
        }

        public virtual void SendMessageStatus(RTC_MESSAGING_USER_STATUS enUserStatus, int lCookie)
        {
            throw Missing.Built("SendMessageStatus");
        }

        public virtual void AddStream(int lMediaType, int lCookie)
        {
            throw Missing.Built("AddStream");
        }

        public virtual void RemoveStream(int lMediaType, int lCookie)
        {
            throw Missing.Built("RemoveStream");
        }

        public virtual void set_EncryptionKey(int lMediaType, string EncryptionKey)
        {
            throw Missing.Offered("set_EncryptionKey");
        }

        public virtual void SendInfo(string bstrInfoHeader, string bstrInfo, int lCookie)
        {
            throw Missing.Built("SendInfo");
        }

        public virtual void set_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType, RTC_SECURITY_LEVEL enSecurityLevel)
        {
            throw Missing.Built("set_PreferredSecurityLevel");
        }

        public virtual RTC_SECURITY_LEVEL get_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType)
        {
            throw Missing.Built("get_PreferredSecurityLevel");
        }

        public virtual bool IsSecurityEnabled(RTC_SECURITY_TYPE enSecurityType)
        {
            throw Missing.Built("IsSecurityEnabled");
        }

        public virtual void AnswerWithSessionDescription(string bstrContentType, string bstrSessionDescription)
        {
            throw Missing.Built("AnswerWithSessionDescription");
        }

        public virtual void ReInviteWithSessionDescription(string bstrContentType, string bstrSessionDescription, int lCookie)
        {
            throw Missing.Built("ReInviteWithSessionDescription");
        }

        public virtual IRTCParticipant2 AddParticipantEx(string bstrAddress, string bstrName, string bstrDeviceID)
        {
            throw Missing.Built("AddParticipantEx");
        }

        public virtual void Hold(int lCookie)
        {
            throw Missing.Built("Hold");
        }

        public virtual void UnHold(int lCookie)
        {
            throw Missing.Built("UnHold");
        }

        public virtual void Forward(string bstrForwardToURI)
        {
            throw Missing.Built("Forward");
        }

        public virtual void Refer(string bstrReferToURI, string bstrReferCookie)
        {
            throw Missing.Built("Refer");
        }

        public virtual string ReferredByURI
        {
            get { throw Missing.Built("ReferredByURI"); }
            set { throw Missing.Built("ReferredByURI"); }
        }

        public virtual string ReferCookie
        {
            get { throw Missing.Built("ReferCookie"); }
            set { throw Missing.Built("ReferCookie"); }
        }

        public virtual bool IsReferred
        {
            get { throw Missing.Built("IsReferred"); }
        }

        public virtual void ReplaceSession(IRTCSession pReplacedSession)
        {
            throw Missing.Built("ReplaceSession");
        }

        public virtual void ParkSession(string bstrParkURI)
        {
            throw Missing.Built("ParkSession");
        }

        public virtual void Retrieve(string bstrAddress, string bstrName, string bstrReferredByURI, string bstrRetrieveCallID, string bstrRetrieveFromTag, string bstrRetrieveToTag, bool fEarlyOnly)
        {
            throw Missing.Built("Retrieve");
        }

        public virtual int SIPPrivacyType
        {
            get { throw Missing.Built("SIPPrivacyType"); }
            set { throw Missing.Built("SIPPrivacyType"); }
        }

        public virtual void SetAdditionalHeaderValues(string bstrHeaderValuePairs)
        {
            throw Missing.Built("SetAdditionalHeaderValues");
        }

        public virtual string GetAdditionalHeaderValues()
        {
            throw Missing.Built("GetAdditionalHeaderValues");
        }
    }

    public abstract class ParticipantBase : IRTCParticipant2
    {
        public virtual string UserURI
        {
            get { throw Missing.Built("UserURI"); }
        }

        public virtual string Name
        {
            get { throw Missing.Built("Name"); }
        }

        public virtual bool Removable
        {
            get { throw Missing.Built("Removable"); }
        }

        public virtual RTC_PARTICIPANT_STATE State
        {
            get { throw Missing.Built("State"); }
        }

        public virtual IRTCSession Session
        {
            get { throw Missing.Built("Session"); }
        }

        public virtual string DeviceID
        {
            get { throw Missing.Built("DeviceID"); }
        }

        public virtual int FederationFlag
        {
            get { throw Missing.Built("FederationFlag"); }
        }
    }

    public abstract class SubscriptionBase : IRTCSubscription2, IRTCSIPObject
    {
        public virtual string AcceptedContentType
        {
            get { throw Missing.Built("AcceptedContentType"); }
        }

        public virtual string EventPackage
        {
            get { throw Missing.Built("EventPackage"); }
        }

        public virtual IRTCProfile Profile
        {
            get { throw Missing.Built("Profile"); }
        }

        public virtual void Resubscribe(string bstrContentType, string bstrBody)
        {
            throw Missing.Built("Resubscribe");
        }

        public virtual RTC_SUBSCRIPTION_STATE SubscriptionState
        {
            get { throw Missing.Built("SubscriptionState"); }
        }

        public virtual void Unsubscribe()
        {
            throw Missing.Built("Unsubscribe");
        }

        public virtual void Send(string bstrContentType, string bstrMessageBody)
        {
            throw Missing.Built("Send");
        }

        public virtual void SetAdditionalHeaderValues(string bstrHeaderValuePairs)
        {
            throw Missing.Built("SetAdditionalHeaderValues");
        }

        public virtual string GetAdditionalHeaderValues()
        {
            throw Missing.Built("GetAdditionalHeaderValues");
        }
    }

    public abstract class UnsolicitedSubscriptionBase : IRTCUnsolicitedSubscription
    {
        public virtual bool IsEnabled()
        {
            throw Missing.Built("IsEnabled");
        }

        public virtual void Enable()
        {
            throw Missing.Built("Enable");
        }

        public virtual void Disable()
        {
            throw Missing.Built("Disable");
        }

        public virtual void Unregister()
        {
            throw Missing.Built("Unregister");
        }

        public virtual string EventPackage
        {
            get { throw Missing.Built("EventPackage"); }
        }

        public virtual string AcceptedContentType
        {
            get { throw Missing.Built("AcceptedContentType"); }
        }
    }

    public abstract class SipMessageBase : IRTCSIPMessage
    {
        public virtual string GetMessageText()
        {
            throw Missing.Built("GetMessageText");
        }

        public virtual string GetRequestLine()
        {
            throw Missing.Built("GetRequestLine");
        }

        public virtual void GetMessageBody(out string pbstrContentType, out string pbstrBodyText)
        {
            throw Missing.Built("GetMessageBody");
        }

        public virtual string GetFirstHeader(string bstrHeaderName)
        {
            throw Missing.Built("GetFirstHeader");
        }

        public virtual void GetHeader(string bstrHeaderName, out string[] prgValues, out uint pcValues)
        {
            throw Missing.Built("GetHeader");
        }
    }

    public abstract class ClientEventBase : EventRoot, IRTCClientEvent
    {
        internal ClientEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual RTC_CLIENT_EVENT_TYPE EventType
        {
            get { throw Missing.Built("EventType"); }
        }

        public virtual IRTCClient Client
        {
            get { throw Missing.Built("Client"); }
        }
    }

    public abstract class RegistrationEventBase : EventRoot, IRTCRegistrationStateChangeEvent, IRTCSIPEvent
    {
        internal RegistrationEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCProfile Profile
        {
            get { throw Missing.Built("Profile"); }
        }

        public virtual RTC_REGISTRATION_STATE State
        {
            get { throw Missing.Built("State"); }
        }

        public virtual int StatusCode
        {
            get { throw Missing.Built("StatusCode"); }
        }

        public virtual string StatusText
        {
            get { throw Missing.Built("StatusText"); }
        }
    }

    public abstract class SessionEventBase : EventRoot, IRTCSessionStateChangeEvent3, IRTCSIPEvent
    {
        internal SessionEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCSession Session
        {
            get { throw Missing.Built("Session"); }
        }

        public virtual RTC_SESSION_STATE State
        {
            get { throw Missing.Built("State"); }
        }

        public virtual int StatusCode
        {
            get { throw Missing.Built("StatusCode"); }
        }

        public virtual string StatusText
        {
            get { throw Missing.Built("StatusText"); }
        }

        public virtual int MediaTypes
        {
            get { throw Missing.Built("MediaTypes"); }
        }

        public virtual RTC_SECURITY_LEVEL get_RemotePreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType)
        {
            throw Missing.Built("get_RemotePreferredSecurityLevel");
        }

        public virtual bool IsForked
        {
            get { throw Missing.Built("IsForked"); }
        }

        public virtual void GetRemoteSessionDescription(out string pbstrContentType, out string pbstrSessionDescription)
        {
            throw Missing.Built("GetRemoteSessionDescription");
        }

        public virtual IRTCSession ReplacedSession
        {
            get { throw Missing.Built("ReplacedSession"); }
        }
    }

    public abstract class OperationEventBase : EventRoot, IRTCSessionOperationCompleteEvent2, IRTCSIPEvent
    {
        internal OperationEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCSession Session
        {
            get { throw Missing.Built("Session"); }
        }

        public virtual int Cookie
        {
            get { throw Missing.Built("Cookie"); }
        }

        public virtual int StatusCode
        {
            get { throw Missing.Built("StatusCode"); }
        }

        public virtual string StatusText
        {
            get { throw Missing.Built("StatusText"); }
        }

        public virtual IRTCParticipant Participant
        {
            get { throw Missing.Built("Participant"); }
        }

        public virtual void GetRemoteSessionDescription(out string pbstrContentType, out string pbstrSessionDescription)
        {
            throw Missing.Built("GetRemoteSessionDescription");
        }
    }

    public abstract class ParticipantEventBase : EventRoot, IRTCParticipantStateChangeEvent, IRTCSIPEvent
    {
        internal ParticipantEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCParticipant Participant
        {
            get { throw Missing.Built("Participant"); }
        }

        public virtual RTC_PARTICIPANT_STATE State
        {
            get { throw Missing.Built("State"); }
        }

        public virtual int StatusCode
        {
            get { throw Missing.Built("StatusCode"); }
        }
    }

    public abstract class MediaEventBase : EventRoot, IRTCMediaEvent
    {
        internal MediaEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual int MediaType
        {
            get { throw Missing.Built("MediaType"); }
        }

        public virtual RTC_MEDIA_EVENT_TYPE EventType
        {
            get { throw Missing.Built("EventType"); }
        }

        public virtual RTC_MEDIA_EVENT_REASON EventReason
        {
            get { throw Missing.Built("EventReason"); }
        }
    }

    public abstract class MessagingEventBase : EventRoot, IRTCMessagingEvent, IRTCSIPEvent
    {
        internal MessagingEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCSession Session
        {
            get { throw Missing.Built("Session"); }
        }

        public virtual IRTCParticipant Participant
        {
            get { throw Missing.Built("Participant"); }
        }

        public virtual RTC_MESSAGING_EVENT_TYPE EventType
        {
            get { throw Missing.Built("EventType"); }
        }

        public virtual string Message
        {
            get { throw Missing.Built("Message"); }
        }

        public virtual string MessageHeader
        {
            get { throw Missing.Built("MessageHeader"); }
        }

        public virtual RTC_MESSAGING_USER_STATUS UserStatus
        {
            get { throw Missing.Built("UserStatus"); }
        }
    }

    public abstract class InfoEventBase : EventRoot, IRTCInfoEvent, IRTCSIPEvent
    {
        internal InfoEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCSession2 Session
        {
            get { throw Missing.Built("Session"); }
        }

        public virtual IRTCParticipant Participant
        {
            get { throw Missing.Built("Participant"); }
        }

        public virtual string Info
        {
            get { throw Missing.Built("Info"); }
        }

        public virtual string InfoHeader
        {
            get { throw Missing.Built("InfoHeader"); }
        }
    }

    public abstract class ReInviteEventBase : EventRoot, IRTCReInviteEvent, IRTCSIPEvent
    {
        internal ReInviteEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCSession2 Session
        {
            get { throw Missing.Built("Session"); }
        }

        public virtual void Accept(string bstrContentType, string bstrSessionDescription)
        {
            throw Missing.Built("Accept");
        }

        public virtual void Reject()
        {
            throw Missing.Built("Reject");
        }

        public virtual RTC_REINVITE_STATE State
        {
            get { throw Missing.Built("State"); }
        }

        public virtual void GetRemoteSessionDescription(out string pbstrContentType, out string pbstrSessionDescription)
        {
            throw Missing.Built("GetRemoteSessionDescription");
        }
    }

    public abstract class ReferStatusEventBase : EventRoot, IRTCSessionReferStatusEvent, IRTCSIPEvent
    {
        internal ReferStatusEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCSession2 Session
        {
            get { throw Missing.Built("Session"); }
        }

        public virtual RTC_SESSION_REFER_STATUS ReferStatus
        {
            get { throw Missing.Built("ReferStatus"); }
        }

        public virtual int StatusCode
        {
            get { throw Missing.Built("StatusCode"); }
        }

        public virtual string StatusText
        {
            get { throw Missing.Built("StatusText"); }
        }
    }

    public abstract class ReferredEventBase : EventRoot, IRTCSessionReferredEvent, IRTCSIPEvent
    {
        internal ReferredEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCSession2 Session
        {
            get { throw Missing.Built("Session"); }
        }

        public virtual string ReferredByURI
        {
            get { throw Missing.Built("ReferredByURI"); }
        }

        public virtual string ReferToURI
        {
            get { throw Missing.Built("ReferToURI"); }
        }

        public virtual string ReferCookie
        {
            get { throw Missing.Built("ReferCookie"); }
        }

        public virtual void Accept()
        {
            throw Missing.Built("Accept");
        }

        public virtual void Reject()
        {
            throw Missing.Built("Reject");
        }

        public virtual void SetReferredSessionState(RTC_SESSION_STATE enState)
        {
            throw Missing.Built("SetReferredSessionState");
        }
    }

    public abstract class ConsultantReferredEventBase : EventRoot, IRTCSessionConsultantReferredEvent, IRTCSIPEvent
    {
        internal ConsultantReferredEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCSession2 Session
        {
            get { throw Missing.Built("Session"); }
        }

        public virtual string ReferredByURI
        {
            get { throw Missing.Built("ReferredByURI"); }
        }

        public virtual string ReferToURI
        {
            get { throw Missing.Built("ReferToURI"); }
        }

        public virtual void Accept()
        {
            throw Missing.Built("Accept");
        }

        public virtual void Reject()
        {
            throw Missing.Built("Reject");
        }

        public virtual void SetReferredSessionState(RTC_SESSION_STATE enState)
        {
            throw Missing.Built("SetReferredSessionState");
        }

        public virtual void ReferToSessionInfo(out string pbstrReferToCallID, out string pbstrReferToFromTag, out string pbstrReferToToTag)
        {
            throw Missing.Built("ReferToSessionInfo");
        }
    }

    public abstract class SubscriptionEventBase : EventRoot, IRTCSubscriptionStateChangeEvent, IRTCSIPEvent
    {
        internal SubscriptionEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCSubscription Subscription
        {
            get { throw Missing.Built("Subscription"); }
        }

        public virtual RTC_SUBSCRIPTION_STATE SubscriptionState
        {
            get { throw Missing.Built("SubscriptionState"); }
        }

        public virtual int StatusCode
        {
            get { throw Missing.Built("StatusCode"); }
        }

        public virtual string StatusText
        {
            get { throw Missing.Built("StatusText"); }
        }
    }

    public abstract class NotificationEventBase : EventRoot, IRTCSubscriptionNotificationEvent, IRTCSIPEvent
    {
        internal NotificationEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual void Accept(string bstrContentType, string bstrData)
        {
            throw Missing.Built("Accept");
        }

        public virtual IRTCSubscription Subscription
        {
            get { throw Missing.Built("Subscription"); }
        }

        public virtual void GetNotificationData(out string pbstrContentType, out string pbstrMessageData)
        {
            throw Missing.Built("GetNotificationData");
        }

        public virtual void Reject(uint dwSIPFailureCode, string bstrFailureText)
        {
            throw Missing.Built("Reject");
        }
    }

    public abstract class SessionNotificationEventBase : EventRoot, IRTCSessionNotificationEvent, IRTCSIPEvent
    {
        internal SessionNotificationEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCSession Session
        {
            get { throw Missing.Built("Session"); }
        }

        public virtual void Accept(string bstrContentType, string bstrBody)
        {
            throw Missing.Built("Accept");
        }

        public virtual void Reject(uint dwSIPFailureCode, string bstrFailureText)
        {
            throw Missing.Built("Reject");
        }
    }

    public abstract class UnsolicitedEventBase : EventRoot, IRTCUnsolicitedNotificationEvent, IRTCSIPEvent
    {
        internal UnsolicitedEventBase(RtcClient.RtcEventArgs args) : base(args)
        {
        }

        public virtual IRTCUnsolicitedSubscription Subscription
        {
            get { throw Missing.Built("Subscription"); }
        }
    }
}
