package io.fragcast.sim.checker;

import io.fragcast.codecs.BlockEventDecoder;
import io.fragcast.codecs.BlockEventKind;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SignalKind;
import io.fragcast.journal.EventReplay;
import io.fragcast.journal.Journal;
import io.fragcast.journal.RecordConsumer;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.SignalView;
import io.fragcast.protocol.block.BlockSignal;
import io.fragcast.protocol.block.BlockSignals;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.wire.FrameView;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The journal alone tells what happened: the EVENT records of each process are the list that it made live, and what
 * {@link EventReplay} makes of the journal is what its edge was given, byte for byte but for the hop stamps.
 * <p>
 * What may be missing is what the journal itself says is:
 * <ul>
 * <li>an event that the ring had no room for, where the next one counts it;</li>
 * <li>of a process that died, the end of the list;</li>
 * <li>a delivery whose own message, or a piece of it, was among the frames that this process counted as lost. Of a
 * MISMATCHED, which says no more than that the Seal was there, it comes without that Seal.</li>
 * </ul>
 */
public final class EventListChecker
{
    private static final int FRAME_STAMPS_OFFSET = 8;
    private static final int FRAME_STAMPS_END = 25;

    private record Told(BlockSignal signal, Attempt attempt, int seq, int reason, int missing)
    {
        boolean isDelivery()
        {
            return BlockSignal.FRAG_VERIFIED != signal && BlockSignal.LAST_FRAG != signal;
        }

        /** The message that a delivery is made of; null: it is made of none. */
        private @Nullable Message message()
        {
            return switch (signal)
            {
                case ENV_OPENED -> new Message(attempt, FrameKind.ENV, 0);
                case FRAG_DELIVERED -> new Message(attempt, FrameKind.FRAG, seq);
                case SEALED, VERIFIED, MISMATCHED, FINALIZED, SEAL_MISMATCHED ->
                    new Message(attempt, FrameKind.SEAL, 0);
                case ABORTED -> new Message(attempt, FrameKind.ABORT, 0);
                case FRAG_VERIFIED, LAST_FRAG, SUPERSEDED, MISSED, REORG -> null;
            };
        }
    }

    /** A message of an attempt; a frag with all its pieces. */
    private record Message(Attempt attempt, FrameKind kind, long seq)
    {
    }

    /** One process of a node: its list, the deliveries that its consumer took, what its journal could not take. */
    private static final class Life
    {
        private final long firstIndex;
        private final List<Told> told = new ArrayList<>();
        private final List<byte[]> taken = new ArrayList<>();
        private final Set<Message> framesLost = new HashSet<>();
        /** Place in the list, by the index of the record that tells of it. */
        private final Map<Long, Integer> places = new HashMap<>();
        private int next;

        private Life(final long firstIndex)
        {
            this.firstIndex = firstIndex;
        }

        /** Which delivery of the process is it? */
        private int ordinal(final int place)
        {
            int ordinal = 0;
            for (int i = 0; i < place; i++)
            {
                ordinal += told.get(i).isDelivery() ? 1 : 0;
            }

            return ordinal;
        }

        private boolean isFrameLost(final Told one)
        {
            final Message message = one.message();

            return null != message && framesLost.contains(message);
        }
    }

