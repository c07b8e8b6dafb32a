package io.fragcast.cli;

import io.fragcast.codecs.JournalKind;
import io.fragcast.codecs.SignalKind;
import io.fragcast.journal.Journal;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.SignalView;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.wire.FrameView;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code journal diff} compares: of two nodes, message by message and frag by frag, what each accepted, and how
 * each attempt ended; in the heights that both journals hold. A frag counts as whole when its header and as many chunks
 * as it names are there. Hop stamps are nobody's message, and the order of acceptance is each node's own.
 */
final class JournalDiff
{
    private static final int MAX_PRINTED = 100;

    private record Attempt(long chainId, long blockNumber, long incarnation, long leaderTerm)
        implements Comparable<Attempt>
    {
        @Override
        public int compareTo(final Attempt other)
        {
            final int byBlock = Long.compareUnsigned(blockNumber, other.blockNumber);
            final int byTerm = 0 != byBlock ? byBlock : Long.compare(leaderTerm, other.leaderTerm);
            final int byIncarnation =
                0 != byTerm ? byTerm : Long.compareUnsigned(incarnation, other.incarnation);

            return 0 != byIncarnation ? byIncarnation : Long.compareUnsigned(chainId, other.chainId);
        }

        @Override
        public String toString()
        {
            return Long.toUnsignedString(blockNumber) + '/' + Long.toUnsignedString(incarnation) + '/' + leaderTerm;
        }
    }

    /** What one node has of an attempt: the digest by place, the pieces by place, and the end. */
    private static final class Held
    {
        private final Map<String, byte[]> messages = new TreeMap<>();
        private final Map<String, byte[]> pieces = new TreeMap<>();
        private @Nullable SignalKind end;
    }

    private final PrintWriter out;
    private final RecordView record = new RecordView();
    private final FrameView frame = new FrameView();
    private final SignalView signal = new SignalView();
    private final FrameDigest digests = new FrameDigest();
    private long differences;

    JournalDiff(final PrintWriter out)
    {
        this.out = out;
    }

