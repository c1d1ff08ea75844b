package dev.eckart.cli.render;

import dev.eckart.core.factor.RankedForm;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.core.report.WeightEntry.Outcome;
import dev.eckart.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The tables that show to people what was done with each weight. */
final class WeightTables {
    /** Of a column that shows what a setting comes to. */
    private static final int LONGEST_HEADING = 20;

    private WeightTables() {}

    private static String operator(WeightEntry weight) {
        WeightEntry.Identity identity = weight.identity();
        return identity.reading().isEmpty() ? identity.operator() : identity.operator() + " by " + identity.reading();
    }

    /** Linear weights: what each was, and what was done with it. */
    static Optional<Table> linear(Report report) {
        List<WeightEntry> linear = report.weights().stream()
                .filter(weight -> weight.outcome() == Outcome.FACTORED || weight.outcome() == Outcome.KEPT)
                .toList();
        boolean measured =
                linear.stream().anyMatch(weight -> weight.measured().error().isPresent());
        Table table = new Table(
                "weight",
                "operator",
                "in × out",
                "type",
                "rank",
                "break-even",
                "energy",
                measured ? "error → measured" : "error",
                "parameters",
                "why");
        for (WeightEntry weight : linear) {
            boolean factored = weight.outcome() == Outcome.FACTORED;
            table.row(
                    weight.name(),
                    operator(weight),
                    shape(weight),
                    weight.identity().type(),
                    factored ? String.valueOf(weight.decided().rank()) : "unchanged",
                    String.valueOf(weight.decided().breakEvenRank()),
                    Numbers.closeToOne(weight.predicted().energy()),
                    errors(weight),
                    factored
                            ? parameters(weight)
                            : Numbers.count(weight.storage().parametersBefore()),
                    factored ? encodingAndTiming(weight) : weight.decided().reason());
        }
        return linear.isEmpty() ? Optional.empty() : Optional.of(table);
    }

    /** Of the linear weights that were replaced, what fits a terminal. */
    static Optional<Table> replaced(Report report) {
        List<WeightEntry> replaced = with(report, Outcome.FACTORED);
        boolean measured =
                replaced.stream().anyMatch(weight -> weight.measured().error().isPresent());
        boolean timed =
                replaced.stream().anyMatch(weight -> weight.measured().timing().isPresent());
        boolean coded = replaced.stream().anyMatch(WeightTables::isInCodes);
        List<String> headings = new ArrayList<>(List.of("weight", "operator", "in × out", "rank", "energy"));
        headings.add(measured ? "error → measured" : "error");
        headings.addAll(coded ? List.of("encoding", "bytes") : List.of("parameters"));
        if (timed) {
            headings.add("time");
        }
        Table table = new Table(headings.toArray(String[]::new));
        for (WeightEntry weight : replaced) {
            List<String> cells = new ArrayList<>(List.of(
                    weight.name(),
                    operator(weight),
                    shape(weight),
                    String.valueOf(weight.decided().rank()),
                    Numbers.closeToOne(weight.predicted().energy()),
                    errors(weight)));
            cells.addAll(
                    coded
                            ? List.of(weight.decided().encoding().orElseThrow(), bytes(weight))
                            : List.of(parameters(weight)));
            if (timed) {
                cells.add(weight.measured()
                        .latency()
                        .map(latency -> Numbers.times(latency.ratio()) + (weight.sizeOnly() ? " (for size only)" : ""))
                        .orElse("not timed"));
            }
            table.row(cells.toArray(String[]::new));
        }
        return replaced.isEmpty() ? Optional.empty() : Optional.of(table);
    }

    /** Weights that are stored in another form than a pair. */
    static Optional<Table> encoded(Report report) {
        List<WeightEntry> encoded = with(report, Outcome.ENCODED);
        Table table = new Table("weight", "operator", "in × out", "encoding", "error", "bytes");
        encoded.forEach(weight -> table.row(
                weight.name(),
                operator(weight),
                shape(weight),
                weight.decided().encoding().orElseThrow(),
                errors(weight),
                bytes(weight)));
        return encoded.isEmpty() ? Optional.empty() : Optional.of(table);
    }

    /** Linear weights that stay as they are, with the reason. */
    static Optional<Table> unchanged(Report report) {
        List<WeightEntry> unchanged = with(report, Outcome.KEPT);
        Table table = new Table("unchanged", "operator", "in × out", "why");
        unchanged.forEach(weight -> table.row(
                weight.name(), operator(weight), shape(weight), weight.decided().reason()));
        return unchanged.isEmpty() ? Optional.empty() : Optional.of(table);
    }

    private static List<WeightEntry> with(Report report, Outcome outcome) {
        return report.weights().stream()
                .filter(weight -> weight.outcome() == outcome)
                .toList();
    }

    private static String parameters(WeightEntry weight) {
        return Numbers.count(weight.storage().parametersBefore()) + " → "
                + Numbers.count(weight.storage().parametersAfter());
    }

    private static String bytes(WeightEntry weight) {
        return Numbers.bytes(weight.storage().bytesBefore()) + " → "
                + Numbers.bytes(weight.storage().bytesAfter());
    }

