// One header, whatever its kind, and URIs: read by the library, copied out.

using System;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>A header in one shape; <see cref="Form"/> tells which properties are set.</summary>
    public sealed class Header
    {
        internal Header(rtc_header_t native)
        {
            Form = (HeaderForm)native.form;
            Name = Utf8.Text(native.name);
            Value = Utf8.Text(native.value);
            Token = Utf8.Text(native.token);
            DisplayName = Utf8.Text(native.display_name);
            Uri = Utf8.Text(native.uri);
            Parameters = Utf8.Text(native.@params);
            Number = native.number;
            Number2 = native.number2;
        }

        /// <summary>Reads a value as that of a header of a name.</summary>
        public static Header Parse(string name, string value)
        {
            using (Arena arena = new Arena())
            {
                rtc_str_t n = arena.Str(name);
                rtc_str_t v = arena.Str(value);
                rtc_header_t native = new rtc_header_t();
                native.size = SizeOf<rtc_header_t>.Value;
                RtcException.Check(Native.rtc_header_parse(n.ptr, n.len, v.ptr, v.len, ref native));
                return new Header(native);
            }
        }

        public HeaderForm Form { get; private set; }
        public string Name { get; private set; }
        /// <summary>Unfolded and trimmed.</summary>
        public string Value { get; private set; }
        /// <summary>Method, media type, package, scheme, state or transport; the Call-ID.</summary>
        public string Token { get; private set; }
        public string DisplayName { get; private set; }
        /// <summary>Of a Via: sent-by.</summary>
        public string Uri { get; private set; }
        public string Parameters { get; private set; }
        /// <summary>CSeq, RSeq, Expires, Retry-After, the code of a Warning.</summary>
        public long Number { get; private set; }
        public long Number2 { get; private set; }

        /// <summary>The value of a parameter without its quotes, "" for a flag; null if there is none.</summary>
        public string GetParameter(string name)
        {
            return ParameterText.Get(Parameters, name);
        }

        public override string ToString()
        {
            return Name + ": " + Value;
        }
    }

    internal static class ParameterText
    {
        internal static string Get(string parameters, string name)
        {
            if (name == null)
                throw new ArgumentNullException("name");
            if (string.IsNullOrEmpty(parameters))
                return null;
            using (Arena arena = new Arena())
            {
                rtc_str_t p = arena.Str(parameters);
                rtc_str_t n = arena.Str(name);
                rtc_str_t found;
                rtc_str_t value;
                int result = Native.rtc_params_get(p.ptr, p.len, n.ptr, n.len, UIntPtr.Zero, out found, out value);
                if (result == RtcResult.RTC_FALSE || result == RtcResult.RTC_E_SIP_HEADER_NOT_PRESENT)
                    return null;
                RtcException.Check(result);
                return Utf8.Text(value) ?? "";
            }
        }
    }

    /// <summary>A sip, sips or tel URI, taken apart.</summary>
    public sealed class Uri : IEquatable<Uri>
    {
        private readonly string _text;

        private Uri(string text, rtc_uri_t native)
        {
            _text = text;
            Scheme = Utf8.Text(native.scheme);
            User = Utf8.Text(native.user);
            Password = Utf8.Text(native.password);
            Host = Utf8.Text(native.host);
            Parameters = Utf8.Text(native.@params);
            Headers = Utf8.Text(native.headers);
            Port = (int)native.port;
        }

        public static Uri Parse(string text)
        {
            using (Arena arena = new Arena())
            {
                rtc_str_t t = arena.Str(text);
                rtc_uri_t native = new rtc_uri_t();
                native.size = SizeOf<rtc_uri_t>.Value;
                RtcException.Check(Native.rtc_uri_parse(t.ptr, t.len, ref native));
                return new Uri(text, native);
            }
        }

        public string Scheme { get; private set; }
        public string User { get; private set; }
        public string Password { get; private set; }
        public string Host { get; private set; }
        /// <summary>0 if none is given.</summary>
        public int Port { get; private set; }
        public string Parameters { get; private set; }
        public string Headers { get; private set; }

        public string GetParameter(string name)
        {
            return ParameterText.Get(Parameters, name);
        }

        /// <summary>RFC 3261 §19.1.4.</summary>
        public static bool Equal(string a, string b)
        {
            byte[] first = Utf8.Bytes(a);
            byte[] second = Utf8.Bytes(b);
            return RtcException.Check(Native.rtc_uri_equal(first, Utf8.Length(first), second, Utf8.Length(second))) == RtcResult.RTC_OK;
        }

        public bool Equals(Uri other)
        {
            return other != null && Equal(_text, other._text);
        }

        public override bool Equals(object other)
        {
            return Equals(other as Uri);
        }

        /// <summary>Only what equal URIs must share: scheme and host, in any case.</summary>
        public override int GetHashCode()
        {
            return StringComparer.OrdinalIgnoreCase.GetHashCode((Scheme ?? "") + ":" + (Host ?? ""));
        }

        public override string ToString()
        {
            return _text;
        }
    }
}
