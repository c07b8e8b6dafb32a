package io.fragcast.bench.compare;

import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of one contender: all receivers in one process on the last core, the publisher in another on the first.
 */
final class PairRun
{
    private static final long READY_TIMEOUT_S = 60;
    private static final long EXTRA_TIMEOUT_S = 60;
    /**
     * More than this share of sends behind time: the rate was missed. Two threads that spin on two virtual cores lose a
     * few milliseconds many times a second, and what fell into them is charged by its latency.
     */
    private static final double LATE_LIMIT = 0.05;
    /** What the shell says of its own time, and on the next line of its children's. */
    private static final Pattern CPU_TIMES = Pattern.compile("(\\d+)m([\\d.]+)s (\\d+)m([\\d.]+)s");
    private static final Pattern LATE = Pattern.compile("\"late\":(\\d+)");
    private static final Pattern DELIVERED = Pattern.compile("\"delivered\":(\\d+)");
    private static final Pattern ELAPSED = Pattern.compile("\"elapsedNs\":(\\d+)");
    private static final Pattern VERIFY = Pattern.compile("\"verifyNs\":(\\d+)");
    private static final Pattern BAD = Pattern.compile("\"bad\":(\\d+)");
    private static final int SECONDS_PER_MINUTE = 60;
    /** /proc/stat counts in hundredths of a second on every Linux that matters. */
    private static final double TICKS_PER_SECOND = 100;

    /** What a run took of the machine. */
    private record Cost(double cpuSeconds, long wireBytes, double foreign)
    {
    }

    private final Path dir;
    private final Wire wire;
    private final boolean isPinning = PeerPrograms.isOnPath("taskset");
    private final int lastCore = Runtime.getRuntime().availableProcessors() - 1;

    PairRun(final Path dir, final Wire wire)
    {
        this.wire = wire;
        this.dir = dir;
    }

    /** Runs it; what goes wrong with the processes is in the result. */
    Measured run(final Contender contender, final Workload workload, final int port, final String name)
        throws IOException, InterruptedException
    {
        final Path deliveries = dir.resolve(name + ".deliveries");
        final Path departures = dir.resolve(name + ".departures");
        final Path receiverLog = dir.resolve(name + ".receive.log");
        final Path senderLog = dir.resolve(name + ".send.log");
        final double busyBefore = busySeconds();
        final long startNs = System.nanoTime();
        final Process receiver = start(
            wire.receiver(), contender.receive(workload, port, deliveries.toString()), lastCore, receiverLog);
        Process sender = null;
        try
        {
            if (!awaitReady(receiver, receiverLog))
            {
                return Measured.failed(
                    "the receiver was not ready within " + READY_TIMEOUT_S + " s, see " + receiverLog);
            }
            final long bytesBefore = wire.bytes();
            sender = start(wire.sender(), contender.send(workload, port, departures.toString()), 0, senderLog);
            final long timeoutS =
                EXTRA_TIMEOUT_S + (0 == workload.rate() ? 0 : (long)(workload.count() / workload.rate()));
            final boolean isReceived = receiver.waitFor(timeoutS, TimeUnit.SECONDS);
            // A sender goes on repairing until then.
            sender.getOutputStream().close();
            if (!isReceived || !sender.waitFor(timeoutS, TimeUnit.SECONDS))
            {
                return Measured.failed("not over within " + timeoutS + " s, see " + senderLog);
            }
            if (0 != sender.exitValue() || 0 != receiver.exitValue())
            {
                return Measured.failed("exit codes " + sender.exitValue() + ", " + receiver.exitValue() + ", see " +
                    senderLog + " and " + receiverLog);
            }
            final double elapsed = (System.nanoTime() - startNs) / 1e9;
            final double cpuSeconds = cpuSeconds(senderLog) + cpuSeconds(receiverLog);
            final double foreign = Math.max(0, busySeconds() - busyBefore - cpuSeconds) / (elapsed * (lastCore + 1));

            final long bad = number(BAD, receiverLog);
            if (0 < bad)
            {
                return Measured.failed(bad + " messages came spoilt, see " + receiverLog);
            }

            return read(
                deliveries,
                contender.isHop() ? departures : null,
                workload,
                senderLog,
                receiverLog,
                new Cost(cpuSeconds, wire.bytes() - bytesBefore, foreign));
        }
        finally
        {
            stop(receiver);
            if (null != sender)
            {
                stop(sender);
            }
            Files.deleteIfExists(deliveries);
            Files.deleteIfExists(departures);
        }
    }

