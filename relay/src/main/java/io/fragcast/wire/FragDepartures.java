package io.fragcast.wire;

import io.fragcast.protocol.repair.FrameName;
import io.fragcast.transport.SendTap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * When each frag left a node: its first and its last datagram for each destination, as the transport sent them. A
 * datagram sent again does not count. It keeps everything and allocates: for tests and measurements. Written by the
 * sending thread; read by another once that has nothing more to send.
 */
public final class FragDepartures implements SendTap
{
    /** Pages stand behind all chunks that a frag may have. */
    private static final int FIRST_PAGE_PIECE = 1 << 16;

    /**
     * A frag.
     *
     * @param blockNumber of its block.
     * @param incarnation of its attempt.
     * @param seq         of it.
     */
    public record Frag(long blockNumber, long incarnation, int seq)
    {
    }

    /**
     * A frag on its way to one destination. Places count the frames of the stream that the node sent to anybody.
     */
    public static final class Departure
    {
        private final InetSocketAddress destination;
        private final BitSet pieces = new BitSet();
        private long firstPlace;
        private long lastPlace;
        private long firstNs;
        private long lastNs;

        private Departure(final InetSocketAddress destination)
        {
            this.destination = destination;
        }

        /**
         * Where it went.
         *
         * @return the address.
         */
        public InetSocketAddress destination()
        {
            return destination;
        }

        /**
         * Place of its first frame.
         *
         * @return from 1.
         */
        public long firstPlace()
        {
            return firstPlace;
        }

        /**
         * Place of its last frame.
         *
         * @return from 1.
         */
        public long lastPlace()
        {
            return lastPlace;
        }

        /**
         * When its first frame left.
         *
         * @return monotonic nanoseconds.
         */
        public long firstNs()
        {
            return firstNs;
        }

        /**
         * When its last frame left.
         *
         * @return monotonic nanoseconds.
         */
        public long lastNs()
        {
            return lastNs;
        }

        /**
         * Frames that it has.
         *
         * @return count.
         */
        public int frameCount()
        {
            return pieces.cardinality();
        }
    }

    private final int streamId;
    private final NanoClock clock;
    private final FrameNames names = new FrameNames();
    private final FrameName name = new FrameName();
    private final Map<Frag, List<Departure>> departures = new LinkedHashMap<>();
    private long place;

    /**
     * Departures of one stream.
     *
     * @param streamId of the block lane.
     * @param clock    of the times.
     */
    public FragDepartures(final int streamId, final NanoClock clock)
    {
        this.streamId = streamId;
        this.clock = clock;
    }

    @Override
    public void onFrameSent(
        final InetSocketAddress destination,
        final int frameStreamId,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        if (streamId != frameStreamId)
        {
            return;
        }
        place++;
        if (names.tryName(buffer, offset, length, name))
        {
            final int piece = piece();
            if (0 <= piece)
            {
                record(departure(destination), piece);
            }
        }
    }

    /**
     * All that left, in the order of each frag's first frame.
     *
     * @return departures of each frag, one a destination.
     */
    public Map<Frag, List<Departure>> departures()
    {
        return departures;
    }

    /** The header is 0, chunks follow; -1: no part of a frag. */
    private int piece()
    {
        return switch (name.part)
        {
            case FRAG -> 0;
            case CHUNK -> 1 + name.index;
            case PAGE -> FIRST_PAGE_PIECE + name.index;
            case ENV, END -> -1;
        };
    }

    private Departure departure(final InetSocketAddress destination)
    {
        final List<Departure> ofFrag = departures.computeIfAbsent(
            new Frag(name.blockNumber, name.incarnation, name.seq), (frag) -> new ArrayList<>());
        for (final Departure departure : ofFrag)
        {
            if (departure.destination.equals(destination))
            {
                return departure;
            }
        }
        final Departure departure = new Departure(destination);
        ofFrag.add(departure);

        return departure;
    }

    private void record(final Departure departure, final int piece)
    {
        if (departure.pieces.get(piece))
        {
            return;
        }

        final long nowNs = clock.nanoTime();
        if (departure.pieces.isEmpty())
        {
            departure.firstPlace = place;
            departure.firstNs = nowNs;
        }
        departure.pieces.set(piece);
        departure.lastPlace = place;
        departure.lastNs = nowNs;
    }
}
