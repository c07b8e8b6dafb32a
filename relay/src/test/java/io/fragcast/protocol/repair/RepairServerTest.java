package io.fragcast.protocol.repair;

import io.fragcast.AllocatedBytes;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.repair.RecordingAnswerSender.Hole;
import io.fragcast.protocol.repair.RecordingAnswerSender.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: who asks gets exactly what there is, as it was accepted, and is told what there is not; whoever asks too much,
 * too often or without showing its address costs the others nothing.
 */
class RepairServerTest extends RepairServerScenario
{
    @Test
    void shouldSendWhatItHasAndListWhatItHasNot()
    {
        final List<TestFrame> frames = block(7);
        accept(frames, (frame) -> !(FrameKind.FRAG_CHUNK == frame.kind() && 2 == frame.seq() && 3 == frame.index()));

        want(HoleKind.ENV, 7, 0, 0, 0);
        want(HoleKind.FRAGS, 7, 1, 0, 0b1_0011);
        want(HoleKind.CHUNKS, 7, 0, 0, 0b101);
        want(HoleKind.END, 8, 0, 0, 0);
        final Result result = ask(0);

        assertThat(sent(0)).containsExactlyElementsOf(texts(frames, (frame) ->
            FrameKind.ENV == frame.kind() ||
            1 == frame.seq() && isFrag(frame) ||
            2 == frame.seq() && isFrag(frame) && 3 != frame.index() ||
            false,
            (frame) -> FrameKind.FRAG_CHUNK == frame.kind() && 0 == frame.seq() &&
            (0 == frame.index() || 2 == frame.index())));
        assertThat(result.state()).isEqualTo(AnswerState.COMPLETE);
        assertThat(result.found()).isEqualTo(sender.framesOf(0).size());
        assertThat(result.sentBytes()).isEqualTo(sender.framesOf(0).stream().mapToInt((bytes) -> bytes.length).sum());
        assertThat(result.notFound()).isEqualTo(3);
        assertThat(result.missing()).containsExactly(
            new Hole(HoleKind.CHUNKS, 7, 2, 3, 1),
            new Hole(HoleKind.FRAGS, 7, 5, 0, 1),
            new Hole(HoleKind.END, 8, 0, 0, 0));
        assertThat(result.newest()).isEqualTo(7);
        assertThat(result.newestSeq()).isEqualTo(3);
        assertThat(result.oldest()).isEqualTo(7);
        assertThat(counters.value(FragcastCounter.REPAIR_FRAMES_SERVED)).isEqualTo(result.found());
        assertThat(counters.value(FragcastCounter.REPAIR_BYTES_SERVED)).isEqualTo(result.sentBytes());
        assertThat(counters.value(FragcastCounter.REPAIR_MISSING)).isEqualTo(3);
    }

    @Test
    void shouldSendTheTailFromAnyChunkOn()
    {
        final List<TestFrame> frames = block(7);
        accept(frames, (frame) -> true);

        want(HoleKind.TAIL, 7, 1, 4, 0);
        ask(0);

        assertThat(sent(0)).containsExactlyElementsOf(texts(frames, (frame) ->
            FrameKind.FRAG_CHUNK == frame.kind() && 1 == frame.seq() && frame.index() >= 4 ||
            isFrag(frame) && 2 == frame.seq() ||
            FrameKind.SEAL == frame.kind()));
    }

    @Test
    void shouldSayThatThereIsNoTail()
    {
        accept(block(7), (frame) -> FrameKind.SEAL != frame.kind());

        want(HoleKind.TAIL, 7, 3, 0, 0);
        want(HoleKind.TAIL, 9, 1, 2, 0);
        final Result result = ask(0);

        assertThat(result.found()).isZero();
        assertThat(result.missing()).containsExactly(
            new Hole(HoleKind.TAIL, 7, 3, 0, 0), new Hole(HoleKind.TAIL, 9, 1, 2, 0));
    }

