package io.fragcast.wire;

import org.agrona.DirectBuffer;

import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * A proof as an operator keeps it and hands it on: a JSON object on a line of its own. The two messages are the proof,
 * the rest says at a glance what it is about.
 */
public final class ProofLine
{
    private ProofLine()
    {
    }

    /**
     * Renders a proof.
     *
     * @param proof  that was looked at.
     * @param buffer holding its bytes.
     * @param offset of the first.
     * @param length of them all.
     * @return the line, its end included.
     */
    public static String of(
        final EquivocationProof proof, final DirectBuffer buffer, final int offset, final int length)
    {
        final int firstLength = buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN);
        final int firstOffset = offset + Integer.BYTES;
        final HexFormat hex = HexFormat.of();

        return "{\"kind\":\"" + proof.kind() +
            "\",\"chainId\":" + Long.toUnsignedString(proof.chainId()) +
            ",\"leaderTerm\":" + Integer.toUnsignedString(proof.leaderTerm()) +
            ",\"blockNumber\":" + Long.toUnsignedString(proof.blockNumber()) +
            ",\"incarnation\":" + Long.toUnsignedString(proof.incarnation()) +
            ",\"seq\":" + Integer.toUnsignedString(proof.seq()) +
            ",\"firstDigest\":\"" + hex.formatHex(proof.firstDigest()) +
            "\",\"secondDigest\":\"" + hex.formatHex(proof.secondDigest()) +
            "\",\"first\":\"" + hexOf(buffer, firstOffset, firstLength) +
            "\",\"second\":\"" + hexOf(
                buffer, firstOffset + firstLength, length - Integer.BYTES - firstLength) + "\"}\n";
    }

    private static String hexOf(final DirectBuffer buffer, final int offset, final int length)
    {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);

        return HexFormat.of().formatHex(bytes);
    }
}
