package io.fragcast.cli;

import io.fragcast.codecs.JournalKind;
import io.fragcast.journal.Journal;
import io.fragcast.journal.OpenHoles;
import io.fragcast.journal.RecordView;
import io.fragcast.journal.SignalView;
import io.fragcast.protocol.block.FrameDigest;
import io.fragcast.protocol.block.FrameKind;
import io.fragcast.protocol.block.SignedFrame;
import io.fragcast.protocol.repair.FrameName;
import io.fragcast.wire.FrameNames;
import io.fragcast.wire.FrameView;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * What {@code journal verify} checks: every record decodes, every frame has a legal layout, bodies are what their
 * headers name, and within an attempt each message names the digest of the one before it, where both are there. The
 * journal holds frames in the order in which they were accepted, which is any, so an attempt is judged when its
 * messages are all read: {@link #OPEN_ATTEMPTS} attempts later at the latest. Of holes, and of what passed by unheard,
 * it says whether the heights are whole again.
 */
final class JournalVerifier
{
    /** Sixteen windows of 64 blocks: what a node accepts lies within one. */
    private static final int OPEN_ATTEMPTS = 1_024;

    /** A broken disk would print for hours; the count goes on. */
    private static final int MAX_PRINTED = 100;

    private static final int ENV_PLACE = -1;

    private final PrintWriter out;
    private final @Nullable JournalSignatures signatures;
    private final RecordView record = new RecordView();
    private final FrameView frame = new FrameView();
    private final JournalPieces pieces = new JournalPieces();
    private final OpenHoles openHoles = new OpenHoles();
    private final SignalView signal = new SignalView();
    private final FrameNames names = new FrameNames();
    private final FrameName name = new FrameName();
    private final FrameDigest frameDigest = new FrameDigest();
    private final Map<Attempt, Map<Long, Message>> attempts = new LinkedHashMap<>();
    private final byte[] digest = new byte[FrameDigest.DIGEST_LENGTH];
    private long frames;
    private long signed;
    private long events;
    private long holes;
    private long lost;
    private long links;
    private long problems;

    private record Attempt(long chainId, long blockNumber, long incarnation, long leaderTerm)
    {
        @Override
        public String toString()
        {
            return Long.toUnsignedString(blockNumber) + '/' + Long.toUnsignedString(incarnation) + '/' + leaderTerm;
        }
    }

    private record Message(FrameKind kind, byte[] digest, byte[] previousDigest)
    {
    }

    /**
     * A verifier.
     *
     * @param out        for what it finds.
     * @param signatures checks those too; null: it does not.
     */
    JournalVerifier(final PrintWriter out, final @Nullable JournalSignatures signatures)
    {
        this.out = out;
        this.signatures = signatures;
    }

    void verify(final Journal journal)
    {
        journal.replay(Journal.START, this::onRecord);
        for (final Map.Entry<Attempt, Map<Long, Message>> attempt : attempts.entrySet())
        {
            judge(attempt.getKey(), attempt.getValue());
        }
        attempts.clear();
    }

    long problemCount()
    {
        return problems;
    }

    void printSummary()
    {
        if (problems > MAX_PRINTED)
        {
            out.println("and " + (problems - MAX_PRINTED) + " more");
        }
        out.println(
            "frames " + frames + "  events " + events + "  links " + links +
            "  pieces " + pieces.checkedCount() + (0 == pieces.uncheckedCount() ? "" :
            "  pieces unchecked " + pieces.uncheckedCount()) +
            (null == signatures ? "" : "  signatures " + signed) + "  holes " + holes +
            "  frames lost " + lost + (0 == openHoles.count() ? "" : "  heights in holes " + openHoles.count() +
            "  whole again " + (openHoles.count() - openHoles.lackingCount())) + "  problems " + problems);
        if (0 < openHoles.lackingCount())
        {
            out.println("heights that are not whole: " +
                Arrays.stream(openHoles.lacking()).limit(MAX_PRINTED).mapToObj(Long::toUnsignedString).toList());
        }
    }

    private boolean onRecord(final long index, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!record.tryWrap(buffer, offset, length))
        {
            onProblem("index " + index, "no journal record");
            return true;
        }

        if (JournalKind.HOLE == record.kind())
        {
            holes++;
            lost += record.count();
            final boolean isKnown = frame.tryWrap(buffer, record.frameOffset(), record.frameLength());
            if (isKnown)
            {
                openHoles.onHole(frame.blockNumber());
            }
            out.println("hole of " + record.count() + " frames" +
                (isKnown ? " from " + attempt() + " seq " + frame.seq() : ""));
        }
        else if (JournalKind.EVENT == record.kind())
        {
            events++;
            if (signal.tryWrap(buffer, record))
            {
                openHoles.onSignal(signal);
            }
        }
        else
        {
            frames++;
            onFrame(index, buffer);
        }

        return true;
    }

    private void onFrame(final long index, final DirectBuffer buffer)
    {
        frame.tryWrap(buffer, record.frameOffset(), record.frameLength());
        final String layoutProblem = frame.layoutProblem();
        if (null != layoutProblem)
        {
            onProblem("index " + index, layoutProblem);
            return;
        }

        if (names.tryName(buffer, record.frameOffset(), record.frameLength(), name))
        {
            openHoles.onFrame(name);
        }
        if (frame.isSigned())
        {
            checkSignature(buffer);
        }

        final FrameKind kind = requireNonNull(frame.kind());
        if (FrameKind.FRAG == kind || !frame.isSigned())
        {
            final String pieceProblem = pieces.problem(frame, buffer);
            if (null != pieceProblem)
            {
                onProblem(attempt() + " seq " + frame.seq(), pieceProblem);
            }
        }
        if (FrameKind.ENV == kind)
        {
            onMessage(kind, ENV_PLACE, buffer);
        }
        else if (FrameKind.FRAG == kind || FrameKind.SEAL == kind || FrameKind.ABORT == kind)
        {
            onMessage(kind, frame.seq(), buffer);
        }
    }

    private void checkSignature(final DirectBuffer buffer)
    {
        if (null == signatures)
        {
            return;
        }

        frameDigest.ofFrame(buffer, record.frameOffset(), frame.signedLength(), digest);
        final String problem = signatures.problem(frame, digest, buffer, record.frameOffset());
        if (null == problem)
        {
            signed++;
        }
        else
        {
            onProblem(attempt() + " seq " + frame.seq(), frame.kind() + ": " + problem);
        }
    }

    private void onMessage(final FrameKind kind, final long place, final DirectBuffer buffer)
    {
        final Message message = new Message(
            kind, new byte[FrameDigest.DIGEST_LENGTH], new byte[FrameDigest.DIGEST_LENGTH]);
        frameDigest.ofFrame(buffer, record.frameOffset(), frame.signedLength(), message.digest());
        buffer.getBytes(record.frameOffset() + SignedFrame.PREVIOUS_DIGEST_OFFSET, message.previousDigest());

        final Attempt attempt = attempt();
        final Message other = attempts.computeIfAbsent(attempt, (key) -> new HashMap<>()).putIfAbsent(place, message);
        if (null != other && !Arrays.equals(other.digest(), message.digest()))
        {
            onProblem(attempt + " seq " + frame.seq(), other.kind() + " and another " + kind + " for one place");
        }

        if (attempts.size() > OPEN_ATTEMPTS)
        {
            final Iterator<Map.Entry<Attempt, Map<Long, Message>>> oldest = attempts.entrySet().iterator();
            final Map.Entry<Attempt, Map<Long, Message>> entry = oldest.next();
            judge(entry.getKey(), entry.getValue());
            oldest.remove();
        }
    }

    private void judge(final Attempt attempt, final Map<Long, Message> messages)
    {
        for (final Map.Entry<Long, Message> entry : messages.entrySet())
        {
            final long place = entry.getKey();
            final @Nullable Message before = ENV_PLACE == place ? null : messages.get(place - 1);
            if (null != before)
            {
                links++;
                if (!Arrays.equals(before.digest(), entry.getValue().previousDigest()))
                {
                    onProblem(
                        attempt + " seq " + place,
                        entry.getValue().kind() + " does not name the digest of the " + before.kind() + " before it");
                }
            }
        }
    }

    private Attempt attempt()
    {
        return new Attempt(frame.chainId(), frame.blockNumber(), frame.incarnation(), frame.leaderTerm());
    }

    private void onProblem(final String where, final String what)
    {
        problems++;
        if (problems <= MAX_PRINTED)
        {
            out.println(where + ": " + what);
        }
    }
}
