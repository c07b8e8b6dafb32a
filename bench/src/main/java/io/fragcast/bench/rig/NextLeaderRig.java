package io.fragcast.bench.rig;

import io.fragcast.BlockEvent;
import io.fragcast.BlockListener;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.bench.SampleChain;
import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.config.ThreadConfig;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.journal.JournalConfig;
import io.fragcast.node.Identity;
import io.fragcast.node.Lane;
import io.fragcast.node.NodeContext;
import io.fragcast.node.NodeHost;
import io.fragcast.node.ReplicaNode;
import io.fragcast.node.SequencerNode;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FreePorts;
import io.fragcast.transport.SendTap;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import io.fragcast.wire.FragDepartures;
import org.HdrHistogram.Histogram;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.SystemNanoClock;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A leader, a replica that leads next or does not, and others beside it, over UDP on loopback; what the others wait for
 * a frag is measured, and who was sent it first is seen where the leader's driver hands datagrams to the kernel. On
 * request replica-0 stands still while it is measured, its driver with it, as SIGSTOP leaves a node; or the leader
 * serves whole blocks to a node that is far behind, as fast as it may, all the time.
 * <pre>
 *                  ┌──▶ replica-0, which leads next, or stands still, or both
 *   load ─▶ leader ┼──▶ replica-1, replica-2, replica-3... ─▶ latency
 *                  └ ─ ─ bulk lane ─ ─▶ one that catches up, again and again
 * </pre>
 */
final class NextLeaderRig implements AutoCloseable
{
    /**
     * What replica-0 is and does.
     *
     * @param replicas  it and the others.
     * @param leadsNext whether it is the next leader.
     * @param stops     whether it stands still while it is measured.
     */
    record Variant(int replicas, boolean leadsNext, boolean stops)
    {
    }

    /** What was seen. */
    record Result(Histogram othersNs, int fragCount, int wholeFirstCount, long bulkBytes, String trouble)
    {
    }

    private static final int FRAGS_PER_BLOCK = 4;
    /** 32 KB a frag: 25 datagrams to each. */
    private static final int TXS = 40;
    private static final int TX_LENGTH = 800;
    /** Twice the window: the node that catches up is far behind. */
    private static final int HISTORY_BLOCKS = 128;
    private static final int WARMUP_BLOCKS = 25;
    private static final int MEASURED_BLOCKS = 75;
    /** 13 MB/s over all sinks: a third of what the machine carries. */
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long CHAIN_ID = 4_670;
    private static final long TERM_BLOCKS = 1_000_000;
    private static final int SLAB_BYTES = 64 << 20;
    private static final String HOST = "127.0.0.1";
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Secp256k1 curve = Secp256k1.load();
    private final SampleChain chain = new SampleChain(TXS, TX_LENGTH, FRAGS_PER_BLOCK);
    private final FragDepartures departures =
        new FragDepartures(Lane.BLOCK.streamId(), SystemNanoClock.INSTANCE);
    private final List<Identity> identities = new ArrayList<>();
    private final List<PeerName> names = new ArrayList<>();
    private final List<ReplicaNode> replicas = new ArrayList<>();
    private final List<DeliveryTimes> others = new ArrayList<>();
    private final List<AutoCloseable> closing = new ArrayList<>();
    private final Variant variant;
    private final int replicaCount;
    private final Path dir;
    private final Standstill standstill = new Standstill();
    private final Schedule schedule;
    private final SequencerNode leader;
    private final NodeHost leaderHost;
    private final FragPublisher publisher;
    private int requests;
    private int replies;
    private int refusals;

    NextLeaderRig(final Variant variant, final boolean isBulk, final Path dir) throws IOException
    {
        this.variant = variant;
        this.dir = dir;
        replicaCount = variant.replicas();
        for (int i = 0; i < replicaCount + 2; i++)
        {
            final Identity identity = new Identity(curve, key(10 + i));
            identities.add(identity);
            names.add(new PeerName(identity.publicKey(), new Endpoint(HOST, FreePorts.block())));
        }
        schedule = schedule(variant.leadsNext());
        final NodeHost firstHost = host("first", null);
        firstHost.addDuty(standstill);
        final NodeHost othersHost = host("others", null);
        for (int i = 0; i < replicaCount; i++)
        {
            final DeliveryTimes times = new DeliveryTimes(HISTORY_BLOCKS + WARMUP_BLOCKS);
            if (0 < i)
            {
                others.add(times);
            }
            final NodeHost host = 0 == i ? firstHost : othersHost;
            replicas.add(ReplicaNode.launch(prepare(new ReplicaNode.Context(), host, i)
                .upstreams(List.of(names.get(replicaCount)))
                .holders(List.of(names.get(replicaCount)))
                .listener(times)));
        }
        firstHost.start();
        othersHost.start();
        leaderHost = host("leader", departures);
        final List<PeerName> sinks = List.copyOf(names.subList(0, replicaCount));
        final List<PeerName> requesters = new ArrayList<>(sinks);
        requesters.add(names.get(replicaCount + 1));
        leader = SequencerNode.launch(prepare(new SequencerNode.Context(), leaderHost, replicaCount)
            .signer(curve.newSigner(key(1)))
            .sinks(sinks)
            .requesters(isBulk ? requesters : sinks)
            .journal(JournalConfig.small(dir.resolve("leader"), JournalConfig.MIN_RING_LENGTH << 3)));
        publisher = leader.newPublisher((request, blockNumber, seq, result) ->
        {
            replies++;
            refusals += PublishResult.OK == result ? 0 : 1;
        });
        leaderHost.start();
        await("streams", leader::isConnected);
    }

