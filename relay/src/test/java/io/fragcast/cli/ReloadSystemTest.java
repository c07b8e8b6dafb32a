package io.fragcast.cli;

import io.fragcast.transport.FreePorts;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes that run take a new schedule and other peers on SIGHUP, and keep what they have when the files are wrong:
 * blocks that nobody led before are published, relayed and delivered afterwards, to a replica that nobody knew before
 * too, and no process was started anew.
 */
@Timeout(150)
class ReloadSystemTest
{
    private static final String ONE_TERM = """
        chain-id = 10
        mtu = 1408
        version = 1
        [[term]]
        number = 1
        first-block = 0
        last-block = 1000
        key = "@%s"
        """;
    private static final String NEXT_TERM = """
        [[term]]
        number = 2
        first-block = 1001
        key = "@%s"
        """;

    @RegisterExtension
    private final FragcastProcesses processes = new FragcastProcesses();

    @Test
    void shouldTakeANewTermAndKeepWhatHoldsWhenTheFileIsWrong() throws Exception
    {
        final NodeFiles files = NodeFiles.write(processes, false, "wait");
        final Path schedule = processes.folder().resolve("schedule.toml");
        final Path key = processes.folder().resolve("keys/leader.pub");
        Files.writeString(schedule, ONE_TERM.formatted(key));
        final FragcastProcess replica = files.startReplica();
        final FragcastProcess relay = files.startRelay();
        final FragcastProcess sequencer = files.startSequencer();
        replica.awaitSaid("hears 1 of 1 upstream");
        relay.awaitSaid("hears 1 of 1 upstream, reaches 1 of 1 sinks");
        sequencer.awaitSaid("reaches 1 of 1 sinks");
        final FragcastProcess refused = play(files, "before");
        assertThat(refused.awaitExit()).as("nobody leads the blocks yet").isEqualTo(ExitCodes.FAILED);

        Files.writeString(schedule, ONE_TERM.formatted(key) + "[[term]]\nnumber = 2\n");
        hangUp(replica);
        replica.awaitSaid("not reloaded, all is as it was: ").awaitSaid("first-block is not set");
        Files.writeString(schedule, (ONE_TERM + NEXT_TERM).formatted(key, key));
        hangUp(replica);
        replica.awaitSaid("not reloaded, all is as it was: replica.toml:7: schedule.file: " +
            "version 1 is not above 1, which holds");

        Files.writeString(schedule, (ONE_TERM + NEXT_TERM).formatted(key, key).replace("version = 1", "version = 2"));
        for (final FragcastProcess node : new FragcastProcess[]{replica, relay, sequencer})
        {
            hangUp(node);
            node.awaitSaid("reloaded: term 2 added: blocks 1001 on");
        }
        hangUp(relay);
        relay.awaitSaid("reloaded, nothing changed");

        final FragcastProcess late = addReplica(files, relay);
        late.awaitSaid("hears 1 of 1 upstream");
        relay.awaitSaid("reaches 2 of 2 sinks");
        assertThat(play(files, "after").awaitExit()).isZero();
        for (final Path delivered : List.of(files.delivered(), lateDelivered()))
        {
            Awaitility.await("every block ends").atMost(FragcastProcess.PATIENCE)
                .until(() -> NodeFiles.BLOCK_COUNT == DeliveredLines.read(delivered).count("verified"));
        }
    }

    /** A name that is wrong first, and another identity; then the right one. */
    private FragcastProcess addReplica(final NodeFiles files, final FragcastProcess relay) throws Exception
    {
        final Path config = processes.folder().resolve("relay.toml");
        final String before = Files.readString(config);
        final int port = FreePorts.block();
        files.writeReplica("late", port);
        final String name = "\"@" + processes.folder().resolve("keys/late.pub") + "@127.0.0.1:" + port + "\"";

        Files.writeString(config, before.replace("sinks = [", "sinks = [\"@keys/nobody.pub@127.0.0.1:4000\", "));
        hangUp(relay);
        relay.awaitSaid("not reloaded, all is as it was: relay.toml:17: block.sinks = @keys/nobody.pub@127.0.0.1:4000");
        Files.writeString(config, before.replace("keys/relay.hex", "keys/late.hex"));
        hangUp(relay);
        relay.awaitSaid("not reloaded, all is as it was: relay.toml:5: identity.key-file: is another key");

        final FragcastProcess late = processes.start(
            "late", "replica", "--config", "late.toml", "--deliver", "jsonl:" + lateDelivered());
        Files.writeString(config, before.replace("sinks = [", "sinks = [" + name + ", "));
        hangUp(relay);

        return late;
    }

    private Path lateDelivered()
    {
        return processes.folder().resolve("late.jsonl");
    }

    private FragcastProcess play(final NodeFiles files, final String name)
    {
        return processes.start(name, "play", "--to", "ipc:aeron:ipc",
            "--aeron-dir", files.sequencerDriver().toString(), "--blocks", files.blocks().toString(), "--rate", "500");
    }

    private static void hangUp(final FragcastProcess node) throws IOException, InterruptedException
    {
        assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(node.pid())).start().waitFor()).isZero();
    }
}
