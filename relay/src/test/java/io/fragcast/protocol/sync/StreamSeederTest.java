package io.fragcast.protocol.sync;

import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.HeldFrames;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.protocol.sync.RecordingChunkSender.Chunk;
import io.fragcast.wire.FrameNames;
import org.agrona.collections.MutableLong;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A holder of ten blocks, and two requesters.
 */
class StreamSeederTest
{
    private static final long FIRST = 100;
    private static final long STOP = 110;
    private static final int FRAGS = 2;
    private static final long TURN_NS = 1_000_000;

    private final TestSigner leader = new TestSigner(1);
    private final Counters counters = Counters.inMemory();
    private final RecentFrames memory = new RecentFrames(RecentFrames.MIN_LENGTH, counters);
    private final HeldFrames held = new HeldFrames(memory, FrameArchive.NONE);
    private final RecordingChunkSender sender = new RecordingChunkSender(2);
    private final MutableLong tokens = new MutableLong(50);
    private final StreamSeeder seeder = new StreamSeeder(
        TestBlock.CHAIN_ID,
        2,
        new HeldFrames[]{held, held, null, null},
        new FrameNames()::tryName,
        sender,
        SeederLimits.DEFAULT,
        tokens::incrementAndGet,
        counters);
    private final List<String> all = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();
    private final long[] linkTokens = new long[2];
    private long nowNs;

    StreamSeederTest()
    {
        for (long number = FIRST; number < STOP; number++)
        {
            hold(number);
        }
    }

    @Test
    void shouldGiveATokenAndNothingElseToWhoHasNone()
    {
        final StreamRequest request = request(1, FIRST, STOP);
        request.token = 0;

        seeder.onRequest(0, request);
        work(10);

        assertThat(sender.chunks).hasSize(1);
        assertThat(sender.last().state()).isEqualTo(StreamState.UNPROVED);
        assertThat(sender.last().token()).isNotZero();
        assertThat(sender.last().items()).isEmpty();
    }

    @Test
    void shouldSendTheRangeInChunksWithoutGapOrOverlap()
    {
        open(0, 1, (request) -> request.maxItems = 7);
        work(50);

        assertThat(sender.items(1)).isEqualTo(all);
        for (int i = 1; i < sender.chunks.size(); i++)
        {
            final Chunk chunk = sender.chunks.get(i);
            assertThat(chunk.index()).isEqualTo(i - 1);
            assertThat(chunk.items().size()).isLessThanOrEqualTo(7);
        }
        assertThat(sender.last().state()).isEqualTo(StreamState.DONE);
        assertThat(sender.last().nextBlock()).isEqualTo(STOP);
    }

    @Test
    void shouldEndAChunkAtItsBytes()
    {
        final int twoFrames = lengths.get(0) + lengths.get(1);
        open(0, 1, (request) -> request.maxBytes = twoFrames);
        work(5);
        assertThat(sender.chunks.get(1).items()).isEqualTo(all.subList(0, 2));
        assertThat(sender.chunks.get(1).bytes()).isEqualTo(twoFrames);

        open(1, 2, (request) -> request.maxBytes = twoFrames - 1);
        work(5);
        assertThat(sender.items(2).get(0)).isEqualTo(all.get(0));
        assertThat(sender.chunks.stream().filter((chunk) -> 2 == chunk.session()).findFirst().orElseThrow().items())
            .hasSize(1);
    }

    @Test
    void shouldStopWithoutCredit()
    {
        open(0, 1, (request) ->
        {
            request.maxItems = 2;
            request.maxChunks = 2;
        });
        work(50);
        assertThat(sender.items(1)).isEqualTo(all.subList(0, 4));

        seeder.onCredit(0, 1, 1);
        work(50);
        assertThat(sender.items(1)).isEqualTo(all.subList(0, 6));

        seeder.onStop(0, 1);
        seeder.onCredit(0, 1, 1);
        work(50);
        assertThat(sender.items(1)).isEqualTo(all.subList(0, 6));
        assertThat(sender.last().state()).isEqualTo(StreamState.UNKNOWN);
    }

