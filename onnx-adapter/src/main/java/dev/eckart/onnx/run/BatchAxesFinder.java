package dev.eckart.onnx.run;

import static java.util.Objects.requireNonNull;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.proto.TensorShapeProto.Dimension;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds the axes that count samples: in what the graph declares, and, where that does not tell, in what the model gives.
 *
 * <ol>
 *   <li>A symbol is a candidate if every input has an axis of that symbol, and one only, and if an output has it as well; a
 *       symbol that is called a batch may be missing in some inputs, which then go with every batch as a whole. Outputs
 *       that have no symbol of any input tell nothing.
 *   <li>A candidate that is called a batch, and is the only one, is taken.
 *   <li>Of others, those count that most outputs have. They are tried on the first two samples, alone and together, the
 *       ones with a name such as N first, then the ones that are first axes: the first that leaves each sample as it is
 *       alone is taken. Time does not: steps of a recurrent network depend on each other.
 *   <li>If none does, the inputs are one sample.
 *   <li>Without any candidate that an output has an axis for, the first axes count samples, unless one has the name of a
 *       later one.
 * </ol>
 */
final class BatchAxesFinder {
    /** Whatever it is called besides. */
    private static final String BATCH = "batch";

    /** Names that a batch has, and other axes have too. */
    private static final Set<String> USUAL = Set.of("n", "b", "bs");

    /** What a sample may change by others beside it, relatively: dynamic quantization looks at all of a batch. */
    private static final double INDEPENDENT = 0.02;

    /**
     * A symbol that may count samples.
     *
     * @param axes where it is
     * @param missing how many outputs do not have it
     */
    private record Candidate(String symbol, BatchAxes axes, long missing) {

        boolean isCalledBatch() {
            return symbol.toLowerCase(Locale.ROOT).contains(BATCH);
        }

        boolean isCalledAsUsual() {
            return USUAL.contains(symbol.toLowerCase(Locale.ROOT));
        }

        int first() {
            return axes.inputs().values().stream()
                    .min(Comparator.naturalOrder())
                    .orElse(0);
        }
    }

    private final List<ModelInput> inputs;
    private final Set<String> outputs;
    /** The best one first. */
    private final List<Candidate> candidates;