    /** Whether the two factors in its place are stored otherwise than as numbers. */
    private static boolean isInCodes(WeightEntry weight) {
        return !weight.decided().encoding().orElse(RankedForm.PAIR).equals(RankedForm.PAIR);
    }

    private static String encodingAndTiming(WeightEntry weight) {
        String timing = timing(weight);
        if (!isInCodes(weight)) {
            return timing;
        }
        String encoding = "%s, %s".formatted(weight.decided().encoding().orElseThrow(), bytes(weight));
        return timing.isEmpty() ? encoding : encoding + "; " + timing;
    }

    private static String timing(WeightEntry weight) {
        return weight.measured()
                .timing()
                .map(found -> (weight.sizeOnly() ? "for size only: " : "") + found.sentence())
                .orElse("");
    }

    private static String errors(WeightEntry weight) {
        String predicted = Numbers.error(weight.predicted().error());
        return weight.measured().error().isPresent()
                ? predicted + " → " + Numbers.error(weight.measured().error().getAsDouble())
                : predicted;
    }

    /** Linear weights: the ranks that hold a share of their energy, and what would be done with them; fits a terminal. */
    static Optional<Table> ranks(Report report) {
        Table table = new Table(
                "weight",
                "operator",
                "in × out",
                "rank at .9",
                ".95",
                ".99",
                "break-even",
                ShownText.shortened(report.settings().rank(), LONGEST_HEADING));
        List<WeightEntry> linear = report.weights().stream()
                .filter(weight -> weight.predicted().spectrum().isPresent())
                .toList();
        for (WeightEntry weight : linear) {
            Spectrum spectrum = weight.predicted().spectrum().orElseThrow();
            table.row(
                    weight.name(),
                    operator(weight),
                    shape(weight),
                    String.valueOf(spectrum.rankAtEnergy(0.9)),
                    String.valueOf(spectrum.rankAtEnergy(0.95)),
                    String.valueOf(spectrum.rankAtEnergy(0.99)),
                    String.valueOf(weight.decided().breakEvenRank()),
                    weight.outcome() == Outcome.FACTORED
                            ? "rank " + weight.decided().rank()
                            : "unchanged");
        }
        return linear.isEmpty() ? Optional.empty() : Optional.of(table);
    }

    /** Linear weights: their spectra, and what would be done with them. */
    static Optional<Table> spectra(Report report) {
        Table table = new Table(
                "weight",
                "operator",
                "in × out",
                "type",
                "σ₁",
                "σₖ",
                "rank at .9",
                ".95",
                ".99",
                "break-even",
                report.settings().rank());
        List<WeightEntry> linear = report.weights().stream()
                .filter(weight -> weight.predicted().spectrum().isPresent())
                .toList();
        for (WeightEntry weight : linear) {
            Spectrum spectrum = weight.predicted().spectrum().orElseThrow();
            table.row(
                    weight.name(),
                    operator(weight),
                    shape(weight),
                    weight.identity().type(),
                    Numbers.error(spectrum.sigma(1)),
                    Numbers.error(spectrum.sigma(spectrum.size())),
                    String.valueOf(spectrum.rankAtEnergy(0.9)),
                    String.valueOf(spectrum.rankAtEnergy(0.95)),
                    String.valueOf(spectrum.rankAtEnergy(0.99)),
                    String.valueOf(weight.decided().breakEvenRank()),
                    weight.outcome() == Outcome.FACTORED
                            ? "rank " + weight.decided().rank()
                            : "unchanged: " + weight.decided().reason());
        }
        return linear.isEmpty() ? Optional.empty() : Optional.of(table);
    }

    /** Weights that cannot be replaced, with the reason. */
    static Optional<Table> skipped(Report report) {
        Table table = new Table("skipped", "operator", "shape", "type", "why");
        List<WeightEntry> skipped = report.weights().stream()
                .filter(weight -> weight.outcome() == Outcome.SKIPPED)
                .toList();
        skipped.forEach(weight -> table.row(
                weight.name(),
                weight.identity().operator(),
                shape(weight),
                weight.identity().type(),
                weight.decided().reason()));
        return skipped.isEmpty() ? Optional.empty() : Optional.of(table);
    }

    /** How many weights were replaced, how many are unchanged, and how many were skipped. */
    static String counts(Report report) {
        long sizeOnly = report.weights().stream().filter(WeightEntry::sizeOnly).count();
        long factored = count(report, Outcome.FACTORED);
        long encoded = count(report, Outcome.ENCODED);
        return "%d weight%s factored%s%s, %d unchanged, %d skipped"
                .formatted(
                        factored,
                        factored == 1 ? "" : "s",
                        sizeOnly == 0 ? "" : ", %d of them for size only".formatted(sizeOnly),
                        encoded == 0 ? "" : ", %d stored as codes".formatted(encoded),
                        count(report, Outcome.KEPT),
                        count(report, Outcome.SKIPPED));
    }

    static long count(Report report, Outcome outcome) {
        return report.weights().stream()
                .filter(weight -> weight.outcome() == outcome)
                .count();
    }

    private static String shape(WeightEntry weight) {
        return weight.identity().shape().stream().map(String::valueOf).collect(Collectors.joining("×"));
    }
}
