package dev.eckart.cli.render;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text from a model, or from anywhere else, as people are shown it: all of it can be seen, and none of it does anything to a
 * terminal, to the text around it, or to a build server that reads the log.
 */
public final class ShownText {
    /** Control characters, marks of direction, unassigned ones and the like, what breaks lines, and what takes no room. */
    private static final String UNSEEN =
            "[\\p{C}\\p{Zl}\\p{Zp}\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u3164\\uFE00-\\uFE0F\\uFFA0\\x{E0100}-\\x{E01EF}]";

    /** Where build servers see a command: {@code ::error::} after nothing but spaces, {@code ##vso[} anywhere. */
    private static final String COMMAND = "(?<!\\S):(?=:)|(?<=#)#(?=\\w*\\[)";

    private static final Pattern IN_LINE = Pattern.compile(UNSEEN + "|" + COMMAND);
    private static final Pattern IN_LINES = Pattern.compile("(?!\\n|\\r\\n|\\t)" + UNSEEN + "|" + COMMAND);

    private ShownText() {}

    /** In one line, with each character that cannot be seen spelled out: {@code \}{@code u{202E}}. */
    public static String of(String text) {
        return IN_LINE.matcher(text).replaceAll(ShownText::spelled);
    }

    /** As {@link #of}, but for tabs and the ends of lines, which stay: for a page whose parts from elsewhere are shown. */
    public static String lines(String page) {
        return IN_LINES.matcher(page).replaceAll(ShownText::spelled);
    }

    /** JSON, which has such characters within texts only, with escapes of its own for them: it reads as before. */
    static String json(String document) {
        return IN_LINES.matcher(document)
                .replaceAll(match ->
                        match.group().chars().mapToObj("\\\\u%04x"::formatted).reduce("", String::concat));
    }

    private static String spelled(MatchResult match) {
        return Matcher.quoteReplacement("\\u{%04X}".formatted(match.group().codePointAt(0)));
    }

    /**
     * Text of no more than {@code length} characters: of a longer one, the start and the end, which is where names tell
     * themselves apart.
     */
    public static String shortened(String text, int length) {
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
