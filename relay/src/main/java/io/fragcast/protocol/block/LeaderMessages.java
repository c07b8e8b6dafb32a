package io.fragcast.protocol.block;

import io.fragcast.protocol.leader.LeaderTerm;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What a leader says, numbered, chained and signed: fills the common fields, lets the sender encode, signs in place.
 * Each message of an attempt names the digest of the one before; Heartbeat, LeaderStart and LeaderStop stand outside
 * the chain and carry a controlSeq. Used by one thread.
 */
final class LeaderMessages
{
    /** Why an attempt is given up: codes of the schema's {@code AbortReason}. */
    static final int ABORT_BUILDER = 2;
    static final int ABORT_RESTART = 3;
    static final int ABORT_REOPENED = 4;
    /** For the template of a term's last message. */
    static final int NOTHING_YET = 0;
    /** A frag's time: more than a Seal takes to come, repaired if need be. */
    static final long SEAL_WAIT_NS = GapTracker.CADENCE_NS;

    private final long chainId;
    private final MessageSigner signer;
    private final FragSender sender;
    private final FrameDigest frameDigest = new FrameDigest();
    private final SignedHead head = new SignedHead();
    private final SignedHead controlHead = new SignedHead();
    private final byte[] controlDigest = new byte[FrameDigest.DIGEST_LENGTH];
    private final LeaderMemory memory;
    private final byte[] lastDigest;
    private @Nullable FollowedRun run;
    private int lastTemplateId;
    private int lastChunkCount;
    /** The term was taken up, and nothing of it opened yet. */
    private boolean isTermFresh;
    private long freshBlock;
    private long sealAwaitedSinceNs;
    private boolean isSealAwaited;

    LeaderMessages(
        final long chainId, final MessageSigner signer, final FragSender sender, final LeaderMemory memory)
    {
        this.chainId = chainId;
        this.signer = signer;
        this.sender = sender;
        this.memory = memory;
        lastDigest = memory.lastDigest;
        head.chainId = chainId;
        head.blockNumber = memory.blockNumber;
        head.incarnation = memory.incarnation;
        head.leaderTerm = memory.termNumber;
        System.arraycopy(memory.parentHash, 0, head.parentHash, 0, SignedHead.HASH_LENGTH);
    }

    /** Names what is known of the run that others led. */
    void follow(final FollowedRun followed)
    {
        run = followed;
    }

    /**
     * Is the Seal of another leader still on its way, on which an Env would build? The builder hears of the block by
     * other ways than this lane, and may be early.
     *
     * @param blockNumber of the Env.
     * @param parentHash  of the Env.
     * @param nowNs       monotonic nanoseconds.
     * @return true for {@link #SEAL_WAIT_NS} at most, from the first question on.
     */
    boolean isSealAwaited(final long blockNumber, final byte[] parentHash, final long nowNs)
    {
        final FollowedRun followed = run;
        if (null == followed || followed.nextBlock() < 0 || followed.nextBlock() >= blockNumber ||
            memory.isSealKnown(parentHash))
        {
            return false;
        }
        if (!isSealAwaited)
        {
            isSealAwaited = true;
            sealAwaitedSinceNs = nowNs;
        }

        return nowNs - sealAwaitedSinceNs < SEAL_WAIT_NS;
    }

    /** Of the last message of an attempt. */
    SignedHead head()
    {
        return head;
    }

    void env(
        final int termNumber,
        final long blockNumber,
        final byte[] parentHash,
        final DirectBuffer fields,
        final long epochNs)
    {
        memory.parentDigest(parentHash, head.previousDigest);
        isTermFresh = false;
        isSealAwaited = false;
        head.blockNumber = blockNumber;
        head.incarnation = nextIncarnation(epochNs);
        head.leaderTerm = termNumber;
        head.seq = 0;
        System.arraycopy(parentHash, 0, head.parentHash, 0, SignedHead.HASH_LENGTH);
        memory.termNumber = termNumber;
        memory.blockNumber = blockNumber;
        System.arraycopy(parentHash, 0, memory.parentHash, 0, SignedHead.HASH_LENGTH);
        head.publishTimeNs = epochNs;

        sign(sender.encodeEnv(head, fields, 0), FrameKind.ENV, 0);
    }

    void frag(
        final int seq,
        final boolean isLast,
        final int txCount,
        final FragHashes hashes,
        final DirectBuffer body,
        final int bodyLength,
        final long epochNs)
    {
        chain(seq, epochNs);
        final int signedLength = sender.encodeFrag(
            head,
            isLast,
            hashes.hashesPerPage(),
            txCount,
            hashes.headerHashes(),
            hashes.headerHashCount(),
            body,
            0,
            bodyLength);

        sign(signedLength, FrameKind.FRAG, hashes.chunkCount());
    }

