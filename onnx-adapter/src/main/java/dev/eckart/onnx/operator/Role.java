package dev.eckart.onnx.operator;

import dev.eckart.core.model.SkipReason;
import java.util.List;

/** What an operand is to the node that takes it. */
public sealed interface Role {

    /**
     * A weight, in one of some layouts; the first one is the plainest.
     *
     * @param layouts not empty
     */
    record Weight(List<Layout> layouts) implements Role {
        public Weight {
            layouts = List.copyOf(layouts);
        }

        /** In the only layout that there is. */
        static Weight of(Layout layout) {
            return new Weight(List.of(layout));
        }
    }

    /** What a product multiplies by, but not in a way that a pair could serve. */
    record Unsplit(SkipReason reason, String detail) implements Role {}

    /** Nothing that is multiplied by. */
    record Other() implements Role {}
}
