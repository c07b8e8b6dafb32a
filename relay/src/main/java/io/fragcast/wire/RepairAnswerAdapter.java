package io.fragcast.wire;

import io.fragcast.codecs.BooleanType;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.WantResultDecoder;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.protocol.block.BlockLaneReceiver;
import io.fragcast.protocol.block.FrameLane;
import io.fragcast.protocol.block.Verdict;
import io.fragcast.protocol.repair.AnswerState;
import io.fragcast.protocol.repair.HoleKind;
import io.fragcast.protocol.repair.HoleList;
import io.fragcast.protocol.repair.RepairClient;
import io.fragcast.protocol.repair.WantResult;
import io.fragcast.transport.FrameHandler;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Reads what one holder answers: frames go the way of live ones, marked as repaired, a WantResult to the
 * {@link RepairClient}. Any bytes may come; none make it throw. Used by the polling thread.
 */
public final class RepairAnswerAdapter implements FrameHandler
{
    private static final int HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int GROUP_HEADER_LENGTH = WantResultDecoder.MissingDecoder.sbeHeaderSize();
    private static final int ENTRY_LENGTH = WantResultDecoder.MissingDecoder.sbeBlockLength();
    private static final short YES = BooleanType.T.value();
    private static final int MAX_INT_BITS = Integer.SIZE - 1;

    private final int holder;
    private final BlockLaneReceiver receiver;
    private final BlockLaneAdapter blockLane;
    private final RepairClient client;
    private final NanoClock clock;
    private final long chainId;
    private final AtomicCounter malformed;
    private final AtomicCounter foreignChain;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final WantResultDecoder decoder = new WantResultDecoder();
    private final WantResult result = new WantResult();

    /**
     * An adapter.
     *
     * @param holder    whose answers come.
     * @param receiver  behind the block lane's adapter.
     * @param blockLane takes the frames.
     * @param client    takes the results.
     * @param clock     monotonic time, as the receiver is told it.
     * @param chainId   EIP-155 chain id.
     * @param counters  of the node.
     */
    public RepairAnswerAdapter(
        final int holder,
        final BlockLaneReceiver receiver,
        final BlockLaneAdapter blockLane,
        final RepairClient client,
        final NanoClock clock,
        final long chainId,
        final Counters counters)
    {
        this.holder = holder;
        this.receiver = receiver;
        this.blockLane = blockLane;
        this.client = client;
        this.clock = clock;
        this.chainId = chainId;
        malformed = counters.get(FragcastCounter.FRAMES_MALFORMED);
        foreignChain = counters.get(FragcastCounter.FRAMES_FOREIGN_CHAIN);
    }

    @Override
    public boolean onFrame(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        if (length < HEADER_LENGTH ||
            WantResultDecoder.TEMPLATE_ID != header.wrap(buffer, offset).templateId() ||
            WantResultDecoder.SCHEMA_ID != header.schemaId())
        {
            return onRepaired(buffer, offset, length, sessionId);
        }

        if (!isTaken(buffer, offset, length))
        {
            malformed.incrementRelease();
        }

        return true;
    }

    private boolean onRepaired(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        receiver.onLane(FrameLane.REPAIR);
        final boolean isTaken = blockLane.onFrame(buffer, offset, length, sessionId);
        receiver.onLane(FrameLane.LIVE);
        if (isTaken && Verdict.ACCEPTED == blockLane.lastVerdict())
        {
            client.onProgress(holder, clock.nanoTime());
        }

        return isTaken;
    }

    /** Hands a well-formed result over; false if it is malformed. */
    private boolean isTaken(final DirectBuffer buffer, final int offset, final int length)
    {
        final int groupOffset = HEADER_LENGTH + header.blockLength();
        if (!isBlock() || length < groupOffset + GROUP_HEADER_LENGTH)
        {
            return false;
        }
        decoder.wrap(buffer, offset + HEADER_LENGTH, header.blockLength(), header.version());
        if (!AnswerState.isKnown(decoder.stateRaw()))
        {
            return false;
        }

        result.missing.clear();
        final WantResultDecoder.MissingDecoder group = decoder.missing();
        if (ENTRY_LENGTH != group.actingBlockLength() || group.count() > HoleList.MAX_HOLES ||
            length != groupOffset + GROUP_HEADER_LENGTH + group.count() * ENTRY_LENGTH)
        {
            return false;
        }
        while (group.hasNext())
        {
            group.next();
            if (!isHole(group))
            {
                return false;
            }
            result.missing.add(
                HoleKind.of(group.kindRaw()),
                (int)group.leaderTerm(),
                group.blockNumber(),
                group.incarnation(),
                (int)group.seq(),
                (int)group.index(),
                group.bits());
        }
        if (chainId != decoder.chainId())
        {
            foreignChain.incrementRelease();
            return true;
        }

        result.requestId = decoder.requestId();
        result.token = decoder.token();
        result.newestBlock = decoder.newestBlock();
        result.newestIncarnation = decoder.newestIncarnation();
        result.newestTerm = (int)decoder.newestTerm();
        result.newestSeq = (int)Math.min(decoder.newestSeq(), Integer.MAX_VALUE);
        result.oldestBlock = decoder.oldestBlock();
        result.found = (int)Math.min(decoder.found(), Integer.MAX_VALUE);
        result.notFound = (int)Math.min(decoder.notFound(), Integer.MAX_VALUE);
        result.sentBytes = decoder.sentBytes();
        result.state = AnswerState.of(decoder.stateRaw());
        result.isOpen = YES == decoder.isOpenRaw();
        client.onResult(holder, result, clock.nanoTime());

        return true;
    }

    /** Root blocks only grow, and only with the version. */
    private boolean isBlock()
    {
        final int blockLength = header.blockLength();
        final int version = header.version();

        return 0 != version && (version > MessageHeaderDecoder.SCHEMA_VERSION ?
            blockLength >= WantResultDecoder.BLOCK_LENGTH : blockLength == WantResultDecoder.BLOCK_LENGTH);
    }

    private static boolean isHole(final WantResultDecoder.MissingDecoder entry)
    {
        return HoleKind.isKnown(entry.kindRaw()) &&
            0 == entry.seq() >>> MAX_INT_BITS &&
            0 == entry.index() >>> MAX_INT_BITS;
    }
}
