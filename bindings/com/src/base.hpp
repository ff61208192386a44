// base.hpp: what every class behind rtccore.h is made of.
//
// Object gives a class its IUnknown: one identity, one count, and every interface it names with
// all bases of it, so that QueryInterface is symmetric. guard keeps exceptions inside.
#pragma once
// The C header comes first: both name the same result codes, and rtccore.h yields.
#include <rtcclient.h>
#include <rtccore.h>

#include <atomic>
#include <exception>
#include <new>
#include <utility>

namespace rtccom {

/// Objects alive, for DllCanUnloadNow.
extern std::atomic<long> live_objects;

/// Owns one reference to a COM object.
template <class T> class ComPtr {
public:
    ComPtr() noexcept = default;
    /// Takes a further reference.
    explicit ComPtr(T *object) noexcept : object_(object) {
        if (object_ != nullptr) object_->AddRef();
    }
    /// Takes over a reference that is ours.
    static ComPtr adopt(T *object) noexcept {
        ComPtr pointer;
        pointer.object_ = object;
        return pointer;
    }
    ComPtr(const ComPtr &other) noexcept : ComPtr(other.object_) {}
    ComPtr(ComPtr &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    ComPtr &operator=(ComPtr other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~ComPtr() {
        if (object_ != nullptr) object_->Release();
    }
    T *get() const noexcept { return object_; }
    T *operator->() const noexcept { return object_; }
    T &operator*() const noexcept { return *object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }
    /// Hands the reference to the caller.
    T *detach() noexcept { return std::exchange(object_, nullptr); }

private:
    T *object_ = nullptr;
};

/// Owns one reference to a handle of the C side.
template <class T> class HandleRef {
public:
    HandleRef() noexcept = default;
    static HandleRef adopt(T *handle) noexcept {
        HandleRef ref;
        ref.handle_ = handle;
        return ref;
    }
    static HandleRef borrow(T *handle) noexcept {
        if (handle != nullptr) rtc_object_add_ref(handle);
        return adopt(handle);
    }
    HandleRef(HandleRef &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    HandleRef &operator=(HandleRef &&other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~HandleRef() {
        if (handle_ != nullptr) rtc_object_release(handle_);
    }
    T *get() const noexcept { return handle_; }
    /// For an out-parameter; must be empty.
    T **put() noexcept { return &handle_; }

private:
    T *handle_ = nullptr;
};

/// True when `iid` names `Interface` or one of its bases.
template <class Interface> bool answers(REFIID iid) {
    if constexpr (std::is_same_v<Interface, IUnknown>) {
        return false; // identity is decided once for the whole object
    } else {
        return iid == RtcInterface<Interface>::iid() || answers<typename RtcInterface<Interface>::base>(iid);
    }
}

/// IUnknown of a class with these interfaces; the first one gives the identity.
template <class First, class... More> class Object : public First, public More... {
public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void **out) override {
        if (out == nullptr) return E_POINTER;
        *out = iid == IID_IUnknown ? static_cast<IUnknown *>(static_cast<First *>(this)) : find<First, More...>(iid);
        if (*out == nullptr) return E_NOINTERFACE;
        AddRef();
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return count_.fetch_add(1, std::memory_order_relaxed) + 1; }
    ULONG STDMETHODCALLTYPE Release() override {
        const ULONG left = count_.fetch_sub(1, std::memory_order_acq_rel) - 1;
        if (left == 0) last_release();
        return left;
    }

    /// Takes a reference unless the object is on its way out.
    bool try_add_ref() {
        ULONG count = count_.load(std::memory_order_relaxed);
        while (count != 0)
            if (count_.compare_exchange_weak(count, count + 1, std::memory_order_acq_rel)) return true;
        return false;
    }

    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

protected:
    Object() { live_objects.fetch_add(1, std::memory_order_relaxed); }
    virtual ~Object() { live_objects.fetch_sub(1, std::memory_order_relaxed); }
    /// The count has reached zero.
    virtual void last_release() { delete this; }

private:
    template <class Interface, class... Rest> void *find(REFIID iid) {
        if (answers<Interface>(iid)) return static_cast<Interface *>(this);
        if constexpr (sizeof...(Rest) > 0) return find<Rest...>(iid);
        return nullptr;
    }

    std::atomic<ULONG> count_{1}; // the creator's reference
};

/// Runs the body of a method; what it throws becomes a code.
template <class Body> HRESULT guard(Body body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return E_OUTOFMEMORY;
    } catch (...) {
        return E_UNEXPECTED;
    }
}

/// Private way from an interface pointer, ours or not, to the handle behind it.
struct IHandle : public IUnknown {
    /// The handle when the object is of this kind (RTC_KIND_…), else null; lent.
    virtual rtc_object_t *STDMETHODCALLTYPE handle(int32_t kind) = 0;

protected:
    ~IHandle() = default;
};
inline constexpr GUID IID_IHandle = {0x3d1b7fb0, 0x4a0e, 0x4d2c, {0x9b, 0x57, 0x21, 0x6c, 0xe8, 0x0f, 0x93, 0x5a}};

/// The handle of this kind behind `object`, kept alive by the caller's reference to it; null when
/// the object is not of this library.
inline rtc_object_t *handle_behind(IUnknown *object, int32_t kind) {
    if (object == nullptr) return nullptr;
    void *found = nullptr;
    if (FAILED(object->QueryInterface(IID_IHandle, &found))) return nullptr;
    const ComPtr<IHandle> access = ComPtr<IHandle>::adopt(static_cast<IHandle *>(found));
    return access->handle(kind);
}

/// The other way round for texts and numbers of properties.
inline HRESULT give_int(rtc_object_t *object, int32_t property, int32_t index, LONG *out) {
    if (out == nullptr) return E_POINTER;
    int64_t value = 0;
    const HRESULT result = rtc_object_get_int(object, property, index, &value);
    if (SUCCEEDED(result)) *out = static_cast<LONG>(value);
    return result;
}

} // namespace rtccom

/// So that Object finds what stands outside the RTC Client API.
template <> struct RtcInterface<rtccom::IHandle> {
    static constexpr const GUID &iid() { return rtccom::IID_IHandle; }
    using base = IUnknown;
};
template <> struct RtcInterface<IConnectionPointContainer> {
    static const GUID &iid() { return IID_IConnectionPointContainer; }
    using base = IUnknown;
};
template <> struct RtcInterface<IEnumConnectionPoints> {
    static const GUID &iid() { return IID_IEnumConnectionPoints; }
    using base = IUnknown;
};
template <> struct RtcInterface<IClassFactory> {
    static const GUID &iid() { return IID_IClassFactory; }
    using base = IUnknown;
};
