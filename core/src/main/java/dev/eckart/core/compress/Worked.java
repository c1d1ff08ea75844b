package dev.eckart.core.compress;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.model.SkippedWeight;
import dev.eckart.core.scan.Inventory;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What work on a weight gave, or why there was none to do.
 *
 * @param result empty for a weight that is skipped
 * @param skipped empty for any other
 */
record Worked<R>(Optional<R> result, Optional<SkippedWeight> skipped) {

    static <R> Worked<R> done(R result) {
        return new Worked<>(Optional.of(result), Optional.empty());
    }

    static <R> Worked<R> skipped(SkippedWeight weight) {
        return new Worked<>(Optional.empty(), Optional.of(weight));
    }

    /** The same with another result. */
    <T> Worked<T> map(Function<R, T> made) {
        return new Worked<>(result.map(made), skipped);
    }

    /** What was given, in the order of the weights. */
    static <R> List<R> results(List<Worked<R>> all) {
        return all.stream().flatMap(each -> each.result.stream()).toList();
    }

    /** The weights that are skipped, and then others. */
    static <R> List<SkippedWeight> skipped(List<Worked<R>> all, List<SkippedWeight> others) {
        return Stream.concat(all.stream().flatMap(each -> each.skipped.stream()), others.stream())
                .toList();
    }

    /** What was decided on the weights of an inventory. */
    static CompressionPlan plan(List<Worked<PlannedWeight>> planned, Inventory inventory) {
        return new CompressionPlan(results(planned), skipped(planned, inventory.skipped()));
    }
}
