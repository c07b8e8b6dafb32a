package io.fragcast.transport.aeron;

import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long the terms of an incoming stream are taken to be, by what its publishers announced and which of them is
 * followed: never longer than those of an image that there may be.
 */
class InboundSessionTest
{
    private static final int KIB = 1_024;
    private static final int OWN_LENGTH = 512 * KIB;
    private static final int FIRST = 7;
    private static final int SECOND = 8;

    private final ChannelConfig channel = ChannelConfig.unicast(
        "127.0.0.1:14040", 1_001, 5, 1_408, LinkBudget.LAN, new KernelLimits(4 << 20, 4 << 20));
    private final InboundSession session = new InboundSession(channel, null);

    @Test
    void shouldTakeTheTermsOfWhomeverItFollows()
    {
        assertThat(channel.termLength()).isEqualTo(OWN_LENGTH);
        assertThat(session.termLength()).as("nobody announced anything").isEqualTo(32 * KIB * KIB);

        assertThat(session.onSetup(FIRST, 256 * KIB)).isTrue();
        assertThat(session.termLength()).isEqualTo(256 * KIB);
        session.follow(FIRST, 256 * KIB, 0);
        assertThat(session.onSetup(FIRST, 256 * KIB)).isTrue();
        assertThat(session.onSetup(FIRST, OWN_LENGTH)).as("it was another length").isFalse();
        assertThat(session.onSetup(SECOND, OWN_LENGTH)).as("another is followed").isFalse();
        assertThat(session.foreignSetups()).isEqualTo(1);
        assertThat(session.termLength()).isEqualTo(256 * KIB);
        assertThat(session.onData(FIRST, 0, 64)).isTrue();

        session.followNone();
        assertThat(session.onSetup(SECOND, 2_048 * KIB)).isTrue();
        assertThat(session.termLength()).isEqualTo(2_048 * KIB);
        session.follow(SECOND, 2_048 * KIB, 2_048 * KIB);
        assertThat(session.onData(SECOND + 1, 64, 128)).as("the second term, as read").isTrue();
        assertThat(session.highestPosition()).isEqualTo(2_048 * KIB + 128);
    }

    /** Of two that announce themselves before one is followed nobody knows which has the image. */
    @Test
    void shouldTakeTheShortestThatWasAnnouncedUntilOneIsFollowed()
    {
        assertThat(session.onSetup(FIRST, 256 * KIB)).isTrue();
        assertThat(session.onSetup(SECOND, 4_096 * KIB)).isTrue();
        assertThat(session.termLength()).isEqualTo(256 * KIB);
        assertThat(session.onSetup(SECOND, 64 * KIB)).isTrue();
        assertThat(session.termLength()).isEqualTo(64 * KIB);

        session.follow(FIRST, 256 * KIB, 0);
        assertThat(session.termLength()).isEqualTo(256 * KIB);
    }

    @Test
    void shouldTakeNoLongerTermsOfALinkThanItsOwn()
    {
        final LinkConfig link = LinkConfig.of(
            "127.0.0.1:14042",
            "127.0.0.1:14046",
            1_003,
            5,
            6,
            1_408,
            new LinkBudget(TimeUnit.MILLISECONDS.toNanos(100), 1, 1, 125_000_000L, 1),
            new KernelLimits(4 << 20, 4 << 20));

        assertThat(link.request().maxTermLength()).isEqualTo(link.request().termLength()).isEqualTo(64 * KIB);
        assertThat(link.response().maxTermLength()).isEqualTo(link.response().termLength()).isEqualTo(128 * KIB);
        assertThat(channel.maxTermLength()).isEqualTo(32 * KIB * KIB);
    }
}
