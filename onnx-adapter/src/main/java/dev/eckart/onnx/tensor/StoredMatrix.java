package dev.eckart.onnx.tensor;

import ai.onnxruntime.platform.Fp16Conversions;
import dev.eckart.core.linalg.MatrixSource;
import dev.eckart.core.model.ElementType;
import dev.eckart.onnx.file.Region;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A matrix in little-endian bytes, row by row. */
record StoredMatrix(Region bytes, ElementType type, int rows, int columns) implements MatrixSource {

    @Override
    public void read(int row, int column, int rows, int columns, double[] target) {
        Objects.checkFromIndexSize(row, rows, rows());
        Objects.checkFromIndexSize(column, columns, columns());
        int next = 0;
        for (int i = row; i < row + rows; i++) {
            long first = (long) i * columns() + column;
            ByteBuffer numbers = bytes.slice(first * type.bytes(), columns * type.bytes());
            for (int at = 0; at < numbers.limit(); at += type.bytes()) {
                target[next++] = number(numbers, type, at);
            }
        }
    }

    static double number(ByteBuffer bytes, ElementType type, int at) {
        return switch (type) {
            case FLOAT32 -> bytes.getFloat(at);
            case FLOAT64 -> bytes.getDouble(at);
            case FLOAT16 -> Fp16Conversions.fp16ToFloat(bytes.getShort(at));
            case BFLOAT16 -> Fp16Conversions.bf16ToFloat(bytes.getShort(at));
        };
    }
}
