// A failed call or a failed operation: the number, the SIP status and the library's own sentence.

using System;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>Thrown by every call that the library refuses and by every wait that ends badly.</summary>
    [Serializable]
    public sealed class RtcException : Exception
    {
        /// <summary>An exception with an HRESULT number and a sentence.</summary>
        public RtcException(int result, string message) : this(result, message, null)
        {
        }

        internal RtcException(int result, string message, RtcEventArgs cause) : base(message)
        {
            HResult = result;
            Event = cause;
        }

        private RtcException(System.Runtime.Serialization.SerializationInfo info, System.Runtime.Serialization.StreamingContext context)
            : base(info.GetString("Message") ?? "")
        {
            HResult = info.GetInt32("HResult");
        }

        /// <summary>The status of the SIP response that caused it; 0 if none did.</summary>
        public int SipStatus
        {
            get { return StatusOf(HResult); }
        }

        /// <summary>The name of the number: "RTC_E_INVALID_SESSION_STATE", "404 Not Found".</summary>
        public string ResultName
        {
            get { return Library.ResultName(HResult); }
        }

        /// <summary>The event that told of the failure; null for a call that was refused at once.</summary>
        public RtcEventArgs Event { get; private set; }

        /// <summary>The SIP status in a result (0x80EF0000 + n, 0x00EF0000 + n), else 0.</summary>
        internal static int StatusOf(int result)
        {
            return (result & 0x7FFF0000) == 0x00EF0000 ? result & 0xFFFF : 0;
        }

        /// <summary>Lets success through, RTC_FALSE too, and throws for the rest.</summary>
        internal static int Check(int result)
        {
            if (result < 0)
                throw Last(result);
            return result;
        }

        /// <summary>The failure that this thread has just met.</summary>
        internal static RtcException Last(int result)
        {
            string sentence = Utf8.Text(Native.rtc_last_error_message());
            return new RtcException(result, string.IsNullOrEmpty(sentence) ? Library.ResultName(result) : sentence);
        }

        internal static RtcException Stale(string what)
        {
            return new RtcException(RtcResult.RTC_E_HANDLE, "This " + what + " has been disposed of: its handle is gone.");
        }

        internal static RtcException FromEvent(string what, RtcEventArgs cause)
        {
            int code = cause.StatusCode < 0 ? cause.StatusCode
                : cause is SessionStateEventArgs ? RtcResult.RTC_E_SIP_CALL_DISCONNECTED : RtcResult.RTC_E_FAIL;
            string why = StatusOf(cause.StatusCode) != 0 && !string.IsNullOrEmpty(cause.StatusText)
                ? StatusOf(cause.StatusCode) + " " + cause.StatusText
                : cause.StatusCode < 0 ? Library.ResultName(cause.StatusCode)
                : cause is SessionStateEventArgs ? "it has ended"
                : cause is SubscriptionStateEventArgs && !string.IsNullOrEmpty(cause.Text) ? cause.Text
                : "no status given";
            return new RtcException(code, what + ": " + why + ".", cause);
        }
    }
}
