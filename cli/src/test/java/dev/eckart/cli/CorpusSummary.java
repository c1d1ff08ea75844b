package dev.eckart.cli;

import dev.eckart.cli.CorpusFinding.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a whole corpus came to, to be read by people. */
record CorpusSummary(List<CorpusCase> cases, List<CorpusFinding> findings) {

    /** Everything that is a bug, a line for each. */
    List<String> wrong() {
        return findings.stream()
                .filter(finding -> finding.verdict() == Verdict.WRONG)
                .map(finding -> "%s, %s: %s".formatted(cases.get(finding.index()), finding.step(), finding.detail()))
                .toList();
    }

    String render(String corpus, double seconds) {
        List<String> lines = new ArrayList<>();
        lines.add("corpus: %s".formatted(corpus));
        lines.add(number(cases.stream().map(CorpusCase::model).distinct().count(), "files"));
        lines.add(number(cases.size(), "cases, a file on made-up inputs or a test data set of its own"));
        lines.add("");
        addStep(CorpusWorker.COPY, lines);
        addStep(CorpusWorker.ORIGINAL, lines);
        CorpusWorker.SETTINGS.forEach(setting -> addStep(setting, lines));
        lines.add("wrong: %d, after %.0f s".formatted(wrong().size(), seconds));
        wrong().forEach(line -> lines.add("  " + line));
        return String.join("\n", lines) + "\n";
    }

    private void addStep(String step, List<String> lines) {
        List<CorpusFinding> ended = findings.stream()
                .filter(finding -> finding.step().equals(step) && finding.verdict() != Verdict.STARTED)
                .toList();
        lines.add(step);
        addCounts(
                ended,
                finding -> finding.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                "",
                lines);
        Map<String, Long> weights = new TreeMap<>();
        ended.forEach(
                finding -> finding.weights().forEach((outcome, count) -> weights.merge(outcome, count, Long::sum)));
        weights.forEach((outcome, count) -> lines.add(number(count, "weights " + outcome)));
        // What the command refuses it refuses for the same reason as the original does, or is wrong.
        boolean command = CorpusWorker.SETTINGS.contains(step);
        List<CorpusFinding> explained = ended.stream()
                .filter(finding -> !finding.detail().isEmpty() && finding.verdict() != Verdict.WRONG)
                .filter(finding -> !command || finding.verdict() != Verdict.REFUSED)
                .toList();
        addCounts(explained, CorpusFinding::detailClass, "because: ", lines);
        lines.add("");
    }

    private static void addCounts(
            List<CorpusFinding> findings, Function<CorpusFinding, String> key, String prefix, List<String> lines) {
        findings.stream().collect(Collectors.groupingBy(key, Collectors.counting())).entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> lines.add(number(entry.getValue(), prefix + entry.getKey())));
    }

    private static String number(long count, String what) {
        return String.format(Locale.ROOT, "%,8d  %s", count, what);
    }
}
