package io.fragcast.ethereum;

import io.fragcast.ethereum.BasedOpMessage.Env;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.BasedOpMessage.Kind;
import io.fragcast.ethereum.BasedOpMessage.Seal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * SSZ of the based-op messages: the root that a gateway signs, and the bytes that op-node gossips after a signature.
 * The two do not have the same order of fields in an env: op-node puts parentHash after prevrandao and extraData last.
 * For the edges; one instance a thread.
 */
public final class BasedOpSsz
{
    private static final int FRAG_FIXED_LENGTH = 21;
    private static final int SEAL_LENGTH = 192;
    private static final int ENV_FIXED_LENGTH = 184;
    private static final int OFFSET_LENGTH = Integer.BYTES;

    /** 4 fields. */
    private static final int FRAG_DEPTH = 2;
    /** 9 and 10 fields, up to 16. */
    private static final int SEAL_DEPTH = 4;
    private static final int ENV_DEPTH = 4;
    /** 2^20 transactions of 2^30 bytes, 32 a chunk. */
    private static final int TXS_DEPTH = 20;
    private static final int TX_DEPTH = 25;
    /** 256 bytes, 32 a chunk. */
    private static final int EXTRA_DATA_DEPTH = 3;

    private final Ssz ssz = new Ssz();
    private final byte[] leaves = new byte[(1 << ENV_DEPTH) * Ssz.CHUNK_LENGTH];
    private int leafCount;

    /**
     * What is signed, as it is: the root of the union of the three messages.
     *
     * @param message to hash.
     * @return 32 bytes.
     */
    public byte[] root(final BasedOpMessage message)
    {
        final byte[] root = valueRoot(message);
        ssz.mixIn(root, 0, message.kind().ordinal());

        return root;
    }

    /**
     * Root of the message alone.
     *
     * @param message to hash.
     * @return 32 bytes.
     */
    public byte[] valueRoot(final BasedOpMessage message)
    {
        Arrays.fill(leaves, (byte)0);
        leafCount = 0;
        final int depth;
        if (message instanceof final Frag frag)
        {
            addFragLeaves(frag);
            depth = FRAG_DEPTH;
        }
        else if (message instanceof final Seal seal)
        {
            addSealLeaves(seal);
            depth = SEAL_DEPTH;
        }
        else
        {
            addEnvLeaves((Env)message);
            depth = ENV_DEPTH;
        }

        final byte[] root = new byte[Ssz.CHUNK_LENGTH];
        ssz.merkleize(leaves, leafCount, depth, root, 0);

        return root;
    }

    /**
     * The bytes of op-node's gossip, without the signature in front.
     *
     * @param message to encode.
     * @return the bytes.
     */
    public static byte[] encode(final BasedOpMessage message)
    {
        if (message instanceof final Frag frag)
        {
            return encode(frag);
        }

        return message instanceof final Seal seal ? encode(seal) : encode((Env)message);
    }

    /**
     * Reads the bytes of op-node's gossip, without the signature in front.
     *
     * @param kind which message it is: the topic tells.
     * @param ssz  the bytes.
     * @return the message.
     * @throws IllegalArgumentException naming what is wrong, if they are not wholly one message.
     */
    public static BasedOpMessage decode(final Kind kind, final byte[] ssz)
    {
        final ByteBuffer in = ByteBuffer.wrap(ssz).order(ByteOrder.LITTLE_ENDIAN);

        return switch (kind)
        {
            case FRAG -> decodeFrag(in);
            case SEAL -> decodeSeal(in);
            case ENV -> decodeEnv(in);
        };
    }

