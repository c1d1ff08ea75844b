package dev.eckart.onnx.calibrate;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.rank.RankChoice;
import dev.eckart.core.rank.WeightRankSelector;
import dev.eckart.core.spectrum.WeightSpectrum;

/** Cuts weights so far that it shows, whether that makes them smaller or not. */
record ProbeRank() implements WeightRankSelector {
    /** The rank that weights are cut to, as a share of the smaller side. */
    private static final double CUT = 0.4;

    /** A weight that loses less by that has its rank halved until it does not, so that rounding is not what is measured. */
    static final double LEAST_LOSS = 1e-4;

    @Override
    public Accuracy accuracy() {
        return Accuracy.ENERGY;
    }

    @Override
    public RankChoice choose(WeightSpectrum weight) {
        int rank = (int) Math.max(1, CUT * weight.smallerSide());
        while (rank > 1 && loss(weight, rank) < LEAST_LOSS) {
            rank /= 2;
        }
        return loss(weight, rank) < LEAST_LOSS
                ? new RankChoice.Keep("its loss is negligible at any rank")
                : new RankChoice.Truncate(rank);
    }

    private static double loss(WeightSpectrum weight, int rank) {
        double error = weight.spectrum().relativeError(rank);
        return error * error;
    }
}
