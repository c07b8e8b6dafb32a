package io.fragcast.protocol.peer;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Who may have a session: the checks of a Hello, cheap first and in a fixed order: self, duplicate, chain, version,
 * key, MTU, nonce, room. Of two sessions of a pair that dialled each other both ends keep the one that the lower key
 * dialled.
 */
final class PeerAdmission
{
    private final Hello self;
    private final PeerSession[] sessions;
    private final int maxAdmitted;
    private Predicate<byte[]> isLeader = (key) -> false;

    PeerAdmission(final Hello self, final PeerSession[] sessions, final int maxAdmitted)
    {
        this.self = self;
        this.sessions = sessions;
        this.maxAdmitted = maxAdmitted;
    }

    /** Whoever leads has a place when all others are taken, and takes none of theirs. */
    void favour(final Predicate<byte[]> leaders)
    {
        isLeader = leaders;
    }

    GoodbyeReason check(final PeerSession session, final Hello hello)
    {
        if (hello.isOf(self.nodeKey))
        {
            return GoodbyeReason.SELF;
        }
        final PeerSession other = sessionWith(hello, session);
        if (null != other && !isPreferred(session, other, hello))
        {
            return GoodbyeReason.DUPLICATE;
        }
        if (hello.chainId != self.chainId)
        {
            return GoodbyeReason.WRONG_CHAIN;
        }
        if (Math.max(hello.oldestVersion, self.oldestVersion) > Math.min(hello.newestVersion, self.newestVersion))
        {
            return GoodbyeReason.WRONG_VERSION;
        }
        if (!hello.isOf(session.settings().key()))
        {
            return GoodbyeReason.AUTHENTICATION;
        }
        if (hello.mtu != self.mtu)
        {
            return GoodbyeReason.SCHEDULE;
        }
        if (0 == hello.nonce)
        {
            return GoodbyeReason.VALIDATION;
        }

        return isLeader.test(hello.nodeKey) || admittedBeside(session, other) < maxAdmitted ?
            GoodbyeReason.NO_REASON : GoodbyeReason.CAPACITY;
    }

    @Nullable PeerSession sessionWith(final Hello hello, final PeerSession besides)
    {
        for (final PeerSession session : sessions)
        {
            if (session != besides && isAdmitted(session) && session.peer().isOf(hello.nodeKey))
            {
                return session;
            }
        }

        return null;
    }

    private boolean isPreferred(final PeerSession session, final PeerSession other, final Hello hello)
    {
        if (session.settings().isDialer() == other.settings().isDialer() || !hello.isOf(session.settings().key()))
        {
            return false;
        }
        final boolean isOwnLower = Arrays.compareUnsigned(self.nodeKey, hello.nodeKey) < 0;

        return session.settings().isDialer() == isOwnLower;
    }

    private int admittedBeside(final PeerSession session, final @Nullable PeerSession other)
    {
        int count = 0;
        for (final PeerSession each : sessions)
        {
            final boolean isCounted = isAdmitted(each) && !isLeader.test(each.peer().nodeKey);
            count += each != session && each != other && isCounted ? 1 : 0;
        }

        return count;
    }

    private static boolean isAdmitted(final PeerSession session)
    {
        return PeerState.READY == session.state() || PeerState.HELLO_RECEIVED == session.state();
    }
}
