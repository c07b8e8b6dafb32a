package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.CurrentSchedule;
import io.fragcast.protocol.leader.LeaderTracker;
import io.fragcast.protocol.leader.Leadership;
import io.fragcast.protocol.leader.RunPulse;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.protocol.repair.GapList;
import io.fragcast.protocol.repair.Gaps;
import io.fragcast.protocol.repair.RepairLatency;
import io.fragcast.protocol.repair.RepairOutlook;
import io.fragcast.protocol.sync.SyncOutlook;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The receive side of the block lane, in every role: takes frames in any order from any number of sessions, checks
 * them in the order of DESIGN §4.3, hands what it accepts to the {@link FrameForwarder} and delivers blocks in order
 * to the {@link BlockConsumer}. Pure: no IO, no clock. Used by one thread; allocates nothing while the schedule stays.
 * <pre>
 *   rejected session? ▸ chain ▸ limits ▸ window ▸ leader ▸ known? ▸ legal here? ▸ budget ▸ signature or hash
 *       ▸ keep ▸ forward ▸ assemble ▸ chain ▸ deliver
 * </pre>
 */
public final class BlockLaneReceiver implements Gaps, FollowedRun, SealedBlockConsumer
{
    /** What Aeron's data header takes of a datagram. */
    private static final int AERON_HEADER_LENGTH = 32;
    /** One attempt at a height to be superseded, one that supersedes it. */
    public static final int ATTEMPTS_PER_HEIGHT = 2;
    /** Pages and chunks of all sessions that wait for their header at once. */
    public static final int MAX_EARLY_PIECES = EarlyPieces.CAPACITY;

    private final CurrentSchedule schedule;
    private final LeaderTracker leaders;
    private final BlockLimits limits;
    private final LaneForwarder forwarder;
    private final BodySlab slab;
    private final BlockDelivery delivery;
    private final AttemptTable table;
    private final DeliveredChain chain;
    private final RunSequencer sequencer;
    private final VerificationBudget budget;
    private final EquivocationDetector detector;
    private final SignatureCheck signatures;
    private final MessageIntake messages;
    private final PieceIntake pieces;
    private final ControlIntake controls;
    private final GapTracker gaps;
    private final RepairLedger repairs;
    private final RunProgress progress;
    private final SealVerifier sealVerifier;
    private IntConsumer lanes = (lane) -> {};

    private final AtomicCounter[] verdictCounters = new AtomicCounter[Verdict.values().length];
    private final AtomicCounter backPressured;
    private final ReceiverGauges gauges;
    private RunPulse pulse = new RunPulse();

    /**
     * A receiver that follows no run yet: it takes the first one that it hears of.
     *
     * @param initial  schedule of the chain.
     * @param limits   of this node.
     * @param ports    it speaks to.
     * @param counters of this node.
     */
    public BlockLaneReceiver(
        final Schedule initial, final BlockLimits limits, final ReceiverPorts ports, final Counters counters)
    {
        schedule = new CurrentSchedule(initial);
        this.limits = limits;
        forwarder = new LaneForwarder(ports.forwarder());
        slab = new BodySlab(limits.slabBytes());
        delivery = new BlockDelivery(ports.consumer(), slab, schedule.chainId(), counters);
        sealVerifier = new SealVerifier(slab, ports.transactionsRoot());
        table = new AttemptTable(
            ATTEMPTS_PER_HEIGHT * limits.windowBlocks(),
            () -> new BlockAssembler(slab, limits, delivery, sealVerifier, counters));
        final EndedAttempts ended = new EndedAttempts(slab, limits);
        leaders = new LeaderTracker(schedule);
        chain = new DeliveredChain(limits, delivery, slab, ports.evidence(), counters);
        sequencer = new RunSequencer(schedule, limits, table, ended, delivery, chain, leaders, counters);
        budget = new VerificationBudget(ports.rejecter(), counters);
        detector = new EquivocationDetector(ports.evidence(), schedule.mtu() - AERON_HEADER_LENGTH);
        signatures = new SignatureCheck(ports.verifier(), budget, counters);
        repairs = new RepairLedger(counters);
        messages = new MessageIntake(
            schedule,
            limits,
            leaders,
            signatures,
            budget,
            detector,
            forwarder,
            sequencer,
            chain,
            table,
            ended,
            slab,
            repairs);
        pieces = new PieceIntake(schedule, forwarder, sequencer, table, ended, budget, slab, repairs, counters);
        gaps = new GapTracker(schedule, limits, sequencer, table, ended, pieces.early(), slab);
        controls = new ControlIntake(schedule, leaders, signatures, forwarder, sequencer, table, gaps);
        progress = new RunProgress(sequencer, controls, table, delivery);

        for (final Verdict verdict : Verdict.values())
        {
            verdictCounters[verdict.ordinal()] = counters.get(verdict.counter());
        }
        backPressured = counters.get(FragcastCounter.DELIVERY_BACK_PRESSURED);
        gauges = new ReceiverGauges(counters);
    }

