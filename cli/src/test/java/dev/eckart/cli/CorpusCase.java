package dev.eckart.cli;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A model of a corpus, and what it is run on.
 *
 * @param inputs an ONNX test data set; made up if empty
 */
record CorpusCase(Path model, Optional<Path> inputs) {

    /** In one line, for {@link #parse}. */
    String line() {
        return model + inputs.map(path -> "\t" + path).orElse("");
    }

    static CorpusCase parse(String line) {
        String[] paths = line.split("\t", -1);
        return new CorpusCase(Path.of(paths[0]), paths.length == 1 ? Optional.empty() : Optional.of(Path.of(paths[1])));
    }

    @Override
    public String toString() {
        return model + inputs.map(path -> " on " + path.getFileName()).orElse(" on made-up inputs");
    }
}
