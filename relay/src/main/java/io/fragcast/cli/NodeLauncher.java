package io.fragcast.cli;

import io.fragcast.config.NodeConfig;
import io.fragcast.crypto.Secp256k1;

import java.io.PrintWriter;
import java.util.function.Supplier;

/**
 * Runs a node of one role until the process is told to end.
 */
@FunctionalInterface
interface NodeLauncher
{
    /**
     * Launches the node, waits for the signal to end, closes the node.
     *
     * @param config of the node, checked.
     * @param files  reads what the configuration was read from anew.
     * @param curve  loaded.
     * @param out    for what the node delivers.
     * @param err    for what it says about itself.
     * @return exit code.
     * @throws Exception if the node cannot run; printed as one line, exit code 1.
     */
    int run(NodeConfig config, Supplier<NodeConfig> files, Secp256k1 curve, PrintWriter out, PrintWriter err)
        throws Exception;
}
