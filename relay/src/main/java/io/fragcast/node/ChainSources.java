package io.fragcast.node;

import io.fragcast.agent.SealedBlockRing;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.chain.ChainAgent;
import io.fragcast.edge.chain.ChainConfig;
import io.fragcast.edge.chain.OwnBodies;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.FinalizedBlock;
import io.fragcast.protocol.block.Finality;
import io.fragcast.protocol.block.SealedBlock;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.util.function.LongPredicate;

/**
 * What a node is told about its chain from outside, on its way to the hot agent: sealed blocks through a ring, finality
 * as a cell that is looked at in each duty cycle.
 * <pre>
 *   CatchUpAgent (cold) ──────┐    a leader's own, signed: ┌─▶ SealedBlockRing ─▶ RepairAgent ─▶ those who follow
 *   ChainAgent (cold) ── SealedBlockRing ─▶ hot agent ─▶ BlockLaneReceiver ─▶ FINALIZED, SEAL_MISMATCHED
 *        ▲ │                                                     └─ SealedBlockRing ─▶ CatchUpAgent: whole blocks
 *        │ └─ OwnBodies: what the leader's client sealed otherwise ─▶ RepairAgent
 *        └───────────────── Finality ─────▶     └────▶ Holdings ─▶ Status to the peers
 * </pre>
 */
final class ChainSources implements Runnable
{
    private final Finality finality = new Finality();
    private final SealedBlockRing sealedBlocks = new SealedBlockRing();
    private final SealedBlockRing own = new SealedBlockRing();
    private final SealedBlockRing passedOn = new SealedBlockRing();
    private final SealedBlockRing bodiesWanted = new SealedBlockRing();
    private final OwnBodies ownBodies = new OwnBodies();
    private boolean isChecked;
    private boolean isFollowing;
    private boolean isServed;
    private boolean isOwnTaken;
    private boolean isPassedOn;
    private FinalizedBlock received = FinalizedBlock.NONE;
    private FinalizedBlock told = FinalizedBlock.NONE;
    private @Nullable BlockLaneReceiver receiver;
    private LongPredicate teller = (blockNumber) -> true;

    /**
     * Opens the sources of a node.
     *
     * @param ctx      of the node.
     * @param host     that runs it.
     * @param clock    monotonic.
     * @param counters of the node.
     * @return the sources.
     */
    static ChainSources open(
        final NodeContext<?> ctx, final NodeHost host, final NanoClock clock, final Counters counters)
    {
        final ChainSources sources = new ChainSources();
        final ChainConfig config = ctx.chain();
        sources.isFollowing = config.isFromHolders();
        if (config.isAny())
        {
            host.addCold(
                Role.EDGE,
                new ChainAgent(
                    ctx.name(),
                    config,
                    ctx.schedule().chainId(),
                    sources::offer,
                    sources.finality::offer,
                    sources.ownBodies,
                    clock,
                    counters),
                counters.get(FragcastCounter.HOT_ERRORS));
        }

        return sources;
    }

    /**
     * What is final, for whoever hears of it or asks.
     *
     * @return the cell.
     */
    Finality finality()
    {
        return finality;
    }

    /** Who holds the Seals; on a node that only publishes, nobody. */
    void receiver(final BlockLaneReceiver value)
    {
        receiver = value;
        isChecked = true;
        if (isFollowing)
        {
            value.bodiesWantedBy(bodiesWanted::offer);
        }
    }

    /** A leader's own sealed blocks, for the thread that signs and serves them; called before any thread runs. */
    SealedBlockRing served()
    {
        isServed = true;

        return own;
    }

    /** What holders gave, for the thread that gives it to others; called before any thread runs. */
    SealedBlockRing passedOn()
    {
        isPassedOn = true;

        return passedOn;
    }

    /** Blocks whose body holders are asked for, for the thread that asks; called before any thread runs. */
    SealedBlockRing bodiesWanted()
    {
        return bodiesWanted;
    }

    /** Bodies that a leader's own client is asked for. */
    OwnBodies ownBodies()
    {
        return ownBodies;
    }

    /**
     * A block that a holder gave. Those who ask this node for it get it if there is room.
     *
     * @param block copied.
     * @return false to be offered it again.
     */
    boolean fetched(final SealedBlock block)
    {
        if (!sealedBlocks.offer(block))
        {
            return false;
        }
        if (isPassedOn)
        {
            passedOn.offer(block);
        }

        return true;
    }

    /** From the thread that asks the sources: to both rings, each once. */
    private boolean offer(final SealedBlock block)
    {
        isOwnTaken = isOwnTaken || !isServed || own.offer(block);
        if (!isOwnTaken || isChecked && !sealedBlocks.offer(block))
        {
            return false;
        }
        isOwnTaken = false;

        return true;
    }

    /** Who tells the peers, from the hot agent's thread; false to be told again. */
    void teller(final LongPredicate value)
    {
        teller = value;
    }

    /** Once a duty cycle, on the hot agent's thread. */
    @Override
    public void run()
    {
        final FinalizedBlock newest = finality.newest();
        final BlockLaneReceiver to = receiver;
        if (newest.number() != received.number() && null != to)
        {
            received = newest;
            to.onFinalized(newest.number(), newest.hash());
        }
        if (newest.number() != told.number() && teller.test(newest.number()))
        {
            told = newest;
        }
        if (null != to)
        {
            sealedBlocks.poll(to);
        }
    }
}
