package dev.eckart.onnx.run;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.onnx.file.OnnxModel;
import dev.eckart.onnx.file.OnnxWriter;
import java.io.IOException;
import java.nio.file.Path;

/** A model that was made to be run and not to be kept, loaded. Its file is gone when it is closed. */
public final class TemporaryModel implements AutoCloseable {
    private final PendingFile file;
    private final Session session;

    private TemporaryModel(PendingFile file, Session session) {
        this.file = file;
        this.session = session;
    }

    /**
     * Writes and loads a model.
     *
     * @param origin the file of the model that it was made from, for messages
     * @param temporary a folder for its file
     * @param name of the file
     * @throws IOException if it cannot be written
     * @throws InvalidInputException if ONNX Runtime refuses it, or there is no such folder
     */
    public static TemporaryModel open(OnnxModel model, Path origin, int threads, Path temporary, String name)
            throws IOException {
        PendingFile file = PendingFile.temporary(temporary, name);
        try {
            OnnxWriter.write(model, file.path());
            return new TemporaryModel(file, Session.open(file.path(), origin, Session.Optimization.ALL, threads));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    public Session session() {
        return session;
    }

    @Override
    public void close() throws IOException {
        try {
            session.close();
        } finally {
            file.close();
        }
    }
}
