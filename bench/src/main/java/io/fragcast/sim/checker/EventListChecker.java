package io.fragcast.sim.checker;

import io.fragcast.codecs.BlockEventDecoder;
import io.fragcast.codecs.BlockEventKind;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.JournalRecordDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SignalDecoder;
import io.fragcast.journal.EventReplay;
import io.fragcast.journal.Journal;
import io.fragcast.journal.RecordConsumer;
import io.fragcast.protocol.block.BlockSignal;
import io.fragcast.protocol.block.BlockSignals;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The journal alone tells what happened: the EVENT records of each process are the list that it made live, and what
 * {@link EventReplay} makes of the journal is what its edge was given, byte for byte but for the hop stamps.
 * <p>
 * A process that was killed may have lost the end of its list, and one whose disk was full or slow for long some of it:
 * then what the journal does tell is in order and true, and nothing besides. Of any other it tells all.
 */
public final class EventListChecker
{
    private static final int FRAME_STAMPS_OFFSET = 8;
    private static final int FRAME_STAMPS_END = 25;

    private record Told(BlockSignal signal, Attempt attempt, int seq, int reason, int missing)
    {
    }

    /** One process of a node: its list, and the deliveries that its consumer took. */
    private static final class Life
    {
        private final long firstIndex;
        private final List<Told> told = new ArrayList<>();
        private final List<byte[]> taken = new ArrayList<>();

        private Life(final long firstIndex)
        {
            this.firstIndex = firstIndex;
        }
    }

    private record Replayed(long index, byte[] event)
    {
    }

    private final List<List<Life>> nodes = new ArrayList<>();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final JournalRecordDecoder record = new JournalRecordDecoder();
    private final SignalDecoder signal = new SignalDecoder();
    private final BlockEventDecoder event = new BlockEventDecoder();
    private long compared;

    /**
     * A checker.
     *
     * @param nodes how many.
     */
    public EventListChecker(final int nodes)
    {
        for (int i = 0; i < nodes; i++)
        {
            this.nodes.add(new ArrayList<>());
        }
    }

    /**
     * A process starts over a journal.
     *
     * @param node    index.
     * @param records that the journal holds.
     */
    public void onNodeUp(final int node, final long records)
    {
        nodes.get(node).add(new Life(records + 1));
    }

    /**
     * Sees what a process signals before it is written down.
     *
     * @param node  index.
     * @param after writes it down.
     * @return signals of the process.
     */
    public BlockSignals signals(final int node, final BlockSignals after)
    {
        final Life life = lastLife(node);

        return (happened, term, blockNumber, incarnation, seq, reason, missing, hash) ->
        {
            life.told.add(new Told(happened, new Attempt(blockNumber, term, incarnation), seq, reason, missing));
            after.onSignal(happened, term, blockNumber, incarnation, seq, reason, missing, hash);
        };
    }

    /**
     * The consumer of a node took a delivery.
     *
     * @param node   index.
     * @param buffer holding the BlockEvent message.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    public void onTaken(final int node, final DirectBuffer buffer, final int offset, final int length)
    {
        lastLife(node).taken.add(copy(buffer, offset, length));
    }

    /**
     * Reads the journal of a node.
     *
     * @param node    index.
     * @param journal of it.
     * @param isWhole did its last process journal everything?
     */
    public void check(final int node, final Journal journal, final boolean isWhole)
    {
        final List<Life> lives = nodes.get(node);
        if (lives.isEmpty())
        {
            return;
        }
        final List<List<Told>> journaled = new ArrayList<>();
        lives.forEach((life) -> journaled.add(new ArrayList<>()));
        journal.replay(Journal.START, (index, buffer, offset, length) ->
        {
            readEvent(buffer, offset, journaled.get(lifeOf(lives, index)));
            return true;
        });
        final List<List<byte[]>> replayed = new ArrayList<>();
        lives.forEach((life) -> replayed.add(new ArrayList<>()));
        final List<String> lost = new ArrayList<>();
        replay(journal, lives.get(lives.size() - 1).firstIndex, lost).forEach((made) ->
            replayed.get(lifeOf(lives, made.index)).add(made.event));

        for (int i = 0; i < lives.size(); i++)
        {
            final Life life = lives.get(i);
            final boolean isAll = isWhole && i == lives.size() - 1;
            if (isAll && !journaled.get(i).equals(life.told))
            {
                throw failure(node, i, "journals another list of events: " +
                    firstDifference(life.told, journaled.get(i)));
            }
            if (isAll && !lost.isEmpty())
            {
                throw failure(node, i, "cannot replay " + lost.get(0));
            }
            isSubsequence(node, i, life.told, journaled.get(i));
            compareTaken(node, i, life.taken, replayed.get(i), isAll);
        }
    }

    /**
     * Events that were held against each other.
     *
     * @return count.
     */
    public long compared()
    {
        return compared;
    }

