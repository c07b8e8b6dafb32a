package io.fragcast.protocol.repair;

import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Keeps what was sent, by link. A link takes as many messages as it is allowed to.
 */
public final class RecordingAnswerSender implements AnswerSender
{
    /** Frames by link, oldest first. */
    public final Map<Integer, List<byte[]>> frames = new HashMap<>();
    /** Results by link, oldest first. */
    public final Map<Integer, List<Result>> results = new HashMap<>();
    /** Links in the order in which frames left. */
    public final List<Integer> order = new ArrayList<>();
    private final Map<Integer, Integer> room = new HashMap<>();

    /**
     * A result as it stood when it was sent.
     *
     * @param requestId of the request.
     * @param token     given.
     * @param state     of the answer.
     * @param found     frames.
     * @param notFound  messages and pieces.
     * @param sentBytes of the frames.
     * @param oldest    height served.
     * @param newest    height known.
     * @param newestSeq frags known of it.
     * @param missing   holes.
     */
    public record Result(
        long requestId, long token, AnswerState state, int found, int notFound, long sentBytes, long oldest,
        long newest, int newestSeq, List<Hole> missing)
    {
    }

    /**
     * One hole.
     *
     * @param kind  what.
     * @param block height.
     * @param seq   of the frag.
     * @param index of the piece.
     * @param bits  which.
     */
    public record Hole(HoleKind kind, long block, int seq, int index, long bits)
    {
    }

    /**
     * Lets a link take so many messages more; without this it takes all.
     *
     * @param link     number.
     * @param messages frames and results.
     */
    public void allow(final int link, final int messages)
    {
        room.put(link, messages);
    }

    /**
     * Frames of a link.
     *
     * @param link number.
     * @return oldest first.
     */
    public List<byte[]> framesOf(final int link)
    {
        return frames.computeIfAbsent(link, (key) -> new ArrayList<>());
    }

    /**
     * Results of a link.
     *
     * @param link number.
     * @return oldest first.
     */
    public List<Result> resultsOf(final int link)
    {
        return results.computeIfAbsent(link, (key) -> new ArrayList<>());
    }

    @Override
    public boolean sendFrame(final int requester, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!hasRoom(requester))
        {
            return false;
        }
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        order.add(requester);

        return framesOf(requester).add(bytes);
    }

    @Override
    public boolean sendResult(final int requester, final WantResult result)
    {
        if (!hasRoom(requester))
        {
            return false;
        }
        final HoleList missing = result.missing;

        return resultsOf(requester).add(new Result(
            result.requestId, result.token, result.state, result.found, result.notFound, result.sentBytes,
            result.oldestBlock, result.newestBlock, result.newestSeq,
            IntStream.range(0, missing.size())
                .mapToObj((i) -> new Hole(
                    missing.kind(i), missing.blockNumber(i), missing.seq(i), missing.index(i), missing.bits(i)))
                .toList()));
    }

    private boolean hasRoom(final int link)
    {
        final Integer left = room.get(link);
        if (null == left)
        {
            return true;
        }
        room.put(link, Math.max(0, left - 1));

        return left > 0;
    }
}
