package io.fragcast.schema;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.co.real_logic.sbe.xml.EnumType;
import uk.co.real_logic.sbe.xml.MessageSchema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No id, offset, type or template of a released schema changes; and the guard that says so sees each such change.
 */
class SchemaGuardTest
{
    private static final String APPENDED =
        "<field name=\"extra\" id=\"900\" type=\"uint64\" offset=\"200\" sinceVersion=\"%d\" description=\"x\"/>";

    @BeforeAll
    static void writeWhenAsked() throws IOException
    {
        if (SchemaFiles.IS_WRITING)
        {
            final String schema = SchemaFiles.current();
            Files.createDirectories(SchemaFiles.OLD);
            Files.writeString(
                SchemaFiles.OLD.resolve("fragcast-" + SchemaFiles.parse(schema).version() + ".xml"), schema);
        }
    }

    @Test
    void shouldKeepWhatWasReleased() throws IOException
    {
        final MessageSchema current = SchemaFiles.parse(SchemaFiles.current());
        try (Stream<Path> files = Files.list(SchemaFiles.OLD))
        {
            final List<Path> released = files.sorted().toList();
            assertThat(released).hasSize(current.version());
            for (final Path file : released)
            {
                final MessageSchema old = SchemaFiles.parse(Files.readString(file));
                assertThat(SchemaGuard.violations(old, current)).as(file.getFileName().toString()).isEmpty();
                assertThat(enumValues(current)).containsAll(enumValues(old));
            }
        }
    }

    @Test
    void shouldLetFieldsBeAppendedWithSinceVersion()
    {
        assertThat(violationsOf((schema) -> appendToAbort(schema, 2))).isEmpty();
    }

    @Test
    void shouldSeeAnAppendedFieldWithoutSinceVersion()
    {
        assertThat(violationsOf((schema) -> appendToAbort(schema, 1)))
            .contains("Abort.extra is new without sinceVersion");
    }

    /** What is replaced, by what, and what the guard says. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        id="4670"                                  | id="4671"                                 | schema id
        name="Abort" id="7"                        | name="Abort" id="77"                      | template Abort is gone
        name="Abort" id="7"                        | name="Abandon" id="7"                     | Abort name
        name="reason" id="14" type="AbortReason"   | name="reason" id="44" type="AbortReason"  | Abort.reason id
        name="reason" id="14" type="AbortReason"   | name="why" id="14" type="AbortReason"     | Abort.reason name
        name="reason" id="14" type="AbortReason"   | name="reason" id="14" type="uint8"        | Abort.reason type
        name="Hash20" primitiveType="uint8" length="20" | name="Hash20" primitiveType="uint8" length="24" | hash type
        name="varData" primitiveType="uint8"       | name="varData" primitiveType="char"       | type composite
        byteOrder="littleEndian"                   | byteOrder="bigEndian"                     | byte order
        """)
    void shouldSeeAChange(final String before, final String after, final String violation)
    {
        assertThat(SchemaFiles.current()).contains(before);
        assertThat(violationsOf((schema) -> schema.replace(before, after)))
            .anySatisfy((found) -> assertThat(found).contains(violation));
    }

    @Test
    void shouldSeeAGroupEntryThatGrew()
    {
        final String entry = "<field name=\"hash\" id=\"22\" type=\"Hash20\" description=\"The hash.\"/>";
        assertThat(SchemaFiles.current()).contains(entry);
        assertThat(violationsOf((schema) -> schema.replace(
            entry, entry + "<field name=\"more\" id=\"901\" type=\"uint64\" description=\"x\"/>")))
            .anySatisfy((found) -> assertThat(found).contains("Frag.hashes entries"));
    }

    @Test
    void shouldSeeANewVarData()
    {
        final String end = "</sbe:message>\n\n    <sbe:message name=\"FragPage\"";
        assertThat(SchemaFiles.current()).contains(end);
        assertThat(violationsOf((schema) -> schema.replace(
            end, "<data name=\"more\" id=\"902\" type=\"varDataEncoding\" description=\"x\"/>" + end)))
            .contains("FragBody has a new group or var-data");
    }

    private static List<String> violationsOf(final java.util.function.UnaryOperator<String> change)
    {
        final String schema = SchemaFiles.current();

        return SchemaGuard.violations(SchemaFiles.parse(schema), SchemaFiles.parse(change.apply(schema)));
    }

    private static String appendToAbort(final String schema, final int sinceVersion)
    {
        final int start = schema.indexOf("<sbe:message name=\"Abort\"");
        final int end = schema.indexOf("</sbe:message>", start);
        final String grown = schema.substring(0, end) + APPENDED.formatted(sinceVersion) + schema.substring(end);

        return grown.replace("id=\"7\" blockLength=\"200\"", "id=\"7\" blockLength=\"208\"")
            .replace("version=\"1\"\n", "version=\"2\"\n");
    }

    private static List<String> enumValues(final MessageSchema schema)
    {
        return schema.types().stream()
            .filter(EnumType.class::isInstance)
            .map(EnumType.class::cast)
            .flatMap((type) -> type.validValues().stream()
                .map((value) -> type.name() + "." + value.name() + " = " + value.primitiveValue()))
            .toList();
    }
}
