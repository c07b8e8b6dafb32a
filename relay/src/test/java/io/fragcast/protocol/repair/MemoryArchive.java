package io.fragcast.protocol.repair;

import io.fragcast.wire.FrameNames;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;

/**
 * An archive of frames in the order in which they were added.
 */
final class MemoryArchive implements FrameArchive
{
    private final List<UnsafeBuffer> frames = new ArrayList<>();
    private final FrameNames names = new FrameNames();
    private final FrameName name = new FrameName();
    int mostRecords;

    void add(final UnsafeBuffer frame)
    {
        frames.add(frame);
    }

    @Override
    public boolean has(final long blockNumber)
    {
        return frames.stream().anyMatch((frame) -> isOf(frame, blockNumber));
    }

    @Override
    public long oldestBlock()
    {
        long oldest = NO_BLOCK;
        for (final UnsafeBuffer frame : frames)
        {
            if (names.tryName(frame, 0, frame.capacity(), name) && (NO_BLOCK == oldest || name.blockNumber < oldest))
            {
                oldest = name.blockNumber;
            }
        }

        return oldest;
    }

    @Override
    public long newestBlock()
    {
        long newest = NO_BLOCK;
        for (final UnsafeBuffer frame : frames)
        {
            if (names.tryName(frame, 0, frame.capacity(), name))
            {
                newest = Math.max(newest, name.blockNumber);
            }
        }

        return newest;
    }

    @Override
    public long read(final long blockNumber, final long position, final int recordLimit, final Consumer consumer)
    {
        mostRecords = Math.max(mostRecords, recordLimit);
        for (int i = 0; i < recordLimit; i++)
        {
            final int at = (int)position + i;
            if (frames.size() == at)
            {
                return END;
            }
            final UnsafeBuffer frame = frames.get(at);
            if (isOf(frame, blockNumber) && !consumer.onFrame(name, frame, 0, frame.capacity()))
            {
                return at;
            }
        }

        return position + recordLimit;
    }

    private boolean isOf(final UnsafeBuffer frame, final long blockNumber)
    {
        return names.tryName(frame, 0, frame.capacity(), name) && blockNumber == name.blockNumber;
    }
}
