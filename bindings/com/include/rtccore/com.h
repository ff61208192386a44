// rtccore/com.h: the part of COM that the RTC Client API stands on.
//
// On Windows this is the platform's own. Elsewhere it is written out here: types with their
// Windows sizes (LONG has 32 bits, so that one binary interface serves every language), IUnknown,
// IDispatch, class factory, connection points, BSTR and VARIANT, and the few functions that a
// program needs to create the client. Text is UTF-16; OLESTR("…") writes a literal.
#ifndef RTCCORE_COM_H
#define RTCCORE_COM_H

#ifdef _MSC_VER
#define RTC_UUID(text) __declspec(uuid(text))
#else
#define RTC_UUID(text)
#endif

#ifdef _WIN32

#include <objbase.h>
#include <oaidl.h>
#include <ocidl.h>
#include <oleauto.h>
#include <olectl.h>

#else

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#define STDMETHODCALLTYPE
#define STDAPICALLTYPE
#define STDAPI extern "C" HRESULT STDAPICALLTYPE
#define OLESTR(text) u##text

typedef std::int32_t HRESULT;
typedef std::int32_t LONG;
typedef std::uint32_t ULONG;
typedef std::uint32_t DWORD;
typedef std::uint32_t UINT;
typedef std::int32_t INT;
typedef std::uint16_t WORD;
typedef std::uint8_t BYTE;
typedef std::int32_t BOOL;
typedef std::intptr_t LONG_PTR;
typedef std::uint32_t LCID;
typedef LONG DISPID;
typedef char16_t OLECHAR;
typedef OLECHAR *BSTR;
typedef OLECHAR *LPOLESTR;
typedef const OLECHAR *LPCOLESTR;
typedef std::int16_t VARIANT_BOOL;
typedef std::uint16_t VARTYPE;

#define VARIANT_TRUE ((VARIANT_BOOL)-1)
#define VARIANT_FALSE ((VARIANT_BOOL)0)

#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define E_NOTIMPL ((HRESULT)0x80004001)
#define E_NOINTERFACE ((HRESULT)0x80004002)
#define E_POINTER ((HRESULT)0x80004003)
#define E_ABORT ((HRESULT)0x80004004)
#define E_FAIL ((HRESULT)0x80004005)
#define E_UNEXPECTED ((HRESULT)0x8000FFFF)
#define E_HANDLE ((HRESULT)0x80070006)
#define E_OUTOFMEMORY ((HRESULT)0x8007000E)
#define E_INVALIDARG ((HRESULT)0x80070057)
#define CLASS_E_NOAGGREGATION ((HRESULT)0x80040110)
#define CLASS_E_CLASSNOTAVAILABLE ((HRESULT)0x80040111)
#define CONNECT_E_NOCONNECTION ((HRESULT)0x80040200)
#define CONNECT_E_ADVISELIMIT ((HRESULT)0x80040201)
#define CONNECT_E_CANNOTCONNECT ((HRESULT)0x80040202)
#define DISP_E_UNKNOWNNAME ((HRESULT)0x80020006)
#define DISP_E_MEMBERNOTFOUND ((HRESULT)0x80020003)
#define DISP_E_BADINDEX ((HRESULT)0x8002000B)
#define SUCCEEDED(result) ((HRESULT)(result) >= 0)
#define FAILED(result) ((HRESULT)(result) < 0)

/// A 128-bit name.
struct GUID {
    std::uint32_t Data1;
    std::uint16_t Data2, Data3;
    std::uint8_t Data4[8];
};
typedef GUID IID;
typedef GUID CLSID;
typedef const GUID &REFGUID;
typedef const IID &REFIID;
typedef const CLSID &REFCLSID;

inline bool operator==(const GUID &a, const GUID &b) { return std::memcmp(&a, &b, sizeof a) == 0; }
inline bool operator!=(const GUID &a, const GUID &b) { return !(a == b); }
inline BOOL IsEqualGUID(REFGUID a, REFGUID b) { return a == b; }
#define IsEqualIID(a, b) IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)

