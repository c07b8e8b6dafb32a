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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    description = "Makes a key file that only its owner can read, beside it a .pub with the public key, and prints " +
        "that and the address.")
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
        final String publicHex = HexFormat.of().formatHex(Secp256k1.compress(publicKey));
        final Path publicFile = publicFile();
        if (!isShow && !write(publicFile, publicHex))
        {
            return CommandLine.ExitCode.USAGE;
        }

        final PrintWriter out = spec.commandLine().getOut();
        out.println("key-file = \"" + file + "\"");
        out.println("public-key = \"" + publicHex + "\"");
        out.println("address = \"" + Hex.toHex(Keccak.address(publicKey)) + "\"");
        out.flush();

        return CommandLine.ExitCode.OK;
    }

    /** Beside the key file: sinks and schedule name it as {@code @FILE}. */
    private Path publicFile()
    {
        final String name = String.valueOf(file.getFileName());
        final int dot = name.lastIndexOf('.');

        return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ".pub");
    }

    private boolean write(final Path publicFile, final String publicHex)
    {
        try
        {
            Files.writeString(publicFile, publicHex + "\n", StandardOpenOption.CREATE_NEW);

            return true;
        }
        catch (final IOException ex)
        {
            spec.commandLine().getErr().println("keygen: " + file + " is made, but not " + publicFile + ": " + ex);

            return false;
        }
    }

    private byte[] make() throws IOException
    {
        final Path folder = file.toAbsolutePath().getParent();
        if (null != folder)
        {
            Files.createDirectories(folder);
        }
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
