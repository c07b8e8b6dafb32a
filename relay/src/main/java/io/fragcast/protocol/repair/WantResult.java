package io.fragcast.protocol.repair;

/**
 * What a holder says at the end of an answer. Filled anew for each; valid during the call that hands it over.
 * Fields as in the wire's WantResult.
 */
public final class WantResult
{
    /** Comes back as it was sent. */
    public long requestId;
    /** To be named in the next request to this holder. */
    public long token;
    /** Attempt of which the holder accepted something last; a hint that nobody signed. */
    public long newestBlock;
    /** 0: the holder has nothing yet. */
    public long newestIncarnation;
    /** Term of that attempt. */
    public int newestTerm;
    /** Frags of it that the holder knows of. */
    public int newestSeq;
    /** Lowest height that the holder can still serve. */
    public long oldestBlock;
    /** Frames sent. */
    public int found;
    /** Messages and pieces that it does not have. */
    public int notFound;
    /** Bytes of the frames sent. */
    public long sentBytes;
    /** How the answer came out. */
    public AnswerState state = AnswerState.COMPLETE;
    /** Does the holder itself wait for something of the heights asked for? What it lacks may come to it yet. */
    public boolean isOpen;
    /** What the holder cannot fill, as far as it fits. */
    public final HoleList missing = new HoleList();
}
