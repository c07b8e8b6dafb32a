package io.fragcast.sim.checker;

import io.fragcast.codecs.BlockEventDecoder;
import io.fragcast.codecs.BlockEventKind;
import io.fragcast.codecs.EnvDecoder;
import io.fragcast.codecs.FragBodyDecoder;
import io.fragcast.codecs.FragDecoder;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Nothing wrong is ever delivered: each message is one that the key of its term signed, each body the builder's, each
 * attempt comes in the order Env, Frag 0..k, Seal, each once, linked by its digests, and ends once.
 */
public final class DeliveryChecker
{
    private static final class Progress
    {
        private final List<long[]> candidates;
        private byte[] lastDigest;
        private long nextSeq;
        private boolean isLastSeen;
        private boolean isSealed;
        private boolean isSealLinked;
        private boolean isEnded;

        private Progress(final List<long[]> candidates, final byte[] envDigest)
        {
            this.candidates = new ArrayList<>(candidates);
            lastDigest = envDigest;
        }
    }

    private record Height(long blockNumber, int term)
    {
    }

    /** What one node has delivered since it came up. */
    private static final class Life
    {
        private final Map<Attempt, Progress> attempts = new LinkedHashMap<>();
        private final Map<Height, Long> incarnations = new HashMap<>();
        private final Set<Height> verified = new HashSet<>();
        private final Set<Long> forwarded = new HashSet<>();
        /** Of honest leaders. */
        private int lastVerifiedTerm = Integer.MIN_VALUE;
        private long lastVerifiedBlock = Long.MIN_VALUE;
    }

    private final Published published;
    private final TakeoverChecker takeovers;
    private final FrameView view = new FrameView();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final BlockEventDecoder event = new BlockEventDecoder();
    private final FragBodyDecoder body = new FragBodyDecoder();
    private final Life[] lives;
    private final List<Set<Long>> verifiedBlocks = new ArrayList<>();
    private final FinalityChecker finality;
    private long fragsDelivered;

    /**
     * A checker.
     *
     * @param published what is true.
     * @param takeovers told what becomes of the chain.
     * @param nodes     that deliver, by index.
     */
    public DeliveryChecker(final Published published, final TakeoverChecker takeovers, final int nodes)
    {
        this.takeovers = takeovers;
        this.published = published;
        finality = new FinalityChecker(nodes);
        lives = new Life[nodes];
        for (int i = 0; i < nodes; i++)
        {
            lives[i] = new Life();
            verifiedBlocks.add(new HashSet<>());
        }
    }

    /**
     * A node came up: it may deliver again what it delivered in an earlier life.
     *
     * @param node index.
     */
    public void onNodeUp(final int node)
    {
        lives[node] = new Life();
        finality.onNodeUp(node);
    }

    /**
     * What is held against what nodes say to be final.
     *
     * @return the checker.
     */
    public FinalityChecker finality()
    {
        return finality;
    }

    /**
     * A node delivered.
     *
     * @param node   index.
     * @param buffer holding the BlockEvent message.
     * @param offset of its first byte.
     * @param length in bytes.
     */
    public void onEvent(final int node, final DirectBuffer buffer, final int offset, final int length)
    {
        event.wrapAndApplyHeader(buffer, offset, header);
        final Attempt attempt = new Attempt(event.blockNumber(), (int)event.leaderTerm(), event.incarnation());
        final BlockEventKind kind = event.kind();
        final int frameLength = event.frameLength();
        final int frameOffset = event.limit() + BlockEventDecoder.frameHeaderLength();
        event.skipFrame();
        final int bodyLength = event.bodyLength();
        final int bodyOffset = event.limit() + BlockEventDecoder.bodyHeaderLength();
        if (bodyOffset + bodyLength != offset + length)
        {
            throw failure(node, attempt, kind + " of " + length + " bytes does not end with its body");
        }

        if (frameLength > 0)
        {
            view.wrap(buffer, frameOffset, frameLength);
            if (!published.isSigned(view))
            {
                throw failure(node, attempt, kind + " that no leader signed");
            }
            if (!attempt.equals(view.attempt()))
            {
                throw failure(node, attempt, kind + " with a message of " + view.attempt());
            }
        }

        switch (kind)
        {
            case ENV -> onEnv(node, attempt);
            case FRAG -> onFrag(node, attempt, buffer, bodyOffset, bodyLength);
            case SEAL -> onSeal(node, attempt);
            case VERIFIED, MISMATCHED, ABORTED, SUPERSEDED -> onTerminal(node, attempt, kind);
            case GAP ->
            {
                if (0 == event.missing())
                {
                    throw failure(node, attempt, "GAP of no block");
                }
            }
            case REORG -> onReorg(node, attempt);
            case FINALIZED ->
            {
                if (!hasVerified(node, attempt.blockNumber()))
                {
                    throw failure(node, attempt, "FINALIZED before it is VERIFIED");
                }
                finality.onFinalized(node, attempt, hash(buffer, bodyOffset, bodyLength));
            }
            default -> throw failure(node, attempt, "event of kind " + kind);
        }
    }

