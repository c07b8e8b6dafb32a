package io.fragcast.node;

import io.fragcast.config.PeerName;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.ethereum.Hex;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.FrameFanout;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What a node takes anew while it runs: schedule, peers, the gateways it takes messages of, its execution client's
 * secret. All of one update, or nothing of it: what may not change is named in the exception, and what was before
 * holds. Any thread may ask; each thread of the node changes what it owns, a duty cycle later.
 */
final class NodeReload
{
    private final NodeSchedule schedule;
    private final HotPeers hot;
    private final Supplier<@Nullable ControlLane> controlLane;
    private final @Nullable RepairLane repair;
    private final CatchUpLane catchUp;
    private final Counters counters;
    private final int maxSinks;
    private final byte[] identityKey;
    private PeerLists lists;
    private byte @Nullable [] leaderKey;
    private List<byte[]> gateways = List.of();
    private @Nullable Consumer<List<byte[]>> gatewayTaker;
    private byte @Nullable [] secret;
    private @Nullable Consumer<byte[]> secretTaker;

    NodeReload(
        final NodeContext<?> ctx,
        final NodeSchedule schedule,
        final HotPeers hot,
        final Supplier<@Nullable ControlLane> controlLane,
        final @Nullable RepairLane repair,
        final CatchUpLane catchUp,
        final Counters counters)
    {
        this.schedule = schedule;
        this.hot = hot;
        this.controlLane = controlLane;
        this.repair = repair;
        this.catchUp = catchUp;
        this.counters = counters;
        lists = PeerLists.of(ctx);
        identityKey = ctx.identity().publicKey();
        maxSinks = FrameFanout.MAX_SINKS - (null == ctx.sinkGroup() ? 0 : 1);
    }

    /**
     * Names a sequencer's own.
     *
     * @param relayKey 65 bytes.
     * @param signers  addresses of the gateways whose messages it takes.
     * @param taker    of others; null if it takes none.
     */
    void ofSequencer(
        final byte[] relayKey, final List<byte[]> signers, final @Nullable Consumer<List<byte[]>> taker)
    {
        leaderKey = relayKey;
        gateways = signers;
        gatewayTaker = taker;
    }

    /**
     * Names a replica's own.
     *
     * @param engineSecret shared with its execution client.
     * @param taker        of another one.
     */
    void ofReplica(final byte[] engineSecret, final Consumer<byte[]> taker)
    {
        secret = engineSecret;
        secretTaker = taker;
    }

    /**
     * Takes all that changed.
     *
     * @param newer all that shall be.
     * @return a sentence a change; empty if nothing changes.
     * @throws ReloadRefusal naming what may not change.
     */
    synchronized List<String> update(final NodeUpdate newer)
    {
        try
        {
            check(!Arrays.equals(identityKey, newer.identityKey()), "identity.key-file",
                "is another key, and peers know the node by the one it has");
            check(!Arrays.equals(leaderKey, newer.leaderKey()), "leader.key-file",
                "is another key, and the schedule names the one it has");
            final List<String> peerChanges = peerChanges(newer.peers());
            final List<String> keyChanges = keyChanges(newer);
            final List<String> changes = new ArrayList<>(scheduleChanges(newer.schedule()));

            changes.addAll(peerChanges);
            changes.addAll(keyChanges);
            apply(newer.peers());
            applyKeys(newer);
            if (!changes.isEmpty())
            {
                counters.get(FragcastCounter.CONFIG_RELOADS).getAndAddRelease(1);
            }

            return changes;
        }
        catch (final ReloadRefusal ex)
        {
            counters.get(FragcastCounter.CONFIG_RELOADS_REFUSED).getAndAddRelease(1);
            throw ex;
        }
    }

    /** Takes it, if it may be taken: the last of what may be refused. */
    private List<String> scheduleChanges(final Schedule newer)
    {
        try
        {
            return schedule.replace(newer);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new ReloadRefusal("schedule.file", String.valueOf(ex.getMessage()));
        }
    }

