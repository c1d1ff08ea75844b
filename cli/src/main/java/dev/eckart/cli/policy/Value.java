package dev.eckart.cli.policy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.plugin.Spelling;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value in a policy, and where it stands.
 *
 * <p>Each reading throws an {@link InvalidInputException} that says where if the value is of another type.
 *
 * @param name of it, for people
 */
record Value(String name, Path file, Node node) {

    Place place() {
        return Place.of(file, node.getStartMark());
    }

    InvalidInputException refuse(String sentence) {
        return place().refuse(name + ": " + sentence);
    }

    String text() {
        if (node instanceof ScalarNode scalar
                && scalar.getTag().equals(Tag.STR)
                && !scalar.getValue().isBlank()) {
            return scalar.getValue();
        }
        throw expected("text");
    }

    double number() {
        if (node instanceof ScalarNode scalar
                && (scalar.getTag().equals(Tag.INT) || scalar.getTag().equals(Tag.FLOAT))) {
            try {
                double number = Double.parseDouble(scalar.getValue());
                if (Double.isFinite(number)) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw expected("a number");
            }
        }
        throw expected("a number");
    }

    long whole() {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
            try {
                return Long.parseLong(scalar.getValue());
            } catch (NumberFormatException e) {
                throw expected("a whole number of 64 bits");
            }
        }
        throw expected("a whole number");
    }

    boolean flag() {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
            return Boolean.parseBoolean(scalar.getValue());
        }
        throw expected("true or false");
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    /** The values of a list, or this one alone. */
    List<Value> each() {
        return node instanceof SequenceNode list
                ? list.getValue().stream()
                        .map(item -> new Value(name, file, item))
                        .toList()
                : List.of(this);
    }

    /** The values of a list. */
    List<Value> list() {
        if (node instanceof SequenceNode) {
            return each();
        }
        throw expected("a list");
    }

    /** The values of a mapping by their keys, which are among those that are known, and each there once. */
    Map<String, Value> mapping(List<String> known) {
        if (!(node instanceof MappingNode mapping)) {
            throw expected("a mapping");
        }
        Map<String, Value> values = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            Node keyNode = entry.getKeyNode();
            Place place = Place.of(file, keyNode.getStartMark());
            if (!(keyNode instanceof ScalarNode scalar)) {
                throw place.refuse("%s: expected a word for a key but was: %s".formatted(name, describe(keyNode)));
            }
            String key = scalar.getValue();
            if (!known.contains(key)) {
                throw place.refuse("unknown key `%s` in %s; %s".formatted(key, name, Spelling.hint(key, known)));
            }
            if (values.put(key, new Value("`%s`".formatted(key), file, entry.getValueNode())) != null) {
                throw place.refuse("key `%s` is given twice; give it once".formatted(key));
            }
        }
        return values;
    }

    private InvalidInputException expected(String type) {
        return refuse("expected %s but was: %s".formatted(type, describe(node)));
    }

    private static String describe(Node node) {
        if (node instanceof MappingNode) {
            return "a mapping";
        }
        if (node instanceof SequenceNode) {
            return "a list";
        }
        ScalarNode scalar = (ScalarNode) node;
        String value = scalar.getValue();
        if (value.isBlank()) {
            return "nothing";
        }
        return (scalar.getTag().equals(Tag.STR) ? "text " : "") + "`%s`".formatted(value);
    }
}
