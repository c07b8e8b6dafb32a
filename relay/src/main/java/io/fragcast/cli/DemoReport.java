package io.fragcast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the demo says at its end: rows a replica and a relay, summed over the chains it played, and the blocks that
 * failed.
 */
final class DemoReport
{
    /**
     * A block that one replica did not verify.
     *
     * @param replica that did not.
     * @param chainId of the block.
     * @param block   its number.
     * @param reason  why.
     */
    record Failure(String replica, long chainId, long block, String reason)
    {
    }

    /**
     * One relay.
     *
     * @param name      of the relay.
     * @param accepted  frames.
     * @param forwarded frames, summed over its sinks.
     * @param skipped   frames that a sink did not get.
     * @param repaired  frags whole thanks to a repaired frame.
     */
    record RelayRow(String name, long accepted, long forwarded, long skipped, long repaired)
    {
    }

    /**
     * One sequencer.
     *
     * @param name     of the sequencer.
     * @param sealed   blocks that it led.
     * @param verified blocks that it knows whole, its own and those of others; 0 where it hears nobody.
     * @param stalls   times that a next leader was not waited for.
     */
    record SequencerRow(String name, long sealed, long verified, long stalls)
    {
    }

    /**
     * What a node had repaired.
     *
     * @param frags     whole thanks to a repaired frame.
     * @param latencyNs of each, from the first evidence that something of it was missing.
     */
    record Repaired(long frags, Histogram latencyNs)
    {
    }

    private static final class ReplicaRow
    {
        private final String name;
        private final String via;
        private final Histogram latencyNs = new Histogram(3);
        private long verified;
        private long frags;
        private long txs;
        private long bytes;
        private long gaps;
        private long duplicates;
        private long repaired;
        private final Histogram repairNs = new Histogram(3);

        private ReplicaRow(final DemoReplica replica)
        {
            name = replica.name();
            via = replica.via();
            latencyNs.setAutoResize(true);
            repairNs.setAutoResize(true);
        }

        /** Null if no frag was known to be missing before a holder sent it. */
        private @Nullable Double repairUs(final double percentile)
        {
            return 0 == repairNs.getTotalCount() ?
                null : Double.valueOf(repairNs.getValueAtPercentile(percentile) / 1e3);
        }

        private String repairTimes()
        {
            return 0 == repairNs.getTotalCount() ? "  before they were missed" : String.format(
                Locale.ROOT,
                "  missing->whole p50 %s  p99 %s  max %s",
                millis(repairNs.getValueAtPercentile(50)),
                millis(repairNs.getValueAtPercentile(99)),
                millis(repairNs.getMaxValue()));
        }
    }

    private final List<ReplicaRow> replicas = new ArrayList<>();
    private final List<SequencerRow> sequencers = new ArrayList<>();
    private final List<RelayRow> relays = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private final int blockCount;
    private int handOvers;
    private double seconds;

    DemoReport(final int blockCount)
    {
        this.blockCount = blockCount;
    }

    void add(final int index, final DemoReplica replica, final Repaired repaired)
    {
        if (index == replicas.size())
        {
            replicas.add(new ReplicaRow(replica));
        }
        final ReplicaRow row = replicas.get(index);
        row.verified += replica.verified();
        row.frags += replica.frags();
        row.txs += replica.txs();
        row.bytes += replica.bytes();
        row.gaps += replica.gaps();
        row.duplicates += replica.duplicates();
        row.latencyNs.add(replica.latencyNs());
        row.repaired += repaired.frags();
        row.repairNs.add(repaired.latencyNs());
    }

    void add(final int index, final RelayRow relay)
    {
        if (index == relays.size())
        {
            relays.add(relay);
            return;
        }
        final RelayRow sum = relays.get(index);
        relays.set(index, new RelayRow(
            sum.name,
            sum.accepted + relay.accepted,
            sum.forwarded + relay.forwarded,
            sum.skipped + relay.skipped,
            sum.repaired + relay.repaired));
    }

    void add(final int index, final SequencerRow sequencer)
    {
        if (index == sequencers.size())
        {
            sequencers.add(sequencer);
            return;
        }
        final SequencerRow sum = sequencers.get(index);
        sequencers.set(index, new SequencerRow(
            sum.name,
            sum.sealed + sequencer.sealed,
            sum.verified + sequencer.verified,
            sum.stalls + sequencer.stalls));
    }

    void handOvers(final int count)
    {
        handOvers += count;
    }

    void fail(final Failure failure)
    {
        failures.add(failure);
    }

    void seconds(final double value)
    {
        seconds = value;
    }

    boolean isGood()
    {
        return failures.isEmpty() && !replicas.isEmpty() &&
            replicas.stream().allMatch((row) -> row.verified == blockCount);
    }

