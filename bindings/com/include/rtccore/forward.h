// rtccore/forward.h: names of all interfaces.
//
// So that the headers may stand in any order.
// Written by bindings/com/tools/generate.py; change that, not this.
#ifndef RTCCORE_FORWARD_H
#define RTCCORE_FORWARD_H

#include "enums.h"
#include "iids.h"
#include "new_iids.h"

struct IVideoWindow;
typedef LONG_PTR OAHWND;

struct IRTCClient;
struct IRTCClientPresence;
struct IRTCClientProvisioning;
struct IRTCProfile;
struct IRTCSession;
struct IRTCSessionCallControl;
struct IRTCParticipant;
struct IRTCRoamingEvent;
struct IRTCProfileEvent;
struct IRTCClientEvent;
struct IRTCRegistrationStateChangeEvent;
struct IRTCSessionStateChangeEvent;
struct IRTCSessionOperationCompleteEvent;
struct IRTCParticipantStateChangeEvent;
struct IRTCMediaEvent;
struct IRTCIntensityEvent;
struct IRTCMessagingEvent;
struct IRTCBuddyEvent;
struct IRTCWatcherEvent;
struct IRTCBuddyGroupEvent;
struct IRTCInfoEvent;
struct IRTCMediaRequestEvent;
struct IRTCReInviteEvent;
struct IRTCPresencePropertyEvent;
struct IRTCPresenceDataEvent;
struct IRTCPresenceStatusEvent;
struct IRTCCollection;
struct IRTCEnumParticipants;
struct IRTCEnumProfiles;
struct IRTCEnumBuddies;
struct IRTCEnumWatchers;
struct IRTCEnumGroups;
struct IRTCPresenceContact;
struct IRTCBuddyGroup;
struct IRTCEventNotification;
struct IRTCPortManager;
struct IRTCSessionPortManagement;
struct IRTCClientPortManagement;
struct IRTCUserSearch;
struct IRTCUserSearchQuery;
struct IRTCUserSearchResult;
struct IRTCEnumUserSearchResults;
struct IRTCUserSearchResultsEvent;
struct IRTCSessionReferStatusEvent;
struct IRTCSessionReferredEvent;
struct IRTCSessionDescriptionManager;
struct IRTCEnumPresenceDevices;
struct IRTCPresenceDevice;
struct IRTCDispatchEventNotification;
struct IRTCClientSIPPrivacy;
struct IRTCSessionSIPPrivacy;
struct IRTCClientSubscriber;
struct IRTCSubscription;
struct IRTCSubscriptionStateChangeEvent;
struct IRTCSubscriptionNotificationEvent;
struct IRTCUnsolicitedSubscription;
struct IRTCUnsolicitedNotificationEvent;
struct IRTCSessionNotificationEvent;
struct IRTCSIPObject;
struct IRTCSIPEvent;
struct IRTCSIPMessage;
struct IRTCSessionConsultantReferredEvent;
struct IRTCClient2;
struct IRTCClientPresence2;
struct IRTCClientProvisioning2;
struct IRTCProfile2;
struct IRTCSession2;
struct IRTCProfileEvent2;
struct IRTCSessionStateChangeEvent2;
struct IRTCSessionOperationCompleteEvent2;
struct IRTCBuddyEvent2;
struct IRTCWatcherEvent2;
struct IRTCBuddy;
struct IRTCWatcher;
struct IRTCParticipant2;
struct IRTCPresenceDevice2;
struct IRTCPortManager2;
struct IRTCClientSubscriber2;
struct IRTCSubscription2;
struct IRTCSessionCallControl2;
struct IRTCBuddy2;
struct IRTCWatcher2;
struct IRTCSession3;
struct IRTCProfile3;
struct IRTCSessionStateChangeEvent3;
struct IRTCPortManager3;
struct IRTCParticipant3;

