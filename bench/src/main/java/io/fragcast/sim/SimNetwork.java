package io.fragcast.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * All paths of a run, and the account of every frame: what was sent is delivered, dropped for a named reason, or still
 * on its way.
 */
public final class SimNetwork
{
    /**
     * Why a frame went nowhere.
     */
    public enum DropReason
    {
        /** The network lost it, and nobody asked for it again. */
        LOST,
        /** The path was cut. */
        CUT,
        /** The receiver was left behind for too long: its image was made anew and what was on the way is gone. */
        IMAGE_REMADE,
        /** The receiving node was down. */
        RECEIVER_DOWN,
        /** The sending node went down before it could send it again. */
        SENDER_DOWN,
        /** The receiver of an unreliable stream had no room. */
        OVERRUN,
        /** The receiving node has closed the stream. */
        SOURCE_CLOSED
    }

    /**
     * Told that a node has something to do.
     */
    @FunctionalInterface
    public interface Waker
    {
        /**
         * A node has something to do.
         *
         * @param nodeIndex which.
         */
        void wake(int nodeIndex);
    }

    final EventQueue events;
    final EventLog log;
    final Waker waker;
    private final List<SimPath> paths = new ArrayList<>();
    private final long[] dropped = new long[DropReason.values().length];
    private long sent;
    private long duplicated;
    private long delivered;

    /**
     * A network without paths.
     *
     * @param events of the run.
     * @param log    of the run.
     * @param waker  told of arrivals and of room.
     */
    public SimNetwork(final EventQueue events, final EventLog log, final Waker waker)
    {
        this.events = events;
        this.log = log;
        this.waker = waker;
    }

    /**
     * Adds a path.
     *
     * @param from      index of the sending node.
     * @param to        index of the receiving node.
     * @param sessionId of its stream.
     * @param options   how it behaves.
     * @param random    that decides what happens on it.
     * @return the path, connected.
     */
    public SimPath connect(
        final int from, final int to, final int sessionId, final PathOptions options, final SimRandom random)
    {
        final SimPath path = new SimPath(this, from, to, sessionId, options, random);
        paths.add(path);

        return path;
    }

    /**
     * All paths, in the order in which they were added.
     *
     * @return the list itself.
     */
    public List<SimPath> paths()
    {
        return paths;
    }

    /**
     * A node went down.
     *
     * @param nodeIndex which.
     */
    public void onNodeDown(final int nodeIndex)
    {
        for (final SimPath path : paths)
        {
            if (path.to() == nodeIndex)
            {
                path.onReceiverDown();
            }
            if (path.from() == nodeIndex)
            {
                path.onSenderDown();
            }
        }
    }

    /**
     * A node came up.
     *
     * @param nodeIndex which.
     */
    public void onNodeUp(final int nodeIndex)
    {
        for (final SimPath path : paths)
        {
            if (path.to() == nodeIndex || path.from() == nodeIndex)
            {
                path.onNodeUp(path.from() == nodeIndex);
            }
        }
    }

    /**
     * Frames that were handed to their receiver.
     *
     * @return count.
     */
    public long delivered()
    {
        return delivered;
    }

    /**
     * Frames that went nowhere.
     *
     * @param reason why.
     * @return count.
     */
    public long dropped(final DropReason reason)
    {
        return dropped[reason.ordinal()];
    }

    /**
     * Is every frame accounted for?
     *
     * @return the account if it does not add up, else an empty string.
     */
    public String shortfall()
    {
        long droppedSum = 0;
        for (final long count : dropped)
        {
            droppedSum += count;
        }
        long onTheWay = 0;
        for (final SimPath path : paths)
        {
            onTheWay += path.framesOnTheWay();
        }

        return sent + duplicated == delivered + droppedSum + onTheWay ? "" :
            "sent " + sent + " + duplicated " + duplicated + " != delivered " + delivered + " + dropped " +
            droppedSum + " + on the way " + onTheWay;
    }

    void onSent()
    {
        sent++;
    }

    void onDuplicated()
    {
        duplicated++;
    }

    void onDelivered(final SimPath path, final SimFrame frame)
    {
        delivered++;
        log.on(EventLog.Kind.RECEIVE, path.subject(), "", frame.buffer, 0, frame.length);
    }

    void onDropped(final SimPath path, final SimFrame frame, final DropReason reason)
    {
        dropped[reason.ordinal()]++;
        log.on(EventLog.Kind.DROP, path.subject(), reason.name(), frame.buffer, 0, frame.length);
    }
}