    /**
     * Publishes a history, then a run at a fixed rate.
     *
     * @param isBulk whether a node catches up meanwhile.
     * @return what was seen.
     */
    Result run(final boolean isBulk) throws InterruptedException
    {
        long block = 0;
        for (int i = 0; i < HISTORY_BLOCKS; i++)
        {
            publish(++block, 0);
            awaitVerified(block);
        }
        final BulkLoad bulk = isBulk ? new BulkLoad(this::launchLate) : null;
        if (null != bulk)
        {
            await("bulk traffic", () -> bulk.bytes() > 0);
        }
        final long skipped = skippedOthers();
        long dueNs = System.nanoTime();
        for (int i = 0; i < WARMUP_BLOCKS + MEASURED_BLOCKS; i++)
        {
            if (WARMUP_BLOCKS == i && variant.stops())
            {
                standstill.begin();
            }
            publish(++block, dueNs);
            dueNs += FRAGS_PER_BLOCK * INTERVAL_NS;
        }
        awaitOthers(block);
        standstill.end();
        awaitEnd(block);
        final String trouble = trouble(block, skipped);
        final long bulkBytes = null == bulk ? 0 : bulk.stop();
        leaderHost.close();

        final Histogram othersNs = new Histogram(3);
        others.forEach((times) -> othersNs.add(times.latencyNs()));
        int fragCount = 0;
        int wholeFirstCount = 0;
        for (final var frag : departures.departures().entrySet())
        {
            if (frag.getKey().blockNumber() > HISTORY_BLOCKS + WARMUP_BLOCKS)
            {
                fragCount++;
                wholeFirstCount += isWholeFirst(frag.getValue()) ? 1 : 0;
            }
        }

        return new Result(othersNs, fragCount, wholeFirstCount, bulkBytes, trouble);
    }

    private String trouble(final long block, final long skippedBefore)
    {
        if (refusals > 0)
        {
            return refusals + " requests refused";
        }
        if (skippedOthers() > skippedBefore)
        {
            return "a sink was out of window";
        }
        if (variant.stops() && 0 == leader.watch().sinks().peers().skipped(0))
        {
            return "who stood still was never out of window";
        }

        return isVerified(block) ? "" : "a block was missed";
    }

    @Override
    public void close()
    {
        standstill.end();
        for (int i = closing.size() - 1; i >= 0; i--)
        {
            CloseHelper.quietClose(closing.get(i));
        }
    }

    private boolean isWholeFirst(final List<FragDepartures.Departure> departed)
    {
        long lastOfNext = Long.MAX_VALUE;
        long firstOfOthers = Long.MAX_VALUE;
        for (final FragDepartures.Departure departure : departed)
        {
            if (departure.destination().getPort() == names.get(0).endpoint().port())
            {
                lastOfNext = departure.lastPlace();
            }
            else
            {
                firstOfOthers = Math.min(firstOfOthers, departure.firstPlace());
            }
        }

        return lastOfNext < firstOfOthers;
    }

    /** A node that has seen the first block in an earlier life, and no more. */
    private BulkLoad.Late launchLate()
    {
        final NodeHost host = NodeHost.launch(
            "late", ThreadConfig.unpinned(ThreadConfig.Mode.INVOKER, false), driver("late"), NextLeaderRig::onError);
        try
        {
            final ReplicaNode node = ReplicaNode.launch(prepare(new ReplicaNode.Context(), host, replicaCount + 1)
                .upstreams(List.of(names.get(replicaCount)))
                .holders(List.of(names.get(replicaCount)))
                .edge(new BulkLoad.FromStart()));
            host.start();

            return new BulkLoad.Late(host, node);
        }
        catch (final RuntimeException ex)
        {
            host.close();
            throw ex;
        }
    }

    private void publish(final long block, final long dueNs)
    {
        request(() -> publisher.env(chain.env(block)));
        for (int seq = 0; seq < FRAGS_PER_BLOCK; seq++)
        {
            final int nextSeq = seq;
            while (0 != dueNs && System.nanoTime() - (dueNs + seq * INTERVAL_NS) < 0)
            {
                LockSupport.parkNanos(POLL_NS);
            }
            request(() -> publisher.frag(block, nextSeq, FRAGS_PER_BLOCK - 1 == nextSeq, chain));
        }
        request(() -> publisher.seal(chain.seal(block)));
    }