    /**
     * The run continues after a block that an earlier life of this node has ended: what was missed since is reported
     * as a GAP. Called before the first frame.
     *
     * @param blockNumber last block that was ended.
     */
    public void resumeAfter(final long blockNumber)
    {
        sequencer.resumeAfter(blockNumber);
    }

    /**
     * The schedule was replaced: what was taken of a leader whose block went to another is not delivered any more.
     * Between two frames, on the receiving thread; allocates a little.
     *
     * @param newer from now on.
     */
    public void onSchedule(final Schedule newer)
    {
        schedule.adopt(newer);
        leaders.onSchedule(newer);
        signatures.onSchedule();
        for (int i = table.liveCount() - 1; i >= 0; i--)
        {
            final BlockAssembler attempt = table.live(i);
            if (null == newer.leaderOf(attempt.leaderTerm(), attempt.blockNumber()))
            {
                if (!attempt.isEnvDelivered())
                {
                    sequencer.end(attempt);
                }
                else if (!attempt.state().isTerminal())
                {
                    attempt.supersede();
                }
            }
        }
    }

    /**
     * A block is final: VERIFIED blocks up to it are not taken back any more, and what was known of them goes. Told to
     * the consumer as FINALIZED once the block is VERIFIED here. Between two frames, on the receiving thread.
     *
     * @param blockNumber of the block; lower ones than before are ignored.
     * @param hash        of the block, 32 bytes.
     */
    public void onFinalized(final long blockNumber, final byte[] hash)
    {
        chain.onFinalized(blockNumber, hash);
    }

    /**
     * May a sealed block be held against its Seal, or wait for it?
     *
     * @param blockNumber of the block.
     * @return false while it is farther ahead than blocks are held, or nothing is verified yet.
     */
    @Override
    public boolean isSealedBlockDue(final long blockNumber)
    {
        return chain.isSealedBlockDue(blockNumber);
    }

    /**
     * A block as it was sealed: what a Seal named otherwise is told to the consumer as SEAL_MISMATCHED. Between two
     * frames, on the receiving thread.
     *
     * @param block copied if it is kept.
     */
    @Override
    public void onSealedBlock(final SealedBlock block)
    {
        chain.onSealedBlock(block);
    }

    /**
     * Who is told of sealed blocks whose body cannot be rebuilt from what was taken: frags are missing, or the leader
     * sealed others. Called before the first frame.
     *
     * @param bodies told on the receiving thread; what it cannot take is lost.
     */
    public void bodiesWantedBy(final Consumer<SealedBlock> bodies)
    {
        chain.bodiesWantedBy(bodies);
    }

    /**
     * What is missing is asked for: a height is given up no sooner than whoever asks has lost hope. Called before the
     * first frame.
     *
     * @param outlook of whoever asks.
     * @param latency told how long each repaired frag was missing.
     */
    public void repairedBy(final RepairOutlook outlook, final RepairLatency latency)
    {
        sequencer.heights().outlook(outlook);
        repairs.latency(latency);
    }

