package io.fragcast.protocol.sync;

import io.fragcast.protocol.repair.HeldItems;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a holder has, with the last bit of each item turned as long as it is told to forge.
 */
final class SpoiltItems implements HeldItems
{
    boolean isForging;
    private final HeldItems items;

    SpoiltItems(final HeldItems items)
    {
        this.items = items;
    }

    @Override
    public long oldestBlock()
    {
        return items.oldestBlock();
    }

    @Override
    public long newestBlock()
    {
        return items.newestBlock();
    }

    @Override
    public Reader newReader(final Consumer consumer)
    {
        return items.newReader((buffer, offset, length) ->
        {
            final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
            copy.putBytes(0, buffer, offset, length);
            copy.putByte(length - 1, (byte)(copy.getByte(length - 1) ^ (isForging ? 1 : 0)));
            return consumer.onFrame(copy, 0, length);
        });
    }
}
