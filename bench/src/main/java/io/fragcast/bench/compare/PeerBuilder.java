package io.fragcast.bench.compare;

import io.fragcast.Env;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.bench.SampleChain;
import io.fragcast.node.SequencerNode;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Builds blocks in the sequencer's hot thread: a frag each time that one is due, its Env before and its Seal after. The
 * Env's extra data tells the replicas when frags are due.
 */
final class PeerBuilder implements Agent
{
    /** Monad's planning figure, as the other contenders cut. */
    private static final int TX_LENGTH = 200;
    private static final long LATE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int TOLD = 10;
    /** Where they are due: what follows at once need not wait for a turn of the thread. */
    private static final int MESSAGES_PER_TURN = 8;

    private final FragPublisher publisher;
    private final PeerOptions options;
    private final int fragsPerBlock;
    private final NanoClock clock;
    private final SampleChain chain;
    private final UnsafeBuffer timetable = new UnsafeBuffer(new byte[2 * Long.BYTES]);
    private final AtomicInteger refused = new AtomicInteger();
    private final SendTimes times;
    private final int firstMeasured;
    private volatile boolean isBegun;
    private volatile boolean isDone;
    private long late;
    private long lateNs;
    private int next;
    private int unanswered;
    private boolean isEnvSent;
    private boolean isFragSent;
    private boolean isLateCounted;

    PeerBuilder(
        final SequencerNode sequencer, final PeerOptions options, final int fragsPerBlock, final NanoClock clock)
    {
        this.options = options;
        this.fragsPerBlock = fragsPerBlock;
        this.clock = clock;
        publisher = sequencer.newPublisher(
            (request, blockNumber, seq, result) ->
            {
                unanswered--;
                if (PublishResult.OK != result && refused.getAndIncrement() < TOLD)
                {
                    System.out.println("REFUSED " + request + " of block " + (blockNumber - PeerNodes.FIRST_BLOCK) +
                        ", seq " + seq + ": " + result);
                }
            });
        final int txLength = Math.min(TX_LENGTH, options.bytes);
        chain = new SampleChain(options.bytes / txLength, txLength, fragsPerBlock);
        // Replicas hear of new times with an Env.
        firstMeasured = options.warmup - options.warmup % fragsPerBlock;
        times = new SendTimes(firstMeasured, options.warmupRate, options.rate);
    }

    void begin(final long startNs)
    {
        times.begin(startNs);
        isBegun = true;
    }

    @Override
    public int doWork()
    {
        int workCount = publisher.poll();
        for (int i = 0; i < MESSAGES_PER_TURN && isDue() && publish(); i++)
        {
            workCount++;
        }

        return workCount;
    }

    @Override
    public String roleName()
    {
        return "builder";
    }

    boolean isDone()
    {
        return isDone;
    }

    int refused()
    {
        return refused.get();
    }

    /** Messages after the warm-up whose sending began more than 10 ms behind time. */
    long late()
    {
        return late;
    }

    private boolean isDue()
    {
        if (!isBegun || isDone || isWarmUpUnderWay())
        {
            return false;
        }
        final long nowNs = clock.nanoTime();
        lateNs = nowNs - times.dueNs(next, nowNs);

        return lateNs >= 0;
    }

    /** Goes as far as the sequencer takes it, and on from there in the next cycle. */
    private boolean publish()
    {
        final long blockNumber = PeerNodes.FIRST_BLOCK + next / fragsPerBlock;
        final int seq = next % fragsPerBlock;
        final boolean isLast = fragsPerBlock - 1 == seq;
        if (!isLateCounted)
        {
            isLateCounted = true;
            late += next >= options.warmup && 0 != options.rate && lateNs > LATE_NS ? 1 : 0;
        }
        if (0 == seq && !isEnvSent)
        {
            isEnvSent = isTaken(publisher.env(env(blockNumber)));
            if (!isEnvSent)
            {
                return false;
            }
        }
        if (!isFragSent)
        {
            isFragSent = isTaken(publisher.frag(blockNumber, seq, isLast, chain));
            if (!isFragSent)
            {
                return false;
            }
        }
        if (isLast && !isTaken(publisher.seal(chain.seal(blockNumber))))
        {
            return false;
        }
        isEnvSent = false;
        isFragSent = false;
        isLateCounted = false;
        if (++next == options.count)
        {
            isDone = true;
        }

        return true;
    }

    /** What the sequencer has not sent yet of the warm-up would be waited for by what is measured. */
    private boolean isWarmUpUnderWay()
    {
        return times.isWarmingUp() && firstMeasured == next && 0 < unanswered;
    }

    private boolean isTaken(final PublishResult result)
    {
        final boolean isTaken = PublishResult.OK == result;
        unanswered += isTaken ? 1 : 0;

        return isTaken;
    }

    private Env env(final long blockNumber)
    {
        final Env env = chain.env(blockNumber);
        timetable.putLong(0, times.originNs());
        timetable.putDouble(Long.BYTES, times.rate());

        return new Env(
            env.blockNumber(),
            env.parentHash(),
            env.beneficiary(),
            env.timestamp(),
            env.gasLimit(),
            env.baseFee(),
            env.difficulty(),
            env.prevRandao(),
            timetable.byteArray(),
            env.parentBeaconBlockRoot(),
            env.basedOpSignature());
    }
}
