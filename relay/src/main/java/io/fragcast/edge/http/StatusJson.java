package io.fragcast.edge.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.PeerSnapshot;
import io.fragcast.protocol.repair.AskedBoard;
import io.fragcast.watch.BlockBoard;
import io.fragcast.watch.BlockPhase;
import io.fragcast.watch.BlockSnapshot;
import io.fragcast.watch.EndedBlock;
import io.fragcast.watch.NodeWatch;
import io.fragcast.watch.PeerClocks;
import io.fragcast.watch.Presence;
import io.fragcast.watch.Readiness;
import io.fragcast.watch.StageLatencies;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.HexFormat;
import java.util.List;

/**
 * What the status page and {@code fragcast top} show, as one JSON object. Keys are only ever added. Times are
 * milliseconds, latencies microseconds; what is not known is null. The counters have the names of {@code /metrics}.
 */
public final class StatusJson
{
    private static final JsonFactory JSON = new JsonFactory();
    /** 0x04, then x and y: of a public key, its parity and x name it. */
    private static final int COORDINATE_LENGTH = 32;

    private final List<NodeWatch> nodes;

    /**
     * Of some nodes.
     *
     * @param nodes of this process.
     */
    public StatusJson(final List<NodeWatch> nodes)
    {
        this.nodes = List.copyOf(nodes);
    }

