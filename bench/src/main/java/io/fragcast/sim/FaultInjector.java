package io.fragcast.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * Breaks something every now and then, and mends it a while later.
 */
final class FaultInjector
{
    private static final long MS = 1_000_000;
    private static final double SPLIT_PROBABILITY = 0.3;
    private static final double LEADER_DIES_PROBABILITY = 0.7;
    private static final double FAR_STEP_PROBABILITY = 0.2;
    private static final double DIES_ASKING_PROBABILITY = 0.1;
    private static final double DIES_TAKING_OVER_PROBABILITY = 0.2;
    /** Some blocks of several frags to several sinks. */
    private static final int MAX_FRAMES_TO_LIVE = 256;

    private final SimulatorOptions options;
    private final EventQueue events;
    private final EventLog log;
    private final SimRandom random;
    private final SimRandom talkRandom;
    private final SimNetwork network;
    private final List<SimNode> nodes;
    private final List<Fault> faults = new ArrayList<>();
    private boolean isActive = true;
    private boolean isHealed;

    FaultInjector(
        final SimulatorOptions options,
        final EventQueue events,
        final EventLog log,
        final SimRandom random,
        final SimNetwork network,
        final List<SimNode> nodes)
    {
        this.options = options;
        this.events = events;
        this.log = log;
        this.random = random;
        talkRandom = random.forPart(1);
        this.network = network;
        this.nodes = nodes;
        for (final Fault fault : Fault.values())
        {
            final boolean isInjected = switch (fault)
            {
                case CLOG, PARTITION, PAUSE, CRASH, MIDWAY, POWER, CLOCK, DISK_SLOW, DISK_FULL -> true;
                default -> false;
            };
            if (isInjected && options.isOn(fault))
            {
                faults.add(fault);
            }
        }
        if (!faults.isEmpty())
        {
            events.in(random.exponentialNs(options.faultMeanNs()), this::inject);
        }
    }

    /** Breaks nothing any more, and mends everything but the nodes left out, which stay down. */
    void heal(final List<Integer> leftOut, final int windowBytes)
    {
        isActive = false;
        for (final SimNode node : nodes)
        {
            node.spare();
            node.disk().full(false);
            node.disk().stall(0);
            final boolean isLeftOut = leftOut.contains(node.index());
            if (isLeftOut && SimNode.State.DOWN != node.state())
            {
                crash(node, false);
            }
            if (!isLeftOut && SimNode.State.DOWN == node.state())
            {
                restart(node);
            }
            if (SimNode.State.PAUSED == node.state())
            {
                node.resume();
            }
        }
        isHealed = true;
        for (final SimPath path : network.paths())
        {
            path.options(path.options().healed(windowBytes));
            path.mend();
        }
        log.on(EventLog.Kind.HEAL, 0, "the core is whole, left out:", leftOut.size());
    }

    private void inject(final long nowNs)
    {
        if (!isActive)
        {
            return;
        }

        final Fault fault = faults.get(random.between(0, faults.size() - 1));
        final SimNode node = nodes.get(random.between(0, nodes.size() - 1));
        final SimPath path = network.paths().get(random.between(0, network.paths().size() - 1));
        switch (fault)
        {
            case CLOG ->
            {
                final long lengthNs = random.between(MS, 200 * MS);
                log.on(EventLog.Kind.FAULT, path.subject(), "clogged for ns", lengthNs);
                path.clog(nowNs + lengthNs);
            }
            case PARTITION ->
            {
                if (random.isHit(SPLIT_PROBABILITY))
                {
                    split();
                }
                else
                {
                    cut(path);
                }
            }
            case PAUSE -> pause(node);
            case CRASH, POWER ->
            {
                if (SimNode.State.UP == node.state())
                {
                    crashForAWhile(node, Fault.POWER == fault);
                }
            }
            case MIDWAY ->
            {
                final SimNode victim = random.isHit(LEADER_DIES_PROBABILITY) ?
                    nodes.get(random.between(0, options.leaders() - 1)) : node;
                final int frames = random.between(0, MAX_FRAMES_TO_LIVE >> random.between(0, 8));
                log.on(EventLog.Kind.FAULT, victim.index(), "dies after frames", frames);
                victim.dieAfter(frames, () -> crashForAWhile(victim, false));
                dieTalking();
            }
            case CLOCK ->
            {
                final long farNs = random.isHit(FAR_STEP_PROBABILITY) ? 20_000 * MS : 200 * MS;
                final long stepNs = random.between(-farNs, farNs);
                log.on(EventLog.Kind.FAULT, node.index(), "clock set by ns", stepNs);
                node.clock().step(stepNs);
            }
            case DISK_SLOW ->
            {
                final long lengthNs = random.between(MS, 300 * MS);
                log.on(EventLog.Kind.FAULT, node.index(), "disk stalls for ns", lengthNs);
                node.disk().stall(nowNs + lengthNs);
            }
            case DISK_FULL ->
            {
                log.on(EventLog.Kind.FAULT, node.index(), "disk full", 0);
                node.disk().full(true);
                events.in(random.between(MS, 300 * MS), (laterNs) -> node.disk().full(false));
            }
            default -> throw new IllegalStateException(fault + " is not injected");
        }
        events.in(random.exponentialNs(options.faultMeanNs()), this::inject);
    }

