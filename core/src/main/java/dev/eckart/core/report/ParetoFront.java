package dev.eckart.core.report;

import dev.eckart.core.report.ComparisonReport.Compared;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.MetricResult;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The networks of a comparison that no other one beats: none has fewer bytes and loses no more, or as many and loses less.
 *
 * @param measure what the loss is measured by, as reports name it
 * @param higherIsBetter whether more of it is less loss
 * @param members for each network, in the comparison's order, whether it is on the front
 */
public record ParetoFront(String measure, boolean higherIsBetter, List<Boolean> members) {
    public ParetoFront {
        members = List.copyOf(members);
    }

    /**
     * By accuracy where there were labels, else by the first metric, else by the cosine of the worst output where every
     * network has one, else by the relative error of the worst output.
     */
    static ParetoFront of(List<Compared> models) {
        Compared first = models.get(0);
        if (first.verification().accuracy().isPresent()) {
            return of(
                    models,
                    "accuracy drop",
                    false,
                    model -> model.verification()
                            .accuracy()
                            .map(LabelAccuracy::drop)
                            .orElse(Double.NaN));
        }
        Optional<MetricResult> metric = first.verification().metrics().stream().findFirst();
        if (metric.isPresent()) {
            return of(
                    models,
                    metric.get().name(),
                    metric.get().judgement().higherIsBetter(),
                    model -> model.verification().metrics().get(0).value());
        }
        if (models.stream().allMatch(model -> model.verification().cosine().isPresent())) {
            return of(
                    models,
                    "cosine",
                    true,
                    model -> model.verification().cosine().orElseThrow());
        }
        return of(models, "relative error", false, model -> model.verification().relativeError());
    }

    private static ParetoFront of(
            List<Compared> models, String measure, boolean higherIsBetter, ToDoubleFunction<Compared> value) {
        List<Point> points = models.stream()
                .map(model -> new Point(
                        model.model().bytes(),
                        higherIsBetter ? -value.applyAsDouble(model) : value.applyAsDouble(model)))
                .toList();
        return new ParetoFront(
                measure,
                higherIsBetter,
                points.stream()
                        .map(point ->
                                Double.isFinite(point.loss) && points.stream().noneMatch(point::isBeatenBy))
                        .toList());
    }

    /** A network's place in the picture. */
    private record Point(long bytes, double loss) {
        boolean isBeatenBy(Point other) {
            return other.bytes <= bytes && other.loss <= loss && (other.bytes < bytes || other.loss < loss);
        }
    }
}
