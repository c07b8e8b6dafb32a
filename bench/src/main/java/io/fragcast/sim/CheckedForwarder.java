package io.fragcast.sim;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.sim.checker.ProofChecker;
import io.fragcast.transport.FrameHandler;
import org.agrona.DirectBuffer;

/** Shows the checker what a process reads and what of it it takes. */
final class CheckedForwarder implements FrameForwarder
{
    private final ProofChecker proofs;
    private final int index;
    private final Counters counters;
    private final FrameForwarder forwarder;

    CheckedForwarder(
        final ProofChecker proofs, final int index, final Counters counters, final FrameForwarder forwarder)
    {
        this.proofs = proofs;
        this.index = index;
        this.counters = counters;
        this.forwarder = forwarder;
    }

    @Override
    public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        proofs.onTaken(index, buffer, offset, length);
        forwarder.onAccepted(buffer, offset, length, sessionId);
    }

    @Override
    public boolean isReady()
    {
        return forwarder.isReady();
    }

    /** The receiving end of a path, looked at. */
    SimFrameSource source(final SimPath path)
    {
        return new SimFrameSource(path)
        {
            @Override
            public int poll(final FrameHandler handler, final int frameLimit)
            {
                return super.poll((buffer, offset, length, sessionId) ->
                {
                    final long unread = unread();
                    if (!handler.onFrame(buffer, offset, length, sessionId))
                    {
                        return false;
                    }
                    if (unread() == unread)
                    {
                        proofs.onRead(index, buffer, offset, length);
                    }

                    return true;
                }, frameLimit);
            }
        };
    }

    /** Frames that are refused before anything is held against them. */
    private long unread()
    {
        return counters.value(FragcastCounter.FRAMES_OVER_BUDGET) +
            counters.value(FragcastCounter.FRAMES_OVER_LIMIT) +
            counters.value(FragcastCounter.FRAMES_MALFORMED);
    }
}
