package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import io.mlops4j.spi.StringColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one call needs, reused by the next call.
 *
 * <p>The memory of inputs and outputs grows to the largest call. The tensors of a few combinations
 * of shapes use it, so alternating batch sizes do not build new tensors. A call whose shapes repeat
 * allocates only what ONNX Runtime's Java API itself allocates.
 *
 * <p>A model may declare no shape for an output, or a wrong one. Therefore a shape that was seen
 * once is pinned in the next run. A run that fails with pinned outputs, but not by a memory limit,
 * is repeated once without pinning. If an output then has another shape, it is never pinned again.
 *
 * <p>A method that frees native memory that a run may use must hold the lock of the run. {@link
 * #cancel} has a lock of its own, because it is called while a run holds the first lock.
 */
final class OnnxSlot implements EngineSlot {
  private static final int KEPT = 4;
  private static final String CANCELLED = "%s: the call was cancelled while the model ran";

  private final OnnxModel model;
  private final List<OnnxInput> inputs = new ArrayList<>();
  private final List<OnnxOutput> outputs = new ArrayList<>();

  /** The outputs of the session that runs. */
  private final List<OnnxOutput> returned;

  private final @Nullable Binding[] bindings = new Binding[KEPT];
  private final boolean drops;
  private final boolean optional;
  private final ReturnedText text;
  private final RunControl control;
  private final @Nullable TreeSlot trees;
  private final Object cancelLock = new Object();
  private int oldest;
  private @Nullable Binding current;
  private boolean answered;
  private boolean borrows;
  private boolean closed;
  private volatile boolean cancelled;

  OnnxSlot(OnnxModel model) throws OrtException {
    this.model = model;
    text = model.returnedText();
    model.signature().inputs().stream().map(spec -> input((TensorSpec) spec)).forEach(inputs::add);
    model.signature().outputs().stream()
        .map(spec -> new OnnxOutput(spec, model.session(), model, text))
        .forEach(outputs::add);
    outputs.stream().filter(this::isInput).forEach(OnnxOutput::markDynamic);
    drops =
        inputs.stream().anyMatch(OnnxInput::isText)
            || outputs.stream().anyMatch(OnnxOutput::isNested);
    optional = model.signature().inputs().stream().anyMatch(ValueSpec::optional);
    TreeModel last = model.trees();
    returned =
        last == null || !model.hasHead()
            ? outputs
            : List.of(new OnnxOutput(last.matrix(), model.running(), model, text));
    trees = last == null ? null : new TreeSlot(last, outputs, model.memory());
    control = model.running().control();
  }

  private OnnxInput input(TensorSpec spec) {
    boolean isText = spec.type() == ElementType.STRING;
    InputText values = isText ? model.running().text(spec.name(), model) : null;
    return new OnnxInput(spec, model.memory(), values);
  }

  /**
   * Whether an output is also an input. ONNX Runtime does not write such an output to pinned
   * memory, and does not report that.
   */
  private boolean isInput(OnnxOutput output) {
    return inputs.stream().anyMatch(input -> input.name().equals(output.name()));
  }

  @Override
  public void shape(int input, long[] dims) {
    OnnxInput shaped = inputs.get(input);
    if (!shaped.hasShape(dims)) {
      reshape(shaped, dims);
    }
  }

  private synchronized void reshape(OnnxInput input, long[] dims) {
    requireOpen();
    input.check(dims);
    current = null;
    if (input.mustGrow(dims)) {
      dropBindings();
    }
    input.reshape(dims);
  }

  @Override
  public long address(int input) {
    return inputs.get(input).address();
  }

  /**
   * Borrows large inputs only, because making a tensor over the caller's memory costs as much as a
   * short copy.
   */
  @Override
  public synchronized boolean borrow(int input, long address, long bytes) {
    requireOpen();
    try {
      boolean borrowed = inputs.get(input).borrow(address, bytes, model.running());
      borrows |= borrowed;
      return borrowed;
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  @Override
  public synchronized void strings(int input, StringColumn values) {
    requireOpen();
    try {
      inputs.get(input).text(values);
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  @Override
  public void value(int input, EngineValue nested) {
    throw new IllegalArgumentException(
        "input %s: found a %s, expected %s"
            .formatted(
                inputs.get(input).name(), nested.kind(), model.signature().inputs().get(input)));
  }

  /** Returns false, because outputs are in the slot's own memory. */
  @Override
  public boolean into(int output, long address, long bytes) {
    Objects.checkIndex(output, outputs.size());
    return false;
  }

  @Override
  public void want(int output, boolean wanted) {
    if (outputs.get(output).wanted() != wanted) {
      outputs.get(output).want(wanted);
      current = null;
    }
  }

  @Override
  public synchronized void run() {
    requireOpen();
    answered = false;
    try {
      if (trees == null || !(model.hasHead() || trees.fits(inputs.get(0).dims()))) {
        text.feed(unusualCharacters());
        run(binding());
      } else if (model.hasHead()) {
        run(binding());
        TensorMemory matrix = returned.get(0).tensor();
        runTrees(trees, matrix.view().dims(), matrix.view().address());
      } else {
        runTrees(trees, inputs.get(0).dims(), inputs.get(0).readAddress());
      }
      answered = true;
    } catch (OrtException e) {
      throw failure(e);
    } finally {
      if (!answered) {
        current = null; // the failed call may have moved some memory that the binding pins
      }
    }
  }

  /** Evaluates the trees on a matrix. */
  private void runTrees(TreeSlot trees, long[] dims, long address) {
    if (!trees.fits(dims)) {
      throw new InferenceException(
          "%s: found %s before the trees, expected a matrix; load it with engine(\"onnxruntime\")"
              .formatted(model.main(), Arrays.toString(dims)),
          null);
    }
    if (trees.mustGrow(dims[0])) {
      if (returned == outputs) {
        dropBindings();
      }
      trees.grow();
    }
    if (!trees.run(dims, address, () -> cancelled)) {
      throw new InferenceException(CANCELLED.formatted(model.main()), null);
    }
  }

  private Set<String> unusualCharacters() {
    Set<String> characters = Set.of();
    for (OnnxInput input : inputs) {
      if (input.text() instanceof JniText altered && altered.isUnusual()) {
        characters = characters.isEmpty() ? new HashSet<>() : characters;
        altered.addCharacters(characters);
      }
    }
    return characters;
  }

  private void run(Binding binding) throws OrtException {
    try {
      binding.run(borrows);
    } catch (OrtException e) {
      if (cancelled || !binding.pins() || NativeMemory.isOverLimit(e)) {
        throw e;
      }
      runUnpinned(binding, e);
    }
  }

  private void runUnpinned(Binding failed, OrtException e) throws OrtException {
    long[][] nothing = new long[returned.size()][];
    try (Binding unpinned = bound(nothing)) {
      unpinned.run(borrows);
    }
    if (!failed.unlearn()) {
      throw e;
    }
    dropBindings();
  }

  private Binding binding() throws OrtException {
    Binding binding = current == null ? find() : current;
    if (binding == null) {
      binding = build(promised());
    } else if (binding.learned() != null) {
      long[][] learned = Objects.requireNonNull(binding.learned());
      forget(binding);
      binding = build(learned);
    }
    current = binding;
    return binding;
  }

  private @Nullable Binding find() {
    for (Binding binding : bindings) {
      if (binding != null && binding.matches()) {
        return binding;
      }
    }
    return null;
  }

  private long[] @Nullable [] promised() {
    Map<String, Long> symbols = new HashMap<>();
    inputs.forEach(input -> input.bind(symbols));
    return returned.stream().map(output -> output.promised(symbols)).toArray(long[][]::new);
  }

  private Binding build(long[] @Nullable [] pinnedDims) throws OrtException {
    for (int i = 0; i < pinnedDims.length; i++) {
      long[] dims = pinnedDims[i];
      if (dims != null && returned.get(i).tensor().mustGrow(dims)) {
        dropBindings();
        returned.get(i).tensor().grow(dims);
      }
    }
    Binding binding = bound(pinnedDims);
    Binding replaced = bindings[oldest];
    bindings[oldest] = binding;
    oldest = (oldest + 1) % KEPT;
    if (replaced != null) {
      replaced.close();
    }
    return binding;
  }

  private Binding bound(long[] @Nullable [] pinnedDims) throws OrtException {
    return model.running().bind(inputs, returned, pinnedDims, model, control);
  }

  private void forget(Binding binding) {
    for (int i = 0; i < KEPT; i++) {
      if (bindings[i] == binding) {
        bindings[i] = null;
      }
    }
    current = null;
    binding.close();
  }

  private void dropBindings() {
    for (Binding binding : bindings) {
      if (binding != null) {
        binding.close();
      }
    }
    Arrays.fill(bindings, null);
    current = null;
  }

  private InferenceException failure(OrtException e) {
    return new InferenceException(
        cancelled
            ? CANCELLED.formatted(model.main())
            : "%s: ONNX Runtime failed (%s) on %s; expected %s"
                .formatted(model.main(), e.getMessage(), inputs, NativeMemory.expected(e)),
        NativeMemory.cause(e));
  }

  @Override
  public EngineValue output(int output) {
    OnnxOutput read = outputs.get(output);
    if (!answered || !read.wanted()) {
      throw new IllegalStateException(
          "output %s: found no value, expected a finished run for which the output was wanted"
              .formatted(read.name()));
    }
    return read.view();
  }

  @Override
  public void cancel() {
    synchronized (cancelLock) {
      if (!closed) {
        cancelled = true;
        terminate(true);
      }
    }
  }

  @Override
  public void recycle() {
    answered = false;
    if (cancelled) {
      clearCancel();
    }
    if (drops) {
      drop();
    }
    if (optional) {
      omit();
    }
    if (borrows) {
      borrows = false;
      inputs.forEach(OnnxInput::giveBack);
    }
  }

  private void clearCancel() {
    synchronized (cancelLock) {
      if (!closed) {
        terminate(false);
      }
      cancelled = false;
    }
  }

  private void terminate(boolean flag) {
    try {
      control.terminate(flag);
    } catch (OrtException e) {
      throw new InferenceException(model.main() + ": ONNX Runtime cannot cancel a call", e);
    }
  }

  /** The next call does without the optional inputs that it does not give. */
  private synchronized void omit() {
    for (OnnxInput input : inputs) {
      if (input.omit()) {
        current = null;
      }
    }
  }

  /** Drops the values that each run makes. */
  private synchronized void drop() {
    inputs.forEach(OnnxInput::dropText);
    outputs.forEach(OnnxOutput::dropNested);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(model.main() + ": the slot is closed");
    }
  }

  @Override
  public synchronized void close() {
    synchronized (cancelLock) {
      if (closed) {
        return;
      }
      closed = true;
    }
    answered = false;
    dropBindings();
    inputs.forEach(OnnxInput::close);
    outputs.forEach(OnnxOutput::close);
    if (returned != outputs) {
      returned.forEach(OnnxOutput::close);
    }
    if (trees != null) {
      trees.close();
    }
    control.close();
    model.returned();
  }
}
