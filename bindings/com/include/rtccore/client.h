// rtccore/client.h: the client, its profiles and its ports.
//
// Members stand in vtable order.
// Written by bindings/com/tools/generate.py; change that, not this.
#ifndef RTCCORE_CLIENT_H
#define RTCCORE_CLIENT_H

#include "forward.h"

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("07829e45-9a34-408e-a011-bddf13487cd1") IRTCClient : public IUnknown {
    /// Bring the client up with default options; must precede every other call; not repeatable
    /// after Shutdown.
    virtual HRESULT STDMETHODCALLTYPE Initialize() = 0;
    /// Final synchronous clean-up; object is dead afterwards; call only after the async clean-up
    /// event.
    virtual HRESULT STDMETHODCALLTYPE Shutdown() = 0;
    /// Start asynchronous clean-up (unregister, drop watchers, end sessions); finishes with
    /// RTCE_CLIENT/ASYNC_CLEANUP_DONE.
    virtual HRESULT STDMETHODCALLTYPE PrepareForShutdown() = 0;
    /// Bit mask (RTCEF_*) of event kinds delivered to every attached sink; nothing is delivered
    /// until it is set.
    virtual HRESULT STDMETHODCALLTYPE put_EventFilter(LONG lFilter) = 0;
    /// Bit mask (RTCEF_*) of event kinds delivered to every attached sink; nothing is delivered
    /// until it is set.
    virtual HRESULT STDMETHODCALLTYPE get_EventFilter(LONG *plFilter) = 0;
    /// Set the RTCMT_* mask used for new sessions; fPersistent stores it per user.
    virtual HRESULT STDMETHODCALLTYPE SetPreferredMediaTypes(LONG lMediaTypes,
        VARIANT_BOOL fPersistent) = 0;
    /// Current preferred RTCMT_* mask.
    virtual HRESULT STDMETHODCALLTYPE get_PreferredMediaTypes(LONG *plMediaTypes) = 0;
    /// RTCMT_* mask the local hardware can do.
    virtual HRESULT STDMETHODCALLTYPE get_MediaCapabilities(LONG *plMediaTypes) = 0;
    /// Create an idle session of a type; the call itself starts at AddParticipant.
    virtual HRESULT STDMETHODCALLTYPE CreateSession(RTC_SESSION_TYPE enType, BSTR bstrLocalPhoneURI,
        IRTCProfile *pProfile, LONG lFlags, IRTCSession **ppSession) = 0;
    /// Open/close SIP listening ports: none, dynamic only, or well-known plus dynamic.
    virtual HRESULT STDMETHODCALLTYPE put_ListenForIncomingSessions(RTC_LISTEN_MODE enListen) = 0;
    /// Open/close SIP listening ports: none, dynamic only, or well-known plus dynamic.
    virtual HRESULT STDMETHODCALLTYPE get_ListenForIncomingSessions(RTC_LISTEN_MODE *penListen) = 0;
    /// Addresses and ports the client listens on, as a VARIANT array of strings (format not
    /// verified); TCP or UDP, internal or NAT-external.
    virtual HRESULT STDMETHODCALLTYPE get_NetworkAddresses(VARIANT_BOOL fTCP,
        VARIANT_BOOL fExternal, VARIANT *pvAddresses) = 0;
    /// Live device volume, 0..0xFFFF.
    virtual HRESULT STDMETHODCALLTYPE put_Volume(RTC_AUDIO_DEVICE enDevice, LONG lVolume) = 0;
    /// Live device volume, 0..0xFFFF.
    virtual HRESULT STDMETHODCALLTYPE get_Volume(RTC_AUDIO_DEVICE enDevice, LONG *plVolume) = 0;
    /// Mute flag of speaker or microphone.
    virtual HRESULT STDMETHODCALLTYPE put_AudioMuted(RTC_AUDIO_DEVICE enDevice,
        VARIANT_BOOL fMuted) = 0;
    /// Mute flag of speaker or microphone.
    virtual HRESULT STDMETHODCALLTYPE get_AudioMuted(RTC_AUDIO_DEVICE enDevice,
        VARIANT_BOOL *pfMuted) = 0;
    /// DirectShow video window for receive or preview (desktop only).
    virtual HRESULT STDMETHODCALLTYPE get_IVideoWindow(RTC_VIDEO_DEVICE enDevice,
        IVideoWindow **ppIVideoWindow) = 0;
    /// Stored choice of capture or render device by name.
    virtual HRESULT STDMETHODCALLTYPE put_PreferredAudioDevice(RTC_AUDIO_DEVICE enDevice,
        BSTR bstrDeviceName) = 0;
    /// Stored choice of capture or render device by name.
    virtual HRESULT STDMETHODCALLTYPE get_PreferredAudioDevice(RTC_AUDIO_DEVICE enDevice,
        BSTR *pbstrDeviceName) = 0;
    /// Stored per-user volume value, 0..0xFFFF; does not itself change the device.
    virtual HRESULT STDMETHODCALLTYPE put_PreferredVolume(RTC_AUDIO_DEVICE enDevice,
        LONG lVolume) = 0;
    /// Stored per-user volume value, 0..0xFFFF; does not itself change the device.
    virtual HRESULT STDMETHODCALLTYPE get_PreferredVolume(RTC_AUDIO_DEVICE enDevice,
        LONG *plVolume) = 0;
    /// Stored acoustic-echo-cancellation switch.
    virtual HRESULT STDMETHODCALLTYPE put_PreferredAEC(VARIANT_BOOL bEnable) = 0;
    /// Stored acoustic-echo-cancellation switch.
    virtual HRESULT STDMETHODCALLTYPE get_PreferredAEC(VARIANT_BOOL *pbEnabled) = 0;
    /// Stored choice of camera by name (desktop only).
    virtual HRESULT STDMETHODCALLTYPE put_PreferredVideoDevice(BSTR bstrDeviceName) = 0;
    /// Stored choice of camera by name (desktop only).
    virtual HRESULT STDMETHODCALLTYPE get_PreferredVideoDevice(BSTR *pbstrDeviceName) = 0;
    /// RTCMT_* mask of streams running now.
    virtual HRESULT STDMETHODCALLTYPE get_ActiveMedia(LONG *plMediaType) = 0;
    /// Upper bound of the media bit rate in bit/s.
    virtual HRESULT STDMETHODCALLTYPE put_MaxBitrate(LONG lMaxBitrate) = 0;
    /// Upper bound of the media bit rate in bit/s.
    virtual HRESULT STDMETHODCALLTYPE get_MaxBitrate(LONG *plMaxBitrate) = 0;
    /// Balance of frame rate against picture quality.
    virtual HRESULT STDMETHODCALLTYPE put_TemporalSpatialTradeOff(LONG lValue) = 0;
    /// Balance of frame rate against picture quality.
    virtual HRESULT STDMETHODCALLTYPE get_TemporalSpatialTradeOff(LONG *plValue) = 0;
    /// Current quality figure of the media path.
    virtual HRESULT STDMETHODCALLTYPE get_NetworkQuality(LONG *plNetworkQuality) = 0;
    /// Start whiteboard or application sharing (desktop only).
    virtual HRESULT STDMETHODCALLTYPE StartT120Applet(RTC_T120_APPLET enApplet) = 0;
    /// Stop all T.120 applets.
    virtual HRESULT STDMETHODCALLTYPE StopT120Applets() = 0;
    /// Whether a T.120 applet is running.
    virtual HRESULT STDMETHODCALLTYPE get_IsT120AppletRunning(RTC_T120_APPLET enApplet,
        VARIANT_BOOL *pfRunning) = 0;
    /// Local user URI used when no profile supplies one.
    virtual HRESULT STDMETHODCALLTYPE get_LocalUserURI(BSTR *pbstrUserURI) = 0;
    /// Local user URI used when no profile supplies one.
    virtual HRESULT STDMETHODCALLTYPE put_LocalUserURI(BSTR bstrUserURI) = 0;
    /// Local display name.
    virtual HRESULT STDMETHODCALLTYPE get_LocalUserName(BSTR *pbstrUserName) = 0;
    /// Local display name.
    virtual HRESULT STDMETHODCALLTYPE put_LocalUserName(BSTR bstrUserName) = 0;
    /// Start or stop a phone, message or ringback sound.
    virtual HRESULT STDMETHODCALLTYPE PlayRing(RTC_RING_TYPE enType, VARIANT_BOOL bPlay) = 0;
    /// Send one DTMF digit on the active audio session.
    virtual HRESULT STDMETHODCALLTYPE SendDTMF(RTC_DTMF enDTMF) = 0;
    /// Show the modal audio/video tuning dialog.
    virtual HRESULT STDMETHODCALLTYPE InvokeTuningWizard(OAHWND hwndParent) = 0;
    /// Whether the audio devices have been tuned.
    virtual HRESULT STDMETHODCALLTYPE get_IsTuned(VARIANT_BOOL *pfTuned) = 0;

protected:
    ~IRTCClient() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("b9f5cf06-65b9-4a80-a0e6-73cae3ef3822") IRTCClientProvisioning : public IUnknown {
    /// Parse provisioning XML into a profile object (not yet enabled).
    virtual HRESULT STDMETHODCALLTYPE CreateProfile(BSTR bstrProfileXML,
        IRTCProfile **ppProfile) = 0;
    /// Register the profile per RTCRF_* flags and offer it for automatic selection.
    virtual HRESULT STDMETHODCALLTYPE EnableProfile(IRTCProfile *pProfile, LONG lRegisterFlags) = 0;
    /// Unregister and withdraw a profile.
    virtual HRESULT STDMETHODCALLTYPE DisableProfile(IRTCProfile *pProfile) = 0;
    /// C/C++ enumerator of enabled profiles.
    virtual HRESULT STDMETHODCALLTYPE EnumerateProfiles(IRTCEnumProfiles **ppEnum) = 0;
    /// Automation collection of enabled profiles.
    virtual HRESULT STDMETHODCALLTYPE get_Profiles(IRTCCollection **ppCollection) = 0;
    /// Find the server (DNS or given) and build a profile asynchronously; answer is RTCE_PROFILE
    /// with the cookie.
    virtual HRESULT STDMETHODCALLTYPE GetProfile(BSTR bstrUserAccount, BSTR bstrUserPassword,
        BSTR bstrUserURI, BSTR bstrServer, LONG lTransport, LONG_PTR lCookie) = 0;
    /// RTCSI_* union over the enabled profiles.
    virtual HRESULT STDMETHODCALLTYPE get_SessionCapabilities(LONG *plSupportedSessions) = 0;

protected:
    ~IRTCClientProvisioning() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("d07eca9e-4062-4dd4-9e7d-722a49ba7303") IRTCProfile : public IUnknown {
    /// Unique key attribute of the profile.
    virtual HRESULT STDMETHODCALLTYPE get_Key(BSTR *pbstrKey) = 0;
    /// Name attribute of the profile.
    virtual HRESULT STDMETHODCALLTYPE get_Name(BSTR *pbstrName) = 0;
    /// The profile as XML.
    virtual HRESULT STDMETHODCALLTYPE get_XML(BSTR *pbstrXML) = 0;
    /// Provider name.
    virtual HRESULT STDMETHODCALLTYPE get_ProviderName(BSTR *pbstrName) = 0;
    /// One of the provider URIs by kind.
    virtual HRESULT STDMETHODCALLTYPE get_ProviderURI(RTC_PROVIDER_URI enURI, BSTR *pbstrURI) = 0;
    /// Opaque provider data.
    virtual HRESULT STDMETHODCALLTYPE get_ProviderData(BSTR *pbstrData) = 0;
    /// Client name from the XML.
    virtual HRESULT STDMETHODCALLTYPE get_ClientName(BSTR *pbstrName) = 0;
    /// Whether a banner is wanted.
    virtual HRESULT STDMETHODCALLTYPE get_ClientBanner(VARIANT_BOOL *pfBanner) = 0;
    /// Minimum client version.
    virtual HRESULT STDMETHODCALLTYPE get_ClientMinVer(BSTR *pbstrMinVer) = 0;
    /// Current client version.
    virtual HRESULT STDMETHODCALLTYPE get_ClientCurVer(BSTR *pbstrCurVer) = 0;
    /// Where to update the client.
    virtual HRESULT STDMETHODCALLTYPE get_ClientUpdateURI(BSTR *pbstrUpdateURI) = 0;
    /// Opaque client data.
    virtual HRESULT STDMETHODCALLTYPE get_ClientData(BSTR *pbstrData) = 0;
    /// User URI.
    virtual HRESULT STDMETHODCALLTYPE get_UserURI(BSTR *pbstrUserURI) = 0;
    /// User display name.
    virtual HRESULT STDMETHODCALLTYPE get_UserName(BSTR *pbstrUserName) = 0;
    /// Account name.
    virtual HRESULT STDMETHODCALLTYPE get_UserAccount(BSTR *pbstrUserAccount) = 0;
    /// Set URI, account and password after creation; re-enable to retry.
    virtual HRESULT STDMETHODCALLTYPE SetCredentials(BSTR bstrUserURI, BSTR bstrUserAccount,
        BSTR bstrPassword) = 0;
    /// RTCSI_* mask the profile allows.
    virtual HRESULT STDMETHODCALLTYPE get_SessionCapabilities(LONG *plSupportedSessions) = 0;
    /// Registration state.
    virtual HRESULT STDMETHODCALLTYPE get_State(RTC_REGISTRATION_STATE *penState) = 0;

protected:
    ~IRTCProfile() = default;
};

/// desktop 1.01 (CE .NET 4.2+).
struct RTC_UUID("da77c14b-6208-43ca-8ddf-5b60a0a69fac") IRTCPortManager : public IUnknown {
    /// App callback: give internal and external address and port for a remote address and port
    /// kind.
    virtual HRESULT STDMETHODCALLTYPE GetMapping(BSTR bstrRemoteAddress, RTC_PORT_TYPE enPortType,
        BSTR *pbstrInternalLocalAddress, LONG *plInternalLocalPort, BSTR *pbstrExternalLocalAddress,
        LONG *plExternalLocalPort) = 0;
    /// App callback: remote address behind a mapping changed.
    virtual HRESULT STDMETHODCALLTYPE UpdateRemoteAddress(BSTR bstrRemoteAddress,
        BSTR bstrInternalLocalAddress, LONG lInternalLocalPort, BSTR bstrExternalLocalAddress,
        LONG lExternalLocalPort) = 0;
    /// App callback: mapping no longer needed.
    virtual HRESULT STDMETHODCALLTYPE ReleaseMapping(BSTR bstrInternalLocalAddress,
        LONG lInternalLocalPort, BSTR bstrExternalLocalAddress, LONG lExternalLocalAddress) = 0;

protected:
    ~IRTCPortManager() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("d5df3f03-4bde-4417-aefe-71177bdaea66") IRTCClientPortManagement : public IUnknown {
    /// Listen additionally on this address and port.
    virtual HRESULT STDMETHODCALLTYPE StartListenAddressAndPort(BSTR bstrInternalLocalAddress,
        LONG lInternalLocalPort) = 0;
    /// Stop listening there.
    virtual HRESULT STDMETHODCALLTYPE StopListenAddressAndPort(BSTR bstrInternalLocalAddress,
        LONG lInternalLocalPort) = 0;
    /// Port range configured for a port kind.
    virtual HRESULT STDMETHODCALLTYPE GetPortRange(RTC_PORT_TYPE enPortType, LONG *plMinValue,
        LONG *plMaxValue) = 0;

protected:
    ~IRTCClientPortManagement() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("ba7f518e-d336-4070-93a6-865395c843f9") IRTCSessionDescriptionManager : public IUnknown {
    /// App callback: say whether this content type and body make an APPLICATION session.
    virtual HRESULT STDMETHODCALLTYPE EvaluateSessionDescription(BSTR bstrContentType,
        BSTR bstrSessionDescription, VARIANT_BOOL *pfApplicationSession) = 0;

protected:
    ~IRTCSessionDescriptionManager() = default;
};

/// CE 6.0 (RTC 1.5) and Windows Mobile 6; identifier of our own (new_iids.h).
struct RTC_UUID("531a4f7c-e981-41f5-9798-961c882127ff") IRTCClientSIPPrivacy : public IUnknown {
    /// Set the RTCSP_PRIVACY_* policy for all SIP traffic of the client.
    virtual HRESULT STDMETHODCALLTYPE put_SIPPrivacyType(LONG lSIPPrivacyType) = 0;
    /// Current policy.
    virtual HRESULT STDMETHODCALLTYPE get_SIPPrivacyType(LONG *plSIPPrivacyType) = 0;

protected:
    ~IRTCClientSIPPrivacy() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("0c91d71d-1064-42da-bfa5-572beb8eea84") IRTCClient2 : public IRTCClient {
    /// Per session type: offer, auto-accept, auto-reject or not supported; must be set before
    /// listening starts.
    virtual HRESULT STDMETHODCALLTYPE put_AnswerMode(RTC_SESSION_TYPE enType,
        RTC_ANSWER_MODE enMode) = 0;
    /// Per session type: offer, auto-accept, auto-reject or not supported; must be set before
    /// listening starts.
    virtual HRESULT STDMETHODCALLTYPE get_AnswerMode(RTC_SESSION_TYPE enType,
        RTC_ANSWER_MODE *penMode) = 0;
    /// Tuning dialog limited to audio and/or video pages.
    virtual HRESULT STDMETHODCALLTYPE InvokeTuningWizardEx(OAHWND hwndParent,
        VARIANT_BOOL fAllowAudio, VARIANT_BOOL fAllowVideo) = 0;
    /// Version of the library as one number (packing not verified).
    virtual HRESULT STDMETHODCALLTYPE get_Version(LONG *plVersion) = 0;
    /// Application name told to peers (User-Agent; not verified).
    virtual HRESULT STDMETHODCALLTYPE put_ClientName(BSTR bstrClientName) = 0;
    /// Application version told to peers (User-Agent; not verified).
    virtual HRESULT STDMETHODCALLTYPE put_ClientCurVer(BSTR bstrClientCurVer) = 0;
    /// Like Initialize with RTCIF_* options fixed for the life of the object.
    virtual HRESULT STDMETHODCALLTYPE InitializeEx(LONG lFlags) = 0;
    /// Create an APPLICATION session whose INVITE carries the given content type and body.
    virtual HRESULT STDMETHODCALLTYPE CreateSessionWithDescription(BSTR bstrContentType,
        BSTR bstrSessionDescription, IRTCProfile *pProfile, LONG lFlags,
        IRTCSession2 **ppSession2) = 0;
    /// Install the callback that decides whether an incoming description belongs to the
    /// application.
    virtual HRESULT STDMETHODCALLTYPE SetSessionDescriptionManager(IRTCSessionDescriptionManager *pSessionDescriptionManager) = 0;
    /// Client-wide media encryption preference per security type.
    virtual HRESULT STDMETHODCALLTYPE put_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType,
        RTC_SECURITY_LEVEL enSecurityLevel) = 0;
    /// Client-wide media encryption preference per security type.
    virtual HRESULT STDMETHODCALLTYPE get_PreferredSecurityLevel(RTC_SECURITY_TYPE enSecurityType,
        RTC_SECURITY_LEVEL *penSecurityLevel) = 0;
    /// Per transport: which listening ports (none, dynamic, both) are allowed; before listening
    /// starts.
    virtual HRESULT STDMETHODCALLTYPE put_AllowedPorts(LONG lTransport,
        RTC_LISTEN_MODE enListenMode) = 0;
    /// Per transport: which listening ports (none, dynamic, both) are allowed; before listening
    /// starts.
    virtual HRESULT STDMETHODCALLTYPE get_AllowedPorts(LONG lTransport,
        RTC_LISTEN_MODE *penListenMode) = 0;

protected:
    ~IRTCClient2() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("a70909b5-f40e-4587-bb75-e6bc0845023e") IRTCClientProvisioning2 : public IRTCClientProvisioning {
    /// EnableProfile plus RTCRMF_* roaming of buddies, watchers, presence, profile.
    virtual HRESULT STDMETHODCALLTYPE EnableProfileEx(IRTCProfile *pProfile, LONG lRegisterFlags,
        LONG lRoamingFlags) = 0;

protected:
    ~IRTCClientProvisioning2() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("4b81f84e-bdc7-4184-9154-3cb2dd7917fb") IRTCProfile2 : public IRTCProfile {
    /// Authentication realm accepted for this profile.
    virtual HRESULT STDMETHODCALLTYPE get_Realm(BSTR *pbstrRealm) = 0;
    /// Authentication realm accepted for this profile.
    virtual HRESULT STDMETHODCALLTYPE put_Realm(BSTR bstrRealm) = 0;
    /// RTCAU_* mask of allowed authentication methods.
    virtual HRESULT STDMETHODCALLTYPE get_AllowedAuth(LONG *plAllowedAuth) = 0;
    /// RTCAU_* mask of allowed authentication methods.
    virtual HRESULT STDMETHODCALLTYPE put_AllowedAuth(LONG lAllowedAuth) = 0;

protected:
    ~IRTCProfile2() = default;
};

/// desktop 1.3 and CE 6.0.
struct RTC_UUID("269f36ef-334c-43f7-b6e2-367e8d307aeb") IRTCPortManager2 : public IRTCPortManager {
    /// App callback: UpdateRemoteAddress plus the remote port.
    virtual HRESULT STDMETHODCALLTYPE UpdateRemoteAddressEx(BSTR bstrRemoteAddress,
        LONG lRemotePort, BSTR bstrInternalLocalAddress, LONG lInternalLocalPort,
        BSTR bstrExternalLocalAddress, LONG lExternalLocalPort) = 0;

protected:
    ~IRTCPortManager2() = default;
};

/// desktop 1.3 and CE 6.0.
struct RTC_UUID("051caa1d-2e4e-4187-b947-69a0c99ba70b") IRTCProfile3 : public IRTCProfile2 {
    /// Registrar address and RTCTR_* transport of the profile.
    virtual HRESULT STDMETHODCALLTYPE GetServer(BSTR *pbstrServer, LONG *plTransport) = 0;

protected:
    ~IRTCProfile3() = default;
};

/// CE 6.0; identifier of our own (new_iids.h).
struct RTC_UUID("bf1485f6-be76-4011-a9d4-c0fb17f18588") IRTCPortManager3 : public IRTCPortManager2 {
    /// App callback: GetMapping with remote port and transport.
    virtual HRESULT STDMETHODCALLTYPE GetMappingEx(BSTR bstrRemoteAddress, LONG lRemotePort,
        LONG lTransport, RTC_PORT_TYPE enPortType, BSTR *pbstrInternalLocalAddress,
        LONG *plInternalLocalPort, BSTR *pbstrExternalLocalAddress, LONG *plExternalLocalPort) = 0;
    /// App callback: remote address changed, with port and transport.
    virtual HRESULT STDMETHODCALLTYPE UpdateRemoteAddressEx2(BSTR bstrRemoteAddress,
        LONG lRemotePort, LONG lTransport, BSTR bstrInternalLocalAddress, LONG lInternalLocalPort,
        BSTR bstrExternalLocalAddress, LONG lExternalLocalPort) = 0;
    /// App callback: mapping no longer needed, with transport. Signature not retrieved.
    /// Name and parameters are ours: they were not published.
    virtual HRESULT STDMETHODCALLTYPE ReleaseMappingEx(LONG lTransport,
        BSTR bstrInternalLocalAddress, LONG lInternalLocalPort, BSTR bstrExternalLocalAddress,
        LONG lExternalLocalPort) = 0;

protected:
    ~IRTCPortManager3() = default;
};

#endif
