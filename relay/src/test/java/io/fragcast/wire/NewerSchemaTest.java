package io.fragcast.wire;

import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestReceiver;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.block.Verdict;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.generation.CompilerUtil;
import org.agrona.generation.StringWriterOutputManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import uk.co.real_logic.sbe.generation.java.JavaGenerator;
import uk.co.real_logic.sbe.ir.Ir;
import uk.co.real_logic.sbe.xml.IrGenerator;
import uk.co.real_logic.sbe.xml.MessageSchema;
import uk.co.real_logic.sbe.xml.ParserOptions;
import uk.co.real_logic.sbe.xml.XmlSchemaParser;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: a node of this version checks, forwards and delivers what a leader of the next version signs. Method: the
 * schema with two fields appended to each signed message and the version raised is generated and compiled in memory;
 * its encoders write the stream, its decoders read what was forwarded.
 */
class NewerSchemaTest
{
    private static final String PACKAGE = "io.fragcast.codecs.next";
    private static final int ADDED_LENGTH = 16;
    private static final long FIRST_ADDED = 0x1122_3344_5566_7788L;
    private static final long SECOND_ADDED = -42;
    private static final long BLOCK = 100;

    private static ClassLoader loader;

    private final MessageSigner leader = new TestSigner(1);
    private final TestReceiver node = new TestReceiver(leader);

