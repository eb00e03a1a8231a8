package io.mlops4j.runtime.internal.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Walks over the fields of protobuf messages. The caller reads the content of the fields that it
 * wants from the same stream, so that no objects are made of the others.
 */
public final class FieldReader {
  /** Messages in messages; protobuf's own limit. */
  private static final int MAX_DEPTH = 100;

  private final CodedInputStream in;
  private int depth;

  public FieldReader(CodedInputStream in) {
    this.in = in;
  }

  /** Reads one field, or leaves it to {@link #skip}. */
  public interface Fields {
    void read(int field, int wireType) throws IOException;
  }

  /** Reads one field that is a message or text, or leaves it to {@link #skip}. */
  public interface Parts {
    void read(int field) throws IOException;
  }

  private Fields fields(Parts parts) {
    return (field, type) -> {
      if (type == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        parts.read(field);
      } else {
        skip();
      }
    };
  }

  /** Reads to the end of the outermost message. */
  public void read(Parts parts) throws IOException {
    read(fields(parts));
  }

  /** Does the same, and also passes on fields that hold numbers. */
  public void read(Fields fields) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      fields.read(WireFormat.getTagFieldNumber(tag), WireFormat.getTagWireType(tag));
    }
  }

  /** Reads the message in the field whose tag was read last. */
  public void message(Parts parts) throws IOException {
    message(fields(parts));
  }

  /** Does the same, and also passes on fields that hold numbers. */
  public void message(Fields fields) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    depth++;
    if (depth > MAX_DEPTH) {
      throw new InvalidProtocolBufferException("more than " + MAX_DEPTH + " messages in messages");
    }
    read(fields);
    depth--;
    in.popLimit(outer);
  }

  /** Steps over the field whose tag was read last. */
  public void skip() throws IOException {
    if (!in.skipField(in.getLastTag())) {
      throw new InvalidProtocolBufferException("the end of a group that did not start");
    }
  }
}
