package io.fragcast;

/**
 * Takes what a replica delivers: for each attempt ENV, FRAG 0..k, SEAL, in order and each once, then exactly one
 * terminal event. Called on the edge thread of the node, never on its hot thread.
 */
@FunctionalInterface
public interface BlockListener
{
    /**
     * The next event.
     *
     * @param event valid during the call only; copy what is to be kept.
     */
    void onBlockEvent(BlockEvent event);
}
