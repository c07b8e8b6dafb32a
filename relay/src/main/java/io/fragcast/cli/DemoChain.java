package io.fragcast.cli;

import io.aeron.Aeron;
import io.fragcast.FragPublisher;
import io.fragcast.config.ConfigException;
import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.config.ThreadConfig;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.http.HttpServer;
import io.fragcast.edge.http.StatusPages;
import io.fragcast.journal.JournalConfig;
import io.fragcast.node.Identity;
import io.fragcast.node.Lane;
import io.fragcast.node.MulticastGroup;
import io.fragcast.node.NodeContext;
import io.fragcast.node.NodeHost;
import io.fragcast.node.RelayNode;
import io.fragcast.node.ReplicaNode;
import io.fragcast.node.SequencerNode;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FreePorts;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import io.fragcast.watch.LatencyStage;
import io.fragcast.watch.NodeWatch;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The nodes of the demo for one chain, over one media driver and one hot thread, linked as {@link DemoTopology} says.
 * Each jump in the chain's numbers begins a term of its own, anchored at the parent of its first block.
 */
final class DemoChain implements AutoCloseable
{
    private static final String HOST = "127.0.0.1";
    /** A lane each, and their answers. */
    private static final int MTU = 1_408;
    /** Six nodes of 16 MiB each stay below 100 MiB; a block of the demo has at most 360 KB. */
    private static final int SLAB_BYTES = 16 << 20;
    /** The same for the many nodes of a demo with several leaders. */
    private static final int SMALL_SLAB_BYTES = 8 << 20;
    /** Half the usual windows: three leaders have three times the streams, and /dev/shm of a container has 64 MB. */
    private static final LinkBudget SMALL_BUDGET = new LinkBudget(
        LinkBudget.LAN.rttNs(), 1, LinkBudget.LAN.cadenceNs(), LinkBudget.LAN.bytesPerSecond() / 2, 96 * 1024);
    /** More than a body has besides its transactions; rings of 512 KiB and more. */
    private static final int MIN_BODY_LENGTH = 64 << 10;
    /** Its length. */
    private static final int TX_OVERHEAD = Integer.BYTES;
    /** The last blocks of the demo; what is older is in the journals. */
    private static final int REPAIR_MEMORY_BYTES = 1 << 20;
    /** Half a second of the demo at full speed on a busy disk. */
    private static final int JOURNAL_RING_BYTES = 8 << 20;
    /** Any will do; the same, so that two demos lose alike. */
    private static final long LOSS_SEED = 4670;
    /** 224.0.1.x: Aeron wants the last byte of a data address odd, for its control address is the next. */
    private static final String GROUP_FORMAT = "224.0.1.%d";

    private final DemoOptions options;
    private final DemoTopology topology;
    private final BlockLimits limits;
    private final Schedule schedule;
    private final Secp256k1 curve = Secp256k1.load();
    private final SecureRandom random = new SecureRandom();
    private final List<Identity> identities = new ArrayList<>();
    private final List<PeerName> addresses = new ArrayList<>();
    private final List<byte[]> leaderKeys = new ArrayList<>();
    private int sequencersPort;
    private final Path journalDir;
    private final ErrorHandler errorHandler;
    private final NodeHost host;
    private final List<RelayNode> relays = new ArrayList<>();
    private final List<DemoReplica> replicas = new ArrayList<>();
    private final List<NodeWatch> replicaWatches = new ArrayList<>();
    private final List<SequencerNode> sequencers = new ArrayList<>();
    private final @Nullable HttpServer http;

    DemoChain(
        final DemoOptions options,
        final List<BlockRecord> blocks,
        final Path journalDir,
        final ErrorHandler errorHandler) throws IOException
    {
        this.options = options;
        this.journalDir = journalDir;
        this.errorHandler = errorHandler;
        topology = new DemoTopology(options.leaders(), options.relays(), options.replicas());
        name();
        limits = limits(blocks, 1 == options.leaders() ? SLAB_BYTES : SMALL_SLAB_BYTES);
        schedule = DemoSchedule.of(blocks, options.blocksPerTerm(), leaders(), MTU);
        http = bind(options.httpPort(), errorHandler);
        host = NodeHost.launch(
            "demo",
            ThreadConfig.unpinned(ThreadConfig.Mode.INVOKER, false),
            driverConfig(options),
            errorHandler);

        boolean isUp = false;
        try
        {
            launchNodes();
            host.start();
            serve();
            isUp = true;
        }
        finally
        {
            if (!isUp)
            {
                close();
            }
        }
    }

    int leaderCount()
    {
        return topology.leaders();
    }

    /**
     * Who leads a block.
     *
     * @param blockNumber of the chain.
     * @return index of the sequencer.
     */
    int leaderOf(final long blockNumber)
    {
        final LeaderTerm term = Objects.requireNonNull(
            schedule.termOfBlock(blockNumber), () -> "nobody leads block " + blockNumber);

        return topology.leaderOf(term.number() - 1);
    }

