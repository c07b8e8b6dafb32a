package io.fragcast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * {@code fragcast peers}: whom a running node talks to on the control lane, once.
 */
@Command(
    name = "peers",
    description = "Prints whom a running node talks to: state, distance, what they have, what is asked of them.",
    mixinStandardHelpOptions = true)
public final class PeersCommand implements Callable<Integer>
{
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--url", required = true, paramLabel = "URL",
        description = "the node's HTTP server, such as http://127.0.0.1:8080")
    private @Nullable URI url;

    @Option(names = "--node", paramLabel = "NAME", description = "which node, where one process runs several")
    private @Nullable String name;

    @Option(names = "--json", description = "an object a peer and line, as in /status.json, and the node's name")
    private boolean isJson;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        final JsonNode status = new NodeStatus(Objects.requireNonNull(url, "picocli requires it")).read();
        final List<JsonNode> nodes = new ArrayList<>();
        final List<String> names = new ArrayList<>();
        for (final JsonNode node : status.path("nodes"))
        {
            names.add(node.path("name").asText());
            if (null == name || node.path("name").asText().equals(name))
            {
                nodes.add(node);
            }
        }
        if (nodes.isEmpty())
        {
            throw new IOException(
                names.isEmpty() ? url + " runs no node" : url + " runs no " + name + ", only " + names);
        }

        for (final JsonNode node : nodes)
        {
            (isJson ? PeersTable.json(node) : PeersTable.lines(node)).forEach(out::println);
        }
        out.flush();

        return ExitCodes.DONE;
    }
}
