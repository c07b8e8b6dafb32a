package io.fragcast.agent;

import io.fragcast.counter.Counters;
import io.fragcast.journal.JournalRing;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.EvidenceConsumer;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.FrameLane;
import io.fragcast.protocol.block.ReceiverPorts;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.sync.HoleConsumer;
import io.fragcast.wire.BlockLaneAdapter;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Writes what holders gave of lacking heights to the journal, once it has passed the checks of live frames: a receiver
 * of its own takes it, whose counters are nobody's and which delivers to nobody. It is made when a height is lacking,
 * and goes when none is any more: one attempt's room, at most 64 MiB.
 * <pre>
 *   HoleFetcher --> BlockLaneAdapter --> BlockLaneReceiver --accepted--> [ ring ] --> JournalAgent
 * </pre>
 * Every signature is looked at, so that the frames may be given to others one by one. Used by the thread of the
 * fetcher.
 */
public final class HoleFeed implements HoleConsumer
{
    /** What the ring adds to a record, at most. */
    private static final int RING_SLACK = 64;

    private final Schedule schedule;
    private final BlockLimits limits;
    private final Supplier<SignatureVerifier> verifiers;
    private final JournalRing ring;
    private final NanoClock clock;
    private final EpochNanoClock epochClock;
    private final Counters counters = Counters.inMemory();
    private @Nullable SignatureVerifier verifier;
    private @Nullable BlockLaneReceiver receiver;
    private @Nullable BlockLaneAdapter adapter;
    private long height;
    private boolean isBegun;

    /**
     * A feed.
     *
     * @param schedule   that holds now, and then.
     * @param limits     of the node.
     * @param verifiers  of signatures.
     * @param ring       to the journal, its own.
     * @param clock      monotonic.
     * @param epochClock for the time of records.
     */
    public HoleFeed(
        final Schedule schedule,
        final BlockLimits limits,
        final Supplier<SignatureVerifier> verifiers,
        final JournalRing ring,
        final NanoClock clock,
        final EpochNanoClock epochClock)
    {
        this.schedule = schedule;
        this.limits = new BlockLimits(
            limits.maxBodyLength(),
            limits.maxTxLength(),
            limits.maxTxsPerFrag(),
            limits.maxFragsPerBlock(),
            limits.windowBlocks(),
            BitUtil.align(limits.attemptBytes(), BlockLimits.MAX_BODY_LENGTH),
            limits.attemptBytes());
        this.verifiers = verifiers;
        this.ring = ring;
        this.clock = clock;
        this.epochClock = epochClock;
    }

    @Override
    public boolean isReady()
    {
        return 0 == ring.buffer().size();
    }

    @Override
    public void onHeight(final long blockNumber)
    {
        height = blockNumber;
        isBegun = false;
    }

    @Override
    public boolean onFrame(final int holder, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isBegun)
        {
            isBegun = true;
            begin();
        }
        final BlockLaneAdapter before = requireNonNull(adapter, "an adapter of what was begun");
        // Nothing pushes back: deliveries are for nobody, and what the ring has no room for is asked for again.
        final boolean isTaken = before.onFrame(buffer, offset, length, holder);
        assert isTaken : "a receiver that nobody pushes back refuses a frame";

        return !CatchUpFeed.isBroken(before.lastVerdict());
    }

    @Override
    public boolean isWhole(final long nowNs)
    {
        final BlockLaneReceiver known = receiver;
        if (!isBegun || null == known)
        {
            return false;
        }
        known.doWork(nowNs);

        return known.progress().isPlaced() && known.progress().cursor() > height;
    }

    @Override
    public void onIdle()
    {
        receiver = null;
        adapter = null;
        isBegun = false;
    }

    /** A receiver does not go back. */
    private void begin()
    {
        final BlockLaneReceiver known = receiver;
        if (null == known || height < known.progress().cursor())
        {
            open(height);
        }
        else
        {
            known.onGivenUp(height);
        }
    }

    private void open(final long blockNumber)
    {
        final FrameForwarder journal = new FrameForwarder()
        {
            @Override
            public void onAccepted(
                final DirectBuffer buffer, final int offset, final int length, final int sessionId)
            {
                write(buffer, offset, length, sessionId);
            }

            @Override
            public boolean isReady()
            {
                return true;
            }
        };
        final SignatureVerifier checks = null == verifier ? verifiers.get() : verifier;
        verifier = checks;
        // Whoever follows the run keeps what its leaders contradict.
        final EvidenceConsumer nobody = (first, firstOffset, firstLength, digest, second, at, length) -> true;
        final BlockLaneReceiver made = new BlockLaneReceiver(
            schedule,
            limits,
            new ReceiverPorts(checks, journal, (delivery) -> true, null, nobody, (sessionId) -> {}),
            counters);
        made.checkEveryFrame();
        made.onLane(FrameLane.REPAIR);
        made.resumeAfter(blockNumber - 1);
        receiver = made;
        adapter = new BlockLaneAdapter(made, clock, counters);
    }

    private void write(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        // Twice, for a record that does not fit before the ring's end begins at its start.
        final int needed = 2 * (JournalRing.RECORD_OVERHEAD + length + RING_SLACK);
        if (ring.buffer().capacity() - ring.buffer().size() >= needed)
        {
            ring.onAccepted(buffer, offset, length, sessionId, FrameLane.REPAIR.offset(), epochClock.nanoTime());
        }
    }
}
