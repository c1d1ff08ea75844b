package dev.eckart.core.compress;

import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.ChangedInputs;
import dev.eckart.core.calibrate.InputChange;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.Refit;
import dev.eckart.core.calibrate.UnrefittedReason;
import dev.eckart.core.calibrate.UnrefittedWeight;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Carries a plan out from a network's inputs to its outputs, each layer in view of what those before it became.
 *
 * <p>Beside the network that results, which is made at once and in the end, there is one with the pairs so far, to be
 * run. Layers on one input are measured once, and worked on side by side.
 */
final class RefitPass<N extends Network<N>> {
    private final WeightOpener opener;
    private final ChangeMeter<N> meter;
    private final Workers workers;
    private final List<UnrefittedWeight> unrefitted = new ArrayList<>();

    RefitPass(WeightOpener opener, ChangeMeter<N> meter, Workers workers) {
        this.opener = opener;
        this.meter = meter;
        this.workers = workers;
    }

    /** Those of the pairs handed over so far that could not be fitted. */
    List<UnrefittedWeight> unrefitted() {
        return List.copyOf(unrefitted);
    }

    /**
     * The replacements, each made when it is asked for.
     *
     * @param factored weights of a network
     * @param build makes a replacement of a weight that is open
     * @param task told of each that is done with
     */
    Iterator<Replacement> replacements(
            List<PlannedWeight> factored,
            N network,
            BiFunction<PlannedWeight, OpenWeight, Replacement> build,
            Provenance provenance,
            Progress.Task task) {
        unrefitted.clear();
        SoFar soFar = new SoFar(network);
        return byInput(factored).stream()
                .flatMap(layer -> {
                    List<Replacement> pairs = pairs(layer, soFar.network, build);
                    soFar.network = soFar.network.rewrite(pairs, provenance);
                    task.step(layer.size());
                    return pairs.stream();
                })
                .iterator();
    }

    /** The network with the pairs that there are. */
    private final class SoFar {
        private N network;

        SoFar(N network) {
            this.network = network;
        }
    }

    /** Those on one input together, in the place of the first; those of which nothing is known by themselves. */
    private List<List<PlannedWeight>> byInput(List<PlannedWeight> factored) {
        IdentityHashMap<InputStatistics, List<PlannedWeight>> known = new IdentityHashMap<>();
        List<List<PlannedWeight>> layers = new ArrayList<>();
        for (PlannedWeight planned : factored) {
            List<PlannedWeight> layer = opener.inputs(planned)
                    .map(inputs -> known.computeIfAbsent(inputs, unused -> new ArrayList<>()))
                    .orElseGet(ArrayList::new);
            if (layer.isEmpty()) {
                layers.add(layer);
            }
            layer.add(planned);
        }
        return layers;
    }

    private List<Replacement> pairs(
            List<PlannedWeight> layer, N soFar, BiFunction<PlannedWeight, OpenWeight, Replacement> build) {
        InputChange change = change(layer, soFar);
        if (change instanceof InputChange.Measured measured) {
            Refit refit = sideBySide(
                            List.of(measured.inputs()), inputs -> 0, inputs -> Refit.to(inputs, opener.decomposer()))
                    .get(0);
            return factor(layer, planned -> opener.open(planned, refit), build);
        }
        UnrefittedReason reason = ((InputChange.Unknown) change).reason();
        layer.forEach(
                planned -> unrefitted.add(new UnrefittedWeight(planned.weight().name(), reason)));
        return factor(layer, opener::open, build);
    }

    private InputChange change(List<PlannedWeight> layer, N soFar) {
        PlannedWeight any = layer.get(0);
        Optional<InputStatistics> before = opener.inputs(any);
        if (before.isEmpty()) {
            return new InputChange.Unknown(UnrefittedReason.UNCALIBRATED);
        }
        InputChange change = meter.measure(soFar, any.weight());
        if (!(change instanceof InputChange.Measured measured)) {
            return change;
        }
        ChangedInputs inputs = before.get().isAboutZero() ? measured.inputs().aboutZero() : measured.inputs();
        return inputs.obstacle()
                .<InputChange>map(InputChange.Unknown::new)
                .orElseGet(() -> new InputChange.Measured(inputs));
    }

    private List<Replacement> factor(
            List<PlannedWeight> layer,
            Function<PlannedWeight, OpenWeight> opening,
            BiFunction<PlannedWeight, OpenWeight, Replacement> build) {
        return sideBySide(layer, planned -> opener.bytes(planned) + Refit.bytes(planned.weight()), planned -> {
            try (OpenWeight open = opening.apply(planned)) {
                return build.apply(planned, open);
            }
        });
    }

    private <T, R> List<R> sideBySide(List<T> items, ToLongFunction<T> need, Function<T, R> work) {
        try (OrderedWork<R> ordered = OrderedWork.start(items, workers.threads(), workers.memory(), need, work)) {
            return ordered.toList();
        }
    }
}
