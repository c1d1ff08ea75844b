package dev.eckart.core.calibrate;

/** Why there are no statistics of what a weight is multiplied by. */
public enum UncalibratedReason {
    /** Products with unit vectors, which say nothing of the table. */
    TABLE("its rows are looked up by index"),
    /** What happens in there may happen any number of times, or never. */
    SUBGRAPH("used inside a branch or a loop"),
    /** Its rows are patches that no value of the network holds. */
    KERNEL("its convolution kernel is larger than 1×1"),
    /** Its columns are multiplied by something, too. */
    MIRRORED("a product uses its transpose"),
    /** Which axes those are is only known when it runs. */
    AXES("its product permutes the axes of its input"),
    /** However many samples are run, it is the same amount. */
    NO_SAMPLES("its input has no sample axis"),
    /** Perhaps that part of the network was not reached. */
    NO_ROWS("its input was empty"),
    /** Such as where activations overflow: sums over these say nothing. */
    NOT_FINITE("its input holds numbers that are not finite, or too large for their squares"),
    /** More than 2³¹ numbers. */
    WIDE("too many inputs for a covariance matrix");

    private final String sentence;

    UncalibratedReason(String sentence) {
        this.sentence = sentence;
    }

    /** For people, without a capital or a full stop. */
    public String sentence() {
        return sentence;
    }
}
