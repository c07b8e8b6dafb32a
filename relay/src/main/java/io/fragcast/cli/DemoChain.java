package io.fragcast.cli;

import io.aeron.Aeron;
import io.fragcast.FragPublisher;
import io.fragcast.config.ConfigException;
import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.config.ThreadConfig;
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
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The nodes of the demo for one chain, over one media driver and one hot thread:
 * <pre>
 *   sequencer -+-> relay-1 -+-> replica-1, replica-3, ...
 *              +-> relay-2 -+-> replica-2, ...
 * </pre>
 * Each jump in the chain's numbers begins a term of its own, anchored at the parent of its first block.
 */
final class DemoChain implements AutoCloseable
{
    private static final String HOST = "127.0.0.1";
    /** A lane each, and their answers. */
    private static final int MTU = 1_408;
    /** Six nodes of 16 MiB each stay below 100 MiB; a block of the demo has at most 360 KB. */
    private static final int SLAB_BYTES = 16 << 20;
    /** The last blocks of the demo; what is older is in the journals. */
    private static final int REPAIR_MEMORY_BYTES = 1 << 20;
    /** Half a second of the demo at full speed on a busy disk. */
    private static final int JOURNAL_RING_BYTES = 8 << 20;
    /** Any will do; the same, so that two demos lose alike. */
    private static final long LOSS_SEED = 4670;
    /** 224.0.1.x: Aeron wants the last byte of a data address odd, for its control address is the next. */
    private static final String GROUP_FORMAT = "224.0.1.%d";

    private final DemoOptions options;
    private final Schedule schedule;
    private final Secp256k1 curve = Secp256k1.load();
    private final SecureRandom random = new SecureRandom();
    private final byte[] leaderKey = newKey();
    private final Path journalDir;
    private final ErrorHandler errorHandler;
    private final NodeHost host;
    private final List<RelayNode> relays = new ArrayList<>();
    private final List<DemoReplica> replicas = new ArrayList<>();
    private final List<NodeWatch> replicaWatches = new ArrayList<>();
    private final SequencerNode sequencer;
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
        schedule = schedule(blocks);
        http = bind(options.httpPort(), errorHandler);
        host = NodeHost.launch(
            "demo",
            ThreadConfig.unpinned(ThreadConfig.Mode.INVOKER, false),
            driverConfig(options),
            errorHandler);

        boolean isUp = false;
        try
        {
            sequencer = launchNodes();
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

    FragPublisher newPublisher(final FragPublisher.Listener listener)
    {
        return sequencer.newPublisher(listener);
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
     * @return true once the sequencer is heard by each node right behind it, and each relay by its replicas.
     */
    boolean isConnected()
    {
        return sequencer.isConnected() && relays.stream().allMatch(RelayNode::isConnected);
    }

    List<DemoReplica> replicas()
    {
        return replicas;
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
            final List<NodeWatch> watches = new ArrayList<>(List.of(sequencer.watch()));
            relays.forEach((relay) -> watches.add(relay.watch()));
            watches.addAll(replicaWatches);
            StatusPages.mount(http, watches);
            http.start();
        }
    }

    private static DriverConfig driverConfig(final DemoOptions options)
    {
        final DriverConfig config = DriverConfig.embedded("demo", DriverThreading.INVOKER, LinkBudget.LAN);

        return 0 == options.lossPercent() ?
            config : config.withStreamLoss(Lane.BLOCK.streamId(), options.lossPercent(), LOSS_SEED);
    }

    private static DemoReport.Repaired repaired(final NodeWatch node)
    {
        return new DemoReport.Repaired(
            node.counters().value(FragcastCounter.FRAGS_REPAIRED),
            node.latencies().read(System.nanoTime()).get(LatencyStage.REPAIR.ordinal()).total());
    }

    private SequencerNode launchNodes() throws IOException
    {
        final int nodeCount = 1 + options.relays() + options.replicas();
        final List<Identity> identities = new ArrayList<>();
        final List<PeerName> addresses = new ArrayList<>();
        for (int i = 0; i < nodeCount; i++)
        {
            final Identity identity = new Identity(curve, newKey());
            identities.add(identity);
            addresses.add(new PeerName(identity.publicKey(), new Endpoint(HOST, FreePorts.block())));
        }

        for (int i = 0; i < options.replicas(); i++)
        {
            launchReplica(i, identities, addresses);
        }
        for (int i = 0; i < options.relays(); i++)
        {
            launchRelay(i, identities, addresses);
        }

        final SequencerNode.Context ctx = new SequencerNode.Context()
            .signer(curve.newSigner(leaderKey));
        prepare(ctx, "sequencer", 0, identities, addresses);
        sendTo(ctx, 0, addresses, firstTier());

        return SequencerNode.launch(ctx);
    }

    private void launchRelay(final int index, final List<Identity> identities, final List<PeerName> addresses)
        throws IOException
    {
        final RelayNode.Context ctx = new RelayNode.Context();
        prepare(ctx, "relay-" + (index + 1), 1 + index, identities, addresses);
        listenTo(ctx, 0, addresses);
        final List<Integer> fed = new ArrayList<>();
        for (int i = index; i < options.replicas(); i += options.relays())
        {
            fed.add(replicaNode(i));
        }
        sendTo(ctx, 1 + index, addresses, fed);
        relays.add(RelayNode.launch(ctx));
    }

    private void launchReplica(final int index, final List<Identity> identities, final List<PeerName> addresses)
        throws IOException
    {
        final int upstream = 0 == options.relays() ? 0 : 1 + index % options.relays();
        final String name = "replica-" + (index + 1);
        final DemoReplica replica = new DemoReplica(name, 0 == upstream ? "sequencer" : "relay-" + upstream);
        final ReplicaNode.Context ctx = new ReplicaNode.Context().listener(replica);
        prepare(ctx, name, replicaNode(index), identities, addresses);
        listenTo(ctx, upstream, addresses);
        replicas.add(replica);
        replicaWatches.add(ReplicaNode.launch(ctx).watch());
    }

    private void prepare(
        final NodeContext<?> ctx,
        final String name,
        final int node,
        final List<Identity> identities,
        final List<PeerName> addresses)
    {
        ctx.name(name);
        ctx.schedule(schedule);
        ctx.identity(identities.get(node));
        ctx.listen(addresses.get(node).endpoint());
        ctx.slowSink(SlowSink.WAIT);
        ctx.reliable(!options.isNakOff());
        ctx.holders(holders(node).stream().map(addresses::get).toList());
        ctx.requesters(requesters(node).stream().map(addresses::get).toList());
        ctx.limits(BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES / 2));
        ctx.repairMemoryLength(REPAIR_MEMORY_BYTES);
        ctx.journal(JournalConfig.small(journalDir.resolve(name), JOURNAL_RING_BYTES));
        ctx.host(host);
        ctx.errorHandler(errorHandler);
    }

