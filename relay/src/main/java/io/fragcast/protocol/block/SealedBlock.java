package io.fragcast.protocol.block;

/**
 * A block as it was sealed, from a source that the operator trusts or from the leader itself: what its header says, to
 * be held against the Seal. Filled and reused by its owner.
 */
public final class SealedBlock
{
    /** A header of Prague is some 650 bytes; extraData of 1 KiB more is far beyond any chain. */
    public static final int MAX_HEADER_LENGTH = 2_048;

    /** What the leader signs of it today, and some more. */
    public static final int MAX_SIGNED_LENGTH = 512;

    private static final int HASH_LENGTH = FrameDigest.DIGEST_LENGTH;

    /** Height. */
    public long number;
    /** Gas used, gas. */
    public long gasUsed;
    /** Gas limit, gas. */
    public long gasLimit;
    /** Keccak-256 of the header. */
    public final byte[] hash = new byte[HASH_LENGTH];
    /** Hash of the block before. */
    public final byte[] parentHash = new byte[HASH_LENGTH];
    /** Root of the transactions. */
    public final byte[] transactionsRoot = new byte[HASH_LENGTH];
    /** Root of the receipts. */
    public final byte[] receiptsRoot = new byte[HASH_LENGTH];
    /** Root of the state after the block. */
    public final byte[] stateRoot = new byte[HASH_LENGTH];
    /** The header in RLP, whose hash is {@link #hash}: the proof. */
    public final byte[] header = new byte[MAX_HEADER_LENGTH];
    /** Bytes of the header; 0: this holds no block. */
    public int headerLength;
    /** The leader's own word: its SealedBlock message up to the end of the signed region. */
    public final byte[] signed = new byte[MAX_SIGNED_LENGTH];
    /** Bytes of that; 0: the leader did not say so, or at too great length. */
    public int signedLength;

    /**
     * Takes over what another holds.
     *
     * @param other to copy.
     */
    public void set(final SealedBlock other)
    {
        number = other.number;
        gasUsed = other.gasUsed;
        gasLimit = other.gasLimit;
        System.arraycopy(other.hash, 0, hash, 0, HASH_LENGTH);
        System.arraycopy(other.parentHash, 0, parentHash, 0, HASH_LENGTH);
        System.arraycopy(other.transactionsRoot, 0, transactionsRoot, 0, HASH_LENGTH);
        System.arraycopy(other.receiptsRoot, 0, receiptsRoot, 0, HASH_LENGTH);
        System.arraycopy(other.stateRoot, 0, stateRoot, 0, HASH_LENGTH);
        System.arraycopy(other.header, 0, header, 0, other.headerLength);
        headerLength = other.headerLength;
        System.arraycopy(other.signed, 0, signed, 0, other.signedLength);
        signedLength = other.signedLength;
    }
}
