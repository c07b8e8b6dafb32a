package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.StreamChunkDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;
import io.fragcast.protocol.sync.BodyFollower;
import io.fragcast.protocol.sync.BodyPart;
import io.fragcast.protocol.sync.CatchUp;
import io.fragcast.protocol.sync.FrameIds;
import io.fragcast.protocol.sync.HoleFetcher;
import io.fragcast.protocol.sync.SealedBlockFollower;
import io.fragcast.protocol.sync.StreamChunk;
import io.fragcast.protocol.sync.StreamState;
import io.fragcast.transport.FrameHandler;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

/**
 * Reads what one holder sends on the bulk lane: a StreamChunk by its fields, SealedBlock and BlockBody for who follows
 * those, everything else as an item, which is checked where live frames are. Any bytes may come; none make it throw.
 * Used by the polling thread.
 */
public final class BulkAnswerAdapter implements FrameHandler
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int GROUP_HEADER_LENGTH = StreamChunkDecoder.IdsDecoder.sbeHeaderSize();
    private static final int ID_LENGTH = StreamChunkDecoder.IdsDecoder.sbeBlockLength();
    private static final FramePart[] PARTS = FramePart.values();

    private final int holder;
    private final CatchUp catchUp;
    private final @Nullable SealedBlockFollower follower;
    private final NanoClock clock;
    private final long chainId;
    private final AtomicCounter malformed;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final StreamChunkDecoder decoder = new StreamChunkDecoder();
    private final StreamChunk chunk = new StreamChunk();
    private final FrameName name = new FrameName();
    private final BlockBodyAdapter bodyAdapter;
    private @Nullable BodyFollower bodies;
    private @Nullable HoleFetcher holes;

    /**
     * An adapter.
     *
     * @param holder   whose answers come.
     * @param catchUp  takes them.
     * @param follower takes sealed blocks; null: nobody asks for them.
     * @param clock    monotonic time, as the machine is told it.
     * @param chainId  EIP-155 chain id.
     * @param counters of the node.
     */
    public BulkAnswerAdapter(
        final int holder,
        final CatchUp catchUp,
        final @Nullable SealedBlockFollower follower,
        final NanoClock clock,
        final long chainId,
        final Counters counters)
    {
        this.holder = holder;
        this.catchUp = catchUp;
        this.follower = follower;
        this.clock = clock;
        this.chainId = chainId;
        bodyAdapter = new BlockBodyAdapter(chainId);
        malformed = counters.get(FragcastCounter.BULK_MALFORMED);
    }

    /**
     * Who takes bodies of sealed blocks. Called before anything else; default: nobody asks for them.
     *
     * @param bodyFollower told of each part.
     */
    public void bodies(final BodyFollower bodyFollower)
    {
        bodies = bodyFollower;
    }

    /**
     * Who takes heights that the journal lacks. Called before anything else; default: nobody asks for them.
     *
     * @param holeFetcher offered each frame, and told of each chunk.
     */
    public void holes(final HoleFetcher holeFetcher)
    {
        holes = holeFetcher;
    }

    @Override
    public boolean onFrame(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        final SealedBlockFollower sealedBlocks = follower;
        if (null != sealedBlocks && SealedBlockAdapter.isSealedBlock(buffer, offset, length))
        {
            sealedBlocks.onSealedBlock(holder, buffer, offset, length, clock.nanoTime());
        }
        else if (null != bodies && BlockBodyAdapter.isBlockBody(buffer, offset, length))
        {
            onPart(bodies, bodyAdapter.read(buffer, offset, length));
        }
        else if (length < HEADER_LENGTH ||
            StreamChunkDecoder.TEMPLATE_ID != header.wrap(buffer, offset).templateId() ||
            StreamChunkDecoder.SCHEMA_ID != header.schemaId())
        {
            onItem(buffer, offset, length, clock.nanoTime());
        }
        else if (!isTaken(buffer, offset, length))
        {
            malformed.incrementRelease();
        }

        return true;
    }

    private void onItem(final DirectBuffer buffer, final int offset, final int length, final long nowNs)
    {
        if (null == holes || !holes.onFrame(holder, buffer, offset, length, nowNs))
        {
            catchUp.onFrame(holder, buffer, offset, length, nowNs);
        }
    }

    private boolean isTaken(final DirectBuffer buffer, final int offset, final int length)
    {
        final int groupOffset = HEADER_LENGTH + header.blockLength();
        if (0 == header.version() || header.blockLength() < StreamChunkDecoder.BLOCK_LENGTH ||
            length < groupOffset + GROUP_HEADER_LENGTH)
        {
            return false;
        }
        decoder.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        if (!StreamState.isKnown(decoder.stateRaw()) ||
            0 != (decoder.reserved(0) | decoder.reserved(1) | decoder.reserved(2)))
        {
            return false;
        }
        final StreamChunkDecoder.IdsDecoder group = decoder.ids();
        if (ID_LENGTH != group.actingBlockLength() || group.count() > FrameIds.CAPACITY ||
            length != groupOffset + GROUP_HEADER_LENGTH + group.count() * ID_LENGTH || !readIds(group))
        {
            return false;
        }
        if (chainId != decoder.chainId())
        {
            return true;
        }

        chunk.sessionId = decoder.sessionId();
        chunk.token = decoder.token();
        chunk.nextBlock = decoder.nextBlock();
        chunk.oldestBlock = decoder.oldestBlock();
        chunk.newestBlock = decoder.newestBlock();
        chunk.index = (int)Math.min(decoder.index(), Integer.MAX_VALUE);
        chunk.items = (int)Math.min(decoder.items(), Integer.MAX_VALUE);
        chunk.itemBytes = (int)Math.min(decoder.itemBytes(), Integer.MAX_VALUE);
        chunk.state = StreamState.of(decoder.stateRaw());
        // Each learns the token of the link from all that come.
        final boolean isOfFollower = null != follower && follower.onChunk(holder, chunk, clock.nanoTime());
        final boolean isOfBodies = null != bodies && bodies.onChunk(holder, chunk, clock.nanoTime());
        final boolean isOfHoles = null != holes && holes.onChunk(holder, chunk, clock.nanoTime());
        if (!isOfFollower && !isOfBodies && !isOfHoles)
        {
            catchUp.onChunk(holder, chunk, clock.nanoTime());
        }

        return true;
    }

    private void onPart(final BodyFollower to, final @Nullable BodyPart part)
    {
        if (null == part)
        {
            malformed.incrementRelease();
        }
        else
        {
            to.onPart(holder, part, clock.nanoTime());
        }
    }

    private boolean readIds(final StreamChunkDecoder.IdsDecoder group)
    {
        chunk.ids.clear();
        while (group.hasNext())
        {
            group.next();
            if (group.partRaw() >= PARTS.length || 0 != (group.reserved(0) | group.reserved(1) | group.reserved(2)))
            {
                return false;
            }
            chunk.ids.add(name.set(
                PARTS[group.partRaw()],
                (int)group.leaderTerm(),
                group.blockNumber(),
                group.incarnation(),
                (int)group.seq(),
                (int)group.index()));
        }

        return true;
    }
}
