package io.fragcast.protocol.peer;

import org.agrona.DirectBuffer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Who a node is. Fields as in the wire's Hello; filled anew for each message and valid during the call that hands it
 * over. Used by one thread; allocates only in {@link #endpointText()} and {@link #agentText()}.
 */
public final class Hello
{
    /** Length of an identity key, bytes. */
    public static final int KEY_LENGTH = 33;
    /** Longest endpoint: a DNS name of 253 bytes, a colon, a port. */
    public static final int MAX_ENDPOINT_LENGTH = 260;
    /** Longest name and version of a program. */
    public static final int MAX_AGENT_LENGTH = 64;

    /** Capability: answers Wants. */
    public static final long ANSWERS_WANTS = 1L;
    /** Capability: answers RangeRequests. */
    public static final long ANSWERS_RANGES = 1L << 1;
    /** Capability: takes Haves. */
    public static final long TAKES_HAVES = 1L << 2;
    /** Capability: feeds others on the block lane. */
    public static final long FORWARDS = 1L << 3;

    /** Subscription: blocks. */
    public static final int BLOCKS = 1;
    /** Subscription: Haves. */
    public static final int HAVES = 1 << 1;

    /** EIP-155 chain id. */
    public long chainId;
    /** Random, not 0. */
    public long nonce;
    /** The other's nonce; 0: none heard yet. */
    public long echo;
    /** What the node can do. */
    public long capabilities;
    /** What it wants sent. */
    public int subscriptions;
    /** Of its network, bytes. */
    public int mtu;
    /** Highest version of the schema that it speaks. */
    public int newestVersion;
    /** Lowest version of the schema that it speaks. */
    public int oldestVersion;
    /** What it does. */
    public PeerRole role = PeerRole.UNSPECIFIED;
    /** Its identity key, 33 bytes. */
    public final byte[] nodeKey = new byte[KEY_LENGTH];

    private final byte[] endpoint = new byte[MAX_ENDPOINT_LENGTH];
    private final byte[] agent = new byte[MAX_AGENT_LENGTH];
    private int endpointLength;
    private int agentLength;

    /**
     * Where others may dial it.
     *
     * @param text HOST:PORT; empty: nowhere.
     * @return this.
     */
    public Hello endpoint(final String text)
    {
        final byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        endpointLength = Math.min(bytes.length, MAX_ENDPOINT_LENGTH);
        System.arraycopy(bytes, 0, endpoint, 0, endpointLength);

        return this;
    }

    /**
     * Which program it is.
     *
     * @param text name and version.
     * @return this.
     */
    public Hello agent(final String text)
    {
        final byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        agentLength = Math.min(bytes.length, MAX_AGENT_LENGTH);
        System.arraycopy(bytes, 0, agent, 0, agentLength);

        return this;
    }

    /**
     * Takes the endpoint from a message.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length at most {@link #MAX_ENDPOINT_LENGTH}.
     */
    public void endpoint(final DirectBuffer buffer, final int offset, final int length)
    {
        buffer.getBytes(offset, endpoint, 0, length);
        endpointLength = length;
    }

    /**
     * Takes the program's name from a message.
     *
     * @param buffer holding it.
     * @param offset of its first byte.
     * @param length at most {@link #MAX_AGENT_LENGTH}.
     */
    public void agent(final DirectBuffer buffer, final int offset, final int length)
    {
        buffer.getBytes(offset, agent, 0, length);
        agentLength = length;
    }

    /**
     * The bytes of the endpoint.
     *
     * @return the first {@link #endpointLength()} are its.
     */
    public byte[] endpointBytes()
    {
        return endpoint;
    }

    /**
     * Length of the endpoint.
     *
     * @return bytes.
     */
    public int endpointLength()
    {
        return endpointLength;
    }

    /**
     * The bytes of the program's name.
     *
     * @return the first {@link #agentLength()} are its.
     */
    public byte[] agentBytes()
    {
        return agent;
    }

    /**
     * Length of the program's name.
     *
     * @return bytes.
     */
    public int agentLength()
    {
        return agentLength;
    }

    /**
     * The endpoint.
     *
     * @return as text, whatever is no ASCII replaced.
     */
    public String endpointText()
    {
        return text(endpoint, endpointLength);
    }

    /**
     * The program's name and version.
     *
     * @return as text, whatever is no ASCII replaced.
     */
    public String agentText()
    {
        return text(agent, agentLength);
    }

    /**
     * Is it of the same node?
     *
     * @param key 33 bytes.
     * @return true if it is.
     */
    public boolean isOf(final byte[] key)
    {
        return Arrays.equals(nodeKey, key);
    }

    /**
     * Takes everything from another.
     *
     * @param other to copy.
     */
    public void set(final Hello other)
    {
        chainId = other.chainId;
        nonce = other.nonce;
        echo = other.echo;
        capabilities = other.capabilities;
        subscriptions = other.subscriptions;
        mtu = other.mtu;
        newestVersion = other.newestVersion;
        oldestVersion = other.oldestVersion;
        role = other.role;
        System.arraycopy(other.nodeKey, 0, nodeKey, 0, KEY_LENGTH);
        System.arraycopy(other.endpoint, 0, endpoint, 0, other.endpointLength);
        System.arraycopy(other.agent, 0, agent, 0, other.agentLength);
        endpointLength = other.endpointLength;
        agentLength = other.agentLength;
    }

    /** Bytes of a stranger end up on an operator's screen: nothing but printable ASCII may. */
    private static String text(final byte[] bytes, final int length)
    {
        final StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++)
        {
            text.append(bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '?');
        }

        return text.toString();
    }
}
