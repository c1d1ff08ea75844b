package dev.eckart.onnx.file;

/** Bytes that are not an encoded protobuf message; the message says where. */
final class MalformedMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedMessageException(String message) {
        super(message);
    }
}