inline constexpr GUID IID_NULL = {0, 0, 0, {0, 0, 0, 0, 0, 0, 0, 0}};
inline constexpr GUID IID_IUnknown = {0x00000000, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
inline constexpr GUID IID_IClassFactory = {0x00000001, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
inline constexpr GUID IID_IDispatch = {0x00020400, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
inline constexpr GUID IID_IEnumVARIANT = {0x00020404, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
inline constexpr GUID IID_IConnectionPointContainer = {
    0xB196B284, 0xBAB4, 0x101A, {0xB6, 0x9C, 0x00, 0xAA, 0x00, 0x34, 0x1D, 0x07}};
inline constexpr GUID IID_IEnumConnectionPoints = {
    0xB196B285, 0xBAB4, 0x101A, {0xB6, 0x9C, 0x00, 0xAA, 0x00, 0x34, 0x1D, 0x07}};
inline constexpr GUID IID_IConnectionPoint = {
    0xB196B286, 0xBAB4, 0x101A, {0xB6, 0x9C, 0x00, 0xAA, 0x00, 0x34, 0x1D, 0x07}};
inline constexpr GUID IID_IEnumConnections = {
    0xB196B287, 0xBAB4, 0x101A, {0xB6, 0x9C, 0x00, 0xAA, 0x00, 0x34, 0x1D, 0x07}};

/// Root of every interface.
struct IUnknown {
    virtual HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **ppvObject) = 0;
    virtual ULONG STDMETHODCALLTYPE AddRef() = 0;
    virtual ULONG STDMETHODCALLTYPE Release() = 0;

protected:
    ~IUnknown() = default;
};

struct ITypeInfo;
struct SAFEARRAY;
struct IDispatch;

enum VARENUM {
    VT_EMPTY = 0,
    VT_NULL = 1,
    VT_I2 = 2,
    VT_I4 = 3,
    VT_BSTR = 8,
    VT_DISPATCH = 9,
    VT_ERROR = 10,
    VT_BOOL = 11,
    VT_VARIANT = 12,
    VT_UNKNOWN = 13,
    VT_UI4 = 19,
    VT_ARRAY = 0x2000,
    VT_BYREF = 0x4000
};

/// A value of one of several types; as large as on Windows.
struct VARIANT {
    VARTYPE vt;
    WORD wReserved1, wReserved2, wReserved3;
    union {
        std::int64_t llVal;
        LONG lVal;
        ULONG ulVal;
        std::int16_t iVal;
        VARIANT_BOOL boolVal;
        HRESULT scode;
        BSTR bstrVal;
        IUnknown *punkVal;
        IDispatch *pdispVal;
        SAFEARRAY *parray;
        void *byref;
        void *record[2];
    };
};
typedef VARIANT VARIANTARG;

struct DISPPARAMS {
    VARIANTARG *rgvarg;
    DISPID *rgdispidNamedArgs;
    UINT cArgs, cNamedArgs;
};
struct EXCEPINFO;

/// Automation.
struct IDispatch : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT *pctinfo) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT iTInfo, LCID lcid, ITypeInfo **ppTInfo) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID riid, LPOLESTR *rgszNames, UINT cNames, LCID lcid,
                                                    DISPID *rgDispId) = 0;
    virtual HRESULT STDMETHODCALLTYPE Invoke(DISPID dispIdMember, REFIID riid, LCID lcid, WORD wFlags,
                                             DISPPARAMS *pDispParams, VARIANT *pVarResult, EXCEPINFO *pExcepInfo,
                                             UINT *puArgErr) = 0;

protected:
    ~IDispatch() = default;
};

/// Creates objects of a class.
struct IClassFactory : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown *pUnkOuter, REFIID riid, void **ppvObject) = 0;
    virtual HRESULT STDMETHODCALLTYPE LockServer(BOOL fLock) = 0;

protected:
    ~IClassFactory() = default;
};

struct IConnectionPoint;
struct IConnectionPointContainer;

struct CONNECTDATA {
    IUnknown *pUnk;
    DWORD dwCookie;
};

struct IEnumConnections : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Next(ULONG cConnections, CONNECTDATA *rgcd, ULONG *pcFetched) = 0;
    virtual HRESULT STDMETHODCALLTYPE Skip(ULONG cConnections) = 0;
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
    virtual HRESULT STDMETHODCALLTYPE Clone(IEnumConnections **ppEnum) = 0;

protected:
    ~IEnumConnections() = default;
};

struct IEnumConnectionPoints : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE Next(ULONG cConnections, IConnectionPoint **ppCP, ULONG *pcFetched) = 0;
    virtual HRESULT STDMETHODCALLTYPE Skip(ULONG cConnections) = 0;
    virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
    virtual HRESULT STDMETHODCALLTYPE Clone(IEnumConnectionPoints **ppEnum) = 0;

protected:
    ~IEnumConnectionPoints() = default;
};

/// Where sinks for one event interface are attached.
struct IConnectionPoint : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetConnectionInterface(IID *pIID) = 0;
    virtual HRESULT STDMETHODCALLTYPE GetConnectionPointContainer(IConnectionPointContainer **ppCPC) = 0;
    virtual HRESULT STDMETHODCALLTYPE Advise(IUnknown *pUnkSink, DWORD *pdwCookie) = 0;
    virtual HRESULT STDMETHODCALLTYPE Unadvise(DWORD dwCookie) = 0;
    virtual HRESULT STDMETHODCALLTYPE EnumConnections(IEnumConnections **ppEnum) = 0;

