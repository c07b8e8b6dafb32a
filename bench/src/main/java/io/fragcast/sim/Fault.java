package io.fragcast.sim;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What may go wrong in a run. Which of them are on varies from seed to seed: a fault that is always on hides what only
 * shows without it.
 */
public enum Fault
{
    /** Datagrams are lost one by one. */
    LOSS,
    /** A path loses most datagrams for a while. */
    BURST,
    /** Datagrams come twice. */
    DUPLICATE,
    /** Datagrams overtake each other. */
    REORDER,
    /** A path hands over nothing for a while, then all at once. */
    CLOG,
    /** One direction of a path is cut: the datagrams, or the receiver's answers. */
    PARTITION,
    /** A node stands still and goes on. */
    PAUSE,
    /** A process is killed and started again over its journal. */
    CRASH,
    /** A process is killed between two frames that it sends, on any lane, or between two sinks that a frame goes to. */
    MIDWAY,
    /** As a crash, but the journal loses what was not yet on the disk. */
    POWER,
    /** Clocks drift, are off, and are set while the node runs. */
    CLOCK,
    /** The disk stalls. */
    DISK_SLOW,
    /** The disk is full for a while. */
    DISK_FULL,
    /** Builders give blocks up and open them again. */
    ABORT,
    /** A peer sends messages that no leader signed. */
    FORGE,
    /** A peer flips bits of what it passes on. */
    TAMPER,
    /** A peer sends old messages again. */
    REPLAY,
    /** A peer passes on only a part. */
    WITHHOLD,
    /** A leader's key signs messages beyond the limits. */
    OVERSIZE,
    /** A leader's key signs messages of blocks far ahead. */
    FAR_FUTURE,
    /** A leader's key signs messages that break the chain of the attempt. */
    UNCHAINED,
    /** A leader's key signs two messages for one place. */
    EQUIVOCATE;

    /**
     * Does the fault need a leader's key in the wrong hands?
     *
     * @return true if so.
     */
    public boolean needsLeaderKey()
    {
        return OVERSIZE == this || FAR_FUTURE == this || UNCHAINED == this || EQUIVOCATE == this;
    }

    /**
     * May the fault delay what is said between two nodes that run, or have one of them stand still?
     *
     * @return true if so.
     */
    public boolean delaysOthers()
    {
        return switch (this)
        {
            case DUPLICATE, REORDER, CRASH, MIDWAY, POWER, CLOCK, ABORT -> false;
            default -> true;
        };
    }

    /**
     * Does the fault need a peer that is admitted and does not play by the rules?
     *
     * @return true if so.
     */
    public boolean needsAdversary()
    {
        return ordinal() >= FORGE.ordinal();
    }

    /**
     * Reads a list such as {@code loss,crash}; {@code none} is the empty one, {@code all} the full one.
     *
     * @param text to read.
     * @return the faults.
     * @throws IllegalArgumentException naming the word that is none.
     */
    public static Set<Fault> parse(final String text)
    {
        final EnumSet<Fault> faults = EnumSet.noneOf(Fault.class);
        for (final String word : text.toUpperCase(Locale.ROOT).replace('-', '_').split(",", -1))
        {
            switch (word)
            {
                case "ALL" -> faults.addAll(EnumSet.allOf(Fault.class));
                case "NONE" ->
                {
                }
                default -> faults.add(ofName(word));
            }
        }

        return faults;
    }

    private static Fault ofName(final String name)
    {
        for (final Fault fault : values())
        {
            if (fault.name().equals(name))
            {
                return fault;
            }
        }

        throw new IllegalArgumentException("no fault is called " + name.toLowerCase(Locale.ROOT));
    }
}
