package dev.eckart.cli.policy;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads a YAML file of the plain kind that a policy is: one document without anchors, aliases and tags. */
final class Yaml {
    /** Far more than a policy has, and too little to take long over. */
    private static final long MOST_BYTES = 1 << 20;

    private static final int DEEPEST = 16;

    private Yaml() {}

    /**
     * The value that the file holds.
     *
     * @throws InvalidInputException if it cannot be read, is no YAML, or YAML of another kind
     */
    static Value read(Path file) {
        String text = text(file);
        LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
        try {
            // Looked through before anything is built of it.
            requirePlain(file, new Parse(settings).parseString(text));
            return new Compose(settings)
                    .composeString(text)
                    .map(node -> new Value("the policy", file, node))
                    .orElseThrow(() -> new Place(file, 1, 1).refuse("the file is empty; expected a policy"));
        } catch (MarkedYamlEngineException e) {
            throw Place.of(file, e.getProblemMark().or(e::getContextMark))
                    .refuse("not YAML: %s".formatted(e.getProblem()));
        } catch (YamlEngineException e) {
            throw new InvalidInputException("`%s` is not YAML: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static String text(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new InvalidInputException(
                        "`%s` does not exist, or is not a regular file; expected a policy".formatted(file));
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new InvalidInputException("`%s` has %d bytes; expected a policy of at most %d bytes"
                        .formatted(file, Files.size(file), MOST_BYTES));
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new InvalidInputException("`%s` is not text in UTF-8; expected a policy".formatted(file), e);
        } catch (IOException e) {
            throw new InvalidInputException("`%s` cannot be read: %s".formatted(file, e), e);
        }
    }

    private static void requirePlain(Path file, Iterable<Event> events) {
        int documents = 0;
        int depth = 0;
        for (Event event : events) {
            Place place = Place.of(file, event.getStartMark());
            if (event instanceof DocumentStartEvent && ++documents > 1) {
                throw place.refuse("a second document begins here; expected one policy in a file");
            }
            if (event instanceof CollectionStartEvent && ++depth > DEEPEST) {
                throw place.refuse(
                        "lists and mappings are nested deeper than %d; expected a policy".formatted(DEEPEST));
            }
            if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (event instanceof AliasEvent
                    || (event instanceof NodeEvent node && node.getAnchor().isPresent())) {
                throw place.refuse("a policy cannot have anchors and aliases; write the value itself");
            }
            if (isTagged(event)) {
                throw place.refuse("a policy cannot have tags; write the value alone");
            }
        }
    }

    private static boolean isTagged(Event event) {
        return (event instanceof CollectionStartEvent collection
                        && collection.getTag().isPresent())
                || (event instanceof ScalarEvent scalar && scalar.getTag().isPresent());
    }
}
