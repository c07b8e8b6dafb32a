package io.fragcast.bench.kill;

import io.aeron.Aeron;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.DriverTimeoutException;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.bench.SampleChain;
import io.fragcast.edge.ipc.IpcFragPublisher;
import io.fragcast.protocol.block.BlockLimits;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A builder that never gives up, on a thread of its own: one block every 200 ms in four frags. When its sequencer dies
 * it waits for the next one, and opens the block it was at anew.
 */
final class ChainBuilder implements AutoCloseable
{
    private static final int FRAGS = 4;
    private static final int TXS = 20;
    private static final int TX_LENGTH = 300;
    private static final long FRAG_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long REPLY_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final SampleChain chain = new SampleChain(TXS, TX_LENGTH, FRAGS);
    private final Path driver;
    private final Thread thread = new Thread(this::run, "chain builder");
    private final IdleStrategy idle = new BackoffIdleStrategy(1, 1, 1_000, 1_000_000);
    private volatile boolean isStopped;
    private volatile long sealedBlock;
    private volatile @Nullable Throwable failure;
    private PublishResult reply = PublishResult.OK;
    private boolean isReplied;

    ChainBuilder(final Path driver)
    {
        this.driver = driver;
        thread.start();
    }

    /** Height of the last block that the sequencer sealed. */
    long sealedBlock()
    {
        return sealedBlock;
    }

    /** What went wrong besides a driver that was killed; null: nothing. */
    @Nullable Throwable failure()
    {
        return failure;
    }

    @Override
    public void close() throws InterruptedException
    {
        isStopped = true;
        thread.join();
    }

    private void run()
    {
        long sealed = 0;
        while (!isStopped)
        {
            try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.toString())
                .driverTimeoutMs(TimeUnit.SECONDS.toMillis(2))
                .errorHandler(this::onError));
                FragPublisher publisher = IpcFragPublisher.connect(
                    aeron, "aeron:ipc", BlockLimits.production(), this::onReply))
            {
                while (!isStopped && build(publisher, sealed + 1))
                {
                    sealed++;
                    sealedBlock = sealed;
                }
            }
            catch (final AeronException | IllegalStateException ex)
            {
                // The sequencer is down, or its driver's folder is being made: tried again until the run ends.
                LockSupport.parkNanos(RETRY_NS);
            }
        }
    }

    /** One block; false if it must be opened anew by a new client. */
    private boolean build(final FragPublisher publisher, final long number)
    {
        if (!isTaken(publisher, () -> publisher.env(chain.env(number))))
        {
            // A sequencer that was killed after it sealed the block says so.
            return PublishResult.ALREADY_SEALED == reply;
        }
        for (int seq = 0; seq < FRAGS; seq++)
        {
            final int next = seq;
            pause();
            if (!isTaken(publisher, () -> publisher.frag(number, next, FRAGS - 1 == next, chain)))
            {
                return false;
            }
        }

        return isTaken(publisher, () -> publisher.seal(chain.seal(number)));
    }

    private boolean isTaken(final FragPublisher publisher, final Supplier<PublishResult> request)
    {
        final long deadlineNs = System.nanoTime() + REPLY_TIMEOUT_NS;
        isReplied = false;
        PublishResult result = request.get();
        while (PublishResult.OK != result)
        {
            if (isStopped || System.nanoTime() - deadlineNs > 0 || PublishResult.CLOSED == result)
            {
                reply = result;
                return false;
            }
            idle.idle(publisher.poll());
            result = request.get();
        }
        while (!isReplied)
        {
            if (isStopped || System.nanoTime() - deadlineNs > 0)
            {
                reply = PublishResult.NOT_CONNECTED;
                return false;
            }
            idle.idle(publisher.poll());
        }

        return PublishResult.OK == reply;
    }

    private void pause()
    {
        final long deadlineNs = System.nanoTime() + FRAG_INTERVAL_NS;
        while (!isStopped && System.nanoTime() - deadlineNs < 0)
        {
            LockSupport.parkNanos(deadlineNs - System.nanoTime());
        }
    }

    /** Aeron's own handler ends the process when the driver is gone, which is what this run is about. */
    private void onError(final Throwable error)
    {
        if (!(error instanceof DriverTimeoutException || error instanceof AgentTerminationException))
        {
            failure = error;
        }
    }

    private void onReply(
        final FragPublisher.Request request, final long blockNumber, final int seq, final PublishResult result)
    {
        isReplied = true;
        reply = result;
    }
}
