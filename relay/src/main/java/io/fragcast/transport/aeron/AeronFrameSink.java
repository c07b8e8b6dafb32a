package io.fragcast.transport.aeron;

import io.aeron.Aeron;
import io.aeron.AeronCounters;
import io.aeron.ExclusivePublication;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.BufferClaim;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import org.agrona.ErrorHandler;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.status.CountersReader;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * A stream to one peer or group over an exclusive publication. Made by {@link AeronClient#addSink}, used and closed by
 * one thread. Made without blocking: it is not connected until the driver has answered, which {@link #doWork} notices.
 * <pre>
 *             driver answered                     publication gone, driver refused
 *   ADDING ──────────────────▶ OPEN     ADDING, OPEN ──────────────────▶ PAUSED ──(300 ms)──▶ ADDING
 * </pre>
 * One way of a link is opened by the link, over a channel that names what it correlates to, and left when that is gone:
 * <pre>
 *         link opens               link leaves           driver let go of the session              300 ms
 *   IDLE ────────────▶ ADDING     OPEN ────────▶ LEAVING ──────────────────────────────▶ IDLE     PAUSED ─────▶ IDLE
 * </pre>
 */
public final class AeronFrameSink implements FrameSink
{
    enum State
    {
        /** Not opened by its link. */
        IDLE,
        /** The driver was asked for the publication. */
        ADDING,
        /** The publication is there. */
        OPEN,
        /** The driver refused it, as it does while it holds the session of a dead client; asked again later. */
        PAUSED,
        /** Closed; the driver still holds its session, for what was committed and not yet sent. */
        LEAVING,
        /** Closed by its owner. */
        CLOSED
    }

    /** Three of the heartbeats that a stream is judged by; rarer than a driver under load answers. */
    static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(300);

    // The driver forgets a publication within three turns of its timer, 50 ms each.
    private static final long FORGET_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final String name;
    private final boolean isOfLink;
    private String channel = "";
    private final int streamId;
    private final int maxPayloadLength;
    private final int framesATurn;
    private final AeronClient client;
    private Aeron aeron;
    private CountersReader countersReader;
    private final ErrorHandler errorHandler;
    private final int sessionId;
    private final BufferClaim claim = new BufferClaim();
    private State state = State.IDLE;
    private long registrationId = Aeron.NULL_VALUE;
    private @Nullable ExclusivePublication publication;
    private int senderPositionId = CountersReader.NULL_COUNTER_ID;
    private long retryAtNs;
    private long leavingId = Aeron.NULL_VALUE;

    AeronFrameSink(
        final String name,
        final ChannelConfig config,
        final AeronClient client,
        final ErrorHandler errorHandler)
    {
        this.name = name;
        this.isOfLink = StreamKind.ONE_WAY != config.kind();
        this.streamId = config.streamId();
        this.sessionId = config.sessionId();
        this.maxPayloadLength = config.maxPayloadLength();
        this.framesATurn = config.datagramsATurn();
        this.client = client;
        this.aeron = client.aeron();
        this.countersReader = aeron.countersReader();
        this.errorHandler = errorHandler;
    }

    @Override
    public int doWork(final long nowNs)
    {
        if (aeron != client.aeron() && State.CLOSED != state)
        {
            followClient(nowNs);
        }

        return switch (state)
        {
            case IDLE, CLOSED -> 0;
            case ADDING -> tryOpen(nowNs);
            case OPEN -> checkOpen(nowNs);
            case PAUSED -> tryAddAgain(nowNs);
            case LEAVING -> tryForget(nowNs);
        };
    }

    @Override
    public SendResult tryClaim(final int length)
    {
        assert length > 0 && length <= maxPayloadLength : "one frame: length=" + length + " max=" + maxPayloadLength;

        final ExclusivePublication publication = this.publication;
        if (null == publication)
        {
            return State.CLOSED == state ? SendResult.CLOSED : SendResult.NOT_CONNECTED;
        }

        return SendResult.ofPosition(publication.tryClaim(length, claim));
    }

    @Override
    public int framesATurn()
    {
        return framesATurn;
    }

    /** A group's session is its publisher's alone, so no source has it. */
    @Override
    public boolean isBackTo(final int sessionId)
    {
        return !isOfLink && this.sessionId == sessionId;
    }

    @Override
    public MutableDirectBuffer buffer()
    {
        return claim.buffer();
    }

    @Override
    public int offset()
    {
        return claim.offset();
    }

    @Override
    public void commit()
    {
        claim.commit();
    }

    /**
     * {@inheritDoc} What nobody listens to does not wait.
     */
    @Override
    public boolean isDrained()
    {
        final ExclusivePublication publication = this.publication;

        return null == publication || !publication.isConnected() ||
            countersReader.getCounterValue(senderPositionId) >= publication.position();
    }

    @Override
    public boolean isConnected()
    {
        final ExclusivePublication publication = this.publication;

        return null != publication && publication.isConnected();
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
        }
    }

    /**
     * Opens an idle stream.
     *
     * @param channel to open it over.
     * @return this.
     */
    AeronFrameSink open(final String channel)
    {
        assert State.IDLE == state : "open only what is idle: " + this;

        this.channel = channel;
        add();

        return this;
    }

    /**
     * Closes the stream to be opened again; what nobody took is dropped. A stream that the driver is just being asked
     * for goes on until it has answered.
     *
     * @param nowNs monotonic nanoseconds.
     */
    void leave(final long nowNs)
    {
        final ExclusivePublication publication = this.publication;
        if (State.OPEN == state && null != publication)
        {
            if (!isDrained())
            {
                // Else the driver holds the session until the peer has taken all, or was silent for two seconds.
                publication.revokeOnClose();
            }
            leavingId = registrationId;
            release();
            retryAtNs = nowNs + FORGET_NS;
            state = State.LEAVING;
        }
        else if (State.PAUSED == state)
        {
            state = State.IDLE;
        }
    }

    boolean isIdle()
    {
        return State.IDLE == state && !aeron.isClosed();
    }

    @Override
    public String toString()
    {
        return "AeronFrameSink{" + name + " " + state + " " + channel + " stream " + streamId + "}";
    }

    private int tryOpen(final long nowNs)
    {
        try
        {
            final ExclusivePublication answered = aeron.getExclusivePublication(registrationId);
            if (null == answered)
            {
                return 0;
            }
            senderPositionId = countersReader.findByTypeIdAndRegistrationId(
                AeronCounters.DRIVER_SENDER_POSITION_TYPE_ID, answered.registrationId());
            publication = answered;
            state = State.OPEN;
        }
        catch (final RegistrationException ex)
        {
            registrationId = Aeron.NULL_VALUE;
            errorHandler.onError(ex);
            pause(nowNs);
        }

        return 1;
    }

    private int checkOpen(final long nowNs)
    {
        final ExclusivePublication publication = this.publication;
        if (null == publication ||
            (!publication.isClosed() && publication.position() < publication.maxPossiblePosition()))
        {
            return 0;
        }
        pause(nowNs);

        return 1;
    }

    private int tryAddAgain(final long nowNs)
    {
        if (retryAtNs - nowNs > 0 || aeron.isClosed())
        {
            return 0;
        }
        if (isOfLink)
        {
            // What the channel names may be gone by now.
            state = State.IDLE;
        }
        else
        {
            add();
        }

        return 1;
    }

    private void add()
    {
        registrationId = aeron.asyncAddExclusivePublication(channel, streamId);
        state = State.ADDING;
    }

    private int tryForget(final long nowNs)
    {
        if (retryAtNs - nowNs > 0)
        {
            return 0;
        }
        retryAtNs = nowNs + FORGET_NS;
        final boolean isHeld = CountersReader.NULL_COUNTER_ID != countersReader.findByTypeIdAndRegistrationId(
            AeronCounters.DRIVER_SENDER_POSITION_TYPE_ID, leavingId);
        if (isHeld)
        {
            return 0;
        }
        state = State.IDLE;

        return 1;
    }

    private void pause(final long nowNs)
    {
        release();
        retryAtNs = nowNs + RETRY_NS;
        state = State.PAUSED;
    }

    private void release()
    {
        aeron.asyncRemovePublication(registrationId);
        forget();
    }

    private void forget()
    {
        publication = null;
        senderPositionId = CountersReader.NULL_COUNTER_ID;
        registrationId = Aeron.NULL_VALUE;
    }

    /** What was made by a client that is gone, is gone with it; the driver needs a while to notice. */
    private void followClient(final long nowNs)
    {
        aeron = client.aeron();
        countersReader = aeron.countersReader();
        forget();
        retryAtNs = nowNs + RETRY_NS;
        state = State.PAUSED;
    }
}
