package io.fragcast.sim;

import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.sync.ChunkSender;
import io.fragcast.protocol.sync.StreamChunk;
import io.fragcast.protocol.sync.StreamState;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;

/**
 * Stands between an honest seeder and its links, and lies in one way to all who ask: they must find out, leave it, and
 * get everything from others.
 */
final class LyingHolder implements ChunkSender
{
    /**
     * What kind of lie.
     */
    enum Lie
    {
        /** Some bits of what it sends are turned. */
        BYTES,
        /** Messages of other heights in the place of those that are asked for. */
        HEIGHTS,
        /** It says that it has nothing. */
        DENIES,
        /** It says that it has sent all, and has sent nothing. */
        EMPTY,
        /** It never comes to an end, and nothing comes. */
        ENDLESS,
        /** It takes requests, and says nothing more. */
        SILENT,
        /** It says that it has what nobody has, and then sends nothing. */
        BOASTS
    }

    private static final double LIE_PROBABILITY = 0.3;
    /** Behind the hop fields, which nobody vouches for. */
    private static final int FIRST_OFFSET = 25;
    private static final int KEPT_FRAMES = 64;
    private static final long BOAST_BLOCKS = 1_000_000;

    private final Lie lie;
    private final ChunkSender honest;
    private final SimRandom random;
    private final List<byte[]> kept = new ArrayList<>();
    private final StreamChunk told = new StreamChunk();
    private final UnsafeBuffer other = new UnsafeBuffer(0, 0);
    private boolean isAnythingKeptBack;
    private long sessionId;
    private int chunkIndex;
    private long lies;

    /**
     * A liar.
     *
     * @param lie    in this way.
     * @param honest leads to those who ask.
     * @param random that decides.
     */
    LyingHolder(final Lie lie, final ChunkSender honest, final SimRandom random)
    {
        this.lie = lie;
        this.honest = honest;
        this.random = random;
    }

    /** Lies told, so that a run can show that there were any. */
    long lies()
    {
        return lies;
    }

    @Override
    public boolean sendFrame(final int requester, final DirectBuffer buffer, final int offset, final int length)
    {
        return switch (lie)
        {
            case BYTES -> sendChanged(requester, buffer, offset, length);
            case HEIGHTS -> sendOther(requester, buffer, offset, length);
            case DENIES, EMPTY, ENDLESS, SILENT, BOASTS ->
            {
                isAnythingKeptBack = true;
                lies++;
                yield true;
            }
        };
    }

    @Override
    public boolean sendChunk(final int requester, final StreamChunk chunk)
    {
        copy(chunk);
        switch (lie)
        {
            case BYTES, HEIGHTS ->
            {
                // It says what it should have sent.
            }
            case DENIES ->
            {
                lies++;
                told.oldestBlock = FrameArchive.NO_BLOCK;
                told.newestBlock = FrameArchive.NO_BLOCK;
            }
            case EMPTY -> emptied();
            case ENDLESS -> endless(chunk);
            case SILENT ->
            {
                if (isAnythingKeptBack)
                {
                    isAnythingKeptBack = false;
                    return true;
                }
            }
            case BOASTS ->
            {
                lies++;
                emptied();
                told.newestBlock = chunk.newestBlock + BOAST_BLOCKS;
            }
            default -> throw new IllegalStateException(lie + " is told by nobody");
        }

        return honest.sendChunk(requester, told);
    }

    private void emptied()
    {
        told.items = 0;
        told.itemBytes = 0;
    }

    /** Chunk after chunk of a session that the seeder has long ended. */
    private void endless(final StreamChunk chunk)
    {
        emptied();
        if (isAnythingKeptBack || sessionId == chunk.sessionId)
        {
            isAnythingKeptBack = false;
            chunkIndex = sessionId == chunk.sessionId ? chunkIndex + 1 : 0;
            sessionId = chunk.sessionId;
            told.index = chunkIndex;
            told.nextBlock = 0;
            told.state = StreamState.OPEN;
        }
    }

    private boolean sendChanged(final int requester, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!random.isHit(LIE_PROBABILITY))
        {
            return honest.sendFrame(requester, buffer, offset, length);
        }
        final byte[] changed = bytes(buffer, offset, length);
        changed[random.between(FIRST_OFFSET, length - 1)] ^= (byte)(1 << random.between(0, Byte.SIZE - 1));
        other.wrap(changed);
        final boolean isSent = honest.sendFrame(requester, other, 0, length);
        lies += isSent ? 1 : 0;

        return isSent;
    }

    private boolean sendOther(final int requester, final DirectBuffer buffer, final int offset, final int length)
    {
        if (kept.size() < KEPT_FRAMES)
        {
            kept.add(bytes(buffer, offset, length));
        }
        if (!random.isHit(LIE_PROBABILITY))
        {
            return honest.sendFrame(requester, buffer, offset, length);
        }
        final byte[] sent = kept.get(random.between(0, kept.size() - 1));
        other.wrap(sent);
        final boolean isSent = honest.sendFrame(requester, other, 0, sent.length);
        lies += isSent ? 1 : 0;

        return isSent;
    }

    private void copy(final StreamChunk chunk)
    {
        told.sessionId = chunk.sessionId;
        told.token = chunk.token;
        told.nextBlock = chunk.nextBlock;
        told.oldestBlock = chunk.oldestBlock;
        told.newestBlock = chunk.newestBlock;
        told.index = chunk.index;
        told.items = chunk.items;
        told.itemBytes = chunk.itemBytes;
        told.state = chunk.state;
    }

    private static byte[] bytes(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return bytes;
    }
}
