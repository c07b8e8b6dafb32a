package io.fragcast.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What each thread of a process has spent on cores so far, kernel time included, by the names that the kernel keeps (15
 * bytes of them); threads of the same name are one. Linux alone knows.
 *
 * @param byNameNs nanoseconds by name.
 */
record ThreadTimes(Map<String, Long> byNameNs)
{
    private static final Path PROC = Path.of("/proc");

    ThreadTimes
    {
        byNameNs = Map.copyOf(byNameNs);
    }

    static ThreadTimes of(final long pid) throws IOException
    {
        return of(PROC.resolve(Long.toString(pid)).resolve("task"));
    }

    /** Of the folders of threads, {@code comm} and {@code schedstat} in each. */
    static ThreadTimes of(final Path threads) throws IOException
    {
        final Map<String, Long> byNameNs = new HashMap<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(threads))
        {
            for (final Path folder : folders)
            {
                try
                {
                    final String name = read(folder.resolve("comm"));
                    byNameNs.merge(name, Long.parseLong(read(folder.resolve("schedstat")).split(" ")[0]), Long::sum);
                }
                catch (final NoSuchFileException ex)
                {
                    // It ended meanwhile, unless that holds for all.
                    continue;
                }
            }
        }
        if (byNameNs.isEmpty())
        {
            throw new IOException("no schedstat in " + threads);
        }

        return new ThreadTimes(byNameNs);
    }

    /** Of all threads but one. */
    long totalNs(final String without)
    {
        long totalNs = 0;
        for (final Map.Entry<String, Long> thread : byNameNs.entrySet())
        {
            totalNs += without.equals(thread.getKey()) ? 0 : thread.getValue();
        }

        return totalNs;
    }

    /** What was spent since an earlier look; what ended meanwhile is left out. */
    ThreadTimes since(final ThreadTimes earlier)
    {
        final Map<String, Long> spentNs = new HashMap<>();
        byNameNs.forEach((name, ns) -> spentNs.put(name, ns - earlier.byNameNs.getOrDefault(name, 0L)));

        return new ThreadTimes(spentNs);
    }

    /** Those that spent most first. */
    List<Map.Entry<String, Long>> sorted()
    {
        return byNameNs.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .toList();
    }

    private static String read(final Path file) throws IOException
    {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).trim();
    }
}
