package io.fragcast.protocol.repair;

import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * One who asks: its token, its budget, its requests in their order, and how far the answer to the first has come.
 * <pre>
 *            begin            all looked up         all read            taken by the link
 *   IDLE ──────────▶ MEMORY ───────────────▶ ARCHIVE ─────────▶ RESULT ──────────────────▶ IDLE
 *     │                 └── over the budget ────┴──────────────▶ │
 *     └──────────────────── refused, unproved ──────────────────▶┘
 * </pre>
 * Where the link takes no more the answer stays as it is, and goes on in a later turn.
 */
final class Requester implements FrameArchive.Consumer
{
    private enum State
    {
        /** No answer is begun. */
        IDLE,
        /** Looking up what memory has. */
        MEMORY,
        /** Reading what memory lacks. */
        ARCHIVE,
        /** The result is due. */
        RESULT
    }

    /** The one being answered, and two that wait: what a node asks anew, or asks besides, while an answer comes. */
    static final int MAX_REQUESTS = 3;

    /** 64 blocks of a thousand frames; who wants more than that out of the archive at once asks again. */
    private static final int MAX_ARCHIVE_RECORDS = 1 << 16;

    private final RecentFrames memory;
    private final FrameArchive archive;
    private final AnswerSender sender;
    private final AnswerLimits limits;
    private final HeldRequest[] requests = new HeldRequest[MAX_REQUESTS];
    private final MemoryWalk walk;
    private final ArchiveWalk archiveWalk;
    private final WantResult result = new WantResult();

    private int link;
    private long token;
    private int first;
    private int count;
    private State state = State.IDLE;
    private long allowanceBytes;
    private long refilledAtNs;
    private boolean isRefilled;
    private boolean isPushedBack;
    private long archiveRecordsLeft;

    Requester(
        final RecentFrames memory, final FrameArchive archive, final AnswerSender sender, final AnswerLimits limits)
    {
        this.memory = memory;
        this.archive = archive;
        this.sender = sender;
        this.limits = limits;
        walk = new MemoryWalk(memory);
        archiveWalk = new ArchiveWalk(memory, archive);
        for (int i = 0; i < MAX_REQUESTS; i++)
        {
            requests[i] = new HeldRequest();
        }
    }

    /** Begins with a link that has asked for the first time. */
    void assign(final int link, final long token)
    {
        this.link = link;
        this.token = token;
        first = 0;
        count = 0;
        state = State.IDLE;
        allowanceBytes = limits.burstBytes();
        isRefilled = false;
    }

    long token()
    {
        return token;
    }

    /** Room for one more request, which waits from now on; null if too many wait. */
    @Nullable HeldRequest enqueue()
    {
        return MAX_REQUESTS == count ? null : requests[(first + count++) % MAX_REQUESTS];
    }

    /**
     * Answers as far as one turn goes.
     *
     * @param nowNs         monotonic nanoseconds.
     * @param archiveLimit  records that may be read.
     * @param observer      told of it.
     * @return work done.
     */
    int turn(final long nowNs, final int archiveLimit, final AnswerObserver observer)
    {
        if (0 == count)
        {
            return 0;
        }

        refill(nowNs);
        isPushedBack = false;
        int workCount = 0;
        if (State.IDLE == state)
        {
            begin(observer);
            workCount++;
        }
        if (State.MEMORY == state)
        {
            workCount += lookUp();
        }
        if (State.ARCHIVE == state && archiveLimit > 0)
        {
            workCount += read(archiveLimit, observer);
        }
        if (State.RESULT == state)
        {
            workCount += finish(observer);
        }

        return workCount;
    }

    @Override
    public boolean onFrame(final FrameName name, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!archiveWalk.isWanted(name))
        {
            return true;
        }
        if (isOverBudget(length) || !send(buffer, offset, length))
        {
            return false;
        }
        archiveWalk.onSent(name);

