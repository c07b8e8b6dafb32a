package io.fragcast.wire;

import io.fragcast.cli.BlockRecord;
import io.fragcast.codecs.BlockBodyEncoder;
import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.protocol.block.SealedBodyWriter;
import io.fragcast.protocol.repair.HeldItems;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The body of one block given out as that of another, in well-formed messages.
 */
public final class ForgedBody implements HeldItems
{
    private static final int PART_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH + BlockBodyEncoder.BLOCK_LENGTH +
        BlockBodyEncoder.partHeaderLength();

    private final long chainId;
    private final BlockRecord block;
    private final byte[] body;
    private final UnsafeBuffer part;

    /**
     * A forgery.
     *
     * @param chainId        EIP-155 chain id.
     * @param block          that is asked for.
     * @param other          whose transactions are given.
     * @param maxFrameLength longest message of the lane, bytes.
     */
    public ForgedBody(
        final long chainId, final BlockRecord block, final BlockRecord other, final int maxFrameLength)
    {
        this.chainId = chainId;
        this.block = block;
        final SealedBodyWriter writer = new SealedBodyWriter();
        other.transactions().forEach((tx) -> writer.add(new UnsafeBuffer(tx), 0, tx.length));
        writer.finish(null != block.header().withdrawalsRoot());
        body = new byte[writer.length()];
        writer.buffer().getBytes(writer.offset(), body);
        part = new UnsafeBuffer(new byte[maxFrameLength]);
    }

    @Override
    public long oldestBlock()
    {
        return block.number();
    }

    @Override
    public long newestBlock()
    {
        return block.number();
    }

    @Override
    public Reader newReader(final Consumer consumer)
    {
        return new Reader()
        {
            private int position = body.length;

            @Override
            public void start(final long blockNumber)
            {
                position = blockNumber == block.number() ? 0 : body.length;
            }

            @Override
            public int turn(final long nowNs)
            {
                final int length = Math.min(body.length - position, part.capacity() - PART_OFFSET);
                new BlockBodyEncoder().wrapAndApplyHeader(part, 0, new MessageHeaderEncoder())
                    .chainId(chainId)
                    .blockNumber(block.number())
                    .putBlockHash(block.hash(), 0, block.hash().length)
                    .bodyLength(body.length)
                    .position(position)
                    .putPart(body, position, length);
                position += consumer.onFrame(part, 0, PART_OFFSET + length) ? length : 0;

                return 1;
            }

            @Override
            public boolean isOver()
            {
                return body.length == position;
            }
        };
    }
}
