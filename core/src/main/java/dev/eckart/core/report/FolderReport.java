package dev.eckart.core.report;

import java.util.List;
import java.util.Optional;

/**
 * The account of a folder whose models were compressed by the same options.
 *
 * @param version of this tool
 * @param folder the original
 * @param output the folder that was to be written; empty where none was wanted
 * @param written whether it was
 * @param models in the order of their names
 * @param carried what goes with the models, as it is
 * @param bytes of all files in the folder
 * @param seconds of the whole
 */
public record FolderReport(
        String version,
        String folder,
        Optional<String> output,
        boolean written,
        List<FolderModel> models,
        Carried carried,
        Bytes bytes,
        double seconds) {
    public FolderReport {
        models = List.copyOf(models);
        if (models.isEmpty()) {
            throw new IllegalArgumentException("Expected one model or more");
        }
    }

    /** What became of a model, the best first. */
    public enum Outcome {
        /** It is smaller. */
        COMPRESSED,
        /** The user did not name it: it goes over as it is. */
        NOT_CHOSEN,
        /** Nothing in it is worth replacing: it goes over as it is. */
        UNCHANGED,
        /** No setting meets the limits. */
        UNREACHABLE,
        /** A limit is exceeded, or the rewrite is wrong. */
        FAILED,
        /** It cannot be worked with, or not with what the user gave. */
        REFUSED;

        /** Whether nothing stands against writing the folder with such a model in it. */
        public boolean isGood() {
            return compareTo(UNCHANGED) <= 0;
        }

        /** Whether there is another model now, which takes the place of this one. */
        public boolean isMade() {
            return this == COMPRESSED || this == FAILED;
        }

        /** The stable name in documents. */
        public String label() {
            return switch (this) {
                case COMPRESSED -> "compressed";
                case NOT_CHOSEN -> "not-chosen";
                case UNCHANGED -> "unchanged";
                case UNREACHABLE -> "unreachable";
                case FAILED -> "failed";
                case REFUSED -> "refused";
            };
        }
    }

    /**
     * A model of the folder.
     *
     * @param name its path in the folder
     * @param bytes of its file and its data files
     * @param report empty where there is none, as the model was not worked with
     * @param reason why it is not smaller, without a capital or a full stop; empty for a model that is
     */
    public record FolderModel(String name, Outcome outcome, Bytes bytes, Optional<Report> report, String reason) {}

    /**
     * Sizes of files.
     *
     * @param before of the original
     * @param after of what takes its place, or is planned to
     */
    public record Bytes(long before, long after) {
        /** After / before. */
        public double ratio() {
            return before == 0 ? 1 : (double) after / before;
        }
    }

    /**
     * Files that are no models, and hold no tensors of one that was compressed.
     *
     * @param files how many
     * @param bytes of all of them
     */
    public record Carried(int files, long bytes) {}

    /** What became of the model that fared worst. */
    public Outcome worst() {
        return models.stream().map(FolderModel::outcome).max(Outcome::compareTo).orElseThrow();
    }

    /** Whether no model is smaller, and none failed. */
    public boolean nothingToGain() {
        return worst().isGood() && models.stream().noneMatch(model -> model.outcome() == Outcome.COMPRESSED);
    }

    /** {@link Verdict#PASS} is said only where each model that was worked with passed. */
    public Verdict verdict() {
        if (!worst().isGood()) {
            return Verdict.FAIL;
        }
        List<Report> reports =
                models.stream().flatMap(model -> model.report().stream()).toList();
        return !reports.isEmpty() && reports.stream().allMatch(report -> report.verdict() == Verdict.PASS)
                ? Verdict.PASS
                : Verdict.UNJUDGED;
    }
}
