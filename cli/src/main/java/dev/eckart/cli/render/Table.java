package dev.eckart.cli.render;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Rows of text under headings, in columns as wide as their widest cell. */
public final class Table {
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
        rows.add(List.of(cells));
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
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i))
                        .append(" ".repeat(widths[i] - width(row.get(i))))
                        .append(GAP);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
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
                    .map(cell -> escape(ShownText.of(ShownText.shortened(cell, longest))))
                    .collect(Collectors.joining(" | ", "| ", " |\n")));
        }
        lines.add(1, "|" + " --- |".repeat(rows.get(0).size()) + "\n");
        return lines;
    }

    /** Text that Markdown shows as it is: names come from the model, and may hold anything. */
    static String escape(String text) {
        return text.replaceAll("([\\\\`*_\\[\\]<>|#~$!&])", "\\\\$1").replaceAll("\\R", " ");
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
