package dev.eckart.onnx;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.Declarations.randomTensor;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;

/** Graphs around an LSTM, each step of which depends on those before. */
public final class RecurrentModels {
    /** Numbers of a step of x. */
    public static final int IN = 6;

    /** Numbers of a step of y. */
    public static final int OUT = 4;

    /** Numbers of a state. */
    public static final int HIDDEN = 5;

    private RecurrentModels() {}

    /**
     * {@code x [time, batch, IN]} by a weight {@code w} through an LSTM to {@code y [time, batch, OUT]}, and its last state
     * {@code hn [1, batch, HIDDEN]}.
     *
     * @param time symbol or size of the first axis
     * @param batch that of the second axis
     */
    public static String timeFirst(Object time, Object batch) {
        return input("x", FLOAT, time, batch, IN)
                + layers("LSTM", 4, "x", "")
                + output("y", FLOAT, time, batch, OUT)
                + output("hn", FLOAT, 1, batch, HIDDEN);
    }

    /** The same with {@code batch} before {@code time} in x and y. */
    public static String batchFirst(Object batch, Object time) {
        String swap = "attribute { name: \"perm\" ints: 1 ints: 0 ints: 2 type: INTS }";
        return input("x", FLOAT, batch, time, IN)
                + node("Transpose", "x", "xt", swap)
                + layers("LSTM", 4, "xt", "").replace("output: \"y\"", "output: \"yt\"")
                + node("Transpose", "yt", "y", swap)
                + output("y", FLOAT, batch, time, OUT)
                + output("hn", FLOAT, 1, batch, HIDDEN);
    }

    /** As {@link #timeFirst}, with a GRU, whose first states are an input {@code h [layers, batch, HIDDEN]}. */
    public static String withStates(Object time, Object batch) {
        return input("x", FLOAT, time, batch, IN)
                + input("h", FLOAT, 2, batch, HIDDEN)
                + integers("zero", 0)
                + node("Gather", "h zero", "h0")
                + layers("GRU", 3, "x", "h0")
                + output("y", FLOAT, time, batch, OUT)
                + output("hn", FLOAT, 1, batch, HIDDEN);
    }

    private static String layers(String operator, int gates, String x, String state) {
        return node("MatMul", x + " w", "p")
                + node(operator, "p W R   " + state, "steps", attribute("hidden_size", HIDDEN))
                        .replace("output: \"steps\"", "output: \"steps\" output: \"hn\"")
                + node("Squeeze", "steps one", "s")
                + node("MatMul", "s v", "y")
                + integers("one", 1)
                + randomMatrix("w", IN, IN)
                + randomTensor("W", 1, gates * HIDDEN, IN)
                + randomTensor("R", 1, gates * HIDDEN, HIDDEN)
                + randomMatrix("v", HIDDEN, OUT);
    }
}
