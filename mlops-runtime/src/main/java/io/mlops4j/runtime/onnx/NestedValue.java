package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sequence or a map that a run returned, copied out of ONNX Runtime's memory. Each run makes a
 * new one, which is closed when the slot is recycled. This is the slow path.
 */
final class NestedValue implements EngineValue, AutoCloseable {
  private final String output;
  private final DirectMemory memory;
  private final ReturnedText text;
  private final Kind kind;
  private final List<EngineValue> children = new ArrayList<>();
  private final List<Runnable> frees = new ArrayList<>();

  private NestedValue(String output, DirectMemory memory, ReturnedText text, Kind kind) {
    this.output = output;
    this.memory = memory;
    this.text = text;
    this.kind = kind;
  }

  /**
   * Copies a value.
   *
   * @param output the name of the output, for messages
   * @return the copy, which the caller closes
   */
  static NestedValue of(String output, OnnxValue value, DirectMemory memory, ReturnedText text)
      throws OrtException {
    Kind kind = value instanceof OnnxSequence ? Kind.SEQUENCE : Kind.MAP;
    NestedValue nested = new NestedValue(output, memory, text, kind);
    boolean copied = false;
    try {
      if (value instanceof OnnxSequence sequence) {
        nested.copySequence(sequence.getValue());
      } else {
        nested.copyMap((OnnxMap) value);
      }
      copied = true;
      return nested;
    } finally {
      if (!copied) {
        nested.close();
      }
    }
  }

  /**
   * Makes a map for each row.
   *
   * @param keys the keys, all numbers or all texts
   * @param scores the address of the values, floats row by row
   */
  static NestedValue zipped(
      String output,
      List<Object> keys,
      long scores,
      int rows,
      DirectMemory memory,
      ReturnedText text) {
    NestedValue all = new NestedValue(output, memory, text, Kind.SEQUENCE);
    boolean zipped = false;
    try {
      ElementType type = keys.get(0) instanceof Long ? ElementType.INT64 : ElementType.STRING;
      for (int row = 0; row < rows; row++) {
        Map<Object, Object> sorted = new TreeMap<>();
        for (int i = 0; i < keys.size(); i++) {
          long at = scores + (long) Float.BYTES * (row * (long) keys.size() + i);
          sorted.put(keys.get(i), Native.getFloat(at));
        }
        NestedValue map = new NestedValue(output, memory, text, Kind.MAP);
        all.frees.add(map::close);
        all.children.add(map);
        map.tensor(type).copy(sorted.keySet(), text);
        map.tensor(ElementType.FLOAT32).copy(sorted.values(), text);
      }
      zipped = true;
      return all;
    } finally {
      if (!zipped) {
        all.close();
      }
    }
  }

  /** The caller closes the elements. */
  private void copySequence(List<? extends OnnxValue> elements) throws OrtException {
    try {
      for (OnnxValue element : elements) {
        copyElement(element);
      }
    } finally {
      OnnxValue.close(elements);
    }
  }

  private void copyElement(OnnxValue element) throws OrtException {
    if (element instanceof OnnxTensor tensor) {
      OnnxTensorType found = tensor.getInfo().onnxType;
      ElementType type =
          TensorTypes.of(found)
              .orElseThrow(
                  () ->
                      new InferenceException(
                          "output %s: found a tensor of %s, expected a type that Java can read"
                              .formatted(output, found),
                          null));
      tensor(type).copy(tensor, text);
    } else {
      NestedValue nested = of(output, element, memory, text);
      frees.add(nested::close);
      children.add(nested);
    }
  }

  /** Sorts the entries like ONNX Runtime does, because its Java API returns them in no order. */
  private void copyMap(OnnxMap map) throws OrtException {
    Map<Object, Object> sorted = new TreeMap<>(map.getValue());
    tensor(TensorTypes.of(map.getInfo().keyType).orElseThrow()).copy(sorted.keySet(), text);
    tensor(TensorTypes.of(map.getInfo().valueType).orElseThrow()).copy(sorted.values(), text);
  }

  private TensorMemory tensor(ElementType type) {
    TensorMemory tensor = new TensorMemory(output, type, memory);
    frees.add(tensor::close);
    children.add(tensor.view());
    return tensor;
  }

  @Override
  public Kind kind() {
    return kind;
  }

  @Override
  public int children() {
    return children.size();
  }

  @Override
  public EngineValue child(int i) {
    return children.get(i);
  }

  @Override
  public ElementType type() {
    throw noTensor();
  }

  @Override
  public int rank() {
    throw noTensor();
  }

  @Override
  public long dim(int i) {
    throw noTensor();
  }

  @Override
  public long address() {
    throw noTensor();
  }

  @Override
  public long bytes() {
    throw noTensor();
  }

  @Override
  public long offsets() {
    throw noTensor();
  }

  private IllegalStateException noTensor() {
    return new IllegalStateException(
        "output %s: found a %s, expected a tensor; ask for its children".formatted(output, kind));
  }

  @Override
  public void close() {
    frees.forEach(Runnable::run);
    frees.clear();
  }
}
