package io.fragcast.cli;

/**
 * One line of a terminal: text in colours, never wider than the terminal. What does not fit is cut with an ellipsis.
 */
final class TopLine
{
    /** How a piece of text stands out; nothing is told by colour alone. */
    enum Style
    {
        /** As the terminal writes. */
        PLAIN(""),
        /** Labels. */
        SOFT("\u001b[2m"),
        /** What the eye should find first. */
        STRONG("\u001b[1m"),
        /** As it should be. */
        GOOD("\u001b[36m"),
        /** Worth a look. */
        WARN("\u001b[33m"),
        /** Wrong. */
        BAD("\u001b[31;1m");

        private final String code;

        Style(final String code)
        {
            this.code = code;
        }
    }

    private static final String RESET = "\u001b[0m";

    private final StringBuilder text = new StringBuilder();
    private final int width;
    private final boolean isColoured;
    private int length;

    TopLine(final int width, final boolean isColoured)
    {
        this.width = width;
        this.isColoured = isColoured;
    }

    /** Adds text in a style. */
    TopLine add(final Style style, final String piece)
    {
        final int room = width - length;
        final String fitting = piece.length() <= room ? piece :
            0 >= room ? "" : piece.substring(0, room - 1) + '…';
        if (!fitting.isEmpty())
        {
            final boolean isStyled = isColoured && !style.code.isEmpty();
            text.append(isStyled ? style.code : "").append(fitting).append(isStyled ? RESET : "");
            length += fitting.length();
        }

        return this;
    }

    /** Adds plain text. */
    TopLine add(final String piece)
    {
        return add(Style.PLAIN, piece);
    }

    /** Fills with blanks up to a column. */
    TopLine to(final int column)
    {
        return length < column ? add(" ".repeat(column - length)) : this;
    }

    /** Adds text that ends at a column; a blank stands before it at least. */
    TopLine endingAt(final int column, final Style style, final String piece)
    {
        return to(Math.max(column - piece.length(), Math.min(length + 1, width))).add(style, piece);
    }

    int length()
    {
        return length;
    }

    @Override
    public String toString()
    {
        return text.toString();
    }
}
