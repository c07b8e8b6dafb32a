package io.fragcast.journal;

import java.io.File;
import java.util.function.LongSupplier;

/**
 * Says before a write whether the disk has room for it. A mapped file that meets a full disk ends the process
 * (SIGBUS), so the journal stops while there is still a reserve.
 */
public final class DiskGuard
{
    /** Left for the rest of the system, and for other writers between the look and the write. */
    private static final long SYSTEM_RESERVE_BYTES = 64L << 20;

    private final LongSupplier usableBytes;
    private final long reserveBytes;

    /**
     * Guards by any measure of room.
     *
     * @param usableBytes  room there is now.
     * @param reserveBytes room that must stay.
     */
    public DiskGuard(final LongSupplier usableBytes, final long reserveBytes)
    {
        this.usableBytes = usableBytes;
        this.reserveBytes = reserveBytes;
    }

    /**
     * Guards the disk of a journal: two mapped blocks (the one written and the one that follows) and 64 MiB stay free.
     *
     * @param config of the journal.
     * @return the guard.
     */
    public static DiskGuard of(final JournalConfig config)
    {
        final File dir = config.dir().toFile();

        return new DiskGuard(dir::getUsableSpace, 2L * config.blockLength() + SYSTEM_RESERVE_BYTES);
    }

    /**
     * Asks the disk: one system call, about a microsecond. A disk that cannot be asked has no room.
     *
     * @return true if the reserve is untouched.
     */
    public boolean hasRoom()
    {
        return usableBytes.getAsLong() >= reserveBytes;
    }

    /**
     * Room that must stay.
     *
     * @return bytes.
     */
    public long reserveBytes()
    {
        return reserveBytes;
    }
}
