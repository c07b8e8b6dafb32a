package io.fragcast.config;

/**
 * Can an interface carry the MTU? Ours is what one datagram holds; the interface counts IP and UDP header as well.
 */
final class MtuCheck
{
    /** 20 bytes of IPv4 and 8 of UDP. */
    private static final int IPV4_HEADERS = 28;
    /** 40 bytes of IPv6 and 8 of UDP. */
    private static final int IPV6_HEADERS = 48;
    /** Aeron's frames, and so its MTU, are multiples of it. */
    private static final int FRAME_ALIGNMENT = 32;

    private MtuCheck()
    {
    }

    /**
     * Refuses an MTU that would be cut to pieces on the way, or that Aeron would not take.
     *
     * @param setting that holds it, for errors.
     * @param mtu     in bytes.
     * @param link    that has to carry it.
     * @param isIpv6  true if its headers are those of IPv6.
     * @throws ConfigException naming the interface and what it allows.
     */
    static void check(final Setting setting, final long mtu, final LocalInterface link, final boolean isIpv6)
    {
        final int most = Math.min(link.mtu(), NodeOptions.MAX_MTU);
        if (mtu < NodeOptions.MIN_MTU || mtu > most)
        {
            throw setting.refuse("the interface " + link.name() + " has " + link.mtu() + "; allowed " +
                NodeOptions.MIN_MTU + ".." + most);
        }

        final int headers = isIpv6 ? IPV6_HEADERS : IPV4_HEADERS;
        final int fits = Math.min(link.mtu() - headers, NodeOptions.MAX_MTU) & -FRAME_ALIGNMENT;
        if (mtu > fits)
        {
            throw setting.refuse("the interface " + link.name() + " has " + link.mtu() + ", of which " + headers +
                " are IP and UDP headers; the largest multiple of 32 that fits is " + fits);
        }
        if (0 != mtu % FRAME_ALIGNMENT)
        {
            throw setting.refuse("not a multiple of 32; the next lower is " + (mtu & -FRAME_ALIGNMENT));
        }
    }
}
