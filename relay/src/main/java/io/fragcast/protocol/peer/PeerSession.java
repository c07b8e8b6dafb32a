package io.fragcast.protocol.peer;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.status.AtomicCounter;

import java.util.function.LongSupplier;

/**
 * One peer on one link of the control lane, the same at both ends:
 * <pre>
 *                link open            peer's Hello           our nonce came back
 *   DIALING ───────────────▶ HELLO_SENT ──────▶ HELLO_RECEIVED ──────▶ READY ◀┐ Status, Time, Have
 *      ▲  │                      │                   │   ▲                │ └──┘
 *      │  │ time                 │                   │   └────────────────┤ peer's nonce is new: it restarted
 *      │  ▼                      ▼ time, link lost   ▼                    ▼ silence, link lost
 *      └─ FAILED ◀───────────────────────────────────────────────────────── Goodbye of either side, from any state
 *   retry as the reason allows
 * </pre>
 * A Hello that is not accepted gets a Goodbye with the code. Messages that are illegal in the state are counted and
 * never acted upon. In FAILED the dialling side keeps to its pauses; the serving side takes the next Hello as the
 * first, for the other side paces, unless it refused the peer for its conduct: that the operator clears. Used by one
 * thread; allocates nothing after construction but in {@link #snapshot}.
 */
public final class PeerSession
{
    private final int index;
    private final PeerSettings settings;
    private final SessionOwner owner;
    private final ControlSender sender;
    private final SessionTimeouts timeouts;
    private final long chainId;
    private final Introduction introduction;
    private final Retry retry;
    private final Conversation conversation;
    private final AtomicCounter outOfState;

    private PeerState state = PeerState.DIALING;
    private FailureReason failure = FailureReason.NONE;
    private GoodbyeReason goodbye = GoodbyeReason.NO_REASON;
    private boolean isStarted;
    private long sinceNs;
    private long linkSeenNs;
    private long heardNs;
    private boolean isPeerReady;
    private boolean isGoodbyeDue;
    private long epochNs;
    private long helloInEpochNs;
    private long helloOutEpochNs;

    PeerSession(
        final int index,
        final PeerSettings settings,
        final Hello self,
        final SessionOwner owner,
        final ControlSender sender,
        final SessionTimeouts timeouts,
        final LongSupplier random,
        final Counters counters)
    {
        this.index = index;
        this.settings = settings;
        this.owner = owner;
        this.sender = sender;
        this.timeouts = timeouts;
        chainId = self.chainId;
        introduction = new Introduction(self, timeouts.helloIntervalNs(), random);
        introduction.reset();
        retry = new Retry(timeouts, random);
        outOfState = counters.get(FragcastCounter.CONTROL_OUT_OF_STATE);
        conversation = new Conversation(sender, timeouts, counters);
    }

    int doWork(final long nowNs, final long nowEpochNs, final boolean isConnected, final Holdings holdings)
    {
        epochNs = nowEpochNs;
        if (!isStarted)
        {
            isStarted = true;
            sinceNs = nowNs;
        }
        if (isConnected)
        {
            linkSeenNs = nowNs;
        }

        return switch (state)
        {
            case DIALING -> dialing(nowNs, isConnected);
            case HELLO_SENT -> helloSent(nowNs);
            case HELLO_RECEIVED -> helloReceived(nowNs);
            case READY -> ready(nowNs, holdings);
            case FAILED -> failed(nowNs, isConnected);
        };
    }

    /**
     * The peer says who it is.
     *
     * @param hello valid during the call.
     * @param nowNs monotonic nanoseconds.
     */
    public void onHello(final Hello hello, final long nowNs)
    {
        conversation.received();
        heardNs = nowNs;
        linkSeenNs = nowNs;
        helloInEpochNs = epochNs;
        if (PeerState.FAILED == state && !mayStartOver(nowNs))
        {
            return;
        }

        final GoodbyeReason reason = owner.check(this, hello);
        if (GoodbyeReason.NO_REASON != reason)
        {
            dismiss(reason, nowNs);
            return;
        }
        if (PeerState.FAILED == state)
        {
            dial(nowNs);
        }
        if (PeerState.READY == state && !introduction.isNew(hello))
        {
            if (!isPeerReady)
            {
                introduction.repeat();
            }
            return;
        }

        if (PeerState.READY == state)
        {
            introduction.renew();
        }
        introduction.onHello(hello);
        if (PeerState.HELLO_RECEIVED != state)
        {
            // What is said next names the peer's nonce.
            introduction.repeat();
            enter(PeerState.HELLO_RECEIVED, nowNs);
        }
    }

