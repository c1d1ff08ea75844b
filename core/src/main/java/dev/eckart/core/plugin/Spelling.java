package dev.eckart.core.plugin;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a word that is not known may have been meant for. */
public final class Spelling {
    private Spelling() {}

    /** The nearest of the words that are known, if one is near, or else all of them. */
    public static String hint(String word, Collection<String> known) {
        return nearest(word, known)
                .map("did you mean `%s`?"::formatted)
                .orElseGet(() -> "expected one of " + String.join(", ", known));
    }

    /** The nearest of the words that are known, if one is near. */
    public static Optional<String> nearest(String word, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(each -> distance(word, each)))
                .filter(each -> distance(word, each) <= Math.max(2, word.length() / 3));
    }

    /** Levenshtein's: how many characters have to be put in, taken out or replaced. */
    private static int distance(String one, String other) {
        int[] previous = new int[other.length() + 1];
        for (int j = 0; j < previous.length; j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[previous.length];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[other.length()];
    }
}
