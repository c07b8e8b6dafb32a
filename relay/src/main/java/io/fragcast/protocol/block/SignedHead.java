package io.fragcast.protocol.block;

/**
 * The fields that every signed message begins with, as {@link FragBroadcaster} fills them and a {@link FragSender}
 * encodes them. Reused by its owner; valid during the call.
 */
public final class SignedHead
{
    /** Length of a block hash and of a digest, bytes. */
    public static final int HASH_LENGTH = 32;

    long chainId;
    long blockNumber;
    long incarnation;
    int leaderTerm;
    int seq;
    final byte[] parentHash = new byte[HASH_LENGTH];
    final byte[] previousDigest = new byte[HASH_LENGTH];
    long publishTimeNs;

    /**
     * Chain of the block.
     *
     * @return EIP-155 chain id.
     */
    public long chainId()
    {
        return chainId;
    }

    /**
     * Height of the block.
     *
     * @return block number.
     */
    public long blockNumber()
    {
        return blockNumber;
    }

    /**
     * Which try at the height.
     *
     * @return wall-clock milliseconds at its opening.
     */
    public long incarnation()
    {
        return incarnation;
    }

    /**
     * Term of the leader.
     *
     * @return number.
     */
    public int leaderTerm()
    {
        return leaderTerm;
    }

    /**
     * Place in the attempt.
     *
     * @return as each template defines it.
     */
    public int seq()
    {
        return seq;
    }

    /**
     * Hash of the block that this block builds on.
     *
     * @return 32 bytes, not to be written to.
     */
    public byte[] parentHash()
    {
        return parentHash;
    }

    /**
     * Digest of the message before in the chain.
     *
     * @return 32 bytes, not to be written to.
     */
    public byte[] previousDigest()
    {
        return previousDigest;
    }

    /**
     * When the leader signs.
     *
     * @return epoch nanoseconds.
     */
    public long publishTimeNs()
    {
        return publishTimeNs;
    }
}
