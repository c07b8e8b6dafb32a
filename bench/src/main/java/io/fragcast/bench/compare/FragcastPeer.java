package io.fragcast.bench.compare;

import io.fragcast.BlockEvent;
import io.fragcast.BlockListener;
import io.fragcast.Env;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.bench.SampleChain;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.config.ThreadConfig;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.node.Identity;
import io.fragcast.node.NodeContext;
import io.fragcast.node.NodeHost;
import io.fragcast.node.ReplicaNode;
import io.fragcast.node.SequencerNode;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import static java.util.Objects.requireNonNull;

/**
 * Fragcast as a contender: a sequencer with its builder on one spinning thread, or N replicas on one. Every signature
 * and hash is checked, every block verified, and a frag counts as delivered when the listener has it.
 */
@Command(
    name = "fragcast", hidden = true, description = "Fragcast, one side of it.", mixinStandardHelpOptions = true)
final class FragcastPeer implements Callable<Integer>
{
    private static final String HOST = "127.0.0.1";
    private static final long CHAIN_ID = 4670;
    private static final long FIRST_BLOCK = 1_000_000;
    private static final int FRAGS_PER_BLOCK = 10;
    /** Monad's planning figure, as the other contenders cut. */
    private static final int TX_LENGTH = 200;
    private static final int PORTS_A_NODE = 8;
    private static final int SLAB_BYTES = 64 << 20;
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LATE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(1);

    @Mixin
    private final PeerOptions options = new PeerOptions();

    private final PrintStream out = System.out;
    private final SystemNanoClock clock = SystemNanoClock.INSTANCE;
    private final Secp256k1 curve = Secp256k1.load();
    private final FirstError errors = new FirstError();

    @Override
    public Integer call() throws IOException
    {
        options.check();
        final String side = options.isSender() ? "send" : "receive";
        final DeliveryLog log = new DeliveryLog(options.count, options.replicas);
        try (NodeHost host = NodeHost.launch(
            "bench-" + side,
            ThreadConfig.unpinned(ThreadConfig.Mode.INVOKER, true),
            DriverConfig.embedded("bench-" + side, DriverThreading.INVOKER, LinkBudget.LAN),
            errors))
        {
            if (options.isSender())
            {
                send(host);
            }
            else
            {
                receive(host, log);
            }
        }
        errors.check();
        if (!options.isSender())
        {
            log.write(requireNonNull(options.out));
            out.println(log.summary());
        }

        return CommandLine.ExitCode.OK;
    }

    private void send(final NodeHost host) throws IOException
    {
        final SequencerNode.Context context = new SequencerNode.Context().signer(curve.newSigner(key("leader")));
        prepare(context, host, 0);
        context.sinks(IntStream.rangeClosed(1, options.replicas).mapToObj(this::peer).toList());
        final SequencerNode sequencer = SequencerNode.launch(context);
        final Builder builder = new Builder(sequencer);
        host.addDuty(builder);
        host.start();
        await(sequencer::isConnected, "the replicas did not connect");
        out.println("READY");

        builder.begin(clock.nanoTime() + LEAD_NS);
        await(() -> builder.isDone() && clock.nanoTime() - builder.endNs() > QUIET_NS, null);
        if (builder.refused() > 0)
        {
            throw new IOException("the sequencer refused " + builder.refused() + " requests");
        }
        out.println("{\"sent\":" + options.count + ",\"late\":" + builder.late() + "}");
    }

    private void receive(final NodeHost host, final DeliveryLog log) throws IOException
    {
        for (int i = 0; i < options.replicas; i++)
        {
            final ReplicaNode.Context context =
                new ReplicaNode.Context().listener(new Replica(i, log)).deliverHot(true);
            prepare(context, host, 1 + i);
            context.upstreams(List.of(peer(0)));
            ReplicaNode.launch(context);
        }
        host.start();
        out.println("READY");

        await(() -> log.isOver(clock.nanoTime()), null);
    }

    private void prepare(final NodeContext<?> context, final NodeHost host, final int node)
    {
        context.name(0 == node ? "sequencer" : "replica-" + node);
        context.schedule(new Schedule(CHAIN_ID, options.mtu, List.of(new LeaderTerm(
            1,
            FIRST_BLOCK,
            Long.MAX_VALUE,
            curve.publicKey(key("leader")),
            null,
            List.of(),
            SampleChain.blockHash(FIRST_BLOCK - 1)))));
        context.identity(new Identity(curve, key("node " + node)));
        context.listen(peer(node).endpoint());
        context.limits(BlockLimits.withSlab(SLAB_BYTES, SLAB_BYTES / 2));
        context.host(host);
        context.errorHandler(errors);
    }

    private PeerName peer(final int node)
    {
        return new PeerName(
            new Identity(curve, key("node " + node)).publicKey(),
            new Endpoint(HOST, options.port + PORTS_A_NODE * node));
    }

