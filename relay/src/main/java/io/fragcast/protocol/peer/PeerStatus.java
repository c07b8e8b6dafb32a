package io.fragcast.protocol.peer;

import java.util.Arrays;

/**
 * What a node has. Fields as in the wire's Status; of a peer it is a claim that nobody signed. Used by one thread.
 */
public final class PeerStatus
{
    /** Length of a hash or digest, bytes. */
    public static final int HASH_LENGTH = 32;

    /** EIP-155 chain id. */
    public long chainId;
    /** Highest block that its operator's source calls final; 0: no source. */
    public long finalizedBlock;
    /** Highest block whose Seal it accepted. */
    public long sealedBlock;
    /** The attempt that it follows: height. */
    public long openBlock;
    /** The same: incarnation; 0: it follows none. */
    public long openIncarnation;
    /** The same: leader's term. */
    public int openTerm;
    /** The same: one more than the highest seq accepted. */
    public int openNextSeq;
    /** Hash of the sealed block; zeros: no Seal yet. */
    public final byte[] sealedHash = new byte[HASH_LENGTH];
    /** Digest of its Seal; zeros: no Seal yet. */
    public final byte[] sealedDigest = new byte[HASH_LENGTH];

    /** Forgets everything but the chain. */
    public void clear()
    {
        finalizedBlock = 0;
        sealedBlock = 0;
        openBlock = 0;
        openIncarnation = 0;
        openTerm = 0;
        openNextSeq = 0;
        Arrays.fill(sealedHash, (byte)0);
        Arrays.fill(sealedDigest, (byte)0);
    }

    /**
     * Takes everything from another.
     *
     * @param other to copy.
     */
    public void set(final PeerStatus other)
    {
        chainId = other.chainId;
        finalizedBlock = other.finalizedBlock;
        sealedBlock = other.sealedBlock;
        openBlock = other.openBlock;
        openIncarnation = other.openIncarnation;
        openTerm = other.openTerm;
        openNextSeq = other.openNextSeq;
        System.arraycopy(other.sealedHash, 0, sealedHash, 0, HASH_LENGTH);
        System.arraycopy(other.sealedDigest, 0, sealedDigest, 0, HASH_LENGTH);
    }
}
