package dev.eckart.onnx.scan;

import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.tensor.TensorView;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A stored tensor as a node receives it, which may be after nodes that look at its numbers in another way, such as
 * {@code Transpose}.
 *
 * @param value what the node takes
 * @param view its numbers
 * @param type ONNX's number for the type in which it arrives
 * @param storage the type that factors of it can be stored in; empty if there is none
 * @param base the value whose axes the next one speaks of: the stored tensor, or what was made of it by other than
 *     changing the order of its axes
 * @param axes for each axis, which one of the base it is
 */
record Operand(Value value, TensorView view, int type, Optional<ElementType> storage, Value base, List<Integer> axes) {

    /** A stored tensor as it is. */
    static Operand of(Value value, TensorView view, int type, Optional<ElementType> storage) {
        return new Operand(value, view, type, storage, value, inOrder(view));
    }

    private static List<Integer> inOrder(TensorView view) {
        return IntStream.range(0, view.dims().size()).boxed().toList();
    }

    List<Long> dims() {
        return view.dims();
    }

    /** The same under another name. */
    Operand as(Value next) {
        return new Operand(next, view, type, storage, base, axes);
    }

    /** The same numbers in another type. */
    Operand cast(Value next, int to, Optional<ElementType> storedAs) {
        return new Operand(next, view, to, storedAs, base, axes);
    }

    /** With the axes in another order. */
    Operand permuted(Value next, List<Integer> order) {
        return new Operand(
                next,
                view.permuted(order),
                type,
                storage,
                base,
                order.stream().map(axes::get).toList());
    }

    /** Other dimensions for the same numbers. */
    Operand reshaped(Value next, List<Long> dims) {
        return dims.equals(view.dims()) ? as(next) : of(next, view.reshaped(dims), type, storage);
    }

    /** The axes of the base that some of these are. */
    List<Integer> inBase(List<Integer> some) {
        return some.stream().map(axes::get).toList();
    }
}
