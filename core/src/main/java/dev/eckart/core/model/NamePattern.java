package dev.eckart.core.model;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A pattern of weights' names: {@code *} stands for any characters, {@code ?} for one; everything else stands for itself, so that
 * names such as {@code onnx::MatMul_7} and {@code layer.0/W[1]} can be written as they are.
 */
public record NamePattern(String glob) {

    /** Whether a name is of this pattern. */
    public boolean matches(String name) {
        return Pattern.compile(
                        glob.codePoints()
                                .mapToObj(c -> switch (c) {
                                    case '*' -> ".*";
                                    case '?' -> ".";
                                    default -> Pattern.quote(Character.toString(c));
                                })
                                .collect(Collectors.joining()),
                        Pattern.DOTALL)
                .matcher(name)
                .matches();
    }
}
