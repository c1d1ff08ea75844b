package dev.eckart.onnx.calibrate;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is run on samples, and gives values to look at. */
interface Runs {

    /** Values, in ONNX Runtime's memory until they are closed; may be read by several threads. */
    interface Values extends AutoCloseable {

        /** A value, and along the axis of its vectors what stands beside them. */
        Output of(LayerInput value);

        /** Gives back their memory. */
        @Override
        void close();
    }

    /**
     * Runs samples once.
     *
     * @throws dev.eckart.core.InvalidInputException if it fails on these inputs
     */
    Values run(Map<String, NpyArray> inputs);

    /** One model. */
    static Runs of(Session session) {
        return inputs -> {
            Session.Outputs outputs = session.outputs(inputs);
            return new Values() {
                @Override
                public Output of(LayerInput value) {
                    return outputs.get(value.value())
                            .orElseThrow(() -> new IllegalStateException("Not a tensor of numbers: " + value.value()));
                }

                @Override
                public void close() {
                    outputs.close();
                }
            };
        };
    }

    /** Two models: each vector of the one, and the same of the other behind it, as one vector of twice the length. */
    static Runs beside(Session first, Session second) {
        return inputs -> {
            Values left = of(first).run(inputs);
            try {
                Values right = of(second).run(inputs);
                return new Values() {
                    @Override
                    public Output of(LayerInput value) {
                        return together(value, left.of(value), right.of(value));
                    }

                    @Override
                    public void close() {
                        left.close();
                        right.close();
                    }
                };
            } catch (RuntimeException e) {
                left.close();
                throw e;
            }
        };
    }

    private static Output together(LayerInput value, Output left, Output right) {
        if (!left.shape().equals(right.shape())) {
            throw new ShapesDifferException(value.value());
        }
        int axis = value.axisOf(left.shape().size());
        List<Long> shape = new ArrayList<>(left.shape());
        shape.set(axis, 2 * shape.get(axis));
        // Within the numbers of an array, as Output counts them.
        int part = (int) left.shape().subList(axis, left.shape().size()).stream()
                .reduce(1L, (a, b) -> a * b)
                .longValue();
        return new Output(left.name(), shape, left.floating(), 2 * left.size(), index -> {
            int before = index / (2 * part) * part;
            int within = index % (2 * part);
            return within < part ? left.at(before + within) : right.at(before + within - part);
        });
    }

    /** Two models give values of different shapes for the same inputs. */
    final class ShapesDifferException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ShapesDifferException(String value) {
            super("`%s` has not the same shape in both models".formatted(value));
        }
    }
}
