package io.fragcast.cli;

import io.fragcast.FragPublisher;
import io.fragcast.cli.BlockPlayer.PlayException;
import org.agrona.CloseHelper;
import org.agrona.concurrent.IdleStrategy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Builders of the demo, one a sequencer: each block is played into the sequencer that leads it. A builder begins its
 * turn when its own sequencer has verified what it builds on, as a builder with an execution client must.
 */
final class DemoLeaders implements AutoCloseable
{
    /** A hand-over takes milliseconds; a machine under load longer. */
    private static final long HAND_OVER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    private final DemoChain chain;
    private final BlockPlayer player;
    private final IdleStrategy idleStrategy;
    private final BooleanSupplier isStopped;
    private final List<FragPublisher> publishers = new ArrayList<>();
    private int leader;
    private int played;
    private int handOvers;

    DemoLeaders(
        final DemoChain chain,
        final BlockPlayer player,
        final IdleStrategy idleStrategy,
        final BooleanSupplier isStopped)
    {
        this.chain = chain;
        this.player = player;
        this.idleStrategy = idleStrategy;
        this.isStopped = isStopped;
        for (int i = 0; i < chain.leaderCount(); i++)
        {
            publishers.add(chain.newPublisher(i, player));
        }
    }

    /**
     * Plays a block to its end.
     *
     * @param block the next of the chain.
     * @return false if stopped on the way.
     * @throws PlayException if a sequencer refuses it, or does not know its parent in time.
     */
    boolean play(final BlockRecord block) throws PlayException
    {
        final int next = chain.leaderOf(block.number());
        if (next != leader && 0 < played && !handOver(next))
        {
            return false;
        }
        leader = next;
        played++;

        return player.play(publishers.get(leader), block);
    }

    /**
     * Waits until every request has its reply.
     *
     * @return false if stopped on the way.
     * @throws PlayException if a sequencer refused one.
     */
    boolean awaitReplies() throws PlayException
    {
        return player.awaitReplies(publishers.get(leader));
    }

    /**
     * How often another sequencer took over.
     *
     * @return count.
     */
    int handOvers()
    {
        return handOvers;
    }

    @Override
    public void close()
    {
        CloseHelper.closeAll(publishers);
    }

    private boolean handOver(final int next) throws PlayException
    {
        if (!awaitReplies())
        {
            return false;
        }

        final long deadlineNs = System.nanoTime() + HAND_OVER_TIMEOUT_NS;
        while (chain.verifiedBySequencer(next) < played)
        {
            if (isStopped.getAsBoolean())
            {
                return false;
            }
            if (System.nanoTime() - deadlineNs > 0)
            {
                throw new PlayException(chain.sequencerName(next) + " verified " + chain.verifiedBySequencer(next) +
                    " of the " + played + " blocks before its turn");
            }
            idleStrategy.idle();
        }
        handOvers++;

        return true;
    }
}
