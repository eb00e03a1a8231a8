package io.mlops4j.runtime.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_CloseSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphOperationByName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_LoadSessionFromSavedModel;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetConfig;

import io.mlops4j.error.ModelLoadException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.proto.ConfigProto;

/** A graph with its variables. Concurrent runs are allowed; no run may start after it is closed. */
final class NativeSession implements AutoCloseable {
  private static final int IN_THE_CALLING_THREAD = -1;

  private final TF_Graph graph;
  private final TF_Session session;

  private NativeSession(TF_Graph graph, TF_Session session) {
    this.graph = graph;
    this.session = session;
  }

  /**
   * @param tags exactly the tags of the graph to load
   * @param threads the number of threads that one operation may use
   */
  static NativeSession load(SavedModelFolder folder, List<String> tags, int threads) {
    TF_Graph graph = TF_NewGraph();
    TF_Session session = null;
    try (Status status = new Status()) {
      session = load(folder, tags, threads, graph, status);
      if (session == null || !status.isOk()) {
        throw new ModelLoadException(
            "%s: found a SavedModel that TensorFlow refuses (%s), expected a complete one; export it again, or check that it was not cut or altered"
                .formatted(
                    folder.model(),
                    status.message().replace(folder.path().toString(), folder.model().toString())),
            null);
      }
      return new NativeSession(graph, session);
    } finally {
      if (session == null) {
        TF_DeleteGraph(graph);
      }
    }
  }

  private static @Nullable TF_Session load(
      SavedModelFolder folder, List<String> tags, int threads, TF_Graph graph, Status status) {
    TF_SessionOptions options = TF_NewSessionOptions();
    try (BytePointer config = new BytePointer(config(threads).toByteArray());
        BytePointer path = new BytePointer(folder.path().toString(), StandardCharsets.UTF_8);
        PointerPointer<BytePointer> tagged =
            new PointerPointer<>(tags.toArray(String[]::new), StandardCharsets.UTF_8)) {
      TF_SetConfig(options, config, config.capacity(), status.handle());
      return TF_LoadSessionFromSavedModel(
          options,
          (TF_Buffer) null,
          path,
          tagged,
          tags.size(),
          graph,
          (TF_Buffer) null,
          status.handle());
    } finally {
      TF_DeleteSessionOptions(options);
    }
  }

  /**
   * The calling thread runs one operation after another, which makes a small model five times as
   * fast.
   */
  private static ConfigProto config(int threads) {
    return ConfigProto.newBuilder()
        .setInterOpParallelismThreads(IN_THE_CALLING_THREAD)
        .setIntraOpParallelismThreads(threads)
        .setAllowSoftPlacement(true) // a graph that was trained on a GPU may name it
        .putDeviceCount("GPU", 0)
        .build();
  }

  TF_Session handle() {
    return session;
  }

  @Nullable TF_Operation operation(String name) {
    return TF_GraphOperationByName(graph, name);
  }

  @Override
  public void close() {
    try (Status status = new Status()) {
      TF_CloseSession(session, status.handle());
      TF_DeleteSession(session, status.handle());
      TF_DeleteGraph(graph);
    }
  }
}
