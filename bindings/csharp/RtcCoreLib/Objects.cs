// What hangs on the client: profiles, sessions, participants, subscriptions, messages.

using System.Linq;
using System.Runtime.InteropServices;
using RtcClient;

namespace RTCCORELib
{
    internal sealed class ProfileObject : ProfileBase, IWrapped
    {
        private readonly Profile _it;

        internal ProfileObject(Profile it)
        {
            _it = it;
        }

        RtcObject IWrapped.Behind
        {
            get { return _it; }
        }

        public override string Key
        {
            get { return Com.Get(() => _it.ProfileKey); }
        }

        public override string Name
        {
            get { return Com.Get(() => _it.Name); }
        }

        public override string XML
        {
            get { return Com.Get(() => _it.Xml); }
        }

        public override string UserURI
        {
            get { return Com.Get(() => _it.UserUri); }
        }

        public override string UserName
        {
            get { return Com.Get(() => _it.UserName); }
        }

        public override string UserAccount
        {
            get { return Com.Get(() => _it.UserAccount); }
        }

        public override void SetCredentials(string bstrUserURI, string bstrUserAccount, string bstrPassword)
        {
            Credentials credentials = new Credentials();
            credentials.User = bstrUserAccount;
            credentials.Secret = bstrPassword;
            Com.Do(delegate
            {
                if (!string.IsNullOrEmpty(bstrUserURI))
                    _it.UserUri = bstrUserURI;
                _it.SetCredentials(credentials);
            });
        }

        public override int SessionCapabilities
        {
            get { return Com.Get(() => (int)_it.SessionCapabilities); }
        }

        public override RTC_REGISTRATION_STATE State
        {
            get { return Com.Get(() => (RTC_REGISTRATION_STATE)(int)_it.State); }
        }

        public override string Realm
        {
            get { return Com.Get(() => _it.Realm); }
            set { Com.Do(() => _it.Realm = value); }
        }

        public override int AllowedAuth
        {
            get { return Com.Get(() => (int)_it.AllowedAuthentication); }
            set { Com.Do(() => _it.AllowedAuthentication = (AuthenticationMethods)value); }
        }

        public override void GetServer(out string pbstrServer, out int plTransport)
        {
            plTransport = Com.Get(() => (int)_it.Transport);
            pbstrServer = Com.Get(() => _it.Server);
        }
    }

    internal sealed class SessionObject : SessionBase, IWrapped
    {
        private readonly RTCClientClass _client;
        private readonly Session _it;
        private int _redirect;

        internal SessionObject(RTCClientClass client, Session it)
        {
            _client = client;
            _it = it;
        }

        RtcObject IWrapped.Behind
        {
            get { return _it; }
        }

        public override IRTCClient Client
        {
            get { return _client; }
        }

        public override RTC_SESSION_STATE State
        {
            get { return Com.Get(() => (RTC_SESSION_STATE)(int)_it.State); }
        }

        public override RTC_SESSION_TYPE Type
        {
            get { return Com.Get(() => (RTC_SESSION_TYPE)(int)_it.Type); }
        }

        public override IRTCProfile Profile
        {
            get
            {
                IRTCProfile found = Com.Get(() => _client.Of(_it.Profile));
                if (found == null)
                    throw new COMException("The session has no profile.", RtcResult.RTC_E_NO_PROFILE);
                return found;
            }
        }

        private IRTCParticipant[] All()
        {
            return Com.Get(() => _it.GetParticipants().Select(p => (IRTCParticipant)_client.Of(p)).ToArray());
        }

        public override IRTCCollection Participants
        {
            get { return new Collection(All()); }
        }

        public override IRTCEnumParticipants EnumerateParticipants()
        {
            return new EnumParticipants(All());
        }

        public override void Answer()
        {
            Com.Do(() => _it.Answer());
        }

        public override void AnswerWithSessionDescription(string bstrContentType, string bstrSessionDescription)
        {
            Com.Do(() => _it.Answer(0, Com.Content(Com.Given(bstrContentType), Com.Given(bstrSessionDescription))));
        }

        public override void Terminate(RTC_TERMINATE_REASON enReason)
        {
            Com.Do(() => _it.Terminate((TerminateReason)(int)enReason));
        }

        public override void Redirect(RTC_SESSION_TYPE enType, string bstrLocalPhoneURI, IRTCProfile pProfile, int lFlags)
        {
            Com.Do(() => _it.Redirect(RedirectedUserURI));
        }

        public override IRTCParticipant AddParticipant(string bstrAddress, string bstrName)
        {
            return Com.Get(() => _client.Of(_it.AddParticipant(Com.Given(bstrAddress), bstrName)));
        }

        public override IRTCParticipant2 AddParticipantEx(string bstrAddress, string bstrName, string bstrDeviceID)
        {
            if (!string.IsNullOrEmpty(bstrDeviceID))
                throw Missing.Built("Choosing a device");
            return (IRTCParticipant2)AddParticipant(bstrAddress, bstrName);
        }

