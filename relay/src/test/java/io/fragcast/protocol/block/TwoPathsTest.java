package io.fragcast.protocol.block;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.leader.Schedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Goal: with two paths a dead one costs nothing. Path A is ahead of path B by some frames, and dies: at each frame of
 * the run in turn, in mid-frag too. Method: each run counts the deliveries that came later than the moment when B had
 * brought all that they take; there must be none, which is less than the one frag interval that they may wait, and
 * nothing may be lost, twice, or asked for.
 */
class TwoPathsTest
{
    private static final int SESSION_A = 1;
    private static final int SESSION_B = 2;
    private static final long FIRST_BLOCK = 10;
    private static final int BLOCKS = 2;
    private static final int FRAGS = 4;
    /** Five chunks at MTU 1408. */
    private static final int TX_LENGTH = 6_000;
    private static final long STEP_NS = 50_000;

    private final TestSigner leader = new TestSigner(1);
    private final List<TestFrame> frames = new ArrayList<>();
    private final List<String> story = new ArrayList<>();
    /** Of each event of the story: how many frames of the run it takes. */
    private final List<Integer> needed = new ArrayList<>();

    TwoPathsTest()
    {
        for (long block = FIRST_BLOCK; block < FIRST_BLOCK + BLOCKS; block++)
        {
            final List<TestFrame> ofBlock = new TestBlock(leader, 1, block, block)
                .parentHash(TestBlock.blockHash(block - 1, block - 1))
                .frames(FRAGS, 1, TX_LENGTH);
            for (int i = 0; i < ofBlock.size(); i++)
            {
                final TestFrame frame = ofBlock.get(i);
                frames.add(frame);
                final boolean isEndOfFrag = FrameKind.FRAG_CHUNK == frame.kind() &&
                    FrameKind.FRAG_CHUNK != ofBlock.get(i + 1).kind();
                switch (frame.kind())
                {
                    case ENV -> expect("ENV@" + block);
                    case FRAG_CHUNK ->
                    {
                        if (isEndOfFrag)
                        {
                            expect("FRAG@" + block + "#" + frame.seq());
                        }
                    }
                    case SEAL ->
                    {
                        expect("SEAL@" + block);
                        expect("VERIFIED@" + block);
                    }
                    default -> assertThat(frame.kind()).isEqualTo(FrameKind.FRAG);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "17", "40"})
    void shouldDeliverByTheOtherPathAsSoonAsItHasItWhereverOneDies(final int lead)
    {
        assertThat(frames).hasSizeGreaterThan(45);
        for (int dies = 0; dies <= frames.size(); dies++)
        {
            run(dies, lead);
        }
    }

    private void run(final int dies, final int lead)
    {
        final TestReceiver node = new TestReceiver(
            new Schedule(TestBlock.CHAIN_ID, 1_408, List.of(
                TestReceiver.term(1, 0, Long.MAX_VALUE, leader, null))),
            BlockLimits.withSlab(4 << 20, 2 << 20),
            TestSigner.verifier());
        int late = 0;
        for (int step = 0; step < frames.size() + lead; step++)
        {
            if (step < dies)
            {
                node.offer(frames.get(step), SESSION_A);
            }
            final int byB = step - lead + 1;
            if (byB > 0)
            {
                node.offer(frames.get(byB - 1), SESSION_B);
            }
            node.pass(STEP_NS);
            late += Math.max(0, dueBy(Math.max(byB, Math.min(dies, step + 1))) - node.events.size());
        }

        final String where = "A ahead by " + lead + ", dead from frame " + dies + " on";
        assertEquals(0, late, where + ": deliveries that waited though a path had brought them");
        assertEquals(story, node.story(), where);
        assertEquals(0, node.count(FragcastCounter.DUPLICATES_DELIVERED), where);
        assertEquals(BLOCKS, node.count(FragcastCounter.BLOCKS_VERIFIED), where);
        assertEquals(frames.size(), node.count(FragcastCounter.FRAMES_ACCEPTED), where);
        assertEquals(dies, node.count(FragcastCounter.FRAMES_DUPLICATE), where + ": what both brought");
    }

    /** Events that take no more than the first so many frames. */
    private int dueBy(final int frameCount)
    {
        int due = 0;
        while (due < needed.size() && needed.get(due) <= frameCount)
        {
            due++;
        }

        return due;
    }

    private void expect(final String event)
    {
        story.add(event);
        needed.add(frames.size());
    }
}
