package io.fragcast.cli;

import java.util.Locale;

/**
 * Numbers as people read them in {@code fragcast top}: grouped, or three digits and a unit.
 */
final class TopFormat
{
    private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB"};

    private TopFormat()
    {
    }

    static String number(final long value)
    {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String bytes(final long value)
    {
        double scaled = value;
        int unit = 0;
        while (scaled >= 999.5 && unit < BYTE_UNITS.length - 1)
        {
            scaled /= 1_000;
            unit++;
        }

        return (0 == unit ? Long.toString(value) : threeDigits(scaled)) + ' ' + BYTE_UNITS[unit];
    }

    static String micros(final double us)
    {
        if (us < 1_000)
        {
            return (us < 10 ? String.format(Locale.ROOT, "%.1f", us) : Long.toString(Math.round(us))) + " µs";
        }

        return us < 1e6 ? threeDigits(us / 1e3) + " ms" : threeDigits(us / 1e6) + " s";
    }

    static String millis(final double ms)
    {
        if (ms < 1_000)
        {
            return Math.max(0, Math.round(ms)) + " ms";
        }
        final double seconds = ms / 1_000;
        if (seconds < 90)
        {
            return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
        }

        return seconds < 5_400 ? Math.round(seconds / 60) + " min" :
            String.format(Locale.ROOT, "%.1f h", seconds / 3_600);
    }

    private static String threeDigits(final double value)
    {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
