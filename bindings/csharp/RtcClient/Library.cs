// What belongs to no client: version, features, names of results, the one process-wide log.

using System;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>The loaded library itself.</summary>
    public static class Library
    {
        private static readonly object Gate = new object();

        /// <summary>"0.3.0"</summary>
        public static string Version
        {
            get { return Utf8.Text(Native.rtc_library_version()); }
        }

        /// <summary>Rises when something is added to the C functions.</summary>
        public static long AbiVersion
        {
            get { return Native.rtc_library_abi_version(); }
        }

        /// <summary>Whether this build has "tls", "opus", "device" …</summary>
        public static bool HasFeature(string name)
        {
            byte[] bytes = Utf8.Bytes(name);
            return RtcException.Check(Native.rtc_library_has_feature(bytes, Utf8.Length(bytes))) == RtcResult.RTC_OK;
        }

        /// <summary>"RTC_E_INVALID_SESSION_STATE", "404 Not Found"</summary>
        public static string ResultName(int result)
        {
            string name = Utf8.Text(Native.rtc_result_name(result));
            return string.IsNullOrEmpty(name) ? "0x" + result.ToString("X8") : name;
        }

        /// <summary>Sends log lines of a level (1 error … 5 trace) and below to a writer, which gets
        /// level, target and text on a thread of the library; null for silence, the default.</summary>
        public static void SetLog(int level, Action<int, string, string> writer)
        {
            lock (Gate)
            {
                if (writer == null)
                {
                    RtcException.Check(Native.rtc_library_set_log(IntPtr.Zero));
                    return;
                }
                rtc_log_sink_t sink = new rtc_log_sink_t();
                sink.size = SizeOf<rtc_log_sink_t>.Value;
                sink.level = level;
                sink.on_log = Callbacks.LogPointer;
                sink.drop_user_data = Callbacks.DropPointer;
                sink.user_data = Callbacks.Remember(writer);
                int result = Native.rtc_library_set_log(ref sink);
                if (result < 0)
                {
                    RtcException fault = RtcException.Last(result);
                    Callbacks.Forget(sink.user_data);
                    throw fault;
                }
            }
        }

        /// <summary>Throws if this runtime lays the structs out in another way than the library.</summary>
        public static void CheckLayout()
        {
            string fault = Layout.FirstFault();
            if (fault != null)
                throw new RtcException(RtcResult.RTC_E_UNEXPECTED, fault);
        }
    }
}
