package io.fragcast.node;

import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.config.ThreadConfig;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.FreePorts;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.transport.aeron.DriverThreading;
import io.fragcast.transport.aeron.LinkBudget;
import io.fragcast.wire.LeaderRig;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

/**
 * Nodes of one process over real media drivers on loopback, each host one thread that runs its driver and its nodes.
 * Made, used and closed by the test's thread.
 */
final class TestNetwork implements AutoCloseable
{
    /** Of the network; a frame has 32 bytes less. */
    static final int MTU = 1_408;
    /** Four nodes of a test, each with room for a few frags of 4 MiB. */
    static final BlockLimits LIMITS = BlockLimits.withSlab(48 << 20, 40 << 20);
    static final String ADDRESS = "127.0.0.1";

    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Who leads. */
    final Schedule schedule;
    /** What drivers and agents threw; nothing, when all is well. */
    final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());

    private final List<AutoCloseable> closing = new ArrayList<>();
    private int lastKey = 100;

    /** One leader leads from block 1 on. */
    TestNetwork()
    {
        this(new Schedule(LeaderRig.CHAIN_ID, MTU, List.of(new LeaderTerm(
            1, 1, Long.MAX_VALUE, LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY), null, List.of(), null))));
    }

    TestNetwork(final Schedule schedule)
    {
        this.schedule = schedule;
    }

    /**
     * One who has an identity and a place.
     *
     * @param name     for counters and messages.
     * @param identity its key.
     * @param peerName what others call it.
     */
    record Place(String name, Identity identity, PeerName peerName)
    {
    }

    /** For nodes of other processes: the key of the place made last, as a key file has it. */
    String lastKeyHex()
    {
        return String.format("%064x", lastKey);
    }

    Place place(final String name)
    {
        final byte[] key = new byte[32];
        key[31] = (byte)++lastKey;
        final Identity identity = new Identity(LeaderRig.CURVE, key);

        return new Place(name, identity, new PeerName(identity.publicKey(), new Endpoint(ADDRESS, freePorts())));
    }

    NodeHost host(final String name, final boolean isSpinning)
    {
        return host(name, isSpinning, (config) -> config);
    }

    /** A host whose network is not as it should be. */
    NodeHost host(final String name, final boolean isSpinning, final UnaryOperator<DriverConfig> network)
    {
        final NodeHost host = NodeHost.launch(
            name,
            ThreadConfig.unpinned(ThreadConfig.Mode.INVOKER, isSpinning),
            network.apply(DriverConfig.embedded("test-" + name, DriverThreading.INVOKER, LinkBudget.LAN)),
            errors::add);
        closing.add(host);

        return host;
    }

    SequencerNode.Context sequencer(final NodeHost host, final Place self, final Place... sinks)
    {
        return prepare(new SequencerNode.Context(), host, self)
            .signer(LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY))
            .statementSigner(LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY))
            .sinks(names(sinks));
    }

    RelayNode.Context relay(final NodeHost host, final Place self, final List<Place> upstreams, final Place... sinks)
    {
        return prepare(new RelayNode.Context(), host, self)
            .upstreams(names(upstreams.toArray(new Place[0])))
            .sinks(names(sinks));
    }

    ReplicaNode.Context replica(
        final NodeHost host, final Place self, final List<Place> upstreams, final DeliveryLog log)
    {
        return prepare(new ReplicaNode.Context(), host, self)
            .upstreams(names(upstreams.toArray(new Place[0])))
            .listener(log);
    }

    /**
     * A peer that is no node: admitted by those that name it, and free to send what it likes.
     *
     * @param self its place.
     * @return the peer, on a driver of its own that the caller's thread runs.
     */
    RawPeer rawPeer(final Place self)
    {
        final RawPeer peer = new RawPeer(self, errors);
        closing.add(peer);

        return peer;
    }

    /** Waits, and gives the threads of the nodes the processor meanwhile. */
    static void await(final String what, final BooleanSupplier condition)
    {
        await(what, condition, () -> LockSupport.parkNanos(POLL_NS));
    }

    /** Waits, and does some work between two looks. */
    static void await(final String what, final BooleanSupplier condition, final Runnable work)
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean())
        {
            if (System.nanoTime() - deadlineNs > 0)
            {
                fail("not within " + TimeUnit.NANOSECONDS.toSeconds(DEADLINE_NS) + " s: " + what);
            }
            work.run();
        }
    }

    void assertNoErrors()
    {
        assertEquals(List.of(), errors);
    }

    @Override
    public void close()
    {
        Collections.reverse(closing);
        CloseHelper.closeAll(closing);
    }

    private <C extends NodeContext<C>> C prepare(final C ctx, final NodeHost host, final Place self)
    {
        return ctx
            .name(self.name())
            .schedule(schedule)
            .identity(self.identity())
            .listen(self.peerName().endpoint())
            .limits(LIMITS)
            .slowSink(SlowSink.WAIT)
            .host(host)
            .errorHandler(errors::add);
    }

    private static List<PeerName> names(final Place... places)
    {
        final List<PeerName> names = new ArrayList<>();
        for (final Place place : places)
        {
            names.add(place.peerName());
        }

        return names;
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
