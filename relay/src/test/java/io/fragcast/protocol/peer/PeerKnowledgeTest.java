package io.fragcast.protocol.peer;

import io.fragcast.AllocatedBytes;
import org.junit.jupiter.api.Test;


import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: who has what is answered a word of 64 peers at a time, in fixed room, and no peer talks away what this node
 * has.
 */
class PeerKnowledgeTest
{
    private static final int TERM = 3;
    private static final int HEIGHTS = 8;

    private final PeerKnowledge knowledge = new PeerKnowledge(130, HEIGHTS);

    @Test
    void shouldAnswerWhoHasIt()
    {
        knowledge.onHas(1, TERM, 100, 7, 5);
        knowledge.onHas(63, TERM, 100, 7, 5);
        knowledge.onHas(64, TERM, 100, 7, 5);
        knowledge.onHas(129, TERM, 100, 7, 5);
        knowledge.onHas(2, TERM, 100, 7, 6);
        knowledge.onHas(2, TERM, 100, 8, 5);

        assertThat(knowledge.holders(TERM, 100, 7, 5, 0)).isEqualTo(1L << 63 | 1L << 1);
        assertThat(knowledge.holders(TERM, 100, 7, 5, 1)).isEqualTo(1L);
        assertThat(knowledge.holders(TERM, 100, 7, 5, 2)).isEqualTo(1L << 1);
        assertThat(knowledge.holders(TERM, 101, 7, 5, 0)).isZero();
        assertThat(knowledge.holders(TERM, 100, 7, 5_000, 0)).isZero();
        assertThat(knowledge.has(129, TERM, 100, 7, 5)).isTrue();
        assertThat(knowledge.has(128, TERM, 100, 7, 5)).isFalse();
    }

    @Test
    void shouldTakeWholeEntries()
    {
        final int parts = HaveList.ENV | HaveList.END;
        knowledge.onHas(70, TERM, 100, 7, 0, 0b1011L, parts);
        knowledge.onHas(70, TERM, 100, 7, 15, 1L << 63, 0);
        knowledge.onHas(70, TERM, 100, 7, 16, 1L, 0);

        assertThat(knowledge.fragsOf(70, TERM, 100, 7, 0)).isEqualTo(0b1011L);
        assertThat(knowledge.partsOf(70, TERM, 100, 7)).isEqualTo(parts);
        assertThat(knowledge.has(70, TERM, 100, 7, 1_023)).isTrue();
        assertThat(knowledge.refusedCount()).as("seqs past the most frags of a block").isEqualTo(1);
    }

    @Test
    void shouldForgetTheLowerOfThreeAttemptsForOnePlace()
    {
        knowledge.onHas(0, TERM, 100, 7, 1);
        knowledge.onHas(0, TERM, 100, 8, 1);
        knowledge.onHas(0, TERM, 100 + HEIGHTS, 9, 1);

        assertThat(knowledge.has(0, TERM, 100, 7, 1)).isFalse();
        assertThat(knowledge.has(0, TERM, 100, 8, 1)).isTrue();
        assertThat(knowledge.has(0, TERM, 100 + HEIGHTS, 9, 1)).isTrue();
        assertThat(knowledge.evictedCount()).isEqualTo(1);

        assertThat(knowledge.onHas(0, TERM, 100, 7, 1)).as("lower than both").isFalse();
        assertThat(knowledge.refusedCount()).isEqualTo(1);
    }

    @Test
    void shouldNotLetAPeerTalkAwayWhatThisNodeHas()
    {
        knowledge.onHas(PeerKnowledge.SELF, TERM, 100, 7, 1);
        for (long incarnation = 1_000; incarnation < 1_100; incarnation++)
        {
            knowledge.onHas(1, TERM, 100, incarnation, 1);
        }

        assertThat(knowledge.has(PeerKnowledge.SELF, TERM, 100, 7, 1)).isTrue();
        assertThat(knowledge.has(1, TERM, 100, 1_099, 1)).isTrue();
    }

    @Test
    void shouldForgetAPeerAndNoOther()
    {
        knowledge.onHas(64, TERM, 100, 7, 1);
        knowledge.onHas(65, TERM, 100, 7, 1);
        knowledge.onHas(1, TERM, 100, 7, 1);
        knowledge.forget(65);

        assertThat(knowledge.holders(TERM, 100, 7, 1, 1)).isEqualTo(1L);
        assertThat(knowledge.holders(TERM, 100, 7, 1, 0)).isEqualTo(1L << 1);
    }

    @Test
    void shouldTellAHeightInTurns()
    {
        final HaveList haves = new HaveList();
        for (int seq = 0; seq < PeerKnowledge.ENV_SEQ; seq++)
        {
            knowledge.onHas(PeerKnowledge.SELF, TERM, 100, 7, seq);
        }
        knowledge.onHas(PeerKnowledge.SELF, TERM, 100, 7, PeerKnowledge.ENV_SEQ);
        knowledge.onHas(PeerKnowledge.SELF, TERM, 100, 9, 3);

        int skip = 0;
        int ids = 0;
        int turns = 0;
        do
        {
            haves.clear();
            skip = knowledge.collect(PeerKnowledge.SELF, 100, skip, haves);
            ids += haves.idCount();
            turns++;
        }
        while (skip >= 0);

        assertThat(ids).isEqualTo(1_024 + 1 + 1);
        assertThat(turns).isEqualTo(5);
    }

    @Test
    void shouldAllocateNothing()
    {
        final long[] found = new long[1];

        assertThat(AllocatedBytes.least(() -> found[0] += run())).isZero();
        assertThat(found[0]).isPositive();
    }

    private long run()
    {
        long found = 0;
        for (int i = 0; i < 100_000; i++)
        {
            knowledge.onHas(i % 130, TERM, i / 100, 7, i & 1_023);
            found += Long.bitCount(knowledge.holders(TERM, i / 100, 7, i & 1_023, i % 130 >>> 6));
        }

        return found;
    }
}