    /** On a lane other than that of the blocks: anywhere, or among the copies of a leader's own Takeover. */
    private void dieTalking()
    {
        if (talkRandom.isHit(DIES_ASKING_PROBABILITY))
        {
            final SimNode node = nodes.get(talkRandom.between(0, nodes.size() - 1));
            final int frames = talkRandom.between(0, MAX_FRAMES_TO_LIVE);
            log.on(EventLog.Kind.FAULT, node.index(), "dies after frames of other lanes", frames);
            node.dieAsking(frames, () -> crashForAWhile(node, false));
        }
        if (options.isFollowing() && talkRandom.isHit(DIES_TAKING_OVER_PROBABILITY))
        {
            final SimNode leader = nodes.get(talkRandom.between(0, options.leaders() - 1));
            final int copies = talkRandom.between(0, options.nodes() - 1);
            log.on(EventLog.Kind.FAULT, leader.index(), "dies taking over after copies", copies);
            leader.dieTakingOver(copies, () -> crashForAWhile(leader, false));
        }
    }

    private void cut(final SimPath path)
    {
        final int which = random.between(0, 2);
        log.on(EventLog.Kind.FAULT, path.subject(), "cut", which);
        path.cut(1 != which, 0 != which);
        events.in(random.between(MS, 800 * MS), (nowNs) ->
        {
            log.on(EventLog.Kind.HEAL, path.subject(), "mended", which);
            path.mend();
        });
    }

    /** Some nodes hear the others no longer: one alone, or any part of them. */
    private void split()
    {
        final boolean[] isApart = new boolean[nodes.size() + 1];
        if (random.isHit(0.5))
        {
            isApart[random.between(0, nodes.size() - 1)] = true;
        }
        else
        {
            for (int i = 0; i < isApart.length; i++)
            {
                isApart[i] = random.isHit(0.5);
            }
        }
        final List<SimPath> cut =
            network.paths().stream().filter((path) -> isApart[path.from()] != isApart[path.to()]).toList();
        log.on(EventLog.Kind.FAULT, 0, "split, paths", cut.size());
        cut.forEach((path) -> path.cut(true, true));
        events.in(random.between(MS, 800 * MS), (nowNs) ->
        {
            log.on(EventLog.Kind.HEAL, 0, "whole again, paths", cut.size());
            cut.forEach(SimPath::mend);
        });
    }

    private void pause(final SimNode node)
    {
        if (SimNode.State.UP != node.state())
        {
            return;
        }
        log.on(EventLog.Kind.FAULT, node.index(), "paused", 0);
        node.pause();
        events.in(random.between(MS, 500 * MS), (nowNs) ->
        {
            if (SimNode.State.PAUSED == node.state())
            {
                log.on(EventLog.Kind.HEAL, node.index(), "resumed", 0);
                node.resume();
            }
        });
    }

    private void crashForAWhile(final SimNode node, final boolean isPowerCut)
    {
        crash(node, isPowerCut);
        // Long enough for the next leader to take over, where one may.
        final boolean isMissed = options.isFollowing() && node.index() < options.leaders();
        events.in(random.between(5 * MS, isMissed ? 2_500 * MS : 400 * MS), (nowNs) -> restart(node));
    }

    private void crash(final SimNode node, final boolean isPowerCut)
    {
        log.on(EventLog.Kind.FAULT, node.index(), isPowerCut ? "power cut" : "killed", 0);
        node.stop();
        if (isPowerCut)
        {
            node.disk().onPowerCut();
        }
        else
        {
            node.disk().onCrash();
        }
        network.onNodeDown(node.index());
    }

    private void restart(final SimNode node)
    {
        if (SimNode.State.DOWN == node.state() && !isHealed)
        {
            log.on(EventLog.Kind.HEAL, node.index(), "started", 0);
            network.onNodeUp(node.index());
            node.start();
        }
    }
}
