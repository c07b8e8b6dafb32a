package io.fragcast.node;

import io.fragcast.BlockEvent;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.transport.aeron.DriverConfig;
import io.fragcast.wire.FragDepartures;
import io.fragcast.wire.LeaderRig;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every frag leaves for the next leader, whole, before anyone else is sent a datagram of it, while replicas that lose
 * every fifth datagram keep the repair lane busy. Seen where the sender's driver hands datagrams to the kernel.
 */
@Timeout(90)
class NextLeaderFirstSystemTest
{
    private static final int OTHERS = 4;
    /** Then the schedule changes: one of two next leaders is one no more. */
    private static final int BLOCKS_BEFORE = 15;
    private static final int BLOCKS = 30;
    private static final int FRAGS = 3;
    private static final double LOSS_PERCENT = 20;

    private final TestNetwork network = new TestNetwork();
    private final FragDepartures departures = new FragDepartures(
        Lane.BLOCK.streamId(), SystemNanoClock.INSTANCE);
    private final List<TestNetwork.Place> places = new ArrayList<>();
    private final List<DeliveryLog> logs = new ArrayList<>();
    private final List<ReplicaNode> replicas = new ArrayList<>();
    private int wholeToOthers;

    @AfterEach
    void close()
    {
        network.close();
    }

    @Test
    void shouldSendEachFragToTheNextLeadersBeforeAnyoneElse()
    {
        final NodeHost leaderHost = network.host("first", false, (config) -> config.withSendTap(departures));
        final NodeHost wellHost = network.host("well", false);
        final NodeHost lossyHost = network.host("lossy", false, NextLeaderFirstSystemTest::lossy);
        final TestNetwork.Place leader = network.place("leader");
        for (int i = 0; i < 2 + OTHERS; i++)
        {
            places.add(network.place("replica-" + i));
        }
        final Schedule schedule = schedule(leader, 0, 1);
        for (int i = 0; i < places.size(); i++)
        {
            launchReplica(i < 2 ? wellHost : lossyHost, i, leader, schedule);
        }
        // Others first in the list: their place there is not what puts the next leaders in front.
        final SequencerNode sequencer = SequencerNode.launch(network.sequencer(
            leaderHost, leader, places.get(5), places.get(4), places.get(1), places.get(3), places.get(0),
            places.get(2)).schedule(schedule));
        wellHost.start();
        lossyHost.start();
        leaderHost.start();
        TestNetwork.await("streams", () -> sequencer.isConnected());

        publish(sequencer, schedule(leader, 1));
        assertThat(sequencer.counters().value(FragcastCounter.NEXT_LEADER_STALLS)).isZero();
        leaderHost.close();

        assertThat(departures.departures()).hasSize(BLOCKS * FRAGS);
        departures.departures().forEach(this::checkOrder);
        assertThat(wholeToOthers).as("frags that went to the others whole").isGreaterThan(
            OTHERS * BLOCKS * FRAGS * 3 / 4);
        network.assertNoErrors();
    }

    /** The others lose datagrams: what does not fit their windows at last has not left by the end. */
    private void checkOrder(final FragDepartures.Frag frag, final List<FragDepartures.Departure> departed)
    {
        final int firstPort = port(0);
        final int secondPort = port(1);
        final int whole = departed.stream().mapToInt(FragDepartures.Departure::frameCount).max().orElse(0);
        int leaders = 0;
        long lastOfLeaders = 0;
        long firstOfOthers = Long.MAX_VALUE;
        for (final FragDepartures.Departure departure : departed)
        {
            final int port = departure.destination().getPort();
            if (port == firstPort || port == secondPort)
            {
                assertThat(departure.frameCount()).as(frag + " went whole to " + port).isEqualTo(whole);
                leaders++;
            }
            else if (departure.frameCount() == whole)
            {
                wholeToOthers++;
            }
            if (port == secondPort || port == firstPort && frag.blockNumber() <= BLOCKS_BEFORE)
            {
                lastOfLeaders = Math.max(lastOfLeaders, departure.lastPlace());
            }
            else if (port != firstPort || frag.blockNumber() > 1 + BLOCKS_BEFORE)
            {
                // The hot agent may begin one block more before it sees the new schedule.
                firstOfOthers = Math.min(firstOfOthers, departure.firstPlace());
            }
        }
        assertThat(leaders).as(frag + " went to both").isEqualTo(2);
        assertThat(lastOfLeaders).as(frag + ": last datagram to a next leader").isLessThan(firstOfOthers);
    }

    private int port(final int place)
    {
        return places.get(place).peerName().endpoint().port();
    }

    /** Waits for the next leaders after each block: one who is out of window is not waited for, as is right. */
    private void publish(final SequencerNode sequencer, final Schedule newer)
    {
        final TestBuilder builder = new TestBuilder(sequencer, 1);
        final Random random = new Random(12);
        for (int block = 1; block <= BLOCKS; block++)
        {
            final long blocks = block;
            if (1 + BLOCKS_BEFORE == block)
            {
                assertThat(sequencer.reload(newer)).containsExactly("term 2 removed");
            }
            builder.env();
            for (int i = 1; i <= FRAGS; i++)
            {
                builder.frag(i == FRAGS, LeaderRig.txsOfBodyLength(random, 15_000, 2_000));
            }
            builder.seal();
            builder.awaitReplies();
            TestNetwork.await("block " + block, () -> blocks == logs.get(0).count(BlockEvent.Kind.VERIFIED) &&
                blocks == logs.get(1).count(BlockEvent.Kind.VERIFIED));
        }
        // Who lost the first Env begins with a later block: how many they verify is not the point here.
        TestNetwork.await("a busy repair lane", () -> 0 < replicas.stream()
            .mapToLong((replica) -> replica.counters().value(FragcastCounter.FRAGS_REPAIRED)).sum());
    }

    private void launchReplica(
        final NodeHost host, final int index, final TestNetwork.Place leader, final Schedule schedule)
    {
        final DeliveryLog log = new DeliveryLog();
        logs.add(log);
        final ReplicaNode.Context ctx = network.replica(host, places.get(index), List.of(leader), log);
        replicas.add(ReplicaNode.launch(ctx.schedule(schedule).reliable(index < 2)));
    }

    /** The places lead one after the other, terms 2 and 3. */
    private Schedule schedule(final TestNetwork.Place leader, final int... nextLeaders)
    {
        final List<LeaderTerm> terms = new ArrayList<>();
        terms.add(term(1, leader, LeaderRig.LEADER_KEY));
        for (final int place : nextLeaders)
        {
            terms.add(term(2 + place, places.get(place), LeaderRig.OTHER_KEY));
        }

        return new Schedule(LeaderRig.CHAIN_ID, TestNetwork.MTU, terms);
    }

    private static LeaderTerm term(final int number, final TestNetwork.Place place, final byte[] key)
    {
        return new LeaderTerm(
            number,
            1 + 1_000L * (number - 1),
            1_000L * number,
            LeaderRig.CURVE.publicKey(key),
            place.identity().publicKey(),
            List.of(),
            null);
    }

    private static DriverConfig lossy(final DriverConfig config)
    {
        return config.withStreamLoss(Lane.BLOCK.streamId(), LOSS_PERCENT, 7);
    }
}
