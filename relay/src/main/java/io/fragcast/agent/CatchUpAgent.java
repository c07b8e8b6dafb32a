package io.fragcast.agent;

import io.fragcast.protocol.block.SealedBlockConsumer;
import io.fragcast.protocol.peer.HolderConsumer;
import io.fragcast.protocol.sync.BodyFollower;
import io.fragcast.protocol.sync.CatchUp;
import io.fragcast.protocol.sync.HoleFetcher;
import io.fragcast.protocol.sync.SealedBlockFollower;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.BulkAnswerAdapter;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongToIntFunction;
import java.util.function.Supplier;

/**
 * Fetches whole heights, sealed blocks and bodies, and what the journal lacks, on a cold thread: hears how far the node
 * is and what holders say they have, hears the holders' answers, runs the machines. The links belong to the node, which
 * closes them when this thread has ended.
 */
public final class CatchUpAgent implements Agent
{
    /** Some 90 KB of a holder in a turn, so that all have theirs within a ms. */
    private static final int FRAME_LIMIT = 64;
    /** What ten holders say at once is read in two cycles. */
    private static final int NEWS_LIMIT = 64;

    /** A node that fell behind once may do so again soon. */
    private static final long LINGER_NS = 10_000_000_000L;
    private static final long[] NOTHING = new long[0];

    private final String name;
    private final NanoClock clock;
    private final CatchUpRing ring;
    private final HolderRing news;
    private final HolderConsumer status;
    private final FrameLink[] links;
    private final BulkAnswerAdapter[] adapters;
    private final CatchUp catchUp;
    private final @Nullable SealedBlockFollower follower;
    private final LinkDialler dialler;
    private final IntSupplier transport;
    private LongToIntFunction bodyWork = (nowNs) -> 0;
    private @Nullable HoleFetcher holes;
    private Supplier<long[]> lacking = () -> NOTHING;
    private BooleanSupplier isLeading = () -> false;
    private boolean isDialled;
    private long wantedNs;

    /**
     * An agent.
     *
     * @param name      of the node.
     * @param clock     monotonic.
     * @param ring      to the hot agent.
     * @param news      of holders.
     * @param links     to the holders, numbered as the machine knows them.
     * @param adapters  one for each link.
     * @param catchUp   the machine.
     * @param follower  asks for sealed blocks; null: nobody does.
     * @param dialler   told whether the links are needed, when that changes.
     * @param transport run once a duty cycle: the transport's own work on this thread.
     */
    public CatchUpAgent(
        final String name,
        final NanoClock clock,
        final CatchUpRing ring,
        final HolderRing news,
        final FrameLink[] links,
        final BulkAnswerAdapter[] adapters,
        final CatchUp catchUp,
        final @Nullable SealedBlockFollower follower,
        final LinkDialler dialler,
        final IntSupplier transport)
    {
        this.name = name;
        this.clock = clock;
        this.ring = ring;
        this.news = news;
        this.links = links.clone();
        this.adapters = adapters.clone();
        this.catchUp = catchUp;
        this.follower = follower;
        this.dialler = dialler;
        this.transport = transport;
        status = new HolderHeads(catchUp);
    }

    /**
     * Who asks for bodies of sealed blocks. Called before anything else; default: nobody.
     *
     * @param asker  by the same links.
     * @param wanted blocks whose body the hot agent could not rebuild.
     */
    public void bodies(final BodyFollower asker, final SealedBlockRing wanted)
    {
        final SealedBlockConsumer consumer = asker::onWanted;
        bodyWork = (nowNs) -> wanted.poll(consumer) + asker.doWork(nowNs);
    }

    /**
     * Who fetches what the journal lacks, while the node is not behind and does not lead. Called before anything else;
     * default: nobody.
     *
     * @param fetcher by the same links.
     * @param heights that are lacking now, ascending; another array when they change.
     * @param leading does the node lead, so that all else can wait?
     */
    public void holes(final HoleFetcher fetcher, final Supplier<long[]> heights, final BooleanSupplier leading)
    {
        holes = fetcher;
        lacking = heights;
        isLeading = leading;
    }

    @Override
    public int doWork()
    {
        final long nowNs = clock.nanoTime();
        int workCount = transport.getAsInt();
        workCount += ring.pollProgress(catchUp, nowNs);
        workCount += news.poll(status, NEWS_LIMIT);
        for (int i = 0; i < links.length; i++)
        {
            workCount += links[i].doWork(nowNs);
            if (links[i].isConnected())
            {
                workCount += links[i].source().poll(adapters[i], FRAME_LIMIT);
            }
        }

        workCount += catchUp.doWork(nowNs);
        if (null != follower)
        {
            workCount += follower.doWork(catchUp.cursor(), nowNs);
        }
        workCount += bodyWork.applyAsInt(nowNs);
        if (null != holes)
        {
            holes.onLacking(lacking.get());
            workCount += holes.doWork(!catchUp.isWanted() && !isLeading.getAsBoolean(), nowNs);
        }
        dialIfWanted(nowNs);

        return workCount;
    }

    @Override
    public String roleName()
    {
        return name + " catch-up";
    }

    /** A node that is not behind has no links of the bulk lane, unless it follows what was sealed. */
    private void dialIfWanted(final long nowNs)
    {
        final boolean isWanted = null != follower || catchUp.isWanted() ||
            null != holes && holes.isBusy(nowNs) && !isLeading.getAsBoolean();
        wantedNs = isWanted ? nowNs : wantedNs;
        if (isWanted != isDialled && (isWanted || nowNs - wantedNs >= LINGER_NS))
        {
            isDialled = isWanted;
            dialler.accept(isWanted);
        }
    }

    /** Whether the links to holders are to be open. */
    @FunctionalInterface
    public interface LinkDialler
    {
        /**
         * It has changed.
         *
         * @param isWanted are they needed?
         */
        void accept(boolean isWanted);
    }

    /** Tells the machine what holders say that they have. */
    private static final class HolderHeads implements HolderConsumer
    {
        private final CatchUp catchUp;

        private HolderHeads(final CatchUp catchUp)
        {
            this.catchUp = catchUp;
        }

        @Override
        public boolean onHolder(final int holder, final boolean isReady, final long rttNs, final long capabilities)
        {
            if (!isReady)
            {
                // What it claimed it may not have any more.
                catchUp.onStatus(holder, 0, 0, 0);
            }

            return true;
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
            catchUp.onStatus(holder, sealedBlock, openBlock, openNextSeq);

            return true;
        }
    }
}
