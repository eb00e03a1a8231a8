package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;

/**
 * A limited arena for one session. ONNX Runtime takes the settings of an arena only for one that is
 * registered for all sessions. A session keeps the arena that was registered while it was opened,
 * so each gets another one, and sessions with an arena are opened one after the other.
 */
final class SessionArena {
  private static final Object OPENING = new Object();

  /**
   * By size, because the other strategy takes up to twice as much, which the limit then refuses.
   */
  private static final long AS_REQUESTED = 1;

  private SessionArena() {}

  /** Opens a session. */
  interface Opening {
    Handle open() throws OrtException;
  }

  /**
   * Opens a session with an arena of its own.
   *
   * @param bytes the limit
   */
  static Handle around(ForeignRuntime runtime, long bytes, Opening opening) throws OrtException {
    synchronized (OPENING) {
      register(runtime, bytes);
      Handle session = null;
      boolean unregistered = false;
      try {
        session = opening.open();
      } finally {
        try {
          OrtApi.call(
              OrtApi.UNREGISTER_ALLOCATOR, runtime.environment(), ForeignRuntime.arenaInfo());
          unregistered = true;
        } finally {
          if (!unregistered && session != null) {
            session.close();
          }
        }
      }
      return session;
    }
  }

  private static void register(ForeignRuntime runtime, long bytes) throws OrtException {
    try (Scratch scratch = new Scratch(runtime.memory())) {
      long keys = scratch.longs(scratch.text("max_mem"), scratch.text("arena_extend_strategy"));
      long values = scratch.longs(bytes, AS_REQUESTED);
      long arena =
          scratch.result(out -> OrtApi.call(OrtApi.CREATE_ARENA_CFG_V2, keys, values, 2, out));
      try (Handle settings = new Handle("arena settings", OrtApi.RELEASE_ARENA_CFG, arena)) {
        OrtApi.call(
            OrtApi.CREATE_AND_REGISTER_ALLOCATOR,
            runtime.environment(),
            ForeignRuntime.arenaInfo(),
            settings.address());
      }
    }
  }
}