        public override bool CanAddParticipants
        {
            get { return Com.Get(() => _it.CanAddParticipants); }
        }

        public override string RedirectedUserURI
        {
            get { return At(Com.Get(() => _it.RedirectUris), _redirect); }
        }

        public override string RedirectedUserName
        {
            get { return At(Com.Get(() => _it.RedirectNames), _redirect); }
        }

        public override void NextRedirectedUser()
        {
            At(Com.Get(() => _it.RedirectUris), _redirect + 1);
            _redirect++;
        }

        private static string At(string[] list, int index)
        {
            if (index >= list.Length)
                throw new COMException("No redirection is left.", RtcResult.RTC_E_NOT_EXIST);
            return list[index];
        }

        public override void SendMessage(string bstrMessageHeader, string bstrMessage, int lCookie)
        {
            Com.Do(() => _it.Send("MESSAGE", Com.Content(bstrMessageHeader, Com.Given(bstrMessage), lCookie)));
        }

        public override void SendInfo(string bstrInfoHeader, string bstrInfo, int lCookie)
        {
            Com.Do(() => _it.Send("INFO", Com.Content(bstrInfoHeader, Com.Given(bstrInfo), lCookie)));
        }

        public override void ReInviteWithSessionDescription(string bstrContentType, string bstrSessionDescription, int lCookie)
        {
            SendOptions send = Com.Content(Com.Given(bstrContentType), Com.Given(bstrSessionDescription), lCookie);
            Com.Do(() => _it.ReInvite(ReInviteFlags.None, send));
        }

        public override void Hold(int lCookie)
        {
            Com.Do(() => _it.Hold(Com.Content(null, null, lCookie)));
        }

        public override void UnHold(int lCookie)
        {
            Com.Do(() => _it.Unhold(Com.Content(null, null, lCookie)));
        }

        public override void Forward(string bstrForwardToURI)
        {
            Com.Do(() => _it.Redirect(Com.Given(bstrForwardToURI)));
        }

        public override void SendMessageStatus(RTC_MESSAGING_USER_STATUS enUserStatus, int lCookie)
        {
            Com.Do(() => _it.SendStatus((MessagingUserStatus)(int)enUserStatus, Com.Content(null, null, lCookie)));
        }

        /// <summary>A REFER has no place for the cookie: ReferCookie of this session shows it.</summary>
        public override void Refer(string bstrReferToURI, string bstrReferCookie)
        {
            string target = Com.Given(bstrReferToURI);
            if (!string.IsNullOrEmpty(bstrReferCookie))
                ReferCookie = bstrReferCookie;
            Com.Do(() => _it.Refer(target));
        }

        public override string ReferredByURI
        {
            get { return Com.Get(() => _it.ReferredBy); }
            set { Com.Do(() => _it.ReferredBy = value); }
        }

        public override string ReferCookie
        {
            get { return Com.Get(() => _it.ReferCookie); }
            set { Com.Do(() => _it.ReferCookie = value); }
        }

        public override bool IsReferred
        {
            get { return Com.Get(() => _it.IsReferred); }
        }

        public override void ReplaceSession(IRTCSession pReplacedSession)
        {
            if (pReplacedSession == null)
                throw new COMException("A session is missing.", RtcResult.RTC_E_POINTER);
            Session consult = Com.Behind<Session>(pReplacedSession);
            Com.Do(() => _it.Refer(consult));
        }

        public override void ParkSession(string bstrParkURI)
        {
            Refer(bstrParkURI, null);
        }

        /// <summary>RFC 3891 §3: the to-tag is that of who is called, the from-tag that of its peer.</summary>
        public override void Retrieve(string bstrAddress, string bstrName, string bstrReferredByURI, string bstrRetrieveCallID,
            string bstrRetrieveFromTag, string bstrRetrieveToTag, bool fEarlyOnly)
        {
            Com.Given(bstrAddress);
            string call = Com.Given(bstrRetrieveCallID), from = Com.Given(bstrRetrieveFromTag), to = Com.Given(bstrRetrieveToTag);
            Com.Do(() => _it.Replace(call, to, from, fEarlyOnly ? DialogIdFlags.EarlyOnly : DialogIdFlags.None));
            if (!string.IsNullOrEmpty(bstrReferredByURI))
                ReferredByURI = bstrReferredByURI;
            Com.Do(() => _it.AddParticipant(bstrAddress, bstrName));
        }

        public override int SIPPrivacyType
        {
            get { return Com.Get(() => (int)_it.SipPrivacy); }
            set { Com.Do(() => _it.SipPrivacy = (Privacy)(uint)value); }
        }

        public override void SetAdditionalHeaderValues(string bstrHeaderValuePairs)
        {
            Com.Do(() => _it.AdditionalHeaderValues = bstrHeaderValuePairs);
        }

