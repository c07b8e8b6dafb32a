package io.fragcast.bench.journal;

import io.fragcast.agent.JournalAgent;
import io.fragcast.bench.JvmOptions;
import io.fragcast.codecs.FragChunkEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.DiskGuard;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalIndex;
import io.fragcast.journal.JournalKeeper;
import io.fragcast.journal.JournalNotes;
import io.fragcast.journal.JournalRing;
import io.fragcast.journal.chronicle.ChronicleJournal;
import org.agrona.IoUtil;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * {@code fragcast bench open}: how long does a node take to open its journal, small and large? Each is opened by JVMs
 * of their own, by turns. Exit code 0 only if the larger takes no more than {@link #MAX_RATIO} times as long as the
 * smaller, and neither more than {@link #MAX_MS}.
 */
@Command(
    name = "open",
    description = "Opens a small and a large journal from the start of a JVM, by turns.",
    mixinStandardHelpOptions = true)
public final class OpenCommand implements Callable<Integer>
{
    private static final double MAX_RATIO = 1.5;
    private static final long MAX_MS = 2_000;
    private static final int CHUNK_LENGTH = 1_304;
    private static final int FRAMES_A_BLOCK = 250;

    private static final byte[] CHUNK = new byte[CHUNK_LENGTH];

    @Option(names = "--small-mb", defaultValue = "10", paramLabel = "N", description = "${DEFAULT-VALUE}.")
    private long smallMegabytes;

    @Option(names = "--large-mb", defaultValue = "4096", paramLabel = "N", description = "${DEFAULT-VALUE}.")
    private long largeMegabytes;

    @Option(names = "--runs", defaultValue = "5", paramLabel = "N", description = "Of each; ${DEFAULT-VALUE}.")
    private int runs;

    @Option(names = "--dir", paramLabel = "DIR", description = "For the journals; a new one, deleted afterwards.")
    private @Nullable Path dir;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final PrintWriter out = spec.commandLine().getOut();
        final Path folder = null == dir ? Files.createTempDirectory("fragcast-open-") : Files.createDirectories(dir);
        try
        {
            final Path small = folder.resolve("small");
            final Path large = folder.resolve("large");
            final long smallBlocks = write(small, smallMegabytes << 20);
            final long largeBlocks = write(large, largeMegabytes << 20);
            final long[] smallMs = new long[runs];
            final long[] largeMs = new long[runs];
            for (int i = 0; i < runs; i++)
            {
                smallMs[i] = open(small, smallBlocks / 2 + 1);
                largeMs[i] = open(large, largeBlocks / 2 + 1);
            }
            Arrays.sort(smallMs);
            Arrays.sort(largeMs);
            final double ratio = (double)largeMs[runs / 2] / smallMs[runs / 2];
            final boolean isHeld = ratio <= MAX_RATIO && largeMs[runs / 2] <= MAX_MS && smallMs[runs / 2] <= MAX_MS;
            out.printf("%d MB: median %d ms %s%n", smallMegabytes, smallMs[runs / 2], Arrays.toString(smallMs));
            out.printf("%d MB: median %d ms %s%n", largeMegabytes, largeMs[runs / 2], Arrays.toString(largeMs));
            out.printf("ratio %.2f, at most %.1f: %s%n", ratio, MAX_RATIO, isHeld ? "HELD" : "MISSED");
            out.flush();

            return isHeld ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }
        finally
        {
            if (null == dir)
            {
                IoUtil.delete(folder.toFile(), true);
            }
        }
    }

    /** Journals chunks by the production agent; returns the number of blocks. */
    private static long write(final Path folder, final long bytes) throws IOException
    {
        final JournalConfig config = JournalConfig.production(folder);
        final Counters counters = Counters.inMemory();
        final ChronicleJournal journal = ChronicleJournal.open(config);
        final JournalNotes notes = journal.notes();
        final JournalRing ring = new JournalRing(config.ringLength(), counters);
        final JournalAgent agent = new JournalAgent(
            new JournalRing[]{ring},
            journal,
            new JournalKeeper(
                notes,
                JournalIndex.open(journal, notes),
                config.retention(),
                () -> JournalKeeper.NO_FLOOR,
                SystemEpochNanoClock.INSTANCE,
                counters),
            DiskGuard.of(config),
            SystemNanoClock.INSTANCE,
            counters);
        final int frameLength = MessageHeaderEncoder.ENCODED_LENGTH + FragChunkEncoder.BLOCK_LENGTH +
            FragChunkEncoder.chunkHeaderLength() + CHUNK_LENGTH;
        final UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(frameLength));
        final FragChunkEncoder chunk = new FragChunkEncoder();
        final MessageHeaderEncoder header = new MessageHeaderEncoder();
        long frames = 0;
        for (long written = 0; written < bytes; written += frameLength)
        {
            chunk.wrapAndApplyHeader(frame, 0, header)
                .chainId(1)
                .blockNumber(1 + frames / FRAMES_A_BLOCK)
                .incarnation(1)
                .leaderTerm(1)
                .seq(0)
                .index(frames % FRAMES_A_BLOCK)
                .putChunk(CHUNK, 0, CHUNK_LENGTH);
            ring.onAccepted(frame, 0, frameLength, 1, 0, System.currentTimeMillis() * 1_000_000L);
            frames++;
            if (0 == frames % FRAMES_A_BLOCK)
            {
                drain(ring, agent, folder);
            }
        }
        agent.onClose();
        final long lost = counters.get(FragcastCounter.JOURNAL_FRAMES_LOST).get();
        if (0 != lost)
        {
            throw new IOException(lost + " frames are not in the journal in " + folder);
        }

        return (frames + FRAMES_A_BLOCK - 1) / FRAMES_A_BLOCK;
    }

    /** The ring never waits, so that the writer does: a block is more than one batch. */
    private static void drain(final JournalRing ring, final JournalAgent agent, final Path folder) throws IOException
    {
        while (0 < ring.buffer().size())
        {
            if (0 == agent.doWork())
            {
                throw new IOException("no room for the journal in " + folder);
            }
        }
    }

    private static long open(final Path folder, final long height) throws IOException, InterruptedException
    {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmOptions.read());
        command.addAll(List.of(
            "-cp", System.getProperty("java.class.path"),
            OpenRun.class.getName(), folder.toString(), Long.toString(height)));
        final Process process = new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8))
        {
            final String line = reader.readLine();
            if (0 != process.waitFor() || null == line)
            {
                throw new IOException("the journal in " + folder + " does not open");
            }
            final String[] words = line.split(" ");
            if (FRAMES_A_BLOCK != Long.parseLong(words[1]))
            {
                throw new IOException("block " + height + " has " + words[1] + " frames");
            }

            return Long.parseLong(words[0]);
        }
    }
}