    @Test
    void shouldSendEveryAttemptOfARange()
    {
        final List<TestFrame> frames = new ArrayList<>(block(7));
        frames.addAll(block(8));
        frames.addAll(block(10));
        accept(frames, (frame) -> true);

        range(7, 10, 2);
        final Result result = answer(0);

        assertThat(sent(0)).containsExactlyElementsOf(texts(frames, (frame) ->
            frames.indexOf(frame) >= block(7).size() ||
            2 == frame.seq() && isFrag(frame) || FrameKind.SEAL == frame.kind()));
        assertThat(result.notFound()).isEqualTo(1);
        assertThat(result.missing()).containsExactly(new Hole(HoleKind.TAIL, 9, 0, 0, 0));
    }

    @Test
    void shouldSayTruncatedAtTheByteCap()
    {
        final List<TestFrame> frames = block(7);
        accept(frames, (frame) -> true);
        final List<String> all = texts(frames, RepairServerTest::isFrag);
        final int[] lengths = frames.stream().filter(RepairServerTest::isFrag)
            .mapToInt((frame) -> frame.buffer().capacity()).toArray();
        final int cap = lengths[0] + lengths[1] + lengths[2];

        want(HoleKind.FRAGS, 7, 0, 0, 0b111);
        final Result result = ask(0, cap);

        assertThat(sent(0)).containsExactlyElementsOf(all.subList(0, 3));
        assertThat(result.state()).isEqualTo(AnswerState.TRUNCATED);
        assertThat(result.sentBytes()).isEqualTo(cap);

        want(HoleKind.FRAGS, 7, 0, 0, 0b111);
        assertThat(ask(0, cap - 1).sentBytes()).isEqualTo(lengths[0] + lengths[1]);
        assertThat(counters.value(FragcastCounter.REPAIR_TRUNCATED)).isEqualTo(2);
    }

    @Test
    void shouldKeepEachRequesterToItsBudget()
    {
        final List<TestFrame> frames = block(7);
        accept(frames, (frame) -> true);
        final long blockBytes = frames.stream().filter(RepairServerTest::isFrag)
            .mapToInt((frame) -> frame.buffer().capacity()).sum();
        server = server(8, new AnswerLimits(blockBytes, 3 * blockBytes, 32, 256));

        for (int i = 0; i < 3; i++)
        {
            want(HoleKind.FRAGS, 7, 0, 0, 0b111);
            assertThat(ask(0).state()).isEqualTo(AnswerState.COMPLETE);
        }
        want(HoleKind.FRAGS, 7, 0, 0, 0b111);
        assertThat(ask(0).state()).as("nothing is left").isEqualTo(AnswerState.TRUNCATED);
        assertThat(sender.resultsOf(0).get(sender.resultsOf(0).size() - 1).found()).isZero();

        want(HoleKind.FRAGS, 7, 0, 0, 0b111);
        assertThat(ask(1).state()).as("another has its own").isEqualTo(AnswerState.COMPLETE);

        nowNs += TimeUnit.SECONDS.toNanos(1) + 1_000_000;
        want(HoleKind.FRAGS, 7, 0, 0, 0b111);
        assertThat(ask(0).state()).isEqualTo(AnswerState.COMPLETE);
        want(HoleKind.FRAGS, 7, 0, 0, 0b111);
        assertThat(ask(0).state()).isEqualTo(AnswerState.TRUNCATED);
    }

    @ParameterizedTest
    @CsvSource({"8, 7", "0, 64", "0, 0xFFFFFFFFFFFF", "-1, 3", "5, -1"})
    void shouldRefuseInvertedAndHugeRanges(final String from, final String to)
    {
        accept(block(7), (frame) -> true);

        range(Long.decode(from), Long.decode(to), 0);
        final Result result = answer(0);

        assertThat(result.state()).isEqualTo(AnswerState.REFUSED);
        assertThat(sender.framesOf(0)).isEmpty();
        assertThat(counters.value(FragcastCounter.REPAIR_REFUSED)).isEqualTo(1);
    }

