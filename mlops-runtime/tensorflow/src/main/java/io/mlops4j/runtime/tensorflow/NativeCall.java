package io.mlops4j.runtime.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionRun;

import io.mlops4j.runtime.memory.Native;
import java.util.List;
import org.bytedeco.javacpp.PointerPointer;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Tensor;

/** The arguments of a run, built once: inputs, outputs, room for the tensors, and the status. */
final class NativeCall implements AutoCloseable {
  private static final int POINTER = 8;

  private final NativeSession session;
  private final TF_Output feeds;
  private final TF_Output fetches;
  private final PointerPointer<TF_Tensor> fed;
  private final PointerPointer<TF_Tensor> fetched;
  private final PointerPointer<TF_Operation> targets = new PointerPointer<>(1);
  private final Status status = new Status();
  private final int inputs;
  private final int outputs;

  NativeCall(NativeSession session, List<Endpoint> feeds, List<Endpoint> fetches) {
    this.session = session;
    this.inputs = feeds.size();
    this.outputs = fetches.size();
    this.feeds = Endpoint.array(feeds);
    this.fetches = Endpoint.array(fetches);
    this.fed = new PointerPointer<>(Math.max(1, inputs));
    this.fetched = new PointerPointer<>(Math.max(1, outputs));
  }

  void feed(int i, TF_Tensor tensor) {
    Native.putLong(fed.address() + (long) POINTER * i, tensor.address());
  }

  /** Returns the tensor that a run made. The caller deletes it. */
  long fetched(int i) {
    return Native.getLong(fetched.address() + (long) POINTER * i);
  }

  boolean run() {
    TF_SessionRun(
        session.handle(),
        (TF_Buffer) null,
        feeds,
        fed,
        inputs,
        fetches,
        fetched,
        outputs,
        targets,
        0,
        (TF_Buffer) null,
        status.handle());
    return status.isOk();
  }

  String message() {
    return status.message();
  }

  @Override
  public void close() {
    feeds.close();
    fetches.close();
    fed.close();
    fetched.close();
    targets.close();
    status.close();
  }
}