/// Identifier and base of an interface, for templates.
template <class Interface> struct RtcInterface;
template <> struct RtcInterface<IDispatch> {
    static constexpr const GUID &iid() { return IID_IDispatch; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCClient> {
    static constexpr const GUID &iid() { return IID_IRTCClient; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCClientPresence> {
    static constexpr const GUID &iid() { return IID_IRTCClientPresence; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCClientProvisioning> {
    static constexpr const GUID &iid() { return IID_IRTCClientProvisioning; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCProfile> {
    static constexpr const GUID &iid() { return IID_IRTCProfile; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCSession> {
    static constexpr const GUID &iid() { return IID_IRTCSession; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCSessionCallControl> {
    static constexpr const GUID &iid() { return IID_IRTCSessionCallControl; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCParticipant> {
    static constexpr const GUID &iid() { return IID_IRTCParticipant; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCRoamingEvent> {
    static constexpr const GUID &iid() { return IID_IRTCRoamingEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCProfileEvent> {
    static constexpr const GUID &iid() { return IID_IRTCProfileEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCClientEvent> {
    static constexpr const GUID &iid() { return IID_IRTCClientEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCRegistrationStateChangeEvent> {
    static constexpr const GUID &iid() { return IID_IRTCRegistrationStateChangeEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCSessionStateChangeEvent> {
    static constexpr const GUID &iid() { return IID_IRTCSessionStateChangeEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCSessionOperationCompleteEvent> {
    static constexpr const GUID &iid() { return IID_IRTCSessionOperationCompleteEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCParticipantStateChangeEvent> {
    static constexpr const GUID &iid() { return IID_IRTCParticipantStateChangeEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCMediaEvent> {
    static constexpr const GUID &iid() { return IID_IRTCMediaEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCIntensityEvent> {
    static constexpr const GUID &iid() { return IID_IRTCIntensityEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCMessagingEvent> {
    static constexpr const GUID &iid() { return IID_IRTCMessagingEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCBuddyEvent> {
    static constexpr const GUID &iid() { return IID_IRTCBuddyEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCWatcherEvent> {
    static constexpr const GUID &iid() { return IID_IRTCWatcherEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCBuddyGroupEvent> {
    static constexpr const GUID &iid() { return IID_IRTCBuddyGroupEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCInfoEvent> {
    static constexpr const GUID &iid() { return IID_IRTCInfoEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCMediaRequestEvent> {
    static constexpr const GUID &iid() { return IID_IRTCMediaRequestEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCReInviteEvent> {
    static constexpr const GUID &iid() { return IID_IRTCReInviteEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCPresencePropertyEvent> {
    static constexpr const GUID &iid() { return IID_IRTCPresencePropertyEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCPresenceDataEvent> {
    static constexpr const GUID &iid() { return IID_IRTCPresenceDataEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCPresenceStatusEvent> {
    static constexpr const GUID &iid() { return IID_IRTCPresenceStatusEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCCollection> {
    static constexpr const GUID &iid() { return IID_IRTCCollection; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCEnumParticipants> {
    static constexpr const GUID &iid() { return IID_IRTCEnumParticipants; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCEnumProfiles> {
    static constexpr const GUID &iid() { return IID_IRTCEnumProfiles; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCEnumBuddies> {
    static constexpr const GUID &iid() { return IID_IRTCEnumBuddies; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCEnumWatchers> {
    static constexpr const GUID &iid() { return IID_IRTCEnumWatchers; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCEnumGroups> {
    static constexpr const GUID &iid() { return IID_IRTCEnumGroups; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCPresenceContact> {
    static constexpr const GUID &iid() { return IID_IRTCPresenceContact; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCBuddyGroup> {
    static constexpr const GUID &iid() { return IID_IRTCBuddyGroup; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCEventNotification> {
    static constexpr const GUID &iid() { return IID_IRTCEventNotification; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCPortManager> {
    static constexpr const GUID &iid() { return IID_IRTCPortManager; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCSessionPortManagement> {
    static constexpr const GUID &iid() { return IID_IRTCSessionPortManagement; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCClientPortManagement> {
    static constexpr const GUID &iid() { return IID_IRTCClientPortManagement; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCUserSearch> {
    static constexpr const GUID &iid() { return IID_IRTCUserSearch; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCUserSearchQuery> {
    static constexpr const GUID &iid() { return IID_IRTCUserSearchQuery; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCUserSearchResult> {
    static constexpr const GUID &iid() { return IID_IRTCUserSearchResult; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCEnumUserSearchResults> {
    static constexpr const GUID &iid() { return IID_IRTCEnumUserSearchResults; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCUserSearchResultsEvent> {
    static constexpr const GUID &iid() { return IID_IRTCUserSearchResultsEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCSessionReferStatusEvent> {
    static constexpr const GUID &iid() { return IID_IRTCSessionReferStatusEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCSessionReferredEvent> {
    static constexpr const GUID &iid() { return IID_IRTCSessionReferredEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCSessionDescriptionManager> {
    static constexpr const GUID &iid() { return IID_IRTCSessionDescriptionManager; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCEnumPresenceDevices> {
    static constexpr const GUID &iid() { return IID_IRTCEnumPresenceDevices; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCPresenceDevice> {
    static constexpr const GUID &iid() { return IID_IRTCPresenceDevice; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCDispatchEventNotification> {
    static constexpr const GUID &iid() { return IID_IRTCDispatchEventNotification; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCClientSIPPrivacy> {
    static constexpr const GUID &iid() { return IID_IRTCClientSIPPrivacy; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCSessionSIPPrivacy> {
    static constexpr const GUID &iid() { return IID_IRTCSessionSIPPrivacy; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCClientSubscriber> {
    static constexpr const GUID &iid() { return IID_IRTCClientSubscriber; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCSubscription> {
    static constexpr const GUID &iid() { return IID_IRTCSubscription; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCSubscriptionStateChangeEvent> {
    static constexpr const GUID &iid() { return IID_IRTCSubscriptionStateChangeEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCSubscriptionNotificationEvent> {
    static constexpr const GUID &iid() { return IID_IRTCSubscriptionNotificationEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCUnsolicitedSubscription> {
    static constexpr const GUID &iid() { return IID_IRTCUnsolicitedSubscription; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCUnsolicitedNotificationEvent> {
    static constexpr const GUID &iid() { return IID_IRTCUnsolicitedNotificationEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCSessionNotificationEvent> {
    static constexpr const GUID &iid() { return IID_IRTCSessionNotificationEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCSIPObject> {
    static constexpr const GUID &iid() { return IID_IRTCSIPObject; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCSIPEvent> {
    static constexpr const GUID &iid() { return IID_IRTCSIPEvent; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCSIPMessage> {
    static constexpr const GUID &iid() { return IID_IRTCSIPMessage; }
    using base = IUnknown;
};
template <> struct RtcInterface<IRTCSessionConsultantReferredEvent> {
    static constexpr const GUID &iid() { return IID_IRTCSessionConsultantReferredEvent; }
    using base = IDispatch;
};
template <> struct RtcInterface<IRTCClient2> {
    static constexpr const GUID &iid() { return IID_IRTCClient2; }
    using base = IRTCClient;
};
template <> struct RtcInterface<IRTCClientPresence2> {
    static constexpr const GUID &iid() { return IID_IRTCClientPresence2; }
    using base = IRTCClientPresence;
};
template <> struct RtcInterface<IRTCClientProvisioning2> {
    static constexpr const GUID &iid() { return IID_IRTCClientProvisioning2; }
    using base = IRTCClientProvisioning;
};
template <> struct RtcInterface<IRTCProfile2> {
    static constexpr const GUID &iid() { return IID_IRTCProfile2; }
    using base = IRTCProfile;
};
template <> struct RtcInterface<IRTCSession2> {
    static constexpr const GUID &iid() { return IID_IRTCSession2; }
    using base = IRTCSession;
};
template <> struct RtcInterface<IRTCProfileEvent2> {
    static constexpr const GUID &iid() { return IID_IRTCProfileEvent2; }
    using base = IRTCProfileEvent;
};
template <> struct RtcInterface<IRTCSessionStateChangeEvent2> {
    static constexpr const GUID &iid() { return IID_IRTCSessionStateChangeEvent2; }
    using base = IRTCSessionStateChangeEvent;
};
template <> struct RtcInterface<IRTCSessionOperationCompleteEvent2> {
    static constexpr const GUID &iid() { return IID_IRTCSessionOperationCompleteEvent2; }
    using base = IRTCSessionOperationCompleteEvent;
};
template <> struct RtcInterface<IRTCBuddyEvent2> {
    static constexpr const GUID &iid() { return IID_IRTCBuddyEvent2; }
    using base = IRTCBuddyEvent;
};
template <> struct RtcInterface<IRTCWatcherEvent2> {
    static constexpr const GUID &iid() { return IID_IRTCWatcherEvent2; }
    using base = IRTCWatcherEvent;
};
template <> struct RtcInterface<IRTCBuddy> {
    static constexpr const GUID &iid() { return IID_IRTCBuddy; }
    using base = IRTCPresenceContact;
};
template <> struct RtcInterface<IRTCWatcher> {
    static constexpr const GUID &iid() { return IID_IRTCWatcher; }
    using base = IRTCPresenceContact;
};
template <> struct RtcInterface<IRTCParticipant2> {
    static constexpr const GUID &iid() { return IID_IRTCParticipant2; }
    using base = IRTCParticipant;
};
template <> struct RtcInterface<IRTCPresenceDevice2> {
    static constexpr const GUID &iid() { return IID_IRTCPresenceDevice2; }
    using base = IRTCPresenceDevice;
};
template <> struct RtcInterface<IRTCPortManager2> {
    static constexpr const GUID &iid() { return IID_IRTCPortManager2; }
    using base = IRTCPortManager;
};
template <> struct RtcInterface<IRTCClientSubscriber2> {
    static constexpr const GUID &iid() { return IID_IRTCClientSubscriber2; }
    using base = IRTCClientSubscriber;
};
template <> struct RtcInterface<IRTCSubscription2> {
    static constexpr const GUID &iid() { return IID_IRTCSubscription2; }
    using base = IRTCSubscription;
};
template <> struct RtcInterface<IRTCSessionCallControl2> {
    static constexpr const GUID &iid() { return IID_IRTCSessionCallControl2; }
    using base = IRTCSessionCallControl;
};
template <> struct RtcInterface<IRTCBuddy2> {
    static constexpr const GUID &iid() { return IID_IRTCBuddy2; }
    using base = IRTCBuddy;
};
template <> struct RtcInterface<IRTCWatcher2> {
    static constexpr const GUID &iid() { return IID_IRTCWatcher2; }
    using base = IRTCWatcher;
};
template <> struct RtcInterface<IRTCSession3> {
    static constexpr const GUID &iid() { return IID_IRTCSession3; }
    using base = IRTCSession2;
};
template <> struct RtcInterface<IRTCProfile3> {
    static constexpr const GUID &iid() { return IID_IRTCProfile3; }
    using base = IRTCProfile2;
};
template <> struct RtcInterface<IRTCSessionStateChangeEvent3> {
    static constexpr const GUID &iid() { return IID_IRTCSessionStateChangeEvent3; }
    using base = IRTCSessionStateChangeEvent2;
};
template <> struct RtcInterface<IRTCPortManager3> {
    static constexpr const GUID &iid() { return IID_IRTCPortManager3; }
    using base = IRTCPortManager2;
};
template <> struct RtcInterface<IRTCParticipant3> {
    static constexpr const GUID &iid() { return IID_IRTCParticipant3; }
    using base = IRTCParticipant2;
};

#endif
