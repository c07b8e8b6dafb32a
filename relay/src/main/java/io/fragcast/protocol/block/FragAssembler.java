package io.fragcast.protocol.block;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Puts one frag together: verified header, then pages, then chunks, in any order that their hashes allow. A flyweight
 * over a record in the {@link BodySlab}; the body has a block of its own, where each chunk is written at
 * index x chunkLength.
 * <pre>
 *   record   | fixed fields | head: the signed message as received, no inline body | bitmaps | chunk hashes if paged |
 *   body     | chunk 0 | chunk 1 | ... | chunk n |
 * </pre>
 * {@link #check} says whether a piece is what the header names, {@link #store} then keeps it; between the two it may be
 * forwarded.
 */
final class FragAssembler
{
    private static final int DIGEST_OFFSET = 0;
    private static final int BODY_OFFSET_OFFSET = 32;
    private static final int BODY_LENGTH_OFFSET = 36;
    private static final int CHUNK_LENGTH_OFFSET = 40;
    private static final int CHUNK_COUNT_OFFSET = 44;
    private static final int CHUNKS_HELD_OFFSET = 48;
    private static final int PAGE_HASHES_OFFSET = 52;
    private static final int PAGE_COUNT_OFFSET = 56;
    private static final int HEAD_LENGTH_OFFSET = 60;
    private static final int TX_COUNT_OFFSET = 64;
    private static final int IS_LAST_OFFSET = 68;
    private static final int VERSION_OFFSET = 72;
    private static final int HOP_COUNT_OFFSET = 76;
    private static final int PUBLISH_TIME_OFFSET = 80;
    private static final int HEAD_HASHES_OFFSET = 88;
    private static final int RECORD_LENGTH_OFFSET = 92;
    private static final int HEAD_OFFSET = 96;
    /** An inline body of length 0 ends the head, so that it is a Frag message again. */
    private static final int EMPTY_BODY_LENGTH = Integer.BYTES;
    private static final int HASH_LENGTH = FrameDigest.HASH_LENGTH;

    private final UnsafeBuffer slab;
    private int record;

    /**
     * A flyweight.
     *
     * @param slab that records lie in.
     */
    FragAssembler(final BodySlab slab)
    {
        this.slab = slab.buffer();
    }

    /**
     * Bytes that the record of a frag takes.
     *
     * @param frame the header.
     * @return length of the record.
     */
    static int recordLength(final SignedFrame frame)
    {
        final int chunkCount = chunkCount(frame);

        return bitmapsOffset(headLength(frame)) + bitmapLength(chunkCount) + bitmapLength(frame.hashCount) +
            (0 == frame.pageHashes ? 0 : chunkCount * HASH_LENGTH);
    }

    /**
     * Points at a record.
     *
     * @param recordOffset in the slab.
     * @return this.
     */
    FragAssembler wrap(final int recordOffset)
    {
        record = recordOffset;

        return this;
    }

    /**
     * Starts a record and points at it.
     *
     * @param recordOffset in the slab.
     * @param bodyOffset   in the slab.
     * @param frame        the verified header.
     * @param digest       of the header.
     */
    void open(final int recordOffset, final int bodyOffset, final SignedFrame frame, final byte[] digest)
    {
        record = recordOffset;
        final int headLength = headLength(frame);
        slab.putBytes(record + DIGEST_OFFSET, digest);
        slab.putInt(record + BODY_OFFSET_OFFSET, bodyOffset);
        slab.putInt(record + BODY_LENGTH_OFFSET, (int)frame.bodyLength);
        slab.putInt(record + CHUNK_LENGTH_OFFSET, frame.chunkLength);
        slab.putInt(record + CHUNK_COUNT_OFFSET, chunkCount(frame));
        slab.putInt(record + CHUNKS_HELD_OFFSET, 0);
        slab.putInt(record + PAGE_HASHES_OFFSET, frame.pageHashes);
        slab.putInt(record + PAGE_COUNT_OFFSET, 0 == frame.pageHashes ? 0 : frame.hashCount);
        slab.putInt(record + HEAD_LENGTH_OFFSET, headLength);
        slab.putInt(record + TX_COUNT_OFFSET, (int)frame.txCount);
        slab.putInt(record + IS_LAST_OFFSET, frame.isLast ? 1 : 0);
        slab.putInt(record + VERSION_OFFSET, frame.version);
        slab.putInt(record + HOP_COUNT_OFFSET, frame.hopCount);
        slab.putLong(record + PUBLISH_TIME_OFFSET, frame.publishTimeNs);
        slab.putInt(record + HEAD_HASHES_OFFSET, frame.hashesOffset);
        slab.putInt(record + RECORD_LENGTH_OFFSET, recordLength(frame));
        slab.putBytes(record + HEAD_OFFSET, frame.buffer, frame.offset, frame.headLength());
        slab.putInt(record + HEAD_OFFSET + frame.headLength(), 0);
        final int bitmaps = record + bitmapsOffset(headLength);
        slab.setMemory(bitmaps, hashesOffset() - bitmaps, (byte)0);
    }

    /**
     * Is a piece what the header names? Changes nothing.
     *
     * @param kind       FRAG_PAGE or FRAG_CHUNK.
     * @param index      of the piece.
     * @param buffer     holding its data.
     * @param dataOffset of the data.
     * @param dataLength of the data.
     * @param digests    to hash with.
     * @return ACCEPTED if it is; DUPLICATE if it is here already; HELD if a page that is not here names it;
     * BAD_HASH if not.
     */
    Verdict check(
        final FrameKind kind,
        final int index,
        final DirectBuffer buffer,
        final int dataOffset,
        final int dataLength,
        final FrameDigest digests)
    {
        final Verdict place = place(kind, index, dataLength);
        if (Verdict.ACCEPTED != place)
        {
            return place;
        }

        final boolean holds = FrameKind.FRAG_PAGE == kind ?
            digests.isPage(buffer, dataOffset, dataLength, slab, headHash(index)) :
            digests.isChunk(buffer, dataOffset, dataLength, slab, chunkHash(index));

        return holds ? Verdict.ACCEPTED : Verdict.BAD_HASH;
    }

    /**
     * What can be said of a piece without hashing it.
     *
     * @param kind       FRAG_PAGE or FRAG_CHUNK.
     * @param index      of the piece.
     * @param dataLength of its data.
     * @return ACCEPTED if only its hash is open; else as {@link #check}.
     */
    Verdict place(final FrameKind kind, final int index, final int dataLength)
    {
        if (FrameKind.FRAG_PAGE == kind)
        {
            if (index < 0 || index >= pageCount() || dataLength != pageLength(index))
            {
                return Verdict.BAD_HASH;
            }

            return isSet(pageBitmap(), index) ? Verdict.DUPLICATE : Verdict.ACCEPTED;
        }

        if (index < 0 || index >= chunkCount() || dataLength != chunkLength(index))
        {
            return Verdict.BAD_HASH;
        }
        if (isSet(chunkBitmap(), index))
        {
            return Verdict.DUPLICATE;
        }

        return isNamed(index) ? Verdict.ACCEPTED : Verdict.HELD;
    }

    /**
     * Keeps a piece that {@link #check} found ACCEPTED.
     *
     * @param kind       FRAG_PAGE or FRAG_CHUNK.
     * @param index      of the piece.
     * @param buffer     holding its data.
     * @param dataOffset of the data.
     * @param dataLength of the data.
     */
    void store(
        final FrameKind kind, final int index, final DirectBuffer buffer, final int dataOffset, final int dataLength)
    {
        if (FrameKind.FRAG_PAGE == kind)
        {
            set(pageBitmap(), index);
            slab.putBytes(hashesOffset() + index * pageHashes() * HASH_LENGTH, buffer, dataOffset, dataLength);
        }
        else
        {
            set(chunkBitmap(), index);
            slab.putInt(record + CHUNKS_HELD_OFFSET, slab.getInt(record + CHUNKS_HELD_OFFSET) + 1);
            slab.putBytes(
                bodyOffset() + index * slab.getInt(record + CHUNK_LENGTH_OFFSET), buffer, dataOffset, dataLength);
        }
    }

    /** Are all chunks here? */
    boolean isComplete()
    {
        return slab.getInt(record + CHUNKS_HELD_OFFSET) == chunkCount();
    }

    /** Offset in the slab of the 32-byte digest of the header. */
    int digestOffset()
    {
        return record + DIGEST_OFFSET;
    }

    /** Offset in the slab of the header as received, with an empty inline body. */
    int headOffset()
    {
        return record + HEAD_OFFSET;
    }

    /** Length of the header with its empty inline body. */
    int headLength()
    {
        return slab.getInt(record + HEAD_LENGTH_OFFSET);
    }

    /** Length of the record. */
    int recordLength()
    {
        return slab.getInt(record + RECORD_LENGTH_OFFSET);
    }

    int bodyOffset()
    {
        return slab.getInt(record + BODY_OFFSET_OFFSET);
    }

    int bodyLength()
    {
        return slab.getInt(record + BODY_LENGTH_OFFSET);
    }

    int txCount()
    {
        return slab.getInt(record + TX_COUNT_OFFSET);
    }

    boolean isLast()
    {
        return 0 != slab.getInt(record + IS_LAST_OFFSET);
    }

    int version()
    {
        return slab.getInt(record + VERSION_OFFSET);
    }

    int hopCount()
    {
        return slab.getInt(record + HOP_COUNT_OFFSET);
    }

    long publishTimeNs()
    {
        return slab.getLong(record + PUBLISH_TIME_OFFSET);
    }

    int chunkCount()
    {
        return slab.getInt(record + CHUNK_COUNT_OFFSET);
    }

    int pageCount()
    {
        return slab.getInt(record + PAGE_COUNT_OFFSET);
    }

    int pageHashes()
    {
        return slab.getInt(record + PAGE_HASHES_OFFSET);
    }

    boolean isPageHeld(final int index)
    {
        return isSet(pageBitmap(), index);
    }

    /** Is the hash of a chunk here? */
    boolean isNamed(final int index)
    {
        return 0 == pageCount() || isSet(pageBitmap(), index / pageHashes());
    }

    /**
     * How many chunks were sent, as far as what came says: a page goes before the chunks it names, each in order.
     *
     * @return chunks from the first on.
     */
    int evidentChunks()
    {
        int evident = 0;
        for (int word = bitmapLength(chunkCount()) - Long.BYTES; word >= 0; word -= Long.BYTES)
        {
            final long bits = slab.getLong(chunkBitmap() + word);
            if (0 != bits)
            {
                evident = word * Byte.SIZE + Long.SIZE - Long.numberOfLeadingZeros(bits);
                break;
            }
        }
        for (int page = pageCount() - 1; page >= 0 && page * pageHashes() > evident; page--)
        {
            if (isPageHeld(page))
            {
                return page * pageHashes();
            }
        }

        return evident;
    }

    /**
     * Which of 64 chunks are not here?
     *
     * @param index of bit 0, a multiple of 64.
     * @param end   chunks from here on do not count.
     * @return a bit for each that is missing.
     */
    long missingChunks(final int index, final int end)
    {
        final long counted = end - index >= Long.SIZE ? -1L : (1L << (end - index)) - 1;

        return ~slab.getLong(chunkBitmap() + index / Byte.SIZE) & counted;
    }

    /** Is any of the first chunks not here? */
    boolean isAnyMissing(final int end)
    {
        for (int index = 0; index < end; index += Long.SIZE)
        {
            if (0 != missingChunks(index, end))
            {
                return true;
            }
        }

        return false;
    }

    private int chunkLength(final int index)
    {
        final int chunkLength = slab.getInt(record + CHUNK_LENGTH_OFFSET);

        return Math.min(chunkLength, bodyLength() - index * chunkLength);
    }

    private int pageLength(final int index)
    {
        final int pageHashes = pageHashes();

        return Math.min(pageHashes, chunkCount() - index * pageHashes) * HASH_LENGTH;
    }

    private int chunkHash(final int index)
    {
        return 0 == pageCount() ? headHash(index) : hashesOffset() + index * HASH_LENGTH;
    }

    private int headHash(final int index)
    {
        return headOffset() + slab.getInt(record + HEAD_HASHES_OFFSET) + index * HASH_LENGTH;
    }

    private int chunkBitmap()
    {
        return record + bitmapsOffset(headLength());
    }

    private int pageBitmap()
    {
        return chunkBitmap() + bitmapLength(chunkCount());
    }

    private int hashesOffset()
    {
        return pageBitmap() + bitmapLength(pageCount());
    }

    private boolean isSet(final int bitmap, final int index)
    {
        return 0 != (slab.getLong(bitmap + (index >> 6) * Long.BYTES) & 1L << index);
    }

    private void set(final int bitmap, final int index)
    {
        final int word = bitmap + (index >> 6) * Long.BYTES;
        slab.putLong(word, slab.getLong(word) | 1L << index);
    }

    private static int chunkCount(final SignedFrame frame)
    {
        return (int)((frame.bodyLength + frame.chunkLength - 1) / frame.chunkLength);
    }

    private static int headLength(final SignedFrame frame)
    {
        return frame.headLength() + EMPTY_BODY_LENGTH;
    }

    private static int bitmapsOffset(final int headLength)
    {
        return HEAD_OFFSET + BitUtil.align(headLength, Long.BYTES);
    }

    private static int bitmapLength(final int count)
    {
        return BitUtil.align(count, Long.SIZE) / Byte.SIZE;
    }
}
