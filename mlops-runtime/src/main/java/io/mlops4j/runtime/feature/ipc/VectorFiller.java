package io.mlops4j.runtime.feature.ipc;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.validate.ValidateVectorBufferVisitor;
import org.apache.arrow.vector.validate.ValidateVectorDataVisitor;
import org.apache.arrow.vector.validate.ValidateVectorTypeVisitor;
import org.jspecify.annotations.Nullable;

/**
 * Loads the buffers of one message into vectors.
 *
 * <p>Arrow's own loader grows a vector whose buffers are too short for its rows, which leaks memory
 * and invents values. This class checks each vector against its buffers first.
 */
final class VectorFiller {
  private final Iterator<ArrowFieldNode> nodes;
  private final Iterator<ArrowBuf> buffers;
  private final Iterator<Long> variadic;
  private final @Nullable CompressionCodec codec;

  private VectorFiller(ArrowRecordBatch batch) {
    nodes = batch.getNodes().iterator();
    buffers = batch.getBuffers().iterator();
    variadic = batch.getVariadicBufferCounts().iterator();
    CodecType type = CodecType.fromCompressionType(batch.getBodyCompression().getCodec());
    codec = type == CodecType.NO_COMPRESSION ? null : Codecs.codec(type);
  }

  /** Fills the values of a dictionary and checks them. */
  static void fill(FieldVector values, ArrowRecordBatch batch) {
    fill(List.of(values.getField()), List.of(values), batch);
  }

  /**
   * Fills vectors and checks them. After a failure, the caller frees the vectors.
   *
   * @param fields the fields of the message
   * @param vectors the vector of each field; null for a field that is skipped
   * @throws RuntimeException if the message does not match the vectors
   */
  static void fill(
      List<Field> fields, List<? extends @Nullable FieldVector> vectors, ArrowRecordBatch batch) {
    VectorFiller filler = new VectorFiller(batch);
    for (int i = 0; i < fields.size(); i++) {
      FieldVector vector = vectors.get(i);
      if (vector == null) {
        filler.skip(fields.get(i));
      } else {
        filler.fill(vector);
      }
    }
    for (FieldVector vector : vectors) {
      if (vector == null) {
        continue;
      }
      vector.accept(new Types(), null);
      vector.accept(new ValidateVectorBufferVisitor(), null);
      vector.accept(new Contents(), null);
      Ranges.check(vector);
      if (vector.getValueCount() != batch.getLength()) {
        throw new IllegalArgumentException(
            vector.getName()
                + ": found "
                + vector.getValueCount()
                + (vector.getValueCount() == 1 ? " row" : " rows")
                + ", expected "
                + batch.getLength());
      }
    }
  }

  /** Arrow's own check rejects every map, because it takes it for a list. */
  private static final class Types extends ValidateVectorTypeVisitor {
    @Override
    public @Nullable Void visit(ListVector vector, @Nullable Void ignored) {
      if (!(vector instanceof MapVector)) {
        return super.visit(vector, null);
      }
      vector.getDataVector().accept(this, null);
      return null;
    }
  }

  /**
   * Arrow's own check reads offsets of fixed-size lists, which do not have any, and makes a text
   * for each text that it checks.
   */
  private static final class Contents extends ValidateVectorDataVisitor {
    @Override
    public @Nullable Void visit(BaseVariableWidthVector vector, @Nullable Void ignored) {
      if (!(vector instanceof VarCharVector)) {
        return super.visit(vector, null);
      }
      Ranges.check(vector); // before a byte is read
      TextBytes.check(vector);
      return null;
    }

    @Override
    public @Nullable Void visit(FixedSizeListVector vector, @Nullable Void ignored) {
      vector.getDataVector().accept(this, null);
      return null;
    }
  }

  private void skip(Field field) {
    ArrowType type = FieldBuffers.stored(field);
    long left = TypeLayout.getTypeBufferCount(type);
    left += FieldBuffers.isView(type) ? variadic.next() : 0;
    nodes.next();
    for (; left > 0; left--) {
      buffers.next();
    }
    FieldBuffers.children(field).forEach(this::skip);
  }

  private void fill(FieldVector vector) {
    ArrowFieldNode node = nodes.next();
    if (node.getLength() < 0 || node.getNullCount() < 0 || node.getNullCount() > node.getLength()) {
      throw new IllegalArgumentException(
          vector.getName()
              + ": found "
              + node.getNullCount()
              + " nulls in "
              + node.getLength()
              + " rows");
    }
    List<ArrowBuf> own = new ArrayList<>();
    try {
      for (int left = bufferCount(vector); left > 0; left--) {
        own.add(plain(vector, buffers.next()));
      }
      vector.loadFieldBuffers(node, own);
    } finally {
      own.forEach(ArrowBuf::close);
    }
    vector.getChildrenFromFields().forEach(this::fill);
  }

  private int bufferCount(FieldVector vector) {
    int more = vector instanceof BaseVariableWidthViewVector ? variadic.next().intValue() : 0;
    return TypeLayout.getTypeBufferCount(vector.getField().getType()) + more;
  }

  /** Returns the uncompressed buffer, retained once for the caller. */
  private ArrowBuf plain(FieldVector vector, ArrowBuf buffer) {
    buffer.getReferenceManager().retain();
    if (codec == null || buffer.writerIndex() == 0) {
      return buffer;
    }
    try {
      return Codecs.decompress(codec, vector.getAllocator(), buffer);
    } catch (RuntimeException e) {
      buffer.getReferenceManager().release();
      throw e;
    }
  }
}
