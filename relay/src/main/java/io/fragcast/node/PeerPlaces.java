package io.fragcast.node;

import io.fragcast.config.PeerName;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which place in a table of fixed length each peer has: the first that is free when it is named, until it is no longer.
 * Two tables that are told the same have the same numbers. Used by one thread.
 */
final class PeerPlaces
{
    /** Holders: three are asked at a time (DESIGN §5); as many to come while the old ones go, and two spare. */
    static final int HOLDERS = 8;
    /** Requesters that may come besides those named at start. */
    static final int SPARE_REQUESTERS = 16;

    /**
     * Opens and closes what stands at a place.
     */
    interface Owner
    {
        /**
         * A peer is no longer named.
         *
         * @param place that it had.
         */
        void onLeft(int place);

        /**
         * A peer is named.
         *
         * @param place that it has, empty so far.
         * @param peer  by name.
         */
        void onTaken(int place, PeerName peer);
    }

    private final @Nullable String[] names;

    PeerPlaces(final int capacity)
    {
        names = new String[capacity];
    }

    static int holders(final List<PeerName> configured)
    {
        return Math.max(HOLDERS, configured.size());
    }

    static int requesters(final List<PeerName> configured)
    {
        return configured.size() + SPARE_REQUESTERS;
    }

    boolean isTaken(final int place)
    {
        return null != names[place];
    }

    int capacity()
    {
        return names.length;
    }

    /**
     * Empties the places of those that are not named, then gives one to each that has none.
     *
     * @param peers at most as many as there are places.
     * @param owner of what stands there.
     */
    void change(final List<PeerName> peers, final Owner owner)
    {
        assert peers.size() <= names.length : peers.size() + " peers for " + names.length + " places";

        final Set<String> wanted = peers.stream().map(PeerName::toString).collect(Collectors.toSet());
        for (int i = 0; i < names.length; i++)
        {
            final String name = names[i];
            if (null != name && !wanted.remove(name))
            {
                names[i] = null;
                owner.onLeft(i);
            }
        }
        int place = 0;
        for (final PeerName peer : peers)
        {
            if (wanted.remove(peer.toString()))
            {
                while (null != names[place])
                {
                    place++;
                }
                names[place] = peer.toString();
                owner.onTaken(place, peer);
            }
        }
    }
}
