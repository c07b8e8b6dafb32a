package io.fragcast.protocol.repair;

import java.util.concurrent.TimeUnit;

/**
 * How much a holder gives to those who ask.
 *
 * @param bytesPerSecond frames for one requester in the long run.
 * @param burstBytes     frames for one requester at once, after it has been silent for burst / rate.
 * @param turnFrames     messages and pieces looked up for one requester in a duty cycle, before the next has its turn.
 * @param archiveRecords records of the archive looked at in a duty cycle, for all requesters together.
 */
public record AnswerLimits(long bytesPerSecond, long burstBytes, int turnFrames, int archiveRecords)
{
    /** An eighth of 1 Gbit/s, so that one requester leaves the line to the block lane and to the others. */
    public static final long DEFAULT_BYTES_PER_SECOND = 16L << 20;

    /** Two bodies of the largest frag, 4 MiB: the one that was lost and the one behind it. */
    public static final long DEFAULT_BURST_BYTES = 8L << 20;

    /** A frag of 32 KB with its header is 27 frames: one goes out in one turn. */
    public static final int DEFAULT_TURN_FRAMES = 32;

    /** Some 0.3 ms of a warm page cache at 1 us a record: the pause that memory is not fed in. */
    public static final int DEFAULT_ARCHIVE_RECORDS = 256;

    /** 9 GB: times the nanoseconds of a second it still fits 64 bits. */
    static final long MAX_BYTES = Long.MAX_VALUE / TimeUnit.SECONDS.toNanos(1);

    /** What a node has if it is told nothing. */
    public static final AnswerLimits DEFAULT = new AnswerLimits(
        DEFAULT_BYTES_PER_SECOND, DEFAULT_BURST_BYTES, DEFAULT_TURN_FRAMES, DEFAULT_ARCHIVE_RECORDS);

    /**
     * Checks the figures.
     *
     * @throws IllegalArgumentException naming what is out of range.
     */
    public AnswerLimits
    {
        if (bytesPerSecond < 1 || bytesPerSecond > MAX_BYTES || burstBytes < 1 || burstBytes > MAX_BYTES)
        {
            throw new IllegalArgumentException("repair bytes per second " + bytesPerSecond + ", burst " + burstBytes +
                ": allowed 1.." + MAX_BYTES);
        }
        if (turnFrames < 1 || archiveRecords < 1)
        {
            throw new IllegalArgumentException("repair frames a turn " + turnFrames + ", archive records " +
                archiveRecords + ": at least 1 each");
        }
    }
}
