package io.fragcast.bench.catchup;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where the time of this process's running threads goes, by the JVM's own samples: each counts for what its innermost
 * telling frame does. What waits in the kernel is no sample.
 */
final class TimeShares implements AutoCloseable
{
    /** What a thread may be doing. */
    private enum Work
    {
        /** SHA-256 of chunks and messages, Keccak of the transactions root. */
        HASHING("sun.security.provider.", "java.security.MessageDigest", "io.fragcast.ethereum.",
            "io.fragcast.protocol.block.FrameDigest"),
        /** Through JNI. */
        SIGNATURES("fr.acinq.secp256k1.", "io.fragcast.crypto."),
        /** Holders look up what they send, in memory and in the journal. */
        READING("io.fragcast.protocol.repair.", "io.fragcast.journal.JournalArchive",
            "io.fragcast.journal.chronicle.ChronicleJournalReader", "io.fragcast.protocol.sync.StreamSe"),
        /** What was accepted is written down. */
        JOURNALING("io.fragcast.journal.", "io.fragcast.agent.JournalAgent"),
        /** Media drivers and clients. */
        TRANSPORT("io.aeron.", "io.fragcast.transport."),
        /** The rest of Fragcast. */
        OTHER("io.fragcast.");

        private final List<String> prefixes;

        Work(final String... prefixes)
        {
            this.prefixes = List.of(prefixes);
        }

        private static @Nullable Work of(final String type)
        {
            for (final Work work : values())
            {
                for (final String prefix : work.prefixes)
                {
                    if (type.startsWith(prefix))
                    {
                        return work;
                    }
                }
            }

            return null;
        }
    }

    private static final Duration PERIOD = Duration.ofMillis(10);

    private final Recording recording = new Recording();
    private final Map<Work, Integer> samples = new EnumMap<>(Work.class);
    private int count;

    /** Nothing is sampled yet. */
    TimeShares()
    {
        recording.enable("jdk.ExecutionSample").withPeriod(PERIOD);
        recording.enable("jdk.NativeMethodSample").withPeriod(PERIOD);
    }

    void start()
    {
        recording.start();
    }

    /** Ends the sampling, and adds it up. */
    void stop(final Path folder) throws IOException
    {
        recording.stop();
        final Path file = folder.resolve("catchup.jfr");
        recording.dump(file);
        for (final RecordedEvent event : RecordingFile.readAllEvents(file))
        {
            final Work work = workOf(event.getStackTrace());
            if (null != work)
            {
                samples.merge(work, 1, Integer::sum);
                count++;
            }
        }
        Files.delete(file);
    }

    /** {@code hashing 30 %  signatures 12 % ...  of 812 samples}. */
    String line()
    {
        final StringBuilder line = new StringBuilder();
        for (final Work work : Work.values())
        {
            line.append(String.format(Locale.ROOT, "%s %.0f %%  ",
                work.name().toLowerCase(Locale.ROOT), 100.0 * samples.getOrDefault(work, 0) / Math.max(1, count)));
        }

        return line.append("of ").append(count).append(" samples").toString();
    }

    @Override
    public void close()
    {
        recording.close();
    }

    /** The innermost frame that says something; a thread that idles or selects is at no work. */
    private static @Nullable Work workOf(final @Nullable RecordedStackTrace stack)
    {
        if (null == stack)
        {
            return null;
        }
        for (final RecordedFrame frame : stack.getFrames())
        {
            final String type = frame.getMethod().getType().getName();
            if (type.startsWith("org.agrona.concurrent.") && type.endsWith("IdleStrategy"))
            {
                return null;
            }
            final Work work = Work.of(type);
            if (null != work)
            {
                return work;
            }
        }

        return null;
    }
}
