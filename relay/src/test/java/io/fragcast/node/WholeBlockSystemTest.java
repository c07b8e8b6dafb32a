package io.fragcast.node;

import io.aeron.driver.ext.LossGenerator;
import io.aeron.protocol.DataHeaderFlyweight;
import io.fragcast.BlockEvent.Kind;
import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.edge.chain.ChainConfig;
import io.fragcast.edge.chain.ChainStandInServer;
import io.fragcast.journal.JournalConfig;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.repair.HeldItems;
import io.fragcast.protocol.sync.SeederLimits;
import io.fragcast.protocol.sync.StreamKind;
import io.fragcast.protocol.sync.StreamSeeder;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.BulkAdapter;
import io.fragcast.wire.ChunkProxy;
import io.fragcast.wire.ForgedBody;
import io.fragcast.wire.FrameView;
import io.fragcast.wire.ItemNames;
import io.fragcast.wire.LeaderRig;
import org.agrona.collections.MutableLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a block of which a frag is to be had nowhere comes whole to who lacks it, and no other block in its place.
 * Method: real blocks over real drivers; the network loses a frag to the replica, and everything of the lanes on which
 * it could ask, until the leader's memory has forgotten it, too. Of two holders the first gives another block's body;
 * the second, the leader, has nothing but its execution client.
 */
@Timeout(120)
class WholeBlockSystemTest
{
    private static final int FRAGS = 3;
    private static final int BLOCKS = 11;
    private static final long FIRST_BLOCK = 1_000;
    /** Of the blocks behind it are 1.3 MiB, more than the leader's memory of 1 MiB. */
    private static final int LACKED = 1;
    private static final int LOST_FRAG = 1;
    /** Of the newest blocks of Ethereum here the large ones. */
    private static final int FIRST_OF_FILE = 16;
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int STREAM_ID_OFFSET = 16;

    private final List<BlockRecord> chain = RealBuilder.chain(
        RealBlocks.read("ethereum-mainnet").subList(FIRST_OF_FILE, FIRST_OF_FILE + BLOCKS), FIRST_BLOCK, new byte[32]);
    private final BlockRecord lacked = chain.get(LACKED);
    private final ChainStandInServer server = new ChainStandInServer(LeaderRig.CHAIN_ID, chain);
    private final TestNetwork network = new TestNetwork();
    private final DeliveryLog log = new DeliveryLog();
    private final AtomicBoolean canAsk = new AtomicBoolean();

    @TempDir
    private Path folder;
    private ReplicaNode replica;
    private SequencerNode sequencer;
    private RawPeer peer;
    private Forger forger;

    @AfterEach
    void close()
    {
        network.close();
        server.close();
        network.assertNoErrors();
        assertThat(server.refused()).isEmpty();
    }

    @Test
    void shouldHaveABlockWholeOfWhichNobodyHasTheFrags() throws IOException
    {
        launch(server.start(0));
        final RealBuilder builder = new RealBuilder(sequencer, FRAGS);
        chain.forEach(builder::publish);
        await("all blocks but one", () -> BLOCKS - 1 == log.count(Kind.VERIFIED));
        assertThat(sequencer.counters().value(FragcastCounter.REPAIR_MEMORY_EVICTED)).isPositive();
        server.latest(FIRST_BLOCK + BLOCKS - 1);
        await("signed headers",
            () -> BLOCKS == sequencer.counters().value(FragcastCounter.SEALED_BLOCKS_SIGNED));
        assertThat(count(FragcastCounter.BODIES_WANTED)).isZero();

        canAsk.set(true);
        await("the whole block", () -> 1 == count(FragcastCounter.BODIES_FETCHED));
        assertThat(forger.seeder.value(FragcastCounter.STREAM_BYTES_SENT)).as("the first gave another").isPositive();
        assertThat(count(FragcastCounter.BODIES_FORGED)).isEqualTo(1);
        assertThat(count(FragcastCounter.BODIES_WANTED)).isEqualTo(1);
        assertThat(sequencer.counters().value(FragcastCounter.BODIES_NOT_HAD)).as("of its frags").isPositive();
        assertThat(sequencer.counters().value(FragcastCounter.BODIES_REBUILT)).isZero();
        final Path blocks = folder.resolve("blocks");
        final String whole = lacked.number() + "-" + HexFormat.of().formatHex(lacked.hash(), 0, 8) + ".rlp";
        assertThat(blocks.resolve(whole)).hasBinaryContent(ChainStandInServer.raw(lacked));
        try (Stream<Path> files = Files.list(blocks))
        {
            assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly(whole);
        }
        assertThat(log.story()).doesNotContain("VERIFIED@" + lacked.number());
        assertThat(log.count(Kind.VERIFIED)).isEqualTo(BLOCKS - 1);
    }

