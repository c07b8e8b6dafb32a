package io.fragcast.sim;

import io.fragcast.cli.BlockRecord;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The chain of a run: its blocks, who leads which, and how far its builders have come. The second phase belongs to
 * leaders whose keys are in the right hands.
 */
final class SimChain
{
    /** Any leader but the first, which always stays honest. */
    static final int STOLEN_LEADER = 1;
    private static final int NOBODY = -1;

    private final List<BlockRecord> blocks;
    private final int[] leaderOfBlock;
    private final Schedule schedule;
    private final List<Integer> stolenTerms = new ArrayList<>();
    private int nextIndex;
    private int gateIndex;

    SimChain(final SimulatorOptions options, final List<BlockRecord> blocks, final byte[][] publicKeys)
    {
        this.blocks = blocks;
        gateIndex = options.faultyBlocks();
        leaderOfBlock = new int[blocks.size()];
        final boolean isKeyStolen = isKeyStolen(options);
        final List<LeaderTerm> terms = new ArrayList<>();
        int index = 0;
        int turn = 0;
        while (index < blocks.size())
        {
            final boolean isFaulty = index < options.faultyBlocks();
            final int phaseEnd = isFaulty ? options.faultyBlocks() : blocks.size();
            final int end = Math.min(index + options.blocksPerTerm(), phaseEnd);
            int leader = turn++ % options.leaders();
            if (!isFaulty && isKeyStolen && STOLEN_LEADER == leader)
            {
                leader = turn++ % options.leaders();
            }
            final int number = terms.size() + 1;
            if (isKeyStolen && STOLEN_LEADER == leader)
            {
                stolenTerms.add(number);
            }
            for (int i = index; i < end; i++)
            {
                leaderOfBlock[i] = leader;
            }
            terms.add(new LeaderTerm(
                number,
                blocks.get(index).number(),
                blocks.get(end - 1).number(),
                publicKeys[leader],
                null,
                List.of(),
                0 == index ? blocks.get(0).header().parentHash() : null));
            index = end;
        }
        if (isKeyStolen)
        {
            stolenTerms.add(terms.size() + 1);
            terms.add(new LeaderTerm(
                terms.size() + 1,
                lastNumber() + 1,
                Long.MAX_VALUE,
                publicKeys[STOLEN_LEADER],
                null,
                List.of(),
                null));
        }
        if (options.isFollowing())
        {
            // Somebody is always next.
            terms.add(new LeaderTerm(
                terms.size() + 1,
                lastNumber() + 1,
                Long.MAX_VALUE,
                publicKeys[(leaderOfBlock[blocks.size() - 1] + 1) % options.leaders()],
                null,
                List.of(),
                null));
        }
        schedule = new Schedule(blocks.get(0).chainId(), options.mtu(), terms, 0, options.autoTakeover());
    }

    static boolean isKeyStolen(final SimulatorOptions options)
    {
        return options.leaders() > STOLEN_LEADER && options.faults().stream().anyMatch(Fault::needsLeaderKey);
    }

    Schedule schedule()
    {
        return schedule;
    }

    List<Integer> stolenTerms()
    {
        return stolenTerms;
    }

    /** Index of the leader whose builder is to build now, or -1. */
    int leaderToBuild()
    {
        return nextIndex < gateIndex ? leaderOfBlock[nextIndex] : NOBODY;
    }

    /** The work of a leader that takes its turns as the schedule has them. */
    SimWork work(final int leader)
    {
        return new SimWork()
        {
            @Override
            public @Nullable Job next()
            {
                final BlockRecord block = leader == leaderToBuild() ? blocks.get(nextIndex) : null;

                return null == block ? null : new Job(block, block.header().parentHash(), block.hash());
            }

            @Override
            public void onSealed(final long blockNumber)
            {
                onBuilt(blockNumber);
            }

            @Override
            public boolean isOver()
            {
                return isBuilt();
            }

            @Override
            public boolean isRefusable()
            {
                return false;
            }
        };
    }

    /** A block that may be built by now. */
    @Nullable BlockRecord openBlock(final long blockNumber)
    {
        final long index = blockNumber - firstNumber();

        return 0 <= index && index < gateIndex ? blocks.get((int)index) : null;
    }

    /** A leader that takes over may build a block once more. */
    void onBuilt(final long blockNumber)
    {
        nextIndex = Math.max(nextIndex, (int)(blockNumber - firstNumber()) + 1);
    }

    long firstNumber()
    {
        return blocks.get(0).number();
    }

    byte[] firstParentHash()
    {
        return blocks.get(0).header().parentHash();
    }

    /** Hash of a block; null: there is none at the height. */
    byte @Nullable [] hashOf(final long blockNumber)
    {
        final long index = blockNumber - blocks.get(0).number();

        return 0 <= index && index < blocks.size() ? blocks.get((int)index).hash() : null;
    }

    /** Lets builders go on to the end. */
    void openGate()
    {
        gateIndex = blocks.size();
    }

    boolean isGateReached()
    {
        return nextIndex >= gateIndex;
    }

    boolean isBuilt()
    {
        return nextIndex == blocks.size();
    }

    /** The block that is being built, or would be next. */
    long nextNumber()
    {
        return blocks.get(0).number() + nextIndex;
    }

    long lastNumber()
    {
        return blocks.get(blocks.size() - 1).number();
    }

    boolean isLedByStolenKey(final long blockNumber)
    {
        final LeaderTerm term = schedule.termOfBlock(blockNumber);

        return null != term && stolenTerms.contains(term.number());
    }
}
