package dev.eckart.cli.plot;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SingularValueDecomposition;
import dev.eckart.core.spectrum.Spectrum;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

class SvdPlotTest {
    private static final Matrix N3 = Matrix.ofRows(new double[] {0.3439, 0.9503}, new double[] {-0.2960, 0.1503});
    private static final Matrix REFLECTION = Matrix.ofRows(new double[] {1, 2}, new double[] {2, 1});

    @Test
    void should_show_the_matrix_of_notebook_N3_as_three_steps() {
        SvgPage page = page(N3);

        assertThat(page.panels()).isEqualTo(4);
        assertThat(page.texts()).contains("A = UΣVᵀ = [[0.3439, 0.9503], [−0.296, 0.1503]]");
        assertThat(page.panel(1).texts()).startsWith("1. Points x", "and the basis vectors e₁, e₂");
        assertThat(page.panel(2).texts()).startsWith("2. After Vᵀ", "reflection in the line at 35.5°");
        assertThat(page.panel(3).texts()).startsWith("3. After Σ", "stretch by σ₁ = 1.0115, σ₂ = 0.3292");
        assertThat(page.panel(4).texts()).startsWith("4. After U: Ax", "reflection in the line at 1.3°");
    }

    @Test
    void should_label_the_basis_vectors_by_what_was_done_to_them() {
        SvgPage page = page(N3);

        assertThat(page.panel(1).texts()).endsWith("e₁", "e₂");
        assertThat(page.panel(2).texts()).endsWith("Vᵀe₁", "Vᵀe₂");
        assertThat(page.panel(3).texts()).endsWith("ΣVᵀe₁", "ΣVᵀe₂");
        assertThat(page.panel(4).texts()).endsWith("Ae₁", "Ae₂");
    }

    @Test
    void should_draw_the_basis_vectors_where_the_factors_bring_them() {
        SvgPage page = page(N3);
        SingularValueDecomposition svd = EjmlDecomposer.thin(N3);
        List<double[]> unit = page.panel(1).arrowTips();
        double pixels = (unit.get(0)[0] - unit.get(1)[0]);
        double originX = unit.get(1)[0];
        double originY = unit.get(0)[1];
        double pitch = frameX(page.panel(2)) - frameX(page.panel(1));

        List<Matrix> maps =
                List.of(svd.vTransposed(), svd.sigma().times(svd.vTransposed()), /* after U, the matrix itself */ N3);
        for (int i = 0; i < maps.size(); i++) {
            List<double[]> tips = page.panel(i + 2).arrowTips();
            for (int j = 0; j < 2; j++) {
                double x = (tips.get(j)[0] - originX - (i + 1) * pitch) / pixels;
                double y = (originY - tips.get(j)[1]) / pixels;
                assertThat(x).isCloseTo(maps.get(i).get(0, j), within(1e-3));
                assertThat(y).isCloseTo(maps.get(i).get(1, j), within(1e-3));
            }
        }
    }

    @Test
    void should_draw_the_same_points_in_the_same_colours_and_on_the_same_scale_in_all_panels() {
        SvgPage page = page(REFLECTION);

        for (int i = 2; i <= 4; i++) {
            assertThat(colours(page.panel(i))).isEqualTo(colours(page.panel(1))).hasSizeGreaterThan(100);
            assertThat(tickLabels(page.panel(i))).isEqualTo(tickLabels(page.panel(1)));
        }
    }

    @Test
    void should_tell_a_reflection_from_a_rotation() {
        SvgPage page = page(REFLECTION);

        assertThat(page.panel(2).texts()).contains("reflection in the line at 22.5°");
        assertThat(page.panel(3).texts()).contains("stretch by σ₁ = 3, σ₂ = 1");
        assertThat(page.panel(4).texts()).contains("rotation by 45.0°");
    }

    @Test
    void should_show_any_other_matrix_by_its_spectrum_and_the_ranks_at_three_energies() {
        // Energies 9/14, 13/14 and 1.
        SvgPage page = page(Matrix.diagonal(5, 3, 3, 2, 1));

        assertThat(page.panels()).isEqualTo(2);
        assertThat(page.texts()).contains("Singular values of a 5 × 3 matrix");
        assertThat(page.panel(1).texts()).startsWith("Singular values", "σ₁ = 3 to σ₃ = 1");
        assertThat(page.panel(2).texts())
                .startsWith("Cumulative energy")
                .contains("energy 0.9 at rank 2", "energy 0.95 at rank 3", "energy 0.99 at rank 3");
    }

