package dev.eckart.strategy;

import dev.eckart.core.rank.StrategyArguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Calls with the value, and that of each option, exchanged for values that may make no sense. */
final class Variants {
    private Variants() {}

    static List<String> of(StrategyArguments call) {
        List<String> variants = new ArrayList<>();
        String options = written(call.options());
        variants.add(call.name() + options);
        for (String value :
                List.of("0", "-1", "0.5", "1", "1e9", "1e-9", "NaN", "Infinity", "99999999999999999999", "?")) {
            variants.add(call.name() + ":" + value + options);
            for (String key : new TreeMap<>(call.options()).keySet()) {
                Map<String, String> exchanged = new TreeMap<>(call.options());
                exchanged.put(key, value);
                variants.add(call.name() + call.value().map(v -> ":" + v).orElse("") + written(exchanged));
            }
        }
        return variants;
    }

    private static String written(Map<String, String> options) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(options)
                .forEach(
                        (key, value) -> text.append(',').append(key).append('=').append(value));
        return text.toString();
    }
}
