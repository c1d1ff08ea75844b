package dev.eckart.cli.render;

import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.spectrum.Spectrum;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.SortedSet;
import java.util.TreeSet;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A spectrum thinned to as many values as a picture shows: those that matter, and others at equal distances, between which
 * a falling curve has no surprises.
 */
final class SpectrumPoints {
    /** The first values fall steepest. */
    private static final int FIRST = 32;

    private static final int SPREAD = 200;
    private static final MathContext DIGITS = new MathContext(5, RoundingMode.HALF_EVEN);

    private SpectrumPoints() {}

    /** Puts the indices, from 1, with the singular value and the energy up to each. */
    static void put(ObjectNode node, WeightEntry weight, Spectrum spectrum) {
        ArrayNode indices = node.putArray("index");
        ArrayNode values = node.putArray("sigma");
        ArrayNode energies = node.putArray("energy");
        for (int i : chosen(weight, spectrum.size())) {
            indices.add(i);
            values.add(rounded(spectrum.sigma(i)));
            energies.add(rounded(spectrum.energy(i)));
        }
    }

    private static SortedSet<Integer> chosen(WeightEntry weight, int size) {
        SortedSet<Integer> chosen = new TreeSet<>();
        for (int i = 1; i <= Math.min(FIRST, size); i++) {
            chosen.add(i);
        }
        for (int i = 0; i < SPREAD; i++) {
            chosen.add(1 + (int) ((long) i * (size - 1) / (SPREAD - 1)));
        }
        // Where a line is drawn, and what lies beyond it.
        for (int i : new int[] {
            weight.decided().rank(),
            weight.decided().rank() + 1,
            weight.decided().breakEvenRank(),
            weight.decided().breakEvenRank() + 1
        }) {
            if (i >= 1 && i <= size) {
                chosen.add(i);
            }
        }
        return chosen;
    }

    private static double rounded(double value) {
        return new BigDecimal(value).round(DIGITS).doubleValue();
    }
}
