package io.fragcast.protocol.block;

/**
 * Takes what the receiver delivers, on the receiving thread.
 */
@FunctionalInterface
public interface BlockConsumer
{
    /**
     * The next delivery of its attempt.
     *
     * @param delivery valid during the call.
     * @return true if taken; false to be offered the same delivery again on a later cycle.
     */
    boolean onDelivery(Delivery delivery);
}
