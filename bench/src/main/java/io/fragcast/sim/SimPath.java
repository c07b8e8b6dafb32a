package io.fragcast.sim;

import io.fragcast.sim.SimNetwork.DropReason;
import io.fragcast.transport.SendResult;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/**
 * One direction between two nodes, one stream on it.
 * <pre>
 *   sink ──send──▶ [ wire ] ──arrival──▶ [ arrived ] ──poll──▶ source
 *                  └──────── unconsumed ≤ window ────────┘
 * </pre>
 * A reliable path models what Aeron's NAK makes of a loss: the frame comes a round trip later, and everything behind it
 * waits. When a path is cut, or its receiver down, for longer than {@link #IMAGE_TIMEOUT_NS} the image is made anew:
 * what was on the way is gone and the stream goes on where its sender is by then.
 */
public final class SimPath
{
    /** DESIGN §4.4: an image silent for 300 ms is left and made anew. */
    public static final long IMAGE_TIMEOUT_NS = 300_000_000;

    /** DESIGN §4.4: back in 10 to 110 ms. */
    private static final long MIN_SET_UP_NS = 10_000_000;
    private static final long MAX_SET_UP_NS = 110_000_000;
    private static final int FRAME_ALIGNMENT = 32;
    private static final int FRAME_HEADER_LENGTH = 32;
    private static final double LOSS_IN_BURST = 0.9;
    private static final int LATE_FACTOR = 10;
    private static final long NOT_CUT = -1;

    private final SimNetwork network;
    private final int from;
    private final int to;
    private final int sessionId;
    private final SimRandom random;
    private final ArrayDeque<SimFrame> wire = new ArrayDeque<>();
    private final ArrayDeque<SimFrame> arrived = new ArrayDeque<>();
    private PathOptions options;
    private boolean isSenderUp = true;
    private boolean isReceiverUp = true;
    private boolean isHeard = true;
    private boolean isImageLost;
    private long connectedFromNs;
    private long dataCutSinceNs = NOT_CUT;
    private long answersCutSinceNs = NOT_CUT;
    private long cloggedUntilNs;
    private long burstUntilNs;
    private long lastArrivalNs;
    private int unconsumedBytes;
    private int withheldCredit;
    private int generation;
    private int unorderedOnTheWay;

    SimPath(
        final SimNetwork network,
        final int from,
        final int to,
        final int sessionId,
        final PathOptions options,
        final SimRandom random)
    {
        this.network = network;
        this.from = from;
        this.to = to;
        this.sessionId = sessionId;
        this.options = options;
        this.random = random;
    }

    /**
     * Index of the sending node.
     *
     * @return the index.
     */
    public int from()
    {
        return from;
    }

    /**
     * Index of the receiving node.
     *
     * @return the index.
     */
    public int to()
    {
        return to;
    }

    int sessionId()
    {
        return sessionId;
    }

    long nowNs()
    {
        return network.events.nowNs();
    }

    int subject()
    {
        return EventLog.path(from, to);
    }

    /**
     * Changes how the path behaves from now on.
     *
     * @param options from now on.
     */
    public void options(final PathOptions options)
    {
        this.options = options;
    }

    /**
     * How the path behaves.
     *
     * @return the options.
     */
    public PathOptions options()
    {
        return options;
    }

    boolean isConnected()
    {
        return isHeard && isSenderUp && isReceiverUp && !isImageLost && network.events.nowNs() >= connectedFromNs;
    }

    long framesOnTheWay()
    {
        return wire.size() + arrived.size() + unorderedOnTheWay;
    }

    SendResult tryClaim(final int length)
    {
        if (!isConnected())
        {
            return SendResult.NOT_CONNECTED;
        }
        if (options.isReliable() && unconsumedBytes + aligned(length) > options.windowBytes())
        {
            return SendResult.BACK_PRESSURED;
        }

        return SendResult.OK;
    }

    void send(final DirectBuffer source, final int offset, final int length)
    {
        network.onSent();
        network.log.on(EventLog.Kind.SEND, subject(), "", source, offset, length);
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
        copy.putBytes(0, source, offset, length);
        if (options.isReliable())
        {
            sendOrdered(copy, length);
        }
        else
        {
            sendUnordered(copy, length, false);
            if (random.isHit(options.duplicateProbability()))
            {
                network.onDuplicated();
                sendUnordered(copy, length, true);
            }
        }
    }

