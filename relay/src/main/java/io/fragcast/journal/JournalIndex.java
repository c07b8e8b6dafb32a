package io.fragcast.journal;

import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.SignalKind;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.wire.FrameNames;
import io.fragcast.wire.FrameView;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.MutableInteger;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Where each height is in a journal, file by file, kept as notes beside the files: so that opening a journal of any
 * size reads the notes, and of the records only those behind the last note.
 * <pre>
 *   20261121-13F.cq4    records ...................      20261121-13F.notes   note, note, note
 *   20261121-14F.cq4    records ......|tail              20261121-14F.notes   note, note
 *
 *   note: nextIndex 8 | lastTimeNs 8 | chainId 8 | ended 8 | count 4 | lacking 4 | endless 4
 *         | (height 8, first index 8, last index 8) x count | height 8 x lacking | height 8 x endless
 * </pre>
 * A note says of each height that was written since the one before where its first and last frame since then are,
 * which block was the last that was over, which heights lie in holes and are not whole again, and where the holes begin
 * that no frame has ended.
 * Used by the journal's thread.
 */
public final class JournalIndex
{
    /** What a scan behind the last note reads at most: some 10 ms. */
    static final long NOTE_BYTES = 16L << 20;

    private static final int TIME_OFFSET = 8;
    private static final int CHAIN_OFFSET = 16;
    private static final int ENDED_OFFSET = 24;
    private static final int COUNT_OFFSET = 32;
    private static final int LACKING_OFFSET = 36;
    private static final int ENDLESS_OFFSET = 40;
    private static final int HEAD_LENGTH = 44;
    private static final int ENTRY_LENGTH = 24;
    private static final long NO_INDEX = -1;

    /** No block was over yet. */
    public static final long NO_BLOCK = -1;

    /**
     * Takes where heights are.
     */
    @FunctionalInterface
    public interface Consumer
    {
        /**
         * Frames of a height.
         *
         * @param blockNumber height.
         * @param firstIndex  of their first.
         * @param lastIndex   of their last.
         */
        void onHeight(long blockNumber, long firstIndex, long lastIndex);
    }

    /** One file of the journal. */
    static final class Roll
    {
        final long number;
        boolean hasBlocks;
        long lowestBlock;
        long highestBlock;
        long lastTimeNs;

        Roll(final long number)
        {
            this.number = number;
        }

        private void onBlock(final long blockNumber)
        {
            lowestBlock =
                hasBlocks && Long.compareUnsigned(lowestBlock, blockNumber) < 0 ? lowestBlock : blockNumber;
            highestBlock =
                hasBlocks && Long.compareUnsigned(highestBlock, blockNumber) > 0 ? highestBlock : blockNumber;
            hasBlocks = true;
        }
    }

    private final JournalNotes notes;
    private final RecordView record = new RecordView();
    private final FrameNames names = new FrameNames();
    private final FrameName name = new FrameName();
    private final Long2LongHashMap firsts = new Long2LongHashMap(NO_INDEX);
    private final Long2LongHashMap lasts = new Long2LongHashMap(NO_INDEX);
    private final ExpandableArrayBuffer note = new ExpandableArrayBuffer(4 << 10);
    private final List<Roll> rolls = new ArrayList<>();
    private final SignalView signal = new SignalView();
    private final FrameView lost = new FrameView();
    private final OpenHoles holes = new OpenHoles();
    private long endedChainId;
    private long endedBlock = NO_BLOCK;
    private long nextIndex = Journal.START;
    private long bytesSinceNote;
    private boolean isAnythingNew;

    private JournalIndex(final JournalNotes notes)
    {
        this.notes = notes;
    }

