package io.fragcast.node;

import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.cli.BlockCutter;
import io.fragcast.cli.BlockCutter.CutBlock;
import io.fragcast.cli.BlockRecord;
import io.fragcast.edge.rpc.PublishRequests;
import io.fragcast.ethereum.BasedOpMessage.Frag;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A builder in this process that publishes real blocks, each as some frags, and remembers what a replica must deliver.
 * One thread.
 */
final class RealBuilder
{
    private static final byte[] NO_SIGNATURE = new byte[0];

    /** What a replica must deliver, as words. */
    final List<String> story = new ArrayList<>();

    private final BlockCutter cutter;
    private final FragPublisher publisher;
    private int requests;
    private int replies;

    RealBuilder(final SequencerNode sequencer, final int frags)
    {
        cutter = new BlockCutter(frags, BlockCutter.Rule.EQUAL_COUNT);
        publisher = sequencer.newPublisher((request, block, seq, result) ->
        {
            assertThat(result).as(request + " of block " + block).isEqualTo(PublishResult.OK);
            replies++;
        });
    }

    /** Publishes a block and waits until the sequencer has answered. */
    void publish(final BlockRecord block)
    {
        final CutBlock cut = cutter.cut(block);
        story.add("ENV@" + block.number());
        request(() -> publisher.env(PublishRequests.env(cut.env(), NO_SIGNATURE)));
        for (final Frag frag : cut.frags())
        {
            story.add("FRAG@" + block.number() + "#" + frag.seq());
            request(() -> publisher.frag(frag.blockNumber(), (int)frag.seq(), frag.isLast(), frag.txs()));
        }
        story.add("SEAL@" + block.number());
        story.add("VERIFIED@" + block.number());
        request(() -> publisher.seal(PublishRequests.seal(cut.seal(), NO_SIGNATURE)));
        TestNetwork.await("replies", () ->
        {
            publisher.poll();
            return replies == requests;
        });
    }

    /** Real transactions as blocks of one chain, each on the one before. */
    static List<BlockRecord> chain(final List<BlockRecord> blocks, final long firstBlock, final byte[] parentHash)
    {
        final List<BlockRecord> chain = new ArrayList<>();
        byte[] parent = parentHash;
        for (final BlockRecord each : blocks)
        {
            final BlockRecord block = each.at(firstBlock + chain.size(), parent);
            chain.add(block);
            parent = block.hash();
        }

        return chain;
    }

    private void request(final Supplier<PublishResult> call)
    {
        TestNetwork.await("room for a request", () ->
        {
            publisher.poll();
            return PublishResult.OK == call.get();
        });
        requests++;
    }
}
