// The edge between C and C#: static delegates, one of each shape per process, that find their
// target by an integer token. C never sees an address of the garbage collector, and no exception
// ever crosses into C.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace RtcClient.Interop
{
    internal static class Callbacks
    {
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void OnEvent(IntPtr userData, IntPtr lentEvent);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void OnBytes(IntPtr userData, IntPtr bytes, UIntPtr length);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void OnLog(IntPtr userData, int level, IntPtr target, IntPtr text, UIntPtr length);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate void OnDrop(IntPtr userData);

        // Static fields: alive, and at one address, until the process ends.
        private static readonly OnEvent EventDelegate = HandleEvent;
        private static readonly OnBytes BytesDelegate = HandleBytes;
        private static readonly OnLog LogDelegate = HandleLog;
        private static readonly OnDrop DropDelegate = HandleDrop;

        internal static readonly IntPtr EventPointer = Marshal.GetFunctionPointerForDelegate(EventDelegate);
        internal static readonly IntPtr BytesPointer = Marshal.GetFunctionPointerForDelegate(BytesDelegate);
        internal static readonly IntPtr LogPointer = Marshal.GetFunctionPointerForDelegate(LogDelegate);
        internal static readonly IntPtr DropPointer = Marshal.GetFunctionPointerForDelegate(DropDelegate);

        private static readonly Dictionary<int, object> Targets = new Dictionary<int, object>();
        private static int _last;
        private static volatile bool _leaving;

        static Callbacks()
        {
            // A runtime that ends while a thread of the library is in managed code may wait for it for ever.
            AppDomain.CurrentDomain.ProcessExit += Leave;
            AppDomain.CurrentDomain.DomainUnload += Leave;
        }

        private static void Leave(object sender, EventArgs e)
        {
            _leaving = true;
            object[] targets;
            lock (Targets)
            {
                targets = new object[Targets.Count];
                Targets.Values.CopyTo(targets, 0);
            }
            foreach (object target in targets)
            {
                IEventTarget client = target as IEventTarget;
                if (client != null)
                    client.Leave();
            }
            Native.rtc_library_set_log(IntPtr.Zero);
        }

        /// <summary>A token for a target, which is kept until <see cref="Forget"/> or drop_user_data.</summary>
        internal static IntPtr Remember(object target)
        {
            lock (Targets)
            {
                do
                    _last = _last == int.MaxValue ? 1 : _last + 1;
                while (Targets.ContainsKey(_last));
                Targets.Add(_last, target);
                return new IntPtr(_last);
            }
        }

        internal static void Forget(IntPtr token)
        {
            lock (Targets)
                Targets.Remove(token.ToInt32());
        }

        /// <summary>How many targets C can still reach.</summary>
        internal static int Count
        {
            get
            {
                lock (Targets)
                    return Targets.Count;
            }
        }

        private static object Find(IntPtr token)
        {
            object target;
            if (_leaving)
                return null;
            lock (Targets)
                return Targets.TryGetValue(token.ToInt32(), out target) ? target : null;
        }

        private static void HandleEvent(IntPtr userData, IntPtr lentEvent)
        {
            try
            {
                IEventTarget target = Find(userData) as IEventTarget;
                if (target != null)
                    target.OnEvent(lentEvent);
            }
            catch (Exception fault)
            {
                Report(fault);
            }
        }

        private static void HandleBytes(IntPtr userData, IntPtr bytes, UIntPtr length)
        {
            try
            {
                Action<byte[]> target = Find(userData) as Action<byte[]>;
                if (target == null)
                    return;
                byte[] copy = new byte[checked((int)length.ToUInt64())];
                if (copy.Length > 0)
                    Marshal.Copy(bytes, copy, 0, copy.Length);
                target(copy);
            }
            catch (Exception fault)
            {
                Report(fault);
            }
        }

        private static void HandleLog(IntPtr userData, int level, IntPtr from, IntPtr text, UIntPtr length)
        {
            try
            {
                Action<int, string, string> target = Find(userData) as Action<int, string, string>;
                if (target != null)
                    target(level, Utf8.Text(from), Utf8.Text(text, length));
            }
            catch (Exception fault)
            {
                Report(fault);
            }
        }

        private static void HandleDrop(IntPtr userData)
        {
            try
            {
                Forget(userData);
            }
            catch (Exception fault)
            {
                Report(fault);
            }
        }

        /// <summary>The last resort: nobody asked to hear of the exception, but it must not be lost.</summary>
        internal static void Report(Exception fault)
        {
            try
            {
                Console.Error.WriteLine("rtcclient: exception in a callback: " + fault);
            }
            catch (Exception)
            {
                // Standard error is closed: there is nowhere left to say it.
            }
        }
    }

    internal interface IEventTarget
    {
        void OnEvent(IntPtr lentEvent);

        /// <summary>The process ends: no callback may run when this has returned.</summary>
        void Leave();
    }
}
