// UTF-8 in and out by byte arrays, and the memory that strings in a struct stand in for one call.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace RtcClient.Interop
{
    internal static class Utf8
    {
        // In: a lone surrogate is a mistake of the caller. Out: a peer may have sent anything.
        private static readonly Encoding Strict = new UTF8Encoding(false, true);
        private static readonly Encoding Lenient = new UTF8Encoding(false, false);

        /// <summary>null stays null: not given.</summary>
        internal static byte[] Bytes(string text)
        {
            return text == null ? null : Strict.GetBytes(text);
        }

        internal static UIntPtr Length(byte[] bytes)
        {
            return new UIntPtr(bytes == null ? 0u : (uint)bytes.Length);
        }

        internal static string Text(byte[] bytes)
        {
            return bytes == null ? null : Lenient.GetString(bytes);
        }

        internal static string Text(byte[] bytes, int length)
        {
            return Lenient.GetString(bytes, 0, length);
        }

        /// <summary>Copies a view; null if it was not there.</summary>
        internal static byte[] Copy(rtc_str_t view)
        {
            if (view.ptr == IntPtr.Zero)
                return null;
            byte[] copy = new byte[checked((int)view.len.ToUInt64())];
            if (copy.Length > 0)
                Marshal.Copy(view.ptr, copy, 0, copy.Length);
            return copy;
        }

        internal static string Text(rtc_str_t view)
        {
            return Text(Copy(view));
        }

        /// <summary>A C string that ends at its NUL.</summary>
        internal static string Text(IntPtr text)
        {
            if (text == IntPtr.Zero)
                return null;
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0)
                length++;
            byte[] copy = new byte[length];
            Marshal.Copy(text, copy, 0, length);
            return Lenient.GetString(copy);
        }

        internal static string Text(IntPtr text, UIntPtr length)
        {
            rtc_str_t view = new rtc_str_t();
            view.ptr = text;
            view.len = length;
            return Text(view);
        }
    }

    /// <summary>Strings, structs and references that must stay for the length of one call.</summary>
    internal sealed class Arena : IDisposable
    {
        private readonly List<IntPtr> _blocks = new List<IntPtr>();
        private readonly List<RtcHandle> _held = new List<RtcHandle>();

        internal rtc_str_t Str(string text)
        {
            return Str(Utf8.Bytes(text));
        }

        internal rtc_str_t Str(byte[] bytes)
        {
            rtc_str_t view = new rtc_str_t();
            if (bytes == null)
                return view;
            view.ptr = Block(bytes.Length);
            view.len = Utf8.Length(bytes);
            if (bytes.Length > 0)
                Marshal.Copy(bytes, 0, view.ptr, bytes.Length);
            return view;
        }

        internal IntPtr Struct<T>(T value) where T : struct
        {
            IntPtr block = Block((int)SizeOf<T>.Value);
            Marshal.StructureToPtr((object)value, block, false);
            return block;
        }

        internal IntPtr Handle(RtcHandle handle)
        {
            if (handle == null)
                return IntPtr.Zero;
            bool held = false;
            handle.DangerousAddRef(ref held);
            if (held)
                _held.Add(handle);
            return handle.Key;
        }

        private IntPtr Block(int size)
        {
            IntPtr block = Marshal.AllocHGlobal(Math.Max(size, 1));
            _blocks.Add(block);
            return block;
        }

        public void Dispose()
        {
            foreach (IntPtr block in _blocks)
                Marshal.FreeHGlobal(block);
            _blocks.Clear();
            foreach (RtcHandle handle in _held)
                handle.DangerousRelease();
            _held.Clear();
        }
    }
}
