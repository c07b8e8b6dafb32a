package io.fragcast.sim;

import io.fragcast.AbortReason;
import io.fragcast.Env;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.Seal;
import io.fragcast.cli.BlockCutter;
import io.fragcast.cli.BlockRecord;
import io.fragcast.ethereum.Header;
import io.fragcast.sim.checker.Published;
import io.fragcast.sim.checker.SimFailure;
import io.fragcast.sim.checker.TxsHash;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The block builder beside one leader: hands over its blocks of the chain, one request at a time, at the cadence of the
 * run. What is pushed back it offers again; when its sequencer comes back from a crash it opens the block anew.
 */
final class SimBuilder implements FragPublisher.Listener
{
    private static final byte[] NO_SIGNATURE = new byte[0];
    private static final long RETRY_NS = 1_000_000;
    private static final double ABORT_PROBABILITY = 0.25;
    /** Position of the Env in an attempt; frag i stands at i, the Seal after the last frag. */
    private static final int ENV_POSITION = -1;

    private final int leader;
    private final SimulatorOptions options;
    private final EventQueue events;
    private final EventLog log;
    private final SimRandom random;
    private final SimWork work;
    private final Published published;
    private final Runnable wakeLeader;
    private @Nullable FragPublisher publisher;
    private SimWork.@Nullable Job job;
    private List<List<byte[]>> cut = List.of();
    private int position = ENV_POSITION;
    private int abortPosition;
    private boolean isAwaitingReply;
    private boolean isAborting;
    private long dueNs;

    SimBuilder(
        final int leader,
        final SimulatorOptions options,
        final EventQueue events,
        final EventLog log,
        final SimRandom random,
        final SimWork work,
        final Published published,
        final Runnable wakeLeader)
    {
        this.leader = leader;
        this.options = options;
        this.events = events;
        this.log = log;
        this.random = random;
        this.work = work;
        this.published = published;
        this.wakeLeader = wakeLeader;
    }

    /** The sequencer came up. A block whose Seal had no answer is opened again, and refused where it was sealed. */
    void onLeaderUp(final FragPublisher publisher)
    {
        this.publisher = publisher;
        job = null;
        isAwaitingReply = false;
        isAborting = false;
    }

    /** The sequencer is gone. */
    void onLeaderDown()
    {
        publisher = null;
    }

    /** Starts to build. */
    void start()
    {
        events.in(RETRY_NS, this::tick);
    }

    @Override
    public void onReply(
        final FragPublisher.Request request, final long blockNumber, final int seq, final PublishResult result)
    {
        log.on(EventLog.Kind.BUILD, leader, "reply " + request + ' ' + result + " to seq " + seq + " of", blockNumber);
        isAwaitingReply = false;
        switch (result)
        {
            case OK -> onTaken(request, blockNumber);
            case BACK_PRESSURED, NOT_CONNECTED -> dueNs = events.nowNs() + RETRY_NS;
            case NO_OPEN_BLOCK, OUT_OF_ORDER -> job = null;
            case ALREADY_SEALED ->
            {
                work.onSealed(blockNumber);
                job = null;
            }
            case NOT_LEADER ->
            {
                if (!work.isRefusable())
                {
                    throw refused(request, blockNumber, result);
                }
                job = null;
                dueNs = events.nowNs() + RETRY_NS;
            }
            case CLOSED, TOO_LARGE, MALFORMED -> throw refused(request, blockNumber, result);
            default -> throw new SimFailure("reply " + result);
        }
    }

    private SimFailure refused(
        final FragPublisher.Request request, final long blockNumber, final PublishResult result)
    {
        return new SimFailure("leader " + leader + " refused " + request + " of " + blockNumber + ": " + result);
    }

    private void tick(final long nowNs)
    {
        final FragPublisher publisher = this.publisher;
        if (null != publisher)
        {
            publisher.poll();
            if (!isAwaitingReply && dueNs <= nowNs)
            {
                build(publisher);
            }
        }
        if (!work.isOver())
        {
            events.in(isAwaitingReply ? options.cycleNs() * 2 : Math.max(options.cycleNs(), RETRY_NS / 4), this::tick);
        }
    }

