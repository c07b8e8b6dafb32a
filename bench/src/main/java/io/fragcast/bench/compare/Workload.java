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
