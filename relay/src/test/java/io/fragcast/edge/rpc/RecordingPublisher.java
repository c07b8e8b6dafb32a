package io.fragcast.edge.rpc;

import io.fragcast.AbortReason;
import io.fragcast.Env;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.Seal;
import io.fragcast.TxSource;

import java.util.ArrayList;
import java.util.List;

/**
 * Remembers what it was asked to publish, as words; answers OK at the next poll, or what it is told to.
 */
final class RecordingPublisher implements FragPublisher
{
    final List<String> published = new ArrayList<>();
    PublishResult answer = PublishResult.OK;
    boolean isBackPressured;

    private final Listener listener;
    private Runnable reply = () -> {};

    RecordingPublisher(final Listener listener)
    {
        this.listener = listener;
    }

    @Override
    public PublishResult env(final Env env)
    {
        return request(Request.ENV, env.blockNumber(), 0, "env " + env.blockNumber());
    }

    @Override
    public PublishResult frag(
        final long blockNumber, final int seq, final boolean isLast, final List<byte[]> txs)
    {
        throw new UnsupportedOperationException("gateways' frags carry a signature");
    }

    @Override
    public PublishResult frag(final long blockNumber, final int seq, final boolean isLast, final TxSource txs)
    {
        return request(Request.FRAG, blockNumber, seq, "frag " + blockNumber + "#" + seq);
    }

    @Override
    public PublishResult seal(final Seal seal)
    {
        return request(Request.SEAL, seal.blockNumber(), 0, "seal " + seal.blockNumber());
    }

    @Override
    public PublishResult abort(final long blockNumber, final AbortReason reason)
    {
        throw new UnsupportedOperationException("based-op has no abort");
    }

    @Override
    public int poll()
    {
        final Runnable due = reply;
        reply = () -> {};
        due.run();

        return 0;
    }

    @Override
    public boolean isConnected()
    {
        return true;
    }

    @Override
    public void close()
    {
    }

    private PublishResult request(final Request request, final long block, final int seq, final String word)
    {
        if (isBackPressured)
        {
            return PublishResult.BACK_PRESSURED;
        }
        final PublishResult result = answer;
        if (PublishResult.OK == result)
        {
            published.add(word);
        }
        reply = () -> listener.onReply(request, block, seq, result);

        return PublishResult.OK;
    }
}
