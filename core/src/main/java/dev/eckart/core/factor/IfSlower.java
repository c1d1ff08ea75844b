package dev.eckart.core.factor;

/** What is done with a pair that takes no less time than the weight that it is to replace. */
public enum IfSlower {
    /** The weight stays as it is. */
    KEEP_DENSE,
    /** It replaces the weight all the same, for the sake of the size, and the report says so. */
    MARK
}
