package io.fragcast.node;

import io.fragcast.agent.JournalAgent;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.FinalityFloor;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalIndex;
import io.fragcast.journal.JournalKeeper;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.JournalSignals;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.node.ThreadPlan.Role;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockSignals;
import io.fragcast.protocol.block.Finality;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;

/**
 * A node's journal: the ring that its hot agent writes to, and the agent on a thread of its own that empties it, keeps
 * the index and drops what is not kept. Closed with the host.
 */
final class JournalLane
{
    /** A second of frags of 32 KB at most: the filler waits for room. */
    private static final int FILL_RING_LENGTH = JournalConfig.MIN_RING_LENGTH;

    private final JournalRing ring;
    private final JournalRing fillRing;
    private final JournalRing fetchRing;
    private final long chainId;
    private final EpochNanoClock epochClock;
    private final FinalityFloor floor;
    private @Nullable JournalSignals signals;
    private volatile long[] lacking = new long[0];
    private long endedBlock = JournalIndex.NO_BLOCK;

    private JournalLane(
        final JournalRing ring,
        final JournalRing fillRing,
        final JournalRing fetchRing,
        final long chainId,
        final EpochNanoClock epochClock,
        final FinalityFloor floor)
    {
        this.ring = ring;
        this.fillRing = fillRing;
        this.fetchRing = fetchRing;
        this.chainId = chainId;
        this.epochClock = epochClock;
        this.floor = floor;
    }

    /**
     * Sets a journal's agent going.
     *
     * @param ctx        of the node.
     * @param host       that runs it.
     * @param journal    opened; closed with the host. Null: the node keeps none.
     * @param finality   what was called final.
     * @param clock      monotonic.
     * @param epochClock for stamps and ages.
     * @param counters   of the node.
     * @return the lane; null without a journal.
     */
    static @Nullable JournalLane open(
        final NodeContext<?> ctx,
        final NodeHost host,
        final @Nullable ChronicleJournal journal,
        final Finality finality,
        final NanoClock clock,
        final EpochNanoClock epochClock,
        final Counters counters)
    {
        final JournalConfig config = ctx.journal();
        if (null == config || null == journal)
        {
            return null;
        }

        final JournalLane lane = new JournalLane(
            new JournalRing(config.ringLength(), counters),
            new JournalRing(FILL_RING_LENGTH, counters.get(FragcastCounter.JOURNAL_FRAMES_LOST)),
            new JournalRing(FILL_RING_LENGTH, counters.get(FragcastCounter.JOURNAL_FRAMES_LOST)),
            ctx.schedule().chainId(),
            epochClock,
            new FinalityFloor(finality, null != ctx.chain().finalized()));
        lane.ring.onStarted(lane.chainId, epochClock.nanoTime());
        final JournalNotes notes = journal.notes();
        final JournalIndex index = JournalIndex.open(journal, notes);
        lane.endedBlock = index.endedBlock(lane.chainId);
        final JournalKeeper keeper = new JournalKeeper(
            notes, index, config.retention(), lane.floor, epochClock, counters);
        keeper.lackingTo((heights) -> lane.lacking = heights);
        host.addBlocking(
            Role.JOURNAL,
            new JournalAgent(
                new JournalRing[]{lane.ring, lane.fillRing, lane.fetchRing},
                journal,
                keeper,
                DiskGuard.of(config),
                clock,
                counters),
            counters.get(FragcastCounter.HOT_ERRORS));

        return lane;
    }

    /**
     * Where accepted frames go.
     *
     * @return the ring, written by the hot agent.
     */
    JournalRing ring()
    {
        return ring;
    }

    /**
     * Where frames go that fill a hole.
     *
     * @return the ring, written by the thread that repair is served on.
     */
    JournalRing fillRing()
    {
        return fillRing;
    }

    /**
     * Where frames go that holders gave for a hole.
     *
     * @return the ring, written by the thread that asks them.
     */
    JournalRing fetchRing()
    {
        return fetchRing;
    }

    /**
     * Heights that lie in holes and that memory did not fill.
     *
     * @return ascending; another array when they change. Any thread may ask.
     */
    long[] lacking()
    {
        return lacking;
    }

    /**
     * Who is told of what happens to blocks.
     *
     * @param lane          of the node, or null for none.
     * @param deliverTimeNs stamp of the last delivery; null where deliveries are not stamped.
     * @return the signals, for the hot agent.
     */
    static BlockSignals signals(final @Nullable JournalLane lane, final @Nullable LongSupplier deliverTimeNs)
    {
        if (null == lane)
        {
            return BlockSignals.NONE;
        }
        final JournalSignals known = lane.signals;
        if (null != known && null == deliverTimeNs)
        {
            return known;
        }
        final JournalSignals made = null == deliverTimeNs ?
            new JournalSignals(lane.ring, lane.chainId, lane.epochClock) :
            new JournalSignals(lane.ring, lane.chainId, lane.epochClock, deliverTimeNs);
        lane.signals = made;
        lane.floor.signals(made);

        return made;
    }

    /**
     * The run goes on behind the last block that the journal says was over: what passed by while the node was down is
     * asked of its holders, for those who ask it.
     *
     * @param lane     of the node, or null for none.
     * @param receiver that has taken no frame yet.
     */
    static void resume(final @Nullable JournalLane lane, final BlockLaneReceiver receiver)
    {
        if (null != lane && JournalIndex.NO_BLOCK != lane.endedBlock)
        {
            receiver.resumeAfter(lane.endedBlock);
        }
    }
}
