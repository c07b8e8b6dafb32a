package io.fragcast.edge.jsonl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import io.fragcast.AbortReason;
import io.fragcast.BlockEvent;
import io.fragcast.Env;
import io.fragcast.MismatchReason;
import io.fragcast.Seal;
import io.fragcast.codecs.BlockEventEncoder;
import io.fragcast.codecs.BlockEventKind;
import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.EnvEncoder;
import io.fragcast.codecs.FragEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.SealEncoder;
import io.fragcast.edge.Edge;
import io.fragcast.wire.LeaderRig;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The words of each line, and that a file torn at any byte is continued exactly.
 */
class JsonLinesEdgeTest
{
    private static final byte[] PARENT = LeaderRig.hash(1);
    private static final Env ENV = env();
    private static final Seal SEAL = LeaderRig.seal(-1L, PARENT, 3);
    private static final List<byte[]> TXS =
        List.of(new byte[]{0x02, (byte) 0xF8, 0x7F}, new byte[]{0}, new byte[70_000]);
    private static final long INCARNATION = 1_795_235_821_000L;

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void nameFile()
    {
        file = folder.resolve("events.jsonl");
    }

    @Test
    void shouldWriteEveryFieldOfEveryKind() throws IOException
    {
        write(List.of(
            event(BlockEventKind.GAP, 0, 0, 5, new byte[0], new byte[0]),
            envEvent(INCARNATION),
            fragEvent(INCARNATION, 0, false, List.of()),
            fragEvent(INCARNATION, 1, true, TXS),
            sealEvent(INCARNATION),
            event(BlockEventKind.VERIFIED, 2, 0, 0, new byte[0], new byte[0]),
            event(
                BlockEventKind.MISMATCHED, 2, MismatchReason.TRANSACTIONS_ROOT.ordinal(), 0, new byte[0], new byte[0]),
            event(BlockEventKind.ABORTED, 2, AbortReason.REOPENED.ordinal(), 0, new byte[0], new byte[0]),
            event(BlockEventKind.ABORTED, 2, 99, 0, new byte[0], new byte[0]),
            event(BlockEventKind.SUPERSEDED, 2, 0, 4, new byte[0], new byte[0])));

        final String text = Files.readString(file);
        final String common = "\",\"chainId\":10,\"blockNumber\":18446744073709551615," +
            "\"attempt\":{\"leaderTerm\":4294967295,\"incarnation\":1795235821000},\"seq\":";
        final String provisional = "\",\"status\":\"provisional" + common;
        final String times = ",\"publishTimeNs\":1795235821000100000,\"deliverTimeNs\":1795235821000200000,\"hops\":2";
        final List<String> lines = Files.readAllLines(file);
        assertThat(text).endsWith("\n");
        assertThat(lines).hasSize(10);
        assertThat(lines.get(0)).isEqualTo(
            "{\"kind\":\"gap\",\"status\":\"missed" + common + "0" + times + ",\"missing\":5}");
        assertThat(lines.get(1)).isEqualTo("{\"kind\":\"env" + provisional + "0" + times +
            ",\"number\":18446744073709551615,\"parentHash\":" + hex(PARENT) +
            ",\"beneficiary\":" + hex(ENV.beneficiary()) + ",\"timestamp\":18446744073709551614,\"gasLimit\":0" +
            ",\"basefee\":9223372036854775808,\"difficulty\":\"0x5\",\"prevrandao\":" + hex(ENV.prevRandao()) +
            ",\"extraData\":\"0x010203\",\"parentBeaconBlockRoot\":" + hex(ENV.parentBeaconBlockRoot()) + "}");
        assertThat(lines.get(2)).isEqualTo(
            "{\"kind\":\"frag" + provisional + "0" + times + ",\"isLast\":false,\"txs\":[]}");
        assertThat(lines.get(3)).isEqualTo("{\"kind\":\"frag" + provisional + "1" + times +
            ",\"isLast\":true,\"txs\":[\"0x02f87f\",\"0x00\",\"0x" + "00".repeat(70_000) + "\"]}");
        assertThat(lines.get(4)).isEqualTo("{\"kind\":\"seal" + provisional + "2" + times +
            ",\"totalFrags\":3,\"gasUsed\":" + Long.toUnsignedString(SEAL.gasUsed()) +
            ",\"gasLimit\":30000000,\"parentHash\":" + hex(PARENT) +
            ",\"transactionsRoot\":" + hex(SEAL.transactionsRoot()) + ",\"receiptsRoot\":" + hex(SEAL.receiptsRoot()) +
            ",\"stateRoot\":" + hex(SEAL.stateRoot()) + ",\"blockHash\":" + hex(SEAL.blockHash()) + "}");
        assertThat(lines.get(5)).isEqualTo("{\"kind\":\"verified\",\"status\":\"sealed" + common + "2" + times + "}");
        assertThat(lines.subList(6, 10)).allMatch((line) -> line.contains("\",\"status\":\"aborted\","));
        assertThat(lines.get(6)).endsWith(",\"reason\":\"transactions_root\"}");
        assertThat(lines.get(7)).endsWith(",\"reason\":\"reopened\"}");
        assertThat(lines.get(8)).endsWith(",\"reason\":\"unknown\"}");
        assertThat(lines.get(9)).endsWith(",\"missing\":4}");
        for (final String line : lines)
        {
            final JsonNode json = new ObjectMapper().readTree(line);
            assertThat(json.path("chainId").intValue()).isEqualTo(10);
        }
    }

