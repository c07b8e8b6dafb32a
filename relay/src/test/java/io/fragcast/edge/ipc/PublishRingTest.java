package io.fragcast.edge.ipc;

import io.fragcast.AbortReason;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.protocol.block.BlockLimits;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

class PublishRingTest
{
    private int rung;
    private int polledWhenRung;
    private final PublishRing ring = new PublishRing(BlockLimits.production(), this::onBell);
    private final FragPublisher publisher = ring.publisher((request, blockNumber, seq, result) -> {});

    @Test
    void shouldRingForEachRequestOnceItIsThere()
    {
        assertEquals(PublishResult.OK, publisher.abort(1, AbortReason.REORG));
        assertEquals(PublishResult.OK, publisher.abort(2, AbortReason.REORG));

        assertEquals(2, rung);
        assertEquals(2, polledWhenRung);
    }

    @Test
    void shouldNotRingForWhatIsRefused()
    {
        ring.close();

        assertEquals(PublishResult.NOT_CONNECTED, publisher.abort(1, AbortReason.REORG));

        assertEquals(0, rung);
    }

    @Test
    void shouldNotAskToBeLookedAtThoughABuilderIsThere()
    {
        assertFalse(ring.isSilent());
    }

    private void onBell()
    {
        rung++;
        polledWhenRung += ring.poll((buffer, offset, length, clientId, source) -> true, 1);
    }
}
