package dev.eckart.core.file;

import java.io.IOException;

/** A file is in its place, whole, but something that was to follow failed. */
public final class InPlaceException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param what failed, for people, without a capital or a full stop */
    InPlaceException(String what, IOException cause) {
        super("%s: %s".formatted(what, Unwritable.reason(cause)), cause);
    }
}
