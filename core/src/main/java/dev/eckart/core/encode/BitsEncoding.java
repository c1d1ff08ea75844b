package dev.eckart.core.encode;

import dev.eckart.core.rank.StrategyArguments;
import dev.eckart.core.stored.Blocks;
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
public record BitsEncoding(int bits) implements Encoding {
    public BitsEncoding {
        if (bits < Blocks.LEAST_BITS || bits > Blocks.MOST_BITS) {
            throw new IllegalArgumentException(
                    "Expected %d to %d bits but was: %d".formatted(Blocks.LEAST_BITS, Blocks.MOST_BITS, bits));
        }
    }

    @Override
    public String name() {
        return "bits:" + bits;
    }

    @Override
    public Optional<Encoding> finer() {
        return bits < Blocks.MOST_BITS ? Optional.of(new BitsEncoding(Blocks.MOST_BITS)) : Optional.empty();
    }

    @Override
    public Draft draft(WeightView view) {
        return RoundedDraft.of(view, bits);
    }

    /** {@code bits:8}. */
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
        public Map<String, String> usage() {
            return Map.of("bits:8", "8 bits: a quarter of the bytes of float32, at the original's speed");
        }

        @Override
        public Encoding create(StrategyArguments arguments) {
            String written = arguments
                    .allowing()
                    .value()
                    .orElseThrow(() -> arguments.refuse("expected a number of bits after the name, such as bits:8"));
            if (!written.matches("\\d{1,3}")
                    || Integer.parseInt(written) < Blocks.LEAST_BITS
                    || Integer.parseInt(written) > Blocks.MOST_BITS) {
                throw arguments.refuse("expected a number of bits from %d to %d but was: %s"
                        .formatted(Blocks.LEAST_BITS, Blocks.MOST_BITS, written));
            }
            return new BitsEncoding(Integer.parseInt(written));
        }
    }
}
