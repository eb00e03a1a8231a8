package io.mlops4j.samples.service.inference;

import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * A request while it is read: its inputs, which become a batch, and the outputs it wants. Closing
 * it returns it to the {@link RequestPool}, so that a request of the same form uses the same
 * vectors. For one thread at a time.
 */
public final class InferenceRequest implements AutoCloseable {
  /** Larger requests give their memory back. */
  private static final long MOST_KEPT_BYTES = 1 << 16;

  private final BufferAllocator allocator;
  private final RequestPool pool;

  /** Of this request and of those before it; the first ones are in use. */
  private final List<InputTensor> columns = new ArrayList<>();

  /** The names of all columns. */
  private final Set<String> names = new HashSet<>();

  /** How many columns are in use. */
  private int used;

  /** The wanted outputs and whether each is wanted as binary data; null without a choice. */
  private final Map<String, @Nullable Boolean> outputs = new LinkedHashMap<>();

  /** Flat columns as a batch, which the next request of the same form uses again. */
  private @Nullable FeatureBatch view;

  /** Other columns as a batch, for this request only. */
  private @Nullable FeatureBatch moved;

  private @Nullable String id;
  private boolean binary;
  private boolean answered;

  /** How many elements further inputs may have: each takes a byte of the request or more. */
  private long elementsLeft;

  InferenceRequest(BufferAllocator allocator, RequestPool pool) {
    this.allocator = allocator;
    this.pool = pool;
  }

  /**
   * Begins to read another request.
   *
   * @param bytes its size, which bounds the memory that shapes can claim
   */
  void begin(long bytes) {
    used = 0;
    outputs.clear();
    id = null;
    binary = false;
    answered = false;
    elementsLeft = bytes;
  }

  /**
   * Refuses a parameter that changes where tensors are or what is answered, so that nobody waits
   * for what does not come. All others are ignored, as the protocol allows.
   */
  public static void checkParameter(String name) {
    if (name.equals("classification") || name.startsWith("shared_memory")) {
      throw Problem.unsupported("parameters: found \"" + name + "\", which is not supported");
    }
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
    InputTensor input = next();
    if (input == null || !input.isFor(name, datatype)) {
      input = another(name, datatype);
    }
    used++;
    input.begin(shape, elementsLeft);
    elementsLeft -= input.elements();
    return input;
  }

  /** Returns the input that was here in the request before this one; null if there was none. */
  @Nullable InputTensor next() {
    return used < columns.size() ? columns.get(used) : null;
  }

  private InputTensor another(String name, String datatype) {
    forgetFrom(used);
    pool.names().requireInput(name);
    if (!names.add(name)) {
      throw Problem.badInput("inputs: found \"" + name + "\" twice, expected each name once");
    }
    InputTensor input = new InputTensor(allocator, name, DataType.parse(name, datatype));
    columns.add(input);
    return input;
  }

  /** Another form begins at this input. */
  private void forgetFrom(int at) {
    view = null;
    List<InputTensor> others = columns.subList(at, columns.size());
    for (InputTensor other : others) {
      names.remove(other.name());
      other.close();
    }
    others.clear();
  }

  public void output(String name, @Nullable Boolean binary) {
    pool.names().requireOutput(name);
    if (outputs.containsKey(name)) {
      throw Problem.badInput("outputs: found \"" + name + "\" twice, expected each name once");
    }
    outputs.put(name, binary);
  }

  public Optional<String> id() {
    return Optional.ofNullable(id);
  }

  /** The names of the inputs. */
  public List<String> inputs() {
    List<String> inputs = new ArrayList<>(used);
    for (int i = 0; i < used; i++) {
      inputs.add(columns.get(i).name());
    }
    return inputs;
  }

  /** The names of the wanted outputs; empty if all are wanted. */
  public Collection<String> outputs() {
    return outputs.keySet();
  }

  boolean isBinary(String output) {
    Boolean own = outputs.get(output);
    return own != null ? own : binary;
  }

  /**
   * Returns the inputs as columns, once for a request and valid until it is closed. Small flat ones
   * are a view of this request's memory, which listeners copy if they keep rows. Others move to a
   * batch that listeners can keep without a copy.
   */
  FeatureBatch batch() {
    if (columns.size() > used) {
      forgetFrom(used); // the request before this one had more inputs
    }
    columns.forEach(InputTensor::requireWhole); // else another input of another size is blamed
    int rows = rows();
    long bytes = 0;
    boolean flat = true;
    for (InputTensor input : columns) {
      bytes += input.capacity();
      flat &= input.isFlat();
    }
    if (flat && bytes <= MOST_KEPT_BYTES) {
      return view(rows);
    }
    moved = moved(rows);
    return moved;
  }

  private int rows() {
    int rows = -1;
    for (InputTensor input : columns) {
      if (rows >= 0 && input.rows() != rows) {
        throw Problem.badInput(
            "%s: found %d rows, expected %d as in the inputs before it"
                .formatted(input.name(), input.rows(), rows));
      }
      rows = input.rows();
    }
    return Math.max(rows, 0);
  }

  private FeatureBatch view(int rows) {
    FeatureBatch known = view;
    if (known == null) {
      List<FieldVector> vectors = columns.stream().map(InputTensor::values).toList();
      known = FeatureBatch.of(new VectorSchemaRoot(pool.schema(vectors), vectors, rows));
      view = known;
    }
    known.root().setRowCount(rows);
    return known;
  }

  private FeatureBatch moved(int rows) {
    List<FieldVector> vectors = new ArrayList<>();
    view = null;
    try {
      for (InputTensor input : columns) {
        vectors.add(input.column());
      }
      try (VectorSchemaRoot root = new VectorSchemaRoot(vectors)) {
        root.setRowCount(rows);
        return FeatureBatch.owning(root);
      }
    } catch (RuntimeException e) {
      AutoCloseables.close(e, vectors);
      throw e;
    }
  }

  /** The call has ended with an answer, so that its memory may be written again. */
  void answered() {
    answered = true;
  }

  /** Returns this request to its pool, or frees its memory. */
  @Override
  public void close() {
    if (!answered || view == null || !pool.giveBack(this)) {
      free();
    }
  }

  void free() {
    forgetFrom(0);
    if (moved != null) {
      moved.close();
    }
  }
}