    @Test
    void shouldWriteDifficultyAsAQuantityWithoutLeadingZeros() throws IOException
    {
        final byte[] full = new byte[32];
        Arrays.fill(full, (byte) 0xAB);
        write(List.of(
            envWithDifficulty(new byte[32]), envWithDifficulty(full), envWithDifficulty(new byte[]{0, 0x10})));

        final List<String> lines = Files.readAllLines(file);
        assertThat(lines.get(0)).contains("\"difficulty\":\"0x0\"");
        assertThat(lines.get(1)).contains("\"difficulty\":\"0x" + "ab".repeat(32) + "\"");
        assertThat(lines.get(2)).contains("\"difficulty\":\"0x1000\"");
    }

    @Test
    void shouldTellTheLastBlockThatTheFileHoldsWhole() throws IOException
    {
        assertThat(lastBlock()).isEqualTo(Edge.NULL_BLOCK);
        write(List.of(envEvent(INCARNATION)));
        assertThat(lastBlock()).isEqualTo(-2L);
        write(List.of(event(BlockEventKind.ABORTED, 0, 0, 0, new byte[0], new byte[0])));
        assertThat(lastBlock()).isEqualTo(-2L);
        Files.delete(file);
        write(List.of(envEvent(INCARNATION), event(BlockEventKind.MISMATCHED, 0, 1, 0, new byte[0], new byte[0])));
        assertThat(lastBlock()).isEqualTo(-1L);
    }

    @Test
    void shouldGoOnExactlyWhereAFileWasTorn() throws IOException
    {
        final List<byte[]> events = new ArrayList<>();
        events.add(event(BlockEventKind.GAP, 0, 0, 5, new byte[0], new byte[0]));
        events.add(envEvent(INCARNATION));
        final Random random = new Random(0x7E42);
        for (int seq = 0; seq < 6; seq++)
        {
            events.add(fragEvent(INCARNATION, seq, 5 == seq, List.of(LeaderRig.bytes(random, 1 + random.nextInt(40)))));
        }
        events.add(sealEvent(INCARNATION));
        events.add(event(BlockEventKind.VERIFIED, 6, 0, 0, new byte[0], new byte[0]));
        write(events);
        final byte[] whole = Files.readAllBytes(file);

        // Every byte of the last two lines and more, and enough of the rest to meet each of its tokens.
        for (int length = 0; length <= whole.length; length += length < whole.length - 500 ? 17 : 1)
        {
            Files.write(file, Arrays.copyOf(whole, length));
            write(events);
            assertThat(Files.readAllBytes(file)).as("torn at %d", length).isEqualTo(whole);
        }
    }