    @Test
    void shouldAnswerAnEmptyRangeWithOneChunkThatIsDone()
    {
        open(0, 1, (request) -> request.stopBlock = FIRST);
        work(5);

        assertThat(sender.chunks).hasSize(2);
        assertThat(sender.last().state()).isEqualTo(StreamState.DONE);
        assertThat(sender.last().items()).isEmpty();
    }

    @Test
    void shouldNotGoOnWithAHeightOfASessionThatWasStopped()
    {
        open(0, 1, (request) ->
        {
            request.maxItems = 2;
            request.maxChunks = 1;
        });
        work(5);
        seeder.onStop(0, 1);

        open(0, 2, (request) -> request.startBlock = STOP);
        work(5);

        assertThat(sender.items(2)).isEmpty();
        assertThat(sender.last().state()).isEqualTo(StreamState.DONE);
    }

    @Test
    void shouldSendWhatComesBeforeItsLastChunkIsTaken()
    {
        open(0, 1, (request) -> request.stopBlock = STOP + 1);
        sender.room[0] = all.size();
        work(50);
        assertThat(sender.chunks).hasSize(1);

        hold(STOP);
        sender.room[0] = Integer.MAX_VALUE;
        work(50);

        assertThat(sender.items(1)).isEqualTo(all);
        assertThat(sender.last().nextBlock()).isEqualTo(STOP + 1);
    }

    @Test
    void shouldNameTheSameByIds()
    {
        open(0, 1, (request) -> request.maxChunks = SeederLimits.MAX_CHUNKS);
        open(0, 2, (request) ->
        {
            request.isIds = true;
            request.maxChunks = SeederLimits.MAX_CHUNKS;
        });
        work(50);

        final List<String> ids = sender.chunks.stream()
            .filter((chunk) -> 2 == chunk.session())
            .flatMap((chunk) -> chunk.ids().stream())
            .toList();
        assertThat(ids).isEqualTo(sender.items(1)).isEqualTo(all);
    }

    @Test
    void shouldSendSealsAlone()
    {
        open(0, 1, (request) -> request.kind = StreamKind.SEALS);
        work(50);

        assertThat(sender.items(1)).hasSize((int)(STOP - FIRST)).allMatch((item) -> item.startsWith("END"));
    }

    @Test
    void shouldSayThatItHasNothingOfAKind()
    {
        open(0, 1, (request) -> request.kind = StreamKind.SEALED_BLOCKS);
        assertThat(sender.last().state()).isEqualTo(StreamState.UNAVAILABLE);

        open(0, 2, (request) -> request.chainId++);
        assertThat(sender.last().state()).isEqualTo(StreamState.UNAVAILABLE);
        assertThat(counters.value(FragcastCounter.STREAMS_REFUSED)).isEqualTo(3);
    }

    @Test
    void shouldTakeEveryFigureAtItsLimitAndEndAllSessionsOneBeyond()
    {
        isTakenAndThenNot((request) -> request.maxItems = SeederLimits.MAX_ITEMS, (request) -> request.maxItems++);
        isTakenAndThenNot((request) -> request.maxBytes = SeederLimits.MAX_BYTES, (request) -> request.maxBytes++);
        isTakenAndThenNot((request) -> request.maxChunks = SeederLimits.MAX_CHUNKS, (request) -> request.maxChunks++);
        isTakenAndThenNot(
            (request) -> request.stopBlock = FIRST + SeederLimits.MAX_HEIGHTS, (request) -> request.stopBlock++);
        isTakenAndThenNot((request) -> request.stopBlock = FIRST, (request) -> request.stopBlock--);
        isTakenAndThenNot((request) -> request.maxItems = 1, (request) -> request.maxItems--);
        isTakenAndThenNot((request) -> request.maxBytes = 1, (request) -> request.maxBytes--);
        isTakenAndThenNot((request) -> request.maxChunks = 1, (request) -> request.maxChunks--);
        assertThat(counters.value(FragcastCounter.STREAM_FAULTS)).isEqualTo(8);
    }

