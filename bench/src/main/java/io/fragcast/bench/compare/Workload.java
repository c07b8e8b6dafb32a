package io.fragcast.bench.compare;

import java.util.Locale;

/**
 * What is sent.
 *
 * @param bytes      a message.
 * @param replicas   that get it.
 * @param rate       messages a second; 0: as fast as they are taken.
 * @param warmupRate messages a second of the warm-up; 0: as the others.
 * @param warmup     messages sent first and not measured.
 * @param count      messages in all.
 */
record Workload(int bytes, int replicas, double rate, double warmupRate, int warmup, int count)
{
    private static final int KIB = 1 << 10;
    /** What receivers on one core keep up with before they are compiled: two of 32 KB, eight of 1 KB. */
    private static final double WARMUP_BYTES = 400 * (32 << 10);
    private static final double WARMUP_DELIVERIES = 1_600;

    /** So many messages a second, all of them. */
    static Workload steady(
        final int bytes, final int replicas, final double rate, final double warmupSeconds, final double seconds)
    {
        final int warmup = (int)(rate * warmupSeconds);

        return new Workload(bytes, replicas, rate, 0, warmup, warmup + Math.max(1, (int)(rate * seconds)));
    }

    /** The same for what must be compiled first, of which the warm-up is as fast as goes without. */
    static Workload warmedFaster(
        final int bytes, final int replicas, final double rate, final double warmupSeconds, final double seconds)
    {
        final double fastest = Math.min(WARMUP_BYTES / bytes, WARMUP_DELIVERIES / replicas);
        if (fastest <= rate)
        {
            return steady(bytes, replicas, rate, warmupSeconds, seconds);
        }
        final int warmup = (int)(fastest * warmupSeconds);

        return new Workload(bytes, replicas, rate, fastest, warmup, warmup + Math.max(1, (int)(rate * seconds)));
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