    private Process start(final List<String> place, final List<String> program, final int core, final Path log)
        throws IOException
    {
        final List<String> command = new ArrayList<>(List.of(
            "bash", "-c", "\"$@\"; code=$?; times; exit $code", "bash"));
        command.addAll(place);
        if (isPinning)
        {
            command.addAll(List.of("taskset", "-c", Integer.toString(core)));
        }
        command.addAll(program);
        command.addAll(wire.addresses());

        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    static boolean awaitReady(final Process process, final Path log) throws IOException, InterruptedException
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_TIMEOUT_S);
        while (System.nanoTime() - deadlineNs < 0)
        {
            if (Files.exists(log) && Files.readString(log).lines().anyMatch("READY"::equals))
            {
                return true;
            }
            if (process.waitFor(20, TimeUnit.MILLISECONDS))
            {
                return false;
            }
        }

        return false;
    }

    private static void stop(final Process process) throws InterruptedException
    {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }

    private static Measured read(
        final Path deliveries,
        final @Nullable Path departures,
        final Workload workload,
        final Path senderLog,
        final Path receiverLog,
        final Cost cost) throws IOException
    {
        final long late = number(LATE, senderLog);
        final long[] departedNs = null == departures ? new long[0] : departed(departures, workload.count());
        final UnsafeBuffer records = new UnsafeBuffer(Files.readAllBytes(deliveries));
        final long[] first = new long[workload.count()];
        final long[] last = new long[workload.count()];
        final int[] replicas = new int[workload.count()];
        Arrays.fill(first, Long.MAX_VALUE);
        int received = 0;
        for (int offset = 0; offset < records.capacity(); offset += DeliveryLog.RECORD_LENGTH)
        {
            final int message = records.getInt(offset, ByteOrder.LITTLE_ENDIAN);
            final long valueNs = records.getLong(offset + 8, ByteOrder.LITTLE_ENDIAN);
            final long latencyNs = Math.max(0, Math.min(
                Measured.HIGHEST_NS, null == departures ? valueNs : valueNs - departedNs[message]));
            first[message] = Math.min(first[message], latencyNs);
            last[message] = Math.max(last[message], latencyNs);
            replicas[message]++;
            received++;
        }
        final int expected = null == departures ? workload.replicas() : 1;
        final Histogram toAll = Measured.newHistogram();
        final Histogram toFirst = Measured.newHistogram();
        for (int i = workload.warmup(); i < workload.count(); i++)
        {
            if (replicas[i] == expected)
            {
                toAll.recordValue(last[i]);
                toFirst.recordValue(first[i]);
            }
        }
        final int measured = workload.count() - workload.warmup();
        final long elapsedNs = number(ELAPSED, receiverLog);
        final long verifyNs = number(VERIFY, receiverLog);
        final String failure = late > LATE_LIMIT * measured ?
            "rate not reached: " + late + " of " + measured + " sends were late" :
            0 == toAll.getTotalCount() ? "no message reached all replicas" : "";

        return new Measured(
            toAll,
            toFirst,
            null == departures ?
                (long)workload.count() * expected - received : workload.count() - number(DELIVERED, senderLog),
            late,
            cost.cpuSeconds,
            cost.wireBytes,
            cost.foreign,
            0 == elapsedNs ? 0 : (measured - 1) * 1e9 / elapsedNs,
            verifyNs,
            failure);
    }

    private static long[] departed(final Path departures, final int count) throws IOException
    {
        final UnsafeBuffer records = new UnsafeBuffer(Files.readAllBytes(departures));
        final long[] departedNs = new long[count];
        for (int offset = 0; offset < records.capacity(); offset += DeliveryLog.RECORD_LENGTH)
        {
            departedNs[records.getInt(offset, ByteOrder.LITTLE_ENDIAN)] =
                records.getLong(offset + 8, ByteOrder.LITTLE_ENDIAN);
        }

        return departedNs;
    }

    private static long number(final Pattern pattern, final Path log) throws IOException
    {
        final Matcher matcher = pattern.matcher(Files.readString(log));

        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private static double cpuSeconds(final Path log) throws IOException
    {
        double seconds = 0;
        final Matcher matcher = CPU_TIMES.matcher(Files.readString(log));
        while (matcher.find())
        {
            seconds = SECONDS_PER_MINUTE * (Long.parseLong(matcher.group(1)) + Long.parseLong(matcher.group(3))) +
                Double.parseDouble(matcher.group(2)) + Double.parseDouble(matcher.group(4));
        }

        return seconds;
    }

    /** User, nice, system, irq and softirq time of all cores; steal counts too, for it is taken from us. */
    private static double busySeconds() throws IOException
    {
        try (BufferedReader reader = Files.newBufferedReader(Path.of("/proc/stat"), StandardCharsets.US_ASCII))
        {
            final String[] fields = reader.readLine().trim().split("\\s+");
            long ticks = 0;
            for (final int field : new int[]{1, 2, 3, 6, 7, 8})
            {
                ticks += Long.parseLong(fields[field]);
            }

            return ticks / TICKS_PER_SECOND;
        }
    }
}
