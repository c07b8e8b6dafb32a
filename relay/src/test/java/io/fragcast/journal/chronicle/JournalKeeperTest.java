package io.fragcast.journal.chronicle;

import io.fragcast.counter.FragcastCounter;
import io.fragcast.journal.FinalityFloor;
import io.fragcast.journal.Journal;
import io.fragcast.journal.JournalArchive;
import io.fragcast.journal.JournalKeeper;
import io.fragcast.journal.JournalSignals;
import io.fragcast.journal.Retention;
import io.fragcast.protocol.block.BlockSignal;
import io.fragcast.protocol.block.Finality;
import io.fragcast.protocol.block.FinalizedBlock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static io.fragcast.journal.chronicle.JournalRig.FILE_MS;
import static io.fragcast.journal.chronicle.JournalRig.collect;
import static io.fragcast.journal.chronicle.JournalRig.read;
import static io.fragcast.journal.chronicle.JournalRig.texts;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which files of a journal go and when, and that whoever reads them goes on. The journal's own clock is moved from file
 * to file.
 */
class JournalKeeperTest
{
    @TempDir
    private Path dir;

    private JournalRig rig;

    @BeforeEach
    void makeRig()
    {
        rig = new JournalRig(dir);
    }

    @AfterEach
    void closeRig()
    {
        rig.close();
    }

    @Test
    void shouldDropFilesWhoseBlocksAreFarBelow()
    {
        rig.retention = new Retention(1_000, 0, 0);
        rig.open();
        rig.journal(10);
        rig.nextFile();
        rig.journal(500);
        rig.nextFile();
        rig.journal(1_009);
        rig.look();
        assertThat(rig.files(".cq4")).hasSize(3);

        rig.journal(1_010);
        rig.look();
        assertThat(rig.files(".cq4")).hasSize(2);
        assertThat(rig.files(".notes")).hasSize(2);
        assertThat(rig.counters.value(FragcastCounter.JOURNAL_FILES_DROPPED)).isEqualTo(1);
        assertThat(rig.counters.value(FragcastCounter.JOURNAL_FILES)).isEqualTo(2);
        final List<String> kept = new ArrayList<>(texts(rig.block(500)));
        kept.addAll(texts(rig.block(1_009)));
        kept.addAll(texts(rig.block(1_010)));
        assertThat(rig.everything()).isEqualTo(kept);

        rig.close();
        rig.open();
        kept.addAll(rig.journal(1_011));
        rig.close();
        assertThat(rig.everything()).isEqualTo(kept);
    }

    @Test
    void shouldDropFilesThatAreOldOrTooManyBytes()
    {
        rig.retention = new Retention(0, 0, 2 * FILE_MS);
        rig.open();
        rig.journal(10);
        rig.nextFile();
        rig.journal(500);
        rig.look();
        assertThat(rig.files(".cq4")).hasSize(2);
        rig.nextFile();
        rig.journal(1_000);
        rig.nextFile();
        rig.journal(1_001);
        rig.look();
        assertThat(rig.files(".cq4")).hasSize(3);
        rig.close();

        rig.retention = new Retention(0, 1, 0);
        rig.open();
        rig.journal(1_002);
        rig.look();
        assertThat(rig.files(".cq4")).as("repair may ask for the last 64 blocks").hasSize(2);
        rig.nextFile();
        rig.journal(1_100);
        rig.look();
        assertThat(rig.files(".cq4")).as("the file that is written stays").hasSize(1);
    }

    @Test
    void shouldKeepWhatIsNotFinal()
    {
        rig.retention = new Retention(0, 1, 0);
        rig.floor = 400;
        rig.open();
        rig.journal(10);
        rig.nextFile();
        rig.journal(400);
        rig.nextFile();
        rig.journal(1_000);
        rig.look();
        assertThat(rig.files(".cq4")).hasSize(2);

        rig.floor = 401;
        rig.look();
        assertThat(rig.files(".cq4")).hasSize(1);
    }

    /** Which of two files is kept before and after the source has spoken, and the first FINALIZED is journaled. */
    @Test
    void shouldKeepEverythingUntilTheSourceOfFinalityHasSpoken()
    {
        final Finality finality = new Finality();
        final FinalityFloor withoutSource = new FinalityFloor(finality, false);
        final FinalityFloor withSource = new FinalityFloor(finality, true);
        rig.retention = new Retention(0, 1, 0);
        rig.open();
        rig.journal(10);
        rig.nextFile();
        rig.journal(400);
        rig.nextFile();
        rig.journal(1_000);
        rig.floor = withSource.getAsLong();
        rig.look();
        assertThat(rig.files(".cq4")).as("nobody knows what is final").hasSize(3);

        finality.offer(new FinalizedBlock(400, new byte[32]));
        assertThat(withoutSource.getAsLong()).as("the limits alone").isEqualTo(JournalKeeper.NO_FLOOR);
        rig.floor = withSource.getAsLong();
        rig.look();
        assertThat(rig.files(".cq4")).as("400 was called final").hasSize(2);

        final JournalSignals signals = new JournalSignals(rig.ring, 10, () -> 1);
        withSource.signals(signals);
        withoutSource.signals(signals);
        finality.offer(new FinalizedBlock(500, new byte[32]));
        signals.onSignal(BlockSignal.FINALIZED, 1, 401, 1, 0, 0, 0, new byte[32]);
        assertThat(withSource.getAsLong()).as("what was found here counts").isEqualTo(401);
        rig.floor = withoutSource.getAsLong();
        rig.look();
        assertThat(rig.files(".cq4")).hasSize(1);
    }

    @Test
    void shouldGoOnReadingWhenAFileGoes()
    {
        rig.retention = new Retention(0, 1, 0);
        rig.floor = 0;
        rig.open();
        rig.journal(10);
        rig.nextFile();
        rig.journal(500);
        rig.nextFile();
        rig.journal(1_000);
        rig.look();
        try (JournalArchive archive = rig.archive(); ChronicleJournalReader reader = ChronicleJournalReader.open(dir))
        {
            final List<String> read = new ArrayList<>();
            final List<Long> indexes = new ArrayList<>();
            final long at = reader.read(Journal.START, 1, collect(read, indexes));
            assertThat(archive.has(10)).isTrue();

            rig.floor = JournalKeeper.NO_FLOOR;
            rig.look();
            assertThat(rig.files(".cq4")).hasSize(1);

            assertThat(read(archive, 10)).as("whole, for whoever has it mapped, or gone")
                .isIn(texts(rig.block(10)), List.of());
            assertThat(read(archive, 1_000)).isEqualTo(texts(rig.block(1_000)));
            assertThat(at).isEqualTo(indexes.get(0) + 1);
            final List<String> last = new ArrayList<>();
            long next = at;
            long before;
            do
            {
                before = next;
                next = reader.read(next, 1, collect(last, new ArrayList<>()));
            }
            while (before != next);
            assertThat(last).as("a follower is not held up").endsWith(texts(rig.block(1_000)).toArray(new String[0]));
        }
        assertThat(rig.everything()).isEqualTo(texts(rig.block(1_000)));
        try (JournalArchive archive = rig.archive())
        {
            assertThat(archive.has(10)).isFalse();
            assertThat(archive.oldestBlock()).isEqualTo(1_000);
        }
    }
}
