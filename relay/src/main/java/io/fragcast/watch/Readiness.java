package io.fragcast.watch;

import java.util.concurrent.TimeUnit;

/**
 * May traffic be sent to a node, or blocks be expected of it?
 *
 * @param isReady true if so.
 * @param reason  in a few words, whichever it is.
 */
public record Readiness(boolean isReady, String reason)
{
    /** Three cadences of 200 ms: one frag may be late, and one lost and repaired; not a third. */
    public static final long SILENCE_NS = TimeUnit.MILLISECONDS.toNanos(600);

    /**
     * Asks a node. It is ready if it hears a peer, or where it listens to none, reaches one; and if frags come while a
     * leader is at work.
     *
     * @param node asked.
     * @return the answer.
     */
    public static Readiness of(final NodeWatch node)
    {
        final Presence.Peers sources = node.sources().peers();
        final boolean hasSources = !sources.names().isEmpty();
        final Presence.Peers needed = hasSources ? sources : node.sinks().peers();
        final int connected = needed.connectedCount();
        final String verb = hasSources ? "hears " : "reaches ";
        final String what = connected + " of " + needed.names().size() + (hasSources ? " upstream" : " sinks");
        if (0 == connected)
        {
            return new Readiness(false, "not connected: " + verb + what);
        }

        final BlockSnapshot board = node.board().read();
        final long silentNs = node.epochClock().nanoTime() - board.fragNs();
        if (BlockBoard.NULL_VALUE != board.openTerm() && silentNs > SILENCE_NS)
        {
            return new Readiness(false,
                "term " + board.openTerm() + " is open, but no frag for " + silentNs / 1_000_000 + " ms");
        }

        return new Readiness(true, verb + what +
            (BlockBoard.NULL_VALUE == board.openTerm() ? ", no term is open" : ", term " + board.openTerm()));
    }
}
