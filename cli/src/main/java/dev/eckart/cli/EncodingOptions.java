package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.factor.RankedForm;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The stored forms that weights are offered. */
final class EncodingOptions {
    @Option(
            names = "--encoding",
            paramLabel = "LIST",
            defaultValue = RankedForm.PAIR,
            description =
                    "How weights are stored: pair (the default; --rank says which), bits:8 (codes of 8 bits, or of 2"
                            + " to 7, with a scale for each output, for every operator that takes a constant), a plug-in's"
                            + " encoding, or several, as in pair,bits:8: a weight takes the first that makes it smaller.")
    private String list = RankedForm.PAIR;

    /** Whether pairs are all there is. */
    boolean pairsAlone() {
        return list.equals(RankedForm.PAIR);
    }

    /**
     * The encodings of the list.
     *
     * @throws InvalidInputException if one does not exist, is given twice, or refuses its arguments
     */
    List<Encoding> encodings(PluginOptions plugins) {
        List<String> written = calls(list);
        if (written.stream().distinct().count() < written.size()) {
            throw new InvalidInputException(
                    "--encoding %s: an encoding is given twice; give each once".formatted(list));
        }
        if (written.indexOf(RankedForm.PAIR) > 0) {
            throw new InvalidInputException(
                    "--encoding %s: pair must come first, as other encodings store every weight; write pair,%s"
                            .formatted(
                                    list,
                                    written.stream()
                                            .filter(call -> !call.equals(RankedForm.PAIR))
                                            .collect(Collectors.joining(","))));
        }
        Encodings encodings = plugins.encodings();
        return written.stream().map(encodings::select).toList();
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
