package io.fragcast.protocol.fanout;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.FeedKind;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;

/**
 * Watches whether a node hears its upstream peers by multicast, and has those send by unicast whom it does not. There
 * is a Heartbeat each 100 ms; where twenty of them are missing the network carries no multicast, or not to here.
 * <pre>
 *           nothing by multicast for 2 s: asks the peer             heard without a break for 10 s: says STOP
 *   GROUP ──────────────────────────────────────────────▶ UNICAST ─────────────────────────────────────────▶ GROUP
 * </pre>
 * While by unicast the group is listened to as well; the second copy costs a look at its header. Used by the thread of
 * the peers.
 */
public final class GroupWatch
{
    /** Twenty Heartbeats. */
    static final long LOST_NS = TimeUnit.SECONDS.toNanos(2);
    /** Five times as long, so that a network that flaps is left alone. */
    static final long RETURN_NS = TimeUnit.SECONDS.toNanos(10);
    /** Three Heartbeats: a longer pause is a break. */
    static final long BREAK_NS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long RENEW_NS = TimeUnit.SECONDS.toNanos(1);

    private final long[] upstreams;
    private final TreePeers peers;
    private final LongUnaryOperator heard;
    private final boolean[] isUnicast;
    private final long[] heardNs;
    private final long[] sinceNs;
    private final long[] askAtNs;
    private final AtomicCounter lost;
    private boolean isStarted;
    private long lookAtNs;

    /**
     * A watch.
     *
     * @param upstreams ids of the peers.
     * @param peers     of the node.
     * @param heard     when a peer was heard last by multicast, monotonic nanoseconds, or {@link TreeLinks#NEVER_NS}.
     * @param counters  of the node.
     */
    public GroupWatch(
        final long[] upstreams, final TreePeers peers, final LongUnaryOperator heard, final Counters counters)
    {
        this.upstreams = upstreams.clone();
        this.peers = peers;
        this.heard = heard;
        isUnicast = new boolean[upstreams.length];
        heardNs = new long[upstreams.length];
        sinceNs = new long[upstreams.length];
        askAtNs = new long[upstreams.length];
        lost = counters.get(FragcastCounter.MULTICAST_LOST);
    }

    /**
     * Looks who is heard, and asks who is not.
     *
     * @param nowNs monotonic nanoseconds.
     * @return true if other peers are to be heard by unicast than before.
     */
    public boolean doWork(final long nowNs)
    {
        if (isStarted && nowNs - lookAtNs < 0)
        {
            return false;
        }
        if (!isStarted)
        {
            isStarted = true;
            Arrays.fill(heardNs, nowNs);
            Arrays.fill(sinceNs, nowNs);
        }
        lookAtNs = nowNs + LOOK_NS;
        boolean isChanged = false;
        for (int i = 0; i < upstreams.length; i++)
        {
            isChanged |= isUnicast[i] ? tryReturn(i, nowNs) : tryLeave(i, nowNs);
        }

        return isChanged;
    }

    /**
     * Whom to hear by unicast too.
     *
     * @return their ids.
     */
    public long[] unicast()
    {
        int count = 0;
        final long[] ids = new long[upstreams.length];
        for (int i = 0; i < upstreams.length; i++)
        {
            if (isUnicast[i])
            {
                ids[count++] = upstreams[i];
            }
        }

        return Arrays.copyOf(ids, count);
    }

    /** Who is not up, or still on its way, is silent by any way; its two seconds begin when it can be asked. */
    private boolean tryLeave(final int index, final long nowNs)
    {
        if (!isReady(index))
        {
            heardNs[index] = nowNs;
            return false;
        }
        look(index);
        if (nowNs - (heardNs[index] + LOST_NS) < 0 || !ask(index, nowNs))
        {
            return false;
        }
        lost.incrementRelease();
        isUnicast[index] = true;
        sinceNs[index] = nowNs;

        return true;
    }

    private boolean tryReturn(final int index, final long nowNs)
    {
        look(index);
        if (nowNs - (heardNs[index] + BREAK_NS) >= 0)
        {
            sinceNs[index] = nowNs;
        }
        if (nowNs - (sinceNs[index] + RETURN_NS) >= 0)
        {
            isUnicast[index] = false;
            // One that does not hear it forgets this node by itself.
            tell(index, FeedKind.STOP);
            return true;
        }
        if (nowNs - askAtNs[index] >= 0)
        {
            ask(index, nowNs);
        }

        return false;
    }

    private void look(final int index)
    {
        final long lastNs = heard.applyAsLong(upstreams[index]);
        if (TreeLinks.NEVER_NS != lastNs && lastNs - heardNs[index] > 0)
        {
            heardNs[index] = lastNs;
        }
    }

    private boolean isReady(final int index)
    {
        for (int i = 0; i < peers.count(); i++)
        {
            if (peers.isReady(i) && upstreams[index] == peers.id(i))
            {
                return true;
            }
        }

        return false;
    }

    private boolean ask(final int index, final long nowNs)
    {
        if (!tell(index, FeedKind.NO_MULTICAST))
        {
            return false;
        }
        askAtNs[index] = nowNs + RENEW_NS;

        return true;
    }

    private boolean tell(final int index, final FeedKind kind)
    {
        for (int i = 0; i < peers.count(); i++)
        {
            if (peers.isReady(i) && upstreams[index] == peers.id(i) && peers.tell(i, kind))
            {
                return true;
            }
        }

        return false;
    }
}
