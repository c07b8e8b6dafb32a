package io.fragcast.wire;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.peer.FailureReason;
import io.fragcast.protocol.peer.GoodbyeReason;
import io.fragcast.protocol.peer.HaveList;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.PeerSnapshot;
import io.fragcast.protocol.peer.PeerState;
import io.fragcast.protocol.peer.PeerStatus;
import io.fragcast.protocol.peer.RetryClass;
import io.fragcast.protocol.peer.TimeStamps;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: two nodes come to READY when each is shown to hear the other, and to FAILED with the right reason otherwise, at
 * both ends. Method: both ends run in one time of the test's, over proxies and adapters.
 */
class PeerSessionTest
{
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final ControlRig rig = new ControlRig();
    private final ControlRig.Node low = rig.node(1);
    private final ControlRig.Node high = rig.node(2);

    @Test
    void shouldComeToReadyAtBothEnds()
    {
        link();
        assertThat(bothReady()).isTrue();
        assertThat(low.count(FragcastCounter.PEERS_READY)).isEqualTo(1);
        assertThat(low.count(FragcastCounter.CONTROL_MALFORMED)).isZero();
        assertThat(low.count(FragcastCounter.CONTROL_OUT_OF_STATE)).isZero();

        rig.run(60 * SECOND_NS);
        assertThat(low.state()).isEqualTo(PeerState.READY);
        assertThat(high.state()).isEqualTo(PeerState.READY);
    }

    @Test
    void shouldShowEveryFieldOfAPeer()
    {
        link();
        assertThat(bothReady()).isTrue();
        high.table.onEnv(1, 100, 7, rig.nowNs);
        high.table.onFrag(1, 100, 7, 0, rig.nowNs);
        high.table.onFrag(1, 100, 7, 1, rig.nowNs);
        rig.run(2 * SECOND_NS);

        final PeerSnapshot peer = low.table.snapshot().get(0);
        assertThat(peer.name()).isEqualTo("node 2");
        assertThat(peer.isDialer()).isTrue();
        assertThat(peer.holder()).isZero();
        assertThat(peer.state()).isEqualTo(PeerState.READY);
        assertThat(peer.role()).isEqualTo(high.hello.role);
        assertThat(peer.endpoint()).isEqualTo("10.0.0.2:14040");
        assertThat(peer.agent()).isEqualTo("fragcast/test");
        assertThat(peer.schemaVersion()).isEqualTo(1);
        assertThat(peer.capabilities()).isEqualTo(high.hello.capabilities);
        assertThat(peer.subscriptions()).isEqualTo(high.hello.subscriptions);
        assertThat(peer.rttNs()).isPositive();
        assertThat(peer.errorBoundNs()).isPositive();
        assertThat(peer.helloInEpochNs()).isPositive();
        assertThat(peer.helloOutEpochNs()).isPositive();
        assertThat(peer.sentCount()).isGreaterThan(10);
        assertThat(peer.receivedCount()).isGreaterThan(10);
        assertThat(peer.statusInEpochNs()).isGreaterThan(peer.helloInEpochNs());
        assertThat(peer.openBlock()).isEqualTo(100);
        assertThat(peer.openIncarnation()).isEqualTo(7);
        assertThat(peer.openNextSeq()).isEqualTo(2);
        assertThat(peer.heldCount()).isEqualTo(2);
        assertThat(high.table.snapshot().get(0).holder()).as("who dials us is no holder").isEqualTo(-1);
    }

    @Test
    void shouldFailDialingWhenTheLinkDoesNotOpen()
    {
        link().isOpen = false;
        rig.runUntil(() -> PeerState.FAILED == low.state());
        assertFailed(low, FailureReason.UNREACHABLE, GoodbyeReason.NO_REASON);
        assertThat(low.count(FragcastCounter.SESSIONS_UNREACHABLE)).isEqualTo(1);
    }

    @Test
    void shouldFailHelloSentWhenNoHelloComes()
    {
        link();
        high.sinks.get(0).window = 0;
        rig.runUntil(() -> PeerState.FAILED == low.state());
        assertFailed(low, FailureReason.NO_HELLO, GoodbyeReason.NO_REASON);
        assertThat(low.count(FragcastCounter.SESSIONS_WITHOUT_HELLO)).isEqualTo(1);
    }

