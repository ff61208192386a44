// Collections and enumerators: snapshots, taken when they are asked for.

using System;
using System.Collections;
using System.Runtime.InteropServices;

namespace RTCCORELib
{
    /// <summary>A list for foreach and by number, from 1.</summary>
    [Guid("ec7c8096-b918-4044-94f1-e4fba0361d5c")]
    public interface IRTCCollection : IEnumerable
    {
        int Count { get; }
        object this[int Index] { get; }
    }

    internal sealed class Collection : IRTCCollection
    {
        private readonly object[] _items;

        internal Collection(object[] items)
        {
            _items = items;
        }

        public int Count
        {
            get { return _items.Length; }
        }

        public object this[int Index]
        {
            get
            {
                if (Index < 1 || Index > _items.Length)
                    throw new ArgumentException("There is no item " + Index + " among " + _items.Length + ".");
                return _items[Index - 1];
            }
        }

        public IEnumerator GetEnumerator()
        {
            return _items.GetEnumerator();
        }
    }

    /// <summary>Where an enumerator stands. One item at a time: that is what the imported Next can take.</summary>
    internal abstract class Walk<T> where T : class
    {
        protected readonly T[] Items;
        protected int At;

        internal Walk(T[] items, int at)
        {
            Items = items;
            At = at;
        }

        public void Next(uint celt, out T ppElements, out uint pceltFetched)
        {
            if (celt != 1)
                throw new ArgumentException("One element at a time.");
            bool more = At < Items.Length;
            ppElements = more ? Items[At++] : null;
            pceltFetched = more ? 1u : 0u;
        }

        public void Reset()
        {
            At = 0;
        }

        public void Skip(uint celt)
        {
            At = (int)Math.Min(Items.Length, At + (long)celt);
        }
    }

    internal sealed class EnumProfiles : Walk<IRTCProfile>, IRTCEnumProfiles
    {
        internal EnumProfiles(IRTCProfile[] items, int at = 0) : base(items, at)
        {
        }

        public IRTCEnumProfiles Clone()
        {
            return new EnumProfiles(Items, At);
        }
    }

    internal sealed class EnumParticipants : Walk<IRTCParticipant>, IRTCEnumParticipants
    {
        internal EnumParticipants(IRTCParticipant[] items, int at = 0) : base(items, at)
        {
        }

        public IRTCEnumParticipants Clone()
        {
            return new EnumParticipants(Items, At);
        }
    }
}