    @Test
    void shouldEndAllSessionsAtMoreCreditThanMayBeComing()
    {
        open(0, 1, (request) -> request.maxChunks = 4);
        seeder.onCredit(0, 1, SeederLimits.MAX_CHUNKS - 4);
        assertThat(counters.value(FragcastCounter.STREAM_FAULTS)).isZero();

        seeder.onCredit(0, 1, 1);

        assertThat(sender.last().state()).isEqualTo(StreamState.FAULT);
        work(10);
        assertThat(sender.items(1)).isEmpty();
    }

    @Test
    void shouldTakeAnotherStartOfALiveSessionForAFault()
    {
        open(0, 1, (request) -> request.maxChunks = 1);
        open(0, 1, (request) -> request.maxChunks = 1);
        assertThat(counters.value(FragcastCounter.STREAM_FAULTS)).isZero();

        open(0, 1, (request) -> request.startBlock++);

        assertThat(sender.last().state()).isEqualTo(StreamState.FAULT);
        work(10);
        assertThat(sender.items(1)).isEmpty();
    }

    @Test
    void shouldEndTheOldestOtherForAFourthSession()
    {
        for (long session = 1; session <= SeederLimits.MAX_SESSIONS; session++)
        {
            open(0, session, (request) -> request.maxItems = 1);
        }
        assertThat(counters.value(FragcastCounter.STREAMS_PRUNED)).isZero();

        open(0, 4, (request) -> request.maxItems = 1);

        assertThat(counters.value(FragcastCounter.STREAMS_PRUNED)).isEqualTo(1);
        assertThat(sender.last().session()).isEqualTo(1);
        assertThat(sender.last().state()).isEqualTo(StreamState.UNKNOWN);
        work(10);
        assertThat(sender.items(1)).isEmpty();
        for (long session = 2; session <= 4; session++)
        {
            assertThat(sender.items(session)).as("session " + session).isNotEmpty();
        }
    }

    @Test
    void shouldNotMixTheChunksOfTwoSessionsOfOneRequester()
    {
        open(0, 1, (request) -> request.maxItems = 7);
        open(0, 2, (request) -> request.maxItems = 7);
        sender.room[0] = 2;
        work(5);
        sender.room[0] = Integer.MAX_VALUE;
        work(100);

        assertThat(sender.items(1)).isEqualTo(sender.items(2)).isEqualTo(all);
    }

    @Test
    void shouldNotLetOneThatDoesNotReadHoldUpAnother()
    {
        open(0, 1, (request) -> {});
        open(1, 2, (request) -> {});
        sender.room[0] = 3;
        work(50);
        assertThat(sender.items(2)).isEqualTo(all);

        sender.room[0] = Integer.MAX_VALUE;
        work(50);
        assertThat(sender.items(1)).isEqualTo(all);
    }

    @Test
    void shouldGiveEachOfManyATurnInEveryCycle()
    {
        final int count = 64;
        final RecordingChunkSender many = new RecordingChunkSender(count);
        final StreamSeeder busy = new StreamSeeder(
            TestBlock.CHAIN_ID,
            count,
            new HeldFrames[]{held, held, null, null},
            new FrameNames()::tryName,
            many,
            SeederLimits.DEFAULT,
            tokens::incrementAndGet,
            counters);
        for (int link = 0; link < count; link++)
        {
            busy.onRequest(link, request(0, FIRST, FIRST));
            final StreamRequest request = request(link + 1, FIRST, STOP);
            request.token = many.last().token();
            request.maxItems = 1;
            busy.onRequest(link, request);
        }
        for (int cycle = 1; cycle <= 3; cycle++)
        {
            busy.doWork(nowNs += 100 * TURN_NS);
            for (long session = 1; session <= count; session++)
            {
                assertThat(many.items(session)).as("session " + session).hasSize(cycle);
            }
        }
    }

