package io.fragcast.edge.rpc;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * What came again of a block that is open, since its Env did: mere duplicates, or, as the first frag that differs
 * tells, a gateway that has started the block over, as one does that was restarted or sorts anew on the same parent.
 * <pre>
 *   Env 0 1 2   Env 0' 1 2'      0' and 1 are known: duplicates so far; 2' is not: the block is Env 0 1 2' from now on
 * </pre>
 */
final class RepeatedBlock
{
    private final GatewayMessage env;
    private final List<@Nullable GatewayMessage> frags = new ArrayList<>();

    /**
     * Its Env came again.
     *
     * @param env as it came.
     */
    RepeatedBlock(final GatewayMessage env)
    {
        this.env = env;
    }

    /**
     * A frag came again, the same as before.
     *
     * @param frag of a seq below the network's limit.
     */
    void onDuplicate(final GatewayMessage frag)
    {
        final int seq = (int)frag.seq();
        while (frags.size() <= seq)
        {
            frags.add(null);
        }
        frags.set(seq, frag);
    }

    /**
     * Another frag came than before: is it the first that differs?
     *
     * @param frag of a seq that is known otherwise.
     * @return false if one before it did not come again yet.
     */
    boolean isFirstToDiffer(final GatewayMessage frag)
    {
        for (int i = 0; i < frag.seq(); i++)
        {
            if (i >= frags.size() || null == frags.get(i))
            {
                return false;
            }
        }

        return true;
    }

    /**
     * Did this frag come again as it was before? Then the gateway did not replace it.
     *
     * @param seq of the frag.
     * @return true if so.
     */
    boolean hasDuplicate(final long seq)
    {
        return seq < frags.size() && null != frags.get((int)seq);
    }

    /**
     * What came again before a frag.
     *
     * @param frag the first that differs.
     * @return the Env and all frags before it, in order.
     */
    List<GatewayMessage> before(final GatewayMessage frag)
    {
        final List<GatewayMessage> messages = new ArrayList<>();
        messages.add(env);
        for (int i = 0; i < frag.seq(); i++)
        {
            final GatewayMessage again = frags.get(i);
            if (null != again)
            {
                messages.add(again);
            }
        }

        return messages;
    }
}
