package io.fragcast.edge.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Prometheus' text format 0.0.4 as strictly as its specification is written, and refuses everything else.
 */
final class Exposition
{
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern SAMPLE =
        Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (NaN|[+-]Inf|[-+0-9.eE]+)");
    private static final Pattern LABEL =
        Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\[\\\\\"n])*)\"(,|$)");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> labels = new HashMap<>();
    private final Set<String> helped = new HashSet<>();
    private final Set<String> closed = new HashSet<>();
    private String family = "";

    static Exposition parse(final String text)
    {
        final Exposition exposition = new Exposition();
        check(text.endsWith("\n"), "the last line has no end");
        for (final String line : text.split("\n", -1))
        {
            if (!line.isEmpty())
            {
                exposition.onLine(line);
            }
        }
        exposition.checkHistograms();

        return exposition;
    }

    /** Families and their types, in order. */
    Map<String, String> types()
    {
        return types;
    }

    /** Samples by name and sorted labels. */
    Map<String, Double> samples()
    {
        return samples;
    }

    /** The value of one sample; labels are names and values in turn. */
    double value(final String name, final String... namesAndValues)
    {
        final Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2)
        {
            wanted.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        final Double value = samples.get(name + wanted);
        check(null != value, "no sample " + name + wanted);

        return value;
    }

    private void onLine(final String line)
    {
        if (line.startsWith("# HELP "))
        {
            begin(line.split(" ", 4)[2]);
            check(helped.add(family), "second HELP: " + line);
        }
        else if (line.startsWith("# TYPE "))
        {
            final String[] words = line.split(" ");
            check(4 == words.length, line);
            begin(words[2]);
            check(Set.of("counter", "gauge", "histogram", "summary", "untyped").contains(words[3]), line);
            check(null == types.put(family, words[3]), "second TYPE: " + line);
        }
        else
        {
            check(!line.startsWith("#"), "comment: " + line);
            onSample(line);
        }
    }

    private void begin(final String name)
    {
        check(NAME.matcher(name).matches(), "name: " + name);
        if (!name.equals(family))
        {
            check(!closed.contains(name), "family comes twice: " + name);
            closed.add(family);
            family = name;
        }
    }

    private void onSample(final String line)
    {
        final Matcher matcher = SAMPLE.matcher(line);
        check(matcher.matches(), "sample: " + line);
        final String name = matcher.group(1);
        final String type = types.get(family);
        check(null != type && helped.contains(family), "no HELP and TYPE before: " + line);
        final boolean isOfFamily = "histogram".equals(type) ?
            List.of(family + "_bucket", family + "_sum", family + "_count").contains(name) : name.equals(family);
        check(isOfFamily, "sample outside of its family " + family + ": " + line);

        final Map<String, String> found = new TreeMap<>();
        final String text = null == matcher.group(2) ? "" : matcher.group(2);
        final Matcher label = LABEL.matcher(text);
        int end = 0;
        while (end < text.length())
        {
            check(label.find(end) && label.start() == end, "labels: " + line);
            check(null == found.put(label.group(1), label.group(2)), "label twice: " + line);
            end = label.end();
        }
        final double value = switch (matcher.group(3))
        {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(matcher.group(3));
        };
        check(null == samples.put(name + found, value), "series twice: " + line);
        labels.put(name + found, found);
        check(!"counter".equals(type) || name.endsWith("_total"), "a counter ends in _total: " + line);
        check(!"counter".equals(type) || value >= 0, "a counter is never negative: " + line);
    }

    private void checkHistograms()
    {
        types.forEach((name, type) ->
        {
            if ("histogram".equals(type))
            {
                final Map<String, List<Double>> series = new LinkedHashMap<>();
                samples.forEach((key, value) ->
                {
                    if (key.startsWith(name + "_bucket{"))
                    {
                        final Map<String, String> rest = new TreeMap<>(labels.get(key));
                        check(null != rest.remove("le"), "bucket without le: " + key);
                        series.computeIfAbsent(rest.toString(), (unused) -> new ArrayList<>()).add(value);
                    }
                });
                series.forEach((rest, counts) ->
                {
                    check(counts.stream().sorted().toList().equals(counts), "buckets fall: " + name + rest);
                    check(counts.get(counts.size() - 1).equals(samples.get(name + "_count" + rest)),
                        "+Inf is not the count: " + name + rest);
                    check(samples.containsKey(name + "_sum" + rest), "no sum: " + name + rest);
                });
            }
        });
    }

    private static void check(final boolean isTrue, final String what)
    {
        if (!isTrue)
        {
            throw new AssertionError(what);
        }
    }
}
