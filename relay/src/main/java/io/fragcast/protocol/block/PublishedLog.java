package io.fragcast.protocol.block;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Counts and signals what a leader has sent, each message when its last sink has it. A leader need not check what it
 * signed: its own frag is verified as it is delivered, its own block with its Seal.
 */
final class PublishedLog
{
    private final SignedHead head;
    private final AtomicCounter envs;
    private final AtomicCounter frags;
    private final AtomicCounter bytes;
    private final AtomicCounter seals;
    private final AtomicCounter aborts;
    private final AtomicCounter heartbeats;
    private final AtomicCounter dropped;
    private BlockSignals signals = BlockSignals.NONE;

    PublishedLog(final SignedHead head, final Counters counters)
    {
        this.head = head;
        envs = counters.get(FragcastCounter.PUBLISHED_ENVS);
        frags = counters.get(FragcastCounter.PUBLISHED_FRAGS);
        bytes = counters.get(FragcastCounter.PUBLISHED_BYTES);
        seals = counters.get(FragcastCounter.PUBLISHED_SEALS);
        aborts = counters.get(FragcastCounter.PUBLISHED_ABORTS);
        dropped = counters.get(FragcastCounter.ATTEMPTS_DROPPED);
        heartbeats = counters.get(FragcastCounter.PUBLISHED_HEARTBEATS);
    }

    void signals(final BlockSignals signals)
    {
        this.signals = signals;
    }

    void onEnv()
    {
        envs.incrementRelease();
        signal(BlockSignal.ENV_OPENED, 0, 0);
    }

    void onFrag(final int seq, final boolean isLast, final int bodyLength)
    {
        frags.incrementRelease();
        bytes.getAndAddRelease(bodyLength);
        signal(BlockSignal.FRAG_VERIFIED, seq, 0);
        signal(BlockSignal.FRAG_DELIVERED, seq, 0);
        if (isLast)
        {
            signal(BlockSignal.LAST_FRAG, seq, 0);
        }
    }

    void onSeal(final int fragCount)
    {
        seals.incrementRelease();
        signal(BlockSignal.SEALED, fragCount, 0);
        signal(BlockSignal.VERIFIED, fragCount, 0);
    }

    void onAbort(final int fragCount, final int reason)
    {
        aborts.incrementRelease();
        signal(BlockSignal.ABORTED, fragCount, reason);
    }

    /** An open attempt whose block went to another leader. */
    void onDropped()
    {
        dropped.incrementRelease();
    }

    void onHeartbeat()
    {
        heartbeats.incrementRelease();
    }

    private void signal(final BlockSignal signal, final int seq, final int reason)
    {
        signals.onSignal(
            signal, head.leaderTerm, head.blockNumber, head.incarnation, seq, reason, 0, null);
    }
}
