package dev.eckart.core.encode;

import dev.eckart.core.Lazy;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.stored.Dense;
import dev.eckart.core.stored.Stored;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code float16}: each number of a weight as the nearest one of float16 (IEEE 754 binary16), of 11 significant bits.
 *
 * <p>The network multiplies by the weight as before: numbers get their own type back once, when the model is loaded. It is for the few
 * weights of which 8 bits with a scale for each output would lose much.
 */
public record Float16Encoding() implements Encoding {
    private static final String NAME = "float16";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> obstacle(LinearWeight weight) {
        if (weight.type().bytes() <= ElementType.FLOAT16.bytes()) {
            return Optional.of("it is no smaller than " + weight.type().label());
        }
        double largest = Range.of(weight.values()).largest;
        return largest > ElementType.FLOAT16.largest() && Double.isFinite(largest)
                ? Optional.of("a number of size %.3g is beyond the %.0f of float16"
                        .formatted(largest, ElementType.FLOAT16.largest()))
                : Optional.empty();
    }

    @Override
    public Draft draft(WeightView view) {
        requireFinite(view.weight().values());
        return () -> List.of(
                new Rounded(view, Lazy.of(() -> Range.of(view.weight().values()).loss(view))));
    }

    private static void requireFinite(MatrixSource numbers) {
        Strip.forEach(
                numbers,
                strip -> strip.forEachPanel((row, rows, panel) -> {
                    for (int i = 0; i < rows * strip.width(); i++) {
                        if (!Double.isFinite(panel[i])) {
                            throw NonFiniteValueException.at(
                                    row + i / strip.width(), strip.from() + i % strip.width(), panel[i]);
                        }
                    }
                }));
    }

    /**
     * What a weight's numbers are like.
     *
     * @param largest of their sizes; infinite where one is not finite
     */
    private record Range(double largest) {

        static Range of(MatrixSource numbers) {
            double[] largest = new double[1];
            Strip.forEach(
                    numbers,
                    strip -> strip.forEachPanel((row, rows, panel) -> {
                        for (int i = 0; i < rows * strip.width(); i++) {
                            double size = Math.abs(panel[i]);
                            largest[0] = size <= largest[0]
                                    ? largest[0]
                                    : Double.isNaN(size) ? Double.POSITIVE_INFINITY : size;
                        }
                    }));
            return new Range(largest[0]);
        }

        double loss(WeightView view) {
            if (view.inputs().isPresent()) {
                return view.loss(Matrix.copyOf(Halves.of(view.weight().values())));
            }
            // Of numbers that are divided by it, no square leaves the range of double.
            double unit = largest == 0 ? 1 : Math.scalb(1.0, Math.max(Math.getExponent(largest), Double.MIN_EXPONENT));
            double[] sums = new double[2];
            Strip.forEach(
                    view.weight().values(),
                    strip -> strip.forEachPanel((row, rows, panel) -> {
                        for (int i = 0; i < rows * strip.width(); i++) {
                            double number = panel[i] / unit;
                            double lost = (panel[i] - Halves.half(panel[i])) / unit;
                            sums[0] += number * number;
                            sums[1] += lost * lost;
                        }
                    }));
            return sums[0] == 0 ? 0 : sums[1] / sums[0];
        }
    }

    private record Rounded(WeightView view, Lazy<Double> found) implements Offer {
        @Override
        public String variant() {
            return NAME;
        }

        @Override
        public Stored outline() {
            return Dense.zeros(view.weight().rows(), view.weight().columns(), ElementType.FLOAT16);
        }

        @Override
        public double loss() {
            return found.get();
        }

        @Override
        public Optional<MatrixSource> biasShift() {
            return view.inputs().isEmpty()
                    ? Optional.empty()
                    : view.biasShift(Matrix.copyOf(Halves.of(view.weight().values())));
        }

        @Override
        public Stored build() {
            return new Dense(Halves.of(view.weight().values()), ElementType.FLOAT16);
        }
    }

    /** {@code float16}. */
    public static final class Provider implements EncodingProvider {

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String summary() {
            return "each number in float16";
        }

        @Override
        public String stores() {
            return "numbers of 2 bytes";
        }

        @Override
        public String runs() {
            return "the dense weight, made once at load: as fast as before";
        }

        @Override
        public String serves() {
            return "every operator that takes a constant in float32 or float64";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(NAME, "half of the bytes of float32, with next to no loss, at the original's speed");
        }

        @Override
        public Encoding create(StrategyArguments arguments) {
            if (arguments.allowing().value().isPresent()) {
                throw arguments.refuse("float16 takes no value; bits:8 and others have fewer bits");
            }
            return new Float16Encoding();
        }
    }
}
