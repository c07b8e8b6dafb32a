package io.fragcast.sim;

import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.cli.BlockCutter;
import io.fragcast.cli.BlockRecord;
import io.fragcast.edge.rpc.PublishRequests;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.sim.checker.SimFailure;

import java.util.function.Function;

/**
 * Builds one block after another, for ever, from one pattern: its transactions at every height, its header made anew.
 * The leader takes everything, or takes it when it is offered again; where the builder goes on unheard, it offers
 * nothing again. Used by one thread.
 */
final class SteadyBuilder implements FragPublisher.Listener
{
    /** Told of each block that was sealed. */
    @FunctionalInterface
    interface Watcher
    {
        /**
         * A block was sealed.
         *
         * @param blockNumber height.
         * @param hash        of the block.
         */
        void onSealed(long blockNumber, byte[] hash);
    }

    private static final byte[] NO_SIGNATURE = new byte[0];

    private final EventQueue events;
    private final BlockRecord pattern;
    private final int frags;
    private final long cadenceNs;
    private final Watcher watcher;
    private final FragPublisher publisher;
    private BlockRecord block;
    private BlockCutter.CutBlock cut;
    private int position;
    private boolean isAwaitingReply;
    private long dueNs;
    private int unheardLeft;

    /**
     * A builder.
     *
     * @param events    that hold the time.
     * @param pattern   first block, and what all others are like.
     * @param frags     that a block is cut into, at most.
     * @param cadenceNs between two messages.
     * @param connect   makes the publisher that replies to this.
     * @param watcher   told of what was sealed.
     */
    SteadyBuilder(
        final EventQueue events,
        final BlockRecord pattern,
        final int frags,
        final long cadenceNs,
        final Function<FragPublisher.Listener, FragPublisher> connect,
        final Watcher watcher)
    {
        this.events = events;
        this.pattern = pattern;
        this.frags = frags;
        this.cadenceNs = cadenceNs;
        this.watcher = watcher;
        block = pattern;
        cut = cut(pattern, frags);
        publisher = connect.apply(this);
    }

    /** Hands over the next message when it is due. */
    void doWork()
    {
        publisher.poll();
        if (isAwaitingReply || events.nowNs() < dueNs)
        {
            return;
        }
        final int cuts = cut.frags().size();
        final PublishResult result;
        if (0 == position)
        {
            result = publisher.env(PublishRequests.env(cut.env(), NO_SIGNATURE));
        }
        else if (position <= cuts)
        {
            final BasedOpMessage.Frag frag = cut.frags().get(position - 1);
            result = publisher.frag(frag.blockNumber(), (int)frag.seq(), frag.isLast(), frag.txs());
        }
        else
        {
            result = publisher.seal(PublishRequests.seal(cut.seal(), NO_SIGNATURE));
        }
        isAwaitingReply = PublishResult.OK == result;
    }

    /**
     * Goes on whether it is heard or not, from the next block on: what the leader refuses for want of anybody who
     * hears it is built all the same, and is lost.
     *
     * @param blocks so many; the leader is connected to nobody meanwhile.
     */
    void goOnUnheard(final int blocks)
    {
        if (0 != position)
        {
            throw new IllegalStateException("block " + block.number() + " is open");
        }
        unheardLeft = blocks;
    }

    /** Is there anything left to be built unheard? */
    boolean isUnheard()
    {
        return 0 < unheardLeft;
    }

    @Override
    public void onReply(
        final FragPublisher.Request request, final long blockNumber, final int seq, final PublishResult result)
    {
        isAwaitingReply = false;
        if (0 < unheardLeft)
        {
            onUnheard(request, blockNumber, result);
            return;
        }
        if (PublishResult.BACK_PRESSURED == result || PublishResult.NOT_CONNECTED == result)
        {
            return;
        }
        if (PublishResult.OK != result)
        {
            throw new SimFailure(request + " " + seq + " of " + blockNumber + " is refused: " + result);
        }
        dueNs = events.nowNs() + cadenceNs;
        position++;
        if (position == cut.frags().size() + 2)
        {
            position = 0;
            final byte[] hash = block.hash();
            buildOn(hash);
            watcher.onSealed(blockNumber, hash);
        }
    }

    private void onUnheard(final FragPublisher.Request request, final long blockNumber, final PublishResult result)
    {
        if (PublishResult.NOT_CONNECTED != result)
        {
            throw new SimFailure(request + " of " + blockNumber + " is heard by somebody: " + result);
        }
        dueNs = events.nowNs() + cadenceNs;
        unheardLeft--;
        buildOn(block.hash());
    }

    private void buildOn(final byte[] hash)
    {
        block = pattern.at(block.number() + 1, hash);
        cut = cut(block, frags);
    }

    private static BlockCutter.CutBlock cut(final BlockRecord block, final int frags)
    {
        return new BlockCutter(frags, BlockCutter.Rule.EQUAL_COUNT).cut(block);
    }
}
