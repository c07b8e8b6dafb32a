package io.fragcast;

/**
 * Closes a block: the fields of based-op's SealV0. Arrays are taken as they are, not copied.
 *
 * @param totalFrags       frags in the block.
 * @param blockNumber      height of the block.
 * @param gasUsed          gas.
 * @param gasLimit         gas.
 * @param parentHash       32 bytes.
 * @param transactionsRoot 32 bytes: Merkle-Patricia root over rlp(index) to raw transaction.
 * @param receiptsRoot     32 bytes.
 * @param stateRoot        32 bytes.
 * @param blockHash        32 bytes.
 * @param basedOpSignature 65 bytes: the gateway's own signature of the inner message; empty where there is none.
 */
public record Seal(
    long totalFrags,
    long blockNumber,
    long gasUsed,
    long gasLimit,
    byte[] parentHash,
    byte[] transactionsRoot,
    byte[] receiptsRoot,
    byte[] stateRoot,
    byte[] blockHash,
    byte[] basedOpSignature)
{
    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException naming the field of the wrong length.
     */
    public Seal
    {
        FieldLengths.check("parentHash", parentHash, 32);
        FieldLengths.check("transactionsRoot", transactionsRoot, 32);
        FieldLengths.check("receiptsRoot", receiptsRoot, 32);
        FieldLengths.check("stateRoot", stateRoot, 32);
        FieldLengths.check("blockHash", blockHash, 32);
        FieldLengths.checkSignature(basedOpSignature);
    }
}
