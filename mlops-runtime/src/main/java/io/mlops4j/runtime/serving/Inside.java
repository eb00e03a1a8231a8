package io.mlops4j.runtime.serving;

import org.jspecify.annotations.Nullable;

/**
 * Which models' calls a thread is in while it runs what a user wrote, so that closing a model from
 * within its own call is refused instead of waiting for itself. Thread safe.
 */
final class Inside {
  @SuppressWarnings("ThreadLocalUsage") // one for each runtime: they share nothing
  private final ThreadLocal<@Nullable Frame> innermost = new ThreadLocal<>();

  private record Frame(LoadedModel model, @Nullable Frame outer) {}

  /** This thread runs a listener or a reader for a call; {@link #leave} must follow. */
  void enter(LoadedModel model) {
    innermost.set(new Frame(model, innermost.get()));
  }

  void leave() {
    Frame left = innermost.get();
    innermost.set(left == null ? null : left.outer());
  }

  /** Whether this thread is in a call of the model. */
  boolean isIn(LoadedModel model) {
    Frame frame = innermost.get();
    while (frame != null && frame.model() != model) {
      frame = frame.outer();
    }
    return frame != null;
  }

  /** Whether this thread is in any call. */
  boolean isInAny() {
    return innermost.get() != null;
  }
}
