package io.fragcast.schema;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uk.co.real_logic.sbe.xml.Message;
import uk.co.real_logic.sbe.xml.MessageSchema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The released bytes of each template, one file a template and version under schema/src/test/resources/golden: today's
 * codecs write those of today's version to the byte, and read those of every version.
 * <p>
 * For a new version, once it is final: {@code mvn test -Dtest='GoldenBytesTest,SchemaGuardTest'
 * -Dfragcast.golden.write=true} writes the files and old/fragcast-VERSION.xml; look at the difference and commit it.
 */
class GoldenBytesTest
{
    private static final int BYTES_PER_LINE = 32;
    private static final MessageSchema SCHEMA = SchemaFiles.parse(SchemaFiles.current());

    @BeforeAll
    static void writeWhenAsked() throws IOException, ReflectiveOperationException
    {
        if (SchemaFiles.IS_WRITING)
        {
            Files.createDirectories(SchemaFiles.GOLDEN);
            for (final Message message : SCHEMA.messages())
            {
                Files.writeString(fileOf(message, SCHEMA.version()), toText(new GoldenMessage(message).encode()));
            }
        }
    }

    static Stream<Message> templates()
    {
        return SCHEMA.messages().stream();
    }

    @ParameterizedTest
    @MethodSource("templates")
    void shouldWriteTheReleasedBytes(final Message message) throws IOException, ReflectiveOperationException
    {
        assertThat(toText(new GoldenMessage(message).encode()))
            .isEqualTo(Files.readString(fileOf(message, SCHEMA.version())));
    }

    @ParameterizedTest
    @MethodSource("templates")
    void shouldReadTheReleasedBytesOfEveryVersion(final Message message)
        throws IOException, ReflectiveOperationException
    {
        int read = 0;
        for (int version = 1; version <= SCHEMA.version(); version++)
        {
            final Path file = fileOf(message, version);
            if (Files.exists(file))
            {
                new GoldenMessage(message).decode(fromText(Files.readString(file)));
                read++;
            }
        }
        assertThat(read).isPositive();
    }

    @Test
    void shouldHaveNoBytesOfUnknownTemplates() throws IOException
    {
        final List<String> names = SCHEMA.messages().stream().map(Message::name).toList();
        try (Stream<Path> files = Files.list(SchemaFiles.GOLDEN))
        {
            assertThat(files.map((file) -> file.getFileName().toString().split("\\.")[0]).distinct())
                .containsExactlyInAnyOrderElementsOf(names);
        }
    }

    private static Path fileOf(final Message message, final int version)
    {
        return SchemaFiles.GOLDEN.resolve(message.name() + "." + version + ".hex");
    }

    private static String toText(final byte[] bytes)
    {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length; i += BYTES_PER_LINE)
        {
            text.append(HexFormat.of().formatHex(bytes, i, Math.min(bytes.length, i + BYTES_PER_LINE))).append('\n');
        }

        return text.toString();
    }

    private static byte[] fromText(final String text)
    {
        return HexFormat.of().parseHex(text.replace("\n", ""));
    }
}
