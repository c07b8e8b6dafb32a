package io.fragcast.bench.rig;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.Edge;
import io.fragcast.node.NodeHost;
import io.fragcast.node.ReplicaNode;
import org.agrona.DirectBuffer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Keeps a holder's bulk lane busy: a node that is far behind catches up, is closed once it is live, and begins anew, on
 * a thread of its own until it is stopped.
 */
final class BulkLoad implements Runnable
{
    /** A node that is far behind. */
    record Late(NodeHost host, ReplicaNode node)
    {
        long bytes()
        {
            return node.counters().value(FragcastCounter.CATCH_UP_BYTES);
        }
    }

    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Supplier<Late> nodes;
    private final Thread thread = new Thread(this, "bulk load");
    private volatile long bytes;
    private volatile boolean isStopped;

    BulkLoad(final Supplier<Late> nodes)
    {
        this.nodes = nodes;
        thread.start();
    }

    /** Fetched so far. */
    long bytes()
    {
        return bytes;
    }

    long stop() throws InterruptedException
    {
        isStopped = true;
        thread.join();

        return bytes;
    }

    @Override
    public void run()
    {
        while (!isStopped)
        {
            final Late late = nodes.get();
            final long before = bytes;
            while (!isStopped && !isDone(late))
            {
                LockSupport.parkNanos(POLL_NS);
                bytes = before + late.bytes();
            }
            late.host.close();
        }
    }

    /** What came last is live: the next comes by the block lane. */
    private static boolean isDone(final Late late)
    {
        return late.bytes() > 0 && 0 == late.node.counters().value(FragcastCounter.CATCH_UP_MODE);
    }

    /** A consumer that has the first block, and takes all others. */
    static final class FromStart implements Edge
    {
        @Override
        public boolean onEvent(final DirectBuffer buffer, final int offset, final int length)
        {
            return true;
        }

        @Override
        public void flush()
        {
        }

        @Override
        public long lastBlock(final long chainId)
        {
            return 1;
        }

        @Override
        public String name()
        {
            return "from the start";
        }

        @Override
        public void close()
        {
        }
    }
}
