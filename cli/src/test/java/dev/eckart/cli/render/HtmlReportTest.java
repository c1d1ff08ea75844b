package dev.eckart.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.report.NothingToGain;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.ScanReport;
import dev.eckart.core.verify.Limit;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is in the file of a page; {@link HtmlPageIT} opens it. */
class HtmlReportTest {
    private static final int MOST_BYTES = 5_000_000;

    @Test
    void should_show_hostile_names_as_text() {
        String page = HtmlReport.render(SampleReports.hostile());

        // Three scripts, of which the first is data, and no element of a name's.
        assertThat(Pattern.compile("<script").matcher(outsideOfLibrary(page)).results())
                .hasSize(3);
        assertThat(outsideOfLibrary(page))
                .doesNotContain("<img", "<!--", "\u202E", "\u2028", "\u0000")
                .contains(
                        "&lt;/script&gt;&lt;script&gt;document.title&#x3D;&#39;broken&#39;",
                        "right\\u{202E}to left\\u{200F}",
                        "nothing\\u{0000}at");
    }

    @Test
    void should_carry_the_json_report_and_thinned_spectra() {
        JsonNode data = data(HtmlReport.render(SampleReports.hostile()));

        assertThat(data.get("report")).isEqualTo(json(JsonReport.render(SampleReports.hostile())));
        assertThat(data.get("spectra")).hasSameSizeAs(SampleReports.HOSTILE);
        assertThat(data(HtmlReport.render(SampleReports.large()))
                        .get("spectra")
                        .valueStream()
                        .map(spectrum -> spectrum.get("sigma").size()))
                .allMatch(size -> size > 200 && size < 300);
    }

    @Test
    void should_stay_small_with_many_weights_of_long_names() {
        assertThat(HtmlReport.render(SampleReports.large()).getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThan(MOST_BYTES);
    }

    @Test
    void should_be_the_same_for_the_same_report() {
        assertThat(HtmlReport.render(SampleReports.hostile())).isEqualTo(HtmlReport.render(SampleReports.hostile()));
    }

    @Test
    void should_say_why_it_failed_and_leave_out_what_there_is_none_of() {
        String failed = HtmlReport.render(SampleReports.hostile());
        String scan = scanned(SampleReports.hostile());

        assertThat(failed).contains("max-size-ratio 0.2 is exceeded: measured 0.25.", "id=\"search\"");
        assertThat(failed).doesNotContain("id=\"skipped\"");
        assertThat(scan).contains("id=\"spectra\"").contains("rankAtEnergy");
    }

    @Test
    void should_show_no_tick_where_nothing_was_judged_but_the_loss() {
        String unjudged = HtmlReport.render(SampleReports.heldTo("compress"));
        String unverified = HtmlReport.render(SampleReports.unverified(Limit.MAX_SIZE_RATIO.judge(0.25, 0.5)));
        String passed = HtmlReport.render(SampleReports.heldTo("compress", Limit.MIN_COSINE.judge(0.999, 0.99)));

        assertThat(unjudged)
                .contains(
                        "<p class=\"verdict none\">",
                        "</span>Cosine 0.9990, relative error 0.01; worst part: relative error 0.97, cosine 0.0600</strong>")
                .contains("Unjudged: no limit was set.")
                .doesNotContain("✓", "\"verdict pass\"");
        assertThat(unverified)
                .contains("<p class=\"verdict none\">", "</span>Unjudged</strong>", "The outputs were not compared.")
                .doesNotContain("✓");
        assertThat(passed).contains("<p class=\"verdict pass\">", "✓</span>Pass</strong>", "The limit is met.");
    }

    @Test
    void should_show_no_tick_where_nothing_was_gained() {
        NothingToGain nothing = new NothingToGain("pairs save too little", "try lower ranks");

        assertThat(HtmlReport.render(SampleReports.heldTo("compress", Limit.MAX_SIZE_RATIO.judge(1, 1))
                        .with(nothing)))
                .contains("</span>Nothing to gain</strong>", "Pairs save too little; try lower ranks.")
                .doesNotContain("✓");
        assertThat(scanned(SampleReports.heldTo("scan")
                        .as("scan", Optional.empty())
                        .with(nothing)))
                .contains("</span>Nothing to gain</strong>");
    }

    private static String scanned(Report report) {
        return ScanRendering.html(new ScanReport(report, Optional.empty()));
    }

    private static String outsideOfLibrary(String page) {
        int library = page.indexOf("<script>", page.indexOf("</script>"));
        return page.substring(0, library) + "<script>" + page.substring(page.indexOf("</script>", library));
    }

    private static JsonNode data(String page) {
        Matcher data = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL)
                .matcher(page);
        assertThat(data.find()).isTrue();
        return json(data.group(1));
    }

    private static JsonNode json(String text) {
        return JsonMapper.builder().build().readTree(text);
    }
}
