package io.fragcast.cli;

import io.fragcast.config.ConfigException;
import io.fragcast.config.ScheduleFile;
import io.fragcast.config.SignedText;
import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.ethereum.Hex;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.leader.EarlierKey;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.aeron.ChannelConfig;
import io.fragcast.wire.FragCapacity;
import io.fragcast.wire.StatementSigner;
import io.fragcast.wire.TakeoverAdapter;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * {@code fragcast schedule}: says what a schedule file means before a network is started from it.
 */
@Command(name = "schedule", description = "Checks or signs a schedule file, or has a term begin early.",
    synopsisSubcommandLabel = "check|sign|takeover")
public final class ScheduleCommand
{
    /** A rotation has thousands. */
    private static final int MAX_PRINTED = 64;

    @Spec
    @SuppressWarnings("NullAway.Init") // Picocli sets it before a subcommand runs.
    private CommandSpec spec;

    /**
     * Prints the terms of a schedule, and what a frag may be at its MTU.
     *
     * @param file      schedule.toml.
     * @param authority that must have signed it; null: anybody may have written it.
     * @return exit code.
     */
    @Command(name = "check", description = "Prints its terms, and what a frag may be at its MTU; exit code 2 if wrong.")
    public int check(
        @Parameters(paramLabel = "FILE", description = "Schedule, TOML.")
        final Path file,
        @Option(names = "--authority", paramLabel = "PUBKEY", description = "Must have signed it: 33 bytes in hex.")
        final @Nullable String authority)
    {
        final Secp256k1 curve = Secp256k1.load();
        final Schedule schedule = ScheduleFile.read(file, curve);
        final PrintWriter out = spec.commandLine().getOut();
        out.println("chain " + schedule.chainId() + "  mtu " + schedule.mtu() + "  terms " + schedule.termCount() +
            (0 == schedule.version() ? "" : "  version " + schedule.version()) +
            (0 == schedule.autoTakeover() ? "" : "  auto-takeover after " + schedule.autoTakeover() + " cadences"));
        if (null != authority)
        {
            if (!SignedText.isSigned(read(file), curve.expand(Hex.bytes(
                "--authority", authority.startsWith("0x") ? authority : "0x" + authority)), curve))
            {
                throw new ConfigException(file + ": not signed by " + authority);
            }
            out.println("signed by " + authority);
        }
        printLimits(out, file, schedule.mtu());
        for (int i = 0; i < Math.min(MAX_PRINTED, schedule.termCount()); i++)
        {
            print(out, schedule.term(i));
        }
        if (schedule.termCount() > MAX_PRINTED)
        {
            out.println("and " + (schedule.termCount() - MAX_PRINTED) + " more, the last of them:");
            print(out, schedule.term(schedule.termCount() - 1));
        }

        return ExitCodes.DONE;
    }

    /**
     * Signs a schedule, so that nodes take it from anybody.
     *
     * @param file    schedule.toml, its keys in it.
     * @param keyFile of the authority.
     * @return exit code.
     * @throws IOException if the key cannot be read.
     */
    @Command(name = "sign", description = "Prints it with the signature of its authority, for schedule.url.")
    public int sign(
        @Parameters(paramLabel = "FILE", description = "Schedule, TOML, with a version, and its keys in hex.")
        final Path file,
        @Option(names = "--key", paramLabel = "FILE", required = true, description = "Key file of the authority.")
        final Path keyFile) throws IOException
    {
        final Secp256k1 curve = Secp256k1.load();
        final String text = read(file);
        if (0 == ScheduleFile.parse(file.toString(), text, curve).version())
        {
            throw new ConfigException(file + ": version is not set: nodes take only a higher one than they have");
        }
        final PrintWriter out = spec.commandLine().getOut();
        out.print(SignedText.sign(text, curve.newSigner(KeyFile.read(keyFile))));
        out.flush();

        return ExitCodes.DONE;
    }

    /**
     * Signs that a term begins before the schedule says so, whatever the leaders before it do.
     *
     * @param file       schedule.toml.
     * @param term       that begins early.
     * @param firstBlock where it begins.
     * @param keyFile    of the authority.
     * @return exit code.
     * @throws IOException if the key cannot be read.
     */
    @Command(name = "takeover", description = {
        "Prints the authority's word that a term begins early, a line for schedule.takeovers of any node:",
        "that node tells all. The leaders before it give way at once."})
    public int takeover(
        @Parameters(paramLabel = "FILE", description = "Schedule, TOML.")
        final Path file,
        @Option(names = "--term", paramLabel = "N", required = true, description = "Number of the term.")
        final int term,
        @Option(names = "--first-block", paramLabel = "BLOCK", required = true, description = "Where it begins.")
        final long firstBlock,
        @Option(names = "--key", paramLabel = "FILE", required = true, description = "Key file of the authority.")
        final Path keyFile) throws IOException
    {
        final Secp256k1 curve = Secp256k1.load();
        final Schedule schedule = ScheduleFile.read(file, curve);
        final LeaderTerm successor = schedule.termNumbered(term);
        if (null == successor)
        {
            throw new ConfigException(file + ": there is no term " + term);
        }
        if (firstBlock < 1 || firstBlock >= successor.firstBlock())
        {
            throw new ConfigException("--first-block = " + firstBlock + ": term " + term + " begins at " +
                successor.firstBlock() + " anyway; allowed 1.." + (successor.firstBlock() - 1));
        }
        final PrintWriter out = spec.commandLine().getOut();
        out.println(HexFormat.of().formatHex(TakeoverAdapter.byAuthority(
            schedule.chainId(),
            term,
            firstBlock,
            new StatementSigner(curve.newSigner(KeyFile.read(keyFile))),
            SystemEpochNanoClock.INSTANCE.nanoTime())));
        out.flush();

        return ExitCodes.DONE;
    }

    private static String read(final Path file)
    {
        try
        {
            return Files.readString(file);
        }
        catch (final IOException ex)
        {
            throw new ConfigException(file + ": cannot be read: " + ex.getMessage(), ex);
        }
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
        final EarlierKey earlier = term.earlier();
        final HexFormat hex = HexFormat.of();
        out.println("term " + term.number() +
            "  blocks " + term.firstBlock() + ".." + (Long.MAX_VALUE == term.lastBlock() ? "" : term.lastBlock()) +
            "  key " + hex.formatHex(Secp256k1.compress(term.publicKey())) +
            (null == earlier ? "" : "  old key " + hex.formatHex(Secp256k1.compress(earlier.publicKey())) +
                " until " + earlier.lastBlock()) +
            (null == identity ? "" : "  identity " + hex.formatHex(identity)) +
            (term.endpoints().isEmpty() ? "" : "  at " + String.join(", ", term.endpoints())) +
            (null == anchor ? "" : "  anchor 0x" + hex.formatHex(anchor)));
    }
}
