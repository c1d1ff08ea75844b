package dev.eckart.core.encode;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.stored.Integers;
import dev.eckart.core.stored.Stored;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code int8:b}: each number of a weight as a code of b bits, with a scale for each output, and products of integers: the inputs are
 * rounded to 8 bits while the network runs. That is faster than the original, and loses more than codes alone do.
 *
 * @param bits b, 4 to 7
 */
public record Int8Encoding(int bits) implements Encoding {
    public Int8Encoding {
        if (bits < Integers.LEAST_BITS || bits > Integers.MOST_BITS) {
            throw new IllegalArgumentException(
                    "Expected %d to %d bits but was: %d".formatted(Integers.LEAST_BITS, Integers.MOST_BITS, bits));
        }
    }

    @Override
    public String name() {
        return "int8:" + bits;
    }

    @Override
    public Optional<String> obstacle(LinearWeight weight) {
        return weight.type() == ElementType.FLOAT32
                ? Optional.empty()
                : Optional.of("products of integers stand for float32, and this is "
                        + weight.type().label());
    }

    @Override
    public boolean roundsInputs() {
        return true;
    }

    @Override
    public Optional<Encoding> finer() {
        return bits < Integers.MOST_BITS ? Optional.of(new Int8Encoding(Integers.MOST_BITS)) : Optional.empty();
    }

    @Override
    public Draft draft(WeightView view) {
        Grid grid = new Grid(bits, view.weight().type());
        MatrixSource weight = view.weight().values();
        Rounded rounded = view.inputs()
                .map(CalibratedInputs::rounding)
                .map(inputs -> new Rounded(
                        RoundedDraft.of(inputs.divided(weight), Optional.of(inputs.inputs()), grid),
                        inputs.factors().map(factors -> Matrix.of(1, weight.rows(), factors)),
                        inputs.byRow()))
                .orElseGet(() -> new Rounded(RoundedDraft.of(weight, Optional.empty(), grid), Optional.empty(), false));
        return () -> List.of(rounded);
    }

    /**
     * Codes, without what rounding the inputs loses.
     *
     * @param factors of the inputs, {@code [1 × in]}
     */
    private record Rounded(RoundedDraft rounded, Optional<MatrixSource> factors, boolean byRow) implements Offer {
        @Override
        public String variant() {
            return "int8:" + rounded.blocks().bits();
        }

        @Override
        public Stored outline() {
            return build().outline();
        }

        @Override
        public double loss() {
            return rounded.loss();
        }

        @Override
        public Optional<MatrixSource> biasShift() {
            return rounded.biasShift();
        }

        @Override
        public Integers build() {
            return new Integers(rounded.blocks(), factors, byRow);
        }
    }

    /** {@code int8:7}. */
    public static final class Provider implements EncodingProvider {

        @Override
        public String name() {
            return "int8";
        }

        @Override
        public String summary() {
            return "codes of 4 to 7 bits, multiplied as integers: fast, and the inputs are rounded, too";
        }

        @Override
        public String stores() {
            return "codes, a scale for each output";
        }

        @Override
        public String runs() {
            return "products of integers, of inputs that are rounded to 8 bits in each run";
        }

        @Override
        public String serves() {
            return "float32 products; opset 11 or newer";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(
                    "int8:7", "7 bits: the largest integers that every processor adds up without loss",
                    "int8", "as many bits for each weight as --size allows; without --size, 7");
        }

        @Override
        public Encoding create(StrategyArguments arguments) {
            if (arguments.allowing().value().isEmpty()) {
                return AnyBits.of(name(), Integers.MOST_BITS, Integers.LEAST_BITS, Int8Encoding::new);
            }
            int bits = BitsEncoding.bits(arguments, name());
            if (bits < Integers.LEAST_BITS || bits > Integers.MOST_BITS) {
                throw arguments.refuse("expected a number of bits from %d to %d but was: %d"
                        .formatted(Integers.LEAST_BITS, Integers.MOST_BITS, bits));
            }
            return new Int8Encoding(bits);
        }
    }
}
