package io.fragcast.edge.http;

import com.sun.management.ThreadMXBean;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadInfo;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The JVM of this process: garbage collections, the heap, and what each thread has allocated: a hot agent's line stands
 * still once it is warm.
 */
final class JvmMetrics
{
    private JvmMetrics()
    {
    }

    static void write(final PrometheusWriter writer)
    {
        final String collections = "fragcast_jvm_gc_collections_total";
        writer.counter(collections, "Garbage collections.");
        for (final GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans())
        {
            writer.sample(collections, gc.getCollectionCount(), "gc", gc.getName());
        }
        final String seconds = "fragcast_jvm_gc_seconds_total";
        writer.counter(seconds, "Time spent in garbage collections.");
        for (final GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans())
        {
            writer.seconds(seconds, TimeUnit.MILLISECONDS.toNanos(gc.getCollectionTime()), "gc", gc.getName());
        }

        final MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        writer.gauge("fragcast_jvm_heap_used_bytes", "Heap in use, garbage included.");
        writer.sample("fragcast_jvm_heap_used_bytes", heap.getUsed());
        writer.gauge("fragcast_jvm_heap_committed_bytes", "Heap that the system has given.");
        writer.sample("fragcast_jvm_heap_committed_bytes", heap.getCommitted());
        writer.gauge("fragcast_jvm_heap_max_bytes", "Most heap that the JVM may take.");
        writer.sample("fragcast_jvm_heap_max_bytes", heap.getMax());

        final String allocated = "fragcast_jvm_thread_allocated_bytes_total";
        writer.counter(allocated, "Bytes that a living thread has allocated on the heap.");
        allocatedByThread().forEach((name, bytes) -> writer.sample(allocated, bytes, "thread", name));
    }

    /** Threads of one name count as one: a series must not appear twice. */
    private static Map<String, Long> allocatedByThread()
    {
        final Map<String, Long> byName = new TreeMap<>();
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
        {
            final long[] ids = threads.getAllThreadIds();
            final long[] bytes = threads.getThreadAllocatedBytes(ids);
            final ThreadInfo[] infos = threads.getThreadInfo(ids);
            for (int i = 0; i < ids.length; i++)
            {
                if (null != infos[i] && bytes[i] >= 0)
                {
                    byName.merge(infos[i].getThreadName(), bytes[i], Long::sum);
                }
            }
        }

        return byName;
    }
}