    /**
     * The status as it is now.
     *
     * @return one object.
     */
    public String text()
    {
        final StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text))
        {
            json.writeStartObject();
            json.writeNumberField("nowMs", System.currentTimeMillis());
            writeJvm(json);
            json.writeArrayFieldStart("nodes");
            for (final NodeWatch node : nodes)
            {
                writeNode(json, node);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException("a string refused to be written to", ex);
        }

        return text.toString();
    }

    private static void writeJvm(final JsonGenerator json) throws IOException
    {
        long collections = 0;
        long collectionMs = 0;
        for (final GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans())
        {
            collections += gc.getCollectionCount();
            collectionMs += gc.getCollectionTime();
        }
        json.writeObjectFieldStart("jvm");
        json.writeNumberField("heapUsedBytes", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        json.writeNumberField("heapMaxBytes", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getMax());
        json.writeNumberField("gcCollections", collections);
        json.writeNumberField("gcMs", collectionMs);
        json.writeEndObject();
    }

    private static void writeNode(final JsonGenerator json, final NodeWatch node) throws IOException
    {
        final BlockSnapshot board = node.board().read();
        final Readiness readiness = Readiness.of(node);
        final long nowNs = node.epochClock().nanoTime();
        json.writeStartObject();
        json.writeStringField("name", node.name());
        json.writeStringField("role", node.role());
        json.writeStringField("chainId", Long.toUnsignedString(node.schedule().get().chainId()));
        json.writeNumberField("startedMs", node.startedNs() / 1_000_000);
        json.writeBooleanField("ready", readiness.isReady());
        json.writeStringField("reason", readiness.reason());
        writeBlock(json, board, nowNs);
        writeEnded(json, board, nowNs);
        writeLeaders(json, node.schedule().get(), board);
        writePeers(json, "sources", node, node.sources().peers());
        writePeers(json, "sinks", node, node.sinks().peers());
        writeKnown(json, node, nowNs);
        writeLatency(json, node);
        json.writeNumberField("journalLagBytes", node.journalLag().getAsLong());
        json.writeObjectFieldStart("counters");
        for (final FragcastCounter counter : FragcastCounter.values())
        {
            json.writeNumberField(MetricName.of(counter).toString(), node.counters().value(counter));
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeBlock(final JsonGenerator json, final BlockSnapshot board, final long nowNs)
        throws IOException
    {
        if (BlockPhase.NONE == board.phase())
        {
            json.writeNullField("block");
            return;
        }

        json.writeObjectFieldStart("block");
        json.writeStringField("phase", board.phase().name());
        json.writeNumberField("term", board.term());
        json.writeNumberField("number", board.number());
        json.writeNumberField("incarnation", board.incarnation());
        json.writeNumberField("ageMs", millis(nowNs - board.openedNs()));
        json.writeNumberField("sinceFragMs", millis(nowNs - board.fragNs()));
        final int known = Math.max(board.seqs().length(), board.lastSeq() + 1);
        final StringBuilder seqs = new StringBuilder(known);
        for (int i = 0; i < known; i++)
        {
            seqs.append(board.seqs().get(i) ? '1' : '0');
        }
        json.writeStringField("seqs", seqs.toString());
        json.writeBooleanField("isLastKnown", BlockBoard.NULL_VALUE != board.lastSeq());
        json.writeNumberField("frags", board.seqs().cardinality());
        json.writeNumberField("delivered", board.delivered());
        json.writeNumberField("txs", board.txs());
        json.writeNumberField("bytesArrived", board.bytesArrived());
        json.writeNumberField("bytesExpected", board.bytesExpected());
        json.writeEndObject();
    }

    private static void writeEnded(final JsonGenerator json, final BlockSnapshot board, final long nowNs)
        throws IOException
    {
        json.writeArrayFieldStart("ended");
        for (final EndedBlock block : board.ended())
        {
            json.writeStartObject();
            json.writeNumberField("number", block.number());
            json.writeNumberField("term", block.term());
            json.writeStringField("phase", block.phase().name());
            json.writeNumberField("frags", block.frags());
            json.writeNumberField("txs", block.txs());
            json.writeNumberField("bytes", block.bytes());
            json.writeNumberField("durationMs", millis(block.durationNs()));
            json.writeNumberField("agoMs", millis(nowNs - block.endedNs()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** The term at work, else that of the newest block, else the first; and the one after it. */
    private static void writeLeaders(final JsonGenerator json, final Schedule schedule, final BlockSnapshot board)
        throws IOException
    {
        int current = 0;
        for (int i = 0; i < schedule.termCount(); i++)
        {
            final LeaderTerm term = schedule.term(i);
            if (term.number() == board.openTerm() ||
                BlockBoard.NULL_VALUE == board.openTerm() && BlockPhase.NONE != board.phase() &&
                term.leads(board.number()))
            {
                current = i;
            }
        }
        json.writeObjectFieldStart("leaders");
        json.writeNumberField("terms", schedule.termCount());
        json.writeBooleanField("isOpen", BlockBoard.NULL_VALUE != board.openTerm());
        writeTerm(json, "current", schedule.term(current));
        writeTerm(json, "next", current + 1 < schedule.termCount() ? schedule.term(current + 1) : null);
        json.writeEndObject();
    }

    private static void writeTerm(final JsonGenerator json, final String name, final @Nullable LeaderTerm term)
        throws IOException
    {
        if (null == term)
        {
            json.writeNullField(name);
            return;
        }

        json.writeObjectFieldStart(name);
        json.writeNumberField("number", term.number());
        json.writeNumberField("firstBlock", term.firstBlock());
        if (Long.MAX_VALUE == term.lastBlock())
        {
            json.writeNullField("lastBlock");
        }
        else
        {
            json.writeNumberField("lastBlock", term.lastBlock());
        }
        final byte[] key = term.publicKey();
        json.writeStringField("key", (0 == (key[key.length - 1] & 1) ? "02" : "03") +
            HexFormat.of().formatHex(key, 1, 1 + COORDINATE_LENGTH));
        json.writeEndObject();
    }

    private static void writePeers(
        final JsonGenerator json, final String name, final NodeWatch node, final Presence.Peers presence)
        throws IOException
    {
        json.writeArrayFieldStart(name);
        for (int i = 0; i < presence.names().size(); i++)
        {
            final String peer = presence.names().get(i);
            json.writeStartObject();
            json.writeStringField("name", peer);
            json.writeBooleanField("connected", presence.isConnected(i));
            writeMicros(json, "rttUs", node.peerClocks().rttNs(peer));
            json.writeNumberField("skipped", presence.skipped(i));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** What peers have and since when that is known, and what is asked of them. */
    private static void writeKnown(final JsonGenerator json, final NodeWatch node, final long nowNs)
        throws IOException
    {
        json.writeArrayFieldStart("peers");
        for (final PeerSnapshot peer : node.peers().get())
        {
            json.writeStartObject();
            json.writeStringField("name", peer.name());
            json.writeBooleanField("dialled", peer.isDialer());
            json.writeStringField("state", peer.state().name());
            json.writeStringField("failure", peer.failure().name());
            writeMicros(json, "rttUs", 0 == peer.rttNs() ? PeerClocks.UNKNOWN_NS : peer.rttNs());
            final boolean isCompared = PeerSnapshot.UNKNOWN_NS != peer.errorBoundNs();
            json.writeFieldName("clockOffsetUs");
            if (isCompared)
            {
                json.writeNumber(peer.offsetNs() / 1e3);
            }
            else
            {
                json.writeNull();
            }
            writeMicros(json, "clockErrorUs", isCompared ? peer.errorBoundNs() : PeerClocks.UNKNOWN_NS);
            if (0 == peer.statusInEpochNs())
            {
                json.writeNullField("has");
            }
            else
            {
                json.writeObjectFieldStart("has");
                json.writeNumberField("sealedBlock", peer.sealedBlock());
                json.writeNumberField("openBlock", peer.openBlock());
                json.writeNumberField("openNextSeq", peer.openNextSeq());
                json.writeNumberField("openFrags", peer.heldCount());
                json.writeNumberField("learnedAgoMs", millis(nowNs - peer.statusInEpochNs()));
                json.writeEndObject();
            }
            writeAsked(json, node.asked(), peer);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeAsked(
        final JsonGenerator json, final @Nullable AskedBoard board, final PeerSnapshot peer) throws IOException
    {
        if (null == board || !peer.isDialer() || peer.holder() < 0 || peer.holder() >= board.holderCount())
        {
            json.writeNullField("asked");
            return;
        }

        final AskedBoard.Asked asked = board.read(peer.holder());
        json.writeObjectFieldStart("asked");
        json.writeNumberField("requests", asked.count());
        json.writeNumberField("inFlight", asked.inFlight());
        if (asked.count() > 0)
        {
            json.writeNumberField("firstBlock", asked.firstBlock());
            json.writeNumberField("lastBlock", asked.lastBlock());
            json.writeNumberField("agoMs", millis(System.nanoTime() - asked.atNs()));
        }
        json.writeEndObject();
    }

    private static void writeLatency(final JsonGenerator json, final NodeWatch node) throws IOException
    {
        json.writeArrayFieldStart("latency");
        for (final StageLatencies.Reading reading : node.latencies().read(System.nanoTime()))
        {
            final Histogram recent = reading.recent();
            json.writeStartObject();
            json.writeStringField("stage", reading.stage().label());
            json.writeStringField("meaning", reading.stage().meaning());
            json.writeNumberField("count", reading.total().getTotalCount());
            json.writeNumberField("recent", recent.getTotalCount());
            json.writeNumberField("p50Us", recent.getValueAtPercentile(50) / 1e3);
            json.writeNumberField("p90Us", recent.getValueAtPercentile(90) / 1e3);
            json.writeNumberField("p99Us", recent.getValueAtPercentile(99) / 1e3);
            json.writeNumberField("maxUs", (0 == recent.getTotalCount() ? 0 : recent.getMaxValue()) / 1e3);
            json.writeEndObject();
        }
        json.writeEndArray();
        writeMicros(json, "clockErrorUs", node.peerClocks().errorBoundNs());
    }

    private static void writeMicros(final JsonGenerator json, final String name, final long timeNs) throws IOException
    {
        if (PeerClocks.UNKNOWN_NS == timeNs)
        {
            json.writeNullField(name);
        }
        else
        {
            json.writeNumberField(name, timeNs / 1e3);
        }
    }

    private static double millis(final long timeNs)
    {
        return Math.round(timeNs / 1e5) / 1e1;
    }
}
