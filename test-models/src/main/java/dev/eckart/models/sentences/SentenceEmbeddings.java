package dev.eckart.models.sentences;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.onnx.run.InputFiles;
import dev.eckart.onnx.run.InputSet;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Sentence embeddings, one a row: the means of an encoder's last hidden states over the positions that are no padding.
 *
 * @param vectors {@code [sentences × hidden size]}
 */
public record SentenceEmbeddings(Matrix vectors) {
    private static final String MASK = "attention_mask";
    private static final int BATCH = 16;

    /**
     * Runs an encoder on tokenised sentences.
     *
     * @param model whose first output is {@code [sentences × positions × hidden size]}
     * @param tokens an {@code .npz} file with an array for each of the model's inputs; the one named
     *     {@code attention_mask} is 0 where a position is padding
     * @throws InvalidInputException if the model is no such encoder, or the arrays do not fit it
     */
    public static SentenceEmbeddings of(Path model, Path tokens) {
        int threads = Runtime.getRuntime().availableProcessors();
        try (Session session = Session.open(model, Session.Optimization.ALL, threads)) {
            InputSet sentences = InputFiles.read(tokens, session.inputs());
            double[][] rows = new double[sentences.samples()][];
            for (int from = 0; from < rows.length; from += BATCH) {
                Map<String, NpyArray> batch = sentences.batch(from, Math.min(from + BATCH, rows.length));
                Output states = states(session, batch, model);
                NpyArray mask = Objects.requireNonNull(batch.get(MASK));
                for (int i = 0; i < mask.shape().get(0); i++) {
                    rows[from + i] = mean(states, mask, i);
                }
            }
            return new SentenceEmbeddings(Matrix.ofRows(rows));
        }
    }

    private static Output states(Session session, Map<String, NpyArray> batch, Path model) {
        Output states = session.run(batch).values().iterator().next();
        NpyArray mask = batch.get(MASK);
        List<Long> shape = states.shape();
        boolean fits = mask != null
                && shape.size() == 3
                && shape.subList(0, 2)
                        .equals(mask.shape().stream().map(Integer::longValue).toList());
        if (!fits) {
            throw new InvalidInputException(
                    "`%s` is no sentence encoder: expected an input `%s` [sentences × positions] and an output [sentences × positions × hidden size] but `%s` is %s"
                            .formatted(model, MASK, states.name(), shape));
        }
        return states;
    }

    private static double[] mean(Output states, NpyArray mask, int sentence) {
        int positions = mask.shape().get(1);
        double[] sum = new double[states.lastAxis()];
        int counted = 0;
        for (int row = sentence * positions; row < (sentence + 1) * positions; row++) {
            if (mask.longAt(row) != 0) {
                counted++;
                for (int j = 0; j < sum.length; j++) {
                    sum[j] += states.at(row * sum.length + j);
                }
            }
        }
        for (int j = 0; j < sum.length; j++) {
            sum[j] /= Math.max(1, counted);
        }
        return sum;
    }

    /**
     * The cosine of each sentence's two embeddings.
     *
     * @throws InvalidInputException if the others are of another number of sentences or of another size
     */
    public double[] cosines(SentenceEmbeddings others) {
        if (vectors.rows() != others.vectors.rows() || vectors.columns() != others.vectors.columns()) {
            throw new InvalidInputException("the embeddings are [%d × %d] and [%d × %d]; expected those of one encoder"
                    .formatted(vectors.rows(), vectors.columns(), others.vectors.rows(), others.vectors.columns()));
        }
        double[] cosines = new double[vectors.rows()];
        for (int i = 0; i < cosines.length; i++) {
            double dot = 0;
            double squared = 0;
            double squaredOther = 0;
            for (int j = 0; j < vectors.columns(); j++) {
                double x = vectors.get(i, j);
                double y = others.vectors.get(i, j);
                dot += x * y;
                squared += x * x;
                squaredOther += y * y;
            }
            cosines[i] = dot / Math.sqrt(squared * squaredOther);
        }
        return cosines;
    }
}
