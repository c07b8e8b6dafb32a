package io.fragcast.cli;

import io.aeron.Aeron;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What the demo prints while it runs and at its end. Used by the main thread, but for {@link #onError}.
 */
final class DemoProgress
{
    private final PrintWriter out;
    private final int blockCount;
    private final long startNs = System.nanoTime();
    private int played;

    DemoProgress(final PrintWriter out, final int blockCount)
    {
        this.out = out;
        this.blockCount = blockCount;
    }

    void onStart(final DemoOptions options, final int chainCount)
    {
        say("%d blocks of %d %s, %d frags a block %s: sequencer -> %d relays -> %d replicas, %s on loopback",
            blockCount,
            chainCount,
            1 == chainCount ? "chain" : "chains",
            options.frags(),
            0 == options.intervalMs() ? "as fast as everyone takes them" : "every " + options.intervalMs() + " ms",
            options.relays(),
            options.replicas(),
            options.isMulticast() ? "multicast" : "unicast");
        if (1 < options.leaders())
        {
            say("%d sequencers take turns of %d blocks, each in front of the others when it leads next",
                options.leaders(), options.blocksPerTerm());
        }
        if (0 < options.lossPercent() || options.isNakOff())
        {
            say("each receiver loses %s %% of the block lane's datagrams; %s",
                options.lossPercent(),
                options.isNakOff() ?
                    "the repair lane alone brings them back" : "Aeron's NAKs are on, repair behind them");
        }
        say("one media driver and one hot thread run all nodes, one more their journals and edges; " +
            "a real network has one process a node");
    }

    void onHttp(final int port)
    {
        if (Aeron.NULL_VALUE != port)
        {
            say("status page: http://127.0.0.1:%d/  in a terminal: fragcast top --url http://127.0.0.1:%d", port, port);
        }
    }

    void onBlock(final BlockRecord block, final int index, final long ended)
    {
        played++;
        say("%6.1f s  block %d/%d  chain %s  number %s  %d txs, %d of the %d before it done at every replica",
            seconds(),
            played,
            blockCount,
            Long.toUnsignedString(block.chainId()),
            Long.toUnsignedString(block.number()),
            block.transactions().size(),
            ended,
            index);
    }

    void onEnded(final long ended)
    {
        say("%6.1f s  done at every replica: %d", seconds(), ended);
    }

    void onStopped(final Path journals)
    {
        say("stopped after %d of %d blocks; journals: %s", played, blockCount, journals);
    }

    void onEnd(final DemoReport report, final Path journals, final long firstChainId)
    {
        out.println();
        report.lines().forEach(out::println);
        out.println("journals: " + journals);
        final Path journal = journals.resolve(Long.toUnsignedString(firstChainId)).resolve("replica-1");
        out.println("next: fragcast journal ls " + journal +
            " · fragcast demo --interval-ms 0 · fragcast demo --mode multicast");
        out.flush();
    }

    synchronized void onError(final Throwable throwable)
    {
        say("error: %s", throwable);
    }

    private double seconds()
    {
        return (System.nanoTime() - startNs) / 1e9;
    }

    private synchronized void say(final String format, final Object... args)
    {
        out.println(String.format(Locale.ROOT, format, args));
        out.flush();
    }
}
