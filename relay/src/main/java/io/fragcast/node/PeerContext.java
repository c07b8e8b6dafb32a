package io.fragcast.node;

import io.fragcast.config.Endpoint;
import io.fragcast.config.FanoutConfig;
import io.fragcast.config.PeerName;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.block.SignatureVerifier;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * What every node is told of itself and its peers: its key, where it listens, whom it hears, feeds, asks and answers.
 *
 * @param <C> the node's own context.
 */
public abstract class PeerContext<C extends PeerContext<C>>
{
    private @Nullable Identity identity;
    private @Nullable Endpoint listen;
    private List<PeerName> upstreams = List.of();
    private @Nullable MulticastGroup upstreamGroup;
    private List<PeerName> sinks = List.of();
    private @Nullable MulticastGroup sinkGroup;
    private @Nullable List<PeerName> holders;
    private @Nullable List<PeerName> requesters;
    private @Nullable FanoutConfig fanout;
    private @Nullable Supplier<SignatureVerifier> verifiers;

    /**
     * A context without peers.
     */
    protected PeerContext()
    {
    }

    /**
     * This, as its own type.
     *
     * @return this.
     */
    protected abstract C self();

    /**
     * The key that peers know the node by.
     *
     * @return the identity.
     */
    public Identity identity()
    {
        return Objects.requireNonNull(identity, "identity is unset");
    }

    /**
     * Sets the key that peers know the node by.
     *
     * @param value the identity.
     * @return this.
     */
    public C identity(final Identity value)
    {
        identity = value;
        return self();
    }

    /**
     * The node's block of lanes.
     *
     * @return the endpoint.
     */
    public Endpoint listen()
    {
        return Objects.requireNonNull(listen, "listen is unset");
    }

    /**
     * Sets the node's block of lanes; the block lane has its first port.
     *
     * @param value the endpoint.
     * @return this.
     */
    public C listen(final Endpoint value)
    {
        listen = value;
        return self();
    }

    /**
     * Whom the node listens to.
     *
     * @return peers.
     */
    public List<PeerName> upstreams()
    {
        return upstreams;
    }

    /**
     * Sets whom the node listens to.
     *
     * @param value peers.
     * @return this.
     */
    public C upstreams(final List<PeerName> value)
    {
        upstreams = List.copyOf(value);
        return self();
    }

    /**
     * The group that its upstream peers send to, where they multicast.
     *
     * @return the group, or null for unicast.
     */
    public @Nullable MulticastGroup upstreamGroup()
    {
        return upstreamGroup;
    }

    /**
     * Sets the group that its upstream peers send to.
     *
     * @param value the group, or null for unicast.
     * @return this.
     */
    public C upstreamGroup(final @Nullable MulticastGroup value)
    {
        upstreamGroup = value;
        return self();
    }

    /**
     * Whom the node sends to by unicast, in this order.
     *
     * @return peers.
     */
    public List<PeerName> sinks()
    {
        return sinks;
    }

    /**
     * Sets whom the node sends to by unicast.
     *
     * @param value peers, in order.
     * @return this.
     */
    public C sinks(final List<PeerName> value)
    {
        sinks = List.copyOf(value);
        return self();
    }

    /**
     * The group that the node sends to besides its unicast sinks.
     *
     * @return the group, or null for none.
     */
    public @Nullable MulticastGroup sinkGroup()
    {
        return sinkGroup;
    }

    /**
     * Sets the group that the node sends to.
     *
     * @param value the group, or null for none.
     * @return this.
     */
    public C sinkGroup(final @Nullable MulticastGroup value)
    {
        sinkGroup = value;
        return self();
    }

    /**
     * Whom the node asks for what it lost.
     *
     * @return peers; its upstreams unless set.
     */
    public List<PeerName> holders()
    {
        final List<PeerName> set = holders;

        return null == set ? upstreams : set;
    }

    /**
     * Sets whom the node asks for what it lost. It dials them; they name it among their requesters.
     *
     * @param value peers; three are plenty; null for the upstreams.
     * @return this.
     */
    public C holders(final @Nullable List<PeerName> value)
    {
        holders = null == value ? null : List.copyOf(value);
        return self();
    }

    /**
     * Whose questions the node answers.
     *
     * @return peers; its sinks unless set.
     */
    public List<PeerName> requesters()
    {
        final List<PeerName> set = requesters;

        return null == set ? sinks : set;
    }

    /**
     * Sets whose questions the node answers. They dial it, so their addresses do not matter.
     *
     * @param value peers; null for the sinks.
     * @return this.
     */
    public C requesters(final @Nullable List<PeerName> value)
    {
        requesters = null == value ? null : List.copyOf(value);
        return self();
    }

    /**
     * What checks the leader's signatures on the block lane.
     *
     * @return makes a verifier for one thread; of the curve's own unless set.
     */
    public Supplier<SignatureVerifier> verifiers()
    {
        final Supplier<SignatureVerifier> set = verifiers;

        return null == set ? Secp256k1.load()::newVerifier : set;
    }

    /**
     * Sets what checks the leader's signatures on the block lane: to measure what the checks cost, or to check
     * elsewhere than in this process.
     *
     * @param value makes a verifier for one thread.
     * @return this.
     */
    public C verifiers(final Supplier<SignatureVerifier> value)
    {
        verifiers = value;
        return self();
    }

    /**
     * How the node takes part in the tree that leaders plan.
     *
     * @return how, or null if who feeds whom is configured.
     */
    public @Nullable FanoutConfig fanout()
    {
        return fanout;
    }

    /**
     * Sets how the node takes part in the tree that leaders plan. Until a plan comes it hears and feeds whom it is told
     * to; then those of them alone that the plan does not know.
     *
     * @param value how, or null for the configuration alone.
     * @return this.
     */
    public C fanout(final @Nullable FanoutConfig value)
    {
        fanout = value;
        return self();
    }
}
