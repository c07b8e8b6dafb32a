package io.fragcast.transport.aeron;

import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/**
 * What the sender knows of one outgoing stream from what it sent: how far it came, and how much its receivers may still
 * ask for. Used by the driver's sender thread alone.
 * <p>
 * Budgets, in bytes, so that what was sent refills them:
 * <ul>
 *   <li>NAK: each NAK that Aeron may act upon costs its range. Refilled by half of what is sent (10 % loss, each loss
 *       reported five times) and by a window every 50 ms (a tail lost in full, between two heartbeats); two windows at
 *       most. So a storm of NAKs makes the stream half as long again, not hundreds of times.</li>
 *   <li>Status messages: each costs a sixteenth of a window. A receiver sends one for each quarter of a window that it
 *       consumed, and 25 a second; this is four times that, for each of up to 64 members if it is a group.</li>
 *   <li>What opens a link, before a byte was sent: eight at once, then one every 20 ms, twice what a peer sends.</li>
 * </ul>
 */
final class OutboundSession
{
    private static final long WINDOW_REFILL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    // Refilling by time counts no more than this: both budgets are full by then.
    private static final long REFILL_MAX_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int STATUS_MESSAGES_PER_WINDOW = 16;
    private static final int GROUP_MAX = 64;
    private static final int OPENINGS_MAX = 8;
    private static final long OPENING_REFILL_NS = TimeUnit.MILLISECONDS.toNanos(20);
    // As often as a publication that nobody hears sends a SETUP.
    private static final long ASK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    // One and a half of Aeron's heartbeats: a live publication is heard within this.
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(150);

    private final boolean isGroup;
    private final long retransmitLingerNs;
    private final @Nullable ReplySession reply;
    private boolean hasSetup;
    private int initialTermId;
    private int termLength;
    private int mtu;
    private int positionBitsToShift;
    private long sentPosition;
    private long refilledPosition;
    private long refilledNs;
    private long nakBudget;
    private long statusBudget;
    private long lastNakNs;
    private boolean hasNak;
    private long openings = OPENINGS_MAX;
    private long openingsRefilledNs;
    private long askedNs;
    private long lastAccepted;
    private long heardNs;

    /**
     * A publication that was just registered with the sender.
     *
     * @param isGroup            true if multicast.
     * @param retransmitLingerNs during which Aeron repeats no retransmission of a unicast stream.
     * @param reply              what may come back to it as one way of a link; null if it is none.
     * @param nowNs              monotonic nanoseconds.
     */
    OutboundSession(
        final boolean isGroup, final long retransmitLingerNs, final @Nullable ReplySession reply, final long nowNs)
    {
        this.isGroup = isGroup;
        this.retransmitLingerNs = retransmitLingerNs;
        this.reply = reply;
        openingsRefilledNs = nowNs;
        askedNs = nowNs;
        heardNs = nowNs;
    }

    /**
     * May the receiver of this publication of answers speak from an address?
     */
    boolean isAnsweredFrom(final InetAddress source)
    {
        final ReplySession reply = this.reply;

        return null != reply && reply.isFrom(source);
    }

    /**
     * A datagram of this stream left.
     *
     * @param packet SETUP, heartbeat or frames.
     * @param length of it.
     */
    void onSent(final DirectBuffer packet, final int length)
    {
        if (DatagramCheck.isSetup(packet, length))
        {
            onSetupSent(packet);
        }
        else if (hasSetup)
        {
            // Behind a retransmission by a whole window: the highest counts.
            sentPosition = Math.max(
                sentPosition, position(DatagramCheck.dataTermId(packet), DatagramCheck.endOffset(packet, length)));
        }
    }

    /**
     * A status message of a right address.
     *
     * @param packet that passed {@link DatagramCheck#isForSender}.
     * @param nowNs  monotonic nanoseconds.
     * @return true if it may be acted upon: its receiver consumed what was sent, within the last term.
     */
    boolean onStatusMessage(final DirectBuffer packet, final long nowNs)
    {
        if (!hasSetup)
        {
            final ReplySession reply = this.reply;

            return null != reply && null == reply.responses() && DatagramCheck.isFirstStatusMessage(packet) &&
                tryOpening(nowNs);
        }
        if (!DatagramCheck.isStatusMessage(packet, termLength, mtu))
        {
            return false;
        }
        if (!DatagramCheck.isSetupRequest(packet) &&
            !isSent(DatagramCheck.controlTermId(packet), DatagramCheck.controlTermOffset(packet), 0))
        {
            return false;
        }

        refill(nowNs);
        final long cost = window() / STATUS_MESSAGES_PER_WINDOW;
        if (statusBudget < cost)
        {
            return false;
        }
        statusBudget -= cost;

        return true;
    }

