package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.Encoding;
import dev.eckart.core.encode.Encodings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The encodings that each weight is looked at with. */
final class ScanEncodings {
    private static final String USUAL = "bits,int8,packed,pair";

    /** Serves every operator that takes a constant, and loses enough to be measured and little enough to be in proportion. */
    private static final String MEASURE = "bits:4";

    @Option(
            names = "--encoding",
            paramLabel = "LIST",
            description =
                    "Also show what each of these encodings would cost and lose of each weight, and which weight the network"
                            + " loses most by (default with --calibration: " + USUAL
                            + "; `eckart encodings` lists all).")
    private @Nullable String list;

    /** Whether weights are to be looked at with encodings. */
    boolean areWanted(boolean calibrated) {
        return list != null || calibrated;
    }

    /**
     * The encodings of the list.
     *
     * @throws InvalidInputException if one does not exist, is given twice, or refuses its arguments
     */
    List<Encoding> encodings(PluginOptions plugins) {
        String calls = Optional.ofNullable(list).orElse(USUAL);
        Encodings known = plugins.encodings();
        List<Encoding> encodings = new ArrayList<>();
        for (String call : calls(calls)) {
            Encoding encoding = known.select(call);
            if (encodings.stream().anyMatch(other -> other.name().equals(encoding.name()))) {
                throw new InvalidInputException(
                        "--encoding %s: an encoding is given twice; give each once".formatted(calls));
            }
            encodings.add(encoding);
        }
        return encodings;
    }

    /** What the network's loss is measured with. */
    Encoding measure(PluginOptions plugins) {
        return plugins.encodings().select(MEASURE);
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
