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
 * <ul>
 *   <li>Restarted: a SETUP of another publication came while the one followed was silent for more than one of Aeron's
 *       heartbeats (100 ms); or any SETUP while it was silent for 300 ms. A forged SETUP alone changes nothing.</li>
 *   <li>Stuck: datagrams beyond the position keep coming, or came, and the position stood still for 300 ms though the
 *       handler took all that was offered.</li>
 * </ul>
 * Silence counts only in duty cycles at most 50 ms apart: in a stall of this process nothing is heard because nothing
 * is read. No two recoveries start within 300 ms. Behind an outside driver,
 * which has none of our endpoints to tell what came, a position that stood still for 300 ms is reason enough: the
 * application's heartbeats move it every 100 ms.
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

    /** Three application heartbeats, and three of Aeron's. */
    static final long SILENCE_NS = TimeUnit.MILLISECONDS.toNanos(300);
    // One and a half of Aeron's heartbeats: a live publication is heard within this.
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(150);
    // Half an Aeron heartbeat: in cycles this close no heartbeat can have waited unread.
    private static final long CYCLE_MAX_NS = TimeUnit.MILLISECONDS.toNanos(50);
    // Time for other subscribers of the same group in this driver to leave too: the image goes with the last of them.
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final String name;
    private final String channel;
    private final int streamId;
    private final int maxPayloadLength;
    private final InboundSession session;
    private final boolean isGuarded;
    private final Aeron aeron;
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

    private long lastWorkNs;
    private long silentNs;
    private long stillNs;
    private long lastAccepted;
    private long lastPosition;
    private long aheadAtProgress;
    private long setupsWhenHeard;
    private long foreignSetupsWhenHeard;

    AeronFrameSource(
        final String name,
        final ChannelConfig config,
        final InboundSession session,
        final boolean isGuarded,
        final Aeron aeron,
        final ErrorHandler errorHandler,
        final AtomicCounter remade,
        final Runnable onClose)
    {
        this.name = name;
        this.channel = config.subscriptionUri();
        this.streamId = config.streamId();
        this.maxPayloadLength = config.maxPayloadLength();
        this.session = session;
        this.isGuarded = isGuarded;
        this.aeron = aeron;
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

        return taken;
    }

    @Override
    public int doWork(final long nowNs)
    {
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
            lastWorkNs = nowNs;
            state = State.OPEN;
        }
        catch (final RegistrationException ex)
        {
            registrationId = Aeron.NULL_VALUE;
            errorHandler.onError(ex);
            release();
            resumeAtNs = nowNs + SILENCE_NS;
            state = State.PAUSED;
        }

        return 1;
    }

    private int watch(final long nowNs)
    {
        final long cycleNs = nowNs - lastWorkNs;
        final long countedNs = cycleNs > CYCLE_MAX_NS ? 0 : cycleNs;
        lastWorkNs = nowNs;

        final int work = followImage();
        final Image image = this.image;
        if (null == image)
        {
            return work;
        }

        final long position = image.position();
        session.position(position);
        noteHeard(countedNs);
        noteProgress(countedNs, position);

        if (isPoisoned || isRestarted() || stillNs >= SILENCE_NS)
        {
            if (hasRecovered && nowNs - recoveredAtNs < SILENCE_NS)
            {
                return work;
            }
            hasRecovered = true;
            recoveredAtNs = nowNs;
            remade.increment();
            state = State.LEAVING;
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
            session.followNone();
        }
        else
        {
            final long position = now.position();
            session.follow(now.initialTermId(), position);
            lastPosition = position;
            silentNs = 0;
            stillNs = 0;
            setupsWhenHeard = session.setups();
            foreignSetupsWhenHeard = session.foreignSetups();
            aheadAtProgress = session.ahead();
        }

        return 1;
    }

    private void noteHeard(final long countedNs)
    {
        final long accepted = session.accepted();
        if (accepted == lastAccepted)
        {
            silentNs += countedNs;
            return;
        }
        lastAccepted = accepted;
        silentNs = 0;
        setupsWhenHeard = session.setups();
        foreignSetupsWhenHeard = session.foreignSetups();
    }

    private void noteProgress(final long countedNs, final long position)
    {
        final boolean isBehind =
            !isGuarded || session.highestPosition() > position || session.ahead() != aheadAtProgress;
        if (isBehind && isDry && position == lastPosition)
        {
            stillNs += countedNs;
            return;
        }
        lastPosition = position;
        stillNs = 0;
        aheadAtProgress = session.ahead();
    }

    private boolean isRestarted()
    {
        return (silentNs >= QUIET_NS && session.foreignSetups() != foreignSetupsWhenHeard) ||
            (silentNs >= SILENCE_NS && session.setups() != setupsWhenHeard);
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
        if (resumeAtNs - nowNs > 0)
        {
            return 0;
        }
        registrationId = aeron.asyncAddSubscription(channel, streamId);
        state = State.ADDING;

        return 1;
    }

    private void release()
    {
        image = null;
        subscription = null;
        isDry = true;
        isPoisoned = false;
        session.followNone();
        aeron.asyncRemoveSubscription(registrationId);
        registrationId = Aeron.NULL_VALUE;
    }
}
