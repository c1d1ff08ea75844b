package dev.eckart.models.synthetic;

import dev.eckart.core.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * What a generator is started with: options, each with a value, and the file to write.
 *
 * @param options values by option, such as {@code --seed}
 * @param file to write
 */
public record GeneratorArguments(Map<String, String> options, Path file) {

    public GeneratorArguments {
        options = Map.copyOf(options);
    }

    /**
     * Tells options from the file.
     *
     * @param defaults every option that there is, with its value where it is not given
     * @param usage one line, for messages
     * @throws InvalidInputException if an option is unknown or has no value, or there is not one file
     */
    public static GeneratorArguments parse(List<String> arguments, Map<String, String> defaults, String usage) {
        Map<String, String> options = new HashMap<>(defaults);
        List<Path> files = new ArrayList<>();
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            if (!argument.startsWith("--")) {
                files.add(Path.of(argument));
            } else if (!options.containsKey(argument)) {
                throw new InvalidInputException("unknown option `%s`; usage: %s".formatted(argument, usage));
            } else if (!rest.hasNext()) {
                throw new InvalidInputException("%s has no value; usage: %s".formatted(argument, usage));
            } else {
                options.put(argument, rest.next());
            }
        }
        if (files.size() != 1) {
            throw new InvalidInputException(
                    "expected one file to write but found %d; usage: %s".formatted(files.size(), usage));
        }
        return new GeneratorArguments(options, files.get(0));
    }

    /** The value of an option, as it was given. */
    public String value(String option) {
        return options.getOrDefault(option, "");
    }

    /**
     * The value of an option that is a number of things.
     *
     * @throws InvalidInputException if it is no whole number from 1
     */
    public int size(String option) {
        long number = wholeNumber(option);
        if (number < 1 || number > Integer.MAX_VALUE) {
            throw refusal(option, "a whole number from 1");
        }
        return (int) number;
    }

    /**
     * The value of an option that is any whole number.
     *
     * @throws InvalidInputException if it is none
     */
    public long wholeNumber(String option) {
        if (!value(option).matches("-?\\d{1,18}")) {
            throw refusal(option, "a whole number");
        }
        return Long.parseLong(value(option));
    }

    /** An option's value is not what is expected. */
    public InvalidInputException refusal(String option, String expected) {
        return new InvalidInputException("%s: expected %s but was: %s".formatted(option, expected, value(option)));
    }
}
