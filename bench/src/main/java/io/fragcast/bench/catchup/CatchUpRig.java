package io.fragcast.bench.catchup;

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
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FreePorts;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A sequencer and two relays that hold a chain, and a replica that has seen its first block, over UDP on loopback:
 * <pre>
 *   sequencer ──▶ relay, dying relay ──▶ replica, launched when all blocks are there, asks all three
 * </pre>
 * Made, used and closed by one thread.
 */
final class CatchUpRig implements AutoCloseable
{
    private static final long CHAIN_ID = 4_670;
    private static final int MTU = 1_408;
    private static final int SLAB_BYTES = 48 << 20;
    private static final int FRAGS = 2;
    private static final int TXS = 10;
    private static final int TX_LENGTH = 300;
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(120);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Secp256k1 curve = Secp256k1.load();
    private final SampleChain chain = new SampleChain(TXS, TX_LENGTH, FRAGS);
    private final AtomicReference<@Nullable Throwable> firstError = new AtomicReference<>();
    private final List<AutoCloseable> closing = new ArrayList<>();
    private final Path dir;
    private final int blocks;
    private final Schedule schedule;
    private final PeerName[] names = new PeerName[4];
    private final Identity[] identities = new Identity[4];
    private final NodeHost dyingHost;
    private int requests;
    private int replies;

    /**
     * What a catch-up came to.
     *
     * @param blocks     delivered and verified.
     * @param seconds    from the replica's start to its last block.
     * @param fetched    of them that came over the bulk lane; the first may come by repair, each message signed.
     * @param bytes      that came over the bulk lane.
     * @param signatures that the replica checked.
     * @param gaps       blocks that it missed, or delivered twice.
     */
    record Result(long blocks, double seconds, long fetched, long bytes, long signatures, long gaps)
    {
        double blocksPerSecond()
        {
            return blocks / seconds;
        }

        double signaturesPerBlock()
        {
            return (double)signatures / blocks;
        }
    }

