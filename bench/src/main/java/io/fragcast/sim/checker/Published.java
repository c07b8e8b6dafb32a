package io.fragcast.sim.checker;

import io.fragcast.codecs.AbortDecoder;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.SealDecoder;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The truth of a run: what builders handed over and what leaders' keys put on the wire.
 */
public final class Published
{
    private record Place(Attempt attempt, int templateId, long seq)
    {
    }

    private record Height(long blockNumber, int term)
    {
    }

    private final FrameView view = new FrameView();
    private final Set<Integer> stolenTerms = new HashSet<>();
    private final Map<Long, List<long[]>> cuts = new HashMap<>();
    private final Map<Place, Long> places = new HashMap<>();
    private final Map<Height, Attempt> sealed = new HashMap<>();
    private final Map<Height, Long> lastIncarnations = new HashMap<>();
    private final Set<Long> signed = new HashSet<>();
    private final Set<Long> whole = new HashSet<>();
    private long frags;

    /**
     * The key of a term is in the wrong hands: nothing that it signs is held against its leader.
     *
     * @param term of the schedule.
     */
    public void onKeyStolen(final int term)
    {
        stolenTerms.add(term);
    }

    /**
     * Is the key of a term in the right hands only?
     *
     * @param term of the schedule.
     * @return true if so.
     */
    public boolean isHonest(final int term)
    {
        return !stolenTerms.contains(term);
    }

    /**
     * A builder means to hand over a block, cut in this way.
     *
     * @param blockNumber height.
     * @param txsHashes   a number for the transactions of each frag.
     */
    public void onCut(final long blockNumber, final long[] txsHashes)
    {
        cuts.computeIfAbsent(blockNumber, (key) -> new ArrayList<>()).add(txsHashes);
    }

    /**
     * The ways in which a block was cut.
     *
     * @param blockNumber height.
     * @return a number for the transactions of each frag, of each cut.
     */
    List<long[]> cuts(final long blockNumber)
    {
        return cuts.getOrDefault(blockNumber, List.of());
    }

    /**
     * A frame left that the key of its term made.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    public void onFrame(final DirectBuffer buffer, final int offset, final int length)
    {
        view.wrap(buffer, offset, length);
        final boolean isNew = whole.add(view.wholeHash());
        if (!isNew || !view.isSigned())
        {
            return;
        }

        signed.add(view.signedHash());
        final int templateId = view.templateId();
        if (FragDecoder.TEMPLATE_ID == templateId)
        {
            frags++;
        }
        if (isHonest(view.attempt().term()))
        {
            onHonest(templateId);
        }
    }

    private void onHonest(final int templateId)
    {
        final Attempt attempt = view.attempt();
        switch (templateId)
        {
            case EnvDecoder.TEMPLATE_ID ->
            {
                once(attempt, templateId, 0);
                final Long last = lastIncarnations.put(
                    new Height(attempt.blockNumber(), attempt.term()), attempt.incarnation());
                if (null != last && last >= attempt.incarnation())
                {
                    throw new SimFailure("a leader opened " + attempt + " after incarnation " + last);
                }
            }
            case FragDecoder.TEMPLATE_ID -> once(attempt, templateId, view.seq());
            case SealDecoder.TEMPLATE_ID ->
            {
                once(attempt, templateId, 0);
                final Attempt before = sealed.put(new Height(attempt.blockNumber(), attempt.term()), attempt);
                if (null != before && !before.equals(attempt))
                {
                    throw new SimFailure("a leader sealed " + before + " and then " + attempt);
                }
            }
            case AbortDecoder.TEMPLATE_ID -> once(attempt, templateId, 0);
            default ->
            {
            }
        }
    }

    private void once(final Attempt attempt, final int templateId, final long seq)
    {
        final Long before = places.put(new Place(attempt, templateId, seq), view.signedHash());
        if (null != before && before != view.signedHash())
        {
            throw new SimFailure(
                "an honest leader signed two messages of template " + templateId + " at seq " + seq + " of " + attempt);
        }
    }

    /**
     * Did the key of its term sign this message?
     *
     * @param message looked at.
     * @return true if so.
     */
    boolean isSigned(final FrameView message)
    {
        return signed.contains(message.signedHash());
    }

    /**
     * Did the key of its term make this frame, as it is?
     *
     * @param frame looked at.
     * @return true if so.
     */
    boolean isGenuine(final FrameView frame)
    {
        return whole.contains(frame.wholeHash());
    }

    /**
     * Did the leader give the attempt up?
     *
     * @param attempt asked for.
     * @return true if so.
     */
    boolean isAborted(final Attempt attempt)
    {
        return places.containsKey(new Place(attempt, AbortDecoder.TEMPLATE_ID, 0));
    }

    /**
     * Frags that left, each once.
     *
     * @return count.
     */
    public long frags()
    {
        return frags;
    }
}