        public override string GetAdditionalHeaderValues()
        {
            return Com.Get(() => _it.AdditionalHeaderValues);
        }
    }

    internal sealed class ParticipantObject : ParticipantBase, IWrapped
    {
        private readonly RTCClientClass _client;
        private readonly Participant _it;

        internal ParticipantObject(RTCClientClass client, Participant it)
        {
            _client = client;
            _it = it;
        }

        RtcObject IWrapped.Behind
        {
            get { return _it; }
        }

        public override string UserURI
        {
            get { return Com.Get(() => _it.Uri); }
        }

        public override string Name
        {
            get { return Com.Get(() => _it.Name); }
        }

        public override bool Removable
        {
            get { return Com.Get(() => _it.IsRemovable); }
        }

        public override RTC_PARTICIPANT_STATE State
        {
            get { return Com.Get(() => (RTC_PARTICIPANT_STATE)(int)_it.State); }
        }

        public override IRTCSession Session
        {
            get { return Com.Get(() => _client.Of(_it.Session)); }
        }
    }

    internal sealed class SubscriptionObject : SubscriptionBase, IWrapped
    {
        private readonly RTCClientClass _client;
        private readonly Subscription _it;

        internal SubscriptionObject(RTCClientClass client, Subscription it)
        {
            _client = client;
            _it = it;
        }

        RtcObject IWrapped.Behind
        {
            get { return _it; }
        }

        public override string AcceptedContentType
        {
            get { return Com.Get(() => _it.Accept); }
        }

        public override string EventPackage
        {
            get { return Com.Get(() => _it.Event); }
        }

        public override IRTCProfile Profile
        {
            get { return Com.Get(() => _client.Of(_it.Profile)); }
        }

        public override RTC_SUBSCRIPTION_STATE SubscriptionState
        {
            get { return Com.Get(() => (RTC_SUBSCRIPTION_STATE)(int)_it.State); }
        }

        public override void Send(string bstrContentType, string bstrMessageBody)
        {
            Com.Do(() => _it.Subscribe(Com.Content(bstrContentType, bstrMessageBody)));
        }

        public override void Resubscribe(string bstrContentType, string bstrBody)
        {
            Send(bstrContentType, bstrBody);
        }

        public override void Unsubscribe()
        {
            Com.Do(() => _it.Unsubscribe());
        }

        public override void SetAdditionalHeaderValues(string bstrHeaderValuePairs)
        {
            Com.Do(() => _it.AdditionalHeaderValues = bstrHeaderValuePairs);
        }

        public override string GetAdditionalHeaderValues()
        {
            return Com.Get(() => _it.AdditionalHeaderValues);
        }
    }

    internal sealed class UnsolicitedObject : UnsolicitedSubscriptionBase, IWrapped
    {
        private readonly Subscription _it;

        internal UnsolicitedObject(Subscription it)
        {
            _it = it;
        }

        RtcObject IWrapped.Behind
        {
            get { return _it; }
        }

        public override bool IsEnabled()
        {
            return Com.Get(() => _it.IsEnabled);
        }

        public override void Enable()
        {
            Com.Do(() => _it.Subscribe());
        }

        public override void Disable()
        {
            Com.Do(() => _it.Unsubscribe());
        }

        public override void Unregister()
        {
            Disable();
        }

        public override string EventPackage
        {
            get { return Com.Get(() => _it.Event); }
        }

        public override string AcceptedContentType
        {
            get { return Com.Get(() => _it.Accept); }
        }
    }

    internal sealed class MessageObject : SipMessageBase
    {
        private readonly SipMessage _it;

        internal MessageObject(SipMessage it)
        {
            _it = it;
        }

        public override string GetMessageText()
        {
            return Com.Get(() => _it.ToString());
        }

        public override string GetRequestLine()
        {
            return Com.Get(() => _it.StartLine);
        }

        public override void GetMessageBody(out string pbstrContentType, out string pbstrBodyText)
        {
            BodyPart body = Com.Get(() => _it.GetBody());
            pbstrContentType = body.ContentType ?? "";
            pbstrBodyText = body.Text;
        }

        /// <summary>The line as it was received, lists not taken apart.</summary>
        public override string GetFirstHeader(string bstrHeaderName)
        {
            string[] values;
            uint count;
            GetHeader(bstrHeaderName, out values, out count);
            return values[0];
        }

        public override void GetHeader(string bstrHeaderName, out string[] prgValues, out uint pcValues)
        {
            Com.Given(bstrHeaderName);
            prgValues = Com.Get(() => _it.GetHeaders(bstrHeaderName, true).Select(h => h.Value).ToArray());
            pcValues = (uint)prgValues.Length;
            if (pcValues == 0)
                throw new COMException("There is no " + bstrHeaderName + ".", RtcResult.RTC_E_SIP_HEADER_NOT_PRESENT);
        }
    }
}
