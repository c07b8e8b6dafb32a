package io.fragcast.wire;

import io.fragcast.codecs.MessageHeaderEncoder;
import io.fragcast.codecs.PlanEncoder;
import io.fragcast.protocol.fanout.Plan;
import io.fragcast.protocol.fanout.PlanSender;
import io.fragcast.protocol.peer.Statements;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * Encodes a leader's plan, has it signed, and says it to all. Used by the thread of the peers.
 */
public final class PlanProxy implements PlanSender
{
    private static final int FIXED_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + PlanEncoder.BLOCK_LENGTH +
        PlanEncoder.NodesEncoder.sbeHeaderSize();
    private static final int NODE_LENGTH = PlanEncoder.NodesEncoder.sbeBlockLength();

    private final long chainId;
    private final StatementSigner signer;
    private final Statements statements;
    private final UnsafeBuffer buffer;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final PlanEncoder encoder = new PlanEncoder();

    /**
     * A proxy.
     *
     * @param chainId        of the node.
     * @param maxFrameLength longest message of the lane, bytes.
     * @param signer         with the leader's relay key, of this thread.
     * @param statements     that pass it on.
     */
    public PlanProxy(
        final long chainId, final int maxFrameLength, final StatementSigner signer, final Statements statements)
    {
        this.chainId = chainId;
        this.signer = signer;
        this.statements = statements;
        buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(maxFrameLength));
    }

    /**
     * How many nodes a message holds.
     *
     * @param maxFrameLength longest message of the lane, bytes.
     * @return nodes, the leader among them.
     */
    public static int maxNodes(final int maxFrameLength)
    {
        return (maxFrameLength - FIXED_LENGTH) / NODE_LENGTH;
    }

    @Override
    public boolean send(final Plan plan, final long nowNs)
    {
        final PlanEncoder.NodesEncoder nodes = encoder.wrapAndApplyHeader(buffer, 0, header)
            .chainId(chainId)
            .leaderTerm(Integer.toUnsignedLong(plan.leaderTerm()))
            .planVersion(Integer.toUnsignedLong(plan.version()))
            .validFromBlock(plan.validFromBlock())
            .degree(plan.degree())
            .spareDegree(plan.spareDegree())
            .nodesCount(plan.size());
        for (int i = 0; i < plan.size(); i++)
        {
            nodes.next().nodeId(plan.id(i)).parent(plan.parent(i)).backup(plan.backup(i)).reserved2(0);
        }
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
        signer.sign(buffer, 0, length);

        return statements.publish(buffer, 0, length, nowNs);
    }
}
