package io.fragcast.protocol.repair;

/**
 * What is known of one holder: its token, how far away it is, whether it answers, what it says it has.
 */
final class RepairHolder
{
    /** Requests without an answer after which a holder counts for nothing until it answers again. */
    static final int MAX_TIMEOUTS = 3;
    /** From 5 ms to a cadence and a bit. */
    static final int MAX_DOUBLINGS = 7;
    /** No ping under way. */
    static final long NO_PING = 0;

    final int index;
    /** Is there such a holder? A place without one is asked nothing, and nobody waits for it. */
    final boolean isNamed;
    boolean isConnected;
    long token;
    /** Requests and pings in a row that it left without an answer. */
    int timeouts;
    long busyUntilNs;
    boolean isBusy;
    boolean wasUnproved;
    /** Answers in a row in which there was nothing. */
    int emptyCount;

    long pingId = NO_PING;
    long pingSentNs;
    /** When it was last asked for its token, or answered. */
    long contactNs;
    boolean isContacted;

    long srttNs;
    long rttVarNs;
    boolean isRttKnown;

    int hintTerm;
    long hintBlock;
    long hintIncarnation;
    int hintSeq;
    /** Does the hint say which frags the holder has, not merely how far it is? */
    boolean isHintExact;
    /** Is there a hint that may name something not here? */
    boolean isHintOpen;
    boolean isBehind;
    long behindSinceNs;

    RepairHolder(final int index, final boolean isNamed)
    {
        this.index = index;
        this.isNamed = isNamed;
    }

    void onConnected()
    {
        isConnected = true;
        token = 0;
        timeouts = 0;
        emptyCount = 0;
        isBusy = false;
        wasUnproved = false;
        pingId = NO_PING;
        isContacted = false;
        hintIncarnation = 0;
        isHintOpen = false;
        isBehind = false;
    }

    void onDisconnected()
    {
        isConnected = false;
        token = 0;
        pingId = NO_PING;
        isHintOpen = false;
        isBehind = false;
    }

    /** It gave a token over a link that is open. */
    boolean isReady()
    {
        return isConnected && 0 != token;
    }

    /** Ready, and it answers. */
    boolean isLive()
    {
        return isReady() && timeouts < MAX_TIMEOUTS;
    }

    boolean isBusy(final long nowNs)
    {
        if (isBusy && nowNs - busyUntilNs >= 0)
        {
            isBusy = false;
        }

        return isBusy;
    }

    void onBusy(final long untilNs)
    {
        isBusy = true;
        busyUntilNs = untilNs;
    }

    /** A way there and back was measured; smoothed as TCP does (RFC 6298). */
    void onRtt(final long sampleNs)
    {
        final long rttNs = Math.max(1, sampleNs);
        if (!isRttKnown)
        {
            isRttKnown = true;
            srttNs = rttNs;
            // An eighth: the first timeout is then 1.5 RTT and the slack, as in a network at rest.
            rttVarNs = rttNs / 8;
        }
        else
        {
            rttVarNs += (Math.abs(rttNs - srttNs) - rttVarNs) / 4;
            srttNs += (rttNs - srttNs) / 8;
        }
    }

    /** How long the first frame of an answer may take. */
    long timeoutNs(final long slackNs)
    {
        return srttNs + Math.max(srttNs / 2, 4 * rttVarNs) + slackNs;
    }

    /** How long what it did not have is not asked again: longer each time that it had nothing at all. */
    long retryNs(final boolean isAnyFound)
    {
        emptyCount = isAnyFound ? 0 : Math.min(emptyCount + 1, MAX_DOUBLINGS);
        final long firstNs = Math.max(RepairClient.MIN_RETRY_NS, 2 * srttNs);

        return Math.max(firstNs, Math.min(RepairClient.CADENCE_NS, firstNs << emptyCount >> 1));
    }

    void onHint(
        final int leaderTerm, final long blockNumber, final long incarnation, final int seq, final boolean isExact)
    {
        if (0 == incarnation ||
            seq == hintSeq && blockNumber == hintBlock && incarnation == hintIncarnation && leaderTerm == hintTerm)
        {
            return;
        }
        hintTerm = leaderTerm;
        hintBlock = blockNumber;
        hintIncarnation = incarnation;
        hintSeq = seq;
        isHintExact = isExact;
        isHintOpen = true;
        isBehind = false;
    }

    /** What the holder has may be on its way here too; a node that follows no run yet waits for nothing. */
    boolean isHintDue(final boolean hasRun, final long nowNs)
    {
        return isBehind &&
            (!hasRun || nowNs - behindSinceNs >= Math.max(RepairClient.MIN_RETRY_NS, srttNs));
    }

    /** Does it stand before another in the order of asking? Those that answer first, then the nearest. */
    boolean isBetterThan(final RepairHolder other)
    {
        return timeouts != other.timeouts ? timeouts < other.timeouts : srttNs < other.srttNs;
    }
}
