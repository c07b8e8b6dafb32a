package io.fragcast.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a profile asks of the host that it is for.
 *
 * @param name        of the profile.
 * @param windowBytes that one sink may have in flight.
 * @param threads     of a node, not pinned.
 */
public record HostProfile(String name, int windowBytes, ThreadConfig threads)
{
    /**
     * Reads it from tuning/profiles.
     *
     * @param name one of {@link Profiles#names()}.
     * @return what it asks for.
     */
    public static HostProfile of(final String name)
    {
        final Settings settings = new Settings(
            NodeRole.RELAY, null, Map.of(NodeOptions.PROFILE.key(), List.of(name)), Map.of(), 1);

        return new HostProfile(
            name,
            settings.number(NodeOptions.WINDOW),
            ThreadConfig.unpinned(
                ThreadConfig.Mode.valueOf(settings.choice(NodeOptions.THREAD_MODE).toUpperCase(Locale.ROOT)),
                "spin".equals(settings.choice(NodeOptions.IDLE))));
    }
}
