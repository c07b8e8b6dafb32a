package io.fragcast.wire;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FragSender;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.NextLeaders;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import io.fragcast.transport.Transmitter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Copies a frame into the claim of each sink, next leaders first; who they are may change from block to block. What to
 * do about a slow sink is decided here and nowhere else, for the broadcaster ({@link #send}) and for relays ({@link
 * #onAccepted}) alike:
 * <pre>
 *                     SKIP                                    WAIT
 *   not connected     left out, counted                       left out, counted
 *   out of window     tried once more, left out, counted      frame kept, tried again by doWork until it is taken
 * </pre>
 * While a frame is kept {@link #isReady()} is false and nothing else may be sent. A broadcaster that nobody could take
 * a frame from, though some listen, is told so and offers it again: what is published is never lost in silence.
 * <p>
 * Copies leave with both time stamps absent; a forwarded one with its hop counted. Used by one thread; the sinks belong
 * to the node.
 */
public final class FrameFanout implements FrameForwarder
{
    /** Bits of the map of sinks that a kept frame is owed to. */
    public static final int MAX_SINKS = Long.SIZE;
    /** Twice the deepest tree planned (3 relays) and a bit: a frame that passed more is going in circles. */
    public static final int MAX_HOPS = 8;

    private final NextLeaders nextLeaders;
    private FrameSink[] sinks = new FrameSink[0];
    private long[] skipped = new long[0];
    private long allSinks;
    private final SlowSink slowSink;
    private final Transmitter transmitter;
    private final UnsafeBuffer kept;
    private final AtomicCounter forwarded;
    private final AtomicCounter overHops;
    private final AtomicCounter skippedWindow;
    private final AtomicCounter skippedUnconnected;
    private final AtomicCounter waited;
    private final AtomicCounter stalls;
    /** Sinks of the first tier, while the current block is sent. */
    private long first;
    /** Sinks that stopped taking datagrams while the others waited: nobody waits for them until they are drained. */
    private long stalled;
    /** The session last forwarded from, and the sinks that lead back to where it comes from. */
    private int fromSession;
    private long back;
    private int keptLength;
    private int keptHops;
    private long owed;
    private boolean isMissedByNextLeaders;
    private int framesATurn = 1;
    /** Committed to at least one sink since the transport had a turn. */
    private int framesToSend;

    /**
     * A fan-out over sinks that {@link #change} may replace.
     *
     * @param sinks          in the order of sending within their tier.
     * @param nextLeaders    which of them are tier 0, by their place; the others are tier 1.
     * @param slowSink       what to do about a slow one.
     * @param maxFrameLength longest frame of the lane, bytes.
     * @param transmitter    works the transport while frames are sent and while waiting.
     * @param counters       of the node.
     */
    public FrameFanout(
        final List<FrameSink> sinks,
        final NextLeaders nextLeaders,
        final SlowSink slowSink,
        final int maxFrameLength,
        final Transmitter transmitter,
        final Counters counters)
    {
        change(sinks);
        this.nextLeaders = nextLeaders;
        this.slowSink = slowSink;
        this.transmitter = transmitter;
        kept = new UnsafeBuffer(ByteBuffer.allocateDirect(maxFrameLength));
        forwarded = counters.get(FragcastCounter.FRAMES_FORWARDED);
        overHops = counters.get(FragcastCounter.FRAMES_OVER_HOPS);
        skippedWindow = counters.get(FragcastCounter.SINK_SKIPPED_WINDOW);
        skippedUnconnected = counters.get(FragcastCounter.SINK_SKIPPED_UNCONNECTED);
        waited = counters.get(FragcastCounter.SINK_WAITED);
        stalls = counters.get(FragcastCounter.NEXT_LEADER_STALLS);
    }

    /**
     * Sends to these sinks from now on, in this order. What was left out for a sink that stays is remembered; a kept
     * frame is owed to those alone that stay. By the fan-out's own thread, between two duty cycles, together with what
     * says who of them leads next; allocates.
     *
     * @param newSinks in the order of sending within their tier.
     */
    public void change(final List<FrameSink> newSinks)
    {
        final int count = newSinks.size();
        if (count > MAX_SINKS)
        {
            throw new IllegalArgumentException(count + " sinks, at most " + MAX_SINKS + " go");
        }

        framesATurn = newSinks.stream().mapToInt(FrameSink::framesATurn).min().orElse(1);
        final long[] newSkipped = new long[count];
        long newOwed = 0;
        long newFirst = 0;
        long newStalled = 0;
        for (int i = 0; i < sinks.length; i++)
        {
            final int index = newSinks.indexOf(sinks[i]);
            if (index >= 0)
            {
                newSkipped[index] = skipped[i];
                newOwed |= (owed >>> i & 1) << index;
                newFirst |= (first >>> i & 1) << index;
                newStalled |= (stalled >>> i & 1) << index;
            }
        }
        sinks = newSinks.toArray(new FrameSink[0]);
        allSinks = 0 == count ? 0 : -1L >>> (Long.SIZE - count);
        skipped = newSkipped;
        owed = newOwed;
        first = newFirst;
        stalled = newStalled;
        back = backTo(fromSession);
    }

    /**
     * Forwards a frame to every sink, one hop further, but for one to the peer that sent it. It has left for the next
     * leaders, as far as they have room, when the others are given it.
     */
    @Override
    public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        assert 0 == owed : "a frame is kept for " + Long.bitCount(owed) + " sinks";

        final int hops = (buffer.getByte(offset + FrameLayout.HOP_COUNT_OFFSET) & 0xFF) + 1;
        if (hops > MAX_HOPS)
        {
            overHops.incrementRelease();
            return;
        }

        if (FrameLayout.isSigned(buffer, offset))
        {
            lookAhead(FrameLayout.blockNumber(buffer, offset));
        }
        if (fromSession != sessionId)
        {
            fromSession = sessionId;
            back = backTo(sessionId);
        }
        long blocked = 0;
        if (0 != (first & ~back))
        {
            blocked = offerTo(first & ~back, buffer, offset, length, hops);
            flush();
        }
        blocked |= offerTo(allSinks & ~first & ~back, buffer, offset, length, hops);
        settle(retry(blocked, buffer, offset, length, hops), buffer, offset, length, hops);
    }

    @Override
    public boolean isReady()
    {
        return 0 == owed;
    }

    /**
     * Lets what was committed leave. Frames that follow each other leave together, as many as the transport sends in a
     * turn; the last of them when this is called.
     */
    public void flush()
    {
        if (0 != framesToSend)
        {
            framesToSend = 0;
            transmitter.transmit();
        }
    }

    /**
     * Lets a frame leave alone that waits for none before it; behind others it leaves with them.
     */
    void flushFirst()
    {
        if (1 == framesToSend)
        {
            flush();
        }
    }

    /**
     * Tries the sinks that the kept frame is owed to.
     *
     * @return sinks that took it.
     */
    public int doWork()
    {
        if (0 == owed)
        {
            return 0;
        }

        final int before = Long.bitCount(owed);
        turn();
        owed = offerTo(owed, kept, 0, keptLength, keptHops);
        if (0 != owed)
        {
            waited.incrementRelease();
        }

        return before - Long.bitCount(owed);
    }

    /**
     * Sends the leader's own frame to one tier of sinks.
     *
     * @param tier   of {@link FragSender}.
     * @param buffer holding the frame.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return false: none of the sinks could take it though some listen; send it again on a later cycle.
     */
    boolean send(final int tier, final DirectBuffer buffer, final int offset, final int length)
    {
        assert 0 == owed : "a frame is kept for " + Long.bitCount(owed) + " sinks";

        final long takenBefore = forwarded.getPlain();
        final long blocked = retry(offerTo(sinksOf(tier), buffer, offset, length, 0), buffer, offset, length, 0);
        if (SlowSink.SKIP == slowSink && takenBefore == forwarded.getPlain())
        {
            if (0 != blocked && isLastHope(tier))
            {
                waited.incrementRelease();
                return false;
            }
            isMissedByNextLeaders |= FragSender.NEXT_LEADERS == tier;
        }
        settle(blocked, buffer, offset, length, 0);

        return true;
    }

    /**
     * The leader starts a message of its own: a signed frame, and the pages and chunks that go with it.
     *
     * @param blockNumber of the message.
     */
    void beginMessage(final long blockNumber)
    {
        lookAhead(blockNumber);
        isMissedByNextLeaders = !isConnected(FragSender.NEXT_LEADERS);
    }

    /**
     * Does anybody listen?
     *
     * @return true if at least one sink is connected.
     */
    public boolean isConnected()
    {
        return isAnyConnected(allSinks);
    }

    /**
     * Does anybody listen in one tier?
     *
     * @param tier of {@link FragSender}.
     * @return true if at least one sink of it is connected.
     */
    boolean isConnected(final int tier)
    {
        return isAnyConnected(sinksOf(tier));
    }

    /**
     * What the connected sinks of a tier still have to hand to the network, but for those that were given up.
     *
     * @param tier of {@link FragSender}.
     * @return bytes.
     */
    long unsentBytes(final int tier)
    {
        final long waitedFor = sinksOf(tier);
        if (0 == waitedFor)
        {
            return 0;
        }

        turn();
        long unsent = 0;
        for (long left = waitedFor; 0 != left; left &= left - 1)
        {
            final int index = Long.numberOfTrailingZeros(left);
            final long bit = 1L << index;
            final long bytes = sinks[index].isConnected() ? sinks[index].unsentBytes() : 0;
            if (0 == bytes)
            {
                stalled &= ~bit;
            }
            else if (0 == (stalled & bit))
            {
                unsent += bytes;
            }
        }

        return unsent;
    }

    /**
     * Nothing left for a tier for too long: what of it still waits is left behind, and not waited for again before it
     * is drained.
     *
     * @param tier of {@link FragSender}.
     */
    void giveUp(final int tier)
    {
        for (long left = sinksOf(tier) & ~stalled; 0 != left; left &= left - 1)
        {
            final int index = Long.numberOfTrailingZeros(left);
            if (sinks[index].isConnected() && !sinks[index].isDrained())
            {
                stalled |= 1L << index;
                stalls.incrementRelease();
            }
        }
    }

    /**
     * How many sinks there are.
     *
     * @return count.
     */
    public int sinkCount()
    {
        return sinks.length;
    }

    /**
     * One sink, by its place in the order of sending.
     *
     * @param index from 0.
     * @return the sink.
     */
    public FrameSink sink(final int index)
    {
        return sinks[index];
    }

    /**
     * Frames left out for one sink, whatever the reason.
     *
     * @param index of the sink.
     * @return count since the start.
     */
    public long skipped(final int index)
    {
        return skipped[index];
    }

    private void lookAhead(final long blockNumber)
    {
        first = nextLeaders.sinks(blockNumber) & allSinks;
    }

    private long backTo(final int sessionId)
    {
        long found = 0;
        for (int i = 0; i < sinks.length; i++)
        {
            found |= sinks[i].isBackTo(sessionId) ? 1L << i : 0;
        }

        return found;
    }

    private long sinksOf(final int tier)
    {
        return FragSender.NEXT_LEADERS == tier ? first : allSinks & ~first;
    }

    private long retry(
        final long blocked, final DirectBuffer buffer, final int offset, final int length, final int hops)
    {
        if (0 == blocked)
        {
            return 0;
        }

        turn();

        return offerTo(blocked, buffer, offset, length, hops);
    }

    private void turn()
    {
        framesToSend = 0;
        transmitter.turn();
    }

    /** Offers to a map of sinks; answers with the map of those out of window. */
    private long offerTo(
        final long targets, final DirectBuffer buffer, final int offset, final int length, final int hops)
    {
        long blocked = 0;
        boolean isCommitted = false;
        for (long left = targets; 0 != left; left &= left - 1)
        {
            final int index = Long.numberOfTrailingZeros(left);
            final FrameSink sink = sinks[index];
            final SendResult result = sink.tryClaim(length);
            if (SendResult.OK == result)
            {
                FrameLayout.copy(sink.buffer(), sink.offset(), buffer, offset, length, hops);
                sink.commit();
                forwarded.incrementRelease();
                isCommitted = true;
            }
            else if (SendResult.BACK_PRESSURED == result)
            {
                blocked |= 1L << index;
            }
            else
            {
                skipped[index]++;
                skippedUnconnected.incrementRelease();
            }
        }
        if (isCommitted && ++framesToSend >= framesATurn)
        {
            flush();
        }

        return blocked;
    }

    private void settle(
        final long blocked, final DirectBuffer buffer, final int offset, final int length, final int hops)
    {
        if (0 == blocked)
        {
            return;
        }

        if (SlowSink.WAIT == slowSink)
        {
            kept.putBytes(0, buffer, offset, length);
            keptLength = length;
            keptHops = hops;
            owed = blocked;
            waited.incrementRelease();
        }
        else
        {
            skippedWindow.getAndAddRelease(Long.bitCount(blocked));
            for (long left = blocked; 0 != left; left &= left - 1)
            {
                skipped[Long.numberOfTrailingZeros(left)]++;
            }
        }
    }

    /** Would a frame that this whole tier leaves out be lost to everyone? */
    private boolean isLastHope(final int tier)
    {
        return FragSender.PEERS == tier ?
            isMissedByNextLeaders : !isConnected(FragSender.PEERS);
    }

    private boolean isAnyConnected(final long targets)
    {
        for (long left = targets; 0 != left; left &= left - 1)
        {
            if (sinks[Long.numberOfTrailingZeros(left)].isConnected())
            {
                return true;
            }
        }

        return false;
    }
}
