package dev.eckart.core.verify;

/**
 * Why a rewrite is neither proved nor refuted.
 *
 * @param cause what kind of reason it is
 * @param sentence the reason, for people
 */
public record NoProof(Cause cause, String sentence) implements RewriteCheck {

    /** Kinds of reasons. */
    public enum Cause {
        /** The compressed network does not say what was replaced in it. */
        UNDECLARED,
        /** It says so, and nothing was replaced. */
        NOTHING_REPLACED,
        /** What it says of itself no longer holds: another tool changed it after it was compressed. */
        CHANGED_SINCE,
        /** It has no floating-point output; whole numbers do not tell rounding from a mistake. */
        NO_FLOATING_OUTPUT,
        /** The network's own rounding is as large as the mistakes that a proof must find. */
        HIDDEN_BY_ROUNDING
    }

    /** Whether the compressed network is not what it says, which one that was just written always is. */
    public boolean denies() {
        return cause == Cause.CHANGED_SINCE || cause == Cause.UNDECLARED;
    }
}
