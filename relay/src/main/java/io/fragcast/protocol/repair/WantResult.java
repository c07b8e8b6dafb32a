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
    public int missingCount;
    /** Bytes of the frames sent. */
    public long sentBytes;
    /** The byte budget ended the answer: ask again for the rest. */
    public boolean isTruncated;
    /** Nothing was looked up: too many ask. */
    public boolean isBusy;
    /** The request is none that is answered. */
    public boolean isRefused;
    /** The token was not the right one: only a token came. */
    public boolean isUnproved;
    /** What the holder cannot fill, as far as it fits. */
    public final HoleList missing = new HoleList();
}
