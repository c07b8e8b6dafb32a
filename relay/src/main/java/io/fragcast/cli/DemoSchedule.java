package io.fragcast.cli;

import io.fragcast.config.PeerName;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The terms of a demo: leaders take turns of so many blocks; each jump in the chain's numbers begins a turn too,
 * anchored at the parent of its first block.
 */
final class DemoSchedule
{
    /**
     * A leader.
     *
     * @param publicKey relay key, 65 bytes.
     * @param name      of its node.
     */
    record Leader(byte[] publicKey, PeerName name)
    {
    }

    private DemoSchedule()
    {
    }

    /**
     * Makes the schedule of a chain.
     *
     * @param blocks        ascending.
     * @param blocksPerTerm at most, for each turn.
     * @param leaders       who take turns.
     * @param mtu           of the network.
     * @return the schedule.
     */
    static Schedule of(
        final List<BlockRecord> blocks, final int blocksPerTerm, final List<Leader> leaders, final int mtu)
    {
        final List<LeaderTerm> terms = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= blocks.size(); i++)
        {
            if (blocks.size() == i || i - first == blocksPerTerm || !follows(blocks.get(i), blocks.get(i - 1)))
            {
                final Leader leader = leaders.get(terms.size() % leaders.size());
                final BlockRecord start = blocks.get(first);
                terms.add(new LeaderTerm(
                    1 + terms.size(),
                    start.number(),
                    blocks.get(i - 1).number(),
                    leader.publicKey(),
                    leader.name().publicKey(),
                    List.of(leader.name().endpoint().toString()),
                    0 == first || !follows(start, blocks.get(first - 1)) ? start.header().parentHash() : null));
                first = i;
            }
        }

        return new Schedule(blocks.get(0).chainId(), mtu, terms);
    }

    private static boolean follows(final BlockRecord block, final BlockRecord parent)
    {
        return block.number() == parent.number() + 1 && Arrays.equals(block.header().parentHash(), parent.hash());
    }
}
