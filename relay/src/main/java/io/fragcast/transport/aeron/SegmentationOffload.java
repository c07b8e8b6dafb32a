package io.fragcast.transport.aeron;

import org.jspecify.annotations.Nullable;

import java.io.FileDescriptor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.nio.channels.DatagramChannel;

/**
 * UDP generic segmentation offload of one socket, either way (Linux, udp(7)): several datagrams of one length, the last
 * of which may be shorter, go through the kernel's stack as one. What is sent is the same.
 * <pre>
 *   UDP_SEGMENT   4.18   one write of n datagrams is cut by the device or just before it; not at all where who reads
 *                        them is on this machine and has UDP_GRO
 *   UDP_GRO       5.0    one read gives n datagrams of one sender, written at once or come one right behind the other
 * </pre>
 * Java has no such socket options, so the JDK's own setter is asked by its name. {@code -Dfragcast.gso=false} does
 * without both, for a device that cuts or joins wrongly.
 * <p>
 * Older kernels refuse every datagram of a socket, however short, whose segments are longer than the path's MTU:
 * cutting is switched on when it is first needed ({@link DatagramWriter}).
 */
final class SegmentationOffload
{
    /** Most datagrams of one write that every kernel takes (UDP_MAX_SEGMENTS). */
    static final int MAX_SEGMENTS = 64;

    static final String PROPERTY = "fragcast.gso";

    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final int UDP_GRO = 104;

    private final Method setter;
    private final Object descriptor;

    private SegmentationOffload(final Method setter, final Object descriptor)
    {
        this.setter = setter;
        this.descriptor = descriptor;
    }

    /**
     * That of a channel, off.
     *
     * @param channel open.
     * @return null where it is switched off by the operator, or the JDK has no such setter.
     */
    static @Nullable SegmentationOffload of(final DatagramChannel channel)
    {
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true")))
        {
            return null;
        }
        try
        {
            final Method getter = channel.getClass().getMethod("getFD");
            getter.setAccessible(true);
            final Method setter = Class.forName("sun.nio.ch.Net").getDeclaredMethod(
                "setIntOption0",
                FileDescriptor.class, boolean.class, int.class, int.class, int.class, boolean.class);
            setter.setAccessible(true);

            return new SegmentationOffload(setter, getter.invoke(channel));
        }
        catch (final ReflectiveOperationException | InaccessibleObjectException ex)
        {
            return null;
        }
    }

    /**
     * Has writes cut into datagrams.
     *
     * @param segmentLength bytes of each; 0: a write is one datagram.
     * @return false if the kernel refuses.
     */
    boolean trySet(final int segmentLength)
    {
        return trySet(SOL_UDP, UDP_SEGMENT, segmentLength);
    }

    /**
     * Has a read give several datagrams of one sender, where they came so.
     *
     * @return false if the kernel refuses: a read gives one.
     */
    boolean tryReceiveSeveral()
    {
        return trySet(SOL_UDP, UDP_GRO, 1);
    }

    /** Any option of the socket. */
    boolean trySet(final int level, final int option, final int value)
    {
        try
        {
            setter.invoke(null, descriptor, false, level, option, value, false);
            return true;
        }
        catch (final ReflectiveOperationException ex)
        {
            return false;
        }
    }
}
