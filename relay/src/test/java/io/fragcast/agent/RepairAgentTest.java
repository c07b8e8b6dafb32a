package io.fragcast.agent;

import io.fragcast.codecs.AnswerState;
import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.RangeRequestEncoder;
import io.fragcast.codecs.WantResultDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.AcceptedFrames;
import io.fragcast.journal.JournalConfig;
import io.fragcast.journal.JournalRing;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import io.fragcast.protocol.block.TestSigner;
import io.fragcast.protocol.repair.AnswerLimits;
import io.fragcast.protocol.repair.FrameArchive;
import io.fragcast.protocol.repair.RecentFrames;
import io.fragcast.protocol.repair.RepairServer;
import io.fragcast.transport.FrameLink;
import io.fragcast.wire.AnswerProxy;
import io.fragcast.wire.MemoryLink;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: what the hot agent accepted is served to whoever is connected, and a link that was lost proves itself anew.
 */
class RepairAgentTest
{
    private static final long CHAIN_ID = TestBlock.CHAIN_ID;

    private final Counters counters = Counters.inMemory();
    private final JournalRing ring = new JournalRing(
        JournalConfig.MIN_RING_LENGTH, counters.get(FragcastCounter.REPAIR_MEMORY_LOST));
    private final RecentFrames memory = new RecentFrames(RecentFrames.MIN_LENGTH, counters);
    private final MemoryLink[] links = {new MemoryLink(), new MemoryLink()};
    private final UnsafeBuffer request = new UnsafeBuffer(new byte[128]);
    private final AtomicLong openBlock = new AtomicLong(RepairServer.NONE_OPEN);
    private long tokens;
    private final RepairServer server = new RepairServer(
        CHAIN_ID, links.length, memory, FrameArchive.NONE, new AnswerProxy(links, CHAIN_ID, 1_376),
        AnswerLimits.DEFAULT, () -> ++tokens, counters);
    private final RepairAgent agent = new RepairAgent(
        "test", System::nanoTime, new AcceptedFrames[]{new AcceptedFrames(ring, memory)}, null,
        new FrameLink[]{links[0], links[1]}, server, openBlock::get, () -> 0, counters);

    @Test
    void shouldServeWhatWasAccepted()
    {
        final List<TestFrame> frames = accept();
        final long token = ask(0, 0).token();
        links[0].sent.clear();

        final WantResultDecoder result = ask(0, token);

        assertThat(result.state()).isEqualTo(AnswerState.COMPLETE);
        assertThat(links[0].sent).hasSize(frames.size() + 1);
        for (int i = 0; i < frames.size(); i++)
        {
            assertThat(links[0].sent.get(i)).isEqualTo(frames.get(i).content());
        }
        assertThat(links[1].sent).isEmpty();
        assertThat(ask(1, token).state()).as("the token of another").isEqualTo(AnswerState.UNPROVED);
    }

    @Test
    void shouldSayOfWhatItWaitsForItselfThatItMayCome()
    {
        accept();
        final long token = ask(0, 0).token();
        openBlock.set(8);
        assertThat(ask(0, token).isOpen()).as("block 7 is over").isEqualTo(BooleanType.F);

        openBlock.set(7);
        assertThat(ask(0, token).isOpen()).isEqualTo(BooleanType.T);
    }

    @Test
    void shouldGiveAnotherTokenToALinkThatCameBack()
    {
        accept();
        final long token = ask(0, 0).token();
        links[0].isConnected = false;
        run();
        links[0].isConnected = true;

        final WantResultDecoder result = ask(0, token);

        assertThat(result.state()).isEqualTo(AnswerState.UNPROVED);
        assertThat(result.token()).isNotEqualTo(token);
    }

    @Test
    void shouldReportWhatTheRingCouldNotTake()
    {
        accept();
        run();
        assertThat(memory.isWhole(7)).isTrue();
        while (0 == counters.value(FragcastCounter.REPAIR_MEMORY_LOST))
        {
            ring.onAccepted(request, 0, request.capacity(), 1, 0, 1);
        }
        run();
        ring.doWork();
        run();

        assertThat(memory.isWhole(7)).isFalse();
    }

    private List<TestFrame> accept()
    {
        final TestBlock block = new TestBlock(new TestSigner(1), 1, 7, 1_000);
        final List<TestFrame> frames = new ArrayList<>();
        frames.add(block.env());
        frames.addAll(block.frag(true, TestBlock.bodyOfLength(20_000), 1));
        frames.add(block.seal());
        frames.add(block.heartbeat(1, frames.get(frames.size() - 1).kind(), 1));
        frames.forEach((frame) -> ring.onAccepted(frame.buffer(), 0, frame.buffer().capacity(), 1, 0, 1));
        frames.remove(frames.size() - 1);

        return frames;
    }

    private WantResultDecoder ask(final int link, final long token)
    {
        new RangeRequestEncoder().wrapAndApplyHeader(request, 0, new MessageHeaderEncoder())
            .requestId(3).chainId(CHAIN_ID).token(token).fromBlock(7).toBlock(7).fromSeq(0).maxBytes(1 << 20);
        links[link].receive(request, MessageHeaderEncoder.ENCODED_LENGTH + RangeRequestEncoder.BLOCK_LENGTH);
        run();
        final UnsafeBuffer last = new UnsafeBuffer(links[link].sent.get(links[link].sent.size() - 1));

        return new WantResultDecoder().wrapAndApplyHeader(last, 0, new MessageHeaderDecoder());
    }

    private void run()
    {
        for (int i = 0; i < 10_000 && 0 != agent.doWork(); i++)
        {
            assertThat(i).isLessThan(9_999);
        }
    }
}
