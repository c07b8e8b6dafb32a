package io.fragcast.bench.compare;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Datagrams through two network namespaces, half of them lost, counted at the rule that loses them.
 */
class LossyNetworkSystemTest
{
    private static final int SENT = 400;
    /** Ten standard deviations from the half. */
    private static final int LEAST_LOST = 100;
    private static final int MOST_LOST = 300;

    @Test
    @Timeout(180)
    void shouldLoseItsShareAndLeaveNothingBehind() throws IOException, InterruptedException
    {
        final List<String> place;
        try (LossyNetwork network = tryOpen())
        {
            place = network.receiver();
            final long before = network.bytes();
            network.lose(50);
            said(network.sender(), "bash", "-c", "for i in {1.." + SENT + "}; do echo . > /dev/udp/10.98.0.2/9; done");

            assertThat(dropped(network)).isBetween(LEAST_LOST, MOST_LOST);
            assertThat(network.bytes() - before).isGreaterThan(SENT * 2L);

            network.lose(0);
            assertThat(said(network.receiver(), "iptables", "-S", "INPUT")).containsExactly("-P INPUT ACCEPT");
        }

        assertThat(String.join(" ", said(List.of(), "ip", "netns", "list")))
            .doesNotContain(place.get(place.size() - 1));
    }

    private static LossyNetwork tryOpen() throws InterruptedException
    {
        try
        {
            return LossyNetwork.open();
        }
        catch (final IOException ex)
        {
            System.out.println("SKIPPED, NOT TESTED: LossyNetworkSystemTest needs root, iproute2 and iptables: " +
                ex.getMessage());

            return Assumptions.abort("no network namespaces with iptables here: " + ex.getMessage());
        }
    }

    private static int dropped(final LossyNetwork network) throws IOException, InterruptedException
    {
        return said(network.receiver(), "iptables", "-L", "INPUT", "-v", "-x", "-n").stream()
            .filter((line) -> line.contains("DROP"))
            .mapToInt((line) -> Integer.parseInt(line.strip().split("\\s+")[0]))
            .sum();
    }

    private static List<String> said(final List<String> place, final String... command)
        throws IOException, InterruptedException
    {
        final List<String> all = new ArrayList<>(place);
        all.addAll(Stream.of(command).toList());
        final Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();

        return said.lines().toList();
    }
}
