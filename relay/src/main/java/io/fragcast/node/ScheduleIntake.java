package io.fragcast.node;

import io.fragcast.config.ConfigException;
import io.fragcast.config.ScheduleConfig;
import io.fragcast.config.ScheduleFile;
import io.fragcast.config.SignedText;
import io.fragcast.counter.Counters;
import io.fragcast.counter.FragcastCounter;
import io.fragcast.crypto.Secp256k1;
import io.fragcast.journal.JournalConfig;
import io.fragcast.protocol.leader.Schedule;
import io.fragcast.wire.ScheduleAdapter;
import io.fragcast.wire.ScheduleProxy;
import io.fragcast.wire.StatementConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Takes schedules that the authority signed, wherever they come from: a peer, a URL, the node's own file. Each is
 * checked, takes effect as on SIGHUP, is kept beside the journal by its version, and is told to all peers.
 * <pre>
 *   file, URL ──▶ told to all ──▶ Statements ──▶ ScheduleAdapter ──▶ NodeSchedule ──▶ schedules/schedule-VERSION.toml
 *   peers ──────────────────────────┘
 * </pre>
 * Used by the thread of the peers.
 */
final class ScheduleIntake implements ScheduleAdapter.TextConsumer
{
    private static final Logger LOGGER = LoggerFactory.getLogger(ScheduleIntake.class);

    private final String name;
    private final NodeSchedule schedule;
    private final byte @Nullable [] authority;
    private final @Nullable ScheduleConfig source;
    private final @Nullable Path dir;
    private final int maxFrameLength;
    private final StatementConsumer statements;
    private final Counters counters;
    private final Secp256k1 curve = Secp256k1.load();
    private final @Nullable SchedulePoller poller;
    private final @Nullable TakeoverFile takeovers;
    private @Nullable Schedule told;

    /**
     * An intake.
     *
     * @param ctx        of the node.
     * @param schedule   that is replaced.
     * @param statements by which schedules go to all peers.
     * @param counters   of the node.
     */
    ScheduleIntake(
        final NodeContext<?> ctx,
        final NodeSchedule schedule,
        final StatementConsumer statements,
        final Counters counters)
    {
        name = ctx.name();
        this.schedule = schedule;
        this.statements = statements;
        this.counters = counters;
        authority = ctx.scheduleAuthority();
        source = ctx.scheduleSource();
        final JournalConfig journal = ctx.journal();
        dir = null == journal ? null : journal.dir().resolve("schedules");
        maxFrameLength = Lane.maxFrameLength(ctx.schedule().mtu());
        poller = null == source || null == source.url() ? null : new SchedulePoller(name, source, this::tell, counters);
        final byte[] key = authority;
        takeovers = null == key || null == source || null == source.takeovers() ? null :
            new TakeoverFile(name, source.takeovers(), key, statements);
    }

    @Override
    public long versionOf(final byte[] text)
    {
        final Schedule read = read(text);

        return null == read ? NOT_SIGNED : read.version();
    }

    @Override
    public void onSigned(final byte[] text)
    {
        final Schedule newer = read(text);
        if (null == newer || newer.version() < schedule.current().version())
        {
            counters.get(FragcastCounter.SCHEDULE_RELOADS_REFUSED).getAndAddRelease(1);
            return;
        }
        try
        {
            final List<String> changes = schedule.replace(newer);
            if (!changes.isEmpty())
            {
                LOGGER.info("{}: schedule version {}: {}", name, newer.version(), String.join("; ", changes));
            }
            keep(newer.version(), text);
        }
        catch (final IllegalArgumentException ex)
        {
            LOGGER.warn("{}: schedule version {} does not hold here: {}", name, newer.version(), ex.getMessage());
        }
    }

    /** Takes a text, if the authority signed it, and tells all of it. */
    private boolean tell(final byte[] text)
    {
        final Schedule read = read(text);
        if (null == read || read.version() < schedule.current().version())
        {
            return false;
        }
        onSigned(text);

        return ScheduleProxy.send(read.chainId(), read.version(), text, maxFrameLength, statements);
    }

    @Override
    public int doWork(final long nowNs)
    {
        final SchedulePoller polled = poller;
        final Schedule holds = schedule.current().current();
        if (holds != told)
        {
            // At start, and after SIGHUP: what an operator put here is for all.
            told = holds;
            tellFile();
        }

        final TakeoverFile followed = takeovers;

        return (null == polled ? 0 : polled.doWork(nowNs)) + (null == followed ? 0 : followed.doWork(nowNs));
    }

    private void tellFile()
    {
        final ScheduleConfig config = source;
        if (null == config || null == authority)
        {
            return;
        }
        try
        {
            tell(Files.readAllBytes(config.file()));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(name + ": cannot read " + config.file(), ex);
        }
    }

    private @Nullable Schedule read(final byte[] bytes)
    {
        final String text = new String(bytes, StandardCharsets.UTF_8);
        final byte[] key = authority;
        if (null == key || !SignedText.isSigned(text, key, curve))
        {
            return null;
        }
        try
        {
            final Schedule read = ScheduleFile.parse("signed schedule", text, curve);

            return read.chainId() == schedule.current().chainId() && read.version() > 0 ? read : null;
        }
        catch (final ConfigException ex)
        {
            LOGGER.warn("{}: the authority signed what is no schedule: {}", name, ex.getMessage());
            return null;
        }
    }

    private void keep(final long version, final byte[] text)
    {
        if (null == dir)
        {
            return;
        }
        final Path file = dir.resolve("schedule-" + version + ".toml");
        try
        {
            if (!Files.exists(file))
            {
                Files.write(Files.createDirectories(dir).resolve(file.getFileName()), text);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(name + ": cannot keep " + file, ex);
        }
    }
}