    private BatchAxesFinder(List<ModelInput> inputs, Set<String> outputs, List<Candidate> candidates) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.candidates = candidates;
    }

    /**
     * A finder for a model, or for a part of one.
     *
     * @param inputs that are fed
     * @param model what declares the outputs
     */
    static BatchAxesFinder of(List<ModelInput> inputs, OnnxModel model) {
        Map<String, List<ModelInput.Dim>> outputs = new LinkedHashMap<>();
        for (ValueInfoProto output : model.message().getGraph().getOutputList()) {
            outputs.put(
                    output.getName(),
                    output.getType().getTensorType().getShape().getDimList().stream()
                            .map(BatchAxesFinder::dim)
                            .toList());
        }
        return new BatchAxesFinder(inputs, outputs.keySet(), candidates(inputs, outputs));
    }

    private static ModelInput.Dim dim(Dimension declared) {
        return declared.hasDimValue()
                ? new ModelInput.Dim(declared.getDimValue(), "")
                : new ModelInput.Dim(-1, declared.getDimParam());
    }

    private static List<Candidate> candidates(List<ModelInput> inputs, Map<String, List<ModelInput.Dim>> outputs) {
        Set<String> symbols = new LinkedHashSet<>();
        inputs.forEach(input -> input.dims().forEach(dim -> symbols.add(dim.symbol())));
        symbols.remove("");
        boolean outputsTell =
                outputs.values().stream().flatMap(List::stream).anyMatch(dim -> symbols.contains(dim.symbol()));
        List<Candidate> candidates = new ArrayList<>();
        for (String symbol : symbols) {
            Optional<Map<String, Integer>> ofInputs = inputAxes(inputs, symbol);
            Map<String, Integer> ofOutputs = new HashMap<>();
            outputs.forEach((name, dims) -> only(dims, symbol).ifPresent(axis -> ofOutputs.put(name, axis)));
            if (ofInputs.isEmpty() || (outputsTell && ofOutputs.isEmpty())) {
                continue;
            }
            BatchAxes axes = new BatchAxes(ofInputs.get(), ofOutputs, countingOthers(outputs, symbols, symbol));
            Candidate candidate = new Candidate(symbol, axes, outputs.size() - ofOutputs.size());
            boolean everywhere = inputs.stream()
                    .allMatch(input -> input.dims().isEmpty() || axes.inputs().containsKey(input.name()));
            if (everywhere || candidate.isCalledBatch()) {
                candidates.add(candidate);
            }
        }
        return best(candidates);
    }

    /** Empty if the symbol is there a second time in an input. */
    private static Optional<Map<String, Integer>> inputAxes(List<ModelInput> inputs, String symbol) {
        Map<String, Integer> axes = new LinkedHashMap<>();
        for (ModelInput input : inputs) {
            OptionalInt axis = only(input.dims(), symbol);
            if (axis.isPresent()) {
                axes.put(input.name(), axis.getAsInt());
            } else if (input.dims().stream().anyMatch(dim -> dim.symbol().equals(symbol))) {
                return Optional.empty();
            }
        }
        return Optional.of(axes);
    }

    /** The axis of a symbol, if there is one such axis. */
    private static OptionalInt only(List<ModelInput.Dim> dims, String symbol) {
        int[] axes = IntStream.range(0, dims.size())
                .filter(axis -> dims.get(axis).symbol().equals(symbol))
                .toArray();
        return axes.length == 1 ? OptionalInt.of(axes[0]) : OptionalInt.empty();
    }

    /** Outputs whose first axis is of another symbol of the inputs, or of a fixed size; one of 1 is often not meant so. */
    private static Set<String> countingOthers(
            Map<String, List<ModelInput.Dim>> outputs, Set<String> symbols, String batch) {
        Set<String> others = new HashSet<>();
        outputs.forEach((name, dims) -> {
            if (!dims.isEmpty()
                    && !dims.get(0).symbol().equals(batch)
                    && (symbols.contains(dims.get(0).symbol()) || dims.get(0).size() > 1)) {
                others.add(name);
            }
        });
        return others;
    }

    private static List<Candidate> best(List<Candidate> candidates) {
        List<Candidate> batches =
                candidates.stream().filter(Candidate::isCalledBatch).toList();
        if (batches.size() == 1) {
            return batches;
        }
        long fewest = candidates.stream().mapToLong(Candidate::missing).min().orElse(0);
        return candidates.stream()
                .filter(candidate -> candidate.missing() == fewest)
                .sorted(Comparator.comparing(Candidate::isCalledBatch)
                        .thenComparing(Candidate::isCalledAsUsual)
                        .reversed()
                        .thenComparing(Candidate::first))
                .toList();
    }

    /**
     * What the graph alone tells, for arrays that are about to be made or looked at.
     *
     * @return the best candidate, or else the first axes
     */
    BatchAxes declared() {
        return candidates.isEmpty() ? firstAxes(inputs) : candidates.get(0).axes();
    }

    /**
     * As {@link #declared()}, where arrays are given: those of the best candidate that they fit.
     *
     * @param arrays for every input
     */
    BatchAxes declared(Map<String, NpyArray> arrays) {
        return fitting(arrays).stream().findFirst().map(Candidate::axes).orElseGet(() -> firstAxes(inputs));
    }

    private List<Candidate> fitting(Map<String, NpyArray> arrays) {
        return candidates.stream()
                .filter(candidate -> inputs.stream()
                                .allMatch(input -> InputSet.fits(
                                        input, requireNonNull(arrays.get(input.name())), candidate.axes()))
                        && candidate.axes().inputs().entrySet().stream()
                                        .map(entry -> length(arrays, entry))
                                        .distinct()
                                        .count()
                                == 1)
                .toList();
    }

    /**
     * What the graph tells and a few runs confirm.
     *
     * @param model to be run, on two samples at most
     * @param sets arrays that fit its inputs, one set or more
     */
    BatchAxes settled(RunnableModel model, List<Map<String, NpyArray>> sets) {
        List<Candidate> fitting = fitting(sets.get(0));
        Optional<BatchAxes> untried = Optional.empty();
        boolean dependent = false;
        for (Candidate candidate : fitting) {
            boolean sure = candidates.size() == 1 && candidate.isCalledBatch();
            if (sure && candidate.axes().outputs().keySet().containsAll(outputs)) {
                return candidate.axes();
            }
            Optional<Trial> trial = sets.stream()
                    .filter(arrays -> length(arrays, candidate) > 1)
                    .findFirst()
                    .map(arrays -> Trial.of(model, candidate.axes(), arrays));
            if (trial.isPresent()) {
                BatchAxes axes = candidate.axes().with(trial.get().outputs());
                boolean independent = trial.get().change() <= INDEPENDENT;
                if (sure || (independent && !axes.outputs().isEmpty())) {
                    return axes;
                }
                dependent |= !independent;
            } else if (untried.isEmpty()) {
                untried = Optional.of(candidate.axes());
            }
        }
        return untried.orElse(dependent ? new BatchAxes() : firstAxes(inputs));
    }

    private static int length(Map<String, NpyArray> arrays, Candidate candidate) {
        return candidate.axes().inputs().entrySet().stream()
                .mapToInt(entry -> length(arrays, entry))
                .min()
                .orElse(0);
    }

    private static int length(Map<String, NpyArray> arrays, Map.Entry<String, Integer> axis) {
        return requireNonNull(arrays.get(axis.getKey())).shape().get(axis.getValue());
    }

    private static BatchAxes firstAxes(List<ModelInput> inputs) {
        Set<String> later = new HashSet<>();
        inputs.forEach(input ->
                input.dims().stream().skip(1).map(ModelInput.Dim::symbol).forEach(later::add));
        later.remove("");
        Map<String, Integer> first = new LinkedHashMap<>();
        inputs.stream().filter(input -> !input.dims().isEmpty()).forEach(input -> first.put(input.name(), 0));
        boolean standApart = inputs.stream()
                .filter(input -> !input.dims().isEmpty())
                .noneMatch(input -> later.contains(input.dims().get(0).symbol()));
        return standApart ? new BatchAxes(first, Map.of(), Set.of()) : new BatchAxes();
    }

    /**
     * Two samples, alone and together.
     *
     * @param outputs their axes that were one long for one sample, and two for both
     * @param change by how much a sample changed by the other one beside it: the largest relative error of an output
     */
    private record Trial(Map<String, Integer> outputs, double change) {

        static Trial of(RunnableModel model, BatchAxes axes, Map<String, NpyArray> arrays) {
            try {
                return of(
                        axes,
                        model.run(axes.samples(arrays, 0, 1)),
                        model.run(axes.samples(arrays, 1, 2)),
                        model.run(axes.samples(arrays, 0, 2)));
            } catch (InvalidInputException e) {
                // The model does not take samples along these axes.
                return new Trial(Map.of(), Double.POSITIVE_INFINITY);
            }
        }

        private static Trial of(
                BatchAxes axes, Map<String, Output> first, Map<String, Output> second, Map<String, Output> both) {
            Map<String, Integer> outputs = new HashMap<>();
            double change = 0;
            for (Output together : both.values()) {
                Output one = requireNonNull(first.get(together.name()));
                Output other = requireNonNull(second.get(together.name()));
                OptionalInt grown = grown(one.shape(), together.shape());
                if (grown.isPresent()
                        && other.shape().equals(one.shape())
                        && isPossible(axes, together.name(), grown.getAsInt())) {
                    outputs.put(together.name(), grown.getAsInt());
                    change = Math.max(change, change(one, other, together.withFirst(grown.getAsInt())));
                }
            }
            return new Trial(outputs, change);
        }

        private static boolean isPossible(BatchAxes axes, String output, int axis) {
            Integer known = axes.outputs().get(output);
            return known == null ? axis > 0 || !axes.notFirst().contains(output) : known == axis;
        }

        private static OptionalInt grown(List<Long> one, List<Long> two) {
            if (one.size() != two.size()) {
                return OptionalInt.empty();
            }
            int[] different = IntStream.range(0, one.size())
                    .filter(axis -> !one.get(axis).equals(two.get(axis)))
                    .toArray();
            return different.length == 1 && one.get(different[0]) == 1 && two.get(different[0]) == 2
                    ? OptionalInt.of(different[0])
                    : OptionalInt.empty();
        }

        private static double change(Output first, Output second, Output both) {
            double squared = 0;
            double squaredError = 0;
            for (int i = 0; i < both.size(); i++) {
                double alone = i < first.size() ? first.at(i) : second.at(i - first.size());
                double together = both.at(i);
                // Infinities and NaNs may be what the model gives, too.
                if (Double.compare(alone, together) != 0) {
                    squaredError += (alone - together) * (alone - together);
                }
                squared += Double.isFinite(alone) ? alone * alone : 0;
            }
            double change = squaredError == 0 ? 0 : Math.sqrt(squaredError) / Math.sqrt(squared);
            return Double.isNaN(change) ? Double.POSITIVE_INFINITY : change;
        }
    }
}
