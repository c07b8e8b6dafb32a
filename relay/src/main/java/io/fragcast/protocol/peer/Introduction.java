package io.fragcast.protocol.peer;

import java.util.function.LongSupplier;

/**
 * The exchange of Hellos of one session: what was said, what was heard, and what that proves. A nonce is drawn for each
 * try, so that an echo proves that the peer hears this try and none before.
 */
final class Introduction
{
    private final Hello own = new Hello();
    private final Hello peer = new Hello();
    private final long intervalNs;
    private final LongSupplier random;
    private boolean isDue;
    private boolean isEchoed;
    private boolean isSent;
    private long sentNs;

    Introduction(final Hello self, final long intervalNs, final LongSupplier random)
    {
        own.set(self);
        this.intervalNs = intervalNs;
        this.random = random;
    }

    /** From the beginning, with nobody heard. */
    void reset()
    {
        own.nonce = newNonce();
        own.echo = 0;
        peer.nonce = 0;
        isDue = true;
        isEchoed = false;
    }

    /** Another process of the same node speaks: what its predecessor proved is not its. */
    void renew()
    {
        own.nonce = newNonce();
        isEchoed = false;
    }

    boolean isNew(final Hello hello)
    {
        return hello.nonce != peer.nonce;
    }

    void onHello(final Hello hello)
    {
        final boolean isNew = isNew(hello);
        isDue |= isNew;
        isEchoed = hello.echo == own.nonce || isEchoed && !isNew;
        peer.set(hello);
        own.echo = hello.nonce;
    }

    /** The peer seems not to have heard. */
    void repeat()
    {
        isDue = true;
    }

    void onSent(final long nowNs)
    {
        isDue = false;
        isSent = true;
        sentNs = nowNs;
    }

    /** Something is to be said that was not yet. */
    boolean isDue()
    {
        return isDue;
    }

    /** It is long enough ago to be said again. */
    boolean isOld(final long nowNs)
    {
        return !isSent || nowNs - (sentNs + intervalNs) >= 0;
    }

    /** The peer hears us, and was told that we hear it. */
    boolean isComplete()
    {
        return isEchoed && !isDue;
    }

    Hello own()
    {
        return own;
    }

    Hello peer()
    {
        return peer;
    }

    private long newNonce()
    {
        long nonce = random.getAsLong();
        while (0 == nonce)
        {
            nonce = random.getAsLong();
        }

        return nonce;
    }
}
