package dev.eckart.cli.render;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A page of a report, in one file that asks for nothing else.
 *
 * <p>What is said in words and tables is in the page itself; its script adds the charts, from {@code data}. A policy in
 * the page allows its own two scripts and no other, and no connection.
 *
 * @param command that the report is of
 * @param subject what the page is about
 * @param title of the window
 * @param tiles the numbers that matter most
 * @param data what the charts are drawn from
 */
record HtmlPage(
        String command,
        Cell subject,
        String title,
        Verdict verdict,
        List<Tile> tiles,
        List<Section> sections,
        String version,
        ObjectNode data) {

    /** From this length on, a table shows the ends of a text, and all of it when asked. */
    private static final int LONG = 72;

    /** What it comes to: a style, a mark, a word and a sentence. */
    record Verdict(String kind, String mark, String word, Cell why) {}

    /** A number, with the share that a bar is drawn of, in percent; empty if it is none. */
    record Tile(String label, String value, Cell note, String bar) {}

    /**
     * A part with a heading.
     *
     * @param id by which the script and links find it
     * @param charts names under which the script knows how to draw them
     */
    record Section(String id, String heading, List<Cell> notes, List<Chart> charts, List<Grid> tables) {
        Section(String id, String heading, Optional<Table> table, String... notes) {
            this(
                    id,
                    heading,
                    cells(List.of(notes)),
                    List.of(),
                    table.map(found -> Grid.of(heading, found)).stream().toList());
        }

        boolean hasContent() {
            return !tables.isEmpty() || !charts.isEmpty();
        }

        /** This section, with a chart above its table. */
        Section with(String chart, String caption) {
            List<Chart> all = new ArrayList<>(charts);
            all.add(new Chart(chart, caption));
            return new Section(id, heading, notes, List.copyOf(all), tables);
        }
    }

    /** A place for a chart, which the script fills. */
    record Chart(String name, String caption) {}

    /** A table. */
    record Grid(String label, List<Heading> headings, List<List<Cell>> rows) {
        static Grid of(String label, Table table) {
            List<Heading> headings = new ArrayList<>();
            for (int i = 0; i < table.headings().size(); i++) {
                int column = i;
                boolean numbers = i > 0
                        && table.body().stream().allMatch(row -> row.get(column).matches("|unchanged|NaN|-?[0-9].*"));
                headings.add(new Heading(table.headings().get(i), numbers));
            }
            List<List<Cell>> rows = table.body().stream()
                    .map(row -> {
                        List<Cell> cells = new ArrayList<>();
                        for (int i = 0; i < row.size(); i++) {
                            cells.add(Cell.of(row.get(i), headings.get(i).number()));
                        }
                        return cells;
                    })
                    .toList();
            return new Grid(label, headings, rows);
        }
    }

    /** What stands over a column, of numbers or of anything. */
    record Heading(String text, boolean number) {}

    /** A piece of text; a long one also shortened. */
    record Cell(String text, String brief, boolean folded, boolean number) {
        static Cell of(String text) {
            return of(text, false);
        }

        private static Cell of(String text, boolean number) {
            String shown = ShownText.of(text);
            String brief = ShownText.shortened(shown, LONG);
            // A sentence may be long; a name without end may not.
            boolean folded = !brief.equals(shown) && (shown.length() > 4 * LONG || !shown.contains(" "));
            return new Cell(shown, brief, folded, number);
        }
    }

    private static List<Cell> cells(List<String> texts) {
        return texts.stream().filter(text -> !text.isEmpty()).map(Cell::of).toList();
    }

    /** The file's content. */
    String render() {
        String library = resource("echarts/echarts.common.min.js");
        String script = resource("report.js");
        Template template = Mustache.compiler()
                .emptyStringIsFalse(true)
                .compile(new InputStreamReader(open("report.html"), StandardCharsets.UTF_8));
        return template.execute(new Filled(
                this,
                "default-src 'none'; script-src '%s' '%s'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
                        .formatted(hash(library), hash(script)),
                resource("report.css"),
                library,
                script,
                embedded(data)));
    }

    /** What the template knows. */
    record Filled(HtmlPage page, String policy, String style, String library, String script, String json) {}

    /** JSON that no HTML parser sees anything in. */
    private static String embedded(ObjectNode data) {
        return ShownText.json(JsonMapper.builder()
                        .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                        .build()
                        .writeValueAsString(data))
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }

    private static String hash(String script) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream stream = open(name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String name) {
        return Objects.requireNonNull(HtmlPage.class.getResourceAsStream(name), name);
    }
}
