package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fragcast.agent.JournalAgent;
import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.EnvEncoder;
import io.fragcast.codecs.FragChunkEncoder;
import io.fragcast.codecs.FragEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.SealEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.chronicle.ChronicleJournal;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.SignedFrame;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class JournalCommandTest
{
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final long CHAIN_ID = 10;
    private static final long INCARNATION = 1_795_235_566_434L;
    private static final long TERM = 7;
    private static final int CHUNK_LENGTH = 1_304;
    /** The body of every frag here: zeros, in one chunk. */
    private static final int BODY_LENGTH = 100;
    private static final long START_NS = 1_795_235_566_000_000_001L;

    @TempDir
    Path dir;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(4_096));
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final FrameDigest frameDigest = new FrameDigest();
    private final byte[] previousDigest = new byte[FrameDigest.DIGEST_LENGTH];
    private final Counters counters = Counters.inMemory();
    private final JournalRing ring = new JournalRing(JournalConfig.MIN_RING_LENGTH, counters);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private JournalAgent agent;

    @BeforeEach
    void open()
    {
        agent = new JournalAgent(
            new JournalRing[]{ ring },
            ChronicleJournal.open(JournalConfig.small(dir, JournalConfig.MIN_RING_LENGTH)),
            new DiskGuard(() -> Long.MAX_VALUE, 0),
            () -> 0,
            counters);
    }

    @Test
    void shouldFindNothingWrongWithWhatALeaderSigned()
    {
        env(100);
        frag(100, 0);
        chunk(100, 0);
        frag(100, 1);
        seal(100, 2);
        agent.onClose();

        assertThat(execute("verify")).isZero();
        assertThat(lines()).containsExactly(
            "frames 5  events 0  links 3  pieces 1  holes 0  frames lost 0  problems 0");
    }

    @Test
    void shouldFindABrokenChain()
    {
        env(100);
        frag(100, 0);
        previousDigest[5] ^= 1;
        frag(100, 1);
        seal(100, 2);
        agent.onClose();

        assertThat(execute("verify")).isEqualTo(1);
        assertThat(lines().get(0)).isEqualTo(
            "100/" + INCARNATION + "/7 seq 1: FRAG does not name the digest of the FRAG before it");
        assertThat(lines().get(1)).endsWith("links 3  pieces 0  holes 0  frames lost 0  problems 1");
    }

    @Test
    void shouldJudgeOnlyLinksWhoseTwoEndsAreThere()
    {
        env(100);
        frag(100, 0);
        frag(100, 5);
        agent.onClose();

        assertThat(execute("verify")).isZero();
        assertThat(lines().get(0)).contains("links 1 ").endsWith("problems 0");
    }

    @Test
    void shouldCheckSignaturesAgainstTheSchedule() throws IOException
    {
        final Secp256k1 curve = Secp256k1.load();
        final byte[] leaderKey = new byte[32];
        leaderKey[31] = 9;
        final Path schedule = dir.resolve("schedule.toml");
        Files.writeString(schedule, "chain-id = 10\nmtu = 1408\n[[term]]\nnumber = 7\nfirst-block = 100\n" +
            "last-block = 101\nkey = \"" +
            HexFormat.of().formatHex(Secp256k1.compress(curve.publicKey(leaderKey))) + "\"\n");
        final MessageSigner signer = curve.newSigner(leaderKey);
        final int length = HEADER_LENGTH + EnvEncoder.BLOCK_LENGTH;
        for (int blockNumber = 100; blockNumber < 103; blockNumber++)
        {
            encodeEnv(blockNumber);
            digest(length);
            signer.sign(previousDigest, buffer, SignedFrame.SIGNATURE_OFFSET);
            if (101 == blockNumber)
            {
                buffer.putByte(SignedFrame.SIGNATURE_OFFSET, (byte)~buffer.getByte(SignedFrame.SIGNATURE_OFFSET));
            }
            accept(length);
        }
        agent.onClose();

        assertThat(execute("verify", "--schedule", schedule.toString())).isEqualTo(1);
        assertThat(lines()).containsExactly(
            "101/" + INCARNATION + "/7 seq 0: ENV: the signature does not hold",
            "102/" + INCARNATION + "/7 seq 0: ENV: term 7 does not lead the block",
            "frames 3  events 0  links 0  pieces 0  signatures 1  holes 0  frames lost 0  problems 2");
    }

    @Test
    void shouldFindBodiesThatAreNotWhatTheHeaderNames()
    {
        env(100);
        frag(100, 0);
        chunk(100, 0);
        chunk(100, 1);
        chunk(101, 0);
        buffer.putByte(HEADER_LENGTH + FragChunkEncoder.BLOCK_LENGTH + 50, (byte)1);
        buffer.putLong(HEADER_LENGTH + FragChunkEncoder.blockNumberEncodingOffset(), 100);
        accept(HEADER_LENGTH + FragChunkEncoder.BLOCK_LENGTH + FragChunkEncoder.chunkHeaderLength() + BODY_LENGTH);
        agent.onClose();

        assertThat(execute("verify")).isEqualTo(1);
        assertThat(lines()).containsExactly(
            "100/" + INCARNATION + "/7 seq 0: the header names no chunk 1",
            "100/" + INCARNATION + "/7 seq 0: chunk 0 is not the one that the header names",
            "frames 6  events 0  links 1  pieces 1  pieces unchecked 1  holes 0  frames lost 0  problems 2");
    }

    @Test
    void shouldFindTwoMessagesForOnePlace()
    {
        env(100);
        frag(100, 0);
        frag(100, 0);
        agent.onClose();

        assertThat(execute("verify")).isEqualTo(1);
        assertThat(lines().get(0)).isEqualTo(
            "100/" + INCARNATION + "/7 seq 0: FRAG and another FRAG for one place");
    }

    @Test
    void shouldFindIllegalLayouts()
    {
        encodeEnv(100);
        accept(HEADER_LENGTH + EnvEncoder.BLOCK_LENGTH - 1);
        buffer.putByte(SignedFrame.SIGNATURE_OFFSET + 64, (byte)1);
        accept(HEADER_LENGTH + EnvEncoder.BLOCK_LENGTH);
        encodeFrag(101, 0);
        accept(fragLength() + 1);
        buffer.putInt(HEADER_LENGTH + FragEncoder.bodyLengthEncodingOffset(), 3 * CHUNK_LENGTH);
        accept(fragLength());
        buffer.putShort(2, (short)99);
        accept(fragLength());
        agent.onClose();

        assertThat(execute("verify")).isEqualTo(1);
        final List<String> lines = lines();
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0)).endsWith(": 671 bytes, not 672");
        assertThat(lines.get(1)).endsWith(": byte 89 is not zero");
        assertThat(lines.get(2)).endsWith(": inline body of 0 bytes");
        assertThat(lines.get(3)).endsWith(": 1 hashes for a body of 3912 bytes");
        assertThat(lines.get(4)).endsWith(": not a frame of the block lane");
        assertThat(lines.get(5)).endsWith("problems 5");
    }

    @Test
    void shouldReportHoles()
    {
        encodeEnv(100);
        for (int i = 0; i < 2_000; i++)
        {
            accept(HEADER_LENGTH + EnvEncoder.BLOCK_LENGTH);
        }
        agent.onClose();

        assertThat(execute("verify")).isZero();
        final String hole = lines().get(0);
        assertThat(hole).startsWith("hole of ").endsWith("frames from 100/" + INCARNATION + "/7 seq 0");
        final long lost = Long.parseLong(hole.split(" ")[2]);
        assertThat(lines().get(1)).contains("frames " + (2_000 - lost) + " ").contains("frames lost " + lost + " ");

        assertThat(execute("ls")).isZero();
        final List<String> rows = lines();
        assertThat(rows.get(rows.size() - 1).split(" +"))
            .containsExactly("1", "file", rows.get(1).split(" +")[1], Long.toString(2_001 - lost),
                "100", "100", "1", Long.toString(lost));
    }

    @Test
    void shouldDumpALineARecord()
    {
        env(100);
        frag(100, 0);
        chunk(100, 3);
        agent.onClose();

        assertThat(execute("dump")).isZero();
        assertThat(lines()).hasSize(3);
        assertThat(lines().get(0)).matches(
            "2026-11-21T04:32:46\\.000000001Z block 0000002a ENV 100/" + INCARNATION +
            "/7 seq 0 672 bytes [0-9a-f]{16}");
        assertThat(lines().get(1)).matches(".* FRAG 100/" + INCARNATION + "/7 seq 0 244 bytes [0-9a-f]{16}");
        assertThat(lines().get(2)).endsWith(" FRAG_CHUNK 100/" + INCARNATION + "/7 seq 0 index 3 172 bytes");
    }

    @Test
    void shouldDumpJson() throws IOException
    {
        env(-1);
        agent.onClose();

        assertThat(execute("dump", "--json")).isZero();
        final JsonNode line = new ObjectMapper().readTree(lines().get(0));
        assertThat(line.get("kind").asText()).isEqualTo("FRAME");
        assertThat(line.get("template").asText()).isEqualTo("ENV");
        assertThat(line.get("timeNs").asLong()).isEqualTo(START_NS);
        assertThat(line.get("blockNumber").bigIntegerValue()).isEqualTo("18446744073709551615");
        assertThat(line.get("incarnation").asLong()).isEqualTo(INCARNATION);
        assertThat(line.get("leaderTerm").asLong()).isEqualTo(TERM);
        assertThat(line.get("length").asInt()).isEqualTo(672);
        assertThat(line.get("digest").asText()).hasSize(16);
    }

    @Test
    void shouldSayWhereThereIsNoJournal()
    {
        agent.onClose();
        final Path nowhere = dir.resolve("nowhere");

        assertThat(new CommandLine(new JournalCommand()).setErr(new PrintWriter(err))
            .execute("verify", nowhere.toString())).isEqualTo(2);
        assertThat(err.toString().strip()).isEqualTo("journal: " + nowhere + ": no journal here");
    }

    private int execute(final String command, final String... options)
    {
        out.getBuffer().setLength(0);
        final CommandLine commandLine = new CommandLine(new JournalCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
        final String[] args = new String[options.length + 2];
        args[0] = command;
        System.arraycopy(options, 0, args, 1, options.length);
        args[args.length - 1] = dir.toString();

        return commandLine.execute(args);
    }

    private List<String> lines()
    {
        return out.toString().lines().toList();
    }

    private void env(final long blockNumber)
    {
        encodeEnv(blockNumber);
        final int length = HEADER_LENGTH + EnvEncoder.BLOCK_LENGTH;
        accept(length);
        digest(length);
    }

    private void encodeEnv(final long blockNumber)
    {
        buffer.setMemory(0, buffer.capacity(), (byte)0);
        new EnvEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(CHAIN_ID)
            .blockNumber(blockNumber)
            .incarnation(INCARNATION)
            .leaderTerm(TERM);
    }

    private void frag(final long blockNumber, final int seq)
    {
        encodeFrag(blockNumber, seq);
        accept(fragLength());
        digest(fragLength() - FragEncoder.inlineBodyHeaderLength());
    }

    private void encodeFrag(final long blockNumber, final int seq)
    {
        buffer.setMemory(0, buffer.capacity(), (byte)0);
        final byte[] chunkHash = new byte[FrameDigest.HASH_LENGTH];
        frameDigest.ofChunk(buffer, 0, BODY_LENGTH, chunkHash, 0);
        final FragEncoder frag = new FragEncoder();
        frag.wrapAndApplyHeader(buffer, 0, header)
            .chainId(CHAIN_ID)
            .blockNumber(blockNumber)
            .incarnation(INCARNATION)
            .leaderTerm(TERM)
            .seq(seq)
            .putPreviousDigest(previousDigest, 0, previousDigest.length)
            .isLast(BooleanType.F)
            .pageHashes(0)
            .txCount(0)
            .bodyLength(BODY_LENGTH)
            .chunkLength(CHUNK_LENGTH)
            .hashesCount(1)
            .next()
            .putHash(chunkHash, 0, FrameDigest.HASH_LENGTH);
        frag.putInlineBody(buffer, 0, 0);
    }

    private static int fragLength()
    {
        return HEADER_LENGTH + FragEncoder.BLOCK_LENGTH + FragEncoder.HashesEncoder.sbeHeaderSize() +
            FrameDigest.HASH_LENGTH + FragEncoder.inlineBodyHeaderLength();
    }

    private void chunk(final long blockNumber, final int index)
    {
        buffer.setMemory(0, buffer.capacity(), (byte)0);
        final FragChunkEncoder chunk = new FragChunkEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(CHAIN_ID)
            .blockNumber(blockNumber)
            .incarnation(INCARNATION)
            .leaderTerm(TERM)
            .seq(0)
            .index(index)
            .putChunk(new byte[BODY_LENGTH], 0, BODY_LENGTH);
        accept(chunk.limit());
    }

    private void seal(final long blockNumber, final int seq)
    {
        buffer.setMemory(0, buffer.capacity(), (byte)0);
        new SealEncoder().wrapAndApplyHeader(buffer, 0, header)
            .chainId(CHAIN_ID)
            .blockNumber(blockNumber)
            .incarnation(INCARNATION)
            .leaderTerm(TERM)
            .seq(seq)
            .putPreviousDigest(previousDigest, 0, previousDigest.length);
        accept(HEADER_LENGTH + SealEncoder.BLOCK_LENGTH);
    }

    private void accept(final int length)
    {
        ring.onAccepted(buffer, 0, length, 42, 0, START_NS);
    }

    private void digest(final int signedEnd)
    {
        frameDigest.ofFrame(buffer, 0, signedEnd - SignedFrame.SIGNED_OFFSET, previousDigest);
    }
}
