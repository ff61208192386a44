// rtccore/enumerators.h: enumerators and the collection.
//
// Members stand in vtable order.
// Written by bindings/com/tools/generate.py; change that, not this.
#ifndef RTCCORE_ENUMERATORS_H
#define RTCCORE_ENUMERATORS_H

#include "forward.h"

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("ec7c8096-b918-4044-94f1-e4fba0361d5c") IRTCCollection : public IDispatch {
    /// Number of items.
    virtual HRESULT STDMETHODCALLTYPE get_Count(LONG *lCount) = 0;
    /// Item by index as VARIANT (1-based by Automation custom; not verified).
    virtual HRESULT STDMETHODCALLTYPE get_Item(LONG Index, VARIANT *pVariant) = 0;
    /// IEnumVARIANT over the items.
    virtual HRESULT STDMETHODCALLTYPE get__NewEnum(IUnknown **ppNewEnum) = 0;

protected:
    ~IRTCCollection() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("fcd56f29-4a4f-41b2-ba5c-f5bccc060bf6") IRTCEnumParticipants : public IUnknown {
    /// Fetch up to celt items; S_FALSE when fewer.
    virtual HRESULT STDMETHODCALLTYPE Next(ULONG celt, IRTCParticipant **ppElements,
        ULONG *pceltFetched) = 0;
    /// Back to the first item.
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
    /// Skip items.
    virtual HRESULT STDMETHODCALLTYPE Skip(ULONG celt) = 0;
    /// Copy of the enumerator at its position.
    virtual HRESULT STDMETHODCALLTYPE Clone(IRTCEnumParticipants **ppEnum) = 0;

protected:
    ~IRTCEnumParticipants() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("29b7c41c-ed82-4bca-84ad-39d5101b58e3") IRTCEnumProfiles : public IUnknown {
    /// Fetch up to celt items; S_FALSE when fewer.
    virtual HRESULT STDMETHODCALLTYPE Next(ULONG celt, IRTCProfile **ppElements,
        ULONG *pceltFetched) = 0;
    /// Back to the first item.
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
    /// Skip items.
    virtual HRESULT STDMETHODCALLTYPE Skip(ULONG celt) = 0;
    /// Copy of the enumerator at its position.
    virtual HRESULT STDMETHODCALLTYPE Clone(IRTCEnumProfiles **ppEnum) = 0;

protected:
    ~IRTCEnumProfiles() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("f7296917-5569-4b3b-b3af-98d1144b2b87") IRTCEnumBuddies : public IUnknown {
    /// Fetch up to celt items; S_FALSE when fewer.
    virtual HRESULT STDMETHODCALLTYPE Next(ULONG celt, IRTCBuddy **ppElements,
        ULONG *pceltFetched) = 0;
    /// Back to the first item.
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
    /// Skip items.
    virtual HRESULT STDMETHODCALLTYPE Skip(ULONG celt) = 0;
    /// Copy of the enumerator at its position.
    virtual HRESULT STDMETHODCALLTYPE Clone(IRTCEnumBuddies **ppEnum) = 0;

protected:
    ~IRTCEnumBuddies() = default;
};

/// desktop 1.0 (CE .NET 4.0+).
struct RTC_UUID("a87d55d7-db74-4ed1-9ca4-77a0e41b413e") IRTCEnumWatchers : public IUnknown {
    /// Fetch up to celt items; S_FALSE when fewer.
    virtual HRESULT STDMETHODCALLTYPE Next(ULONG celt, IRTCWatcher **ppElements,
        ULONG *pceltFetched) = 0;
    /// Back to the first item.
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
    /// Skip items.
    virtual HRESULT STDMETHODCALLTYPE Skip(ULONG celt) = 0;
    /// Copy of the enumerator at its position.
    virtual HRESULT STDMETHODCALLTYPE Clone(IRTCEnumWatchers **ppEnum) = 0;

protected:
    ~IRTCEnumWatchers() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("742378d6-a141-4415-8f27-35d99076cf5d") IRTCEnumGroups : public IUnknown {
    /// Fetch up to celt items; S_FALSE when fewer.
    virtual HRESULT STDMETHODCALLTYPE Next(ULONG celt, IRTCBuddyGroup **ppElements,
        ULONG *pceltFetched) = 0;
    /// Back to the first item.
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
    /// Skip items.
    virtual HRESULT STDMETHODCALLTYPE Skip(ULONG celt) = 0;
    /// Copy of the enumerator at its position.
    virtual HRESULT STDMETHODCALLTYPE Clone(IRTCEnumGroups **ppEnum) = 0;

protected:
    ~IRTCEnumGroups() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("83d4d877-aa5d-4a5b-8d0e-002a8067e0e8") IRTCEnumUserSearchResults : public IUnknown {
    /// Fetch up to celt items; S_FALSE when fewer.
    virtual HRESULT STDMETHODCALLTYPE Next(ULONG celt, IRTCUserSearchResult **ppElements,
        ULONG *pceltFetched) = 0;
    /// Back to the first item.
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
    /// Skip items.
    virtual HRESULT STDMETHODCALLTYPE Skip(ULONG celt) = 0;
    /// Copy of the enumerator at its position.
    virtual HRESULT STDMETHODCALLTYPE Clone(IRTCEnumUserSearchResults **ppEnum) = 0;

protected:
    ~IRTCEnumUserSearchResults() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("708c2ab7-8bf8-42f8-8c7d-635197ad5539") IRTCEnumPresenceDevices : public IUnknown {
    /// Fetch up to celt items; S_FALSE when fewer.
    virtual HRESULT STDMETHODCALLTYPE Next(ULONG celt, IRTCPresenceDevice **ppElements,
        ULONG *pceltFetched) = 0;
    /// Back to the first item.
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
    /// Skip items.
    virtual HRESULT STDMETHODCALLTYPE Skip(ULONG celt) = 0;
    /// Copy of the enumerator at its position.
    virtual HRESULT STDMETHODCALLTYPE Clone(IRTCEnumPresenceDevices **ppEnum) = 0;

protected:
    ~IRTCEnumPresenceDevices() = default;
};

#endif