    @Test
    void shouldGoOnBehindWhatWasSaidOfBlocksThatEndedBefore() throws IOException
    {
        final byte[] finalized = event(BlockEventKind.FINALIZED, 6, 0, 0, new byte[0], PARENT);
        final byte[] mismatched = event(BlockEventKind.SEAL_MISMATCHED, 6, 0, 0, new byte[0], PARENT);
        final byte[] reorg = event(BlockEventKind.REORG, 0, 0, 2, new byte[0], PARENT);
        write(List.of(finalized, reorg, envEvent(INCARNATION), finalized, mismatched));
        final List<String> lines = Files.readAllLines(file);
        assertThat(lines.get(0)).contains("\"kind\":\"finalized\",\"status\":\"final\"")
            .endsWith(",\"blockHash\":" + hex(PARENT) + "}");
        assertThat(lines.get(1)).contains("\"kind\":\"reorg\",\"status\":\"replaced\"")
            .endsWith(",\"missing\":2,\"parentHash\":" + hex(PARENT) + "}");
        assertThat(lines.get(4)).contains("\"kind\":\"seal_mismatched\",\"status\":\"aborted\"")
            .endsWith(",\"sealedHash\":" + hex(PARENT) + "}");
        assertThat(lastBlock()).isEqualTo(-2L);

        write(List.of(reorg, envEvent(INCARNATION), fragEvent(INCARNATION, 0, true, TXS)));

        assertThat(Files.readAllLines(file).stream().map(JsonLinesEdgeTest::place)).containsExactly(
            "finalized 6", "reorg 0", "env 0", "finalized 6", "seal_mismatched 6", "frag 0");
    }

    @Test
    void shouldSkipOnlyWhatTheFileHasOfItsLastAttempt() throws IOException
    {
        write(List.of(envEvent(INCARNATION), fragEvent(INCARNATION, 0, false, List.of())));
        write(List.of(
            envEvent(INCARNATION - 1),
            event(BlockEventKind.ABORTED, INCARNATION - 1, 0, 0, 0, new byte[0], new byte[0]),
            envEvent(INCARNATION), fragEvent(INCARNATION, 0, false, List.of()), fragEvent(INCARNATION, 1, true, TXS),
            envEvent(INCARNATION + 1), fragEvent(INCARNATION + 1, 0, false, List.of())));

        assertThat(Files.readAllLines(file).stream().map(JsonLinesEdgeTest::place)).containsExactly(
            "env 0", "frag 0", "frag 1", "env 1", "frag 0");
    }

    @Test
    void shouldEndAnAttemptThatIsNotTakenUpAgain() throws IOException
    {
        write(List.of(envEvent(INCARNATION), fragEvent(INCARNATION, 0, false, List.of())));
        write(List.of(envEvent(INCARNATION + 1), fragEvent(INCARNATION + 1, 0, false, List.of())));
        write(List.of(
            envEvent(INCARNATION + 1),
            fragEvent(INCARNATION + 1, 0, false, List.of()),
            event(BlockEventKind.ABORTED, INCARNATION + 1, 1, 0, 0, new byte[0], new byte[0])));
        write(List.of(envEvent(INCARNATION + 2)));

        final List<String> lines = Files.readAllLines(file);
        assertThat(lines.stream().map(JsonLinesEdgeTest::place)).containsExactly(
            "env 0", "frag 0", "superseded 1", "env 1", "frag 0", "aborted 1", "env 2");
        assertThat(lines.get(2)).isEqualTo(
            "{\"kind\":\"superseded\",\"status\":\"aborted\",\"chainId\":10,\"blockNumber\":18446744073709551615," +
            "\"attempt\":{\"leaderTerm\":4294967295,\"incarnation\":1795235821000},\"seq\":1,\"publishTimeNs\":0," +
            "\"deliverTimeNs\":1795235821000200000,\"hops\":0,\"missing\":0}");
    }

    @Test
    void shouldFindTheLastLineHoweverLongItIs() throws IOException
    {
        write(List.of(envEvent(INCARNATION), fragEvent(INCARNATION, 0, false, TXS)));
        final long size = Files.size(file);
        assertThat(size).isGreaterThan(140_000);
        write(List.of(fragEvent(INCARNATION, 0, false, TXS)));

        assertThat(Files.size(file)).isEqualTo(size);
    }

    @Test
    void shouldNotTouchAFileThatIsNotOurs() throws IOException
    {
        for (final String content : List.of(
            "hello", "hello\n", "{\"kind\":\"env\"}\n", "{\"kind\":\"envy", "[]\n",
            "{\"kind\":\"party\",\"chainId\":1,\"blockNumber\":1," +
                "\"attempt\":{\"leaderTerm\":1,\"incarnation\":1},\"seq\":0}\n",
            "{\"a\":1}\n{\"kind\":\"env\",\"chainId\":1"))
        {
            Files.writeString(file, content);
            if (content.startsWith("{\"kind\":\"envy"))
            {
                // A line torn so early looks like ours, and nothing whole is lost with it.
                JsonLinesEdge.toFile(file).close();
                continue;
            }
            assertThatThrownBy(() -> JsonLinesEdge.toFile(file))
                .isInstanceOf(IOException.class).hasMessageContaining("events.jsonl");
            assertThat(Files.readString(file)).isEqualTo(content);
        }
    }