    @Test
    void shouldAnswerTheLongestRange()
    {
        accept(block(7), (frame) -> true);

        range(0, 63, 0);
        final Result result = answer(0);

        assertThat(result.state()).isEqualTo(AnswerState.COMPLETE);
        assertThat(result.found()).isEqualTo(block(7).size());
        assertThat(result.notFound()).isEqualTo(63);
        assertThat(result.missing()).hasSize(HoleList.MAX_HOLES);
    }

    @Test
    void shouldRefuseAnotherChain()
    {
        accept(block(7), (frame) -> true);
        final long token = token(0);
        server.onWant(0, 99, CHAIN_ID + 1, token, MAX_BYTES, holes);

        assertThat(answer(0).state()).isEqualTo(AnswerState.REFUSED);
        assertThat(sender.framesOf(0)).isEmpty();
    }

    @Test
    void shouldAnswerASecondRangeAfterTheFirst()
    {
        final List<TestFrame> first = block(7);
        final List<TestFrame> second = block(9);
        accept(first, (frame) -> true);
        accept(second, (frame) -> true);
        final long token = token(0);
        sender.allow(0, 3);
        server.onRange(0, 50, CHAIN_ID, token, MAX_BYTES, 7, 7, 0);
        work(3);
        assertThat(sender.framesOf(0)).hasSize(3);

        server.onRange(0, 51, CHAIN_ID, token, MAX_BYTES, 9, 9, 0);
        sender.allow(0, 10_000);
        work(100);

        final List<String> both = new ArrayList<>(texts(first, (frame) -> true));
        both.addAll(texts(second, (frame) -> true));
        assertThat(sent(0)).containsExactlyElementsOf(both);
        assertThat(sender.resultsOf(0)).extracting(Result::requestId).endsWith(50L, 51L);
        assertThat(sender.resultsOf(0)).extracting(Result::found).endsWith(first.size(), second.size());
    }

    @Test
    void shouldQueueTwoBehindTheOneAnsweredAndSayBusyToTheNext()
    {
        accept(block(7), (frame) -> true);
        final long token = token(0);
        for (int i = 0; i < Requester.MAX_REQUESTS; i++)
        {
            server.onRange(0, 50 + i, CHAIN_ID, token, MAX_BYTES, 7, 7, 0);
        }
        server.onRange(0, 60, CHAIN_ID, token, MAX_BYTES, 7, 7, 0);

        final List<Result> results = sender.resultsOf(0);
        assertThat(results.get(results.size() - 1).state()).isEqualTo(AnswerState.BUSY);
        assertThat(results.get(results.size() - 1).requestId()).isEqualTo(60);
        assertThat(sender.framesOf(0)).isEmpty();

        work(100);
        assertThat(results).extracting(Result::requestId).endsWith(60L, 50L, 51L, 52L);
        assertThat(counters.value(FragcastCounter.REPAIR_BUSY)).isEqualTo(1);
    }

    @Test
    void shouldServe64AndTellThe65thThatItIsBusy()
    {
        accept(block(7), (frame) -> true);
        server = server(66, AnswerLimits.DEFAULT);
        for (int i = 0; i < RepairServer.MAX_REQUESTERS; i++)
        {
            want(HoleKind.ENV, 7, 0, 0, 0);
            assertThat(ask(i).found()).isEqualTo(1);
        }

        server.onWant(64, 5, CHAIN_ID, 0, MAX_BYTES, holes);
        work(10);
        assertThat(sender.resultsOf(64)).extracting(Result::state).containsExactly(AnswerState.BUSY);

        server.onDisconnected(3);
        want(HoleKind.ENV, 7, 0, 0, 0);
        assertThat(ask(64).found()).as("a place is free").isEqualTo(1);
    }

