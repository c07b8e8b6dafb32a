package io.fragcast.protocol.block;

import io.fragcast.protocol.leader.MemorySlots;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * What a leader must not forget when its process dies: the attempt it left open, to abort it; what it sealed, so that
 * it never seals the height twice; the digests, to go on with the chain; its incarnations and control sequence, to
 * stay above them. Written before each message is sent, in a buffer that outlives the process, as a mapped file does;
 * these are the fields of its {@link MemorySlots}:
 * <pre>
 *   term 4 | attempt 4 | block 8 | incarnation 8 | nextSeq 4 | sealedTerm 4 | sealedBlock 8
 *   | parentHash 32 | lastDigest 32 | sealDigest 32 | sealedHash 32 | controlSeq 8
 * </pre>
 * Used by the broadcasting thread.
 */
public final class LeaderMemory
{
    /** Bytes of the buffer. */
    public static final int LENGTH = 512;

    /** Of a term not led yet. */
    static final int NO_TERM_NUMBER = Integer.MIN_VALUE;
    /** Of a block not sealed yet. */
    static final long NO_BLOCK_NUMBER = Long.MIN_VALUE;

    private static final int TERM = 0;
    private static final int ATTEMPT = 4;
    private static final int BLOCK = 8;
    private static final int INCARNATION = 16;
    private static final int NEXT_SEQ = 24;
    private static final int SEALED_TERM = 28;
    private static final int SEALED_BLOCK = 32;
    private static final int PARENT_HASH = 40;
    private static final int LAST_DIGEST = 72;
    private static final int SEAL_DIGEST = 104;
    private static final int SEALED_HASH = 136;
    private static final int CONTROL_SEQ = 168;
    private static final int FIELDS_LENGTH = CONTROL_SEQ + BitUtil.SIZE_OF_LONG;

    int termNumber = NO_TERM_NUMBER;
    int attemptState;
    long blockNumber;
    long incarnation;
    long controlSeq;
    int nextSeq;
    int sealedTermNumber = NO_TERM_NUMBER;
    long sealedBlock = NO_BLOCK_NUMBER;
    final byte[] parentHash = new byte[SignedHead.HASH_LENGTH];
    final byte[] lastDigest = new byte[FrameDigest.DIGEST_LENGTH];
    final byte[] sealDigest = new byte[FrameDigest.DIGEST_LENGTH];
    final byte[] sealedHash = new byte[SignedHead.HASH_LENGTH];
    // Of another leader: forgotten with the process, and learned again from the next block.
    private final byte[] heardDigest = new byte[FrameDigest.DIGEST_LENGTH];
    private final byte[] heardHash = new byte[SignedHead.HASH_LENGTH];
    private boolean isAnyHeard;

    private final MemorySlots slots;

    /**
     * What a buffer remembers; of another chain, or of zeros: nothing.
     *
     * @param buffer  of {@link #LENGTH} bytes at least.
     * @param chainId of the leader.
     */
    public LeaderMemory(final MutableDirectBuffer buffer, final long chainId)
    {
        slots = new MemorySlots(buffer, LENGTH / 2, FIELDS_LENGTH, chainId);
        if (slots.isWritten())
        {
            load();
        }
    }

    /**
     * A memory that ends with the process.
     *
     * @param chainId of the leader.
     * @return an empty memory.
     */
    public static LeaderMemory ofThisProcess(final long chainId)
    {
        return new LeaderMemory(new UnsafeBuffer(new byte[LENGTH]), chainId);
    }

    /**
     * A leader sealed a block, which may be the parent of the next one here.
     *
     * @param buffer     holding the Seal.
     * @param hashOffset of its block hash.
     * @param digest     of the Seal.
     */
    public void onSealHeard(final DirectBuffer buffer, final int hashOffset, final byte[] digest)
    {
        buffer.getBytes(hashOffset, heardHash);
        System.arraycopy(digest, 0, heardDigest, 0, FrameDigest.DIGEST_LENGTH);
        isAnyHeard = true;
    }

    /** Was a block of a term sealed, or a later one of it? */
    boolean isSealed(final int term, final long block)
    {
        return term == sealedTermNumber && block <= sealedBlock;
    }

    /** Is the Seal known of a block of this hash? */
    boolean isSealKnown(final byte[] blockHash)
    {
        return Arrays.equals(sealedHash, blockHash) || isAnyHeard && Arrays.equals(heardHash, blockHash);
    }

    /** The digest of the Seal that an Env builds on: one's own, one heard, zeros if it is not known. */
    void parentDigest(final byte[] parent, final byte[] digest)
    {
        if (Arrays.equals(sealedHash, parent))
        {
            System.arraycopy(sealDigest, 0, digest, 0, FrameDigest.DIGEST_LENGTH);
        }
        else if (isAnyHeard && Arrays.equals(heardHash, parent))
        {
            System.arraycopy(heardDigest, 0, digest, 0, FrameDigest.DIGEST_LENGTH);
        }
        else
        {
            Arrays.fill(digest, (byte) 0);
        }
    }

    void store()
    {
        final MutableDirectBuffer fields = slots.fields();
        fields.putInt(TERM, termNumber);
        fields.putInt(ATTEMPT, attemptState);
        fields.putLong(BLOCK, blockNumber);
        fields.putLong(INCARNATION, incarnation);
        fields.putInt(NEXT_SEQ, nextSeq);
        fields.putInt(SEALED_TERM, sealedTermNumber);
        fields.putLong(SEALED_BLOCK, sealedBlock);
        fields.putBytes(PARENT_HASH, parentHash);
        fields.putBytes(LAST_DIGEST, lastDigest);
        fields.putBytes(SEAL_DIGEST, sealDigest);
        fields.putBytes(SEALED_HASH, sealedHash);
        fields.putLong(CONTROL_SEQ, controlSeq);
        slots.store();
    }

    private void load()
    {
        final DirectBuffer fields = slots.fields();
        termNumber = fields.getInt(TERM);
        attemptState = fields.getInt(ATTEMPT);
        blockNumber = fields.getLong(BLOCK);
        incarnation = fields.getLong(INCARNATION);
        nextSeq = fields.getInt(NEXT_SEQ);
        sealedTermNumber = fields.getInt(SEALED_TERM);
        sealedBlock = fields.getLong(SEALED_BLOCK);
        fields.getBytes(PARENT_HASH, parentHash);
        fields.getBytes(LAST_DIGEST, lastDigest);
        fields.getBytes(SEAL_DIGEST, sealDigest);
        fields.getBytes(SEALED_HASH, sealedHash);
        controlSeq = fields.getLong(CONTROL_SEQ);
    }
}
