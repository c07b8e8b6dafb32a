package io.fragcast.node;

import io.fragcast.codecs.AnswerState;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.RangeRequestEncoder;
import io.fragcast.codecs.WantResultDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.transport.FrameLink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.SendResult;
import io.fragcast.wire.FrameNames;
import io.fragcast.wire.LeaderRig;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A sequencer answers for every block that it published, over real drivers: for the last ones from memory, for those
 * before from its journal, and after a restart for all of them.
 */
class RepairLaneSystemTest
{
    private static final int BLOCKS = 40;
    /** Of the first frag of a block; the second is inline. */
    private static final int CHUNKS = 31;
    private static final int MAX_BYTES = 4 << 20;

    @TempDir
    Path dir;

    private final Random random = new Random(4670);
    private final UnsafeBuffer answer = new UnsafeBuffer(new byte[TestNetwork.MTU]);
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final WantResultDecoder result = new WantResultDecoder();
    private final FrameNames names = new FrameNames();
    private final FrameName name = new FrameName();
    private final TreeSet<String> received = new TreeSet<>();
    private boolean isAnswered;
    private long token;
    private AnswerState state = AnswerState.NULL_VAL;

    @Test
    @Timeout(120)
    void shouldAnswerForEveryBlockOfItsJournalAlsoAfterARestart()
    {
        try (TestNetwork network = new TestNetwork())
        {
            final TestNetwork.Place sequencerPlace = network.place("lane-sequencer");
            final TestNetwork.Place replicaPlace = network.place("lane-replica");
            final TestNetwork.Place askerPlace = network.place("lane-asker");
            final RawPeer asker = network.rawPeer(askerPlace);
            final FrameLink link = asker.dialRepair(sequencerPlace);

            final NodeHost host = network.host("lane-first", false);
            final SequencerNode sequencer = launch(network, host, sequencerPlace, replicaPlace, askerPlace);
            publish(sequencer);
            asker.awaitConnected();
            final Counters counters = sequencer.counters();
            final Map<Long, TreeSet<String>> first = askForAll(asker, link);
            assertThat(counters.value(FragcastCounter.REPAIR_ARCHIVE_READS)).as("for the older ones").isPositive();
            assertThat(counters.value(FragcastCounter.REPAIR_MEMORY_EVICTED)).isPositive();
            assertThat(counters.value(FragcastCounter.REPAIR_MEMORY_LOST)).isZero();
            assertThat(counters.value(FragcastCounter.REPAIR_MISSING)).isZero();
            host.close();
            assertThat(first).isEqualTo(journaled());

            final NodeHost secondHost = network.host("lane-second", false);
            launch(network, secondHost, sequencerPlace, replicaPlace, askerPlace);
            TestNetwork.await("the link to come back", () -> hasNewToken(asker, link), asker::doWork);
            assertThat(askForAll(asker, link)).isEqualTo(first);
            CloseHelper.close(secondHost);
            network.assertNoErrors();
        }
    }

    private SequencerNode launch(
        final TestNetwork network,
        final NodeHost host,
        final TestNetwork.Place sequencerPlace,
        final TestNetwork.Place replicaPlace,
        final TestNetwork.Place askerPlace)
    {
        final SequencerNode.Context ctx = network.sequencer(host, sequencerPlace, replicaPlace);
        ctx.requesters(List.of(replicaPlace.peerName(), askerPlace.peerName()));
        ctx.repairMemoryLength(1 << 20);
        ctx.journal(JournalConfig.small(dir, JournalConfig.MIN_RING_LENGTH));
        final SequencerNode sequencer = SequencerNode.launch(ctx);
        // Nothing is published while nobody listens.
        ReplicaNode.launch(network.replica(host, replicaPlace, List.of(sequencerPlace), new DeliveryLog()));
        host.start();
        TestNetwork.await("connected", sequencer::isConnected);

        return sequencer;
    }

    private void publish(final SequencerNode sequencer)
    {
        final TestBuilder builder = new TestBuilder(sequencer, 1);
        for (int i = 0; i < BLOCKS; i++)
        {
            builder.env();
            builder.frag(false, LeaderRig.txsOfBodyLength(random, 40_000, 1_000));
            builder.frag(true, LeaderRig.txsOfBodyLength(random, 600, 100));
            builder.seal();
        }
        builder.awaitReplies();
    }

