package dev.eckart.core.compress;

import dev.eckart.core.factor.CompressionPlan;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What takes the place of the weights of a plan, built as it is asked for. */
final class Built implements AutoCloseable {
    private final List<Pass<Replacement>> passes = new ArrayList<>();

    Built(Run run, CompressionPlan plan) {
        add(plan, run::isOpened, run::opened);
        add(plan, planned -> !run.isOpened(planned), run::shown);
    }

    private void add(
            CompressionPlan plan,
            Predicate<PlannedWeight> which,
            Function<List<PlannedWeight>, Pass<Replacement>> pass) {
        List<PlannedWeight> planned = plan.replaced().stream().filter(which).toList();
        if (!planned.isEmpty()) {
            passes.add(pass.apply(planned));
        }
    }

    Stream<Replacement> stream() {
        return passes.stream()
                .map(pass -> StreamSupport.stream(pass.spliterator(), false))
                // Flattened otherwise, all of a pass would be built before the first is handed over.
                .reduce(Stream.empty(), Stream::concat)
                .map(Pass.Done::result);
    }

    @Override
    public void close() {
        passes.forEach(Pass::close);
    }
}