    @Test
    void shouldFailHelloReceivedWhenNoEchoComes()
    {
        link();
        low.sinks.get(0).window = 0;
        rig.runUntil(() -> PeerState.FAILED == low.state());
        assertFailed(low, FailureReason.NO_ECHO, GoodbyeReason.NO_REASON);
        assertThat(low.count(FragcastCounter.SESSIONS_WITHOUT_ECHO)).isEqualTo(1);
        assertThat(high.state()).isNotEqualTo(PeerState.READY);
    }

    @Test
    void shouldDropADiallerThatStopsAfterItsHelloAndFreeItsPlace()
    {
        final ControlRig.Node third = rig.node(3);
        high.maxReady = 1;
        rig.link(low, high);
        rig.link(third, high);
        rig.start();
        third.isRunning = false;
        low.sinks.get(0).window = 1;
        assertThat(rig.runUntil(() -> PeerState.HELLO_RECEIVED == high.state())).isTrue();
        third.isRunning = true;
        rig.run(SECOND_NS);
        assertThat(third.session(0).goodbye()).as("the place is taken").isEqualTo(GoodbyeReason.CAPACITY);

        rig.runUntil(() -> PeerState.FAILED == high.state());
        assertFailed(high, FailureReason.NO_ECHO, GoodbyeReason.NO_REASON);
        assertThat(rig.runUntil(() -> PeerState.READY == third.state())).as("the place is free").isTrue();
    }

    @Test
    void shouldFailReadyWhenThePeerFallsSilent()
    {
        link();
        assertThat(bothReady()).isTrue();
        high.sinks.get(0).window = 0;
        final long sinceNs = rig.nowNs;
        rig.runUntil(() -> PeerState.FAILED == low.state());
        assertFailed(low, FailureReason.SILENT, GoodbyeReason.NO_REASON);
        assertThat(low.count(FragcastCounter.SESSIONS_SILENT)).isEqualTo(1);
        assertThat(rig.nowNs - sinceNs).as("three intervals").isLessThanOrEqualTo(3 * SECOND_NS + 10_000_000);
    }

    @Test
    void shouldFailReadyWhenTheLinkIsLostAndComeBackWithIt()
    {
        final ControlRig.Wire wire = link();
        assertThat(bothReady()).isTrue();
        wire.isOpen = false;
        rig.runUntil(() -> PeerState.FAILED == low.state());
        assertFailed(low, FailureReason.LINK_LOST, GoodbyeReason.NO_REASON);
        assertThat(low.count(FragcastCounter.SESSIONS_LINK_LOST)).isEqualTo(1);

        wire.isOpen = true;
        assertThat(bothReady()).isTrue();
        assertThat(low.session(0).failure()).isEqualTo(FailureReason.NONE);
    }

    /** Each code from either side reaches both, is counted at both, and the dialler keeps to its class. */
    @ParameterizedTest
    @EnumSource(GoodbyeReason.class)
    void shouldSayGoodbyeForEachReason(final GoodbyeReason reason)
    {
        link();
        assertThat(bothReady()).isTrue();
        high.session(0).dismiss(reason, rig.nowNs);
        assertFailed(high, FailureReason.REFUSED, reason);
        rig.step();
        rig.step();
        assertFailed(low, FailureReason.DISMISSED, reason);
        assertThat(high.count(FragcastCounter.SESSIONS_REFUSED)).isEqualTo(1);
        assertThat(low.count(FragcastCounter.SESSIONS_DISMISSED)).isEqualTo(1);

        final boolean isTriedAgain = RetryClass.NEVER != reason.retryClass();
        assertThat(low.session(0).isRetried()).isEqualTo(isTriedAgain);
        rig.run(65 * SECOND_NS);
        assertThat(PeerState.READY == low.state()).as("%s after a minute", reason).isEqualTo(isTriedAgain);

        if (!isTriedAgain)
        {
            low.session(0).clear(rig.nowNs);
            high.session(0).clear(rig.nowNs);
            assertThat(bothReady()).as("cleared by both operators").isTrue();
        }
    }

    @Test
    void shouldNotLetAPeerBackThatWasRefusedForItsConduct()
    {
        link();
        assertThat(bothReady()).isTrue();
        high.session(0).dismiss(GoodbyeReason.EQUIVOCATION, rig.nowNs);
        rig.run(SECOND_NS);
        low.start();
        rig.run(60 * SECOND_NS);
        assertThat(low.state()).isNotEqualTo(PeerState.READY);
        assertFailed(high, FailureReason.REFUSED, GoodbyeReason.EQUIVOCATION);

        high.session(0).clear(rig.nowNs);
        assertThat(bothReady()).isTrue();
    }

