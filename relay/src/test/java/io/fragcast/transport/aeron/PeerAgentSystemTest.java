package io.fragcast.transport.aeron;

import io.fragcast.agent.HoldingsRing;
import io.fragcast.agent.PeerAgent;
import io.fragcast.agent.StatementRing;
import io.fragcast.counter.Counters;
import io.fragcast.protocol.peer.ClockSync;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.HolderConsumer;
import io.fragcast.protocol.peer.PeerSettings;
import io.fragcast.protocol.peer.PeerTable;
import io.fragcast.protocol.peer.SessionTimeouts;
import io.fragcast.protocol.peer.Statements;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.ControlProxy;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two peer agents over a real link, one of which has a clock that is 5 ms ahead.
 */
class PeerAgentSystemTest
{
    private static final long SKEW_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long WITHIN_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long CHAIN_ID = 901;

    private final Random random = new Random(4670);

    @Test
    @Timeout(60)
    void shouldEstimateTheSkewOfAPeerOnLoopback()
    {
        try (InvokerRig rig = new InvokerRig("peers"))
        {
            final LinkConfig config = InvokerRig.link(InvokerRig.freePort(), InvokerRig.freePort(), 7);
            final FrameLink serving = rig.accept(config, "dialler");
            final FrameLink dialling = rig.dial(config);
            final PeerTable here = table(1, 2, dialling, true);
            final PeerTable there = table(2, 1, serving, false);
            final PeerAgent hereAgent = agent("here", here, dialling, 0);
            final PeerAgent thereAgent = agent("there", there, serving, SKEW_NS);

            final ClockSync clock = here.session(0).clock();
            final ClockSync otherClock = there.session(0).clock();
            final long deadlineNs = System.nanoTime() + DEADLINE_NS;
            while (clock.errorBoundNs(System.nanoTime()) > WITHIN_NS ||
                otherClock.errorBoundNs(System.nanoTime()) > WITHIN_NS)
            {
                assertThat(System.nanoTime() - deadlineNs).as("a bound of 0.2 ms in time").isNegative();
                rig.doWork();
                hereAgent.doWork();
                thereAgent.doWork();
            }

            assertThat(clock.offsetNs()).isBetween(SKEW_NS - WITHIN_NS, SKEW_NS + WITHIN_NS);
            assertThat(otherClock.offsetNs()).isBetween(-SKEW_NS - WITHIN_NS, -SKEW_NS + WITHIN_NS);
            assertThat(rig.errors).isEmpty();
        }
    }

    private PeerAgent agent(final String name, final PeerTable table, final FrameLink link, final long skewNs)
    {
        return new PeerAgent(
            name,
            SystemNanoClock.INSTANCE,
            () -> SystemEpochNanoClock.INSTANCE.nanoTime() + skewNs,
            new FrameLink[]{link},
            new HoldingsRing[0],
            new StatementRing(Counters.inMemory()),
            table,
            () -> 0,
            () -> {},
            Counters.inMemory());
    }

    private PeerTable table(final int own, final int other, final FrameLink link, final boolean isDialer)
    {
        final Hello hello = new Hello();
        hello.chainId = CHAIN_ID;
        hello.mtu = InvokerRig.MTU;
        hello.newestVersion = 1;
        hello.oldestVersion = 1;
        hello.nodeKey[0] = (byte)own;
        final byte[] otherKey = new byte[Hello.KEY_LENGTH];
        otherKey[0] = (byte)other;

        return new PeerTable(
            hello,
            List.of(new PeerSettings("peer " + other, otherKey, isDialer)),
            List.of(new ControlProxy(link, CHAIN_ID)),
            HolderConsumer.NONE,
            new Statements(CHAIN_ID, 1_376, (digest, buffer, offset, key) -> false, Counters.inMemory()),
            SessionTimeouts.PRODUCTION,
            1,
            128,
            random::nextLong,
            Counters.inMemory());
    }
}
