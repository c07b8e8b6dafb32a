package io.fragcast.cli;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process that was stopped for longer than Aeron waits for a sign of life has lost its media driver for good: it says
 * so and ends with 1, so that a supervisor starts it again, whatever thread runs the driver. One that was stopped for
 * less goes on.
 */
@Timeout(150)
class StandstillSystemTest
{
    private static final Duration LIVENESS = Duration.ofSeconds(5);
    private static final List<String> SHORT_LIVENESS =
        List.of("-Daeron.client.liveness.timeout=" + LIVENESS.toSeconds() + "s");

    @RegisterExtension
    private final FragcastProcesses processes = new FragcastProcesses();

    @Test
    void shouldEndAfterAStandstillThatLostTheDriver()
    {
        NodeFiles.write(processes, false, "wait");
        final FragcastProcess invoker = start("sequencer", SHORT_LIVENESS, "invoker");
        final FragcastProcess shared = start("replica", SHORT_LIVENESS, "shared");
        final FragcastProcess patient = start("relay", List.of(), "invoker");
        patient.awaitSaid("reaches 1 of 1 sinks");

        stopAll("STOP", invoker, shared, patient);
        final long stoppedNs = System.nanoTime();
        Awaitility.await("longer than the driver waits").atMost(LIVENESS.multipliedBy(2))
            .until(() -> System.nanoTime() - stoppedNs > LIVENESS.plusSeconds(2).toNanos());
        stopAll("CONT", invoker, shared, patient);

        for (final FragcastProcess lost : List.of(invoker, shared))
        {
            lost.awaitSaid(": ends: the media driver is lost");
            assertThat(lost.awaitExit()).as("of " + lost.err()).isEqualTo(ExitCodes.FAILED);
        }
        assertThat(patient.isAlive()).isTrue();
        assertThat(patient.err()).doesNotContain(": ends: ");
    }

    private FragcastProcess start(final String role, final List<String> jvmOptions, final String threads)
    {
        return processes.startWith(jvmOptions, role, role, "--config", role + ".toml", "--threads-mode", threads)
            .awaitSaid("running");
    }

    private static void stopAll(final String signal, final FragcastProcess... all)
    {
        for (final FragcastProcess process : all)
        {
            process.signal(signal);
        }
    }
}