    /**
     * Who is told of what happens to the blocks. Called before the first frame.
     *
     * @param signals told of it on the receiving thread.
     */
    public void signals(final BlockSignals signals)
    {
        delivery.signals(signals);
    }

    /**
     * Who is told by which lane the frames come that are accepted next: whoever writes them down. Called before the
     * first frame.
     *
     * @param lanes takes the {@link FrameLane#offset} of the lane.
     */
    public void lanes(final IntConsumer lanes)
    {
        this.lanes = lanes;
    }

    /**
     * Whole heights are fetched when this node is far behind: the run waits for them. Called before the first frame.
     *
     * @param outlook of whoever fetches.
     * @param fetched takes the accepted frames that come by the bulk lane.
     */
    public void caughtUpBy(final SyncOutlook outlook, final FrameForwarder fetched)
    {
        sequencer.heights().sync(outlook);
        forwarder.bulk(fetched);
    }

    /**
     * Checks the signature of every frame that comes with a whole height, not of one alone: what this node gives to
     * those who ask for single frames must hold by itself. Called before the first frame.
     */
    public void checkEveryFrame()
    {
        messages.checkEveryFrame();
    }

    /**
     * Where the frames that follow come from.
     *
     * @param lane that they came by.
     */
    public void onLane(final FrameLane lane)
    {
        repairs.onLane(lane);
        forwarder.onLane(lane);
        lanes.accept(lane.offset());
    }

    /**
     * Nobody has what is missing below a height: the run goes on there, and what is not whole below is reported missed.
     *
     * @param blockNumber height.
     */
    public void onGivenUp(final long blockNumber)
    {
        sequencer.jumpTo(blockNumber);
    }

    /**
     * How far the node is.
     *
     * @return a view, for the receiving thread.
     */
    public RunProgress progress()
    {
        return progress;
    }

    /**
     * May a frame be handed over? While not, the source keeps it.
     *
     * @return false while an earlier frame waits for a sink, or deliveries wait for the consumer and half the room
     * is taken.
     */
    public boolean isReady()
    {
        return !pieces.isReplayPending() && forwarder.isReady() && !(delivery.isRefused() && isCrowded());
    }

    /**
     * One signed message.
     *
     * @param frame     valid during the call.
     * @param sessionId of the stream it came by.
     * @param nowNs     monotonic nanoseconds.
     * @return what became of it.
     */
    public Verdict onSigned(final SignedFrame frame, final int sessionId, final long nowNs)
    {
        final Verdict verdict = checkSigned(frame, sessionId, nowNs);
        verdictCounters[verdict.ordinal()].incrementRelease();
        repairs.onVerdict(frame, verdict);
        onHeld(verdict, sessionId);
        if (FrameKind.FRAG == frame.kind && (Verdict.ACCEPTED == verdict || Verdict.DUPLICATE == verdict))
        {
            pieces.onHeader(frame, sessionId);
        }
        if (Verdict.ACCEPTED == verdict)
        {
            pulse.onMessage(frame.leaderTerm, nowNs);
        }
        if (Verdict.ACCEPTED == verdict || Verdict.EQUIVOCATION == verdict)
        {
            pieces.replay(nowNs);
            sequencer.advance(nowNs);
        }

        return verdict;
    }

    /**
     * One page or chunk.
     *
     * @param piece     valid during the call.
     * @param sessionId of the stream it came by.
     * @param nowNs     monotonic nanoseconds.
     * @return what became of it.
     */
    public Verdict onPiece(final PieceFrame piece, final int sessionId, final long nowNs)
    {
        final Verdict verdict = checkPiece(piece, sessionId, nowNs);
        verdictCounters[verdict.ordinal()].incrementRelease();
        repairs.onVerdict(piece, verdict);
        onHeld(verdict, sessionId);
        if (Verdict.ACCEPTED == verdict)
        {
            if (FrameKind.FRAG_PAGE == piece.kind)
            {
                pieces.replay(nowNs);
            }
            sequencer.advance(nowNs);
        }

        return verdict;
    }

