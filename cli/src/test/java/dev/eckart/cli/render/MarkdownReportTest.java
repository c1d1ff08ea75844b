package dev.eckart.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MarkdownReportTest {
    @Test
    void should_begin_with_the_verdict_and_fold_the_weights() {
        assertThat(MarkdownReport.render(SampleReports.hostile()))
                .startsWith("# eckart compress: **FAIL**\n\nmax-size-ratio 0.2 is not kept: measured 0.25\n")
                .contains("| file | 4.00 MB | 1.00 MB | 25.0 % |")
                .contains("| fusions | fewer | the runtime does 2 steps less as one: FusedGemm 12 → 10 |")
                .contains("for size only: the pair takes 1.00 times as long (2.00 ms dense, 2.00 ms factored)")
                .contains(
                        "<details><summary>Linear weights: 7 weights factored, 3 of them for size only, 3 kept, 0 skipped</summary>\n\n| weight |")
                .endsWith("</details>\n");
    }

    @Test
    void should_show_hostile_names_as_text() {
        assertThat(MarkdownReport.render(SampleReports.hostile()))
                .doesNotContainPattern("(?<!\\\\)<(?!/?details>|/?summary>)")
                .doesNotContain("| `b` |", "\u202E", "\u0007")
                .contains("\\| a \\| \\`b\\` \\| \\*\\*c\\*\\*");
    }

    @Test
    void should_be_no_longer_than_a_comment_may_be_and_say_what_is_left_out() {
        String markdown = MarkdownReport.render(SampleReports.large());

        assertThat(markdown.length()).isLessThan(MarkdownReport.LONGEST);
        assertThat(markdown).contains("more; the JSON report has them all.");
    }
}
