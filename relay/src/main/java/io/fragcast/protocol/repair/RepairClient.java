package io.fragcast.protocol.repair;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Asks for what was lost. Looks for holes a few times in a round trip, and names all of them in one Want to the nearest
 * holder; what a holder does not answer in time, or has not, is asked of the next. The answers pass the live checks and
 * fill the holes, from wherever they come first: nothing is remembered of a hole but who was asked when.
 * <pre>
 *   frame lost   evidence    Want ->A                      overdue: Want ->B          answer
 *   -----+-----------+----------+-----------------------------+--------------------------+------
 *                    | 1..2 samples of RTT/8                  |
 *                               | 1.5 RTT or what it varies by, 500 us                   |
 *                                   each frame that fills a hole gives the next more time
 * </pre>
 * A holder is asked once it gave a token over an open link. Timeouts come from the measured RTT and the cadence of
 * frags alone. Pure: no IO, no clock. Used by one thread, that of the receiver; allocates nothing after construction.
 */
public final class RepairClient implements RepairOutlook
{
    /** Longest time from one frag to the next in an open block. */
    public static final long CADENCE_NS = 200_000_000L;
    /** How long what holders may have is waited for without progress: five 2 s blocks. */
    public static final long DEFAULT_PATIENCE_NS = 50 * CADENCE_NS;
    /** How long a height waits for a holder that is not connected or does not answer: a link is back within 1 s. */
    static final long RECONNECT_NS = 10 * CADENCE_NS;
    /**
     * How long a height waits for a holder that has not got it either, and waits for it itself: its own holder may take
     * {@link #RECONNECT_NS} to be back, and as long to answer. Two that hold for each other wait no longer.
     */
    static final long OPEN_NS = 2 * RECONNECT_NS;
    /** Between two looks: at least what paths of a LAN differ by, at most half the 1 ms that a hole may age unasked. */
    static final long MIN_SAMPLE_NS = 100_000L;
    /** See {@link #MIN_SAMPLE_NS}. */
    static final long MAX_SAMPLE_NS = 500_000L;
    /** Parts of an RTT between two samples, and between two Wants while answers are under way. */
    static final int SAMPLES_PER_RTT = 8;
    /** What a holder's duty cycle may add to the RTT. */
    static final long SLACK_NS = 500_000L;
    /** What a holder did not have is not asked of it again sooner: 40 times a cadence; then twice as long, to one. */
    static final long MIN_RETRY_NS = CADENCE_NS / 40;
    /** What the transport may take to fill a hole besides a round trip. */
    static final long STALL_SLACK_NS = 200_000L;
    /** How often an idle holder is asked for its token, its RTT and its newest attempt. */
    static final long PING_INTERVAL_NS = 1_000_000_000L;

    private final Gaps gaps;
    private final RepairSender sender;
    private final long patienceNs;
    private final RepairHolder[] holders;
    private final AskedBoard board;
    private final RequestPool requests;
    private final RepairAsker asker;
    private final GapList missing = new GapList();
    private final HoleList none = new HoleList();

    private final AtomicCounter timeouts;
    private final AtomicCounter busy;
    private final AtomicCounter notFound;
    private final AtomicCounter holdersReady;

    private long nextSampleNs;
    private boolean isStarted;
    private boolean isUrgent;
    private boolean isStalled;
    private int readyCount;

    /**
     * A client that no holder has answered yet.
     *
     * @param gaps       knows what is missing.
     * @param sender     leads to the holders.
     * @param patienceNs how long what holders may have is waited for without progress.
     * @param counters   of the node.
     */
    public RepairClient(
        final Gaps gaps, final RepairSender sender, final long patienceNs, final Counters counters)
    {
        this.gaps = gaps;
        this.sender = sender;
        this.patienceNs = patienceNs;
        holders = new RepairHolder[sender.holderCount()];
        board = new AskedBoard(holders.length);
        requests = new RequestPool(board);
        for (int i = 0; i < holders.length; i++)
        {
            holders[i] = new RepairHolder(i, true);
        }
        asker = new RepairAsker(gaps, sender, holders, requests, board, counters);
        timeouts = counters.get(FragcastCounter.REPAIR_TIMEOUTS);
        busy = counters.get(FragcastCounter.REPAIR_HOLDER_BUSY);
        notFound = counters.get(FragcastCounter.REPAIR_NOT_FOUND);
        holdersReady = counters.get(FragcastCounter.REPAIR_HOLDERS_READY);
    }

    /**
     * A number stands for another holder from now on, or for none. Allocates.
     *
     * @param index   of the holder.
     * @param isNamed false: there is none of this number until there is one again.
     */
    public void onHolder(final int index, final boolean isNamed)
    {
        requests.forget(index);
        holders[index] = new RepairHolder(index, isNamed);
        board.clear(index);
        isUrgent = true;
    }

