package io.fragcast.cli;

import io.fragcast.config.ConfigException;
import io.fragcast.config.NodeConfig;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.Schedule;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads a running node's files anew on SIGHUP: the schedule takes effect at once, anything else takes a restart and is
 * only named. What is wrong leaves all as it was. Says on standard error what became of it.
 */
final class Reload
{
    private final NodeConfig started;
    private final Supplier<NodeConfig> files;
    private final Function<Schedule, List<String>> node;
    private final Counters counters;
    private final PrintWriter err;

    /**
     * For one node.
     *
     * @param started  what it was started from.
     * @param files    reads them anew.
     * @param node     takes a schedule and says what that changes.
     * @param counters of the node.
     * @param err      for what is said.
     */
    Reload(
        final NodeConfig started,
        final Supplier<NodeConfig> files,
        final Function<Schedule, List<String>> node,
        final Counters counters,
        final PrintWriter err)
    {
        this.started = started;
        this.files = files;
        this.node = node;
        this.counters = counters;
        this.err = err;
    }

    void run()
    {
        try
        {
            final NodeConfig config = files.get();
            final List<String> changes = node.apply(config.schedule());
            say(changes.isEmpty() ? "reloaded, the schedule is the same" :
                "reloaded the schedule: " + String.join("; ", changes));
            final List<String> other = otherChanges(config);
            if (!other.isEmpty())
            {
                say("changed too, but takes a restart: " + String.join(", ", other));
            }
        }
        catch (final ConfigException ex)
        {
            // A file that cannot be read never reaches the node, which counts what it refuses itself.
            counters.get(FragcastCounter.SCHEDULE_RELOADS_REFUSED).getAndAddRelease(1);
            say("not reloaded, all is as it was: " + ex.getMessage());
        }
        catch (final IllegalArgumentException ex)
        {
            say("not reloaded, the schedule before holds: " + ex.getMessage());
        }
    }

    private List<String> otherChanges(final NodeConfig config)
    {
        final List<String> names = new ArrayList<>();
        if (!config.upstream().equals(started.upstream()))
        {
            names.add("peers.upstream");
        }
        if (!config.block().equals(started.block()))
        {
            names.add("[block]");
        }
        if (!config.identityKeyFile().equals(started.identityKeyFile()))
        {
            names.add("identity.key-file");
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

    private void say(final String line)
    {
        err.println(started.name() + ": " + line);
        err.flush();
    }
}
