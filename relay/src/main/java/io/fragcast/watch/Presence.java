package io.fragcast.watch;

import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which peers of one direction are connected, and what was left out for them. Written by the hot agent, read by any
 * thread through {@link #peers()}: that they are others now does not disturb who reads.
 */
public final class Presence
{
    /** No frame came yet. */
    public static final long NEVER_NS = Long.MIN_VALUE;

    private volatile Peers peers;

    /**
     * Nobody is connected yet.
     *
     * @param names of the peers, in their order.
     */
    public Presence(final List<String> names)
    {
        peers = new Peers(names);
    }

    /**
     * The peers are others from now on; none is connected until it is said again; when those were
     * heard that stay is remembered.
     *
     * @param names of the peers, in their order.
     */
    public void change(final List<String> names)
    {
        final Peers older = peers;
        final Peers newer = new Peers(names);
        for (int i = 0; i < names.size(); i++)
        {
            final int before = older.names.indexOf(names.get(i));
            newer.heardNs.set(i, before < 0 ? NEVER_NS : older.heardNs.get(before));
        }
        peers = newer;
    }

    /**
     * Says when the last frame of a peer came.
     *
     * @param index of the peer.
     * @param nowNs monotonic nanoseconds, or {@link #NEVER_NS}.
     */
    public void onHeard(final int index, final long nowNs)
    {
        peers.heardNs.setRelease(index, nowNs);
    }

    /**
     * Says whether a peer is connected now.
     *
     * @param index       of the peer.
     * @param isConnected or not.
     */
    public void onPeer(final int index, final boolean isConnected)
    {
        peers.connected.setRelease(index, isConnected ? 1 : 0);
    }

    /**
     * Says how many frames were left out for a peer.
     *
     * @param index of the peer.
     * @param count since start.
     */
    public void onSkipped(final int index, final long count)
    {
        peers.skipped.setRelease(index, count);
    }

    /**
     * The peers as they are named now; what is said of them later shows in the answer too.
     *
     * @return peers, to be asked once for one reading.
     */
    public Peers peers()
    {
        return peers;
    }

    /**
     * Peers under names that stay.
     */
    public static final class Peers
    {
        private final List<String> names;
        private final AtomicIntegerArray connected;
        private final AtomicLongArray skipped;
        private final AtomicLongArray heardNs;

        private Peers(final List<String> names)
        {
            this.names = List.copyOf(names);
            connected = new AtomicIntegerArray(names.size());
            skipped = new AtomicLongArray(names.size());
            heardNs = new AtomicLongArray(names.size());
            for (int i = 0; i < names.size(); i++)
            {
                heardNs.setPlain(i, NEVER_NS);
            }
        }

        /**
         * Names of the peers.
         *
         * @return in their order.
         */
        public List<String> names()
        {
            return names;
        }

        /**
         * Was a peer connected when the hot agent last looked?
         *
         * @param index of the peer.
         * @return true if so.
         */
        public boolean isConnected(final int index)
        {
            return 0 != connected.getAcquire(index);
        }

        /**
         * How many frames were left out for a peer.
         *
         * @param index of the peer.
         * @return count since start.
         */
        public long skipped(final int index)
        {
            return skipped.getAcquire(index);
        }

        /**
         * When the last frame of a peer came.
         *
         * @param index of the peer.
         * @return monotonic nanoseconds, or {@link Presence#NEVER_NS}.
         */
        public long heardNs(final int index)
        {
            return heardNs.getAcquire(index);
        }

        /**
         * How many are connected.
         *
         * @return count.
         */
        public int connectedCount()
        {
            int count = 0;
            for (int i = 0; i < connected.length(); i++)
            {
                count += connected.getAcquire(i);
            }

            return count;
        }
    }
}