    /**
     * A NAK of a right address.
     *
     * @param packet that passed {@link DatagramCheck#isForSender}.
     * @param nowNs  monotonic nanoseconds.
     * @return true if it may be acted upon: it names what was sent, within the last term and the budget.
     */
    boolean onNak(final DirectBuffer packet, final long nowNs)
    {
        if (!hasSetup || !DatagramCheck.isNak(packet, termLength))
        {
            return false;
        }
        final int range = DatagramCheck.nakRange(packet);
        if (!isSent(DatagramCheck.controlTermId(packet), DatagramCheck.controlTermOffset(packet), range))
        {
            return false;
        }
        if (!isGroup && hasNak && nowNs - lastNakNs < retransmitLingerNs)
        {
            // Aeron keeps one retransmission for a unicast stream and ignores other NAKs while it lingers: free.
            return true;
        }

        refill(nowNs);
        if (nakBudget < range)
        {
            return false;
        }
        nakBudget -= range;
        lastNakNs = nowNs;
        hasNak = true;

        return true;
    }

    /**
     * A RSP_SETUP of a right address.
     *
     * @param packet that passed {@link DatagramCheck#isForSender}.
     * @param nowNs  monotonic nanoseconds.
     * @return true if it may be acted upon: this publication asked for answers, and they have that session.
     */
    boolean onResponseSetup(final DirectBuffer packet, final long nowNs)
    {
        final InboundSession responses = responses();

        return null != responses && DatagramCheck.isResponseSetup(packet, responses.sessionId()) && tryOpening(nowNs);
    }

    /**
     * Is it time to ask for the answers to these requests, which its receiver hears? Aeron's server names their session
     * only while little is asked (each status message puts the RSP_SETUP off by 40 ms), so whatever it says will do.
     *
     * @param nowNs monotonic nanoseconds.
     * @return true if they are awaited or have been silent, and were not asked for in the last 100 ms.
     */
    boolean isToAsk(final long nowNs)
    {
        final InboundSession responses = responses();
        if (null == responses)
        {
            return false;
        }

        final long accepted = responses.accepted();
        if (accepted != lastAccepted)
        {
            lastAccepted = accepted;
            heardNs = nowNs;
        }
        final boolean isMissed = responses.isAwaited() || nowNs - heardNs >= QUIET_NS;
        if (!isMissed || nowNs - askedNs < ASK_INTERVAL_NS)
        {
            return false;
        }
        askedNs = nowNs;

        return true;
    }

    @Nullable ReplySession reply()
    {
        return reply;
    }

    private @Nullable InboundSession responses()
    {
        return null == reply ? null : reply.responses();
    }

    private boolean tryOpening(final long nowNs)
    {
        final long refill = Math.min(OPENINGS_MAX, (nowNs - openingsRefilledNs) / OPENING_REFILL_NS);
        if (refill > 0)
        {
            openings = Math.min(OPENINGS_MAX, openings + refill);
            openingsRefilledNs = nowNs;
        }
        if (0 == openings)
        {
            return false;
        }
        openings--;

        return true;
    }

    private void onSetupSent(final DirectBuffer packet)
    {
        initialTermId = DatagramCheck.setupInitialTermId(packet);
        if (!hasSetup)
        {
            hasSetup = true;
            termLength = DatagramCheck.setupTermLength(packet);
            mtu = DatagramCheck.setupMtu(packet);
            positionBitsToShift = Integer.numberOfTrailingZeros(termLength);
            nakBudget = nakBudgetMax();
            statusBudget = statusBudgetMax();
        }
        sentPosition = Math.max(
            sentPosition, position(DatagramCheck.setupActiveTermId(packet), DatagramCheck.dataTermOffset(packet)));
    }

    /**
     * Was a range sent, within the last term? A PAD of up to a frame is sent as its header alone, so the end may be a
     * frame beyond.
     */
    private boolean isSent(final int termId, final int termOffset, final int range)
    {
        final long begin = position(termId, termOffset);

        return termId - initialTermId >= 0 &&
            begin >= sentPosition - termLength &&
            begin + range <= sentPosition + mtu;
    }

    private void refill(final long nowNs)
    {
        final long sent = sentPosition - refilledPosition;
        final long elapsedNs = 0 == refilledNs ? 0 : Math.min(REFILL_MAX_NS, nowNs - refilledNs);
        final long byTime = window() * elapsedNs / WINDOW_REFILL_NS;
        final long members = isGroup ? GROUP_MAX : 1;

        nakBudget = Math.min(nakBudgetMax(), nakBudget + sent / 2 + byTime);
        statusBudget = Math.min(statusBudgetMax(), statusBudget + members * (sent + byTime));
        refilledPosition = sentPosition;
        refilledNs = nowNs;
    }

    private long position(final int termId, final int termOffset)
    {
        return ((long)(termId - initialTermId) << positionBitsToShift) + termOffset;
    }

    private long window()
    {
        return termLength / 2;
    }

    private long nakBudgetMax()
    {
        return 2 * window();
    }

    private long statusBudgetMax()
    {
        return (isGroup ? GROUP_MAX : 1) * 4 * window();
    }
}