    private List<String> peerChanges(final PeerLists newer)
    {
        final ControlLane control = controlLane.get();
        final List<String> changes = new ArrayList<>();
        final boolean isHeard = isChange(changes, "peers.upstream", lists.upstreams(), newer.upstreams());
        final boolean isFed = isChange(changes, "block.sinks", lists.sinks(), newer.sinks());
        final boolean isAsked = isChange(changes, "repair.holders", lists.holders(), newer.holders());
        final boolean isAnswered = isChange(changes, "repair.requesters", lists.requesters(), newer.requesters());
        check(isHeard && !hot.isHearing(), "peers.upstream", "none was named at start");
        check(isHeard && newer.upstreams().isEmpty(), "peers.upstream", "none is named any more");
        check(isFed && !hot.isFeeding(), "block.sinks", "this node feeds nobody");
        check(newer.sinks().size() > maxSinks, "block.sinks", "at most " + maxSinks + " go");
        check(isAsked && (null == control || !hot.isHearing()), "repair.holders", "none was named at start");
        check(isAnswered && (null == control || null == repair), "repair.requesters", "none was named at start");
        if (null != control)
        {
            check(newer.holders().size() > control.holderCapacity(),
                "repair.holders", "this node has room for " + control.holderCapacity());
            check(newer.requesters().size() > control.requesterCapacity(),
                "repair.requesters", "this node has room for " + control.requesterCapacity());
        }

        return changes;
    }

    private void apply(final PeerLists newer)
    {
        final PeerLists older = lists;
        final ControlLane control = controlLane.get();
        if (isOther(older.upstreams(), newer.upstreams()))
        {
            hot.hear(newer.upstreams());
        }
        if (isOther(older.sinks(), newer.sinks()))
        {
            hot.feed(newer.sinks());
        }
        final boolean isAsked = isOther(older.holders(), newer.holders());
        if (isAsked)
        {
            hot.ask(newer.holders());
            catchUp.ask(newer.holders());
        }
        final boolean isAnswered = isOther(older.requesters(), newer.requesters());
        if (isAnswered && null != repair)
        {
            repair.answer(newer.requesters());
        }
        if ((isAsked || isAnswered) && null != control)
        {
            control.talkTo(newer.holders(), newer.requesters());
        }
        lists = newer;
    }

    private List<String> keyChanges(final NodeUpdate newer)
    {
        final List<String> changes = new ArrayList<>();
        final Set<String> before = hex(gateways);
        final Set<String> after = hex(newer.gatewaySigners());
        check(!before.equals(after) && null == gatewayTaker, "rpc.signers", "none was named at start");
        check(null != gatewayTaker && after.isEmpty(), "rpc.signers", "none is named any more");
        tell(changes, "rpc.signers", before, after);
        check((null == secret) != (null == newer.engineSecret()), "deliver.to", "is another kind of edge");
        if (!Arrays.equals(secret, newer.engineSecret()))
        {
            changes.add("deliver.jwt-secret-file holds another secret");
        }

        return changes;
    }

    private void applyKeys(final NodeUpdate newer)
    {
        if (null != gatewayTaker)
        {
            gatewayTaker.accept(newer.gatewaySigners());
            gateways = newer.gatewaySigners();
        }
        final byte[] newSecret = newer.engineSecret();
        if (null != secretTaker && null != newSecret && !Arrays.equals(secret, newSecret))
        {
            secretTaker.accept(newSecret);
            secret = newSecret;
        }
    }

    private static boolean isChange(
        final List<String> changes, final String key, final List<PeerName> before, final List<PeerName> after)
    {
        final int count = changes.size();
        tell(changes, key, names(before), names(after));
        if (isOther(before, after) && count == changes.size())
        {
            changes.add(key + " in another order");
        }

        return isOther(before, after);
    }

    private static void tell(
        final List<String> changes, final String key, final Set<String> before, final Set<String> after)
    {
        after.stream().filter((name) -> !before.contains(name)).forEach((name) -> changes.add(key + " + " + name));
        before.stream().filter((name) -> !after.contains(name)).forEach((name) -> changes.add(key + " - " + name));
    }

    /** Also true if they are the same in another order. */
    private static boolean isOther(final List<PeerName> before, final List<PeerName> after)
    {
        return !List.copyOf(names(before)).equals(List.copyOf(names(after)));
    }

    private static Set<String> names(final List<PeerName> peers)
    {
        return peers.stream().map(PeerName::toString).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<String> hex(final List<byte[]> addresses)
    {
        return addresses.stream().map(Hex::toHex).collect(Collectors.toSet());
    }

    private static void check(final boolean isWrong, final String key, final String reason)
    {
        if (isWrong)
        {
            throw new ReloadRefusal(key, reason + "; that takes a restart");
        }
    }
}
