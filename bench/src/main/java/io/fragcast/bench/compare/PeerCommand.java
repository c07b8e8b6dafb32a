package io.fragcast.bench.compare;

import picocli.CommandLine.Command;

/**
 * {@code fragcast bench peer}: the contenders that run in Java, one side each, started by {@link CompareCommand}.
 */
@Command(
    name = "peer",
    hidden = true,
    description = "One side of a contender, as bench compare starts it.",
    mixinStandardHelpOptions = true,
    subcommands = {AeronPeer.class, FragcastPeer.class, PathRun.class})
public final class PeerCommand
{
}
