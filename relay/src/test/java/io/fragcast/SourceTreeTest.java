package io.fragcast;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a compiler does not see of the source tree.
 */
class SourceTreeTest
{
    /** A class that needs more is two (STYLE §12). */
    private static final int MAX_LINES = 500;
    private static final Set<String> NOT_OURS = Set.of(".git", "target", ".fragcast", ".idea", "keys");
    private static final Path ROOT = root();

    /** Folders of a developer's machine. Put together so that this file does not hold what it looks for. */
    private static final Pattern MACHINE_PATH = Pattern.compile("(?<![\\w.])/" + "(work|root|home)/[a-z]");
    private static final Pattern REGISTRY_HOST =
        Pattern.compile("https?://[^/\\s\"]*(artifactory|nexus|mirror|registry|repo1?\\.)", Pattern.CASE_INSENSITIVE);

    @Test
    void shouldHoldNoMachinePathsOrRegistryHosts()
    {
        final List<String> found = new ArrayList<>();
        for (final Path file : files(""))
        {
            final List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++)
            {
                if (MACHINE_PATH.matcher(lines.get(i)).find() || REGISTRY_HOST.matcher(lines.get(i)).find())
                {
                    found.add(ROOT.relativize(file) + ":" + (i + 1) + ": " + lines.get(i).strip());
                }
            }
        }

        assertThat(found).as("the tree builds anywhere, from any mirror").isEmpty();
    }

    @Test
    void shouldAwaitConditionsNotTime()
    {
        final Pattern sleep = Pattern.compile("Thread\\." + "sleep\\(|TimeUnit\\.\\w+\\." + "sleep\\(");

        assertThat(files(".java").stream()
            .filter((file) -> lines(file).stream().anyMatch((line) -> sleep.matcher(line).find()))
            .map(ROOT::relativize))
            .as("a test that waits for time is slow on a fast machine and fails on a slow one")
            .isEmpty();
    }

    @Test
    void shouldOpenEachPackageWithASentence()
    {
        final Set<Path> missing = new TreeSet<>();
        for (final Path file : files(".java"))
        {
            if (file.startsWith(ROOT.resolve("relay/src/main")) || file.startsWith(ROOT.resolve("bench/src/main")))
            {
                final Path packageInfo = file.resolveSibling("package-info.java");
                if (!Files.exists(packageInfo) || lines(packageInfo).stream().noneMatch((line) -> line.endsWith(".")))
                {
                    missing.add(ROOT.relativize(packageInfo));
                }
            }
        }

        assertThat(missing).as("what the package is, and what it must not know").isEmpty();
    }

    @Test
    void shouldKeepClassesShort()
    {
        assertThat(files(".java").stream()
            .filter((file) -> file.toString().contains("/src/main/"))
            // A table with an entry a counter: it grows with what is counted, and has nothing to split.
            .filter((file) -> !file.endsWith("FragcastCounter.java"))
            .filter((file) -> lines(file).size() > MAX_LINES)
            .map((file) -> ROOT.relativize(file) + " has " + lines(file).size()))
            .as("lines of a class: at most %d", MAX_LINES)
            .isEmpty();
    }

    private static List<Path> files(final String suffix)
    {
        final List<Path> files = new ArrayList<>();
        try
        {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>()
            {
                @Override
                public FileVisitResult preVisitDirectory(final Path folder, final BasicFileAttributes attributes)
                {
                    return NOT_OURS.contains(String.valueOf(folder.getFileName())) ?
                        FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes)
                {
                    if (file.toString().endsWith(suffix) && !".git".equals(String.valueOf(file.getFileName())))
                    {
                        files.add(file);
                    }

                    return FileVisitResult.CONTINUE;
                }
            });
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        assertThat(files).isNotEmpty();

        return files;
    }

    private static List<String> lines(final Path file)
    {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8))
        {
            return lines.toList();
        }
        catch (final UncheckedIOException ex)
        {
            if (ex.getCause() instanceof MalformedInputException)
            {
                return List.of();
            }
            throw ex;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** The folder of the launcher: tests run in a module's. */
    private static Path root()
    {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve(".build/checkstyle.xml")))
        {
            folder = folder.getParent();
        }

        return folder;
    }
}
