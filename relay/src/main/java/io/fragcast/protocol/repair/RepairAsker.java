package io.fragcast.protocol.repair;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Decides who is asked for what: of the best holder everything that is missing, but for what is on its way already and
 * what he has said he has not; of the next what is left then.
 */
final class RepairAsker
{
    /** Most bytes asked for at once: 8 ms of a 1 Gbit/s link. */
    static final int MAX_ANSWER_BYTES = 1 << 20;
    /** Wants sent to a holder at once: one that it answers, one that waits, and there is room for what comes next. */
    static final int MAX_AT_ONCE = 2;
    /** Most heights in a RangeRequest, as the wire has it. */
    static final int MAX_RANGE_BLOCKS = 64;

    private final Gaps gaps;
    private final RepairSender sender;
    private final RepairHolder[] holders;
    private final RequestPool requests;
    private final AskedBoard board;
    private final boolean[] isTried;
    private final GapList hinted = new GapList();
    /** Bits of each entry of a list that are still to be asked. */
    private final long[] missingLeft = new long[GapList.MAX_HOLES];
    private final long[] hintedLeft = new long[GapList.MAX_HOLES];
    private final long[] taken = new long[GapList.MAX_HOLES];
    private final AtomicCounter wantsSent;
    private final AtomicCounter rangesSent;
    private final AtomicCounter holesAsked;
    private long lastId;
    private long lastAskNs;

    RepairAsker(
        final Gaps gaps,
        final RepairSender sender,
        final RepairHolder[] holders,
        final RequestPool requests,
        final AskedBoard board,
        final Counters counters)
    {
        this.gaps = gaps;
        this.sender = sender;
        this.holders = holders;
        this.requests = requests;
        this.board = board;
        isTried = new boolean[holders.length];
        wantsSent = counters.get(FragcastCounter.REPAIR_WANTS_SENT);
        rangesSent = counters.get(FragcastCounter.REPAIR_RANGES_SENT);
        holesAsked = counters.get(FragcastCounter.REPAIR_HOLES_ASKED);
    }

    /** Of the next request; it is used up whether or not the request leaves. */
    long nextId()
    {
        return ++lastId;
    }

    /** When something was last asked for. */
    long lastAskNs()
    {
        return lastAskNs;
    }

    /**
     * Asks for everything that may be asked for now.
     *
     * @param missing what is evidently missing.
     * @param nowNs   monotonic nanoseconds.
     * @return requests sent.
     */
    int ask(final GapList missing, final long nowNs)
    {
        dropAsked(missing, missingLeft);
        int sent = 0;
        Arrays.fill(isTried, false);
        for (RepairHolder holder = best(nowNs); null != holder; holder = best(nowNs))
        {
            isTried[holder.index] = true;
            sent += askFor(holder, missing, missingLeft, missing.isPressing(), nowNs);
            if (holder.isHintDue(gaps.hasRun(), nowNs))
            {
                // Nobody signed it, so what it names is asked of him alone who said it.
                hinted.clear();
                gaps.addHinted(
                    holder.hintTerm,
                    holder.hintBlock,
                    holder.hintIncarnation,
                    holder.hintSeq,
                    holder.isHintExact,
                    hinted);
                dropAsked(hinted, hintedLeft);
                sent += askFor(holder, hinted, hintedLeft, false, nowNs);
            }
        }
        if (0 < sent)
        {
            lastAskNs = nowNs;
        }

        return sent;
    }

    private @Nullable RepairHolder best(final long nowNs)
    {
        RepairHolder best = null;
        for (final RepairHolder holder : holders)
        {
            if (!isTried[holder.index] && holder.isReady() && !holder.isBusy(nowNs) &&
                (null == best || holder.isBetterThan(best)))
            {
                best = holder;
            }
        }

        return best;
    }

    /** What is on its way is not asked for again. */
    private void dropAsked(final GapList list, final long[] left)
    {
        final HoleList holes = list.holes();
        for (int i = 0, size = holes.size(); i < size; i++)
        {
            left[i] = requests.notInFlight(holes, i, holes.kind(i).hasBits() ? holes.bits(i) : 1L);
        }
    }

