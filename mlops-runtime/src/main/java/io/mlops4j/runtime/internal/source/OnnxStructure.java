package io.mlops4j.runtime.internal.source;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Recognises an ONNX model by the outermost fields of its protobuf. This finds other formats and
 * truncated files. The engine finds everything else.
 */
final class OnnxStructure {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;

  // Field numbers of ModelProto in onnx.proto.
  private static final int IR_VERSION = 1;
  private static final int GRAPH = 7;
  private static final int OPSET_IMPORT = 8;

  private final RandomBytes bytes;
  private long position;

  private OnnxStructure(RandomBytes bytes) {
    this.bytes = bytes;
  }

  /** Returns null if the bytes have the structure of an ONNX model, otherwise what was found. */
  static @Nullable String problem(RandomBytes bytes) throws IOException {
    if (bytes.size() == 0) {
      return "an empty file";
    }
    String other = otherFormat(bytes);
    return other != null ? other : new OnnxStructure(bytes).walk();
  }

  private @Nullable String walk() throws IOException {
    boolean version = false;
    boolean graph = false;
    boolean opset = false;
    while (position < bytes.size()) {
      long start = position;
      long tag = varint();
      int field = (int) (tag >>> 3);
      if (tag < 8 || tag >>> 3 > 100 || !skip((int) (tag & 7))) {
        return "bytes that are no ONNX protobuf (unreadable at byte " + start + ")";
      }
      if (position > bytes.size()) {
        return "a cut ONNX file (field %d ends at byte %d, the file at %d)"
            .formatted(field, position, bytes.size());
      }
      version |= field == IR_VERSION && (tag & 7) == VARINT;
      graph |= field == GRAPH && (tag & 7) == LENGTH;
      opset |= field == OPSET_IMPORT && (tag & 7) == LENGTH;
    }
    return version && graph && opset
        ? null
        : "a cut ONNX file or another protobuf (no version, graph or operator set in it)";
  }

  /** Moves past a value, even past the end. Returns false for wire types that ONNX lacks. */
  private boolean skip(int wireType) throws IOException {
    switch (wireType) {
      case VARINT -> {
        return varint() >= 0 || position <= bytes.size();
      }
      case LENGTH -> {
        long length = varint();
        if (length < 0) {
          return false;
        }
        position = length > Long.MAX_VALUE - position ? Long.MAX_VALUE : position + length;
        return true;
      }
      case FIXED64 -> position += 8;
      case FIXED32 -> position += 4;
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Returns -1 for more than ten bytes. Bytes past the end count as zeros. */
  private long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      byte next = position < bytes.size() ? bytes.at(position) : 0;
      position++;
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    return -1;
  }

  /** Recognises files that are often passed by mistake, by their first bytes. */
  private static @Nullable String otherFormat(RandomBytes bytes) throws IOException {
    if (startsWith(bytes, "version https://git-lfs")) {
      return "a Git LFS pointer instead of the file (git lfs pull fetches it)";
    }
    if (startsWith(bytes, "PK\3\4")) {
      return "a zip archive (PyTorch and Keras save such; export the model to ONNX)";
    }
    if (startsWith(bytes, "\u0089HDF\r\n")) {
      return "an HDF5 file (Keras saves such; export the model to ONNX)";
    }
    if (startsWith(bytes, "\u0080\2") || startsWith(bytes, "\u0080\4")) {
      return "a Python pickle (never loaded; export the model to ONNX)";
    }
    if (startsWith(bytes, "<") || startsWith(bytes, "{")) {
      return "text (markup or JSON) instead of a model";
    }
    return null;
  }

  private static boolean startsWith(RandomBytes bytes, String latin1) throws IOException {
    if (bytes.size() < latin1.length()) {
      return false;
    }
    for (int i = 0; i < latin1.length(); i++) {
      if (bytes.at(i) != (byte) latin1.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