    /**
     * Reads the notes of a journal, and the records behind the last one.
     *
     * @param journal to index.
     * @param notes   of the journal; left open.
     * @return the index.
     */
    public static JournalIndex open(final Journal journal, final JournalNotes notes)
    {
        final JournalIndex index = new JournalIndex(notes);
        index.nextIndex = index.readNotes((blockNumber, firstIndex, lastIndex) -> {});
        if (index.isAnyFileWithoutNotes())
        {
            index.rolls.clear();
            index.holes.clear();
            index.nextIndex = Journal.START;
        }
        journal.replay(index.nextIndex, (at, buffer, offset, length) ->
        {
            index.onAppended(at, buffer, offset, length);

            return true;
        });

        return index;
    }

    /**
     * Hands over where heights are, from the notes alone.
     *
     * @param notes    of the journal.
     * @param consumer takes each height, perhaps more than once.
     * @return index of the first record that no note tells of; {@link Journal#START} if none tells of any.
     */
    public static long read(final JournalNotes notes, final Consumer consumer)
    {
        return new JournalIndex(notes).readNotes(consumer);
    }

    /**
     * A record was appended.
     *
     * @param index  of it.
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    public void onAppended(final long index, final DirectBuffer buffer, final int offset, final int length)
    {
        Roll roll = last();
        final long number = notes.rollOf(index);
        if (null == roll || roll.number != number)
        {
            write();
            roll = new Roll(number);
            rolls.add(roll);
        }
        if (record.tryWrap(buffer, offset, length))
        {
            roll.lastTimeNs = record.receiveTimeNs();
            if (JournalKind.FRAME == record.kind() &&
                names.tryName(buffer, record.frameOffset(), record.frameLength(), name))
            {
                roll.onBlock(name.blockNumber);
                if (NO_INDEX == firsts.get(name.blockNumber))
                {
                    firsts.put(name.blockNumber, index);
                }
                lasts.put(name.blockNumber, index);
                holes.onFrame(name);
            }
            else if (JournalKind.HOLE == record.kind() &&
                lost.tryWrap(buffer, record.frameOffset(), record.frameLength()))
            {
                holes.onHole(lost.blockNumber());
            }
            else if (JournalKind.EVENT == record.kind() && signal.tryWrap(buffer, record))
            {
                onSignal();
            }
        }
        nextIndex = index + 1;
        isAnythingNew = true;
        bytesSinceNote += length;
        if (bytesSinceNote >= NOTE_BYTES)
        {
            write();
        }
    }

    private void onSignal()
    {
        holes.onSignal(signal);
        if (SignalKind.VERIFIED == signal.kind() || SignalKind.MISMATCHED == signal.kind())
        {
            endedChainId = signal.chainId();
            endedBlock = signal.blockNumber();
        }
    }

    /**
     * Writes down what is not yet noted.
     */
    public void write()
    {
        final Roll roll = last();
        if (!isAnythingNew || null == roll)
        {
            return;
        }

        note.putLong(0, nextIndex);
        note.putLong(TIME_OFFSET, roll.lastTimeNs);
        note.putLong(CHAIN_OFFSET, endedChainId);
        note.putLong(ENDED_OFFSET, endedBlock);
        note.putInt(COUNT_OFFSET, firsts.size());
        int position = HEAD_LENGTH;
        final Long2LongHashMap.EntryIterator heights = firsts.entrySet().iterator();
        while (heights.hasNext())
        {
            heights.next();
            note.putLong(position, heights.getLongKey());
            note.putLong(position + Long.BYTES, heights.getLongValue());
            note.putLong(position + 2 * Long.BYTES, lasts.get(heights.getLongKey()));
            position += ENTRY_LENGTH;
        }
        position = writeHoles(position);
        notes.append(roll.number, note, 0, position);
        firsts.clear();
        lasts.clear();
        bytesSinceNote = 0;
        isAnythingNew = false;
    }

    /**
     * How far the node had come.
     *
     * @param chainId of the node.
     * @return the last block of that chain that was over; {@link #NO_BLOCK} if there is none.
     */
    public long endedBlock(final long chainId)
    {
        return chainId == endedChainId ? endedBlock : NO_BLOCK;
    }

