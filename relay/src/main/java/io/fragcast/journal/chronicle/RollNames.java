package io.fragcast.journal.chronicle;

import net.openhft.chronicle.queue.RollCycle;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;

/**
 * Names of roll files, from their numbers and back: a name is the time at which the file begins.
 */
final class RollNames
{
    private RollNames()
    {
    }

    /** Name without suffix. */
    static String name(final RollCycle rollCycle, final long roll)
    {
        return format(rollCycle).format(Instant.ofEpochMilli(roll * rollCycle.lengthInMillis()));
    }

    /** Number of a name without suffix. */
    static long roll(final RollCycle rollCycle, final String name)
    {
        final TemporalAccessor parsed = format(rollCycle).parse(name);
        final LocalDate date = parsed.query(TemporalQueries.localDate());
        final LocalTime time = LocalTime.of(
            parsed.isSupported(ChronoField.HOUR_OF_DAY) ? parsed.get(ChronoField.HOUR_OF_DAY) : 0,
            parsed.isSupported(ChronoField.MINUTE_OF_HOUR) ? parsed.get(ChronoField.MINUTE_OF_HOUR) : 0);

        return LocalDateTime.of(date, time).toInstant(ZoneOffset.UTC).toEpochMilli() / rollCycle.lengthInMillis();
    }

    private static DateTimeFormatter format(final RollCycle rollCycle)
    {
        return DateTimeFormatter.ofPattern(rollCycle.format()).withZone(ZoneOffset.UTC);
    }
}
