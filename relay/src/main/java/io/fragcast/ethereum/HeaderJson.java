package io.fragcast.ethereum;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * The header of a block in JSON, named as in JSON-RPC: hex strings.
 */
public final class HeaderJson
{
    private static final int LOGS_BLOOM_LENGTH = 256;
    private static final String EMPTY_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";

    private HeaderJson()
    {
    }

    /**
     * Reads a header.
     *
     * @param node object with the fields of a block.
     * @return the header; fields that are left out, or null, stand at their values after the merge, or are absent.
     * @throws IllegalArgumentException naming a field that is missing or wrong.
     */
    public static Header header(final JsonNode node)
    {
        return new Header(
            hash(node, "parentHash"),
            Hex.bytes("sha3Uncles", textOr(node, "sha3Uncles", EMPTY_UNCLES), 32),
            Hex.bytes("miner", text(node, "miner"), 20),
            hash(node, "stateRoot"),
            hash(node, "transactionsRoot"),
            hash(node, "receiptsRoot"),
            has(node, "logsBloom") ?
                Hex.bytes("logsBloom", text(node, "logsBloom"), LOGS_BLOOM_LENGTH) : new byte[LOGS_BLOOM_LENGTH],
            Hex.quantity256("difficulty", textOr(node, "difficulty", "0x0")),
            quantity(node, "number"),
            quantity(node, "gasLimit"),
            quantity(node, "gasUsed"),
            quantity(node, "timestamp"),
            Hex.bytes("extraData", text(node, "extraData")),
            hash(node, "mixHash"),
            Hex.bytes("nonce", textOr(node, "nonce", "0x0000000000000000"), Long.BYTES),
            optionalQuantity(node, "baseFeePerGas"),
            optionalHash(node, "withdrawalsRoot"),
            optionalQuantity(node, "blobGasUsed"),
            optionalQuantity(node, "excessBlobGas"),
            optionalHash(node, "parentBeaconBlockRoot"),
            optionalHash(node, "requestsHash"));
    }

    private static String text(final JsonNode node, final String field)
    {
        final JsonNode value = node.get(field);
        if (null == value)
        {
            throw new IllegalArgumentException(field + ": missing");
        }
        if (!value.isTextual())
        {
            throw new IllegalArgumentException(field + ": not a hex string");
        }

        return value.textValue();
    }

    private static String textOr(final JsonNode node, final String field, final String absent)
    {
        return has(node, field) ? text(node, field) : absent;
    }

    /**
     * Reads a hash.
     *
     * @param node  object that has it.
     * @param field name of the hash.
     * @return 32 bytes.
     * @throws IllegalArgumentException naming the field if it is missing or wrong.
     */
    public static byte[] hash(final JsonNode node, final String field)
    {
        return Hex.bytes(field, text(node, field), 32);
    }

    /**
     * Reads a quantity.
     *
     * @param node  object that has it.
     * @param field name of the quantity.
     * @return the number, unsigned.
     * @throws IllegalArgumentException naming the field if it is missing or wrong.
     */
    public static long quantity(final JsonNode node, final String field)
    {
        return Hex.quantity(field, text(node, field));
    }

    private static @Nullable Long optionalQuantity(final JsonNode node, final String field)
    {
        return has(node, field) ? quantity(node, field) : null;
    }

    private static byte @Nullable [] optionalHash(final JsonNode node, final String field)
    {
        return has(node, field) ? hash(node, field) : null;
    }

    private static boolean has(final JsonNode node, final String field)
    {
        return node.hasNonNull(field);
    }
}
