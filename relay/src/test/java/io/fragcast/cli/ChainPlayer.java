package io.fragcast.cli;

import io.aeron.Aeron;
import io.aeron.exceptions.AeronException;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.edge.ipc.IpcFragPublisher;
import io.fragcast.protocol.block.BlockLimits;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.awaitility.Awaitility;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * A builder that never gives up: plays real bodies as one endless chain, on a thread of its own. When its sequencer
 * dies it waits for the next one, and opens the block it was at anew.
 */
final class ChainPlayer implements AutoCloseable
{
    private static final int FRAGS = 10;
    /** 25 blocks a second: more than a window of 64 go by while a JVM starts. */
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(4);

    private final Path driver;
    private final List<BlockRecord> bodies;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::run, "chain player");
    private volatile FragcastProcess sequencer;
    private volatile boolean isStopped;

    ChainPlayer(final Path driver, final List<BlockRecord> bodies, final FragcastProcess sequencer)
    {
        this.driver = driver;
        this.bodies = bodies;
        this.sequencer = sequencer;
        thread.setUncaughtExceptionHandler((ended, ex) -> failures.add(ex.toString()));
        thread.start();
    }

    void sequencer(final FragcastProcess successor)
    {
        sequencer = successor;
    }

    /** What went wrong though the sequencer was alive. */
    Queue<String> failures()
    {
        return failures;
    }

    @Override
    public void close()
    {
        isStopped = true;
        try
        {
            thread.join();
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isUp(final FragcastProcess node)
    {
        return node.isAlive() && node.err().contains("running");
    }

    private void run()
    {
        BlockRecord next = bodies.get(0);
        int index = 0;
        while (!isStopped)
        {
            final FragcastProcess current = sequencer;
            Awaitility.await("sequencer").atMost(FragcastProcess.PATIENCE).pollInterval(Duration.ofMillis(5))
                .until(() -> isStopped || current != sequencer || isUp(current));
            if (isStopped || current != sequencer)
            {
                continue;
            }

            final BlockPlayer player = new BlockPlayer(
                new BlockCutter(FRAGS, BlockCutter.Rule.EQUAL_COUNT),
                INTERVAL_NS,
                SystemNanoClock.INSTANCE,
                new BackoffIdleStrategy(1, 1, 1_000, 1_000_000),
                () -> isStopped || !current.isAlive());
            try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.toString()));
                FragPublisher publisher =
                    IpcFragPublisher.connect(aeron, "aeron:ipc", BlockLimits.production(), player))
            {
                while (player.play(publisher, next))
                {
                    index = (index + 1) % bodies.size();
                    next = bodies.get(index).at(next.number() + 1, next.hash());
                }
            }
            catch (final BlockPlayer.PlayException | AeronException ex)
            {
                // A sequencer that was just started hears nobody yet, and says so.
                if (current.isAlive() && !ex.getMessage().endsWith(PublishResult.NOT_CONNECTED.name()))
                {
                    failures.add(ex.toString());
                    return;
                }
            }
        }
    }
}
