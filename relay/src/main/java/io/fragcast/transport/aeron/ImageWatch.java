package io.fragcast.transport.aeron;

import io.aeron.AeronCounters;
import io.aeron.Image;
import org.agrona.concurrent.status.CountersReader;

import java.util.concurrent.TimeUnit;

/**
 * Tells of the image that a source follows whether its publisher restarted and whether its stream stands still: what
 * the driver saw come, against what can be read. Used by the source's thread, once in each of its duty cycles.
 * <ul>
 *   <li>Restarted: a SETUP of another publication came while the one followed was silent for more than one of Aeron's
 *       heartbeats (100 ms); or any SETUP while it was silent for 300 ms. A forged SETUP alone changes nothing.</li>
 *   <li>At a hole: {@code rcv-hwm} is ahead of the position and the next frame is not there, though the handler took
 *       all that was offered. ({@code rcv-pos} says the same, but late: a conductor at rest moves it once a
 *       millisecond.) Stuck: so for {@link LinkBudget#stuckNs}, seen in ten duty cycles at least.</li>
 *   <li>Still: datagrams beyond the position keep coming, or came, and it stood still for 300 ms: also where Aeron
 *       itself refused them. Behind an outside driver, which has none of our endpoints to tell what came, a position
 *       that stood still for 300 ms is reason enough: a leader's heartbeats move it every 100 ms.</li>
 * </ul>
 * Silence counts only in duty cycles at most 50 ms apart: in a stall of this process nothing is heard because nothing
 * is read.
 */
final class ImageWatch
{
    /** Three application heartbeats, and three of Aeron's. */
    static final long SILENCE_NS = TimeUnit.MILLISECONDS.toNanos(300);
    // One and a half of Aeron's heartbeats: a live publication is heard within this.
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(150);
    // Half an Aeron heartbeat: in cycles this close no heartbeat can have waited unread.
    private static final long CYCLE_MAX_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int STUCK_CYCLES = 10;

    private final InboundSession session;
    private final boolean isGuarded;
    private final boolean isBeating;
    private final long stuckNs;
    private CountersReader counters;

    private int highWaterMarkId = CountersReader.NULL_COUNTER_ID;
    private long lastCycleNs;
    private long silentNs;
    private long stillNs;
    private long lastAccepted;
    private long lastPosition;
    private long aheadAtProgress;
    private long setupsWhenHeard;
    private long foreignSetupsWhenHeard;
    private boolean isAtHole;
    private long holePosition;
    private long holeSinceNs;
    private long holeCountedNs;

    /**
     * A watch over the images of one source.
     *
     * @param channel   of the stream.
     * @param session   where the driver tells what came.
     * @param isGuarded true if the driver has our endpoints.
     * @param counters  of the driver.
     */
    ImageWatch(
        final ChannelConfig channel,
        final InboundSession session,
        final boolean isGuarded,
        final CountersReader counters)
    {
        this.session = session;
        this.isGuarded = isGuarded;
        this.isBeating = StreamKind.ONE_WAY == channel.kind();
        this.stuckNs = channel.stuckNs();
        this.counters = counters;
    }

    /**
     * The driver's counters as another client sees them.
     */
    void counters(final CountersReader counters)
    {
        this.counters = counters;
    }

    /**
     * Time counts from here.
     */
    void start(final long nowNs)
    {
        lastCycleNs = nowNs;
    }

    /**
     * Another image is followed.
     */
    void follow(final Image image)
    {
        final long position = image.position();
        session.follow(image.initialTermId(), image.termBufferLength(), position);
        highWaterMarkId = counters.findByTypeIdAndRegistrationId(
            AeronCounters.DRIVER_RECEIVER_HWM_TYPE_ID, image.correlationId());
        isAtHole = false;
        lastPosition = position;
        silentNs = 0;
        stillNs = 0;
        setupsWhenHeard = session.setups();
        foreignSetupsWhenHeard = session.foreignSetups();
        aheadAtProgress = session.ahead();
    }

    /**
     * No image is followed.
     */
    void followNone()
    {
        session.followNone();
        highWaterMarkId = CountersReader.NULL_COUNTER_ID;
        isAtHole = false;
    }

    /**
     * A duty cycle without an image.
     */
    void onIdleCycle(final long nowNs)
    {
        lastCycleNs = nowNs;
    }

    /**
     * A duty cycle, after the image was polled.
     *
     * @param nowNs    monotonic nanoseconds.
     * @param position read up to.
     * @param isDry    true if there was nothing more to read.
     */
    void onCycle(final long nowNs, final long position, final boolean isDry)
    {
        final long cycleNs = nowNs - lastCycleNs;
        lastCycleNs = nowNs;
        final long countedNs = cycleNs > CYCLE_MAX_NS ? 0 : cycleNs;

        session.position(position);
        noteHeard(countedNs);
        noteProgress(countedNs, position, isDry);
        noteHole(nowNs, cycleNs, position, isDry);
        lastPosition = position;
    }

    boolean isRestarted()
    {
        return (silentNs >= QUIET_NS && session.foreignSetups() != foreignSetupsWhenHeard) ||
            (silentNs >= SILENCE_NS && session.setups() != setupsWhenHeard);
    }

    boolean isStuck()
    {
        return stillNs >= SILENCE_NS || (isAtHole && holeCountedNs >= stuckNs);
    }

    /**
     * How long the stream has stood at a hole.
     *
     * @return nanoseconds; 0 if it does not.
     */
    long stalledNs(final long nowNs)
    {
        return isAtHole ? Math.max(1, nowNs - holeSinceNs) : 0;
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

    private void noteProgress(final long countedNs, final long position, final boolean isDry)
    {
        final boolean isBehind = isGuarded ?
            session.highestPosition() > position || session.ahead() != aheadAtProgress : isBeating;
        if (isBehind && isDry && position == lastPosition)
        {
            stillNs += countedNs;
            return;
        }
        stillNs = 0;
        aheadAtProgress = session.ahead();
    }

    private void noteHole(final long nowNs, final long cycleNs, final long position, final boolean isDry)
    {
        final boolean isSeen = isDry &&
            CountersReader.NULL_COUNTER_ID != highWaterMarkId &&
            counters.getCounterValue(highWaterMarkId) > position;
        if (isSeen && isAtHole && position == holePosition)
        {
            holeCountedNs += Math.min(cycleNs, stuckNs / STUCK_CYCLES);
            return;
        }
        isAtHole = isSeen;
        holePosition = position;
        holeSinceNs = nowNs;
        holeCountedNs = 0;
    }
}
