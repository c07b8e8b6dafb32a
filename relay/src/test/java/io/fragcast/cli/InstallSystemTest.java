package io.fragcast.cli;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What {@code mvn package} leaves, unpacked and run as an operator would: the quick start line by line out of README,
 * with the examples of config as they are. Its ports are those of the examples, 14040 to 14063.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class InstallSystemTest
{
    private static final Pattern FENCE = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NODE = Pattern.compile("bin/fragcast (sequencer|relay|replica) .*");

    @TempDir
    private Path dir;

    private final List<Process> nodes = new ArrayList<>();
    private Path install;

    @BeforeEach
    void unpack() throws Exception
    {
        final List<Path> archives;
        try (Stream<Path> files = Files.list(Path.of("target")))
        {
            archives = files.filter((file) -> file.toString().endsWith(".tar.gz")).toList();
        }
        assertThat(archives).as("what mvn package left in relay/target").hasSize(1);

        run(dir, "tar xzf " + archives.get(0).toAbsolutePath());
        install = dir.resolve(String.valueOf(archives.get(0).getFileName()).replace(".tar.gz", ""));
    }

    @AfterEach
    void stopNodes()
    {
        nodes.forEach(Process::destroy);
        for (final Process node : nodes)
        {
            await().atMost(20, TimeUnit.SECONDS).until(() -> !node.isAlive());
        }
    }

    @Test
    void shouldRunWithoutSourceTree() throws Exception
    {
        assertThat(run(install, "bin/fragcast --version")).startsWith("fragcast ");
        assertThat(run(install, "echo '{\"message\":{\"blockNumber\":1,\"seq\":0,\"isLast\":true," +
            "\"txs\":[\"0x010203\"]}}' | bin/fragcast message root"))
            .contains("\"kind\":\"frag\"")
            .contains("0x2a5ebad20a81878e5f229928e5c2043580051673b89a7a286008d30f62b10963");
        assertThat(run(install, "bin/fragcast bench || test $? = 2"))
            .contains("is not in this install")
            .hasLineCount(1);
        assertThat(run(install, "cd / && " + install + "/bin/fragcast --version")).startsWith("fragcast ");
    }

    @Test
    void shouldFindEachOptionInTheHelpOfItsNode() throws Exception
    {
        assertThat(run(install, "bin/fragcast relay --help"))
            .contains("--block-mtu")
            .contains("--threads-affinity-forward")
            .doesNotContain("--deliver");
        assertThat(run(install, "bin/fragcast replica --help")).contains("--deliver");
    }

    @Test
    void shouldGoFromKeygenToJsonSeenAsReadmeHasIt() throws Exception
    {
        String published = "";
        String seen = "";
        for (final String block : quickStart())
        {
            if (NODE.matcher(block).matches())
            {
                start(block);
            }
            else
            {
                for (final String line : block.lines().toList())
                {
                    if (line.startsWith("head "))
                    {
                        awaitVerified(blockCount(published));
                    }
                    seen = run(install, line);
                    published = line.contains(" play ") ? seen : published;
                }
            }
        }

        assertThat(nodes).as("nodes that README starts").hasSize(3).allMatch(Process::isAlive);
        assertThat(seen.lines()).hasSize(3).allMatch((line) -> line.startsWith("{\"kind\":"));
        assertThat(seen).startsWith("{\"kind\":\"env\"");
    }

    private void awaitVerified(final int blockCount)
    {
        await().atMost(20, TimeUnit.SECONDS).untilAsserted(() ->
        {
            try (Stream<String> lines = Files.lines(install.resolve("blocks.jsonl")))
            {
                assertThat(lines.filter((line) -> line.contains("\"kind\":\"verified\""))).hasSize(blockCount);
            }
        });
    }

    private static int blockCount(final String published)
    {
        final Matcher matcher = Pattern.compile("(\\d+) blocks of \\d+ frags published.*").matcher(published.strip());
        assertThat(matcher.matches()).as(published).isTrue();
        final int blockCount = Integer.parseInt(matcher.group(1));
        assertThat(blockCount).isPositive();

        return blockCount;
    }

    /** The fenced blocks of the section, run from the install instead of the source tree. */
    private List<String> quickStart() throws IOException
    {
        final String readme = Files.readString(install.resolve("README.md"));
        final int start = readme.indexOf("## Quick start");
        final Matcher matcher = FENCE.matcher(readme.substring(start, readme.indexOf("\n### ", start)));
        final List<String> blocks = new ArrayList<>();
        while (matcher.find())
        {
            blocks.add(matcher.group(1).strip().replace("./fragcast", "bin/fragcast"));
        }
        assertThat(blocks).hasSizeGreaterThan(3);

        return blocks;
    }

    private void start(final String command) throws IOException
    {
        final Path log = Files.createTempFile(dir, "node", ".log");
        final Process node = process(install, "exec " + command).redirectOutput(log.toFile()).start();
        nodes.add(node);
        await().atMost(60, TimeUnit.SECONDS).untilAsserted(() ->
        {
            assertThat(node.isAlive()).as(Files.readString(log)).isTrue();
            assertThat(Files.readString(log)).contains(": running");
        });
    }

    private String run(final Path folder, final String command) throws Exception
    {
        final Path log = Files.createTempFile(dir, "command", ".log");
        final Process process = process(folder, command).redirectOutput(log.toFile()).start();
        try
        {
            assertThat(process.waitFor(90, TimeUnit.SECONDS)).as(command).isTrue();
            assertThat(process.exitValue()).as(command + ": " + Files.readString(log)).isZero();
        }
        finally
        {
            process.destroyForcibly();
        }

        return read(log);
    }

    private static ProcessBuilder process(final Path folder, final String command)
    {
        final ProcessBuilder builder = new ProcessBuilder("bash", "-c", "set -e; " + command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().keySet().removeIf((name) -> name.startsWith("FRAGCAST_"));

        return builder.directory(folder.toFile()).redirectErrorStream(true);
    }

    private static String read(final Path file)
    {
        try
        {
            return Files.readString(file);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