    @Test
    void shouldForgetWhoIsGone()
    {
        open(0, 1, (request) -> request.maxItems = 1);
        final long token = linkTokens[0];

        seeder.onDisconnected(0);
        work(10);
        assertThat(sender.items(1)).isEmpty();
        open(0, 2, (request) -> {});
        assertThat(sender.last().state()).isEqualTo(StreamState.UNPROVED);
        assertThat(sender.last().token()).isNotEqualTo(token);
    }

    @Test
    void shouldKeepToItsRate()
    {
        final long most = SeederLimits.DEFAULT.bytesPerSecond() / 10;
        for (long session = 1; session <= 2_000; session++)
        {
            open(0, session, (request) -> {});
            for (int i = 0; i < 3; i++)
            {
                seeder.doWork(0);
            }
            seeder.onStop(0, session);
        }

        assertThat(counters.value(FragcastCounter.STREAM_BYTES_SENT)).isBetween(most / 2, most + (1 << 16));
    }

    private void isTakenAndThenNot(final Consumer<StreamRequest> atLimit, final Consumer<StreamRequest> beyond)
    {
        final long faults = counters.value(FragcastCounter.STREAM_FAULTS);
        final long opened = counters.value(FragcastCounter.STREAMS_OPENED);
        open(0, 1_000 + 2 * opened, atLimit);
        assertThat(counters.value(FragcastCounter.STREAM_FAULTS)).isEqualTo(faults);
        assertThat(counters.value(FragcastCounter.STREAMS_OPENED)).isEqualTo(opened + 1);

        open(0, 1_001 + 2 * opened, atLimit.andThen(beyond));
        assertThat(counters.value(FragcastCounter.STREAM_FAULTS)).isEqualTo(faults + 1);
        assertThat(counters.value(FragcastCounter.STREAMS_OPENED)).isEqualTo(opened + 1);
        assertThat(sender.last().state()).isEqualTo(StreamState.FAULT);
        final int before = sender.chunks.size();
        work(3);
        assertThat(sender.chunks).hasSize(before);
    }

    private void open(final int link, final long session, final Consumer<StreamRequest> change)
    {
        if (0 == linkTokens[link])
        {
            final StreamRequest unproved = request(0, FIRST, FIRST);
            seeder.onRequest(link, unproved);
            linkTokens[link] = sender.last().token();
        }
        final StreamRequest request = request(session, FIRST, STOP);
        request.token = linkTokens[link];
        change.accept(request);
        seeder.onRequest(link, request);
    }

    private StreamRequest request(final long session, final long start, final long stop)
    {
        final StreamRequest request = new StreamRequest();
        request.sessionId = session;
        request.chainId = TestBlock.CHAIN_ID;
        request.startBlock = start;
        request.stopBlock = stop;
        request.maxBytes = SeederLimits.MAX_BYTES;
        request.maxItems = SeederLimits.MAX_ITEMS;
        request.maxChunks = SeederLimits.MAX_CHUNKS;

        return request;
    }

    private void work(final int turns)
    {
        for (int i = 0; i < turns; i++)
        {
            nowNs += TURN_NS;
            seeder.doWork(nowNs);
        }
    }

    private void hold(final long number)
    {
        final FrameName name = new FrameName();
        for (final TestFrame frame : new TestBlock(leader, 1, number, 1).frames(FRAGS, 2, 900))
        {
            assertThat(new FrameNames().tryName(frame.buffer(), 0, frame.buffer().capacity(), name)).isTrue();
            memory.onFrame(name, frame.buffer(), 0, frame.buffer().capacity());
            all.add(name.part + "@" + number + "#" + name.seq + "/" + name.index);
            lengths.add(frame.buffer().capacity());
        }
    }
}
