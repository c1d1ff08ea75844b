package dev.eckart.cli.render;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows of text under headings, in columns as wide as their widest cell.
 *
 * <p>Cells are {@link ShownText}. In a terminal, a table that would be wider than {@link #TERMINAL} columns has its widest columns narrowed: text goes on
 * in the next line, and a word that is longer than its column, such as a name, is shortened in the middle.
 */
public final class Table {
    /** Width of a terminal, in characters. */
    static final int TERMINAL = 100;

    /** No column is narrowed below this width: names could not be told apart. */
    private static final int NARROWEST = 12;

    /** What a person, an issue or an address on the web begins with, as far as a link is made of it. */
    private static final Pattern LINKED = Pattern.compile(
            "@(?=\\w)|#(?=\\d)|\\bgh-(?=\\d)|:(?=//)|\\bwww(?=\\.)|\\b(mailto|xmpp)(?=:)", Pattern.CASE_INSENSITIVE);

    /** Of a longer cell, the start and the end are shown in a terminal. */
    private static final int LONGEST_CELL = 1000;

    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        row(headings);
    }

    /** Adds a row of as many cells as there are headings. */
    public Table row(String... cells) {
        if (!rows.isEmpty() && cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException(
                    "Expected %d cells but was: %s".formatted(rows.get(0).size(), Arrays.toString(cells)));
        }
        rows.add(Arrays.stream(cells).map(ShownText::of).toList());
        return this;
    }

    /** What stands over the columns. */
    List<String> headings() {
        return rows.get(0);
    }

    /** All rows below the headings. */
    List<List<String>> body() {
        return rows.subList(1, rows.size());
    }

    /** As lines for a terminal. */
    public String render() {
        int[] widths = widths();
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            List<List<String>> cells = IntStream.range(0, widths.length)
                    .mapToObj(column -> lines(ShownText.shortened(row.get(column), LONGEST_CELL), widths[column]))
                    .toList();
            int height = cells.stream().mapToInt(List::size).max().orElse(1);
            for (int line = 0; line < height; line++) {
                StringBuilder across = new StringBuilder();
                for (int column = 0; column < widths.length; column++) {
                    List<String> cell = cells.get(column);
                    String part = line < cell.size() ? cell.get(line) : "";
                    across.append(part)
                            .append(" ".repeat(widths[column] - width(part)))
                            .append(GAP);
                }
                text.append(across.toString().stripTrailing()).append('\n');
            }
        }
        return text.toString();
    }

    /** Of the columns, so that they fit a terminal if they can: the widest give way first. */
    private int[] widths() {
        int[] widths = IntStream.range(0, rows.get(0).size())
                .map(column -> rows.stream()
                        .mapToInt(row -> width(row.get(column)))
                        .max()
                        .orElse(0))
                .toArray();
        int room = TERMINAL - GAP.length() * (widths.length - 1);
        while (Arrays.stream(widths).sum() > room) {
            int widest = IntStream.range(0, widths.length)
                    .reduce((one, other) -> widths[other] > widths[one] ? other : one)
                    .orElseThrow();
            if (widths[widest] <= NARROWEST) {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    /** A cell's text in lines of a width. */
    private static List<String> lines(String cell, int width) {
        if (width(cell) <= width) {
            return List.of(cell);
        }
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : cell.split(" ", -1)) {
            String fitting = ShownText.shortened(word, width);
            if (!line.isEmpty() && width(line.toString()) + 1 + width(fitting) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(fitting);
        }
        lines.add(line.toString());
        return lines;
    }

    /**
     * The lines of a Markdown table, two of headings first.
     *
     * @param longest up to that many characters of a cell are shown
     */
    List<String> markdownLines(int longest) {
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            lines.add(row.stream()
                    .map(cell -> escape(ShownText.shortened(cell, longest)))
                    .collect(Collectors.joining(" | ", "| ", " |\n")));
        }
        lines.add(1, "|" + " --- |".repeat(rows.get(0).size()) + "\n");
        return lines;
    }

    /**
     * Text that Markdown shows as it is: names come from the model, and may hold anything. GitHub makes links of people,
     * issues and addresses after the Markdown is gone, so that only a comment within keeps it from that.
     */
    static String escape(String text) {
        String escaped = text.replaceAll("([\\\\`*_\\[\\]<>|#~$!&])", "\\\\$1");
        return LINKED.matcher(escaped).replaceAll("$0<!-- -->");
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
