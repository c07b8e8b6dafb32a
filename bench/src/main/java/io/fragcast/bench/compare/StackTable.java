package io.fragcast.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Stacks of one thread and what they weigh: samples of time, or bytes allocated. A stack is its frames, outermost
 * first, joined by semicolons, as profilers collapse them.
 */
final class StackTable
{
    private static final double PERCENT = 100;

    private final Map<String, Long> stacks = new TreeMap<>();
    private long total;

    void add(final String stack, final long weight)
    {
        stacks.merge(stack, weight, Long::sum);
        total += weight;
    }

    long total()
    {
        return total;
    }

    /** {@code stack weight} a line: what flame graphs are drawn from. */
    void writeCollapsed(final Path file) throws IOException
    {
        Files.write(file, stacks.entrySet().stream()
            .map((entry) -> entry.getKey() + ' ' + entry.getValue())
            .collect(Collectors.toList()), StandardCharsets.UTF_8);
    }

    /** The innermost frames that weigh most, {@code percent method} a line. */
    List<String> flat(final int limit)
    {
        final Map<String, Long> methods = new HashMap<>();
        stacks.forEach((stack, weight) ->
            methods.merge(stack.substring(stack.lastIndexOf(';') + 1), weight, Long::sum));

        return methods.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry::getKey))
            .limit(limit)
            .map((entry) -> String.format(Locale.ROOT, "%5.1f %%  %s", PERCENT * entry.getValue() / total,
                entry.getKey()))
            .toList();
    }
}
