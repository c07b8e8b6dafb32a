package io.fragcast.protocol.block;

import com.sun.management.ThreadMXBean;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: branches are told apart by their hashes, the head does not depend on the order in which blocks came, and the
 * tree stays as small as what lies above the finalized block.
 */
class ForkTreeTest
{
    private static final int MILLION = 1_000_000;
    /** Blocks between a block and its finality in the long run: twelve minutes of 2 s blocks. */
    private static final int FINALITY_LAG = 360;

    private final UnsafeBuffer seal = new UnsafeBuffer(new byte[ForkTree.MAX_SEAL_LENGTH + 1]);
    private final ForkTree tree = new ForkTree(64);
    private final byte[] hash = new byte[32];
    private final byte[] parentHash = new byte[32];

    @Test
    void shouldFindTheCommonAncestorOfBranchesOfAnyLength()
    {
        for (int number = 1; number <= 10; number++)
        {
            add(tree, 1, number, 'a', 'a');
        }
        add(tree, 2, 4, 'b', 'a');
        add(tree, 2, 5, 'b', 'b');

        assertThat(tree.commonAncestor(slot(10, 'a'), slot(5, 'b'))).isEqualTo(slot(3, 'a'));
        assertThat(tree.commonAncestor(slot(5, 'b'), slot(10, 'a'))).isEqualTo(slot(3, 'a'));
        assertThat(tree.commonAncestor(slot(7, 'a'), slot(10, 'a'))).isEqualTo(slot(7, 'a'));
        assertThat(tree.distance(slot(10, 'a'), slot(3, 'a'), 0)).isEqualTo(7);
        add(tree, 2, 50, 'z', 'z');
        assertThat(tree.commonAncestor(slot(50, 'z'), slot(10, 'a'))).isEqualTo(ForkTree.NULL_SLOT);
    }

    @Test
    void shouldChooseTheHeadByTermThenHeightThenIncarnationThenHash()
    {
        add(tree, 1, 7, 'a', 'a');
        add(tree, 1, 8, 'a', 'a');
        assertThat(tree.head()).isEqualTo(slot(8, 'a'));
        add(tree, 2, 7, 'b', 'a');
        assertThat(tree.head()).isEqualTo(slot(7, 'b'));
        add(tree, 1, 9, 'a', 'a');
        assertThat(tree.head()).isEqualTo(slot(7, 'b'));

        add(tree, 2, 7, 5, 'c', 'a');
        assertThat(tree.head()).isEqualTo(slot(7, 'c'));
        add(tree, 2, 7, 5, 'd', 'a');
        assertThat(tree.head()).isEqualTo(slot(7, 'd'));
    }

    @Test
    void shouldChooseTheSameHeadInWhateverOrderBlocksCome()
    {
        final Random random = new Random(7);
        final List<long[]> blocks = new ArrayList<>();
        for (int i = 0; i < 40; i++)
        {
            blocks.add(new long[]{1 + random.nextInt(3), 1 + random.nextInt(12), random.nextInt(3), i});
        }
        final byte[] head = new byte[32];
        final byte[] other = new byte[32];
        headOf(blocks, head);
        for (int i = 0; i < 200; i++)
        {
            Collections.shuffle(blocks, random);
            headOf(blocks, other);
            assertThat(other).isEqualTo(head);
        }
    }

    @Test
    void shouldKeepOfAFinalizedBlockItsBranchAlone()
    {
        for (int number = 1; number <= 6; number++)
        {
            add(tree, 1, number, 'a', 'a');
        }
        add(tree, 2, 3, 'b', 'a');
        add(tree, 2, 4, 'b', 'b');
        add(tree, 2, 6, 'c', 'a');
        // Its parent is not here: it may belong to any branch.
        add(tree, 1, 9, 'x', 'x');

        assertThat(tree.onFinalized(slot(4, 'a'))).isEqualTo(5);

        assertThat(tree.size()).isEqualTo(5);
        assertThat(slot(4, 'a')).isNotEqualTo(ForkTree.NULL_SLOT);
        assertThat(slot(6, 'c')).isNotEqualTo(ForkTree.NULL_SLOT);
        assertThat(slot(9, 'x')).isNotEqualTo(ForkTree.NULL_SLOT);
        assertThat(slot(4, 'b')).isEqualTo(ForkTree.NULL_SLOT);
        assertThat(tree.head()).isEqualTo(slot(6, 'c'));
        tree.onFinalized(slot(6, 'a'));
        assertThat(tree.head()).isEqualTo(slot(9, 'x'));
        assertThat(tree.size()).isEqualTo(2);
    }

    @Test
    void shouldLetTheLowestBlockGoWhenItIsFull()
    {
        for (int number = 1; number <= 64; number++)
        {
            add(tree, 1, number, 'a', 'a');
        }
        assertThat(add(tree, 1, 0, 'a', 'a')).isEqualTo(ForkTree.NULL_SLOT);
        assertThat(tree.evicted()).isZero();

        add(tree, 1, 65, 'a', 'a');

        assertThat(tree.size()).isEqualTo(64);
        assertThat(tree.evicted()).isEqualTo(1);
        assertThat(slot(1, 'a')).isEqualTo(ForkTree.NULL_SLOT);
        assertThat(tree.parent(slot(2, 'a'))).isEqualTo(ForkTree.NULL_SLOT);
        assertThat(tree.dropBelow(60)).isEqualTo(58);
        assertThat(tree.head()).isEqualTo(slot(65, 'a'));
    }

