package io.fragcast;

/**
 * Opens a block: the fields of based-op's EnvV0. Arrays are taken as they are, not copied.
 *
 * @param blockNumber           height of the block.
 * @param parentHash            32 bytes.
 * @param beneficiary           20 bytes: the fee recipient.
 * @param timestamp             seconds since the epoch.
 * @param gasLimit              gas.
 * @param baseFee               wei per gas.
 * @param difficulty            32 bytes, unsigned, little endian as in SSZ.
 * @param prevRandao            32 bytes.
 * @param extraData             0 to 256 bytes.
 * @param parentBeaconBlockRoot 32 bytes; zeros before Cancun.
 * @param basedOpSignature      65 bytes: the gateway's own signature of the inner message; empty where there is none.
 */
public record Env(
    long blockNumber,
    byte[] parentHash,
    byte[] beneficiary,
    long timestamp,
    long gasLimit,
    long baseFee,
    byte[] difficulty,
    byte[] prevRandao,
    byte[] extraData,
    byte[] parentBeaconBlockRoot,
    byte[] basedOpSignature)
{
    /** Longest extra data, bytes. */
    public static final int MAX_EXTRA_DATA_LENGTH = 256;

    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException naming the field of the wrong length.
     */
    public Env
    {
        FieldLengths.check("parentHash", parentHash, 32);
        FieldLengths.check("beneficiary", beneficiary, 20);
        FieldLengths.check("difficulty", difficulty, 32);
        FieldLengths.check("prevRandao", prevRandao, 32);
        FieldLengths.check("parentBeaconBlockRoot", parentBeaconBlockRoot, 32);
        FieldLengths.checkSignature(basedOpSignature);
        if (extraData.length > MAX_EXTRA_DATA_LENGTH)
        {
            throw new IllegalArgumentException("extraData has " + extraData.length + " bytes, at most 256 go");
        }
    }
}
