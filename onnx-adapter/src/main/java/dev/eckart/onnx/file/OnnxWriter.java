package dev.eckart.onnx.file;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.eckart.core.InvalidInputException;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model: its file, with the payloads put back where they belong, and a data file beside it for those that go
 * there.
 */
public final class OnnxWriter {
    /** protobuf reads no message beyond this. */
    private static final long MAX_BYTES = Integer.MAX_VALUE;

    /** A larger file is near enough to that limit to be split, unless its user wants it whole. */
    private static final long SPLIT_BYTES = 2_000_000_000;

    /** Bytes that are summed up at a time. */
    private static final int CHUNK = 1 << 20;

    private final ByteBuffer skeleton;
    private final EncodedBytes encoded;
    private final Payloads payloads;

    private OnnxWriter(ByteBuffer skeleton, Payloads payloads) {
        this.skeleton = skeleton;
        this.encoded = new EncodedBytes(Region.of(skeleton));
        this.payloads = payloads;
    }

    /** The data file of a model that is written to {@code model}: beside it, {@code NAME.SUM.data}. */
    private static Path dataFile(Path model, CRC32C sum) {
        return model.resolveSibling(
                "%s.%s.data".formatted(model.getFileName(), String.format(Locale.ROOT, "%08x", sum.getValue())));
    }

    /**
     * Whether a file has the name of a data file of a model: {@code NAME.SUM.data} with a sum over its bytes, so that versions of
     * a model have each their own, or {@code NAME.data}, as earlier versions wrote it.
     */
    public static boolean isDataFile(Path file, Path model) {
        String name = String.valueOf(file.getFileName());
        String of = String.valueOf(model.getFileName());
        return name.startsWith(of) && name.substring(of.length()).matches("(\\.[0-9a-f]{8})?\\.data");
    }

    /** Whether a model is written with a data file. */
    public static boolean hasDataFile(OnnxModel model, ExternalData wanted) {
        return !encode(model, wanted, "").data.isEmpty();
    }

    /** The size of a model's file without a data file; at 2 GiB or more, it cannot be written like that. */
    public static long bytesInOneFile(OnnxModel model) {
        return encode(model, ExternalData.NEVER, "").file.bytes;
    }

    /** Writes a model as it keeps its tensors. */
    public static Optional<Path> write(OnnxModel model, Path path) throws IOException {
        return write(model, path, ExternalData.AUTO);
    }

    /**
     * Writes a model to a file and, if need be, to a data file beside it, in place of what they may hold.
     *
     * @return the data file, if there is one
     * @throws InvalidInputException if the model's file would have 2 GiB or more
     * @throws IOException if a file cannot be written
     */
    public static Optional<Path> write(OnnxModel model, Path path, ExternalData wanted) throws IOException {
        CRC32C sum = new CRC32C();
        Path dataFile = dataFile(path, sum);
        Encoded encoded = encode(model, wanted, dataFile.getFileName().toString());
        requireSize(encoded.file.bytes, wanted);
        if (!encoded.data.isEmpty()) {
            Path unnamed = dataFile;
            try (FileChannel channel = open(unnamed)) {
                for (Layout.Stretch stretch : encoded.data) {
                    pad(channel, stretch.offset());
                    stretch.bytes().writeTo(channel);
                    add(stretch, sum);
                }
            }
            dataFile = dataFile(path, sum);
            Files.move(unnamed, dataFile, StandardCopyOption.REPLACE_EXISTING);
            encoded = encode(model, wanted, dataFile.getFileName().toString());
        }
        try (FileChannel channel = open(path)) {
            for (Region part : encoded.file.regions) {
                part.writeTo(channel);
            }
        }
        return encoded.data.isEmpty() ? Optional.empty() : Optional.of(dataFile);
    }

    /**
     * Refuses a model's file that no reader could read.
     *
     * @throws InvalidInputException if it would have 2 GiB or more
     */
    public static void requireSize(long bytes, ExternalData wanted) {
        if (bytes > MAX_BYTES) {
            throw new InvalidInputException(
                    "the output would have %d bytes, but an .onnx file must stay below 2 GiB; %s"
                            .formatted(
                                    bytes,
                                    wanted == ExternalData.NEVER
                                            ? "--external-data auto writes its tensors to a separate file"
                                            : "only initializers of 1 KiB or more can be written to a separate file"));
        }
    }

    /** What goes to a model's file, and what to its data file. */
    private record Encoded(Parts file, List<Layout.Stretch> data) {}

    private static Encoded encode(OnnxModel model, ExternalData wanted, String location) {
        Encoded encoded = encode(model.payloads(), Layout.arrange(model, wanted, location));
        return wanted == ExternalData.AUTO && encoded.file.bytes > SPLIT_BYTES
                ? encode(model, ExternalData.ALWAYS, location)
                : encoded;
    }

    private static Encoded encode(Payloads payloads, Layout.Arranged arranged) {
        ByteBuffer skeleton = arranged.message().toByteString().asReadOnlyByteBuffer();
        OnnxWriter writer = new OnnxWriter(skeleton, payloads);
        try {
            return new Encoded(writer.parts(ModelProto.getDescriptor(), 0, skeleton.limit()), arranged.data());
        } catch (MalformedMessageException | InvalidProtocolBufferException e) {
            throw new IllegalStateException("A message that was just encoded cannot be read", e);
        }
    }

    private static void add(Layout.Stretch stretch, CRC32C sum) {
        Region bytes = stretch.bytes();
        for (long from = 0; from < bytes.size(); from += CHUNK) {
            sum.update(bytes.read(from, (int) Math.min(CHUNK, bytes.size() - from)));
        }
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Writes zeros up to an offset. */
    private static void pad(FileChannel channel, long offset) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(Math.toIntExact(offset - channel.position()));
        while (zeros.hasRemaining()) {
            channel.write(zeros);
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
        Wire wire = new Wire(encoded, start, end);
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
