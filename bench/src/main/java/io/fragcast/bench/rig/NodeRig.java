package io.fragcast.bench.rig;

import io.aeron.driver.ext.RandomLossGenerator;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.bench.SampleChain;
import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.config.ThreadConfig;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.journal.JournalConfig;
import io.fragcast.node.Identity;
import io.fragcast.node.NodeContext;
import io.fragcast.node.NodeHost;
import io.fragcast.node.RelayNode;
import io.fragcast.node.ReplicaNode;
import io.fragcast.node.SequencerNode;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FreePorts;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * A sequencer, its relays one behind the other, and a replica, over UDP on loopback, one media driver and one thread
 * that runs them all:
 * <pre>
 *   load -> sequencer -> relay-1 -> relay-2 -> replica -> recorder
 * </pre>
 */
final class NodeRig implements Rig
{
    private static final double PERCENT = 100;
    private static final String HOST = "127.0.0.1";
    private static final long CHAIN_ID = 4_670;
    private static final int TERM = 1;
    private static final int SLAB_BYTES = 64 << 20;
    private static final int JOURNAL_RING_BYTES = 8 << 20;

    /** What must stand still while it is measured. */
    private static final List<FragcastCounter> TROUBLES = List.of(
        FragcastCounter.PUBLISH_BACK_PRESSURED,
        FragcastCounter.PUBLISH_REFUSED,
        FragcastCounter.SINK_SKIPPED_WINDOW,
        FragcastCounter.SINK_SKIPPED_UNCONNECTED,
        FragcastCounter.SINK_WAITED,
        FragcastCounter.DELIVERY_BACK_PRESSURED,
        FragcastCounter.EDGE_BACK_PRESSURED,
        FragcastCounter.BODY_SLAB_FULL,
        FragcastCounter.JOURNAL_FRAMES_LOST,
        FragcastCounter.HOT_ERRORS);

    private final LatencyOptions options;
    private final SampleChain chain;
    private final Secp256k1 curve = Secp256k1.load();
    private final SecureRandom random = new SecureRandom();
    private final Path journals;
    private final long firstBlock;
    private final NodeHost host;
    private final Schedule schedule;
    private final List<Identity> identities = new ArrayList<>();
    private final List<PeerName> addresses = new ArrayList<>();
    private final List<Counters> counters = new ArrayList<>();
    private final List<RelayNode> relays = new ArrayList<>();
    private final int lossyPort = freePorts();
    private final Map<FragcastCounter, Long> marks = new EnumMap<>(FragcastCounter.class);
    private final AtomicReference<@Nullable Throwable> firstError = new AtomicReference<>();
    private final SequencerNode sequencer;
    private final FragPublisher publisher;
    private long backPressured;
    private long refused;
    private long backPressuredAtMark;

    NodeRig(final LatencyOptions options, final long firstBlock, final LatencyRecorder recorder, final Path journals)
    {
        this.options = options;
        this.firstBlock = firstBlock;
        this.journals = journals;
        chain = new SampleChain(options.txCount, options.txLength, options.fragsPerBlock);
        final byte[] leaderKey = newKey();
        schedule = new Schedule(CHAIN_ID, options.mtu, List.of(new LeaderTerm(
            TERM,
            firstBlock,
            Long.MAX_VALUE,
            curve.publicKey(leaderKey),
            null,
            List.of(),
            SampleChain.blockHash(firstBlock - 1))));
        host = NodeHost.launch(
            "bench",
            ThreadConfig.unpinned(ThreadConfig.Mode.INVOKER, !options.isBackingOff),
            lossy(DriverConfig.embedded("bench", DriverThreading.INVOKER, LinkBudget.LAN)),
            this::onError);

        boolean isUp = false;
        try
        {
            sequencer = launch(leaderKey, recorder);
            publisher = sequencer.newPublisher(this::onReply);
            host.start();
            isUp = true;
        }
        finally
        {
            if (!isUp)
            {
                host.close();
            }
        }
    }

    @Override
    public LoadGenerator.Target target()
    {
        return new LoadGenerator.Target()
        {
            @Override
            public void send(final long ordinal)
            {
                final long blockNumber = firstBlock + ordinal / options.fragsPerBlock;
                final int seq = (int)(ordinal % options.fragsPerBlock);
                final boolean isLast = seq == options.fragsPerBlock - 1;
                if (0 == seq)
                {
                    offer(() -> publisher.env(chain.env(blockNumber)));
                }
                offer(() -> publisher.frag(blockNumber, seq, isLast, chain));
                if (isLast)
                {
                    offer(() -> publisher.seal(chain.seal(blockNumber)));
                }
            }

            @Override
            public int poll()
            {
                return publisher.poll();
            }
        };
    }

    @Override
    public boolean isConnected()
    {
        return sequencer.isConnected() && relays.stream().allMatch(RelayNode::isConnected);
    }

