package io.mlops4j.runtime.binding.output;

import io.mlops4j.feature.VariableShapeTensorType;
import io.mlops4j.feature.VariableShapeTensorVector;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Copies sequences and maps into Arrow vectors. */
final class NestedVectors {
  private NestedVectors() {}

  /** Returns a vector with one map for each row, or one row that holds a whole sequence. */
  static FieldVector copy(Outputs outputs, int output, BufferAllocator allocator) {
    OutputPlan plan = outputs.plans().get(output);
    NestedAnswer answer = outputs.nested(output);
    if (answer.keys() != null && outputs.isColumn(output)) {
      MapVector maps = maps(plan, allocator);
      try {
        fill(maps, outputs, answer);
        return maps;
      } catch (RuntimeException | Error e) {
        maps.close();
        throw e;
      }
    }
    return list(outputs, plan, answer, allocator);
  }

  static MapVector maps(OutputPlan plan, BufferAllocator allocator) {
    return (MapVector) mapField(plan.name(), plan.map()).createVector(allocator);
  }

  private static Field mapField(String name, MapSpec map) {
    ElementType value = ((TensorSpec) map.value()).type();
    Field keys = Field.notNullable(MapVector.KEY_NAME, ArrowTypes.arrowType(map.key()));
    Field values = Field.nullable(MapVector.VALUE_NAME, ArrowTypes.arrowType(value));
    Field entries =
        new Field(
            MapVector.DATA_VECTOR_NAME,
            FieldType.notNullable(ArrowType.Struct.INSTANCE),
            List.of(keys, values));
    return new Field(name, FieldType.nullable(new ArrowType.Map(false)), List.of(entries));
  }

  static void add(MapVector maps, int row, Outputs outputs, NestedAnswer answer, int map) {
    List<Piece> keys = answer.keys();
    if (keys == null) {
      throw new IllegalStateException("a sequence of tensors has no keys");
    }
    StructVector entries = (StructVector) maps.getDataVector();
    int first = maps.startNewValue(row);
    int count = keys.get(map).count();
    outputs.append(keys.get(map), entries.getChild(MapVector.KEY_NAME), first);
    outputs.append(answer.values().get(map), entries.getChild(MapVector.VALUE_NAME), first);
    for (int i = 0; i < count; i++) {
      entries.setIndexDefined(first + i);
    }
    maps.endValue(row, count);
  }

  private static FieldVector list(
      Outputs outputs, OutputPlan plan, NestedAnswer answer, BufferAllocator allocator) {
    Field child =
        answer.keys() != null
            ? mapField(ListVector.DATA_VECTOR_NAME, plan.map())
            : tensorField(plan, answer);
    Field field =
        new Field(plan.name(), FieldType.nullable(ArrowType.List.INSTANCE), List.of(child));
    ListVector list = (ListVector) field.createVector(allocator);
    try {
      if (outputs.rows() > 0) {
        list.startNewValue(0);
        fill(list.getDataVector(), outputs, answer);
        list.endValue(0, answer.size());
        list.setValueCount(1);
      }
      return list;
    } catch (RuntimeException | Error e) {
      list.close();
      throw e;
    }
  }

  private static Field tensorField(OutputPlan plan, NestedAnswer answer) {
    TensorSpec element = (TensorSpec) ((SequenceSpec) plan.spec()).element();
    int rank = answer.size() == 0 ? element.shape().size() : rank(plan, answer);
    return VariableShapeTensorType.of()
        .field(ListVector.DATA_VECTOR_NAME, rank, ArrowTypes.arrowType(element.type()));
  }

  private static int rank(OutputPlan plan, NestedAnswer answer) {
    int rank = answer.values().get(0).rank();
    for (Piece tensor : answer.values()) {
      if (tensor.rank() != rank) {
        throw new IllegalArgumentException(
            "output "
                + plan.name()
                + ": found tensors of "
                + rank
                + " and of "
                + tensor.rank()
                + " dimensions in one sequence, expected tensors of one rank for a vector");
      }
    }
    return rank;
  }

  private static void fill(FieldVector into, Outputs outputs, NestedAnswer answer) {
    if (into instanceof MapVector maps) {
      for (int i = 0; i < answer.size(); i++) {
        add(maps, i, outputs, answer, i);
      }
      maps.setValueCount(answer.size());
      return;
    }
    StructVector tensors = ((VariableShapeTensorVector) into).getUnderlyingVector();
    ListVector data = (ListVector) tensors.getChild("data");
    FixedSizeListVector shapes = (FixedSizeListVector) tensors.getChild("shape");
    IntVector sizes = (IntVector) shapes.getDataVector();
    for (int i = 0; i < answer.size(); i++) {
      Piece tensor = answer.values().get(i);
      outputs.append(tensor, data.getDataVector(), data.startNewValue(i));
      data.endValue(i, tensor.count());
      shapes.setNotNull(i);
      for (int k = 0; k < tensor.rank(); k++) {
        sizes.setSafe(i * tensor.rank() + k, Math.toIntExact(tensor.shape()[k]));
      }
      tensors.setIndexDefined(i);
    }
    into.setValueCount(answer.size());
  }
}