    /**
     * The peer says what it has.
     *
     * @param peerStatus valid during the call.
     * @param nowNs      monotonic nanoseconds.
     */
    public void onStatus(final PeerStatus peerStatus, final long nowNs)
    {
        if (isLegal(peerStatus.chainId, nowNs))
        {
            conversation.onStatus(peerStatus, epochNs);
            owner.onStatus(this, conversation.status());
        }
    }

    /**
     * The peer says what came in.
     *
     * @param peerChainId of its chain.
     * @param haves       valid during the call.
     * @param nowNs       monotonic nanoseconds.
     */
    public void onHave(final long peerChainId, final HaveList haves, final long nowNs)
    {
        if (isLegal(peerChainId, nowNs))
        {
            owner.onHave(this, haves);
        }
    }

    /**
     * The peer asks for the time, or answers.
     *
     * @param time       valid during the call.
     * @param receivedNs when it arrived here, epoch nanoseconds.
     * @param nowEpochNs epoch nanoseconds.
     * @param nowNs      monotonic nanoseconds.
     */
    public void onTime(final TimeStamps time, final long receivedNs, final long nowEpochNs, final long nowNs)
    {
        if (isLegal(chainId, nowNs) && conversation.onTime(time, receivedNs, nowEpochNs, nowNs))
        {
            owner.onMeasured(this);
        }
    }

    /**
     * The peer asks to be fed, or answers.
     *
     * @param peerChainId of its chain.
     * @param kind        what it says.
     * @param nowNs       monotonic nanoseconds.
     */
    public void onFeed(final long peerChainId, final FeedKind kind, final long nowNs)
    {
        if (isLegal(peerChainId, nowNs))
        {
            owner.onFeed(this, kind, nowNs);
        }
    }

    /**
     * The peer passes a statement on.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @param nowNs  monotonic nanoseconds.
     */
    public void onStatement(final DirectBuffer buffer, final int offset, final int length, final long nowNs)
    {
        if (isLegal(chainId, nowNs))
        {
            owner.onStatement(this, buffer, offset, length, nowNs);
        }
    }

    /**
     * The peer leaves, or refuses us.
     *
     * @param reason why.
     * @param nowNs  monotonic nanoseconds.
     */
    public void onGoodbye(final GoodbyeReason reason, final long nowNs)
    {
        conversation.received();
        heardNs = nowNs;
        if (PeerState.FAILED != state)
        {
            fail(FailureReason.DISMISSED, reason, nowNs);
        }
    }

    /**
     * Ends the session and tells the peer why.
     *
     * @param reason why.
     * @param nowNs  monotonic nanoseconds.
     */
    public void dismiss(final GoodbyeReason reason, final long nowNs)
    {
        fail(FailureReason.REFUSED, reason, nowNs);
        isGoodbyeDue = true;
        sendGoodbyeDue();
    }

    /**
     * The operator lets a session that failed for good be tried again.
     *
     * @param nowNs monotonic nanoseconds.
     */
    public void clear(final long nowNs)
    {
        if (PeerState.FAILED == state)
        {
            retry.clear(nowNs);
        }
    }

    /** {@return where it stands} */
    public PeerState state()
    {
        return state;
    }

    /** {@return how it ended; NONE before it did, and once READY again} */
    public FailureReason failure()
    {
        return failure;
    }

    /** {@return what either side said when it ended; NO_REASON where no Goodbye was said} */
    public GoodbyeReason goodbye()
    {
        return goodbye;
    }

    /** {@return true if it failed, and will be tried again by this side} */
    public boolean isRetried()
    {
        return PeerState.FAILED == state && retry.isAllowed();
    }

    /** {@return when a failed session is tried again, monotonic nanoseconds} */
    public long retryAtNs()
    {
        return retry.atNs();
    }

    /** {@return what is measured of the peer's clock and distance} */
    public ClockSync clock()
    {
        return conversation.clock();
    }

    /** {@return the peer's last Hello that was accepted; of nobody before there was one} */
    public Hello peer()
    {
        return introduction.peer();
    }

    /** {@return the peer's last Status of this session: what it has, as it says} */
    public PeerStatus status()
    {
        return conversation.status();
    }

    int index()
    {
        return index;
    }

    PeerSettings settings()
    {
        return settings;
    }

    /** True also where the peer wants none. */
    boolean sendHave(final HaveList haves)
    {
        return !wants(Hello.HAVES) || conversation.sent(sender.sendHave(haves));
    }

    boolean sendStatement(final DirectBuffer buffer, final int offset, final int length)
    {
        return isPeerReady && conversation.sent(sender.sendStatement(buffer, offset, length));
    }

    boolean wants(final int subscription)
    {
        return PeerState.READY == state && 0 != (peer().subscriptions & subscription);
    }

    /** True if none is left to send. */
    boolean sendGoodbyeDue()
    {
        isGoodbyeDue = isGoodbyeDue && !conversation.sent(sender.sendGoodbye(goodbye));

        return !isGoodbyeDue;
    }

