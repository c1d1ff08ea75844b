package dev.eckart.core.encode;

import dev.eckart.core.Lazy;
import dev.eckart.core.calibrate.LookUps;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Codes;
import dev.eckart.core.stored.Packed;
import dev.eckart.core.stored.Stored;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Rounding to the nearest code, with a scale for each block of an output's numbers; the last outputs may be given fewer bits. */
final class BlockRounding {
    /** The least number that float16 holds with all of its digits, and the largest. */
    private static final double LEAST_HALF = 0x1p-14;

    private static final double LARGEST_HALF = 65504;

    /** Binary digits of a float16 behind the first one. */
    private static final int HALF_DIGITS = 10;

    /** What the numbers of float16 are all multiples of. */
    private static final double LEAST_PLACE = 0x1p-24;

    private final WeightView view;
    private final Grid grid;

    /** Of the outputs from {@code full} on. */
    private final Grid rare;

    private final int full;
    private final int blockSize;

    private BlockRounding(WeightView view, int bits, int full, int blockSize) {
        this.view = view;
        this.grid = new Grid(bits, view.weight().type());
        this.rare = new Grid(Packed.RARE_BITS, view.weight().type());
        this.full = full;
        this.blockSize = blockSize;
    }

    /**
     * Scales in float16, where that can hold them, and in float32; of a weight in float16 in that alone, in which operators take them.
     *
     * @param full outputs that are given all bits, as of {@link Packed}
     * @throws dev.eckart.core.linalg.NonFiniteValueException if the weight holds a NaN or an infinity
     */
    static Draft of(WeightView view, int bits, int full, int blockSize) {
        BlockRounding rounding = new BlockRounding(view, bits, full, blockSize);
        double[] steps = rounding.steps();
        List<Offer> offers = rounding.scaleTypes(steps)
                .<Offer>map(type -> rounding.offer(steps, type))
                .toList();
        return () -> offers;
    }

    private Stream<ElementType> scaleTypes(double[] steps) {
        if (view.weight().type() == ElementType.FLOAT16) {
            return Stream.of(ElementType.FLOAT16);
        }
        boolean half = Arrays.stream(steps).allMatch(step -> step == 0 || (step >= LEAST_HALF && step <= LARGEST_HALF));
        return half ? Stream.of(ElementType.FLOAT16, ElementType.FLOAT32) : Stream.of(ElementType.FLOAT32);
    }

    /** The step of each block and column, block by block. */
    private double[] steps() {
        LinearWeight weight = view.weight();
        int columns = weight.columns();
        double[] steps = new double[Math.multiplyExact(Packed.blocks(weight.rows(), blockSize), columns)];
        double[] weights = ones(weight.rows());
        Strip.forEachBlock(weight.values(), blockSize, strip -> {
            int inFull = inFull(strip.from(), strip.width());
            if (inFull > 0) {
                double[] found = Steps.of(strip, grid, weights).steps();
                System.arraycopy(found, 0, steps, at(strip), inFull);
            }
            if (inFull < strip.width()) {
                double[] found = Steps.of(strip, rare, weights).steps();
                System.arraycopy(found, inFull, steps, at(strip) + inFull, found.length - inFull);
            }
        });
        return steps;
    }

