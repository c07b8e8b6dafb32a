package io.fragcast.protocol.block;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Pages and chunks that came before what names them: on a lane that may reorder, a chunk overtakes its header by a few
 * places, no more. Fixed room a session, so none can take another's; nobody is evicted.
 */
final class EarlyPieces
{
    /** Half a 128 KiB window of datagrams at the default MTU. */
    static final int MAX_PER_SESSION = 64;
    /** Sessions that hold early pieces at once; beyond, their pieces are refused and repair serves instead. */
    static final int MAX_SESSIONS = 16;

    /** Of all sessions. */
    static final int CAPACITY = MAX_PER_SESSION * MAX_SESSIONS;

    private final BodySlab slab;
    private final UnsafeBuffer slabBuffer;
    private final int[] sessionIds = new int[MAX_SESSIONS];
    private final int[] sessionCounts = new int[MAX_SESSIONS];
    private final int[] offsets = new int[CAPACITY];
    private final PieceFrame[] pieces = new PieceFrame[CAPACITY];
    private int count;

    EarlyPieces(final BodySlab slab)
    {
        this.slab = slab;
        slabBuffer = slab.buffer();
        Arrays.fill(offsets, BodySlab.NULL_OFFSET);
        for (int i = 0; i < CAPACITY; i++)
        {
            pieces[i] = new PieceFrame();
        }
    }

    int count()
    {
        return count;
    }

    /**
     * Puts a piece by.
     *
     * @param frame     that nothing names yet.
     * @param sessionId of the stream it came by.
     * @return HELD, DUPLICATE if the session put it by before, WITHOUT_HEADER if there is no room.
     */
    Verdict hold(final PieceFrame frame, final int sessionId)
    {
        final int session = sessionOf(sessionId);
        if (session < 0)
        {
            return Verdict.WITHOUT_HEADER;
        }

        int free = -1;
        for (int i = session * MAX_PER_SESSION, end = i + MAX_PER_SESSION; i < end; i++)
        {
            if (BodySlab.NULL_OFFSET == offsets[i])
            {
                free = i;
            }
            else if (isSamePlace(pieces[i], frame))
            {
                return Verdict.DUPLICATE;
            }
        }
        if (free < 0)
        {
            return Verdict.WITHOUT_HEADER;
        }
        final int offset = slab.allocate(frame.length);
        if (BodySlab.NULL_OFFSET == offset)
        {
            return Verdict.WITHOUT_HEADER;
        }

        slabBuffer.putBytes(offset, frame.buffer, frame.offset, frame.length);
        offsets[free] = offset;
        pieces[free]
            .wrap(frame.kind, slabBuffer, offset, frame.length, frame.version, frame.dataOffset, frame.dataLength)
            .identity(
                frame.chainId, frame.leaderTerm, frame.blockNumber, frame.incarnation, frame.seq, frame.index);
        sessionIds[session] = sessionId;
        sessionCounts[session]++;
        count++;

        return Verdict.HELD;
    }

    /**
     * Which chunks of a frag were put by.
     *
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag.
     * @param index       of the chunk of bit 0.
     * @return a bit for each of 64 chunks.
     */
    long heldChunks(
        final int leaderTerm, final long blockNumber, final long incarnation, final int seq, final int index)
    {
        long bits = 0;
        for (int slot = 0, end = slots(); slot < end; slot++)
        {
            final PieceFrame piece = pieces[slot];
            final int bit = piece.index - index;
            if (isTaken(slot) &&
                0 <= bit && bit < Long.SIZE &&
                piece.seq == seq &&
                FrameKind.FRAG_CHUNK == piece.kind &&
                piece.blockNumber == blockNumber &&
                piece.incarnation == incarnation &&
                piece.leaderTerm == leaderTerm)
            {
                bits |= 1L << bit;
            }
        }

        return bits;
    }

    /** Slots to scan: 0 to this, exclusive. */
    int slots()
    {
        return 0 == count ? 0 : CAPACITY;
    }

    boolean isTaken(final int slot)
    {
        return BodySlab.NULL_OFFSET != offsets[slot];
    }

    PieceFrame piece(final int slot)
    {
        return pieces[slot];
    }

    int sessionId(final int slot)
    {
        return sessionIds[slot / MAX_PER_SESSION];
    }

    /** Lets a piece go. */
    void release(final int slot)
    {
        slab.release(offsets[slot]);
        offsets[slot] = BodySlab.NULL_OFFSET;
        sessionCounts[slot / MAX_PER_SESSION]--;
        count--;
    }

    private int sessionOf(final int sessionId)
    {
        int free = -1;
        for (int i = 0; i < MAX_SESSIONS; i++)
        {
            if (0 == sessionCounts[i])
            {
                free = i;
            }
            else if (sessionIds[i] == sessionId)
            {
                return i;
            }
        }

        return free;
    }

    private static boolean isSamePlace(final PieceFrame held, final PieceFrame frame)
    {
        return held.index == frame.index &&
            held.seq == frame.seq &&
            held.kind == frame.kind &&
            held.blockNumber == frame.blockNumber &&
            held.incarnation == frame.incarnation &&
            held.leaderTerm == frame.leaderTerm;
    }
}
