package io.fragcast;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keeps protocol-coverage.tsv honest: every capability of the seed protocols is a row, every row names tests that exist
 * or what it waits for.
 */
class ProtocolCoverageTest
{
    private static final String PENDING = "pending: ";

    private final Map<String, String> evidence = read();

    @Test
    void shouldHaveEachRowOnce()
    {
        final List<String> expected = new ArrayList<>();
        addRows(expected, "B", 17);
        addRows(expected, "M", 30);
        addRows(expected, "E", 45);
        addRows(expected, "F", 36);
        addRows(expected, "W", 15);

        assertThat(evidence.keySet()).containsExactlyElementsOf(expected);
    }

    @Test
    void shouldNameTestsThatExistOrWhatIsWaitedFor()
    {
        evidence.forEach((row, text) ->
        {
            if (text.startsWith(PENDING))
            {
                assertThat(text.substring(PENDING.length())).as("what row %s waits for", row).isNotBlank();
            }
            else
            {
                assertThat(text.split(" ")).as("tests of row %s", row).isNotEmpty().allSatisfy(this::assertIsTest);
            }
        });
    }

    @Test
    void shouldShowFirstRowsNow()
    {
        assertThat(IntStream.rangeClosed(1, 6).mapToObj((i) -> evidence.get("B" + i)))
            .noneMatch((text) -> text.startsWith(PENDING));
    }

    private void assertIsTest(final String name)
    {
        final String[] parts = name.split("#");
        assertThat(parts).as("CLASS#METHOD").hasSize(2);
        final Class<?> type;
        try
        {
            type = Class.forName("io.fragcast." + parts[0], false, getClass().getClassLoader());
        }
        catch (final ClassNotFoundException ex)
        {
            throw new AssertionError("no class " + parts[0], ex);
        }

        assertThat(Arrays.stream(type.getDeclaredMethods())
            .filter((method) -> method.getName().equals(parts[1]))
            .filter((method) ->
                method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class)))
            .as("test " + name)
            .hasSize(1);
    }

    private static void addRows(final List<String> rows, final String letter, final int count)
    {
        for (int i = 1; i <= count; i++)
        {
            rows.add(letter + i);
        }
    }

    private static Map<String, String> read()
    {
        final Map<String, String> rows = new LinkedHashMap<>();
        try (InputStream in = ProtocolCoverageTest.class.getResourceAsStream("/protocol-coverage.tsv"))
        {
            assertThat(in).as("protocol-coverage.tsv").isNotNull();
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                .filter((line) -> !line.startsWith("#"))
                .forEach((line) ->
                {
                    final String[] columns = line.split("\t");
                    assertThat(columns).as("row, what, tests: " + line).hasSize(3);
                    assertThat(rows.put(columns[0], columns[2])).as("row %s twice", columns[0]).isNull();
                });
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }

        return rows;
    }
}
