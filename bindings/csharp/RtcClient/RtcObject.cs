// What all wrappers share: one handle, its properties, its waits, and one wrapper per handle.

using System;
using System.Collections.Generic;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>A profile, a session, a subscription …: a name for something that lives in the library.
    /// Disposing gives the name up and ends nothing; the verbs end things.</summary>
    public abstract class RtcObject : IDisposable
    {
        private readonly RtcHandle _handle;

        internal RtcObject(Client client, RtcHandle handle)
        {
            Owner = client;
            _handle = handle;
            Waits = new WaitList();
        }

        /// <summary>The client this belongs to; null for a server.</summary>
        internal Client Owner { get; private set; }

        internal WaitList Waits { get; private set; }

        /// <summary>Free for the application.</summary>
        public object Tag { get; set; }

        /// <summary>Whether the name was given up.</summary>
        public bool IsDisposed
        {
            get { return _handle.IsClosed; }
        }

        /// <summary>What the handle names now; None once the library knows it no more.</summary>
        public ObjectKind LiveKind
        {
            get { return _handle.IsClosed ? 0 : (ObjectKind)Native.rtc_object_get_kind(_handle); }
        }

        internal RtcHandle Any
        {
            get
            {
                if (_handle.IsClosed)
                    throw RtcException.Stale(GetType().Name);
                return _handle;
            }
        }

        internal IntPtr Key
        {
            get { return _handle.Key; }
        }

        /// <summary>Gives the handle up. Ends no call, no registration, no subscription.</summary>
        public void Dispose()
        {
            Release();
        }

        internal virtual void Release()
        {
            if (Owner != null)
                Owner.Drop(this);
            _handle.Dispose();
        }

        /// <summary>Called on the event thread with each event of this object, before any wait ends.</summary>
        internal virtual void Raise(RtcEventArgs args)
        {
        }

        /// <summary>Called on the event thread as soon as the event is known.</summary>
        internal virtual void Note(RtcEventArgs args)
        {
        }

        internal int RawState
        {
            get
            {
                int state;
                RtcException.Check(Native.rtc_object_get_state(Any, out state));
                return state;
            }
        }

        internal long GetInt(int property, int index = 0)
        {
            long value;
            RtcException.Check(Native.rtc_object_get_int(Any, property, index, out value));
            return value;
        }

        internal void SetInt(int property, long value, int index = 0)
        {
            RtcException.Check(Native.rtc_object_set_int(Any, property, index, value));
        }

        internal string GetText(int property, int index = 0)
        {
            RtcHandle handle = Any;
            return ReadText((byte[] buffer, out UIntPtr needed) =>
                Native.rtc_object_get_text(handle, property, index, buffer, Utf8.Length(buffer), out needed));
        }

        internal void SetText(int property, string value, int index = 0)
        {
            byte[] bytes = Utf8.Bytes(value);
            RtcException.Check(Native.rtc_object_set_text(Any, property, index, bytes, Utf8.Length(bytes)));
        }

        /// <summary>The texts of an indexed property, up to the first index that has none.</summary>
        internal string[] GetTexts(int property)
        {
            List<string> found = new List<string>();
            RtcHandle handle = Any;
            for (int index = 0; index < 4096; index++)
            {
                int at = index;
                string text;
                try
                {
                    text = ReadText((byte[] buffer, out UIntPtr needed) =>
                        Native.rtc_object_get_text(handle, property, at, buffer, Utf8.Length(buffer), out needed));
                }
                catch (RtcException end)
                {
                    if (end.HResult != RtcResult.RTC_E_NOT_EXIST)
                        throw;
                    break;
                }
                if (text == null)
                    break;
                found.Add(text);
            }
            return found.ToArray();
        }

        internal delegate int TextReader(byte[] buffer, out UIntPtr needed);

        /// <summary>Reads a text of unknown length; the value may grow between two tries.</summary>
        internal static string ReadText(TextReader read)
        {
            byte[] buffer = new byte[256];
            for (;;)
            {
                UIntPtr needed;
                int result = read(buffer, out needed);
                if (result == RtcResult.RTC_FALSE)
                    return null;
                if (result >= 0)
                    return Utf8.Text(buffer, checked((int)needed.ToUInt64()));
                if (result != RtcResult.RTC_E_INSUFFICIENT_BUFFER)
                    throw RtcException.Last(result);
                buffer = new byte[checked((int)needed.ToUInt64()) + 16];
            }
        }

        internal string GetHeaderLines()
        {
            RtcHandle handle = Any;
            return ReadText((byte[] buffer, out UIntPtr needed) =>
                Native.rtc_sip_object_get_additional_header_values(handle, buffer, Utf8.Length(buffer), out needed));
        }

        internal void SetHeaderLines(string lines, HeadersFlags flags)
        {
            byte[] bytes = Utf8.Bytes(lines);
            RtcException.Check(Native.rtc_sip_object_set_additional_header_values(Any, bytes, Utf8.Length(bytes), (uint)flags));
        }

        internal void SetCredentialsOf(Credentials credentials)
        {
            if (credentials == null)
                throw new ArgumentNullException("credentials");
            using (Arena arena = new Arena())
            {
                rtc_credentials_t native = credentials.ToNative(arena);
                RtcException.Check(Native.rtc_credentials_set(Any, ref native));
            }
        }

        /// <summary>The objects of a kind that hang on this one.</summary>
        internal T[] List<T>(ObjectKind kind, string key = null) where T : RtcObject
        {
            byte[] bytes = Utf8.Bytes(key);
            IntPtr[] items = new IntPtr[16];
            UIntPtr count;
            for (;;)
            {
                int result = Native.rtc_object_list(Any, (int)kind, bytes, Utf8.Length(bytes), items, new UIntPtr((uint)items.Length), out count);
                bool refused = result == RtcResult.RTC_E_INSUFFICIENT_BUFFER;
                if (!refused)
                    RtcException.Check(result);
                if (!refused && count.ToUInt64() <= (ulong)items.Length)
                    break;
                // More came meanwhile than the array holds: give back what was filled and ask anew.
                if (!refused)
                    foreach (IntPtr item in items)
                        Native.rtc_object_release(item);
                items = new IntPtr[checked((int)count.ToUInt64()) + 8];
            }
            int filled = (int)count.ToUInt64();
            T[] found = new T[filled];
            Client owner = Owner ?? (Client)this;
            for (int i = 0; i < filled; i++)
                found[i] = (T)owner.OwnObject(kind, items[i]);
            return found;
        }

        /// <summary>The one object of a kind that this hangs on; null if there is none.</summary>
        internal T Related<T>(ObjectKind kind) where T : RtcObject
        {
            IntPtr key;
            int result = RtcException.Check(Native.rtc_object_get(Any, (int)kind, out key));
            if (result == RtcResult.RTC_FALSE || key == IntPtr.Zero)
                return null;
            return (T)(Owner ?? (Client)this).OwnObject(kind, key);
        }
    }
}
