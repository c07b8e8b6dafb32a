package io.fragcast.sim;

import io.fragcast.codecs.MessageHeaderDecoder;
import io.fragcast.codecs.PlanDecoder;
import io.fragcast.codecs.PlanEncoder;
import io.fragcast.config.Endpoint;
import io.fragcast.config.PeerName;
import io.fragcast.protocol.block.MessageSigner;
import io.fragcast.sim.checker.PlanChecker;
import io.fragcast.wire.StatementSigner;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The trees that the leaders of a run plan, outside its nodes: a path between any two nodes of which one may feed the
 * other, of which those are open that somebody hears; and in some runs a node that passes on plans with a signature of
 * its own.
 */
final class SimPlans
{
    private static final double FORGE_PROBABILITY = 0.4;
    private static final double LIE_PROBABILITY = 0.5;
    /** Fewer than a peer is rejected for. */
    private static final int MAX_LIES = 6;
    private static final int PORT = 14_040;
    private static final int NOBODY = -1;

    private final SimulatorOptions options;
    private final PlanChecker checker;
    private final List<PeerName> names = new ArrayList<>();
    private final @Nullable SimPath[][] paths;
    private final SimRandom random;
    private final int forger;
    private final StatementSigner foreign;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final PlanDecoder decoder = new PlanDecoder();
    private final PlanEncoder encoder = new PlanEncoder();
    private int lies;

    SimPlans(
        final SimulatorOptions options,
        final PlanChecker checker,
        final SimRandom random,
        final MessageSigner stranger)
    {
        this.options = options;
        this.checker = checker;
        this.random = random;
        foreign = new StatementSigner(stranger);
        paths = new SimPath[options.nodes() + 1][options.nodes()];
        for (int i = 0; i < options.nodes(); i++)
        {
            names.add(new PeerName(SimControl.identity(i), new Endpoint("node-" + i, PORT)));
        }
        forger = options.isPlanned() && random.isHit(FORGE_PROBABILITY) ?
            random.between(options.leaders(), options.nodes() - 1) : NOBODY;
    }

    /** Takes the paths that are configured, and adds the others that a plan may name. */
    void connect(final SimLanes lanes, final List<SimPath> configured)
    {
        if (!options.isPlanned())
        {
            return;
        }
        configured.forEach((path) -> paths[path.from()][path.to()] = path);
        final SimRandom pathRandom = random.forPart(1);
        for (int from = 0; from < options.leaders() + options.relays(); from++)
        {
            for (int to = options.isFollowing() ? 0 : options.leaders(); to < options.nodes(); to++)
            {
                if (from != to && null == paths[from][to])
                {
                    final SimPath path = lanes.connect(from, to, pathRandom);
                    path.hear(false);
                    paths[from][to] = path;
                }
            }
        }
    }

    /** The path between two nodes; null: the first never feeds the second. */
    @Nullable SimPath path(final int from, final int to)
    {
        return paths[from][to];
    }

    PeerName name(final int node)
    {
        return names.get(node);
    }

    /** Index of a node. */
    int nodeOf(final PeerName name)
    {
        return names.indexOf(name);
    }

    PlanChecker checker()
    {
        return checker;
    }

    /** Statements that were forged so far. */
    int lies()
    {
        return lies;
    }

    /** Whatever a node says on its control lane passes here before it leaves. */
    SimFrameSink.Tap tap(final int node)
    {
        return (path, buffer, length) ->
        {
            if (forger == node)
            {
                forge(buffer, SimFrameSink.CLAIM_OFFSET, length);
            }
        };
    }

    /** Now and then a plan is made newer and signed by a key that leads nothing. */
    private void forge(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        header.wrap(buffer, offset);
        if (PlanDecoder.TEMPLATE_ID == header.templateId() && lies < MAX_LIES && random.isHit(LIE_PROBABILITY))
        {
            lies++;
            decoder.wrapAndApplyHeader(buffer, offset, header);
            final long version = decoder.planVersion() + 1 + random.between(0, 1_000);
            encoder.wrap(buffer, offset + MessageHeaderDecoder.ENCODED_LENGTH).planVersion(version);
            foreign.sign(buffer, offset, length);
        }
    }
}
