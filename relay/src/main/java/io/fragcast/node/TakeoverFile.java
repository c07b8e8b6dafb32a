package io.fragcast.node;

import io.fragcast.codecs.TakeoverDecoder;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.protocol.block.SignatureVerifier;
import io.fragcast.wire.StatementConsumer;
import io.fragcast.wire.TakeoverAdapter;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Takeovers that the schedule's authority signed, as {@code fragcast schedule takeover} prints them, from a file that
 * its operator appends to: each whole line is told to this node and, by it, to all. The file need not be there yet, and
 * is read from its start again after a restart: what was taken over stays so. Used by the thread of the peers.
 */
final class TakeoverFile
{
    /** An operator waits no longer than for SIGHUP. */
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final Logger LOGGER = LoggerFactory.getLogger(TakeoverFile.class);

    private final String name;
    private final Path file;
    private final byte[] authority;
    private final StatementConsumer statements;
    private final SignatureVerifier verifier = Secp256k1.load().newVerifier();
    private long length;
    private int told;
    private long lookAtNs;
    private boolean hasLooked;

    /**
     * A file to follow.
     *
     * @param name       of the node.
     * @param file       of takeovers.
     * @param authority  that must have signed them, 65 bytes.
     * @param statements by which they go to this node and to all.
     */
    TakeoverFile(
        final String name, final Path file, final byte[] authority, final StatementConsumer statements)
    {
        this.name = name;
        this.file = file;
        this.authority = authority;
        this.statements = statements;
    }

    int doWork(final long nowNs)
    {
        if (hasLooked && nowNs - lookAtNs < 0)
        {
            return 0;
        }
        hasLooked = true;
        lookAtNs = nowNs + LOOK_NS;
        try
        {
            final long size = Files.exists(file) ? Files.size(file) : 0;
            if (size == length)
            {
                return 0;
            }
            final String text = Files.readString(file);
            final List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
            // A file that was written anew is read anew.
            told = size < length ? 0 : Math.min(told, lines.size());
            while (told < lines.size() && tell(lines.get(told).strip(), told + 1))
            {
                told++;
            }
            length = told == lines.size() ? size : length;
        }
        catch (final IOException ex)
        {
            LOGGER.warn("{}: {} cannot be read: {}", name, file, ex.getMessage());
        }

        return 1;
    }

    /** False if there is no room for it now. */
    private boolean tell(final String line, final int number)
    {
        if (line.isEmpty())
        {
            return true;
        }
        final byte[] statement = parse(line);
        if (!TakeoverAdapter.isByAuthority(statement, authority, verifier))
        {
            LOGGER.warn("{}: {}:{}: not a takeover that the authority signed", name, file, number);
            return true;
        }

        return statements.onStatement(
            TakeoverDecoder.TEMPLATE_ID, new UnsafeBuffer(statement), 0, statement.length);
    }

    private static byte[] parse(final String hex)
    {
        return 0 == (hex.length() & 1) && hex.chars().allMatch(HexFormat::isHexDigit) ?
            HexFormat.of().parseHex(hex) : new byte[0];
    }
}
