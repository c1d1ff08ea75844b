package dev.eckart.cli;

import java.util.Map;

/**
 * What came of one thing that was done with one case of a corpus.
 *
 * @param index of the case
 * @param step what was done
 * @param detail a sentence, of the command or about what is wrong; may be empty
 * @param weights how many of the model's weights were factored, kept or skipped, each with the reason
 */
record CorpusFinding(int index, String step, Verdict verdict, String detail, Map<String, Long> weights) {

    enum Verdict {
        /** Begun; if nothing follows, the JVM has died of it. */
        STARTED,
        /** Read, written, and the same. */
        SAME,
        /** The original runs in ONNX Runtime, and all that it gives is finite. */
        RUNS,
        /** The original gives NaN or infinity. */
        NOT_FINITE,
        /** The original runs, but gives no numbers that could be compared. */
        MUTE,
        /** The original cannot be read or run on these inputs, or the command refused it for that. */
        REFUSED,
        /** ONNX Runtime took the JVM down on the original alone. */
        RUNTIME_DIED,
        /** Compressed; the rewrite is proved, and ONNX Runtime loads it. */
        COMPRESSED,
        /** Written with every weight as it was. */
        NOTHING_FACTORED,
        /** Not written, for the original, or the product of the factors, gives NaN or infinity. */
        UNPROVABLE,
        /** A bug. */
        WRONG
    }

    /** The detail without what is particular to one model; of what ONNX Runtime says, its error code. */
    String detailClass() {
        return detail.replaceFirst("^eckart: ", "")
                .replaceAll("\\s+", " ")
                .replaceAll("(ONNX Runtime(?: refuses `[^`]*`)?: .*?\\bORT_[A-Z_]+).*", "$1")
                .replaceAll("`[^`]*`", "`…`")
                .replaceAll("\\d+", "N");
    }
}
