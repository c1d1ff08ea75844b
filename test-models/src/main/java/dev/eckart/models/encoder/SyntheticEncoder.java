package dev.eckart.models.encoder;

import com.google.protobuf.ByteString;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.model.ElementType;
import dev.eckart.models.synthetic.SyntheticTensor;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An encoder-only network in the manner of BERT, its weights made up: from {@code input_ids} and
 * {@code attention_mask}, int64 {@code [batch × sequence]} of up to {@value EncoderShape#POSITIONS} tokens, to
 * {@code last_hidden_state}, float32 {@code [batch × sequence × hidden]}, in standard operators of opset 17.
 *
 * <p>Its weights are low-rank parts with noise on top.
 *
 * @param seed decides on all of its numbers
 */
public record SyntheticEncoder(EncoderShape shape, long seed) {

    /**
     * Writes the model, weights and all, in place of what is there.
     *
     * @throws InvalidInputException if it is too large for one file, or there is no place for it
     * @throws IOException if it cannot be written
     */
    public void write(Path model) throws IOException {
        // The graph itself takes no megabyte.
        if (shape.bytes() > Integer.MAX_VALUE - (1 << 20)) {
            throw new InvalidInputException(
                    "the weights take %.2f GB, but one file holds 2 GB at the most; choose smaller sizes"
                            .formatted(shape.bytes() / 1e9));
        }
        try (PendingFile pending = PendingFile.beside(model)) {
            try (OutputStream out = Files.newOutputStream(pending.path())) {
                EncoderGraph.of(shape, weights()).writeTo(out);
            }
            pending.commit();
        }
    }

    private List<TensorProto> weights() throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<TensorProto> weights = new ArrayList<>();
        for (SyntheticTensor tensor : shape.tensors()) {
            ByteString.Output bytes = ByteString.newOutput(Math.toIntExact(tensor.elements() * Float.BYTES));
            tensor.write(ElementType.FLOAT32, random.split(), Channels.newChannel(bytes));
            TensorProto.Builder weight = TensorProto.newBuilder()
                    .setName(tensor.name())
                    .setDataType(DataType.FLOAT_VALUE)
                    .setRawData(bytes.toByteString());
            tensor.shape().forEach(weight::addDims);
            weights.add(weight.build());
        }
        return weights;
    }
}
