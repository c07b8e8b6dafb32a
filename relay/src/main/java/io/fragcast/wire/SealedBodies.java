package io.fragcast.wire;

import io.fragcast.codecs.BlockBodyEncoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.SealedBlockDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SealedBody;
import io.fragcast.protocol.block.SealedBodyWriter;
import io.fragcast.protocol.block.SealedHeader;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.HeldItems;
import io.fragcast.protocol.sync.SealedBlockShelf;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.LongConsumer;

import static java.util.Objects.requireNonNull;

/**
 * Bodies of sealed blocks for those who ask, in BlockBody messages: of the headers on the shelf, rebuilt from the frags
 * when somebody asks, or as the node's execution client told them where the frags do not give it. None is given that
 * the header does not name.
 * <pre>
 *   asked ──known──────────────────────────────────────────────▶ parts
 *     └──▶ frames once: lengths ─▶ frames twice: bodies ─▶ RLP ─▶ roots right ─▶ known ◀── put
 *                        └──────────────┴─────────────────────┴──▶ none, the client is asked ──┘
 * </pre>
 * One is rebuilt at a time, a few are kept: who asks sends on within seconds. Used by one thread; allocates nothing but
 * room for a body longer than any before.
 */
public final class SealedBodies implements HeldItems
{
    /** Bodies kept: three sessions of one requester and some of others, 16 MiB each at the very most. */
    private static final int CAPACITY = 8;
    /** Some 44 KB of a body in a turn, as of frames. */
    private static final int TURN_PARTS = 32;
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int PART_OFFSET =
        HEADER_LENGTH + BlockBodyEncoder.BLOCK_LENGTH + BlockBodyEncoder.partHeaderLength();

    private final long chainId;
    private final SealedBlockShelf shelf;
    private final Reader shelfReader;
    private final Reader frames;
    private final FragBodies frags;
    private final SealedBodyWriter writer = new SealedBodyWriter();
    private final SealedBody check = new SealedBody();
    private final SealedHeader headers = new SealedHeader();
    private final SealedBlock block = new SealedBlock();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SealedBlockDecoder sealed = new SealedBlockDecoder();
    private final MessageHeaderEncoder partHeader = new MessageHeaderEncoder();
    private final BlockBodyEncoder encoder = new BlockBodyEncoder();
    private final UnsafeBuffer part;
    private final Body[] bodies = new Body[CAPACITY];
    private final AtomicCounter rebuilt;
    private final AtomicCounter notHad;
    private final LongConsumer client;
    private Stage stage = Stage.IDLE;
    private boolean isBlockKnown;
    private int next;

    /** What becomes of one that is asked for. */
    private enum Search
    {
        /** Ask again in the next turn. */
        BUSY,
        /** It is here. */
        FOUND,
        /** It is not to be had here. */
        NONE
    }

    /** How far the one that is rebuilt is. */
    private enum Stage
    {
        /** None is. */
        IDLE,
        /** Frames are read for the lengths of frags. */
        LENGTHS,
        /** Frames are read for what is in them. */
        BODIES
    }

    /** One that is known. */
    private static final class Body
    {
        private long blockNumber = FrameArchive.NO_BLOCK;
        private byte[] bytes = new byte[0];
        private int length;
        private final byte[] hash = new byte[SealedBlockDecoder.blockHashLength()];
    }

    /**
     * Bodies of a node.
     *
     * @param chainId        EIP-155 chain id.
     * @param shelf          headers that may be asked for.
     * @param held           frames of the node.
     * @param maxFrags       of a block.
     * @param maxTxLength    of a transaction, bytes.
     * @param maxFrameLength longest message of the lane, bytes.
     * @param client         told of a height that is asked for and that the frags do not give, each time; its answer is
     *                       {@link #put}.
     * @param counters       of the node.
     */
    public SealedBodies(
        final long chainId,
        final SealedBlockShelf shelf,
        final HeldItems held,
        final int maxFrags,
        final int maxTxLength,
        final int maxFrameLength,
        final LongConsumer client,
        final Counters counters)
    {
        this.chainId = chainId;
        this.client = client;
        this.shelf = shelf;
        frags = new FragBodies(maxFrags, maxTxLength);
        frames = held.newReader(frags);
        shelfReader = shelf.newReader(this::onSealedBlock);
        part = new UnsafeBuffer(new byte[maxFrameLength]);
        Arrays.setAll(bodies, (i) -> new Body());
        rebuilt = counters.get(FragcastCounter.BODIES_REBUILT);
        notHad = counters.get(FragcastCounter.BODIES_NOT_HAD);
    }

    /**
     * A body that the node's execution client told.
     *
     * @param blockNumber height.
     * @param bytes       of the body.
     * @param nowNs       monotonic nanoseconds.
     * @return false, and counted, if the header on the shelf does not name it, or there is none.
     */
    public boolean put(final long blockNumber, final byte[] bytes, final long nowNs)
    {
        // What is being rebuilt meanwhile was of another block: it begins anew.
        stage = Stage.IDLE;
        final UnsafeBuffer view = new UnsafeBuffer(bytes);
        if (!isBlockRead(blockNumber, nowNs) || !check.isOf(block, view, 0, bytes.length))
        {
            notHad.incrementRelease();
            return false;
        }
        keep(view, 0, bytes.length);

        return true;
    }

