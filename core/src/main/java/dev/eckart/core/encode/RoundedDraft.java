package dev.eckart.core.encode;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.NonFiniteValueException;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Codes;
import dev.eckart.core.stored.Stored;
import java.util.Arrays;
import java.util.List;

/**
 * A weight rounded to the nearest codes, each number by itself.
 *
 * <p>The step of an output is f·max|W[:, j]| / (2^(b−1) − ½). With few bits, f below 1 may lose less: what the largest numbers
 * lose by being cut off, the others gain by finer steps.
 */
final class RoundedDraft implements Draft {
    /** What is tried for f with few bits. */
    private static final double[] CUTS = {1, 0.95, 0.9, 0.8, 0.7};

    /** From so many bits on, nothing is gained by cutting off. */
    private static final int BITS_WITHOUT_CUT = 7;

    /** Numbers that are read at a time. */
    private static final int TILE = 1 << 16;

    private final Blocks blocks;
    private final double loss;

    private RoundedDraft(Blocks blocks, double loss) {
        this.blocks = blocks;
        this.loss = loss;
    }

    static RoundedDraft of(WeightView view, int bits) {
        LinearWeight weight = view.weight();
        Rounding rounding = new Rounding(weight.values(), bits, weight.type());
        int width = Math.max(1, Math.min(weight.columns(), TILE / weight.rows()));
        for (int column = 0; column < weight.columns(); column += width) {
            rounding.round(column, Math.min(width, weight.columns() - column));
        }
        return new RoundedDraft(rounding.blocks(), rounding.loss());
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

    /** The rounding of a weight, some outputs at a time. */
    private static final class Rounding {
        private final MatrixSource values;
        private final int bits;
        private final ElementType type;
        private final double[] cuts;
        private final byte[] codes;
        private final double[] scales;
        private double unit;
        private double energy;
        private double lost;

        Rounding(MatrixSource values, int bits, ElementType type) {
            this.values = values;
            this.bits = bits;
            this.type = type;
            this.cuts = bits < BITS_WITHOUT_CUT ? CUTS : new double[] {1};
            this.codes = new byte[Math.multiplyExact(values.rows(), values.columns())];
            this.scales = new double[values.columns()];
        }

        void round(int from, int width) {
            int rows = values.rows();
            double[] tile = new double[rows * width];
            values.read(0, from, rows, width, tile);
            double[] largest = largest(tile, from, width);
            double[] best = new double[width];
            Arrays.fill(best, Double.POSITIVE_INFINITY);
            for (double cut : cuts) {
                double[] steps = new double[width];
                Arrays.setAll(steps, j -> step(largest[j], cut));
                double[] errors = new double[width];
                byte[] rounded = round(tile, largest, steps, errors);
                for (int j = 0; j < width; j++) {
                    if (errors[j] < best[j]) {
                        best[j] = errors[j];
                        scales[from + j] = steps[j];
                        for (int i = 0; i < rows; i++) {
                            codes[i * values.columns() + from + j] = rounded[i * width + j];
                        }
                    }
                }
            }
            addLoss(tile, largest, best);
        }

        private double[] largest(double[] tile, int from, int width) {
            double[] largest = new double[width];
            for (int at = 0; at < tile.length; at += width) {
                for (int j = 0; j < width; j++) {
                    double size = Math.abs(tile[at + j]);
                    if (!(size <= Double.MAX_VALUE)) {
                        throw NonFiniteValueException.at(at / width, from + j, tile[at + j]);
                    }
                    largest[j] = Math.max(largest[j], size);
                }
            }
            return largest;
        }

        /** As the file holds it; 0 where all codes are 0. */
        private double step(double largest, double cut) {
            double step = cut * (largest / ((1 << (bits - 1)) - 0.5));
            return Blocks.scaleType(type) == ElementType.FLOAT32 ? (float) step : step;
        }

        /** @param errors set to the sum of squared errors of each output, in squares of its largest number */
        private byte[] round(double[] tile, double[] largest, double[] steps, double[] errors) {
            int width = steps.length;
            int least = -(1 << (bits - 1));
            int most = (1 << (bits - 1)) - 1;
            double[] inverse = new double[width];
            Arrays.setAll(inverse, j -> steps[j] == 0 || Double.isInfinite(1 / steps[j]) ? 0 : 1 / steps[j]);
            byte[] rounded = new byte[tile.length];
            for (int at = 0; at < tile.length; at += width) {
                for (int j = 0; j < width; j++) {
                    double exact = tile[at + j] * inverse[j];
                    double code = Math.min(most, Math.max(least, Math.rint(exact)));
                    double error = exact - code;
                    errors[j] += error * error;
                    rounded[at + j] = (byte) code;
                }
            }
            for (int j = 0; j < width; j++) {
                double step = inverse[j] == 0 ? 0 : steps[j] / largest[j];
                errors[j] *= step * step;
            }
            return rounded;
        }

        /** Adds up squares, in squares of the largest number so far, so that no sum leaves the range of double. */
        private void addLoss(double[] tile, double[] largest, double[] errors) {
            double most = Math.max(unit, Arrays.stream(largest).max().orElse(0));
            if (most == 0) {
                return;
            }
            energy *= (unit / most) * (unit / most);
            lost *= (unit / most) * (unit / most);
            unit = most;
            for (double number : tile) {
                energy += number / unit * (number / unit);
            }
            for (int j = 0; j < errors.length; j++) {
                double size = largest[j] / unit;
                lost += errors[j] * size * size;
            }
        }

        double loss() {
            return energy == 0 ? 0 : lost / energy;
        }

        Blocks blocks() {
            return new Blocks(
                    Codes.wrap(values.rows(), values.columns(), codes),
                    bits,
                    values.rows(),
                    Matrix.of(1, scales.length, scales),
                    type);
        }
    }
}
