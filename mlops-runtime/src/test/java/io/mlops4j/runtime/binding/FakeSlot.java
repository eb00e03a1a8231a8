package io.mlops4j.runtime.binding;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import io.mlops4j.spi.StringColumn;
import java.util.ArrayList;
import java.util.List;

/** Shows what binding gives an engine; outputs are what a test puts there. */
public final class FakeSlot implements EngineSlot {
  public final DirectMemory memory = new DirectMemory();
  final boolean borrows;
  public final ModelSignature signature;
  final long[][] shapes;
  final long[] addresses;
  final boolean[] borrowed;
  final String[][] texts;
  final String[][] dictionaries;
  public final List<EngineValue> outputs = new ArrayList<>();
  private final long[] capacities;

  public FakeSlot(ModelSignature signature, boolean borrows) {
    int inputs = signature.inputs().size();
    this.signature = signature;
    this.borrows = borrows;
    this.shapes = new long[inputs][];
    this.addresses = new long[inputs];
    this.borrowed = new boolean[inputs];
    this.texts = new String[inputs][];
    this.dictionaries = new String[inputs][];
    this.capacities = new long[inputs];
  }

  private long bytes(int input) {
    long bytes = Math.max(1, ((TensorSpec) signature.inputs().get(input)).type().bytes());
    for (long size : shapes[input]) {
      bytes = Math.multiplyExact(bytes, size);
    }
    return bytes;
  }

  @Override
  public void shape(int input, long[] dims) {
    borrowed[input] = false;
    if (!java.util.Arrays.equals(shapes[input], dims)) {
      shapes[input] = dims.clone();
    }
  }

  @Override
  public long address(int input) {
    long needed = Math.max(1, bytes(input));
    if (capacities[input] < needed) {
      if (capacities[input] > 0) {
        memory.free(addresses[input]);
      }
      addresses[input] = memory.allocate(needed, DirectMemory.ALIGNMENT);
      capacities[input] = needed;
    }
    return addresses[input];
  }

  @Override
  public boolean borrow(int input, long address, long bytes) {
    if (borrows && bytes == bytes(input)) {
      address(input);
      Native.copy(address, addresses[input], bytes);
      borrowed[input] = true;
    }
    return borrowed[input];
  }

  @Override
  public void strings(int input, StringColumn values) {
    dictionaries[input] = values.dictionary();
    texts[input] = new String[(int) values.size()];
    for (int i = 0; i < texts[input].length; i++) {
      texts[input][i] = values.get(i);
    }
  }

  float[] floats(int input) {
    float[] values = new float[(int) (bytes(input) / 4)];
    for (int i = 0; i < values.length; i++) {
      values[i] = Native.getFloat(addresses[input] + 4L * i);
    }
    return values;
  }

  byte[] bytesOf(int input) {
    byte[] values = new byte[(int) bytes(input)];
    Native.copy(addresses[input], values, 0, values.length);
    return values;
  }

  @Override
  public void value(int input, EngineValue nested) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean into(int output, long address, long bytes) {
    return false;
  }

  @Override
  public void want(int output, boolean wanted) {}

  @Override
  public void run() {}

  @Override
  public EngineValue output(int output) {
    return outputs.get(output);
  }

  /** A float32 tensor in this slot's memory. */
  public EngineValue tensor(long[] dims, float... values) {
    long address = memory.allocate(Math.max(1, 4L * values.length), DirectMemory.ALIGNMENT);
    for (int i = 0; i < values.length; i++) {
      Native.putFloat(address + 4L * i, values[i]);
    }
    return new Value(EngineValue.Kind.TENSOR, dims, address, 4L * values.length, List.of());
  }

  public static EngineValue sequence(EngineValue... children) {
    return new Value(EngineValue.Kind.SEQUENCE, new long[0], 0, 0, List.of(children));
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Value(
      EngineValue.Kind kind, long[] dims, long address, long bytes, List<EngineValue> all)
      implements EngineValue {
    @Override
    public ElementType type() {
      return ElementType.FLOAT32;
    }

    @Override
    public int rank() {
      return dims.length;
    }

    @Override
    public long dim(int i) {
      return dims[i];
    }

    @Override
    public long offsets() {
      return 0;
    }

    @Override
    public int children() {
      return all.size();
    }

    @Override
    public EngineValue child(int i) {
      return all.get(i);
    }
  }

  @Override
  public void cancel() {}

  @Override
  public void recycle() {}

  @Override
  public void close() {
    for (int i = 0; i < addresses.length; i++) {
      if (capacities[i] > 0) {
        memory.free(addresses[i]);
      }
    }
    outputs.forEach(this::free);
  }

  private void free(EngineValue value) {
    if (value.kind() == EngineValue.Kind.TENSOR) {
      memory.free(value.address());
    }
    for (int i = 0; i < value.children(); i++) {
      free(value.child(i));
    }
  }
}
