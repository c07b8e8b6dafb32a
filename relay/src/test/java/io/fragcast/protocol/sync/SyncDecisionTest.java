package io.fragcast.protocol.sync;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The five ways over every ordering of (sealed, open, seq), held against the table in words.
 */
class SyncDecisionTest
{
    private static final int HEIGHTS = 5;
    private static final int SEQS = 3;

    @Test
    void shouldFollowTheTableForEveryOrdering()
    {
        int cases = 0;
        for (int sealed = 0; sealed < HEIGHTS; sealed++)
        {
            for (int open = sealed; open < HEIGHTS; open++)
            {
                for (int peerSealed = 0; peerSealed < HEIGHTS; peerSealed++)
                {
                    for (int peerOpen = peerSealed; peerOpen < HEIGHTS; peerOpen++)
                    {
                        cases += checkSeqs(sealed, open, peerSealed, peerOpen);
                    }
                }
            }
        }
        assertThat(cases).isEqualTo(15 * 15 * SEQS * SEQS);
    }

    private static int checkSeqs(final int sealed, final int open, final int peerSealed, final int peerOpen)
    {
        for (int seq = 0; seq < SEQS; seq++)
        {
            for (int peerSeq = 0; peerSeq < SEQS; peerSeq++)
            {
                final SyncDecision decision = SyncDecision.of(sealed, open, seq, peerSealed, peerOpen, peerSeq);
                final boolean isSame = open == peerOpen && seq == peerSeq;
                final boolean isSealedBehind = !isSame && open < peerSealed;
                final boolean isPeerBehind = !isSame && !isSealedBehind && sealed > peerOpen;
                final boolean isOpenBehind = !isSame && !isSealedBehind && !isPeerBehind &&
                    (open < peerOpen || open == peerOpen && seq < peerSeq);
                assertThat(decision).as("%d %d:%d, %d %d:%d", sealed, open, seq, peerSealed, peerOpen, peerSeq)
                    .isEqualTo(isSame ? SyncDecision.SAME : isSealedBehind ? SyncDecision.SEALED_BEHIND :
                        isPeerBehind ? SyncDecision.PEER_BEHIND : isOpenBehind ? SyncDecision.OPEN_BEHIND :
                        SyncDecision.AHEAD);
            }
        }

        return SEQS * SEQS;
    }

    @Test
    void shouldSayWhatItSaysInWords()
    {
        assertThat(SyncDecision.of(4, 5, 2, 4, 5, 2)).isEqualTo(SyncDecision.SAME);
        assertThat(SyncDecision.of(4, 5, 2, 9, 10, 0)).isEqualTo(SyncDecision.SEALED_BEHIND);
        assertThat(SyncDecision.of(9, 10, 2, 4, 5, 2)).isEqualTo(SyncDecision.PEER_BEHIND);
        assertThat(SyncDecision.of(4, 5, 2, 5, 6, 0)).isEqualTo(SyncDecision.OPEN_BEHIND);
        assertThat(SyncDecision.of(4, 5, 2, 4, 5, 3)).isEqualTo(SyncDecision.OPEN_BEHIND);
        assertThat(SyncDecision.of(4, 5, 2, 4, 5, 1)).isEqualTo(SyncDecision.AHEAD);
    }
}