    /**
     * The lines for a terminal.
     *
     * @return a line a replica and a relay, then failures or the summary.
     */
    List<String> lines()
    {
        final List<String> lines = new ArrayList<>();
        for (final ReplicaRow row : replicas)
        {
            lines.add(String.format(
                Locale.ROOT,
                "%-10s via %-10s blocks %d/%d verified  frags %d  gaps %d  dup %d  " +
                "publish->deliver p50 %s  p99 %s  max %s",
                row.name,
                row.via,
                row.verified,
                blockCount,
                row.frags,
                row.gaps,
                row.duplicates,
                millis(row.latencyNs.getValueAtPercentile(50)),
                millis(row.latencyNs.getValueAtPercentile(99)),
                millis(row.latencyNs.getMaxValue())));
            if (0 < row.repaired)
            {
                lines.add(String.format(
                    Locale.ROOT, "%-10s frags repaired %d%s", row.name, row.repaired, row.repairTimes()));
            }
        }
        for (final SequencerRow row : sequencers)
        {
            if (1 < sequencers.size())
            {
                lines.add(String.format(
                    Locale.ROOT,
                    "%-10s led %d blocks, knows %d of %d, waited in vain for a next leader %d times",
                    row.name,
                    row.sealed,
                    row.verified,
                    blockCount,
                    row.stalls));
            }
        }
        for (final RelayRow row : relays)
        {
            lines.add(String.format(
                Locale.ROOT,
                "%-10s frames accepted %d  forwarded %d  skipped %d  frags repaired %d",
                row.name,
                row.accepted,
                row.forwarded,
                row.skipped,
                row.repaired));
        }
        for (final Failure failure : failures)
        {
            lines.add("FAILED: " + failure.replica + ", block " + Long.toUnsignedString(failure.block) + ": " +
                failure.reason);
        }
        if (isGood())
        {
            final ReplicaRow first = replicas.get(0);
            lines.add(String.format(
                Locale.ROOT,
                "%d blocks, %d frags, %d transactions, %.1f MB verified by each of %d replicas in %.1f s",
                blockCount,
                first.frags,
                first.txs,
                first.bytes / 1e6,
                replicas.size(),
                seconds));
        }

        return lines;
    }

    /**
     * The object of {@code --json}.
     *
     * @return the object.
     */
    ObjectNode json()
    {
        final ObjectNode root = JsonNodeFactory.instance.objectNode();
        final ReplicaRow best = replicas.isEmpty() ? null : replicas.get(0);
        root.put("blocks", blockCount);
        root.put("frags", null == best ? 0 : best.frags);
        root.put("txs", null == best ? 0 : best.txs);
        root.put("bytes", null == best ? 0 : best.bytes);
        root.put("seconds", Math.round(seconds * 1e3) / 1e3);

        final ArrayNode replicaRows = root.putArray("replicas");
        for (final ReplicaRow row : replicas)
        {
            final ObjectNode node = replicaRows.addObject();
            node.put("name", row.name);
            node.put("verified", row.verified);
            node.put("gapsOpen", row.gaps);
            node.put("duplicatesDelivered", row.duplicates);
            node.put("repaired", row.repaired);
            node.put("p50Us", row.latencyNs.getValueAtPercentile(50) / 1e3);
            node.put("p99Us", row.latencyNs.getValueAtPercentile(99) / 1e3);
            node.put("maxUs", row.latencyNs.getMaxValue() / 1e3);
            node.put("repairP50Us", row.repairUs(50));
            node.put("repairP99Us", row.repairUs(99));
        }

        final ArrayNode relayRows = root.putArray("relays");
        for (final RelayRow row : relays)
        {
            final ObjectNode node = relayRows.addObject();
            node.put("name", row.name);
            node.put("accepted", row.accepted);
            node.put("forwarded", row.forwarded);
            node.put("skipped", row.skipped);
            node.put("repaired", row.repaired);
        }

        final ArrayNode sequencerRows = root.putArray("sequencers");
        for (final SequencerRow row : sequencers)
        {
            final ObjectNode node = sequencerRows.addObject();
            node.put("name", row.name);
            node.put("sealed", row.sealed);
            node.put("verified", row.verified);
            node.put("nextLeaderStalls", row.stalls);
        }
        root.put("handOvers", handOvers);

        final ArrayNode failed = root.putArray("failed");
        for (final Failure failure : failures)
        {
            final ObjectNode node = failed.addObject();
            node.put("block", failure.block);
            node.put("chainId", failure.chainId);
            node.put("replica", failure.replica);
            node.put("reason", failure.reason);
        }

        return root;
    }

    private static String millis(final long nanos)
    {
        return String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
    }
}
