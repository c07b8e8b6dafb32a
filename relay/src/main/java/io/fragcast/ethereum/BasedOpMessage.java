package io.fragcast.ethereum;

import java.util.List;

/**
 * A message of based-op, as a gateway signs it and op-node takes it: cold tuples for the edges. A u64 is a long read
 * as unsigned; the records refuse lengths and counts that the protocol does not allow. Their arrays are not copied:
 * nobody writes to them.
 */
public sealed interface BasedOpMessage
{
    /** The most transactions in a frag, by the SSZ type. */
    int MAX_TXS = 1 << 20;
    /** The longest transaction, by the SSZ type. */
    int MAX_TX_LENGTH = 1 << 30;
    /** The longest extraData of an env. */
    int MAX_EXTRA_DATA_LENGTH = 256;
    /** Bytes of a signature: r, s, v. */
    int SIGNATURE_LENGTH = 65;

    /**
     * Which message it is; the order of the constants is the selector in the signed SSZ union.
     */
    enum Kind
    {
        /** A piece of the block's transactions. */
        FRAG("frag", "based_newFrag"),
        /** The end of the block. */
        SEAL("seal", "based_sealFrag"),
        /** The start of the block. */
        ENV("env", "based_env");

        private final String label;
        private final String method;

        Kind(final String label, final String method)
        {
            this.label = label;
            this.method = method;
        }

        /**
         * The name in what we print.
         *
         * @return in lower case.
         */
        public String label()
        {
            return label;
        }

        /**
         * The name of the JSON-RPC method that carries it.
         *
         * @return such as {@code based_env}.
         */
        public String method()
        {
            return method;
        }
    }

    /**
     * Which message it is.
     *
     * @return the kind.
     */
    Kind kind();

    /**
     * A piece of the transactions of a block.
     *
     * @param blockNumber height.
     * @param seq         place in the block, from 0.
     * @param isLast      whether no other follows.
     * @param txs         raw transactions.
     */
    record Frag(long blockNumber, long seq, boolean isLast, List<byte[]> txs) implements BasedOpMessage
    {
        /**
         * Checks the list.
         */
        public Frag
        {
            if (txs.size() > MAX_TXS)
            {
                throw new IllegalArgumentException("txs are " + txs.size() + ", at most " + MAX_TXS);
            }
            txs = List.copyOf(txs);
            for (int i = 0; i < txs.size(); i++)
            {
                checkMaxLength("txs[" + i + "]", txs.get(i), MAX_TX_LENGTH);
            }
        }

        @Override
        public Kind kind()
        {
            return Kind.FRAG;
        }
    }

    /**
     * The end of a block.
     *
     * @param totalFrags       how many frags it has.
     * @param blockNumber      height.
     * @param gasUsed          gas that it used.
     * @param gasLimit         gas that it might use.
     * @param parentHash       hash of the block before.
     * @param transactionsRoot root of the trie of transactions.
     * @param receiptsRoot     root of the trie of receipts.
     * @param stateRoot        root of the state after it.
     * @param blockHash        its hash.
     */
    record Seal(
        long totalFrags,
        long blockNumber,
        long gasUsed,
        long gasLimit,
        byte[] parentHash,
        byte[] transactionsRoot,
        byte[] receiptsRoot,
        byte[] stateRoot,
        byte[] blockHash) implements BasedOpMessage
    {
        /**
         * Checks the lengths.
         */
        public Seal
        {
            checkLength("parentHash", parentHash, Keccak.HASH_LENGTH);
            checkLength("transactionsRoot", transactionsRoot, Keccak.HASH_LENGTH);
            checkLength("receiptsRoot", receiptsRoot, Keccak.HASH_LENGTH);
            checkLength("stateRoot", stateRoot, Keccak.HASH_LENGTH);
            checkLength("blockHash", blockHash, Keccak.HASH_LENGTH);
        }

        @Override
        public Kind kind()
        {
            return Kind.SEAL;
        }
    }

    /**
     * The start of a block.
     *
     * @param number                height.
     * @param parentHash            hash of the block before.
     * @param beneficiary           who gets the fees.
     * @param timestamp             epoch seconds.
     * @param gasLimit              gas that the block may use.
     * @param basefee               base fee per gas, wei.
     * @param difficulty            32 bytes, little endian.
     * @param prevrandao            RANDAO mix.
     * @param extraData             up to 256 bytes.
     * @param parentBeaconBlockRoot zeros where the chain has none.
     */
    record Env(
        long number,
        byte[] parentHash,
        byte[] beneficiary,
        long timestamp,
        long gasLimit,
        long basefee,
        byte[] difficulty,
        byte[] prevrandao,
        byte[] extraData,
        byte[] parentBeaconBlockRoot) implements BasedOpMessage
    {
        /**
         * Checks the lengths.
         */
        public Env
        {
            checkLength("parentHash", parentHash, Keccak.HASH_LENGTH);
            checkLength("beneficiary", beneficiary, Keccak.ADDRESS_LENGTH);
            checkLength("difficulty", difficulty, Keccak.HASH_LENGTH);
            checkLength("prevrandao", prevrandao, Keccak.HASH_LENGTH);
            checkMaxLength("extraData", extraData, MAX_EXTRA_DATA_LENGTH);
            checkLength("parentBeaconBlockRoot", parentBeaconBlockRoot, Keccak.HASH_LENGTH);
        }

        @Override
        public Kind kind()
        {
            return Kind.ENV;
        }
    }

    private static void checkLength(final String field, final byte[] bytes, final int length)
    {
        if (length != bytes.length)
        {
            throw new IllegalArgumentException(field + ": is " + bytes.length + " bytes, not " + length);
        }
    }

    private static void checkMaxLength(final String field, final byte[] bytes, final int maxLength)
    {
        if (bytes.length > maxLength)
        {
            throw new IllegalArgumentException(field + ": is " + bytes.length + " bytes, at most " + maxLength);
        }
    }
}