    @Test
    void shouldGiveNothingButATokenToWhoHasNotShownItsAddress()
    {
        accept(block(7), (frame) -> true);
        holes.clear();
        want(HoleKind.FRAGS, 7, 0, 0, -1);
        server.onWant(0, 1, CHAIN_ID, 0, MAX_BYTES, holes);
        server.onRange(0, 2, CHAIN_ID, 12_345, MAX_BYTES, 7, 7, 0);
        work(10);

        assertThat(sender.framesOf(0)).isEmpty();
        assertThat(sender.resultsOf(0)).extracting(Result::state)
            .containsExactly(AnswerState.UNPROVED, AnswerState.UNPROVED);
        assertThat(sender.resultsOf(0)).extracting(Result::missing).containsOnly(List.of());
        final long token = sender.resultsOf(0).get(0).token();
        assertThat(token).isNotZero().isEqualTo(sender.resultsOf(0).get(1).token());

        server.onWant(0, 3, CHAIN_ID, token, MAX_BYTES, holes);
        assertThat(answer(0).found()).isEqualTo(texts(block(7), (frame) -> isFrag(frame)).size());

        server.onDisconnected(0);
        server.onWant(0, 4, CHAIN_ID, token, MAX_BYTES, holes);
        final Result anew = answer(0);
        assertThat(anew.state()).as("a link that was lost proves itself anew").isEqualTo(AnswerState.UNPROVED);
        assertThat(anew.token()).isNotEqualTo(token);
        assertThat(counters.value(FragcastCounter.REPAIR_UNPROVED)).isEqualTo(3);
    }

    /** One asks for blocks on end and takes everything; another, later, asks for one frame. */
    @Test
    void shouldNotLetOneStarveAnother()
    {
        accept(block(7), (frame) -> true);
        server = server(8, new AnswerLimits(1L << 33, 1L << 33, 4, 64));
        final long greedy = token(0);
        final long modest = token(1);
        for (int i = 0; i < 10; i++)
        {
            server.onRange(0, 100 + i, CHAIN_ID, greedy, MAX_BYTES, 7, 7, 0);
        }
        work(1);
        final int before = sender.framesOf(0).size();

        holes.clear();
        want(HoleKind.END, 7, 0, 0, 0);
        server.onWant(1, 7, CHAIN_ID, modest, MAX_BYTES, holes);
        work(2);

        assertThat(sender.framesOf(1)).hasSize(1);
        assertThat(sender.framesOf(0).size() - before).as("one goes on meanwhile").isBetween(1, 8);
        assertThat(block(7).size()).as("and is not done").isGreaterThan(sender.framesOf(0).size());
    }

    @Test
    void shouldSendEachFrameOnceHoweverOftenTheLinkPushesBack()
    {
        final List<TestFrame> recent = block(8);
        final List<TestFrame> old = block(7);
        old.forEach((frame) -> archive.add(frame.buffer()));
        accept(recent, (frame) -> true);
        final long token = token(0);
        server.onRange(0, 5, CHAIN_ID, token, MAX_BYTES, 7, 8, 0);
        while (sender.resultsOf(0).size() < 2)
        {
            sender.allow(0, random.nextInt(3));
            work(1);
        }

        final List<String> expected = texts(recent, (frame) -> true);
        expected.addAll(texts(old, (frame) -> true));
        assertThat(sent(0)).containsExactlyElementsOf(expected);
        assertThat(sender.resultsOf(0).get(1).found()).isEqualTo(expected.size());
        assertThat(sender.resultsOf(0).get(1).notFound()).isZero();
    }