    @Test
    void should_draw_the_energy_from_0_to_1() {
        SvgPage panel = page(Matrix.diagonal(5, 3, 3, 2, 1)).panel(2);
        Element frame = panel.elements("rect").findFirst().orElseThrow();
        double top = Double.parseDouble(frame.getAttribute("y"));
        double height = Double.parseDouble(frame.getAttribute("height"));

        double[] curve = panel.curve(0);

        assertThat(IntStream.of(1, 3, 5, 7).mapToDouble(i -> (top + height - curve[i]) / height))
                .usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-4 ? 0 : Double.compare(a, b), Double.class)
                .containsExactly(0.0, 9 / 14.0, 13 / 14.0, 1.0);
    }

    @Test
    void should_use_a_logarithmic_axis_only_for_a_large_range_of_positive_values() {
        Matrix decaying = Matrix.diagonal(
                40,
                40,
                IntStream.range(0, 40).mapToDouble(i -> Math.pow(10, -i / 8.0)).toArray());
        assertThat(page(decaying).panel(1).texts())
                .contains("σ₁ = 1 to σ₄₀ = 1.334·10⁻⁵, on a logarithmic axis", "10⁻³", "10⁰");

        assertThat(page(normal(100, 49)).panel(1).texts()).noneMatch(text -> text.contains("logarithmic"));
        assertThat(page(Matrix.diagonal(4, 4, 1, 1e-9)).panel(1).texts())
                .noneMatch(text -> text.contains("logarithmic"));
    }

    @Test
    void should_stay_small_for_thousands_of_values() {
        double[] values = IntStream.range(0, 20_000)
                .mapToDouble(i -> 100 / Math.sqrt(1 + i))
                .toArray();
        Spectrum spectrum = Spectrum.of(values);

        String svg = SpectrumPanels.svg(20_000, 30_000, spectrum);

        assertThat(svg.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(100_000);
        assertThat(SvgPage.parse(svg).panel(2).texts()).contains("energy 0.95 at rank " + spectrum.rankAtEnergy(0.95));
        assertThat(svg(N3).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(100_000);
    }

    @Test
    void should_keep_the_whole_extent_of_a_curve_that_is_thinned_out() {
        double[] values =
                IntStream.range(0, 20_000).mapToDouble(i -> i < 5 ? 10 - i : 1).toArray();
        SvgPage panel = SvgPage.parse(SpectrumPanels.svg(20_000, 20_000, Spectrum.of(values)))
                .panel(1);
        Element frame = panel.elements("rect").findFirst().orElseThrow();
        double bottom = Double.parseDouble(frame.getAttribute("y")) + Double.parseDouble(frame.getAttribute("height"));

        double[] curve = panel.curve(0);

        assertThat((bottom - curve[1]) / (bottom - curve[curve.length - 1])).isCloseTo(10, within(0.01));
        assertThat(curve.length).isLessThanOrEqualTo(4 * 521);
    }

    static Stream<Matrix> awkwardMatrices() {
        return Stream.of(
                N3,
                REFLECTION,
                normal(100, 49),
                Matrix.of(1, 1, -5),
                Matrix.of(1, 1, 0),
                Matrix.of(1, 4, 1, 2, 3, 4),
                Matrix.diagonal(2, 2),
                Matrix.diagonal(3, 5),
                Matrix.diagonal(2, 2, 1, 1),
                Matrix.of(2, 2, 1, 1, 1, 1),
                Matrix.of(2, 2, 1e150, -1e150, 5e149, 1),
                Matrix.of(2, 2, 1e-150, 0, 0, 1e-300),
                Matrix.of(2, 2, Double.MIN_VALUE, 0, 0, Double.MIN_VALUE),
                Matrix.of(3, 1, 1e308, 1e308, 1e308),
                Matrix.of(3, 1, Double.MIN_VALUE, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("awkwardMatrices")
    void should_draw_everything_on_the_page(Matrix matrix) {
        String svg = svg(matrix);
        Element page = SvgPage.parse(svg).element();

        double[] places = new SvgPage(page).places();
        for (int i = 0; i < places.length; i += 2) {
            assertThat(places[i]).isBetween(0.0, Double.parseDouble(page.getAttribute("width")));
            assertThat(places[i + 1]).isBetween(0.0, Double.parseDouble(page.getAttribute("height")));
        }
        assertThat(svg).doesNotContain("NaN", "Infinity", "∞");
    }

    @ParameterizedTest
    @MethodSource("awkwardMatrices")
    void should_be_an_accessible_document_on_white(Matrix matrix) {
        SvgPage page = page(matrix);

        assertThat(page.element().getLocalName()).isEqualTo("svg");
        assertThat(page.element().getAttribute("font-family")).endsWith("sans-serif");
        assertThat(page.elements("title").map(Element::getTextContent))
                .hasSize(1)
                .doesNotContain("");
        assertThat(page.elements("desc").map(Element::getTextContent))
                .hasSize(1)
                .doesNotContain("");
        Element background = page.elements("rect").findFirst().orElseThrow();
        assertThat(background.getAttribute("fill")).isEqualTo("#ffffff");
        assertThat(background.getAttribute("width")).isEqualTo(page.element().getAttribute("width"));
    }

    @ParameterizedTest
    @MethodSource("awkwardMatrices")
    void should_be_the_same_each_time_and_in_every_locale(Matrix matrix) {
        String first = svg(matrix);

        assertThat(svg(matrix)).isEqualTo(first);
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(svg(matrix)).isEqualTo(first);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void should_fail_if_the_spectrum_is_of_another_matrix() {
        assertThatThrownBy(() -> SvdPlot.svg(normal(4, 3), Spectrum.of(2, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Expected the 3 singular values of a matrix [4 × 3] but was: 2");
    }

    @Test
    void should_need_neither_a_screen_nor_fonts() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.awt..", "javax.swing..", "javax.imageio..")
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.eckart.cli.plot"));
    }

    private static String svg(Matrix matrix) {
        return SvdPlot.svg(matrix, Spectrum.of(EjmlDecomposer.thin(matrix).singularValues()));
    }

    private static SvgPage page(Matrix matrix) {
        return SvgPage.parse(svg(matrix));
    }

    private static Matrix normal(int rows, int columns) {
        Random random = new Random(1);
        return Matrix.of(
                rows,
                columns,
                random.doubles((long) rows * columns)
                        .map(u -> Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * random.nextDouble()))
                        .toArray());
    }

    private static double frameX(SvgPage panel) {
        return Double.parseDouble(
                panel.elements("rect").findFirst().orElseThrow().getAttribute("x"));
    }

    private static List<String> colours(SvgPage panel) {
        return panel.elements("circle")
                .map(point -> ((Element) point.getParentNode()).getAttribute("fill"))
                .toList();
    }

    private static List<String> tickLabels(SvgPage panel) {
        return panel.elements("text")
                .filter(text -> ((Element) text.getParentNode()).hasAttribute("text-anchor"))
                .map(Element::getTextContent)
                .toList();
    }
}
