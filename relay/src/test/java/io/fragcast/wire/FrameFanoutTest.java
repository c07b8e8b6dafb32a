package io.fragcast.wire;

import io.fragcast.codecs.FragChunkEncoder;
import io.fragcast.codecs.HeartbeatEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FragSender;
import io.fragcast.protocol.block.SlowSink;
import io.fragcast.transport.FrameSink;
import io.fragcast.transport.Transmitter;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What each sink gets, and what is counted, for every state a sink can be in.
 */
class FrameFanoutTest
{
    private static final int FRAME_LENGTH = 1376;
    private static final int SESSION = 7;
    private static final Transmitter NOTHING = () ->
    {
    };

    private final Counters counters = Counters.inMemory();
    private final RecordingSink leader = new RecordingSink("leader");
    private final RecordingSink first = new RecordingSink("first");
    private final RecordingSink second = new RecordingSink("second");
    private long nextLeaders = 0b001;

    @Test
    void shouldForwardTheSameBytesOneHopFurtherWithoutStamps()
    {
        final FrameFanout fanout = fanout(SlowSink.SKIP);
        final byte[] frame = frame(1, 3);

        forward(fanout, frame);

        final byte[] expected = frame.clone();
        Arrays.fill(expected, 8, 24, (byte) 0);
        expected[24] = 4;
        assertThat(leader.frames).containsExactly(expected);
        assertThat(first.frames).containsExactly(expected);
        assertThat(second.frames).containsExactly(expected);
        assertThat(counters.value(FragcastCounter.FRAMES_FORWARDED)).isEqualTo(3);
    }

    @Test
    void shouldNotSendBackToThePeerThatSent()
    {
        final FrameFanout fanout = fanout(SlowSink.WAIT);
        first.backTo = SESSION;
        leader.backTo = SESSION + 1;

        forward(fanout, frame(1, 0));
        forward(fanout, frame(2, 0), SESSION + 1);
        fanout.change(List.of(second, first, leader));
        forward(fanout, frame(3, 0), SESSION + 1);
        forward(fanout, frame(4, 0));

        assertThat(tags(leader)).containsExactly(1, 4);
        assertThat(tags(first)).containsExactly(2, 3);
        assertThat(tags(second)).containsExactly(1, 2, 3, 4);
        assertThat(fanout.skipped(0) + fanout.skipped(1) + fanout.skipped(2)).as("nothing was left out").isZero();
    }

    @Test
    void shouldDropWhatPassedTooManyRelays()
    {
        final FrameFanout fanout = fanout(SlowSink.SKIP);

        forward(fanout, frame(1, FrameFanout.MAX_HOPS - 1));
        forward(fanout, frame(2, FrameFanout.MAX_HOPS));
        forward(fanout, frame(3, 255));

        assertThat(first.frames).hasSize(1);
        assertThat(counters.value(FragcastCounter.FRAMES_OVER_HOPS)).isEqualTo(2);
    }

    @Test
    void shouldHaveFramesLeaveTogetherAsManyAsTheTransportSendsInATurn()
    {
        leader.framesATurn = 4;
        first.framesATurn = 3;
        second.framesATurn = 4;
        final List<Integer> taken = new ArrayList<>();
        final FrameFanout fanout = new FrameFanout(
            List.of(leader, first, second), (block) -> 0, SlowSink.SKIP, FRAME_LENGTH,
            () -> taken.add(second.frames.size()), counters);

        fanout.flush();
        forward(fanout, frame(1, 0));
        forward(fanout, frame(2, 0));
        assertThat(taken).as("nothing leaves before the third").isEmpty();
        forward(fanout, frame(3, 0));
        forward(fanout, frame(4, 0));
        fanout.flush();
        fanout.flush();

        assertThat(taken).containsExactly(3, 4);
    }

    @Test
    void shouldHaveAFrameLeaveAloneUnlessOthersWaitBeforeIt()
    {
        leader.framesATurn = 8;
        first.framesATurn = 8;
        second.framesATurn = 8;
        final List<Integer> taken = new ArrayList<>();
        final FrameFanout fanout = new FrameFanout(
            List.of(leader, first, second), (block) -> 0, SlowSink.SKIP, FRAME_LENGTH,
            () -> taken.add(second.frames.size()), counters);

        fanout.flushFirst();
        send(fanout, FragSender.PEERS, 1);
        fanout.flushFirst();
        send(fanout, FragSender.PEERS, 2);
        send(fanout, FragSender.PEERS, 3);
        fanout.flushFirst();

        assertThat(taken).containsExactly(1);
    }

