package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * What failing checks may cost. Only failures are charged, so honest full speed is never throttled: a session that
 * fails {@link #MAX_FAILURES} checks in a window, and more than hold, is rejected, and once the failures of all
 * sessions have cost {@link #NODE_SHARE_NS} of a window, sessions that failed in it are dropped unread until the next.
 * <p>
 * That more fails than holds is what a sender is charged for: on a lane of plain datagrams whoever knows the stream can
 * write into it, and does not need to write much.
 */
public final class VerificationBudget
{
    /** Over which failures are counted. */
    static final long WINDOW_NS = 1_000_000_000L;
    /** More than a link can damage: UDP checksums let about one datagram in 65,536 damaged ones through. */
    static final int MAX_FAILURES = 8;
    /** One signature check, measured 35 to 45 us. */
    static final long FAILURE_COST_NS = 45_000;
    /** A digest of some 500 bytes and a comparison. */
    static final long KNOWN_FAILURE_COST_NS = 2_000;
    /** A quarter of a core. */
    static final long NODE_SHARE_NS = WINDOW_NS / 4;
    /** How long a rejected session stays so: ten windows, then 8 failures more cost 0.4 ms in 10 s. */
    static final long REJECTION_NS = 10 * WINDOW_NS;
    /** Sessions with failures told apart: a node's peers and their reconnects; when full the oldest is forgotten. */
    static final int MAX_SESSIONS = 256;

    private final SessionRejecter rejecter;
    private final AtomicCounter sessionsRejected;
    private final int[] sessionIds = new int[MAX_SESSIONS];
    private final int[] failures = new int[MAX_SESSIONS];
    private final int[] held = new int[MAX_SESSIONS];
    private final long[] windowStartNs = new long[MAX_SESSIONS];
    private final boolean[] isRejected = new boolean[MAX_SESSIONS];
    private final long[] rejectedAtNs = new long[MAX_SESSIONS];
    private int sessionCount;
    private int lastSlot;
    private int rejectedCount;
    private long nodeWindowStartNs;
    private long nodeCostNs;

    /**
     * A budget of a node's thread.
     *
     * @param rejecter told of each session that is rejected.
     * @param counters of the node.
     */
    public VerificationBudget(final SessionRejecter rejecter, final Counters counters)
    {
        this.rejecter = rejecter;
        sessionsRejected = counters.get(FragcastCounter.SESSIONS_REJECTED);
    }

    /** Is the session rejected? */
    boolean isRejected(final int sessionId, final long nowNs)
    {
        if (0 == rejectedCount)
        {
            return false;
        }

        final int slot = slotOf(sessionId);
        if (slot < 0 || !isRejected[slot])
        {
            return false;
        }
        if (nowNs - rejectedAtNs[slot] >= REJECTION_NS)
        {
            isRejected[slot] = false;
            rejectedCount--;
            failures[slot] = 0;
        }

        return isRejected[slot];
    }

    /**
     * May a frame of the session be checked?
     *
     * @param sessionId of the sender.
     * @param nowNs     monotonic nanoseconds.
     * @return false if it is to be dropped unread.
     */
    public boolean isOpen(final int sessionId, final long nowNs)
    {
        if (nodeCostNs < NODE_SHARE_NS)
        {
            return true;
        }
        if (nowNs - nodeWindowStartNs >= WINDOW_NS)
        {
            nodeCostNs = 0;
            return true;
        }

        final int slot = slotOf(sessionId);

        return slot < 0 || 0 == failures[slot] || nowNs - windowStartNs[slot] >= WINDOW_NS;
    }

    /**
     * A frame of the session is what it should be.
     *
     * @param sessionId of the sender.
     */
    public void onHeld(final int sessionId)
    {
        if (0 == sessionCount)
        {
            return;
        }

        final int slot = slotOf(sessionId);
        if (slot >= 0)
        {
            held[slot]++;
        }
    }

    /**
     * A check of a frame of the session failed.
     *
     * @param sessionId of the sender.
     * @param nowNs     monotonic nanoseconds.
     */
    public void onFailure(final int sessionId, final long nowNs)
    {
        reject(charge(sessionId, nowNs, FAILURE_COST_NS), sessionId, nowNs);
    }

    /**
     * The same for a frame that failed before, and was not checked again: the sender is charged, the node hardly.
     *
     * @param sessionId of the sender.
     * @param nowNs     monotonic nanoseconds.
     */
    void onKnownFailure(final int sessionId, final long nowNs)
    {
        reject(charge(sessionId, nowNs, KNOWN_FAILURE_COST_NS), sessionId, nowNs);
    }

    /**
     * The same, where an honest session may send what fails: where a leader's key signed two headers for a frag, the
     * pieces of the one fail under the other. It costs what a failure costs, but is no ground to reject the session.
     */
    void onUnprovedFailure(final int sessionId, final long nowNs)
    {
        charge(sessionId, nowNs, FAILURE_COST_NS);
    }

    private void reject(final int slot, final int sessionId, final long nowNs)
    {
        if (failures[slot] >= MAX_FAILURES && failures[slot] > held[slot] && !isRejected[slot])
        {
            isRejected[slot] = true;
            rejectedAtNs[slot] = nowNs;
            rejectedCount++;
            sessionsRejected.incrementRelease();
            rejecter.onSessionRejected(sessionId);
        }
    }

    private int charge(final int sessionId, final long nowNs, final long costNs)
    {
        if (0 == nodeCostNs || nowNs - nodeWindowStartNs >= WINDOW_NS)
        {
            nodeWindowStartNs = nowNs;
            nodeCostNs = 0;
        }
        nodeCostNs += costNs;

        final int slot = takeSlot(sessionId);
        if (0 == failures[slot] || nowNs - windowStartNs[slot] >= WINDOW_NS)
        {
            windowStartNs[slot] = nowNs;
            failures[slot] = 0;
            held[slot] = 0;
        }
        failures[slot]++;

        return slot;
    }

    private int slotOf(final int sessionId)
    {
        if (lastSlot < sessionCount && sessionId == sessionIds[lastSlot])
        {
            return lastSlot;
        }
        for (int i = 0; i < sessionCount; i++)
        {
            if (sessionId == sessionIds[i])
            {
                lastSlot = i;
                return i;
            }
        }

        return -1;
    }

    private int takeSlot(final int sessionId)
    {
        final int slot = slotOf(sessionId);
        if (slot >= 0)
        {
            return slot;
        }

        final int taken = sessionCount < MAX_SESSIONS ? sessionCount++ : oldestSlot();
        sessionIds[taken] = sessionId;
        failures[taken] = 0;
        held[taken] = 0;
        if (isRejected[taken])
        {
            isRejected[taken] = false;
            rejectedCount--;
        }

        return taken;
    }

    private int oldestSlot()
    {
        int oldest = 0;
        for (int i = 1; i < MAX_SESSIONS; i++)
        {
            if (windowStartNs[i] - windowStartNs[oldest] < 0)
            {
                oldest = i;
            }
        }

        return oldest;
    }
}
