package io.fragcast.protocol.peer;

/**
 * One peer as configured.
 *
 * @param name     for counters and messages.
 * @param key      its identity key, 33 bytes.
 * @param isDialer true if this side dials it; its number among those dialled is its number as a holder.
 */
public record PeerSettings(String name, byte[] key, boolean isDialer)
{
    /**
     * Checks the key's length.
     */
    public PeerSettings
    {
        if (Hello.KEY_LENGTH != key.length)
        {
            throw new IllegalArgumentException(name + ": a key of " + key.length + " bytes");
        }
    }
}
