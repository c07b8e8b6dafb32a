package io.fragcast.cli;

import io.fragcast.config.NodeConfig;
import io.fragcast.config.NodeConfigReader;
import io.fragcast.config.NodeOptions;
import io.fragcast.config.NodeRole;
import io.fragcast.config.Option;
import io.fragcast.crypto.Secp256k1;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * {@code fragcast sequencer|relay|replica}: a flag for every option of the role, out of the table that reads the file.
 */
final class NodeCommand implements Callable<Integer>
{
    private static final String CONFIG_FLAG = "--config";

    private final NodeRole role;
    private final NodeLauncher launcher;
    private final CommandSpec spec;

    private NodeCommand(final NodeRole role, final NodeLauncher launcher, final String description)
    {
        this.role = role;
        this.launcher = launcher;
        spec = CommandSpec.wrapWithoutInspection(this)
            .name(role.text())
            .mixinStandardHelpOptions(true)
            .addOption(OptionSpec.builder(CONFIG_FLAG)
                .type(Path.class)
                .paramLabel("FILE")
                .description("TOML with the keys below, dots for flags' dashes; precedence: flag, environment " +
                    "(FRAGCAST_ and the key), file, profile, default.")
                .build());
        spec.usageMessage().description(description);
        for (final Option option : NodeOptions.of(role))
        {
            spec.addOption(optionSpec(option));
        }
    }

    /**
     * The command of a role.
     *
     * @param role        of the node.
     * @param launcher    that runs it.
     * @param description for help.
     * @return the command.
     */
    static CommandLine of(final NodeRole role, final NodeLauncher launcher, final String description)
    {
        return new CommandLine(new NodeCommand(role, launcher, description).spec);
    }

    @Override
    public Integer call() throws Exception
    {
        final ParseResult parsed = spec.commandLine().getParseResult();
        final Map<String, List<String>> flags = new HashMap<>();
        for (final Option option : NodeOptions.of(role))
        {
            if (parsed.hasMatchedOption(option.flag()))
            {
                flags.put(option.key(), values(option, parsed));
            }
        }

        final Secp256k1 curve = Secp256k1.load();
        final Path file = parsed.matchedOptionValue(CONFIG_FLAG, null);
        final NodeConfig config = NodeConfigReader.read(role, file, flags, System.getenv(), curve);
        final Supplier<NodeConfig> files =
            () -> NodeConfigReader.readAnew(role, file, flags, System.getenv(), curve);
        final PrintWriter err = spec.commandLine().getErr();
        err.println(role.text() + ' ' + config.name() + ": chain " + config.chainId() + ", profile " +
            config.profile() + ", threads " + config.threads().mode().name().toLowerCase(java.util.Locale.ROOT) +
            (config.threads().isSpinning() ? " spinning" : " backing off") + ", mtu " + config.schedule().mtu() +
            ", listens at " + config.block().listen() + ", secp256k1 " + curve.description());
        err.flush();

        return launcher.run(config, files, curve, spec.commandLine().getOut(), err);
    }

    private static OptionSpec optionSpec(final Option option)
    {
        final OptionSpec.Builder builder = OptionSpec.builder(option.flag())
            .paramLabel(switch (option.kind())
            {
                case TEXT -> "TEXT";
                case PATH -> "PATH";
                case NUMBER -> "N";
                case BYTES -> "BYTES";
                case CHOICE -> option.allowed();
                case LIST -> "ITEM";
            })
            .description(option.key() + ": " + option.description().replace("%", "%%"));

        return Option.Kind.LIST == option.kind() ?
            builder.type(String[].class).arity("1").splitRegex(",").build() :
            builder.type(String.class).build();
    }

    private static List<String> values(final Option option, final ParseResult parsed)
    {
        if (Option.Kind.LIST == option.kind())
        {
            return Arrays.asList(parsed.matchedOptionValue(option.flag(), new String[0]));
        }

        return List.of(Objects.requireNonNull(parsed.matchedOptionValue(option.flag(), "")));
    }
}
