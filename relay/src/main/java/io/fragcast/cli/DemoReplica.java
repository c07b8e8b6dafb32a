package io.fragcast.cli;

import io.fragcast.BlockEvent;
import io.fragcast.BlockListener;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.protocol.block.MismatchReason;
import org.HdrHistogram.Histogram;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the books of one replica of the demo from what it delivers. Written by the replica's edge thread; the main
 * thread reads {@link #ended()} while it runs and everything else after the nodes are closed.
 */
final class DemoReplica implements BlockListener
{
    /** An hour: beyond any run of the demo. */
    private static final long HIGHEST_TRACKABLE_NS = TimeUnit.HOURS.toNanos(1);

    private static final int SEAL_ROOT_OFFSET =
        MessageHeaderDecoder.ENCODED_LENGTH + SealDecoder.transactionsRootEncodingOffset();
    private static final int HASH_LENGTH = SealDecoder.transactionsRootLength();

    private final String name;
    private final String via;
    private final Histogram latencyNs = new Histogram(HIGHEST_TRACKABLE_NS, 3);
    private final Map<Long, String> failures = new HashMap<>();
    private final Set<Long> verifiedBlocks = new HashSet<>();
    private final AtomicLong ended = new AtomicLong();
    private long frags;
    private long txs;
    private long bytes;
    private long gaps;
    private long duplicates;
    private long lastBlock = -1;
    private long lastIncarnation = -1;
    private int lastRank = -1;

    DemoReplica(final String name, final String via)
    {
        this.name = name;
        this.via = via;
    }

    @Override
    public void onBlockEvent(final BlockEvent event)
    {
        if (event.kind().isAside())
        {
            return;
        }
        checkOrder(event);
        switch (event.kind())
        {
            case FRAG:
                frags++;
                txs += event.txCount();
                event.forEachTx(this::onTx);
                latencyNs.recordValue(
                    Math.min(HIGHEST_TRACKABLE_NS, Math.max(0, event.deliverTimeNs() - event.publishTimeNs())));
                break;

            case VERIFIED:
                verifiedBlocks.add(event.blockNumber());
                ended.incrementAndGet();
                break;

            case MISMATCHED:
                failures.put(event.blockNumber(), mismatch(event));
                ended.incrementAndGet();
                break;

            case ABORTED:
                failures.put(event.blockNumber(), "aborted by the leader");
                ended.incrementAndGet();
                break;

            case SUPERSEDED:
                failures.put(event.blockNumber(), event.missing() + " frags missing when the next block came");
                ended.incrementAndGet();
                gaps += event.missing();
                break;

            case GAP:
                gaps += event.missing();
                break;

            case ENV:
            case SEAL:
            default:
                break;
        }
    }

    String name()
    {
        return name;
    }

    String via()
    {
        return via;
    }

    long ended()
    {
        return ended.get();
    }

    long verified()
    {
        return verifiedBlocks.size();
    }

    long frags()
    {
        return frags;
    }

    long txs()
    {
        return txs;
    }

    long bytes()
    {
        return bytes;
    }

    long gaps()
    {
        return gaps;
    }

    long duplicates()
    {
        return duplicates;
    }

    Histogram latencyNs()
    {
        return latencyNs;
    }

    /**
     * Why a block did not end well here.
     *
     * @param blockNumber of the block.
     * @return the reason, or null if it was verified.
     */
    @Nullable String failure(final long blockNumber)
    {
        return verifiedBlocks.contains(blockNumber) ?
            null : failures.getOrDefault(blockNumber, "not delivered");
    }

    private void onTx(final DirectBuffer buffer, final int offset, final int length)
    {
        bytes += length;
    }

    /**
     * Within an attempt the position (kind, seq) must rise; a position seen again is a duplicate.
     */
    private void checkOrder(final BlockEvent event)
    {
        final int rank = switch (event.kind())
        {
            case REORG -> -2;
            case GAP -> -1;
            case ENV -> 0;
            case FRAG -> 1 + event.seq();
            case SEAL -> Integer.MAX_VALUE - 1;
            case VERIFIED, MISMATCHED, ABORTED, SUPERSEDED -> Integer.MAX_VALUE;
            case FINALIZED, SEAL_MISMATCHED -> throw new IllegalArgumentException(event.kind() + " has no place");
        };

        final boolean isSameAttempt =
            event.blockNumber() == lastBlock && event.incarnation() == lastIncarnation && rank >= 0;
        if (isSameAttempt && rank <= lastRank)
        {
            duplicates++;
        }

        lastBlock = event.blockNumber();
        lastIncarnation = event.incarnation();
        lastRank = rank;
    }

    private static String mismatch(final BlockEvent event)
    {
        return switch (MismatchReason.ofCode(event.reason()))
        {
            case TRANSACTIONS_ROOT -> "transactions root 0x" +
                hex(event.bodyBuffer(), event.bodyOffset(), event.bodyLength()) + " != seal 0x" +
                hex(event.frameBuffer(), event.frameOffset() + SEAL_ROOT_OFFSET, HASH_LENGTH);
            case TOTAL_FRAGS -> "the seal names another number of frags";
            case CHAIN -> "a message does not name the digest of the one before";
            case BODY -> "a frag's body is not what its header says";
            case EQUIVOCATION -> "the leader signed two messages for one place";
            case NONE -> "no reason given";
        };
    }

    private static String hex(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return BitUtil.toHex(bytes);
    }
}
