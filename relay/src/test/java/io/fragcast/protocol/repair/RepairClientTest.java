package io.fragcast.protocol.repair;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.TestBlock;
import io.fragcast.protocol.block.TestFrame;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: whatever single thing is lost, it is asked for once, soon, of the right holder, and the block ends VERIFIED in
 * about a round trip. Method: the production receiver and client over a network in virtual time.
 */
class RepairClientTest
{
    private static final long MS = 1_000_000;
    private static final long RTT = 5 * MS;
    /** Two samples of RTT/8, at most 500 us each, and a duty cycle. */
    private static final long DETECTION = 1_100_000;

    @Test
    void shouldRepairOneLostFragInAboutARoundTrip()
    {
        final RepairRig rig = new RepairRig(1, RTT, 2 * RTT, 3 * RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        final List<List<TestFrame>> frags = RepairPlays.open(rig, block, 20);
        for (int seq = 0; seq < 20; seq++)
        {
            if (7 == seq)
            {
                rig.lose(block, frags.get(seq));
            }
            else
            {
                rig.send(block, frags.get(seq));
            }
        }
        rig.send(block, block.seal());

        assertThat(rig.passUntilVerified(RepairRig.FIRST, 100 * MS)).isLessThan(RTT + DETECTION);
        assertThat(rig.asks).hasSize(1);
        assertThat(rig.asks.get(0).holes()).containsExactly("FRAG@1000#7");
        assertThat(rig.asks.get(0).holder()).isEqualTo(0);
        assertThat(rig.node.story().subList(1, 21))
            .isEqualTo(IntStream.range(0, 20).mapToObj((seq) -> "FRAG@1000#" + seq).toList());
        assertThat(rig.count(FragcastCounter.FRAGS_REPAIRED)).isEqualTo(1);
        assertThat(rig.latencies).hasSize(1).allMatch((latency) -> latency < RTT + DETECTION);
    }

    @Test
    void shouldNameAGapOfManyFragsInOneWant()
    {
        final RepairRig rig = new RepairRig(2, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        final List<List<TestFrame>> frags = RepairPlays.open(rig, block, 120);
        for (int seq = 0; seq < 120; seq++)
        {
            if (5 <= seq && seq < 105)
            {
                rig.lose(block, frags.get(seq));
            }
            else
            {
                rig.send(block, frags.get(seq));
            }
        }
        rig.send(block, block.seal());

        rig.passUntilVerified(RepairRig.FIRST, 100 * MS);
        assertThat(rig.asks).hasSize(1);
        assertThat(rig.asks.get(0).holes()).hasSize(100);
        assertThat(rig.count(FragcastCounter.REPAIR_HOLES_ASKED)).isEqualTo(100);
        assertThat(rig.count(FragcastCounter.FRAGS_REPAIRED)).isEqualTo(100);
    }

    @Test
    void shouldFillTenScatteredHolesWithinTwoRoundTrips()
    {
        final RepairRig rig = new RepairRig(5, RTT, RTT, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        rig.send(block, block.env());
        for (int seq = 0; seq < 30; seq++)
        {
            final List<TestFrame> frames = block.frag(29 == seq, TestBlock.bodyOfLength(20_000), 1);
            for (int i = 0; i < frames.size(); i++)
            {
                if (0 == seq % 3 && i == 1 + seq / 3)
                {
                    rig.lose(block, frames.get(i));
                }
                else
                {
                    rig.send(block, frames.get(i));
                }
            }
        }
        rig.send(block, block.seal());

        assertThat(rig.passUntilVerified(RepairRig.FIRST, 100 * MS)).isLessThan(2 * RTT);
        assertThat(rig.asks).hasSize(1);
        assertThat(rig.asks.get(0).holes()).hasSize(10).allMatch((hole) -> hole.startsWith("CHUNKS@"));
    }

    @Test
    void shouldRepairALostEnv()
    {
        final RepairRig rig = new RepairRig(6, RTT).ready();
        RepairPlays.first(rig);
        final TestBlock block = rig.block(RepairRig.FIRST + 1);
        rig.lose(block, block.env());
        rig.send(block, block.frag(true, new byte[100]));
        rig.send(block, block.seal());

        assertThat(rig.passUntilVerified(block.number(), 100 * MS)).isLessThan(RTT + DETECTION);
        assertThat(rig.asks).hasSize(1);
        assertThat(rig.asks.get(0).holes()).containsExactly("ENV@1001");
    }

    @Test
    void shouldRepairALostSealWhenTheNextBlockShowsIt()
    {
        final RepairRig rig = new RepairRig(7, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        final List<TestFrame> frames = block.frames(3, 1, 100);
        rig.send(block, frames.subList(0, frames.size() - 1));
        rig.lose(block, frames.get(frames.size() - 1));
        final TestBlock next = rig.block(RepairRig.FIRST + 1);
        rig.send(next, next.env());

        assertThat(rig.passUntilVerified(RepairRig.FIRST, 100 * MS)).isLessThan(RTT + DETECTION);
        assertThat(rig.asks.get(0).holes()).containsExactly("END@1000");
    }

    @Test
    void shouldRepairALostSealWhenAHeartbeatNamesIt()
    {
        final RepairRig rig = new RepairRig(8, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        final List<TestFrame> frames = block.frames(3, 1, 100);
        rig.send(block, frames.subList(0, frames.size() - 1));
        rig.lose(block, frames.get(frames.size() - 1));
        rig.send(block, block.heartbeat(1, FrameKind.SEAL, 3));

        assertThat(rig.passUntilVerified(RepairRig.FIRST, 100 * MS)).isLessThan(RTT + DETECTION);
        assertThat(rig.asks.get(0).holes()).containsExactly("END@1000");
    }

    @Test
    void shouldRepairALostAbort()
    {
        final RepairRig rig = new RepairRig(9, RTT).ready();
        RepairPlays.first(rig);
        final TestBlock block = rig.block(RepairRig.FIRST + 1);
        rig.send(block, block.env());
        rig.send(block, block.frag(false, new byte[100]));
        rig.lose(block, block.abort());
        rig.send(block, block.heartbeat(1, FrameKind.ABORT, 1));
        rig.pass(RTT + DETECTION);

        assertThat(rig.node.story()).endsWith("ENV@1001", "FRAG@1001#0", "ABORTED@1001 reason 2");
        final TestBlock again = rig.block(RepairRig.FIRST + 1, 2);
        rig.send(again, again.frames(2, 1, 100));
        rig.passUntilVerified(again.number(), 10 * MS);
    }

    @Test
    void shouldRepairATailThatAHeartbeatNames()
    {
        final RepairRig rig = new RepairRig(10, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        rig.send(block, block.env());
        final List<List<TestFrame>> frags = new ArrayList<>();
        for (int seq = 0; seq < 6; seq++)
        {
            frags.add(block.frag(false, new byte[100]));
        }
        rig.send(block, frags.get(0));
        // Of the last the first chunk, of those before nothing.
        final List<TestFrame> cut = block.frag(false, TestBlock.bodyOfLength(9_000), 1);
        frags.subList(1, 6).forEach((frag) -> rig.lose(block, frag));
        cut.forEach((frame) -> rig.lose(block, frame));
        rig.live(cut.get(0), 0);
        rig.live(cut.get(1), 0);
        rig.send(block, block.heartbeat(1, FrameKind.FRAG, 6));
        rig.pass(RTT + DETECTION);

        assertThat(rig.count(FragcastCounter.FRAGS_DELIVERED)).isEqualTo(7);
        assertThat(rig.asks).hasSize(1);
        assertThat(rig.asks.get(0).holes()).contains("FRAG@1000#1", "FRAG@1000#5", "CHUNKS@1000#6/1")
            .doesNotContain("CHUNKS@1000#6/0", "FRAG@1000#6");
    }

    @Test
    void shouldProbeTheNextSeqWhenAnOpenBlockIsSilent()
    {
        final RepairRig rig = new RepairRig(11, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        rig.send(block, block.env());
        rig.send(block, block.frag(false, new byte[100]));
        rig.pass(RepairClient.CADENCE_NS - MS);
        assertThat(rig.asks).isEmpty();

        rig.lose(block, block.frag(false, new byte[200]));
        rig.pass(MS + DETECTION + RTT);
        assertThat(rig.asks.get(0).holes()).containsExactly("TAIL@1000#1");
        assertThat(rig.count(FragcastCounter.FRAGS_DELIVERED)).isEqualTo(2);
    }

    @Test
    void shouldNotProbeWhileHeartbeatsSayThatThereIsNothing()
    {
        final RepairRig rig = new RepairRig(12, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        rig.send(block, block.env());
        rig.send(block, block.frag(false, new byte[100]));
        for (int i = 1; i <= 20; i++)
        {
            rig.send(block, block.heartbeat(i, FrameKind.FRAG, 0));
            rig.pass(100 * MS);
        }

        assertThat(rig.asks).isEmpty();
    }

    @Test
    void shouldFetchBlocksOfWhichNothingCame()
    {
        final RepairRig rig = new RepairRig(13, RTT, RTT).ready();
        RepairPlays.first(rig);
        for (int i = 1; i <= 5; i++)
        {
            final TestBlock block = rig.block(RepairRig.FIRST + i);
            rig.lose(block, block.frames(4, 2, 500));
        }
        final TestBlock next = rig.block(RepairRig.FIRST + 6);
        rig.send(next, next.frames(4, 2, 500));

        assertThat(rig.passUntilVerified(next.number(), 100 * MS)).isLessThan(RTT + DETECTION + MS);
        assertThat(rig.asks).hasSize(1);
        assertThat(rig.asks.get(0).isRange()).isTrue();
        assertThat(rig.asks.get(0).fromBlock()).isEqualTo(1_001);
        assertThat(rig.asks.get(0).toBlock()).isEqualTo(1_005);
        assertThat(rig.count(FragcastCounter.BLOCKS_MISSED)).isZero();
    }

    @Test
    void shouldFetchTheLastBlockWhenAHeartbeatNamesIt()
    {
        final RepairRig rig = new RepairRig(14, RTT).ready();
        RepairPlays.first(rig);
        final TestBlock block = rig.block(RepairRig.FIRST + 1);
        rig.lose(block, block.frames(4, 2, 500));
        rig.send(block, block.heartbeat(1, FrameKind.SEAL, 4));

        assertThat(rig.passUntilVerified(block.number(), 100 * MS)).isLessThan(RTT + DETECTION + MS);
    }

    @Test
    void shouldHaveTheWholeOpenBlockWhenItJoinsLate()
    {
        final RepairRig rig = new RepairRig(15, RTT);
        final TestBlock block = rig.block(RepairRig.FIRST);
        rig.lose(block, block.env());
        for (int seq = 0; seq < 8; seq++)
        {
            rig.lose(block, block.frag(false, TestBlock.bodyOfLength(30_000), 1));
        }
        // One way to get the token, one to get the block.
        rig.pass(2 * RTT + 3 * MS);
        assertThat(rig.count(FragcastCounter.FRAGS_DELIVERED)).isEqualTo(8);

        rig.send(block, block.frag(true, new byte[100]));
        rig.send(block, block.seal());
        rig.passUntilVerified(RepairRig.FIRST, MS);
    }

    @Test
    void shouldFetchTheOpenBlockWhenItsFirstFrameIsInTheMiddle()
    {
        final RepairRig rig = new RepairRig(16, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        final List<List<TestFrame>> frags = new ArrayList<>();
        rig.lose(block, block.env());
        for (int seq = 0; seq < 10; seq++)
        {
            frags.add(block.frag(9 == seq, new byte[300]));
            if (6 > seq)
            {
                rig.lose(block, frags.get(seq));
            }
            else
            {
                rig.send(block, frags.get(seq));
            }
        }
        rig.send(block, block.seal());

        assertThat(rig.passUntilVerified(RepairRig.FIRST, 100 * MS)).isLessThan(RTT + DETECTION);
        assertThat(rig.asks.get(0).holes()).contains("ENV@1000", "FRAG@1000#0", "FRAG@1000#5").hasSize(7);
    }

    @Test
    void shouldAskNothingForWhatComesLateButSoon()
    {
        final RepairRig rig = new RepairRig(17, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        for (final TestFrame frame : block.frames(40, 1, 100))
        {
            rig.hold(block, frame);
            rig.live(frame, rig.random.nextInt(300_000));
            rig.pass(20_000);
        }
        rig.passUntilVerified(RepairRig.FIRST, MS);

        assertThat(rig.asks).isEmpty();
    }

    @Test
    void shouldNotHedgeWhatALateFirstCopyHasFilled()
    {
        final RepairRig rig = new RepairRig(18, RTT, RTT).ready();
        rig.holders.get(0).isSilent = true;
        rig.holders.get(1).isSilent = true;
        final TestBlock block = rig.block(RepairRig.FIRST);
        final List<TestFrame> frames = block.frames(5, 1, 100);
        frames.forEach((frame) -> rig.hold(block, frame));
        for (int i = 0; i < frames.size(); i++)
        {
            rig.live(frames.get(i), 3 == i ? 3 * MS : 0);
        }
        rig.passUntilVerified(RepairRig.FIRST, 10 * MS);
        rig.pass(100 * MS);

        assertThat(rig.asks).hasSize(1);
        assertThat(rig.count(FragcastCounter.FRAGS_REPAIRED)).isZero();
    }

    @Test
    void shouldRepairLostPagesAndHeaders()
    {
        final RepairRig rig = new RepairRig(24, RTT).ready();
        final TestBlock block = rig.block(RepairRig.FIRST);
        rig.send(block, block.env());
        final List<TestFrame> paged = block.frag(false, TestBlock.bodyOfLength(150_000), 2);
        for (final TestFrame frame : paged)
        {
            // The second page, and a chunk under the first.
            final boolean isLost = FrameKind.FRAG_PAGE == frame.kind() &&
                1 == frame.index() ||
                FrameKind.FRAG_CHUNK == frame.kind() && 3 == frame.index();
            if (isLost)
            {
                rig.lose(block, frame);
            }
            else
            {
                rig.send(block, frame);
            }
        }
        final List<TestFrame> beheaded = block.frag(true, TestBlock.bodyOfLength(9_000), 1);
        rig.lose(block, beheaded.get(0));
        rig.send(block, beheaded.subList(1, beheaded.size()));
        rig.send(block, block.seal());

        assertThat(rig.passUntilVerified(RepairRig.FIRST, 100 * MS)).isLessThan(RTT + DETECTION);
        assertThat(rig.asks).hasSize(1);
        assertThat(rig.asks.get(0).holes())
            .containsExactlyInAnyOrder("PAGES@1000#0/1", "CHUNKS@1000#0/3", "FRAG@1000#1");
    }

    @Test
    void shouldFollowTheStreamByRepairWhileTheTransportIsStalled()
    {
        final RepairRig rig = new RepairRig(25, RTT).ready();
        RepairPlays.first(rig);
        rig.isStalled = true;
        rig.stalledSinceNs = rig.nowNs;
        final TestBlock block = rig.block(RepairRig.FIRST + 1);
        rig.lose(block, block.env());
        for (int seq = 0; seq < 10; seq++)
        {
            rig.lose(block, block.frag(9 == seq, new byte[100]));
            rig.pass(20 * MS);
            assertThat(rig.count(FragcastCounter.FRAGS_DELIVERED)).as("20 ms after frag %d", seq)
                .isEqualTo(seq + 3);
        }
        rig.lose(block, block.seal());

        rig.passUntilVerified(block.number(), 4 * RTT);
    }

    @Test
    void shouldOutliveAnAttackerWhoWritesFirst()
    {
        final RepairRig rig = new RepairRig(27, RTT).ready();
        int poisoned = 0;
        for (int i = 0; i < 20; i++)
        {
            final TestBlock block = rig.block(RepairRig.FIRST + i);
            final List<TestFrame> frames = block.frames(10, 4, 1_500);
            for (int at = 0; at < frames.size(); at++)
            {
                // Of each block but the first the header of a frag and a chunk, overwritten on their way.
                final boolean isForged = 0 < i && (20 == at || 34 == at);
                poisoned += isForged ? 1 : 0;
                final TestFrame frame = frames.get(at);
                rig.hold(block, frame);
                rig.live(isForged ? frame.flip(8 * (frame.buffer().capacity() - 40)) : frame, 0);
            }
            rig.passUntilVerified(block.number(), 4 * RTT);
        }

        assertThat(rig.count(FragcastCounter.BLOCK_LANE_POISONED)).isEqualTo(poisoned).isEqualTo(38);
        assertThat(rig.count(FragcastCounter.FRAMES_BAD_HASH)).isPositive();
        assertThat(rig.count(FragcastCounter.BLOCKS_VERIFIED)).isEqualTo(20);
        assertThat(rig.node.rejected).isEmpty();
    }
}
