package io.fragcast.transport.aeron;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The largest socket buffers that the kernel grants a process.
 *
 * @param receiveBufferMax bytes that SO_RCVBUF may ask for.
 * @param sendBufferMax    bytes that SO_SNDBUF may ask for.
 */
public record KernelLimits(int receiveBufferMax, int sendBufferMax)
{
    static final String RECEIVE_BUFFER_SYSCTL = "net.core.rmem_max";
    static final String SEND_BUFFER_SYSCTL = "net.core.wmem_max";

    private static final Path SYSCTL_DIR = Path.of("/proc/sys");
    // What Aeron's driver asks for unless told otherwise: granted by every system that it runs on.
    private static final int UNKNOWN_MAX = 128 * 1024;

    /**
     * Reads the limits of this host.
     *
     * @return the limits; 128 KiB each where the kernel does not say.
     */
    public static KernelLimits ofThisHost()
    {
        return new KernelLimits(read(RECEIVE_BUFFER_SYSCTL), read(SEND_BUFFER_SYSCTL));
    }

    private static int read(final String sysctl)
    {
        final Path file = SYSCTL_DIR.resolve(sysctl.replace('.', '/'));
        if (!Files.isReadable(file))
        {
            return UNKNOWN_MAX;
        }

        // A sysctl answers the first read alone, so a reader that grows its buffer byte by byte sees the first digit.
        final byte[] text = new byte[32];
        try (InputStream in = Files.newInputStream(file))
        {
            final int length = Math.max(0, in.read(text));
            final String value = new String(text, 0, length, StandardCharsets.US_ASCII).trim();
            return (int)Math.min(Integer.MAX_VALUE, Long.parseLong(value));
        }
        catch (final IOException | NumberFormatException ex)
        {
            throw new IllegalStateException("cannot read " + file, ex);
        }
    }
}