    CatchUpRig(final Path dir, final int blocks) throws IOException, InterruptedException
    {
        this.dir = dir;
        this.blocks = blocks;
        final byte[] leaderKey = key(1);
        schedule = new Schedule(CHAIN_ID, MTU, List.of(new LeaderTerm(
            1, 1, Long.MAX_VALUE, curve.publicKey(leaderKey), null, List.of(), SampleChain.blockHash(0))));
        for (int i = 0; i < names.length; i++)
        {
            identities[i] = new Identity(curve, key(10 + i));
            names[i] = new PeerName(identities[i].publicKey(), new Endpoint("127.0.0.1", FreePorts.block()));
        }
        boolean isUp = false;
        try
        {
            final NodeHost host = host("holders");
            dyingHost = host("dying");
            final SequencerNode sequencer = SequencerNode.launch(
                prepare(new SequencerNode.Context().signer(curve.newSigner(leaderKey)), "sequencer", 0, host)
                    .sinks(List.of(names[1], names[2]))
                    .requesters(List.of(names[1], names[2], names[3])));
            final RelayNode relay = relay("relay", 1, host);
            final RelayNode dying = relay("dying", 2, dyingHost);
            host.start();
            dyingHost.start();
            await("the relays", () -> sequencer.isConnected() && 0 < connected(relay) && 0 < connected(dying));
            publish(sequencer);
            await("the relays to hold all", () -> isHolding(relay) && isHolding(dying));
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

    /** Lets a replica catch up; one holder dies in mid-way or not. */
    Result run(final boolean isOneDying) throws IOException, InterruptedException
    {
        final NodeHost host = host("replica");
        final ResumingEdge edge = new ResumingEdge();
        final ReplicaNode.Context ctx = prepare(new ReplicaNode.Context(), "replica", 3, host)
            .upstreams(List.of(names[1]))
            .holders(List.of(names[0], names[1], names[2]))
            .edge(edge);
        final Counters counters = ReplicaNode.launch(ctx).counters();
        final long goal = blocks - ResumingEdge.LAST_BLOCK;
        final long startNs = System.nanoTime();
        host.start();
        if (isOneDying)
        {
            await("half of it", () -> edge.verified() >= goal / 2);
            dyingHost.close();
        }
        await("every block", () -> edge.verified() >= goal);
        final double seconds = (System.nanoTime() - startNs) / 1e9;
        final Throwable error = firstError.get();
        if (null != error)
        {
            throw new IOException("a node failed", error);
        }

        return new Result(
            edge.verified(),
            seconds,
            counters.value(FragcastCounter.CATCH_UP_BLOCKS),
            counters.value(FragcastCounter.CATCH_UP_BYTES),
            counters.value(FragcastCounter.SIGNATURES_CHECKED),
            edge.gaps() + counters.value(FragcastCounter.CATCH_UP_GIVEN_UP));
    }

    @Override
    public void close()
    {
        for (int i = closing.size() - 1; i >= 0; i--)
        {
            CloseHelper.close(closing.get(i));
        }
        closing.clear();
    }

    private void publish(final SequencerNode sequencer) throws IOException, InterruptedException
    {
        try (FragPublisher publisher = sequencer.newPublisher(this::onReply))
        {
            for (int number = 1; number <= blocks; number++)
            {
                final int block = number;
                offer(publisher, () -> publisher.env(chain.env(block)));
                for (int i = 0; i < FRAGS; i++)
                {
                    final int seq = i;
                    offer(publisher, () -> publisher.frag(block, seq, FRAGS - 1 == seq, chain));
                }
                offer(publisher, () -> publisher.seal(chain.seal(block)));
            }
            await("replies", () ->
            {
                publisher.poll();
                return replies == requests;
            });
        }
    }

    private void offer(final FragPublisher publisher, final Supplier<PublishResult> request)
        throws IOException, InterruptedException
    {
        await("room for a request", () ->
        {
            publisher.poll();
            return PublishResult.OK == request.get();
        });
        requests++;
    }

    private void onReply(
        final FragPublisher.Request request, final long blockNumber, final int seq, final PublishResult result)
    {
        replies++;
        if (PublishResult.OK != result)
        {
            firstError.compareAndSet(null, new IllegalStateException(request + " of " + blockNumber + ": " + result));
        }
    }

    private boolean isHolding(final RelayNode relay)
    {
        return relay.counters().value(FragcastCounter.BLOCKS_VERIFIED) >= blocks;
    }

    private static long connected(final RelayNode relay)
    {
        return relay.counters().value(FragcastCounter.SOURCES_CONNECTED);
    }

    private RelayNode relay(final String name, final int index, final NodeHost host)
    {
        return RelayNode.launch(prepare(new RelayNode.Context(), name, index, host)
            .upstreams(List.of(names[0]))
            .sinks(1 == index ? List.of(names[3]) : List.of())
            .requesters(List.of(names[3])));
    }

    private <C extends NodeContext<C>> C prepare(final C ctx, final String name, final int index, final NodeHost host)
    {
        return ctx
            .name(name)
            .schedule(schedule)
            .identity(identities[index])
            .listen(names[index].endpoint())
            .limits(BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES / 2))
            .slowSink(SlowSink.WAIT)
            .journal(JournalConfig.small(dir.resolve(name), JournalConfig.MIN_RING_LENGTH << 2))
            .host(host)
            .errorHandler((error) -> firstError.compareAndSet(null, error));
    }

    private NodeHost host(final String name)
    {
        final NodeHost host = NodeHost.launch(
            name,
            ThreadConfig.unpinned(ThreadConfig.Mode.INVOKER, false),
            DriverConfig.embedded("catchup-" + name, DriverThreading.INVOKER, LinkBudget.LAN),
            (error) -> firstError.compareAndSet(null, error));
        closing.add(host);

        return host;
    }

    private void await(final String what, final BooleanSupplier condition) throws IOException, InterruptedException
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean())
        {
            if (System.nanoTime() - deadlineNs > 0)
            {
                throw new IOException("waited in vain for " + what, firstError.get());
            }
            if (Thread.interrupted())
            {
                throw new InterruptedException(what);
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private static byte[] key(final int last)
    {
        final byte[] key = new byte[Secp256k1.PRIVATE_KEY_LENGTH];
        Arrays.fill(key, (byte)7);
        key[key.length - 1] = (byte)last;

        return key;
    }
}
