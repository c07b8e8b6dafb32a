package io.fragcast.protocol.peer;

import java.util.Arrays;

/**
 * The number of each peer as a holder: the place of the session that dials it. A peer that dials us, and is a holder
 * too, has the same number by both its sessions.
 */
final class HolderNumbers
{
    static final int NULL_HOLDER = -1;

    private final PeerSession[] sessions;
    private final int[] numbers;

    /**
     * Numbers sessions.
     *
     * @param sessions filled in before {@link #renumber}.
     */
    HolderNumbers(final PeerSession[] sessions)
    {
        this.sessions = sessions;
        numbers = new int[sessions.length];
    }

    void renumber()
    {
        for (int i = 0; i < sessions.length; i++)
        {
            numbers[i] = numberOf(sessions[i].settings());
        }
    }

    int of(final int index)
    {
        return numbers[index];
    }

    /** Of two sessions that stand for one holder the one that is kept speaks. */
    boolean isLeading(final int index)
    {
        for (int i = 0; i < sessions.length; i++)
        {
            if (i != index && numbers[i] == numbers[index] && PeerState.READY == sessions[i].state())
            {
                return false;
            }
        }

        return true;
    }

    private int numberOf(final PeerSettings peer)
    {
        for (int i = 0; i < sessions.length && !peer.isNobody(); i++)
        {
            final PeerSettings other = sessions[i].settings();
            if (other.isDialer() && Arrays.equals(other.key(), peer.key()))
            {
                return i;
            }
        }

        return NULL_HOLDER;
    }
}
