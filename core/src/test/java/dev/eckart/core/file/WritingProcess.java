package dev.eckart.core.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that is half-way through writing a file and one that belongs to it, until it is killed. */
final class WritingProcess {
    private WritingProcess() {}

    /** Begins with the file of the arguments, says so, and waits. */
    public static void main(String[] arguments) throws IOException {
        Path target = Path.of(arguments[0]);
        try (PendingFile pending = PendingFile.beside(target)) {
            Files.writeString(pending.directory().resolve(target.getFileName() + ".data"), "half");
            Files.writeString(pending.path(), "half");
            System.out.println("writing");
            if (System.in.read() >= 0) {
                pending.commit();
            }
        }
    }

    /** A running one that has begun. */
    static Process start(Path target) throws IOException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WritingProcess.class.getName(),
                        target.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = process.inputReader().readLine();
        if (!"writing".equals(said)) {
            throw new IllegalStateException("Expected `writing` but was: " + said);
        }
        return process;
    }
}
