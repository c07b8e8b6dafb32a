package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * The way of whole statements from one agent to another: from whoever makes one to the peer agent, which tells it to
 * all, and from the peer agent to a hot agent that acts upon it. Any thread may offer, one polls.
 * <pre>
 *   makers, or PeerAgent --offer--> [ template id: the message as on the wire ... ] --poll--> PeerAgent, or hot agent
 * </pre>
 * With the ring full a statement is not taken, and counted.
 */
public final class StatementRing
{
    /** Some forty of the longest at MTU 1408: what a peer is told when it becomes READY. */
    private static final int RING_LENGTH = 1 << 16;

    private final ManyToOneRingBuffer ring = new ManyToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
        RING_LENGTH + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH)));
    private final AtomicCounter lost;

    /**
     * A ring, empty.
     *
     * @param counters of the node.
     */
    public StatementRing(final Counters counters)
    {
        lost = counters.get(FragcastCounter.STATEMENTS_LOST);
    }

    /**
     * Hands a statement over.
     *
     * @param templateId of its kind.
     * @param buffer     holding it.
     * @param offset     of its first byte.
     * @param length     in bytes.
     * @return false if the ring is full.
     */
    public boolean offer(final int templateId, final DirectBuffer buffer, final int offset, final int length)
    {
        if (ring.write(templateId, buffer, offset, length))
        {
            return true;
        }
        lost.getAndAddRelease(1);

        return false;
    }

    /**
     * Takes statements.
     *
     * @param handler of each: template id, and the message, valid during the call.
     * @param limit   at most so many.
     * @return how many.
     */
    public int poll(final MessageHandler handler, final int limit)
    {
        return ring.read(handler, limit);
    }
}
