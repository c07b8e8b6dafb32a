package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: over two paths that lose, double and reorder, with a consumer and sinks that push back and a leader that aborts
 * and restarts, what is delivered is always right and nothing is unaccounted for. Method: a seeded play in simulated
 * time; the deliveries are checked by rules that know nothing of the receiver. A failure names its seed.
 */
class LossyStreamTest
{
    private static final int BLOCKS = 60;
    private static final long FIRST = 1_000;
    /** Blocks at the end that lose nothing, so that the run comes to rest. */
    private static final int CALM = 3;

    private static final FragcastCounter[] MET = {
        FragcastCounter.BLOCKS_VERIFIED, FragcastCounter.BLOCKS_SUPERSEDED, FragcastCounter.BLOCKS_ABORTED,
        FragcastCounter.BLOCKS_MISSED, FragcastCounter.FRAMES_DUPLICATE, FragcastCounter.FRAMES_HELD,
        FragcastCounter.FRAMES_STALE, FragcastCounter.FRAMES_CONTROL_STALE, FragcastCounter.DELIVERY_BACK_PRESSURED};

    private static long[] met = new long[MET.length];

    private final TestSigner leader = new TestSigner(1);
    private final Map<String, byte[]> bodies = new HashMap<>();
    private long sealedIncarnation = 1;

    private record Arrival(long atNs, int sessionId, TestFrame frame)
    {
    }

    static LongStream seeds()
    {
        return LongStream.concat(LongStream.rangeClosed(1, 60), LongStream.of(System.nanoTime()));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldDeliverOnlyWhatIsRightAndAccountForAll(final long seed)
    {
        final Random random = new Random(seed);
        final TestReceiver node = new TestReceiver(
            TestReceiver.schedule(TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null)),
            BlockLimits.withSlab(8 << 20, 4 << 20),
            TestSigner.verifier());
        final List<Arrival> arrivals = arrivals(random);
        final double refusal = random.nextInt(3) * 0.2;
        int at = 0;
        while (at < arrivals.size())
        {
            node.isConsumerReady = random.nextDouble() >= refusal;
            node.isForwarderReady = random.nextDouble() >= refusal;
            node.pass(100_000);
            while (at < arrivals.size() && node.nowNs.get() - arrivals.get(at).atNs >= 0 && node.receiver.isReady())
            {
                node.offer(arrivals.get(at).frame, arrivals.get(at).sessionId);
                at++;
            }
        }
        node.isConsumerReady = true;
        node.isForwarderReady = true;
        for (int i = 0; i < 30; i++)
        {
            node.pass(RunSequencer.SUPERSEDE_GRACE_NS);
        }

        checkDeliveries(node, seed);
        checkForwarding(node, arrivals, seed);
        for (int i = 0; i < MET.length; i++)
        {
            met[i] += node.count(MET[i]);
        }
    }

    @AfterAll
    static void shouldHaveMetWhatItIsAbout()
    {
        for (int i = 0; i < MET.length; i++)
        {
            assertThat(met[i]).as("%s over all seeds", MET[i]).isPositive();
        }
    }

    private List<Arrival> arrivals(final Random random)
    {
        final double loss = random.nextInt(4) * 0.02;
        final double doubling = random.nextInt(3) * 0.05;
        final long jitterNs = random.nextInt(3) * 2_000_000L;
        final List<Arrival> arrivals = new ArrayList<>();
        long nowNs = 1_000_000_000L;
        long controlSeq = 1;
        for (int i = 0; i < BLOCKS + CALM; i++)
        {
            final boolean isCalm = i >= BLOCKS;
            for (final TestFrame frame : attempts(FIRST + i, isCalm, controlSeq++, random))
            {
                nowNs += isCalm ? 1_000_000 : 20_000 + random.nextInt(400_000);
                for (int session = 1; session <= 2; session++)
                {
                    // Nothing of the first block is lost, so that every play has the same start.
                    if (isCalm || 0 == i || random.nextDouble() >= loss)
                    {
                        final long jitter = 0 == jitterNs || 0 == i ? 0 : (long)(random.nextDouble() * jitterNs);
                        arrivals.add(new Arrival(nowNs + jitter, session, frame));
                        if (random.nextDouble() < doubling)
                        {
                            arrivals.add(new Arrival(nowNs + 2 * jitter, session, frame));
                        }
                    }
                }
            }
            nowNs += isCalm ? 2 * RunSequencer.STALL_NS : random.nextInt(80) * 1_000_000L;
        }
        arrivals.sort((a, b) -> Long.compare(a.atNs, b.atNs));

        return arrivals;
    }

    /** The frames of all attempts at one height. */
    private List<TestFrame> attempts(
        final long number, final boolean isCalm, final long controlSeq, final Random random)
    {
        final List<TestFrame> frames = new ArrayList<>();
        long incarnation = 1;
        while (!isCalm && FIRST != number && 0 == random.nextInt(6))
        {
            // The leader gives up: it aborts, or it died and comes back with a higher incarnation.
            final TestBlock given = block(number, incarnation++);
            final List<TestFrame> part = given.frames(1 + random.nextInt(4), 2, 400);
            frames.addAll(part.subList(0, 1 + random.nextInt(part.size() - 1)));
            keep(given, incarnation - 1);
            if (random.nextBoolean() && frames.size() > 1)
            {
                frames.add(given.abort());
            }
        }
        final TestBlock last = block(number, incarnation);
        frames.addAll(last.frames(1 + random.nextInt(5), 1 + random.nextInt(4), random.nextInt(10) < 3 ? 2_000 : 60));
        frames.add(last.heartbeat(controlSeq, FrameKind.SEAL, 0));
        keep(last, incarnation);
        sealedIncarnation = incarnation;

        return frames;
    }

