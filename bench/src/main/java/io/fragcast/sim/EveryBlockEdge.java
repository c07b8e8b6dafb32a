package io.fragcast.sim;

import io.fragcast.BlockEvent;
import io.fragcast.edge.Edge;
import io.fragcast.sim.checker.FrameView;
import io.fragcast.sim.checker.SimFailure;
import io.fragcast.wire.BlockEventView;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.LongFunction;

/**
 * The consumer behind a replica that is away now and then: remembers what it has had, and takes each block once, in
 * order, none missed, and none but those that were built. Heights that nobody ever heard of come as one GAP.
 */
final class EveryBlockEdge implements Edge
{
    private final BlockEventView event = new BlockEventView();
    private final FrameView frame = new FrameView();
    private final long firstBlock;
    private final LongFunction<byte @Nullable []> builtHash;
    private long lastBlock = Edge.NULL_BLOCK;
    private long nextBlock;
    private long missed;
    private boolean isOpen;

    /**
     * An edge that has had nothing.
     *
     * @param firstBlock of the chain.
     * @param builtHash  of the block that was built at a height; null: none was.
     */
    EveryBlockEdge(final long firstBlock, final LongFunction<byte @Nullable []> builtHash)
    {
        this.firstBlock = firstBlock;
        this.builtHash = builtHash;
        nextBlock = firstBlock;
    }

    /** The last block that was taken whole; {@link Edge#NULL_BLOCK}: none yet. */
    long lastBlock()
    {
        return lastBlock;
    }

    /** Heights of which it was told that they are missed, each once, however many lives it took. */
    long missed()
    {
        return missed;
    }

    /** The process behind it died: what was open comes again. */
    void onNewLife()
    {
        isOpen = false;
        nextBlock = Edge.NULL_BLOCK == lastBlock ? firstBlock : lastBlock + 1;
    }

    @Override
    public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
    {
        event.wrap(buffer, offset, length);
        final BlockEvent.Kind kind = event.kind();
        final long blockNumber = event.blockNumber();
        if (BlockEvent.Kind.GAP == kind)
        {
            onGap(blockNumber, Integer.toUnsignedLong(event.missing()));
            return true;
        }
        if (blockNumber != nextBlock)
        {
            throw new SimFailure(kind + " of block " + blockNumber + " where " + nextBlock + " is next");
        }
        switch (kind)
        {
            case ENV ->
            {
                if (isOpen)
                {
                    throw new SimFailure("ENV of block " + blockNumber + " twice");
                }
                isOpen = true;
            }
            case FRAG -> onMore(kind, blockNumber);
            case SEAL ->
            {
                onMore(kind, blockNumber);
                final byte[] hash =
                    frame.wrap(event.frameBuffer(), event.frameOffset(), event.frameLength()).blockHash();
                if (!Arrays.equals(builtHash.apply(blockNumber), hash))
                {
                    throw new SimFailure("SEAL of block " + blockNumber + " that nobody built");
                }
            }
            case VERIFIED ->
            {
                isOpen = false;
                missed += Edge.NULL_BLOCK == lastBlock ? 0 : blockNumber - lastBlock - 1;
                lastBlock = blockNumber;
                nextBlock = blockNumber + 1;
            }
            default -> throw new SimFailure(kind + " of block " + blockNumber);
        }

        return true;
    }

    private void onGap(final long blockNumber, final long missing)
    {
        if (isOpen || blockNumber - nextBlock != missing)
        {
            throw new SimFailure("GAP of " + missing + " before " + blockNumber + " where " + nextBlock + " is next");
        }
        for (long missed = nextBlock; missed < blockNumber; missed++)
        {
            if (null != builtHash.apply(missed))
            {
                throw new SimFailure("GAP of block " + missed + ", which was sealed");
            }
        }
        nextBlock = blockNumber;
    }

    private void onMore(final BlockEvent.Kind kind, final long blockNumber)
    {
        if (!isOpen)
        {
            throw new SimFailure(kind + " of block " + blockNumber + " before its ENV");
        }
    }

    @Override
    public long lastBlock(final long chainId)
    {
        return lastBlock;
    }

    @Override
    public void flush()
    {
        // It keeps nothing back.
    }

    @Override
    public String name()
    {
        return "catch-up";
    }

    @Override
    public void close()
    {
        // It opens nothing.
    }
}
