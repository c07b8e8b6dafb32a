package io.fragcast.cli;

import io.fragcast.config.ConfigException;
import io.fragcast.config.ScheduleFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.aeron.ChannelConfig;
import io.fragcast.wire.FragCapacity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * {@code fragcast schedule}: says what a schedule file means before a network is started from it.
 */
@Command(name = "schedule", description = "Checks a schedule file.", synopsisSubcommandLabel = "check")
public final class ScheduleCommand
{
    @Spec
    @SuppressWarnings("NullAway.Init") // Picocli sets it before a subcommand runs.
    private CommandSpec spec;

    /**
     * Prints the terms of a schedule, and what a frag may be at its MTU.
     *
     * @param file schedule.toml.
     * @return exit code.
     */
    @Command(name = "check", description = "Prints its terms, and what a frag may be at its MTU; exit code 2 if wrong.")
    public int check(@Parameters(paramLabel = "FILE", description = "Schedule, TOML.") final Path file)
    {
        final Schedule schedule = ScheduleFile.read(file, Secp256k1.load());
        final PrintWriter out = spec.commandLine().getOut();
        out.println("chain " + schedule.chainId() + "  mtu " + schedule.mtu() + "  terms " + schedule.termCount());
        printLimits(out, file, schedule.mtu());
        for (int i = 0; i < schedule.termCount(); i++)
        {
            print(out, schedule.term(i));
        }

        return ExitCodes.DONE;
    }

    private static void printLimits(final PrintWriter out, final Path file, final int mtu)
    {
        final FragCapacity capacity = FragCapacity.of(mtu - ChannelConfig.FRAME_HEADER_LENGTH);
        if (capacity.maxBodyLength() < BlockLimits.MAX_BODY_LENGTH)
        {
            throw new ConfigException(file + ": mtu = " + mtu + " holds frags of at most " + capacity.maxBodyLength() +
                " bytes; allowed are MTUs that hold " + BlockLimits.MAX_BODY_LENGTH);
        }

        out.println("a frag is at most " + BlockLimits.MAX_BODY_LENGTH + " bytes; this mtu could carry " +
            capacity.maxBodyLength() + ": " + capacity.headerHashCapacity() + " hashes a header x " +
            capacity.pageHashCapacity() + " hashes a page x " + capacity.chunkLength() + " bytes a chunk");
    }

    private static void print(final PrintWriter out, final LeaderTerm term)
    {
        final byte[] identity = term.identity();
        final byte[] anchor = term.anchor();
        final HexFormat hex = HexFormat.of();
        out.println("term " + term.number() +
            "  blocks " + term.firstBlock() + ".." + (Long.MAX_VALUE == term.lastBlock() ? "" : term.lastBlock()) +
            "  key " + hex.formatHex(Secp256k1.compress(term.publicKey())) +
            (null == identity ? "" : "  identity " + hex.formatHex(identity)) +
            (term.endpoints().isEmpty() ? "" : "  at " + String.join(", ", term.endpoints())) +
            (null == anchor ? "" : "  anchor 0x" + hex.formatHex(anchor)));
    }
}
