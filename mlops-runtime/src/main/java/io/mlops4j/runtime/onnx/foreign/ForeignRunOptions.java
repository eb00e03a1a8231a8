package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;

/** Options of runs, through which another thread can end a run. */
public final class ForeignRunOptions implements AutoCloseable {
  private static final int FATAL = 4;

  private final Handle options;

  private ForeignRunOptions(Handle options) {
    this.options = options;
  }

  /**
   * Makes options for runs that print no messages.
   *
   * @param session a session
   * @return new options, which the caller closes after the runs
   * @throws OrtException if ONNX Runtime fails
   */
  public static ForeignRunOptions of(ForeignSession session) throws OrtException {
    try (Scratch scratch = new Scratch(session.runtime().memory())) {
      long address = scratch.result(out -> OrtApi.call(OrtApi.CREATE_RUN_OPTIONS, out));
      ForeignRunOptions options =
          new ForeignRunOptions(new Handle("run options", OrtApi.RELEASE_RUN_OPTIONS, address));
      boolean set = false;
      try {
        OrtApi.call(OrtApi.RUN_OPTIONS_SET_RUN_LOG_SEVERITY_LEVEL, address, FATAL);
        set = true;
        return options;
      } finally {
        if (!set) {
          options.close();
        }
      }
    }
  }

  /**
   * Makes such options with a configuration entry.
   *
   * @param session a session
   * @param key the entry's key
   * @param value its value
   * @return new options, which the caller closes after the runs
   * @throws OrtException if ONNX Runtime refuses it
   */
  public static ForeignRunOptions of(ForeignSession session, String key, String value)
      throws OrtException {
    ForeignRunOptions options = of(session);
    boolean set = false;
    try (Scratch scratch = new Scratch(session.runtime().memory())) {
      OrtApi.call(
          OrtApi.ADD_RUN_CONFIG_ENTRY, options.address(), scratch.text(key), scratch.text(value));
      set = true;
      return options;
    } finally {
      if (!set) {
        options.close();
      }
    }
  }

  /**
   * Ends the runs that use these options between two operators, or lets runs start again. The
   * caller excludes that another thread closes them meanwhile.
   *
   * @param terminate whether to end runs
   * @throws OrtException if ONNX Runtime fails
   */
  public void terminate(boolean terminate) throws OrtException {
    OrtApi.call(
        terminate ? OrtApi.RUN_OPTIONS_SET_TERMINATE : OrtApi.RUN_OPTIONS_UNSET_TERMINATE,
        address());
  }

  long address() {
    return options.address();
  }

  @Override
  public void close() {
    options.close();
  }
}