    /** Both processes know the keys: no secret, they sign what a benchmark sends to itself. */
    private static byte[] key(final String owner)
    {
        try
        {
            return MessageDigest.getInstance("SHA-256").digest(
                ("fragcast bench " + owner).getBytes(StandardCharsets.US_ASCII));
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    /** Waits, giving way; without a reason for failing it waits as long as it takes. */
    private void await(final BooleanSupplier condition, final @Nullable String failure)
        throws IOException
    {
        final IdleStrategy idleStrategy = new BackoffIdleStrategy(0, 0, 1_000_000L, 10_000_000L);
        final long deadlineNs = clock.nanoTime() + CONNECT_TIMEOUT_NS;
        while (!condition.getAsBoolean())
        {
            if (null != failure && clock.nanoTime() - deadlineNs > 0)
            {
                throw new IOException(failure);
            }
            errors.check();
            idleStrategy.idle();
        }
    }

    /**
     * Keeps the first error of any thread; a run with one counts for nothing.
     */
    private static final class FirstError implements ErrorHandler
    {
        private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();

        @Override
        public void onError(final Throwable throwable)
        {
            first.compareAndSet(null, throwable);
        }

        void check() throws IOException
        {
            final Throwable error = first.get();
            if (null != error)
            {
                throw new IOException("a node failed", error);
            }
        }
    }

    /**
     * Builds blocks in the hot thread: a frag each time that one is due, its Env before and its Seal after. The Env's
     * extra data tells the replicas when frags are due.
     */
    private final class Builder implements Agent
    {
        private final FragPublisher publisher;
        private final SampleChain chain;
        private final byte[] timetable = new byte[2 * Long.BYTES];
        private volatile long startNs;
        private volatile boolean isBegun;
        private volatile boolean isDone;
        private volatile long endNs;
        private final AtomicInteger refused = new AtomicInteger();
        private long late;
        private int next;
        private boolean isEnvSent;
        private boolean isFragSent;

        Builder(final SequencerNode sequencer)
        {
            publisher = sequencer.newPublisher(
                (request, blockNumber, seq, result) -> refused.addAndGet(PublishResult.OK == result ? 0 : 1));
            final int txLength = Math.min(TX_LENGTH, options.bytes);
            chain = new SampleChain(options.bytes / txLength, txLength, FRAGS_PER_BLOCK);
        }

        void begin(final long startNs)
        {
            final UnsafeBuffer buffer = new UnsafeBuffer(timetable);
            buffer.putLong(0, startNs);
            buffer.putDouble(Long.BYTES, options.rate);
            this.startNs = startNs;
            isBegun = true;
        }

        @Override
        public int doWork()
        {
            int workCount = publisher.poll();
            if (isBegun && !isDone && clock.nanoTime() - dueNs(next) >= 0)
            {
                workCount += publish() ? 1 : 0;
            }

            return workCount;
        }

        @Override
        public String roleName()
        {
            return "builder";
        }

        boolean isDone()
        {
            return isDone;
        }

        long endNs()
        {
            return endNs;
        }

        int refused()
        {
            return refused.get();
        }

        long late()
        {
            return late;
        }

        private long dueNs(final int message)
        {
            return startNs + (long)(message * 1e9 / options.rate);
        }

        /** Goes as far as the sequencer takes it, and on from there in the next cycle. */
        private boolean publish()
        {
            final long blockNumber = FIRST_BLOCK + next / FRAGS_PER_BLOCK;
            final int seq = next % FRAGS_PER_BLOCK;
            final boolean isLast = FRAGS_PER_BLOCK - 1 == seq;
            if (0 == seq && !isEnvSent)
            {
                isEnvSent = PublishResult.OK == publisher.env(env(blockNumber));
                if (!isEnvSent)
                {
                    return false;
                }
            }
            if (!isFragSent)
            {
                late += clock.nanoTime() - dueNs(next) > LATE_NS ? 1 : 0;
                isFragSent = PublishResult.OK == publisher.frag(blockNumber, seq, isLast, chain);
                if (!isFragSent)
                {
                    return false;
                }
            }
            if (isLast && PublishResult.OK != publisher.seal(chain.seal(blockNumber)))
            {
                return false;
            }
            isEnvSent = false;
            isFragSent = false;
            if (++next == options.count)
            {
                endNs = clock.nanoTime();
                isDone = true;
            }

            return true;
        }

        private Env env(final long blockNumber)
        {
            final Env env = chain.env(blockNumber);

            return new Env(
                env.blockNumber(),
                env.parentHash(),
                env.beneficiary(),
                env.timestamp(),
                env.gasLimit(),
                env.baseFee(),
                env.difficulty(),
                env.prevRandao(),
                timetable,
                env.parentBeaconBlockRoot(),
                env.basedOpSignature());
        }
    }

    /**
     * Books what one replica delivers.
     */
    private final class Replica implements BlockListener
    {
        private final int index;
        private final DeliveryLog log;
        private final EnvDecoder env = new EnvDecoder();
        private final UnsafeBuffer timetable = new UnsafeBuffer(new byte[EnvDecoder.extraDataLength()]);
        private long startNs;
        private double rate = 1;

        Replica(final int index, final DeliveryLog log)
        {
            this.index = index;
            this.log = log;
        }

        @Override
        public void onBlockEvent(final BlockEvent event)
        {
            switch (event.kind())
            {
                case ENV:
                    env.wrap(
                        event.frameBuffer(),
                        event.frameOffset() + MessageHeaderDecoder.ENCODED_LENGTH,
                        EnvDecoder.BLOCK_LENGTH,
                        EnvDecoder.SCHEMA_VERSION);
                    env.getExtraData(timetable, 0, 2 * Long.BYTES);
                    startNs = timetable.getLong(0);
                    rate = timetable.getDouble(Long.BYTES);
                    break;

                case FRAG:
                    final long nowNs = clock.nanoTime();
                    final long message = (event.blockNumber() - FIRST_BLOCK) * FRAGS_PER_BLOCK + event.seq();
                    log.onDelivery(message, index, startNs + (long)(message * 1e9 / rate), nowNs);
                    break;

                case MISMATCHED, ABORTED, SUPERSEDED, GAP, REORG, SEAL_MISMATCHED:
                    log.onBad();
                    break;

                case SEAL, VERIFIED, FINALIZED:
                default:
                    break;
            }
        }
    }
}
