package io.fragcast.bench.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * One way of carrying frags, as two commands.
 *
 * @param name     in tables and file names.
 * @param meaning  what it is, in a line.
 * @param program  command without role and options.
 * @param settings options of its own, on both sides.
 */
record Contender(String name, String meaning, List<String> program, List<String> settings)
{
    /** Does it run in a JVM of ours? */
    boolean isJava()
    {
        return program.contains("peer");
    }

    /** Compiled before it starts, or so small that the JIT is through with it at once. */
    boolean isSoonWarm()
    {
        return !isJava() || program.contains("aeron");
    }

    List<String> receive(final Workload workload, final int port, final String out)
    {
        final List<String> command = command("receive", workload, port);
        command.addAll(List.of("--out", out));

        return command;
    }

    /** A hop is what lies between the last datagram out of the publisher and the last out of the receiving process. */
    boolean isHop()
    {
        return settings.contains("--hop");
    }

    List<String> send(final Workload workload, final int port, final String out)
    {
        final List<String> command = command("send", workload, port);
        command.addAll(List.of("--rate", Double.toString(workload.rate())));
        if (isHop())
        {
            command.addAll(List.of("--out", out));
        }

        return command;
    }

    private List<String> command(final String role, final Workload workload, final int port)
    {
        final List<String> command = new ArrayList<>(program);
        command.add(role);
        command.addAll(List.of(
            "--replicas", Integer.toString(workload.replicas()),
            "--port", Integer.toString(port),
            "--count", Integer.toString(workload.count()),
            "--bytes", Integer.toString(workload.bytes()),
            "--warmup", Integer.toString(workload.warmup())));
        command.addAll(settings);
        if (0 < workload.warmupRate())
        {
            command.addAll(List.of("--warmup-rate", Double.toString(workload.warmupRate())));
        }

        return command;
    }
}