    @Test
    void shouldNotFollowHashesRoundInARing()
    {
        hash(hash, 5, 'a');
        hash(parentHash, 6, 'a');
        tree.add(1, 5, 1, 1, hash, parentHash, seal, 0, 424);
        tree.add(1, 6, 1, 1, parentHash, hash, seal, 0, 424);
        add(tree, 1, 3, 'b', 'b');

        assertThat(tree.commonAncestor(slot(6, 'a'), slot(3, 'b'))).isEqualTo(ForkTree.NULL_SLOT);
        assertThat(tree.distance(slot(6, 'a'), ForkTree.NULL_SLOT, 0)).isEqualTo(2);
        assertThat(tree.onFinalized(slot(5, 'a'))).isEqualTo(1);
    }

    @Test
    void shouldTakeASealOfTheLongestLengthAndNotOneByteMore()
    {
        hash(hash, 1, 'a');
        final int kept = tree.add(1, 1, 1, 1, hash, parentHash, seal, 0, ForkTree.MAX_SEAL_LENGTH);
        assertThat(tree.blocks().sealLength(kept)).isEqualTo(ForkTree.MAX_SEAL_LENGTH);
        hash(hash, 2, 'a');
        final int without = tree.add(1, 2, 1, 1, hash, parentHash, seal, 0, ForkTree.MAX_SEAL_LENGTH + 1);
        assertThat(tree.blocks().sealLength(without)).isZero();
    }

    @Test
    void shouldFindWhatAMapFindsWhileBlocksComeAndGo()
    {
        final Random random = new Random(11);
        final List<Long> present = new ArrayList<>();
        for (int i = 0; i < 20_000; i++)
        {
            final long number = random.nextInt(400);
            if (tree.size() == 64 && number < lowest(present))
            {
                continue;
            }
            if (tree.size() == 64 && !present.contains(number))
            {
                present.remove(lowest(present));
            }
            add(tree, 1, number, 'a', 'a');
            if (!present.contains(number))
            {
                present.add(number);
            }
            if (0 == random.nextInt(100))
            {
                final long below = random.nextInt(400);
                tree.dropBelow(below);
                present.removeIf((held) -> held < below);
            }
        }
        for (long number = 0; number < 400; number++)
        {
            assertThat(ForkTree.NULL_SLOT != slot(number, 'a')).isEqualTo(present.contains(number));
        }
    }

    /** Row E23: memory is flat over a million blocks, with forks and finality; nothing is allocated on the way. */
    @Test
    void shouldStayFlatOverAMillionBlocks()
    {
        final ForkTree large = new ForkTree(ForkTree.DEFAULT_CAPACITY);
        play(large, 0, 20_000);
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        final long thread = Thread.currentThread().getId();
        final long before = threads.getThreadAllocatedBytes(thread);

        final int most = play(large, 20_000, MILLION);

        assertThat(threads.getThreadAllocatedBytes(thread) - before).isLessThan(100_000);
        assertThat(most).isLessThanOrEqualTo(2 * FINALITY_LAG);
        assertThat(large.evicted()).isZero();
        hash(hash, MILLION - 1, 'a');
        assertThat(large.head()).isEqualTo(large.find(hash));
    }

    /** Every tenth block has a rival that lost; a block in 64 is told to be final. */
    private int play(final ForkTree large, final int from, final int to)
    {
        int most = 0;
        for (int number = from; number < to; number++)
        {
            if (0 == number % 10)
            {
                add(large, 1, number, 'b', 'a');
            }
            add(large, 1, number, 2, 'a', 'a');
            if (number > FINALITY_LAG && 0 == number % 64)
            {
                hash(hash, number - FINALITY_LAG, 'a');
                large.onFinalized(large.find(hash));
            }
            most = Math.max(most, large.size());
        }

        return most;
    }

    private void headOf(final List<long[]> blocks, final byte[] head)
    {
        final ForkTree shuffled = new ForkTree(64);
        for (final long[] block : blocks)
        {
            add(shuffled, (int)block[0], block[1], block[2], (int)block[3], 0);
        }
        shuffled.hash(shuffled.head(), head);
    }

    private int add(final ForkTree to, final int term, final long number, final int branch, final int parentBranch)
    {
        return add(to, term, number, 1, branch, parentBranch);
    }

    private int add(
        final ForkTree to,
        final int term,
        final long number,
        final long incarnation,
        final int branch,
        final int parentBranch)
    {
        hash(hash, number, branch);
        hash(parentHash, number - 1, parentBranch);

        return to.add(term, number, incarnation, 1, hash, parentHash, seal, 0, 424);
    }

    private int slot(final long number, final int branch)
    {
        hash(hash, number, branch);

        return tree.find(hash);
    }

    private static Long lowest(final List<Long> present)
    {
        return Collections.min(present);
    }

    private static void hash(final byte[] target, final long number, final int branch)
    {
        target[0] = (byte)branch;
        for (int i = 0; i < Long.BYTES; i++)
        {
            target[1 + i] = (byte)(number >> 8 * i);
        }
    }
}
