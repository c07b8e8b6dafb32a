package io.fragcast.journal;

import io.fragcast.codecs.BlockEventEncoder;
import io.fragcast.codecs.BlockEventKind;
import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.SignalKind;
import io.fragcast.wire.FrameView;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes the deliveries of a node again from its journal alone: the EVENT records say what was delivered, when, and in
 * which order; the FRAME records hold the bytes. What a node delivers live differs from it in no byte but the hop
 * stamps, 8 to 24, of messages that came twice.
 * <p>
 * Frames that came into the journal only later, because there was a hole, are looked for behind the event: first among
 * those of the same process, then among those of later ones. What an earlier process accepted counts for nothing that a
 * later one delivered. For tools: it allocates, and keeps what the attempts at hand hold. Used by one thread.
 */
public final class EventReplay
{
    /** Four windows of 64 blocks: an attempt is begun, delivered and ended within one. */
    private static final int MAX_ATTEMPTS = 256;

    /** 30 MB of Seals: blocks of 200 ms become final within three hours. */
    private static final int MAX_SEALS = 1 << 16;

    private static final int HASH_LENGTH = 32;

    /**
     * Takes what was delivered.
     */
    public interface Consumer
    {
        /**
         * The next delivery.
         *
         * @param buffer        holding the BlockEvent message; valid during the call.
         * @param offset        of its first byte.
         * @param length        in bytes.
         * @param deliverTimeNs epoch nanoseconds when it was delivered.
         * @return true to be given the next one; false to end the replay after this one.
         */
        boolean onEvent(DirectBuffer buffer, int offset, int length, long deliverTimeNs);

        /**
         * Something was delivered that cannot be made again.
         *
         * @param what it is, and what is missing.
         */
        void onLost(String what);
    }

    private final Journal journal;
    private final Consumer consumer;
    private final RecordView record = new RecordView();
    private final FrameView frame = new FrameView();
    private final SignalView signal = new SignalView();
    private final MutableDirectBuffer event = new ExpandableArrayBuffer(64 << 10);
    private final BlockEventEncoder encoder = new BlockEventEncoder();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final byte[] hash = new byte[HASH_LENGTH];
    private final Map<AttemptKey, JournaledAttempt> attempts = new LinkedHashMap<>();
    private final Map<AttemptKey, byte[]> seals = new LinkedHashMap<>();
    private long delivered;

    /**
     * A replay.
     *
     * @param journal  to read; left open.
     * @param consumer takes what was delivered.
     */
    public EventReplay(final Journal journal, final Consumer consumer)
    {
        this.journal = journal;
        this.consumer = consumer;
    }

    /**
     * Reads the journal from its start to its end.
     *
     * @return deliveries made.
     */
    public long run()
    {
        delivered = 0;
        attempts.clear();
        seals.clear();
        journal.replay(Journal.START, this::onRecord);

        return delivered;
    }

    private boolean onRecord(final long index, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!record.tryWrap(buffer, offset, length))
        {
            consumer.onLost("index " + index + ": " + length + " bytes that are no journal record");
            return true;
        }
        if (JournalKind.FRAME == record.kind())
        {
            onFrame(buffer);
            return true;
        }
        if (JournalKind.EVENT != record.kind())
        {
            return true;
        }
        if (0 != record.count())
        {
            consumer.onLost(record.count() + " events before index " + index + ": there was no room for them");
        }
        if (!signal.tryWrap(buffer, record))
        {
            consumer.onLost("index " + index + ": an event of a newer version");
            return true;
        }