    @Test
    void shouldRefuseAnotherChain()
    {
        low.hello.chainId++;
        assertRefused(GoodbyeReason.WRONG_CHAIN);
    }

    @Test
    void shouldRefuseAVersionThatItDoesNotSpeak()
    {
        low.hello.newestVersion = 9;
        low.hello.oldestVersion = 2;
        link();
        rig.runUntil(() -> PeerState.FAILED == low.state());
        assertThat(low.session(0).goodbye()).isEqualTo(GoodbyeReason.WRONG_VERSION);
        assertThat(low.session(0).isRetried()).as("once").isTrue();
        rig.runUntil(() -> PeerState.FAILED != low.state());
        rig.runUntil(() -> PeerState.FAILED == low.state());
        assertThat(low.session(0).goodbye()).isEqualTo(GoodbyeReason.WRONG_VERSION);
        assertThat(low.session(0).isRetried()).as("and no more").isFalse();
    }

    @Test
    void shouldSpeakWithANewerVersion()
    {
        low.hello.newestVersion = 2;
        link();
        assertThat(bothReady()).isTrue();
    }

    @Test
    void shouldRefuseAnotherKey()
    {
        final ControlRig.Wire wire = rig.link(low, high);
        System.arraycopy(ControlRig.key(3), 0, low.hello.nodeKey, 0, Hello.KEY_LENGTH);
        assertThat(wire.serverIndex).isZero();
        rig.start();
        rig.runUntil(() -> PeerState.FAILED == high.state());
        assertThat(high.session(0).goodbye()).isEqualTo(GoodbyeReason.AUTHENTICATION);
        assertThat(low.state()).isNotEqualTo(PeerState.READY);
    }

    @Test
    void shouldRefuseAnotherMtu()
    {
        low.hello.mtu = 8_960;
        assertRefused(GoodbyeReason.SCHEDULE);
    }

    @Test
    void shouldRefuseItself()
    {
        rig.link(low, low);
        rig.start();
        rig.runUntil(() -> PeerState.FAILED == low.session(0).state());
        assertThat(low.session(0).goodbye()).isEqualTo(GoodbyeReason.SELF);
        rig.run(60 * SECOND_NS);
        assertThat(low.session(0).isRetried()).isFalse();
        assertThat(low.count(FragcastCounter.PEERS_READY)).isZero();
    }

    /** Both name each other as upstream: of the two sessions both keep the one that the lower key dialled. */
    @Test
    void shouldKeepOneOfTwoSessionsOfAPair()
    {
        final ControlRig.Wire lowDials = rig.link(low, high);
        final ControlRig.Wire highDials = rig.link(high, low);
        rig.start();
        rig.run(5 * SECOND_NS);

        assertThat(low.session(lowDials.dialerIndex).state()).isEqualTo(PeerState.READY);
        assertThat(high.session(lowDials.serverIndex).state()).isEqualTo(PeerState.READY);
        assertThat(low.session(highDials.serverIndex).state()).isEqualTo(PeerState.FAILED);
        assertThat(high.session(highDials.dialerIndex).state()).isEqualTo(PeerState.FAILED);
        assertThat(high.session(highDials.dialerIndex).goodbye()).isEqualTo(GoodbyeReason.DUPLICATE);
        assertThat(low.count(FragcastCounter.PEERS_READY)).isEqualTo(1);
        assertThat(high.holders.isReady).as("the peer that high dials is reached by the other way").isTrue();

        rig.run(120 * SECOND_NS);
        assertThat(low.session(lowDials.dialerIndex).state()).isEqualTo(PeerState.READY);
        assertThat(low.count(FragcastCounter.PEERS_READY)).isEqualTo(1);
    }

    @Test
    void shouldRefuseWhomItHasNoRoomFor()
    {
        final ControlRig.Node third = rig.node(3);
        high.maxReady = 1;
        rig.link(low, high);
        rig.start();
        assertThat(bothReady()).isTrue();

        rig.link(third, high);
        third.start();
        low.start();
        high.start();
        rig.run(5 * SECOND_NS);
        assertThat(high.count(FragcastCounter.PEERS_READY)).isEqualTo(1);
        final ControlRig.Node refused = PeerState.READY == low.state() ? third : low;
        assertThat(refused.session(0).goodbye()).isEqualTo(GoodbyeReason.CAPACITY);
        assertThat(refused.session(0).isRetried()).isTrue();
    }

