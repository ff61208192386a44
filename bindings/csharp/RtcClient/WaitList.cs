// Who waits for which event. A wait is judged on the event thread and its task is completed
// there, but what follows the task never runs there: continuations are asynchronous.

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using RtcClient.Interop;

namespace RtcClient
{
    internal enum Verdict
    {
        Pending,
        Done,
        Failed
    }

    internal sealed class WaitList
    {
        private readonly List<Wait> _waits = new List<Wait>();
        private RtcException _closed;

        /// <summary>Waits for the first event that the judge does not leave pending.</summary>
        internal Wait Add(string what, Func<RtcEventArgs, Verdict> judge, CancellationToken token)
        {
            return Add(what, judge, token, null);
        }

        /// <summary>The same; a cancelled token also does what is given.</summary>
        internal Wait Add(string what, Func<RtcEventArgs, Verdict> judge, CancellationToken token, Action onCancel)
        {
            Wait wait = new Wait(this, what, judge);
            lock (_waits)
            {
                if (_closed != null)
                    wait.Fail(_closed);
                else
                    _waits.Add(wait);
            }
            wait.Watch(token, onCancel);
            return wait;
        }

        internal void Offer(RtcEventArgs args)
        {
            Wait[] waits;
            lock (_waits)
            {
                if (_waits.Count == 0)
                    return;
                waits = _waits.ToArray();
            }
            foreach (Wait wait in waits)
                wait.Judge(args);
        }

        internal void Remove(Wait wait)
        {
            lock (_waits)
                _waits.Remove(wait);
        }

        /// <summary>No event will come any more: every wait fails, later ones too.</summary>
        internal void Close(RtcException fault)
        {
            Wait[] waits;
            lock (_waits)
            {
                _closed = fault;
                waits = _waits.ToArray();
                _waits.Clear();
            }
            foreach (Wait wait in waits)
                wait.Fail(fault);
        }
    }

    internal sealed class Wait
    {
        private readonly WaitList _list;
        private readonly string _what;
        private readonly Func<RtcEventArgs, Verdict> _judge;
        private readonly TaskCompletionSource<RtcEventArgs> _source =
            new TaskCompletionSource<RtcEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        private CancellationTokenRegistration _registration;

        internal Wait(WaitList list, string what, Func<RtcEventArgs, Verdict> judge)
        {
            _list = list;
            _what = what;
            _judge = judge;
        }

        internal Task<RtcEventArgs> Task
        {
            get { return _source.Task; }
        }

        internal void Watch(CancellationToken token, Action onCancel)
        {
            if (!token.CanBeCanceled)
                return;
            CancellationTokenRegistration registration = token.Register(delegate
            {
                if (!_source.TrySetCanceled())
                    return;
                _list.Remove(this);
                if (onCancel == null)
                    return;
                try
                {
                    onCancel();
                }
                catch (RtcException)
                {
                    // It ended by itself in the same moment: there is nothing left to cancel.
                }
            });
            lock (_source)
                _registration = registration;
            if (_source.Task.IsCompleted)
                registration.Dispose();
        }

        internal void Judge(RtcEventArgs args)
        {
            Verdict verdict = _judge(args);
            if (verdict == Verdict.Done)
                Succeed(args);
            else if (verdict == Verdict.Failed)
                Fail(RtcException.FromEvent(_what, args));
        }

        internal void Succeed(RtcEventArgs args)
        {
            if (_source.TrySetResult(args))
                End();
        }

        internal void Fail(Exception fault)
        {
            if (_source.TrySetException(fault))
                End();
        }

        private void End()
        {
            _list.Remove(this);
            CancellationTokenRegistration registration;
            lock (_source)
                registration = _registration;
            // A registration that Watch stores after this is disposed of by Watch.
            registration.Dispose();
        }
    }
}
