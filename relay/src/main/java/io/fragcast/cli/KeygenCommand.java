package io.fragcast.cli;

import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.ethereum.Hex;
import io.fragcast.ethereum.Keccak;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.Callable;

/**
 * {@code fragcast keygen}: makes a key file and prints what others may know of it, in the form of a TOML file. Exit
 * code 0: done, 2: the file is there already, or cannot be made or read.
 */
@Command(
    name = "keygen",
    description = "Makes a key file that only its owner can read, and prints the public key and the address.")
public final class KeygenCommand implements Callable<Integer>
{
    @Spec
    @SuppressWarnings("NullAway.Init") // Picocli sets it before the command runs.
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Key file to make; never overwritten.")
    @SuppressWarnings("NullAway.Init") // Picocli sets it before the command runs.
    private Path file;

    @Option(names = "--show", description = "Makes nothing; prints the same of a key file that is there.")
    private boolean isShow;

    @Override
    public Integer call()
    {
        final byte[] privateKey;
        try
        {
            privateKey = isShow ? KeyFile.read(file) : make();
        }
        catch (final IOException ex)
        {
            spec.commandLine().getErr().println("keygen: " + ex.getMessage());

            return CommandLine.ExitCode.USAGE;
        }

        final byte[] publicKey = Secp256k1.load().publicKey(privateKey);
        Arrays.fill(privateKey, (byte)0);
        final PrintWriter out = spec.commandLine().getOut();
        out.println("key-file = \"" + file + "\"");
        out.println("public-key = \"" + HexFormat.of().formatHex(Secp256k1.compress(publicKey)) + "\"");
        out.println("address = \"" + Hex.toHex(Keccak.address(publicKey)) + "\"");
        out.flush();

        return CommandLine.ExitCode.OK;
    }

    private byte[] make() throws IOException
    {
        final SecureRandom random = new SecureRandom();
        final byte[] privateKey = new byte[Secp256k1.PRIVATE_KEY_LENGTH];
        do
        {
            random.nextBytes(privateKey);
        }
        while (!Secp256k1.isPrivateKey(privateKey));
        KeyFile.create(file, privateKey);

        return privateKey;
    }
}
