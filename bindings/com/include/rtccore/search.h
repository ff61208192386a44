// rtccore/search.h: the directory.
//
// Members stand in vtable order.
// Written by bindings/com/tools/generate.py; change that, not this.
#ifndef RTCCORE_SEARCH_H
#define RTCCORE_SEARCH_H

#include "forward.h"

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("b619882b-860c-4db4-be1b-693b6505bbe5") IRTCUserSearch : public IUnknown {
    /// New directory query.
    virtual HRESULT STDMETHODCALLTYPE CreateQuery(IRTCUserSearchQuery **ppQuery) = 0;
    /// Run it asynchronously; answer is RTCE_USERSEARCH.
    virtual HRESULT STDMETHODCALLTYPE ExecuteSearch(IRTCUserSearchQuery *pQuery,
        IRTCProfile *pProfile, LONG_PTR lCookie) = 0;

protected:
    ~IRTCUserSearch() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("288300f5-d23a-4365-9a73-9985c98c2881") IRTCUserSearchQuery : public IUnknown {
    /// Named search term.
    virtual HRESULT STDMETHODCALLTYPE put_SearchTerm(BSTR bstrName, BSTR bstrValue) = 0;
    /// Named search term.
    virtual HRESULT STDMETHODCALLTYPE get_SearchTerm(BSTR bstrName, BSTR *pbstrValue) = 0;
    /// Names of the terms set.
    virtual HRESULT STDMETHODCALLTYPE get_SearchTerms(BSTR *pbstrNames) = 0;
    /// Limit on matches or time.
    virtual HRESULT STDMETHODCALLTYPE put_SearchPreference(RTC_USER_SEARCH_PREFERENCE enPreference,
        LONG lValue) = 0;
    /// Limit on matches or time.
    virtual HRESULT STDMETHODCALLTYPE get_SearchPreference(RTC_USER_SEARCH_PREFERENCE enPreference,
        LONG *plValue) = 0;
    /// Domain to search.
    virtual HRESULT STDMETHODCALLTYPE put_SearchDomain(BSTR bstrDomain) = 0;
    /// Domain to search.
    virtual HRESULT STDMETHODCALLTYPE get_SearchDomain(BSTR *pbstrDomain) = 0;

protected:
    ~IRTCUserSearchQuery() = default;
};

/// desktop 1.2 (CE .NET 4.2+).
struct RTC_UUID("851278b2-9592-480f-8db5-2de86b26b54d") IRTCUserSearchResult : public IUnknown {
    /// One column of a result.
    virtual HRESULT STDMETHODCALLTYPE get_Value(RTC_USER_SEARCH_COLUMN enColumn,
        BSTR *pbstrValue) = 0;

protected:
    ~IRTCUserSearchResult() = default;
};

#endif
