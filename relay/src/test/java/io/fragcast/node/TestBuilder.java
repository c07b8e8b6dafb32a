package io.fragcast.node;

import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.wire.LeaderRig;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * A builder in this process: publishes blocks one after the other, offers again what is pushed back, and remembers what
 * a replica must deliver. One thread.
 */
final class TestBuilder
{
    /** What a replica must deliver, as words. */
    final List<String> story = new ArrayList<>();
    /** Replies other than OK. */
    final List<String> refusals = new ArrayList<>();

    private final FragPublisher publisher;
    private final List<byte[]> txs = new ArrayList<>();
    private long blockNumber;
    private int seq;
    private int requests;
    private int replies;

    TestBuilder(final SequencerNode sequencer, final long firstBlock)
    {
        publisher = sequencer.newPublisher(this::onReply);
        blockNumber = firstBlock - 1;
    }

    long blockNumber()
    {
        return blockNumber;
    }

    /** Another leader published what is between. */
    void goOnAfter(final long lastBlock)
    {
        blockNumber = lastBlock;
    }

    void env()
    {
        blockNumber++;
        seq = 0;
        txs.clear();
        request(() -> publisher.env(LeaderRig.env(blockNumber, LeaderRig.hash(blockNumber - 1))));
        story.add("ENV@" + blockNumber);
    }

    void frag(final boolean isLast, final List<byte[]> fragTxs)
    {
        request(() -> publisher.frag(blockNumber, seq, isLast, fragTxs));
        story.add("FRAG@" + blockNumber + "#" + seq);
        txs.addAll(fragTxs);
        seq++;
    }

    /** Offers a frag that the publisher itself must refuse. */
    PublishResult tryFrag(final List<byte[]> fragTxs)
    {
        return publisher.frag(blockNumber, seq, false, fragTxs);
    }

    void seal()
    {
        final int totalFrags = seq;
        request(() -> publisher.seal(
            LeaderRig.seal(blockNumber, LeaderRig.hash(blockNumber - 1), totalFrags, txs)));
        story.add("SEAL@" + blockNumber);
        story.add("VERIFIED@" + blockNumber);
    }

    /** Waits until the sequencer has answered everything. */
    void awaitReplies()
    {
        TestNetwork.await("replies", () ->
        {
            publisher.poll();
            return replies == requests;
        });
        assertEquals(List.of(), refusals);
    }

    private void request(final Supplier<PublishResult> call)
    {
        TestNetwork.await("room for a request", () ->
        {
            final PublishResult result = call.get();
            if (PublishResult.BACK_PRESSURED != result)
            {
                assertEquals(PublishResult.OK, result);
            }
            return PublishResult.OK == result;
        });
        requests++;
    }

    private void onReply(
        final FragPublisher.Request request, final long block, final int replySeq, final PublishResult result)
    {
        replies++;
        if (PublishResult.OK != result)
        {
            refusals.add(request + "@" + block + "#" + replySeq + " " + result);
        }
    }
}
