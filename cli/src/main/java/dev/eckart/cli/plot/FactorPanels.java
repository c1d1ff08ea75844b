package dev.eckart.cli.plot;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SingularValueDecomposition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the factors of A = U·Σ·Vᵀ {@code [2 × 2]} do to a cloud of points, the unit circle and the two basis vectors, in
 * four panels of the same scale.
 */
final class FactorPanels {
    private static final int WIDTH = 1400;
    private static final int HEIGHT = 484;
    private static final double SIDE = 284;
    private static final double LEFT = 56;
    private static final double TOP = 116;
    private static final double PITCH = 344;

    private static final long SEED = 20;
    /** Points on a side of the grid from which the cloud is scattered. */
    private static final int GRID = 16;

    private static final int CIRCLE_CORNERS = 120;
    /** Free space around everything drawn, as a part of it. */
    private static final double MARGIN = 0.15;

    private static final List<String> QUADRANT_COLOURS =
            List.of(Colours.BLUE, Colours.ORANGE, Colours.GREEN, Colours.PURPLE);
    private static final List<String> VECTOR_COLOURS = List.of(Colours.BLACK, Colours.VERMILION);

    private FactorPanels() {}

    /** What a panel shows: the points after some of the factors, and how that is called. */
    private record Stage(String title, String step, String prefix, Matrix map) {}

    static String svg(Matrix matrix, SingularValueDecomposition thin) {
        List<Stage> stages = stages(thin);
        List<Matrix> quadrants = cloud();
        Matrix circle = circle();
        double range = stages.stream()
                .flatMap(stage ->
                        Stream.concat(quadrants.stream(), Stream.of(circle)).map(stage.map()::times))
                .mapToDouble(FactorPanels::largestMagnitude)
                .max()
                .orElseThrow();
        Axis axis = Axis.symmetric(Math.min((1 + MARGIN) * range, Double.MAX_VALUE));

        Svg svg = new Svg(WIDTH, HEIGHT, "The effect of the factors of a 2 × 2 matrix", description(matrix, stages));
        svg.text(LEFT, 38, "A = UΣVᵀ = " + bracketed(matrix), "font-size", "20", "font-weight", "bold");
        for (int i = 0; i < stages.size(); i++) {
            Stage stage = stages.get(i);
            Panel panel = new Panel(LEFT + i * PITCH, TOP, SIDE, SIDE, axis, axis);
            svg.open("g", "id", "panel-" + (i + 1));
            panel.drawTitle(svg, (i + 1) + ". " + stage.title(), stage.step());
            panel.drawFrame(svg);
            drawPoints(svg, panel, stage.map(), quadrants);
            svg.polyline(
                    onPage(panel, stage.map().times(circle)), "fill", "none", "stroke", "#555555", "stroke-width", "1");
            drawBasis(svg, panel, stage);
            svg.close();
        }
        svg.text(
                LEFT,
                HEIGHT - 26,
                "A point keeps the colour of the quadrant that it starts in. Grey line: the unit circle and its image."
                        + " Angles are counterclockwise; the scale is the same in all panels.");
        return svg.finish();
    }

    private static List<Stage> stages(SingularValueDecomposition svd) {
        Matrix afterV = svd.vTransposed();
        Matrix afterSigma = svd.sigma().times(afterV);
        Matrix afterU = svd.u().times(afterSigma);
        double[] values = svd.singularValues();
        return List.of(
                new Stage("Points x", "and the basis vectors e₁, e₂", "", Matrix.diagonal(2, 2, 1, 1)),
                new Stage("After Vᵀ", PlaneIsometry.of(svd.vTransposed()).describe(), "Vᵀ", afterV),
                new Stage(
                        "After Σ",
                        "stretch by σ₁ = %s, σ₂ = %s".formatted(NumberText.of(values[0]), NumberText.of(values[1])),
                        "ΣVᵀ",
                        afterSigma),
                new Stage("After U: Ax", PlaneIsometry.of(svd.u()).describe(), "A", afterU));
    }

