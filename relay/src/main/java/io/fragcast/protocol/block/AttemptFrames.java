package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * The verified messages of one attempt, each in its place: one Env, one Seal, one Abort, one Frag a seq. Bytes lie in
 * the slab; what the machines ask for again and again lies in fields.
 */
final class AttemptFrames
{
    /** Absent. */
    static final int NULL_SEQ = -1;

    private static final int DIGEST_LENGTH = FrameDigest.DIGEST_LENGTH;

    /** One message other than a Frag. */
    static final class Place
    {
        final byte[] digest = new byte[DIGEST_LENGTH];
        int offset = BodySlab.NULL_OFFSET;
        int length;
        long publishTimeNs;
        int hopCount;

        boolean isTaken()
        {
            return BodySlab.NULL_OFFSET != offset;
        }
    }

    final Place env = new Place();
    final Place seal = new Place();
    final Place abort = new Place();
    /** No message: what caused an event that no message caused. */
    final Place none = new Place();
    final byte[] parentHash = new byte[DIGEST_LENGTH];
    final byte[] envPreviousDigest = new byte[DIGEST_LENGTH];
    final byte[] blockHash = new byte[DIGEST_LENGTH];
    final byte[] transactionsRoot = new byte[DIGEST_LENGTH];
    final byte[] sealPreviousDigest = new byte[DIGEST_LENGTH];
    long totalFrags;
    int abortReason;
    /** Highest seq whose header is here. */
    int highestSeq = NULL_SEQ;
    /** Seq of the frag with isLast. */
    int lastSeq = NULL_SEQ;

    private final BodySlab slab;
    private final UnsafeBuffer slabBuffer;
    private final FragAssembler frag;
    private final int[] fragRecords;
    private final BlockLimits limits;
    private long heldBytes;

    AttemptFrames(final BodySlab slab, final BlockLimits limits)
    {
        this.slab = slab;
        slabBuffer = slab.buffer();
        frag = new FragAssembler(slab);
        fragRecords = new int[limits.maxFragsPerBlock()];
        Arrays.fill(fragRecords, BodySlab.NULL_OFFSET);
        this.limits = limits;
    }

    /** Record of a frag in the slab, or {@link BodySlab#NULL_OFFSET}. */
    int fragRecord(final int seq)
    {
        return 0 <= seq && seq < fragRecords.length ? fragRecords[seq] : BodySlab.NULL_OFFSET;
    }

    /** Is the place of a message taken? */
    boolean isTaken(final SignedFrame frame)
    {
        return FrameKind.FRAG == frame.kind ?
            BodySlab.NULL_OFFSET != fragRecord(frame.seq) : placeOf(frame.kind).isTaken();
    }

    /** Are the signature and everything under it what lies in the place, byte by byte? */
    boolean isSame(final SignedFrame frame)
    {
        final int headLength = frame.headLength();
        final int stored = headOffset(frame);
        final int storedLength = FrameKind.FRAG == frame.kind ?
            frag.headLength() - Integer.BYTES : placeOf(frame.kind).length;
        if (headLength != storedLength ||
            frame.buffer.getLong(frame.offset) != slabBuffer.getLong(stored))
        {
            return false;
        }

        int i = SignedFrame.SIGNATURE_OFFSET;
        for (; i + Long.BYTES <= headLength; i += Long.BYTES)
        {
            if (frame.buffer.getLong(frame.offset + i) != slabBuffer.getLong(stored + i))
            {
                return false;
            }
        }
        for (; i < headLength; i++)
        {
            if (frame.buffer.getByte(frame.offset + i) != slabBuffer.getByte(stored + i))
            {
                return false;
            }
        }

        return true;
    }

    /** Does the message after an Env or a Frag stand here, and name its digest? */
    boolean isVouchedFor(final SignedFrame frame, final byte[] digest)
    {
        if (FrameKind.ENV != frame.kind && FrameKind.FRAG != frame.kind)
        {
            return false;
        }
        final int nextSeq = FrameKind.ENV == frame.kind ? 0 : frame.seq + 1;
        final int next = fragRecord(nextSeq);
        if (BodySlab.NULL_OFFSET == next)
        {
            return seal.isTaken() && nextSeq == totalFrags && Arrays.equals(digest, sealPreviousDigest);
        }

        final int named = frag.wrap(next).headOffset() + SignedFrame.PREVIOUS_DIGEST_OFFSET;
        for (int i = 0; i < DIGEST_LENGTH; i++)
        {
            if (digest[i] != slabBuffer.getByte(named + i))
            {
                return false;
            }
        }

        return true;
    }

    /** Copies the digest of the message whose place a frame would take. */
    void digestOf(final SignedFrame frame, final byte[] digest)
    {
        if (FrameKind.FRAG == frame.kind)
        {
            slabBuffer.getBytes(frag.wrap(fragRecord(frame.seq)).digestOffset(), digest);
        }
        else
        {
            System.arraycopy(placeOf(frame.kind).digest, 0, digest, 0, DIGEST_LENGTH);
        }
    }

    /** Where the message lies whose place a frame would take. */
    int headOffset(final SignedFrame frame)
    {
        return FrameKind.FRAG == frame.kind ?
            frag.wrap(fragRecord(frame.seq)).headOffset() : placeOf(frame.kind).offset;
    }

