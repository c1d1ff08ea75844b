package dev.eckart.core.factor;

import dev.eckart.core.encode.PairEncoding;
import dev.eckart.core.model.LinearWeight;
import java.util.OptionalInt;

/** Decisions to test with. */
public final class SamplePlans {
    /** Pairs of factors. */
    public static final PairEncoding PAIRS = new PairEncoding(FactorPair.Balance.PLAIN);

    private SamplePlans() {}

    /** The decision to put a pair in a weight's place, whatever that loses. */
    public static Decision pair(LinearWeight weight, int rank, double loss) {
        return new Decision.Encode(PAIRS.name(), OptionalInt.of(rank), PAIRS.outline(weight, rank), loss);
    }
}
