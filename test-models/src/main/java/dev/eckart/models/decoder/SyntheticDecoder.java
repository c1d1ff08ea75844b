package dev.eckart.models.decoder;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A decoder-only network in the manner of Llama, without a notion of position, its weights made up: from
 * {@code input_ids} int64 {@code [batch × sequence]} to {@code logits [batch × sequence × vocabulary]}, in standard
 * operators of opset 17.
 *
 * <p>Its weights are low-rank parts with noise on top; no activation comes near the end of float16.
 *
 * @param seed decides on all of its numbers
 */
public record SyntheticDecoder(DecoderShape shape, long seed) {

    /** The data file beside a model. */
    public static Path dataOf(Path model) {
        return model.resolveSibling(model.getFileName() + ".data");
    }

    /**
     * Writes the model, and its weights beside it in {@link #dataOf}, in place of what is there. It is done row by
     * row: memory is needed for a few rows, however many there are.
     *
     * @throws InvalidInputException if there is no place for the files
     * @throws IOException if they cannot be written
     */
    public void write(Path model) throws IOException {
        List<DataRegion> regions = DataRegion.layOut(shape);
        try (PendingFile pending = PendingFile.beside(model)) {
            Path data = dataOf(pending.path());
            Files.write(
                    pending.path(),
                    DecoderGraph.of(shape, regions, data.getFileName().toString())
                            .toByteArray());
            writeData(regions, data);
            List<String> failures = pending.commit(List.of(data), List.of());
            if (!failures.isEmpty()) {
                throw new IOException(String.join("; ", failures));
            }
        }
    }

    private void writeData(List<DataRegion> regions, Path path) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (DataRegion region : regions) {
                channel.position(region.offset());
                region.tensor().write(shape.type(), random.split(), channel);
            }
        }
    }
}
