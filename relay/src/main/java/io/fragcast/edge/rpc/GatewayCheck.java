package io.fragcast.edge.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.edge.rpc.RpcRefusal.Reason;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpMessage.Frag;
import io.fragcast.ethereum.BasedOpMessage.Kind;
import io.fragcast.ethereum.BasedOpSsz;
import io.fragcast.ethereum.Hex;
import io.fragcast.ethereum.Keccak;
import io.fragcast.protocol.block.BlockLimits;
import io.fragcast.wire.FragBodyWriter;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads a gateway's message and decides whether it is one: form, limits of the network, signature, signer; the dear
 * check last. Any thread.
 */
final class GatewayCheck
{
    private final Secp256k1 curve;
    private final BlockLimits limits;
    private volatile Set<String> signers;

    GatewayCheck(final Secp256k1 curve, final BlockLimits limits, final List<byte[]> signers)
    {
        this.curve = curve;
        this.limits = limits;
        this.signers = hex(signers);
    }

    /**
     * Allows these gateways from now on, and no others.
     *
     * @param newSigners their addresses.
     */
    void signers(final List<byte[]> newSigners)
    {
        signers = hex(newSigners);
    }

    /**
     * Checks a message.
     *
     * @param kind   that the method takes.
     * @param params of the request.
     * @return the message.
     * @throws RpcRefusal naming why it is none.
     */
    GatewayMessage check(final Kind kind, final @Nullable JsonNode params) throws RpcRefusal
    {
        final SignedMessage signed;
        try
        {
            signed = BasedOpJson.signedMessage(kind, params);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new RpcRefusal(Reason.PARAMS, ex.getMessage());
        }
        final byte[] signature = signed.signature();
        if (null == signature)
        {
            throw new RpcRefusal(Reason.PARAMS, "signature: missing");
        }
        final BasedOpMessage message = signed.message();
        if (message instanceof final Frag frag)
        {
            checkLimits(frag);
        }

        final byte[] root = new BasedOpSsz().root(message);
        checkSigner(root, signature);

        return GatewayMessage.of(message, signature, root);
    }

    private void checkLimits(final Frag frag) throws RpcRefusal
    {
        final int count = frag.txs().size();
        if (count > limits.maxTxsPerFrag())
        {
            throw new RpcRefusal(
                Reason.LIMIT, "txs: are " + count + ", at most " + limits.maxTxsPerFrag() + " go in a frag");
        }
        for (int i = 0; i < count; i++)
        {
            final int length = frag.txs().get(i).length;
            if (length > limits.maxTxLength())
            {
                throw new RpcRefusal(
                    Reason.LIMIT, "txs[" + i + "]: is " + length + " bytes, at most " + limits.maxTxLength());
            }
            if (0 == length)
            {
                throw new RpcRefusal(Reason.PARAMS, "txs[" + i + "]: is empty, no EIP-2718 transaction");
            }
        }
        final long bodyLength = FragBodyWriter.encodedLength(new FragTxs(frag, new byte[0]));
        if (bodyLength > limits.maxBodyLength())
        {
            throw new RpcRefusal(
                Reason.LIMIT, "txs: make a body of " + bodyLength + " bytes, at most " + limits.maxBodyLength());
        }
    }

    private static Set<String> hex(final List<byte[]> addresses)
    {
        return addresses.stream().map(Hex::toHex).collect(Collectors.toUnmodifiableSet());
    }

    private void checkSigner(final byte[] root, final byte[] signature) throws RpcRefusal
    {
        final byte[] publicKey = curve.recover(root, signature);
        if (null == publicKey)
        {
            throw new RpcRefusal(Reason.SIGNATURE, "signature: not r, low s and v (27, 28, 0 or 1) of any key of " +
                "secp256k1 over root " + Hex.toHex(root));
        }
        final String signer = Hex.toHex(Keccak.address(publicKey));
        if (!signers.contains(signer))
        {
            throw new RpcRefusal(Reason.SIGNER, "signature: over root " + Hex.toHex(root) + " it is of " + signer +
                ", which is no allowed gateway");
        }
    }
}
