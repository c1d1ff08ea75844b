package dev.eckart.onnx.run;

import java.time.Duration;

/**
 * A load or a run of a model exceeded its time limit; the message says which, in a sentence. It is no refusal of a model's
 * inputs: nothing else is tried after it.
 */
public final class TimeLimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TimeLimitException(ModelWork work, Duration limit) {
        super(sentence(work, limit));
    }

    /** What is said of a load or a run that exceeded its limit. */
    public static String sentence(ModelWork work, Duration limit) {
        return "%s takes longer than %s; allow more with --time-limit, or change the model, which may never end"
                .formatted(work.sentence(), TimeLimit.shown(limit));
    }
}
