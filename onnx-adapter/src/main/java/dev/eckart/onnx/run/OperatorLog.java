package dev.eckart.onnx.run;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What ONNX Runtime writes down of its first runs of a model: an event for each node that it ran, of the graph that it made
 * of the model. It costs next to nothing, unlike the graph itself, which the runtime writes with all weights. The file is
 * gone when this is closed.
 */
final class OperatorLog implements AutoCloseable {
    /** An event of a node that was run, a line, and what is told of it, in no order. */
    private static final Pattern EVENT =
            Pattern.compile("\\{\"cat\" : \"Node\",.*\"name\" :\"(?<name>.*)_kernel_time\",\"args\" : \\{(?<told>.*)");

    /** What a file ends with that was written to its end, and not to that of the room for it. */
    private static final String END = "]";

    private static final Pattern OPERATOR = Pattern.compile("\"op_name\" : \"([^\"]+)\"");
    private static final Pattern PLACE = Pattern.compile("\"node_index\" : \"(\\d+)\"");

    private final PendingFile folder;

    private OperatorLog(PendingFile folder) {
        this.folder = folder;
    }

    /**
     * A place for it in a temporary folder.
     *
     * @throws InvalidInputException if that cannot be written
     */
    static OperatorLog in(Path temporary) {
        PlainPath.requirePlain(temporary);
        return new OperatorLog(PendingFile.temporary(temporary, "eckart-operators"));
    }

    /** Has a session that is yet to be opened write it. */
    void ask(OrtSession.SessionOptions options) throws OrtException {
        options.enableProfiling(folder.path().toString());
    }

    /** How many nodes of each operator were run, in a file that the runtime is done with; each counts once. */
    static Map<String, Integer> operators(Path file) {
        Set<String> seen = new HashSet<>();
        Map<String, Integer> operators = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            String last = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
                Matcher event = EVENT.matcher(line);
                if (event.find()) {
                    String told = event.group("told");
                    Matcher operator = OPERATOR.matcher(told);
                    Matcher place = PLACE.matcher(told);
                    // In graphs inside, places begin anew.
                    if (operator.find()
                            && place.find()
                            && seen.add(String.join(" ", event.group("name"), place.group(1), operator.group(1)))) {
                        operators.merge(operator.group(1), 1, Integer::sum);
                    }
                }
            }
            if (!last.endsWith(END)) {
                throw new IOException("what the runtime wrote breaks off");
            }
            return operators;
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static InvalidInputException unwritable(Path file, IOException e) {
        // The folder for the file is a temporary one itself.
        return Unwritable.temporary(
                "ONNX Runtime's profile",
                file.toAbsolutePath().resolveSibling("..").normalize(),
                e);
    }

    @Override
    public void close() {
        try {
            folder.close();
        } catch (IOException e) {
            throw unwritable(folder.path(), e);
        }
    }
}
