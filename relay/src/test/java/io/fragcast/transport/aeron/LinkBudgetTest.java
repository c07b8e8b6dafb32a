package io.fragcast.transport.aeron;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The formulas of ARCHITECTURE.md, worked out by hand for a rack, a continent and the globe, with groups of 2, 20 and
 * 200; then each clamp at its limit and one step past it. 1 Gbit/s, frags of up to 192 KiB every 200 ms.
 */
class LinkBudgetTest
{
    private static final long RATE = 125_000_000L;
    private static final int BURST = 192 * 1024;
    private static final long CADENCE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    @ParameterizedTest
    @CsvSource({
        // RTT us, group, window KiB, term KiB, linger us, NAK delay us, backoff us, retry ratio, close linger ms,
        // hole us, stuck ms, half open ms
        "100,     2,    256,    512,  200,  25,   200, 5,  100,    300,   50, 1000",
        "100,     20,   256,    512,  200,  25,   200, 5,  100,    300,   50, 1000",
        "100,     200,  256,    512,  200,  25,   200, 5,  100,    300,   50, 1000",
        "10000,   2,    2048,  4096, 1000, 100, 20000, 125, 100,  10200,  200, 1000",
        "10000,   20,   2048,  4096, 1000, 100, 20000, 125, 100,  10200,  200, 1000",
        "10000,   200,  2048,  4096, 1000, 100, 20000, 125, 100,  10200,  200, 1000",
        "100000,  2,   16384, 32768, 1000, 100, 200000, 1250, 1000, 100200, 2000, 2000",
        "100000,  20,  16384, 32768, 1000, 100, 200000, 1250, 1000, 100200, 2000, 2000",
        "100000,  200, 16384, 32768, 1000, 100, 200000, 1250, 1000, 100200, 2000, 2000"})
    void shouldFollowTheFormulas(
        final long rttUs,
        final int groupSize,
        final int windowKiB,
        final int termKiB,
        final long lingerUs,
        final long nakDelayUs,
        final long backoffUs,
        final long retryRatio,
        final long closeLingerMs,
        final long holeUs,
        final long stuckMs,
        final long halfOpenMs)
    {
        final LinkBudget budget = budget(TimeUnit.MICROSECONDS.toNanos(rttUs)).forGroup(groupSize);

        assertThat(budget.groupSize()).isEqualTo(groupSize);
        assertThat(budget.windowBytes()).isEqualTo(windowKiB << 10);
        assertThat(LinkBudget.termLength(budget.windowBytes(), 1_408)).isEqualTo(termKiB << 10);
        assertThat(budget.windowBytes(StreamKind.REQUEST, 1_408)).isEqualTo(32 << 10);
        assertThat(budget.windowBytes(StreamKind.RESPONSE, 1_408)).isEqualTo(64 << 10);
        assertThat(budget.retransmitLingerNs()).isEqualTo(TimeUnit.MICROSECONDS.toNanos(lingerUs));
        assertThat(budget.nakDelayNs()).isEqualTo(TimeUnit.MICROSECONDS.toNanos(nakDelayUs));
        assertThat(budget.nakBackoffNs()).isEqualTo(TimeUnit.MICROSECONDS.toNanos(backoffUs));
        assertThat(budget.nakRetryRatio()).isEqualTo(retryRatio);
        assertThat(budget.publicationLingerNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(closeLingerMs));
        assertThat(budget.holeNs()).isEqualTo(TimeUnit.MICROSECONDS.toNanos(holeUs));
        assertThat(budget.stuckNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(stuckMs));
        assertThat(budget.halfOpenNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(halfOpenMs));
    }

