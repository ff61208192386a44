// enumerate.hpp: enumerators and the Automation collection over a list of objects.
#pragma once
#include "base.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace rtccom {

/// The objects that enumerators and collections share; it never changes.
template <class Item> using Items = std::shared_ptr<const std::vector<ComPtr<Item>>>;

/// IRTCEnumX and its like: hands out the objects of a list one after the other.
template <class Interface, class Item> class Enumerator final : public Object<Interface> {
public:
    explicit Enumerator(Items<Item> items, std::size_t at = 0) : items_(std::move(items)), at_(at) {}

    HRESULT STDMETHODCALLTYPE Next(ULONG count, Item **out, ULONG *fetched) override {
        if (out == nullptr || (fetched == nullptr && count != 1)) return E_POINTER;
        ULONG given = 0;
        for (std::size_t at = at_.load(); given < count && at < items_->size(); at = ++at_) {
            out[given] = (*items_)[at].get();
            out[given++]->AddRef();
        }
        for (ULONG i = given; i < count; ++i) out[i] = nullptr;
        if (fetched != nullptr) *fetched = given;
        return given == count ? S_OK : S_FALSE;
    }
    HRESULT STDMETHODCALLTYPE Reset() override {
        at_ = 0;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE Skip(ULONG count) override {
        const std::size_t at = at_.load(), left = items_->size() - std::min(at, items_->size());
        at_ = at + std::min<std::size_t>(count, left);
        return count <= left ? S_OK : S_FALSE;
    }
    HRESULT STDMETHODCALLTYPE Clone(Interface **out) override {
        if (out == nullptr) return E_POINTER;
        *out = nullptr;
        return guard([&] {
            *out = new Enumerator(items_, at_.load());
            return S_OK;
        });
    }

private:
    const Items<Item> items_;
    std::atomic<std::size_t> at_;
};

/// The part of IDispatch that an object without a type library has.
template <class... Interfaces> class Dispatch : public Object<Interfaces...> {
public:
    HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT *count) override {
        if (count == nullptr) return E_POINTER;
        *count = 0;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT, LCID, ITypeInfo **info) override {
        if (info != nullptr) *info = nullptr;
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR *, UINT, LCID, DISPID *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE Invoke(DISPID, REFIID, LCID, WORD, DISPPARAMS *, VARIANT *, EXCEPINFO *, UINT *) override {
        return E_NOTIMPL;
    }
};

/// IRTCCollection: items are counted from 1 and come as VT_DISPATCH or VT_UNKNOWN.
template <class Item> class Collection final : public Dispatch<IRTCCollection> {
public:
    explicit Collection(Items<Item> items) : items_(std::move(items)) {}

    HRESULT STDMETHODCALLTYPE get_Count(LONG *count) override {
        if (count == nullptr) return E_POINTER;
        *count = static_cast<LONG>(items_->size());
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE get_Item(LONG index, VARIANT *out) override {
        if (out == nullptr) return E_POINTER;
        VariantInit(out);
        if (index < 1 || static_cast<std::size_t>(index) > items_->size()) return DISP_E_BADINDEX;
        out->vt = VT_UNKNOWN; // the objects of the original were no IDispatch either
        out->punkVal = (*items_)[static_cast<std::size_t>(index) - 1].get();
        out->punkVal->AddRef();
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE get__NewEnum(IUnknown **out) override {
        if (out != nullptr) *out = nullptr;
        return E_NOTIMPL;
    }

private:
    const Items<Item> items_;
};

} // namespace rtccom
