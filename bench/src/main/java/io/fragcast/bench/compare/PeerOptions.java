package io.fragcast.bench.compare;

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

    @Option(names = "--rate", defaultValue = "0", description = "Messages a second, for the sender.")
    double rate;

    @Option(names = "--out", description = "File of deliveries, for the receiver.")
    @Nullable Path out;

    @Option(names = "--payload", description = "File whose bytes fill the messages; without: random bytes.")
    @Nullable Path payload;

    @Option(names = "--mtu", defaultValue = "1408", description = "Of the datagrams (default: ${DEFAULT-VALUE}).")
    int mtu = 1_408;

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
        if (isSender() && rate <= 0)
        {
            throw new CommandLine.ParameterException(spec.commandLine(), "--rate = " + rate + ": above 0");
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
