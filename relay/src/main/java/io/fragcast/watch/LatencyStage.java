package io.fragcast.watch;

/**
 * The stretches of a frag's way that a node can time. Those from the publisher, and the hop, compare clocks of two
 * hosts: they are as true as the bound on the clocks' difference.
 */
public enum LatencyStage
{
    /** Kernel stamp of the datagram against the leader's. */
    PUBLISH_RECEIVE("publish_receive", "from the leader's stamp to the arrival of the datagram"),

    /** Both stamps of the transport, where the datagram carries them. */
    HOP("hop", "from the datagram's departure at the peer before to its arrival"),

    /** What this node costs: on a relay the copies to its sinks are in it. */
    RECEIVE_ACCEPT("receive_accept", "from the arrival of the datagram until it was checked and forwarded"),

    /** For what a frag waits: its chunks, its turn, the room in the ring to the edges. */
    RECEIVE_DELIVER("receive_deliver", "from the arrival of a frag's header to its delivery to the edges"),

    /** The whole way of a frag. */
    PUBLISH_DELIVER("publish_deliver", "from the leader's stamp on a frag to its delivery to the edges"),

    /** Of frags that lost something on the way. */
    REPAIR("repair", "from the first evidence that something of a frag is missing until it was whole by repair");

    private final String label;
    private final String meaning;

    LatencyStage(final String label, final String meaning)
    {
        this.label = label;
        this.meaning = meaning;
    }

    /**
     * Stable name of the stage.
     *
     * @return the label.
     */
    public String label()
    {
        return label;
    }

    /**
     * From where to where.
     *
     * @return half a sentence for an operator.
     */
    public String meaning()
    {
        return meaning;
    }
}
