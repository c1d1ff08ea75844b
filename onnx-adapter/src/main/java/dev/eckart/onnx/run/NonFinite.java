package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Numbers that are not finite, where a model is fed with them: whatever it makes of them tells nothing of how it was
 * compressed. Negative infinities are let through, since masks are made of them.
 */
final class NonFinite {
    private NonFinite() {}

    /**
     * Refuses values of an input among which there is a NaN or a positive infinity.
     *
     * @param samples the axis that counts samples, if there is one
     * @param origin where the array is from, for the message
     * @throws InvalidInputException if there is one
     */
    static void refuse(ModelInput input, NpyArray array, OptionalInt samples, String origin) {
        if (!input.isFloating() || array.type().isInteger()) {
            return;
        }
        int[] places = IntStream.range(0, array.size())
                .filter(i -> isBad(array.doubleAt(i)))
                .toArray();
        if (places.length == 0) {
            return;
        }
        List<Integer> index = index(places[0], array.shape());
        String of = "";
        String where = "";
        if (samples.isPresent()) {
            int axis = samples.getAsInt();
            BitSet bad = new BitSet();
            IntStream.of(places)
                    .forEach(place -> bad.set(index(place, array.shape()).get(axis)));
            of = " in %d of its %d samples"
                    .formatted(bad.cardinality(), array.shape().get(axis));
            where = " in sample %d".formatted(index.get(axis));
        }
        throw new InvalidInputException(
                "%s: input `%s` has numbers that are not finite: %d%s, the first of them %s%s, at %s; expected finite numbers, or -Infinity where a mask excludes something"
                        .formatted(origin, input.name(), places.length, of, array.doubleAt(places[0]), where, index));
    }

    private static boolean isBad(double number) {
        return Double.isNaN(number) || number == Double.POSITIVE_INFINITY;
    }

    private static List<Integer> index(int place, List<Integer> shape) {
        List<Integer> index = new ArrayList<>();
        int left = place;
        for (int axis = shape.size() - 1; axis >= 0; axis--) {
            index.add(0, left % shape.get(axis));
            left /= shape.get(axis);
        }
        return index;
    }
}
