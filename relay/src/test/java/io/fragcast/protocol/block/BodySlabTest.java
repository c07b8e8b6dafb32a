package io.fragcast.protocol.block;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Goal: blocks never overlap, are found as long as one is free, and join again when freed. Method: random play against
 * a sorted map of what is taken.
 */
class BodySlabTest
{
    private static final int CAPACITY = 16 << 20;

    private final BodySlab slab = new BodySlab(CAPACITY);

    @Test
    void shouldNeverHandOutBytesTwice()
    {
        final Random random = new Random(11);
        final TreeMap<Integer, Integer> taken = new TreeMap<>();
        final List<Integer> offsets = new ArrayList<>();
        long used = 0;
        for (int i = 0; i < 200_000; i++)
        {
            if (random.nextInt(100) < 55)
            {
                final int length = 1 + (int)Math.pow(2, random.nextDouble() * 22) % BodySlab.MAX_BLOCK_LENGTH;
                final int offset = slab.allocate(length);
                if (BodySlab.NULL_OFFSET == offset)
                {
                    continue;
                }
                final int blockLength = BodySlab.blockLength(length);
                assertThat(blockLength).isGreaterThanOrEqualTo(length);
                assertThat(offset % blockLength).isZero();
                assertThat(offset + blockLength).isLessThanOrEqualTo(CAPACITY);
                if (null != taken.floorKey(offset))
                {
                    assertThat(taken.floorKey(offset) + taken.floorEntry(offset).getValue())
                        .isLessThanOrEqualTo(offset);
                }
                if (null != taken.ceilingKey(offset))
                {
                    assertThat(taken.ceilingKey(offset)).isGreaterThanOrEqualTo(offset + blockLength);
                }
                taken.put(offset, blockLength);
                offsets.add(offset);
                used += blockLength;
            }
            else if (!offsets.isEmpty())
            {
                final int offset = offsets.remove(random.nextInt(offsets.size()));
                slab.release(offset);
                used -= taken.remove(offset);
            }
            assertThat(slab.usedBytes()).isEqualTo(used);
        }

        offsets.forEach(slab::release);
        for (int i = 0; i < CAPACITY / BodySlab.MAX_BLOCK_LENGTH; i++)
        {
            assertThat(slab.allocate(BodySlab.MAX_BLOCK_LENGTH)).isNotEqualTo(BodySlab.NULL_OFFSET);
        }
        assertThat(slab.allocate(1)).isEqualTo(BodySlab.NULL_OFFSET);
    }

    @Test
    void shouldRoundToPowersOfTwoFrom4KiBTo4MiB()
    {
        assertThat(BodySlab.blockLength(1)).isEqualTo(4096);
        assertThat(BodySlab.blockLength(4096)).isEqualTo(4096);
        assertThat(BodySlab.blockLength(4097)).isEqualTo(8192);
        assertThat(BodySlab.blockLength(4 << 20)).isEqualTo(4 << 20);
    }

    @Test
    void shouldRefuseACapacityThatBlocksDoNotTile()
    {
        assertThatThrownBy(() -> new BodySlab((4 << 20) + 4096)).hasMessageContaining("not a multiple of 4 MiB");
        assertThatThrownBy(() -> new BodySlab(0)).hasMessageContaining("not a multiple of 4 MiB");
    }

    @Test
    void shouldNoticeABlockFreedTwice()
    {
        final int offset = slab.allocate(1);
        slab.release(offset);
        assertThatThrownBy(() -> slab.release(offset)).isInstanceOf(AssertionError.class);
    }
}
