package io.fragcast.journal;

import java.util.concurrent.TimeUnit;

/**
 * How much of a journal is kept. A file goes when any limit says so, the oldest first, and only when nobody needs it.
 *
 * @param keepBlocks heights kept at least: a file goes when all its heights are farther below the newest; 0: no limit.
 * @param keepBytes  disk space that the files may take together; 0: no limit.
 * @param keepAgeMs  milliseconds since the last record of a file; 0: no limit.
 */
public record Retention(long keepBlocks, long keepBytes, long keepAgeMs)
{
    /** Nothing is dropped. */
    public static final Retention ALL = new Retention(0, 0, 0);

    /** A file is whole: a limit is looked at no more often than somebody would notice. */
    static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException naming the one that is negative.
     */
    public Retention
    {
        if (keepBlocks < 0 || keepBytes < 0 || keepAgeMs < 0)
        {
            throw new IllegalArgumentException(
                "keep " + keepBlocks + " blocks, " + keepBytes + " bytes, " + keepAgeMs + " ms: none may be negative");
        }
    }

    /**
     * Is there any limit?
     *
     * @return false if everything is kept.
     */
    public boolean isLimited()
    {
        return 0 != keepBlocks || 0 != keepBytes || 0 != keepAgeMs;
    }
}
