package io.fragcast.schema;

import org.agrona.LangUtil;
import uk.co.real_logic.sbe.xml.MessageSchema;
import uk.co.real_logic.sbe.xml.ParserOptions;
import uk.co.real_logic.sbe.xml.XmlSchemaParser;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the schema and what was released of it lie.
 */
final class SchemaFiles
{
    /** Set to write the files of the current version instead of comparing with them. */
    static final boolean IS_WRITING = Boolean.getBoolean("fragcast.golden.write");

    private static final Path MODULE =
        Path.of(System.getProperty("basedir", System.getProperty("user.dir"))).resolveSibling("schema");

    /** Bytes per template. */
    static final Path GOLDEN = MODULE.resolve("src/test/resources/golden");
    /** Released schemas. */
    static final Path OLD = MODULE.resolve("src/test/resources/old");

    private SchemaFiles()
    {
    }

    static String current()
    {
        try
        {
            return Files.readString(MODULE.resolve("src/main/resources/fragcast.xml"));
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
    }

    static MessageSchema parse(final String xml)
    {
        try
        {
            return XmlSchemaParser.parse(
                new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)),
                ParserOptions.builder().stopOnError(true).warningsFatal(true).suppressOutput(true).build());
        }
        catch (final Exception ex)
        {
            LangUtil.rethrowUnchecked(ex);
            throw new AssertionError(ex);
        }
    }
}