    @Test
    void shouldFindInTheArchiveWhatMemoryLacksAndListWhatNeitherHas()
    {
        final List<TestFrame> old = block(7);
        for (final TestFrame frame : old)
        {
            if (!(1 == frame.seq() && 5 == frame.index()) && !(2 == frame.seq() && isFrag(frame)))
            {
                archive.add(frame.buffer());
            }
        }
        accept(block(9), (frame) -> true);

        want(HoleKind.ENV, 7, 0, 0, 0);
        want(HoleKind.FRAGS, 7, 0, 0, 0b111);
        want(HoleKind.CHUNKS, 7, 1, 4, 0b11);
        want(HoleKind.ENV, 9, 0, 0, 0);
        want(HoleKind.TAIL, 8, 0, 0, 0);
        final Result result = ask(0);

        assertThat(sender.framesOf(0)).hasSize(1 + (int)old.stream().filter((frame) ->
            isFrag(frame) && 2 != frame.seq() && !(1 == frame.seq() && 5 == frame.index()) ||
            FrameKind.ENV == frame.kind()).count());
        assertThat(result.missing()).containsExactly(
            new Hole(HoleKind.TAIL, 8, 0, 0, 0),
            new Hole(HoleKind.FRAGS, 7, 0, 0, 0b110),
            new Hole(HoleKind.CHUNKS, 7, 1, 4, 0b10));
        assertThat(result.notFound()).isEqualTo(4);
        assertThat(result.oldest()).isEqualTo(7);
        assertThat(archive.mostRecords).as("records looked at in one cycle")
            .isLessThanOrEqualTo(AnswerLimits.DEFAULT_ARCHIVE_RECORDS);
        assertThat(counters.value(FragcastCounter.REPAIR_ARCHIVE_READS)).isPositive();
    }

    @Test
    void shouldAskTheArchiveForWhatMemoryGaveUp()
    {
        final List<TestFrame> frames = new ArrayList<>();
        for (int number = 1; number <= 300; number++)
        {
            frames.addAll(block(number));
        }
        frames.forEach((frame) -> archive.add(frame.buffer()));
        accept(frames, (frame) -> true);
        final long oldest = memory.oldestBlock();
        assertThat(oldest).isBetween(2L, 290L);

        // In the archive alone, cut in two by the log's end, and whole in memory.
        range(oldest - 1, oldest + 1, 0);
        final Result result = answer(0);

        final List<String> expected = new ArrayList<>();
        for (long number = oldest - 1; number <= oldest + 1; number++)
        {
            expected.addAll(texts(block(number), (frame) -> true));
        }
        assertThat(sent(0)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(result.notFound()).isZero();
        assertThat(result.state()).isEqualTo(AnswerState.COMPLETE);
    }

    @Test
    void shouldAnswerAnyHolesWithoutEverFailing()
    {
        accept(block(7), (frame) -> 0 != frame.index() % 3);
        block(6).forEach((frame) -> archive.add(frame.buffer()));
        final long token = token(0);
        for (int i = 0; i < 2_000; i++)
        {
            final HoleList any = new HoleList();
            final int count = random.nextInt(HoleList.MAX_HOLES + 1);
            for (int j = 0; j < count; j++)
            {
                any.add(
                    HoleKind.of(random.nextInt(6)), TERM + random.nextInt(2), 6 + random.nextInt(3), INCARNATION,
                    random.nextBoolean() ? random.nextInt(4) : Integer.MAX_VALUE - 64,
                    random.nextBoolean() ? random.nextInt(40) : Integer.MAX_VALUE - 64, random.nextLong());
            }
            nowNs += TimeUnit.SECONDS.toNanos(1);
            server.onWant(0, i, CHAIN_ID, token, MAX_BYTES, any);
            final Result result = answer(0);
            assertThat(result.requestId()).isEqualTo(i);
            assertThat(result.missing().size()).isLessThanOrEqualTo(Math.min(result.notFound(), HoleList.MAX_HOLES));
            sender.framesOf(0).clear();
        }
    }

    @Test
    void shouldAllocateNothing()
    {
        accept(block(7), (frame) -> true);
        final RepairServer quiet = new RepairServer(
            CHAIN_ID, 4, memory, FrameArchive.NONE, new Nobody(), AnswerLimits.DEFAULT, () -> 77, counters);
        want(HoleKind.FRAGS, 7, 0, 0, 0b1_1111);
        want(HoleKind.TAIL, 7, 1, 2, 0);

        assertThat(AllocatedBytes.least(() -> askOften(quiet))).isZero();
    }
}