    private void request(final Supplier<PublishResult> call)
    {
        await("room for a request", () ->
        {
            publisher.poll();
            final PublishResult result = call.get();
            if (PublishResult.OK != result && PublishResult.BACK_PRESSURED != result)
            {
                throw new IllegalStateException("the publisher says " + result);
            }
            return PublishResult.OK == result;
        });
        requests++;
    }

    private void awaitVerified(final long block)
    {
        await("block " + block, () ->
        {
            publisher.poll();
            return replies == requests && isVerified(block);
        });
    }

    private void awaitOthers(final long block)
    {
        awaitEnd(() -> replies == requests && isVerified(block, 1));
    }

    private void awaitEnd(final long block)
    {
        awaitEnd(() -> isVerified(block));
    }

    /** Not for ever: a block that somebody gave up does not come. */
    private void awaitEnd(final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS / 3;
        while (!condition.getAsBoolean() && System.nanoTime() - deadlineNs < 0)
        {
            publisher.poll();
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private boolean isVerified(final long block)
    {
        return isVerified(block, 0);
    }

    private boolean isVerified(final long block, final int firstReplica)
    {
        return replicas.stream().skip(firstReplica).allMatch(
            (replica) -> block == replica.counters().value(FragcastCounter.BLOCKS_VERIFIED));
    }

    /** Frames that were left out for anybody but replica-0; for it too where it is to take all. */
    private long skippedOthers()
    {
        long sum = 0;
        for (int i = variant.stops() ? 1 : 0; i < replicaCount; i++)
        {
            sum += leader.watch().sinks().peers().skipped(i);
        }

        return sum;
    }

    private NodeHost host(final String name, final SendTap tap)
    {
        final DriverConfig driver = driver(name);
        final NodeHost host = NodeHost.launch(
            name,
            ThreadConfig.unpinned(ThreadConfig.Mode.INVOKER, false),
            null == tap ? driver : driver.withSendTap(tap),
            NextLeaderRig::onError);
        closing.add(host);

        return host;
    }

    private static DriverConfig driver(final String name)
    {
        return DriverConfig.embedded("bench-next-" + name, DriverThreading.INVOKER, LinkBudget.LAN);
    }

    private <C extends NodeContext<C>> C prepare(final C ctx, final NodeHost host, final int node)
    {
        return ctx
            .name("node-" + node)
            .schedule(schedule)
            .identity(identities.get(node))
            .listen(names.get(node).endpoint())
            .limits(BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES / 2))
            .host(host)
            .errorHandler(NextLeaderRig::onError);
    }

    private Schedule schedule(final boolean hasNextLeader)
    {
        final List<LeaderTerm> terms = new ArrayList<>();
        terms.add(new LeaderTerm(
            1, 1, TERM_BLOCKS, curve.publicKey(key(1)), names.get(replicaCount).publicKey(), List.of(),
            SampleChain.blockHash(0)));
        if (hasNextLeader)
        {
            terms.add(new LeaderTerm(
                2, TERM_BLOCKS + 1, 2 * TERM_BLOCKS, curve.publicKey(key(2)), names.get(0).publicKey(), List.of(),
                null));
        }

        return new Schedule(CHAIN_ID, 1_408, terms);
    }

    private static void await(final String what, final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean())
        {
            if (System.nanoTime() - deadlineNs > 0)
            {
                throw new IllegalStateException("not within 30 s: " + what);
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private static void onError(final Throwable error)
    {
        System.err.println(error);
    }

    private static byte[] key(final int number)
    {
        final byte[] key = new byte[Secp256k1.PRIVATE_KEY_LENGTH];
        key[key.length - 1] = (byte)number;

        return key;
    }

    /** Has the one thread of a host stand still: its media driver and its nodes do nothing at all. */
    private static final class Standstill implements Agent
    {
        private final AtomicReference<CountDownLatch> latch = new AtomicReference<>();

        void begin()
        {
            latch.set(new CountDownLatch(1));
        }

        void end()
        {
            final CountDownLatch begun = latch.getAndSet(null);
            if (null != begun)
            {
                begun.countDown();
            }
        }

        @Override
        public int doWork() throws InterruptedException
        {
            final CountDownLatch begun = latch.get();
            if (null != begun)
            {
                begun.await();
            }

            return 0;
        }

        @Override
        public String roleName()
        {
            return "standstill";
        }
    }

    /** From signature to delivery at one of the others, after the warm-up. Written by its edge thread. */
    private static final class DeliveryTimes implements BlockListener
    {
        private final Histogram latencyNs = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        private final long lastWarmupBlock;

        DeliveryTimes(final long lastWarmupBlock)
        {
            this.lastWarmupBlock = lastWarmupBlock;
        }

        @Override
        public synchronized void onBlockEvent(final BlockEvent event)
        {
            if (BlockEvent.Kind.FRAG == event.kind() && event.blockNumber() > lastWarmupBlock)
            {
                latencyNs.recordValue(Math.max(0, event.deliverTimeNs() - event.publishTimeNs()));
            }
        }

        synchronized Histogram latencyNs()
        {
            return latencyNs.copy();
        }
    }
}