    private void keep(final TestBlock block, final long incarnation)
    {
        for (int seq = 0; seq < block.bodies.size(); seq++)
        {
            final byte[] body = new byte[block.bodies.get(seq).capacity()];
            block.bodies.get(seq).getBytes(0, body);
            bodies.put(block.number() + "/" + incarnation + "/" + seq, body);
        }
    }

    private TestBlock block(final long number, final long incarnation)
    {
        return new TestBlock(leader, 1, number, incarnation)
            .parentHash(TestBlock.blockHash(number - 1, sealedIncarnation));
    }

    private void checkDeliveries(final TestReceiver node, final long seed)
    {
        long height = FIRST;
        long openBlock = -1;
        long openIncarnation = -1;
        int nextSeq = 0;
        boolean isSealed = false;
        long accounted = 0;
        for (final TestReceiver.Event event : node.events)
        {
            assertThat(event.block()).as("seed %d: %s", seed, event).isGreaterThanOrEqualTo(height);
            if (Delivery.GAP == event.kind())
            {
                assertThat(openBlock).as("seed %d: %s", seed, event).isEqualTo(-1);
                accounted += event.missing();
                continue;
            }
            if (Delivery.ENV == event.kind())
            {
                assertThat(openBlock).as("seed %d: %s", seed, event).isEqualTo(-1);
                assertThat(event.block() > height || event.incarnation() > openIncarnation).as("seed %d", seed)
                    .isTrue();
                height = event.block();
                openBlock = event.block();
                openIncarnation = event.incarnation();
                nextSeq = 0;
                isSealed = false;
                continue;
            }

            assertThat(event.block()).as("seed %d: %s", seed, event).isEqualTo(openBlock);
            assertThat(event.incarnation()).as("seed %d: %s", seed, event).isEqualTo(openIncarnation);
            switch (event.kind())
            {
                case Delivery.FRAG ->
                {
                    assertThat(event.seq()).as("seed %d: %s", seed, event).isEqualTo(nextSeq);
                    assertThat(event.body()).as("seed %d: %s", seed, event).isEqualTo(
                        bodies.get(event.block() + "/" + event.incarnation() + "/" + nextSeq));
                    nextSeq++;
                }
                case Delivery.SEAL -> isSealed = true;
                case Delivery.VERIFIED ->
                {
                    assertThat(isSealed).as("seed %d: %s", seed, event).isTrue();
                    accounted++;
                    openBlock = -1;
                }
                case Delivery.SUPERSEDED, Delivery.ABORTED -> openBlock = -1;
                default -> throw new AssertionError("seed " + seed + ": " + event);
            }
        }
        final long ended = node.events.stream()
            .filter((event) -> Delivery.SUPERSEDED == event.kind() || Delivery.ABORTED == event.kind())
            .filter((event) -> node.events.stream().noneMatch((other) -> Delivery.VERIFIED == other.kind() &&
                other.block() == event.block()))
            .map(TestReceiver.Event::block)
            .distinct()
            .count();
        final TestReceiver.Event last = node.events.get(node.events.size() - 1);
        assertThat(last.toString()).as("seed %d", seed).isEqualTo("VERIFIED@" + (FIRST + BLOCKS + CALM - 1));
        assertThat(accounted + ended).as("seed %d: blocks verified, missed, given up", seed)
            .isGreaterThanOrEqualTo(BLOCKS + CALM);
        assertThat(node.count(FragcastCounter.FRAGS_MISSING)).as("seed %d", seed).isZero();
    }

    private static void checkForwarding(final TestReceiver node, final List<Arrival> arrivals, final long seed)
    {
        final Map<ByteBuffer, Integer> sent = new HashMap<>();
        arrivals.forEach((arrival) -> sent.put(ByteBuffer.wrap(arrival.frame.content()), 0));
        node.forwarded.forEach((bytes) -> sent.merge(ByteBuffer.wrap(bytes), 1, Integer::sum));
        assertThat(sent.values()).as("seed %d: times each frame was forwarded", seed).allMatch((times) -> times <= 1);
        assertThat(sent.size()).as("seed %d: frames forwarded that nobody sent", seed).isEqualTo(
            (int)arrivals.stream().map((arrival) -> ByteBuffer.wrap(arrival.frame.content()))
                .distinct().count());
        assertThat(node.count(FragcastCounter.FRAMES_BAD_HASH)).as("seed %d", seed).isZero();
        assertThat(node.count(FragcastCounter.EQUIVOCATIONS)).as("seed %d", seed).isZero();
        assertThat(node.count(FragcastCounter.DUPLICATES_DELIVERED)).as("seed %d", seed).isZero();
    }
}
