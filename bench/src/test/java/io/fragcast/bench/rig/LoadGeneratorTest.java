package io.fragcast.bench.rig;

import org.agrona.concurrent.NoOpIdleStrategy;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class LoadGeneratorTest
{
    private static final long INTERVAL_NS = 1_000;
    private static final int FRAGS_PER_BLOCK = 10;

    private final Timetable timetable = new Timetable(5_000, INTERVAL_NS, 100, FRAGS_PER_BLOCK);
    private final List<Long> sentNs = new ArrayList<>();
    private long nowNs;
    private long stallNs;
    private final LoadGenerator generator = new LoadGenerator(() -> nowNs += 10, NoOpIdleStrategy.INSTANCE, timetable);
    private final LatencyRecorder recorder = new LatencyRecorder(() -> nowNs, 0);
    private final LoadGenerator.Target target = new LoadGenerator.Target()
    {
        @Override
        public void send(final long ordinal)
        {
            sentNs.add(nowNs);
            if (1 == ordinal)
            {
                nowNs += stallNs;
            }
            recorder.onFrag(ordinal);
        }

        @Override
        public int poll()
        {
            return 0;
        }
    };

    @Test
    void shouldSendWhenDue()
    {
        recorder.begin(timetable);
        assertThat(generator.run(0, 5, target)).isLessThan(50);

        for (int i = 0; i < 5; i++)
        {
            assertThat(sentNs.get(i) - timetable.dueNs(i)).isBetween(0L, 50L);
        }
    }

    @Test
    void shouldCountTheWaitOfFragsBehindALateOne()
    {
        recorder.begin(timetable);
        stallNs = 3 * INTERVAL_NS;
        generator.run(0, 5, target);

        assertThat(recorder.receivedCount()).isEqualTo(5);
        assertThat(sentNs.get(2) - timetable.dueNs(2)).isBetween(2 * INTERVAL_NS - 100, 2 * INTERVAL_NS + 100);
        assertThat(recorder.histogram().getMaxValue()).isBetween(3 * INTERVAL_NS - 100, 3 * INTERVAL_NS + 100);
        assertThat(recorder.histogram().getValueAtPercentile(50))
            .isBetween(INTERVAL_NS - 100, INTERVAL_NS + 100);
    }

    @Test
    void shouldSayHowLateTheLastOneLeft()
    {
        recorder.begin(timetable);
        stallNs = 10 * INTERVAL_NS;

        assertThat(generator.run(0, 5, target)).isBetween(7 * INTERVAL_NS, 8 * INTERVAL_NS);
    }

    @Test
    void shouldNumberFragsAcrossBlocks()
    {
        assertThat(timetable.ordinal(100, 0)).isZero();
        assertThat(timetable.ordinal(103, 7)).isEqualTo(37);
    }
}
