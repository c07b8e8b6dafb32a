package io.fragcast.ethereum;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Root of the Merkle-Patricia trie rlp(index) -&gt; raw bytes: the transactions root of a header. Transactions are
 * added in order, as frags come; each is hashed as soon as the next is known, so that little is left to do at the seal
 * and no transaction is held but the first and the newest. Reusable; allocates only to make room for a transaction
 * longer than any before. One instance a block in the making; one thread.
 * <pre>
 *   Keys are visited in the order of the trie, so only the branches on the way to the newest leaf are open:
 *
 *   index     1 .. 127      0       128 .. 255     256 .. 65,535      65,536 ..
 *   key       01 .. 7f      80      81 xx          82 xx xx           83 xx xx xx
 *
 *   root branch   [ 0 | 1 | ... | 7 | 8 ]            depth 0, open
 *                                     |
 *                        branch [ 0 | 1 | 2 ]        depth 1, open
 *                                         |
 *                                      newest leaf   its own depth depends on the key that follows
 * </pre>
 */
public final class OrderedTrieRoot
{
    private static final byte[] EMPTY_ROOT =
        Hex.bytes("root", "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
    private static final int HASH_LENGTH = Keccak.HASH_LENGTH;
    /** The first index whose key has two bytes, and so comes after that of index 0. */
    private static final int FIRST_TWO_BYTE_INDEX = 128;
    /** The prefix byte and the four bytes of an int, two nibbles each. */
    private static final int MAX_NIBBLES = 10;
    private static final int CHILDREN = 16;
    /** A list header of up to two length bytes, 16 hashes with their prefix, the empty value. */
    private static final int BRANCH_HEADER_LENGTH = 3;
    private static final int BRANCH_LENGTH = BRANCH_HEADER_LENGTH + CHILDREN * (1 + HASH_LENGTH) + 1;
    /** List header, path of up to six bytes with its prefix, header of the value; or a reference for an extension. */
    private static final int PREFIX_LENGTH = 64;
    /** Longer than most transactions; grows to the longest seen. */
    private static final int INITIAL_TX_CAPACITY = 4096;
    private static final int NONE = -1;

    private static final int LEAF_FLAG = 0x20;
    private static final int EXTENSION_FLAG = 0;
    private static final int ODD_FLAG = 0x10;
    private static final byte EMPTY_STRING = (byte)0x80;
    private static final byte HASH_PREFIX = (byte)(0x80 + HASH_LENGTH);

    private final Keccak keccak = new Keccak();
    private final byte[][] branches = new byte[MAX_NIBBLES][BRANCH_LENGTH];
    private final UnsafeBuffer[] branchBuffers = new UnsafeBuffer[MAX_NIBBLES];
    private final int[] branchEnds = new int[MAX_NIBBLES];
    private final int[] nextChildren = new int[MAX_NIBBLES];
    private final int[] openDepths = new int[MAX_NIBBLES];
    private final byte[] prefix = new byte[PREFIX_LENGTH];
    private final UnsafeBuffer prefixBuffer = new UnsafeBuffer(prefix);
    private final byte[] hexPrefix = new byte[1 + MAX_NIBBLES / 2];
    private final byte[] reference = new byte[HASH_LENGTH];

    private byte[] path = new byte[MAX_NIBBLES];
    private byte[] nextPath = new byte[MAX_NIBBLES];
    private int pathLength;
    private byte[] firstTx = new byte[INITIAL_TX_CAPACITY];
    private int firstTxLength;
    private byte[] newestTx = new byte[INITIAL_TX_CAPACITY];
    private int newestTxLength;
    private int referenceLength;
    private int openCount;
    private int count;

    /**
     * An empty trie.
     */
    public OrderedTrieRoot()
    {
        for (int i = 0; i < MAX_NIBBLES; i++)
        {
            branchBuffers[i] = new UnsafeBuffer(branches[i]);
        }
    }

    /**
     * Adds the next transaction.
     *
     * @param buffer holding it; not kept.
     * @param offset of its first byte.
     * @param length in bytes, at least 1.
     */
    public void add(final DirectBuffer buffer, final int offset, final int length)
    {
        final int index = count++;
        if (0 == index)
        {
            firstTx = ensureCapacity(firstTx, length);
            buffer.getBytes(offset, firstTx, 0, length);
            firstTxLength = length;
            return;
        }

        if (FIRST_TWO_BYTE_INDEX == index)
        {
            insertFirst();
        }
        moveTo(index);
        newestTx = ensureCapacity(newestTx, length);
        buffer.getBytes(offset, newestTx, 0, length);
        newestTxLength = length;
    }

    /**
     * How many were added.
     *
     * @return count.
     */
    public int count()
    {
        return count;
    }

    /**
     * Writes the root of all added and empties the trie.
     *
     * @param out32 takes the 32 bytes.
     */
    public void root(final byte[] out32)
    {
        if (0 == count)
        {
            System.arraycopy(EMPTY_ROOT, 0, out32, 0, HASH_LENGTH);
            return;
        }

        if (count <= FIRST_TWO_BYTE_INDEX)
        {
            insertFirst();
        }
        settleNewest(NONE);
        System.arraycopy(reference, 0, out32, 0, HASH_LENGTH);
        clear();
    }

    /**
     * Empties the trie: the block was given up.
     */
    public void clear()
    {
        count = 0;
        pathLength = 0;
        openCount = 0;
    }

    private void insertFirst()
    {
        moveTo(0);
        newestTx = ensureCapacity(newestTx, firstTxLength);
        System.arraycopy(firstTx, 0, newestTx, 0, firstTxLength);
        newestTxLength = firstTxLength;
    }

    /** Settles the newest leaf, whose neighbours are both known now, and takes up the path of the one to come. */
    private void moveTo(final int index)
    {
        final int nextLength = writePath(index, nextPath);
        if (pathLength > 0)
        {
            final int common = Arrays.mismatch(path, 0, pathLength, nextPath, 0, nextLength);
            settleNewest(common);
        }

        final byte[] oldPath = path;
        path = nextPath;
        nextPath = oldPath;
        pathLength = nextLength;
    }

    /**
     * Hashes the newest leaf into its branch, then closes each branch that no later key reaches.
     *
     * @param common nibbles that its path shares with the next key's, where a branch must be; {@link #NONE}: no next
     *               key, so that the last node closed is the root and stays in {@link #reference}.
     */
    private void settleNewest(final int common)
    {
        int parentDepth = Math.max(openDepth(), common);
        encodeLeaf(parentDepth + 1);
        attach(parentDepth);

        while (openDepth() > common)
        {
            final int depth = openDepths[--openCount];
            parentDepth = Math.max(openDepth(), common);
            encodeBranch(depth, NONE == parentDepth && 0 == depth);
            if (depth > parentDepth + 1)
            {
                encodeExtension(parentDepth + 1, depth, NONE == parentDepth);
            }
            attach(parentDepth);
        }
    }

    private int openDepth()
    {
        return 0 == openCount ? NONE : openDepths[openCount - 1];
    }

    /** Puts the reference into the branch at a depth, opening it if it is new. */
    private void attach(final int depth)
    {
        if (NONE == depth)
        {
            return;
        }
        if (openDepth() < depth)
        {
            openDepths[openCount++] = depth;
            branchEnds[depth] = BRANCH_HEADER_LENGTH;
            nextChildren[depth] = 0;
        }

        final byte[] branch = branches[depth];
        final int child = path[depth];
        int end = branchEnds[depth];
        for (int i = nextChildren[depth]; i < child; i++)
        {
            branch[end++] = EMPTY_STRING;
        }
        if (HASH_LENGTH == referenceLength)
        {
            branch[end++] = HASH_PREFIX;
        }
        System.arraycopy(reference, 0, branch, end, referenceLength);
        branchEnds[depth] = end + referenceLength;
        nextChildren[depth] = child + 1;
    }

    private void encodeLeaf(final int fromNibble)
    {
        final byte[] tx = newestTx;
        final int txLength = newestTxLength;
        final int hexLength = writeHexPrefix(fromNibble, pathLength, LEAF_FLAG);
        final boolean isOwnEncoding = 1 == txLength && tx[0] >= 0;
        final int txHeaderLength = isOwnEncoding ? 0 : Rlp.headerLength(txLength);

        int length = Rlp.putListHeader(
            prefixBuffer, 0, encodedLength(hexLength) + txHeaderLength + txLength);
        length += Rlp.putString(prefixBuffer, length, hexPrefix, 0, hexLength);
        if (!isOwnEncoding)
        {
            length += Rlp.putStringHeader(prefixBuffer, length, txLength);
        }

        final boolean isRoot = 0 == fromNibble;
        if (length + txLength < HASH_LENGTH && !isRoot)
        {
            System.arraycopy(prefix, 0, reference, 0, length);
            System.arraycopy(tx, 0, reference, length, txLength);
            referenceLength = length + txLength;
            return;
        }

        keccak.update(prefix, 0, length);
        keccak.update(tx, 0, txLength);
        keccak.finish(reference, 0);
        referenceLength = HASH_LENGTH;
    }

    private void encodeBranch(final int depth, final boolean isRoot)
    {
        final byte[] branch = branches[depth];
        int end = branchEnds[depth];
        for (int i = nextChildren[depth]; i <= CHILDREN; i++)
        {
            branch[end++] = EMPTY_STRING;
        }

        final int payloadLength = end - BRANCH_HEADER_LENGTH;
        final int start = BRANCH_HEADER_LENGTH - Rlp.headerLength(payloadLength);
        Rlp.putListHeader(branchBuffers[depth], start, payloadLength);
        refer(branch, start, end - start, isRoot);
    }

    private void encodeExtension(final int fromNibble, final int toNibble, final boolean isRoot)
    {
        final int hexLength = writeHexPrefix(fromNibble, toNibble, EXTENSION_FLAG);
        final boolean isHash = HASH_LENGTH == referenceLength;
        int length = Rlp.putListHeader(
            prefixBuffer, 0, encodedLength(hexLength) + (isHash ? 1 : 0) + referenceLength);
        length += Rlp.putString(prefixBuffer, length, hexPrefix, 0, hexLength);
        if (isHash)
        {
            prefix[length++] = HASH_PREFIX;
        }
        System.arraycopy(reference, 0, prefix, length, referenceLength);
        refer(prefix, 0, length + referenceLength, isRoot);
    }

    /** A node stands in its parent as it is if shorter than a hash; the root is always hashed. */
    private void refer(final byte[] node, final int offset, final int length, final boolean isRoot)
    {
        if (length < HASH_LENGTH && !isRoot)
        {
            System.arraycopy(node, offset, reference, 0, length);
            referenceLength = length;
            return;
        }

        keccak.update(node, offset, length);
        keccak.finish(reference, 0);
        referenceLength = HASH_LENGTH;
    }

    private int writeHexPrefix(final int fromNibble, final int toNibble, final int flag)
    {
        final boolean isOdd = 0 != ((toNibble - fromNibble) & 1);
        int nibble = fromNibble;
        hexPrefix[0] = (byte)(isOdd ? flag | ODD_FLAG | path[nibble++] : flag);
        int length = 1;
        while (nibble < toNibble)
        {
            hexPrefix[length++] = (byte)(path[nibble] << 4 | path[nibble + 1]);
            nibble += 2;
        }

        return length;
    }

    /** All first bytes of a hex prefix are below 0x80, so one byte is its own encoding. */
    private static int encodedLength(final int hexLength)
    {
        return 1 == hexLength ? 1 : 1 + hexLength;
    }

    private static int writePath(final int index, final byte[] nibbles)
    {
        if (index < FIRST_TWO_BYTE_INDEX)
        {
            final int key = 0 == index ? EMPTY_STRING & 0xFF : index;
            nibbles[0] = (byte)(key >> 4);
            nibbles[1] = (byte)(key & 0xF);
            return 2;
        }

        final int keyNibbles = 2 * ((39 - Integer.numberOfLeadingZeros(index)) >>> 3);
        nibbles[0] = 8;
        nibbles[1] = (byte)(keyNibbles >> 1);
        for (int i = 0; i < keyNibbles; i++)
        {
            nibbles[2 + i] = (byte)(index >>> ((keyNibbles - 1 - i) << 2) & 0xF);
        }

        return 2 + keyNibbles;
    }

    private static byte[] ensureCapacity(final byte[] bytes, final int length)
    {
        return length <= bytes.length ? bytes : new byte[BitUtil.findNextPositivePowerOfTwo(length)];
    }
}
