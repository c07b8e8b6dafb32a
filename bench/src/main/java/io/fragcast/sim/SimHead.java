package io.fragcast.sim;

import java.util.Arrays;
import java.util.TreeMap;

import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

import io.fragcast.cli.BlockRecord;
import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.SealDecoder;
import io.fragcast.protocol.block.BlockConsumer;
import io.fragcast.protocol.block.Delivery;
import io.fragcast.protocol.block.FollowedRun;
import io.fragcast.protocol.leader.LeaderTerm;
import io.fragcast.protocol.leader.Schedule;

/**
 * The execution client beside a leader that follows the others: it knows the head that its node delivered last, and
 * builds on it where its node leads. Outlives the processes of the node. Leaders of different terms build different
 * blocks of the same transactions.
 */
final class SimHead implements SimWork, BlockConsumer
{
    /** Blocks of all leaders by height and term: execution clients have a network of their own. */
    static final class Ledger
    {
        private final TreeMap<Long, TreeMap<Integer, byte[]>> hashes = new TreeMap<>();

        private void add(final long blockNumber, final int term, final byte[] hash)
        {
            hashes.computeIfAbsent(blockNumber, (number) -> new TreeMap<>()).put(term, hash);
        }

        private long highest()
        {
            return hashes.isEmpty() ? Long.MIN_VALUE : hashes.lastKey();
        }

        private byte @Nullable [] latest(final long blockNumber)
        {
            final TreeMap<Integer, byte[]> terms = hashes.get(blockNumber);

            return null == terms ? null : terms.lastEntry().getValue();
        }
    }

    private static final int HASH_OFFSET =
        MessageHeaderDecoder.ENCODED_LENGTH + SealDecoder.blockHashEncodingOffset();
    private static final int HASH_LENGTH = 32;
    /** After it the client asks its own network for the parent. */
    private static final long SYNC_NS = 300_000_000;

    private final EventQueue events;
    private final SimChain chain;
    private final Ledger ledger;
    private final byte[] publicKey;
    private @Nullable FollowedRun run;
    private @Nullable Schedule schedule;
    private long number;
    private byte[] hash;
    private byte[] sealedHash = {};
    private @Nullable Job job;
    private int jobTerm;
    private long ownSealed = Long.MIN_VALUE;
    private int ownSealedTerm;
    private long strandedAt = Long.MIN_VALUE;
    private long strandedSinceNs;

    SimHead(final EventQueue events, final SimChain chain, final Ledger ledger, final byte[] publicKey)
    {
        this.events = events;
        this.chain = chain;
        this.ledger = ledger;
        this.publicKey = publicKey;
        number = chain.firstNumber() - 1;
        hash = chain.firstParentHash();
    }

    /** The node came up. */
    void follow(final FollowedRun followed, final Schedule current)
    {
        run = followed;
        schedule = current;
    }

    @Override
    public @Nullable Job next()
    {
        final FollowedRun followed = run;
        final Schedule current = schedule;
        if (null == followed || null == current)
        {
            return null;
        }
        // A node that heard of no run yet knows what its client does; a block whose Seal went nowhere is sealed all the
        // same.
        final long heard = followed.nextBlock() < 0 ? Math.max(number, ledger.highest()) + 1 : followed.nextBlock();
        final long next = heard <= ownSealed ? ownSealed + 1 : heard;
        final LeaderTerm term = current.termOfBlock(next);
        final BlockRecord block = chain.openBlock(next);
        if (null == block || null == term || !Arrays.equals(publicKey, term.publicKey()) ||
            number != next - 1 && !sync(next - 1))
        {
            return null;
        }

        final Job made = new Job(block, hash, variant(block.hash(), term.number()));
        job = made;
        jobTerm = term.number();

        return made;
    }

    @Override
    public void onSealed(final long blockNumber)
    {
        chain.onBuilt(blockNumber);
        final Job sealed = job;
        if (null != sealed && blockNumber == sealed.block().number())
        {
            ownSealed = blockNumber;
            ownSealedTerm = jobTerm;
            number = blockNumber;
            hash = sealed.hash();
            ledger.add(number, jobTerm, hash);
        }
    }

    @Override
    public boolean isOver()
    {
        return false;
    }

    @Override
    public boolean isRefusable()
    {
        return true;
    }

    @Override
    public boolean onDelivery(final Delivery delivery)
    {
        switch (delivery.kind())
        {
            case Delivery.SEAL ->
                sealedHash = bytes(delivery.frameBuffer(), delivery.frameOffset() + HASH_OFFSET);
            case Delivery.VERIFIED ->
            {
                if (delivery.leaderTerm() > ownSealedTerm)
                {
                    // Another went on below what was sealed here.
                    ownSealed = Long.MIN_VALUE;
                }
                number = delivery.blockNumber();
                hash = sealedHash;
                ledger.add(number, delivery.leaderTerm(), hash);
            }
            case Delivery.REORG ->
            {
                number = delivery.blockNumber() - 1;
                ownSealed = Long.MIN_VALUE;
                hash = bytes(delivery.bodyBuffer(), delivery.bodyOffset());
            }
            default ->
            {
                // Neither moves the head.
            }
        }

        return true;
    }

    private boolean sync(final long parent)
    {
        if (strandedAt != parent)
        {
            strandedAt = parent;
            strandedSinceNs = events.nowNs();
        }
        final byte[] latest = parent < chain.firstNumber() ? chain.firstParentHash() : ledger.latest(parent);
        if (null == latest || events.nowNs() - strandedSinceNs < SYNC_NS)
        {
            return false;
        }
        number = parent;
        hash = latest;

        return true;
    }

    private static byte[] bytes(final DirectBuffer buffer, final int offset)
    {
        final byte[] bytes = new byte[HASH_LENGTH];
        buffer.getBytes(offset, bytes);

        return bytes;
    }

    private static byte[] variant(final byte[] hash, final int term)
    {
        final byte[] changed = hash.clone();
        changed[0] ^= (byte)term;
        changed[1] ^= (byte)(term >>> Byte.SIZE);

        return changed;
    }
}
