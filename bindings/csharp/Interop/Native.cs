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

        internal LayoutRow(Type type, int size64)
        {
            Struct = type;
            Size64 = size64;
        }
    }

    internal static partial class Layout
    {
        /// <summary>Names the first struct that this runtime lays out in another way than C; null if
        /// none. With 4-byte pointers platforms differ in how they align, and nothing is said.</summary>
        internal static string FirstFault()
        {
            if (IntPtr.Size != 8)
                return null;
            foreach (LayoutRow row in Rows)
            {
                int found = Marshal.SizeOf(row.Struct);
                if (row.Size64 != found)
                    return row.Struct.Name + " has " + found + " bytes, the library expects " + row.Size64;
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
