package io.fragcast.bench.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Lines over two logarithmic axes, or bars by name over one: drawn at twice its size, for screens that show that.
 */
final class Chart
{
    /**
     * A line, or the bar of a name.
     *
     * @param name in the legend.
     * @param x    of each point, above 0; empty for a bar.
     * @param y    of each point, above 0.
     */
    record Series(String name, double[] x, double[] y)
    {
    }

    private static final int WIDTH = 860;
    private static final int HEIGHT = 380;
    private static final int SCALE = 2;
    private static final int LEFT = 80;
    private static final int RIGHT = 190;
    private static final int TOP = 44;
    private static final int BOTTOM = 52;
    private static final int BAR_LEFT = 220;
    private static final int BAR_HEIGHT = 24;
    private static final int[] COLOURS =
        {0xD1495B, 0x00798C, 0xEDAE49, 0x6A994E, 0x8D99AE, 0x9C6644, 0x5E548E, 0x2B2D42, 0xADB5BD};

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final DoubleFunction<String> xText;
    private final List<Series> series = new ArrayList<>();

    Chart(final String title, final String xLabel, final String yLabel, final DoubleFunction<String> xText)
    {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
        this.xText = xText;
    }

    void add(final Series line)
    {
        if (0 < line.y.length)
        {
            series.add(line);
        }
    }

    boolean isEmpty()
    {
        return series.isEmpty();
    }

    String title()
    {
        return title;
    }

    /** Lines over both axes. */
    BufferedImage lines()
    {
        double leastX = Double.MAX_VALUE;
        double mostX = Double.MIN_VALUE;
        double leastY = Double.MAX_VALUE;
        double mostY = Double.MIN_VALUE;
        for (final Series line : series)
        {
            for (int i = 0; i < line.x.length; i++)
            {
                leastX = Math.min(leastX, line.x[i]);
                mostX = Math.max(mostX, line.x[i]);
                leastY = Math.min(leastY, line.y[i]);
                mostY = Math.max(mostY, line.y[i]);
            }
        }
        final Axis across = new Axis(leastX, mostX, LEFT, WIDTH - RIGHT);
        final Axis up = new Axis(
            Math.pow(10, Math.floor(Math.log10(leastY))),
            Math.pow(10, Math.ceil(Math.log10(mostY))),
            HEIGHT - BOTTOM,
            TOP);
        final BufferedImage image = new BufferedImage(WIDTH * SCALE, HEIGHT * SCALE, BufferedImage.TYPE_INT_RGB);
        final Graphics2D graphics = begin(image, HEIGHT);
        grid(graphics, across, up);
        for (int i = 0; i < series.size(); i++)
        {
            final Series line = series.get(i);
            graphics.setColor(colour(i));
            graphics.setStroke(new BasicStroke(2));
            for (int point = 0; point < line.x.length; point++)
            {
                final int x = across.at(line.x[point]);
                final int y = up.at(line.y[point]);
                graphics.fillOval(x - 3, y - 3, 6, 6);
                if (0 < point)
                {
                    graphics.drawLine(across.at(line.x[point - 1]), up.at(line.y[point - 1]), x, y);
                }
            }
            graphics.fillRect(WIDTH - RIGHT + 14, TOP + 20 * i, 14, 5);
            graphics.setColor(Color.DARK_GRAY);
            graphics.drawString(line.name, WIDTH - RIGHT + 34, TOP + 20 * i + 7);
        }
        graphics.dispose();

        return image;
    }

    /** A bar a series, its first y its length. */
    BufferedImage bars()
    {
        final int height = TOP + BAR_HEIGHT * series.size() + BOTTOM;
        final double most = series.stream().mapToDouble((bar) -> bar.y[0]).max().orElse(1);
        final BufferedImage image = new BufferedImage(WIDTH * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
        final Graphics2D graphics = begin(image, height);
        for (int i = 0; i < series.size(); i++)
        {
            final Series bar = series.get(i);
            final int y = TOP + BAR_HEIGHT * i;
            final int length = (int)(bar.y[0] / most * (WIDTH - BAR_LEFT - RIGHT));
            graphics.setColor(colour(i));
            graphics.fillRect(BAR_LEFT, y, Math.max(1, length), BAR_HEIGHT - 8);
            graphics.setColor(Color.DARK_GRAY);
            rightOf(graphics, bar.name, BAR_LEFT - 10, y + 13);
            graphics.drawString(number(bar.y[0]), BAR_LEFT + length + 8, y + 13);
        }
        graphics.drawString(xLabel, BAR_LEFT, height - 16);
        graphics.dispose();

        return image;
    }

    private Graphics2D begin(final BufferedImage image, final int height)
    {
        final Graphics2D graphics = image.createGraphics();
        graphics.scale(SCALE, SCALE);
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, height);
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
        graphics.drawString(title, 16, 24);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));

        return graphics;
    }

    private void grid(final Graphics2D graphics, final Axis across, final Axis up)
    {
        graphics.setStroke(new BasicStroke(1));
        for (double decade = up.least; decade <= up.most * 1.001; decade *= 10)
        {
            graphics.setColor(Color.LIGHT_GRAY);
            graphics.drawLine(LEFT, up.at(decade), WIDTH - RIGHT, up.at(decade));
            graphics.setColor(Color.DARK_GRAY);
            rightOf(graphics, number(decade), LEFT - 8, up.at(decade) + 4);
        }
        final double[] ticks = series.stream().flatMapToDouble((line) -> Arrays.stream(line.x))
            .distinct().sorted().toArray();
        int free = Integer.MIN_VALUE;
        for (final double tick : ticks)
        {
            final String text = xText.apply(tick);
            final int width = graphics.getFontMetrics().stringWidth(text);
            final int x = across.at(tick);
            if (x - width / 2 > free)
            {
                graphics.setColor(Color.LIGHT_GRAY);
                graphics.drawLine(x, TOP, x, HEIGHT - BOTTOM);
                graphics.setColor(Color.DARK_GRAY);
                graphics.drawString(text, x - width / 2, HEIGHT - BOTTOM + 18);
                free = x + width / 2 + 8;
            }
        }
        graphics.drawString(xLabel, LEFT, HEIGHT - 12);
        rightOf(graphics, yLabel, WIDTH - RIGHT, TOP - 6);
    }

    private static void rightOf(final Graphics2D graphics, final String text, final int right, final int y)
    {
        final FontMetrics metrics = graphics.getFontMetrics();
        graphics.drawString(text, right - metrics.stringWidth(text), y);
    }

    private static Color colour(final int index)
    {
        return new Color(COLOURS[index % COLOURS.length]);
    }

    static String number(final double value)
    {
        return value >= 100 || value == Math.rint(value) ?
            String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%.3g", value);
    }

    /**
     * From values to places, logarithmic.
     *
     * @param least value.
     * @param most  value.
     * @param from  place of the least.
     * @param to    place of the most.
     */
    private record Axis(double least, double most, int from, int to)
    {
        int at(final double value)
        {
            final double span = Math.log(most / least);

            return 0 == span ? (from + to) / 2 : (int)Math.round(from + (to - from) * Math.log(value / least) / span);
        }
    }
}
