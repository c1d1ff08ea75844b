package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Sizes for dynamic axes of a model, as a user gives them.
 *
 * @param text as the user wrote it
 * @param sizes by the names of the axes, some of the model's or all
 */
public record ShapeBinding(String text, Map<String, Long> sizes) {
    /** More than an array's axis may have. */
    private static final String WHOLE = "\\d{1,9}";

    public ShapeBinding {
        sizes = Collections.unmodifiableMap(new LinkedHashMap<>(sizes));
    }

    /**
     * Reads {@code batch=1,sequence=16}; an axis of input {@code x} without a name is {@code x[1]}, counted from 0.
     *
     * @throws InvalidInputException if it is none, a size is below 1, or an axis comes a second time
     */
    public static ShapeBinding parse(String text) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.lastIndexOf('=');
            String name = equals < 0 ? "" : part.substring(0, equals).strip();
            String size = part.substring(equals + 1).strip();
            if (name.isEmpty() || !size.matches(WHOLE) || Long.parseLong(size) < 1) {
                throw refuse(
                        text,
                        "expected AXIS=SIZE, with a size from 1, such as batch=1,sequence=16, but was: `%s`"
                                .formatted(part.strip()));
            }
            if (sizes.put(name, Long.parseLong(size)) != null) {
                throw refuse(text, "axis `%s` is given twice; give it once".formatted(name));
            }
        }
        return new ShapeBinding(text, sizes);
    }

    /**
     * The sizes by the names that the axes of some inputs have: an axis that has a symbol may be called by its place, too.
     *
     * @throws InvalidInputException if there is no such axis, or it is of a fixed size
     */
    Map<String, Long> among(List<ModelInput> inputs) {
        List<String> known = MadeUpInputs.axes(inputs);
        Map<String, Long> found = new LinkedHashMap<>();
        sizes.forEach((given, size) -> {
            String name = known.contains(given) ? given : placed(given, inputs);
            if (!known.contains(name)) {
                throw refuse("the model has no dynamic axis `%s`; its dynamic axes: %s"
                        .formatted(name, known.isEmpty() ? "none" : String.join(", ", known)));
            }
            if (found.put(name, size) != null) {
                throw refuse("axis `%s` is given twice, also as `%s`; give it once".formatted(name, given));
            }
        });
        return found;
    }

    /** The name of an axis that is given by its place, or what was given. */
    private String placed(String given, List<ModelInput> inputs) {
        for (ModelInput input : inputs) {
            int axis = IntStream.range(0, input.dims().size())
                    .filter(i -> given.equals("%s[%d]".formatted(input.name(), i)))
                    .findFirst()
                    .orElse(-1);
            if (axis >= 0 && !input.dims().get(axis).isSymbolic()) {
                throw refuse("axis %d of input `%s` is fixed at %d; leave it out"
                        .formatted(axis, input.name(), input.dims().get(axis).size()));
            }
            if (axis >= 0) {
                return input.axis(axis);
            }
        }
        return given;
    }

    InvalidInputException refuse(String sentence) {
        return refuse(text, sentence);
    }

    private static InvalidInputException refuse(String text, String sentence) {
        return new InvalidInputException("--shapes %s: %s".formatted(text, sentence));
    }
}
