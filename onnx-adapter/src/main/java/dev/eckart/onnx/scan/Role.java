package dev.eckart.onnx.scan;

import dev.eckart.core.model.SkipReason;
import java.util.List;

/** What an operand is to the node that takes it. */
sealed interface Role {

    /**
     * A weight, in one of some layouts; the first one is the plainest.
     *
     * @param layouts not empty
     */
    record Weight(List<Layout> layouts) implements Role {}

    /** What a product multiplies by, but not in a way that a pair could serve. */
    record Unsplit(SkipReason reason, String detail) implements Role {}

    /** Nothing that is multiplied by. */
    record Other() implements Role {}
}
