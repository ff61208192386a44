// Failures as an importer of the original would see them: COMException with the HRESULT in ErrorCode, and for the few
// that .NET knows by heart their own exceptions.

using System;
using System.Runtime.InteropServices;
using RtcClient;

namespace RTCCORELib
{
    internal static class Com
    {
        internal static void Do(Action action)
        {
            try
            {
                action();
            }
            catch (RtcException fault)
            {
                throw Failure(fault.HResult, fault.Message);
            }
        }

        internal static T Get<T>(Func<T> action)
        {
            try
            {
                return action();
            }
            catch (RtcException fault)
            {
                throw Failure(fault.HResult, fault.Message);
            }
        }

        internal static Exception Failure(int code, string message)
        {
            switch (code)
            {
                case RtcResult.RTC_E_NOT_IMPLEMENTED:
                    return new NotImplementedException(message);
                case RtcResult.RTC_E_INVALIDARG:
                    return new ArgumentException(message);
                case RtcResult.RTC_E_OUTOFMEMORY:
                    return new OutOfMemoryException(message);
                default:
                    return new COMException(message, code);
            }
        }

        /// <summary>The library's object behind one that an application gives back.</summary>
        internal static T Behind<T>(object given) where T : RtcObject
        {
            if (given == null)
                return null;
            IWrapped wrapped = given as IWrapped;
            T found = wrapped == null ? null : wrapped.Behind as T;
            if (found == null)
                throw new ArgumentException("This object is not one of this library's.");
            return found;
        }

        /// <summary>One object of this layer for each of the library's.</summary>
        internal static T Over<T>(RtcObject behind, Func<T> make) where T : class
        {
            if (behind == null)
                return null;
            lock (behind)
            {
                if (behind.Tag == null)
                    behind.Tag = make();
                return (T)behind.Tag;
            }
        }

        internal static string Given(string text)
        {
            if (text == null)
                throw new COMException("A text is missing.", RtcResult.RTC_E_POINTER);
            return text;
        }

        internal static SendOptions Content(string type, string body, int cookie = 0)
        {
            SendOptions send = new SendOptions();
            if (!string.IsNullOrEmpty(body))
            {
                send.ContentType = string.IsNullOrEmpty(type) ? "text/plain;charset=UTF-8" : type;
                send.BodyText = body;
            }
            send.Cookie = cookie;
            return send;
        }
    }

    /// <summary>What a member answers that this library does not have.</summary>
    internal static class Missing
    {
        /// <summary>Not yet: E_NOTIMPL.</summary>
        internal static Exception Built(string member)
        {
            return new NotImplementedException(member + " is not in this version.");
        }

        /// <summary>Not at all, on any platform that this library runs on.</summary>
        internal static Exception Offered(string member)
        {
            return new COMException(member + " is not offered.", RtcResult.RTC_E_PLATFORM_NOT_SUPPORTED);
        }
    }

    internal interface IWrapped
    {
        RtcObject Behind { get; }
    }
}
