package dev.eckart.core.factor;

import dev.eckart.core.file.FileSize;
import java.util.Locale;

/**
 * How much replacements must save to be made: each of them a thousandth of the model's bytes, and all together a fiftieth.
 * Below that, no gain in size is worth a loss, however small. Of a model with so many weights that few of them can save a
 * thousandth, each must save a tenth of an equal share.
 *
 * @param modelBytes of the model's files; 0 where any saving is worthwhile
 * @param weights linear weights that the model has
 */
public record WorthwhileSaving(long modelBytes, int weights) {
    /** Replaces whatever is smaller as a pair. */
    public static final WorthwhileSaving ANY = new WorthwhileSaving(0, 0);

    /** A single replacement must save one part in so many of the model's bytes, or in more for many weights. */
    private static final int PARTS_FOR_ONE = 1000;

    /** A single replacement must save one part in so many of an equal share of the model's bytes. */
    private static final int PARTS_OF_SHARE = 10;

    /** All replacements together must save one part in so many of the model's bytes. */
    private static final int PARTS_FOR_ALL = 50;

    /** The share that all replacements together must save, for people. */
    public static final String LEAST = 100 / PARTS_FOR_ALL + " %";

    public WorthwhileSaving {
        if (modelBytes < 0) {
            throw new IllegalArgumentException("expected a number of bytes but was: " + modelBytes);
        }
    }

    /** Whether so many bytes are enough for all replacements of a model together. */
    public boolean isEnough(long savedByAll) {
        return savedByAll * PARTS_FOR_ALL >= modelBytes;
    }

    /** Whether so many bytes are enough for one replacement. */
    public boolean isEnoughForOne(long saved) {
        return saved * partsForOne() >= modelBytes;
    }

    private long partsForOne() {
        return Math.max(PARTS_FOR_ONE, (long) PARTS_OF_SHARE * weights);
    }

    /** The same, or unchanged where replacing the weight saves too little. */
    public PlannedWeight of(PlannedWeight planned) {
        return isEnoughForOne(planned.bytesSaved()) || !planned.isReplaced()
                ? planned
                : planned.unchanged("its %s saves %s of %s, less than %s"
                        .formatted(
                                planned.encoding().orElseThrow(),
                                new FileSize(planned.bytesSaved()),
                                new FileSize(modelBytes),
                                partsForOne() == PARTS_FOR_ONE
                                        ? "a thousandth"
                                        : String.format(Locale.ROOT, "one part in %,d", partsForOne())));
    }

    /** The same without replacements that save too little: some of them, or all. */
    public CompressionPlan of(CompressionPlan plan) {
        CompressionPlan worthwhile = plan.withReplaced(this::of);
        long saved = worthwhile.bytesSaved();
        return isEnough(saved)
                ? worthwhile
                : worthwhile.withReplaced(
                        planned -> planned.unchanged("all replacements together save %s of %s, less than %s"
                                .formatted(new FileSize(saved), new FileSize(modelBytes), LEAST)));
    }
}
