package io.fragcast.edge.http;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.watch.BlockBoard;
import io.fragcast.watch.BlockPhase;
import io.fragcast.watch.BlockSnapshot;
import io.fragcast.watch.LatencyStage;
import io.fragcast.watch.NodeWatch;
import io.fragcast.watch.PeerClocks;
import io.fragcast.watch.Presence;
import io.fragcast.watch.Readiness;
import io.fragcast.watch.StageLatencies;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Everything that the nodes of this process count and time, as Prometheus reads it. Each sample names its node. Any
 * thread may ask for the text.
 */
public final class MetricsText
{
    private static final String NODE = "node";

    private final List<NodeWatch> nodes;

    /**
     * Of some nodes.
     *
     * @param nodes of this process.
     */
    public MetricsText(final List<NodeWatch> nodes)
    {
        this.nodes = List.copyOf(nodes);
    }

    /**
     * The metrics as they are now.
     *
     * @return in the text format 0.0.4.
     */
    public String text()
    {
        final PrometheusWriter writer = new PrometheusWriter();
        writeInfo(writer);
        writeCounters(writer);
        writeLatencies(writer);
        writeBlocks(writer);
        writePeers(writer);
        JvmMetrics.write(writer);

        return writer.toString();
    }

    private void writeInfo(final PrometheusWriter writer)
    {
        writer.gauge("fragcast_node_info", "1 for each node of this process.");
        for (final NodeWatch node : nodes)
        {
            writer.sample("fragcast_node_info", 1,
                NODE, node.name(), "role", node.role(), "chain_id", Long.toString(node.schedule().get().chainId()));
        }
        writer.gauge("fragcast_node_start_time_seconds", "When the node was launched, Unix time.");
        for (final NodeWatch node : nodes)
        {
            writer.seconds("fragcast_node_start_time_seconds", node.startedNs(), NODE, node.name());
        }
        gauge(writer, "fragcast_node_ready", "1 if the node is ready, as its page /ready says.",
            (node) -> Readiness.of(node).isReady() ? 1 : 0);
        gauge(writer, "fragcast_journal_lag_bytes", "Bytes accepted that wait to be journaled.",
            (node) -> node.journalLag().getAsLong());
    }

    private void writeCounters(final PrometheusWriter writer)
    {
        final Map<String, List<FragcastCounter>> families = new LinkedHashMap<>();
        for (final FragcastCounter counter : FragcastCounter.values())
        {
            families.computeIfAbsent(MetricName.of(counter).family(), (family) -> new ArrayList<>()).add(counter);
        }
        families.forEach((family, members) ->
        {
            final MetricName first = MetricName.of(members.get(0));
            if (FragcastCounter.Kind.COUNT == first.kind())
            {
                writer.counter(family, first.help());
            }
            else
            {
                writer.gauge(family, first.help());
            }
            for (final NodeWatch node : nodes)
            {
                for (final FragcastCounter counter : members)
                {
                    final MetricName name = MetricName.of(counter);
                    writer.sample(
                        family, node.counters().value(counter), NODE, node.name(), name.label(), name.value());
                }
            }
        });
    }

    private void writeLatencies(final PrometheusWriter writer)
    {
        final String family = "fragcast_latency_seconds";
        writer.histogram(family, "Time that frames took, by stage: " + stages());
        for (final NodeWatch node : nodes)
        {
            for (final StageLatencies.Reading reading : node.latencies().read(System.nanoTime()))
            {
                writer.buckets(family, reading.total(), NODE, node.name(), "stage", reading.stage().label());
            }
        }

        final String bound = "fragcast_clock_error_bound_seconds";
        writer.gauge(bound,
            "Most that this host's clock is off the peers': no latency between hosts is truer. NaN while not known.");
        for (final NodeWatch node : nodes)
        {
            writer.sample(bound, secondsOrNaN(node.peerClocks().errorBoundNs()), NODE, node.name());
        }
    }