    PeerSnapshot snapshot(final long nowNs, final int holder, final long heldCount)
    {
        return PeerSnapshot.of(this, conversation, helloInEpochNs, helloOutEpochNs, nowNs, holder, heldCount);
    }

    private int dialing(final long nowNs, final boolean isConnected)
    {
        if (isConnected)
        {
            enter(PeerState.HELLO_SENT, nowNs);
            return 1 + sendHello(nowNs, true);
        }

        return expire(nowNs, sinceNs + timeouts.dialNs(), FailureReason.UNREACHABLE);
    }

    private int helloSent(final long nowNs)
    {
        return expire(nowNs, linkSeenNs + timeouts.linkLostNs(), FailureReason.LINK_LOST) +
            sendHello(nowNs, true) +
            expire(nowNs, sinceNs + timeouts.helloNs(), FailureReason.NO_HELLO);
    }

    private int helloReceived(final long nowNs)
    {
        final int workCount =
            expire(nowNs, linkSeenNs + timeouts.linkLostNs(), FailureReason.LINK_LOST) + sendHello(nowNs, true);
        if (PeerState.HELLO_RECEIVED == state && introduction.isComplete())
        {
            isPeerReady = false;
            enter(PeerState.READY, nowNs);
            return 1 + workCount;
        }

        return workCount + expire(nowNs, sinceNs + timeouts.echoNs(), FailureReason.NO_ECHO);
    }

    private int ready(final long nowNs, final Holdings holdings)
    {
        if (nowNs - (sinceNs + timeouts.stableNs()) >= 0)
        {
            retry.onStable();
        }
        if (expire(nowNs, heardNs + timeouts.silenceNs(), FailureReason.SILENT) +
            expire(nowNs, linkSeenNs + timeouts.linkLostNs(), FailureReason.LINK_LOST) > 0)
        {
            return 1;
        }

        return (introduction.isDue() && introduction.isOld(nowNs) ? sendHello(nowNs, false) : 0) +
            conversation.doWork(nowNs, epochNs, holdings);
    }

    private int failed(final long nowNs, final boolean isConnected)
    {
        if (isGoodbyeDue && isConnected)
        {
            sendGoodbyeDue();
            return 1;
        }
        if (retry.isDue(nowNs))
        {
            dial(nowNs);
            return 1;
        }

        return 0;
    }

    private boolean mayStartOver(final long nowNs)
    {
        return !settings.isDialer() && nowNs - (sinceNs + timeouts.helloIntervalNs()) >= 0 &&
            (FailureReason.REFUSED != failure || !goodbye.isOfConduct());
    }

    private void dial(final long nowNs)
    {
        introduction.reset();
        isGoodbyeDue = false;
        linkSeenNs = nowNs;
        enter(PeerState.DIALING, nowNs);
    }

    private int sendHello(final long nowNs, final boolean isRepeated)
    {
        final boolean isDue = introduction.isDue() || isRepeated && introduction.isOld(nowNs);
        if (PeerState.FAILED == state || !isDue || !conversation.sent(sender.sendHello(introduction.own())))
        {
            return 0;
        }
        introduction.onSent(nowNs);
        helloOutEpochNs = epochNs;

        return 1;
    }

    private int expire(final long nowNs, final long deadlineNs, final FailureReason reason)
    {
        if (PeerState.FAILED == state || nowNs - deadlineNs < 0)
        {
            return 0;
        }
        fail(reason, GoodbyeReason.NO_REASON, nowNs);

        return 1;
    }

    private boolean isLegal(final long peerChainId, final long nowNs)
    {
        conversation.received();
        if (PeerState.READY == state)
        {
            heardNs = nowNs;
            isPeerReady = true;
        }
        final boolean isTaken = PeerState.READY == state && peerChainId == chainId;
        if (!isTaken)
        {
            outOfState.incrementRelease();
        }

        return isTaken;
    }

    private void fail(final FailureReason reason, final GoodbyeReason code, final long nowNs)
    {
        failure = reason;
        goodbye = code;
        isGoodbyeDue = false;
        retry.onFailure(code.retryClass(), nowNs);
        enter(PeerState.FAILED, nowNs);
    }

    private void enter(final PeerState newState, final long nowNs)
    {
        final PeerState from = state;
        assert newState.mayFollow(from) : settings.name() + ": " + from + " -> " + newState;

        state = newState;
        sinceNs = nowNs;
        if (PeerState.READY == newState)
        {
            heardNs = nowNs;
            failure = FailureReason.NONE;
            goodbye = GoodbyeReason.NO_REASON;
        }
        if (PeerState.READY == from)
        {
            conversation.reset();
        }
        owner.onTransition(this, from, nowNs);
    }
}
