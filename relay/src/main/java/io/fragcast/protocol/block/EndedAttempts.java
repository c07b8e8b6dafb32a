package io.fragcast.protocol.block;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is remembered of the last {@link #CAPACITY} attempts that ended: the digest of each message, so that replays
 * are duplicates at the price of one hash and a second message for a place still shows; the Env and the Seal
 * themselves, for the proof; the block hash, so that the next Env shows its link. The oldest is forgotten first.
 * <pre>
 *   slot   | Env | Seal | Abort | frag 0 | frag 1 | ...      32 bytes each, zeros: not here
 * </pre>
 */
final class EndedAttempts
{
    /** As many as the window is wide: what a peer may still hold in flight. */
    static final int CAPACITY = 64;
    /** Absent. */
    static final int NULL_SLOT = -1;

    private static final int DIGEST_LENGTH = FrameDigest.DIGEST_LENGTH;
    private static final int ENV_PLACE = 0;
    private static final int SEAL_PLACE = 1;
    private static final int ABORT_PLACE = 2;
    private static final int FIRST_FRAG_PLACE = 3;
    /** An Env is 672 bytes in version 1; what later versions append beyond this is proved by the digest alone. */
    private static final int MAX_FRAME_LENGTH = 2048;

    private final UnsafeBuffer slab;
    private final FragAssembler frag;
    private final int slotLength;
    private final UnsafeBuffer digests;
    private final UnsafeBuffer frames = new UnsafeBuffer(ByteBuffer.allocateDirect(2 * CAPACITY * MAX_FRAME_LENGTH));
    private final int[] leaderTerms = new int[CAPACITY];
    private final long[] blockNumbers = new long[CAPACITY];
    private final long[] incarnations = new long[CAPACITY];
    private final int[] envLengths = new int[CAPACITY];
    private final int[] sealLengths = new int[CAPACITY];
    private final int[] fragPlaces = new int[CAPACITY];
    private final boolean[] isSealed = new boolean[CAPACITY];
    private final boolean[] isEquivocal = new boolean[CAPACITY];
    private final byte[][] blockHashes = new byte[CAPACITY][DIGEST_LENGTH];
    private int count;
    private int nextSlot;

    EndedAttempts(final BodySlab slab, final BlockLimits limits)
    {
        this.slab = slab.buffer();
        frag = new FragAssembler(slab);
        slotLength = (FIRST_FRAG_PLACE + limits.maxFragsPerBlock()) * DIGEST_LENGTH;
        digests = new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY * slotLength));
    }

    /** Remembers an attempt that ends; call before its slot is given back. */
    void add(final BlockAssembler attempt)
    {
        final int slot = nextSlot;
        nextSlot = (slot + 1) % CAPACITY;
        count = Math.min(count + 1, CAPACITY);

        final AttemptFrames from = attempt.frames();
        leaderTerms[slot] = attempt.leaderTerm();
        blockNumbers[slot] = attempt.blockNumber();
        incarnations[slot] = attempt.incarnation();
        isSealed[slot] = attempt.isSealHeld();
        isEquivocal[slot] = attempt.isEquivocal();
        System.arraycopy(from.blockHash, 0, blockHashes[slot], 0, DIGEST_LENGTH);
        envLengths[slot] = keepFrame(from.env, envOffset(slot));
        sealLengths[slot] = keepFrame(from.seal, sealOffset(slot));
        keepDigest(from.env, slot, ENV_PLACE);
        keepDigest(from.seal, slot, SEAL_PLACE);
        keepDigest(from.abort, slot, ABORT_PLACE);
        fragPlaces[slot] = from.highestSeq + 1;
        for (int seq = 0; seq <= from.highestSeq; seq++)
        {
            final int at = digestOffset(slot, FIRST_FRAG_PLACE + seq);
            final int record = from.fragRecord(seq);
            if (BodySlab.NULL_OFFSET == record)
            {
                digests.setMemory(at, DIGEST_LENGTH, (byte)0);
            }
            else
            {
                digests.putBytes(at, slab, frag.wrap(record).digestOffset(), DIGEST_LENGTH);
            }
        }
    }

    /** Slot of an attempt, or {@link #NULL_SLOT}. */
    int find(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        for (int slot = 0; slot < count; slot++)
        {
            if (blockNumbers[slot] == blockNumber &&
                incarnations[slot] == incarnation &&
                leaderTerms[slot] == leaderTerm)
            {
                return slot;
            }
        }

        return NULL_SLOT;
    }

    /** Slot of another attempt at the height whose Seal was taken, or {@link #NULL_SLOT}. */
    int sealedSibling(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        for (int slot = 0; slot < count; slot++)
        {
            if (isSealed[slot] &&
                blockNumbers[slot] == blockNumber &&
                leaderTerms[slot] == leaderTerm &&
                incarnations[slot] != incarnation)
            {
                return slot;
            }
        }

        return NULL_SLOT;
    }

    /** Was an attempt of this height and a higher rank taken? */
    boolean isOutranked(final int leaderTerm, final long blockNumber, final long incarnation)
    {
        for (int slot = 0; slot < count; slot++)
        {
            if (blockNumbers[slot] == blockNumber &&
                (leaderTerms[slot] != leaderTerm ?
                leaderTerms[slot] > leaderTerm : Long.compareUnsigned(incarnations[slot], incarnation) > 0))
            {
                return true;
            }
        }

        return false;
    }

    /** Was a block of this height sealed under this hash? */
    boolean isSealedUnder(final long blockNumber, final byte[] blockHash)
    {
        for (int slot = 0; slot < count; slot++)
        {
            if (isSealed[slot] && blockNumbers[slot] == blockNumber && Arrays.equals(blockHashes[slot], blockHash))
            {
                return true;
            }
        }

        return false;
    }

    /** Copies the digest of the Seal of a block of this height and hash; false if none is remembered. */
    boolean sealDigest(final long blockNumber, final byte[] blockHash, final byte[] digest)
    {
        for (int slot = 0; slot < count; slot++)
        {
            if (isSealed[slot] && blockNumbers[slot] == blockNumber && Arrays.equals(blockHashes[slot], blockHash))
            {
                digests.getBytes(digestOffset(slot, SEAL_PLACE), digest);
                return true;
            }
        }

        return false;
    }

    /** Was a block of this height sealed, but none that an Env with this parent and previous digest builds on? */
    boolean isLinkBroken(final long blockNumber, final byte[] parentHash, final byte[] previousDigest)
    {
        boolean isAnySealed = false;
        for (int slot = 0; slot < count; slot++)
        {
            if (isSealed[slot] && blockNumbers[slot] == blockNumber)
            {
                isAnySealed = true;
                if (Arrays.equals(blockHashes[slot], parentHash) &&
                    (isZero(previousDigest) || isDigest(slot, SEAL_PLACE, previousDigest)))
                {
                    return false;
                }
            }
        }

        return isAnySealed;
    }

    /** Was a message taken for the place of a frame? */
    boolean isTaken(final int slot, final SignedFrame frame)
    {
        final int place = placeOf(frame);
        if (place - FIRST_FRAG_PLACE >= fragPlaces[slot])
        {
            return false;
        }

        final int at = digestOffset(slot, place);
        long bits = 0;
        for (int i = 0; i < DIGEST_LENGTH; i += Long.BYTES)
        {
            bits |= digests.getLong(at + i);
        }

        return 0 != bits;
    }

    /** Copies the digest of the message taken for the place of a frame. */
    void digestOf(final int slot, final SignedFrame frame, final byte[] digest)
    {
        digests.getBytes(digestOffset(slot, placeOf(frame)), digest);
    }

    /** Was any message of this frag taken? */
    boolean isFragTaken(final int slot, final int seq)
    {
        return 0 <= seq && seq < fragPlaces[slot] &&
            0 != digests.getLong(digestOffset(slot, FIRST_FRAG_PLACE + seq));
    }

    boolean isEquivocal(final int slot)
    {
        return isEquivocal[slot];
    }

    void onEquivocation(final int slot)
    {
        isEquivocal[slot] = true;
    }

    UnsafeBuffer frames()
    {
        return frames;
    }

    /** Where the message lies that was taken for the place of a frame, in {@link #frames()}. */
    int frameOffset(final int slot, final FrameKind kind)
    {
        return FrameKind.ENV == kind ? envOffset(slot) : sealOffset(slot);
    }

    /** How long that message is; 0 where only its digest is remembered. */
    int frameLength(final int slot, final FrameKind kind)
    {
        return switch (kind)
        {
            case ENV -> envLengths[slot];
            case SEAL -> sealLengths[slot];
            case FRAG, FRAG_PAGE, FRAG_CHUNK, ABORT, HEARTBEAT, LEADER_START, LEADER_STOP -> 0;
        };
    }

    private int keepFrame(final AttemptFrames.Place place, final int at)
    {
        if (!place.isTaken() || place.length > MAX_FRAME_LENGTH)
        {
            return 0;
        }
        frames.putBytes(at, slab, place.offset, place.length);

        return place.length;
    }

    private void keepDigest(final AttemptFrames.Place place, final int slot, final int index)
    {
        final int at = digestOffset(slot, index);
        if (place.isTaken())
        {
            digests.putBytes(at, place.digest);
        }
        else
        {
            digests.setMemory(at, DIGEST_LENGTH, (byte)0);
        }
    }

    private boolean isDigest(final int slot, final int place, final byte[] digest)
    {
        final int at = digestOffset(slot, place);
        for (int i = 0; i < DIGEST_LENGTH; i++)
        {
            if (digest[i] != digests.getByte(at + i))
            {
                return false;
            }
        }

        return true;
    }

    private static boolean isZero(final byte[] digest)
    {
        byte bits = 0;
        for (final byte b : digest)
        {
            bits |= b;
        }

        return 0 == bits;
    }

    private int digestOffset(final int slot, final int place)
    {
        return slot * slotLength + place * DIGEST_LENGTH;
    }

    private static int envOffset(final int slot)
    {
        return slot * 2 * MAX_FRAME_LENGTH;
    }

    private static int sealOffset(final int slot)
    {
        return envOffset(slot) + MAX_FRAME_LENGTH;
    }

    private static int placeOf(final SignedFrame frame)
    {
        return switch (frame.kind)
        {
            case ENV -> ENV_PLACE;
            case SEAL -> SEAL_PLACE;
            case ABORT -> ABORT_PLACE;
            case FRAG -> FIRST_FRAG_PLACE + frame.seq;
            case FRAG_PAGE, FRAG_CHUNK, HEARTBEAT, LEADER_START, LEADER_STOP ->
                throw new IllegalArgumentException("an attempt has no place for " + frame.kind);
        };
    }
}