    @Test
    void shouldHaveEachFrameLeaveForNextLeadersBeforeTheOthersAreGivenIt()
    {
        leader.framesATurn = 8;
        first.framesATurn = 8;
        second.framesATurn = 8;
        final List<String> left = new ArrayList<>();
        final FrameFanout fanout = new FrameFanout(
            List.of(leader, first, second), (block) -> 0b001, SlowSink.SKIP, FRAME_LENGTH,
            () -> left.add(leader.frames.size() + " " + second.frames.size()), counters);
        fanout.beginMessage(1);

        forward(fanout, frame(1, 0));
        forward(fanout, frame(2, 0));
        fanout.flush();

        assertThat(left).containsExactly("1 0", "2 1", "2 2");
    }

    @Test
    void shouldTryOnceMoreThenSkipASlowSinkAndNoOther()
    {
        final FrameFanout fanout = fanout(SlowSink.SKIP);
        first.window = 1;

        forward(fanout, frame(1, 0));
        forward(fanout, frame(2, 0));
        first.window = 1;
        forward(fanout, frame(3, 0));

        assertThat(first.claims).isEqualTo(4);
        assertThat(tags(first)).containsExactly(1, 3);
        assertThat(tags(second)).containsExactly(1, 2, 3);
        assertThat(fanout.isReady()).isTrue();
        assertThat(fanout.skipped(1)).isEqualTo(1);
        assertThat(fanout.skipped(2)).isZero();
        assertThat(counters.value(FragcastCounter.SINK_SKIPPED_WINDOW)).isEqualTo(1);
    }

    @Test
    void shouldSkipAnUnconnectedSinkWithEitherPolicy()
    {
        for (final SlowSink slowSink : SlowSink.values())
        {
            final FrameFanout fanout = fanout(slowSink);
            first.isConnected = false;

            forward(fanout, frame(1, 0));

            assertThat(fanout.isReady()).isTrue();
            assertThat(fanout.skipped(1)).isEqualTo(1);
        }
        assertThat(first.frames).isEmpty();
        assertThat(second.frames).hasSize(2);
        assertThat(counters.value(FragcastCounter.SINK_SKIPPED_UNCONNECTED)).isEqualTo(2);
    }

    @Test
    void shouldKeepAFrameForTheSinksItIsOwedToAndLetGoOfThoseThatLeft()
    {
        final FrameFanout fanout = fanout(SlowSink.WAIT);
        first.window = 0;
        second.window = 0;
        final byte[] frame = frame(1, 0);

        forward(fanout, frame);
        Arrays.fill(frame, (byte) 0xEE);

        assertThat(leader.frames).hasSize(1);
        assertThat(fanout.isReady()).isFalse();
        assertThat(fanout.doWork()).isZero();
        first.window = 1;
        assertThat(fanout.doWork()).isEqualTo(1);
        assertThat(fanout.isReady()).isFalse();
        second.isConnected = false;
        fanout.doWork();
        assertThat(fanout.isReady()).isTrue();
        assertThat(first.frames.get(0)).isEqualTo(leader.frames.get(0));
        assertThat(first.frames).hasSize(1);
        assertThat(leader.frames).hasSize(1);
        assertThat(counters.value(FragcastCounter.SINK_WAITED)).isEqualTo(3);
    }

    @Test
    void shouldLoseNothingAndKeepTheOrderWhileWaiting()
    {
        final Random random = new Random(0x5EED);
        final FrameFanout fanout = fanout(SlowSink.WAIT);
        final List<RecordingSink> sinks = List.of(leader, first, second);
        final List<Integer> expected = new ArrayList<>();

        for (int tag = 0; tag < 2_000; tag++)
        {
            while (!fanout.isReady())
            {
                sinks.forEach((sink) -> sink.window = random.nextInt(3));
                fanout.doWork();
            }
            forward(fanout, frame(tag, 0));
            expected.add(tag);
        }
        sinks.forEach((sink) -> sink.window = 1);
        fanout.doWork();

        for (final RecordingSink sink : sinks)
        {
            assertThat(tags(sink)).isEqualTo(expected);
        }
    }