    private static String description(Matrix matrix, List<Stage> stages) {
        return stages.stream()
                .map(stage -> "%s: %s.".formatted(stage.title(), stage.step()))
                .collect(Collectors.joining(" ", "A = " + bracketed(matrix) + ". ", ""));
    }

    private static String bracketed(Matrix matrix) {
        return "[[%s, %s], [%s, %s]]"
                .formatted(
                        NumberText.of(matrix.get(0, 0)),
                        NumberText.of(matrix.get(0, 1)),
                        NumberText.of(matrix.get(1, 0)),
                        NumberText.of(matrix.get(1, 1)));
    }

    /** The points of the square from −1 to 1, spread evenly but not regularly: one matrix of columns a quadrant. */
    private static List<Matrix> cloud() {
        Random random = new Random(SEED);
        List<List<double[]>> quadrants = Stream.generate(() -> (List<double[]>) new ArrayList<double[]>())
                .limit(4)
                .toList();
        for (int row = 0; row < GRID; row++) {
            for (int column = 0; column < GRID; column++) {
                double x = (column + random.nextDouble()) * 2 / GRID - 1;
                double y = (row + random.nextDouble()) * 2 / GRID - 1;
                int quadrant = y >= 0 ? (x >= 0 ? 0 : 1) : (x < 0 ? 2 : 3);
                quadrants.get(quadrant).add(new double[] {x, y});
            }
        }
        return quadrants.stream()
                .map(points -> Matrix.ofRows(points.toArray(double[][]::new)).transpose())
                .toList();
    }

    private static Matrix circle() {
        double[][] points = new double[CIRCLE_CORNERS + 1][];
        for (int i = 0; i <= CIRCLE_CORNERS; i++) {
            double angle = 2 * Math.PI * i / CIRCLE_CORNERS;
            points[i] = new double[] {Math.cos(angle), Math.sin(angle)};
        }
        return Matrix.ofRows(points).transpose();
    }

    private static double largestMagnitude(Matrix points) {
        double largest = 0;
        for (double coordinate : points.toArray()) {
            largest = Math.max(largest, Math.abs(coordinate));
        }
        return largest;
    }

    /** Columns of x and y as places on the page, x and y in turn. */
    private static double[] onPage(Panel panel, Matrix points) {
        double[] places = new double[2 * points.columns()];
        for (int i = 0; i < points.columns(); i++) {
            places[2 * i] = panel.px(points.get(0, i));
            places[2 * i + 1] = panel.py(points.get(1, i));
        }
        return places;
    }

    private static void drawPoints(Svg svg, Panel panel, Matrix map, List<Matrix> quadrants) {
        for (int q = 0; q < quadrants.size(); q++) {
            svg.open("g", "fill", QUADRANT_COLOURS.get(q), "fill-opacity", "0.75");
            double[] places = onPage(panel, map.times(quadrants.get(q)));
            for (int i = 0; i < places.length; i += 2) {
                svg.circle(places[i], places[i + 1], 2.8);
            }
            svg.close();
        }
    }

    private static void drawBasis(Svg svg, Panel panel, Stage stage) {
        double[] tips = onPage(panel, stage.map());
        // The second one is the thinner, so that neither hides the other where they coincide.
        Arrow first = new Arrow(panel.px(0), panel.py(0), tips[0], tips[1], 4);
        Arrow second = new Arrow(panel.px(0), panel.py(0), tips[2], tips[3], 2.4);
        first.drawEdge(svg);
        second.drawEdge(svg);
        first.draw(svg, VECTOR_COLOURS.get(0));
        second.draw(svg, VECTOR_COLOURS.get(1));
        first.drawLabel(svg, panel, stage.prefix() + "e₁", VECTOR_COLOURS.get(0), second);
        second.drawLabel(svg, panel, stage.prefix() + "e₂", VECTOR_COLOURS.get(1), first);
    }
}
