package io.fragcast.transport.aeron;

import io.aeron.ChannelUri;
import org.agrona.SystemUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The formulas of {@link LinkBudget} at known paths, what the kernel cuts, and the channels that come of it.
 */
class ChannelConfigTest
{
    private static final KernelLimits FOUR_MB = new KernelLimits(4 * 1024 * 1024, 4 * 1024 * 1024);

    @Test
    void shouldDeriveAQuarterMegabyteWindowOnALan()
    {
        final ChannelConfig channel = unicast(LinkBudget.LAN, FOUR_MB);

        assertEquals(256 * 1024, channel.windowBytes());
        assertEquals(512 * 1024, channel.termLength());
        assertEquals(512 * 1024, channel.receiveBufferBytes());
        assertEquals(200_000, LinkBudget.LAN.retransmitLingerNs());
        assertEquals(25_000, channel.nakDelayNs());
        assertEquals(5, LinkBudget.LAN.nakRetryRatio(), "a NAK again after 125 us");
        assertTrue(channel.grants().stream().noneMatch(Grant::isCut));
    }

    /** Aeron bounds what its sender reads at once by 65,504, by an eighth of a term and by the send buffer. */
    @ParameterizedTest
    @CsvSource({
        "1408, 4194304, 8",
        "1408, 131072, 8",
        "1408, 32768, 5",
        "8192, 4194304, 7",
        "8224, 4194304, 7",
        "32736, 4194304, 2",
        "32768, 4194304, 1",
        "65504, 4194304, 1"
    })
    void shouldSendAsManyDatagramsATurnAsAeronAllows(final int mtu, final int bufferMax, final int datagrams)
    {
        final ChannelConfig channel = ChannelConfig.unicast(
            "127.0.0.1:4001", 1001, 7, mtu, LinkBudget.LAN, new KernelLimits(bufferMax, bufferMax));

        assertEquals(datagrams, channel.datagramsATurn(), channel::toString);
        assertEquals(datagrams * mtu, mtuOf(channel.batchedPublicationUri()));
        assertEquals(mtu, mtuOf(channel.publicationUri()));
    }

    private static long mtuOf(final String uri)
    {
        return SystemUtil.parseSize("mtu", ChannelUri.parse(uri).get("mtu"));
    }

    @ParameterizedTest
    @CsvSource({
        // RTT us, cadence ms -> linger us, NAK delay us, NAK retry us at least
        "0, 200, 200, 1, 100",
        "100, 200, 200, 25, 125",
        "500, 200, 500, 100, 625",
        "80000, 200, 1000, 100, 100000",
        "80000, 8, 400, 100, 100000",
        "80000, 1, 200, 100, 100000"
    })
    void shouldDeriveTimersOfThePath(
        final long rttUs, final long cadenceMs, final long lingerUs, final long nakDelayUs, final long nakRetryUs)
    {
        final LinkBudget budget = new LinkBudget(
            TimeUnit.MICROSECONDS.toNanos(rttUs), 1, TimeUnit.MILLISECONDS.toNanos(cadenceMs), 125_000_000, 64 * 1024);

        assertEquals(TimeUnit.MICROSECONDS.toNanos(lingerUs), budget.retransmitLingerNs());
        assertEquals(TimeUnit.MICROSECONDS.toNanos(nakDelayUs), budget.nakDelayNs());
        final long retryNs = budget.nakDelayNs() * budget.nakRetryRatio();
        assertTrue(retryNs >= TimeUnit.MICROSECONDS.toNanos(nakRetryUs) && retryNs < 2 * nakRetryUs * 1000);
    }

    @Test
    void shouldTakeWhatTheKernelGrantsAndSayWhatLiftsIt()
    {
        final LinkBudget ocean = new LinkBudget(
            TimeUnit.MILLISECONDS.toNanos(80), 1, TimeUnit.MILLISECONDS.toNanos(200), 125_000_000, 64 * 1024);
        final ChannelConfig channel = unicast(ocean, FOUR_MB);

        assertEquals(16 * 1024 * 1024, ocean.windowBytes());
        assertEquals(4 * 1024 * 1024, channel.windowBytes());
        assertEquals(4 * 1024 * 1024, channel.receiveBufferBytes());
        assertEquals(
            "window wanted 16777216 granted 4194304 (sysctl -w net.core.rmem_max=16777216)",
            channel.grants().get(0).toString());
        assertTrue(channel.grants().stream().allMatch(Grant::isCut));
    }

    @Test
    void shouldReadTheWholeOfAKernelLimit()
    {
        // The least that any kernel ships with is 208 KiB; its first digit alone would be below ten.
        final KernelLimits limits = KernelLimits.ofThisHost();

        assertTrue(limits.receiveBufferMax() >= 128 * 1024, limits::toString);
        assertTrue(limits.sendBufferMax() >= 128 * 1024, limits::toString);
    }

