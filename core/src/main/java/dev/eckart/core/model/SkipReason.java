package dev.eckart.core.model;

/** Why a weight of a network is not one that can be factored. */
public enum SkipReason {
    /** The user's include and exclude patterns leave it out. */
    EXCLUDED("left out by --include or --exclude"),
    /** Its operator is not a matrix product with a constant. */
    OPERATOR("its operator is not one that is factored"),
    /** It is not one matrix, but a vector or several matrices. */
    NOT_A_MATRIX("it is not a two-dimensional matrix"),
    /** It is stored as numbers that cannot hold factors, such as integers. */
    ELEMENT_TYPE("its number type cannot hold factors"),
    /** It is one of a recurrent layer, which multiplies by it anew at each step. */
    RECURRENT("it belongs to a recurrent layer"),
    /** Each group of channels has a weight of its own, too small to be worth a pair. */
    GROUPED_CONVOLUTION("its convolution is grouped or depthwise"),
    /** It is already stored as integers, and its operator multiplies by these. */
    QUANTIZED("it is quantized, and its operator multiplies by the integers"),
    /** Only its numbers that are not zero are stored. */
    SPARSE("it is stored as a sparse tensor"),
    /** It stands in a function, which any number of nodes may call. */
    FUNCTION("it belongs to a function of the model's own"),
    /** The factors could not stand in its place for each node that uses it. */
    SHARED("it is also used in a way that a factor pair cannot serve"),
    /** The caller of the network may replace it, or read it. */
    INTERFACE("it is an input or output of the network itself"),
    /** The graph makes the operand out of it in a way that is more than another view of its numbers. */
    COMPUTED("the graph computes the operand from it"),
    /** A NaN or an infinity, as a mask holds them: such a matrix has no singular values. */
    NOT_FINITE("it holds numbers that are not finite"),
    /** It holds no numbers. */
    EMPTY("it is empty");

    private final String sentence;

    SkipReason(String sentence) {
        this.sentence = sentence;
    }

    /** For people, without a capital or a full stop. */
    public String sentence() {
        return sentence;
    }
}
