package io.fragcast.cli;

import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import io.fragcast.cli.TopLine.Style;
import io.fragcast.counter.FragcastCounter;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.status.CountersReader;

import java.io.File;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the counters file of a media driver that runs: those of our nodes by node, and Aeron's own. Needs no HTTP, and
 * nothing of the process that it looks at.
 */
final class TopCounters implements AutoCloseable
{
    private static final String LABEL_START = "fragcast ";
    private static final int VALUE_END = 18;

    private final MappedByteBuffer file;
    private final CountersReader counters;

    TopCounters(final Path aeronDir)
    {
        final File cnc = CommonContext.newCncFile(aeronDir.toString());
        if (!cnc.exists())
        {
            throw new IllegalStateException("no media driver runs in " + aeronDir + ": " + cnc + " is not there");
        }
        file = IoUtil.mapExistingFile(cnc, CncFileDescriptor.CNC_FILE);
        final DirectBuffer metaData = CncFileDescriptor.createMetaDataBuffer(file);
        CncFileDescriptor.checkVersion(metaData.getInt(CncFileDescriptor.cncVersionOffset(0)));
        counters = new CountersReader(
            CncFileDescriptor.createCountersMetaDataBuffer(file, metaData),
            CncFileDescriptor.createCountersValuesBuffer(file, metaData));
    }

    /** What is not 0. */
    List<String> draw(final int width, final boolean isColoured)
    {
        final Map<String, List<String>> groups = new TreeMap<>();
        counters.forEach((counterId, typeId, keyBuffer, label) ->
        {
            final long value = counters.getCounterValue(counterId);
            if (0 != value)
            {
                final int end = label.indexOf(": ");
                final boolean isOurs =
                    typeId > FragcastCounter.TYPE_ID_BASE && label.startsWith(LABEL_START) && end > 0;
                groups.computeIfAbsent(isOurs ? label.substring(0, end) : "media driver", (group) -> new ArrayList<>())
                    .add(new TopLine(Math.max(TopScreen.MIN_WIDTH, width), isColoured)
                        .endingAt(VALUE_END, Style.PLAIN, TopFormat.number(value))
                        .add("  " + (isOurs ? label.substring(end + 2) : label)).toString());
            }
        });

        final List<String> lines = new ArrayList<>();
        groups.forEach((group, members) ->
        {
            lines.add(new TopLine(width, isColoured).add(Style.STRONG, group).toString());
            lines.addAll(members);
            lines.add("");
        });

        return lines;
    }

    @Override
    public void close()
    {
        IoUtil.unmap(file);
    }
}
