package io.fragcast.protocol.repair;

import com.sun.management.ThreadMXBean;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestReceiver;
import io.fragcast.protocol.block.TestSigner;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: looking for holes, asking for them, taking results and losing patience make no garbage. Method: a block full of
 * holes of every kind, one holder that never answers, one that has nothing; bytes allocated by this thread.
 */
class RepairAllocationTest
{
    private static final int WARMUP_CYCLES = 20_000;
    private static final int ROUNDS = 10;
    private static final int CYCLES = 4_000;
    private static final long CYCLE_NS = 50_000;

    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
    private final long threadId = Thread.currentThread().getId();
    private final TestSigner leader = new TestSigner(1);
    private final TestReceiver node = new TestReceiver(leader);
    private final EmptyHanded sender = new EmptyHanded();
    private final RepairClient client =
        new RepairClient(node.receiver, sender, RepairClient.DEFAULT_PATIENCE_NS, node.counters);

    @Test
    void shouldAskWithoutGarbage()
    {
        node.receiver.repairedBy(client, RepairLatency.NONE);
        offerHoles();
        run(WARMUP_CYCLES);

        final long wantsBefore = node.count(FragcastCounter.REPAIR_WANTS_SENT);
        final long timeoutsBefore = node.count(FragcastCounter.REPAIR_TIMEOUTS);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++)
        {
            final long before = threads.getThreadAllocatedBytes(threadId);
            run(CYCLES);
            least = Math.min(least, threads.getThreadAllocatedBytes(threadId) - before);
        }

        assertThat(node.count(FragcastCounter.REPAIR_WANTS_SENT) - wantsBefore).isGreaterThan(50);
        assertThat(node.count(FragcastCounter.REPAIR_TIMEOUTS) - timeoutsBefore).isGreaterThan(ROUNDS);
        // Of the rounds the one with the least: the JVM loads a class or two of its own on this thread.
        assertThat(least).isZero();
    }

    private void offerHoles()
    {
        final TestBlock block = new TestBlock(leader, 1, 1_000, 1);
        node.offer(block.env());
        for (int seq = 0; seq < 40; seq++)
        {
            final List<TestFrame> frames = block.frag(false, TestBlock.bodyOfLength(seq < 38 ? 9_000 : 150_000), 2);
            if (0 != seq % 3)
            {
                node.offer(frames.get(0));
                node.offer(frames.get(frames.size() - 1));
            }
        }
        final TestBlock headless = new TestBlock(leader, 1, 1_003, 1);
        headless.env();
        node.offer(headless.frag(false, new byte[10]).get(0));
    }

    private void run(final int cycles)
    {
        for (int i = 0; i < cycles; i++)
        {
            final long nowNs = node.nowNs.get() + CYCLE_NS;
            node.nowNs.set(nowNs);
            node.receiver.doWork(nowNs);
            sender.answer(client, nowNs);
            client.doWork(nowNs);
        }
    }

    /** The first holder answers pings alone, the second has nothing of anything. */
    private static final class EmptyHanded implements RepairSender
    {
        private final WantResult result = new WantResult();
        private final long[] pingIds = new long[2];
        private long wantId;

        @Override
        public int holderCount()
        {
            return 2;
        }

        @Override
        public boolean isConnected(final int holder)
        {
            return true;
        }

        @Override
        public boolean sendWant(
            final int holder, final long requestId, final long token, final int maxBytes, final HoleList holes)
        {
            if (0 == holes.size())
            {
                pingIds[holder] = requestId;
            }
            else if (1 == holder)
            {
                wantId = requestId;
            }

            return true;
        }

        @Override
        public boolean sendRange(
            final int holder,
            final long requestId,
            final long token,
            final int maxBytes,
            final long fromBlock,
            final long toBlock,
            final int fromSeq)
        {
            return true;
        }

        private void answer(final RepairClient client, final long nowNs)
        {
            result.token = 1;
            for (int holder = 0; holder < pingIds.length; holder++)
            {
                if (0 != pingIds[holder])
                {
                    result.requestId = pingIds[holder];
                    pingIds[holder] = 0;
                    client.onResult(holder, result, nowNs);
                }
            }
            if (0 != wantId)
            {
                result.requestId = wantId;
                wantId = 0;
                client.onResult(1, result, nowNs);
            }
        }
    }
}