    private Map<Long, TreeSet<String>> askForAll(final RawPeer asker, final FrameLink link)
    {
        final Map<Long, TreeSet<String>> blocks = new TreeMap<>();
        for (long number = 1; number <= BLOCKS; number++)
        {
            final long block = number;
            // The journal is followed in small steps, so a block may not be there at once.
            TestNetwork.await("block " + block, () -> isWhole(asker, link, block), asker::doWork);
            blocks.put(block, new TreeSet<>(received));
        }

        return blocks;
    }

    /** Env, two headers, chunks, Seal. */
    private boolean isWhole(final RawPeer asker, final FrameLink link, final long block)
    {
        ask(asker, link, block);

        return AnswerState.COMPLETE == state && 4 + CHUNKS == received.size() &&
            received.stream().anyMatch((frame) -> frame.startsWith("ENV")) &&
            received.stream().anyMatch((frame) -> frame.startsWith("END"));
    }

    private boolean hasNewToken(final RawPeer asker, final FrameLink link)
    {
        return link.isConnected() && trySend(link, 1) && isAnsweredSoon(asker, link) && AnswerState.UNPROVED == state;
    }

    private void ask(final RawPeer asker, final FrameLink link, final long block)
    {
        do
        {
            TestNetwork.await("room for a request", () -> trySend(link, block), asker::doWork);
            TestNetwork.await("an answer", () -> poll(link), asker::doWork);
        }
        while (AnswerState.UNPROVED == state);
    }

    private boolean isAnsweredSoon(final RawPeer asker, final FrameLink link)
    {
        final long deadlineNs = System.nanoTime() + 500_000_000L;
        while (!poll(link) && System.nanoTime() - deadlineNs < 0)
        {
            asker.doWork();
        }

        return isAnswered;
    }

    private boolean trySend(final FrameLink link, final long block)
    {
        final FrameSink sink = link.sink();
        if (SendResult.OK != sink.tryClaim(MessageHeaderEncoder.ENCODED_LENGTH + RangeRequestEncoder.BLOCK_LENGTH))
        {
            return false;
        }
        received.clear();
        isAnswered = false;
        new RangeRequestEncoder().wrapAndApplyHeader(sink.buffer(), sink.offset(), new MessageHeaderEncoder())
            .requestId(block).chainId(LeaderRig.CHAIN_ID).token(token).fromBlock(block).toBlock(block).fromSeq(0)
            .maxBytes(MAX_BYTES);
        sink.commit();

        return true;
    }

    private boolean poll(final FrameLink link)
    {
        link.source().poll(this::onAnswer, 64);

        return isAnswered;
    }

    private boolean onAnswer(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        answer.putBytes(0, buffer, offset, length);
        header.wrap(answer, 0);
        if (WantResultDecoder.TEMPLATE_ID == header.templateId())
        {
            result.wrapAndApplyHeader(answer, 0, header);
            token = result.token();
            state = result.state();
            isAnswered = true;
        }
        else
        {
            assertThat(names.tryName(answer, 0, length, name)).isTrue();
            received.add(text(answer, 0, length));
        }

        return true;
    }

    private Map<Long, TreeSet<String>> journaled()
    {
        final Map<Long, TreeSet<String>> blocks = new TreeMap<>();
        final RecordView record = new RecordView();
        try (ChronicleJournal journal = ChronicleJournal.openReadOnly(dir))
        {
            journal.replay(Journal.START, (index, buffer, offset, length) ->
            {
                assertThat(record.tryWrap(buffer, offset, length)).isTrue();
                if (JournalKind.FRAME == record.kind() &&
                    names.tryName(buffer, record.frameOffset(), record.frameLength(), name))
                {
                    blocks.computeIfAbsent(name.blockNumber, (key) -> new TreeSet<>())
                        .add(text(buffer, record.frameOffset(), record.frameLength()));
                }
                return true;
            });
        }

        return blocks;
    }

    /** The part that it is, and all bytes but the hop's time stamps. */
    private String text(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        Arrays.fill(bytes, 8, 24, (byte)0);

        return name.part + " " + name.blockNumber + " " + name.seq + "/" + name.index + " #" + Arrays.hashCode(bytes);
    }
}
