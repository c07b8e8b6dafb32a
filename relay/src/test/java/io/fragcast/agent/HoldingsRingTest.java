package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.block.SignedFrame;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestReceiver;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.peer.Hello;
import io.fragcast.protocol.peer.HolderConsumer;
import io.fragcast.protocol.peer.PeerKnowledge;
import io.fragcast.protocol.peer.PeerStatus;
import io.fragcast.protocol.peer.PeerTable;
import io.fragcast.protocol.peer.SessionTimeouts;
import io.fragcast.protocol.peer.Statements;
import io.fragcast.protocol.repair.HoleKind;
import io.fragcast.protocol.repair.HoleList;
import io.fragcast.wire.BlockLaneAdapter;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a node announces what passed the signature check, before it is delivered, and nothing that did not; and what
 * peers have comes to the hot agent as they said it. Method: the production receiver before the ring, a table behind.
 */
class HoldingsRingTest
{
    private static final long BLOCK = 100;
    private static final int NO_PART = 0;

    private final Counters counters = Counters.inMemory();
    private final TestSigner leader = new TestSigner(1);
    private final HoldingsRing ring = new HoldingsRing(null, counters);
    private final List<Integer> delivered = new ArrayList<>();
    private boolean isConsumerReady = true;
    private final BlockLaneReceiver receiver = new BlockLaneReceiver(
        TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null)),
        BlockLimits.withSlab(16 << 20, 12 << 20),
        new ReceiverPorts(
            TestSigner.verifier(),
            ring,
            (delivery) -> isConsumerReady && delivered.add(delivery.kind()),
            null,
            (first, firstOffset, firstLength, digest, second, secondOffset, secondLength) -> true,
            (sessionId) ->
            {
            }),
        counters);
    private final BlockLaneAdapter adapter = new BlockLaneAdapter(receiver, () -> 1_000_000_000L, counters);
    private final PeerTable table = new PeerTable(
        self(),
        List.of(),
        List.of(),
        new HolderRing(),
        new Statements(1, 1_376, (digest, buffer, offset, key) -> false, counters),
        SessionTimeouts.PRODUCTION,
        64,
        128,
        () -> 7,
        counters);

    @Test
    void shouldKnowWhatWasAcceptedBeforeItIsDelivered()
    {
        isConsumerReady = false;
        final TestBlock block = new TestBlock(leader, 1, BLOCK, 7);
        offer(block.env());
        block.frag(true, new byte[50]).forEach(this::offer);
        ring.poll(table, 1);

        assertThat(delivered).isEmpty();
        assertThat(table.knowledge().has(PeerKnowledge.SELF, 1, BLOCK, 7, PeerKnowledge.ENV_SEQ)).isTrue();
        assertThat(table.knowledge().has(PeerKnowledge.SELF, 1, BLOCK, 7, 0)).isTrue();
        assertThat(table.holdings().status().openNextSeq).isEqualTo(1);
    }

    @Test
    void shouldNeverKnowWhatDidNotPassTheSignatureCheck()
    {
        final TestBlock block = new TestBlock(leader, 1, BLOCK, 7);
        offer(block.env());
        final TestFrame frag = block.frag(true, new byte[50]).get(0);
        offer(frag.flip(8 * 30));
        offer(new TestBlock(new TestSigner(2), 1, BLOCK + 1, 9).env());
        ring.poll(table, 1);

        assertThat(counters.value(FragcastCounter.FRAMES_BAD_SIGNATURE)).isEqualTo(2);
        assertThat(table.knowledge().has(PeerKnowledge.SELF, 1, BLOCK, 7, 0)).isFalse();
        assertThat(table.knowledge().partsOf(PeerKnowledge.SELF, 1, BLOCK + 1, 9)).isZero();
        assertThat(table.holdings().status().openBlock).isEqualTo(BLOCK);

        offer(frag);
        ring.poll(table, 1);
        assertThat(table.knowledge().has(PeerKnowledge.SELF, 1, BLOCK, 7, 0)).isTrue();
    }

    @Test
    void shouldKnowASealByHashAndDigest()
    {
        final TestBlock block = new TestBlock(leader, 1, BLOCK, 7);
        offer(block.env());
        block.frag(true, new byte[50]).forEach(this::offer);
        final TestFrame seal = block.seal();
        offer(seal);
        ring.poll(table, 1);

        final byte[] digest = new byte[32];
        new FrameDigest().ofFrame(
            seal.buffer(), 0, seal.buffer().capacity() - SignedFrame.SIGNED_OFFSET, digest);
        final PeerStatus status = table.holdings().status();
        assertThat(status.sealedBlock).isEqualTo(BLOCK);
        assertThat(status.sealedDigest).isEqualTo(digest);
        assertThat(status.openIncarnation).as("nothing is open any more").isZero();
        assertThat(table.knowledge().has(PeerKnowledge.SELF, 1, BLOCK, 7, PeerKnowledge.END_SEQ)).isTrue();
    }

    @Test
    void shouldCountWhatTheRingCannotTake()
    {
        final TestFrame env = new TestBlock(leader, 1, BLOCK, 7).env();
        for (int i = 0; i < 10_000; i++)
        {
            ring.onAccepted(env.buffer(), 0, env.buffer().capacity(), 1);
        }
        assertThat(counters.value(FragcastCounter.HOLDINGS_LOST)).isBetween(1_000L, 5_000L);
    }

    @Test
    void shouldCarryWhatPeersHaveToTheHotAgent()
    {
        final HolderRing holders = new HolderRing();
        holders.onHolder(1, true, 250_000, 5);
        holders.onHolderStatus(2, 99, 3, 100, 7, 12);
        holders.onHolderHas(1, 3, 100, 7, 64, 0b10110L, NO_PART);
        final HoleList want = new HoleList();
        final List<String> told = new ArrayList<>();
        final int count = holders.poll(
            new HolderConsumer()
            {
                @Override
                public boolean onHolder(
                    final int holder, final boolean isReady, final long rttNs, final long capabilities)
                {
                    return told.add(holder + " " + isReady + " " + rttNs + " " + capabilities);
                }

                @Override
                public boolean onHolderStatus(
                    final int holder,
                    final long sealedBlock,
                    final int openTerm,
                    final long openBlock,
                    final long openIncarnation,
                    final int openNextSeq)
                {
                    return told.add(holder + " " + sealedBlock + " " + openTerm + " " + openBlock + " " +
                        openIncarnation + " " + openNextSeq);
                }

                @Override
                public boolean onHolderHas(
                    final int holder,
                    final int leaderTerm,
                    final long blockNumber,
                    final long incarnation,
                    final int firstSeq,
                    final long bits,
                    final int parts)
                {
                    told.add(holder + " has");
                    return want.add(HoleKind.FRAGS, leaderTerm, blockNumber, incarnation, firstSeq, 0, bits);
                }
            },
            10);

        assertThat(count).isEqualTo(3);
        assertThat(told).containsExactly("1 true 250000 5", "2 99 3 100 7 12", "1 has");
        assertThat(want.size()).as("one entry of one Want").isEqualTo(1);
        assertThat(want.bits(0)).isEqualTo(0b10110L);
        assertThat(want.seq(0)).isEqualTo(64);
    }

    @Test
    void shouldRefuseWhatTheRingToTheHotAgentCannotTake()
    {
        final HolderRing holders = new HolderRing();
        int taken = 0;
        while (taken < 100_000 && holders.onHolder(0, true, taken, 0))
        {
            taken++;
        }
        assertThat(taken).isBetween(1_000, 2_000);
    }

    private void offer(final TestFrame frame)
    {
        final UnsafeBuffer buffer = frame.buffer();
        adapter.onFrame(buffer, 0, buffer.capacity(), TestReceiver.SESSION);
        receiver.doWork(1_000_000_000L);
    }

    private static Hello self()
    {
        final Hello hello = new Hello();
        hello.chainId = TestBlock.CHAIN_ID;

        return hello;
    }
}
