package io.fragcast.journal;

import org.agrona.BitUtil;

import java.nio.file.Path;

/**
 * How a node keeps its journal.
 *
 * @param dir         folder of the files; made if it is not there.
 * @param blockLength bytes of a file mapped at once, a power of two of at least 1 MiB; a file begins as one, sparse.
 * @param roll        when a new file is begun.
 * @param ringLength  bytes of the ring buffer between hot agent and journal agent, a power of two of at least 1 MiB.
 * @param retention   how much is kept.
 */
public record JournalConfig(Path dir, int blockLength, Roll roll, int ringLength, Retention retention)
{
    /** Four frames of the largest datagram (64 KiB) fit the overlap of a block, which is a quarter of it. */
    public static final int MIN_BLOCK_LENGTH = 1 << 20;

    /** Maps once in 2 s at 32 MB/s, so that page faults, not mapping calls, are what an append waits for. */
    public static final int PRODUCTION_BLOCK_LENGTH = 64 << 20;

    /** Six nodes on one machine stay under 10 MiB of files at their start. */
    public static final int SMALL_BLOCK_LENGTH = 1 << 20;

    /** The ring takes messages of an eighth of its length: 128 KiB, above any datagram's 64 KiB. */
    public static final int MIN_RING_LENGTH = 1 << 20;

    /**
     * 64 MiB: a disk that stands still for 2 s while frags of 32 KB come every millisecond (32 MB/s, some 26,000
     * frames/s), or one stall of 150 ms at the 400 MB/s that the disk takes at best.
     */
    public static final int DEFAULT_RING_LENGTH = 64 << 20;

    /**
     * When a new file is begun; a whole file is the unit of retention.
     */
    public enum Roll
    {
        /** For journals kept by the megabyte, and tests. */
        FIVE_MINUTES,
        /** Retention to the hour. */
        HOUR,
        /** Few files. */
        DAY
    }

    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException naming the one that is out of range.
     */
    public JournalConfig
    {
        if (blockLength < MIN_BLOCK_LENGTH || !BitUtil.isPowerOfTwo(blockLength))
        {
            throw new IllegalArgumentException(
                "journal block length " + blockLength + ": a power of two of at least " + MIN_BLOCK_LENGTH);
        }
        if (ringLength < MIN_RING_LENGTH || !BitUtil.isPowerOfTwo(ringLength))
        {
            throw new IllegalArgumentException(
                "journal ring length " + ringLength + ": a power of two of at least " + MIN_RING_LENGTH);
        }
    }

    /**
     * A journal as a production node keeps it.
     *
     * @param dir folder of the files.
     * @return the configuration.
     */
    public static JournalConfig production(final Path dir)
    {
        return new JournalConfig(dir, PRODUCTION_BLOCK_LENGTH, Roll.HOUR, DEFAULT_RING_LENGTH, Retention.ALL);
    }

    /**
     * A journal as one of many nodes of a demo or a test keeps it.
     *
     * @param dir        folder of the files.
     * @param ringLength bytes of the ring buffer.
     * @return the configuration.
     */
    public static JournalConfig small(final Path dir, final int ringLength)
    {
        return new JournalConfig(dir, SMALL_BLOCK_LENGTH, Roll.DAY, ringLength, Retention.ALL);
    }
}