    private void addFragLeaves(final Frag frag)
    {
        addLeaf(frag.blockNumber());
        addLeaf(frag.seq());
        addLeaf(frag.isLast() ? 1 : 0);

        final List<byte[]> txs = frag.txs();
        final byte[] txRoots = new byte[txs.size() * Ssz.CHUNK_LENGTH];
        for (int i = 0; i < txs.size(); i++)
        {
            ssz.byteListRoot(txs.get(i), TX_DEPTH, txRoots, i * Ssz.CHUNK_LENGTH);
        }
        final int offset = leafCount++ * Ssz.CHUNK_LENGTH;
        ssz.merkleize(txRoots, txs.size(), TXS_DEPTH, leaves, offset);
        ssz.mixIn(leaves, offset, txs.size());
    }

    private void addSealLeaves(final Seal seal)
    {
        addLeaf(seal.totalFrags());
        addLeaf(seal.blockNumber());
        addLeaf(seal.gasUsed());
        addLeaf(seal.gasLimit());
        addLeaf(seal.parentHash());
        addLeaf(seal.transactionsRoot());
        addLeaf(seal.receiptsRoot());
        addLeaf(seal.stateRoot());
        addLeaf(seal.blockHash());
    }

    private void addEnvLeaves(final Env env)
    {
        addLeaf(env.number());
        addLeaf(env.parentHash());
        addLeaf(env.beneficiary());
        addLeaf(env.timestamp());
        addLeaf(env.gasLimit());
        addLeaf(env.basefee());
        addLeaf(env.difficulty());
        addLeaf(env.prevrandao());
        ssz.byteListRoot(env.extraData(), EXTRA_DATA_DEPTH, leaves, leafCount++ * Ssz.CHUNK_LENGTH);
        addLeaf(env.parentBeaconBlockRoot());
    }

    private void addLeaf(final long value)
    {
        Ssz.putU64(leaves, leafCount++ * Ssz.CHUNK_LENGTH, value);
    }

    private void addLeaf(final byte[] bytes)
    {
        System.arraycopy(bytes, 0, leaves, leafCount++ * Ssz.CHUNK_LENGTH, bytes.length);
    }

    private static byte[] encode(final Frag frag)
    {
        int offset = frag.txs().size() * OFFSET_LENGTH;
        int length = Math.addExact(FRAG_FIXED_LENGTH, offset);
        for (final byte[] tx : frag.txs())
        {
            length = Math.addExact(length, tx.length);
        }

        final ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(frag.blockNumber()).putLong(frag.seq()).put((byte)(frag.isLast() ? 1 : 0));
        out.putInt(FRAG_FIXED_LENGTH);
        for (final byte[] tx : frag.txs())
        {
            out.putInt(offset);
            offset += tx.length;
        }
        for (final byte[] tx : frag.txs())
        {
            out.put(tx);
        }

        return out.array();
    }

