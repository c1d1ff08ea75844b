package dev.eckart.onnx.operator;

import java.util.List;

/**
 * How an operand is a weight W {@code [in × out]}.
 *
 * @param in the operand's axes that count W's rows
 * @param out all others, which count its columns
 */
public record Layout(Form form, List<Integer> in, List<Integer> out) {
    public Layout {
        in = List.copyOf(in);
        out = List.copyOf(out);
    }
}
