package io.fragcast.edge.chain;

import io.fragcast.ethereum.Rlp;
import io.fragcast.ethereum.RlpItem;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Asks an execution client for whole blocks as they lie in its database, one question at a time, and takes the bodies
 * out: {@code debug_getRawBlock}, which geth, reth, Nethermind and their rollup forms answer where the operator allows
 * the debug namespace. A question that fails is asked again after a pause, some times. Pure: no IO, no clock; used by
 * one thread.
 * <pre>
 *   block  [ header, [transaction ...], [ommer ...], [withdrawal ...] ]
 *   body           [ [transaction ...], [ommer ...], [withdrawal ...] ]
 * </pre>
 */
final class RawBlocks
{
    static final String PREFIX = "raw ";
    /** A client that is still sealing has it a moment later. */
    private static final int MAX_ATTEMPTS = 5;
    private static final int MAX_WAITING = 16;

    private final ChainPort port;
    private final OwnBodies bodies;
    private final ChainTiming timing;
    private final Queue<Long> waiting = new ArrayDeque<>();
    private long lastRequestId;
    private boolean isAsked;
    private long deadlineNs;
    private long resumeNs;
    private int attempts;

    RawBlocks(final ChainPort port, final OwnBodies bodies, final ChainTiming timing, final long nowNs)
    {
        this.port = port;
        this.bodies = bodies;
        this.timing = timing;
        resumeNs = nowNs;
    }

    /** One is asked for, unless it is already; where too many wait it is not: whoever wants it says so again. */
    void want(final long number)
    {
        if (waiting.size() < MAX_WAITING && !waiting.contains(number))
        {
            waiting.add(number);
        }
    }

    /** Does what is due; 0 if there was nothing to do. */
    int doWork(final long nowNs)
    {
        final Long first = waiting.peek();
        if (isAsked && nowNs - deadlineNs >= 0)
        {
            fail(nowNs);
        }
        if (isAsked || null == first || nowNs - resumeNs < 0)
        {
            return 0;
        }

        isAsked = true;
        deadlineNs = nowNs + timing.timeoutNs();
        port.ask(++lastRequestId, PREFIX + "0x" + Long.toHexString(first));

        return 1;
    }

    /** A question was answered; what the operator must know, or null. */
    @Nullable String onAnswer(final long requestId, final ChainAnswer answer, final long nowNs)
    {
        final Long first = waiting.peek();
        if (!isAsked || requestId != lastRequestId || null == first)
        {
            return null;
        }
        final byte[] body = bodyOf(answer.raw());
        if (null == body)
        {
            fail(nowNs);
            return ChainAnswer.Outcome.FAILED == answer.outcome() ? answer.text() : "no block " + first;
        }
        bodies.tell(first, body);
        onNext();

        return null;
    }

    private void fail(final long nowNs)
    {
        isAsked = false;
        resumeNs = nowNs + timing.firstRetryNs();
        if (MAX_ATTEMPTS == ++attempts)
        {
            onNext();
        }
    }

    private void onNext()
    {
        waiting.remove();
        attempts = 0;
        isAsked = false;
    }

    /** Everything behind the header; whether it is right its roots say. */
    private static byte @Nullable [] bodyOf(final byte @Nullable [] block)
    {
        final UnsafeBuffer view = new UnsafeBuffer(null == block ? new byte[0] : block);
        final RlpItem list = new RlpItem();
        final RlpItem header = new RlpItem();
        if (!list.wrap(view, 0, view.capacity()) || !list.isList() || list.encodedLength() != view.capacity() ||
            !header.wrap(view, list.payloadOffset(), view.capacity()) || !header.isList())
        {
            return null;
        }
        final int start = list.payloadOffset() + header.encodedLength();
        final int length = view.capacity() - start;
        final int headerLength = Rlp.headerLength(length);
        final byte[] body = new byte[headerLength + length];
        Rlp.putListHeader(new UnsafeBuffer(body), 0, length);
        view.getBytes(start, body, headerLength, length);

        return body;
    }
}