    /** All that is wrong at once gives the code of the first check, then of the next as each is put right. */
    @Test
    void shouldCheckAHelloInAFixedOrder()
    {
        rig.link(low, high);
        rig.start();
        final List<GoodbyeReason> codes = new ArrayList<>();
        final Hello hello = new Hello();
        hello.set(low.hello);
        System.arraycopy(high.hello.nodeKey, 0, hello.nodeKey, 0, Hello.KEY_LENGTH);
        hello.chainId = 1;
        hello.oldestVersion = 7;
        hello.newestVersion = 8;
        hello.mtu = 1;
        codes.add(answerTo(hello));
        System.arraycopy(ControlRig.key(9), 0, hello.nodeKey, 0, Hello.KEY_LENGTH);
        codes.add(answerTo(hello));
        hello.chainId = ControlRig.CHAIN_ID;
        codes.add(answerTo(hello));
        hello.oldestVersion = 1;
        codes.add(answerTo(hello));
        System.arraycopy(low.hello.nodeKey, 0, hello.nodeKey, 0, Hello.KEY_LENGTH);
        codes.add(answerTo(hello));
        hello.mtu = 1_408;
        codes.add(answerTo(hello));

        assertThat(codes).containsExactly(
            GoodbyeReason.SELF,
            GoodbyeReason.WRONG_CHAIN,
            GoodbyeReason.WRONG_VERSION,
            GoodbyeReason.AUTHENTICATION,
            GoodbyeReason.SCHEDULE,
            GoodbyeReason.VALIDATION);
    }

    @Test
    void shouldCountAndNotActUponWhatIsIllegalBeforeReady()
    {
        link().isOpen = false;
        rig.step();
        final PeerStatus status = new PeerStatus();
        status.chainId = ControlRig.CHAIN_ID;
        status.openBlock = 55;
        final HaveList haves = new HaveList();
        haves.addFrag(1, 55, 1, 3);
        final TimeStamps question = new TimeStamps();
        question.transmitNs = 5;
        low.session(0).onStatus(status, rig.nowNs);
        low.session(0).onHave(ControlRig.CHAIN_ID, haves, rig.nowNs);
        low.session(0).onTime(question, 6, 6, rig.nowNs);

        assertThat(low.count(FragcastCounter.CONTROL_OUT_OF_STATE)).isEqualTo(3);
        assertThat(low.state()).isEqualTo(PeerState.DIALING);
        assertThat(low.holders.openBlock).isZero();
        assertThat(low.holders.haves).isEmpty();
        assertThat(low.table.knowledge().has(1, 1, 55, 1, 3)).isFalse();
        assertThat(low.sinks.get(0).frames).isEmpty();
    }

    @Test
    void shouldNotActUponAnotherChainInReady()
    {
        link();
        assertThat(bothReady()).isTrue();
        final HaveList haves = new HaveList();
        haves.addFrag(1, 55, 1, 3);
        low.session(0).onHave(ControlRig.CHAIN_ID + 1, haves, rig.nowNs);
        assertThat(low.count(FragcastCounter.CONTROL_OUT_OF_STATE)).isEqualTo(1);
        assertThat(low.holders.haves).isEmpty();
    }

    @Test
    void shouldStartOverWithAPeerThatRestarted()
    {
        link();
        assertThat(bothReady()).isTrue();
        high.table.onFrag(1, 100, 7, 0, rig.nowNs);
        rig.run(SECOND_NS);
        assertThat(low.table.knowledge().has(1, 1, 100, 7, 0)).isTrue();

        high.start();
        rig.runUntil(() -> PeerState.READY != low.state());
        assertThat(low.state()).isEqualTo(PeerState.HELLO_RECEIVED);
        assertThat(low.table.knowledge().has(1, 1, 100, 7, 0)).as("what its predecessor had").isFalse();
        assertThat(bothReady()).isTrue();
    }

