package io.fragcast.protocol.sync;

/**
 * What a holder gives to those who catch up.
 *
 * @param bytesPerSecond for all requesters together.
 */
public record SeederLimits(long bytesPerSecond)
{
    /** Items of a chunk: a StreamChunk follows before a MiB and a half. */
    public static final int MAX_ITEMS = 999;
    /** Bytes of a chunk: 380 frames, 4 ms of a 1 Gbit/s line. */
    public static final int MAX_BYTES = 512 << 10;
    /** Chunks that a session may have coming: 6 MiB. */
    public static final int MAX_CHUNKS = 12;
    /** Sessions of one requester. */
    public static final int MAX_SESSIONS = 3;
    /** Heights of one session: as many as an archive knows. */
    public static final int MAX_HEIGHTS = 1 << 16;

    /** A quarter of 1 Gbit/s: the block lane keeps the rest. */
    public static final SeederLimits DEFAULT = new SeederLimits(32L << 20);

    /**
     * Checks the figures.
     *
     * @throws IllegalArgumentException naming what is out of range.
     */
    public SeederLimits
    {
        if (bytesPerSecond < 1 || bytesPerSecond > Integer.MAX_VALUE)
        {
            throw new IllegalArgumentException(
                "bulk bytes per second " + bytesPerSecond + ": allowed 1.." + Integer.MAX_VALUE);
        }
    }
}
