package dev.eckart.cli.render;

import java.util.regex.Pattern;

/** Text from a model, or from anywhere else, as a page shows it: all of it can be seen, and none of it does anything. */
final class ShownText {
    /** Control characters, marks of direction, unassigned ones and the like, and what breaks lines and paragraphs. */
    private static final Pattern UNSEEN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private ShownText() {}

    /** With each character that cannot be seen spelled out: {@code \}{@code u{202E}}. */
    static String of(String text) {
        return UNSEEN.matcher(text)
                .replaceAll(match -> "\\\\u{%04X}".formatted(match.group().codePointAt(0)));
    }

    /**
     * Text of no more than {@code length} characters: of a longer one, the start and the end, which is where names tell
     * themselves apart.
     */
    static String shortened(String text, int length) {
        int count = text.codePointCount(0, text.length());
        if (count <= length) {
            return text;
        }
        int tail = (length - 1) / 3;
        int head = length - 1 - tail;
        return text.substring(0, text.offsetByCodePoints(0, head))
                + "…"
                + text.substring(text.offsetByCodePoints(text.length(), -tail));
    }
}
