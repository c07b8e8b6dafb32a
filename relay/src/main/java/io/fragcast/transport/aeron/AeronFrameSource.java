package io.fragcast.transport.aeron;

import io.aeron.Aeron;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.Header;
import io.fragcast.transport.FrameHandler;
import io.fragcast.transport.FrameSource;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * A stream from one peer or group, over a subscription pinned to its session. Made by {@link AeronClient#addSource},
 * used and closed by one thread, which calls {@link #poll} and {@link #doWork} in each duty cycle.
 * <p>
 * Aeron keeps an image of a dead publisher for its liveness timeout and ignores the successor meanwhile, and never
 * leaves a hole that nobody can fill; so the source watches, and recovers in the one way there is: read what is there,
 * close the subscription, add it again.
 * <pre>
 *            driver answered          restarted or stuck        read dry            5 ms
 *   ADDING ──────────────────▶ OPEN ─────────────────▶ LEAVING ─────────▶ PAUSED ───────▶ ADDING
 * </pre>
 * What counts as restarted or stuck, {@link ImageWatch} says. No two recoveries start within 300 ms.
 */
public final class AeronFrameSource implements FrameSource
{
    enum State
    {
        /** The driver was asked for the subscription. */
        ADDING,
        /** The subscription is there, with an image or without. */
        OPEN,
        /** To be closed once all that the image holds was handed over. */
        LEAVING,
        /** Closed; added again after the pause. */
        PAUSED,
        /** Closed by its owner. */
        CLOSED
    }

    // Time for other subscribers of the same group in this driver to leave too: the image goes with the last of them.
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final String name;
    private final String channel;
    private final int streamId;
    private final int maxPayloadLength;
    private final InboundSession session;
    private final ImageWatch watch;
    private final AeronClient client;
    private Aeron aeron;
    private final ErrorHandler errorHandler;
    private final AtomicCounter remade;
    private final Runnable onClose;
    private final ControlledFragmentHandler fragmentHandler = this::onFragment;

    private State state = State.ADDING;
    private long registrationId;
    private long resumeAtNs;
    private long recoveredAtNs;
    private boolean hasRecovered;
    private @Nullable Subscription subscription;
    private @Nullable Image image;
    private @Nullable FrameHandler handler;
    private boolean isDry = true;
    private boolean isPushedBack;
    private boolean isPoisoned;
    private long workedNs;
    private long heardNs = NEVER_NS;

    AeronFrameSource(
        final String name,
        final ChannelConfig config,
        final InboundSession session,
        final boolean isGuarded,
        final AeronClient client,
        final ErrorHandler errorHandler,
        final AtomicCounter remade,
        final Runnable onClose)
    {
        this.name = name;
        this.channel = config.subscriptionUri();
        this.streamId = config.streamId();
        this.maxPayloadLength = config.maxPayloadLength();
        this.session = session;
        this.client = client;
        this.aeron = client.aeron();
        this.watch = new ImageWatch(config, session, isGuarded, aeron.countersReader());
        this.errorHandler = errorHandler;
        this.remade = remade;
        this.onClose = onClose;
        registrationId = aeron.asyncAddSubscription(channel, streamId);
    }

    @Override
    public int poll(final FrameHandler handler, final int frameLimit)
    {
        final Image image = this.image;
        if (null == image)
        {
            return 0;
        }

        this.handler = handler;
        isPushedBack = false;
        final int taken = image.controlledPoll(fragmentHandler, frameLimit);
        isDry = 0 == taken && !isPushedBack;
        if (0 < taken)
        {
            heardNs = workedNs;
        }

        return taken;
    }

    @Override
    public int doWork(final long nowNs)
    {
        workedNs = nowNs;
        if (aeron != client.aeron() && State.CLOSED != state)
        {
            followClient(nowNs);
        }

        return switch (state)
        {
            case ADDING -> tryOpen(nowNs);
            case OPEN -> watch(nowNs);
            case LEAVING -> tryLeave(nowNs);
            case PAUSED -> tryAddAgain(nowNs);
            case CLOSED -> 0;
        };
    }

    @Override
    public long heardNs()
    {
        return heardNs;
    }

    @Override
    public long stalledNs(final long nowNs)
    {
        return watch.stalledNs(nowNs);
    }

    @Override
    public boolean isConnected()
    {
        final Image image = this.image;

        return null != image && !image.isClosed();
    }

    @Override
    public int sessionId()
    {
        return session.sessionId();
    }

    @Override
    public String name()
    {
        return name;
    }

    @Override
    public void close()
    {
        if (State.CLOSED != state)
        {
            release();
            state = State.CLOSED;
            onClose.run();
        }
    }

    /**
     * Leaves the stream once what it holds was read, and makes it anew.
     */
    void remake(final long nowNs)
    {
        if (State.OPEN == state)
        {
            hasRecovered = true;
            recoveredAtNs = nowNs;
            remade.increment();
            state = State.LEAVING;
        }
    }

    /**
     * The subscription, while the driver has it.
     *
     * @return its registration id, or null value.
     */
    long subscriptionId()
    {
        return State.OPEN == state ? registrationId : Aeron.NULL_VALUE;
    }

    /**
     * The image that is followed.
     *
     * @return null if there is none, or if it is about to be left.
     */
    @Nullable Image image()
    {
        return State.OPEN == state ? image : null;
    }

    @Override
    public String toString()
    {
        return "AeronFrameSource{" + name + " " + state + " " + channel + " stream " + streamId + "}";
    }

    private ControlledFragmentHandler.Action onFragment(
        final DirectBuffer buffer, final int offset, final int length, final Header header)
    {
        if (length <= 0 || length > maxPayloadLength)
        {
            // Only an outside driver without our endpoints lets such a frame through: nothing behind it can be trusted.
            isPoisoned = true;
            return ControlledFragmentHandler.Action.ABORT;
        }

        final FrameHandler handler = this.handler;
        if (null == handler || !handler.onFrame(buffer, offset, length, session.sessionId()))
        {
            isPushedBack = true;
            return ControlledFragmentHandler.Action.ABORT;
        }

        return ControlledFragmentHandler.Action.CONTINUE;
    }

    private int tryOpen(final long nowNs)
    {
        try
        {
            final Subscription answered = aeron.getSubscription(registrationId);
            if (null == answered)
            {
                return 0;
            }
            subscription = answered;
            watch.start(nowNs);
            state = State.OPEN;
        }
        catch (final RegistrationException ex)
        {
            registrationId = Aeron.NULL_VALUE;
            errorHandler.onError(ex);
            release();
            resumeAtNs = nowNs + ImageWatch.SILENCE_NS;
            state = State.PAUSED;
        }

        return 1;
    }

    private int watch(final long nowNs)
    {
        final int work = followImage();
        final Image image = this.image;
        if (null == image)
        {
            watch.onIdleCycle(nowNs);
            return work;
        }

        watch.onCycle(nowNs, image.position(), isDry);
        if (isPoisoned || watch.isRestarted() || watch.isStuck())
        {
            if (hasRecovered && nowNs - recoveredAtNs < ImageWatch.SILENCE_NS)
            {
                return work;
            }
            remake(nowNs);
            return work + 1;
        }

        return work;
    }

    private int followImage()
    {
        final Subscription subscription = this.subscription;
        if (null == subscription)
        {
            return 0;
        }

        final Image now = subscription.imageBySessionId(session.sessionId());
        if (now == image)
        {
            return 0;
        }

        image = now;
        isDry = true;
        isPoisoned = false;
        if (null == now)
        {
            watch.followNone();
        }
        else
        {
            watch.follow(now);
        }

        return 1;
    }

    private int tryLeave(final long nowNs)
    {
        final Image image = this.image;
        if (null != image && !image.isClosed() && !isDry && !isPoisoned)
        {
            return 0;
        }
        release();
        resumeAtNs = nowNs + PAUSE_NS;
        state = State.PAUSED;

        return 1;
    }

    private int tryAddAgain(final long nowNs)
    {
        if (resumeAtNs - nowNs > 0 || aeron.isClosed())
        {
            return 0;
        }
        registrationId = aeron.asyncAddSubscription(channel, streamId);
        state = State.ADDING;

        return 1;
    }

    private void release()
    {
        aeron.asyncRemoveSubscription(registrationId);
        forget();
    }

    private void forget()
    {
        image = null;
        subscription = null;
        isDry = true;
        isPoisoned = false;
        watch.followNone();
        registrationId = Aeron.NULL_VALUE;
    }

    /** What was made by a client that is gone, is gone with it. */
    private void followClient(final long nowNs)
    {
        aeron = client.aeron();
        forget();
        watch.counters(aeron.countersReader());
        resumeAtNs = nowNs + PAUSE_NS;
        state = State.PAUSED;
    }
}
