package io.mlops4j.runtime.composition.parts;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.binding.ModelColumn;
import io.mlops4j.runtime.binding.output.OutputVectors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.arrow.vector.types.pojo.Field;

/** Collects the columns that the members read from the rows of a call. Not thread safe. */
final class Inputs {
  private final Map<String, List<Reader>> columns = new LinkedHashMap<>();
  private final Set<String> keys = new LinkedHashSet<>();

  /** A member that reads a column. */
  private record Reader(Member member, ModelColumn column) {}

  void add(Member member, ModelColumn column) {
    columns
        .computeIfAbsent(column.name(), name -> new ArrayList<>())
        .add(new Reader(member, column));
  }

  void addKeys(Member member) {
    keys.addAll(member.model().features().keys());
  }

  List<ValueSpec> specs() {
    return columns.values().stream().map(readers -> (ValueSpec) spec(readers)).toList();
  }

  FeatureSchema features() {
    FeatureSchema schema =
        FeatureSchema.of(columns.values().stream().map(Inputs::feature).toArray(Feature[]::new));
    for (String key : keys) {
      schema = columns.containsKey(key) ? schema : schema.withKey(key);
    }
    return schema;
  }

  /** Returns an input that fits all readers of a column. */
  private static TensorSpec spec(List<Reader> readers) {
    TensorSpec shape = readers.get(0).column().spec();
    for (Reader reader : readers) {
      shape = sameShape(readers.get(0), shape, reader);
    }
    for (Reader reader : readers) {
      ElementType type = reader.column().spec().type();
      if (readers.stream().allMatch(other -> other.column().takes(type))) {
        return new TensorSpec(shape.name(), type, shape.shape(), shape.anyRank(), false);
      }
    }
    throw conflict(readers.get(0), readers.get(readers.size() - 1));
  }

  private static TensorSpec sameShape(Reader first, TensorSpec shape, Reader reader) {
    TensorSpec other = reader.column().spec();
    TensorSpec likeType =
        new TensorSpec(other.name(), shape.type(), other.shape(), other.anyRank(), false);
    Field one = OutputVectors.field("", shape);
    Field two = OutputVectors.field("", likeType);
    if (one != null && two != null && !one.equals(two)) {
      throw conflict(first, reader);
    }
    return one == null && two != null ? likeType : shape;
  }

  private static IllegalArgumentException conflict(Reader one, Reader other) {
    return new IllegalArgumentException(
        "composition %s: found the column %s for the member %s and %s for the member %s, expected types that one column can have; name another column with Feature.withColumn when one of them is loaded"
            .formatted(
                one.member().composition(),
                one.column().spec(),
                one.member(),
                other.column().spec(),
                other.member()));
  }

  /** Returns the settings of all readers where they agree; otherwise nulls are rejected. */
  private static Feature feature(List<Reader> readers) {
    ModelColumn first = readers.get(0).column();
    Feature settings = first.feature();
    boolean sameTypes = agree(readers, column -> column.spec().type());
    if (sameTypes && agree(readers, ModelColumn::feature)) {
      return settings;
    }
    Feature common = Feature.of(first.name());
    return common
        .withNulls(
            sameTypes && agree(readers, column -> column.feature().nulls())
                ? settings.nulls()
                : NullPolicy.reject())
        .withNarrowing(
            agree(readers, column -> column.feature().narrowing())
                ? settings.narrowing()
                : common.narrowing());
  }

  private static boolean agree(List<Reader> readers, Function<ModelColumn, Object> setting) {
    return readers.stream().map(reader -> setting.apply(reader.column())).distinct().count() == 1;
  }
}
