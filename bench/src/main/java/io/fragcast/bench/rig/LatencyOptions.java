package io.fragcast.bench.rig;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What one run of the rig sends, and through what.
 */
final class LatencyOptions
{
    @Option(names = "--relays", defaultValue = "1", description = "Relays between publisher and replica, 0 to 2 "
        + "(default: ${DEFAULT-VALUE}).")
    int relays = 1;

    @Option(names = "--replicas", defaultValue = "1", description = "Replicas behind the last relay; the first is "
        + "measured (default: ${DEFAULT-VALUE}).")
    int replicas = 1;

    @Option(names = "--lossy", paramLabel = "PERCENT", defaultValue = "0", description = "Of the datagrams to the last "
        + "replica that are lost; it is not measured, what it loses is repaired (default: ${DEFAULT-VALUE}).")
    double lossPercent;

    @Option(names = "--rate", defaultValue = "1000", description = "Frags a second (default: ${DEFAULT-VALUE}).")
    int rate = 1_000;

    @Option(names = "--seconds", defaultValue = "3", description = "Measured, after the warm-up "
        + "(default: ${DEFAULT-VALUE}).")
    int seconds = 3;

    @Option(names = "--warmup-seconds", defaultValue = "3", description = "Sent before, at the same rate "
        + "(default: ${DEFAULT-VALUE}).")
    int warmupSeconds = 3;

    @Option(names = "--txs", defaultValue = "5", description = "Transactions a frag (default: ${DEFAULT-VALUE}).")
    int txCount = 5;

    @Option(names = "--tx-bytes", defaultValue = "200", description = "Length of each (default: ${DEFAULT-VALUE}).")
    int txLength = 200;

    @Option(names = "--frags", defaultValue = "100", description = "Frags a block (default: ${DEFAULT-VALUE}).")
    int fragsPerBlock = 100;

    @Option(names = "--mtu", defaultValue = "1408", description = "Of the network (default: ${DEFAULT-VALUE}).")
    int mtu = 1_408;

    @Option(names = "--journal", description = "Every node keeps a journal, in a folder of the run.")
    boolean isJournaled;

    @Option(names = "--no-spin", description = "The nodes' thread backs off when there is nothing to do.")
    boolean isBackingOff;

    @Option(names = "--empty", description = "No nodes: publisher and replica of the rig back to back.")
    boolean isEmpty;

    /**
     * Frags of the whole run, whole blocks only.
     *
     * @return count.
     */
    int fragCount()
    {
        return roundToBlocks((long)rate * (warmupSeconds + seconds));
    }

    /**
     * Frags that are sent first and not measured.
     *
     * @return count.
     */
    int warmupFragCount()
    {
        return roundToBlocks((long)rate * warmupSeconds);
    }

    /**
     * Time from one frag to the next.
     *
     * @return nanoseconds.
     */
    long intervalNs()
    {
        return TimeUnit.SECONDS.toNanos(1) / rate;
    }

    /**
     * The options as arguments, for the process of a run.
     *
     * @return arguments.
     */
    List<String> toArgs()
    {
        final List<String> args = new ArrayList<>(List.of(
            "--relays", Integer.toString(relays),
            "--replicas", Integer.toString(replicas),
            "--lossy", Double.toString(lossPercent),
            "--rate", Integer.toString(rate),
            "--seconds", Integer.toString(seconds),
            "--warmup-seconds", Integer.toString(warmupSeconds),
            "--txs", Integer.toString(txCount),
            "--tx-bytes", Integer.toString(txLength),
            "--frags", Integer.toString(fragsPerBlock),
            "--mtu", Integer.toString(mtu)));
        if (isJournaled)
        {
            args.add("--journal");
        }
        if (isBackingOff)
        {
            args.add("--no-spin");
        }
        if (isEmpty)
        {
            args.add("--empty");
        }

        return args;
    }

    private int roundToBlocks(final long frags)
    {
        return Math.toIntExact((frags + fragsPerBlock - 1) / fragsPerBlock * fragsPerBlock);
    }
}
