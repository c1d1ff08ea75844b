package dev.eckart.onnx.file;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a model's file: its message, with the payloads put back where they belong. */
public final class OnnxWriter {
    /** Bytes handed to the channel at a time: it copies what is on the heap to a buffer of that size first. */
    private static final int CHUNK = 1 << 20;

    /** protobuf reads no message beyond this. */
    private static final long MAX_BYTES = Integer.MAX_VALUE;

    private final ByteBuffer skeleton;
    private final Payloads payloads;

    private OnnxWriter(ByteBuffer skeleton, Payloads payloads) {
        this.skeleton = skeleton;
        this.payloads = payloads;
    }

    /**
     * Writes a model to a file, in place of what it may hold.
     *
     * @throws InvalidInputException if the model would have 2 GiB or more
     * @throws IOException if the file cannot be written
     */
    public static void write(OnnxModel model, Path path) throws IOException {
        ByteBuffer skeleton = model.message().toByteString().asReadOnlyByteBuffer();
        OnnxWriter writer = new OnnxWriter(skeleton, model.payloads());
        Parts parts;
        try {
            parts = writer.parts(ModelProto.getDescriptor(), 0, skeleton.limit());
        } catch (MalformedMessageException | InvalidProtocolBufferException e) {
            throw new IllegalStateException("A message that was just encoded cannot be read", e);
        }
        if (parts.bytes > MAX_BYTES) {
            throw new InvalidInputException(
                    "the output would have %d bytes; an .onnx file must stay below 2 GiB".formatted(parts.bytes));
        }
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (Region part : parts.regions) {
                write(channel, part);
            }
        }
    }

    private static void write(FileChannel channel, Region region) throws IOException {
        for (long at = 0; at < region.size(); at += CHUNK) {
            ByteBuffer chunk = region.slice(at, (int) Math.min(CHUNK, region.size() - at));
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        }
    }

    /** An encoded message, in pieces. */
    private static final class Parts {
        private final List<Region> regions = new ArrayList<>();
        private long bytes;

        void add(Region region) {
            regions.add(region);
            bytes += region.size();
        }

        void add(ByteBuffer buffer) {
            add(Region.of(buffer));
        }

        void addField(int field, Parts content) {
            add(ByteBuffer.wrap(Wire.prefix(field, content.bytes)));
            regions.addAll(content.regions);
            bytes += content.bytes;
        }
    }

    private Parts parts(Descriptor message, int start, int end)
            throws MalformedMessageException, InvalidProtocolBufferException {
        Parts parts = new Parts();
        Wire wire = new Wire(skeleton, start, end);
        int pending = start;
        while (wire.next()) {
            @Nullable Descriptor inner = wire.isLengthDelimited() ? Wire.towardsTensors(message, wire.field()) : null;
            boolean payload =
                    message == TensorProto.getDescriptor() && wire.field() == TensorProto.PAYLOAD_FIELD_NUMBER;
            if (inner == null && !payload) {
                continue;
            }
            parts.add(skeleton.slice(pending, wire.fieldStart() - pending));
            pending = wire.fieldEnd();
            if (inner != null) {
                parts.addField(wire.field(), parts(inner, wire.contentStart(), wire.fieldEnd()));
            } else {
                TensorProto.Payload marker = TensorProto.Payload.parseFrom(
                        skeleton.slice(wire.contentStart(), wire.fieldEnd() - wire.contentStart()));
                Parts data = new Parts();
                data.add(payloads.get(marker.getIndex()));
                parts.addField(marker.getField(), data);
            }
        }
        parts.add(skeleton.slice(pending, end - pending));
        return parts;
    }
}
