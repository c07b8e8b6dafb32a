package io.fragcast.node;

/**
 * A multicast group on a trusted network.
 *
 * @param address          of the group.
 * @param port             of the block lane.
 * @param networkInterface address, or CIDR, of the interface: a name such as {@code lo} is taken for a host by Aeron.
 */
public record MulticastGroup(String address, int port, String networkInterface)
{
    /**
     * Where the group has its lane.
     *
     * @return ADDRESS:PORT.
     */
    public String endpoint()
    {
        return address + ':' + port;
    }
}
