package dev.eckart.core.factor;

/** What is done with a pair that takes no less time than the weight that it is to replace. */
public enum SlowPair {
    /** The weight stays as it is. */
    DROPPED,
    /** It replaces the weight all the same, for the sake of the size, and the report says so. */
    MARKED
}
