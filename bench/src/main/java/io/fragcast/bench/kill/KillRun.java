package io.fragcast.bench.kill;

import io.fragcast.bench.kill.KillNetwork.Victim;
import io.fragcast.cli.JournalCommand;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * One run: starts the nodes, kills one after the other at any moment while blocks flow, starts each again and waits
 * until both consumers have blocks that were sealed after that; then looks at everything that is left.
 */
final class KillRun
{
    /** Three blocks: a kill comes at any of their messages. */
    private static final int MAX_RUN_MS = 600;
    private static final int STEADY_BLOCKS = 2;
    private static final int MAX_PRINTED = 20;

    private final KillNetwork network;
    private final Random random;
    private final PrintWriter out;
    private int watcherKills;
    private int replicaKills;
    private long problems;

    KillRun(final KillNetwork network, final Random random, final PrintWriter out)
    {
        this.network = network;
        this.random = random;
        this.out = out;
    }

    /** Problems found. */
    long run(final int times) throws IOException, InterruptedException
    {
        for (final Victim victim : List.of(Victim.REPLICA, Victim.WATCHER, Victim.RELAY, Victim.SEQUENCER))
        {
            network.start(victim);
        }
        network.node(Victim.RELAY).awaitSaid("reaches 2 of 2 sinks");
        network.node(Victim.SEQUENCER).awaitSaid("reaches 1 of 1 sinks");
        try (ChainBuilder builder = new ChainBuilder(network.driver(Victim.SEQUENCER)))
        {
            awaitDelivered(builder);
            for (int kill = 0; kill < times; kill++)
            {
                killOne(Victim.values()[kill % Victim.values().length], builder);
            }
            final Throwable failure = builder.failure();
            if (null != failure)
            {
                onProblem("the builder's client: " + failure);
            }
        }
        network.killAll();
        check();

        return problems;
    }

    private void killOne(final Victim victim, final ChainBuilder builder) throws IOException, InterruptedException
    {
        network.node(victim).run(random.nextInt(MAX_RUN_MS));
        network.node(victim).kill();
        watcherKills += Victim.WATCHER == victim ? 1 : 0;
        replicaKills += Victim.REPLICA == victim ? 1 : 0;
        verifyJournal(victim);

        final long startNs = System.nanoTime();
        network.start(victim).awaitSaid("running");
        final long upNs = System.nanoTime();
        awaitDelivered(builder);
        out.printf("%s killed: up after %d ms, flowing %d ms later%n",
            victim.word(),
            TimeUnit.NANOSECONDS.toMillis(upNs - startNs),
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - upNs));
        out.flush();
    }

    /** Both consumers have verified blocks that are sealed from now on. */
    private void awaitDelivered(final ChainBuilder builder) throws IOException, InterruptedException
    {
        final NodeProcess sequencer = network.node(Victim.SEQUENCER);
        final long goal = builder.sealedBlock() + STEADY_BLOCKS;
        sequencer.await("block " + goal + " to be sealed", () -> builder.sealedBlock() >= goal);
        for (final Victim victim : List.of(Victim.REPLICA, Victim.WATCHER))
        {
            network.node(victim).await("block " + goal, () -> goal <= verifiedBlock(victim));
        }
    }

    private long verifiedBlock(final Victim victim)
    {
        try
        {
            return delivered(victim).verifiedBlock();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private DeliveryCheck delivered(final Victim victim) throws IOException
    {
        return Victim.REPLICA == victim ? DeliveryCheck.read(network.delivered(), 0) :
            DeliveryCheck.read(network.watched(), Math.max(1, watcherKills));
    }

    private void check() throws IOException
    {
        for (final Victim victim : Victim.values())
        {
            verifyJournal(victim);
        }
        for (final Victim victim : List.of(Victim.REPLICA, Victim.WATCHER))
        {
            final DeliveryCheck delivered = delivered(victim);
            delivered.problems().forEach((problem) -> onProblem(victim.word() + ": " + problem));
            out.println(victim.word() + ": " + delivered.eventCount() + " events to block " +
                delivered.verifiedBlock() + ", " + delivered.repeatCount() + " came again");
        }
        checkReplay();
    }

    /**
     * The journal tells again what the file has; but a kill may come between the file and the journal, so that one
     * attempt a kill may differ.
     */
    private void checkReplay() throws IOException
    {
        Files.deleteIfExists(network.replayed());
        final StringWriter text = new StringWriter();
        final int exitCode = journal(
            text, "replay", network.journal(Victim.REPLICA).toString(), "--to", "jsonl:" + network.replayed());
        if (0 != exitCode)
        {
            onProblem("replay ends with " + exitCode + ": " + text);
        }

        final Map<String, List<String>> delivered = DeliveryCheck.read(network.delivered(), 0).contentByAttempt();
        final Map<String, List<String>> replayed = DeliveryCheck.read(network.replayed(), 0).contentByAttempt();
        int differing = 0;
        for (final Map.Entry<String, List<String>> attempt : delivered.entrySet())
        {
            differing += attempt.getValue().equals(replayed.get(attempt.getKey())) ? 0 : 1;
        }
        replayed.keySet().removeAll(delivered.keySet());
        out.println("replay: " + differing + " of " + delivered.size() + " attempts differ, " + replayed.size() +
            " more");
        if (differing + replayed.size() > replicaKills + 1)
        {
            onProblem("replay differs in " + differing + " attempts, after " + replicaKills + " kills");
        }
    }

    private void verifyJournal(final Victim victim)
    {
        final StringWriter text = new StringWriter();
        final int exitCode = journal(text, "verify", network.journal(victim).toString());
        if (0 != exitCode)
        {
            onProblem("journal of the " + victim.word() + " does not verify: " + text);
        }
    }

    private static int journal(final StringWriter text, final String... args)
    {
        final PrintWriter writer = new PrintWriter(text);

        return new CommandLine(new JournalCommand()).setOut(writer).setErr(writer).execute(args);
    }

    private void onProblem(final String what)
    {
        problems++;
        if (problems <= MAX_PRINTED)
        {
            out.println("PROBLEM " + what);
            out.flush();
        }
    }
}
