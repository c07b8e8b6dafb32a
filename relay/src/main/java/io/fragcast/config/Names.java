package io.fragcast.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

import static io.fragcast.crypto.Secp256k1.COMPRESSED_LENGTH;

/**
 * Reads endpoints, public keys and peers. Host names are looked up here, once: the media driver gets IP literals.
 */
final class Names
{
    private static final int ADDRESS_LENGTH = 20;
    private static final int MAX_PORT = 65_535;
    /** Far more than a key needs. */
    private static final int MAX_FILE_LENGTH = 1_024;

    private Names()
    {
    }

    /**
     * HOST:PORT, where a host has its block of lanes.
     *
     * @param setting for errors.
     * @param text    to read.
     * @return the endpoint.
     */
    static Endpoint base(final Setting setting, final String text)
    {
        return endpoint(setting, text, MAX_PORT - Endpoint.PORTS_PER_NODE + 1);
    }

    /**
     * HOST:PORT of one port.
     *
     * @param setting for errors.
     * @param text    to read.
     * @return the endpoint.
     */
    static Endpoint single(final Setting setting, final String text)
    {
        return endpoint(setting, text, MAX_PORT);
    }

    /**
     * PUBKEY@HOST:PORT.
     *
     * @param setting with the one value.
     * @return the peer.
     */
    static PeerName peer(final Setting setting)
    {
        final String text = setting.value();
        final int at = text.lastIndexOf('@');
        if (at < 1)
        {
            throw setting.refuse("not PUBKEY@HOST:PORT");
        }

        return new PeerName(publicKey(setting, text.substring(0, at)), base(setting, text.substring(at + 1)));
    }

    /**
     * A public key, or {@code @} and the file that holds one.
     *
     * @param setting for errors.
     * @param text    to read.
     * @return 33 bytes.
     */
    static byte[] publicKey(final Setting setting, final String text)
    {
        final String hex = text.startsWith("@") ? fromFile(setting, Path.of(text.substring(1))) : text;
        final byte[] key = hex(setting, hex);
        if (COMPRESSED_LENGTH != key.length || (2 != key[0] && 3 != key[0]))
        {
            throw setting.refuse("a public key is 33 bytes in hex and begins with 02 or 03");
        }

        return key;
    }

    /**
     * A URL of HTTP, without user and password.
     *
     * @param setting for errors.
     * @param text    to read.
     * @param example for errors.
     * @return the URL.
     */
    static URI url(final Setting setting, final String text, final String example)
    {
        final URI uri;
        try
        {
            uri = new URI(text);
        }
        catch (final URISyntaxException ex)
        {
            throw setting.refuse("not a URL: " + ex.getMessage());
        }
        final boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!isHttp || null == uri.getHost() || null != uri.getUserInfo())
        {
            throw setting.refuse("not a URL such as " + example);
        }

        return uri;
    }

    /**
     * An address of Ethereum.
     *
     * @param setting with the one value.
     * @return 20 bytes.
     */
    static byte[] address(final Setting setting)
    {
        final byte[] address = hex(setting, setting.value());
        if (ADDRESS_LENGTH != address.length)
        {
            throw setting.refuse("an address is 20 bytes in hex");
        }

        return address;
    }

    /**
     * Bytes.
     *
     * @param setting for errors.
     * @param text    hex digits, 0x in front or not.
     * @return the bytes.
     */
    static byte[] hex(final Setting setting, final String text)
    {
        try
        {
            return HexFormat.of().parseHex(text.startsWith("0x") ? text.substring(2) : text);
        }
        catch (final IllegalArgumentException ex)
        {
            throw setting.refuse("\"" + text + "\" is not hex");
        }
    }

    private static String fromFile(final Setting setting, final Path file)
    {
        try
        {
            if (Files.size(file) > MAX_FILE_LENGTH)
            {
                throw setting.refuse(file + " holds no public key");
            }

            return Files.readString(file).strip();
        }
        catch (final IOException ex)
        {
            throw setting.refuse("public key file " + file + " cannot be read; it is made with the private key by: " +
                "fragcast keygen " + file.toString().replaceFirst("\\.pub$", ".hex"));
        }
    }

    private static Endpoint endpoint(final Setting setting, final String text, final int maxPort)
    {
        final int colon = text.lastIndexOf(':');
        if (colon < 1)
        {
            throw setting.refuse("\"" + text + "\" is not HOST:PORT");
        }

        final String host = text.substring(0, colon);
        final int port = port(setting, text.substring(colon + 1), maxPort);
        try
        {
            final String literal = InetAddress.getByName(host).getHostAddress();
            return new Endpoint(literal, port);
        }
        catch (final UnknownHostException ex)
        {
            throw setting.refuse("unknown host " + host);
        }
    }

    private static int port(final Setting setting, final String text, final int maxPort)
    {
        try
        {
            final int port = Integer.parseInt(text);
            if (port >= 1 && port <= maxPort)
            {
                return port;
            }
        }
        catch (final NumberFormatException ex)
        {
            throw setting.refuse(text + " is no port; allowed 1.." + maxPort);
        }

        throw setting.refuse("port " + text + "; allowed 1.." + maxPort);
    }
}