    @Test
    void shouldHoldABurstOrWhatIsUnderWay()
    {
        assertThat(new LinkBudget(0, 1, CADENCE_NS, 1_000, 32 << 10).windowBytes()).isEqualTo(32 << 10);
        assertThat(new LinkBudget(0, 1, CADENCE_NS, 1_000, (32 << 10) + 1).windowBytes()).isEqualTo(64 << 10);
        assertThat(new LinkBudget(0, 1, CADENCE_NS, 1_000, 1).windowBytes()).as("half a term of 64 KiB")
            .isEqualTo(32 << 10);
        assertThat(budget(TimeUnit.HOURS.toNanos(1)).windowBytes()).as("half a term of 1 GiB").isEqualTo(512 << 20);
        assertThat(LinkBudget.termLength(512 << 20, 1_408)).isEqualTo(1 << 30);
        assertThat(LinkBudget.termLength(1, 8_192)).isEqualTo(64 << 10);
        assertThat(LinkBudget.termLength(64 << 10, 65_504)).as("a datagram is an eighth of a term at most")
            .isEqualTo(512 << 10);
        assertThat(budget(0).windowBytes(StreamKind.REQUEST, 65_504)).as("one frame at least").isEqualTo(64 << 10);
    }

    @Test
    void shouldBoundTheRetransmitLingerByRttAndCadence()
    {
        final long least = TimeUnit.MICROSECONDS.toNanos(200);
        final long most = TimeUnit.MILLISECONDS.toNanos(1);

        assertThat(budget(least).retransmitLingerNs()).isEqualTo(least);
        assertThat(budget(least + 1).retransmitLingerNs()).isEqualTo(least + 1);
        assertThat(budget(most).retransmitLingerNs()).isEqualTo(most);
        assertThat(budget(most + 1).retransmitLingerNs()).isEqualTo(most);
        assertThat(cadence(20 * least).retransmitLingerNs()).isEqualTo(least);
        assertThat(cadence(20 * least - 1).retransmitLingerNs()).as("never below the least").isEqualTo(least);
        assertThat(cadence(20 * least + 20).retransmitLingerNs()).isEqualTo(least + 1);
        assertThat(cadence(20 * most + 20).retransmitLingerNs()).isEqualTo(most);
    }

    @Test
    void shouldBoundTheNakDelays()
    {
        assertThat(budget(0).nakDelayNs()).isEqualTo(1_000);
        assertThat(budget(4_000).nakDelayNs()).isEqualTo(1_000);
        assertThat(budget(4_004).nakDelayNs()).isEqualTo(1_001);
        assertThat(budget(400_000).nakDelayNs()).isEqualTo(100_000);
        assertThat(budget(400_004).nakDelayNs()).isEqualTo(100_000);

        assertThat(budget(100_000).nakBackoffNs()).isEqualTo(200_000);
        assertThat(budget(100_001).nakBackoffNs()).isEqualTo(200_002);

        assertThat(budget(80_000).nakRetryRatio()).as("0.1 ms of 20 us").isEqualTo(5);
        assertThat(budget(0).nakRetryRatio()).as("0.1 ms of 1 us").isEqualTo(100);
    }

    @Test
    void shouldBoundTheOtherTimes()
    {
        assertThat(budget(TimeUnit.MILLISECONDS.toNanos(10) + 1).publicationLingerNs())
            .isEqualTo(TimeUnit.MILLISECONDS.toNanos(100) + 10);
        assertThat(budget(TimeUnit.MILLISECONDS.toNanos(500)).publicationLingerNs())
            .isEqualTo(TimeUnit.SECONDS.toNanos(5));
        assertThat(budget(TimeUnit.MILLISECONDS.toNanos(500) + 1).publicationLingerNs())
            .isEqualTo(TimeUnit.SECONDS.toNanos(5));
        assertThat(budget(2_500_000).stuckNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(budget(2_500_001).stuckNs()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(50) + 20);
        assertThat(budget(50_000_000).halfOpenNs()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
        assertThat(budget(50_000_001).halfOpenNs()).isEqualTo(TimeUnit.SECONDS.toNanos(1) + 20);
    }

    @Test
    void shouldRefuseWhatIsNoPath()
    {
        assertThatThrownBy(() -> budget(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("rtt");
        assertThatThrownBy(() -> budget(0).forGroup(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LinkBudget(0, 1, 0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LinkBudget(0, 1, 0, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static LinkBudget budget(final long rttNs)
    {
        return new LinkBudget(rttNs, 1, CADENCE_NS, RATE, BURST);
    }

    private static LinkBudget cadence(final long cadenceNs)
    {
        return new LinkBudget(TimeUnit.SECONDS.toNanos(1), 1, cadenceNs, RATE, BURST);
    }
}