    /**
     * A node passed a frame on.
     *
     * @param node         index.
     * @param to           index of the node that it goes to.
     * @param hasForgotten has the node had to drop what it knew of an attempt? Then frames of it are new once more.
     * @param buffer       holding the frame.
     * @param offset       of its first byte.
     * @param length       in bytes.
     */
    public void onForwarded(
        final int node,
        final int to,
        final boolean hasForgotten,
        final DirectBuffer buffer,
        final int offset,
        final int length)
    {
        if (!published.isGenuine(view.wrap(buffer, offset, length)))
        {
            throw new SimFailure("node " + node + " passed on a frame that no leader made");
        }
        if (!lives[node].forwarded.add(view.wholeHash() + to) && !hasForgotten)
        {
            throw new SimFailure("node " + node + " passed a frame on to node " + to + " twice");
        }
    }

    /**
     * Did a node, in any of its lives, deliver a block as verified?
     *
     * @param node        index.
     * @param blockNumber height.
     * @return true if so.
     */
    public boolean hasVerified(final int node, final long blockNumber)
    {
        return verifiedBlocks.get(node).contains(blockNumber);
    }

    /**
     * An attempt of an honest leader that a node opened and has not ended. One that a thief opened ahead of the run
     * nobody need end.
     *
     * @param node index.
     * @return what to call it, or an empty string if all are ended.
     */
    public String openAttempt(final int node)
    {
        for (final Map.Entry<Attempt, Progress> entry : lives[node].attempts.entrySet())
        {
            if (!entry.getValue().isEnded && published.isHonest(entry.getKey().term()))
            {
                return entry.getKey().toString();
            }
        }

        return "";
    }

    /**
     * Frags that all nodes delivered.
     *
     * @return count.
     */
    public long fragsDelivered()
    {
        return fragsDelivered;
    }

    private void onReorg(final int node, final Attempt attempt)
    {
        final Life life = lives[node];
        if (life.attempts.containsKey(attempt))
        {
            throw failure(node, attempt, "REORG after its ENV");
        }
        if (attempt.term() <= life.lastVerifiedTerm)
        {
            throw failure(node, attempt, "REORG though a block of term " + life.lastVerifiedTerm + " is VERIFIED");
        }
        life.lastVerifiedBlock = Math.min(life.lastVerifiedBlock, attempt.blockNumber() - 1);
        finality.onReorg(node, attempt);
        takeovers.onReorg(node, attempt);
    }

    private void onEnv(final int node, final Attempt attempt)
    {
        final Life life = lives[node];
        if (EnvDecoder.TEMPLATE_ID != view.templateId())
        {
            throw failure(node, attempt, "ENV with another message");
        }
        if (life.attempts.containsKey(attempt))
        {
            throw failure(node, attempt, "ENV twice");
        }
        if (attempt.term() < life.lastVerifiedTerm)
        {
            throw failure(node, attempt, "ENV though a block of term " + life.lastVerifiedTerm + " is VERIFIED");
        }
        if (attempt.blockNumber() <= life.lastVerifiedBlock)
        {
            throw failure(node, attempt, "ENV though block " + life.lastVerifiedBlock + " is VERIFIED");
        }
        final Long before = life.incarnations.put(
            new Height(attempt.blockNumber(), attempt.term()), attempt.incarnation());
        if (null != before && before >= attempt.incarnation())
        {
            throw failure(node, attempt, "ENV after that of incarnation " + before);
        }
        life.attempts.put(attempt, new Progress(published.cuts(attempt.blockNumber()), view.digest()));
    }

