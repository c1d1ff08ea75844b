package dev.eckart.core.verify;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One output of two networks on the same inputs.
 *
 * @param name of the output
 * @param maxAbsoluteError max |y − y'|
 * @param relativeError ‖y − y'‖₂ / ‖y‖₂ over all samples
 * @param cosine mean over samples of the cosine of the flattened outputs; empty for integers, and for one number per
 *     sample, whose cosine is ±1
 * @param agreement of integers: the share of numbers that are equal in both
 * @param top1Agreement share of rows along the axis of classes whose largest entry is at the same place in both; empty
 *     where the last axis is not known to be one of classes
 * @param worstParts empty where no axis divides the output into parts of enough numbers
 */
public record OutputComparison(
        String name,
        double maxAbsoluteError,
        double relativeError,
        OptionalDouble cosine,
        OptionalDouble agreement,
        OptionalDouble top1Agreement,
        Optional<WorstParts> worstParts) {

    /** A part is much worse than the whole from this many times its relative error on. */
    private static final double MUCH_WORSE = 3;

    /** A part whose relative error is below this is not bad enough to be shown. */
    private static final double NOTEWORTHY_ERROR = 0.1;

    /** Of scores of classes, not looked at part by part. */
    public OutputComparison(
            String name, double maxAbsoluteError, double relativeError, double cosine, double top1Agreement) {
        this(
                name,
                maxAbsoluteError,
                relativeError,
                OptionalDouble.of(cosine),
                OptionalDouble.empty(),
                OptionalDouble.of(top1Agreement),
                Optional.empty());
    }

    /** The worst part, where it is so much worse than the whole that the numbers of the whole hide it. */
    public Optional<PartComparison> hiddenPart() {
        return worstParts.flatMap(parts -> hidesError(parts.byError().relativeError())
                ? Optional.of(parts.byError())
                : Optional.of(parts.byCosine()).filter(part -> hidesCosine(part.cosine())));
    }

    private boolean hidesError(double error) {
        return error >= Math.max(NOTEWORTHY_ERROR, MUCH_WORSE * relativeError);
    }

    /** A cosine falls short of 1 by about half the square of a small relative error. */
    private boolean hidesCosine(double partCosine) {
        double whole = cosine.orElse(1);
        return 1 - partCosine
                >= Math.max(NOTEWORTHY_ERROR * NOTEWORTHY_ERROR / 2, MUCH_WORSE * MUCH_WORSE * (1 - whole));
    }
}
