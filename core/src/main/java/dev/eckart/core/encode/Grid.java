package dev.eckart.core.encode;

import dev.eckart.core.model.ElementType;
import dev.eckart.core.stored.Blocks;

/**
 * The numbers that those of one output are rounded to: codes of some bits, −M … M − 1 with M = 2^(bits−1), times a step.
 *
 * @param type of the weight
 */
record Grid(int bits, ElementType type) {
    /** What is tried for f in a step of f·max|w| / (M − ½) with few bits. */
    private static final double[] CUTS = {1, 0.95, 0.9, 0.8, 0.7};

    /** From so many bits on, nothing is gained by cutting off. */
    private static final int BITS_WITHOUT_CUT = 7;

    /** A number of this size has no digits behind the point. */
    private static final double WHOLE = 0x1.8p52;

    /** How many steps are tried for an output. */
    int candidates() {
        return 1 + cuts().length;
    }

    private double[] cuts() {
        return bits < BITS_WITHOUT_CUT ? CUTS : new double[] {CUTS[0]};
    }

    int least() {
        return -(1 << (bits - 1));
    }

    int most() {
        return (1 << (bits - 1)) - 1;
    }

    /**
     * Steps worth trying for numbers between two, each as a file holds it. The first is the least that cuts nothing off:
     * numbers that were multiples of a step before find it again. Those after it are the finer the more they cut off: what
     * the largest numbers lose by that, the others may gain.
     *
     * @param least of the numbers, or 0 if all are above it
     * @param most of the numbers, or 0 if all are below it
     * @return all 0 for nothing but zeros
     */
    double[] steps(double least, double most) {
        double[] cuts = cuts();
        double[] steps = new double[1 + cuts.length];
        double largest = Math.max(most, -least);
        double whole = held(Math.max(most / most(), least / least()));
        // Among subnormal numbers, the nearest one may be far below.
        boolean cutting = most > whole * (most() + 0.5) || least < whole * (least() - 0.5);
        steps[0] = stored(cutting ? above(whole) : whole, least, most);
        for (int i = 0; i < cuts.length; i++) {
            steps[i + 1] = stored(cuts[i] * (largest / (most() + 0.5)), least, most);
        }
        return steps;
    }

    /** As the scales' type holds it: not so small that its inverse is infinite, nor so large that a product is. */
    private double stored(double step, double least, double most) {
        if (least == 0 && most == 0) {
            return 0;
        }
        double held = Math.max(held(step), isFloat() ? Float.MIN_VALUE : Double.MIN_NORMAL);
        while (true) {
            double code = Math.max(code(most / held), -code(least / held));
            if (Math.abs(product(code, held)) <= type.largest()) {
                return held;
            }
            double fitting = held(type.largest() / code);
            held = fitting < held ? fitting : below(held);
        }
    }

    /** What a code stands for, as the network computes it. */
    double product(double code, double step) {
        return held(code * step);
    }

    private double held(double number) {
        return isFloat() ? (float) number : number;
    }

    private double above(double held) {
        return isFloat() ? Math.nextUp((float) held) : Math.nextUp(held);
    }

    private double below(double held) {
        return isFloat() ? Math.nextDown((float) held) : Math.nextDown(held);
    }

    private boolean isFloat() {
        return Blocks.scaleType(type) == ElementType.FLOAT32;
    }

    /** The nearest code to a number, in steps. */
    double code(double exact) {
        double code = nearest(exact);
        return code > most() ? most() : code < least() ? least() : code;
    }

    /** As {@link Math#rint} for numbers far below 2^51, in operations that the JIT makes vectors of. */
    private static double nearest(double exact) {
        return exact + WHOLE - WHOLE;
    }

    /**
     * Adds the squares of what rounding loses of a row, in squares of steps, times a weight.
     *
     * @param inverse 1 / step of each column
     */
    void addErrors(double[] numbers, int at, double[] inverse, double weight, double[] errors) {
        double most = most();
        double least = least();
        for (int j = 0; j < inverse.length; j++) {
            double exact = numbers[at + j] * inverse[j];
            double code = nearest(exact);
            // Not by Math.min and Math.max, which cost more than all else.
            if (code > most) {
                code = most;
            } else if (code < least) {
                code = least;
            }
            errors[j] += weight * ((exact - code) * (exact - code));
        }
    }

    /** Sets {@code codes}, from an index on, to the codes nearest to a row. */
    void round(double[] numbers, int at, double[] inverse, byte[] codes, int to) {
        double most = most();
        double least = least();
        for (int j = 0; j < inverse.length; j++) {
            double code = nearest(numbers[at + j] * inverse[j]);
            if (code > most) {
                code = most;
            } else if (code < least) {
                code = least;
            }
            codes[to + j] = (byte) code;
        }
    }
}