    String sequencerName(final int index)
    {
        return topology.name(index);
    }

    FragPublisher newPublisher(final int leader, final FragPublisher.Listener listener)
    {
        return sequencers.get(leader).newPublisher(listener);
    }

    /**
     * Blocks that a sequencer knows whole, its own and those of others.
     *
     * @param index of the sequencer.
     * @return count.
     */
    long verifiedBySequencer(final int index)
    {
        return sequencers.get(index).counters().value(FragcastCounter.BLOCKS_VERIFIED);
    }

    /**
     * Where the status page is served.
     *
     * @return the port, or {@link Aeron#NULL_VALUE} for nowhere.
     */
    int httpPort()
    {
        return null == http ? Aeron.NULL_VALUE : http.port();
    }

    /**
     * Do all streams run?
     *
     * @return true once each sequencer is heard by all it sends to, and each relay by its replicas.
     */
    boolean isConnected()
    {
        return sequencers.stream().allMatch(SequencerNode::isConnected) &&
            relays.stream().allMatch(RelayNode::isConnected);
    }

    List<DemoReplica> replicas()
    {
        return replicas;
    }

    List<DemoReport.SequencerRow> sequencerRows()
    {
        final List<DemoReport.SequencerRow> rows = new ArrayList<>();
        for (int i = 0; i < sequencers.size(); i++)
        {
            final Counters counters = sequencers.get(i).counters();
            rows.add(new DemoReport.SequencerRow(
                topology.name(i),
                counters.value(FragcastCounter.PUBLISHED_SEALS),
                counters.value(FragcastCounter.BLOCKS_VERIFIED),
                counters.value(FragcastCounter.NEXT_LEADER_STALLS)));
        }

        return rows;
    }

    List<DemoReport.RelayRow> relayRows()
    {
        return relays.stream().map((relay) -> new DemoReport.RelayRow(
            relay.name(),
            relay.counters().value(FragcastCounter.FRAMES_ACCEPTED),
            relay.counters().value(FragcastCounter.FRAMES_FORWARDED),
            relay.counters().value(FragcastCounter.SINK_SKIPPED_WINDOW) +
            relay.counters().value(FragcastCounter.SINK_SKIPPED_UNCONNECTED),
            relay.counters().value(FragcastCounter.FRAGS_REPAIRED))).toList();
    }

    /**
     * What a replica had repaired.
     *
     * @param replica index.
     * @return count and latencies.
     */
    DemoReport.Repaired repaired(final int replica)
    {
        return repaired(replicaWatches.get(replica));
    }

    @Override
    public void close()
    {
        // Whoever asks reads the counters of the host's driver.
        CloseHelper.close(http);
        host.close();
    }

    private static @Nullable HttpServer bind(final @Nullable Integer port, final ErrorHandler errorHandler)
    {
        try
        {
            return null == port ? null : HttpServer.bind("demo", HOST, port, errorHandler);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new ConfigException("demo: --http " + port + ": " + ex.getMessage(), ex);
        }
    }

    private void serve()
    {
        if (null != http)
        {
            final List<NodeWatch> watches = new ArrayList<>();
            sequencers.forEach((sequencer) -> watches.add(sequencer.watch()));
            relays.forEach((relay) -> watches.add(relay.watch()));
            watches.addAll(replicaWatches);
            StatusPages.mount(http, watches);
            http.start();
        }
    }

    private static DriverConfig driverConfig(final DemoOptions options)
    {
        final DriverConfig config = DriverConfig.embedded("demo", DriverThreading.INVOKER, budget(options));

        return 0 == options.lossPercent() ?
            config : config.withStreamLoss(Lane.BLOCK.streamId(), options.lossPercent(), LOSS_SEED);
    }

    private static LinkBudget budget(final DemoOptions options)
    {
        return 1 == options.leaders() ? LinkBudget.LAN : SMALL_BUDGET;
    }

    private static DemoReport.Repaired repaired(final NodeWatch node)
    {
        return new DemoReport.Repaired(
            node.counters().value(FragcastCounter.FRAGS_REPAIRED),
            node.latencies().read(System.nanoTime()).get(LatencyStage.REPAIR.ordinal()).total());
    }

    /** Rings of publishers and edges hold eight of the longest bodies: those of the blocks at hand, not of any. */
    private static BlockLimits limits(final List<BlockRecord> blocks, final int slabBytes)
    {
        long longest = 0;
        for (final BlockRecord block : blocks)
        {
            longest = Math.max(longest, block.transactions().stream().mapToLong((tx) -> tx.length + TX_OVERHEAD).sum());
        }
        final BlockLimits widest = BlockLimits.withSlab(slabBytes, slabBytes / 2);

        return new BlockLimits(
            (int)Math.min(widest.maxBodyLength(), MIN_BODY_LENGTH + longest),
            widest.maxTxLength(),
            widest.maxTxsPerFrag(),
            widest.maxFragsPerBlock(),
            widest.windowBlocks(),
            widest.slabBytes(),
            widest.attemptBytes());
    }