    @Test
    void shouldNotLoseALeadersFrameToEveryone()
    {
        final FrameFanout fanout = fanout(SlowSink.SKIP);
        leader.window = 0;
        first.window = 0;
        second.window = 0;

        fanout.beginMessage(1);
        assertThat(send(fanout, FragSender.NEXT_LEADERS, 1)).as("left to the peers").isTrue();
        assertThat(send(fanout, FragSender.PEERS, 1)).as("the last hope").isFalse();
        assertThat(counters.value(FragcastCounter.SINK_WAITED)).isEqualTo(1);
        second.window = 1;
        assertThat(send(fanout, FragSender.PEERS, 1)).isTrue();
        assertThat(tags(second)).containsExactly(1);

        leader.window = 1;
        fanout.beginMessage(1);
        assertThat(send(fanout, FragSender.NEXT_LEADERS, 2)).isTrue();
        assertThat(send(fanout, FragSender.PEERS, 2)).as("the next leader has it").isTrue();

        first.isConnected = false;
        second.isConnected = false;
        fanout.beginMessage(1);
        assertThat(send(fanout, FragSender.NEXT_LEADERS, 3)).as("no peer listens").isFalse();
        leader.isConnected = false;
        assertThat(send(fanout, FragSender.NEXT_LEADERS, 3)).as("nobody listens").isTrue();
        assertThat(fanout.isConnected()).isFalse();
    }

    @Test
    void shouldLetTheTransportWorkOnceAfterEachTier()
    {
        final int[] runs = {0};
        final FrameFanout fanout = new FrameFanout(
            List.of(leader, first, second),
            (blockNumber) -> nextLeaders,
            SlowSink.SKIP,
            FRAME_LENGTH,
            () -> runs[0]++,
            counters);

        forward(fanout, frame(1, 0));

        assertThat(runs[0]).as("the next leader, then the two others").isEqualTo(2);
    }

    @Test
    void shouldFollowTheNextLeadersFromBlockToBlock()
    {
        final List<String> order = new ArrayList<>();
        final List<RecordingSink> sinks = List.of(
            new RecordingSink("a", order), new RecordingSink("b", order), new RecordingSink("c", order));
        final FrameFanout fanout = new FrameFanout(
            List.copyOf(sinks), (blockNumber) -> 1L << blockNumber, SlowSink.SKIP, FRAME_LENGTH, NOTHING, counters);

        fanout.beginMessage(2);
        send(fanout, FragSender.NEXT_LEADERS, 1);
        send(fanout, FragSender.PEERS, 1);
        fanout.beginMessage(1);
        send(fanout, FragSender.NEXT_LEADERS, 2);
        send(fanout, FragSender.PEERS, 2);
        fanout.beginMessage(40);
        assertThat(fanout.isConnected(FragSender.NEXT_LEADERS)).as("a bit of no sink").isFalse();
        send(fanout, FragSender.PEERS, 3);

        assertThat(order).containsExactly("c", "a", "b", "b", "a", "c", "a", "b", "c");
    }

    @Test
    void shouldRelayToTheNextLeadersOfTheBlockFirst()
    {
        final List<String> order = new ArrayList<>();
        final List<FrameSink> sinks = List.of(new RecordingSink("a", order), new RecordingSink("b", order));
        final FrameFanout fanout = new FrameFanout(
            sinks, (blockNumber) -> 7 == blockNumber ? 0b10 : 0, SlowSink.SKIP, FRAME_LENGTH, NOTHING, counters);

        forward(fanout, signed(6));
        forward(fanout, signed(7));
        forward(fanout, piece());
        forward(fanout, signed(8));

        assertThat(order).containsExactly("a", "b", "b", "a", "b", "a", "a", "b");
    }

    @Test
    void shouldNotWaitAgainForWhoStoppedTakingDatagrams()
    {
        nextLeaders = 0b011;
        final FrameFanout fanout = fanout(SlowSink.SKIP);
        fanout.beginMessage(1);
        leader.unsentBytes = 500;
        first.unsentBytes = 300;
        second.unsentBytes = 9_000;

        assertThat(fanout.unsentBytes(FragSender.NEXT_LEADERS)).isEqualTo(800);
        first.unsentBytes = 0;
        fanout.giveUp(FragSender.NEXT_LEADERS);
        first.unsentBytes = 200;
        assertThat(fanout.unsentBytes(FragSender.NEXT_LEADERS)).as("of the one that goes on").isEqualTo(200);
        assertThat(counters.value(FragcastCounter.NEXT_LEADER_STALLS)).isEqualTo(1);

        fanout.giveUp(FragSender.NEXT_LEADERS);
        leader.unsentBytes = 0;
        assertThat(fanout.unsentBytes(FragSender.NEXT_LEADERS)).isZero();
        leader.unsentBytes = 100;
        assertThat(fanout.unsentBytes(FragSender.NEXT_LEADERS)).as("drained once, waited for again").isEqualTo(100);
        leader.isConnected = false;
        assertThat(fanout.unsentBytes(FragSender.NEXT_LEADERS)).as("gone").isZero();
        assertThat(counters.value(FragcastCounter.NEXT_LEADER_STALLS)).isEqualTo(2);
    }

