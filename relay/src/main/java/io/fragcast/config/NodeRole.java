package io.fragcast.config;

import java.util.Locale;

/**
 * What a node is started as.
 */
public enum NodeRole
{
    /** Publishes the blocks that the schedule gives it. */
    SEQUENCER,
    /** Verifies, forwards, journals. */
    RELAY,
    /** Verifies and delivers. */
    REPLICA;

    /**
     * Name of the command and, unless it is given another, of the node.
     *
     * @return in lower case.
     */
    public String text()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
