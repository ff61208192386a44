// A SIP message, received, parsed or built. Immutable and independent of any client; everything
// read from it is a copy.

using System;
using System.Collections.Generic;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>What to build: a request, or (status not 0) a response to another message.</summary>
    public sealed class SipMessageOptions
    {
        public int Status { get; set; }
        /// <summary>What a response answers, or what a request varies.</summary>
        public SipMessage Base { get; set; }
        public string Method { get; set; }
        public string Uri { get; set; }
        public string Reason { get; set; }
        public string ToTag { get; set; }
        /// <summary>Lines that replace by name.</summary>
        public string Headers { get; set; }
        /// <summary>Names to drop.</summary>
        public string Remove { get; set; }
        public string ContentType { get; set; }
        public byte[] Body { get; set; }
        public SendFlags Flags { get; set; }
    }

    /// <summary>One part of a body, or the whole of it.</summary>
    public sealed class BodyPart
    {
        internal BodyPart(rtc_body_t native)
        {
            Parts = native.parts;
            Headers = Utf8.Text(native.headers);
            ContentType = Utf8.Text(native.content_type);
            ContentId = Utf8.Text(native.content_id);
            Disposition = Utf8.Text(native.disposition);
            Bytes = Utf8.Copy(native.bytes) ?? new byte[0];
        }

        /// <summary>How many parts the body has.</summary>
        public int Parts { get; private set; }
        public string Headers { get; private set; }
        public string ContentType { get; private set; }
        public string ContentId { get; private set; }
        public string Disposition { get; private set; }
        public byte[] Bytes { get; private set; }

        public string Text
        {
            get { return Utf8.Text(Bytes); }
        }
    }

    /// <summary>A request or a response.</summary>
    public sealed class SipMessage : IDisposable
    {
        private readonly SipMessageHandle _handle;
        private Head _head;

        internal SipMessage(SipMessageHandle handle)
        {
            _handle = handle;
        }

        private sealed class Head
        {
            internal rtc_sip_head_t Numbers;
            internal string StartLine, Method, RequestUri, Reason, CallId, FromUri, FromTag, ToUri, ToTag, ContactUri;
            internal string ViaBranch, Event, ContentType, Source, Destination;
        }

        private SipMessageHandle Handle
        {
            get
            {
                if (_handle.IsClosed)
                    throw RtcException.Stale("SipMessage");
                return _handle;
            }
        }

        /// <summary>Reads a datagram.</summary>
        public static SipMessage Parse(byte[] bytes, ParseFlags flags = ParseFlags.None)
        {
            long consumed;
            return Parse(bytes, flags, out consumed);
        }

        /// <summary>Reads the first message of a stream (ParseFlags.Stream); RTC_E_SIP_NEED_MORE_DATA
        /// when it is not complete.</summary>
        public static SipMessage Parse(byte[] bytes, ParseFlags flags, out long consumed)
        {
            if (bytes == null)
                throw new ArgumentNullException("bytes");
            UIntPtr used;
            SipMessageHandle handle;
            RtcException.Check(Native.rtc_sip_message_parse(bytes, Utf8.Length(bytes), (uint)flags, out used, out handle));
            consumed = checked((long)used.ToUInt64());
            return new SipMessage(handle);
        }

        public static SipMessage Parse(string text)
        {
            return Parse(Utf8.Bytes(text));
        }

        public static SipMessage Create(SipMessageOptions options)
        {
            if (options == null)
                throw new ArgumentNullException("options");
            using (Arena arena = new Arena())
            {
                rtc_sip_message_options_t native = new rtc_sip_message_options_t();
                native.size = SizeOf<rtc_sip_message_options_t>.Value;
                native.status = options.Status;
                native.@base = arena.Handle(options.Base == null ? null : options.Base.Handle);
                native.method = arena.Str(options.Method);
                native.uri = arena.Str(options.Uri);
                native.reason = arena.Str(options.Reason);
                native.to_tag = arena.Str(options.ToTag);
                native.headers = arena.Str(options.Headers);
                native.remove = arena.Str(options.Remove);
                native.content_type = arena.Str(options.ContentType);
                native.body = arena.Str(options.Body);
                native.flags = (uint)options.Flags;
                SipMessageHandle handle;
                RtcException.Check(Native.rtc_sip_message_create(ref native, out handle));
                return new SipMessage(handle);
            }
        }

        private Head Read()
        {
            if (_head != null)
                return _head;
            SipMessageHandle handle = Handle;
            using (handle.Hold())
            {
                rtc_sip_head_t native = new rtc_sip_head_t();
                native.size = SizeOf<rtc_sip_head_t>.Value;
                RtcException.Check(Native.rtc_sip_message_get_head(handle, ref native));
                Head head = new Head();
                head.Numbers = native;
                head.StartLine = Utf8.Text(native.start_line);
                head.Method = Utf8.Text(native.method);
                head.RequestUri = Utf8.Text(native.request_uri);
                head.Reason = Utf8.Text(native.reason);
                head.CallId = Utf8.Text(native.call_id);
                head.FromUri = Utf8.Text(native.from_uri);
                head.FromTag = Utf8.Text(native.from_tag);
                head.ToUri = Utf8.Text(native.to_uri);
                head.ToTag = Utf8.Text(native.to_tag);
                head.ContactUri = Utf8.Text(native.contact_uri);
                head.ViaBranch = Utf8.Text(native.via_branch);
                head.Event = Utf8.Text(native.@event);
                head.ContentType = Utf8.Text(native.content_type);
                head.Source = Utf8.Text(native.source);
                head.Destination = Utf8.Text(native.destination);
                _head = head;
                return head;
            }
        }

        public bool IsRequest
        {
            get { return Read().Numbers.status == 0; }
        }

        /// <summary>0 for a request.</summary>
        public int Status
        {
            get { return Read().Numbers.status; }
        }

        /// <summary>The request line or the status line.</summary>
        public string StartLine
        {
            get { return Read().StartLine; }
        }

        /// <summary>Of a response: that of its CSeq.</summary>
        public string Method
        {
            get { return Read().Method; }
        }

        public string RequestUri
        {
            get { return Read().RequestUri; }
        }

        public string Reason
        {
            get { return Read().Reason; }
        }

        public string CallId
        {
            get { return Read().CallId; }
        }

        public string FromUri
        {
            get { return Read().FromUri; }
        }

        public string FromTag
        {
            get { return Read().FromTag; }
        }

        public string ToUri
        {
            get { return Read().ToUri; }
        }

        public string ToTag
        {
            get { return Read().ToTag; }
        }

        public string ContactUri
        {
            get { return Read().ContactUri; }
        }

        public string ViaBranch
        {
            get { return Read().ViaBranch; }
        }

        public string Event
        {
            get { return Read().Event; }
        }

        public string ContentType
        {
            get { return Read().ContentType; }
        }

        public long CSeq
        {
            get { return Read().Numbers.cseq; }
        }

        /// <summary>-1 if absent.</summary>
        public int MaxForwards
        {
            get { return Read().Numbers.max_forwards; }
        }

        /// <summary>"192.0.2.1:5060"; empty when it came from no network.</summary>
        public string Source
        {
            get { return Read().Source; }
        }

        public string Destination
        {
            get { return Read().Destination; }
        }

        /// <summary>The value of the first header of a name, long or compact; null if there is none.</summary>
        public string this[string name]
        {
            get
            {
                Header header = GetHeader(name, 0);
                return header == null ? null : header.Value;
            }
        }

        /// <summary>A header by name and index; null past the end.</summary>
        /// <param name="name">Long or compact; null for every header.</param>
        /// <param name="index">Counts list elements, or lines as received.</param>
        /// <param name="lines">Whether lines are counted.</param>
        public Header GetHeader(string name, int index = 0, bool lines = false)
        {
            if (index < 0)
                throw new ArgumentOutOfRangeException("index");
            byte[] bytes = Utf8.Bytes(name);
            SipMessageHandle handle = Handle;
            using (handle.Hold())
            {
                rtc_header_t native = new rtc_header_t();
                native.size = SizeOf<rtc_header_t>.Value;
                int result = Native.rtc_sip_message_get_header(handle, bytes, Utf8.Length(bytes), new UIntPtr((uint)index),
                    lines ? (uint)Constants.RTC_HEADER_LINES : 0, ref native);
                if (result == RtcResult.RTC_E_SIP_HEADER_NOT_PRESENT)
                    return null;
                RtcException.Check(result);
                return new Header(native);
            }
        }

        /// <summary>All headers of a name; null: all there are.</summary>
        public IEnumerable<Header> GetHeaders(string name = null, bool lines = false)
        {
            for (int index = 0;; index++)
            {
                Header header = GetHeader(name, index, lines);
                if (header == null)
                    yield break;
                yield return header;
            }
        }

        /// <summary>The whole body (-1) or one part of a multipart.</summary>
        public BodyPart GetBody(int part = -1)
        {
            SipMessageHandle handle = Handle;
            using (handle.Hold())
            {
                rtc_body_t native = new rtc_body_t();
                native.size = SizeOf<rtc_body_t>.Value;
                RtcException.Check(Native.rtc_sip_message_get_body(handle, part, ref native));
                return new BodyPart(native);
            }
        }

        /// <summary>Every byte of the message.</summary>
        public byte[] ToBytes()
        {
            SipMessageHandle handle = Handle;
            using (handle.Hold())
            {
                rtc_str_t text;
                RtcException.Check(Native.rtc_sip_message_get_text(handle, out text));
                return Utf8.Copy(text) ?? new byte[0];
            }
        }

        public override string ToString()
        {
            return Utf8.Text(ToBytes());
        }

        public void Dispose()
        {
            _handle.Dispose();
        }
    }
}