    /** How long the message is whose place a frame would take. */
    int headLength(final SignedFrame frame)
    {
        return FrameKind.FRAG == frame.kind ?
            frag.wrap(fragRecord(frame.seq)).headLength() : placeOf(frame.kind).length;
    }

    /** Would a frame take more than this attempt's share of the slab? */
    boolean isOverShare(final SignedFrame frame)
    {
        final int needed = FrameKind.FRAG == frame.kind ?
            BodySlab.blockLength(FragAssembler.recordLength(frame)) + BodySlab.blockLength((int)frame.bodyLength) :
            BodySlab.blockLength(frame.length);

        return heldBytes + needed > limits.attemptBytes();
    }

    /**
     * Keeps a verified message whose place is empty.
     *
     * @param frame  to keep.
     * @param digest of it.
     * @return false if there is no room.
     */
    boolean store(final SignedFrame frame, final byte[] digest)
    {
        if (FrameKind.FRAG == frame.kind)
        {
            return storeFrag(frame, digest);
        }

        final Place place = placeOf(frame.kind);
        place.offset = allocate(frame.length);
        if (!place.isTaken())
        {
            return false;
        }
        place.length = frame.length;
        place.publishTimeNs = frame.publishTimeNs;
        place.hopCount = frame.hopCount;
        System.arraycopy(digest, 0, place.digest, 0, DIGEST_LENGTH);
        slabBuffer.putBytes(place.offset, frame.buffer, frame.offset, frame.length);

        if (place == env)
        {
            copy(frame, SignedFrame.PARENT_HASH_OFFSET, parentHash);
            copy(frame, SignedFrame.PREVIOUS_DIGEST_OFFSET, envPreviousDigest);
        }
        else if (place == seal)
        {
            totalFrags = frame.totalFrags;
            copy(frame, SignedFrame.PREVIOUS_DIGEST_OFFSET, sealPreviousDigest);
            copy(frame, frame.blockHashOffset, blockHash);
            copy(frame, frame.transactionsRootOffset, transactionsRoot);
        }
        else
        {
            abortReason = frame.reason;
        }

        return true;
    }

    /**
     * Lets go of the frags above the last one: what came after isLast is no part of the block.
     *
     * @return frags let go.
     */
    int cutAfterLast()
    {
        int cut = 0;
        for (int seq = lastSeq + 1; seq <= highestSeq; seq++)
        {
            cut += releaseFrag(seq) ? 1 : 0;
        }
        highestSeq = lastSeq;

        return cut;
    }

    /** Gives everything back to the slab. */
    void clear()
    {
        releasePlace(env);
        releasePlace(seal);
        releasePlace(abort);
        for (int seq = 0; seq <= highestSeq; seq++)
        {
            releaseFrag(seq);
        }
        assert 0 == heldBytes : heldBytes + " bytes held by no message";
        totalFrags = 0;
        abortReason = 0;
        highestSeq = NULL_SEQ;
        lastSeq = NULL_SEQ;
    }

    private boolean storeFrag(final SignedFrame frame, final byte[] digest)
    {
        final int record = allocate(FragAssembler.recordLength(frame));
        if (BodySlab.NULL_OFFSET == record)
        {
            return false;
        }
        final int body = allocate((int)frame.bodyLength);
        if (BodySlab.NULL_OFFSET == body)
        {
            release(record, FragAssembler.recordLength(frame));
            return false;
        }

        frag.open(record, body, frame, digest);
        fragRecords[frame.seq] = record;
        highestSeq = Math.max(highestSeq, frame.seq);
        if (frame.isLast)
        {
            lastSeq = frame.seq;
        }

        return true;
    }

    private boolean releaseFrag(final int seq)
    {
        final int record = fragRecords[seq];
        if (BodySlab.NULL_OFFSET == record)
        {
            return false;
        }

        frag.wrap(record);
        release(frag.bodyOffset(), frag.bodyLength());
        release(record, frag.recordLength());
        fragRecords[seq] = BodySlab.NULL_OFFSET;

        return true;
    }

    private void releasePlace(final Place place)
    {
        if (place.isTaken())
        {
            release(place.offset, place.length);
            place.offset = BodySlab.NULL_OFFSET;
            place.length = 0;
        }
    }

    private int allocate(final int length)
    {
        final int offset = slab.allocate(length);
        if (BodySlab.NULL_OFFSET != offset)
        {
            heldBytes += BodySlab.blockLength(length);
        }

        return offset;
    }

    private void release(final int offset, final int length)
    {
        slab.release(offset);
        heldBytes -= BodySlab.blockLength(length);
    }

    private Place placeOf(final FrameKind kind)
    {
        return switch (kind)
        {
            case ENV -> env;
            case SEAL -> seal;
            case ABORT -> abort;
            case FRAG, FRAG_PAGE, FRAG_CHUNK, HEARTBEAT, LEADER_START, LEADER_STOP ->
                throw new IllegalArgumentException("an attempt has no single place for " + kind);
        };
    }

    private static void copy(final SignedFrame frame, final int at, final byte[] target)
    {
        final DirectBuffer buffer = frame.buffer;
        buffer.getBytes(frame.offset + at, target, 0, target.length);
    }
}
