package io.fragcast.cli;

import io.fragcast.Env;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.Seal;
import io.fragcast.edge.rpc.PublishRequests;
import io.fragcast.ethereum.BasedOpMessage;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Plays real blocks into a publisher at the rhythm of a builder: Env at the start of the block's slot, frag i after
 * (i + 1) intervals, Seal right after the last frag; with an interval of 0 as fast as the publisher takes them. Used by
 * one thread. Back-pressure is waited for; a refusal ends the play with the block named.
 */
final class BlockPlayer implements FragPublisher.Listener
{
    private static final byte[] NO_SIGNATURE = new byte[0];

    private final BlockCutter cutter;
    private final long intervalNs;
    private final NanoClock clock;
    private final IdleStrategy idleStrategy;
    private final BooleanSupplier isStopped;
    private final Deque<String> refusals = new ArrayDeque<>();
    private long slotNs;
    private boolean isStarted;
    private long requested;
    private long replied;

    BlockPlayer(
        final BlockCutter cutter,
        final long intervalNs,
        final NanoClock clock,
        final IdleStrategy idleStrategy,
        final BooleanSupplier isStopped)
    {
        this.cutter = cutter;
        this.intervalNs = intervalNs;
        this.clock = clock;
        this.idleStrategy = idleStrategy;
        this.isStopped = isStopped;
    }

    /**
     * Plays one block to its end.
     *
     * @param publisher to play into, made with this as its listener.
     * @param block     to play.
     * @return false if stopped on the way.
     * @throws PlayException if the publisher refuses a request.
     */
    boolean play(final FragPublisher publisher, final BlockRecord block) throws PlayException
    {
        final BlockCutter.CutBlock cut = cutter.cut(block);
        if (!isStarted)
        {
            isStarted = true;
            slotNs = clock.nanoTime();
        }

        final Env env = PublishRequests.env(cut.env(), NO_SIGNATURE);
        final Seal seal = PublishRequests.seal(cut.seal(), NO_SIGNATURE);
        boolean goesOn = awaitTime(publisher, slotNs) && offer(publisher, () -> publisher.env(env));
        for (int i = 0; goesOn && i < cut.frags().size(); i++)
        {
            final BasedOpMessage.Frag frag = cut.frags().get(i);
            goesOn = awaitTime(publisher, slotNs + (i + 1) * intervalNs) && offer(
                publisher,
                () -> publisher.frag(frag.blockNumber(), (int)frag.seq(), frag.isLast(), frag.txs()));
        }
        goesOn = goesOn && offer(publisher, () -> publisher.seal(seal));
        slotNs += cut.frags().size() * intervalNs;

        return goesOn;
    }

    /**
     * Waits until every request has its reply.
     *
     * @param publisher that was played into.
     * @return false if stopped on the way.
     * @throws PlayException if the publisher refused a request.
     */
    boolean awaitReplies(final FragPublisher publisher) throws PlayException
    {
        while (replied < requested)
        {
            if (isStopped.getAsBoolean())
            {
                return false;
            }
            idleStrategy.idle(publisher.poll());
            throwRefusal();
        }
        throwRefusal();

        return true;
    }

    @Override
    public void onReply(
        final FragPublisher.Request request, final long blockNumber, final int seq, final PublishResult result)
    {
        replied++;
        if (PublishResult.OK != result)
        {
            refusals.add(refusal(blockNumber, request + " " + seq, result));
        }
    }

    private boolean awaitTime(final FragPublisher publisher, final long deadlineNs) throws PlayException
    {
        if (0 == intervalNs)
        {
            return !isStopped.getAsBoolean();
        }
        while (clock.nanoTime() - deadlineNs < 0)
        {
            if (isStopped.getAsBoolean())
            {
                return false;
            }
            idleStrategy.idle(publisher.poll());
            throwRefusal();
        }

        return true;
    }

    private boolean offer(final FragPublisher publisher, final Supplier<PublishResult> request) throws PlayException
    {
        PublishResult result = request.get();
        while (PublishResult.BACK_PRESSURED == result || PublishResult.NOT_CONNECTED == result)
        {
            if (isStopped.getAsBoolean())
            {
                return false;
            }
            idleStrategy.idle(publisher.poll());
            throwRefusal();
            result = request.get();
        }
        if (PublishResult.OK != result)
        {
            throw new PlayException("the publisher says " + result);
        }
        requested++;
        throwRefusal();

        return true;
    }

    private void throwRefusal() throws PlayException
    {
        if (!refusals.isEmpty())
        {
            throw new PlayException(refusals.peek());
        }
    }

    private static String refusal(final long blockNumber, final String what, final PublishResult result)
    {
        return "block " + Long.toUnsignedString(blockNumber) + ": the sequencer refused " + what + ": " + result;
    }

    /**
     * A request that the sequencer refused.
     */
    static final class PlayException extends Exception
    {
        private static final long serialVersionUID = 1L;

        private final String reason;

        PlayException(final String reason)
        {
            super(reason);
            this.reason = reason;
        }

        String reason()
        {
            return reason;
        }
    }
}
