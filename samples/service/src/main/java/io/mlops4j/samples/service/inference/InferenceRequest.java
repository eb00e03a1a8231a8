package io.mlops4j.samples.service.inference;

import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * A request while it is read: its inputs, which become a batch, and the outputs it wants. For one
 * thread; the caller closes it.
 */
public final class InferenceRequest implements AutoCloseable {
  private final BufferAllocator allocator;
  private final Map<String, InputTensor> inputs = new LinkedHashMap<>();

  /** The wanted outputs and whether each is wanted as binary data; null without a choice. */
  private final Map<String, @Nullable Boolean> outputs = new LinkedHashMap<>();

  private @Nullable String id;
  private boolean binary;

  /** How many elements further inputs may have: each takes a byte of the request or more. */
  private long elementsLeft;

  /**
   * @param allocator where the inputs are allocated
   * @param bytes the size of the request, which bounds the memory that shapes can claim
   */
  public InferenceRequest(BufferAllocator allocator, long bytes) {
    this.allocator = allocator;
    this.elementsLeft = bytes;
  }

  public void id(String id) {
    this.id = id;
  }

  /** All outputs are wanted as binary data unless one says otherwise. */
  void binary(boolean binary) {
    this.binary = binary;
  }

  /** Adds an input; its elements are added to what is returned. */
  public InputTensor input(String name, String datatype, long[] shape) {
    if (inputs.containsKey(name)) {
      throw Problem.badInput("inputs: found \"" + name + "\" twice, expected each name once");
    }
    DataType type = DataType.parse(name, datatype);
    InputTensor input = new InputTensor(allocator, name, type, shape, elementsLeft);
    elementsLeft -= input.elements();
    inputs.put(name, input);
    return input;
  }

  public void output(String name, @Nullable Boolean binary) {
    if (outputs.containsKey(name)) {
      throw Problem.badInput("outputs: found \"" + name + "\" twice, expected each name once");
    }
    outputs.put(name, binary);
  }

  public Optional<String> id() {
    return Optional.ofNullable(id);
  }

  public Collection<String> inputs() {
    return inputs.keySet();
  }

  /** The names of the wanted outputs; empty if all are wanted. */
  public Collection<String> outputs() {
    return outputs.keySet();
  }

  boolean isBinary(String output) {
    Boolean own = outputs.get(output);
    return own != null ? own : binary;
  }

  /** Returns the inputs as columns. They move: a second call is an error. */
  public FeatureBatch batch() {
    List<FieldVector> columns = new ArrayList<>();
    try {
      int rows = -1;
      for (Map.Entry<String, InputTensor> input : inputs.entrySet()) {
        int its = input.getValue().rows();
        if (rows >= 0 && its != rows) {
          throw Problem.badInput(
              "%s: found %d rows, expected %d as in the inputs before it"
                  .formatted(input.getKey(), its, rows));
        }
        rows = its;
        columns.add(input.getValue().column());
      }
      try (VectorSchemaRoot root = new VectorSchemaRoot(columns)) {
        root.setRowCount(Math.max(rows, 0));
        return FeatureBatch.owning(root);
      }
    } catch (RuntimeException e) {
      AutoCloseables.close(e, columns);
      throw e;
    }
  }

  @Override
  public void close() {
    inputs.values().forEach(InputTensor::close);
  }
}