    private void writeBlocks(final PrometheusWriter writer)
    {
        final List<BlockSnapshot> boards = nodes.stream().map((node) -> node.board().read()).toList();
        blockGauge(writer, boards, "fragcast_block_number", "Newest block that the node heard of.",
            BlockSnapshot::number);
        blockGauge(writer, boards, "fragcast_block_frags", "Frags of that block whose headers came.",
            (board) -> board.seqs().cardinality());
        blockGauge(writer, boards, "fragcast_block_arrived_bytes", "Bytes of that block's bodies that came.",
            BlockSnapshot::bytesArrived);
        blockGauge(writer, boards, "fragcast_leader_term", "Term whose leader is at work; -1: none.",
            BlockSnapshot::openTerm);

        final String last = "fragcast_last_frag_time_seconds";
        writer.gauge(last, "When an Env or a Frag came last, Unix time; 0: never.");
        for (int i = 0; i < nodes.size(); i++)
        {
            writer.seconds(last, boards.get(i).fragNs(), NODE, nodes.get(i).name());
        }
    }

    private void writePeers(final PrometheusWriter writer)
    {
        writer.gauge("fragcast_peer_connected", "1 while the peer's stream is up.");
        for (final NodeWatch node : nodes)
        {
            writeConnected(writer, node, node.sources().peers(), "source");
            writeConnected(writer, node, node.sinks().peers(), "sink");
        }
        writer.counter("fragcast_peer_skipped_total", "Frames that were not sent to this sink.");
        for (final NodeWatch node : nodes)
        {
            final Presence.Peers sinks = node.sinks().peers();
            for (int i = 0; i < sinks.names().size(); i++)
            {
                writer.sample("fragcast_peer_skipped_total", sinks.skipped(i),
                    NODE, node.name(), "peer", sinks.names().get(i));
            }
        }
        writer.gauge("fragcast_peer_rtt_seconds", "Round trip to the peer. NaN while not known.");
        for (final NodeWatch node : nodes)
        {
            final List<String> peers = new ArrayList<>(node.sources().peers().names());
            peers.addAll(node.sinks().peers().names());
            for (final String peer : peers.stream().distinct().toList())
            {
                writer.sample("fragcast_peer_rtt_seconds", secondsOrNaN(node.peerClocks().rttNs(peer)),
                    NODE, node.name(), "peer", peer);
            }
        }
    }

    private static void writeConnected(
        final PrometheusWriter writer, final NodeWatch node, final Presence.Peers presence, final String direction)
    {
        for (int i = 0; i < presence.names().size(); i++)
        {
            writer.sample("fragcast_peer_connected", presence.isConnected(i) ? 1 : 0,
                NODE, node.name(), "direction", direction, "peer", presence.names().get(i));
        }
    }

    private void gauge(
        final PrometheusWriter writer, final String family, final String help, final ToLongFunction<NodeWatch> value)
    {
        writer.gauge(family, help);
        for (final NodeWatch node : nodes)
        {
            writer.sample(family, value.applyAsLong(node), NODE, node.name());
        }
    }

    private void blockGauge(
        final PrometheusWriter writer,
        final List<BlockSnapshot> boards,
        final String family,
        final String help,
        final ToLongFunction<BlockSnapshot> value)
    {
        writer.gauge(family, help);
        for (int i = 0; i < nodes.size(); i++)
        {
            final boolean isKnown = BlockPhase.NONE != boards.get(i).phase();
            writer.sample(family, isKnown ? value.applyAsLong(boards.get(i)) : BlockBoard.NULL_VALUE,
                NODE, nodes.get(i).name());
        }
    }

    private static double secondsOrNaN(final long timeNs)
    {
        return PeerClocks.UNKNOWN_NS == timeNs ? Double.NaN : timeNs / 1e9;
    }

    private static String stages()
    {
        final StringBuilder stages = new StringBuilder();
        for (final LatencyStage stage : LatencyStage.values())
        {
            stages.append(stages.isEmpty() ? "" : "; ").append(stage.label()).append(", ").append(stage.meaning());
        }

        return stages.append('.').toString();
    }
}
