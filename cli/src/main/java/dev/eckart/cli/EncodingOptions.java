package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.EncodingOrder;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.factor.RankedForm;
import dev.eckart.core.model.NamePattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** The stored forms that weights are offered. */
final class EncodingOptions {
    @Option(
            names = "--encoding",
            paramLabel = "LIST",
            defaultValue = RankedForm.PAIR,
            description =
                    "How weights are stored: pair (the default; --rank says which), bits:8 (codes of 8 bits, or of 2"
                            + " to 7, with a scale for each output, for every operator that takes a constant), any that"
                            + " `eckart encodings` lists, or several, as in pair,bits:8: a weight takes the first that"
                            + " makes it smaller. packed:4@PATTERN offers one only to weights of such names.")
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
    EncodingOrder encodings(PluginOptions plugins) {
        List<Encoding> encodings = new ArrayList<>();
        Map<String, NamePattern> only = new HashMap<>();
        Encodings known = plugins.encodings();
        for (String call : calls(list)) {
            int at = call.indexOf('@');
            Encoding encoding = known.select(at < 0 ? call : call.substring(0, at));
            if (encodings.stream().anyMatch(other -> other.name().equals(encoding.name()))) {
                throw new InvalidInputException(
                        "--encoding %s: an encoding is given twice; give each once".formatted(list));
            }
            encodings.add(encoding);
            if (at >= 0) {
                only.put(encoding.name(), new NamePattern(call.substring(at + 1)));
            }
        }
        requirePairFirst(encodings);
        return new EncodingOrder(encodings, only, Set.of());
    }

    private void requirePairFirst(List<Encoding> encodings) {
        List<String> others = encodings.stream()
                .map(Encoding::name)
                .filter(name -> !name.equals(RankedForm.PAIR))
                .toList();
        if (others.size() < encodings.size() && !encodings.get(0).name().equals(RankedForm.PAIR)) {
            throw new InvalidInputException(
                    "--encoding %s: pair must come first, as other encodings store every weight; write pair,%s"
                            .formatted(list, String.join(",", others)));
        }
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
