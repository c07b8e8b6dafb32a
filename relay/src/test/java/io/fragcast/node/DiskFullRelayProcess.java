package io.fragcast.node;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.JournalTool;
import io.fragcast.cli.RealBlocks;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.JournalConfig;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What {@code DiskFullSystemTest} runs where a small disk is mounted: a sequencer, a relay whose journal is on that
 * disk, a replica behind it. Real blocks fill the disk, relaying goes on, the disk is freed, the hole is filled. Ends
 * with 0 if the replica had every block, and the journal is whole.
 */
final class DiskFullRelayProcess
{
    private static final int RING_LENGTH = JournalConfig.MIN_RING_LENGTH;
    private static final int FRAGS = 10;
    private static final int LOST = 1_000;
    /** Ten times what fits the disk. */
    private static final int MAX_BLOCKS = 4_000;

    private final Path dir;
    private final TestNetwork network = new TestNetwork();
    private final DeliveryLog log = new DeliveryLog();
    private final RealBuilder builder;
    private final RelayNode relay;
    private final List<BlockRecord> blocks;
    private int published;
    private byte[] parentHash = new byte[32];

    private DiskFullRelayProcess(final Path dir)
    {
        this.dir = dir;
        blocks = RealBlocks.read("ethereum-mainnet").stream()
            .filter((block) -> block.transactions().size() >= FRAGS).toList();
        final NodeHost host = network.host("disk", false);
        final TestNetwork.Place sequencerPlace = network.place("disk-sequencer");
        final TestNetwork.Place relayPlace = network.place("disk-relay");
        final TestNetwork.Place replicaPlace = network.place("disk-replica");
        final ReplicaNode replica = ReplicaNode.launch(network.replica(host, replicaPlace, List.of(relayPlace), log)
            .holders(List.of(relayPlace.peerName())));
        relay = RelayNode.launch(network.relay(host, relayPlace, List.of(sequencerPlace), replicaPlace)
            .requesters(List.of(replicaPlace.peerName()))
            .journal(JournalConfig.small(dir, RING_LENGTH)));
        final SequencerNode sequencer = SequencerNode.launch(network.sequencer(host, sequencerPlace, relayPlace));
        builder = new RealBuilder(sequencer, FRAGS);
        host.start();
        TestNetwork.await(
            "connections", () -> replica.isConnected() && relay.isConnected() && sequencer.isConnected());
    }

    public static void main(final String[] args) throws IOException
    {
        final Path dir = Path.of(args[0]);
        new DiskFullRelayProcess(dir).run(Path.of(args[1]));

        final String said = verify(dir);
        System.out.println(said);
        require("it has a hole", !said.contains("holes 0 "));
        require("its heights are whole", isWhole(said));
    }

    private static String verify(final Path dir)
    {
        final StringWriter said = new StringWriter();
        require("the journal holds", 0 == JournalTool.run(said, said, "verify", dir.toString()));

        return said.toString();
    }

    private static boolean isWhole(final String said)
    {
        return said.matches("(?s).*heights in holes (\\d+)  whole again \\1  problems 0.*");
    }

    private void run(final Path ballast) throws IOException
    {
        publishUntil("the alarm", () -> 1 == count(FragcastCounter.JOURNAL_DISK_ALARM));
        publishUntil("frames lost", () -> LOST < count(FragcastCounter.JOURNAL_FRAMES_LOST));
        final int whileFull = published;
        Files.delete(ballast);
        publishUntil("journaling", () -> 0 < count(FragcastCounter.JOURNAL_HOLES));
        publishUntil("the end of the hole", () -> 0 < count(FragcastCounter.JOURNAL_FRAMES_FILLED));
        require("the alarm is off", 0 == count(FragcastCounter.JOURNAL_DISK_ALARM));
        TestNetwork.await("the hole is filled",
            () -> count(FragcastCounter.JOURNAL_FRAMES_FILLED) >= count(FragcastCounter.JOURNAL_FRAMES_LOST));
        TestNetwork.await("the journal is whole", () -> isWhole(verify(dir)));

        require("every block was relayed", published == log.count(Kind.VERIFIED));
        require("none was given up", 0 == log.count(Kind.GAP));
        System.out.println(published + " blocks relayed, " + whileFull + " before the disk was freed, frames lost " +
            count(FragcastCounter.JOURNAL_FRAMES_LOST) + ", filled " + count(FragcastCounter.JOURNAL_FRAMES_FILLED));
        network.close();
        network.assertNoErrors();
    }

    /** Each block is delivered before the next is published: relaying never stops. */
    private void publishUntil(final String what, final BooleanSupplier condition)
    {
        while (!condition.getAsBoolean())
        {
            require("waited in vain for " + what, published < MAX_BLOCKS);
            final BlockRecord block = blocks.get(published % blocks.size()).at(published + 1, parentHash);
            parentHash = block.hash();
            builder.publish(block);
            published++;
            TestNetwork.await("block " + published, () -> published == log.count(Kind.VERIFIED));
        }
    }

    private long count(final FragcastCounter counter)
    {
        return relay.counters().value(counter);
    }

    private static void require(final String fact, final boolean holds)
    {
        if (!holds)
        {
            throw new IllegalStateException("not so: " + fact);
        }
    }
}
