package io.fragcast.protocol.block;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One signed message of the block lane on its way from the adapter to the receiver: identity by value, bytes by
 * (buffer, offset, length), and where its parts lie, all measured by the lengths received. The adapter owns one and
 * fills it anew for each frame; it is valid during the call that hands it over.
 * <p>
 * The adapter vouches for the layout: every offset lies within the frame. It vouches for nothing else.
 * <pre>
 *   0        25          96                                     96 + signedLength
 *   | header | hop | sig | signed region ... fields ... [hashes] | [u32, inline body] |
 * </pre>
 */
public final class SignedFrame
{
    /** Length of the message header, the first bytes of the digest. */
    public static final int HEADER_LENGTH = 8;
    /** Where r, s, v start. */
    public static final int SIGNATURE_OFFSET = 25;
    /** Length of r, s, v. */
    public static final int SIGNATURE_LENGTH = 65;
    /** Where the signed region starts. */
    public static final int SIGNED_OFFSET = 96;
    /** Where the parent hash lies. */
    public static final int PARENT_HASH_OFFSET = 128;
    /** Where the previous digest lies. */
    public static final int PREVIOUS_DIGEST_OFFSET = 160;

    FrameKind kind = FrameKind.ENV;
    DirectBuffer buffer = new UnsafeBuffer(new byte[0]);
    int offset;
    int length;
    int signedLength;
    int version;

    long chainId;
    long blockNumber;
    long incarnation;
    int leaderTerm;
    int seq;
    long publishTimeNs;
    int hopCount;

    boolean isLast;
    long txCount;
    long bodyLength;
    int chunkLength;
    int pageHashes;
    int hashCount;
    int hashesOffset;
    int inlineOffset;
    int inlineLength;

    long totalFrags;
    int blockHashOffset;
    int transactionsRootOffset;
    int reason;
    long controlSeq;
    int lastTemplateId;

    /**
     * Points at the bytes of a message.
     *
     * @param kind         of message; not a page or chunk.
     * @param buffer       holding it.
     * @param offset       of its first byte.
     * @param length       in bytes.
     * @param signedLength bytes of the signed region, from {@link #SIGNED_OFFSET}.
     * @param version      of the schema at the sender.
     * @return this.
     */
    public SignedFrame wrap(
        final FrameKind kind,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int signedLength,
        final int version)
    {
        this.kind = kind;
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        this.signedLength = signedLength;
        this.version = version;

        return this;
    }

    /**
     * Fields that every signed message has.
     *
     * @param chainId       EIP-155 chain id.
     * @param leaderTerm    number of the term.
     * @param blockNumber   height.
     * @param incarnation   of the attempt.
     * @param seq           of the message in its attempt.
     * @param publishTimeNs epoch nanoseconds at signing.
     * @param hopCount      relays passed.
     * @return this.
     */
    public SignedFrame identity(
        final long chainId,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final long publishTimeNs,
        final int hopCount)
    {
        this.chainId = chainId;
        this.leaderTerm = leaderTerm;
        this.blockNumber = blockNumber;
        this.incarnation = incarnation;
        this.seq = seq;
        this.publishTimeNs = publishTimeNs;
        this.hopCount = hopCount;

        return this;
    }

    /**
     * Fields of a Frag.
     *
     * @param isLast      is it the last of the block?
     * @param txCount     transactions in the body.
     * @param bodyLength  of the whole body, bytes.
     * @param chunkLength of every chunk but the last, bytes.
     * @param pageHashes  hashes a page holds; 0: the list holds the chunk hashes themselves.
     * @return this.
     */
    public SignedFrame frag(
        final boolean isLast,
        final long txCount,
        final long bodyLength,
        final int chunkLength,
        final int pageHashes)
    {
        this.isLast = isLast;
        this.txCount = txCount;
        this.bodyLength = bodyLength;
        this.chunkLength = chunkLength;
        this.pageHashes = pageHashes;

        return this;
    }

    /**
     * Where the lists of a Frag lie, from the start of the message.
     *
     * @param hashCount    hashes in the list.
     * @param hashesOffset of the first hash.
     * @param inlineOffset of the inline body.
     * @param inlineLength of the inline body; 0: none.
     * @return this.
     */
    public SignedFrame fragLists(
        final int hashCount, final int hashesOffset, final int inlineOffset, final int inlineLength)
    {
        this.hashCount = hashCount;
        this.hashesOffset = hashesOffset;
        this.inlineOffset = inlineOffset;
        this.inlineLength = inlineLength;

        return this;
    }

    /**
     * Fields of a Seal.
     *
     * @param totalFrags             frags in the block.
     * @param blockHashOffset        of the block hash, from the start of the message.
     * @param transactionsRootOffset of the transactions root, from the start of the message.
     * @return this.
     */
    public SignedFrame seal(final long totalFrags, final int blockHashOffset, final int transactionsRootOffset)
    {
        this.totalFrags = totalFrags;
        this.blockHashOffset = blockHashOffset;
        this.transactionsRootOffset = transactionsRootOffset;

        return this;
    }

    /**
     * Fields of an Abort.
     *
     * @param reason code of the AbortReason.
     * @return this.
     */
    public SignedFrame abort(final int reason)
    {
        this.reason = reason;

        return this;
    }

    /**
     * Fields of a Heartbeat, LeaderStart or LeaderStop.
     *
     * @param controlSeq     strictly increasing per key and term.
     * @param lastTemplateId Heartbeat: template of the last message, 0: none; else 0.
     * @return this.
     */
    public SignedFrame control(final long controlSeq, final int lastTemplateId)
    {
        this.controlSeq = controlSeq;
        this.lastTemplateId = lastTemplateId;

        return this;
    }

    /**
     * Kind of message.
     *
     * @return the kind.
     */
    public FrameKind kind()
    {
        return kind;
    }

    /** Length of the message without an inline body: to the end of the signed region. */
    int headLength()
    {
        return SIGNED_OFFSET + signedLength;
    }
}
