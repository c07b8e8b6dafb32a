package io.fragcast.bench.compare;

import io.fragcast.config.PeerName;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.node.NodeHost;
import io.fragcast.node.RelayNode;
import io.fragcast.node.ReplicaNode;
import io.fragcast.node.SequencerNode;
import io.fragcast.node.WarmUp;
import io.fragcast.protocol.block.SignatureVerifier;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Fragcast as a contender: a sequencer with its builder on one spinning thread, and on another N replicas, or a relay
 * whose replica is back beside the sequencer:
 * <pre>
 *   core 0                                    core 1
 *   sequencer -+-> near replica ...
 *              +----------------------------> replica ...        or, with --hop:
 *              +----------------------------> relay -+
 *   replica   <-------------------------------------+
 * </pre>
 * Every signature and hash is checked, every block verified, unless {@code --checks} says otherwise; a frag counts as
 * delivered when the listener has it.
 */
@Command(
    name = "fragcast", hidden = true, description = "Fragcast, one side of it.", mixinStandardHelpOptions = true)
final class FragcastPeer implements Callable<Integer>
{
    /**
     * What of a frag is checked.
     */
    enum Checks
    {
        /** Signature, hashes, transactions root. */
        ALL,
        /** Hashes; nothing is signed. */
        HASHES,
        /** Nothing, as a plain transport. */
        NONE
    }

    private static final int SEQUENCER = 0;
    private static final int RELAY = 1;
    private static final int BEHIND_RELAY = 2;
    private static final int CALIBRATIONS = 2_000;
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    @Mixin
    private final PeerOptions options = new PeerOptions();

    @Option(names = "--checks", defaultValue = "ALL", description = "${COMPLETION-CANDIDATES} (default: "
        + "${DEFAULT-VALUE}).")
    private Checks checks = Checks.ALL;

    @Option(names = "--frags", defaultValue = "10", description = "Frags a block (default: ${DEFAULT-VALUE}).")
    private int fragsPerBlock = 10;

    @Option(names = "--near", defaultValue = "0", description = "Replicas beside the sequencer, which it sends to as "
        + "well (default: ${DEFAULT-VALUE}).")
    private int near;

    @Option(names = "--hop", description = "The receiving process is a relay; written is when frags leave.")
    private boolean isHop;

    @Option(names = "--balanced", description = "Threads as in the profile balanced: nothing spins.")
    private boolean isBalanced;

    @Option(names = "--until-stopped", description = "The receiver ends when it is stopped, though nothing comes.")
    private boolean isUntilStopped;

    @Option(names = "--warm-up-ms", defaultValue = "0", description = "As threads.warm-up-ms of a node's file "
        + "(default: ${DEFAULT-VALUE}).")
    private int warmUpMs;

    private final PrintStream out = System.out;
    private final SystemNanoClock clock = SystemNanoClock.INSTANCE;
    private final FirstError errors = new FirstError();
    private @Nullable PeerNodes nodes;

    @Override
    public Integer call() throws IOException
    {
        options.check();
        if (Checks.NONE == checks)
        {
            NoHashes.install();
        }
        if (0 < warmUpMs)
        {
            WarmUp.run(Secp256k1.load(), TimeUnit.MILLISECONDS.toNanos(warmUpMs));
        }
        nodes = new PeerNodes(options, checks, isBalanced, errors);
        if (options.isSender())
        {
            send();
        }
        else if (isHop)
        {
            relay();
        }
        else
        {
            receive();
        }
        errors.check();

        return CommandLine.ExitCode.OK;
    }