    private void isSubsequence(
        final int node, final int life, final List<Told> told, final List<Told> journaled)
    {
        int next = 0;
        for (final Told one : journaled)
        {
            while (next < told.size() && !told.get(next).equals(one))
            {
                next++;
            }
            if (next == told.size())
            {
                throw failure(node, life, "journals " + one + ", which did not happen then");
            }
            next++;
            compared++;
        }
    }

    /** What was taken, perhaps not all of it yet, and what is made again are parts of what happened, in its order. */
    private void compareTaken(
        final int node, final int life, final List<byte[]> taken, final List<byte[]> replayed, final boolean isAll)
    {
        int next = 0;
        for (final byte[] one : taken)
        {
            int match = next;
            while (match < replayed.size() && !Arrays.equals(one, replayed.get(match)))
            {
                match++;
            }
            if (match < replayed.size() && (match == next || !isAll))
            {
                next = match + 1;
                compared++;
            }
            else if (isAll)
            {
                throw failure(node, life, "delivered " + describe(one) + " and replays " +
                    (next < replayed.size() ? describe(replayed.get(next)) : "nothing"));
            }
        }
    }

    private void readEvent(final DirectBuffer buffer, final int offset, final List<Told> events)
    {
        record.wrapAndApplyHeader(buffer, offset, header);
        if (JournalKind.EVENT != record.kind())
        {
            return;
        }
        record.frameLength();
        signal.wrapAndApplyHeader(buffer, record.limit() + JournalRecordDecoder.frameHeaderLength(), header);
        events.add(new Told(
            BlockSignal.valueOf(signal.signal().name()),
            new Attempt(signal.blockNumber(), (int)signal.leaderTerm(), signal.incarnation()),
            (int)signal.seq(),
            signal.reason(),
            (int)signal.missing()));
    }

    private List<Replayed> replay(final Journal journal, final long lastFirstIndex, final List<String> lost)
    {
        final List<Replayed> events = new ArrayList<>();
        final IndexedJournal indexed = new IndexedJournal(journal);
        new EventReplay(indexed, new EventReplay.Consumer()
        {
            @Override
            public boolean onEvent(
                final DirectBuffer buffer, final int offset, final int length, final long deliverTimeNs)
            {
                events.add(new Replayed(indexed.index, copy(buffer, offset, length)));
                return true;
            }

            @Override
            public void onLost(final String what)
            {
                if (indexed.index >= lastFirstIndex)
                {
                    lost.add(what);
                }
            }
        }).run();

        return events;
    }

    /** Without what tells of one transmission only. */
    private byte[] copy(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        event.wrapAndApplyHeader(buffer, offset, header);
        bytes[MessageHeaderDecoder.ENCODED_LENGTH + BlockEventDecoder.hopCountEncodingOffset()] = 0;
        if (event.frameLength() > 0)
        {
            final int frame = event.limit() + BlockEventDecoder.frameHeaderLength() - offset;
            Arrays.fill(bytes, frame + FRAME_STAMPS_OFFSET, frame + FRAME_STAMPS_END, (byte)0);
        }

        return bytes;
    }

    private String describe(final byte[] bytes)
    {
        event.wrapAndApplyHeader(new UnsafeBuffer(bytes), 0, header);
        final BlockEventKind kind = event.kind();

        return kind + " " + event.seq() + " of block " + event.blockNumber() + " at " + event.deliverTimeNs();
    }

    private Life lastLife(final int node)
    {
        final List<Life> lives = nodes.get(node);

        return lives.get(lives.size() - 1);
    }

    private static int lifeOf(final List<Life> lives, final long index)
    {
        int life = lives.size() - 1;
        while (life > 0 && index < lives.get(life).firstIndex)
        {
            life--;
        }

        return life;
    }

    private static String firstDifference(final List<Told> told, final List<Told> journaled)
    {
        int i = 0;
        while (i < told.size() && i < journaled.size() && told.get(i).equals(journaled.get(i)))
        {
            i++;
        }

        return "at " + i + " of " + told.size() + ' ' + (i < told.size() ? told.get(i) : "nothing") + ", not " +
            (i < journaled.size() ? journaled.get(i) : "nothing");
    }

    private static SimFailure failure(final int node, final int life, final String what)
    {
        return new SimFailure("node " + node + ", process " + life + ", " + what);
    }

    /** Knows at which record the replay is; what it reads ahead of that does not count. */
    private static final class IndexedJournal implements Journal
    {
        private final Journal journal;
        private long index;

        private IndexedJournal(final Journal journal)
        {
            this.journal = journal;
        }

        @Override
        public long append(final DirectBuffer buffer, final int offset, final int length)
        {
            throw new UnsupportedOperationException("a replay appends nothing");
        }

        @Override
        public long replay(final long fromIndex, final RecordConsumer consumer)
        {
            return journal.replay(fromIndex, (at, buffer, offset, length) ->
            {
                index = START == fromIndex ? at : index;
                return consumer.onRecord(at, buffer, offset, length);
            });
        }

        @Override
        public void close()
        {
            journal.close();
        }
    }
}
