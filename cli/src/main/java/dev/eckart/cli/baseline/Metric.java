package dev.eckart.cli.baseline;

import dev.eckart.core.report.Report;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.Loss;
import dev.eckart.core.verify.Verification;
import java.util.Optional;
import java.util.OptionalDouble;

/** A number that a run is judged by beside an earlier one. Times are none: they are never the same twice. */
public enum Metric {
    SIZE_RATIO("size-ratio", true),
    ACCURACY("accuracy", false),
    COSINE("cosine", false),
    RELATIVE_ERROR("relative-error", true),
    PART_COSINE("part-cosine", false),
    PART_ERROR("part-error", true);

    /** By how much a number may be worse: two samples of 2,000, and more than processors of another kind change. */
    public static final double DEFAULT_TOLERANCE = 0.001;

    private final String label;
    private final boolean moreIsWorse;

    Metric(String label, boolean moreIsWorse) {
        this.label = label;
        this.moreIsWorse = moreIsWorse;
    }

    /** As users write it. */
    public String label() {
        return label;
    }

    /** What a run measured of it, if it did, and it is finite: a part that was zero has no finite error. */
    Optional<Double> of(Report report) {
        return measured(report).filter(Double::isFinite);
    }

    private Optional<Double> measured(Report report) {
        Optional<Verification> verification = report.checks().verification();
        Optional<Loss> loss = verification.map(Verification::loss);
        return switch (this) {
            case SIZE_RATIO ->
                report.networks()
                        .output()
                        .map(output -> (double) output.bytes()
                                / report.networks().model().bytes());
            case ACCURACY -> verification.flatMap(Verification::accuracy).map(LabelAccuracy::compressed);
            case COSINE -> loss.flatMap(lost -> boxed(lost.cosine()));
            case RELATIVE_ERROR -> loss.map(Loss::relativeError);
            case PART_COSINE -> loss.flatMap(lost -> boxed(lost.partCosine()));
            case PART_ERROR -> loss.flatMap(lost -> boxed(lost.partError()));
        };
    }

    private static Optional<Double> boxed(OptionalDouble value) {
        return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }

    boolean moreIsWorse() {
        return moreIsWorse;
    }
}
