package io.fragcast.sim;

/**
 * What one process of a node has for itself, and no other process of that node.
 *
 * @param random  of its nonces and tokens: one that is started anew draws others, for peers tell it by them.
 * @param onBlock sees each frame of the block lane before it leaves; what it throws ends the process there.
 * @param onOther the same of the control and the repair lane.
 */
record SimLife(SimRandom random, SimFrameSink.Tap onBlock, SimFrameSink.Tap onOther)
{
}