    @Test
    void shouldPinTheSessionAndStampTheHopFieldsAtBothEnds()
    {
        final ChannelConfig channel = unicast(LinkBudget.LAN, FOUR_MB);

        assertEquals(
            "aeron:udp?endpoint=127.0.0.1:14040|mtu=1408|term-length=512k|session-id=-7|linger=100ms|eos=false|" +
                "so-sndbuf=256k|channel-snd-ts-offset=8",
            channel.publicationUri());
        assertEquals(
            "aeron:udp?endpoint=127.0.0.1:14040|session-id=-7|reliable=true|so-rcvbuf=512k|rcv-wnd=256k|" +
                "channel-rcv-ts-offset=16|nak-delay=25us",
            channel.subscriptionUri());
        assertFalse(channel.isMulticast());
    }

    @Test
    void shouldGiveALinkSmallTermsAndTheServerAlonePorts()
    {
        final LinkConfig link = LinkConfig.of(
            "10.0.0.1:14042", "10.0.0.1:14046", 1003, -7, 8, 1408, LinkBudget.LAN, FOUR_MB);

        assertEquals(
            "aeron:udp?endpoint=10.0.0.1:14042|mtu=1408|term-length=64k|session-id=-7|linger=0ns|eos=false|" +
                "so-sndbuf=32k|response-correlation-id=99",
            link.request().publicationUri(99));
        assertEquals(
            "aeron:udp?endpoint=10.0.0.1:14042|session-id=-7|reliable=true|so-rcvbuf=256k|rcv-wnd=32k|nak-delay=25us",
            link.request().subscriptionUri());
        assertEquals(
            "aeron:udp?control=10.0.0.1:14046|control-mode=response|mtu=1408|term-length=128k|session-id=8|" +
                "linger=0ns|eos=false|so-sndbuf=64k|response-correlation-id=99",
            link.response().publicationUri(99));
        assertEquals(
            "aeron:udp?control=10.0.0.1:14046|session-id=8|reliable=true|so-rcvbuf=128k|rcv-wnd=64k|nak-delay=25us",
            link.response().subscriptionUri());
        assertThrows(IllegalArgumentException.class, () -> link.request().publicationUri());
    }

    @Test
    void shouldFitALinkIntoAnyMtu()
    {
        final LinkConfig link = LinkConfig.of(
            "10.0.0.1:14042", "10.0.0.1:14046", 1003, -7, 8, 65504, LinkBudget.LAN, FOUR_MB);

        assertEquals(512 * 1024, link.request().termLength());
        assertEquals(512 * 1024, link.response().termLength());
    }

    @ParameterizedTest
    @CsvSource({
        // RTT us -> hole us, stuck ms, half open ms
        "0, 200, 50, 1000",
        "100, 300, 50, 1000",
        "5000, 5200, 100, 1000",
        "80000, 80200, 1600, 1600"
    })
    void shouldDeriveHowLongToWaitForAeronsOwnRepair(
        final long rttUs, final long holeUs, final long stuckMs, final long halfOpenMs)
    {
        final LinkBudget budget = new LinkBudget(
            TimeUnit.MICROSECONDS.toNanos(rttUs), 1, TimeUnit.MILLISECONDS.toNanos(200), 125_000_000, 64 * 1024);

        assertEquals(TimeUnit.MICROSECONDS.toNanos(holeUs), budget.holeNs());
        assertEquals(TimeUnit.MILLISECONDS.toNanos(stuckMs), budget.stuckNs());
        assertEquals(TimeUnit.MILLISECONDS.toNanos(halfOpenMs), budget.halfOpenNs());
    }

    @Test
    void shouldLeaveHolesOfAGroupToRepairUnlessItMustLoseNothing()
    {
        final ChannelConfig group = ChannelConfig.multicast(
            "224.0.1.1:14040", "127.0.0.1", 1001, 7, 1408, LinkBudget.LAN, FOUR_MB);

        assertTrue(group.isMulticast());
        assertTrue(group.subscriptionUri().contains("interface=127.0.0.1"));
        assertTrue(group.subscriptionUri().contains("reliable=false"));
        assertFalse(group.publicationUri().contains("fc="));
        assertTrue(group.losslessGroup().subscriptionUri().contains("reliable=true"));
        assertTrue(group.losslessGroup().publicationUri().contains("fc=min"));
    }

    @Test
    void shouldRefuseAWindowThatNoSocketHolds()
    {
        final KernelLimits tiny = new KernelLimits(1024, 1024);

        assertThrows(IllegalArgumentException.class, () -> unicast(LinkBudget.LAN, tiny));
    }

    private static ChannelConfig unicast(final LinkBudget budget, final KernelLimits limits)
    {
        return ChannelConfig.unicast("127.0.0.1:14040", 1001, -7, 1408, budget, limits);
    }
}
