package dev.eckart.cli.plot;

import dev.eckart.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** The singular values of a matrix by index, and beside them their cumulative energy by rank. */
final class SpectrumPanels {
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 536;
    private static final double LEFT = 92;
    private static final double TOP = 116;
    private static final double PANEL_WIDTH = 520;
    private static final double PANEL_HEIGHT = 360;
    private static final double PITCH = 640;

    /** From this ratio of the largest value to the smallest on, the values are drawn on a logarithmic axis. */
    private static final double LARGE_RANGE = 1000;
    /** Up to that many values, each is a point of its own; more are a line. */
    private static final int MOST_POINTS = 120;

    /** An energy whose rank is marked. */
    private record Mark(double energy, String colour, Shape shape) {}

    /** From the smallest to the largest, so that they can be told apart where they fall on the same rank. */
    private enum Shape {
        DIAMOND,
        SQUARE,
        CIRCLE
    }

    private static final List<Mark> MARKS = List.of(
            new Mark(0.9, Colours.VERMILION, Shape.DIAMOND),
            new Mark(0.95, Colours.GREEN, Shape.SQUARE),
            new Mark(0.99, Colours.BLACK, Shape.CIRCLE));

    private SpectrumPanels() {}

    static String svg(int rows, int columns, Spectrum spectrum) {
        String heading = "Singular values of a " + rows + " × " + columns + " matrix";
        Svg svg = new Svg(WIDTH, HEIGHT, heading, description(spectrum));
        svg.text(LEFT, 38, heading, "font-size", "20", "font-weight", "bold");
        drawValues(svg, spectrum);
        drawEnergy(svg, spectrum);
        return svg.finish();
    }

    private static String description(Spectrum spectrum) {
        StringBuilder description = new StringBuilder(extremes(spectrum)).append('.');
        for (Mark mark : MARKS) {
            description.append(' ').append(legend(mark, spectrum)).append('.');
        }
        return description.toString();
    }

    private static String extremes(Spectrum spectrum) {
        int k = spectrum.size();
        String first = "σ₁ = " + NumberText.of(spectrum.sigma(1));
        return k == 1
                ? first
                : "%s to σ%s = %s".formatted(first, NumberText.subscript(k), NumberText.of(spectrum.sigma(k)));
    }

    private static String legend(Mark mark, Spectrum spectrum) {
        return "energy " + NumberText.of(mark.energy()) + " at rank " + spectrum.rankAtEnergy(mark.energy());
    }

    private static void drawValues(Svg svg, Spectrum spectrum) {
        double largest = spectrum.sigma(1);
        double smallest = spectrum.sigma(spectrum.size());
        boolean logarithmic = smallest > 0 && largest / smallest >= LARGE_RANGE;
        Axis vertical = logarithmic
                ? Axis.logarithmic(smallest, largest)
                : Axis.fromZero(largest == 0 ? 1 : Math.min(1.05 * largest, Double.MAX_VALUE));
        Panel panel = new Panel(LEFT, TOP, PANEL_WIDTH, PANEL_HEIGHT, Axis.counting(spectrum.size()), vertical);
        svg.open("g", "id", "panel-1");
        panel.drawTitle(svg, "Singular values", extremes(spectrum) + (logarithmic ? ", on a logarithmic axis" : ""));
        panel.drawFrame(svg);
        panel.drawAxisTitles(svg, "index i", "σᵢ");
        drawMarkLines(svg, panel, spectrum);
        drawCurve(svg, panel, 1, spectrum.size(), spectrum::sigma);
        for (Mark mark : MARKS) {
            int rank = spectrum.rankAtEnergy(mark.energy());
            drawShape(svg, mark, panel.px(rank), panel.py(spectrum.sigma(rank)));
        }
        svg.close();
    }

    private static void drawEnergy(Svg svg, Spectrum spectrum) {
        Panel panel = new Panel(
                LEFT + PITCH, TOP, PANEL_WIDTH, PANEL_HEIGHT, Axis.counting(spectrum.size()), Axis.fromZero(1));
        svg.open("g", "id", "panel-2");
        panel.drawTitle(svg, "Cumulative energy", "(σ₁² + … + σᵣ²) / (σ₁² + … + σₖ²)");
        panel.drawFrame(svg);
        panel.drawAxisTitles(svg, "rank r", "energy(r)");
        drawMarkLines(svg, panel, spectrum);
        drawCurve(svg, panel, 0, spectrum.size(), spectrum::energy);
        for (Mark mark : MARKS) {
            int rank = spectrum.rankAtEnergy(mark.energy());
            drawShape(svg, mark, panel.px(rank), panel.py(spectrum.energy(rank)));
        }
        drawLegend(svg, panel, spectrum);
        svg.close();
    }

    private static void drawMarkLines(Svg svg, Panel panel, Spectrum spectrum) {
        for (Mark mark : MARKS) {
            double x = panel.px(spectrum.rankAtEnergy(mark.energy()));
            svg.line(x, panel.y(), x, panel.bottom(), "stroke", mark.colour(), "stroke-dasharray", "5 4");
        }
    }

    /** In the lower right corner, where a concave curve never comes. */
    private static void drawLegend(Svg svg, Panel panel, Spectrum spectrum) {
        double lineHeight = 26;
        double width = 210;
        double height = MARKS.size() * lineHeight + 10;
        double x = panel.right() - width - 14;
        double y = panel.bottom() - height - 14;
        svg.rectangle(x, y, width, height, "fill", Colours.BACKGROUND, "stroke", Colours.FRAME);
        for (int i = 0; i < MARKS.size(); i++) {
            double middle = y + 5 + (i + 0.5) * lineHeight;
            drawShape(svg, MARKS.get(i), x + 18, middle);
            svg.text(x + 36, middle + 4.5, legend(MARKS.get(i), spectrum));
        }
    }

    private static void drawShape(Svg svg, Mark mark, double x, double y) {
        String[] style = {"fill", "none", "stroke", mark.colour(), "stroke-width", "2"};
        switch (mark.shape()) {
            case DIAMOND -> svg.polygon(new double[] {x, y - 5, x + 5, y, x, y + 5, x - 5, y}, style);
            case SQUARE -> svg.rectangle(x - 5.5, y - 5.5, 11, 11, style);
            case CIRCLE -> svg.circle(x, y, 9, style);
        }
    }

    private static void drawCurve(Svg svg, Panel panel, int first, int last, IntToDoubleFunction value) {
        double[] places = thinned(panel, first, last, value);
        svg.polyline(places, "fill", "none", "stroke", Colours.BLUE, "stroke-width", "1.5", "stroke-linejoin", "round");
        if (last <= MOST_POINTS) {
            svg.open("g", "fill", Colours.BLUE);
            for (int i = 0; i < places.length; i += 2) {
                svg.circle(places[i], places[i + 1], 2.5);
            }
            svg.close();
        }
    }

    /**
     * Places on the page, x and y in turn: of those in one column of pixels only the first and the last, between which
     * a monotone curve has all others.
     */
    private static double[] thinned(Panel panel, int first, int last, IntToDoubleFunction value) {
        double[] places = new double[2 * (last - first + 1)];
        int length = 0;
        for (int i = first; i <= last; i++) {
            long column = (long) panel.px(i);
            if (i == first || i == last || column != (long) panel.px(i - 1) || column != (long) panel.px(i + 1)) {
                places[length++] = panel.px(i);
                places[length++] = panel.py(value.applyAsDouble(i));
            }
        }
        return Arrays.copyOf(places, length);
    }
}
