package io.fragcast.node;

import io.fragcast.BlockEvent.Kind;
import io.fragcast.cli.JournalTool;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.wire.FrameNames;
import io.fragcast.wire.LeaderRig;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A relay that starts with a journal in which an earlier life left a hole, over real Aeron: what is lacking comes from
 * its holder, though it was delivered long ago. Method: the journal of a first life, written anew with a HOLE where
 * two heights stood.
 */
class HolesSystemTest
{
    private static final int BLOCKS = 6;
    private static final long HOLE_FROM = 3;
    private static final long HOLE_TO = 4;
    private static final int BODY_LENGTH = 30_000;
    private static final int MAX_TX = 2_000;

    @TempDir
    private Path folder;

    private final Random random = new Random(5);
    private final RecordView record = new RecordView();
    private final FrameNames names = new FrameNames();
    private final FrameName name = new FrameName();
    private final UnsafeBuffer hole =
        new UnsafeBuffer(new byte[JournalRing.RECORD_OVERHEAD + JournalRing.HOLE_FRAME_LENGTH]);
    private int dropped;

    @Test
    @Timeout(120)
    void shouldHaveFromAHolderWhatAnEarlierLifeDidNotJournal()
    {
        try (TestNetwork network = new TestNetwork())
        {
            final TestNetwork.Place sequencerPlace = network.place("holes-sequencer");
            final TestNetwork.Place relayPlace = network.place("holes-relay");
            final TestNetwork.Place replicaPlace = network.place("holes-replica");
            // With nobody left to send to, a sequencer that takes its time is told that it is not connected.
            final TestNetwork.Place witnessPlace = network.place("holes-witness");
            final NodeHost host = network.host("holes", false);
            ReplicaNode.launch(network.replica(host, witnessPlace, List.of(sequencerPlace), new DeliveryLog()));
            final SequencerNode sequencer = SequencerNode.launch(network
                .sequencer(host, sequencerPlace, relayPlace, witnessPlace)
                .requesters(List.of(relayPlace.peerName())));
            final DeliveryLog log = new DeliveryLog();
            final ReplicaNode replica =
                ReplicaNode.launch(network.replica(host, replicaPlace, List.of(relayPlace), log));
            host.start();
            final TestBuilder builder = new TestBuilder(sequencer, 1);

            final NodeHost firstLife = network.host("holes-relay-1", false);
            final RelayNode before = relay(network, firstLife, relayPlace, sequencerPlace, replicaPlace, "first");
            TestNetwork.await("the row", () -> sequencer.isConnected() && before.isConnected() &&
                replica.isConnected());
            builder.blocks(BLOCKS, this::txs);
            TestNetwork.await("the blocks", () -> BLOCKS == log.count(Kind.VERIFIED));
            firstLife.close();
            writeWithHole(folder.resolve("first"), folder.resolve("second"));
            assertThat(verify()).contains("holes 1 ").contains("heights in holes 3  whole again 1  problems 0");

            final NodeHost secondLife = network.host("holes-relay-2", false);
            final RelayNode relay = relay(network, secondLife, relayPlace, sequencerPlace, replicaPlace, "second");
            TestNetwork.await("what is lacking", () ->
                0 < relay.counters().value(FragcastCounter.HOLE_FRAMES_FETCHED) &&
                0 == relay.counters().value(FragcastCounter.JOURNAL_HEIGHTS_LACKING));
            assertThat(relay.counters().value(FragcastCounter.HOLE_FRAMES_FETCHED)).isGreaterThanOrEqualTo(dropped);
            assertThat(relay.counters().value(FragcastCounter.HOLE_FETCHES_BROKEN)).isZero();
            assertThat(relay.counters().value(FragcastCounter.CATCH_UP_BLOCKS)).isZero();
            secondLife.close();
            assertThat(verify()).contains("heights in holes 3  whole again 3  problems 0");
            assertThat(log.count(Kind.VERIFIED)).as("nobody hears of it").isEqualTo(BLOCKS);
            network.assertNoErrors();
        }
    }

    private RelayNode relay(
        final TestNetwork network,
        final NodeHost host,
        final TestNetwork.Place self,
        final TestNetwork.Place upstream,
        final TestNetwork.Place replica,
        final String journal)
    {
        final RelayNode relay = RelayNode.launch(network.relay(host, self, List.of(upstream), replica)
            .holders(List.of(upstream.peerName()))
            .journal(JournalConfig.small(folder.resolve(journal), JournalConfig.MIN_RING_LENGTH)));
        host.start();

        return relay;
    }

    private List<byte[]> txs()
    {
        return LeaderRig.txsOfBodyLength(random, BODY_LENGTH, MAX_TX);
    }

    private String verify()
    {
        final StringWriter said = new StringWriter();
        assertThat(JournalTool.run(said, said, "verify", folder.resolve("second").toString()))
            .as(said.toString()).isZero();

        return said.toString();
    }

    private void writeWithHole(final Path from, final Path to)
    {
        try (ChronicleJournal source = ChronicleJournal.openReadOnly(from);
            ChronicleJournal target =
                ChronicleJournal.open(JournalConfig.small(to, JournalConfig.MIN_RING_LENGTH)))
        {
            source.replay(Journal.START, (index, buffer, offset, length) ->
            {
                if (!isInHole(buffer, offset, length))
                {
                    target.append(buffer, offset, length);
                }
                else if (1 == ++dropped)
                {
                    target.append(hole, 0, hole(buffer));
                }

                return true;
            });
        }
    }

    private boolean isInHole(final DirectBuffer buffer, final int offset, final int length)
    {
        assertThat(record.tryWrap(buffer, offset, length)).isTrue();

        return JournalKind.FRAME == record.kind() &&
            names.tryName(buffer, record.frameOffset(), record.frameLength(), name) &&
            HOLE_FROM <= name.blockNumber && name.blockNumber <= HOLE_TO;
    }

    /** As the ring writes it where a frame was lost. */
    private int hole(final DirectBuffer lost)
    {
        final JournalRecordEncoder encoder = new JournalRecordEncoder();
        encoder.wrapAndApplyHeader(hole, 0, new MessageHeaderEncoder())
            .receiveTimeNs(record.receiveTimeNs())
            .sourceId(record.sourceId())
            .lane((short)record.lane())
            .kind(JournalKind.HOLE)
            .reserved(0)
            .count(1)
            .putFrame(lost, record.frameOffset(), Math.min(record.frameLength(), JournalRing.HOLE_FRAME_LENGTH));

        return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    }
}
