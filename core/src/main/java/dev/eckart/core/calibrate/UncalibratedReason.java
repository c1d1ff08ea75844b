package dev.eckart.core.calibrate;

/** Why there are no statistics of what a weight is multiplied by. */
public enum UncalibratedReason {
    /** Products with unit vectors, which say nothing of the table. */
    TABLE("its rows are looked up by their numbers"),
    /** What happens in there may happen any number of times, or never. */
    SUBGRAPH("it is used inside of a branch or a loop"),
    /** Its rows are patches that no value of the network holds. */
    KERNEL("its convolution looks at several pixels at a time"),
    /** Its columns are multiplied by something, too. */
    MIRRORED("a product takes its transpose"),
    /** Which axes those are is only known when it runs. */
    AXES("its product takes its input with the axes in another order"),
    /** However many samples are run, it is the same amount. */
    NO_SAMPLES("its input has no axis of samples"),
    /** Perhaps that part of the network was not reached. */
    NO_ROWS("its input was empty"),
    /** Such as where activations overflow: sums over these say nothing. */
    NOT_FINITE("its input holds numbers that are not finite, or too large for their squares"),
    /** More than 2³¹ numbers. */
    WIDE("its inputs are too many for a covariance");

    private final String sentence;

    UncalibratedReason(String sentence) {
        this.sentence = sentence;
    }

    /** For people, without a capital or a full stop. */
    public String sentence() {
        return sentence;
    }
}
