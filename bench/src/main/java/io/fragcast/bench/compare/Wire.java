package io.fragcast.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What lies between the two processes of a run.
 */
interface Wire
{
    /** Where the kernel counts what each interface carried. */
    String COUNTERS = "/proc/net/dev";
    int RECEIVED_BYTES = 0;
    int SENT_BYTES = 8;

    /** Both on this machine's own loopback interface. */
    Wire LOOPBACK = new Wire()
    {
        @Override
        public void lose(final double percent)
        {
            if (0 != percent)
            {
                throw new IllegalArgumentException("loopback loses nothing");
            }
        }

        @Override
        public List<String> sender()
        {
            return List.of();
        }

        @Override
        public List<String> receiver()
        {
            return List.of();
        }

        @Override
        public List<String> addresses()
        {
            return List.of();
        }

        @Override
        public long bytes() throws IOException
        {
            return Long.parseLong(counters(Files.readAllLines(Path.of(COUNTERS)), "lo")[RECEIVED_BYTES]);
        }

        @Override
        public String toString()
        {
            return "loopback";
        }
    };

    /**
     * From now on.
     *
     * @param percent of what comes to the receiver; 0 for none.
     * @throws IOException          if it cannot be set.
     * @throws InterruptedException if it is interrupted.
     */
    void lose(double percent) throws IOException, InterruptedException;

    /** What the sender's command is put behind. */
    List<String> sender();

    /** What the receiver's command is put behind. */
    List<String> receiver();

    /** Options for both that say where each is; none: loopback. */
    List<String> addresses();

    /**
     * Carried so far.
     *
     * @return bytes, headers and all.
     * @throws IOException          if the kernel's counters cannot be read.
     * @throws InterruptedException if it is interrupted.
     */
    long bytes() throws IOException, InterruptedException;

    /**
     * The counters of one interface.
     *
     * @param lines of {@link #COUNTERS}.
     * @param name  of the interface.
     * @return its fields.
     * @throws IOException if there is none of that name.
     */
    static String[] counters(final List<String> lines, final String name) throws IOException
    {
        for (final String line : lines)
        {
            if (line.strip().startsWith(name + ":"))
            {
                return line.strip().substring(name.length() + 1).strip().split("\\s+");
            }
        }

        throw new IOException("no interface " + name + " in " + COUNTERS);
    }
}