    void seal(final int seq, final DirectBuffer fields, final byte[] blockHash, final long epochNs)
    {
        chain(seq, epochNs);
        sign(sender.encodeSeal(head, fields, 0), FrameKind.SEAL, 0);
        System.arraycopy(blockHash, 0, memory.sealedHash, 0, SignedHead.HASH_LENGTH);
        System.arraycopy(lastDigest, 0, memory.sealDigest, 0, FrameDigest.DIGEST_LENGTH);
    }

    void abort(final int seq, final int reason, final long epochNs)
    {
        chain(seq, epochNs);
        sign(sender.encodeAbort(head, reason), FrameKind.ABORT, 0);
    }

    void leaderStart(final LeaderTerm term, final long blockNumber, final byte[] parentHash, final long epochNs)
    {
        isTermFresh = true;
        freshBlock = blockNumber;
        controlHead.chainId = chainId;
        controlHead.blockNumber = term.firstBlock();
        controlHead.incarnation = nextIncarnation(epochNs);
        controlHead.leaderTerm = term.number();
        controlHead.seq = 0;
        System.arraycopy(parentHash, 0, controlHead.parentHash, 0, SignedHead.HASH_LENGTH);
        Arrays.fill(controlHead.previousDigest, (byte) 0);
        controlHead.publishTimeNs = epochNs;

        signControl(sender.encodeLeaderStart(controlHead, nextControlSeq(epochNs), term.lastBlock()));
    }

    void leaderStop(final long epochNs)
    {
        nameLast(epochNs);
        controlHead.seq = 0;

        signControl(sender.encodeLeaderStop(controlHead, nextControlSeq(epochNs)));
    }

    void heartbeat(final long epochNs)
    {
        if (isTermFresh)
        {
            // Beside the block, the head is still that of the LeaderStart.
            controlHead.blockNumber = freshBlock;
            controlHead.publishTimeNs = epochNs;
            signControl(sender.encodeHeartbeat(controlHead, nextControlSeq(epochNs), 0, NOTHING_YET));
            return;
        }
        nameLast(epochNs);

        signControl(sender.encodeHeartbeat(controlHead, nextControlSeq(epochNs), lastChunkCount, lastTemplateId));
    }

    private void chain(final int seq, final long epochNs)
    {
        head.seq = seq;
        System.arraycopy(lastDigest, 0, head.previousDigest, 0, FrameDigest.DIGEST_LENGTH);
        head.publishTimeNs = epochNs;
    }

    private void nameLast(final long epochNs)
    {
        controlHead.chainId = chainId;
        controlHead.blockNumber = head.blockNumber;
        controlHead.incarnation = head.incarnation;
        controlHead.leaderTerm = head.leaderTerm;
        controlHead.seq = head.seq;
        System.arraycopy(head.parentHash, 0, controlHead.parentHash, 0, SignedHead.HASH_LENGTH);
        System.arraycopy(lastDigest, 0, controlHead.previousDigest, 0, FrameDigest.DIGEST_LENGTH);
        controlHead.publishTimeNs = epochNs;
    }

    private void sign(final int signedLength, final FrameKind kind, final int chunkCount)
    {
        frameDigest.ofFrame(sender.signedFrame(), 0, signedLength, lastDigest);
        signer.sign(lastDigest, sender.signedFrame(), SignedFrame.SIGNATURE_OFFSET);
        lastTemplateId = kind.templateId();
        lastChunkCount = chunkCount;
    }

    private void signControl(final int signedLength)
    {
        frameDigest.ofFrame(sender.signedFrame(), 0, signedLength, controlDigest);
        signer.sign(controlDigest, sender.signedFrame(), SignedFrame.SIGNATURE_OFFSET);
    }

    private long nextIncarnation(final long epochNs)
    {
        memory.incarnation = Math.max(TimeUnit.NANOSECONDS.toMillis(epochNs), memory.incarnation + 1);

        return memory.incarnation;
    }

    /** Microseconds since the epoch: a restart goes on above whatever was used before. */
    private long nextControlSeq(final long epochNs)
    {
        memory.controlSeq = Math.max(TimeUnit.NANOSECONDS.toMicros(epochNs), memory.controlSeq + 1);

        return memory.controlSeq;
    }
}
