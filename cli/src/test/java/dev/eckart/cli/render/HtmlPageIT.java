package dev.eckart.cli.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages as a browser shows them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HtmlPageIT {
    private static final int DESKTOP = 1280;
    private static final int PHONE = 390;

    @TempDir
    private Path folder;

    private Browser browser;

    @BeforeAll
    void start() {
        browser = Browser.start();
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {DESKTOP, PHONE})
    void should_draw_all_charts_and_ask_for_nothing(int width) throws IOException {
        open(HtmlReport.render(SampleReports.hostile()), width);

        assertSound(width);
        assertThat(drawn()).containsExactly("search", "ranks", "spectrum", "errors");
        assertThat(browser.ask("document.title")).asString().startsWith("compress");
    }

    @ParameterizedTest
    @ValueSource(ints = {DESKTOP, PHONE})
    void should_draw_the_curve_of_a_sweep(int width) throws IOException {
        open(HtmlSweep.render(SampleReports.sweep(SampleReports.HOSTILE)), width);

        assertSound(width);
        assertThat(drawn()).containsExactly("sweep", "sweep-ranks");
        browser.ask("(document.getElementById('setting').value = 9,"
                + " document.getElementById('setting').dispatchEvent(new Event('change')))");
        assertThat(browser.ask("document.querySelector('.chosen').textContent"))
                .asString()
                .startsWith("fixed:5: 50 % of the size")
                .endsWith("eckart compress … --rank fixed:5");
    }

    @ParameterizedTest
    @ValueSource(ints = {DESKTOP, PHONE})
    void should_draw_the_front_of_a_comparison(int width) throws IOException {
        open(HtmlComparison.render(SampleReports.comparison(SampleReports.HOSTILE)), width);

        assertSound(width);
        assertThat(drawn()).containsExactly("comparison");
        assertThat(browser.ask("document.querySelector('.plot').getAttribute('aria-label')"))
                .isEqualTo("1 − cosine of outputs, against size of the file, of 3 models; on the front: A, C.");
        browser.ask("(document.getElementById('measure').value = 2,"
                + " document.getElementById('measure').dispatchEvent(new Event('change')))");
        assertThat(browser.ask("document.querySelector('.plot').getAttribute('aria-label')"))
                .asString()
                .startsWith("Time of a run");
    }

    @ParameterizedTest
    @ValueSource(ints = {DESKTOP, PHONE})
    void should_draw_what_the_network_loses_over_depth_and_what_a_weight_is_offered(int width) throws IOException {
        open(ScanRendering.html(SampleReports.scan(SampleReports.HOSTILE)), width);

        assertSound(width);
        assertThat(drawn()).startsWith("offers", "offered");
        String offered = "document.querySelector('figure[data-chart=offered] .plot').getAttribute('aria-label')";
        assertThat(browser.ask(offered)).asString().contains("bytes: 3 forms. int8: ");
        browser.ask("(document.getElementById('encoding').value = 1,"
                + " document.getElementById('encoding').dispatchEvent(new Event('change')))");
        assertThat(browser.ask("document.querySelector('figure[data-chart=offers] .plot').getAttribute('aria-label')"))
                .asString()
                .contains("stored as bits:8; most by ");
        browser.ask("(document.getElementById('offered').value = %d,".formatted(SampleReports.HOSTILE.size() - 1)
                + " document.getElementById('offered').dispatchEvent(new Event('change')))");
        assertThat(browser.ask("document.querySelector('figure[data-chart=offered] .plot').textContent"))
                .asString()
                .contains("Loss of the layer’s outputs, predicted");
    }

    @Test
    void should_end_an_axis_of_sizes_at_100_percent_though_an_unchanged_model_is_a_little_larger() throws IOException {
        String page = HtmlSweep.render(SampleReports.sweep(List.of("fc1", "fc2", "fc3")));
        open(page.replaceFirst("\"sizeRatio\"\\s*:\\s*[0-9.]+", "\"sizeRatio\":1.0003"), DESKTOP);

        assertThat(browser.console()).isEmpty();
        assertThat(browser.ask("[...document.querySelectorAll('figure[data-chart=sweep] svg text')]"
                        + ".map(text => text.textContent).filter(text => /^1\\d\\d$/.test(text))"))
                .isEqualTo(List.of("100"));
    }

    @Test
    void should_wrap_a_long_setting_on_a_phone() throws IOException {
        String longest = "ranks," + "encoder.layer.0.attention.self.query.weight=16,".repeat(20) + "fc=1";
        String page = HtmlReport.render(SampleReports.of(List.of("fc1", "fc2"), List.of("y"), 8));
        open(page.replace("<bdi>energy:0.9</bdi>", "<bdi>" + longest + "</bdi>"), PHONE);

        assertThat(browser.ask("document.getElementById('settings').textContent"))
                .asString()
                .contains(longest);
        assertThat(browser.ask("[...document.querySelectorAll('#settings .scroll')]"
                        + ".filter(table => table.scrollWidth > table.clientWidth).length"))
                .isEqualTo(0L);
    }

    @Test
    void should_make_nothing_of_names_but_text() throws IOException {
        open(HtmlReport.render(SampleReports.hostile()), DESKTOP);

        assertThat(browser.ask("document.title")).isNotEqualTo("broken");
        assertThat(browser.ask("document.querySelectorAll('img, main script, header script').length"))
                .isEqualTo(0L);
        assertThat(browser.ask("[...document.querySelectorAll('#weight option')].map(option => option.textContent)"))
                .asInstanceOf(LIST)
                .hasSameSizeAs(SampleReports.HOSTILE)
                .startsWith(SampleReports.HOSTILE.get(0), SampleReports.HOSTILE.get(1))
                .contains("right\\u{202E}to left\\u{200F}");
    }

    @Test
    void should_draw_the_spectrum_of_the_weight_that_is_chosen() throws IOException {
        open(HtmlReport.render(SampleReports.of(List.of("fc1", "fc2", "fc3"), List.of("y"), 64)), DESKTOP);

        String label = "document.querySelector('figure[data-chart=spectrum] .plot').getAttribute('aria-label')";
        assertThat(browser.ask(label)).asString().contains("fc1, 64 × 64").contains("cut to rank 1");
        browser.ask("(document.getElementById('weight').value = 2,"
                + " document.getElementById('weight').dispatchEvent(new Event('change')))");
        assertThat(browser.ask(label)).asString().contains("fc3, 64 × 64").contains("unchanged: ");
        assertThat(browser.ask("(document.querySelector('.points').open = true, 0)"))
                .isEqualTo(0L);
    }

    @Test
    void should_draw_predicted_against_measured_errors_where_there_are_any() throws IOException {
        open(
                HtmlReport.render(SampleReports.of(List.of("fc1", "fc2"), List.of("y"), 8))
                        .replace("\"predictedError\":", "\"measuredError\":0.25,\"predictedError\":"),
                DESKTOP);

        assertThat(browser.console()).isEmpty();
        assertThat(browser.ask("document.querySelector('figure[data-chart=errors] .plot').getAttribute('aria-label')"))
                .isEqualTo("Predicted against measured error of 2 weights; on the line they are the same.");
    }

    @Test
    void should_show_a_large_report_on_a_phone() throws IOException {
        open(HtmlReport.render(SampleReports.large()), PHONE);

        assertSound(PHONE);
        assertThat(drawn()).contains("spectrum");
    }

    private void open(String page, int width) throws IOException {
        Path file = Files.writeString(folder.resolve("report.html"), page);
        browser.console();
        browser.requests();
        browser.open(file, width);
    }

    /** No word on the console, no request but the page itself, and nothing that sticks out. */
    private void assertSound(int width) {
        assertThat(browser.console()).isEmpty();
        assertThat(browser.requests())
                .containsExactly(folder.resolve("report.html").toUri().toString());
        assertThat(browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .isEqualTo(0L);
        assertThat(browser.ask("innerWidth")).isEqualTo((long) width);
        assertThat(browser.ask("[...document.querySelectorAll('.plot')].filter(plot => !plot.ariaLabel"
                        + " || !plot.dataset.drawn || plot.querySelectorAll('svg path').length < 3).length"))
                .isEqualTo(0L);
    }

    private List<String> drawn() {
        return List.of(((String)
                        Objects.requireNonNull(
                                browser.ask(
                                        "[...document.querySelectorAll('figure:not([hidden])')].map(figure => figure.dataset.chart).join()")))
                .split(","));
    }
}