    /** Someone who sends what it once heard cannot show the nonce of today. */
    @Test
    void shouldNotTakeAReplayedHelloForAnEcho()
    {
        final ControlRig.Wire wire = link();
        assertThat(bothReady()).isTrue();
        final byte[] old = recordHello(wire);
        wire.isOpen = false;
        rig.run(5 * SECOND_NS);
        rig.runUntil(() -> PeerState.DIALING == low.state());
        low.adapters.get(0).onFrame(new UnsafeBuffer(old), 0, old.length, 1);
        rig.step();
        assertThat(low.state()).isEqualTo(PeerState.HELLO_RECEIVED);
        rig.run(TimeUnit.MILLISECONDS.toNanos(500));
        assertThat(low.state()).isNotEqualTo(PeerState.READY);
    }

    @Test
    void shouldBackOffFromAPeerThatClosesAtOnce()
    {
        link();
        final List<Long> pausesNs = new ArrayList<>();
        for (int i = 0; i < 14; i++)
        {
            assertThat(rig.runUntil(() -> PeerState.READY == low.state())).isTrue();
            high.session(0).dismiss(GoodbyeReason.NO_REASON, rig.nowNs);
            rig.runUntil(() -> PeerState.FAILED == low.state());
            pausesNs.add(low.session(0).retryAtNs() - rig.nowNs);
        }
        for (int i = 2; i < pausesNs.size(); i++)
        {
            assertThat(pausesNs.get(i)).as("pause %d of %s", i, pausesNs).isLessThanOrEqualTo(30 * SECOND_NS);
            assertThat(pausesNs.get(i)).isGreaterThan(Math.min(15 * SECOND_NS - 1, pausesNs.get(i - 2)));
        }
        assertThat(pausesNs.get(13)).isGreaterThanOrEqualTo(15 * SECOND_NS);

        rig.runUntil(() -> PeerState.READY == low.state());
        rig.run(11 * SECOND_NS);
        high.session(0).dismiss(GoodbyeReason.NO_REASON, rig.nowNs);
        rig.runUntil(() -> PeerState.FAILED == low.state());
        assertThat(low.session(0).retryAtNs() - rig.nowNs).as("after it was stable").isLessThan(SECOND_NS);
    }

    @Test
    void shouldSayGoodbyeOnShutdown()
    {
        link();
        assertThat(bothReady()).isTrue();
        high.table.shutdown(rig.nowNs);
        assertThat(high.table.flushGoodbyes()).isTrue();
        rig.step();
        assertFailed(low, FailureReason.DISMISSED, GoodbyeReason.SHUTDOWN);
    }

    private void assertRefused(final GoodbyeReason reason)
    {
        link();
        rig.runUntil(() -> PeerState.FAILED == low.state() && PeerState.FAILED == high.state());
        assertThat(low.session(0).goodbye()).isEqualTo(reason);
        assertThat(high.session(0).goodbye()).isEqualTo(reason);
        rig.run(60 * SECOND_NS);
        assertThat(low.state()).isEqualTo(PeerState.FAILED);
        assertThat(low.session(0).isRetried()).isFalse();
    }

    /** What a serving node says to a stranger's Hello; a second before, so that it listens again. */
    private GoodbyeReason answerTo(final Hello hello)
    {
        high.session(0).clear(rig.nowNs);
        rig.run(SECOND_NS / 2);
        high.session(0).onHello(hello, rig.nowNs);

        return high.session(0).goodbye();
    }

    private byte[] recordHello(final ControlRig.Wire wire)
    {
        final RecordingSink sink = new RecordingSink("copy");
        final Hello hello = new Hello();
        hello.set(low.session(wire.dialerIndex).peer());
        new ControlProxy(new SinkLink(sink), ControlRig.CHAIN_ID).sendHello(hello);

        return sink.frames.get(0);
    }

    private ControlRig.Wire link()
    {
        final ControlRig.Wire wire = rig.link(low, high);
        rig.start();

        return wire;
    }

    private boolean bothReady()
    {
        return rig.runUntil(() -> PeerState.READY == low.state() && PeerState.READY == high.state());
    }

    private static void assertFailed(
        final ControlRig.Node node, final FailureReason failure, final GoodbyeReason goodbye)
    {
        assertThat(node.state()).isEqualTo(PeerState.FAILED);
        assertThat(node.session(0).failure()).isEqualTo(failure);
        assertThat(node.session(0).goodbye()).isEqualTo(goodbye);
    }
}
