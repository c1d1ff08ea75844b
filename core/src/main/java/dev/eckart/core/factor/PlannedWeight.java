package dev.eckart.core.factor;

import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.rank.BreakEven;
import dev.eckart.core.spectrum.WeightSpectrum;

/** A linear weight, its spectrum, and what is done with it. */
public record PlannedWeight(WeightSpectrum spectrum, Decision decision) {

    public LinearWeight weight() {
        return spectrum.weight();
    }

    public int breakEvenRank() {
        return BreakEven.rank(weight());
    }

    /** The rank it has afterwards: that of the pair, or its smaller side where it is kept. */
    public int rank() {
        return decision instanceof Decision.Factor factor ? factor.rank() : spectrum.smallerSide();
    }

    /**
     * ‖W − B·A‖_F / ‖W‖_F: what truncation leaves out, and what rounding the factors to their type adds.
     */
    public double predictedError() {
        double truncation = spectrum.spectrum().relativeError(rank());
        return decision instanceof Decision.Factor
                ? Math.hypot(truncation, FactorPair.roundingError(weight().type()))
                : 0;
    }

    /** Numbers that store it afterwards. */
    public long parametersAfter() {
        return decision instanceof Decision.Factor factor
                ? BreakEven.pairParameters(weight().rows(), weight().columns(), factor.rank())
                : weight().parameters();
    }
}
