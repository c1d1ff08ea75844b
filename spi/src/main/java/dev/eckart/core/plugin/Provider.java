package dev.eckart.core.plugin;

import java.util.Map;

/** Something that users call by name, {@code name[:value][,key=value…]}. */
public interface Provider {

    /** The unique name users call it by: lower-case letters, digits and hyphens. */
    String name();

    /** What it does, in one line. */
    String summary();

    /** What may follow the name, for people: a usage such as {@code energy:0.99} to its meaning. */
    Map<String, String> usage();
}
