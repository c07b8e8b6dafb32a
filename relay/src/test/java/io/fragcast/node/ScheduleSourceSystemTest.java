package io.fragcast.node;

import com.sun.net.httpserver.HttpServer;
import io.fragcast.config.ScheduleConfig;
import io.fragcast.config.SignedText;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.wire.LeaderRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One node asks a URL for the schedule; what the authority signed there holds at all of them, what it did not at none.
 */
class ScheduleSourceSystemTest
{
    private static final byte[] AUTHORITY_KEY = LeaderRig.OTHER_KEY;

    @TempDir
    private Path dir;

    private volatile String served = "";

    @Test
    @Timeout(120)
    void shouldTakeASignedScheduleFromAUrlAndTellAll() throws IOException
    {
        final HttpServer server =
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", (exchange) ->
        {
            final byte[] body = served.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try (TestNetwork network = new TestNetwork())
        {
            final byte[] authority = LeaderRig.CURVE.publicKey(AUTHORITY_KEY);
            served = SignedText.sign(text(2), LeaderRig.CURVE.newSigner(LeaderRig.LEADER_KEY));
            final ScheduleConfig source = new ScheduleConfig(
                Files.writeString(dir.resolve("schedule.toml"), text(1)),
                authority,
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/schedule.toml"),
                TimeUnit.MILLISECONDS.toNanos(50),
                null);
            final TestNetwork.Place sequencerPlace = network.place("src-sequencer");
            final TestNetwork.Place replicaPlace = network.place("src-replica");
            final NodeHost host = network.host("source", false);
            final SequencerNode sequencer = SequencerNode.launch(
                network.sequencer(host, sequencerPlace, replicaPlace).scheduleSource(source));
            final ReplicaNode replica = ReplicaNode.launch(
                network.replica(host, replicaPlace, List.of(sequencerPlace), new DeliveryLog())
                    .scheduleAuthority(authority));
            host.start();

            TestNetwork.await("a schedule that a stranger signed", () ->
                sequencer.counters().value(FragcastCounter.SCHEDULE_POLLS_FAILED) > 0);
            assertThat(sequencer.watch().schedule().get().version()).isZero();

            served = SignedText.sign(text(2), LeaderRig.CURVE.newSigner(AUTHORITY_KEY));
            TestNetwork.await("version 2", () -> 2 == sequencer.watch().schedule().get().version());
            TestNetwork.await("version 2 at the replica", () -> 2 == replica.watch().schedule().get().version());
            assertThat(replica.watch().schedule().get().termCount()).isEqualTo(2);

            served = SignedText.sign(text(3), LeaderRig.CURVE.newSigner(AUTHORITY_KEY));
            TestNetwork.await("version 3 at the replica", () -> 3 == replica.watch().schedule().get().version());
            network.assertNoErrors();
        }
        finally
        {
            server.stop(0);
        }
    }

    private static String text(final int version)
    {
        final String key =
            HexFormat.of().formatHex(Secp256k1.compress(LeaderRig.CURVE.publicKey(LeaderRig.LEADER_KEY)));

        return """
            chain-id = %d
            mtu = 1408
            version = %d
            [[term]]
            number = 1
            first-block = 1
            last-block = %d999
            key = "%s"
            [[rotation]]
            first-block = %d
            last-block = %d
            blocks-per-term = 5000
            leader = [ { key = "%s" } ]
            """.formatted(
                LeaderRig.CHAIN_ID, version, version, key, 1_000 * (version + 1), 1_000 * (version + 1) + 4_999, key);
    }
}
