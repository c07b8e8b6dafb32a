package io.fragcast.protocol.repair;

/**
 * Names one accepted frame of an attempt, and says what follows from it. Filled anew for each; valid during the call
 * that hands it over.
 */
public final class FrameName
{
    /** What it is. */
    public FramePart part = FramePart.ENV;
    /** Term of the attempt. */
    public int leaderTerm;
    /** Height of the attempt. */
    public long blockNumber;
    /** Incarnation of the attempt. */
    public long incarnation;
    /** FRAG, PAGE, CHUNK: seq of the frag; else 0. */
    public int seq;
    /** PAGE, CHUNK: its index; else 0. */
    public int index;
    /** FRAG: pages that go with it. */
    public int pageCount;
    /** FRAG: chunks that go with it; 0 where the body is inline. */
    public int chunkCount;
    /** END: frags that a Seal counts; 0 for an Abort. */
    public int fragCount;
    /** END: is it the Seal? */
    public boolean isSeal;
    /**
     * Was its signature never looked at, because a later message of its attempt names its digest? Who asks for single
     * frames checks each signature, so such a frame is sent only with the rest of its height.
     */
    public boolean isVouchedFor;

    /**
     * Sets what every frame has; the counts are 0 then, the rest is false.
     *
     * @param part        what it is.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         of the frag.
     * @param index       of the piece.
     * @return this.
     */
    public FrameName set(
        final FramePart part,
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final int index)
    {
        this.part = part;
        this.leaderTerm = leaderTerm;
        this.blockNumber = blockNumber;
        this.incarnation = incarnation;
        this.seq = seq;
        this.index = index;
        pageCount = 0;
        chunkCount = 0;
        fragCount = 0;
        isSeal = false;
        isVouchedFor = false;

        return this;
    }
}