    /** What is in holes, and how much of it is whole again. */
    OpenHoles holes()
    {
        return holes;
    }

    /** The oldest file is gone, and what was lacking of its heights is lacking no more. */
    void dropOldest()
    {
        rolls.remove(0);
        final Roll oldest = rolls.get(0);
        if (oldest.hasBlocks)
        {
            holes.forgetBelow(oldest.lowestBlock);
        }
    }

    /** Files of the journal, oldest first. */
    List<Roll> rolls()
    {
        return rolls;
    }

    private long readNotes(final Consumer consumer)
    {
        nextIndex = Journal.START;
        notes.read((number, buffer, offset, length) ->
        {
            final int count = length < HEAD_LENGTH ? -1 : buffer.getInt(offset + COUNT_OFFSET);
            final long heights = count < 0 ? 0 :
                (long)buffer.getInt(offset + LACKING_OFFSET) + buffer.getInt(offset + ENDLESS_OFFSET);
            if (length != HEAD_LENGTH + (long)count * ENTRY_LENGTH + heights * Long.BYTES)
            {
                throw new IllegalStateException("a note of " + length + " bytes beside file " + number);
            }

            Roll roll = last();
            if (null == roll || roll.number != number)
            {
                roll = new Roll(number);
                rolls.add(roll);
            }
            nextIndex = buffer.getLong(offset);
            roll.lastTimeNs = buffer.getLong(offset + TIME_OFFSET);
            endedChainId = buffer.getLong(offset + CHAIN_OFFSET);
            endedBlock = buffer.getLong(offset + ENDED_OFFSET);
            for (int i = 0; i < count; i++)
            {
                final int entry = offset + HEAD_LENGTH + i * ENTRY_LENGTH;
                final long blockNumber = buffer.getLong(entry);
                roll.onBlock(blockNumber);
                consumer.onHeight(
                    blockNumber, buffer.getLong(entry + Long.BYTES), buffer.getLong(entry + 2 * Long.BYTES));
            }
            readHoles(buffer, offset, offset + HEAD_LENGTH + count * ENTRY_LENGTH);
        });

        return nextIndex;
    }

    private int writeHoles(final int start)
    {
        final long[] lacking = holes.lacking();
        note.putInt(LACKING_OFFSET, lacking.length);
        int position = start;
        for (final long height : lacking)
        {
            note.putLong(position, height);
            position += Long.BYTES;
        }
        final MutableInteger end = new MutableInteger(position);
        holes.endless((height) -> note.putLong(end.getAndAdd(Long.BYTES), height));
        note.putInt(ENDLESS_OFFSET, (end.get() - position) / Long.BYTES);

        return end.get();
    }

    /** The last note says all; what of an attempt stood there already is asked for again. */
    private void readHoles(final DirectBuffer buffer, final int offset, final int start)
    {
        holes.clear();
        final int endless = start + buffer.getInt(offset + LACKING_OFFSET) * Long.BYTES;
        for (int position = start; position < endless; position += Long.BYTES)
        {
            holes.onLacking(buffer.getLong(position));
        }
        final int end = endless + buffer.getInt(offset + ENDLESS_OFFSET) * Long.BYTES;
        for (int position = endless; position < end; position += Long.BYTES)
        {
            holes.onHole(buffer.getLong(position));
        }
        if (NO_BLOCK != endedBlock)
        {
            holes.onOver(endedBlock);
        }
    }

    /** The last file's notes may be yet to come; any other's must be there. */
    private boolean isAnyFileWithoutNotes()
    {
        final long[] numbers = notes.rolls();
        for (int i = 0; i < numbers.length - 1; i++)
        {
            final long number = numbers[i];
            if (rolls.stream().noneMatch((roll) -> roll.number == number))
            {
                return true;
            }
        }

        return false;
    }

    private @Nullable Roll last()
    {
        return rolls.isEmpty() ? null : rolls.get(rolls.size() - 1);
    }
}