    /**
     * What is asked of whom.
     *
     * @return the board, for any thread to read.
     */
    public AskedBoard asked()
    {
        return board;
    }

    /**
     * Keeps the holders, gives up what is overdue, looks for holes and asks for them.
     *
     * @param nowNs monotonic nanoseconds.
     * @return requests sent and given up.
     */
    public int doWork(final long nowNs)
    {
        if (0 == holders.length)
        {
            return 0;
        }
        if (!isStarted)
        {
            isStarted = true;
            nextSampleNs = nowNs;
        }

        int work = 0;
        int ready = 0;
        for (final RepairHolder holder : holders)
        {
            work += holder.isNamed ? keep(holder, nowNs) : 0;
            ready += holder.isReady() ? 1 : 0;
        }
        if (ready != readyCount)
        {
            readyCount = ready;
            holdersReady.setRelease(ready);
        }
        work += 0 == requests.inFlightCount() ? 0 : expire(nowNs);
        final boolean isSample = nowNs - nextSampleNs >= 0;
        if (isSample || isUrgent)
        {
            work += look(isSample, nowNs);
        }

        return work;
    }

    /**
     * A frame of a holder filled a hole: more of its answer may follow.
     *
     * @param holder number.
     * @param nowNs  monotonic nanoseconds.
     */
    public void onProgress(final int holder, final long nowNs)
    {
        holders[holder].timeouts = 0;
        requests.extend(holder, nowNs + holders[holder].srttNs / 2 + SLACK_NS);
    }

    /**
     * The transport holds back what follows a hole: once it had time to fill the hole itself, only a holder can say
     * what that is. Called in each duty cycle in which it is so.
     *
     * @param stalledNs for how long.
     */
    public void onStalled(final long stalledNs)
    {
        isStalled |= stalledNs >= nearestRttNs() + STALL_SLACK_NS;
    }

    /**
     * A holder told of frags, unasked. What it tells of may be on its way here too, so it is asked for only if it is
     * still missing after a round trip. While an earlier hint of it is not settled, this one is not taken: what a
     * holder has it tells again.
     *
     * @param index       of the holder.
     * @param leaderTerm  of the attempt.
     * @param blockNumber of the attempt.
     * @param incarnation of the attempt.
     * @param seq         one more than the highest frag that the holder has.
     */
    public void onHolds(
        final int index, final int leaderTerm, final long blockNumber, final long incarnation, final int seq)
    {
        final RepairHolder holder = holders[index];
        if (holder.isReady() && !holder.isHintOpen)
        {
            holder.onHint(leaderTerm, blockNumber, incarnation, seq, true);
        }
    }

    /**
     * A holder has ended an answer; its frames came before.
     *
     * @param index  of the holder.
     * @param result valid during the call.
     * @param nowNs  monotonic nanoseconds.
     */
    public void onResult(final int index, final WantResult result, final long nowNs)
    {
        final RepairHolder holder = holders[index];
        if (!holder.isConnected)
        {
            return;
        }
        holder.token = result.token;
        holder.timeouts = 0;
        holder.onHint(
            result.newestTerm, result.newestBlock, result.newestIncarnation, result.newestSeq, false);
        holder.contactNs = nowNs;
        isUrgent = true;

        if (RepairHolder.NO_PING != holder.pingId && holder.pingId == result.requestId)
        {
            holder.pingId = RepairHolder.NO_PING;
            holder.onRtt(nowNs - holder.pingSentNs);
            return;
        }
        final RepairRequest request = requests.find(index, result.requestId);
        if (null == request || RepairRequest.State.ANSWERED == request.state)
        {
            return;
        }
        if (0 == result.sentBytes)
        {
            holder.onRtt(nowNs - request.sentNs);
        }
        onAnswer(holder, request, result, nowNs);
    }

    @Override
    public boolean mayStillCome(final long blockNumber, final long sinceNs, final long nowNs)
    {
        final long waitedNs = nowNs - sinceNs;
        if (waitedNs >= patienceNs)
        {
            return false;
        }
        for (final RepairHolder holder : holders)
        {
            if (holder.isNamed && (holder.isLive() ?
                !requests.isAnswered(holder.index, blockNumber, sinceNs, waitedNs >= OPEN_NS) :
                waitedNs < RECONNECT_NS))
            {
                return true;
            }
        }

        return false;
    }

    /**
     * Holders that can be asked now.
     *
     * @return how many gave a token over a link that is open.
     */
    public int readyCount()
    {
        return readyCount;
    }