    private void name() throws IOException
    {
        for (int node = 0; node < topology.nodeCount(); node++)
        {
            final Identity identity = new Identity(curve, newKey());
            identities.add(identity);
            addresses.add(new PeerName(identity.publicKey(), new Endpoint(HOST, FreePorts.block())));
        }
        for (int i = 0; i < topology.leaders(); i++)
        {
            leaderKeys.add(newKey());
        }
        sequencersPort = FreePorts.block();
    }

    private List<DemoSchedule.Leader> leaders()
    {
        final List<DemoSchedule.Leader> leaders = new ArrayList<>();
        for (int i = 0; i < topology.leaders(); i++)
        {
            leaders.add(new DemoSchedule.Leader(curve.publicKey(leaderKeys.get(i)), addresses.get(i)));
        }

        return leaders;
    }

    /** Those that listen first: a stream is there when its receiver is. */
    private void launchNodes()
    {
        for (int i = 0; i < topology.replicas(); i++)
        {
            launchReplica(topology.replica(i));
        }
        for (int i = 0; i < topology.relays(); i++)
        {
            final RelayNode.Context ctx = new RelayNode.Context();
            prepare(ctx, topology.relay(i));
            sendTo(ctx, topology.relay(i), topology.fedBy(i));
            relays.add(RelayNode.launch(ctx));
        }
        for (int i = 0; i < topology.leaders(); i++)
        {
            final SequencerNode.Context ctx = new SequencerNode.Context().signer(curve.newSigner(leaderKeys.get(i)));
            prepare(ctx, i);
            sendTo(ctx, i, topology.firstTier());
            sequencers.add(SequencerNode.launch(ctx));
        }
    }

    private void launchReplica(final int node)
    {
        final List<Integer> upstreams = topology.upstreams(node);
        final DemoReplica replica = new DemoReplica(
            topology.name(node), 1 == upstreams.size() ? topology.name(upstreams.get(0)) : "sequencers");
        final ReplicaNode.Context ctx = new ReplicaNode.Context().listener(replica);
        prepare(ctx, node);
        replicas.add(replica);
        replicaWatches.add(ReplicaNode.launch(ctx).watch());
    }

    private void prepare(final NodeContext<?> ctx, final int node)
    {
        final List<Integer> upstreams = topology.upstreams(node);
        ctx.name(topology.name(node));
        ctx.schedule(schedule);
        ctx.identity(identities.get(node));
        ctx.listen(addresses.get(node).endpoint());
        ctx.slowSink(SlowSink.WAIT);
        ctx.reliable(!options.isNakOff());
        ctx.budget(budget(options));
        ctx.upstreams(upstreams.stream().map(addresses::get).toList());
        // Sequencers hear each other by unicast: that is how the next leader is first.
        ctx.upstreamGroup(upstreams.isEmpty() || topology.isSequencer(node) ? null : group(upstreams.get(0)));
        ctx.holders(topology.holders(node).stream().map(addresses::get).toList());
        ctx.requesters(topology.requesters(node).stream().map(addresses::get).toList());
        ctx.limits(limits);
        ctx.repairMemoryLength(REPAIR_MEMORY_BYTES);
        ctx.journal(JournalConfig.small(journalDir.resolve(topology.name(node)), JOURNAL_RING_BYTES));
        ctx.host(host);
        ctx.errorHandler(errorHandler);
    }

    private void sendTo(final NodeContext<?> ctx, final int node, final List<Integer> downstream)
    {
        final List<Integer> unicast = new ArrayList<>();
        if (topology.isSequencer(node))
        {
            unicast.addAll(topology.otherSequencers(node));
        }
        if (!options.isMulticast())
        {
            unicast.addAll(downstream);
        }
        else if (!downstream.isEmpty())
        {
            ctx.sinkGroup(group(node));
        }
        ctx.sinks(unicast.stream().map(addresses::get).toList());
    }

    /** All sequencers speak to one group, so that whoever listens there hears each of them. */
    private @Nullable MulticastGroup group(final int node)
    {
        final boolean isSequencer = topology.isSequencer(node);
        // Sequencers hear each other at their own ports; where a socket is bound, no group can be heard.
        final int port = isSequencer ? sequencersPort : addresses.get(node).endpoint().port();

        return options.isMulticast() ?
            new MulticastGroup(String.format(GROUP_FORMAT, isSequencer ? 1 : 2 * node + 1), port, HOST) : null;
    }

    private byte[] newKey()
    {
        final byte[] key = new byte[Secp256k1.PRIVATE_KEY_LENGTH];
        do
        {
            random.nextBytes(key);
        }
        while (!Secp256k1.isPrivateKey(key));

        return key;
    }
}
