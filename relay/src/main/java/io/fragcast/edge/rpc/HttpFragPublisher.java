package io.fragcast.edge.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fragcast.AbortReason;
import io.fragcast.Env;
import io.fragcast.FragPublisher;
import io.fragcast.PublishResult;
import io.fragcast.Seal;
import io.fragcast.TxSource;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.ethereum.BasedOpMessage;
import io.fragcast.ethereum.BasedOpSsz;
import io.fragcast.ethereum.Hex;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishes as a based-op gateway does: signs each message over its SSZ root and posts it, the next when the one before
 * was answered. A sequencer or an op-node may be at the other end. Used by one thread.
 * <p>
 * The answer to the post is the reply: what the sequencer does with a message that it took is not told to gateways. A
 * post that was cut off may have been taken; offered again it is then a duplicate, which is answered like the first.
 */
public final class HttpFragPublisher implements FragPublisher
{
    /** A sequencer answers in a millisecond; op-node waits for its gossip. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int CONNECT_TIMEOUT_MS = 1_000;

    private final URI uri;
    private final byte[] key;
    private final Secp256k1 curve;
    private final Listener listener;
    private final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
    private final BasedOpSsz ssz = new BasedOpSsz();
    private long lastId;
    private boolean isClosed;

    /**
     * A gateway.
     *
     * @param uri      to post to, such as {@code http://127.0.0.1:8547}.
     * @param key      private key to sign with, 32 bytes.
     * @param curve    to sign with.
     * @param listener takes the replies.
     */
    public HttpFragPublisher(final URI uri, final byte[] key, final Secp256k1 curve, final Listener listener)
    {
        this.uri = uri;
        this.key = key.clone();
        this.curve = curve;
        this.listener = listener;
    }

    /**
     * A post was answered by an error that offering it again would not mend.
     */
    public static final class RefusedException extends RuntimeException
    {
        private static final long serialVersionUID = 1L;

        RefusedException(final String message)
        {
            super(message);
        }
    }

    @Override
    public PublishResult env(final Env env)
    {
        return post(Request.ENV, env.blockNumber(), 0, new BasedOpMessage.Env(
            env.blockNumber(),
            env.parentHash(),
            env.beneficiary(),
            env.timestamp(),
            env.gasLimit(),
            env.baseFee(),
            env.difficulty(),
            env.prevRandao(),
            env.extraData(),
            env.parentBeaconBlockRoot()));
    }

    @Override
    public PublishResult frag(
        final long blockNumber, final int seq, final boolean isLast, final List<byte[]> txs)
    {
        return post(Request.FRAG, blockNumber, seq, new BasedOpMessage.Frag(blockNumber, seq, isLast, txs));
    }

    @Override
    public PublishResult frag(final long blockNumber, final int seq, final boolean isLast, final TxSource txs)
    {
        final List<byte[]> copies = new ArrayList<>();
        for (int i = 0; i < txs.txCount(); i++)
        {
            final byte[] tx = new byte[txs.txLength(i)];
            txs.writeTx(i, new UnsafeBuffer(tx), 0);
            copies.add(tx);
        }

        return frag(blockNumber, seq, isLast, copies);
    }

    @Override
    public PublishResult seal(final Seal seal)
    {
        return post(Request.SEAL, seal.blockNumber(), 0, new BasedOpMessage.Seal(
            seal.totalFrags(),
            seal.blockNumber(),
            seal.gasUsed(),
            seal.gasLimit(),
            seal.parentHash(),
            seal.transactionsRoot(),
            seal.receiptsRoot(),
            seal.stateRoot(),
            seal.blockHash()));
    }

    /**
     * Based-op has no message for it: the next Env gives the open block up.
     *
     * @param blockNumber height of the open block.
     * @param reason      why.
     * @return never.
     */
    @Override
    public PublishResult abort(final long blockNumber, final AbortReason reason)
    {
        throw new UnsupportedOperationException("based-op has no abort");
    }

    @Override
    public int poll()
    {
        return 0;
    }

    @Override
    public boolean isConnected()
    {
        try (Socket socket = new Socket())
        {
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), CONNECT_TIMEOUT_MS);
            return true;
        }
        catch (final IOException ex)
        {
            return false;
        }
    }

    @Override
    public void close()
    {
        isClosed = true;
    }

    private PublishResult post(
        final Request kind, final long blockNumber, final int seq, final BasedOpMessage message)
    {
        if (isClosed)
        {
            return PublishResult.CLOSED;
        }

        final HttpResponse<byte[]> response;
        try
        {
            response = client.send(
                HttpRequest.newBuilder(uri)
                    .timeout(TIMEOUT)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(toRequest(message).toString()))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        }
        catch (final IOException ex)
        {
            return PublishResult.NOT_CONNECTED;
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            return PublishResult.CLOSED;
        }
        if (isToBeOfferedAgain(response))
        {
            return PublishResult.BACK_PRESSURED;
        }
        listener.onReply(kind, blockNumber, seq, PublishResult.OK);

        return PublishResult.OK;
    }

    private ObjectNode toRequest(final BasedOpMessage message)
    {
        final ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("jsonrpc", "2.0").put("id", ++lastId).put("method", message.kind().method());
        request.putArray("params").addObject()
            .put("signature", Hex.toHex(curve.signRecoverable(ssz.root(message), key)))
            .set("message", BasedOpJson.toJson(message));

        return request;
    }

    private boolean isToBeOfferedAgain(final HttpResponse<byte[]> response)
    {
        if (OK != response.statusCode())
        {
            throw new RefusedException(uri + " answers with HTTP status " + response.statusCode());
        }
        final JsonNode answer;
        try
        {
            answer = BasedOpJson.parse(response.body());
        }
        catch (final IllegalArgumentException ex)
        {
            throw new RefusedException(uri + " does not answer with JSON");
        }
        final JsonNode error = answer.path("error");
        if (error.isObject() && RpcRefusal.Reason.BUSY.code() != error.path("code").intValue())
        {
            throw new RefusedException(uri + " refuses: " + error.path("message").asText());
        }
        if (!error.isObject() && !answer.has("result"))
        {
            throw new RefusedException(uri + " does not speak JSON-RPC");
        }

        return error.isObject();
    }
}
