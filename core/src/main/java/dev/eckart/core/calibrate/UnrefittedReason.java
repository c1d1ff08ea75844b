package dev.eckart.core.calibrate;

/** Why a pair is not fitted anew to what the inputs of its layer became. */
public enum UnrefittedReason {
    /** Nothing is known of its inputs. */
    UNCALIBRATED("the weight is not calibrated"),
    /** A regression on fewer rows than it has unknowns would learn these by heart. */
    FEW_ROWS("the calibration has fewer rows than the weight has inputs"),
    /** There is nothing that goes with the inputs. */
    CONSTANT("its inputs are constant in the compressed network"),
    /** The compressed network may overflow where the original does not. */
    NOT_FINITE("its inputs in the compressed network are not finite, or too large for their squares"),
    /** Such as where a network chooses what to work on. */
    RESHAPED("its input has another shape in the compressed network"),
    /** More than 2³¹ numbers. */
    WIDE("too many inputs for the joint covariance matrix of both networks");

    private final String sentence;

    UnrefittedReason(String sentence) {
        this.sentence = sentence;
    }

    /** For people, without a capital or a full stop. */
    public String sentence() {
        return sentence;
    }
}