    @BeforeAll
    static void generate() throws Exception
    {
        final Path path = Path.of("..", "schema", "src", "main", "resources", "fragcast.xml");
        final String xml = nextVersion(Files.readString(path));
        final MessageSchema schema = XmlSchemaParser.parse(
            new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)),
            ParserOptions.builder().stopOnError(true).warningsFatal(true).suppressOutput(true).build());
        final Ir ir = new IrGenerator().generate(schema, PACKAGE);
        final StringWriterOutputManager output = new StringWriterOutputManager();
        output.setPackageName(PACKAGE);
        new JavaGenerator(
            ir,
            MutableDirectBuffer.class.getName(),
            DirectBuffer.class.getName(),
            false,
            false,
            false,
            output)
            .generate();
        final Class<?> compiled =
            CompilerUtil.compileInMemory(PACKAGE + ".EnvEncoder", output.getSources());
        assertThat(compiled).isNotNull();
        loader = compiled.getClassLoader();
    }

    @Test
    void shouldPassMessagesOfTheNextVersionThrough() throws Exception
    {
        final ChainedStream stream = new ChainedStream();
        final List<TestFrame> frames = stream.frames();
        for (final TestFrame frame : frames)
        {
            assertThat(node.offer(frame)).as("%s", frame).isEqualTo(Verdict.ACCEPTED);
        }

        assertThat(node.story()).containsExactly("ENV@100", "FRAG@100#0", "FRAG@100#1", "SEAL@100", "VERIFIED@100");
        assertThat(node.forwarded).hasSameSizeAs(frames);
        for (int i = 0; i < frames.size(); i++)
        {
            final TestFrame frame = frames.get(i);
            assertThat(node.forwarded.get(i)).isEqualTo(frame.content());
            if (FrameKind.FRAG_CHUNK != frame.kind())
            {
                final Object decoder = wrap(name(frame.kind()) + "Decoder", new UnsafeBuffer(node.forwarded.get(i)));
                assertThat(decoder.getClass().getMethod("firstAdded").invoke(decoder)).isEqualTo(FIRST_ADDED);
                assertThat(decoder.getClass().getMethod("secondAdded").invoke(decoder)).isEqualTo(SECOND_ADDED);
            }
        }
    }

    @Test
    void shouldNotTakeANewFieldThatWasTamperedWith() throws Exception
    {
        final TestFrame env = new ChainedStream().frames().get(0);
        assertThat(node.offer(env.flip(8 * (env.buffer().capacity() - 1)))).isEqualTo(Verdict.BAD_SIGNATURE);
        assertThat(node.offer(env)).isEqualTo(Verdict.ACCEPTED);
    }

    /** Lifts the messages of this version to the next, signing and chaining them anew. */
    private final class ChainedStream
    {
        private final TestBlock block = new TestBlock(leader, 1, BLOCK, 1);
        private final FrameDigest digests = new FrameDigest();
        private byte[] previousDigest = new byte[32];

        List<TestFrame> frames() throws Exception
        {
            final List<TestFrame> frames = new ArrayList<>();
            frames.add(lift(block.env(), "Env", 0));
            frames.add(lift(block.frag(false, new byte[]{1}, new byte[]{2}).get(0), "Frag", 24));
            final List<TestFrame> large = block.frag(true, new byte[3_000]);
            frames.add(lift(large.get(0), "Frag", 4 + 20 * (large.size() - 1)));
            for (final TestFrame chunk : large.subList(1, large.size()))
            {
                final TestFrame next = chunk.copy();
                next.buffer().putShort(6, (short)2);
                frames.add(next);
            }
            frames.add(lift(block.seal(), "Seal", 0));
            frames.add(lift(block.heartbeat(1, FrameKind.SEAL, 2), "Heartbeat", 0));

            return frames;
        }

        private TestFrame lift(final TestFrame frame, final String name, final int groupLength) throws Exception
        {
            final UnsafeBuffer old = frame.buffer();
            final int oldBlockLength = old.getShort(0) & 0xFFFF;
            final int end = 8 + oldBlockLength;
            final UnsafeBuffer buffer =
                new UnsafeBuffer(ByteBuffer.allocateDirect(old.capacity() + ADDED_LENGTH));
            final Object encoder = wrap(name + "Encoder", buffer);
            assertThat(buffer.getShort(0) & 0xFFFF).isEqualTo(oldBlockLength + ADDED_LENGTH);
            assertThat(buffer.getShort(6)).isEqualTo((short)2);
            buffer.putBytes(8, old, 8, oldBlockLength);
            encoder.getClass().getMethod("firstAdded", long.class).invoke(encoder, FIRST_ADDED);
            encoder.getClass().getMethod("secondAdded", long.class).invoke(encoder, SECOND_ADDED);
            buffer.putBytes(end + ADDED_LENGTH, old, end, old.capacity() - end);
            if (FrameKind.HEARTBEAT != frame.kind())
            {
                buffer.putBytes(160, previousDigest);
            }

            final int signedLength = end + ADDED_LENGTH + groupLength - 96;
            final byte[] digest = new byte[32];
            digests.ofFrame(buffer, 0, signedLength, digest);
            leader.sign(digest, buffer, 25);
            previousDigest = digest;

            return new TestFrame(frame.kind(), frame.seq(), frame.index(), buffer);
        }
    }

    private static Object wrap(final String name, final UnsafeBuffer buffer) throws Exception
    {
        final Class<?> type = loader.loadClass(PACKAGE + "." + name);
        final boolean isEncoder = name.endsWith("Encoder");
        final Class<?> headerType =
            loader.loadClass(PACKAGE + ".MessageHeader" + (isEncoder ? "Encoder" : "Decoder"));
        final Object flyweight = type.getConstructor().newInstance();
        type.getMethod(
            "wrapAndApplyHeader", isEncoder ? MutableDirectBuffer.class : DirectBuffer.class, int.class, headerType)
            .invoke(flyweight, buffer, 0, headerType.getConstructor().newInstance());

        return flyweight;
    }

    private static String name(final FrameKind kind)
    {
        return switch (kind)
        {
            case ENV -> "Env";
            case FRAG -> "Frag";
            case SEAL -> "Seal";
            case HEARTBEAT -> "Heartbeat";
            case FRAG_PAGE, FRAG_CHUNK, ABORT, LEADER_START, LEADER_STOP ->
                throw new IllegalArgumentException(kind + " is not in the stream");
        };
    }

    /** Raises the version and appends two fields to the root block of each signed message. */
    private static String nextVersion(final String xml)
    {
        final Matcher messages = Pattern.compile(
            "(<sbe:message name=\"(Env|Frag|Seal|Abort|Heartbeat|LeaderStart|LeaderStop)\" id=\"\\d+\" )" +
            "blockLength=\"(\\d+)\"([^>]*>)(.*?)(<group|</sbe:message>)",
            Pattern.DOTALL).matcher(xml.replaceFirst("\n( +)version=\"1\"", "\n$1version=\"2\""));
        final StringBuilder next = new StringBuilder();
        int count = 0;
        while (messages.find())
        {
            final int end = Integer.parseInt(messages.group(3));
            final String fields =
                "<field name=\"firstAdded\" id=\"901\" type=\"int64\" offset=\"" + end +
                "\" sinceVersion=\"2\"/><field name=\"secondAdded\" id=\"902\" type=\"int64\" offset=\"" +
                (end + 8) + "\" sinceVersion=\"2\"/>";
            messages.appendReplacement(next, Matcher.quoteReplacement(
                messages.group(1) + "blockLength=\"" + (end + ADDED_LENGTH) + "\"" + messages.group(4) +
                messages.group(5) + fields + messages.group(6)));
            count++;
        }
        messages.appendTail(next);
        assertThat(count).isEqualTo(7);

        return next.toString();
    }
}
