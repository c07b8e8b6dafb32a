package io.fragcast.cli;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Plays real blocks through a sequencer, relays and replicas of this process, over UDP on loopback. Ends with 0 only if
 * every replica verified every block from the bytes it received.
 */
@Command(
    name = "demo",
    description = "Plays real blocks from a sequencer through relays to replicas, in this process, over loopback UDP.",
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer>
{
    /** Streams of a demo are up within a second; a machine under load takes longer. */
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    /** No block ended anywhere for so long: what is missing will not come. */
    private static final long STALL_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    /** Of two datagrams one: beyond, a message of 20 chunks hardly ever comes whole even at the third asking. */
    private static final int MAX_LOSS_PERCENT = 50;

    /** Each hears all others: streams grow by the square. */
    private static final int MAX_LEADERS = 4;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--blocks", paramLabel = "FILE", description = "blocks as JSON lines, .gz or not, of any chains")
    private @Nullable Path blocksFile;

    @Option(names = "--relays", defaultValue = "2", description = "relays (default ${DEFAULT-VALUE})")
    private int relays;

    @Option(names = "--replicas", defaultValue = "3", description = "replicas (default ${DEFAULT-VALUE})")
    private int replicas;

    @Option(names = "--frags", defaultValue = "10", description = "frags a block (default ${DEFAULT-VALUE})")
    private int frags;

    @Option(
        names = "--leaders",
        defaultValue = "1",
        description = "sequencers that take turns (default ${DEFAULT-VALUE})")
    private int leaders;

    @Option(
        names = "--blocks-per-term",
        paramLabel = "K",
        description = "blocks of a turn at most (default: 2 with several leaders, else no limit)")
    private @Nullable Integer blocksPerTerm;

    @Option(
        names = "--interval-ms",
        defaultValue = "200",
        description = "milliseconds from frag to frag; 0: as fast as everyone takes them (default ${DEFAULT-VALUE})")
    private int intervalMs;

    @Option(
        names = "--mode",
        defaultValue = "unicast",
        description = "unicast or multicast (default ${DEFAULT-VALUE})")
    private String mode = "unicast";

    @Option(
        names = "--loss",
        paramLabel = "PERCENT",
        defaultValue = "0",
        description = "datagrams of the block lane that each receiver loses, 0 to 50 (default ${DEFAULT-VALUE})")
    private double lossPercent;

    @Option(names = "--no-nak", description = "Aeron repairs nothing: every hole is left to the repair lane")
    private boolean isNakOff;

    @Option(names = "--http", paramLabel = "PORT", description = "serves status page and metrics of all nodes; 0: any")
    private @Nullable Integer httpPort;

    @Option(names = "--json", description = "one JSON object on the last line of stdout, and nothing else there")
    private boolean isJson;

    private final AtomicReference<Thread> player = new AtomicReference<>();
    private volatile boolean isStopped;

    @Override
    public Integer call() throws IOException
    {
        final CommandSpec command = Objects.requireNonNull(spec, "picocli sets it");
        final DemoOptions options = options(command);
        final List<List<BlockRecord>> chains = BlockInput.chains(options.blocks());
        final int blockCount = chains.stream().mapToInt(List::size).sum();
        final PrintWriter out = command.commandLine().getOut();
        final DemoProgress progress = new DemoProgress(
            isJson ? command.commandLine().getErr() : out, blockCount);
        final Path journals = Files.createTempDirectory("fragcast-demo-");
        final DemoReport report = new DemoReport(blockCount);

        final Thread hook = new Thread(this::stop, "demo shutdown");
        player.set(Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(hook);
        final long startNs = System.nanoTime();
        try
        {
            progress.onStart(options, chains.size());
            for (final List<BlockRecord> chain : chains)
            {
                if (!isStopped)
                {
                    run(options, chain, journals, report, progress);
                }
            }
            report.seconds((System.nanoTime() - startNs) / 1e9);
            if (isJson)
            {
                out.println(report.json());
            }
            else if (isStopped)
            {
                progress.onStopped(journals);
            }
            else
            {
                progress.onEnd(report, journals, chains.get(0).get(0).chainId());
            }
            out.flush();
        }
        finally
        {
            player.set(null);
            if (!isStopped)
            {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }

        return report.isGood() ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private void run(
        final DemoOptions options,
        final List<BlockRecord> blocks,
        final Path journals,
        final DemoReport report,
        final DemoProgress progress) throws IOException
    {
        final long chainId = blocks.get(0).chainId();
        final DemoChain chain = new DemoChain(
            options, blocks, journals.resolve(Long.toUnsignedString(chainId)), progress::onError);
        try (chain)
        {
            progress.onHttp(chain.httpPort());
            final BlockPlayer blockPlayer = new BlockPlayer(
                new BlockCutter(options.frags(), BlockCutter.Rule.EQUAL_COUNT),
                TimeUnit.MILLISECONDS.toNanos(options.intervalMs()),
                SystemNanoClock.INSTANCE,
                newIdleStrategy(),
                () -> isStopped);
            try (DemoLeaders builders = new DemoLeaders(chain, blockPlayer, newIdleStrategy(), () -> isStopped))
            {
                play(chain, builders, blocks, progress);
                report.handOvers(builders.handOvers());
            }
        }
        catch (final BlockPlayer.PlayException ex)
        {
            report.fail(new DemoReport.Failure("sequencer", chainId, 0, ex.reason()));
        }

        summarise(chain, blocks, report);
    }

    private void play(
        final DemoChain chain,
        final DemoLeaders builders,
        final List<BlockRecord> blocks,
        final DemoProgress progress) throws BlockPlayer.PlayException
    {
        if (!awaitConnected(chain))
        {
            throw new BlockPlayer.PlayException("the nodes did not connect");
        }

        for (int i = 0; i < blocks.size(); i++)
        {
            progress.onBlock(blocks.get(i), i, ended(chain));
            if (!builders.play(blocks.get(i)))
            {
                return;
            }
        }
        if (builders.awaitReplies())
        {
            awaitEnded(chain, blocks.size(), progress);
        }
    }

    private void summarise(final DemoChain chain, final List<BlockRecord> blocks, final DemoReport report)
    {
        for (int i = 0; i < chain.replicas().size(); i++)
        {
            final DemoReplica replica = chain.replicas().get(i);
            report.add(i, replica, chain.repaired(i));
            for (final BlockRecord block : blocks)
            {
                final String reason = replica.failure(block.number());
                if (null != reason)
                {
                    report.fail(new DemoReport.Failure(replica.name(), block.chainId(), block.number(), reason));
                }
            }
        }
        final List<DemoReport.SequencerRow> leaderRows = chain.sequencerRows();
        for (int i = 0; i < leaderRows.size(); i++)
        {
            report.add(i, leaderRows.get(i));
        }
        final List<DemoReport.RelayRow> rows = chain.relayRows();
        for (int i = 0; i < rows.size(); i++)
        {
            report.add(i, rows.get(i));
        }
    }

    private boolean awaitConnected(final DemoChain chain)
    {
        final IdleStrategy idleStrategy = newIdleStrategy();
        final long deadlineNs = System.nanoTime() + CONNECT_TIMEOUT_NS;
        while (!chain.isConnected())
        {
            if (isStopped || System.nanoTime() - deadlineNs > 0)
            {
                return false;
            }
            idleStrategy.idle();
        }

        return true;
    }

    private void awaitEnded(final DemoChain chain, final int blockCount, final DemoProgress progress)
    {
        final IdleStrategy idleStrategy = newIdleStrategy();
        long seen = -1;
        long stallNs = System.nanoTime();
        while (seen < blockCount && !isStopped && System.nanoTime() - stallNs < STALL_TIMEOUT_NS)
        {
            final long ended = ended(chain);
            if (ended != seen)
            {
                seen = ended;
                stallNs = System.nanoTime();
                progress.onEnded(seen);
            }
            idleStrategy.idle();
        }
    }

    private static long ended(final DemoChain chain)
    {
        return chain.replicas().stream().mapToLong(DemoReplica::ended).min().orElse(0);
    }

    private DemoOptions options(final CommandSpec command)
    {
        final String wanted = mode.toLowerCase(Locale.ROOT);
        if (!"unicast".equals(wanted) && !"multicast".equals(wanted))
        {
            throw new ParameterException(command.commandLine(), "--mode = " + mode + ": allowed unicast, multicast");
        }
        checkRange(command, "--relays", relays, 0, 16);
        checkRange(command, "--replicas", replicas, 1, 16);
        checkRange(command, "--frags", frags, 1, 1_024);
        checkRange(command, "--leaders", leaders, 1, MAX_LEADERS);
        final int turn = null != blocksPerTerm ? blocksPerTerm : 1 == leaders ? Integer.MAX_VALUE : 2;
        checkRange(command, "--blocks-per-term", turn, 1, Integer.MAX_VALUE);
        checkRange(command, "--interval-ms", intervalMs, 0, 60_000);
        if (!(lossPercent >= 0 && lossPercent <= MAX_LOSS_PERCENT))
        {
            throw new ParameterException(
                command.commandLine(), "--loss = " + lossPercent + ": allowed 0.." + MAX_LOSS_PERCENT);
        }
        checkRange(command, "--http", null == httpPort ? 0 : httpPort, 0, 65_535);

        return new DemoOptions(
            blocksFile,
            relays,
            replicas,
            frags,
            leaders,
            turn,
            intervalMs,
            "multicast".equals(wanted),
            lossPercent,
            isNakOff,
            httpPort);
    }

    private static void checkRange(
        final CommandSpec command, final String option, final int value, final int least, final int most)
    {
        if (value < least || value > most)
        {
            throw new ParameterException(
                command.commandLine(), option + " = " + value + ": allowed " + least + ".." + most);
        }
    }

    /**
     * Runs in the shutdown hook: lets the player end, close its nodes and say what it has.
     */
    private void stop()
    {
        isStopped = true;
        final Thread thread = player.get();
        if (null != thread)
        {
            try
            {
                thread.join(TimeUnit.SECONDS.toMillis(5));
            }
            catch (final InterruptedException ex)
            {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IdleStrategy newIdleStrategy()
    {
        return new BackoffIdleStrategy(1, 1, TimeUnit.MICROSECONDS.toNanos(50), TimeUnit.MILLISECONDS.toNanos(1));
    }
}
