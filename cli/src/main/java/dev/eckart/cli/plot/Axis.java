package dev.eckart.cli.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * A range of values along one side of a panel.
 *
 * @param from at the start: a value, or its logarithm to base 10
 * @param to at the end, likewise
 * @param ticks what is marked
 */
record Axis(double from, double to, boolean logarithmic, List<Tick> ticks) {
    private static final double[] NICE = {1, 2, 5, 10};

    /** A mark and where it stands, from 0 at the start to 1 at the end. */
    record Tick(double position, String label) {}

    Axis {
        ticks = List.copyOf(ticks);
    }

    /** From −{@code range} to {@code range}. */
    static Axis symmetric(double range) {
        double step = niceStep(range / 3);
        int count = stepsWithin(range, step);
        return linear(-range, range, step, -count, count);
    }

    /** From 0 to {@code range}. */
    static Axis fromZero(double range) {
        double step = niceStep(range / 5);
        return linear(0, range, step, 0, stepsWithin(range, step));
    }

    /** From 0 to {@code count}, marked at whole numbers. */
    static Axis counting(int count) {
        double step = Math.max(1, niceStep(count / 6.0));
        return linear(0, count, step, 0, stepsWithin(count, step));
    }

    /** From below {@code smallest} to above {@code largest}, both positive, marked at powers of ten. */
    static Axis logarithmic(double smallest, double largest) {
        double low = Math.log10(smallest);
        double high = Math.log10(largest);
        double margin = (high - low) / 20;
        double from = low - margin;
        double to = high + margin;
        int step = (int) Math.max(1, niceStep((high - low) / 6));
        List<Tick> ticks = new ArrayList<>();
        for (int exponent = (int) Math.ceil(from); exponent <= to; exponent++) {
            if (exponent % step == 0) {
                ticks.add(new Tick(position(exponent, from, to), NumberText.powerOfTen(exponent)));
            }
        }
        return new Axis(from, to, true, ticks);
    }

    /** Where {@code value} stands, from 0 at the start to 1 at the end. */
    double position(double value) {
        return position(logarithmic ? Math.log10(value) : value, from, to);
    }

    private static Axis linear(double from, double to, double step, int first, int last) {
        List<Tick> ticks = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            ticks.add(new Tick(position(i * step, from, to), NumberText.of(i * step)));
        }
        return new Axis(from, to, false, ticks);
    }

    /** In parts of the larger end, so that the width of the range stays in the range of doubles. */
    private static double position(double value, double from, double to) {
        double unit = Math.max(Math.abs(from), Math.abs(to));
        return (value / unit - from / unit) / (to / unit - from / unit);
    }

    /** The smallest of 1, 2, 5 times a power of ten that is not below {@code atLeast}; 0 if too small for a double. */
    private static double niceStep(double atLeast) {
        double power = Math.pow(10, Math.floor(Math.log10(atLeast)));
        for (double nice : NICE) {
            if (nice * power >= atLeast) {
                return nice * power;
            }
        }
        return 0;
    }

    /** With a little more than the range, so that rounding does not lose the last one. */
    private static int stepsWithin(double range, double step) {
        return step == 0 ? 0 : (int) (range / step * (1 + 1e-9));
    }
}
