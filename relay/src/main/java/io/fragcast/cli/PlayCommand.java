package io.fragcast.cli;

import io.aeron.Aeron;
import io.aeron.exceptions.DriverTimeoutException;
import io.fragcast.FragPublisher;
import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.ipc.IpcFragPublisher;
import io.fragcast.edge.rpc.HttpFragPublisher;
import io.fragcast.protocol.block.BlockLimits;
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
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Plays real blocks into a sequencer that runs, as a builder would. Ends with 0 if the sequencer published all of them.
 */
@Command(
    name = "play",
    description = "Cuts real blocks into env, frags and seal, and hands them to a running sequencer.",
    mixinStandardHelpOptions = true)
public final class PlayCommand implements Callable<Integer>
{
    private static final String IPC_PREFIX = "ipc:";
    private static final String HTTP_PREFIX = "http://";
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--to", defaultValue = "ipc:aeron:ipc", paramLabel = "ipc:CHANNEL|http://HOST:PORT",
        description = "the sequencer's publish.from, or its HTTP server (default ${DEFAULT-VALUE})")
    private String to = "";

    @Option(names = "--key", paramLabel = "FILE",
        description = "over HTTP: key file of the gateway, whose address the sequencer's rpc.signers names")
    private @Nullable Path keyFile;

    @Option(names = "--aeron-dir", defaultValue = "/dev/shm/fragcast-sequencer", paramLabel = "DIR",
        description = "folder of the sequencer's media driver (default ${DEFAULT-VALUE})")
    private Path aeronDir = Path.of("");

    @Option(names = "--blocks", paramLabel = "FILE",
        description = "blocks of one chain as JSON lines, .gz or not; those of the demo unless given")
    private @Nullable Path blocksFile;

    @Option(names = "--chain-id", paramLabel = "ID", description = "which chain of the file to play")
    private @Nullable Long chainId;

    @Option(names = "--frags", defaultValue = "10", description = "frags a block (default ${DEFAULT-VALUE})")
    private int frags;

    @Option(names = "--rate", defaultValue = "5", paramLabel = "N",
        description = "frags a second; 0: as fast as the sequencer takes them (default ${DEFAULT-VALUE})")
    private double rate;

    @Option(names = "--repeat", paramLabel = "N",
        description = "play the blocks N times as one long chain: real bodies; numbers, parent hashes and hashes anew")
    private @Nullable Integer repeat;

    private volatile boolean isStopped;

    @Override
    public Integer call()
    {
        final CommandSpec command = Objects.requireNonNull(spec, "picocli sets it");
        final boolean isHttp = to.startsWith(HTTP_PREFIX);
        check(command, to.startsWith(IPC_PREFIX) || isHttp && isHostAndPort(to),
            "--to = " + to + ": allowed ipc:CHANNEL, http://HOST:PORT");
        check(command, isHttp == (null != keyFile), isHttp ?
            "--key FILE is not set: a gateway signs what it posts" : "--key = " + keyFile + ": only with --to http://");
        check(command, rate >= 0, "--rate = " + rate + ": allowed 0 and more");
        check(command, frags >= 1 && frags <= BlockLimits.MAX_FRAGS_PER_BLOCK,
            "--frags = " + frags + ": allowed 1.." + BlockLimits.MAX_FRAGS_PER_BLOCK);
        check(command, null == repeat || repeat >= 1, "--repeat = " + repeat + ": allowed 1 and more");

        final List<BlockRecord> blocks = blocks(command);
        final BlockPlayer player = new BlockPlayer(
            new BlockCutter(frags, BlockCutter.Rule.EQUAL_COUNT),
            0 == rate ? 0 : (long)(TimeUnit.SECONDS.toNanos(1) / rate),
            SystemNanoClock.INSTANCE,
            newIdleStrategy(),
            () -> isStopped);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> isStopped = true, "play shutdown"));

        try
        {
            return isHttp ? playOverHttp(command, player, blocks) : playOverIpc(command, player, blocks);
        }
        catch (final DriverTimeoutException ex)
        {
            command.commandLine().getErr().println(
                "play: no media driver runs in " + aeronDir + "; is the sequencer up, and is that its aeron.dir?");
            return ExitCodes.FAILED;
        }
        catch (final BlockPlayer.PlayException | HttpFragPublisher.RefusedException ex)
        {
            command.commandLine().getErr().println("play: " + ex.getMessage());
            return ExitCodes.FAILED;
        }
    }

    private Integer playOverIpc(
        final CommandSpec command, final BlockPlayer player, final List<BlockRecord> blocks)
        throws BlockPlayer.PlayException
    {
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(aeronDir.toString()));
            FragPublisher publisher = IpcFragPublisher.connect(
                aeron, to.substring(IPC_PREFIX.length()), BlockLimits.production(), player))
        {
            awaitConnected(publisher, to + " of the media driver in " + aeronDir);
            return play(command, player, publisher, blocks);
        }
    }

    private Integer playOverHttp(
        final CommandSpec command, final BlockPlayer player, final List<BlockRecord> blocks)
        throws BlockPlayer.PlayException
    {
        final byte[] key;
        try
        {
            key = KeyFile.read(Objects.requireNonNull(keyFile, "checked with --to"));
        }
        catch (final IOException ex)
        {
            throw new ParameterException(command.commandLine(), String.valueOf(ex.getMessage()), ex);
        }
        try (FragPublisher publisher = new HttpFragPublisher(URI.create(to), key, Secp256k1.load(), player))
        {
            awaitConnected(publisher, to);
            return play(command, player, publisher, blocks);
        }
    }

    private Integer play(
        final CommandSpec command,
        final BlockPlayer player,
        final FragPublisher publisher,
        final List<BlockRecord> blocks) throws BlockPlayer.PlayException
    {
        final int rounds = null == repeat ? 1 : repeat;
        final long startNs = System.nanoTime();
        BlockRecord last = null;
        long played = 0;
        for (int round = 0; round < rounds; round++)
        {
            for (final BlockRecord block : blocks)
            {
                final BlockRecord next = null == repeat || null == last ?
                    block : block.at(last.number() + 1, last.hash());
                if (!player.play(publisher, next))
                {
                    return ExitCodes.FAILED;
                }
                last = next;
                played++;
            }
        }
        if (!player.awaitReplies(publisher))
        {
            return ExitCodes.FAILED;
        }
        command.commandLine().getOut().println(String.format(
            Locale.ROOT,
            "%d blocks of %d frags published in %.1f s",
            played,
            frags,
            (System.nanoTime() - startNs) / 1e9));

        return ExitCodes.DONE;
    }

    private void awaitConnected(final FragPublisher publisher, final String where) throws BlockPlayer.PlayException
    {
        final IdleStrategy idleStrategy = newIdleStrategy();
        final long deadlineNs = System.nanoTime() + CONNECT_TIMEOUT_NS;
        while (!publisher.isConnected())
        {
            if (isStopped || System.nanoTime() - deadlineNs > 0)
            {
                throw new BlockPlayer.PlayException("no sequencer takes requests on " + where);
            }
            idleStrategy.idle(publisher.poll());
        }
    }

    private List<BlockRecord> blocks(final CommandSpec command)
    {
        final List<List<BlockRecord>> chains = BlockInput.chains(blocksFile);
        final List<BlockRecord> found = new ArrayList<>();
        for (final List<BlockRecord> chain : chains)
        {
            if (null == chainId ? 1 == chains.size() : chainId == chain.get(0).chainId())
            {
                found.addAll(chain);
            }
        }
        check(command, !found.isEmpty(), null == chainId ?
            "the blocks are of " + chains.size() + " chains: name one by --chain-id" :
            "no blocks of chain " + chainId);

        return found;
    }

    private static boolean isHostAndPort(final String url)
    {
        try
        {
            final URI uri = URI.create(url);
            return null != uri.getHost() && uri.getPort() > 0;
        }
        catch (final IllegalArgumentException ex)
        {
            return false;
        }
    }

    private static void check(final CommandSpec command, final boolean holds, final String message)
    {
        if (!holds)
        {
            throw new ParameterException(command.commandLine(), message);
        }
    }

    private static IdleStrategy newIdleStrategy()
    {
        return new BackoffIdleStrategy(1, 1, TimeUnit.MICROSECONDS.toNanos(50), TimeUnit.MILLISECONDS.toNanos(1));
    }
}
