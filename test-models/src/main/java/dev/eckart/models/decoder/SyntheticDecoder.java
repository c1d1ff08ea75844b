package dev.eckart.models.decoder;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.model.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
            pending.commit(List.of(data));
        }
    }

    private void writeData(List<DataRegion> regions, Path path) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (DataRegion region : regions) {
                channel.position(region.offset());
                writeRows(region.tensor(), random.split(), channel);
            }
        }
    }

    private void writeRows(DecoderTensor tensor, SplittableRandom random, FileChannel channel) throws IOException {
        float[] row = new float[tensor.columns()];
        LowRankPlusNoise rows = new LowRankPlusNoise(row.length, tensor.mean(), tensor.deviation(), random);
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(row.length * shape.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < tensor.rows(); i++) {
            rows.next(row);
            encode(row, bytes.clear());
            bytes.flip();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private void encode(float[] row, ByteBuffer bytes) {
        if (shape.type() == ElementType.FLOAT16) {
            for (float number : row) {
                bytes.putShort(Fp16Conversions.floatToFp16(number));
            }
        } else {
            bytes.asFloatBuffer().put(row);
            bytes.position(row.length * Float.BYTES);
        }
    }
}
