package io.fragcast.node;

import io.fragcast.protocol.leader.Schedule;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * All that a running node may be told anew, and the keys that it may not change.
 *
 * @param schedule       that shall hold.
 * @param peers          that there shall be.
 * @param identityKey    public key that peers know the node by, 33 bytes.
 * @param leaderKey      public relay key of a sequencer, 65 bytes; null unless one.
 * @param gatewaySigners addresses of the gateways whose messages a sequencer takes, 20 bytes each.
 * @param engineSecret   32 bytes that a replica shares with its execution client; null without one.
 */
public record NodeUpdate(
    Schedule schedule,
    PeerLists peers,
    byte[] identityKey,
    byte @Nullable [] leaderKey,
    List<byte[]> gatewaySigners,
    byte @Nullable [] engineSecret)
{
    @Override
    public String toString()
    {
        return "NodeUpdate{" + peers + '}';
    }
}