    private void onFrag(
        final int node,
        final Attempt attempt,
        final DirectBuffer buffer,
        final int bodyOffset,
        final int bodyLength)
    {
        final Progress progress = open(node, attempt, "FRAG " + event.seq());
        if (FragDecoder.TEMPLATE_ID != view.templateId() || view.seq() != event.seq())
        {
            throw failure(node, attempt, "FRAG " + event.seq() + " with the message of seq " + view.seq());
        }
        if (progress.nextSeq != event.seq() || progress.isLastSeen)
        {
            throw failure(node, attempt, "FRAG " + event.seq() + " where " + progress.nextSeq + " is next" +
                (progress.isLastSeen ? ", after the last" : ""));
        }
        link(node, attempt, progress, "FRAG " + event.seq());
        if (!view.namesBody(buffer, bodyOffset, bodyLength))
        {
            throw failure(node, attempt, "FRAG " + event.seq() + " with a body that its header does not name");
        }
        if (published.isHonest(attempt.term()))
        {
            final int seq = (int)progress.nextSeq;
            final long txsHash = txsHash(buffer, bodyOffset);
            progress.candidates.removeIf((cut) -> seq >= cut.length || cut[seq] != txsHash);
            if (progress.candidates.isEmpty())
            {
                throw failure(node, attempt, "FRAG " + seq + " with transactions that no builder handed over");
            }
        }
        progress.nextSeq++;
        progress.isLastSeen = view.isLast();
        fragsDelivered++;
    }

    private void onSeal(final int node, final Attempt attempt)
    {
        final Progress progress = open(node, attempt, "SEAL");
        if (SealDecoder.TEMPLATE_ID != view.templateId())
        {
            throw failure(node, attempt, "SEAL with another message");
        }
        if (progress.isSealed)
        {
            throw failure(node, attempt, "SEAL twice");
        }
        if (published.isHonest(attempt.term()) && !progress.isLastSeen)
        {
            throw failure(node, attempt, "SEAL before the last frag");
        }
        progress.isSealLinked = Arrays.equals(progress.lastDigest, view.previousDigest());
        progress.isSealed = true;
    }

    private void onTerminal(final int node, final Attempt attempt, final BlockEventKind kind)
    {
        final Progress progress = open(node, attempt, kind.name());
        progress.isEnded = true;
        if (BlockEventKind.VERIFIED == kind)
        {
            if (!progress.isSealed || !progress.isSealLinked)
            {
                throw failure(node, attempt, "VERIFIED without a SEAL that follows the last frag");
            }
            if (!lives[node].verified.add(new Height(attempt.blockNumber(), attempt.term())))
            {
                throw failure(node, attempt, "VERIFIED a second time at its height");
            }
            verifiedBlocks.get(node).add(attempt.blockNumber());
            finality.onVerified(node, attempt, view.blockHash());
            takeovers.onVerified(node, attempt);
            if (published.isHonest(attempt.term()))
            {
                lives[node].lastVerifiedTerm = attempt.term();
                lives[node].lastVerifiedBlock = attempt.blockNumber();
            }
        }
        if (!published.isHonest(attempt.term()))
        {
            return;
        }
        if (BlockEventKind.VERIFIED == kind)
        {
            progress.candidates.removeIf((cut) -> cut.length != progress.nextSeq);
            if (progress.candidates.isEmpty())
            {
                throw failure(node, attempt, "VERIFIED after " + progress.nextSeq + " frags");
            }
        }
        if (BlockEventKind.MISMATCHED == kind && !takeovers.mayFork(event.reason()))
        {
            throw failure(node, attempt, "MISMATCHED for reason " + event.reason() + " though the leader is honest");
        }
        if (BlockEventKind.ABORTED == kind && !published.isAborted(attempt))
        {
            throw failure(node, attempt, "ABORTED though the leader did not give it up");
        }
    }

    private void link(final int node, final Attempt attempt, final Progress progress, final String what)
    {
        if (!Arrays.equals(progress.lastDigest, view.previousDigest()))
        {
            throw failure(node, attempt, what + " that does not follow what was delivered before it");
        }
        progress.lastDigest = view.digest();
    }

    private Progress open(final int node, final Attempt attempt, final String what)
    {
        final Progress progress = lives[node].attempts.get(attempt);
        if (null == progress)
        {
            throw failure(node, attempt, what + " before its ENV");
        }
        if (progress.isEnded)
        {
            throw failure(node, attempt, what + " after its end");
        }

        return progress;
    }

    private long txsHash(final DirectBuffer buffer, final int bodyOffset)
    {
        body.wrapAndApplyHeader(buffer, bodyOffset, header);
        final TxsHash hash = new TxsHash();
        for (final FragBodyDecoder.TxsDecoder txs : body.txs())
        {
            final int txLength = txs.txLength();
            hash.add(buffer, body.limit() + FragBodyDecoder.TxsDecoder.txHeaderLength(), txLength);
            txs.skipTx();
        }

        return hash.value();
    }

    private static byte[] hash(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] hash = new byte[length];
        buffer.getBytes(offset, hash);

        return hash;
    }

    private static SimFailure failure(final int node, final Attempt attempt, final String what)
    {
        return new SimFailure("node " + node + " delivered of " + attempt + ": " + what);
    }
}