    /**
     * Offers what has arrived, in the order in which it came.
     *
     * @param taker  looks at the head; answers whether it took it.
     * @return true if a frame was taken.
     */
    boolean poll(final Taker taker)
    {
        final SimFrame frame = arrived.peek();
        if (null == frame || !taker.take(frame))
        {
            return false;
        }

        arrived.remove();
        network.onDelivered(this, frame);
        credit(aligned(frame.length));

        return true;
    }

    /** Looks at a frame and takes it or leaves it. */
    @FunctionalInterface
    interface Taker
    {
        boolean take(SimFrame frame);
    }

    /**
     * Cuts the way of the datagrams, the way of the receiver's answers, or both.
     *
     * @param isDataCut    what is sent no longer comes.
     * @param areAnswersCut the sender no longer hears what was consumed.
     */
    public void cut(final boolean isDataCut, final boolean areAnswersCut)
    {
        final long nowNs = network.events.nowNs();
        if (isDataCut && NOT_CUT == dataCutSinceNs)
        {
            dataCutSinceNs = nowNs;
            loseImageIf(() -> NOT_CUT != dataCutSinceNs && dataCutSinceNs == nowNs);
        }
        if (areAnswersCut && NOT_CUT == answersCutSinceNs)
        {
            answersCutSinceNs = nowNs;
            loseImageIf(() -> NOT_CUT != answersCutSinceNs && answersCutSinceNs == nowNs);
        }
    }

    /**
     * Mends the path.
     */
    public void mend()
    {
        dataCutSinceNs = NOT_CUT;
        answersCutSinceNs = NOT_CUT;
        cloggedUntilNs = 0;
        burstUntilNs = 0;
        unconsumedBytes -= withheldCredit;
        withheldCredit = 0;
        if (isImageLost && isSenderUp && isReceiverUp)
        {
            remakeImage();
        }
        else
        {
            resendAtOnce(nowNs());
        }
        network.waker.wake(from);
    }

    /**
     * Hands over nothing for a while.
     *
     * @param untilNs end of it.
     */
    public void clog(final long untilNs)
    {
        cloggedUntilNs = Math.max(cloggedUntilNs, untilNs);
    }

    void onReceiverDown()
    {
        isReceiverUp = false;
        dropAll(wire, DropReason.RECEIVER_DOWN);
        dropAll(arrived, DropReason.RECEIVER_DOWN);
        forgetStream();
    }

    void onSenderDown()
    {
        isSenderUp = false;
        final int arriving = wire.size();
        boolean isHole = NOT_CUT != dataCutSinceNs;
        for (int i = 0; i < arriving; i++)
        {
            final SimFrame frame = wire.remove();
            isHole |= frame.isResent;
            if (isHole)
            {
                unconsumedBytes -= aligned(frame.length);
                network.onDropped(this, frame, DropReason.SENDER_DOWN);
            }
            else
            {
                wire.add(frame);
            }
        }
    }

    /** One end is up; the other may be down still. */
    void onNodeUp(final boolean isSender)
    {
        isSenderUp |= isSender;
        isReceiverUp |= !isSender;
        dropAll(wire, DropReason.IMAGE_REMADE);
        forgetStream();
        makeImage();
    }

    void onSourceClosed()
    {
        dropAll(arrived, DropReason.SOURCE_CLOSED);
    }

    /** The receiver opens its end, or closes it: what is on the way then is gone. */
    void hear(final boolean isNowHeard)
    {
        if (isHeard == isNowHeard)
        {
            return;
        }
        isHeard = isNowHeard;
        dropAll(wire, DropReason.SOURCE_CLOSED);
        dropAll(arrived, DropReason.SOURCE_CLOSED);
        forgetStream();
        if (isHeard)
        {
            makeImage();
        }
    }

    private void makeImage()
    {
        isImageLost = NOT_CUT != dataCutSinceNs || NOT_CUT != answersCutSinceNs;
        if (!isImageLost)
        {
            remakeImage();
        }
    }

    private void sendOrdered(final UnsafeBuffer copy, final int length)
    {
        final long nowNs = network.events.nowNs();
        long wayNs = delayNs();
        boolean isResent = false;
        while (isLost())
        {
            isResent = true;
            wayNs += options.nakDelayNs() + 2 * delayNs();
        }

        final SimFrame frame = new SimFrame(copy, length, isResent, generation);
        lastArrivalNs = Math.max(lastArrivalNs, Math.max(nowNs, cloggedUntilNs) + wayNs);
        frame.arrivalNs = lastArrivalNs;
        unconsumedBytes += aligned(length);
        wire.add(frame);
        network.events.at(frame.arrivalNs, this::pump);
    }

