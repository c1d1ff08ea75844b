package dev.eckart.core.encode;

import dev.eckart.core.linalg.NonFiniteValueException;
import java.util.Arrays;

/** The steps of the columns of a strip, and what rounding to the nearest code loses; for those who change none of it. */
final class Steps {
    private final double[] steps;
    private final double[] units;
    private final double[] energies;
    private final double[] errors;

    private Steps(double[] steps, double[] units, double[] energies, double[] errors) {
        this.steps = steps;
        this.units = units;
        this.energies = energies;
        this.errors = errors;
    }

    /** One for each column; 0 for a column of zeros. */
    double[] steps() {
        return steps;
    }

    /** For each column a power of two near its largest number, by which squares stay in range; 0 for a column of zeros. */
    double[] units() {
        return units;
    }

    /** The weighted sum of squares of each column's numbers, in squares of its unit. */
    double[] energies() {
        return energies;
    }

    /** The same of what each column loses. */
    double[] errors() {
        return errors;
    }

    /** The largest and the least number of each column. */
    private static final class Range {
        private final double[] least;
        private final double[] most;

        Range(int width) {
            this.least = new double[width];
            this.most = new double[width];
        }

        /** No NaN is among what it tells of: none is larger or less than anything. */
        static Range of(Strip strip) {
            int width = strip.width();
            Range range = new Range(width);
            strip.forEachPanel((row, rows, numbers) -> {
                for (int i = 0; i < rows; i++) {
                    range.add(numbers, i * width);
                }
            });
            requireFinite(range.least, strip);
            requireFinite(range.most, strip);
            return range;
        }

        private void add(double[] numbers, int at) {
            for (int j = 0; j < least.length; j++) {
                double number = numbers[at + j];
                if (number < least[j]) {
                    least[j] = number;
                }
                if (number > most[j]) {
                    most[j] = number;
                }
            }
        }
    }

    /** Finds what is not finite where that shows in what became of columns. */
    private static void requireFinite(double[] columns, Strip strip) {
        if (Arrays.stream(columns).allMatch(Double::isFinite)) {
            return;
        }
        int width = strip.width();
        strip.forEachPanel((row, rows, numbers) -> {
            for (int i = 0; i < rows * width; i++) {
                if (!Double.isFinite(numbers[i])) {
                    throw NonFiniteValueException.at(row + i / width, strip.from() + i % width, numbers[i]);
                }
            }
        });
    }

    /**
     * Those of the steps worth trying that lose least by rounding to the nearest code.
     *
     * @param weights how much what is lost of a row counts
     * @throws NonFiniteValueException if there is a NaN or an infinity
     */
    static Steps of(Strip strip, Grid grid, double[] weights) {
        int width = strip.width();
        Range range = Range.of(strip);
        double[][] tried = new double[grid.candidates()][width];
        double[] largest = new double[width];
        for (int j = 0; j < width; j++) {
            largest[j] = Math.max(range.most[j], -range.least[j]);
            double[] steps = grid.steps(range.least[j], range.most[j]);
            for (int i = 0; i < tried.length; i++) {
                tried[i][j] = steps[i];
            }
        }
        double[][] inverse = Arrays.stream(tried).map(Steps::inverse).toArray(double[][]::new);
        double[] units = Arrays.stream(largest).map(Steps::unit).toArray();
        double[] parts = inverse(units);
        double[] energies = new double[width];
        double[][] errors = new double[tried.length][width];
        strip.forEachPanel((row, rows, numbers) -> {
            for (int k = 0; k < rows; k++) {
                double weight = weights[row + k];
                addEnergies(numbers, k * width, parts, weight, energies);
                for (int i = 0; i < tried.length; i++) {
                    grid.addErrors(numbers, k * width, inverse[i], weight, errors[i]);
                }
            }
        });
        requireFinite(energies, strip);
        return best(tried, units, energies, errors);
    }

    /** 0 where there is nothing but zeros. */
    static double[] inverse(double[] steps) {
        return Arrays.stream(steps).map(step -> step == 0 ? 0 : 1 / step).toArray();
    }

    /** The power of two below it, which has a finite inverse. */
    private static double unit(double largest) {
        return largest == 0 ? 0 : Math.scalb(1.0, Math.max(Math.getExponent(largest), Double.MIN_EXPONENT));
    }

    double[] inverse() {
        return inverse(steps);
    }

    private static void addEnergies(double[] numbers, int at, double[] parts, double weight, double[] energies) {
        for (int j = 0; j < parts.length; j++) {
            double part = numbers[at + j] * parts[j];
            energies[j] += weight * (part * part);
        }
    }

    private static Steps best(double[][] tried, double[] units, double[] energies, double[][] errors) {
        double[] best = new double[units.length];
        double[] least = new double[units.length];
        for (int j = 0; j < units.length; j++) {
            least[j] = units[j] == 0 ? 0 : Double.POSITIVE_INFINITY;
            for (int i = 0; i < tried.length; i++) {
                double part = tried[i][j] / units[j];
                double error = errors[i][j] * (part * part);
                if (error < least[j]) {
                    least[j] = error;
                    best[j] = tried[i][j];
                }
            }
        }
        return new Steps(best, units, energies, least);
    }
}
