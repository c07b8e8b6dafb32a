package io.fragcast.protocol.repair;

import org.jspecify.annotations.Nullable;

/**
 * The requests under way and the last ones that ended: tells what need not be asked now.
 */
final class RequestPool
{
    /** Eight Wants an RTT from each of three holders, and as many ended that keep their holder from being asked. */
    static final int CAPACITY = 48;

    private final RepairRequest[] requests = new RepairRequest[CAPACITY];
    private final AskedBoard board;
    private int inFlightCount;

    RequestPool(final AskedBoard board)
    {
        this.board = board;
        for (int i = 0; i < CAPACITY; i++)
        {
            requests[i] = new RepairRequest();
        }
    }

    int inFlightCount()
    {
        return inFlightCount;
    }

    RepairRequest request(final int i)
    {
        return requests[i];
    }

    /** A slot to fill: a free one, else the one of an ended request that is oldest; null if all are in flight. */
    @Nullable RepairRequest take()
    {
        RepairRequest oldest = null;
        for (final RepairRequest request : requests)
        {
            if (RepairRequest.State.FREE == request.state)
            {
                request.clear();
                return request;
            }
            if (RepairRequest.State.IN_FLIGHT != request.state &&
                (null == oldest || request.sentNs - oldest.sentNs < 0))
            {
                oldest = request;
            }
        }
        if (null != oldest)
        {
            oldest.clear();
        }

        return oldest;
    }

    /** The only assignment of a request's state but for {@link RepairRequest#clear()}. */
    void state(final RepairRequest request, final RepairRequest.State newState)
    {
        final int change = (RepairRequest.State.IN_FLIGHT == newState ? 1 : 0) -
            (RepairRequest.State.IN_FLIGHT == request.state ? 1 : 0);
        if (0 != change)
        {
            inFlightCount += change;
            board.onInFlight(request.holder, change);
        }
        request.state = newState;
    }

    @Nullable RepairRequest find(final int holder, final long id)
    {
        for (final RepairRequest request : requests)
        {
            if (id == request.id && holder == request.holder && RepairRequest.State.FREE != request.state)
            {
                return request;
            }
        }

        return null;
    }

    /** Frames of a holder come: those of its requests that follow are not overdue yet. */
    void extend(final int holder, final long deadlineNs)
    {
        for (final RepairRequest request : requests)
        {
            if (RepairRequest.State.IN_FLIGHT == request.state && holder == request.holder &&
                deadlineNs - request.deadlineNs > 0)
            {
                request.deadlineNs =
                    deadlineNs - request.lastDeadlineNs > 0 ? request.lastDeadlineNs : deadlineNs;
            }
        }
    }

    /** The connection to a holder is lost, and all answers with it. */
    void forget(final int holder)
    {
        for (final RepairRequest request : requests)
        {
            if (holder == request.holder)
            {
                state(request, RepairRequest.State.FREE);
            }
        }
    }

    /** What of a hole no request in flight asks for. */
    long notInFlight(final HoleList list, final int i, final long bits)
    {
        long left = bits;
        for (int r = 0; r < CAPACITY && 0 != left && 0 != inFlightCount; r++)
        {
            if (RepairRequest.State.IN_FLIGHT == requests[r].state)
            {
                left = requests[r].notAsked(list, i, left);
            }
        }

        return left;
    }

    /** What of a hole may be asked of a holder. */
    long notAnswered(final int holder, final HoleList list, final int i, final long bits, final long nowNs)
    {
        long left = bits;
        for (int r = 0; r < CAPACITY && 0 != left; r++)
        {
            final RepairRequest request = requests[r];
            if (RepairRequest.State.ANSWERED == request.state && holder == request.holder &&
                request.retryNs - nowNs > 0)
            {
                left = request.notAnswered(list, i, left);
            }
        }

        return left;
    }

    /**
     * First height, from one on, that may be asked of a holder by a range.
     *
     * @param holder    number.
     * @param fromBlock first height of the run.
     * @param toBlock   last height of the run.
     * @param nowNs     monotonic nanoseconds.
     * @return the height; above toBlock if there is none.
     */
    long firstToAsk(final int holder, final long fromBlock, final long toBlock, final long nowNs)
    {
        long from = fromBlock;
        boolean isMoved = true;
        while (isMoved && from <= toBlock)
        {
            isMoved = false;
            for (final RepairRequest request : requests)
            {
                if (request.isRange && request.fromBlock <= from && from <= request.toBlock &&
                    (RepairRequest.State.IN_FLIGHT == request.state ||
                    RepairRequest.State.ANSWERED == request.state && holder == request.holder &&
                    request.retryNs - nowNs > 0))
                {
                    from = request.toBlock + 1;
                    isMoved = true;
                }
            }
        }

        return from;
    }

    /**
     * Has a holder said, since a time, all it has of a height?
     *
     * @param holder      number.
     * @param blockNumber height.
     * @param sinceNs     the request must have left after this.
     * @param isOpenTaken does it count what a holder said that waits for the height itself?
     * @return true if it was asked and has answered, and nothing is under way to it.
     */
    boolean isAnswered(final int holder, final long blockNumber, final long sinceNs, final boolean isOpenTaken)
    {
        boolean isAnswered = false;
        for (final RepairRequest request : requests)
        {
            if (holder == request.holder && RepairRequest.State.FREE != request.state && request.names(blockNumber))
            {
                if (RepairRequest.State.IN_FLIGHT == request.state)
                {
                    return false;
                }
                isAnswered |= RepairRequest.State.ANSWERED == request.state && request.sentNs - sinceNs >= 0 &&
                    (isOpenTaken || !request.isOpen);
            }
        }

        return isAnswered;
    }
}
