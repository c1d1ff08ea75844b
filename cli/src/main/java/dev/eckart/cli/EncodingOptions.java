package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingProvider;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.onnx.job.StoredForms;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The stored forms that weights are offered. */
final class EncodingOptions {
    @Option(
            names = "--encoding",
            paramLabel = "LIST",
            defaultValue = PlannedWeight.PAIR,
            description =
                    "How weights are stored: pair (the default; --rank says which), bits:8 (codes of 8 bits, or of 2"
                            + " to 7, with a scale for each output, for every operator that takes a constant), a plug-in's"
                            + " encoding, or several, as in pair,bits:8: a weight takes the first that makes it smaller.")
    private String list = PlannedWeight.PAIR;

    /** Whether pairs are all there is. */
    boolean pairsAlone() {
        return list.equals(PlannedWeight.PAIR);
    }

    /**
     * The forms of the list.
     *
     * @throws InvalidInputException if one does not exist, is given twice, or refuses its arguments
     */
    StoredForms forms(PluginOptions plugins) {
        List<String> written = new ArrayList<>(calls(list));
        if (written.stream().distinct().count() < written.size()) {
            throw new InvalidInputException(
                    "--encoding %s: an encoding is given twice; give each once".formatted(list));
        }
        boolean pairs = written.get(0).equals(PlannedWeight.PAIR);
        if (pairs) {
            written.remove(0);
        } else if (written.contains(PlannedWeight.PAIR)) {
            throw new InvalidInputException(
                    "--encoding %s: pair must come first, as other encodings store every weight; write pair,%s"
                            .formatted(
                                    list,
                                    written.stream()
                                            .filter(call -> !call.equals(PlannedWeight.PAIR))
                                            .collect(Collectors.joining(","))));
        }
        Encodings encodings = plugins.encodings();
        return new StoredForms(
                pairs, written.stream().map(call -> select(encodings, call)).toList());
    }

    private static Encoding select(Encodings encodings, String call) {
        String name = call.split("[:,]", 2)[0];
        List<String> names = Stream.concat(
                        Stream.of(PlannedWeight.PAIR), encodings.all().stream().map(EncodingProvider::name))
                .sorted()
                .toList();
        if (!names.contains(name)) {
            throw new InvalidInputException(
                    "unknown encoding `%s`: expected one of %s".formatted(name, String.join(", ", names)));
        }
        if (name.equals(PlannedWeight.PAIR)) {
            throw new InvalidInputException(
                    "encoding `%s`: pair takes no value; --rank says which rank".formatted(call));
        }
        return encodings.select(call);
    }

    /** What stands between commas; {@code key=value} belongs to the encoding before it. */
    private static List<String> calls(String list) {
        List<String> calls = new ArrayList<>();
        for (String part : list.split(",", -1)) {
            if (part.contains("=") && !calls.isEmpty()) {
                calls.set(calls.size() - 1, calls.get(calls.size() - 1) + "," + part);
            } else {
                calls.add(part);
            }
        }
        return calls;
    }
}
