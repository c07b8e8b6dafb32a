package io.fragcast.node;

import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.Seal;
import io.fragcast.wire.LeaderRig;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    private long branchBlock = Long.MAX_VALUE;

    TestBuilder(final SequencerNode sequencer, final long firstBlock)
    {
        publisher = sequencer.newPublisher(this::onReply);
        blockNumber = firstBlock - 1;
    }

    long blockNumber()
    {
        return blockNumber;
    }

    /** Waits for the answer to the last request, which must be this. */
    void awaitRefusal(final PublishResult result)
    {
        TestNetwork.await("a refusal", () ->
        {
            publisher.poll();
            return replies == requests;
        });
        assertEquals(1, refusals.size(), () -> "refusals: " + refusals);
        assertTrue(refusals.get(0).endsWith(' ' + result.name()), () -> "refusals: " + refusals);
    }

    /** From this block on it builds others than anybody else does at the same heights. */
    TestBuilder branchAt(final long block)
    {
        branchBlock = block;

        return this;
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
        request(() -> publisher.env(LeaderRig.env(blockNumber, hash(blockNumber - 1))));
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
        final Seal seal = LeaderRig.seal(blockNumber, hash(blockNumber - 1), totalFrags, txs);
        request(() -> publisher.seal(new Seal(
            totalFrags, blockNumber, seal.gasUsed(), seal.gasLimit(), seal.parentHash(), seal.transactionsRoot(),
            seal.receiptsRoot(), seal.stateRoot(), hash(blockNumber), new byte[0])));
        story.add("SEAL@" + blockNumber);
        story.add("VERIFIED@" + blockNumber);
    }

    /** So many blocks of one frag each, and waits until the sequencer has answered for all. */
    void blocks(final int count, final Supplier<List<byte[]>> fragTxs)
    {
        for (int i = 0; i < count; i++)
        {
            env();
            frag(true, fragTxs.get());
            seal();
        }
        awaitReplies();
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

    private byte[] hash(final long block)
    {
        return LeaderRig.hash(block < branchBlock ? block : -block);
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