        return true;
    }

    private void begin(final AnswerObserver observer)
    {
        final HeldRequest request = requests[first];
        result.isOpen = observer.isOpen(request.lastBlock());
        result.found = 0;
        result.sentBytes = 0;
        result.notFound = 0;
        result.missing.clear();
        result.state = request.verdict;
        if (AnswerState.COMPLETE != request.verdict)
        {
            state = State.RESULT;
            return;
        }

        walk.start(request);
        archiveWalk.clear(request);
        archiveRecordsLeft = MAX_ARCHIVE_RECORDS;
        state = State.MEMORY;
    }

    private int lookUp()
    {
        int units = 0;
        while (State.MEMORY == state && !isPushedBack && units < limits.turnFrames())
        {
            units++;
            if (walk.hasUnit())
            {
                lookUpUnit();
            }
            else if (walk.isOver())
            {
                archiveWalk.start();
                state = State.ARCHIVE;
            }
        }

        return units;
    }

    private void lookUpUnit()
    {
        final long position = walk.find();
        if (RecentFrames.NOT_FOUND == position)
        {
            onLacking();
            walk.goOn();
            return;
        }

        final int length = memory.frameLength(position);
        if (!isOverBudget(length) && send(memory.buffer(), memory.frameOffset(position), length))
        {
            archiveWalk.onMemoryHas(walk);
            walk.onSent(position);
        }
    }

    private void onLacking()
    {
        final long blockNumber = walk.blockNumber();
        if (!memory.isWhole(blockNumber) && archive.has(blockNumber))
        {
            if (!archiveWalk.add(walk))
            {
                result.state = AnswerState.TRUNCATED;
            }
        }
        else
        {
            result.notFound++;
            walk.addTo(result.missing);
        }
    }

    private int read(final int archiveLimit, final AnswerObserver observer)
    {
        if (archiveWalk.isOver())
        {
            archiveWalk.tellMissing(result);
            state = State.RESULT;
            return 1;
        }
        if (archiveRecordsLeft <= 0)
        {
            result.state = AnswerState.TRUNCATED;
            state = State.RESULT;
            return 1;
        }

        final int limit = (int)Math.min(archiveLimit, archiveRecordsLeft);
        archiveRecordsLeft -= limit;
        observer.onArchiveRead();
        archiveWalk.onRead(archive.read(archiveWalk.blockNumber(), archiveWalk.position(), limit, this));

        return 1;
    }

    private int finish(final AnswerObserver observer)
    {
        observer.complete(result, requests[first].requestId, token);
        if (!sender.sendResult(link, result))
        {
            return 0;
        }

        observer.onAnswered(result);
        first = (first + 1) % MAX_REQUESTS;
        count--;
        state = State.IDLE;

        return 1;
    }

    /** True, with the answer ended, if a frame is more than may be sent. */
    private boolean isOverBudget(final int length)
    {
        if (result.sentBytes + length <= requests[first].maxBytes && length <= allowanceBytes)
        {
            return false;
        }
        result.state = AnswerState.TRUNCATED;
        state = State.RESULT;

        return true;
    }

    private boolean send(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!sender.sendFrame(link, buffer, offset, length))
        {
            isPushedBack = true;
            return false;
        }
        allowanceBytes -= length;
        result.found++;
        result.sentBytes += length;

        return true;
    }

    private void refill(final long nowNs)
    {
        if (!isRefilled)
        {
            isRefilled = true;
            refilledAtNs = nowNs;
            return;
        }

        final long fullNs = TimeUnit.SECONDS.toNanos(1) * limits.burstBytes() / limits.bytesPerSecond() + 1;
        final long elapsedNs = nowNs - refilledAtNs;
        if (elapsedNs >= fullNs)
        {
            allowanceBytes = limits.burstBytes();
            refilledAtNs = nowNs;
            return;
        }

        final long bytes = (long)((double)elapsedNs * limits.bytesPerSecond() / TimeUnit.SECONDS.toNanos(1));
        if (bytes > 0)
        {
            allowanceBytes = Math.min(limits.burstBytes(), allowanceBytes + bytes);
            refilledAtNs = nowNs;
        }
    }
}
