package io.fragcast.edge.rpc;

import io.fragcast.counter.FragcastCounter;
import org.jspecify.annotations.Nullable;

/**
 * A request that is answered by a JSON-RPC error. Without a stack trace: it is about the caller's bytes, not our code.
 */
final class RpcRefusal extends Exception
{
    private static final long serialVersionUID = 1L;

    /**
     * Why, for a program: code of JSON-RPC or, below -32000, of EIP-1474; the word in the error's data; the counter.
     */
    enum Reason
    {
        /** Not JSON. */
        PARSE(-32_700, "parse", FragcastCounter.RPC_REFUSED_FORM),
        /** JSON, but no request. */
        REQUEST(-32_600, "request", FragcastCounter.RPC_REFUSED_FORM),
        /** Not one of our methods. */
        METHOD(-32_601, "method", FragcastCounter.RPC_REFUSED_FORM),
        /** A field is missing, unknown, of another type, or over what its own type holds. */
        PARAMS(-32_602, "params", FragcastCounter.RPC_REFUSED_FORM),
        /** No key made this signature of this message. */
        SIGNATURE(-32_000, "signature", FragcastCounter.RPC_REFUSED_SIGNATURE),
        /** A key made it that is no gateway's. */
        SIGNER(-32_000, "signer", FragcastCounter.RPC_REFUSED_SIGNER),
        /** More than the network carries. */
        LIMIT(-32_005, "limit", FragcastCounter.RPC_REFUSED_LIMIT),
        /** The queue to the sequencer is full: send it again. */
        BUSY(-32_002, "busy", FragcastCounter.RPC_REFUSED_BUSY);

        private final int code;
        private final String word;
        private final FragcastCounter counter;

        Reason(final int code, final String word, final FragcastCounter counter)
        {
            this.code = code;
            this.word = word;
            this.counter = counter;
        }

        int code()
        {
            return code;
        }

        String word()
        {
            return word;
        }

        FragcastCounter counter()
        {
            return counter;
        }
    }

    private final Reason reason;
    private final String text;

    RpcRefusal(final Reason reason, final @Nullable String text)
    {
        super(text, null, false, false);
        this.reason = reason;
        this.text = String.valueOf(text);
    }

    Reason reason()
    {
        return reason;
    }

    String text()
    {
        return text;
    }
}
