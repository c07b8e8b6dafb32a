package io.fragcast.protocol.repair;

/**
 * What of an attempt is missing. Ordinals are those of the wire's HoleKind.
 */
public enum HoleKind
{
    /** The Env. */
    ENV,
    /** Whole frags, header, pages and chunks: seq + i for each bit i. */
    FRAGS,
    /** Pages of frag seq: index + i for each bit i. */
    PAGES,
    /** Chunks of frag seq: index + i for each bit i. */
    CHUNKS,
    /** The Seal or the Abort. */
    END,
    /** Whatever there is from chunk index of frag seq on, the Seal or Abort with it. */
    TAIL;

    private static final HoleKind[] VALUES = values();

    /**
     * The kind with an ordinal.
     *
     * @param ordinal 0..5.
     * @return the kind.
     */
    public static HoleKind of(final int ordinal)
    {
        return VALUES[ordinal];
    }

    /**
     * Is an ordinal one of a kind?
     *
     * @param ordinal any.
     * @return true if {@link #of} takes it.
     */
    public static boolean isKnown(final int ordinal)
    {
        return 0 <= ordinal && ordinal < VALUES.length;
    }

    /**
     * Does the kind say by bits which seqs or pieces are meant?
     *
     * @return true for FRAGS, PAGES, CHUNKS.
     */
    public boolean hasBits()
    {
        return FRAGS == this || PAGES == this || CHUNKS == this;
    }
}
