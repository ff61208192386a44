// What the generated declarations need: the library's name, and the layouts as C# sees them.

using System;
using System.Runtime.InteropServices;

namespace RtcClient.Interop
{
    internal static partial class Native
    {
        /// <summary>librtcclient.so, librtcclient.dylib or rtcclient.dll: the loader adds the rest.</summary>
        internal const string Library = "rtcclient";
    }

    internal struct LayoutRow
    {
        internal readonly Type Struct;
        internal readonly int Size64;
        internal readonly int Size32;

        internal LayoutRow(Type type, int size64, int size32)
        {
            Struct = type;
            Size64 = size64;
            Size32 = size32;
        }
    }

    internal static partial class Layout
    {
        /// <summary>Names the first struct that this runtime lays out in another way than C; null if none.</summary>
        internal static string FirstFault()
        {
            foreach (LayoutRow row in Rows)
            {
                int wanted = IntPtr.Size == 8 ? row.Size64 : row.Size32;
                int found = Marshal.SizeOf(row.Struct);
                if (wanted != found)
                    return row.Struct.Name + " has " + found + " bytes, the library expects " + wanted;
            }
            return null;
        }
    }

    /// <summary>The size of a struct, asked for once.</summary>
    internal static class SizeOf<T> where T : struct
    {
        internal static readonly uint Value = (uint)Marshal.SizeOf(typeof(T));
    }
}
