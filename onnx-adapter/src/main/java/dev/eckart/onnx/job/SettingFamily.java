package dev.eckart.onnx.job;

import dev.eckart.core.rank.RankSelectorProvider;
import dev.eckart.core.rank.RankStrategies;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.stream.Stream;

/**
 * Settings from the smallest model to the unchanged one, by one number.
 *
 * @param strategy takes a share of parameters, in (0, 1]
 * @param options of the strategy, each behind a comma
 */
public record SettingFamily(String strategy, String options) {
    /** Cuts each weight alike. */
    private static final SettingFamily ALIKE = new SettingFamily("ratio", "");

    /**
     * Shares parameters out across weights, where it is measured how much each of them matters; else that often does
     * worse. Ranks may be lower than the strategy gives by itself, and sensitivities are those of the original: each model
     * is measured as a whole.
     */
    private static final SettingFamily SHARED_OUT = new SettingFamily("budget", ",floor=0.05,rounds=0");

    private static final MathContext DIGITS = new MathContext(3);

    /**
     * Those worth trying, the most promising one first.
     *
     * @param calibrated whether there are inputs to measure on how much weights matter
     */
    public static List<SettingFamily> among(RankStrategies strategies, boolean calibrated) {
        return forSize(strategies).stream()
                .filter(family -> calibrated || !family.equals(SHARED_OUT))
                .toList();
    }

    /** All there are: for a size each is a model or two, of which the best is taken. */
    public static List<SettingFamily> forSize(RankStrategies strategies) {
        List<String> names =
                strategies.all().stream().map(RankSelectorProvider::name).toList();
        return Stream.of(SHARED_OUT, ALIKE)
                .filter(family -> names.contains(family.strategy))
                .toList();
    }

    /** The settings from one share to another. */
    public String range(String from, String to) {
        return strategy + ":" + from + ".." + to + options;
    }

    /** The setting of a share. */
    String call(double share) {
        return strategy + ":" + written(share).toPlainString() + options;
    }

    /** A share as it is written. */
    static double rounded(double share) {
        return written(share).doubleValue();
    }

    private static BigDecimal written(double share) {
        return new BigDecimal(share).round(DIGITS).stripTrailingZeros();
    }
}