protected:
    ~IConnectionPoint() = default;
};

/// An object that has connection points.
struct IConnectionPointContainer : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE EnumConnectionPoints(IEnumConnectionPoints **ppEnum) = 0;
    virtual HRESULT STDMETHODCALLTYPE FindConnectionPoint(REFIID riid, IConnectionPoint **ppCP) = 0;

protected:
    ~IConnectionPointContainer() = default;
};

/// Memory that one side allocates and the other frees.
inline void *CoTaskMemAlloc(std::size_t bytes) { return std::malloc(bytes); }
inline void CoTaskMemFree(void *memory) { std::free(memory); }

/// A BSTR of `length` units; `text` may be null for zeros. Null when memory is short.
inline BSTR SysAllocStringLen(const OLECHAR *text, UINT length) {
    // A BSTR points behind its length in bytes; the header keeps the text aligned.
    const std::size_t header = sizeof(std::uint64_t), bytes = std::size_t(length) * sizeof(OLECHAR);
    if (bytes > 0xFFFFFFFFu) return nullptr;
    char *memory = static_cast<char *>(std::malloc(header + bytes + sizeof(OLECHAR)));
    if (memory == nullptr) return nullptr;
    const std::uint32_t size = static_cast<std::uint32_t>(bytes);
    std::memcpy(memory + header - sizeof size, &size, sizeof size);
    if (text != nullptr)
        std::memcpy(memory + header, text, bytes);
    else
        std::memset(memory + header, 0, bytes);
    std::memset(memory + header + bytes, 0, sizeof(OLECHAR));
    return reinterpret_cast<BSTR>(memory + header);
}
inline BSTR SysAllocString(const OLECHAR *text) {
    if (text == nullptr) return nullptr;
    std::size_t length = 0;
    while (text[length] != 0) ++length;
    return length > 0x7FFFFFFFu ? nullptr : SysAllocStringLen(text, static_cast<UINT>(length));
}
inline void SysFreeString(BSTR text) {
    if (text != nullptr) std::free(reinterpret_cast<char *>(text) - sizeof(std::uint64_t));
}
inline UINT SysStringByteLen(BSTR text) {
    if (text == nullptr) return 0;
    std::uint32_t size = 0;
    std::memcpy(&size, reinterpret_cast<const char *>(text) - sizeof size, sizeof size);
    return size;
}
inline UINT SysStringLen(BSTR text) { return SysStringByteLen(text) / static_cast<UINT>(sizeof(OLECHAR)); }
inline int SysReAllocString(BSTR *text, const OLECHAR *value) {
    BSTR fresh = SysAllocString(value);
    if (fresh == nullptr && value != nullptr) return 0;
    SysFreeString(*text);
    *text = fresh;
    return 1;
}

inline void VariantInit(VARIANT *value) { std::memset(value, 0, sizeof *value); }
inline HRESULT VariantClear(VARIANT *value) {
    switch (value->vt) {
    case VT_BSTR:
        SysFreeString(value->bstrVal);
        break;
    case VT_UNKNOWN:
    case VT_DISPATCH:
        if (value->punkVal != nullptr) value->punkVal->Release();
        break;
    default:
        break;
    }
    VariantInit(value);
    return S_OK;
}

#define DISPATCH_METHOD 1
#define DISPATCH_PROPERTYGET 2

#define COINIT_APARTMENTTHREADED 2
#define COINIT_MULTITHREADED 0
#define CLSCTX_INPROC_SERVER 1

STDAPI DllGetClassObject(REFCLSID rclsid, REFIID riid, void **ppv);
STDAPI DllCanUnloadNow();

/// There are no apartments here: every call may come from every thread.
inline HRESULT CoInitialize(void *) { return S_OK; }
inline HRESULT CoInitializeEx(void *, DWORD) { return S_OK; }
inline void CoUninitialize() {}

/// Creates an object of a class that is linked into the program.
inline HRESULT CoCreateInstance(REFCLSID rclsid, IUnknown *outer, DWORD, REFIID riid, void **ppv) {
    if (ppv == nullptr) return E_POINTER;
    *ppv = nullptr;
    void *factory = nullptr;
    const HRESULT found = DllGetClassObject(rclsid, IID_IClassFactory, &factory);
    if (FAILED(found)) return found;
    const HRESULT created = static_cast<IClassFactory *>(factory)->CreateInstance(outer, riid, ppv);
    static_cast<IClassFactory *>(factory)->Release();
    return created;
}

#endif // _WIN32
#endif
