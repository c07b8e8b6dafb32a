package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.PlanDecoder;
import io.fragcast.codecs.PlanEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.fanout.FanoutPeer;
import io.fragcast.protocol.fanout.FanoutPlanner;
import io.fragcast.protocol.fanout.Plan;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.peer.Statements;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A plan over the wire: what is read is what was planned, and nobody but the term's leader may plan it.
 */
class PlanWireTest
{
    private static final int FRAME_LENGTH = 1_376;
    private static final int TERM = 7;
    private static final int NEXT_TERM = 8;
    private static final int GROUP_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH + PlanEncoder.BLOCK_LENGTH;

    private final Counters counters = Counters.inMemory();
    private final StatementSigner signer = new StatementSigner(LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY));
    private final Schedule schedule = new Schedule(LeaderRig.CHAIN_ID, FRAME_LENGTH + 32, List.of(
        term(TERM, 1, 99), term(NEXT_TERM, 100, 199)));
    private final List<Plan> plans = new ArrayList<>();
    private final Statements statements =
        new Statements(LeaderRig.CHAIN_ID, FRAME_LENGTH, LeaderRig.CURVE.newVerifier(), counters)
            .register(PlanDecoder.TEMPLATE_ID, PlanAdapter.PLACES, new PlanAdapter(() -> schedule, plans::add));
    private final PlanProxy proxy = new PlanProxy(LeaderRig.CHAIN_ID, FRAME_LENGTH, signer, statements);
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[FRAME_LENGTH]);
    private long nowNs = 1;

    @Test
    void shouldCarryAsManyNodesAsAFrameHolds()
    {
        final int nodes = PlanProxy.maxNodes(FRAME_LENGTH);
        assertEquals(79, nodes);
        final List<FanoutPeer> peers = IntStream.range(1, nodes).mapToObj(
            (i) -> new FanoutPeer(-i, FanoutPeer.NO_LEADER, i < 20, 1_000, 0)).toList();
        final Plan plan = new FanoutPlanner(1L << 63, 8, 2, nodes).plan(peers, null, 0, TERM, 1, 50);
        assertEquals(nodes, plan.size());
        assertTrue(proxy.send(plan, nowNs));
        assertEquals(plan.toString(), plans.get(0).toString());
        assertEquals(8, plans.get(0).degree());
        assertEquals(2, plans.get(0).spareDegree());
    }

    @Test
    void shouldTakeNewerPlansAloneAndKeepTwoTerms()
    {
        assertTrue(proxy.send(plan(TERM, 5, 50), nowNs));
        assertFalse(proxy.send(plan(TERM, 5, 60), nowNs));
        assertFalse(proxy.send(plan(TERM, 4, 50), nowNs));
        assertTrue(proxy.send(plan(NEXT_TERM, 1, 100), nowNs));
        assertTrue(proxy.send(plan(TERM, 6, 50), nowNs));
        assertFalse(proxy.send(plan(NEXT_TERM, 1, 101), nowNs));
        assertThat(plans).extracting(Plan::version).containsExactly(5, 1, 6);
        assertEquals(3, counters.value(FragcastCounter.STATEMENTS_STALE));
    }

    @Test
    void shouldRefuseWhatTheTermsLeaderDidNotSign()
    {
        final PlanProxy stranger = new PlanProxy(
            LeaderRig.CHAIN_ID, FRAME_LENGTH, new StatementSigner(LeaderRig.CURVE.newSigner(key(99))), statements);
        assertFalse(stranger.send(plan(TERM, 1, 50), nowNs));
        assertEquals(1, counters.value(FragcastCounter.STATEMENTS_REFUSED));
        assertFalse(proxy.send(plan(9, 1, 50), nowNs), "no such term");
        assertEquals(1, counters.value(FragcastCounter.STATEMENTS_FOREIGN));
        assertFalse(proxy.send(plan(TERM, 1, 100), nowNs), "the next term's block");
        assertEquals(1, counters.value(FragcastCounter.STATEMENTS_MALFORMED));
        assertThat(plans).isEmpty();
    }

    /** A leader may sign anything: a loop, a parent that is not there, a node twice. None of it is a plan. */
    @Test
    void shouldRefuseASignedMessageThatIsNoPlan()
    {
        final int entry = GROUP_OFFSET + PlanEncoder.NodesEncoder.sbeHeaderSize();
        final int size = PlanEncoder.NodesEncoder.sbeBlockLength();
        assertRefused((buffer) -> buffer.putShort(entry + size + 8, (short)1), "its own parent");
        assertRefused((buffer) -> buffer.putShort(entry + size + 8, (short)2), "a parent behind it");
        assertRefused((buffer) -> buffer.putShort(entry + 8, (short)1), "somebody feeds the leader");
        assertRefused((buffer) -> buffer.putLong(entry + 2 * size, buffer.getLong(entry + size)), "twice");
        assertRefused((buffer) -> buffer.putShort(entry + 2 * size + 10, (short)9), "a backup that is not there");
        assertRefused((buffer) -> buffer.putInt(entry + 12, 1), "reserved");
        assertRefused((buffer) -> buffer.putShort(GROUP_OFFSET + 2, (short)4), "fewer nodes than it says");
        assertRefused((buffer) -> buffer.putShort(GROUP_OFFSET, (short)8), "shorter entries");
        assertThat(plans).isEmpty();
    }

    @Test
    void shouldOutliveAnyBytes()
    {
        final Random random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            final int length = encode();
            for (int change = random.nextInt(4); change >= 0; change--)
            {
                message.putByte(8 + random.nextInt(length - 8), (byte)random.nextInt());
            }
            final int shown = random.nextInt(FRAME_LENGTH + 1);
            if (random.nextBoolean())
            {
                signer.sign(message, 0, length);
            }
            nowNs += TimeUnit.SECONDS.toNanos(1);
            statements.publish(message, 0, random.nextBoolean() ? length : shown, nowNs);
        }
        for (final Plan plan : plans)
        {
            assertThat(plan.parent(0)).isEqualTo(Plan.NO_NODE);
        }
    }

    private interface Change
    {
        void make(UnsafeBuffer buffer);
    }

    private void assertRefused(final Change change, final String what)
    {
        final long before = counters.value(FragcastCounter.STATEMENTS_MALFORMED);
        final int length = encode();
        change.make(message);
        signer.sign(message, 0, length);
        nowNs += TimeUnit.SECONDS.toNanos(2);
        assertFalse(statements.publish(message, 0, length, nowNs), what);
        assertEquals(before + 1, counters.value(FragcastCounter.STATEMENTS_MALFORMED), what);
    }

    /** Three nodes in a row, signed. */
    private int encode()
    {
        final PlanEncoder encoder = new PlanEncoder();
        final PlanEncoder.NodesEncoder nodes = encoder
            .wrapAndApplyHeader(message, 0, new MessageHeaderEncoder())
            .chainId(LeaderRig.CHAIN_ID)
            .leaderTerm(TERM)
            .planVersion(1)
            .validFromBlock(50)
            .degree(2)
            .spareDegree(1)
            .nodesCount(3);
        for (int i = 0; i < 3; i++)
        {
            nodes.next().nodeId(100 + i).parent(0 == i ? Plan.NO_NODE : i - 1).backup(Plan.NO_NODE).reserved2(0);
        }
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
        signer.sign(message, 0, length);

        return length;
    }

    private static Plan plan(final int term, final int version, final long validFromBlock)
    {
        return new Plan(term, version, validFromBlock, 2, 1,
            new long[]{1, 2}, new int[]{Plan.NO_NODE, 0}, new int[]{Plan.NO_NODE, Plan.NO_NODE});
    }

    private static LeaderTerm term(final int number, final long first, final long last)
    {
        return new LeaderTerm(
            number, first, last, LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY), null, List.of(), null);
    }

    private static byte[] key(final int number)
    {
        final byte[] key = new byte[32];
        key[31] = (byte)number;

        return key;
    }
}
