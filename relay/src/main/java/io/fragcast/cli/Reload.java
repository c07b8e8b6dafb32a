package io.fragcast.cli;

import io.fragcast.config.ConfigException;
import io.fragcast.config.NodeConfig;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.node.NodeUpdate;
import io.fragcast.node.ReloadRefusal;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads a running node's files anew on SIGHUP: schedule, peers, allowed gateways and the execution client's secret take
 * effect at once, anything else takes a restart and is only named. What is wrong leaves all as it was. Says on standard
 * error what became of it.
 */
final class Reload
{
    private final NodeConfig started;
    private final Supplier<NodeConfig> files;
    private final NodeContexts contexts;
    private final Function<NodeUpdate, List<String>> node;
    private final Counters counters;
    private final PrintWriter err;
    private NodeConfig current;

    /**
     * For one node.
     *
     * @param started  what it was started from.
     * @param files    reads them anew.
     * @param contexts reads the keys.
     * @param node     takes what may change and says what does.
     * @param counters of the node.
     * @param err      for what is said.
     */
    Reload(
        final NodeConfig started,
        final Supplier<NodeConfig> files,
        final NodeContexts contexts,
        final Function<NodeUpdate, List<String>> node,
        final Counters counters,
        final PrintWriter err)
    {
        this.started = started;
        this.files = files;
        this.contexts = contexts;
        this.node = node;
        this.counters = counters;
        this.err = err;
        current = started;
    }

    /** What holds now. */
    NodeConfig current()
    {
        return current;
    }

    void run()
    {
        NodeConfig config = current;
        try
        {
            config = files.get();
            final List<String> changes = node.apply(contexts.update(config));
            current = config;
            say(changes.isEmpty() ? "reloaded, nothing changed" : "reloaded: " + String.join("; ", changes));
            final List<String> other = otherChanges(config);
            if (!other.isEmpty())
            {
                say("changed too, but takes a restart: " + String.join(", ", other));
            }
        }
        catch (final ReloadRefusal ex)
        {
            refused(config.origins().apply(ex.key()) + ": " + ex.key() + ": " + ex.getMessage());
        }
        catch (final ConfigException | IOException ex)
        {
            // What cannot be read never reaches the node, which counts what it refuses itself.
            counters.get(FragcastCounter.CONFIG_RELOADS_REFUSED).getAndAddRelease(1);
            refused(String.valueOf(ex.getMessage()));
        }
    }

    private List<String> otherChanges(final NodeConfig config)
    {
        final List<String> names = new ArrayList<>();
        if (!config.block().withSinks(started.block().sinks()).equals(started.block()))
        {
            names.add("[block]");
        }
        if (!config.threads().equals(started.threads()))
        {
            names.add("[threads]");
        }
        if (!config.journal().equals(started.journal()))
        {
            names.add("[journal]");
        }

        return names;
    }

    private void refused(final String reason)
    {
        say("not reloaded, all is as it was: " + reason);
    }

    private void say(final String line)
    {
        err.println(started.name() + ": " + line);
        err.flush();
    }
}