    @Test
    void shouldWriteWithoutGarbage() throws IOException
    {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final UnsafeBuffer event = new UnsafeBuffer(fragEvent(
            INCARNATION, 1, true, List.of(new byte[300], new byte[1], LeaderRig.bytes(new Random(1), 1_000))));
        final int rounds = 5_000;
        long allocated = 0;
        try (JsonLinesEdge edge = JsonLinesEdge.toFile(file))
        {
            for (int run = 0; run < 2; run++)
            {
                final long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
                for (int i = 0; i < rounds; i++)
                {
                    edge.onEvent(event, 0, event.capacity());
                    edge.flush();
                }
                allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
            }
        }

        // No object fits into less than 16 bytes; the channel makes one for some of its writes.
        assertThat(allocated / rounds).as("bytes an event").isLessThan(16);
    }

    @Test
    void shouldKeepASecondWriterOut() throws IOException
    {
        try (JsonLinesEdge edge = JsonLinesEdge.toFile(file))
        {
            assertThat(edge.name()).isEqualTo("jsonl:" + file);
            assertThatThrownBy(() -> JsonLinesEdge.toFile(file)).hasMessageContaining("in use");
        }
    }

    @Test
    void shouldNameAReasonForEveryCodeOfTheSchema()
    {
        for (final io.fragcast.codecs.AbortReason reason : io.fragcast.codecs.AbortReason.values())
        {
            if (io.fragcast.codecs.AbortReason.NULL_VAL != reason)
            {
                assertThat(AbortReason.values()[reason.value()].name()).isEqualTo(reason.name());
            }
        }
        for (final BlockEventKind kind : BlockEventKind.values())
        {
            if (BlockEventKind.NULL_VAL != kind)
            {
                assertThat(BlockEvent.Kind.values()[kind.value()].name()).isEqualTo(kind.name());
            }
        }
        for (final io.fragcast.codecs.PublishResult result : io.fragcast.codecs.PublishResult.values())
        {
            if (io.fragcast.codecs.PublishResult.NULL_VAL != result)
            {
                assertThat(io.fragcast.PublishResult.ofCode(result.value()).name()).isEqualTo(result.name());
            }
        }
    }

    private long lastBlock() throws IOException
    {
        try (JsonLinesEdge edge = JsonLinesEdge.toFile(file))
        {
            assertThat(edge.lastBlock(11)).isEqualTo(Edge.NULL_BLOCK);

            return edge.lastBlock(10);
        }
    }

    private void write(final List<byte[]> events) throws IOException
    {
        try (JsonLinesEdge edge = JsonLinesEdge.toFile(file))
        {
            for (final byte[] event : events)
            {
                assertThat(edge.onEvent(new UnsafeBuffer(event), 0, event.length)).isTrue();
            }
            edge.flush();
        }
    }

