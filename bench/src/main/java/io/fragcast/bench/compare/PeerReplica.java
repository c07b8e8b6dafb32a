package io.fragcast.bench.compare;

import io.fragcast.BlockEvent;
import io.fragcast.BlockListener;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Books what one replica delivers. Called by its hot thread.
 */
final class PeerReplica implements BlockListener
{
    private final int index;
    private final int fragsPerBlock;
    private final DeliveryLog log;
    private final EnvDecoder env = new EnvDecoder();
    private final UnsafeBuffer timetable = new UnsafeBuffer(new byte[EnvDecoder.extraDataLength()]);
    private long originNs;
    private double rate;

    PeerReplica(final int index, final int fragsPerBlock, final DeliveryLog log)
    {
        this.index = index;
        this.fragsPerBlock = fragsPerBlock;
        this.log = log;
    }

    @Override
    public void onBlockEvent(final BlockEvent event)
    {
        switch (event.kind())
        {
            case ENV:
                env.wrap(
                    event.frameBuffer(),
                    event.frameOffset() + MessageHeaderDecoder.ENCODED_LENGTH,
                    EnvDecoder.BLOCK_LENGTH,
                    EnvDecoder.SCHEMA_VERSION);
                env.getExtraData(timetable, 0, 2 * Long.BYTES);
                originNs = timetable.getLong(0);
                rate = timetable.getDouble(Long.BYTES);
                break;

            case FRAG:
                final long nowNs = SystemNanoClock.INSTANCE.nanoTime();
                final long message =
                    (event.blockNumber() - PeerNodes.FIRST_BLOCK) * fragsPerBlock + event.seq();
                log.onDelivery(message, index, SendTimes.dueNs(originNs, rate, message), nowNs);
                break;

            case MISMATCHED, ABORTED, SUPERSEDED, GAP, REORG, SEAL_MISMATCHED:
                log.onBad(event.kind() + " of block " + (event.blockNumber() - PeerNodes.FIRST_BLOCK) + " at seq " +
                    event.seq() + ", reason " + event.reason() + ", missing " + event.missing());
                break;

            case SEAL, VERIFIED, FINALIZED:
            default:
                break;
        }
    }
}
