package io.fragcast.journal;

import io.fragcast.codecs.JournalKind;
import io.fragcast.protocol.block.SealConsumer;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.wire.FrameNames;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.RingBuffer;

/**
 * Moves accepted frames from the ring of a hot agent to the memory that repair is served from. Used by the thread that
 * answers; allocates nothing.
 */
public final class AcceptedFrames
{
    private final RingBuffer ring;
    private final RecentFrames memory;
    private final MessageHandler handler = this::onRecord;
    private final RecordView record = new RecordView();
    private final FrameNames names = new FrameNames();
    private final FrameName name = new FrameName();
    private SealConsumer seals = (buffer, offset, length) -> {};

    /**
     * A way into memory.
     *
     * @param ring   of the hot agent.
     * @param memory to fill.
     */
    public AcceptedFrames(final JournalRing ring, final RecentFrames memory)
    {
        this.ring = ring.buffer();
        this.memory = memory;
    }

    /**
     * Who sees the Seals that come by, on the thread that drains. Default: nobody.
     *
     * @param consumer told of each, after memory has it.
     */
    public void seals(final SealConsumer consumer)
    {
        seals = consumer;
    }

    /**
     * Moves what is there.
     *
     * @param recordLimit at most so many records.
     * @return records moved.
     */
    public int drain(final int recordLimit)
    {
        return ring.read(handler, recordLimit);
    }

    /**
     * Is nothing left to move?
     *
     * @return true if the ring is empty.
     */
    public boolean isDrained()
    {
        return 0 == ring.size();
    }

    private void onRecord(final int type, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        if (!record.tryWrap(buffer, offset, length))
        {
            throw new IllegalStateException("no journal record in the ring: " + length + " bytes");
        }

        if (JournalKind.HOLE == record.kind())
        {
            memory.onHole();
        }
        else if (names.tryName(buffer, record.frameOffset(), record.frameLength(), name))
        {
            memory.onFrame(name, buffer, record.frameOffset(), record.frameLength());
            if (name.isSeal)
            {
                seals.onSeal(buffer, record.frameOffset(), record.frameLength());
            }
        }
    }
}