        return onSignal(index, record.receiveTimeNs());
    }

    private void onFrame(final DirectBuffer buffer)
    {
        if (frame.tryWrap(buffer, record.frameOffset(), record.frameLength()) && null == frame.layoutProblem())
        {
            attempt(keyOfFrame()).onFrame(frame, buffer, record.frameOffset(), record.frameLength());
        }
    }

    private JournaledAttempt attempt(final AttemptKey key)
    {
        final JournaledAttempt known = attempts.get(key);
        if (null != known)
        {
            return known;
        }
        if (MAX_ATTEMPTS == attempts.size())
        {
            final Iterator<AttemptKey> oldest = attempts.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        final JournaledAttempt attempt = new JournaledAttempt();
        attempts.put(key, attempt);

        return attempt;
    }

    private boolean onSignal(final long index, final long timeNs)
    {
        final BlockEventKind kind = switch (signal.kind())
        {
            case ENV_OPENED -> BlockEventKind.ENV;
            case FRAG_DELIVERED -> BlockEventKind.FRAG;
            case SEALED -> BlockEventKind.SEAL;
            case VERIFIED -> BlockEventKind.VERIFIED;
            case MISMATCHED -> BlockEventKind.MISMATCHED;
            case ABORTED -> BlockEventKind.ABORTED;
            case SUPERSEDED -> BlockEventKind.SUPERSEDED;
            case MISSED -> BlockEventKind.GAP;
            case REORG -> BlockEventKind.REORG;
            case FINALIZED -> BlockEventKind.FINALIZED;
            case SEAL_MISMATCHED -> BlockEventKind.SEAL_MISMATCHED;
            case FRAG_VERIFIED, LAST_FRAG, STARTED, NULL_VAL -> BlockEventKind.NULL_VAL;
        };
        if (SignalKind.STARTED == signal.kind())
        {
            attempts.clear();
        }
        if (BlockEventKind.NULL_VAL == kind)
        {
            return true;
        }

        final AttemptKey key = keyOfSignal();
        JournaledAttempt attempt = attempt(key);
        if (isLacking(attempt, kind))
        {
            final JournaledAttempt later = new JournaledAttempt();
            seek(index, key, attempt, later);
            attempt = isLacking(attempt, kind) ? later : attempt;
        }
        if (isLacking(attempt, kind))
        {
            consumer.onLost(
                signal.kind() + " of " + Long.toUnsignedString(key.blockNumber()) + '/' +
                Long.toUnsignedString(key.incarnation()) + '/' + Integer.toUnsignedString(key.leaderTerm()) +
                " seq " + Integer.toUnsignedString(signal.seq()) + ": its message is not in the journal");
            return true;
        }

        delivered++;
        final int length = encode(kind, attempt, timeNs);
        if (BlockEventKind.VERIFIED == kind)
        {
            remember(key, attempt.seal());
        }
        if (isTerminal(kind))
        {
            attempts.remove(key);
        }

        return consumer.onEvent(event, 0, length, timeNs);
    }

    /** Is the message that caused an event not here yet? */
    private boolean isLacking(final JournaledAttempt attempt, final BlockEventKind kind)
    {
        return switch (kind)
        {
            case ENV -> 0 == attempt.env().length;
            case FRAG -> 0 == attempt.fragBody(signal.seq()).length;
            case SEAL, VERIFIED -> 0 == attempt.seal().length;
            case ABORTED -> 0 == attempt.abort().length;
            case FINALIZED, SEAL_MISMATCHED -> 0 == seal(attempt).length;
            case MISMATCHED, SUPERSEDED, GAP, REORG, NULL_VAL -> false;
        };
    }

    /** What is said later of a VERIFIED block carries its Seal. */
    private void remember(final AttemptKey key, final byte[] seal)
    {
        if (MAX_SEALS == seals.size())
        {
            final Iterator<AttemptKey> oldest = seals.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        seals.put(key, seal);
    }

    private byte[] seal(final JournaledAttempt attempt)
    {
        return seals.getOrDefault(keyOfSignal(), attempt.seal());
    }

    private AttemptKey keyOfSignal()
    {
        return new AttemptKey(signal.chainId(), signal.leaderTerm(), signal.blockNumber(), signal.incarnation());
    }

    /** Repair filled a hole later: whatever of the attempt stands behind the event, by this process or a later one. */
    private void seek(
        final long index, final AttemptKey key, final JournaledAttempt own, final JournaledAttempt later)
    {
        final RecordView atHand = new RecordView();
        final SignalView aside = new SignalView();
        final boolean[] isLater = new boolean[1];
        journal.replay(index + 1, (at, buffer, offset, length) ->
        {
            if (!atHand.tryWrap(buffer, offset, length))
            {
                return true;
            }
            if (JournalKind.EVENT == atHand.kind())
            {
                isLater[0] |= aside.tryWrap(buffer, atHand) && SignalKind.STARTED == aside.kind();
            }
            else if (JournalKind.FRAME == atHand.kind() &&
                frame.tryWrap(buffer, atHand.frameOffset(), atHand.frameLength()) && null == frame.layoutProblem() &&
                key.equals(keyOfFrame()))
            {
                (isLater[0] ? later : own).onFrame(frame, buffer, atHand.frameOffset(), atHand.frameLength());
            }

            return true;
        });
    }

    private AttemptKey keyOfFrame()
    {
        return new AttemptKey(frame.chainId(), (int)frame.leaderTerm(), frame.blockNumber(), frame.incarnation());
    }

    private int encode(final BlockEventKind kind, final JournaledAttempt attempt, final long timeNs)
    {
        final byte[] cause = switch (kind)
        {
            case ENV -> attempt.env();
            case FRAG -> attempt.fragHead(signal.seq());
            case SEAL, VERIFIED, MISMATCHED -> attempt.seal();
            case ABORTED -> attempt.abort();
            case FINALIZED, SEAL_MISMATCHED -> seal(attempt);
            case SUPERSEDED, GAP, REORG, NULL_VAL -> JournaledAttempt.NO_BYTES;
        };
        signal.hash(hash);
        final byte[] body = BlockEventKind.FRAG == kind ? attempt.fragBody(signal.seq()) :
            isHash() ? hash : JournaledAttempt.NO_BYTES;
        final boolean isCaused = 0 < cause.length && !isAside(kind);
        encoder.wrapAndApplyHeader(event, 0, header)
            .chainId(signal.chainId())
            .blockNumber(signal.blockNumber())
            .incarnation(signal.incarnation())
            .publishTimeNs(isCaused ? JournaledAttempt.publishTimeNs(cause) : 0)
            .deliverTimeNs(timeNs)
            .leaderTerm(Integer.toUnsignedLong(signal.leaderTerm()))
            .seq(Integer.toUnsignedLong(signal.seq()))
            .kind(kind)
            .reason((short)signal.reason())
            .hopCount((short)(isCaused ? JournaledAttempt.hopCount(cause) : 0))
            .reserved((short)0)
            .missing(Integer.toUnsignedLong(signal.missing()))
            .putFrame(cause, 0, cause.length)
            .putBody(body, 0, body.length);

        return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    }

    private boolean isHash()
    {
        for (final byte part : hash)
        {
            if (0 != part)
            {
                return true;
            }
        }

        return false;
    }

    private static boolean isAside(final BlockEventKind kind)
    {
        return BlockEventKind.FINALIZED == kind || BlockEventKind.SEAL_MISMATCHED == kind;
    }

    private static boolean isTerminal(final BlockEventKind kind)
    {
        return BlockEventKind.VERIFIED == kind || BlockEventKind.MISMATCHED == kind ||
            BlockEventKind.ABORTED == kind || BlockEventKind.SUPERSEDED == kind;
    }
}
