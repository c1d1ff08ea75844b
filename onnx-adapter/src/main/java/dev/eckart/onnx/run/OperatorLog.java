package dev.eckart.onnx.run;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What ONNX Runtime writes down of its first runs of a model: an event for each node that it ran, of the graph that it made
 * of the model. It costs next to nothing, unlike the graph itself, which the runtime writes with all weights. The file is
 * gone when this is closed.
 */
final class OperatorLog implements AutoCloseable {
    /** An event of a node that was run, a line, and what is told of it, in no order. */
    private static final Pattern EVENT =
            Pattern.compile("\\{\"cat\" : \"Node\",.*\"name\" :\"(?<name>.*)_kernel_time\",\"args\" : \\{(?<told>.*)");

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
        return new OperatorLog(PendingFile.beside(temporary.resolve("eckart-operators")));
    }

    /** Has a session that is yet to be opened write it. */
    void ask(OrtSession.SessionOptions options) throws OrtException {
        options.enableProfiling(folder.path().toString());
    }

    /** How many nodes of each operator were run, in a file that the runtime is done with; each counts once. */
    static Map<String, Integer> operators(Path file) {
        Set<String> seen = new HashSet<>();
        Map<String, Integer> operators = new TreeMap<>();
        try (Stream<String> lines = Files.lines(file)) {
            lines.forEach(line -> {
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
            });
            return operators;
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static InvalidInputException unwritable(IOException e) {
        return new InvalidInputException(
                "ONNX Runtime's profile cannot be written to the temporary folder: " + Unwritable.reason(e), e);
    }

    @Override
    public void close() {
        try {
            folder.close();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }
}
