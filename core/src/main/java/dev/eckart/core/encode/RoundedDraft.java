package dev.eckart.core.encode;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Codes;
import dev.eckart.core.stored.Stored;
import java.util.Arrays;
import java.util.List;

/**
 * A weight rounded to the nearest codes, each number by itself.
 *
 * @param loss as of {@link Offer#loss}
 */
record RoundedDraft(Blocks blocks, double loss) implements Draft {

    static RoundedDraft of(WeightView view, int bits) {
        LinearWeight weight = view.weight();
        Grid grid = new Grid(bits, weight.type());
        Rounding rounding = new Rounding(weight.values(), grid);
        Strip.forEach(weight.values(), rounding::round);
        return new RoundedDraft(
                new Blocks(
                        Codes.wrap(weight.rows(), weight.columns(), rounding.codes),
                        bits,
                        weight.rows(),
                        Matrix.of(1, weight.columns(), rounding.scales),
                        weight.type()),
                rounding.loss());
    }

    @Override
    public List<Offer> offers() {
        return List.of(new Rounded(blocks, loss));
    }

    private record Rounded(Blocks blocks, double loss) implements Offer {
        @Override
        public String variant() {
            return "bits:" + blocks.bits();
        }

        @Override
        public long bytes() {
            return blocks.bytes();
        }

        @Override
        public Stored build() {
            return blocks;
        }
    }

    /** The rounding of a weight, strip by strip. */
    private static final class Rounding {
        private final Grid grid;
        private final int columns;
        private final double[] weights;
        private final byte[] codes;
        private final double[] scales;
        private final double[] units;
        private final double[] energies;
        private final double[] errors;

        Rounding(MatrixSource values, Grid grid) {
            this.grid = grid;
            this.columns = values.columns();
            this.weights = new double[values.rows()];
            Arrays.fill(weights, 1);
            this.codes = new byte[Math.multiplyExact(values.rows(), columns)];
            this.scales = new double[columns];
            this.units = new double[columns];
            this.energies = new double[columns];
            this.errors = new double[columns];
        }

        void round(Strip strip) {
            int width = strip.width();
            Steps found = Steps.of(strip, grid, weights);
            System.arraycopy(found.steps(), 0, scales, strip.from(), width);
            System.arraycopy(found.units(), 0, units, strip.from(), width);
            System.arraycopy(found.energies(), 0, energies, strip.from(), width);
            System.arraycopy(found.errors(), 0, errors, strip.from(), width);
            double[] inverse = found.inverse();
            strip.forEachPanel((row, rows, numbers) -> {
                for (int i = 0; i < rows; i++) {
                    grid.round(numbers, i * width, inverse, codes, (row + i) * columns + strip.from());
                }
            });
        }

        /** By way of squares of the largest number, so that no sum leaves the range of double. */
        double loss() {
            double unit = Arrays.stream(units).max().orElse(0);
            if (unit == 0) {
                return 0;
            }
            double energy = 0;
            double lost = 0;
            for (int j = 0; j < columns; j++) {
                double part = units[j] / unit;
                energy += energies[j] * (part * part);
                lost += errors[j] * (part * part);
            }
            return lost / energy;
        }
    }
}