    private void send() throws IOException
    {
        final PeerNodes peers = requireNonNull(nodes);
        final int far = isHop ? 1 : options.replicas;
        final int firstNear = isHop ? BEHIND_RELAY + 1 : RELAY + far;
        final DepartureLog departures =
            new DepartureLog(options.count, fragsPerBlock, peers.peer(RELAY).endpoint().port());
        try (NodeHost host = peers.launchHost("bench-send", isHop ? departures : null))
        {
            final DeliveryLog back = new DeliveryLog(options.count, 1, options.warmup);
            if (isHop)
            {
                launchReplica(host, BEHIND_RELAY, RELAY, new PeerReplica(0, fragsPerBlock, back));
            }
            for (int i = 0; i < near; i++)
            {
                launchReplica(host, firstNear + i, SEQUENCER, new PeerReplica(
                    0, fragsPerBlock, new DeliveryLog(options.count, 1, options.warmup)));
            }
            final SequencerNode.Context context = new SequencerNode.Context().signer(peers.signer());
            peers.prepare(context, host, "sequencer", SEQUENCER);
            final List<PeerName> sinks = new ArrayList<>(peers.peers(RELAY, far));
            sinks.addAll(peers.peers(firstNear, near));
            context.sinks(sinks);
            final SequencerNode sequencer = SequencerNode.launch(context);
            final PeerBuilder builder = new PeerBuilder(sequencer, options, fragsPerBlock, clock);
            host.addDuty(builder);
            host.start();
            await(sequencer::isConnected, "the replicas did not connect");
            out.println("READY");

            builder.begin(clock.nanoTime() + LEAD_NS);
            await(builder::isDone, null);
            if (isHop)
            {
                await(() -> back.isOver(clock.nanoTime()), null);
                departures.write(requireNonNull(options.out));
            }
            if (builder.refused() > 0)
            {
                throw new IOException("the sequencer refused " + builder.refused() + " requests");
            }
            out.println("{\"sent\":" + options.count + ",\"late\":" + builder.late() +
                (isHop ? ",\"delivered\":" + back.received() : "") + "}");
            final Lifeline lifeline = new Lifeline();
            await(lifeline::isCut, null);
        }
    }

    private void receive() throws IOException
    {
        final DeliveryLog log = new DeliveryLog(options.count, options.replicas, options.warmup);
        try (NodeHost host = requireNonNull(nodes).launchHost("bench-receive", null))
        {
            for (int i = 0; i < options.replicas; i++)
            {
                launchReplica(host, RELAY + i, SEQUENCER, new PeerReplica(i, fragsPerBlock, log));
            }
            host.start();
            out.println("READY");
            await(() -> !isUntilStopped && log.isOver(clock.nanoTime()), null);
        }
        log.write(requireNonNull(options.out));
        out.println(log.summary());
    }

    private void relay() throws IOException
    {
        final PeerNodes peers = requireNonNull(nodes);
        final DepartureLog departures =
            new DepartureLog(options.count, fragsPerBlock, peers.peer(BEHIND_RELAY).endpoint().port());
        try (NodeHost host = peers.launchHost("bench-relay", departures))
        {
            final RelayNode.Context context = new RelayNode.Context();
            peers.prepare(context, host, "relay", RELAY);
            context.upstreams(List.of(peers.peer(SEQUENCER)));
            context.sinks(List.of(peers.peer(BEHIND_RELAY)));
            RelayNode.launch(context);
            host.start();
            out.println("READY");
            await(() -> departures.isOver(clock.nanoTime()), null);
        }
        departures.write(requireNonNull(options.out));
        out.println("{\"received\":" + departures.messages() + ",\"duplicates\":0,\"bad\":0,\"verifyNs\":" +
            verifyNs(peers) + "}");
    }

    private void launchReplica(final NodeHost host, final int node, final int upstream, final PeerReplica listener)
    {
        final PeerNodes peers = requireNonNull(nodes);
        final ReplicaNode.Context context = new ReplicaNode.Context().listener(listener).deliverHot(true);
        if (Checks.NONE == checks)
        {
            context.checkRoot(false);
        }
        peers.prepare(context, host, "replica-" + node, node);
        context.upstreams(List.of(peers.peer(upstream)));
        ReplicaNode.launch(context);
    }

    /** What one signature check takes on this core, for rows that leave it out. */
    private static long verifyNs(final PeerNodes peers)
    {
        final byte[] digest = new byte[32];
        final UnsafeBuffer signature = new UnsafeBuffer(new byte[65]);
        final byte[] key = peers.signer().publicKey();
        peers.signer().sign(digest, signature, 0);
        final SignatureVerifier verifier = peers.curve().newVerifier();
        final long[] times = new long[CALIBRATIONS];
        for (int i = 0; i < times.length; i++)
        {
            final long startNs = System.nanoTime();
            if (!verifier.verify(digest, signature, 0, key))
            {
                throw new IllegalStateException("a signature of our own does not hold");
            }
            times[i] = System.nanoTime() - startNs;
        }
        Arrays.sort(times);

        return times[times.length / 2];
    }

    /** Waits, giving way; without a reason for failing it waits as long as it takes. */
    private void await(final BooleanSupplier condition, final @Nullable String failure)
        throws IOException
    {
        // The end of a run may be seen late, and a node's own main thread takes nothing.
        final IdleStrategy idleStrategy =
            new BackoffIdleStrategy(0, 0, 1_000_000L, null == failure ? 256_000_000L : 16_000_000L);
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
}
