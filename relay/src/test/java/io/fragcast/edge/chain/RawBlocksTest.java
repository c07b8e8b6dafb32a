package io.fragcast.edge.chain;

import io.fragcast.cli.BlockRecord;
import io.fragcast.cli.RealBlocks;
import io.fragcast.protocol.block.SealedBlock;
import io.fragcast.protocol.block.SealedBody;
import io.fragcast.protocol.block.SealedHeader;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goal: what a leader's client has of a block comes as the body that its header names; who fails is asked again, not
 * for ever.
 */
class RawBlocksTest
{
    private static final long MS = 1_000_000L;
    private static final ChainTiming TIMING = new ChainTiming(1_000 * MS, 4_000 * MS, 200 * MS, 1_600 * MS);

    private final OwnBodies bodies = new OwnBodies();
    private final List<String> asked = new ArrayList<>();
    private long lastId;
    private long nowNs = 5;
    private final RawBlocks blocks = new RawBlocks(
        (requestId, block) ->
        {
            lastId = requestId;
            asked.add(block);
        },
        bodies,
        TIMING,
        nowNs);

    @Test
    void shouldTellTheBodyThatTheHeaderNames()
    {
        final BlockRecord record = RealBlocks.read("op-mainnet").get(2);
        blocks.want(record.number());
        blocks.want(record.number());
        pass(0);
        assertThat(asked).containsExactly("raw 0x" + Long.toHexString(record.number()));
        final byte[] raw = ChainStandInServer.raw(record);
        assertThat(blocks.onAnswer(lastId, ChainAnswer.raw(raw), nowNs)).isNull();

        final OwnBodies.Told told = bodies.poll();
        assertThat(told).isNotNull();
        assertThat(told.number()).isEqualTo(record.number());
        final SealedBlock block = new SealedBlock();
        final byte[] header = record.header().rlp();
        assertThat(new SealedHeader().tryRead(new UnsafeBuffer(header), 0, header.length, block)).isTrue();
        assertThat(new SealedBody().isOf(block, new UnsafeBuffer(told.bytes()), 0, told.bytes().length)).isTrue();
        assertThat(bodies.poll()).isNull();
    }

    @Test
    void shouldAskAgainSomeTimesAndThenForTheNext()
    {
        blocks.want(7);
        blocks.want(8);
        pass(0);
        assertThat(blocks.onAnswer(lastId, ChainAnswer.failed("error -32601: no such method"), nowNs))
            .contains("no such method");
        pass(199);
        assertThat(asked).hasSize(1);
        pass(1);
        // The answer never comes.
        pass(4_000);
        pass(200);
        assertThat(blocks.onAnswer(lastId, ChainAnswer.none(), nowNs)).isEqualTo("no block 7");
        pass(200);
        blocks.onAnswer(lastId, ChainAnswer.raw(new byte[]{1, 2, 3}), nowNs);
        pass(200);
        blocks.onAnswer(lastId, ChainAnswer.raw(new byte[0]), nowNs);
        pass(200);

        assertThat(asked).containsExactly("raw 0x7", "raw 0x7", "raw 0x7", "raw 0x7", "raw 0x7", "raw 0x8");
        assertThat(bodies.poll()).isNull();
    }

    private void pass(final long ms)
    {
        nowNs += ms * MS;
        blocks.doWork(nowNs);
    }
}
