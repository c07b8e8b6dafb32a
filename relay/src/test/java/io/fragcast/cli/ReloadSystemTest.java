package io.fragcast.cli;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes that run take a new schedule on SIGHUP, and keep the one they have when the new one is wrong: blocks that
 * nobody led before are published, relayed and delivered afterwards, and no process was started anew.
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
        replica.awaitSaid("not reloaded, the schedule before holds: version 1 is not above 1, which holds");

        Files.writeString(schedule, (ONE_TERM + NEXT_TERM).formatted(key, key).replace("version = 1", "version = 2"));
        for (final FragcastProcess node : new FragcastProcess[]{replica, relay, sequencer})
        {
            hangUp(node);
            node.awaitSaid("reloaded the schedule: term 2 added: blocks 1001 on");
        }
        hangUp(relay);
        relay.awaitSaid("reloaded, the schedule is the same");

        assertThat(play(files, "after").awaitExit()).isZero();
        Awaitility.await("every block ends").atMost(FragcastProcess.PATIENCE)
            .until(() -> NodeFiles.BLOCK_COUNT == DeliveredLines.read(files.delivered()).count("verified"));
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