    /**
     * Compares two journals and prints how they differ.
     *
     * @param first  of one node.
     * @param second of another.
     * @return exit code: 1 if they differ.
     */
    int run(final Journal first, final Journal second)
    {
        final Map<Attempt, Held> ofFirst = read(first);
        final Map<Attempt, Held> ofSecond = read(second);
        final TreeSet<Attempt> all = new TreeSet<>(ofFirst.keySet());
        all.addAll(ofSecond.keySet());
        long compared = 0;
        long outside = 0;
        if (!ofFirst.isEmpty() && !ofSecond.isEmpty())
        {
            final long from = higher(lowest(ofFirst), lowest(ofSecond));
            final long to = lower(highest(ofFirst), highest(ofSecond));
            for (final Attempt attempt : all)
            {
                if (Long.compareUnsigned(attempt.blockNumber(), from) < 0 ||
                    Long.compareUnsigned(attempt.blockNumber(), to) > 0)
                {
                    outside++;
                }
                else
                {
                    compared++;
                    compare(attempt, ofFirst.get(attempt), ofSecond.get(attempt));
                }
            }
        }
        else
        {
            outside = all.size();
        }
        if (differences > MAX_PRINTED)
        {
            out.println("and " + (differences - MAX_PRINTED) + " more");
        }
        out.println("attempts " + compared + "  outside " + outside + "  differences " + differences);

        return 0 == differences ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private Map<Attempt, Held> read(final Journal journal)
    {
        final Map<Attempt, Held> attempts = new HashMap<>();
        journal.replay(Journal.START, (index, buffer, offset, length) ->
        {
            if (record.tryWrap(buffer, offset, length))
            {
                onRecord(attempts, buffer);
            }

            return true;
        });

        return attempts;
    }

    private void onRecord(final Map<Attempt, Held> attempts, final DirectBuffer buffer)
    {
        if (JournalKind.EVENT == record.kind() && signal.tryWrap(buffer, record))
        {
            final SignalKind kind = signal.kind();
            if (SignalKind.VERIFIED == kind || SignalKind.MISMATCHED == kind ||
                SignalKind.ABORTED == kind || SignalKind.SUPERSEDED == kind)
            {
                held(attempts, new Attempt(
                    signal.chainId(),
                    signal.blockNumber(),
                    signal.incarnation(),
                    Integer.toUnsignedLong(signal.leaderTerm()))).end = kind;
            }
        }
        else if (JournalKind.FRAME == record.kind() &&
            frame.tryWrap(buffer, record.frameOffset(), record.frameLength()) && null == frame.layoutProblem())
        {
            onFrame(attempts, buffer);
        }
    }

    private void onFrame(final Map<Attempt, Held> attempts, final DirectBuffer buffer)
    {
        final FrameKind kind = frame.kind();
        if (FrameKind.HEARTBEAT == kind || FrameKind.LEADER_START == kind || FrameKind.LEADER_STOP == kind)
        {
            return;
        }

        final Held held = held(attempts, new Attempt(
            frame.chainId(), frame.blockNumber(), frame.incarnation(), frame.leaderTerm()));
        final String place = kind + " " + (FrameKind.FRAG == kind || !frame.isSigned() ? frame.seq() : "");
        if (frame.isSigned())
        {
            final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
            digests.ofFrame(buffer, record.frameOffset(), frame.signedLength(), digest);
            held.messages.putIfAbsent(place.trim(), digest);
            if (FrameKind.FRAG == kind && 0 < frame.dataLength())
            {
                onPiece(held, "body " + frame.seq() + " chunk 0", buffer);
            }
        }
        else
        {
            final String piece = FrameKind.FRAG_CHUNK == kind ? " chunk " : " page ";
            onPiece(held, "body " + frame.seq() + piece + frame.index(), buffer);
        }
    }

    private void onPiece(final Held held, final String place, final DirectBuffer buffer)
    {
        final byte[] hash = new byte[FrameDigest.HASH_LENGTH];
        digests.ofChunk(buffer, frame.dataOffset(), frame.dataLength(), hash, 0);
        held.pieces.putIfAbsent(place, hash);
    }

    private void compare(final Attempt attempt, final @Nullable Held first, final @Nullable Held second)
    {
        if (null == first || null == second)
        {
            onDifference(attempt + ": only the " + (null == first ? "second" : "first") + " has it");
            return;
        }
        if (first.end != second.end)
        {
            onDifference(attempt + ": ends " + word(first.end) + ", in the second " + word(second.end));
        }
        compare(attempt, first.messages, second.messages);
        compare(attempt, first.pieces, second.pieces);
    }

    private void compare(final Attempt attempt, final Map<String, byte[]> first, final Map<String, byte[]> second)
    {
        final TreeSet<String> places = new TreeSet<>(first.keySet());
        places.addAll(second.keySet());
        for (final String place : places)
        {
            final byte[] inFirst = first.get(place);
            final byte[] inSecond = second.get(place);
            if (null == inFirst || null == inSecond)
            {
                onDifference(
                    attempt + " " + place + ": only the " + (null == inFirst ? "second" : "first") + " has it");
            }
            else if (!Arrays.equals(inFirst, inSecond))
            {
                onDifference(attempt + " " + place + ": not the same in both");
            }
        }
    }

    private void onDifference(final String what)
    {
        differences++;
        if (differences <= MAX_PRINTED)
        {
            out.println(what);
        }
    }

    private static Held held(final Map<Attempt, Held> attempts, final Attempt attempt)
    {
        return attempts.computeIfAbsent(attempt, (key) -> new Held());
    }

    private static String word(final @Nullable SignalKind end)
    {
        return null == end ? "not" : end.name();
    }

    private static long lowest(final Map<Attempt, Held> attempts)
    {
        return attempts.keySet().stream().mapToLong(Attempt::blockNumber).reduce(JournalDiff::lower).orElseThrow();
    }

    private static long highest(final Map<Attempt, Held> attempts)
    {
        return attempts.keySet().stream().mapToLong(Attempt::blockNumber).reduce(JournalDiff::higher).orElseThrow();
    }

    private static long lower(final long one, final long other)
    {
        return Long.compareUnsigned(one, other) < 0 ? one : other;
    }

    private static long higher(final long one, final long other)
    {
        return Long.compareUnsigned(one, other) > 0 ? one : other;
    }
}