    /** How many of some neighbouring outputs are given all bits. */
    private int inFull(int from, int width) {
        return Math.max(0, Math.min(width, full - from));
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Where the steps of a strip's columns begin among those of all blocks. */
    private int at(Strip strip) {
        return strip.top() / blockSize * view.weight().columns() + strip.from();
    }

    private Offer offer(double[] exact, ElementType type) {
        double[] steps = exact.clone();
        if (type == ElementType.FLOAT16) {
            Arrays.setAll(steps, i -> half(steps[i]));
        }
        return new Rounded(type, steps, Lazy.of(() -> new Codings(steps)));
    }

    /** The nearest number that float16 holds; of those with fewer digits than all the next one above, by which nothing is cut off. */
    private static double half(double step) {
        if (step < LEAST_HALF) {
            return Math.ceil(step / LEAST_PLACE) * LEAST_PLACE;
        }
        double place = Math.scalb(1.0, Math.getExponent(step) - HALF_DIGITS);
        return Math.min(LARGEST_HALF, Math.rint(step / place) * place);
    }

    /** Codes, and what they lose of the weight, filled in strip by strip. */
    private final class Codings {
        private final byte[] codes =
                new byte[Math.multiplyExact(view.weight().rows(), view.weight().columns())];
        private final Energies energies = new Energies(view.lookUps());

        Codings(double[] steps) {
            Strip.forEachBlock(view.weight().values(), blockSize, strip -> {
                double[] step = Arrays.copyOfRange(steps, at(strip), at(strip) + strip.width());
                strip.forEachPanel((row, rows, numbers) -> round(strip.from(), row, rows, numbers, step));
            });
        }

        private void round(int from, int row, int rows, double[] numbers, double[] step) {
            double[] inverse = Steps.inverse(step);
            int inFull = inFull(from, step.length);
            for (int i = 0; i < rows; i++) {
                int at = (row + i) * view.weight().columns() + from;
                grid.round(numbers, i * step.length, inverse, codes, at);
                for (int j = 0; j < step.length; j++) {
                    double number = numbers[i * step.length + j];
                    if (j >= inFull) {
                        codes[at + j] = (byte) rare.code(number * inverse[j]);
                    }
                    if (Math.abs(grid.product(codes[at + j], step[j]))
                            > grid.type().largest()) {
                        // Of a scale that was rounded up.
                        codes[at + j] -= (byte) Math.signum(number);
                    }
                    double off = number - grid.product(codes[at + j], step[j]);
                    energies.add(from + j, number, off);
                }
            }
        }

        Codes codes() {
            return Codes.wrap(view.weight().rows(), view.weight().columns(), codes);
        }

        Energies energies() {
            return energies;
        }
    }

    /** The energy of a weight, and of what it loses. */
    private static final class Energies {
        private final double[] shares;
        private double energy;
        private double lost;
        private double energyInUse;
        private double lostInUse;

        Energies(Optional<LookUps> lookUps) {
            this.shares = lookUps.map(LookUps::shares).orElseGet(() -> new double[0]);
        }

        void add(int output, double number, double off) {
            energy += number * number;
            lost += off * off;
            if (shares.length > 0) {
                energyInUse += shares[output] * (number * number);
                lostInUse += shares[output] * (off * off);
            }
        }

        double loss() {
            return energy == 0 ? 0 : lost / energy;
        }

        /** Each output as often as it is looked up. */
        double lossInUse() {
            return energyInUse == 0 ? loss() : lostInUse / energyInUse;
        }
    }

    private final class Rounded implements Offer {
        private final ElementType type;
        private final double[] steps;
        private final Lazy<Codings> codings;

        Rounded(ElementType type, double[] steps, Lazy<Codings> codings) {
            this.type = type;
            this.steps = steps;
            this.codings = codings;
        }

        @Override
        public String variant() {
            return "scales in " + type.label();
        }

        @Override
        public Packed outline() {
            return Packed.zeros(view.weight().rows(), view.weight().columns(), grid.bits(), full, blockSize, type);
        }

        @Override
        public double loss() {
            return view.inputs().isEmpty() ? codings.get().energies().loss() : view.loss(dense());
        }

        @Override
        public double lossInUse() {
            return view.inputs().isEmpty() ? codings.get().energies().lossInUse() : loss();
        }

        private Matrix dense() {
            return form().toMatrix(() -> view.lowRanks().backend());
        }

        @Override
        public Optional<MatrixSource> biasShift() {
            return view.inputs().isEmpty() ? Optional.empty() : view.biasShift(dense());
        }

        private Packed form() {
            int blocks = Packed.blocks(view.weight().rows(), blockSize);
            return new Packed(
                    codings.get().codes(),
                    grid.bits(),
                    full,
                    blockSize,
                    Matrix.of(blocks, view.weight().columns(), steps),
                    type);
        }

        @Override
        public Stored build() {
            return form();
        }
    }
}
