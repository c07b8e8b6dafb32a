package io.fragcast.bench.report;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import javax.imageio.ImageIO;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import static java.util.Objects.requireNonNull;

/**
 * {@code fragcast bench report}: one page with all tables and pictures, the pictures as files, and RESULTS.md, from the
 * folders that other commands of bench left.
 */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
        "One self-contained page (report.html), its pictures as PNG, and RESULTS.md, from folders of results."})
public final class ReportCommand implements Callable<Integer>
{
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FOLDER", description = "Results of other commands of bench.")
    private List<Path> folders = List.of();

    @Option(names = "--out", defaultValue = "bench-results/report", description = "Output folder (default: "
        + "${DEFAULT-VALUE}).")
    private Path out = Path.of("bench-results", "report");

    @Override
    public Integer call() throws IOException
    {
        // Drawn into memory: no screen is needed, and none is looked for.
        System.setProperty("java.awt.headless", "true");
        Files.createDirectories(out);
        final List<Results> all = new ArrayList<>();
        final List<Map<String, String>> pictures = new ArrayList<>();
        for (final Path folder : folders)
        {
            final Results results = Results.read(folder);
            all.add(results);
            final Map<String, String> drawn = new LinkedHashMap<>();
            final Charts charts = Charts.of(results);
            for (final Map.Entry<String, Chart> chart : charts.lines().entrySet())
            {
                draw(results, chart.getKey(), chart.getValue(), chart.getValue().lines(), drawn);
            }
            for (final Map.Entry<String, Chart> chart : charts.bars().entrySet())
            {
                draw(results, chart.getKey(), chart.getValue(), chart.getValue().bars(), drawn);
            }
            pictures.add(drawn);
        }
        final ReportPage page = new ReportPage(all, BarTable.of(all));
        Files.writeString(out.resolve("report.html"), page.html(pictures));
        Files.writeString(out.resolve("RESULTS.md"), page.markdown());
        requireNonNull(spec, "picocli sets it").commandLine().getOut().println(
            "in " + out + ": report.html, RESULTS.md, " + pictures.stream().mapToInt(Map::size).sum() + " pictures");

        return CommandLine.ExitCode.OK;
    }

    private void draw(
        final Results results,
        final String file,
        final Chart chart,
        final BufferedImage image,
        final Map<String, String> drawn) throws IOException
    {
        final ByteArrayOutputStream png = new ByteArrayOutputStream();
        if (!ImageIO.write(image, "png", png))
        {
            throw new IOException("this JRE writes no PNG");
        }
        Files.write(out.resolve(results.name() + "-" + file + ".png"), png.toByteArray());
        drawn.put(chart.title(), Base64.getEncoder().encodeToString(png.toByteArray()));
    }
}
