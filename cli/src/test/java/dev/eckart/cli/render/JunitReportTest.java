package dev.eckart.cli.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.eckart.core.report.Report;
import dev.eckart.core.verify.Limit;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.maven.plugin.surefire.log.api.NullConsoleLogger;
import org.apache.maven.plugins.surefire.report.ReportTestCase;
import org.apache.maven.plugins.surefire.report.ReportTestSuite;
import org.apache.maven.plugins.surefire.report.SurefireReportParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class JunitReportTest {
    @TempDir
    private Path folder;

    @Test
    void should_be_read_by_surefire_with_a_case_for_the_search_the_rewrite_each_output_and_each_limit()
            throws IOException {
        List<ReportTestSuite> suites = read(SampleReports.of(List.of("fc1"), List.of("logits", "pooled"), 8));

        assertThat(cases(suites))
                .extracting(ReportTestCase::getFullName, ReportTestCase::hasFailure)
                .containsExactly(
                        tuple("eckart.compress.search.a setting meets the limits", false),
                        tuple("eckart.compress.rewrite.the rewrite is right", false),
                        tuple("eckart.compress.output.logits", false),
                        tuple("eckart.compress.output.pooled", false),
                        tuple("eckart.compress.limit.min-cosine", false),
                        tuple("eckart.compress.limit.max-size-ratio", true));
        assertThat(cases(suites).get(5).getFailureMessage())
                .isEqualTo("max-size-ratio is exceeded: measured 0.25, limit 0.2");
    }

    @Test
    void should_have_no_case_pass_for_numbers_that_no_limit_was_set_for() throws IOException {
        Report report = SampleReports.heldTo("compress");

        assertThat(cases(read(report)))
                .extracting(
                        ReportTestCase::getFullName,
                        ReportTestCase::isSuccessful,
                        ReportTestCase::hasSkipped,
                        ReportTestCase::getFailureMessage)
                .containsExactly(
                        tuple("eckart.compress.rewrite.the rewrite is right", true, false, null),
                        tuple("eckart.compress.output.logits", false, true, "measured; no limit was set"),
                        tuple("eckart.compress.output.pooled", false, true, "measured; no limit was set"));
        assertThat(JunitReport.render(report))
                .contains(
                        "tests=\"3\" errors=\"0\" skipped=\"2\" failures=\"0\"",
                        "name=\"verdict\" value=\"unjudged\"",
                        "name=\"verdict.reason\" value=\"unjudged: no limit was set\"");
    }

    @Test
    void should_pass_outputs_by_limits_on_outputs_alone() throws IOException {
        Report bySize = SampleReports.heldTo("verify", Limit.MAX_SIZE_RATIO.judge(0.25, 0.5));
        Report byLoss = SampleReports.heldTo("verify", Limit.MIN_COSINE.judge(0.999, 0.99));

        assertThat(cases(read(bySize)))
                .extracting(ReportTestCase::getFullName, ReportTestCase::isSuccessful)
                .containsExactly(
                        tuple("eckart.verify.rewrite.the rewrite is right", true),
                        tuple("eckart.verify.output.logits", false),
                        tuple("eckart.verify.output.pooled", false),
                        tuple("eckart.verify.limit.max-size-ratio", true));
        assertThat(cases(read(byLoss))).allMatch(ReportTestCase::isSuccessful).hasSize(4);
        assertThat(JunitReport.render(byLoss)).contains("name=\"verdict\" value=\"pass\"");
    }

    @Test
    void should_be_well_formed_with_any_names_and_say_the_sizes() throws Exception {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(JunitReport.render(SampleReports.hostile()))));

        assertThat(((Element) document.getElementsByTagName("testcase").item(9)).getAttribute("name"))
                .isEqualTo("nothing\\u{0000}at\\u{0007}all\\u{001B}[31m\\u{FFFE}");
        assertThat(((Element) document.getElementsByTagName("property").item(4)).getAttribute("name"))
                .isEqualTo("model.bytes");
        assertThat(((Element) document.getElementsByTagName("property").item(4)).getAttribute("value"))
                .isEqualTo("4000000");
        assertThat(cases(read(SampleReports.hostile()))).hasSize(4 + SampleReports.HOSTILE.size());
    }

    @Test
    void should_fail_the_case_of_the_sizes_at_which_a_rewrite_is_wrong_and_say_so_in_a_sentence() throws IOException {
        Report report = SampleReports.withBindings();

        assertThat(cases(read(report)))
                .extracting(ReportTestCase::getFullName, ReportTestCase::hasFailure)
                .contains(
                        tuple("eckart.compress.binding.at batch=1,sequence=8", false),
                        tuple("eckart.compress.binding.at batch=1,sequence=64", true),
                        tuple("eckart.compress.binding.at batch=2,sequence=8", true));
        assertThat(report.passed()).isFalse();
        assertThat(Failure.of(report))
                .isEqualTo("at batch=1,sequence=64 the rewrite is wrong, a bug in eckart: an output is wrong,"
                        + " it differs by 0.5, allowed 1.0e-05; at batch=2,sequence=8 output `y` holds NaN or infinity, in the original"
                        + " or the compressed network; max-size-ratio 0.2 is exceeded: measured 0.25");
        assertThat(TextReport.render(report)).contains("at batch=1,sequence=64  WRONG", "NOT FINITE");
    }

    /** Surefire makes a suite of each class. */
    private static List<ReportTestCase> cases(List<ReportTestSuite> suites) {
        return suites.stream().flatMap(suite -> suite.getTestCases().stream()).toList();
    }

    private List<ReportTestSuite> read(Report report) throws IOException {
        Files.writeString(folder.resolve("TEST-eckart.xml"), JunitReport.render(report));
        return new SurefireReportParser(List.of(folder.toFile()), new NullConsoleLogger()).parseXMLReportFiles();
    }
}
