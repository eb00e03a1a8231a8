package io.mlops4j.runtime.tensorflow;

import io.mlops4j.error.InferenceException;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import io.mlops4j.spi.StringColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one call needs, reused by the next call.
 *
 * <p>If shapes repeat, a call creates only one object for the address of each output. It calls
 * native code once for the run and some five times for each tensor.
 *
 * <p>A method that frees native memory that a run may use must hold the lock of the run.
 */
final class TensorFlowSlot implements EngineSlot {
  private final TensorFlowModel model;
  private final LoadedGraph graph;
  private final List<Feed> inputs = new ArrayList<>();
  private final List<Fetch> outputs = new ArrayList<>();

  /**
   * For each output, the input that it returns unchanged, or -1. TensorFlow does not fetch a tensor
   * that is fed.
   */
  private final int[] given;

  /** Rebuilt when other outputs are wanted. */
  private @Nullable NativeCall call;

  /** The outputs that the call fetches, in its order. */
  private int[] fetched = {};

  private boolean made;
  private boolean answered;
  private boolean closed;

  TensorFlowSlot(TensorFlowModel model) {
    this.model = model;
    this.graph = model.graph();
    graph.inputs().forEach(input -> inputs.add(new Feed(input.spec(), model.tensorBytes())));
    graph.outputs().forEach(output -> outputs.add(new Fetch(output.spec(), model.memory())));
    given = graph.outputs().stream().mapToInt(this::given).toArray();
  }

  private int given(Endpoint output) {
    for (int i = 0; i < inputs.size(); i++) {
      if (graph.inputs().get(i).isSame(output)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void shape(int input, long[] dims) {
    Feed shaped = inputs.get(input);
    if (made || !shaped.hasShape(dims)) { // outputs of a run may still share the input's memory
      reshape(shaped, dims);
    }
  }

  private synchronized void reshape(Feed input, long[] dims) {
    requireOpen();
    input.check(dims);
    dropAnswer();
    if (!input.hasShape(dims)) {
      input.reshape(dims);
    }
  }

  @Override
  public long address(int input) {
    return inputs.get(input).address();
  }

  /** Returns false, because TensorFlow may keep an input for longer than a run. */
  @Override
  public boolean borrow(int input, long address, long bytes) {
    Objects.checkIndex(input, inputs.size());
    return false;
  }

  @Override
  public synchronized void strings(int input, StringColumn values) {
    requireOpen();
    dropAnswer();
    inputs.get(input).text(values);
  }

  @Override
  public void value(int input, EngineValue nested) {
    throw new IllegalArgumentException(
        "input %s: found a %s, expected %s"
            .formatted(
                inputs.get(input).name(), nested.kind(), graph.signature().inputs().get(input)));
  }

  /** Returns false, because TensorFlow allocates its outputs itself. */
  @Override
  public boolean into(int output, long address, long bytes) {
    Objects.checkIndex(output, outputs.size());
    return false;
  }

  @Override
  public void want(int output, boolean wanted) {
    if (outputs.get(output).wanted() != wanted) {
      change(outputs.get(output), wanted);
    }
  }

  private synchronized void change(Fetch output, boolean wanted) {
    requireOpen();
    dropAnswer();
    output.want(wanted);
    closeCall();
  }

  @Override
  public synchronized void run() {
    requireOpen();
    dropAnswer();
    NativeCall run = call();
    for (int i = 0; i < inputs.size(); i++) {
      run.feed(i, inputs.get(i).tensor());
    }
    made = true; // from here on TensorFlow may hold inputs
    if (isForTensorFlow() && !run.run()) {
      throw new InferenceException(
          "%s: TensorFlow failed (%s) with inputs %s; expected values and shapes that the model's operations accept"
              .formatted(graph.main(), run.message(), inputs),
          null);
    }
    read(run);
    answered = true;
  }

  private NativeCall call() {
    NativeCall built = call;
    if (built == null) {
      fetched = wantedAndMade();
      built =
          new NativeCall(
              graph.session(),
              graph.inputs(),
              Arrays.stream(fetched).mapToObj(graph.outputs()::get).toList());
      call = built;
    }
    return built;
  }

  /**
   * Whether TensorFlow must run. It need not if all wanted outputs are inputs. If no output is
   * wanted, it runs and reports that.
   */
  private boolean isForTensorFlow() {
    return fetched.length > 0 || outputs.stream().noneMatch(Fetch::wanted);
  }

  private int[] wantedAndMade() {
    return IntStream.range(0, outputs.size())
        .filter(i -> outputs.get(i).wanted() && given[i] < 0)
        .toArray();
  }

  /** Takes over every tensor before it reads the first, so that none is lost if that fails. */
  private void read(NativeCall run) {
    for (int i = 0; i < fetched.length; i++) {
      outputs.get(fetched[i]).take(run.fetched(i));
    }
    for (int i : fetched) {
      outputs.get(i).read();
    }
    for (int i = 0; i < given.length; i++) {
      if (given[i] >= 0 && outputs.get(i).wanted()) {
        outputs.get(i).read(inputs.get(given[i]).tensor());
      }
    }
  }

  @Override
  public EngineValue output(int output) {
    Fetch read = outputs.get(output);
    if (!answered || !read.wanted()) {
      throw new IllegalStateException(
          "output %s: found no answer, expected a run before, and that it is wanted"
              .formatted(read.name()));
    }
    return read.view();
  }

  /** Does nothing, because a run cannot be cancelled: see {@link TensorFlowEngine#cancels}. */
  @Override
  public void cancel() {}

  @Override
  public synchronized void recycle() {
    dropAnswer();
    inputs.forEach(Feed::dropText);
  }

  private void dropAnswer() {
    answered = false;
    if (made) {
      made = false;
      outputs.forEach(Fetch::drop);
      inputs.forEach(Feed::settle);
    }
  }

  private void closeCall() {
    if (call != null) {
      call.close();
      call = null;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(graph.main() + ": the slot is closed");
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    answered = false;
    made = false;
    outputs.forEach(Fetch::close);
    inputs.forEach(Feed::close);
    closeCall();
    model.returned();
  }
}
