package io.fragcast.transport.aeron;

import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;
import org.agrona.BitUtil;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * How one stream of a lane is carried, the same at both ends.
 *
 * @param endpoint            HOST:PORT of the receiver, or of the group for multicast; an IP literal, for the driver
 *                            looks nothing up while it relays.
 * @param streamId            of the lane.
 * @param sessionId           that both ends know and no stranger does.
 * @param mtu                 of the network: a frame is at most mtu - 32.
 * @param termLength          of the log, where this end sends.
 * @param windowBytes         of the receiver.
 * @param receiveBufferBytes  SO_RCVBUF.
 * @param sendBufferBytes     SO_SNDBUF.
 * @param kind                of the stream.
 * @param isReliable          true if Aeron repairs holes; false if they are skipped and left to repair.
 * @param networkInterface    to use for multicast, as ADDRESS or ADDRESS/BITS; null for unicast.
 * @param nakDelayNs          see {@link LinkBudget}.
 * @param publicationLingerNs see {@link LinkBudget}.
 * @param stuckNs             see {@link LinkBudget}.
 * @param flowControl         of a multicast publication, as Aeron's {@code fc}; null for the default, max.
 * @param grants              what was wanted of the kernel and what was granted.
 */
public record ChannelConfig(
    String endpoint,
    int streamId,
    int sessionId,
    int mtu,
    int termLength,
    int windowBytes,
    int receiveBufferBytes,
    int sendBufferBytes,
    StreamKind kind,
    boolean isReliable,
    @Nullable String networkInterface,
    long nakDelayNs,
    long publicationLingerNs,
    long stuckNs,
    @Nullable String flowControl,
    List<Grant> grants)
{
    private static final int LONGEST_MTU = 65504;

    /** Header that Aeron puts before each frame. */
    public static final int FRAME_HEADER_LENGTH = 32;
    /** The network's MTU in the channel of a publication of which the driver reads several datagrams at once. */
    static final String DATAGRAM_PARAMETER = "datagram";
    /**
     * Most datagrams that a driver of ours sends of a stream, and takes of a socket, in one turn: 11 KB at MTU 1408,
     * for which the other sinks wait.
     */
    static final int DATAGRAMS_A_TURN = 8;
    /** Where the driver writes the send time in the first message of a datagram: {@code sendTimeNs}. */
    public static final int SEND_TIME_OFFSET = 8;
    /** Where the driver writes the receive time in the first message of a datagram: {@code receiveTimeNs}. */
    public static final int RECEIVE_TIME_OFFSET = 16;

    /**
     * Checks that the parts fit each other.
     */
    public ChannelConfig
    {
        grants = List.copyOf(grants);
        check(mtu >= 256 && mtu <= LONGEST_MTU && 0 == (mtu & 31),
            "mtu = " + mtu + ": not a multiple of 32 in 256.." + LONGEST_MTU);
        check(BitUtil.isPowerOfTwo(termLength) && termLength >= 64 * 1024 && termLength <= 1024 * 1024 * 1024,
            "term length = " + termLength + ": not a power of two in 64 KiB..1 GiB");
        check(windowBytes >= mtu && windowBytes <= termLength / 2,
            "window = " + windowBytes + ": allowed " + mtu + ".." + (termLength / 2));
        check(windowBytes <= receiveBufferBytes,
            "window = " + windowBytes + " is over the socket's receive buffer of " + receiveBufferBytes);
    }

    /**
     * A stream to one peer.
     *
     * @param endpoint  ADDRESS:PORT of the receiver.
     * @param streamId  of the lane.
     * @param sessionId of the pair.
     * @param mtu       of the network.
     * @param budget    of the path.
     * @param limits    of the kernel.
     * @return the configuration; reliable.
     */
    public static ChannelConfig unicast(
        final String endpoint,
        final int streamId,
        final int sessionId,
        final int mtu,
        final LinkBudget budget,
        final KernelLimits limits)
    {
        return of(endpoint, streamId, sessionId, mtu, budget, limits, StreamKind.ONE_WAY, true, null);
    }

    /**
     * A stream to a group on one network. Holes are skipped and left to repair: one receiver must not cost the
     * others.
     *
     * @param endpoint         GROUP:PORT; the group address is odd, for Aeron answers on the next one.
     * @param networkInterface ADDRESS or ADDRESS/BITS of the network.
     * @param streamId         of the lane.
     * @param sessionId        of the publisher.
     * @param mtu              of the network.
     * @param budget           of the path to the farthest receiver.
     * @param limits           of the kernel.
     * @return the configuration.
     */
    public static ChannelConfig multicast(
        final String endpoint,
        final String networkInterface,
        final int streamId,
        final int sessionId,
        final int mtu,
        final LinkBudget budget,
        final KernelLimits limits)
    {
        return of(
            endpoint, streamId, sessionId, mtu, budget, limits, StreamKind.ONE_WAY, false, networkInterface);
    }

    /**
     * One way of a link.
     *
     * @param kind      REQUEST or RESPONSE.
     * @param endpoint  ADDRESS:PORT at the serving side.
     * @param streamId  of the lane.
     * @param sessionId of the pair, for this way.
     * @param mtu       of the network.
     * @param budget    of the path.
     * @param limits    of the kernel.
     * @return the configuration; reliable.
     */
    static ChannelConfig ofLink(
        final StreamKind kind,
        final String endpoint,
        final int streamId,
        final int sessionId,
        final int mtu,
        final LinkBudget budget,
        final KernelLimits limits)
    {
        return of(endpoint, streamId, sessionId, mtu, budget, limits, kind, true, null);
    }

    /**
     * The same stream, repaired by Aeron and paced by its slowest receiver: for runs that must lose nothing before
     * there is repair. A receiver that went away holds the stream for two seconds, as a unicast one does.
     *
     * @return the configuration.
     */
    public ChannelConfig losslessGroup()
    {
        return new ChannelConfig(endpoint, streamId, sessionId, mtu, termLength, windowBytes, receiveBufferBytes,
            sendBufferBytes, kind, true, networkInterface, nakDelayNs, publicationLingerNs, stuckNs, "min,t:2s",
            grants);
    }

    /**
     * The same stream, its holes skipped and left to repair.
     *
     * @return the configuration.
     */
    public ChannelConfig unreliable()
    {
        return new ChannelConfig(endpoint, streamId, sessionId, mtu, termLength, windowBytes, receiveBufferBytes,
            sendBufferBytes, kind, false, networkInterface, nakDelayNs, publicationLingerNs, stuckNs, flowControl,
            grants);
    }

    /**
     * Channel of the sending end.
     *
     * @return Aeron URI.
     */
    public String publicationUri()
    {
        check(StreamKind.ONE_WAY == kind, kind + ": opened only with what it correlates to");

        return publication().build();
    }

    /**
     * Channel of the sending end at a driver that cuts what it reads of the log into datagrams itself: to Aeron several
     * of them are one.
     *
     * @return Aeron URI.
     */
    String batchedPublicationUri()
    {
        check(StreamKind.ONE_WAY == kind, kind + ": sent datagram by datagram");

        return publication().mtu(mtu * datagramsATurn()).build() + "|" + DATAGRAM_PARAMETER + "=" + mtu;
    }

    /**
     * Datagrams that leave in one turn of a driver of ours.
     *
     * @return count, as many as Aeron's limits for a datagram hold.
     */
    int datagramsATurn()
    {
        final int longest = Math.min(
            Math.min(LONGEST_MTU, sendBufferBytes), termLength / LinkBudget.TERM_PER_DATAGRAM);

        return Math.max(1, Math.min(DATAGRAMS_A_TURN, longest / mtu));
    }

    /**
     * Channel of the sending end of one way of a link.
     *
     * @param correlationId of the subscription that the answers to its requests come by, or of the image whose requests
     *                      it answers.
     * @return Aeron URI.
     */
    String publicationUri(final long correlationId)
    {
        return publication().responseCorrelationId(correlationId).build();
    }

    /**
     * Channel of the receiving end.
     *
     * @return Aeron URI.
     */
    public String subscriptionUri()
    {
        final ChannelUriStringBuilder uri = base()
            .reliable(isReliable)
            .receiverWindowLength(windowBytes)
            .socketRcvbufLength(receiveBufferBytes)
            .nakDelay(nakDelayNs);

        if (StreamKind.ONE_WAY == kind)
        {
            uri.channelReceiveTimestampOffset(Integer.toString(RECEIVE_TIME_OFFSET));
        }

        return uri.build();
    }

    /**
     * Longest message of one frame.
     *
     * @return bytes.
     */
    public int maxPayloadLength()
    {
        return mtu - FRAME_HEADER_LENGTH;
    }

    /**
     * Longest term that the other end may give the stream, where this one receives.
     *
     * @return bytes, a power of two.
     */
    int maxTermLength()
    {
        return LinkBudget.maxTermLength(kind, termLength);
    }

    /**
     * Is the stream for a group?
     *
     * @return true if multicast.
     */
    public boolean isMulticast()
    {
        return address().getAddress().isMulticastAddress();
    }

    /**
     * The endpoint as an address.
     *
     * @return the address, resolved.
     */
    public InetSocketAddress address()
    {
        final int colon = endpoint.lastIndexOf(':');
        check(colon > 0, "endpoint = " + endpoint + ": not HOST:PORT");
        try
        {
            return new InetSocketAddress(
                InetAddress.getByName(endpoint.substring(0, colon)), Integer.parseInt(endpoint.substring(colon + 1)));
        }
        catch (final UnknownHostException ex)
        {
            throw new IllegalArgumentException("endpoint = " + endpoint + ": unknown host", ex);
        }
    }

    private ChannelUriStringBuilder publication()
    {
        final ChannelUriStringBuilder uri = base()
            .mtu(mtu)
            .termLength(termLength)
            .linger(publicationLingerNs)
            .socketSndbufLength(sendBufferBytes)
            // A spoofed end of stream would close the image: no publisher of ours sends one, every receiver refuses it.
            .eos(false);

        if (StreamKind.ONE_WAY == kind)
        {
            uri.channelSendTimestampOffset(Integer.toString(SEND_TIME_OFFSET));
        }
        if (StreamKind.RESPONSE == kind)
        {
            uri.controlMode(CommonContext.CONTROL_MODE_RESPONSE);
        }
        if (null != flowControl)
        {
            uri.flowControl(flowControl);
        }

        return uri;
    }

    /**
     * A subscription to answers names their session, and the address to ask at, rather than
     * {@code control-mode=response}: Aeron 1.51.0 never listens on one of that mode that names its session, and one
     * that does not takes any session that a datagram tells it.
     */
    private ChannelUriStringBuilder base()
    {
        final ChannelUriStringBuilder uri = new ChannelUriStringBuilder()
            .media("udp")
            .sessionId(sessionId);

        if (StreamKind.RESPONSE == kind)
        {
            uri.controlEndpoint(endpoint);
        }
        else
        {
            uri.endpoint(endpoint);
        }

        if (null != networkInterface)
        {
            uri.networkInterface(networkInterface);
        }

        return uri;
    }

    private static ChannelConfig of(
        final String endpoint,
        final int streamId,
        final int sessionId,
        final int mtu,
        final LinkBudget budget,
        final KernelLimits limits,
        final StreamKind kind,
        final boolean isReliable,
        final @Nullable String networkInterface)
    {
        final int wanted = budget.windowBytes(kind, mtu);
        final int window = Math.min(wanted, Integer.highestOneBit(limits.receiveBufferMax()));
        final int receiveBuffer = Math.min(LinkBudget.receiveBufferBytes(kind, window), limits.receiveBufferMax());
        final int sendBuffer = Math.min(wanted, limits.sendBufferMax());

        return new ChannelConfig(
            endpoint,
            streamId,
            sessionId,
            mtu,
            LinkBudget.termLength(window, mtu),
            window,
            receiveBuffer,
            sendBuffer,
            kind,
            isReliable,
            networkInterface,
            budget.nakDelayNs(),
            StreamKind.ONE_WAY == kind ? budget.publicationLingerNs() : 0,
            budget.stuckNs(),
            null,
            List.of(
                new Grant("window", wanted, window, KernelLimits.RECEIVE_BUFFER_SYSCTL),
                new Grant("SO_RCVBUF", LinkBudget.receiveBufferBytes(kind, wanted), receiveBuffer,
                    KernelLimits.RECEIVE_BUFFER_SYSCTL),
                new Grant("SO_SNDBUF", wanted, sendBuffer, KernelLimits.SEND_BUFFER_SYSCTL)));
    }

    private static void check(final boolean holds, final String message)
    {
        if (!holds)
        {
            throw new IllegalArgumentException(message);
        }
    }
}
