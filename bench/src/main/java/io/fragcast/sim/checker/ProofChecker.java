package io.fragcast.sim.checker;

import io.fragcast.codecs.AbortDecoder;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.SealDecoder;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every equivocation is proved: a node that took one message and was handed another for the same place, both signed by
 * the key of their term, has told of a proof, and whoever holds the proof needs nothing else to see that it holds.
 * <p>
 * A place is the Env, the Seal, the Abort or a frag of an attempt; all Seals of one term at one height share a place.
 */
public final class ProofChecker
{
    private record Place(long blockNumber, int term, long incarnation, int templateId, long seq)
    {
        static Place of(final FrameView frame)
        {
            final Attempt attempt = frame.attempt();
            final int templateId = frame.templateId();

            return new Place(
                attempt.blockNumber(),
                attempt.term(),
                SealDecoder.TEMPLATE_ID == templateId ? 0 : attempt.incarnation(),
                templateId,
                FragDecoder.TEMPLATE_ID == templateId ? frame.seq() : 0);
        }
    }

    private record Taken(Attempt attempt, long signedHash)
    {
    }

    /** What one process of a node has taken and proved. */
    private static final class Life
    {
        private final Map<Place, Taken> taken = new HashMap<>();
        private final Set<Attempt> proved = new HashSet<>();
    }

    private final Published published;
    private final FrameView first = new FrameView();
    private final FrameView second = new FrameView();
    private final List<Life> lives = new ArrayList<>();
    private final Set<Attempt> proved = new HashSet<>();

    /**
     * A checker.
     *
     * @param published what is true.
     * @param nodes     that take messages, by index.
     */
    public ProofChecker(final Published published, final int nodes)
    {
        this.published = published;
        for (int i = 0; i < nodes; i++)
        {
            lives.add(new Life());
        }
    }

    /**
     * A node came up: of what it took before it knows what its journal tells.
     *
     * @param node index.
     */
    public void onNodeUp(final int node)
    {
        lives.set(node, new Life());
    }

    /**
     * A node took a frame.
     *
     * @param node   index.
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    public void onTaken(final int node, final DirectBuffer buffer, final int offset, final int length)
    {
        if (isOfAttempt(first.wrap(buffer, offset, length)))
        {
            lives.get(node).taken.putIfAbsent(Place.of(first), new Taken(first.attempt(), first.signedHash()));
        }
    }

    /**
     * A node was handed a frame and has read it.
     *
     * @param node   index.
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    public void onRead(final int node, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!isOfAttempt(second.wrap(buffer, offset, length)) || published.isHonest(second.attempt().term()) ||
            !published.isSigned(second))
        {
            return;
        }
        final Life life = lives.get(node);
        final Taken taken = life.taken.get(Place.of(second));
        if (null != taken && taken.signedHash != second.signedHash() && !life.proved.contains(taken.attempt))
        {
            throw new SimFailure("node " + node + " took one message of template " + second.templateId() + ", seq " +
                second.seq() + ", of " + taken.attempt + ", read another of " + second.attempt() + ", and proves none");
        }
    }

    /**
     * A node has a proof.
     *
     * @param node         index.
     * @param firstBuffer  holding the message taken first.
     * @param firstOffset  of its first byte.
     * @param firstLength  in bytes; 0: its digest is all that is left.
     * @param firstDigest  of it.
     * @param secondBuffer holding the message that contradicts it.
     * @param secondOffset of its first byte.
     * @param secondLength in bytes.
     */
    public void onProof(
        final int node,
        final DirectBuffer firstBuffer,
        final int firstOffset,
        final int firstLength,
        final byte[] firstDigest,
        final DirectBuffer secondBuffer,
        final int secondOffset,
        final int secondLength)
    {
        second.wrap(secondBuffer, secondOffset, secondLength);
        final Place place = Place.of(second);
        final Taken taken = lives.get(node).taken.get(place);
        if (null == taken)
        {
            throw failure(node, "without a message taken");
        }
        if (!published.isSigned(second) || Arrays.equals(firstDigest, second.digest()))
        {
            throw failure(node, "whose second message is no contradiction");
        }
        if (0 < firstLength)
        {
            first.wrap(firstBuffer, firstOffset, firstLength);
            if (!place.equals(Place.of(first)) || !published.isSigned(first) ||
                !Arrays.equals(firstDigest, first.digest()))
            {
                throw failure(node, "whose first message is not the one taken");
            }
        }
        lives.get(node).proved.add(taken.attempt);
        proved.add(taken.attempt);
    }

    /**
     * Attempts of which some node has a proof.
     *
     * @return count.
     */
    public int provedCount()
    {
        return proved.size();
    }

    private SimFailure failure(final int node, final String what)
    {
        return new SimFailure("node " + node + " has a proof against " + second.attempt() + ' ' + what);
    }

    private static boolean isOfAttempt(final FrameView frame)
    {
        return switch (frame.templateId())
        {
            case EnvDecoder.TEMPLATE_ID, FragDecoder.TEMPLATE_ID, SealDecoder.TEMPLATE_ID, AbortDecoder.TEMPLATE_ID ->
                true;
            default -> false;
        };
    }
}
