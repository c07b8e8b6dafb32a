package io.fragcast.crypto;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class KeyFileTest
{
    private static final String DIGITS = "00000000000000000000000000000000000000000000000000000000000000aa";

    @TempDir
    private Path folder;

    @Test
    void shouldReadWhatItMade() throws IOException
    {
        final byte[] key = new byte[32];
        key[31] = (byte)0xAA;
        final Path file = folder.resolve("leader.hex");
        KeyFile.create(file, key);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(Files.readString(file)).isEqualTo(DIGITS + "\n");
        assertThat(KeyFile.read(file)).isEqualTo(key);
    }

    @Test
    void shouldNeverOverwrite() throws IOException
    {
        final Path file = write(DIGITS, "rw-------");
        final byte[] key = new byte[32];
        key[0] = 1;

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> KeyFile.create(file, key))
            .withMessage("key file " + file + " exists already; it is never overwritten");
        assertThat(Files.readString(file)).isEqualTo(DIGITS);
    }

    @Test
    void shouldNotMakeFolders()
    {
        final Path file = folder.resolve("keys").resolve("leader.hex");
        final byte[] key = new byte[32];
        key[0] = 1;

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> KeyFile.create(file, key))
            .withMessage("key file " + file + ": its folder does not exist");
    }

    @ParameterizedTest
    @ValueSource(strings = {DIGITS, "0x" + DIGITS, DIGITS + "\n", "0x" + DIGITS + " \r\n"})
    void shouldReadHexWithOrWithoutPrefix(final String text) throws IOException
    {
        assertThat(KeyFile.read(write(text, "rw-------"))[31]).isEqualTo((byte)0xAA);
    }

    @ParameterizedTest
    @CsvSource({"rw-r--r--,0644", "rw----r--,0604", "rw-r-----,0640", "rwxrwxrwx,0777", "r---w----,0420"})
    void shouldRefuseWhatOthersMayUse(final String permissions, final String mode) throws IOException
    {
        final Path file = write(DIGITS, permissions);

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> KeyFile.read(file))
            .withMessage("key file " + file + " is readable by others (" + mode + "); chmod 600 it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0x", "00aa", DIGITS + "00", "0X" + DIGITS, "zz" + DIGITS, "\u00fc"})
    void shouldRefuseWhatIsNotHex(final String text) throws IOException
    {
        final Path file = write(text, "rw-------");

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> KeyFile.read(file))
            .withMessage("key file " + file + " does not hold 64 hex digits");
    }

    @Test
    void shouldRefuseWhatIsNoKey() throws IOException
    {
        final Path zero = write("0".repeat(64), "rw-------");
        final Path missing = folder.resolve("missing.hex");

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> KeyFile.read(zero))
            .withMessage("key file " + zero + " holds a number that is no private key of secp256k1");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> KeyFile.read(missing))
            .withMessage("key file " + missing + " does not exist; make it by: fragcast keygen " + missing);
    }

    private Path write(final String text, final String permissions) throws IOException
    {
        final Path file = folder.resolve("key.hex");
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

        return file;
    }
}
