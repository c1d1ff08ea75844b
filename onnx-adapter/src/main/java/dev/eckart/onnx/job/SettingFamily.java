package dev.eckart.onnx.job;

import dev.eckart.core.rank.RankSelectorProvider;
import dev.eckart.core.rank.RankStrategies;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/**
 * Settings from the smallest model to the unchanged one, by one number.
 *
 * @param strategy takes a share of parameters, in (0, 1]
 */
public record SettingFamily(String strategy) {
    /**
     * Cuts each weight alike. Sharing parameters out across weights often does worse, unless it is measured how much each
     * of them matters.
     */
    private static final List<String> STRATEGIES = List.of("ratio");

    private static final MathContext DIGITS = new MathContext(3);

    /** The best family that there are strategies for. */
    public static SettingFamily among(RankStrategies strategies) {
        List<String> names =
                strategies.all().stream().map(RankSelectorProvider::name).toList();
        return new SettingFamily(
                STRATEGIES.stream().filter(names::contains).findFirst().orElseThrow());
    }

    /** The setting of a share. */
    String call(double share) {
        return strategy + ":" + written(share).toPlainString();
    }

    /** A share as it is written. */
    static double rounded(double share) {
        return written(share).doubleValue();
    }

    private static BigDecimal written(double share) {
        return new BigDecimal(share).round(DIGITS).stripTrailingZeros();
    }
}