    private void onAnswer(
        final RepairHolder holder, final RepairRequest request, final WantResult result, final long nowNs)
    {
        final boolean isUnproved = AnswerState.UNPROVED == result.state;
        final boolean isAgain = isUnproved && holder.wasUnproved;
        holder.wasUnproved = isUnproved;
        final boolean isLookedUp = switch (result.state)
        {
            case COMPLETE, REFUSED -> true;
            case TRUNCATED, BUSY, UNPROVED -> false;
        };
        final boolean isBusy = switch (result.state)
        {
            case BUSY -> true;
            case TRUNCATED -> 0 == result.found;
            case UNPROVED -> isAgain;
            case COMPLETE, REFUSED -> false;
        };
        if (isLookedUp)
        {
            notFound.getAndAddRelease(result.notFound);
            requests.state(request, RepairRequest.State.ANSWERED);
            request.isOpen = result.isOpen;
            request.retryNs = nowNs + (request.isPressing ? holder.retryNs(0 != result.found) : CADENCE_NS);
        }
        else
        {
            requests.state(request, RepairRequest.State.FREE);
        }
        if (isBusy)
        {
            busy.incrementRelease();
            holder.onBusy(nowNs + Math.max(MIN_RETRY_NS, 2 * holder.srttNs));
        }
    }

    /** Connection, token and RTT of one holder. */
    private int keep(final RepairHolder holder, final long nowNs)
    {
        final boolean isConnected = sender.isConnected(holder.index);
        if (isConnected != holder.isConnected)
        {
            requests.forget(holder.index);
            if (isConnected)
            {
                holder.onConnected();
            }
            else
            {
                holder.onDisconnected();
                isUrgent = true;
            }
        }
        if (!isConnected)
        {
            return 0;
        }
        if (RepairHolder.NO_PING != holder.pingId)
        {
            if (nowNs - holder.pingSentNs < Math.max(CADENCE_NS, 4 * holder.srttNs))
            {
                return 0;
            }
            holder.pingId = RepairHolder.NO_PING;
            onTimeout(holder);
        }
        if (holder.isContacted && nowNs - holder.contactNs < (gaps.isSilent(nowNs) ? CADENCE_NS : PING_INTERVAL_NS))
        {
            return 0;
        }

        final long id = asker.nextId();
        if (!sender.sendWant(holder.index, id, holder.token, 0, none))
        {
            return 0;
        }
        holder.pingId = id;
        holder.pingSentNs = nowNs;
        holder.isContacted = true;
        holder.contactNs = nowNs;

        return 1;
    }

    private int expire(final long nowNs)
    {
        int expired = 0;
        for (int i = 0; i < RequestPool.CAPACITY; i++)
        {
            final RepairRequest request = requests.request(i);
            if (RepairRequest.State.IN_FLIGHT == request.state && nowNs - request.deadlineNs >= 0)
            {
                requests.state(request, RepairRequest.State.OVERDUE);
                onTimeout(holders[request.holder]);
                isUrgent = true;
                expired++;
            }
        }

        return expired;
    }

    private void onTimeout(final RepairHolder holder)
    {
        timeouts.incrementRelease();
        holder.timeouts++;
    }

    private int look(final boolean isSample, final long nowNs)
    {
        gaps.scan(nowNs, isSample, isStalled, missing);
        final long sampleNs = sampleNs();
        if (isSample)
        {
            nextSampleNs = nowNs + sampleNs;
            isStalled = false;
        }
        final boolean isDue = isUrgent || 0 == requests.inFlightCount() ||
            nowNs - asker.lastAskNs() >= Math.max(sampleNs, nearestRttNs() / SAMPLES_PER_RTT);
        isUrgent = false;

        return isDue && (readHints(nowNs) || !missing.isEmpty()) ? asker.ask(missing, nowNs) : 0;
    }

    private long sampleNs()
    {
        return Math.max(MIN_SAMPLE_NS, Math.min(MAX_SAMPLE_NS, nearestRttNs() / SAMPLES_PER_RTT));
    }

    private long nearestRttNs()
    {
        long nearestNs = Long.MAX_VALUE;
        for (final RepairHolder holder : holders)
        {
            if (holder.isLive() && holder.isRttKnown && holder.srttNs < nearestNs)
            {
                nearestNs = holder.srttNs;
            }
        }

        return Long.MAX_VALUE == nearestNs ? 0 : nearestNs;
    }

    /** Does a holder say, for some time now, that it has what is not here? */
    private boolean readHints(final long nowNs)
    {
        boolean isAny = false;
        for (final RepairHolder holder : holders)
        {
            if (!holder.isHintOpen || !holder.isReady())
            {
                continue;
            }
            if (!gaps.isBehind(holder.hintTerm, holder.hintBlock, holder.hintIncarnation, holder.hintSeq))
            {
                holder.isHintOpen = false;
                holder.isBehind = false;
            }
            else if (!holder.isBehind)
            {
                holder.isBehind = true;
                holder.behindSinceNs = nowNs;
            }
            isAny |= holder.isHintDue(gaps.hasRun(), nowNs);
        }

        return isAny;
    }
}
