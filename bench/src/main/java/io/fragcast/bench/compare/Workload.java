package io.fragcast.bench.compare;

import java.util.Locale;

/**
 * What is sent.
 *
 * @param bytes    a message.
 * @param replicas that get it.
 * @param rate     messages a second; 0: as fast as they are taken.
 * @param warmup   messages sent first and not measured.
 * @param count    messages in all.
 */
record Workload(int bytes, int replicas, double rate, int warmup, int count)
{
    private static final int KIB = 1 << 10;
    /** What receivers on one core keep up with before they are compiled: two of 32 KB, eight of 1 KB. */
    private static final double WARMUP_BYTES = 400 * (32 << 10);
    private static final double WARMUP_DELIVERIES = 1_600;

    /** Messages a second of the warm-up of what must be compiled first. */
    double warmupRate()
    {
        return Math.min(WARMUP_BYTES / bytes, WARMUP_DELIVERIES / replicas);
    }

    /** Is the warm-up not simply more of the same? */
    boolean isWarmedFaster()
    {
        return 0 < warmup && 0 < rate && rate < warmupRate();
    }

    String name()
    {
        final String size = bytes < KIB || 0 != bytes % KIB ? bytes + " B" : bytes / KIB + " KB";

        return 0 == rate ?
            size + " x " + replicas + " at full speed" :
            String.format(Locale.ROOT, "%s x %d at %.0f/s", size, replicas, rate);
    }

    String fileName()
    {
        return bytes + "B-" + replicas + "r";
    }
}
