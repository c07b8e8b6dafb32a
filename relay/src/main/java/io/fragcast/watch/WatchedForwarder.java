package io.fragcast.watch;

import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragChunkDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.protocol.block.FrameForwarder;
import io.fragcast.protocol.block.FrameKind;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Sees each accepted frame after it was forwarded: times it, and keeps the board. Belongs to the hot agent that
 * accepts; allocates nothing.
 */
public final class WatchedForwarder implements FrameForwarder
{
    private static final int HASH_LENGTH = FragDecoder.HashesDecoder.sbeBlockLength();
    /** What a Frag has besides its block, its hashes and its body. */
    private static final int FIXED_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH +
        FragDecoder.HashesDecoder.sbeHeaderSize() + FragDecoder.inlineBodyHeaderLength();

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EnvDecoder head = new EnvDecoder();
    private final FragDecoder frag = new FragDecoder();
    private final FragChunkDecoder chunk = new FragChunkDecoder();
    private final @Nullable FrameForwarder next;
    private final EpochNanoClock clock;
    private final StageLatencies latencies;
    private final BlockBoard board;
    private final boolean isPublisher;

    private long publishedTxs;
    private long publishedBytes;
    private int publishedFrags;
    private long publishedNs;

    /**
     * A forwarder that looks.
     *
     * @param next        to forward to, first; null for none.
     * @param clock       of what is recorded.
     * @param latencies   to record in.
     * @param board       to keep.
     * @param isPublisher whether the frames are this node's own: nothing arrives, and a Seal ends the block.
     */
    public WatchedForwarder(
        final @Nullable FrameForwarder next,
        final EpochNanoClock clock,
        final StageLatencies latencies,
        final BlockBoard board,
        final boolean isPublisher)
    {
        this.next = next;
        this.clock = clock;
        this.latencies = latencies;
        this.board = board;
        this.isPublisher = isPublisher;
    }

    @Override
    public void onAccepted(final DirectBuffer buffer, final int offset, final int length, final int sessionId)
    {
        if (null != next)
        {
            next.onAccepted(buffer, offset, length, sessionId);
        }

        header.wrap(buffer, offset);
        final FrameKind kind = FrameKind.ofTemplate(header.templateId());
        if (null == kind)
        {
            return;
        }

        // What every frame of the lane begins with stands where it stands in an Env.
        head.wrap(buffer, offset + MessageHeaderDecoder.ENCODED_LENGTH, header.blockLength(), header.version());
        final long nowNs = clock.nanoTime();
        if (!isPublisher)
        {
            time(kind, nowNs);
        }

        switch (kind)
        {
            case ENV -> onEnv(nowNs);
            case FRAG -> onFrag(buffer, offset, length, nowNs);
            case FRAG_CHUNK -> onChunk(buffer, offset, nowNs);
            case SEAL -> onEnd(BlockPhase.SEALED, nowNs);
            case ABORT -> onEnd(BlockPhase.ABORTED, nowNs);
            case LEADER_START -> board.onTermOpen((int)head.leaderTerm(), nowNs);
            case LEADER_STOP -> board.onTermClosed((int)head.leaderTerm());
            case HEARTBEAT -> board.onHeard(nowNs);
            default ->
            {
                // A page of hashes moves nothing that is shown.
            }
        }
    }

    @Override
    public boolean isReady()
    {
        return null == next || next.isReady();
    }

    private void time(final FrameKind kind, final long nowNs)
    {
        final long receivedNs = head.receiveTimeNs();
        if (0 == receivedNs)
        {
            return;
        }

        latencies.record(LatencyStage.RECEIVE_ACCEPT, nowNs - receivedNs);
        if (0 != head.sendTimeNs())
        {
            latencies.record(LatencyStage.HOP, receivedNs - head.sendTimeNs());
        }
        if (FrameKind.FRAG_PAGE != kind && FrameKind.FRAG_CHUNK != kind)
        {
            latencies.record(LatencyStage.PUBLISH_RECEIVE, receivedNs - head.publishTimeNs());
        }
    }

    private void onEnv(final long nowNs)
    {
        board.onTermOpen((int)head.leaderTerm(), nowNs);
        board.onProgress(nowNs);
        board.onAttempt((int)head.leaderTerm(), head.blockNumber(), head.incarnation(), nowNs);
        publishedFrags = 0;
        publishedTxs = 0;
        publishedBytes = 0;
        publishedNs = nowNs;
    }

    private void onFrag(final DirectBuffer buffer, final int offset, final int length, final long nowNs)
    {
        board.onTermOpen((int)head.leaderTerm(), nowNs);
        board.onProgress(nowNs);
        frag.wrapAndApplyHeader(buffer, offset, header);
        publishedFrags++;
        publishedTxs += frag.txCount();
        publishedBytes += frag.bodyLength();
        if (board.onAttempt((int)frag.leaderTerm(), frag.blockNumber(), frag.incarnation(), nowNs))
        {
            final boolean isLast = 0 != frag.isLastRaw();
            final int seq = (int)frag.seq();
            final long txs = frag.txCount();
            final long bodyLength = frag.bodyLength();
            final int bytesInline = length - FIXED_LENGTH - header.blockLength() - frag.hashes().count() * HASH_LENGTH;
            board.onFrag(seq, isLast, txs, bodyLength, bytesInline);
        }
    }

    private void onChunk(final DirectBuffer buffer, final int offset, final long nowNs)
    {
        chunk.wrapAndApplyHeader(buffer, offset, header);
        if (board.onAttempt((int)chunk.leaderTerm(), chunk.blockNumber(), chunk.incarnation(), nowNs))
        {
            board.onChunk(chunk.chunkLength());
        }
    }

    private void onEnd(final BlockPhase phase, final long nowNs)
    {
        final boolean isShown =
            board.onAttempt((int)head.leaderTerm(), head.blockNumber(), head.incarnation(), nowNs);
        if (isShown && (isPublisher || BlockPhase.SEALED == phase))
        {
            board.onPhase(phase);
        }
        if (isPublisher)
        {
            board.onEnded(
                head.blockNumber(),
                (int)head.leaderTerm(),
                phase,
                publishedFrags,
                publishedTxs,
                publishedBytes,
                nowNs - publishedNs,
                nowNs);
        }
    }
}
