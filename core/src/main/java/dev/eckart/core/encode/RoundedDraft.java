package dev.eckart.core.encode;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Stored;
import java.util.List;
import java.util.Optional;

/**
 * A weight rounded to codes: to the nearest ones, and where the inputs are known, so that what rounding one number loses is made
 * up for by others.
 *
 * @param loss as of {@link Offer#loss}
 * @param biasShift as of {@link Offer#biasShift}
 */
record RoundedDraft(Blocks blocks, double loss, Optional<MatrixSource> biasShift) implements Draft {

    static RoundedDraft of(WeightView view, int bits) {
        return of(
                view.weight().values(),
                view.inputs(),
                new Grid(bits, view.weight().type()));
    }

    /**
     * A matrix in a weight's place.
     *
     * @param inputs that it is multiplied by, if they are known
     */
    static RoundedDraft of(MatrixSource matrix, Optional<CalibratedInputs> inputs, Grid grid) {
        return inputs.map(known -> CompensatedRounding.of(matrix, known, grid))
                .orElseGet(() -> NearestRounding.of(matrix, grid));
    }

    @Override
    public List<Offer> offers() {
        return List.of(new Rounded(blocks, loss, biasShift));
    }

    private record Rounded(Blocks blocks, double loss, Optional<MatrixSource> biasShift) implements Offer {
        @Override
        public String variant() {
            return "bits:" + blocks.bits();
        }

        @Override
        public Stored outline() {
            return blocks.outline();
        }

        @Override
        public Stored build() {
            return blocks;
        }
    }
}
