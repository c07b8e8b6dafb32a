package io.fragcast.edge.chain;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Follows a block of an execution client, "latest" or "finalized", by asking for it again and again: one question at a
 * time, the next after the interval. Of "latest" each block on the way is asked for too, {@link #MAX_BEHIND} at most,
 * and at first as many before it: the node may have heard of them while the source was not asked yet. "finalized"
 * jumps. Whoever fails to answer is asked ever more seldom; whoever is of another chain is not listened
 * to. Pure: no IO, no clock; used by one thread.
 * <pre>
 *   CHAIN --its id is ours--> TAG --a block--> offered --taken--> TAG after the interval
 *                              ^ \--far ahead--> BLOCK, BLOCK .. --there--/
 *                              \--no answer, an error--> the same question after a pause
 * </pre>
 */
final class ChainPoller
{
    /** Blocks on the way that are asked for: those that may wait for their Seal at once. */
    static final int MAX_BEHIND = 64;

    private static final long NULL_REQUEST = 0;
    private static final long NULL_NUMBER = Long.MIN_VALUE;

    private final ChainPort port;
    private final long chainId;
    private final String tag;
    private final boolean isEachWanted;
    private final ChainTiming timing;
    private final ChainConsumer consumer;
    private final AtomicCounter requests;
    private final AtomicCounter failures;
    private boolean isChainKnown;
    private long lastRequestId = NULL_REQUEST;
    private long pendingId = NULL_REQUEST;
    private long deadlineNs;
    private long resumeNs;
    private long retryNs;
    private long lastNumber = NULL_NUMBER;
    private byte[] lastHash = {};
    /** Follows the last that was taken, or that the source did not have before the first. */
    private long nextNumber = NULL_NUMBER;
    private long topNumber = NULL_NUMBER;
    private @Nullable ChainBlock offered;

    /**
     * A poller that has asked nothing yet.
     *
     * @param port         to ask by.
     * @param chainId      that the source must have.
     * @param tag          "latest" or "finalized".
     * @param isEachWanted are the blocks on the way wanted too?
     * @param timing       of the questions.
     * @param consumer     takes the blocks.
     * @param nowNs        monotonic nanoseconds.
     * @param counters     of the node.
     */
    ChainPoller(
        final ChainPort port,
        final long chainId,
        final String tag,
        final boolean isEachWanted,
        final ChainTiming timing,
        final ChainConsumer consumer,
        final long nowNs,
        final Counters counters)
    {
        this.port = port;
        this.chainId = chainId;
        this.tag = tag;
        this.isEachWanted = isEachWanted;
        this.timing = timing;
        this.consumer = consumer;
        resumeNs = nowNs;
        retryNs = timing.firstRetryNs();
        requests = counters.get(FragcastCounter.CHAIN_REQUESTS);
        failures = counters.get(FragcastCounter.CHAIN_FAILURES);
    }

    /** Does what is due; 0 if there was nothing to do. */
    int doWork(final long nowNs)
    {
        if (null != offered)
        {
            return offer(offered) ? 1 : 0;
        }
        if (NULL_REQUEST != pendingId)
        {
            if (nowNs - deadlineNs < 0)
            {
                return 0;
            }
            pendingId = NULL_REQUEST;
            fail(nowNs);
            return 1;
        }
        if (nowNs - resumeNs < 0)
        {
            return 0;
        }

        pendingId = ++lastRequestId;
        deadlineNs = nowNs + timing.timeoutNs();
        requests.incrementRelease();
        port.ask(pendingId, !isChainKnown ? ChainPort.CHAIN :
            isOnTheWay() ? "0x" + Long.toHexString(nextNumber) : tag);

        return 1;
    }

    /**
     * A question was answered; one that was given up is not listened to.
     *
     * @param requestId of the question.
     * @param answer    to it.
     * @param nowNs     monotonic nanoseconds.
     * @return null, or what the operator must know: why the source is of no use.
     */
    @Nullable String onAnswer(final long requestId, final ChainAnswer answer, final long nowNs)
    {
        if (requestId != pendingId)
        {
            return null;
        }
        pendingId = NULL_REQUEST;
        if (ChainAnswer.Outcome.FAILED == answer.outcome())
        {
            fail(nowNs);
            return answer.text();
        }
        if (!isChainKnown)
        {
            return onChain(answer.chainId(), nowNs);
        }

        retryNs = timing.firstRetryNs();
        final ChainBlock block = answer.block();
        if (null == block && isOnTheWay() && NULL_NUMBER == lastNumber)
        {
            // Its history begins above.
            nextNumber++;
            resumeNs = nowNs;
        }
        else if (null == block)
        {
            // Nothing is final yet; or what was on the way is gone, and the way is another now.
            topNumber = NULL_NUMBER;
            resumeNs = nowNs + timing.intervalNs();
        }
        else if (isOnTheWay())
        {
            onStep(block, nowNs);
        }
        else
        {
            onTop(block, nowNs);
        }

        return null;
    }

    private @Nullable String onChain(final long id, final long nowNs)
    {
        if (id != chainId)
        {
            fail(nowNs);
            return "it carries chain " + Long.toUnsignedString(id) + ", not " + Long.toUnsignedString(chainId);
        }
        isChainKnown = true;

        return null;
    }

    private void onStep(final ChainBlock block, final long nowNs)
    {
        resumeNs = nowNs;
        take(block);
    }

    private void onTop(final ChainBlock block, final long nowNs)
    {
        if (isEachWanted && block.number() > Math.max(nextNumber, 0))
        {
            topNumber = block.number();
            nextNumber = Math.max(Math.max(nextNumber, 0), topNumber - MAX_BEHIND);
            resumeNs = nowNs;
            return;
        }
        topNumber = NULL_NUMBER;
        resumeNs = nowNs + timing.intervalNs();
        if (block.number() != lastNumber || !Arrays.equals(block.hash(), lastHash))
        {
            take(block);
        }
    }

    private void take(final ChainBlock block)
    {
        lastNumber = block.number();
        lastHash = block.hash();
        nextNumber = lastNumber + 1;
        offered = block;
        offer(block);
    }

    private boolean offer(final ChainBlock block)
    {
        final boolean isTaken = consumer.onBlock(block);
        if (isTaken)
        {
            offered = null;
        }

        return isTaken;
    }

    private boolean isOnTheWay()
    {
        return NULL_NUMBER != topNumber && nextNumber < topNumber;
    }

    private void fail(final long nowNs)
    {
        failures.incrementRelease();
        resumeNs = nowNs + retryNs;
        retryNs = Math.min(2 * retryNs, timing.maxRetryNs());
    }
}
