package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.mlops4j.runtime.onnx.foreign.ForeignOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of a session, whichever way it is opened. Not thread safe. */
final class SessionSettings {
  private final Map<String, String> entries = new LinkedHashMap<>();

  /** 0 for the threads of the environment. */
  private final int ownThreads;

  private boolean optimised = true;
  private boolean arena = true;
  private @Nullable Path optimisedFile;

  /**
   * @param ownThreads how many threads of its own the session has; 0 if it shares the environment's
   */
  SessionSettings(int ownThreads) {
    this.ownThreads = ownThreads;
    if (ownThreads > 0) {
      entry("session.intra_op.allow_spinning", "0");
    }
  }

  void entry(String key, String value) {
    entries.put(key, value);
  }

  /** Leaves the graph as it is. */
  void unoptimised() {
    optimised = false;
  }

  /** Takes the memory of values inside the model from the C library. */
  void withoutArena() {
    arena = false;
  }

  /** Writes the optimised graph. */
  void optimisedFile(Path file) {
    optimisedFile = file;
  }

  void applyTo(SessionOptions options) throws OrtException {
    if (ownThreads > 0) {
      options.setIntraOpNumThreads(ownThreads);
      options.setInterOpNumThreads(1);
    } else {
      options.disablePerSessionThreads();
    }
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      options.addConfigEntry(entry.getKey(), entry.getValue());
    }
    if (!optimised) {
      options.setOptimizationLevel(SessionOptions.OptLevel.NO_OPT);
    }
    if (!arena) {
      options.setCPUArenaAllocator(false);
    }
    if (optimisedFile != null) {
      options.setOptimizedModelFilePath(optimisedFile.toString());
    }
    // An exception contains every message that ONNX Runtime would print.
    options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
  }

  void applyTo(ForeignOptions options) throws OrtException {
    if (ownThreads > 0) {
      options.ownThreads(ownThreads);
    } else {
      options.sharedThreads();
    }
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      options.entry(entry.getKey(), entry.getValue());
    }
    if (!optimised) {
      options.unoptimised();
    }
    if (!arena) {
      options.withoutArena();
    }
    if (optimisedFile != null) {
      options.optimisedFile(optimisedFile);
    }
  }
}
