package dev.eckart.core.file;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Folders in one that is anybody's, that processes of this user may have left when they were killed. */
public final class Leftovers {
    private Leftovers() {}

    /**
     * Folders of this user whose names match; links are none, wherever they lead. Nobody else can put another in the place
     * of one. Empty where the folder cannot be read.
     */
    public static List<Path> matching(Path folder, Pattern names) {
        List<Path> found = new ArrayList<>();
        DirectoryStream.Filter<Path> named =
                entry -> names.matcher(entry.getFileName().toString()).matches()
                        && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, named)) {
            entries.forEach(found::add);
            return found.isEmpty() ? found : ownedAs(owner(folder), found);
        } catch (IOException | DirectoryIteratorException e) {
            // What is there is not ours to list, and in nobody's way.
            return List.of();
        }
    }

    /** This user, as the file system knows it: the owner of a folder that was just made, itself a leftover if it stays. */
    private static UserPrincipal owner(Path folder) throws IOException {
        Path made = Files.createDirectory(PendingFile.unlocked(folder, "owner"));
        try {
            return Files.getOwner(made, LinkOption.NOFOLLOW_LINKS);
        } finally {
            Files.deleteIfExists(made);
        }
    }

    private static List<Path> ownedAs(UserPrincipal owner, List<Path> found) throws IOException {
        List<Path> owned = new ArrayList<>();
        for (Path entry : found) {
            if (Files.exists(entry, LinkOption.NOFOLLOW_LINKS)
                    && Files.getOwner(entry, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
                owned.add(entry);
            }
        }
        return owned;
    }
}
