package io.fragcast.config;

/**
 * HOST:PORT.
 *
 * @param host IP literal, without brackets.
 * @param port 1 to 65535.
 */
public record Endpoint(String host, int port)
{
    /** Ports that a node takes, from its base port on (DESIGN §4.1). */
    public static final int PORTS_PER_NODE = 8;

    @Override
    public String toString()
    {
        return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + port;
    }
}
