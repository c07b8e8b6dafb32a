package io.fragcast.config;

import io.fragcast.journal.JournalConfig;
import io.fragcast.protocol.leader.Schedule;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * All that a node is started from: read and checked, nothing opened yet. Keys are named by their files, never held.
 *
 * @param role            of the node.
 * @param name            of the node.
 * @param chainId         EIP-155 chain id, the schedule's too.
 * @param profile         whose defaults hold.
 * @param identityKeyFile private key that peers know the node by; checked to be its owner's alone.
 * @param leaderKeyFile   private relay key; null unless a sequencer.
 * @param schedule        of the chain; its MTU was checked against the interface.
 * @param block           the block lane.
 * @param upstream        whom the node listens to; empty for a sequencer that leads alone.
 * @param repair          whom it asks for what it lost, and whose questions it answers.
 * @param fanout          how it takes part in the tree that leaders plan; null: who feeds whom is configured.
 * @param deliver         where a replica's blocks go; null unless a replica.
 * @param publishChannel  Aeron channel that a sequencer takes blocks from; null unless a sequencer.
 * @param journal         what is kept, where.
 * @param threads         who runs what.
 * @param aeron           the media driver.
 * @param http            where the HTTP server listens; null for none.
 * @param scheduleSource  where the schedule comes from.
 * @param rpcSigners      addresses of the gateways whose messages are taken, 20 bytes each; empty for no JSON-RPC.
 * @param chainSources    whom the node believes about sealed and final blocks.
 * @param origins         where an option of a key was set: FILE:LINE, a flag, a variable, a profile; the file's name
 *                        for one that nobody set.
 */
public record NodeConfig(
    NodeRole role,
    String name,
    long chainId,
    String profile,
    Path identityKeyFile,
    @Nullable Path leaderKeyFile,
    Schedule schedule,
    BlockLaneConfig block,
    List<PeerName> upstream,
    RepairConfig repair,
    @Nullable FanoutConfig fanout,
    @Nullable DeliverConfig deliver,
    @Nullable String publishChannel,
    JournalConfig journal,
    ThreadConfig threads,
    AeronConfig aeron,
    @Nullable Endpoint http,
    ScheduleConfig scheduleSource,
    List<byte[]> rpcSigners,
    ChainSourcesConfig chainSources,
    UnaryOperator<String> origins)
{
}