    private static byte[] encode(final Seal seal)
    {
        final ByteBuffer out = ByteBuffer.allocate(SEAL_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(seal.totalFrags()).putLong(seal.blockNumber()).putLong(seal.gasUsed()).putLong(seal.gasLimit());
        out.put(seal.parentHash()).put(seal.transactionsRoot()).put(seal.receiptsRoot());
        out.put(seal.stateRoot()).put(seal.blockHash());

        return out.array();
    }

    private static byte[] encode(final Env env)
    {
        final ByteBuffer out = ByteBuffer.allocate(ENV_FIXED_LENGTH + env.extraData().length)
            .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(env.number()).put(env.beneficiary());
        out.putLong(env.timestamp()).putLong(env.gasLimit()).putLong(env.basefee());
        out.put(env.difficulty()).put(env.prevrandao()).put(env.parentHash()).put(env.parentBeaconBlockRoot());
        out.putInt(ENV_FIXED_LENGTH).put(env.extraData());

        return out.array();
    }

    private static Frag decodeFrag(final ByteBuffer in)
    {
        checkAtLeast(in, FRAG_FIXED_LENGTH);
        final long blockNumber = in.getLong();
        final long seq = in.getLong();
        final byte isLast = in.get();
        if (isLast != (isLast & 1))
        {
            throw new IllegalArgumentException("isLast: is " + (isLast & 0xFF) + ", not 0 or 1");
        }
        checkOffset("txs", in.getInt(), FRAG_FIXED_LENGTH);

        return new Frag(blockNumber, seq, 1 == isLast, decodeTxs(in));
    }

    private static List<byte[]> decodeTxs(final ByteBuffer in)
    {
        final ByteBuffer list = in.slice().order(ByteOrder.LITTLE_ENDIAN);
        final int length = list.remaining();
        if (0 == length)
        {
            return List.of();
        }
        if (length < OFFSET_LENGTH)
        {
            throw new IllegalArgumentException("txs: cut off within the first offset");
        }

        int offset = list.getInt(0);
        if (offset <= 0 || offset > length || 0 != offset % OFFSET_LENGTH)
        {
            throw new IllegalArgumentException(
                "txs: first offset " + Integer.toUnsignedString(offset) + " is no table of offsets in " + length +
                " bytes");
        }

        final int count = offset / OFFSET_LENGTH;
        final List<byte[]> txs = new ArrayList<>(count);
        for (int i = 0; i < count; i++)
        {
            final int end = count - 1 == i ? length : list.getInt((i + 1) * OFFSET_LENGTH);
            if (end < offset || end > length)
            {
                throw new IllegalArgumentException(
                    "txs[" + (i + 1) + "]: offset " + Integer.toUnsignedString(end) + " goes back or past the end");
            }
            final byte[] tx = new byte[end - offset];
            list.get(offset, tx);
            txs.add(tx);
            offset = end;
        }

        return txs;
    }

    private static Seal decodeSeal(final ByteBuffer in)
    {
        if (SEAL_LENGTH != in.remaining())
        {
            throw new IllegalArgumentException("ssz: is " + in.remaining() + " bytes, not " + SEAL_LENGTH);
        }

        return new Seal(
            in.getLong(),
            in.getLong(),
            in.getLong(),
            in.getLong(),
            bytes(in, Keccak.HASH_LENGTH),
            bytes(in, Keccak.HASH_LENGTH),
            bytes(in, Keccak.HASH_LENGTH),
            bytes(in, Keccak.HASH_LENGTH),
            bytes(in, Keccak.HASH_LENGTH));
    }

    private static Env decodeEnv(final ByteBuffer in)
    {
        checkAtLeast(in, ENV_FIXED_LENGTH);
        final long number = in.getLong();
        final byte[] beneficiary = bytes(in, Keccak.ADDRESS_LENGTH);
        final long timestamp = in.getLong();
        final long gasLimit = in.getLong();
        final long basefee = in.getLong();
        final byte[] difficulty = bytes(in, Keccak.HASH_LENGTH);
        final byte[] prevrandao = bytes(in, Keccak.HASH_LENGTH);
        final byte[] parentHash = bytes(in, Keccak.HASH_LENGTH);
        final byte[] parentBeaconBlockRoot = bytes(in, Keccak.HASH_LENGTH);
        checkOffset("extraData", in.getInt(), ENV_FIXED_LENGTH);

        return new Env(
            number,
            parentHash,
            beneficiary,
            timestamp,
            gasLimit,
            basefee,
            difficulty,
            prevrandao,
            bytes(in, in.remaining()),
            parentBeaconBlockRoot);
    }

    private static void checkAtLeast(final ByteBuffer in, final int length)
    {
        if (in.remaining() < length)
        {
            throw new IllegalArgumentException("ssz: is " + in.remaining() + " bytes, at least " + length);
        }
    }

    private static void checkOffset(final String field, final int offset, final int expected)
    {
        if (expected != offset)
        {
            throw new IllegalArgumentException(
                field + ": offset is " + Integer.toUnsignedString(offset) + ", not " + expected);
        }
    }

    private static byte[] bytes(final ByteBuffer in, final int length)
    {
        final byte[] bytes = new byte[length];
        in.get(bytes);

        return bytes;
    }
}
