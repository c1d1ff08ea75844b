package dev.eckart.core.encode;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Stored;
import java.util.Map;
import java.util.Optional;

/**
 * {@code bits:b}: each number of a weight as a code of b bits, with a scale for each output.
 *
 * <p>The network multiplies by the weight as before: codes become numbers once, when the model is loaded. So it serves every
 * operator that takes a constant, at the original's speed.
 *
 * <p>Numbers are rounded to the nearest code. Where a calibration tells what a weight's inputs have in common, what rounding one
 * row loses of the outputs is taken off the others, which costs no byte and saves half of the loss or more.
 *
 * @param bits b, 2 to 8
 */
public record BitsEncoding(int bits) implements Correctable {
    /** Of those that a size is divided into; fewer are to be asked for by number. */
    private static final int FEWEST = 3;

    public BitsEncoding {
        Blocks.requireBits(bits);
    }

    @Override
    public String name() {
        return "bits:" + bits;
    }

    @Override
    public Optional<Encoding> finer() {
        return Optional.of(bits < Blocks.MOST_BITS ? new BitsEncoding(Blocks.MOST_BITS) : new Float16Encoding());
    }

    @Override
    public Draft draft(WeightView view) {
        return RoundedDraft.of(view, bits);
    }

    @Override
    public Stored rounded(LinearWeight weight) {
        return Blocks.zeros(weight.rows(), weight.columns(), bits, weight.rows(), weight.type());
    }

    @Override
    public Stored round(LinearWeight weight, Matrix other, Optional<CalibratedInputs> inputs) {
        return RoundedDraft.of(other, inputs, new Grid(bits, weight.type())).blocks();
    }

    @Override
    public ElementType pairType(LinearWeight weight) {
        return Blocks.scaleType(weight.type());
    }

    /** The number of bits after an encoding's name. */
    static int bits(StrategyArguments arguments, String name) {
        return parsed(
                arguments,
                arguments
                        .value()
                        .orElseThrow(() -> arguments.refuse(
                                "expected a number of bits after the name, such as %s:8".formatted(name))));
    }

    private static int parsed(StrategyArguments arguments, String written) {
        if (!written.matches("\\d{1,3}")
                || Integer.parseInt(written) < Blocks.LEAST_BITS
                || Integer.parseInt(written) > Blocks.MOST_BITS) {
            throw arguments.refuse("expected a number of bits from %d to %d but was: %s"
                    .formatted(Blocks.LEAST_BITS, Blocks.MOST_BITS, written));
        }
        return Integer.parseInt(written);
    }

    /** {@code bits:8}, {@code bits:4+pair}. */
    public static final class Provider implements EncodingProvider {

        @Override
        public String name() {
            return "bits";
        }

        @Override
        public String summary() {
            return "each number as a code of 2 to 8 bits, with a scale for each output";
        }

        @Override
        public String stores() {
            return "codes, a scale for each output; with +pair, two factors";
        }

        @Override
        public String runs() {
            return "the dense weight, made once at load: as fast as before";
        }

        @Override
        public String serves() {
            return "every operator that takes a constant; +pair: ranks by --rank";
        }

        @Override
        public Map<String, String> usage() {
            return Map.of(
                    "bits:8",
                    "8 bits: a quarter of the bytes of float32, at the original's speed",
                    "bits",
                    "as many bits for each weight as --size allows, or float16; without --size, 8",
                    "bits:4+pair",
                    "4 bits, and a pair of the rank that --rank chooses for what they lose");
        }

        @Override
        public Encoding create(StrategyArguments arguments) {
            if (arguments.allowing().value().isEmpty()) {
                return AnyBits.of(name(), Blocks.MOST_BITS, FEWEST, BitsEncoding::new);
            }
            Optional<String> corrected = arguments.value().filter(value -> value.endsWith(CorrectedEncoding.SUFFIX));
            return corrected.isPresent()
                    ? new CorrectedEncoding(new BitsEncoding(parsed(
                            arguments,
                            corrected
                                    .get()
                                    .substring(0, corrected.get().length() - CorrectedEncoding.SUFFIX.length()))))
                    : new BitsEncoding(bits(arguments, name()));
        }
    }
}