    private static String place(final String line)
    {
        try
        {
            final JsonNode json = new ObjectMapper().readTree(line);
            final String kind = json.path("kind").textValue();

            return kind + " " + ("env".equals(kind) ?
                json.path("attempt").path("incarnation").longValue() - INCARNATION : json.path("seq").longValue());
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
    }

    private static Env env()
    {
        final byte[] difficulty = new byte[32];
        difficulty[0] = 5;

        return new Env(
            -1L, PARENT, LeaderRig.bytes(new Random(1), 20), -2L, 0, Long.MIN_VALUE, difficulty,
            LeaderRig.bytes(new Random(2), 32), new byte[]{1, 2, 3}, new byte[32], new byte[0]);
    }

    private static byte[] envEvent(final long incarnation)
    {
        return event(BlockEventKind.ENV, incarnation, 0, 0, 0, envFrame(ENV.difficulty()), new byte[0]);
    }

    private static byte[] envWithDifficulty(final byte[] difficulty)
    {
        return event(
            BlockEventKind.ENV, INCARNATION, 0, 0, 0, envFrame(Arrays.copyOf(difficulty, 32)), new byte[0]);
    }

    private static byte[] envFrame(final byte[] difficulty)
    {
        final byte[] frame = new byte[8 + EnvEncoder.BLOCK_LENGTH];
        new EnvEncoder().wrapAndApplyHeader(new UnsafeBuffer(frame), 0, new MessageHeaderEncoder())
            .blockNumber(ENV.blockNumber())
            .putParentHash(PARENT, 0, 32)
            .timestamp(ENV.timestamp())
            .gasLimit(ENV.gasLimit())
            .baseFee(ENV.baseFee())
            .putDifficulty(difficulty, 0, 32)
            .putPrevRandao(ENV.prevRandao(), 0, 32)
            .putParentBeaconBlockRoot(ENV.parentBeaconBlockRoot(), 0, 32)
            .putBeneficiary(ENV.beneficiary(), 0, 20)
            .extraDataSize(ENV.extraData().length)
            .putExtraData(Arrays.copyOf(ENV.extraData(), 256), 0, 256);

        return frame;
    }

    private static byte[] fragEvent(final long incarnation, final int seq, final boolean isLast, final List<byte[]> txs)
    {
        final byte[] frame = new byte[8 + FragEncoder.BLOCK_LENGTH + 4];
        new FragEncoder().wrapAndApplyHeader(new UnsafeBuffer(frame), 0, new MessageHeaderEncoder())
            .isLast(isLast ? BooleanType.T : BooleanType.F);
        int length = 80;
        for (final byte[] tx : txs)
        {
            length += 4 + tx.length;
        }
        final UnsafeBuffer body = new UnsafeBuffer(new byte[length]);
        new io.fragcast.codecs.FragBodyEncoder().wrapAndApplyHeader(body, 0, new MessageHeaderEncoder())
            .txsCount(txs.size());
        int position = 80;
        for (final byte[] tx : txs)
        {
            body.putInt(position, tx.length, ByteOrder.LITTLE_ENDIAN);
            body.putBytes(position + 4, tx);
            position += 4 + tx.length;
        }

        return event(BlockEventKind.FRAG, incarnation, seq, 0, 0, frame, body.byteArray());
    }

    private static byte[] sealEvent(final long incarnation)
    {
        final byte[] frame = new byte[8 + SealEncoder.BLOCK_LENGTH];
        new SealEncoder().wrapAndApplyHeader(new UnsafeBuffer(frame), 0, new MessageHeaderEncoder())
            .blockNumber(-1L)
            .putParentHash(PARENT, 0, 32)
            .totalFrags(SEAL.totalFrags())
            .gasUsed(SEAL.gasUsed())
            .gasLimit(SEAL.gasLimit())
            .putBlockHash(SEAL.blockHash(), 0, 32)
            .putTransactionsRoot(SEAL.transactionsRoot(), 0, 32)
            .putReceiptsRoot(SEAL.receiptsRoot(), 0, 32)
            .putStateRoot(SEAL.stateRoot(), 0, 32);

        return event(BlockEventKind.SEAL, incarnation, 2, 0, 0, frame, new byte[0]);
    }

    private static byte[] event(
        final BlockEventKind kind,
        final int seq,
        final int reason,
        final int missing,
        final byte[] frame,
        final byte[] body)
    {
        return event(kind, INCARNATION, seq, reason, missing, frame, body);
    }

    private static byte[] event(
        final BlockEventKind kind,
        final long incarnation,
        final int seq,
        final int reason,
        final int missing,
        final byte[] frame,
        final byte[] body)
    {
        final byte[] bytes = new byte[8 + BlockEventEncoder.BLOCK_LENGTH + 4 + frame.length + 4 + body.length];
        new BlockEventEncoder().wrapAndApplyHeader(new UnsafeBuffer(bytes), 0, new MessageHeaderEncoder())
            .chainId(10)
            .blockNumber(-1L)
            .incarnation(incarnation)
            .publishTimeNs(1_795_235_821_000_100_000L)
            .deliverTimeNs(1_795_235_821_000_200_000L)
            .leaderTerm(0xFFFF_FFFFL)
            .seq(seq)
            .kind(kind)
            .reason((short) reason)
            .hopCount((short) 2)
            .missing(missing)
            .putFrame(frame, 0, frame.length)
            .putBody(body, 0, body.length);

        return bytes;
    }

    private static String hex(final byte[] bytes)
    {
        return "\"0x" + HexFormat.of().formatHex(bytes) + "\"";
    }
}
