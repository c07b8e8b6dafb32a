package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;

import java.util.concurrent.TimeUnit;

/**
 * One message on its way to the sinks, frame by frame, resumable at each. A frag goes as its header, then each page
 * with its chunks, whole to the next leaders first; the others get theirs once the transport has put that on the
 * network.
 * <pre>
 *              next leaders                        peers
 *   SIGNED ▶ (PAGE ▶ CHUNK ▶ CHUNK ...)* ▶ GATE ▶ SIGNED ▶ (PAGE ▶ CHUNK ▶ CHUNK ...)* ▶ DONE
 * </pre>
 */
final class TieredSend
{
    /** Longest wait for the next leaders' datagrams to leave, past the last that left: 20 datagrams' time. */
    static final long GATE_TIMEOUT_NS = TimeUnit.MICROSECONDS.toNanos(50);

    private enum Cursor
    {
        /** The signed message. */
        SIGNED,
        /** The page of the next chunk. */
        PAGE,
        /** The next chunk. */
        CHUNK,
        /** The next leaders have been given the whole frag; their datagrams are leaving. */
        GATE,
        /** Sent. */
        DONE
    }

    private final FragSender sender;
    private final FragHashes hashes;
    private final DirectBuffer body;
    private final SignedHead head;
    private int chunkCount;
    private boolean isFrag;
    private boolean isDroppable;
    private Cursor cursor = Cursor.DONE;
    private int tier;
    private int nextChunk;
    private long gateUnsentBytes;
    private long gateAdvanceNs;

    /**
     * A send of messages that all live in the same places.
     *
     * @param sender takes the frames.
     * @param hashes of the frag being sent.
     * @param body   of the frag being sent, from offset 0.
     * @param head   of the attempt.
     */
    TieredSend(final FragSender sender, final FragHashes hashes, final DirectBuffer body, final SignedHead head)
    {
        this.sender = sender;
        this.hashes = hashes;
        this.body = body;
        this.head = head;
    }

    /** Starts on a message without pieces. */
    void start(final boolean canBeDropped)
    {
        isFrag = false;
        isDroppable = canBeDropped;
        chunkCount = 0;
        startTier(sender.isConnected(FragSender.NEXT_LEADERS) ? FragSender.NEXT_LEADERS : FragSender.PEERS);
    }

    /** Starts on a frag, its body in chunks where it does not travel inside the header. */
    void startFrag(final int bodyLength)
    {
        isFrag = true;
        isDroppable = false;
        chunkCount = bodyLength <= sender.inlineBodyCapacity() ? 0 : hashes.chunkCount();
        startTier(sender.isConnected(FragSender.NEXT_LEADERS) ? FragSender.NEXT_LEADERS : FragSender.PEERS);
    }

    boolean isDone()
    {
        return Cursor.DONE == cursor;
    }

    boolean isGated()
    {
        return Cursor.GATE == cursor;
    }

    /**
     * Sends the next frame.
     *
     * @param nowNs monotonic nanoseconds.
     * @return false: not now, go on from here on a later cycle.
     */
    boolean sendNext(final long nowNs)
    {
        return switch (cursor)
        {
            case SIGNED -> (sender.sendSigned(tier) || isDroppable) && moveOn(0);
            case PAGE -> sendPage(hashes.pageOf(nextChunk)) && moveToChunk();
            case CHUNK -> sendChunk(nextChunk) && moveOn(nextChunk + 1);
            case GATE -> isGateOpen(nowNs) && startTier(FragSender.PEERS);
            case DONE -> throw new IllegalStateException("nothing to send");
        };
    }

    private boolean sendPage(final int index)
    {
        return sender.sendPage(
            tier, head, index, hashes.chunkHashes(), hashes.pageOffset(index), hashes.pageLength(index));
    }

    private boolean sendChunk(final int index)
    {
        return sender.sendChunk(tier, head, index, body, hashes.chunkOffset(index), hashes.chunkLength(index));
    }

    private boolean startTier(final int nextTier)
    {
        tier = nextTier;
        cursor = Cursor.SIGNED;

        return true;
    }

    private boolean moveToChunk()
    {
        cursor = Cursor.CHUNK;

        return true;
    }

    private boolean moveOn(final int chunkIndex)
    {
        nextChunk = chunkIndex;
        if (chunkIndex < chunkCount)
        {
            cursor = hashes.isFirstOfPage(chunkIndex) ? Cursor.PAGE : Cursor.CHUNK;
        }
        else if (FragSender.PEERS == tier)
        {
            cursor = Cursor.DONE;
        }
        else if (isFrag)
        {
            gateUnsentBytes = Long.MAX_VALUE;
            cursor = Cursor.GATE;
        }
        else
        {
            startTier(FragSender.PEERS);
        }

        return true;
    }

    private boolean isGateOpen(final long nowNs)
    {
        final long unsentBytes = sender.unsentBytes(FragSender.NEXT_LEADERS);
        if (unsentBytes < gateUnsentBytes)
        {
            gateUnsentBytes = unsentBytes;
            gateAdvanceNs = nowNs;
        }

        if (0 != unsentBytes && nowNs - gateAdvanceNs >= GATE_TIMEOUT_NS)
        {
            sender.giveUp(FragSender.NEXT_LEADERS);
            return true;
        }

        return 0 == unsentBytes;
    }
}
