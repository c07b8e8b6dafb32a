package io.fragcast.protocol.peer;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: whatever is added in whatever order stands sorted and once, and what is appended must ascend.
 */
class HaveListTest
{
    private final HaveList haves = new HaveList();

    @Test
    void shouldSortWhatIsAddedInAnyOrder()
    {
        final Random random = new Random(4670);
        for (int round = 0; round < 200; round++)
        {
            haves.clear();
            final List<String> expected = new ArrayList<>();
            while (haves.addFrag(random.nextInt(2), random.nextInt(3), random.nextInt(3), random.nextInt(130)))
            {
                assertThat(haves.idCount()).isLessThanOrEqualTo(HaveList.MAX_IDS);
            }
            final HaveList copy = new HaveList();
            for (int i = 0; i < haves.size(); i++)
            {
                assertThat(copy.append(
                    haves.leaderTerm(i),
                    haves.blockNumber(i),
                    haves.incarnation(i),
                    haves.word(i),
                    haves.bits(i),
                    haves.parts(i))).as("entry %d ascends", i).isTrue();
                expected.add(haves.blockNumber(i) + "/" + haves.leaderTerm(i));
            }
            assertThat(copy.idCount()).isEqualTo(haves.idCount());
            assertThat(expected).isSorted();
        }
    }

    @Test
    void shouldTakeTwoHundredFiftySixAndNoMore()
    {
        for (int i = 0; i < 3; i++)
        {
            assertThat(haves.append(1, 100, 1, i, -1L, 0)).isTrue();
        }
        assertThat(haves.append(1, 100, 1, 3, -1L >>> 1, 0)).isTrue();
        assertThat(haves.idCount()).isEqualTo(255);
        assertThat(haves.append(1, 100, 1, 4, 3L, 0)).isFalse();
        assertThat(haves.append(1, 100, 1, 4, 1L, 0)).isTrue();
        assertThat(haves.idCount()).isEqualTo(256);
        assertThat(haves.append(1, 100, 1, 5, 1L, 0)).isFalse();
        assertThat(haves.addFrag(1, 100, 1, 0)).as("there already").isTrue();
        assertThat(haves.addPart(1, 100, 1, HaveList.ENV)).isFalse();
    }

    @Test
    void shouldRefuseWhatDoesNotAscendOrNamesNothing()
    {
        assertThat(haves.append(1, 100, 5, 1, 0, 0)).isFalse();
        assertThat(haves.append(1, 100, 5, 1, 1, HaveList.ENV)).isFalse();
        assertThat(haves.append(1, 100, 5, 0, 1, 4)).isFalse();
        assertThat(haves.append(1, 100, 5, 1, 1, 0)).isTrue();
        assertThat(haves.append(1, 100, 5, 1, 2, 0)).as("the same again").isFalse();
        assertThat(haves.append(1, 100, 5, 0, 1, 0)).isFalse();
        assertThat(haves.append(1, 100, 4, 2, 1, 0)).isFalse();
        assertThat(haves.append(1, 99, 9, 2, 1, 0)).isFalse();
        assertThat(haves.append(1, -1L, 1, 0, 1, 0)).as("heights have no sign").isTrue();
    }
}
