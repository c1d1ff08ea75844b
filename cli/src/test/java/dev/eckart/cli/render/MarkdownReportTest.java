package dev.eckart.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.report.NothingToGain;
import dev.eckart.core.verify.Limit;
import org.junit.jupiter.api.Test;

class MarkdownReportTest {
    @Test
    void should_begin_with_the_verdict_and_fold_the_weights() {
        assertThat(MarkdownReport.render(SampleReports.hostile()))
                .startsWith("# eckart compress: **FAIL**\n\nmax-size-ratio 0.2 is exceeded: measured 0.25\n")
                .contains("| file | 4.00 MB | 1.00 MB | 25.0 % |")
                .contains(
                        "| fusions | fewer | ONNX Runtime fuses 2 fewer operators than in the original: FusedGemm 12 → 10 |")
                .contains("for size only: the pair takes 1.00 times as long (2.00 ms dense, 2.00 ms factored)")
                .contains(
                        "<details><summary>Linear weights: 7 weights factored, 3 of them for size only, 3 unchanged, 0 skipped</summary>\n\n| weight |")
                .endsWith("</details>\n");
    }

    @Test
    void should_begin_with_the_loss_where_nothing_was_judged() {
        assertThat(MarkdownReport.render(SampleReports.heldTo("compress")))
                .startsWith(
                        "# eckart compress: cosine 0.9990, relative error 0.01; worst part: relative error 0.97, cosine 0.0600\n\nunjudged: no limit was set\n\n")
                .doesNotContainPattern("\\bpass");
        assertThat(MarkdownReport.render(SampleReports.unverified(Limit.MAX_SIZE_RATIO.judge(0.25, 0.5))))
                .startsWith("# eckart compress: unjudged\n\nthe outputs were not compared\n\n");
    }

    @Test
    void should_begin_with_the_verdict_on_limits() {
        Limit.Outcome met = Limit.MIN_COSINE.judge(0.999, 0.99);

        assertThat(MarkdownReport.render(SampleReports.heldTo("verify", met)))
                .startsWith("# eckart verify: pass\n\nthe limit is met\n\n");
        assertThat(MarkdownReport.render(SampleReports.heldTo("verify", met, Limit.MAX_SIZE_RATIO.judge(0.25, 0.5))))
                .startsWith("# eckart verify: pass\n\nall 2 limits are met\n\n");
    }

    @Test
    void should_begin_with_what_was_not_gained_but_for_a_check() {
        NothingToGain nothing = new NothingToGain("pairs save too little", "try lower ranks");
        Limit.Outcome met = Limit.MAX_SIZE_RATIO.judge(1, 1);
        Limit.Outcome exceeded = Limit.MAX_SIZE_RATIO.judge(1, 0.5);

        assertThat(MarkdownReport.render(SampleReports.heldTo("compress").with(nothing)))
                .startsWith("# eckart compress: nothing to gain\n\npairs save too little; try lower ranks\n");
        assertThat(MarkdownReport.render(SampleReports.heldTo("compress", met).with(nothing)))
                .startsWith("# eckart compress: nothing to gain\n");
        assertThat(MarkdownReport.render(SampleReports.heldTo("check", met).with(nothing)))
                .startsWith("# eckart check: pass\n\nthe limit is met; nothing to gain: pairs save too little; try");
        assertThat(MarkdownReport.render(
                        SampleReports.heldTo("compress", exceeded).with(nothing)))
                .startsWith("# eckart compress: **FAIL**\n\nmax-size-ratio 0.5 is exceeded: measured 1\n");
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
