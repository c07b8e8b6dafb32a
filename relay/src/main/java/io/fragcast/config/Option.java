package io.fragcast.config;

import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One option of a node: the same in its file, as a flag and in the environment.
 *
 * @param key         in the file, dotted: {@code block.mtu} is {@code mtu} under {@code [block]}.
 * @param kind        of value.
 * @param unit        of a number; a word for the form of a text.
 * @param defaultText what holds if nobody sets it; null: nothing, and {@code why} says what that means.
 * @param isRequired  true if a node cannot start without it.
 * @param min         of a number.
 * @param max         of a number.
 * @param choices     of a {@link Kind#CHOICE}.
 * @param roles       that have it.
 * @param why         one sentence for the operator.
 */
public record Option(
    String key,
    Kind kind,
    String unit,
    @Nullable String defaultText,
    boolean isRequired,
    long min,
    long max,
    List<String> choices,
    Set<NodeRole> roles,
    String why)
{
    /** Flags that are not their key with dashes, because DESIGN §9 names them. */
    private static final String DELIVER_KEY = "deliver.to";

    /**
     * What a value is.
     */
    public enum Kind
    {
        /** Any text. */
        TEXT,
        /** File or folder, relative to the working directory. */
        PATH,
        /** Whole number. */
        NUMBER,
        /** Whole number of bytes; k, m and g count in 1,024. */
        BYTES,
        /** One of a few words. */
        CHOICE,
        /** Texts; separated by commas in flag and environment. */
        LIST
    }

    static Option text(final String key, final Kind kind, final String unit, final String why)
    {
        return new Option(key, kind, unit, null, false, 0, 0, List.of(), EnumSet.allOf(NodeRole.class), why);
    }

    static Option number(
        final String key,
        final Kind kind,
        final String unit,
        final @Nullable String defaultText,
        final long min,
        final long max,
        final String why)
    {
        return new Option(
            key, kind, unit, defaultText, false, min, max, List.of(), EnumSet.allOf(NodeRole.class), why);
    }

    static Option choice(final String key, final String defaultText, final List<String> choices, final String why)
    {
        return new Option(
            key, Kind.CHOICE, "", defaultText, false, 0, 0, choices, EnumSet.allOf(NodeRole.class), why);
    }

    Option or(final String value)
    {
        return new Option(key, kind, unit, value, isRequired, min, max, choices, roles, why);
    }

    Option required()
    {
        return new Option(key, kind, unit, defaultText, true, min, max, choices, roles, why);
    }

    Option of(final NodeRole first, final NodeRole... others)
    {
        return new Option(
            key, kind, unit, defaultText, isRequired, min, max, choices, EnumSet.of(first, others), why);
    }

    /**
     * The flag on the command line.
     *
     * @return two dashes and the key with dashes.
     */
    public String flag()
    {
        return DELIVER_KEY.equals(key) ? "--deliver" : "--" + key.replace('.', '-');
    }

    /**
     * The variable of the environment.
     *
     * @return FRAGCAST_ and the key in upper case.
     */
    public String variable()
    {
        return "FRAGCAST_" + key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /**
     * What a value may be.
     *
     * @return range or choices; empty for texts.
     */
    public String allowed()
    {
        return switch (kind)
        {
            case NUMBER, BYTES -> min + ".." + max;
            case CHOICE -> String.join("|", choices);
            case TEXT, PATH, LIST -> "";
        };
    }

    /**
     * The line of help.
     *
     * @return why, default, unit, range.
     */
    public String description()
    {
        final StringBuilder line = new StringBuilder(why);
        if (!unit.isEmpty())
        {
            line.append(" Unit: ").append(unit).append('.');
        }
        if (!allowed().isEmpty())
        {
            line.append(" Allowed: ").append(allowed()).append('.');
        }
        if (null != defaultText)
        {
            line.append(" Default: ").append(defaultText).append('.');
        }
        else if (isRequired)
        {
            line.append(" Required.");
        }

        return line.toString();
    }
}
