package dev.eckart.onnx.scan;

import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.linalg.Transposed;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.onnx.graph.Use;
import dev.eckart.onnx.graph.Value;
import dev.eckart.onnx.operator.Form;
import dev.eckart.onnx.operator.Layout;
import dev.eckart.onnx.tensor.TensorView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A linear weight, and everything that multiplies by it.
 *
 * @param weight with all its readings
 * @param root the stored tensor
 * @param readings for each reading of the weight, the first one first, how nodes take it
 * @param outputs the axes of the stored tensor that make up the first reading's outputs; empty where nodes see it under
 *     other dimensions
 */
public record LinearSite(LinearWeight weight, Value root, List<Reading> readings, List<Integer> outputs) {
    public LinearSite {
        readings = List.copyOf(readings);
        outputs = List.copyOf(outputs);
    }

    /**
     * One way to read a stored tensor as a weight W {@code [in × out]}.
     *
     * @param weight the same, as the engine has it
     * @param form of the first use, after which factors are stored
     * @param in dimensions of W's rows
     * @param out dimensions of its columns
     */
    public record Reading(LinearWeight weight, Form form, List<Long> in, List<Long> out, List<Multiplication> uses) {
        public Reading {
            in = List.copyOf(in);
            out = List.copyOf(out);
            uses = List.copyOf(uses);
        }

        /** B as the tensor that is stored. */
        public TensorView storedB(MatrixSource b) {
            return form.storedB(b, in);
        }

        /** A as the tensor that is stored. */
        public TensorView storedA(MatrixSource a) {
            return form.storedA(a, in, out);
        }

        /** The tensor of a number for each of B's columns, {@code [1 × r]}, to be multiplied by that of B. */
        public TensorView scalesOfB(MatrixSource row) {
            return form.storedB(row, Collections.nCopies(in.size(), 1L));
        }

        /** B {@code [in × r]} out of a stored tensor. */
        public MatrixSource readB(TensorView stored) {
            return form.readB(stored);
        }

        /** A {@code [r × out]} out of a stored tensor. */
        public MatrixSource readA(TensorView stored) {
            return form.readA(stored);
        }
    }

    /**
     * A node that multiplies by W, or by Wᵀ.
     *
     * @param use the node, and which of its inputs that is
     * @param mirrored whether it multiplies by Wᵀ, of whose factors the first is Aᵀ and the second Bᵀ
     * @param type ONNX's number for the type in which it takes them
     * @param dims of the operand
     */
    public record Multiplication(Use use, Value operand, Layout layout, boolean mirrored, int type, List<Long> dims) {
        public Multiplication {
            dims = List.copyOf(dims);
        }

        /** The operand that this node takes, for a W {@code [in × out]}. */
        public TensorView operandOf(MatrixSource w) {
            MatrixSource matrix = mirrored ? Transposed.of(w) : w;
            if (isInOrder(layout.out(), layout.in())) {
                // As a whole, which is faster than number by number.
                return TensorView.of(Transposed.of(matrix)).reshaped(dims);
            }
            List<Integer> axes = new ArrayList<>(layout.in());
            axes.addAll(layout.out());
            List<Integer> inverse = new ArrayList<>(axes);
            for (int i = 0; i < axes.size(); i++) {
                inverse.set(axes.get(i), i);
            }
            return TensorView.of(matrix)
                    .reshaped(axes.stream().map(dims::get).toList())
                    .permuted(inverse);
        }

        private static boolean isInOrder(List<Integer> some, List<Integer> others) {
            return Stream.concat(some.stream(), others.stream())
                    .toList()
                    .equals(IntStream.range(0, some.size() + others.size())
                            .boxed()
                            .toList());
        }
    }

    /** The reading that a weight of the engine is. */
    public Reading reading(LinearWeight of) {
        return readings.stream()
                .filter(reading -> reading.weight().reading().equals(of.reading()))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(of.describe() + " is no reading of " + weight.describe()));
    }
}
