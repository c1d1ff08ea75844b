package dev.eckart.core.model;

/** Why a weight of a network is not one that can be factored. */
public enum SkipReason {
    /** The user's include and exclude patterns leave it out. */
    EXCLUDED("left out by --include or --exclude"),
    /** Its operator is not a matrix product with a constant. */
    OPERATOR("its operator is not one that is factored"),
    /** It has another number of dimensions than two. */
    NOT_A_MATRIX("it is not a two-dimensional matrix"),
    /** It is stored as numbers that cannot hold factors, such as integers. */
    ELEMENT_TYPE("its number type cannot hold factors"),
    /** It stands to the left of the product. */
    LEFT_OPERAND("it is the left operand of its product"),
    /** The factors could not stand in its place for each node that uses it. */
    SHARED("it is also used in a way that a factor pair cannot serve"),
    /** The caller of the network may replace it, or read it. */
    INTERFACE("it is an input or output of the network itself"),
    /** The graph computes it, from constants, each time. */
    COMPUTED("it is computed from other constants by the graph"),
    /** No node uses it. */
    UNUSED("nothing uses it"),
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
