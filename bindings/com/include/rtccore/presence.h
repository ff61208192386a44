// rtccore/presence.h: presence: buddies, watchers, groups.
//
// Members stand in vtable order.
// Written by bindings/com/tools/generate.py; change that, not this.
#ifndef RTCCORE_PRESENCE_H
#define RTCCORE_PRESENCE_H

#include "forward.h"

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("11c3cbcc-0744-42d1-968a-51aa1bb274c6") IRTCClientPresence : public IUnknown {
    /// Turn presence on, optionally loading and saving lists in a storage.
    virtual HRESULT STDMETHODCALLTYPE EnablePresence(VARIANT_BOOL fUseStorage,
        VARIANT varStorage) = 0;
    /// Write buddies and watchers to a storage.
    virtual HRESULT STDMETHODCALLTYPE Export(VARIANT varStorage) = 0;
    /// Read buddies and watchers from a storage, merging or replacing.
    virtual HRESULT STDMETHODCALLTYPE Import(VARIANT varStorage, VARIANT_BOOL fReplaceAll) = 0;
    /// C/C++ enumerator of buddies.
    virtual HRESULT STDMETHODCALLTYPE EnumerateBuddies(IRTCEnumBuddies **ppEnum) = 0;
    /// Automation collection of buddies.
    virtual HRESULT STDMETHODCALLTYPE get_Buddies(IRTCCollection **ppCollection) = 0;
    /// Look one buddy up by URI.
    virtual HRESULT STDMETHODCALLTYPE get_Buddy(BSTR bstrPresentityURI, IRTCBuddy **ppBuddy) = 0;
    /// Add a contact and subscribe to its presence.
    virtual HRESULT STDMETHODCALLTYPE AddBuddy(BSTR bstrPresentityURI, BSTR bstrUserName,
        BSTR bstrData, VARIANT_BOOL fPersistent, IRTCProfile *pProfile, LONG lFlags,
        IRTCBuddy **ppBuddy) = 0;
    /// Drop a contact and its subscription.
    virtual HRESULT STDMETHODCALLTYPE RemoveBuddy(IRTCBuddy *pBuddy) = 0;
    /// C/C++ enumerator of watchers.
    virtual HRESULT STDMETHODCALLTYPE EnumerateWatchers(IRTCEnumWatchers **ppEnum) = 0;
    /// Automation collection of watchers.
    virtual HRESULT STDMETHODCALLTYPE get_Watchers(IRTCCollection **ppCollection) = 0;
    /// Look one watcher up by URI.
    virtual HRESULT STDMETHODCALLTYPE get_Watcher(BSTR bstrPresentityURI,
        IRTCWatcher **ppWatcher) = 0;
    /// Add an allow or block entry for somebody who watches the local user.
    virtual HRESULT STDMETHODCALLTYPE AddWatcher(BSTR bstrPresentityURI, BSTR bstrUserName,
        BSTR bstrData, VARIANT_BOOL fBlocked, VARIANT_BOOL fPersistent,
        IRTCWatcher **ppWatcher) = 0;
    /// Remove a watcher entry.
    virtual HRESULT STDMETHODCALLTYPE RemoveWatcher(IRTCWatcher *pWatcher) = 0;
    /// Publish own status and note.
    virtual HRESULT STDMETHODCALLTYPE SetLocalPresenceInfo(RTC_PRESENCE_STATUS enStatus,
        BSTR bstrNotes) = 0;
    /// New watchers: ask through an event, or add automatically.
    virtual HRESULT STDMETHODCALLTYPE get_OfferWatcherMode(RTC_OFFER_WATCHER_MODE *penMode) = 0;
    /// New watchers: ask through an event, or add automatically.
    virtual HRESULT STDMETHODCALLTYPE put_OfferWatcherMode(RTC_OFFER_WATCHER_MODE enMode) = 0;
    /// Default policy: everybody but the block list, or allow list only.
    virtual HRESULT STDMETHODCALLTYPE get_PrivacyMode(RTC_PRIVACY_MODE *penMode) = 0;
    /// Default policy: everybody but the block list, or allow list only.
    virtual HRESULT STDMETHODCALLTYPE put_PrivacyMode(RTC_PRIVACY_MODE enMode) = 0;

protected:
    ~IRTCClientPresence() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("8b22f92c-cd90-42db-a733-212205c3e3df") IRTCPresenceContact : public IUnknown {
    /// URI of the contact.
    virtual HRESULT STDMETHODCALLTYPE get_PresentityURI(BSTR *pbstrPresentityURI) = 0;
    /// URI of the contact.
    virtual HRESULT STDMETHODCALLTYPE put_PresentityURI(BSTR bstrPresentityURI) = 0;
    /// Display name of the contact.
    virtual HRESULT STDMETHODCALLTYPE get_Name(BSTR *pbstrName) = 0;
    /// Display name of the contact.
    virtual HRESULT STDMETHODCALLTYPE put_Name(BSTR bstrName) = 0;
    /// Opaque application data kept with the contact.
    virtual HRESULT STDMETHODCALLTYPE get_Data(BSTR *pbstrData) = 0;
    /// Opaque application data kept with the contact.
    virtual HRESULT STDMETHODCALLTYPE put_Data(BSTR bstrData) = 0;
    /// Whether the contact is stored.
    virtual HRESULT STDMETHODCALLTYPE get_Persistent(VARIANT_BOOL *pfPersistent) = 0;
    /// Whether the contact is stored.
    virtual HRESULT STDMETHODCALLTYPE put_Persistent(VARIANT_BOOL fPersistent) = 0;

protected:
    ~IRTCPresenceContact() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("60361e68-9164-4389-a4c6-d0b3925bda5e") IRTCBuddyGroup : public IUnknown {
    /// Group name.
    virtual HRESULT STDMETHODCALLTYPE get_Name(BSTR *pbstrGroupName) = 0;
    /// Group name.
    virtual HRESULT STDMETHODCALLTYPE put_Name(BSTR bstrGroupName) = 0;
    /// Put a buddy into the group.
    virtual HRESULT STDMETHODCALLTYPE AddBuddy(IRTCBuddy *pBuddy) = 0;
    /// Take a buddy out of the group.
    virtual HRESULT STDMETHODCALLTYPE RemoveBuddy(IRTCBuddy *pBuddy) = 0;
    /// C/C++ enumerator of buddies.
    virtual HRESULT STDMETHODCALLTYPE EnumerateBuddies(IRTCEnumBuddies **ppEnum) = 0;
    /// Automation collection of buddies.
    virtual HRESULT STDMETHODCALLTYPE get_Buddies(IRTCCollection **ppCollection) = 0;
    /// Opaque group data.
    virtual HRESULT STDMETHODCALLTYPE get_Data(BSTR *pbstrData) = 0;
    /// Opaque group data.
    virtual HRESULT STDMETHODCALLTYPE put_Data(BSTR bstrData) = 0;
    /// Profile the object or event belongs to.
    virtual HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile2 **ppProfile) = 0;

protected:
    ~IRTCBuddyGroup() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("bc6a90dd-ad9a-48da-9b0c-2515e38521ad") IRTCPresenceDevice : public IUnknown {
    /// Status of one device.
    virtual HRESULT STDMETHODCALLTYPE get_Status(RTC_PRESENCE_STATUS *penStatus) = 0;
    /// Note of one device.
    virtual HRESULT STDMETHODCALLTYPE get_Notes(BSTR *pbstrNotes) = 0;
    /// Property of one device.
    virtual HRESULT STDMETHODCALLTYPE get_PresenceProperty(RTC_PRESENCE_PROPERTY enProperty,
        BSTR *pbstrProperty) = 0;
    /// Read the application presence XML and its namespace.
    virtual HRESULT STDMETHODCALLTYPE GetPresenceData(BSTR *pbstrNamespace, BSTR *pbstrData) = 0;

protected:
    ~IRTCPresenceDevice() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("ad1809e8-62f7-4783-909a-29c9d2cb1d34") IRTCClientPresence2 : public IRTCClientPresence {
    /// Turn presence on for one profile with a storage; must come before EnableProfileEx.
    virtual HRESULT STDMETHODCALLTYPE EnablePresenceEx(IRTCProfile *pProfile, VARIANT varStorage,
        LONG lFlags) = 0;
    /// Turn presence off.
    virtual HRESULT STDMETHODCALLTYPE DisablePresence() = 0;
    /// Create a named buddy group.
    virtual HRESULT STDMETHODCALLTYPE AddGroup(BSTR bstrGroupName, BSTR bstrData,
        IRTCProfile *pProfile, LONG lFlags, IRTCBuddyGroup **ppGroup) = 0;
    /// Delete a buddy group.
    virtual HRESULT STDMETHODCALLTYPE RemoveGroup(IRTCBuddyGroup *pGroup) = 0;
    /// C/C++ enumerator of groups.
    virtual HRESULT STDMETHODCALLTYPE EnumerateGroups(IRTCEnumGroups **ppEnum) = 0;
    /// Automation collection of groups.
    virtual HRESULT STDMETHODCALLTYPE get_Groups(IRTCCollection **ppCollection) = 0;
    /// Look a group up by name.
    virtual HRESULT STDMETHODCALLTYPE get_Group(BSTR bstrGroupName, IRTCBuddyGroup **ppGroup) = 0;
    /// Add a watcher with state, scope (user, domain, all) and profile.
    virtual HRESULT STDMETHODCALLTYPE AddWatcherEx(BSTR bstrPresentityURI, BSTR bstrUserName,
        BSTR bstrData, RTC_WATCHER_STATE enState, VARIANT_BOOL fPersistent, RTC_ACE_SCOPE enScope,
        IRTCProfile *pProfile, LONG lFlags, IRTCWatcher2 **ppWatcher) = 0;
    /// Look a watcher up by exact or best access-control match.
    virtual HRESULT STDMETHODCALLTYPE get_WatcherEx(RTC_WATCHER_MATCH_MODE enMode,
        BSTR bstrPresentityURI, IRTCWatcher2 **ppWatcher) = 0;
    /// Own presence property (phone number, display name, e-mail, device name).
    virtual HRESULT STDMETHODCALLTYPE put_PresenceProperty(RTC_PRESENCE_PROPERTY enProperty,
        BSTR bstrProperty) = 0;
    /// Own presence property (phone number, display name, e-mail, device name).
    virtual HRESULT STDMETHODCALLTYPE get_PresenceProperty(RTC_PRESENCE_PROPERTY enProperty,
        BSTR *pbstrProperty) = 0;
    /// Publish application XML under a namespace.
    virtual HRESULT STDMETHODCALLTYPE SetPresenceData(BSTR bstrNamespace, BSTR bstrData) = 0;
    /// Read the application presence XML and its namespace.
    virtual HRESULT STDMETHODCALLTYPE GetPresenceData(BSTR *pbstrNamespace, BSTR *pbstrData) = 0;
    /// Read own status and note.
    virtual HRESULT STDMETHODCALLTYPE GetLocalPresenceInfo(RTC_PRESENCE_STATUS *penStatus,
        BSTR *pbstrNotes) = 0;
    /// AddBuddy with a subscription type (subscribe, poll, always on/offline).
    virtual HRESULT STDMETHODCALLTYPE AddBuddyEx(BSTR bstrPresentityURI, BSTR bstrUserName,
        BSTR bstrData, VARIANT_BOOL fPersistent, RTC_BUDDY_SUBSCRIPTION_TYPE enSubscriptionType,
        IRTCProfile *pProfile, LONG lFlags, IRTCBuddy2 **ppBuddy) = 0;

protected:
    ~IRTCClientPresence2() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("fcb136c8-7b90-4e0c-befe-56edf0ba6f1c") IRTCBuddy : public IRTCPresenceContact {
    /// Presence status of the buddy.
    virtual HRESULT STDMETHODCALLTYPE get_Status(RTC_PRESENCE_STATUS *penStatus) = 0;
    /// Note of the buddy.
    virtual HRESULT STDMETHODCALLTYPE get_Notes(BSTR *pbstrNotes) = 0;

protected:
    ~IRTCBuddy() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("c7cedad8-346b-4d1b-ac02-a2088df9be4f") IRTCWatcher : public IRTCPresenceContact {
    /// Watcher state; writing allows or blocks.
    virtual HRESULT STDMETHODCALLTYPE get_State(RTC_WATCHER_STATE *penState) = 0;
    /// Watcher state; writing allows or blocks.
    virtual HRESULT STDMETHODCALLTYPE put_State(RTC_WATCHER_STATE enState) = 0;

protected:
    ~IRTCWatcher() = default;
};

/// desktop 1.3 and CE 6.0.
struct RTC_UUID("00de7891-77a8-4123-a9a4-4e5728bd8ac3") IRTCPresenceDevice2 : public IRTCPresenceDevice {
    /// Device (EPID) string to route a session to.
    virtual HRESULT STDMETHODCALLTYPE get_DeviceID(BSTR *pbstrDeviceID) = 0;

protected:
    ~IRTCPresenceDevice2() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("102f9588-23e7-40e3-954d-cd7a1d5c0361") IRTCBuddy2 : public IRTCBuddy {
    /// Profile the object or event belongs to.
    virtual HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile2 **ppProfile) = 0;
    /// Ask for fresh presence now (throttled unless server class).
    virtual HRESULT STDMETHODCALLTYPE Refresh() = 0;
    /// C/C++ enumerator of groups.
    virtual HRESULT STDMETHODCALLTYPE EnumerateGroups(IRTCEnumGroups **ppEnum) = 0;
    /// Automation collection of groups.
    virtual HRESULT STDMETHODCALLTYPE get_Groups(IRTCCollection **ppCollection) = 0;
    /// Property of the buddy.
    virtual HRESULT STDMETHODCALLTYPE get_PresenceProperty(RTC_PRESENCE_PROPERTY enProperty,
        BSTR *pbstrProperty) = 0;
    /// C/C++ enumerator of the buddy devices.
    virtual HRESULT STDMETHODCALLTYPE EnumeratePresenceDevices(IRTCEnumPresenceDevices **ppEnumDevices) = 0;
    /// Automation collection of the buddy devices.
    virtual HRESULT STDMETHODCALLTYPE get_PresenceDevices(IRTCCollection **ppDevicesCollection) = 0;
    /// How the buddy is subscribed.
    virtual HRESULT STDMETHODCALLTYPE get_SubscriptionType(RTC_BUDDY_SUBSCRIPTION_TYPE *penSubscriptionType) = 0;

protected:
    ~IRTCBuddy2() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("d4d9967f-d011-4b1d-91e3-aba78f96393d") IRTCWatcher2 : public IRTCWatcher {
    /// Profile the object or event belongs to.
    virtual HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile2 **ppProfile) = 0;
    /// Scope of the access entry.
    virtual HRESULT STDMETHODCALLTYPE get_Scope(RTC_ACE_SCOPE *penScope) = 0;

protected:
    ~IRTCWatcher2() = default;
};

#endif
