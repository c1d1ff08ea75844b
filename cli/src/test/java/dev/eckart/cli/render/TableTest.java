package dev.eckart.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final String LONG_NAME =
            "/encoder/layers.11/attention/self/query/MatMul_weight_quantized_and_dequantized";
    private static final String LONG_TEXT =
            "the graph computes the operand from this weight, so that a pair would have no place to stand in";

    @Test
    void should_make_columns_as_wide_as_their_widest_cell() {
        assertThat(new Table("weight", "rank")
                        .row("fc1", "16")
                        .row("embedding", "8")
                        .render())
                .isEqualTo("weight     rank\nfc1        16\nembedding  8\n");
    }

    @Test
    void should_leave_a_table_alone_that_fits_the_terminal() {
        String name = "x".repeat(Table.TERMINAL - 4);

        assertThat(new Table("name", "no").row(name, "10").render()).contains(name);
    }

    @Test
    void should_shorten_a_long_name_in_the_middle() {
        List<String> lines =
                lines(new Table("weight", "rank", "shape").row(LONG_NAME, "160", "3072×768×1×1 of float32"));

        assertThat(lines).hasSize(2).allMatch(line -> width(line) <= Table.TERMINAL);
        assertThat(lines.get(1)).startsWith("/encoder/layers.11").contains("…").contains("dequantized  160   3072");
    }

    @Test
    void should_carry_long_text_on_in_the_next_line() {
        List<String> lines = lines(new Table("skipped", "why").row(LONG_NAME, LONG_TEXT));

        assertThat(lines).hasSizeGreaterThan(2).allMatch(line -> width(line) <= Table.TERMINAL);
        assertThat(String.join(" ", lines).replaceAll("\\s+", " "))
                .contains("the operand from this")
                .endsWith("to stand in");
        assertThat(lines.get(2)).startsWith(" ");
    }

    @Test
    void should_narrow_the_widest_columns_only() {
        String table = new Table("weight", "in × out", "why")
                .row(LONG_NAME, "30522×384", LONG_TEXT)
                .render();

        assertThat(table).contains("30522×384");
    }

    @Test
    void should_count_characters_beyond_the_basic_plane_as_one() {
        List<String> lines = lines(new Table("weight", "rank").row("𝒲".repeat(200), "1"));

        assertThat(lines.get(1)).contains("…").endsWith("1");
        assertThat(width(lines.get(1))).isLessThanOrEqualTo(Table.TERMINAL);
    }

    @Test
    void should_keep_names_whole_in_markdown() {
        assertThat(new Table("weight", "why").row("fc".repeat(60), LONG_TEXT).markdownLines(200))
                .anyMatch(line -> line.contains("fc".repeat(60)));
    }

    private static List<String> lines(Table table) {
        return table.render().lines().toList();
    }

    private static int width(String line) {
        return line.codePointCount(0, line.length());
    }
}
