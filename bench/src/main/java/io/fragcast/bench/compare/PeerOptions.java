package io.fragcast.bench.compare;

import io.aeron.driver.ext.LossGenerator;
import io.aeron.driver.ext.RandomLossGenerator;
import io.fragcast.transport.aeron.LinkBudget;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * The command line that all contenders share: {@code bench/peers/README.md} says what each option means.
 */
final class PeerOptions
{
    /** {@code u64 message, i64 intended send time}. */
    static final int STAMP_LENGTH = 16;
    static final int MAX_REPLICAS = 64;

    private static final long SEED = 4670;
    private static final double MAX_LOSS_PERCENT = 50;
    private static final double PERCENT = 100;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(index = "0", description = "send or receive")
    private String role = "send";

    @Option(names = "--replicas", defaultValue = "1", description = "Receivers (default: ${DEFAULT-VALUE}).")
    int replicas = 1;

    @Option(names = "--port", required = true, description = "First of the ports used.")
    int port;

    @Option(names = "--count", required = true, description = "Messages.")
    int count;

    @Option(names = "--bytes", required = true, description = "Length of each.")
    int bytes;

    @Option(names = "--warmup", defaultValue = "0", description = "Of the messages, sent first and not measured.")
    int warmup;

    @Option(names = "--warmup-rate", defaultValue = "0", description = "Messages a second of the warm-up, on both "
        + "sides; 0: as the others.")
    double warmupRate;

    @Option(names = "--rate", defaultValue = "0", description = "Messages a second; 0: as fast as they are taken.")
    double rate;

    @Option(names = "--loss", paramLabel = "PERCENT", defaultValue = "0", description = "Of the datagrams that the "
        + "receiver's driver drops, data only.")
    double lossPercent;

    @Option(names = "--out", description = "File of deliveries, for the receiver.")
    @Nullable Path out;

    @Option(names = "--payload", description = "File whose bytes fill the messages; without: random bytes.")
    @Nullable Path payload;

    @Option(names = "--from", defaultValue = "127.0.0.1", description = "Address of the sender (default: "
        + "${DEFAULT-VALUE}).")
    String from = "127.0.0.1";

    @Option(names = "--to", defaultValue = "127.0.0.1", description = "Address of the receivers (default: "
        + "${DEFAULT-VALUE}).")
    String to = "127.0.0.1";

    @Option(names = "--mtu", defaultValue = "1408", description = "Of the datagrams (default: ${DEFAULT-VALUE}).")
    int mtu = 1_408;

    /** Of both, Fragcast and plain Aeron: four messages may be on their way to a receiver. */
    LinkBudget budget()
    {
        final LinkBudget lan = LinkBudget.LAN;

        return new LinkBudget(
            lan.rttNs(), lan.groupSize(), lan.cadenceNs(), lan.bytesPerSecond(), Math.max(lan.burstBytes(), 4 * bytes));
    }

    /** What the network before the receiver's driver loses. */
    LossGenerator newLoss()
    {
        return 0 == lossPercent ?
            (address, buffer, length) -> false : new RandomLossGenerator(lossPercent / PERCENT);
    }

    /** Which side this process is. */
    boolean isSender()
    {
        return "send".equals(role);
    }

    /** Refuses what no contender can do. */
    void check()
    {
        checkRange("--replicas", replicas, 1, MAX_REPLICAS);
        checkRange("--port", port, 1, 65_535);
        checkRange("--count", count, 1, Integer.MAX_VALUE / MAX_REPLICAS);
        checkRange("--bytes", bytes, STAMP_LENGTH, 4 << 20);
        checkRange("--mtu", mtu, 1_408, 65_504);
        if (!"send".equals(role) && !"receive".equals(role))
        {
            throw new CommandLine.ParameterException(spec.commandLine(), role + ": allowed send, receive");
        }
        checkRange("--warmup", warmup, 0, count - 1);
        if (rate < 0 || warmupRate < 0 || lossPercent < 0 || lossPercent > MAX_LOSS_PERCENT)
        {
            throw new CommandLine.ParameterException(
                spec.commandLine(), "--rate, --warmup-rate and --loss: at least 0, --loss at most " + MAX_LOSS_PERCENT);
        }
        if (!isSender() && null == out)
        {
            throw new CommandLine.ParameterException(spec.commandLine(), "--out is needed");
        }
    }

    /**
     * A message's bytes, the payload over and over.
     *
     * @return {@link #bytes} of them; the stamp is to be written over the first.
     * @throws IOException if the payload file cannot be read.
     */
    byte[] message() throws IOException
    {
        final byte[] message = new byte[bytes];
        new Random(SEED).nextBytes(message);
        if (null != payload)
        {
            final byte[] source = Files.readAllBytes(payload);
            for (int i = 0; i < message.length; i++)
            {
                message[i] = source[i % source.length];
            }
        }

        return message;
    }

    private void checkRange(final String option, final int value, final int least, final int most)
    {
        if (value < least || value > most)
        {
            throw new CommandLine.ParameterException(
                spec.commandLine(), option + " = " + value + ": allowed " + least + ".." + most);
        }
    }
}
