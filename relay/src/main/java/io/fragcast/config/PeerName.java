package io.fragcast.config;

import java.util.HexFormat;

/**
 * Who a peer is and where: {@code PUBLICKEY@HOST:PORT}.
 *
 * @param publicKey identity key, 33 bytes compressed.
 * @param endpoint  first port of its block of lanes.
 */
public record PeerName(byte[] publicKey, Endpoint endpoint)
{
    @Override
    public String toString()
    {
        return HexFormat.of().formatHex(publicKey) + '@' + endpoint;
    }
}
