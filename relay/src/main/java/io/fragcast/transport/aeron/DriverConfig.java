package io.fragcast.transport.aeron;

import io.aeron.driver.ext.LossGenerator;
import io.fragcast.transport.SendTap;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How the media driver of one or more nodes is run.
 *
 * @param directory     of the driver's files; on tmpfs.
 * @param isExternal    true if another process runs the driver there. It has none of our endpoints, so nothing shields
 *                      it from crafted datagrams.
 * @param threading     whose threads run it.
 * @param budget        of the farthest path, for what Aeron sets per driver.
 * @param idleStrategy  makes the idle strategy of each of the driver's threads; unused by INVOKER.
 * @param threadFactory makes the driver's threads, pinned or not; unused by INVOKER.
 * @param sockets       how the one thread of SHARED idles instead, if it is to wait for datagrams; null if not. Made,
 *                      and closed after the driver, by whoever launches it.
 * @param dataLoss      drops datagrams that come in from publishers, for tests and the demo; null for none.
 * @param controlLoss   drops datagrams that come in from receivers, for tests; null for none.
 * @param sendTap       sees each frame that leaves, on the sending thread, for tests and measurements; null for none.
 */
public record DriverConfig(
    Path directory,
    boolean isExternal,
    DriverThreading threading,
    LinkBudget budget,
    Supplier<IdleStrategy> idleStrategy,
    ThreadFactory threadFactory,
    @Nullable SocketIdleStrategy sockets,
    @Nullable LossPerEndpoint dataLoss,
    @Nullable LossGenerator controlLoss,
    @Nullable SendTap sendTap)
{
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    // Odd, so that seeds next to each other part from the hashes of endpoints next to each other.
    private static final long SEED_FACTOR = 0x9E37_79B9_7F4A_7C15L;

    /**
     * A driver of this process, with a directory of its own that goes when it closes.
     *
     * @param name      of the node, unique in this process.
     * @param threading whose threads run it.
     * @param budget    of the farthest path.
     * @return the configuration.
     */
    public static DriverConfig embedded(final String name, final DriverThreading threading, final LinkBudget budget)
    {
        final String directory = "fragcast-" + name + "-" + ProcessHandle.current().pid();
        final Path parent = SHARED_MEMORY.toFile().isDirectory() ?
            SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));

        return new DriverConfig(
            parent.resolve(directory),
            false,
            threading,
            budget,
            // Ten yields of some microseconds, then parking of 1 us to 1 ms: gives way where cores are few.
            () -> new BackoffIdleStrategy(
                100, 10, TimeUnit.MICROSECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(1)),
            (task) -> daemon(name, task),
            null,
            null,
            null,
            null);
    }

    /**
     * A driver that another process runs.
     *
     * @param directory of its files.
     * @param budget    of the farthest path.
     * @return the configuration.
     */
    public static DriverConfig external(final Path directory, final LinkBudget budget)
    {
        return new DriverConfig(
            directory, true, DriverThreading.SHARED, budget, BackoffIdleStrategy::new,
            (task) -> daemon(directory.getFileName().toString(), task), null, null, null, null);
    }

    /**
     * The same driver in another directory.
     *
     * @param directory of its files; what is there is deleted when the driver starts.
     * @return the configuration.
     */
    public DriverConfig withDirectory(final Path directory)
    {
        return new DriverConfig(
            directory, isExternal, threading, budget, idleStrategy, threadFactory, sockets, dataLoss, controlLoss,
            sendTap);
    }

    /**
     * The same driver with other threads.
     *
     * @param idleStrategy  makes the idle strategy of each thread.
     * @param threadFactory makes the threads.
     * @return the configuration.
     */
    public DriverConfig withThreads(final Supplier<IdleStrategy> idleStrategy, final ThreadFactory threadFactory)
    {
        return new DriverConfig(
            directory, isExternal, threading, budget, idleStrategy, threadFactory, sockets, dataLoss, controlLoss,
            sendTap);
    }

    /**
     * The same driver, whose one thread waits for datagrams.
     *
     * @param sockets how; of this driver alone.
     * @return the configuration.
     */
    public DriverConfig withSockets(final SocketIdleStrategy sockets)
    {
        return new DriverConfig(
            directory, isExternal, threading, budget, idleStrategy, threadFactory, sockets, dataLoss, controlLoss,
            sendTap);
    }

    /**
     * The same driver behind a network that drops the data of one stream at random, for each receiver its own.
     *
     * @param streamId whose data is dropped.
     * @param percent  of its datagrams, 0 to 100.
     * @param seed     of the choice; with it and its endpoint each receiver makes its own.
     * @return the configuration.
     */
    public DriverConfig withStreamLoss(final int streamId, final double percent, final long seed)
    {
        return withDataLoss(
            (endpoint) -> new StreamLoss(streamId, percent, seed * SEED_FACTOR + endpoint.hashCode()));
    }

    /**
     * The same driver behind a lossy network.
     *
     * @param dataLoss decides which datagrams from publishers are dropped before anything else sees them.
     * @return the configuration.
     */
    public DriverConfig withDataLoss(final LossPerEndpoint dataLoss)
    {
        return new DriverConfig(
            directory, isExternal, threading, budget, idleStrategy, threadFactory, sockets, dataLoss, controlLoss,
            sendTap);
    }

    /**
     * The same driver behind a network that is lossy towards publishers.
     *
     * @param controlLoss decides, on the driver's sender thread, which datagrams from receivers are dropped.
     * @return the configuration.
     */
    public DriverConfig withControlLoss(final LossGenerator controlLoss)
    {
        return new DriverConfig(
            directory, isExternal, threading, budget, idleStrategy, threadFactory, sockets, dataLoss, controlLoss,
            sendTap);
    }

    /**
     * The same driver, watched.
     *
     * @param tap sees each frame that leaves, on the driver's sending thread.
     * @return the configuration.
     */
    public DriverConfig withSendTap(final SendTap tap)
    {
        return new DriverConfig(
            directory, isExternal, threading, budget, idleStrategy, threadFactory, sockets, dataLoss, controlLoss,
            tap);
    }

    private static Thread daemon(final String name, final Runnable task)
    {
        final Thread thread = new Thread(task, name + "-media-driver");
        thread.setDaemon(true);

        return thread;
    }
}
