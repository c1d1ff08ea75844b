package dev.eckart.cli.isolate;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import dev.eckart.onnx.run.RunWatchdog.Underway;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The file in which a supervised process notes what it is doing. What it wrote is there however it ends; the supervisor reads
 * it. Methods may be called from several threads.
 */
public final class NoteFile implements AutoCloseable {
    private static final String NAME = "note";

    /** Bytes of the file from the beginning, so that a disk that becomes full has room for most notes. */
    private static final int ROOM = 4096;

    private final Path folder;
    private final long supervisor;
    private final FileChannel channel;

    /** From then on, nothing else counts. */
    private boolean stuck;

    private NoteFile(Path folder, long supervisor, FileChannel channel) {
        this.folder = folder;
        this.supervisor = supervisor;
        this.channel = channel;
    }

    /**
     * The one of this process; empty if no other process supervises it.
     *
     * @throws InvalidInputException if it cannot be written
     */
    public static Optional<NoteFile> ofThisProcess() {
        return Optional.ofNullable(System.getProperty(Supervisor.FOLDER))
                .map(Path::of)
                .map(folder -> open(folder, Long.getLong(Supervisor.PROCESS, 0)));
    }

    private static NoteFile open(Path folder, long supervisor) {
        try {
            NoteFile file = new NoteFile(
                    folder,
                    supervisor,
                    FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
            file.write(ByteBuffer.allocate(ROOM));
            file.write(Note.BEGUN.bytes());
            return file;
        } catch (IOException e) {
            throw Unwritable.because(folder.resolve(NAME), e);
        }
    }

    /** Notes what is under way, if it can: the supervisor knows what to make of a note that stays as it was. */
    public synchronized void write(List<Underway> underway) {
        if (!stuck) {
            note(underway);
        }
    }

    /** Notes that something cannot be interrupted, upon which the supervisor ends this process; false if it cannot. */
    public synchronized boolean writeStuck(Underway work) {
        stuck = true;
        return note(List.of(work));
    }

    private boolean note(List<Underway> underway) {
        try {
            write(new Note(
                            underway.stream()
                                    .map(each -> each.work().sentence())
                                    .toList(),
                            underway.stream().findFirst().map(Underway::elapsed).orElse(Duration.ZERO),
                            stuck,
                            PendingFile.underway())
                    .bytes());
            return true;
        } catch (IOException e) {
            // To throw would end the thread that holds runs to their time limit.
            return false;
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        for (long at = 0; bytes.hasRemaining(); ) {
            at += channel.write(bytes, at);
        }
    }

    /** What a process noted last; empty if it has noted nothing, or is just doing so. */
    static Optional<Note> read(Path folder) throws IOException {
        try {
            return Note.of(ByteBuffer.wrap(Files.readAllBytes(folder.resolve(NAME))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Whether nobody is left to supervise this process. */
    public boolean isOrphan() {
        return ProcessHandle.current()
                .parent()
                .filter(parent -> parent.pid() == supervisor)
                .isEmpty();
    }

    /**
     * Removes the supervisor's folder, whose process is gone.
     *
     * @throws IOException if that fails
     */
    public void removeFolder() throws IOException {
        PendingFile.removeLeft(folder);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw Unwritable.because(folder.resolve(NAME), e);
        }
    }
}
