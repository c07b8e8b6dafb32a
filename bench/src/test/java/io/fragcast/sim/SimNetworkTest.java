package io.fragcast.sim;

import io.fragcast.sim.SimNetwork.DropReason;
import io.fragcast.transport.SendResult;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a path does to a stream: a hundred numbered frames go in, the test looks at what comes out and at the account.
 */
class SimNetworkTest
{
    private static final int FRAMES = 100;
    private static final int FRAME_LENGTH = 40;
    private static final int MAX_FRAME_LENGTH = 1_376;
    private static final long MS = 1_000_000;

    private final EventQueue events = new EventQueue();
    private final SimNetwork network = new SimNetwork(events, new EventLog(events, null), (node) -> {});
    private final List<Integer> received = new ArrayList<>();

    @Test
    void shouldDeliverEverythingInOrderOverAReliablePathThatLoses()
    {
        final SimPath path = path(true, 0.3, 0.3, 0.3, 1 << 20);
        sendAll(path);
        receiveUntil(path, 10_000 * MS);

        assertThat(received).hasSize(FRAMES).isSorted().doesNotHaveDuplicates();
        assertThat(network.shortfall()).isEmpty();
    }

    @Test
    void shouldLoseAndDuplicateAndReorderOverALossyPath()
    {
        final SimPath path = path(false, 0.2, 0.2, 0.3, 1 << 20);
        sendAll(path);
        receiveUntil(path, 1_000 * MS);

        assertThat(network.dropped(DropReason.LOST)).isPositive();
        final List<Integer> sorted = received.stream().sorted().toList();
        assertThat(received).isNotEqualTo(sorted);
        assertThat(received.stream().distinct().count()).isLessThan(FRAMES).isLessThan(received.size());
        assertThat(network.shortfall()).isEmpty();
    }

    @Test
    void shouldPushBackWhileTheReceiverTakesNothing()
    {
        final SimPath path = path(true, 0, 0, 0, 10 * 96);
        final SimFrameSink sink = new SimFrameSink(path, MAX_FRAME_LENGTH, null);
        for (int i = 0; i < 10; i++)
        {
            send(sink, i);
        }
        assertThat(sink.tryClaim(FRAME_LENGTH)).isEqualTo(SendResult.BACK_PRESSURED);

        receiveUntil(path, 10 * MS);
        assertThat(received).hasSize(10);
        assertThat(sink.tryClaim(FRAME_LENGTH)).isEqualTo(SendResult.OK);
    }

    @Test
    void shouldHoldBackWhatIsCutAndDeliverItOnceMended()
    {
        final SimPath path = path(true, 0, 0, 0, 1 << 20);
        path.cut(true, false);
        sendAll(path);
        receiveUntil(path, 100 * MS);
        assertThat(received).isEmpty();

        path.mend();
        receiveUntil(path, 200 * MS);
        assertThat(received).hasSize(FRAMES).isSorted();
    }

    @Test
    void shouldMakeTheImageAnewAfterALongCut()
    {
        final SimPath path = path(true, 0, 0, 0, 1 << 20);
        final SimFrameSink sink = new SimFrameSink(path, MAX_FRAME_LENGTH, null);
        path.cut(true, false);
        sendAll(path);
        receiveUntil(path, SimPath.IMAGE_TIMEOUT_NS + MS);
        assertThat(sink.tryClaim(FRAME_LENGTH)).isEqualTo(SendResult.NOT_CONNECTED);

        path.mend();
        receiveUntil(path, events.nowNs() + 120 * MS);
        assertThat(received).isEmpty();
        assertThat(network.dropped(DropReason.IMAGE_REMADE)).isEqualTo(FRAMES);
        send(sink, 7);
        receiveUntil(path, events.nowNs() + 100 * MS);
        assertThat(received).containsExactly(7);
        assertThat(network.shortfall()).isEmpty();
    }

    @Test
    void shouldDropWhatIsOnTheWayToANodeThatGoesDown()
    {
        final SimPath path = path(true, 0, 0, 0, 1 << 20);
        sendAll(path);
        network.onNodeDown(1);
        receiveUntil(path, 100 * MS);

        assertThat(received).isEmpty();
        assertThat(network.dropped(DropReason.RECEIVER_DOWN)).isEqualTo(FRAMES);
        assertThat(network.shortfall()).isEmpty();
    }

    @Test
    void shouldNotBeConnectedToANodeThatIsDownBecauseTheOtherStartsAgain()
    {
        final SimPath path = path(true, 0, 0, 0, 1 << 20);
        network.onNodeDown(1);
        network.onNodeDown(0);
        network.onNodeUp(0);
        receiveUntil(path, 200 * MS);
        assertThat(path.isConnected()).as("to one that is down").isFalse();

        network.onNodeUp(1);
        receiveUntil(path, 400 * MS);
        assertThat(path.isConnected()).as("to one that is up again").isTrue();
    }

    private SimPath path(
        final boolean isReliable,
        final double loss,
        final double duplicate,
        final double reorder,
        final int windowBytes)
    {
        return network.connect(0, 1, 5, new PathOptions(
            isReliable, MS, MS, MS, loss, 0, MS, duplicate, reorder, windowBytes), new SimRandom(3));
    }

    private void sendAll(final SimPath path)
    {
        final SimFrameSink sink = new SimFrameSink(path, MAX_FRAME_LENGTH, null);
        for (int i = 0; i < FRAMES; i++)
        {
            send(sink, i);
        }
    }

    private static void send(final SimFrameSink sink, final int number)
    {
        assertThat(sink.tryClaim(FRAME_LENGTH)).isEqualTo(SendResult.OK);
        sink.buffer().putInt(sink.offset(), number);
        sink.commit();
    }

    private void receiveUntil(final SimPath path, final long untilNs)
    {
        final SimFrameSource source = new SimFrameSource(path);
        boolean isMore = true;
        while (isMore)
        {
            isMore = events.runNext(untilNs);
            source.poll((buffer, offset, length, sessionId) -> received.add(buffer.getInt(offset)), FRAMES);
        }
    }
}