    @Override
    public void mark()
    {
        backPressuredAtMark = backPressured;
        for (final FragcastCounter counter : TROUBLES)
        {
            marks.put(counter, sum(counter));
        }
    }

    @Override
    public String trouble()
    {
        final Throwable error = firstError.get();
        if (null != error)
        {
            return error.toString();
        }
        if (refused > 0)
        {
            return refused + " requests refused";
        }
        if (backPressured != backPressuredAtMark)
        {
            return "publisher pushed back";
        }
        for (final FragcastCounter counter : TROUBLES)
        {
            final long moved = sum(counter) - marks.getOrDefault(counter, 0L);
            if (0 != moved)
            {
                return counter.label() + " moved by " + moved;
            }
        }

        return "";
    }

    @Override
    public void close()
    {
        CloseHelper.closeAll(publisher, host);
    }

    private SequencerNode launch(final byte[] leaderKey, final LatencyRecorder recorder)
    {
        final int firstReplica = options.relays + 1;
        final int lastReplica = options.relays + options.replicas;
        for (int i = 0; i <= lastReplica; i++)
        {
            final Identity identity = new Identity(curve, newKey());
            identities.add(identity);
            addresses.add(new PeerName(
                identity.publicKey(), new Endpoint(HOST, lastReplica == i ? lossyPort : freePorts())));
        }

        for (int i = firstReplica; i <= lastReplica; i++)
        {
            final boolean isMeasured = firstReplica == i;
            final ReplicaNode.Context context =
                new ReplicaNode.Context().listener(isMeasured ? recorder : (event) -> {});
            prepare(context, "replica-" + (i - options.relays), i);
            context.upstreams(List.of(addresses.get(options.relays)));
            final Counters replicaCounters = ReplicaNode.launch(context).counters();
            if (isMeasured || 0 == options.lossPercent || lastReplica != i)
            {
                counters.add(replicaCounters);
            }
        }

        for (int i = options.relays; i > 0; i--)
        {
            final RelayNode.Context relayContext = new RelayNode.Context();
            prepare(relayContext, "relay-" + i, i);
            relayContext.upstreams(List.of(addresses.get(i - 1)));
            relayContext.sinks(sinks(i));
            final RelayNode relay = RelayNode.launch(relayContext);
            relays.add(relay);
            counters.add(relay.counters());
        }

        final SequencerNode.Context sequencerContext = new SequencerNode.Context().signer(curve.newSigner(leaderKey));
        prepare(sequencerContext, "sequencer", 0);
        sequencerContext.sinks(sinks(0));
        final SequencerNode node = SequencerNode.launch(sequencerContext);
        counters.add(node.counters());

        return node;
    }

    /** The next relay, or behind the last all replicas. */
    private List<PeerName> sinks(final int node)
    {
        return options.relays == node ?
            List.copyOf(addresses.subList(node + 1, addresses.size())) : List.of(addresses.get(node + 1));
    }

    /** A network that loses what goes to the last replica on the block lane, and nothing else. */
    private DriverConfig lossy(final DriverConfig config)
    {
        return 0 == options.lossPercent ? config : config.withDataLoss((endpoint) ->
            lossyPort == endpoint.getPort() ?
                new RandomLossGenerator(options.lossPercent / PERCENT) : (address, buffer, length) -> false);
    }

    private void prepare(final NodeContext<?> ctx, final String name, final int node)
    {
        ctx.name(name);
        ctx.schedule(schedule);
        ctx.identity(identities.get(node));
        ctx.listen(addresses.get(node).endpoint());
        ctx.limits(BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES / 2));
        if (options.isJournaled)
        {
            ctx.journal(JournalConfig.small(journals.resolve(name), JOURNAL_RING_BYTES));
        }
        ctx.host(host);
        ctx.errorHandler(this::onError);
    }

    private void offer(final Supplier<PublishResult> request)
    {
        PublishResult result = request.get();
        while (PublishResult.BACK_PRESSURED == result)
        {
            backPressured++;
            publisher.poll();
            result = request.get();
        }
        if (PublishResult.OK != result)
        {
            throw new IllegalStateException("the publisher says " + result);
        }
    }

    private void onError(final Throwable error)
    {
        if (firstError.compareAndSet(null, error))
        {
            System.err.println(error);
            for (final StackTraceElement element : error.getStackTrace())
            {
                System.err.println("    at " + element);
            }
        }
    }

    private void onReply(
        final FragPublisher.Request request, final long blockNumber, final int seq, final PublishResult result)
    {
        if (PublishResult.OK != result)
        {
            refused++;
        }
    }

    private long sum(final FragcastCounter counter)
    {
        long sum = 0;
        for (final Counters node : counters)
        {
            sum += node.value(counter);
        }

        return sum;
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

    private static int freePorts()
    {
        try
        {
            return FreePorts.block();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