    private final List<List<Life>> nodes = new ArrayList<>();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final RecordView record = new RecordView();
    private final SignalView signal = new SignalView();
    private final BlockEventDecoder event = new BlockEventDecoder();
    private final FrameView frame = new FrameView();
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
     * Sees which of the frames that a process accepts its journal has no room for.
     *
     * @param node       index.
     * @param framesLost counter of the process.
     * @param after      journals them.
     * @return forwarder of the process.
     */
    public FrameForwarder journaled(final int node, final LongSupplier framesLost, final FrameForwarder after)
    {
        final Life life = lastLife(node);

        return new FrameForwarder()
        {
            @Override
            public void onAccepted(
                final DirectBuffer buffer, final int offset, final int length, final int sessionId)
            {
                final long lostBefore = framesLost.getAsLong();
                after.onAccepted(buffer, offset, length, sessionId);
                if (lostBefore != framesLost.getAsLong())
                {
                    life.framesLost.add(messageOf(buffer, offset, length));
                }
            }

            @Override
            public boolean isReady()
            {
                return after.isReady();
            }
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
     * @param node       index.
     * @param journal    of it.
     * @param isDrained  is its last process up, and has nothing left to journal?
     * @param eventsLost that its last process counts.
     */
    public void check(final int node, final Journal journal, final boolean isDrained, final long eventsLost)
    {
        final List<Life> lives = nodes.get(node);
        if (lives.isEmpty())
        {
            return;
        }

        final Set<Long> incomplete = new HashSet<>();
        journal.replay(Journal.START, (index, buffer, offset, length) ->
        {
            final int number = lifeOf(lives, index);
            readEvent(node, number, lives.get(number), index, buffer, offset, length, incomplete);
            return true;
        });
        final Life last = lives.get(lives.size() - 1);
        if (isDrained && last.told.size() - last.next > eventsLost)
        {
            throw failure(node, lives.size() - 1, "does not journal " + last.told.get(last.next) + " and " +
                (last.told.size() - last.next - 1) + " events after it, and counts " + eventsLost + " as lost");
        }
        replay(node, lives, journal, incomplete);
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

    /** The list of each process as it happened, but for the events that are counted as lost. */
    private void readEvent(
        final int node,
        final int number,
        final Life life,
        final long index,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final Set<Long> incomplete)
    {
        if (!record.tryWrap(buffer, offset, length))
        {
            throw failure(node, number, "journals " + length + " bytes that are no record");
        }
        final boolean isEvent = JournalKind.EVENT == record.kind();
        if (isEvent && !signal.tryWrap(buffer, record))
        {
            throw failure(node, number, "journals an event that is none");
        }
        final boolean isStart = isEvent && SignalKind.STARTED == signal.kind();
        if (isStart != (index == life.firstIndex))
        {
            throw failure(node, number, "begins at record " + life.firstIndex + " and says so at " + index);
        }
        if (!isEvent || isStart)
        {
            return;
        }

        final Told journaled = new Told(
            BlockSignal.valueOf(signal.kind().name()),
            new Attempt(signal.blockNumber(), signal.leaderTerm(), signal.incarnation()),
            signal.seq(),
            signal.reason(),
            signal.missing());
        final long place = life.next + record.count();
        if (place >= life.told.size() || !life.told.get((int)place).equals(journaled))
        {
            throw failure(node, number, "journals " + journaled + " after " + record.count() + " lost, not " +
                (place < life.told.size() ? life.told.get((int)place) : "nothing"));
        }
        if (0 < record.count())
        {
            incomplete.add(index);
        }
        life.places.put(index, (int)place);
        life.next = (int)place + 1;
        compared++;
    }

    /** Each delivery that the journal tells of is made again as it was, or lacks a frame that was counted as lost. */
    private void replay(
        final int node, final List<Life> lives, final Journal journal, final Set<Long> incomplete)
    {
        final IndexedJournal indexed = new IndexedJournal(journal);
        new EventReplay(indexed, new EventReplay.Consumer()
        {
            @Override
            public boolean onEvent(
                final DirectBuffer buffer, final int offset, final int length, final long deliverTimeNs)
            {
                final int number = lifeOf(lives, indexed.index);
                compareTaken(node, number, lives.get(number), indexed.index, copy(buffer, offset, length));
                return true;
            }

            @Override
            public void onLost(final String what)
            {
                final int number = lifeOf(lives, indexed.index);
                final Life life = lives.get(number);
                final boolean isCount = incomplete.remove(indexed.index);
                if (!isCount && !life.isFrameLost(life.told.get(life.places.get(indexed.index))))
                {
                    throw failure(node, number, "cannot replay " + what);
                }
            }
        }).run();
    }

    private void compareTaken(
        final int node, final int number, final Life life, final long index, final byte[] replayed)
    {
        final int place = life.places.get(index);
        final int ordinal = life.ordinal(place);
        if (ordinal >= life.taken.size())
        {
            return;
        }
        final byte[] taken = life.taken.get(ordinal);
        final Told told = life.told.get(place);
        if (!Arrays.equals(taken, replayed) &&
            !(BlockSignal.MISMATCHED == told.signal && life.isFrameLost(told)))
        {
            throw failure(node, number, "delivered " + describe(taken) + " and replays " + describe(replayed));
        }
        compared++;
    }

    private Message messageOf(final DirectBuffer buffer, final int offset, final int length)
    {
        if (!frame.tryWrap(buffer, offset, length))
        {
            throw new SimFailure("accepts " + length + " bytes that are no frame");
        }
        final Attempt attempt = new Attempt(frame.blockNumber(), (int)frame.leaderTerm(), frame.incarnation());
        final FrameKind kind = frame.kind();

        return switch (kind)
        {
            case FRAG, FRAG_PAGE, FRAG_CHUNK -> new Message(attempt, FrameKind.FRAG, frame.seq());
            case ENV, SEAL, ABORT, HEARTBEAT, LEADER_START, LEADER_STOP -> new Message(attempt, kind, 0);
        };
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