    @Test
    void shouldSendToOthersFromOneFrameToTheNext()
    {
        final FrameFanout fanout = fanout(SlowSink.SKIP);
        final RecordingSink third = new RecordingSink("third");
        first.window = 0;

        forward(fanout, frame(1, 0));
        nextLeaders = 0b001;
        fanout.change(List.of(second, third, first));
        fanout.beginMessage(2);
        forward(fanout, frame(2, 0));

        assertThat(tags(leader)).containsExactly(1);
        assertThat(tags(second)).containsExactly(1, 2);
        assertThat(tags(third)).containsExactly(2);
        assertThat(fanout.skipped(0)).isZero();
        assertThat(fanout.skipped(2)).as("what was left out for one that stays is remembered").isEqualTo(2);
        assertThat(send(fanout, FragSender.NEXT_LEADERS, 3)).isTrue();
        assertThat(tags(second)).containsExactly(1, 2, 3);
        assertThat(tags(third)).containsExactly(2);
    }

    @Test
    void shouldOweAKeptFrameToThoseAloneThatStay()
    {
        final FrameFanout fanout = fanout(SlowSink.WAIT);
        final RecordingSink third = new RecordingSink("third");
        first.window = 0;
        second.window = 0;
        forward(fanout, frame(1, 0));

        fanout.change(List.of(third, second, leader));
        assertThat(fanout.isReady()).as("the second did not take it yet").isFalse();
        second.window = 1;
        fanout.doWork();

        assertThat(fanout.isReady()).isTrue();
        assertThat(tags(second)).containsExactly(1);
        assertThat(tags(leader)).containsExactly(1);
        assertThat(third.frames).isEmpty();
        assertThat(first.frames).isEmpty();
    }

    @Test
    void shouldWaitNoMoreForAnyoneWhoIsGone()
    {
        final FrameFanout fanout = fanout(SlowSink.WAIT);
        first.window = 0;
        forward(fanout, frame(1, 0));

        fanout.change(List.of(leader, second));

        assertThat(fanout.isReady()).isTrue();
    }

    private FrameFanout fanout(final SlowSink slowSink)
    {
        return new FrameFanout(
            List.of(leader, first, second),
            (blockNumber) -> nextLeaders,
            slowSink,
            FRAME_LENGTH,
            NOTHING,
            counters);
    }

    private static boolean send(final FrameFanout fanout, final int tier, final int tag)
    {
        final byte[] frame = frame(tag, 0);

        return fanout.send(tier, new UnsafeBuffer(frame), 0, frame.length);
    }

    private static void forward(final FrameFanout fanout, final byte[] frame)
    {
        forward(fanout, frame, SESSION);
    }

    private static void forward(final FrameFanout fanout, final byte[] frame, final int sessionId)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[frame.length + 16]);
        buffer.putBytes(16, frame);
        fanout.onAccepted(buffer, 16, frame.length, sessionId);
    }

    private static byte[] frame(final int tag, final int hopCount)
    {
        final byte[] frame = new byte[200];
        new Random(tag).nextBytes(frame);
        new UnsafeBuffer(frame).putInt(100, tag);
        frame[24] = (byte) hopCount;

        return frame;
    }

    private static byte[] signed(final long blockNumber)
    {
        final byte[] frame = frame(0, 0);
        new HeartbeatEncoder().wrapAndApplyHeader(new UnsafeBuffer(frame), 0, new MessageHeaderEncoder())
            .blockNumber(blockNumber);

        return frame;
    }

    private static byte[] piece()
    {
        final byte[] frame = frame(0, 0);
        new FragChunkEncoder().wrapAndApplyHeader(new UnsafeBuffer(frame), 0, new MessageHeaderEncoder());

        return frame;
    }

    private static List<Integer> tags(final RecordingSink sink)
    {
        return sink.frames.stream().map((frame) -> new UnsafeBuffer(frame).getInt(100)).toList();
    }
}