    private int askFor(
        final RepairHolder holder,
        final GapList list,
        final long[] left,
        final boolean isPressing,
        final long nowNs)
    {
        int sent = 0;
        while (sent < MAX_AT_ONCE && askForHoles(holder, list, left, isPressing, nowNs))
        {
            sent++;
        }

        return sent + askForRanges(holder, list, isPressing, nowNs);
    }

    /** One Want of what is left; false if there is nothing to ask this holder for, or no way to. */
    private boolean askForHoles(
        final RepairHolder holder,
        final GapList list,
        final long[] left,
        final boolean isPressing,
        final long nowNs)
    {
        final HoleList holes = list.holes();
        final int size = holes.size();
        RepairRequest request = null;
        int pieces = 0;
        for (int i = 0; i < size; i++)
        {
            taken[i] = 0;
            if (0 == left[i] || null != request && request.asked.isFull())
            {
                continue;
            }
            final long bits = requests.notAnswered(holder.index, holes, i, left[i], nowNs);
            if (0 == bits)
            {
                continue;
            }
            if (null == request)
            {
                request = requests.take();
                if (null == request)
                {
                    return false;
                }
            }
            taken[i] = bits;
            pieces += Long.bitCount(bits);
            request.asked.add(
                holes.kind(i),
                holes.leaderTerm(i),
                holes.blockNumber(i),
                holes.incarnation(i),
                holes.seq(i),
                holes.index(i),
                holes.kind(i).hasBits() ? bits : 0);
        }
        if (null == request ||
            !sender.sendWant(holder.index, nextId(), holder.token, MAX_ANSWER_BYTES, request.asked))
        {
            return false;
        }

        for (int i = 0; i < size; i++)
        {
            left[i] &= ~taken[i];
        }
        wantsSent.incrementRelease();
        holesAsked.getAndAddRelease(pieces);
        onSent(holder, request, isPressing, nowNs);

        return true;
    }

    private int askForRanges(
        final RepairHolder holder, final GapList list, final boolean isPressing, final long nowNs)
    {
        int sent = 0;
        for (int i = 0; i < list.rangeCount(); i++)
        {
            final long from = requests.firstToAsk(holder.index, list.fromBlock(i), list.toBlock(i), nowNs);
            if (from > list.toBlock(i))
            {
                continue;
            }
            final RepairRequest request = requests.take();
            final long to = Math.min(list.toBlock(i), from + MAX_RANGE_BLOCKS - 1);
            if (null == request ||
                !sender.sendRange(holder.index, nextId(), holder.token, MAX_ANSWER_BYTES, from, to, 0))
            {
                return sent;
            }
            request.isRange = true;
            request.fromBlock = from;
            request.toBlock = to;
            rangesSent.incrementRelease();
            onSent(holder, request, isPressing, nowNs);
            sent++;
        }

        return sent;
    }

    private void onSent(
        final RepairHolder holder, final RepairRequest request, final boolean isPressing, final long nowNs)
    {
        request.holder = holder.index;
        request.id = lastId;
        request.sentNs = nowNs;
        request.deadlineNs = nowNs + holder.timeoutNs(RepairClient.SLACK_NS);
        request.lastDeadlineNs = request.deadlineNs + RepairClient.CADENCE_NS;
        request.isPressing = isPressing;
        requests.state(request, RepairRequest.State.IN_FLIGHT);
        if (request.isRange)
        {
            board.onAsked(holder.index, request.fromBlock, request.toBlock, nowNs);
        }
        else
        {
            long first = request.asked.blockNumber(0);
            long last = first;
            for (int i = 1, size = request.asked.size(); i < size; i++)
            {
                first = Math.min(first, request.asked.blockNumber(i));
                last = Math.max(last, request.asked.blockNumber(i));
            }
            board.onAsked(holder.index, first, last, nowNs);
        }
    }
}
