package io.fragcast.protocol.block;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * What a leader must not forget when its process dies: the attempt it left open, to abort it; what it sealed, so that
 * it never seals the height twice; the digests, to go on with the chain; its incarnations and control sequence, to
 * stay above them. Written before each message is sent, in a buffer that outlives the process, as a mapped file does.
 * <pre>
 *   slot 0 | slot 1      written in turn; the whole one with the higher sequence counts
 *   sequence 8 | chainId 8 | term 4 | attempt 4 | block 8 | incarnation 8 | nextSeq 4 | sealedTerm 4 | sealedBlock 8
 *   | parentHash 32 | lastDigest 32 | sealDigest 32 | sealedHash 32 | controlSeq 8 | crc 8
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

    private static final int SLOT_LENGTH = LENGTH / 2;
    private static final int SEQUENCE = 0;
    private static final int CHAIN_ID = 8;
    private static final int TERM = 16;
    private static final int ATTEMPT = 20;
    private static final int BLOCK = 24;
    private static final int INCARNATION = 32;
    private static final int NEXT_SEQ = 40;
    private static final int SEALED_TERM = 44;
    private static final int SEALED_BLOCK = 48;
    private static final int PARENT_HASH = 56;
    private static final int LAST_DIGEST = 88;
    private static final int SEAL_DIGEST = 120;
    private static final int SEALED_HASH = 152;
    private static final int CONTROL_SEQ = 184;
    private static final int CRC = 192;
    private static final int IMAGE_LENGTH = CRC + BitUtil.SIZE_OF_LONG;

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

    private final MutableDirectBuffer buffer;
    private final long chainId;
    private final byte[] imageBytes = new byte[IMAGE_LENGTH];
    private final UnsafeBuffer image = new UnsafeBuffer(imageBytes);
    private final CRC32 crc = new CRC32();
    private long sequence;

    /**
     * What a buffer remembers; of another chain, or of zeros: nothing.
     *
     * @param buffer  of {@link #LENGTH} bytes at least.
     * @param chainId of the leader.
     */
    public LeaderMemory(final MutableDirectBuffer buffer, final long chainId)
    {
        this.buffer = buffer;
        this.chainId = chainId;
        final long first = sequenceOf(0);
        final long second = sequenceOf(SLOT_LENGTH);
        sequence = Math.max(first, second);
        if (0 != sequence)
        {
            load(first > second ? 0 : SLOT_LENGTH);
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
        sequence++;
        image.putLong(SEQUENCE, sequence);
        image.putLong(CHAIN_ID, chainId);
        image.putInt(TERM, termNumber);
        image.putInt(ATTEMPT, attemptState);
        image.putLong(BLOCK, blockNumber);
        image.putLong(INCARNATION, incarnation);
        image.putInt(NEXT_SEQ, nextSeq);
        image.putInt(SEALED_TERM, sealedTermNumber);
        image.putLong(SEALED_BLOCK, sealedBlock);
        image.putBytes(PARENT_HASH, parentHash);
        image.putBytes(LAST_DIGEST, lastDigest);
        image.putBytes(SEAL_DIGEST, sealDigest);
        image.putBytes(SEALED_HASH, sealedHash);
        image.putLong(CONTROL_SEQ, controlSeq);
        image.putLong(CRC, crcOfImage());
        buffer.putBytes(0 == (sequence & 1) ? 0 : SLOT_LENGTH, imageBytes);
    }

    private void load(final int slot)
    {
        buffer.getBytes(slot, imageBytes);
        termNumber = image.getInt(TERM);
        attemptState = image.getInt(ATTEMPT);
        blockNumber = image.getLong(BLOCK);
        incarnation = image.getLong(INCARNATION);
        nextSeq = image.getInt(NEXT_SEQ);
        sealedTermNumber = image.getInt(SEALED_TERM);
        sealedBlock = image.getLong(SEALED_BLOCK);
        image.getBytes(PARENT_HASH, parentHash);
        image.getBytes(LAST_DIGEST, lastDigest);
        image.getBytes(SEAL_DIGEST, sealDigest);
        image.getBytes(SEALED_HASH, sealedHash);
        controlSeq = image.getLong(CONTROL_SEQ);
    }

    /** Of a slot that is whole and ours; 0 of any other. */
    private long sequenceOf(final int slot)
    {
        buffer.getBytes(slot, imageBytes);

        return crcOfImage() == image.getLong(CRC) && chainId == image.getLong(CHAIN_ID) ? image.getLong(SEQUENCE) : 0;
    }

    private long crcOfImage()
    {
        crc.reset();
        crc.update(imageBytes, 0, CRC);

        return crc.getValue();
    }
}
