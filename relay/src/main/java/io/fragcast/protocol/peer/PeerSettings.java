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
    /** Of a place that no peer has. */
    public static final PeerSettings NOBODY = new PeerSettings("nobody", new byte[Hello.KEY_LENGTH], false);

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

    boolean isNobody()
    {
        return NOBODY.equals(this);
    }
}