    private void launch(final URI uri)
    {
        final TestNetwork.Place sequencerPlace = network.place("whole-sequencer");
        final TestNetwork.Place replicaPlace = network.place("whole-replica");
        final TestNetwork.Place forgerPlace = network.place("whole-forger");
        final NodeHost host = network.host("whole", false, (config) -> config.withDataLoss((endpoint) -> new Loss()));
        replica = ReplicaNode.launch(network.replica(host, replicaPlace, List.of(sequencerPlace), log)
            .reliable(false)
            .holders(List.of(forgerPlace.peerName(), sequencerPlace.peerName()))
            .journal(JournalConfig.small(folder, 1 << 20))
            .chain(ChainConfig.HOLDERS));
        sequencer = SequencerNode.launch(network.sequencer(host, sequencerPlace, replicaPlace)
            .requesters(List.of(replicaPlace.peerName()))
            .repairMemoryLength(1 << 20)
            .chain(new ChainConfig(new ChainConfig.Client(uri, INTERVAL_NS), null, 0, null)));
        host.start();
        peer = network.rawPeer(forgerPlace);
        forger = new Forger(peer.acceptBulk(replicaPlace));
        await("connections", () -> replica.isConnected() && sequencer.isConnected());
    }

    private void await(final String what, final BooleanSupplier condition)
    {
        TestNetwork.await(what, condition, () ->
        {
            peer.doWork();
            forger.doWork();
        });
    }

    private long count(final FragcastCounter counter)
    {
        return replica.counters().value(counter);
    }

    /** A holder that gives bodies alone, and those of another block. */
    private final class Forger
    {
        private final Counters seeder = Counters.inMemory();
        private final FrameLink link;
        private final StreamSeeder sessions;
        private final BulkAdapter adapter;

        private Forger(final FrameLink link)
        {
            this.link = link;
            final int maxFrameLength = Lane.maxFrameLength(TestNetwork.MTU);
            final HeldItems[] items = new HeldItems[StreamKind.values().length];
            items[StreamKind.BODIES.ordinal()] =
                new ForgedBody(LeaderRig.CHAIN_ID, lacked, chain.get(LACKED + 1), maxFrameLength);
            sessions = new StreamSeeder(
                LeaderRig.CHAIN_ID,
                1,
                items,
                new ItemNames()::tryName,
                new ChunkProxy(new FrameLink[]{link}, LeaderRig.CHAIN_ID, maxFrameLength),
                SeederLimits.DEFAULT,
                new MutableLong(7)::incrementAndGet,
                seeder);
            adapter = new BulkAdapter(0, sessions, LeaderRig.CHAIN_ID, seeder);
        }

        private void doWork()
        {
            if (link.isConnected())
            {
                link.source().poll(adapter, 8);
                sessions.doWork(System.nanoTime());
            }
        }
    }

    /** Loses one frag always, and what is answered on the other lanes until somebody may ask. */
    private final class Loss implements LossGenerator
    {
        private final FrameView view = new FrameView();

        @Override
        public boolean shouldDropFrame(final InetSocketAddress address, final UnsafeBuffer buffer, final int length)
        {
            final int headerLength = DataHeaderFlyweight.HEADER_LENGTH;
            if (length <= headerLength ||
                DataHeaderFlyweight.HDR_TYPE_DATA != (buffer.getShort(6, LITTLE_ENDIAN) & 0xFFFF))
            {
                return false;
            }
            final int streamId = buffer.getInt(STREAM_ID_OFFSET, LITTLE_ENDIAN);
            if (Lane.REPAIR.streamId() == streamId || Lane.BULK.streamId() == streamId)
            {
                return !canAsk.get();
            }

            return Lane.BLOCK.streamId() == streamId &&
                view.tryWrap(buffer, headerLength, length - headerLength) && FrameKind.FRAG_CHUNK == view.kind() &&
                lacked.number() == view.blockNumber() && LOST_FRAG == view.seq();
        }
    }
}
