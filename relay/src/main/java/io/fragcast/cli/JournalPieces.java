package io.fragcast.cli;

import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.wire.FrameView;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Checks journaled bodies against the hashes that their leader signed: inline bodies and chunks by their header, or by
 * the page that their header names. A node accepts a piece only behind its header, so the header is among the last
 * {@link #OPEN_FRAGS}; a piece of an older one, or of one in a hole, is counted as unchecked.
 */
final class JournalPieces
{
    /** Two blocks of 100 frags, next power of two; a frag of 4 MiB has 63 KiB of hashes. */
    private static final int OPEN_FRAGS = 256;

    private static final int HASH_LENGTH = FrameDigest.HASH_LENGTH;

    private final FrameDigest frameDigest = new FrameDigest();
    private final Map<FragKey, Hashes> frags = new LinkedHashMap<>()
    {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(final Map.Entry<FragKey, Hashes> eldest)
        {
            return size() > OPEN_FRAGS;
        }
    };
    private long checked;
    private long unchecked;

    private record FragKey(long blockNumber, long incarnation, long leaderTerm, long seq)
    {
    }

    private record Hashes(int pageHashes, UnsafeBuffer list, Int2ObjectHashMap<UnsafeBuffer> pages)
    {
    }

    long checkedCount()
    {
        return checked;
    }

    long uncheckedCount()
    {
        return unchecked;
    }

    /**
     * Takes a Frag, page or chunk.
     *
     * @param frame  its layout is legal.
     * @param buffer holding it.
     * @return what is wrong, or null.
     */
    @Nullable String problem(final FrameView frame, final DirectBuffer buffer)
    {
        final FragKey key = new FragKey(frame.blockNumber(), frame.incarnation(), frame.leaderTerm(), frame.seq());
        if (FrameKind.FRAG == frame.kind())
        {
            final Hashes hashes = new Hashes(
                frame.pageHashes(),
                copy(buffer, frame.hashesOffset(), frame.hashCount() * HASH_LENGTH),
                new Int2ObjectHashMap<>());
            frags.put(key, hashes);

            return 0 == frame.dataLength() ? null : chunkProblem(hashes, 0, frame, buffer);
        }

        final Hashes hashes = frags.get(key);
        if (null == hashes)
        {
            unchecked++;
            return null;
        }

        return FrameKind.FRAG_PAGE == frame.kind() ?
            pageProblem(hashes, frame, buffer) : chunkProblem(hashes, frame.index(), frame, buffer);
    }

    private @Nullable String pageProblem(final Hashes hashes, final FrameView frame, final DirectBuffer buffer)
    {
        final long index = frame.index();
        if (0 == hashes.pageHashes || index >= hashes.list.capacity() / HASH_LENGTH)
        {
            return "the header names no page " + index;
        }
        if (!frameDigest.isPage(
            buffer, frame.dataOffset(), frame.dataLength(), hashes.list, (int)index * HASH_LENGTH))
        {
            return "page " + index + " is not the one that the header names";
        }
        hashes.pages.put((int)index, copy(buffer, frame.dataOffset(), frame.dataLength()));
        checked++;

        return null;
    }

    private @Nullable String chunkProblem(
        final Hashes hashes, final long index, final FrameView frame, final DirectBuffer buffer)
    {
        final boolean isPaged = 0 != hashes.pageHashes;
        final UnsafeBuffer list = isPaged ? hashes.pages.get((int)(index / hashes.pageHashes)) : hashes.list;
        if (null == list)
        {
            unchecked++;
            return null;
        }

        final long hashOffset = (isPaged ? index % hashes.pageHashes : index) * HASH_LENGTH;
        if (hashOffset + HASH_LENGTH > list.capacity())
        {
            return "the header names no chunk " + index;
        }
        if (!frameDigest.isChunk(buffer, frame.dataOffset(), frame.dataLength(), list, (int)hashOffset))
        {
            return "chunk " + index + " is not the one that the header names";
        }
        checked++;

        return null;
    }

    private static UnsafeBuffer copy(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return new UnsafeBuffer(bytes);
    }
}
