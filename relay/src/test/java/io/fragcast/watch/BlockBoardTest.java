package io.fragcast.watch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class BlockBoardTest
{
    private final BlockBoard board = new BlockBoard();

    @Test
    void shouldBeginEmpty()
    {
        final BlockSnapshot snapshot = board.read();

        assertEquals(BlockPhase.NONE, snapshot.phase());
        assertEquals(BlockBoard.NULL_VALUE, snapshot.openTerm());
        assertTrue(snapshot.ended().isEmpty());
    }

    @Test
    void shouldShowTheHolesOfABlock()
    {
        board.onAttempt(3, 100, 7, 1_000);
        board.onFrag(0, false, 5, 500, 500);
        board.onFrag(2, true, 6, 4_000, 0);
        board.onChunk(1_304);
        board.onDelivered(0);

        final BlockSnapshot snapshot = board.read();

        assertEquals(BlockPhase.OPEN, snapshot.phase());
        assertEquals(BitSet.valueOf(new long[]{0b101}), snapshot.seqs());
        assertEquals(2, snapshot.lastSeq());
        assertEquals(1, snapshot.delivered());
        assertEquals(11, snapshot.txs());
        assertEquals(4_500, snapshot.bytesExpected());
        assertEquals(1_804, snapshot.bytesArrived());
    }

    @Test
    void shouldTurnToWhatIsNewerAlone()
    {
        assertTrue(board.onAttempt(3, 100, 7, 1_000));
        assertFalse(board.onAttempt(3, 99, 9, 1_001));
        assertFalse(board.onAttempt(3, 100, 6, 1_001));
        assertTrue(board.onAttempt(3, 100, 7, 1_001));
        assertTrue(board.onAttempt(3, 100, 8, 1_002));
        assertTrue(board.onAttempt(4, 100, 1, 1_003));

        assertEquals(4, board.read().term());
        assertEquals(1_003, board.read().openedNs());
    }

    @Test
    void shouldKeepTheTermOpenUntilItsLeaderStops()
    {
        board.onTermOpen(3, 5);
        board.onTermClosed(2);
        assertEquals(3, board.read().openTerm());

        board.onTermClosed(3);

        assertEquals(BlockBoard.NULL_VALUE, board.read().openTerm());
    }

    @Test
    void shouldKeepTheLastOfTheEnded()
    {
        for (int i = 1; i <= 100; i++)
        {
            board.onEnded(i, 1, BlockPhase.VERIFIED, 10, 20, 30, 40, i);
        }

        assertEquals(30, board.read().ended().size());
        assertEquals(new EndedBlock(100, 1, BlockPhase.VERIFIED, 10, 20, 30, 40, 100), board.read().ended().get(0));
        assertEquals(71, board.read().ended().get(29).number());
    }

    /** Every field of one write has the same value: a reader that sees two has seen half a write. */
    @Test
    @Timeout(60)
    void shouldNeverShowHalfAWrite() throws InterruptedException
    {
        final AtomicBoolean isDone = new AtomicBoolean();
        final Thread writer = new Thread(() ->
        {
            for (int i = 1; i <= 300_000; i++)
            {
                board.onEnded(i, i, BlockPhase.VERIFIED, i, i, i, i, i);
            }
            isDone.set(true);
        });
        writer.start();
        long reads = 0;
        while (!isDone.get())
        {
            final BlockSnapshot snapshot = board.read();
            for (final EndedBlock block : snapshot.ended())
            {
                final int i = block.term();
                assertEquals(new EndedBlock(i, i, BlockPhase.VERIFIED, i, i, i, i, i), block);
            }
            reads++;
        }
        writer.join();

        assertThat(reads).isPositive();
        assertEquals(300_000, board.read().ended().get(0).number());
    }
}
