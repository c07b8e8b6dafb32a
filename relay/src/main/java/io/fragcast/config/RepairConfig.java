package io.fragcast.config;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Whom the node asks for what it lost, and whose questions it answers.
 *
 * @param holders    whom it asks; null: its upstream peers.
 * @param requesters whose questions it answers; null: its sinks.
 */
public record RepairConfig(@Nullable List<PeerName> holders, @Nullable List<PeerName> requesters)
{
    static RepairConfig read(final Settings settings)
    {
        return new RepairConfig(peers(settings, NodeOptions.HOLDERS), peers(settings, NodeOptions.REQUESTERS));
    }

    private static @Nullable List<PeerName> peers(final Settings settings, final Option option)
    {
        return null == settings.find(option) ? null : settings.list(option).stream().map(Names::peer).toList();
    }
}
