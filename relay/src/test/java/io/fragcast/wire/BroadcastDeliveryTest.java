package io.fragcast.wire;

import io.fragcast.protocol.leader.NextLeaders;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.BlockEvent.Kind;
import io.fragcast.Env;
import io.fragcast.PublishResult;
import io.fragcast.Seal;
import io.fragcast.TxSource;
import io.fragcast.counter.Counters;
import io.fragcast.edge.jsonl.JsonLinesEdge;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpSsz;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.SlowSink;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a builder hands over is what a replica delivers: Java API, leader, bytes, a relay, receiver, ring, Java API.
 */
class BroadcastDeliveryTest
{
    private static final BlockLimits LIMITS = BlockLimits.withSlab(64 << 20, 32 << 20);
    private static final byte[] PARENT = LeaderRig.hash(9);

    private final RecordingSink toRelay = new RecordingSink("relay");
    private final RecordingSink toReplica = new RecordingSink("replica");
    private final LeaderRig leader = new LeaderRig(SlowSink.WAIT, LIMITS, List.of(), List.of(toRelay));
    private final FrameFanout fanout = new FrameFanout(
        List.of(toReplica), NextLeaders.NONE, SlowSink.WAIT, LeaderRig.FRAME_LENGTH, () -> {}, Counters.inMemory());
    private final ReplicaRig relay = new ReplicaRig(leader.schedule, LIMITS, fanout);
    private final ReplicaRig replica = new ReplicaRig(leader.schedule, LIMITS, new NoForwarder());

    @TempDir
    private Path folder;

    @Test
    void shouldDeliverWhatWasPublishedAtEverySizeBoundary()
    {
        final int[] lengths = {
            80, 85, 1_131, 1_132, 1_133, 1_304, 1_305, 2 * 1_304 + 1, 57 * 1_304, 57 * 1_304 + 1, 65 * 1_304,
            65 * 1_304 + 1, 2 * 65 * 1_304 + 1, 4 << 20};
        publishAndCompare(new Random(0xB0), 10, PARENT, lengths);
    }

    @Test
    void shouldDeliverRandomBlocks()
    {
        byte[] parent = PARENT;
        for (int seed = 1; seed <= 40; seed++)
        {
            final Random random = new Random(seed);
            final int[] lengths = new int[1 + random.nextInt(6)];
            Arrays.setAll(lengths, (i) -> 0 == random.nextInt(4) ? 80 : 85 + random.nextInt(1 << random.nextInt(18)));
            publishAndCompare(random, 9 + seed, parent, lengths);
            parent = LeaderRig.hash(9 + seed);
        }
    }

    @Test
    void shouldDeliverAnAbortAndTheAttemptAfterIt()
    {
        leader.publisher.env(LeaderRig.env(10, PARENT));
        leader.publisher.frag(10, 0, false, List.of(new byte[]{7}));
        leader.publisher.env(LeaderRig.env(10, PARENT));
        leader.publisher.frag(10, 0, true, List.of(new byte[]{8}));
        leader.publisher.seal(LeaderRig.seal(10, PARENT, 1, List.of(new byte[]{8})));
        carry();

        assertThat(replica.events.stream().map(ReplicaRig.Event::kind)).containsExactly(
            Kind.ENV, Kind.FRAG, Kind.ABORTED, Kind.ENV, Kind.FRAG, Kind.SEAL, Kind.VERIFIED);
    }

    /** Row B1: a FRAG with 0, 1 and N txs goes SBE to SSZ to JSON and back, byte for byte. */
    @Test
    void shouldTurnAFragIntoSszAndJsonAndBack() throws Exception
    {
        final Random random = new Random(0xB1);
        final Path file = folder.resolve("events.jsonl");
        final List<byte[]> all = new ArrayList<>();
        leader.publisher.env(LeaderRig.env(10, PARENT));
        final int[] counts = {0, 1, 200};
        for (int seq = 0; seq < counts.length; seq++)
        {
            final List<byte[]> txs = new ArrayList<>();
            for (int i = 0; i < counts[seq]; i++)
            {
                txs.add(LeaderRig.bytes(random, 1 + random.nextInt(400)));
            }
            all.addAll(txs);
            leader.publisher.frag(10, seq, seq == counts.length - 1, txs);
        }
        leader.publisher.seal(LeaderRig.seal(10, PARENT, counts.length, all));
        carry();
        try (JsonLinesEdge edge = JsonLinesEdge.toFile(file))
        {
            replica.encoded.forEach((event) -> edge.onEvent(new UnsafeBuffer(event), 0, event.length));
        }

        final List<String> lines = Files.readAllLines(file);
        for (int seq = 0; seq < counts.length; seq++)
        {
            final ReplicaRig.Event event = replica.events.get(1 + seq);
            final BasedOpMessage.Frag fromSbe =
                new BasedOpMessage.Frag(event.blockNumber(), event.seq(), event.isLast(), event.txs());
            final JsonNode json = new ObjectMapper().readTree(lines.get(1 + seq));
            final List<byte[]> jsonTxs = new ArrayList<>();
            json.path("txs").forEach((tx) -> jsonTxs.add(HexFormat.of().parseHex(tx.textValue().substring(2))));
            final BasedOpMessage.Frag fromJson = new BasedOpMessage.Frag(
                json.path("blockNumber").longValue(), json.path("seq").longValue(),
                json.path("isLast").booleanValue(), jsonTxs);
            final byte[] ssz = BasedOpSsz.encode(fromSbe);
            assertThat(BasedOpSsz.encode(fromJson)).isEqualTo(ssz);

            final BasedOpMessage.Frag fromSsz =
                (BasedOpMessage.Frag) BasedOpSsz.decode(BasedOpMessage.Kind.FRAG, ssz);
            assertThat(fromSsz.txs()).hasSize(counts[seq]);
            final UnsafeBuffer body = new UnsafeBuffer(new byte[event.body().length]);
            assertThat(new FragBodyWriter().write(body, 0, new ListTxs(fromSsz.txs()))).isEqualTo(body.capacity());
            assertThat(body.byteArray()).isEqualTo(event.body());
        }
    }

