package io.mlops4j.runtime.composition.parts;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.serving.ComposedCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A member of a chain and the outputs of earlier members that it reads. Its batch has the columns
 * of the call, of which outputs replace those of the same name, without copying them. Thread safe.
 */
final class Step {
  private final Member member;
  private final List<Link> links;
  private final BufferAllocator allocator;

  /** The columns of recent calls; replaced as a whole. */
  private volatile @Nullable Layout known;

  Step(Member member, List<Link> links, BufferAllocator allocator) {
    this.member = member;
    this.links = List.copyOf(links);
    this.allocator = allocator;
  }

  Member member() {
    return member;
  }

  /** Whether it needs no earlier member. */
  boolean readsNoOutput() {
    return links.isEmpty();
  }

  /**
   * The schema of the batches for batches of one schema. One instance, because the member remembers
   * the columns of a schema.
   *
   * @param kept the numbers of the columns of the call that stay
   * @param made the types of the outputs
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Layout(Schema call, List<Field> made, int[] kept, Schema schema) {
    @SuppressWarnings("ReferenceEquality") // comparing by value would cost more than a new layout
    boolean isOf(Schema schemaOfCall, List<FieldVector> outputs) {
      if (call != schemaOfCall) {
        return false;
      }
      for (int i = 0; i < outputs.size(); i++) {
        Field now = outputs.get(i).getField();
        if (!now.getFieldType().equals(made.get(i).getFieldType())
            || !now.getChildren().equals(made.get(i).getChildren())) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Calls the member.
   *
   * @param earlier the answers of the members before it, which stay open during the call
   * @return the answer, which the caller closes
   */
  Prediction ask(FeatureBatch batch, List<Prediction> earlier, ComposedCall call) {
    if (links.isEmpty()) {
      return member.ask(batch, call);
    }
    List<FieldVector> owned = new ArrayList<>();
    try {
      List<FieldVector> outputs = new ArrayList<>(links.size());
      for (Link link : links) {
        outputs.add(link.vector(earlier.get(link.step()), allocator, owned));
      }
      try (FeatureBatch joined = join(batch, outputs)) {
        return member.ask(joined, call);
      }
    } finally {
      owned.forEach(ValueVector::close);
    }
  }

  /** Borrows the columns, so the root is not closed. */
  private FeatureBatch join(FeatureBatch batch, List<FieldVector> outputs) {
    VectorSchemaRoot root = batch.root();
    Layout layout = layout(root.getSchema(), outputs);
    List<FieldVector> columns = new ArrayList<>(layout.kept().length + outputs.size());
    for (int position : layout.kept()) {
      columns.add(root.getVector(position));
    }
    columns.addAll(outputs);
    return FeatureBatch.of(
        new VectorSchemaRoot(layout.schema(), columns, batch.rows()), batch.dictionaries());
  }

  private Layout layout(Schema schema, List<FieldVector> outputs) {
    Layout now = known;
    if (now == null || !now.isOf(schema, outputs)) {
      now = layoutOf(schema, outputs);
      known = now;
    }
    return now;
  }

  private Layout layoutOf(Schema schema, List<FieldVector> outputs) {
    Set<String> replaced = new HashSet<>();
    links.forEach(link -> replaced.add(link.column()));
    List<Field> fields = new ArrayList<>();
    int[] kept = new int[schema.getFields().size()];
    int count = 0;
    for (int i = 0; i < kept.length; i++) {
      if (!replaced.contains(schema.getFields().get(i).getName())) {
        kept[count++] = i;
        fields.add(schema.getFields().get(i));
      }
    }
    List<Field> made = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Field field = outputs.get(i).getField();
      made.add(field);
      FieldType type = field.getFieldType();
      fields.add(new Field(links.get(i).column(), type, field.getChildren()));
    }
    return new Layout(schema, made, Arrays.copyOf(kept, count), new Schema(fields));
  }
}
