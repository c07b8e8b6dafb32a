package io.fragcast.ethereum;

import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The header of a block, from London to Prague. Quantities are unsigned; the fields after {@code nonce} are null where
 * the block's fork does not have them.
 *
 * @param parentHash            hash of the block before.
 * @param sha3Uncles            hash of the list of uncles.
 * @param beneficiary           who gets the fees, 20 bytes.
 * @param stateRoot             root of the state after the block.
 * @param transactionsRoot      root of the trie of transactions.
 * @param receiptsRoot          root of the trie of receipts.
 * @param logsBloom             filter of the logs, 256 bytes.
 * @param difficulty            32 bytes, little endian.
 * @param number                height.
 * @param gasLimit              gas that the block may use.
 * @param gasUsed               gas that it used.
 * @param timestamp             epoch seconds.
 * @param extraData             bytes of the block's author.
 * @param mixHash               RANDAO mix, or that of the proof of work.
 * @param nonce                 of the proof of work, 8 bytes.
 * @param baseFeePerGas         London.
 * @param withdrawalsRoot       Shanghai.
 * @param blobGasUsed           Cancun.
 * @param excessBlobGas         Cancun.
 * @param parentBeaconBlockRoot Cancun.
 * @param requestsHash          Prague.
 */
public record Header(
    byte[] parentHash,
    byte[] sha3Uncles,
    byte[] beneficiary,
    byte[] stateRoot,
    byte[] transactionsRoot,
    byte[] receiptsRoot,
    byte[] logsBloom,
    byte[] difficulty,
    long number,
    long gasLimit,
    long gasUsed,
    long timestamp,
    byte[] extraData,
    byte[] mixHash,
    byte[] nonce,
    @Nullable Long baseFeePerGas,
    byte @Nullable [] withdrawalsRoot,
    @Nullable Long blobGasUsed,
    @Nullable Long excessBlobGas,
    byte @Nullable [] parentBeaconBlockRoot,
    byte @Nullable [] requestsHash)
{
    /** A bloom filter, eight hashes and the rest fit with room to spare unless extraData is long. */
    private static final int INITIAL_CAPACITY = 1024;

    /**
     * The hash of the block.
     *
     * @return keccak-256 of the header in RLP.
     */
    public byte[] hash()
    {
        final byte[] rlp = rlp();
        final Keccak keccak = new Keccak();
        keccak.update(new UnsafeBuffer(rlp), 0, rlp.length);
        final byte[] hash = new byte[Keccak.HASH_LENGTH];
        keccak.finish(hash, 0);

        return hash;
    }

    /**
     * The header as it is hashed.
     *
     * @return its fields as an RLP list.
     */
    public byte[] rlp()
    {
        final MutableDirectBuffer buffer = new ExpandableArrayBuffer(INITIAL_CAPACITY);
        final int start = Rlp.MAX_HEADER_LENGTH;
        final int end = putOptionalFields(buffer, putFields(buffer, start));

        final int payloadLength = end - start;
        final int listOffset = start - Rlp.headerLength(payloadLength);
        Rlp.putListHeader(buffer, listOffset, payloadLength);
        final byte[] rlp = new byte[end - listOffset];
        buffer.getBytes(listOffset, rlp);

        return rlp;
    }

    /**
     * The same header at another place in a chain.
     *
     * @param newNumber     its height.
     * @param newParentHash hash of the block before.
     * @return the header.
     */
    public Header at(final long newNumber, final byte[] newParentHash)
    {
        return new Header(
            newParentHash,
            sha3Uncles,
            beneficiary,
            stateRoot,
            transactionsRoot,
            receiptsRoot,
            logsBloom,
            difficulty,
            newNumber,
            gasLimit,
            gasUsed,
            timestamp,
            extraData,
            mixHash,
            nonce,
            baseFeePerGas,
            withdrawalsRoot,
            blobGasUsed,
            excessBlobGas,
            parentBeaconBlockRoot,
            requestsHash);
    }

    private int putFields(final MutableDirectBuffer buffer, final int offset)
    {
        int position = offset;
        position += Rlp.putString(buffer, position, parentHash);
        position += Rlp.putString(buffer, position, sha3Uncles);
        position += Rlp.putString(buffer, position, beneficiary);
        position += Rlp.putString(buffer, position, stateRoot);
        position += Rlp.putString(buffer, position, transactionsRoot);
        position += Rlp.putString(buffer, position, receiptsRoot);
        position += Rlp.putString(buffer, position, logsBloom);
        position += Rlp.putString(buffer, position, bigEndian(difficulty));
        position += Rlp.putUnsigned(buffer, position, number);
        position += Rlp.putUnsigned(buffer, position, gasLimit);
        position += Rlp.putUnsigned(buffer, position, gasUsed);
        position += Rlp.putUnsigned(buffer, position, timestamp);
        position += Rlp.putString(buffer, position, extraData);
        position += Rlp.putString(buffer, position, mixHash);
        position += Rlp.putString(buffer, position, nonce);

        return position;
    }

    private int putOptionalFields(final MutableDirectBuffer buffer, final int offset)
    {
        int position = offset;
        position += putOptional(buffer, position, baseFeePerGas);
        position += putOptional(buffer, position, withdrawalsRoot);
        position += putOptional(buffer, position, blobGasUsed);
        position += putOptional(buffer, position, excessBlobGas);
        position += putOptional(buffer, position, parentBeaconBlockRoot);
        position += putOptional(buffer, position, requestsHash);

        return position;
    }

    private static int putOptional(final MutableDirectBuffer buffer, final int offset, final @Nullable Long value)
    {
        return null == value ? 0 : Rlp.putUnsigned(buffer, offset, value);
    }

    private static int putOptional(final MutableDirectBuffer buffer, final int offset, final byte @Nullable [] bytes)
    {
        return null == bytes ? 0 : Rlp.putString(buffer, offset, bytes);
    }

    private static byte[] bigEndian(final byte[] littleEndian)
    {
        int length = littleEndian.length;
        while (length > 0 && 0 == littleEndian[length - 1])
        {
            length--;
        }
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = littleEndian[length - 1 - i];
        }

        return bytes;
    }
}