    private void sendUnordered(final UnsafeBuffer copy, final int length, final boolean isSecond)
    {
        final SimFrame frame = new SimFrame(copy, length, false, generation);
        if (!isSecond && isLost())
        {
            network.onDropped(this, frame, DropReason.LOST);
            return;
        }

        long wayNs = delayNs();
        if (random.isHit(options.reorderProbability()))
        {
            wayNs += random.between(0L, LATE_FACTOR * wayNs);
        }
        unorderedOnTheWay++;
        network.events.at(
            Math.max(network.events.nowNs(), cloggedUntilNs) + wayNs, (nowNs) -> arriveUnordered(frame));
    }

    private void arriveUnordered(final SimFrame frame)
    {
        unorderedOnTheWay--;
        if (!isReceiverUp || generation != frame.generation)
        {
            network.onDropped(this, frame, DropReason.RECEIVER_DOWN);
        }
        else if (NOT_CUT != dataCutSinceNs)
        {
            network.onDropped(this, frame, DropReason.CUT);
        }
        else if (unconsumedBytes + aligned(frame.length) > options.windowBytes())
        {
            network.onDropped(this, frame, DropReason.OVERRUN);
        }
        else
        {
            unconsumedBytes += aligned(frame.length);
            arrived.add(frame);
            network.waker.wake(to);
        }
    }

    private void pump(final long nowNs)
    {
        if (NOT_CUT != dataCutSinceNs)
        {
            return;
        }

        boolean hasArrived = false;
        SimFrame head = wire.peek();
        while (null != head && head.arrivalNs <= nowNs)
        {
            arrived.add(wire.remove());
            hasArrived = true;
            head = wire.peek();
        }
        if (hasArrived)
        {
            network.waker.wake(to);
        }
    }

    /** Whatever was waiting for one retransmission after another comes with the next. */
    private void resendAtOnce(final long nowNs)
    {
        final long byNs = nowNs + options.nakDelayNs() + 2 * delayNs();
        for (final SimFrame frame : wire)
        {
            frame.arrivalNs = Math.min(frame.arrivalNs, byNs);
        }
        lastArrivalNs = Math.min(lastArrivalNs, byNs);
        network.events.at(byNs, this::pump);
    }

    private void loseImageIf(final BooleanSupplier isStillCut)
    {
        network.events.in(IMAGE_TIMEOUT_NS, (nowNs) ->
        {
            if (isStillCut.getAsBoolean() && !isImageLost)
            {
                isImageLost = true;
                dropAll(wire, DropReason.IMAGE_REMADE);
            }
        });
    }

    private void remakeImage()
    {
        isImageLost = false;
        connectedFromNs = network.events.nowNs() + random.between(MIN_SET_UP_NS, MAX_SET_UP_NS);
    }

    private void forgetStream()
    {
        generation++;
        withheldCredit = 0;
        unconsumedBytes = 0;
        for (final SimFrame frame : arrived)
        {
            unconsumedBytes += aligned(frame.length);
        }
        lastArrivalNs = 0;
        burstUntilNs = 0;
    }

    private void dropAll(final ArrayDeque<SimFrame> frames, final DropReason reason)
    {
        SimFrame frame = frames.poll();
        while (null != frame)
        {
            unconsumedBytes -= aligned(frame.length);
            network.onDropped(this, frame, reason);
            frame = frames.poll();
        }
    }

    private void credit(final int bytes)
    {
        if (NOT_CUT != answersCutSinceNs)
        {
            withheldCredit += bytes;
        }
        else
        {
            unconsumedBytes -= bytes;
            network.waker.wake(from);
        }
    }

    private boolean isLost()
    {
        final long nowNs = network.events.nowNs();
        if (nowNs < burstUntilNs)
        {
            return random.isHit(LOSS_IN_BURST);
        }
        if (random.isHit(options.burstProbability()))
        {
            burstUntilNs = nowNs + random.exponentialNs(options.burstNs());
        }

        return random.isHit(options.lossProbability());
    }

    private long delayNs()
    {
        return options.minDelayNs() + random.exponentialNs(options.meanExtraDelayNs());
    }

    private static int aligned(final int length)
    {
        return BitUtil.align(length + FRAME_HEADER_LENGTH, FRAME_ALIGNMENT);
    }
}
