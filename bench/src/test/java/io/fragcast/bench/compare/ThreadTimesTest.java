package io.fragcast.bench.compare;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ThreadTimesTest
{
    @TempDir
    private Path threads;

    @Test
    void shouldAddUpThreadsOfOneName() throws IOException
    {
        thread(1, "pool", 10);
        thread(2, "pool", 20);
        thread(3, "builder", 400);

        final ThreadTimes times = ThreadTimes.of(threads);

        assertEquals(Map.of("pool", 30L, "builder", 400L), times.byNameNs());
        assertEquals(30, times.totalNs("builder"));
    }

    @Test
    void shouldTellWhatWasSpentSince() throws IOException
    {
        thread(1, "ended", 10);
        thread(2, "went on", 20);
        final ThreadTimes earlier = ThreadTimes.of(threads);
        Files.delete(threads.resolve("1/comm"));
        thread(2, "went on", 25);
        thread(3, "started", 7);

        final ThreadTimes spent = ThreadTimes.of(threads).since(earlier);

        assertEquals(Map.of("went on", 5L, "started", 7L), spent.byNameNs());
        assertEquals("started", spent.sorted().get(0).getKey());
    }

    @Test
    void shouldRefuseASystemThatDoesNotTell() throws IOException
    {
        Files.createDirectories(threads.resolve("1"));

        assertThrows(IOException.class, () -> ThreadTimes.of(threads));
    }

    @Test
    void shouldReadThisProcess() throws IOException
    {
        assertTrue(ThreadTimes.of(ProcessHandle.current().pid()).totalNs("") > 0);
    }

    private void thread(final int id, final String name, final long ns) throws IOException
    {
        final Path folder = Files.createDirectories(threads.resolve(Integer.toString(id)));
        Files.writeString(folder.resolve("comm"), name + "\n");
        Files.writeString(folder.resolve("schedstat"), ns + " 1 2\n");
    }
}
