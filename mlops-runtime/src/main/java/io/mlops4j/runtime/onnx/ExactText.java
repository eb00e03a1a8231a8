package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Tensors of text as it is.
 *
 * <p>ONNX Runtime's Java API takes text in the JVM's own form of UTF-8, which differs from UTF-8
 * for U+0000 and for all beyond U+FFFF, emoji among them: a model does not find such words in its
 * vocabulary, and answers something else without a word. Such text goes in as the constant of a
 * model of its own, whose run gives the tensor; that costs some 0.2 ms a call.
 */
final class ExactText {
  private static final String NAME = "text";
  private static final int STRING = 8; // TensorProto.DataType
  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;

  private ExactText() {}

  /** Whether the Java API would change any of it. */
  static boolean isNeeded(String[] values) {
    for (String value : values) {
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == 0 || Character.isSurrogate(c)) {
          return true;
        }
      }
    }
    return false;
  }

  /** A tensor, which the caller closes. */
  static OnnxTensor tensor(OrtEnvironment environment, String[] values, long[] dims)
      throws OrtException {
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(false);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      try (OrtSession session = environment.createSession(model(values, dims), options)) {
        return (OnnxTensor) session.run(Map.of()).get(0);
      }
    }
  }

  /**
   * A ModelProto whose only output is an initialiser; numbers of fields are those of onnx.proto.
   */
  private static byte[] model(String[] values, long[] dims) {
    Message type = new Message().number(1, STRING).message(2, shape(dims));
    Message output = new Message().text(1, NAME).message(2, new Message().message(1, type));
    Message graph = new Message().text(2, NAME).message(5, constant(values, dims));
    return new Message()
        .number(1, IR_VERSION)
        .message(7, graph.message(12, output))
        .message(8, new Message().number(2, OPSET))
        .bytes();
  }

  private static Message shape(long[] dims) {
    Message shape = new Message();
    for (long dim : dims) {
      shape.message(1, new Message().number(1, dim));
    }
    return shape;
  }

  private static Message constant(String[] values, long[] dims) {
    Message constant = new Message();
    for (long dim : dims) {
      constant.number(1, dim);
    }
    constant.number(2, STRING);
    for (String value : values) {
      constant.text(6, value);
    }
    return constant.text(8, NAME);
  }

  /** A protobuf message being written. */
  private static final class Message {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint(((long) field << 3) | VARINT);
      varint(value);
      return this;
    }

    Message text(int field, String value) {
      return delimited(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return delimited(field, value.bytes());
    }

    private Message delimited(int field, byte[] value) {
      varint(((long) field << 3) | LENGTH_DELIMITED);
      varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }
  }
}
