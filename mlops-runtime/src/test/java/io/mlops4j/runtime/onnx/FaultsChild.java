package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.error.MlopsException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.compatibility.SlotCalls;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.onnx.foreign.FailingTable;
import io.mlops4j.runtime.onnx.foreign.ForeignCall;
import io.mlops4j.runtime.onnx.foreign.ForeignOptions;
import io.mlops4j.runtime.onnx.foreign.ForeignRunOptions;
import io.mlops4j.runtime.onnx.foreign.ForeignRuntime;
import io.mlops4j.runtime.onnx.foreign.ForeignSession;
import io.mlops4j.runtime.onnx.foreign.ForeignTensor;
import io.mlops4j.runtime.onnx.foreign.ForeignText;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.HostMemory;
import io.mlops4j.spi.LoadRequest;
import io.mlops4j.spi.StringColumn;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Another process, in which each call of ONNX Runtime's C functions fails once while a model is
 * loaded, called with three shapes and closed, in two ways, and each allocation of their arguments.
 * Prints a line for each leak and each exception that is not the library's, and at the end how many
 * calls failed.
 */
final class FaultsChild {
  private static final int MOST = 2_000;

  private final DirectMemory memory = new DirectMemory();
  private final FailingTable table;
  private final OnnxEngine engine;

  private FaultsChild() throws ReflectiveOperationException {
    table = FailingTable.install();
    engine = OnnxEngine.open(EngineOptions.of(memory, 1).withForeignCalls(true));
  }

  /** The names of the models. */
  public static void main(String[] names) throws ReflectiveOperationException {
    FaultsChild child = new FaultsChild();
    for (String name : names) {
      System.out.println(name + " " + child.failures(name));
    }
    System.out.println("allocations " + child.allocations());
    System.out.flush();
    Runtime.getRuntime().halt(0); // the pages stay as they are to the end
  }

  /** Returns how many calls failed until all of it succeeds. */
  private int failures(String name) {
    for (int call = 1; call < MOST; call++) {
      table.failAt(call);
      String ending = "succeeds";
      try {
        work(name);
      } catch (MlopsException e) {
        ending = String.valueOf(e.getMessage()).contains("provoked") ? "fails" : e.toString();
      } catch (Throwable e) {
        ending = "surprise " + e;
      }
      int failed = table.failed();
      if (!table.alive().isEmpty() || memory.bytes() != 0 || ending.startsWith("surprise")) {
        System.out.println(
            "%s, call %d of function %d %s: lent %d bytes, objects of %s"
                .formatted(name, call, failed, ending, memory.bytes(), table.alive()));
        return -call;
      }
      if (failed < 0) {
        return ending.equals("succeeds") ? call - 1 : -call;
      }
    }
    return -MOST;
  }

  private void work(String name) {
    work(name, CPU); // the last call opens a second session
    work(name, CPU.withReleasedMemory().withMemoryLimit(16 << 20));
  }

  private void work(String name, LoadRequest request) {
    try (EngineModel model = engine.load(source(name + ".onnx", bytes(name)), request);
        EngineSlot slot = model.slot()) {
      for (int rows : new int[] {1, 1, 2, 3000}) {
        for (int i = 0; i < model.signature().inputs().size(); i++) {
          feed(slot, i, model.signature().inputs().get(i), rows);
        }
        slot.run();
        slot.recycle();
      }
    }
  }

  /** Fails each allocation of memory for arguments once. */
  private int allocations() {
    for (int call = 1; call < MOST; call++) {
      table.failAt(0);
      FailingMemory failing = new FailingMemory();
      ForeignRuntime runtime =
          ForeignRuntime.open(true, OrtEnvironment.getEnvironment().getVersion(), failing)
              .runtime();
      failing.left = call;
      boolean failed = false;
      try {
        work(runtime);
      } catch (OutOfMemoryError e) {
        failed = true;
      } catch (OrtException e) {
        System.out.println("allocation " + call + ": " + e);
        return -call;
      }
      if (!table.alive().isEmpty() || failing.memory.bytes() != 0) {
        System.out.println(
            "allocation %d: lent %d bytes, objects of %s"
                .formatted(call, failing.memory.bytes(), table.alive()));
        return -call;
      }
      if (!failed) {
        return call - 1;
      }
    }
    return -MOST;
  }

  private void work(ForeignRuntime runtime) throws OrtException {
    long[] dims = {1, 4};
    long address = memory.allocate(16, 64);
    try (ForeignSession session = open(runtime);
        ForeignRunOptions runs = ForeignRunOptions.of(session);
        ForeignText text = ForeignText.of(runtime, dims);
        ForeignTensor x = runtime.tensor(address, 16, ElementType.FLOAT32, dims)) {
      text.place(3, 2);
      String input = session.inputs().get(0).name();
      String output = session.outputs().get(0).name();
      List<ForeignTensor> unpinned = new ArrayList<>();
      unpinned.add(null);
      try (ForeignCall call =
          new ForeignCall(session, List.of(input), List.of(x), List.of(output), unpinned)) {
        call.run(runs);
        call.output(0);
      }
    } finally {
      memory.free(address);
    }
  }

  private static ForeignSession open(ForeignRuntime runtime) throws OrtException {
    ForeignOptions options = runtime.options();
    boolean opened = false;
    try {
      options.entry("session.intra_op.allow_spinning", "0");
      ForeignSession session =
          ForeignSession.open(runtime, ByteBuffer.wrap(bytes("mlp4")), options);
      opened = true;
      return session;
    } finally {
      if (!opened) {
        options.close();
      }
    }
  }

  /** Memory of which one allocation fails. */
  private static final class FailingMemory implements HostMemory {
    private final DirectMemory memory = new DirectMemory();
    private int left;

    @Override
    public long allocate(long bytes, int alignment) {
      if (--left == 0) {
        throw new OutOfMemoryError("provoked");
      }
      return memory.allocate(bytes, alignment);
    }

    @Override
    public void free(long address) {
      memory.free(address);
    }
  }

  private static void feed(EngineSlot slot, int input, ValueSpec spec, int rows) {
    TensorSpec tensor = (TensorSpec) spec;
    long[] dims = tensor.shape().stream().mapToLong(dim -> dim.size().orElse(rows)).toArray();
    slot.shape(input, dims);
    if (tensor.type() != ElementType.STRING) {
      return; // zeros
    }
    String[] texts = new String[(int) ElementTypes.elements(dims)];
    Arrays.fill(texts, "\uD83D\uDE00");
    DirectMemory callers = new DirectMemory();
    StringColumn column = rows == 1 ? SlotCalls.text(texts) : SlotCalls.coded(callers, texts);
    try {
      slot.strings(input, column);
    } finally {
      SlotCalls.free(callers, column);
    }
  }
}
