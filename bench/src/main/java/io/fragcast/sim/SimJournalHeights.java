package io.fragcast.sim;

import io.fragcast.codecs.JournalKind;
import io.fragcast.journal.Journal;
import io.fragcast.journal.RecordView;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.protocol.repair.FramePart;
import io.fragcast.wire.FrameNames;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a journal has of each height, as far as one look at all of it tells.
 */
final class SimJournalHeights
{
    private final Map<Long, Set<FramePart>> parts = new HashMap<>();

    private SimJournalHeights()
    {
    }

    /** Looks through a journal. */
    static SimJournalHeights read(final Journal journal)
    {
        final SimJournalHeights heights = new SimJournalHeights();
        final RecordView record = new RecordView();
        final FrameNames names = new FrameNames();
        final FrameName name = new FrameName();
        journal.replay(Journal.START, (index, buffer, offset, length) ->
        {
            if (record.tryWrap(buffer, offset, length) && JournalKind.FRAME == record.kind() &&
                names.tryName(buffer, record.frameOffset(), record.frameLength(), name))
            {
                heights.parts.computeIfAbsent(name.blockNumber, (number) -> EnumSet.noneOf(FramePart.class))
                    .add(name.part);
            }

            return true;
        });

        return heights;
    }

    /** Kinds of messages that are there of a height. */
    Set<FramePart> of(final long blockNumber)
    {
        return parts.getOrDefault(blockNumber, Set.of());
    }
}
