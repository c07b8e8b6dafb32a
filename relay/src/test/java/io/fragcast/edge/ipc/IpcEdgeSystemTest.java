package io.fragcast.edge.ipc;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.fragcast.AbortReason;
import io.fragcast.FragPublisher.Request;
import io.fragcast.PublishResult;
import io.fragcast.codecs.BlockEventEncoder;
import io.fragcast.codecs.BlockEventKind;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.PublishReplyEncoder;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.wire.BlockEventProxy;
import io.fragcast.wire.LeaderRig;
import io.fragcast.wire.PublishSource;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Both directions of the binary edge over a real driver in shared memory, driven by one thread.
 */
class IpcEdgeSystemTest
{
    private static final BlockLimits LIMITS = BlockLimits.production();
    private static final String CHANNEL = IpcChannels.DEFAULT_CHANNEL;

    @TempDir
    private Path folder;
    private MediaDriver driver;
    private Aeron nodeAeron;
    private Aeron clientAeron;
    private final List<byte[]> requests = new ArrayList<>();
    private final List<Integer> clients = new ArrayList<>();
    private final List<LeaderRig.Reply> replies = new ArrayList<>();

    @BeforeEach
    void start()
    {
        driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(folder.resolve("aeron").toString())
            .threadingMode(ThreadingMode.SHARED)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true));
        nodeAeron = connect();
        clientAeron = connect();
    }

    @AfterEach
    void stop()
    {
        clientAeron.close();
        nodeAeron.close();
        driver.close();
    }

    @Test
    void shouldCarryRequestsUpTo4MiBAndTheirReplies()
    {
        final List<byte[]> small = LeaderRig.txsOfBodyLength(new Random(1), 1_000, 100);
        final List<byte[]> middle = LeaderRig.txsOfBodyLength(new Random(2), 60_000, 10_000);
        final List<byte[]> full = LeaderRig.txsOfBodyLength(new Random(3), 4 << 20, 100_000);
        try (
            IpcPublishSource source = new IpcPublishSource(nodeAeron, CHANNEL, SystemNanoClock.INSTANCE);
            IpcFragPublisher publisher = publisher())
        {
            await(publisher::isConnected);
            assertThat(publisher.env(LeaderRig.env(10, LeaderRig.hash(9)))).isEqualTo(PublishResult.OK);
            assertThat(publisher.frag(10, 0, false, small)).isEqualTo(PublishResult.OK);
            assertThat(publisher.frag(10, 1, false, middle)).isEqualTo(PublishResult.OK);
            assertThat(publisher.frag(10, 2, true, full)).isEqualTo(PublishResult.OK);
            assertThat(publisher.seal(LeaderRig.seal(10, LeaderRig.hash(9), 3))).isEqualTo(PublishResult.OK);
            assertThat(publisher.abort(10, AbortReason.REORG)).isEqualTo(PublishResult.OK);
            await(() ->
            {
                source.poll(this::take, 1);
                publisher.poll();
                return 6 == replies.size();
            });
        }

        final int frag = 8 + 16 + 4;
        assertThat(requests.stream().map((request) -> request.length)).containsExactly(
            8 + 664, frag + 1_000, frag + 60_000, frag + (4 << 20), 8 + 416, 8 + 200);
        final byte[] body = Arrays.copyOfRange(requests.get(3), frag, requests.get(3).length);
        int position = 80;
        for (final byte[] tx : full)
        {
            assertThat(Arrays.copyOfRange(body, position + 4, position + 4 + tx.length)).isEqualTo(tx);
            position += 4 + tx.length;
        }
        assertThat(replies.stream().map(LeaderRig.Reply::request)).containsExactly(
            Request.ENV, Request.FRAG, Request.FRAG, Request.FRAG, Request.SEAL, Request.ABORT);
        assertThat(replies).allSatisfy((reply) -> assertThat(reply.result()).isEqualTo(PublishResult.NOT_LEADER));
    }

    /** Its requests are found by looking, so that the thread which looks must know that somebody is there. */
    @Test
    void shouldBeSilentWhileABuilderIsConnected()
    {
        try (IpcPublishSource source = new IpcPublishSource(nodeAeron, CHANNEL, SystemNanoClock.INSTANCE))
        {
            assertThat(source.isSilent()).isFalse();
            try (IpcFragPublisher publisher = publisher())
            {
                await(() -> publisher.isConnected() && source.isSilent());
            }
            await(() -> !source.isSilent());
        }
    }

    @Test
    void shouldAnswerEachBuilderAlone()
    {
        final List<LeaderRig.Reply> others = new ArrayList<>();
        try (
            IpcPublishSource source = new IpcPublishSource(nodeAeron, CHANNEL, SystemNanoClock.INSTANCE);
            IpcFragPublisher publisher = publisher();
            IpcFragPublisher other = IpcFragPublisher.connect(
                clientAeron,
                CHANNEL,
                LIMITS,
                (request, block, seq, result) -> others.add(new LeaderRig.Reply(request, block, seq, result))))
        {
            await(() -> publisher.isConnected() && other.isConnected());
            assertThat(publisher.abort(1, AbortReason.REORG)).isEqualTo(PublishResult.OK);
            assertThat(other.abort(2, AbortReason.REORG)).isEqualTo(PublishResult.OK);
            assertThat(publisher.abort(3, AbortReason.REORG)).isEqualTo(PublishResult.OK);
            await(() ->
            {
                source.poll(this::take, 1);
                publisher.poll();
                other.poll();
                return 3 == replies.size() + others.size();
            });
        }

        assertThat(clients.stream().distinct()).hasSize(2);
        assertThat(replies.stream().map(LeaderRig.Reply::blockNumber)).containsExactly(1L, 3L);
        assertThat(others.stream().map(LeaderRig.Reply::blockNumber)).containsExactly(2L);
    }

    /** Row B6 over Aeron: a sequencer that takes nothing is felt as BACK_PRESSURED, and nothing taken is lost. */
    @Test
    void shouldSayBackPressuredAndLoseNothing()
    {
        int taken = 0;
        try (
            IpcPublishSource source = new IpcPublishSource(nodeAeron, CHANNEL, SystemNanoClock.INSTANCE);
            IpcFragPublisher publisher = IpcFragPublisher.connect(
                clientAeron, CHANNEL + "?term-length=1m", LIMITS, this::onReply))
        {
            await(publisher::isConnected);
            PublishResult result = PublishResult.OK;
            final List<byte[]> txs = LeaderRig.txsOfBodyLength(new Random(1), 90_000, 10_000);
            while (PublishResult.OK == result)
            {
                result = publisher.frag(10, taken, false, txs);
                source.poll((buffer, offset, length, clientId, from) -> false, 1);
                taken += PublishResult.OK == result ? 1 : 0;
            }
            assertThat(result).isEqualTo(PublishResult.BACK_PRESSURED);
            assertThat(publisher.frag(10, taken, false, LeaderRig.txsOfBodyLength(new Random(1), 200_000, 9_000)))
                .as("longer than an eighth of a term").isEqualTo(PublishResult.TOO_LARGE);
            final int expected = taken;
            await(() ->
            {
                source.poll(this::take, 1);
                publisher.poll();
                return expected == replies.size();
            });
        }

        assertThat(taken).isGreaterThan(2);
        assertThat(requests).hasSize(taken);
    }

    @Test
    void shouldSayNotConnectedWithoutASequencerAndClosedAfterClose()
    {
        final IpcFragPublisher publisher = publisher();
        assertThat(publisher.abort(1, AbortReason.REORG)).isEqualTo(PublishResult.NOT_CONNECTED);
        publisher.close();
        publisher.close();
        assertThat(publisher.abort(1, AbortReason.REORG)).isEqualTo(PublishResult.CLOSED);
    }

    @Test
    void shouldKeepEventsUntilAConsumerTookThem()
    {
        final int maxEventLength = BlockEventProxy.maxEventLength(LIMITS, LeaderRig.FRAME_LENGTH);
        final List<Integer> lengths = List.of(100, 2_000, 70_000, maxEventLength - 200);
        final List<byte[]> events = new ArrayList<>();
        lengths.forEach((length) -> events.add(event(length)));
        final List<String> heard = new ArrayList<>();
        try (IpcEventEdge edge = new IpcEventEdge(nodeAeron, CHANNEL, maxEventLength))
        {
            assertThat(offer(edge, events.get(0))).as("nobody listens").isFalse();
            try (IpcBlockSubscriber subscriber = new IpcBlockSubscriber(
                clientAeron,
                CHANNEL,
                (event) -> heard.add(event.kind() + " " + event.blockNumber() + " " + event.frameLength())))
            {
                for (final byte[] event : events)
                {
                    await(() -> offer(edge, event));
                }
                await(() ->
                {
                    subscriber.poll(100);
                    return events.size() == heard.size();
                });
            }
        }

        assertThat(heard).containsExactly(
            "VERIFIED 77 100", "VERIFIED 77 2000", "VERIFIED 77 70000", "VERIFIED 77 " + (maxEventLength - 200));
    }

    /** Row M30. */
    @Test
    void shouldLeaveBehindAnObserverThatStandsStillAndLoseNothingForTheOthers()
    {
        final String channel = CHANNEL + "?term-length=1m";
        final byte[] event = event(60_000);
        final List<Long> heard = new ArrayList<>();
        final List<Long> observed = new ArrayList<>();
        try (IpcEventEdge edge = new IpcEventEdge(nodeAeron, channel, 100_000);
            IpcBlockSubscriber subscriber = new IpcBlockSubscriber(
                clientAeron, channel, (each) -> heard.add(each.blockNumber()));
            IpcBlockSubscriber observer = IpcBlockSubscriber.observer(
                clientAeron, channel, (each) -> observed.add(each.blockNumber())))
        {
            await(() -> subscriber.isConnected() && observer.isConnected());
            // Many times what the stream holds.
            for (int i = 1; i <= 100; i++)
            {
                final int count = i;
                await(() -> offer(edge, event));
                await(() ->
                {
                    subscriber.poll(100);
                    return count == heard.size();
                });
            }
            assertThat(observed).isEmpty();

            await(() ->
            {
                offer(edge, event);
                subscriber.poll(100);
                observer.poll(100);
                return !observed.isEmpty();
            });
        }
    }

    @Test
    void shouldRefuseTermsThatCannotHoldAnEvent()
    {
        assertThatThrownBy(() -> new IpcEventEdge(nodeAeron, CHANNEL + "?term-length=1m", 1 << 20))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("131072").hasMessageContaining("1048576");
    }

    private static boolean offer(final IpcEventEdge edge, final byte[] event)
    {
        return edge.onEvent(new UnsafeBuffer(event), 0, event.length);
    }

    private static byte[] event(final int frameLength)
    {
        final byte[] bytes = new byte[8 + 56 + 4 + frameLength + 4];
        new BlockEventEncoder()
            .wrapAndApplyHeader(new UnsafeBuffer(bytes), 0, new MessageHeaderEncoder())
            .blockNumber(77)
            .kind(BlockEventKind.VERIFIED)
            .putFrame(new byte[frameLength], 0, frameLength)
            .putBody(new byte[0], 0, 0);

        return bytes;
    }

    /** A node that refuses everything: the codes are told apart by what the adapter's own tests show. */
    private boolean take(
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int clientId,
        final PublishSource source)
    {
        final byte[] request = new byte[length];
        buffer.getBytes(offset, request);
        final UnsafeBuffer reply = new UnsafeBuffer(new byte[24]);
        final MessageHeaderDecoder header =
            new MessageHeaderDecoder().wrap(buffer, offset);
        final boolean isFrag = 40 == header.templateId();
        new PublishReplyEncoder()
            .wrapAndApplyHeader(reply, 0, new MessageHeaderEncoder())
            .blockNumber(buffer.getLong(offset + (isFrag ? 8 : 104)))
            .requestTemplateId(header.templateId())
            .result(io.fragcast.codecs.PublishResult.NOT_LEADER);
        if (!source.reply(clientId, reply, 0, 24))
        {
            return false;
        }
        requests.add(request);
        clients.add(clientId);

        return true;
    }

    private void onReply(final Request request, final long block, final int seq, final PublishResult result)
    {
        replies.add(new LeaderRig.Reply(request, block, seq, result));
    }

    private IpcFragPublisher publisher()
    {
        return IpcFragPublisher.connect(clientAeron, CHANNEL, LIMITS, this::onReply);
    }

    private Aeron connect()
    {
        return Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
    }

    private static void await(final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean())
        {
            assertThat(deadlineNs - System.nanoTime()).as("nanoseconds left").isPositive();
            Thread.yield();
        }
    }
}
