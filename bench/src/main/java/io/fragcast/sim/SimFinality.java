package io.fragcast.sim;

import io.fragcast.sim.checker.FinalityChecker;

import java.util.List;

/**
 * Says which block is final, as the execution client beside each node would: at some depth below the last one that was
 * built, to each node at a time of its own, again and again. In half of the runs, and there to most nodes.
 */
final class SimFinality
{
    private static final double RUN_PROBABILITY = 0.5;
    private static final double SOURCE_PROBABILITY = 0.7;
    private static final int MAX_DEPTH = 3;
    /** Between two looks of a node at its client, in cadences of the builders. */
    private static final int MAX_CADENCES = 20;

    private final EventQueue events;
    private final EventLog log;
    private final SimRandom random;
    private final SimChain chain;
    private final FinalityChecker checker;
    private final int depth;
    private final long maxPeriodNs;

    private SimFinality(
        final SimulatorOptions options,
        final EventQueue events,
        final EventLog log,
        final SimRandom random,
        final SimChain chain,
        final FinalityChecker checker)
    {
        this.events = events;
        this.log = log;
        this.random = random;
        this.chain = chain;
        this.checker = checker;
        depth = random.between(0, MAX_DEPTH);
        maxPeriodNs = MAX_CADENCES * options.cadenceNs();
    }

    /** Draws whether anything is final in this run, and who is told. */
    static void start(
        final SimulatorOptions options,
        final EventQueue events,
        final EventLog log,
        final SimRandom random,
        final SimChain chain,
        final List<SimNode> nodes,
        final FinalityChecker checker)
    {
        // Where terms are taken over the chain is not known before it is built.
        if (!random.isHit(RUN_PROBABILITY) || 0 != chain.schedule().autoTakeover())
        {
            return;
        }
        final SimFinality finality = new SimFinality(options, events, log, random, chain, checker);
        for (final SimNode node : nodes)
        {
            if (node.index() >= options.leaders() && random.isHit(SOURCE_PROBABILITY))
            {
                finality.askLater(node);
            }
        }
    }

    private void askLater(final SimNode node)
    {
        events.in(random.between(1L, maxPeriodNs), (nowNs) ->
        {
            ask(node);
            askLater(node);
        });
    }

    private void ask(final SimNode node)
    {
        final long number = chain.nextNumber() - 1 - depth;
        final byte[] hash = chain.hashOf(number);
        if (null != hash && node.onFinalized(number, hash) && checker.onTold(node.index(), number, hash))
        {
            log.on(EventLog.Kind.BUILD, node.index(), "is told that final is", number);
        }
    }
}