    private void build(final FragPublisher publisher)
    {
        SimWork.Job job = this.job;
        if (null == job)
        {
            job = work.next();
            if (null == job)
            {
                return;
            }
            this.job = job;
            position = ENV_POSITION;
            plan(job.block());
        }
        final BlockRecord block = job.block();

        final PublishResult result;
        isAborting = position == abortPosition;
        if (isAborting && random.isHit(0.5))
        {
            result = publisher.abort(block.number(), AbortReason.BUILDER);
        }
        else if (isAborting || ENV_POSITION == position)
        {
            isAborting = false;
            if (position == abortPosition)
            {
                plan(block);
                position = ENV_POSITION;
            }
            result = publisher.env(toEnv(job));
        }
        else if (position < cut.size())
        {
            result = publisher.frag(block.number(), position, cut.size() - 1 == position, cut.get(position));
        }
        else
        {
            result = publisher.seal(toSeal(job));
        }

        log.on(EventLog.Kind.BUILD, leader, "request at position " + position + ' ' + result + " of", block.number());
        if (PublishResult.OK == result)
        {
            isAwaitingReply = true;
            wakeLeader.run();
        }
        else if (PublishResult.BACK_PRESSURED == result || PublishResult.NOT_CONNECTED == result)
        {
            dueNs = events.nowNs() + RETRY_NS;
        }
        else
        {
            throw new SimFailure("publisher of leader " + leader + " says " + result);
        }
    }

    private void onTaken(final FragPublisher.Request request, final long blockNumber)
    {
        switch (request)
        {
            case ENV, FRAG ->
            {
                position++;
                dueNs = events.nowNs() + (position == cut.size() ? 0 : options.cadenceNs());
            }
            case SEAL ->
            {
                work.onSealed(blockNumber);
                job = null;
                dueNs = events.nowNs() + options.cadenceNs();
            }
            case ABORT ->
            {
                job = null;
                dueNs = events.nowNs() + options.cadenceNs();
            }
            default -> throw new SimFailure("reply to " + request);
        }
    }

    /** Cuts the block, each time in another way. */
    private void plan(final BlockRecord block)
    {
        final int fragCount = random.between(1, options.fragsPerBlock());
        final BlockCutter.Rule rule =
            random.isHit(0.5) ? BlockCutter.Rule.EQUAL_COUNT : BlockCutter.Rule.EQUAL_GAS;
        cut = new ArrayList<>();
        final long[] hashes = new long[fragCount];
        new BlockCutter(fragCount, rule).cut(block).frags().forEach((frag) ->
        {
            final TxsHash hash = new TxsHash();
            for (final byte[] tx : frag.txs())
            {
                hash.add(new UnsafeBuffer(tx), 0, tx.length);
            }
            hashes[cut.size()] = hash.value();
            cut.add(frag.txs());
        });
        published.onCut(block.number(), hashes);
        abortPosition = options.isOn(Fault.ABORT) && random.isHit(ABORT_PROBABILITY) ?
            random.between(0, fragCount) : Integer.MAX_VALUE;
    }

    private static Env toEnv(final SimWork.Job job)
    {
        final Header header = job.block().header();
        final Long baseFee = header.baseFeePerGas();
        final byte[] beaconRoot = header.parentBeaconBlockRoot();

        return new Env(
            header.number(),
            job.parentHash(),
            header.beneficiary(),
            header.timestamp(),
            header.gasLimit(),
            null == baseFee ? 0 : baseFee,
            header.difficulty(),
            header.mixHash(),
            header.extraData(),
            null == beaconRoot ? new byte[32] : beaconRoot,
            NO_SIGNATURE);
    }

    private Seal toSeal(final SimWork.Job job)
    {
        final Header header = job.block().header();

        return new Seal(
            cut.size(),
            header.number(),
            header.gasUsed(),
            header.gasLimit(),
            job.parentHash(),
            header.transactionsRoot(),
            header.receiptsRoot(),
            header.stateRoot(),
            job.hash(),
            NO_SIGNATURE);
    }
}