    @Test
    void shouldCarryEveryFieldOfEnvAndSealAndTheGatewaysSignatures()
    {
        final byte[] signature = LeaderRig.bytes(new Random(65), 65);
        final Env plain = LeaderRig.env(10, PARENT);
        final Env env = new Env(
            10, PARENT, plain.beneficiary(), -1L, -2L, -3L, plain.difficulty(), plain.prevRandao(),
            plain.extraData(), plain.parentBeaconBlockRoot(), signature);
        leader.publisher.env(env);
        leader.publisher.frag(10, 0, true, new SignedTxs(List.of(new byte[]{1}), signature));
        leader.publisher.seal(LeaderRig.seal(10, PARENT, 1, List.of(new byte[]{1})));
        carry();

        final io.fragcast.codecs.EnvDecoder decoder = new io.fragcast.codecs.EnvDecoder().wrapAndApplyHeader(
            new UnsafeBuffer(replica.events.get(0).frame()), 0, new io.fragcast.codecs.MessageHeaderDecoder());
        assertThat(decoder.timestamp()).isEqualTo(-1L);
        assertThat(decoder.gasLimit()).isEqualTo(-2L);
        assertThat(decoder.baseFee()).isEqualTo(-3L);
        assertThat(decoder.extraDataSize()).isEqualTo(plain.extraData().length);
        final byte[] carried = new byte[65];
        decoder.getBasedOpSignature(carried, 0, 65);
        assertThat(carried).isEqualTo(signature);
        assertThat(Arrays.copyOfRange(replica.events.get(1).body(), 8, 73)).isEqualTo(signature);
    }

    private void publishAndCompare(
        final Random random, final long blockNumber, final byte[] parent, final int[] bodyLengths)
    {
        final int eventsBefore = replica.events.size();
        final List<List<byte[]>> frags = new ArrayList<>();
        final List<byte[]> all = new ArrayList<>();
        assertThat(leader.publisher.env(LeaderRig.env(blockNumber, parent))).isEqualTo(PublishResult.OK);
        for (int seq = 0; seq < bodyLengths.length; seq++)
        {
            final List<byte[]> txs = LeaderRig.txsOfBodyLength(random, bodyLengths[seq], 100_000);
            frags.add(txs);
            all.addAll(txs);
            assertThat(leader.publisher.frag(blockNumber, seq, seq == bodyLengths.length - 1, txs))
                .isEqualTo(PublishResult.OK);
            leader.settle();
        }
        final Seal seal = LeaderRig.seal(blockNumber, parent, bodyLengths.length, all);
        assertThat(leader.publisher.seal(seal)).isEqualTo(PublishResult.OK);
        carry();

        final List<ReplicaRig.Event> events = replica.events.subList(eventsBefore, replica.events.size());
        assertThat(events).hasSize(bodyLengths.length + 3);
        assertThat(events.get(0).kind()).isEqualTo(Kind.ENV);
        for (int seq = 0; seq < bodyLengths.length; seq++)
        {
            final ReplicaRig.Event event = events.get(1 + seq);
            assertThat(event.kind()).isEqualTo(Kind.FRAG);
            assertThat(event.seq()).isEqualTo(seq);
            assertThat(event.isLast()).isEqualTo(seq == bodyLengths.length - 1);
            assertThat(event.hopCount()).isEqualTo(1);
            assertThat(event.body()).hasSize(bodyLengths[seq]);
            assertThat(event.txs()).usingElementComparator(Arrays::compare).isEqualTo(frags.get(seq));
        }
        assertThat(events.get(bodyLengths.length + 1).kind()).isEqualTo(Kind.SEAL);
        assertThat(events.get(bodyLengths.length + 2).kind()).isEqualTo(Kind.VERIFIED);
    }

    /** Leader to relay to replica, until nothing moves. */
    private void carry()
    {
        leader.settle();
        toRelay.frames.forEach(relay::onFrame);
        toRelay.frames.clear();
        toReplica.frames.forEach(replica::onFrame);
        toReplica.frames.clear();
        assertThat(leader.replies).allSatisfy((reply) -> assertThat(reply.result()).isEqualTo(PublishResult.OK));
    }

    private static final class NoForwarder implements FrameForwarder
    {
        @Override
        public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
        {
        }

        @Override
        public boolean isReady()
        {
            return true;
        }
    }

    private static class ListTxs implements TxSource
    {
        private final List<byte[]> txs;

        ListTxs(final List<byte[]> txs)
        {
            this.txs = txs;
        }

        @Override
        public int txCount()
        {
            return txs.size();
        }

        @Override
        public int txLength(final int index)
        {
            return txs.get(index).length;
        }

        @Override
        public void writeTx(final int index, final MutableDirectBuffer target, final int offset)
        {
            target.putBytes(offset, txs.get(index));
        }
    }

    private static final class SignedTxs extends ListTxs
    {
        private final byte[] signature;

        SignedTxs(final List<byte[]> txs, final byte[] signature)
        {
            super(txs);
            this.signature = signature;
        }

        @Override
        public boolean writeBasedOpSignature(final MutableDirectBuffer target, final int offset)
        {
            target.putBytes(offset, signature);

            return true;
        }
    }
}