    private void listenTo(final NodeContext<?> ctx, final int upstream, final List<PeerName> addresses)
    {
        ctx.upstreams(List.of(addresses.get(upstream)));
        ctx.upstreamGroup(group(upstream, addresses));
    }

    private void sendTo(
        final NodeContext<?> ctx, final int node, final List<PeerName> addresses, final List<Integer> downstream)
    {
        final MulticastGroup group = group(node, addresses);
        final List<PeerName> peers = downstream.stream().map(addresses::get).toList();
        ctx.requesters(peers);
        if (null == group)
        {
            ctx.sinks(peers);
        }
        else if (!downstream.isEmpty())
        {
            ctx.sinkGroup(group);
        }
    }

    private @Nullable MulticastGroup group(final int node, final List<PeerName> addresses)
    {
        return options.isMulticast() ?
            new MulticastGroup(
                String.format(GROUP_FORMAT, 2 * node + 1), addresses.get(node).endpoint().port(), HOST) : null;
    }

    private List<Integer> firstTier()
    {
        final int first = 0 == options.relays() ? replicaNode(0) : 1;
        final int count = 0 == options.relays() ? options.replicas() : options.relays();
        final List<Integer> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            nodes.add(first + i);
        }

        return nodes;
    }

    /** Whom a node asks: whoever feeds it, the sequencer, and the next node of its tier. */
    private Set<Integer> holders(final int node)
    {
        final Set<Integer> holders = new LinkedHashSet<>();
        if (0 < node)
        {
            final boolean isRelay = node <= options.relays();
            final int first = isRelay ? 1 : replicaNode(0);
            final int count = isRelay ? options.relays() : options.replicas();
            holders.add(isRelay || 0 == options.relays() ? 0 : 1 + (node - first) % options.relays());
            holders.add(0);
            holders.add(first + (node - first + 1) % count);
            holders.remove(node);
        }

        return holders;
    }

    private List<Integer> requesters(final int node)
    {
        final List<Integer> requesters = new ArrayList<>();
        for (int other = 0; other <= options.relays() + options.replicas(); other++)
        {
            if (holders(other).contains(node))
            {
                requesters.add(other);
            }
        }

        return requesters;
    }

    private int replicaNode(final int index)
    {
        return 1 + options.relays() + index;
    }

    private Schedule schedule(final List<BlockRecord> blocks)
    {
        final byte[] publicKey = curve.publicKey(leaderKey);
        final List<LeaderTerm> terms = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= blocks.size(); i++)
        {
            if (blocks.size() == i || !follows(blocks.get(i), blocks.get(i - 1)))
            {
                terms.add(new LeaderTerm(
                    1 + terms.size(),
                    blocks.get(first).number(),
                    blocks.get(i - 1).number(),
                    publicKey,
                    null,
                    List.of(),
                    blocks.get(first).header().parentHash()));
                first = i;
            }
        }

        return new Schedule(blocks.get(0).chainId(), MTU, terms);
    }

    private static boolean follows(final BlockRecord block, final BlockRecord parent)
    {
        return block.number() == parent.number() + 1 && Arrays.equals(block.header().parentHash(), parent.hash());
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
