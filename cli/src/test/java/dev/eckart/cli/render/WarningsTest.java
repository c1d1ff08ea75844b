package dev.eckart.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.report.Report;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What makes numbers less certain than they look stands in every form of a report. */
class WarningsTest {
    private static final String FIRST = "min-cosine is judged on one sample; 32 samples would do";
    private static final String SECOND = "<b>a name of a model</b> & more";

    private static final Report PLAIN = SampleReports.of(List.of("w"), List.of("y"), 8);
    private static final Report WARNING = PLAIN.withWarnings(List.of(FIRST)).withWarnings(List.of(SECOND));

    private static Map<String, String> forms(Report report) {
        return Map.of(
                "text", TextReport.render(report),
                "scan", TextReport.renderScan(report),
                "markdown", MarkdownReport.render(report),
                "html", HtmlReport.render(report),
                "junit", JunitReport.render(report));
    }

    @Test
    void should_stand_in_every_form_of_a_report() {
        forms(WARNING).forEach((form, text) -> {
            assertThat(text).as(form).contains(FIRST).contains("a name of a model");
            assertThat(text.toLowerCase(Locale.ROOT)).as(form).contains("warning");
        });
        assertThat(TextReport.render(WARNING)).contains("\nwarning: " + FIRST + "\nwarning: " + SECOND + "\n");
        assertThat(MarkdownReport.render(WARNING)).contains("\n**Warning:** " + FIRST + "\n");
        assertThat(JunitReport.render(WARNING))
                .contains(
                        "<system-out>warning: " + FIRST + "\nwarning: &lt;b&gt;a name of a model&lt;/b&gt; &amp; more");
    }

    @Test
    void should_not_be_spoken_of_where_there_is_none() {
        forms(PLAIN).forEach((form, text) -> {
            if (!form.equals("html")) {
                assertThat(text.toLowerCase(Locale.ROOT)).as(form).doesNotContain("warning");
            }
        });
        assertThat(HtmlReport.render(PLAIN)).doesNotContain("id=\"warnings\"");
    }

    @Test
    void should_be_an_array_in_json() {
        for (String json : List.of(JsonReport.render(WARNING), JsonReport.renderScan(WARNING))) {
            assertThat(warnings(json)).extracting(JsonNode::asString).containsExactly(FIRST, SECOND);
        }
        assertThat(warnings(JsonReport.render(PLAIN))).isEmpty();
    }

    private static JsonNode warnings(String json) {
        return JsonMapper.builder().build().readTree(json).get("warnings");
    }
}