    @Override
    public long oldestBlock()
    {
        return shelf.oldestBlock();
    }

    @Override
    public long newestBlock()
    {
        return shelf.newestBlock();
    }

    @Override
    public Reader newReader(final Consumer consumer)
    {
        return new BodyReader(consumer);
    }

    /** Looks for one; goes on with another meanwhile, if that was begun. */
    private Search search(final long blockNumber, final long nowNs)
    {
        if (null != find(blockNumber))
        {
            return Search.FOUND;
        }
        if (Stage.IDLE == stage)
        {
            return isBlockRead(blockNumber, nowNs) && begin(blockNumber) ? Search.BUSY : none(blockNumber);
        }

        final long underWay = block.number;
        frames.turn(nowNs);
        if (!frames.isOver())
        {
            return Search.BUSY;
        }
        if (Stage.LENGTHS == stage && frags.fill())
        {
            stage = Stage.BODIES;
            frames.start(underWay);
            return Search.BUSY;
        }
        final boolean isRebuilt = Stage.BODIES == stage && isRebuilt();
        stage = Stage.IDLE;

        return underWay != blockNumber ? Search.BUSY : isRebuilt ? Search.FOUND : none(blockNumber);
    }

    private Search none(final long blockNumber)
    {
        notHad.incrementRelease();
        client.accept(blockNumber);

        return Search.NONE;
    }

    private boolean begin(final long blockNumber)
    {
        if (!frags.open(sealed.leaderTerm(), sealed.incarnation(), sealed.seq()))
        {
            return false;
        }
        stage = Stage.LENGTHS;
        frames.start(blockNumber);

        return true;
    }

    private boolean isRebuilt()
    {
        if (!frags.write(writer))
        {
            return false;
        }
        writer.finish(check.hasWithdrawals(block));
        if (!check.isOf(block, writer.buffer(), writer.offset(), writer.length()))
        {
            return false;
        }
        keep(writer.buffer(), writer.offset(), writer.length());
        rebuilt.incrementRelease();

        return true;
    }

    private void keep(final DirectBuffer buffer, final int offset, final int length)
    {
        final Body known = find(block.number);
        final Body body = null == known ? bodies[next] : known;
        next = null == known ? (next + 1) % CAPACITY : next;
        if (body.bytes.length < length)
        {
            body.bytes = new byte[length];
        }
        body.blockNumber = block.number;
        body.length = length;
        buffer.getBytes(offset, body.bytes, 0, length);
        System.arraycopy(block.hash, 0, body.hash, 0, body.hash.length);
    }

    private @Nullable Body find(final long blockNumber)
    {
        for (final Body body : bodies)
        {
            if (blockNumber == body.blockNumber)
            {
                return body;
            }
        }

        return null;
    }

    private boolean isBlockRead(final long blockNumber, final long nowNs)
    {
        isBlockKnown = false;
        shelfReader.start(blockNumber);
        shelfReader.turn(nowNs);

        return isBlockKnown;
    }

    private boolean onSealedBlock(final DirectBuffer buffer, final int offset, final int length)
    {
        header.wrap(buffer, offset);
        sealed.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        final int headerOffset = HEADER_LENGTH + header.blockLength() + SealedBlockDecoder.headerHeaderLength();
        isBlockKnown = headers.tryRead(buffer, offset + headerOffset, length - headerOffset, block);

        return true;
    }

    /** Gives out the parts of one height after another. */
    private final class BodyReader implements Reader
    {
        private final Consumer consumer;
        private long height;
        private int position;
        private boolean isOver = true;

        private BodyReader(final Consumer consumer)
        {
            this.consumer = consumer;
        }

        @Override
        public void start(final long blockNumber)
        {
            height = blockNumber;
            position = 0;
            isOver = false;
        }

        @Override
        public int turn(final long nowNs)
        {
            if (isOver)
            {
                return 0;
            }
            final Search search = search(height, nowNs);
            isOver = Search.NONE == search;
            if (Search.FOUND == search)
            {
                send();
            }

            return 1;
        }

        @Override
        public boolean isOver()
        {
            return isOver;
        }

        private void send()
        {
            final Body body = requireNonNull(find(height), "one that was found");
            for (int i = 0; i < TURN_PARTS && !isOver; i++)
            {
                final int length = Math.min(part.capacity() - PART_OFFSET, body.length - position);
                encoder.wrapAndApplyHeader(part, 0, partHeader)
                    .chainId(chainId)
                    .blockNumber(height)
                    .putBlockHash(body.hash, 0, body.hash.length)
                    .bodyLength(body.length)
                    .position(position)
                    .putPart(body.bytes, position, length);
                if (!consumer.onFrame(part, 0, PART_OFFSET + length))
                {
                    return;
                }
                position += length;
                isOver = position == body.length;
            }
        }
    }
}
