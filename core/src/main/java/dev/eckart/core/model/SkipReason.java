package dev.eckart.core.model;

/** Why a weight of a network is not one that can be factored. */
public enum SkipReason {
    /** The user's include and exclude patterns leave it out. */
    EXCLUDED("excluded by --include or --exclude"),
    /** Its operator is not a matrix product with a constant. */
    OPERATOR("operator is not supported"),
    /** It is not one matrix, but a vector or several matrices. */
    NOT_A_MATRIX("not a two-dimensional matrix"),
    /** It is stored as numbers that cannot hold factors, such as integers. */
    ELEMENT_TYPE("number type cannot hold factors"),
    /** It is one of a recurrent layer, which multiplies by it anew at each step. */
    RECURRENT("part of a recurrent layer"),
    /** Each group of channels has a weight of its own, too small to be worth a pair. */
    GROUPED_CONVOLUTION("convolution is grouped or depthwise"),
    /** It is already stored as integers, and its operator multiplies by these. */
    QUANTIZED("quantized, for an operator that multiplies by the integers"),
    /** Only its numbers that are not zero are stored. */
    SPARSE("stored as a sparse tensor"),
    /** It stands in a function, which any number of nodes may call. */
    FUNCTION("part of a model-local function"),
    /** The factors could not stand in its place for each node that uses it. */
    SHARED("also used where a factor pair cannot replace it"),
    /** The caller of the network may replace it, or read it. */
    INTERFACE("an input or output of the network"),
    /** The graph makes the operand out of it in a way that is more than another view of its numbers. */
    COMPUTED("the graph computes another value from it"),
    /** A NaN or an infinity, as a mask holds them: such a matrix has no singular values. */
    NOT_FINITE("holds numbers that are not finite"),
    /** It holds no numbers. */
    EMPTY("holds no numbers");

    private final String sentence;

    SkipReason(String sentence) {
        this.sentence = sentence;
    }

    /** For people, without a capital or a full stop. */
    public String sentence() {
        return sentence;
    }
}
