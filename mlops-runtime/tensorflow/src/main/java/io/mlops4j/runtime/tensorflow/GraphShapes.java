package io.mlops4j.runtime.tensorflow;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.mlops4j.runtime.internal.protobuf.FieldReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rejects graphs with which TensorFlow is known to end the process, if that is visible without
 * knowing the operations: a shape with more elements than a long can count, or with more dimensions
 * than a byte can count, and an {@code Identity} without an input. TensorFlow reports most other
 * errors in a graph, but not all: a function that calls itself, or an attribute from which an
 * operation makes an impossible shape, still ends the process. The check does not store data, so
 * even a graph that contains all its weights costs one pass.
 */
final class GraphShapes {
  private static final int MOST_DIMENSIONS = 254;
  private static final int OPERATION = 2;
  private static final int INPUT = 3;
  private static final ByteString IDENTITY = ByteString.copyFromUtf8("Identity");

  private final CodedInputStream in;
  private final FieldReader fields;
  private final List<Long> dims = new ArrayList<>();

  private GraphShapes(CodedInputStream in) {
    this.in = in;
    this.fields = new FieldReader(in);
  }

  /**
   * Reads a graph to the end of the message.
   *
   * @throws IOException if it is damaged, or has such a shape
   */
  static void check(CodedInputStream graph) throws IOException {
    GraphShapes shapes = new GraphShapes(graph);
    shapes.fields.read(shapes.new Walk(Message.GRAPH));
  }

  /** The messages that contain shapes. The field numbers are those of TensorFlow's .proto files. */
  private enum Message {
    GRAPH,
    LIBRARY,
    FUNCTION,
    NODE,
    ENTRY,
    VALUE,
    LIST,
    NAMED,
    TENSOR,
    SHAPE,
    DIM;

    /**
     * Whether protobuf merges a second message of the same field into the first, so that both make
     * one shape.
     */
    boolean merges(Message inner) {
      return switch (this) {
        case ENTRY, TENSOR -> true;
        case VALUE -> inner != LIST;
        default -> false;
      };
    }

    /** Returns the message in a field; null if it contains no shape. */
    @Nullable Message in(int field) {
      return switch (this) {
        case GRAPH -> field == 1 ? NODE : field == 2 ? LIBRARY : null;
        case LIBRARY -> field == 1 ? FUNCTION : null;
        case FUNCTION -> field == 3 ? NODE : field == 5 ? ENTRY : null;
        case NODE -> field == 5 ? ENTRY : null;
        case ENTRY -> field == 2 ? VALUE : null;
        case VALUE -> field == 1 ? LIST : field == 10 ? NAMED : shapeOrTensor(field);
        case LIST -> field == 9 ? NAMED : shapeOrTensor(field);
        case NAMED -> field == 2 ? ENTRY : null;
        case TENSOR -> field == 2 ? SHAPE : null;
        case SHAPE -> field == 2 ? DIM : null;
        case DIM -> null;
      };
    }

    private static @Nullable Message shapeOrTensor(int field) {
      return field == 7 ? SHAPE : field == 8 ? TENSOR : null;
    }
  }

  private void walk(Message message) throws IOException {
    if (message == Message.SHAPE) {
      dims.clear();
    } else if (message == Message.DIM) {
      dims.add(0L); // the default, if a dimension does not state its size
    }
    Walk walk = new Walk(message);
    fields.message(walk);
    if (message == Message.SHAPE) {
      check();
    } else if (walk.identity && !walk.given) {
      throw new IOException("an operation Identity without an input");
    }
  }

  private final class Walk implements FieldReader.Fields {
    private final Message message;
    private boolean merging;

    /** For a node: whether it is an {@code Identity}, and whether it has an input. */
    private boolean identity;

    private boolean given;

    Walk(Message message) {
      this.message = message;
    }

    @Override
    public void read(int field, int wireType) throws IOException {
      if (wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        part(field);
      } else if (message == Message.DIM && field == 1 && wireType == WireFormat.WIRETYPE_VARINT) {
        dims.set(dims.size() - 1, in.readInt64());
      } else {
        fields.skip();
      }
    }

    private void part(int field) throws IOException {
      Message inner = message.in(field);
      if (inner != null) {
        if (merging && message.merges(inner)) {
          throw new IOException("a value in two parts");
        }
        merging = message.merges(inner);
        walk(inner);
      } else if (message == Message.NODE && field == OPERATION) {
        identity = in.readBytes().equals(IDENTITY);
      } else if (message == Message.NODE && field == INPUT) {
        ByteString input = in.readBytes();
        given |=
            input.isEmpty()
                || input.byteAt(0) != '^'; // a ^ names an operation that runs before, not an input
      } else {
        fields.skip();
      }
    }
  }

  private void check() throws IOException {
    long elements = 1;
    for (long dim : dims) {
      long size = Math.max(1, dim); // an unknown or empty one does not make the others harmless
      if (elements > Long.MAX_VALUE / size) {
        throw new IOException("a shape " + dims + " whose elements cannot be counted");
      }
      elements *= size;
    }
    if (dims.size() > MOST_DIMENSIONS) {
      throw new IOException("a shape of " + dims.size() + " dimensions");
    }
  }
}
