package io.fragcast.cli;

import io.fragcast.crypto.KeyFile;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.ethereum.Hex;
import io.fragcast.ethereum.Keccak;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

import static org.assertj.core.api.Assertions.assertThat;

class KeygenCommandTest
{
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldMakeAKeyFileAndPrintItsPublicHalf() throws IOException
    {
        final Path file = folder.resolve("keys").resolve("leader.hex");

        assertThat(run(file.toString())).isZero();

        final byte[] publicKey = Secp256k1.load().publicKey(KeyFile.read(file));
        assertThat(out.toString()).isEqualTo(
            "key-file = \"" + file + "\"\n" +
            "public-key = \"" + HexFormat.of().formatHex(Secp256k1.compress(publicKey)) + "\"\n" +
            "address = \"" + Hex.toHex(Keccak.address(publicKey)) + "\"\n");
        assertThat(folder.resolve("keys").resolve("leader.pub"))
            .hasContent(HexFormat.of().formatHex(Secp256k1.compress(publicKey)));
        assertThat(out.toString()).doesNotContain(Files.readString(file).strip());

        final String made = out.toString();
        assertThat(run("--show", file.toString())).isZero();
        assertThat(out.toString()).isEqualTo(made);
    }

    @Test
    void shouldNotMakeTheSameKeyTwice() throws IOException
    {
        assertThat(run(folder.resolve("a.hex").toString())).isZero();
        assertThat(run(folder.resolve("b.hex").toString())).isZero();

        assertThat(KeyFile.read(folder.resolve("a.hex"))).isNotEqualTo(KeyFile.read(folder.resolve("b.hex")));
    }

    @Test
    void shouldNeverOverwrite() throws IOException
    {
        final Path file = folder.resolve("leader.hex");
        run(file.toString());
        final byte[] key = KeyFile.read(file);

        assertThat(run(file.toString())).isEqualTo(2);
        assertThat(err.toString())
            .isEqualTo("keygen: key file " + file + " exists already; it is never overwritten\n");
        assertThat(KeyFile.read(file)).isEqualTo(key);
    }

    private int run(final String... args)
    {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);

        return new CommandLine(new KeygenCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    }
}
