package io.fragcast.crypto;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A JVM in which the native code does not load falls back to Java, and says why.
 */
class Secp256k1FallbackTest
{
    private static final String PREFIX = "pure Java, 3x slower: native code does not load (";

    @Test
    @Timeout(30)
    void shouldFallBackWithoutTheJarOfTheNativeCode() throws IOException, InterruptedException
    {
        final String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter((entry) -> !entry.contains("secp256k1-kmp-jni"))
            .collect(Collectors.joining(File.pathSeparator));

        assertThat(describe("-cp", classPath)).startsWith(PREFIX).contains("Did you add the JNI dependency?");
    }

    @Test
    @Timeout(30)
    void shouldFallBackWhereTheNativeCodeCannotBeUnpacked() throws IOException, InterruptedException
    {
        assertThat(describe("-cp", System.getProperty("java.class.path"), "-Dfr.acinq.secp256k1.tmpdir=/proc"))
            .startsWith(PREFIX)
            .doesNotContain("InvocationTargetException");
    }

    private static String describe(final String... options) throws IOException, InterruptedException
    {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
        command.addAll(List.of(options));
        command.add(PrintDescription.class.getName());
        final Process process = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        final String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(printed).isZero();

        return printed;
    }

    /**
     * What the child JVM runs.
     */
    static final class PrintDescription
    {
        private PrintDescription()
        {
        }

        public static void main(final String[] args)
        {
            final Secp256k1 curve = Secp256k1.load();
            final byte[] key = new byte[Secp256k1.PRIVATE_KEY_LENGTH];
            key[0] = 1;
            final byte[] publicKey = curve.publicKey(key);
            if (!Arrays.equals(publicKey, curve.recover(key, curve.signRecoverable(key, key))))
            {
                throw new IllegalStateException("does not recover what it signed");
            }
            System.out.println(curve.description());
        }
    }
}
