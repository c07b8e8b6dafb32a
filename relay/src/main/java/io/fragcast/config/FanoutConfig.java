package io.fragcast.config;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * How a node takes part in the tree that leaders plan.
 *
 * @param degree      most children of a node in a plan that this one makes, and most that it is the backup of.
 * @param spareDegree most orphans that it feeds besides.
 * @param known       peers that a plan may have it hear or feed, besides those that it names elsewhere.
 */
public record FanoutConfig(int degree, int spareDegree, List<PeerName> known)
{
    static @Nullable FanoutConfig read(final Settings settings)
    {
        final int degree = settings.number(NodeOptions.FANOUT_DEGREE);

        return 0 == degree ? null : new FanoutConfig(
            degree,
            settings.number(NodeOptions.FANOUT_SPARE_DEGREE),
            settings.list(NodeOptions.KNOWN).stream().map(Names::peer).toList());
    }
}
