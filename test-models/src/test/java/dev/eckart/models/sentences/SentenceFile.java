package dev.eckart.models.sentences;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts by kind: a line for each text, and a line {@code # kind} before those of a kind.
 *
 * @param byKind in the order of the file
 */
record SentenceFile(Map<String, List<String>> byKind) {
    private static final String HEADING = "# ";

    static SentenceFile read(Path file) throws IOException {
        Map<String, List<String>> byKind = new LinkedHashMap<>();
        List<String> kind = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(HEADING)) {
                kind = byKind.computeIfAbsent(line.substring(HEADING.length()), name -> new ArrayList<>());
            } else {
                kind.add(line);
            }
        }
        return new SentenceFile(byKind);
    }

    List<String> texts() {
        return byKind.values().stream().flatMap(List::stream).toList();
    }
}
