package io.fragcast.edge.rpc;

import io.fragcast.ethereum.BasedOpMessage;
import org.jspecify.annotations.Nullable;

/**
 * A based-op message as it came in.
 *
 * @param message   what it says.
 * @param signature r, s, v over its SSZ root, 65 bytes; null if it had none.
 */
public record SignedMessage(BasedOpMessage message, byte @Nullable [] signature)
{
}