    /**
     * Offers again what the consumer refused, ends what is stuck, and folds what was delivered into the root.
     *
     * @param nowNs monotonic nanoseconds.
     * @return work done: attempts ended, heights given up, proofs handed over, transactions folded.
     */
    public int doWork(final long nowNs)
    {
        if (pieces.isReplayPending())
        {
            pieces.replay(nowNs);
        }
        pulse.onCycle(nextBlock(), sequencer.heardNs(), nowNs);
        final int work =
            sequencer.advance(nowNs) + detector.doWork() + sealVerifier.fold(SealVerifier.TXS_PER_CYCLE);
        if (delivery.isRefused())
        {
            backPressured.incrementRelease();
        }
        gauges.doWork(table, pieces.early(), slab, nowNs);

        return work;
    }

    @Override
    public void scan(final long nowNs, final boolean isSample, final boolean isStalled, final GapList missing)
    {
        gaps.scan(nowNs, isSample, isStalled, missing);
    }

    @Override
    public boolean hasRun()
    {
        return sequencer.hasRun();
    }

    /**
     * Called before the first frame.
     *
     * @param runPulse shows where the run is, and when it was last heard.
     */
    public void pulse(final RunPulse runPulse)
    {
        pulse = runPulse;
    }

    @Override
    public long nextBlock()
    {
        return sequencer.hasRun() ? sequencer.cursor() : Leadership.NULL_BLOCK;
    }

    @Override
    public int leadingTerm()
    {
        return leaders.leadingTerm();
    }

    @Override
    public boolean isSilent(final long nowNs)
    {
        return !sequencer.hasRun() || nowNs - sequencer.heardNs() >= GapTracker.CADENCE_NS;
    }

    @Override
    public boolean isBehind(final int leaderTerm, final long blockNumber, final long incarnation, final int seq)
    {
        return gaps.isBehind(leaderTerm, blockNumber, incarnation, seq);
    }

    @Override
    public void addHinted(
        final int leaderTerm,
        final long blockNumber,
        final long incarnation,
        final int seq,
        final boolean isExact,
        final GapList missing)
    {
        gaps.addHinted(leaderTerm, blockNumber, incarnation, seq, isExact, missing);
    }

    private void onHeld(final Verdict verdict, final int sessionId)
    {
        if (Verdict.ACCEPTED == verdict || Verdict.DUPLICATE == verdict)
        {
            budget.onHeld(sessionId);
        }
    }

    private Verdict checkSigned(final SignedFrame frame, final int sessionId, final long nowNs)
    {
        if (budget.isRejected(sessionId, nowNs))
        {
            return Verdict.OVER_BUDGET;
        }
        if (frame.chainId != schedule.chainId())
        {
            return Verdict.FOREIGN_CHAIN;
        }

        return switch (frame.kind)
        {
            case ENV, FRAG, SEAL, ABORT -> messages.onMessage(frame, sessionId, nowNs);
            case HEARTBEAT, LEADER_START, LEADER_STOP -> controls.onControl(frame, sessionId, nowNs);
            case FRAG_PAGE, FRAG_CHUNK -> throw new IllegalArgumentException(frame.kind + " is not signed");
        };
    }

    private Verdict checkPiece(final PieceFrame piece, final int sessionId, final long nowNs)
    {
        if (budget.isRejected(sessionId, nowNs))
        {
            return Verdict.OVER_BUDGET;
        }

        return piece.chainId == schedule.chainId() ?
            pieces.onPiece(piece, sessionId, nowNs) : Verdict.FOREIGN_CHAIN;
    }

    private boolean isCrowded()
    {
        return 2 * table.liveCount() >= limits.windowBlocks() || 2 * slab.usedBytes() >= limits.slabBytes();
    }
}
