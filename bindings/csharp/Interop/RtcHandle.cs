// The base of all handles: a generation-checked key in a pointer that owns one reference.
// A finalizer may run on any thread at any time, so it only releases; releasing ends nothing.

using System;
using System.Runtime.InteropServices;

namespace RtcClient.Interop
{
    internal abstract class RtcHandle : SafeHandle
    {
        protected RtcHandle() : base(IntPtr.Zero, true)
        {
        }

        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }

        /// <summary>The key, for comparison and as an index of tables; never dereferenced.</summary>
        internal IntPtr Key
        {
            get { return handle; }
        }

        /// <summary>Takes over a reference that the caller owns.</summary>
        internal void Own(IntPtr key)
        {
            SetHandle(key);
        }

        /// <summary>Adds a reference to a lent handle and owns it; false if it was stale.</summary>
        internal bool Share(IntPtr lent)
        {
            if (lent == IntPtr.Zero || Native.rtc_object_add_ref(lent) == 0)
                return false;
            SetHandle(lent);
            return true;
        }

        /// <summary>Keeps the reference for as long as views into the object are read.</summary>
        internal Lease Hold()
        {
            return new Lease(this);
        }

        protected override bool ReleaseHandle()
        {
            Native.rtc_object_release(handle);
            return true;
        }
    }

    /// <summary>No function takes one; it is read by its properties.</summary>
    internal sealed class DialogHandle : RtcHandle
    {
    }

    internal struct Lease : IDisposable
    {
        private RtcHandle _handle;

        internal Lease(RtcHandle handle)
        {
            bool held = false;
            _handle = null;
            handle.DangerousAddRef(ref held);
            if (held)
                _handle = handle;
        }

        public void Dispose()
        {
            RtcHandle handle = _handle;
            _handle = null;
            if (handle != null)
                handle.DangerousRelease();
        }
    }
}
